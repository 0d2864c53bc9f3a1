"""本校位置 and 得分说明: the two sheets that only a school's copy has, with plain values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from xlsxwriter.worksheet import Worksheet

from kongjian.base.text import fold
from kongjian.engine.awards import Standing
from kongjian.engine.evidence.explanations import by_rank, explanations, percents
from kongjian.engine.evidence.pass_mark import pass_mark, way_to_mark
from kongjian.engine.frame import Floats, Ints
from kongjian.engine.outcome import Outcome
from kongjian.engine.rounding import MISSING, from_cents
from kongjian.mailing.copy_look import MOST_PAGES, free_sheet, look_of, put
from kongjian.mailing.copy_sheets import Entry, Value
from kongjian.mailing.live_copy import Draw
from kongjian.rules.model import Award
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.look import build_styles
from kongjian.workbook.look.build_paper import IN_A_COPY, first_page_only, rows_of_a_page, usual_height
from kongjian.workbook.look.build_styles import HEADER_HEIGHT, Styles, freeze, print_setup
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW
from kongjian.xlsx.text_heights import row_height

POSITION, EXPLAINED = "本校位置", "得分说明"
_WIDTHS = (20.0, 20.0, 12.0, 12.0, 12.0, 12.0, 30.0, 60.0)
_SCHOOL_HEAD = ("学校", "", "本校", "全市中位数", "后四分之一的线", "前四分之一的线", "还差", "说明")
_TEACHER_HEAD = ("教师姓名", "账号", "得分", "月均得分", "名次", "还差", "到获奖线还差", "怎样到达标线")
_CITY_HEAD = ("全市教师", "", "获奖线", "中位数", "后四分之一的线", "前四分之一的线", "", "说明")
Line = tuple[Value, ...]


def rows_of(outcome: Outcome, school: str) -> Ints:
    """The positions of one school's units, by rank."""
    names = outcome.names["学校名称"]
    return np.array([i for i in by_rank(outcome).tolist() if fold(names[i]) == fold(school)], dtype=np.int64)


def own_sheets(run: Run, school: str) -> tuple[dict[str, Draw], dict[str, Draw]]:
    """The sheets that a school's copy has behind 说明, and at its end, as `live_copy.finished` takes them."""
    return (
        {POSITION: lambda sheet, styles: _draw_position(sheet, styles, run, school)},
        {EXPLAINED: lambda sheet, styles: _draw_explained(sheet, styles, run, school)},
    )


def _draw_position(sheet: Worksheet, styles: Styles, run: Run, school: str) -> None:
    """本校位置."""
    subtitle = f"{school} · 发出时的数，不随本文件里的改动变化"
    free_sheet(sheet, styles, "home", POSITION, subtitle, _WIDTHS, run.rules.scheme.name)
    for entry in position_entries(run, school):
        style = styles.cell("score") if entry.look == "score" else look_of(styles, entry.look)
        put(sheet, entry, style, _WIDTHS)


def position_entries(run: Run, school: str) -> list[Entry]:
    """Every cell of 本校位置 below its subtitle: the school, its teachers, the city's lines. Names of no one else."""
    out: list[Entry] = []
    row = HEADER_ROW
    for block in (_school_block(run, school), _teacher_block(run, school), _city_block(run)):
        for n, line in enumerate(block):
            out += _line(row, line, head=not n)
            row += 1
        row += 1
    return out


def _line(row: int, line: Line, head: bool) -> Iterator[Entry]:
    """One row of cells; whole numbers are ranks, others scores, blanks have their lines, too."""
    for column, value in enumerate(line, start=1):
        look = "header" if head else "name" if column == 1 else "long" if column == len(line) else "text"
        if isinstance(value, int | float):
            look = "rank" if isinstance(value, int) else "score"
        yield Entry(row, column, value, look=look)


def _school_block(run: Run, school: str) -> Iterator[Line]:
    yield _SCHOOL_HEAD
    o = run.results.school
    for at in rows_of(o, school).tolist():
        score, average = from_cents(o.score_cents), from_cents(o.monthly.average)
        mark = pass_mark(run.rules, "school")
        eligible = bool(o.eligibility.eligible[at])
        why = str(o.eligibility.reasons[at]) or "达标"
        yield ("得分", "", _cell(score[at]), *_quartiles(run, score), None, _withheld(run))
        yield (
            "月均得分",
            "",
            _cell(average[at]),
            *_quartiles(run, average),
            _short(mark, average[at]),
            f"达标线{mark:g}分",
        )
        rank = int(o.standing.rank[at])
        yield (
            "名次",
            "",
            rank or "没有排名",
            None,
            None,
            None,
            None,
            f"全市共{len(o.order)}所学校排名",
        )
        for cut in _shown_lines(run, "school"):
            short = _short(cut.line, _key(o)[at])
            yield (cut.title, "", _cell(cut.line), None, None, None, short, cut.said)
        yield ("是否达标", "", "达标" if eligible else "未达标", None, None, None, None, why)
        if way := way_to_mark(run.results, run.rules, "school", at):
            yield ("怎样到达标线", "", None, None, None, None, None, way)


def _teacher_block(run: Run, school: str) -> Iterator[Line]:
    yield _TEACHER_HEAD
    o, mark = run.results.teacher, pass_mark(run.rules, "teacher")
    score, average, key = from_cents(o.score_cents), from_cents(o.monthly.average), _key(o)
    lines = cut_lines(run, "teacher")
    for at in rows_of(o, school).tolist():
        rank = int(o.standing.rank[at])
        shorts = [
            f"{cut.places}{cut.line - key[at]:.2f}" if run.shows_lines else f"未到{cut.places}"
            for cut in lines
            if key[at] < cut.line
        ]
        way = way_to_mark(run.results, run.rules, "teacher", at)
        names = (o.names["教师姓名"][at], o.names["账号"][at])
        place: Value = rank or "没有排名"
        yield (
            *names,
            _cell(score[at]),
            _cell(average[at]),
            place,
            _short(mark, average[at]),
            "；".join(shorts),
            way,
        )


def _city_block(run: Run) -> Iterator[Line]:
    yield _CITY_HEAD
    o = run.results.teacher
    known = _quartiles(run, from_cents(o.score_cents))
    yield ("得分", "", None, *known, None, f"全市共{len(o.order)}名教师排名")
    for cut in _shown_lines(run, "teacher"):
        yield (cut.title, "", _cell(cut.line), None, None, None, None, None)
    mark = pass_mark(run.rules, "teacher")
    yield ("达标线", "", _cell(mark), None, None, None, None, "月均得分不低于这个数")


@dataclass(frozen=True)
class CutLine:
    """The line of one or more awards, in points: `places` are theirs in words, `said` is what the line is."""

    places: str
    line: float
    said: str

    @property
    def title(self) -> str:
        return f"{self.places}的获奖线"


def cut_lines(run: Run, kind: str) -> list[CutLine]:
    """The lines of the awards by rank, in the order of their last ranks; awards are named where one rank has several."""
    standing = run.results.of(kind).standing
    by_last: dict[int, dict[int, list[Award]]] = {}
    for award in run.rules.awards:
        if award.object == kind and award.by_rank and (cents := standing.line_of(award)) is not None:
            by_last.setdefault(award.last, {}).setdefault(cents, []).append(award)
    out = []
    for last, lines in sorted(by_last.items()):
        for cents, awards in lines.items():
            names = f"（{'、'.join(a.name for a in awards)}）" if len(lines) > 1 else ""
            out.append(CutLine(f"前{last}名{names}", cents / 100, _said(standing, awards[0], cents)))
    return out


def _said(standing: Standing, award: Award, cents: int) -> str:
    """Whose score an award's line is, or that it is the least one."""
    if cents == round(award.least * 100):
        return f"最低分{cents / 100:.2f}"
    among = "递补后" if award.name in standing.moved else ""
    return f"{among}第{award.last}名的得分{cents / 100:.2f}"


def _key(o: Outcome) -> Floats:
    """What is ranked, in points."""
    return from_cents(np.where(o.standing.key == MISSING, MISSING, o.standing.key))


def _shown_lines(run: Run, kind: str) -> list[CutLine]:
    return cut_lines(run, kind) if run.shows_lines else []


def _withheld(run: Run) -> Value:
    """Why there are no figures of the whole city."""
    if run.shows_lines:
        return None
    return f"全市不足{run.rules.evidence.schools_to_show_lines}所学校，不写中位数和获奖线，免得看出别校的得分"


def _quartiles(run: Run, values: Floats) -> tuple[Value, Value, Value]:
    """Median, lower and upper quartile of all that have a score, to two decimals; nothing in a small city."""
    known = values[~np.isnan(values)]
    if not len(known) or not run.shows_lines:
        return None, None, None
    median, low, high = np.percentile(known, [50, 25, 75])
    return round(float(median), 2), round(float(low), 2), round(float(high), 2)


def _cell(value: float) -> Value:
    return None if value != value else float(value)


def _short(line: float, value: float) -> Value:
    """How many points are wanting; blank for none."""
    return round(line - value, 2) if value < line else None


def _draw_explained(sheet: Worksheet, styles: Styles, run: Run, school: str) -> None:
    """得分说明 of the school and all its teachers, in the workbook's columns."""
    spec, results = output_sheet(run.rules, EXPLAINED), run.results
    own = rows_of(results.school, school), rows_of(results.teacher, school)
    frame = explanations(results, run.rules, *own)
    sub = f"规则版本 {results.version} · 本校和本校教师，共{frame.height}行"
    free_sheet(
        sheet, styles, "evidence", EXPLAINED, sub, [c.width for c in spec.columns], run.rules.scheme.name
    )
    sheet.set_row(HEADER_ROW - 1, HEADER_HEIGHT)
    known = percents(run.rules)
    percent = [pair in known for pair in zip(frame["类别"], frame["指标"], strict=True)]
    for index, column in enumerate(spec.columns):
        sheet.write_string(HEADER_ROW - 1, index, column.name, styles.header("evidence"))
        usual = styles.cell(column.kind, column.wraps)
        for row, value in enumerate(frame[column.name].tolist()):
            style = styles.cell("rate") if column.name == "取值" and percent[row] else usual
            build_styles.put(sheet, FIRST_ROW - 1 + row, index, value, style)
    wrapped = [(c, frame[c.name].tolist()) for c in spec.columns if c.wraps]
    for row in range(frame.height):
        sheet.set_row(FIRST_ROW - 1 + row, row_height([(texts[row], c.width) for c, texts in wrapped]))
    freeze(sheet, 2)
    print_setup(sheet, landscape=True, scheme=run.rules.scheme.name)
    widths, row_points = [c.width for c in spec.columns], usual_height(spec.table, wraps=True)
    if frame.height > MOST_PAGES * rows_of_a_page(widths, True, row_points):
        first_page_only(sheet, widths, True, row_points, IN_A_COPY)
    if frame.height:
        sheet.autofilter(HEADER_ROW - 1, 0, HEADER_ROW - 1 + frame.height, len(spec.columns) - 1)
