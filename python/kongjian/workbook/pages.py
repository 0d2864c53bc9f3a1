"""What a run writes: every output table as a page, and what 首页 shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from kongjian.base.grid import cell_number, from_serial
from kongjian.engine.evidence.evidence_sheets import evidence
from kongjian.engine.evidence.one_unit import Lookup, lookup
from kongjian.engine.evidence.pass_mark import has_mark, pass_mark
from kongjian.engine.frame import Floats, Frame, texts
from kongjian.intake import problem_list
from kongjian.intake.problem_list import first_area
from kongjian.intake.sheets import Page, Sheets, rows_below_header
from kongjian.rules.differences import edits_in_words, readings_in_words
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook import robustness_page
from kongjian.workbook.finalised import FINAL_NAME, codes_of, differing, finalised, made_to_send, said
from kongjian.workbook.identity import Named
from kongjian.workbook.last_run_sheets import code_of
from kongjian.workbook.layout import (
    CHANGES,
    HOME_DISTRIBUTION,
    HOME_MESSAGE,
    HOME_SCORES,
    MONTH_CURVES,
    MOST_SCORES,
    NOTES,
    ROBUSTNESS,
    SCORES_COLUMNS,
    output_sheets,
    range_bounds,
    shown_at_opening,
)
from kongjian.workbook.lookup_cells import LookupCells
from kongjian.workbook.lookup_sheet import DATA, LOOKUP, TABLES, Chosen, chosen_in, frames
from kongjian.workbook.month_curves import curves
from kongjian.workbook.next_step import NEXT_NAME, how_far
from kongjian.workbook.run import Run
from kongjian.workbook.widths import Headers, pasted_headers
from kongjian.xlsx.fill_marks import Mark
from kongjian.xlsx.table_parts import OutputSheet

if TYPE_CHECKING:
    from kongjian.intake.importing.landing import Block
    from kongjian.intake.importing.undo import Removal
    from kongjian.xlsx.input_writer import CellChange

Rows = list[list[str | float]]
RUN_COLUMNS = ("时间", "规则版本", "数据指纹", "学校数", "教师数", "班级数", "错误", "警告", "用时秒")
RULE_WORDS = ("口径", "规则修改")
"""The columns of 运行记录 that workbooks of the first version do not have."""
MOST_LINKS = 60_000
"""A sheet takes 65,530 links."""


@dataclass(frozen=True)
class Writing:
    """What one work puts into a workbook, a file or one that is open in Excel.

    New rows, rows to take out and single cells of input sheets, output tables, the fills of every input sheet, what 首页 shows,
    `blocks` of cells by the defined name of the first, always as many. `headers` are those of the input sheets by which their columns are wide and stay in sight. `names` are defined names
    and the texts that they carry. `lookup` has the formulas of 单位查询 with what they give, which only a file needs:
    Excel works them out itself. `name` is what is half written where writing breaks off,
    `again` whether doing it once more mends that.
    """

    name: str
    rows: Sequence[Block] = ()
    removed: Sequence[Removal] = ()
    cells: Sequence[CellChange] = ()
    pages: Sequence[Page] = ()
    marks: Mapping[str, Sequence[Mark]] = field(default_factory=dict)
    home: Mapping[str, str | int] = field(default_factory=dict)
    blocks: Mapping[str, Rows] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    headers: Sequence[Headers] = ()
    lookup: LookupCells | None = None
    again: bool = True


def results(run: Run, sheets: Named, moment: dt.datetime, seconds: float) -> Writing:
    """All that a calculation writes."""
    tables = pages(run, sheets, moment, seconds)
    steps, command = how_far_with(run, sheets.carried(FINAL_NAME))
    marks, home = marks_by_sheet(run), home_state(run, moment, steps)
    headers = pasted_headers(sheets, run.rules)
    found, above = lookup(run.results, run.rules), lookup_subtitle(run, moment)
    looked, chosen = lookup_pages(found, above, sheets), chosen_on(sheets)
    shown = blocks(run)
    if looked and chosen.kind == OBJECT_LABELS["school"] and not chosen.school and len(found.order["school"]):
        # a page of nobody would be printed with the workbook
        chosen = chosen._replace(school=str(found.units["显示名"][0]))
        shown["LookupSchool"] = [[chosen.school]]
    cells = LookupCells(run.rules, found, chosen, above) if looked else None
    return Writing(
        "结果",
        pages=[*tables, *looked],
        marks=marks,
        home=home,
        blocks=shown,
        names={NEXT_NAME: command},
        headers=headers,
        lookup=cells,
    )


def lookup_pages(found: Lookup, subtitle: str, sheets: Sheets) -> list[Page]:
    """The tables behind 单位查询, for a workbook that has it."""
    if sheets.name(LOOKUP) is None or sheets.name(DATA) is None:
        return []
    tables = frames(found)
    return [Page(spec, tables[spec.table], subtitle) for spec in TABLES]


def chosen_on(sheets: Sheets) -> Chosen:
    """Which units staff have chosen on 单位查询."""
    grid = sheets.grid(LOOKUP)
    return chosen_in(grid.rows) if grid else Chosen()


def lookup_subtitle(run: Run, moment: dt.datetime) -> str:
    """What stands under the title of 单位查询: which calculation it shows."""
    return f"{moment:%Y-%m-%d %H:%M:%S} 计算 · 规则版本 {run.results.version}"


def problems(run: Run, sheets: Named, moment: dt.datetime) -> Writing:
    """The list of problems, how many they are, and the fills of the cells to look at, and nothing else."""
    page, headers = problem_page(run, sheets, moment, "检查"), pasted_headers(sheets, run.rules)
    steps, command = how_far_with(run, sheets.carried(FINAL_NAME), run.results.same_run)
    return Writing(
        "问题清单",
        pages=[page],
        marks=marks_by_sheet(run),
        home={**steps, **_found(run)},
        names={NEXT_NAME: command},
        headers=headers,
    )


def pages(run: Run, sheets: Sheets, moment: dt.datetime, seconds: float) -> list[Page]:
    """Every output table of a run, the list of problems and the record of runs among them."""
    yes_no = frozenset(c.name for t in run.rules.tables for c in t.columns if c.kind == "yes_no")
    runs = _runs(run, sheets, moment, seconds)
    tables = {
        **run.tables,
        **evidence(run.inputs, run.results, run.rules),
        "Runs": runs,
    }
    out = []
    for spec in output_sheets(run.rules):
        if spec.table == "Problems":
            out.append(problem_page(run, sheets, moment))
        elif spec.sheet == CHANGES:
            out.append(_change_page(run, spec, moment, runs["时间"][1:]))
        elif spec.sheet == ROBUSTNESS:
            out.append(robustness_page.kept(run, sheets, moment))
        elif spec.table in tables:
            frame = tables[spec.table]
            own = yes_no if spec.table.endswith("Measures") else frozenset()
            counted = run.results.tables[spec.table] if spec.table == "SchoolRanking" else frame
            subtitle = _subtitle(run, spec, counted, moment, "计算")
            if more := frame.height - counted.height:
                subtitle += f" · 没有名次的{more}所列在后面"
            out.append(Page(spec, frame, subtitle, own))
    return out


def blocks(run: Run) -> dict[str, Rows]:
    """What stands beside tables and behind charts, by the defined names of its cells."""
    return {MONTH_CURVES: curves(run), **home_blocks(run)}


def problem_page(run: Run, sheets: Sheets, moment: dt.datetime, done: str = "计算") -> Page:
    """The list of problems, each with a link to its first cell; what asks for nothing is folded at its end."""
    spec = next(s for s in output_sheets(run.rules) if s.table == "Problems")
    frame = run.problems
    if not frame.height:
        frame = Frame({n: texts(["没有发现问题" if n == "内容" else ""]) for n in frame})
        return Page(spec, frame, _subtitle(run, spec, run.problems, moment, done))
    places = zip(frame["工作表"], frame["单元格"], strict=True)
    spelled = {sheet: sheets.name(sheet) for sheet in set(frame["工作表"])}
    shown = shown_at_opening(run.rules)  # a link to a hidden sheet does nothing
    links = [
        (i, name, first_area(cell))
        for i, (sheet, cell) in enumerate(places)
        if sheet in shown and (name := spelled[sheet])
    ]
    folded = problem_list.folds_from(frame)
    words = [f"要处理{folded}行" if folded else "没有要处理的问题"]
    if folded < frame.height:
        words.append(
            f"提示和已确认的{frame.height - folded}行收在末尾，不必处理；点左上角的“2”展开，点“1”收起"
        )
    subtitle = " · ".join([f"{moment:%Y-%m-%d %H:%M:%S} {done}", f"规则版本 {run.results.version}", *words])
    return Page(
        spec,
        frame,
        subtitle,
        links=tuple(links[:MOST_LINKS]),
        folded=folded if folded < frame.height else None,
    )


def _change_page(run: Run, spec: OutputSheet, moment: dt.datetime, earlier: Floats) -> Page:
    """与上次相比, which stays as it is while runs do not differ; `earlier` are the times of the runs before."""
    rows, subtitle = run.change_sheet.rows, run.change_sheet.subtitle
    if not run.changes.known:
        none, done = "第一次计算，没有上次可以比", "计算"
    elif run.changes.same:
        none, done = "与上次计算相同，那次的变化没有记下来", "计算"
    else:
        last = f"{from_serial(earlier[0]):%Y-%m-%d %H:%M:%S}" if np.isfinite(earlier[:1]).any() else "上次"
        none, done = "名次和得分都没有变", f"计算，与{last}的结果相比"
    return Page(spec, rows, subtitle or _subtitle(run, spec, rows, moment, done, none))


def marks_by_sheet(run: Run) -> dict[str, list[Mark]]:
    """The cells to look at of every input sheet, also of those that have none."""
    return {t.sheet: [m for m in run.marks if m.table == t.id] for t in run.rules.tables}


def _subtitle(
    run: Run, spec: OutputSheet, frame: Frame, moment: dt.datetime, done: str, none: str = ""
) -> str:
    count = f"共{frame.height}行" if frame.height else none or f"没有{spec.sheet}"
    words = (
        f"规则版本 {run.results.version}",
        count,
        code_of(spec, frame, run.rules),
        NOTES.get(spec.table, ""),
    )
    return " · ".join([f"{moment:%Y-%m-%d %H:%M:%S} {done}", *filter(None, words)])


def _runs(run: Run, sheets: Sheets, moment: dt.datetime, seconds: float) -> Frame:
    """运行记录 with this run on top of those that the workbook has."""
    new = [
        moment, run.results.version, run.results.fingerprint, run.schools, run.teachers, run.classes,
        run.levels["错误"], run.levels["警告"], round(seconds, 2),
        readings_in_words(run.rules), edits_in_words(run.rules),
    ]  # fmt: skip
    rows = [new, *rows_below_header(sheets, "运行记录", RUN_COLUMNS, RULE_WORDS)]
    columns = {}
    for k, name in enumerate((*RUN_COLUMNS, *RULE_WORDS)):
        values = [row[k] for row in rows]
        if name in ("规则版本", "数据指纹", *RULE_WORDS):
            columns[name] = texts(str(v) for v in values)
        else:
            columns[name] = np.array([cell_number(v) for v in values], dtype=np.float64)
    return Frame(columns)


def how_far_with(run: Run, final: str, calculated: bool = True) -> tuple[dict[str, str], str]:
    """The five steps and the conclusion of 首页, by the names of its cells, and the command of what is next.

    `final` is what the workbook carries of 定稿; where the results are no longer those, the conclusion says so.
    `calculated`: the results that it shows are those of its data.
    """
    found, now = finalised(final), codes_of(run) if final else {}
    settled = found is not None and not differing(found.codes, now, run.rules)
    since = (f"已定稿（{found.day}）", made_to_send(found)) if found and settled else ()
    progress = how_far(run.facts(calculated, *since))
    words = (said(found, now, run.rules, calculated), run.months_said, progress.said)
    return {HOME_MESSAGE: "；".join(filter(None, words)), **progress.home}, progress.command


def home_state(run: Run, moment: dt.datetime, steps: Mapping[str, str]) -> dict[str, str | int]:
    """What 首页 shows of a run, by the names of its cells; `steps` are those of `how_far_with`."""
    school, teacher = run.results.school, run.results.teacher
    return {
        "HomeRunTime": f"{moment:%Y-%m-%d %H:%M:%S}",
        "HomeVersion": run.results.version,
        "HomeSchools": run.schools,
        "HomeTeachers": run.teachers,
        "HomeClasses": run.classes,
        "HomeSchoolsEligible": int(school.eligibility.eligible.sum()),
        "HomeTeachersEligible": int(teacher.eligibility.eligible.sum()),
        **_found(run),
        "HomeSchoolWinners": run.winners("school"),
        "HomeTeacherWinners": run.winners("teacher"),
        "HomeAwards": run.results.tables["Awards"].height,
        "HomeProvisional": run.provisional,
        **steps,
    }


def _found(run: Run) -> dict[str, int]:
    """The numbers of 首页 that lead to the list of problems."""
    levels = run.levels
    return {"HomeErrors": levels["错误"], "HomeWarnings": levels["警告"], "HomeNotes": levels["提示"]}


def home_blocks(run: Run) -> dict[str, Rows]:
    """What the charts of 首页 show, by the name of its area."""
    return {HOME_DISTRIBUTION: distribution(run), HOME_SCORES: school_scores(run)}


def distribution(run: Run) -> Rows:
    """How many schools and teachers score within each range, and which share of all of them."""
    counts = [
        np.histogram(run.results.of(kind).score_cents / 100, bins=range_bounds(run.rules, kind))[0]
        for kind in OBJECT_LABELS
    ]
    shares = [np.round(count / max(int(count.sum()), 1), 4) for count in counts]
    return [list(row) for row in zip(*(column.tolist() for column in (*counts, *shares)), strict=True)]


def school_scores(run: Run) -> Rows:
    """The schools with the highest scores: each score in the column of what it reaches, then the two lines.

    As many rows as there is room for, blank where there are no more schools.
    """
    school, rules = run.results.school, run.rules
    winners = {
        name
        for award in rules.awards
        if award.object == "school" and not award.to_person
        for name in run.awarded(award)[0]
    }
    names, scores = school.names["学校名称"].tolist(), (school.score_cents / 100).tolist()
    order = sorted(range(len(names)), key=lambda k: (-scores[k], names[k]))
    won = [scores[k] for k in order if names[k] in winners]
    lines = [min(won) if won else "", pass_mark(rules, "school") if has_mark(rules, "school") else ""]
    rows: Rows = []
    for k in order[:MOST_SCORES]:
        at = 0 if names[k] in winners else 1 if school.eligibility.eligible[k] else 2
        rows.append([*(scores[k] if at == place else "" for place in range(3)), *lines, names[k]])
    return rows + [[""] * len(SCORES_COLUMNS) for _ in range(MOST_SCORES - len(rows))]
