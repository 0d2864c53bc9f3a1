"""The sheet 说明 of a copy: what it is, which run it shows, the readings in force, and whether it still hangs together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from kongjian.engine.awards import Standing
from kongjian.engine.outcome import own_names
from kongjian.engine.ranking import UNRANKED
from kongjian.mailing.copy_sheets import CopySheet, Entry, Place
from kongjian.mailing.lookup_copy import PURPOSE
from kongjian.mailing.plan import AWARDS, CHANGED, MONTHS, Plan
from kongjian.mailing.units import KINDS
from kongjian.rules.differences import edits_in_words
from kongjian.rules.model import Rules
from kongjian.workbook.layout import RULES
from kongjian.workbook.lookup_sheet import LOOKUP
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW

NOTE = "说明"
WIDTHS = (22.0, 26.0, 78.0)
FINE = "正常"
MIXED = "有表的行被打乱或删去，数字可能对错人；请用原件"


def note_entries(
    plan: Plan, sheets: Sequence[CopySheet], moment: dt.datetime, final: str = ""
) -> list[Entry]:
    """Every cell of 说明 below its subtitle; `final` is the day on which these results were made final, if so."""
    rows = _about(plan, moment, final) + _school_lines(plan) + _readings(plan.rules)
    out = [entry for n, row in enumerate(rows, HEADER_ROW) for entry in _line(n, *row)]
    top = HEADER_ROW + len(rows)
    if plan.ranks:
        out += _checks(plan, top)
        top += 4
    out += _line(top, "heading", "工作表", "", "")
    listed = [(sheet.place.sheet, sheet.purpose) for sheet in sheets]
    listed += [(LOOKUP, PURPOSE)] if plan.live else []
    for n, (sheet, purpose) in enumerate(listed, top + 1):
        out += [Entry(n, 1, sheet, look="sheet_link"), Entry(n, 3, purpose, look="long")]
    end = top + len(listed) + 1
    return [
        *out,
        Entry(end, 1, RULES, look="sheet_link"),
        Entry(end, 3, "分值、目标、分档、下限、名次", look="long"),
    ]


def _line(row: int, look: str, first: str, second: str, third: str) -> list[Entry]:
    looks = ("heading",) * 3 if look == "heading" else ("name", "text", "long")
    texts = zip((first, second, third), looks, strict=True)
    return [Entry(row, n, text, look=style) for n, (text, style) in enumerate(texts, 1) if text]


def _about(plan: Plan, moment: dt.datetime, final: str) -> list[tuple[str, str, str, str]]:
    run = plan.run
    kind = (
        "分发版：得分、达标、名次、获奖都是公式，不含宏" if plan.live else "数值版：只有数，没有公式，不含宏"
    )
    use = "点任何一个得分都能看到它从哪些格子来；“规则”里浅黄色的格子可以改，改后全部得分和名次随之变动。"
    if plan.live and not plan.ranks:
        use += "名次、获奖与其他学校有关，是发出时的数，不会变动。"
    if plan.ranks:
        use += f"获奖名单的“状态”是发出时的；总分已不是发出时的总分，显示“{CHANGED}”。"
    return [
        ("heading", "这份文件", "", ""),
        ("", "类型", "分发版" if plan.live else "数值版", kind),
        *([("", "怎样看", "", use)] if plan.live else []),
        ("", "发出时间", f"{moment:%Y-%m-%d %H:%M:%S}", ""),
        ("", "规则版本", run.results.version, run.rules.scheme.name),
        *([("", "规则修改", "", edited)] if (edited := edits_in_words(run.rules)) else []),
        ("", "数据", f"{run.schools}所学校，{run.teachers}名教师", _state(run, final)),
    ]


def _state(run: Run, final: str) -> str:
    """What was still open when the copy was made; the list of problems itself stays with the sender."""
    said = [f"{run.levels[level]}处{level}" for level in ("错误", "警告") if run.levels[level]]
    state = f"发出时还有{'、'.join(said)}没有处理" if said else "发出时没有错误和警告"
    settled = f"结果已经定稿（{final}）" if final else ""
    return "；".join(filter(None, (settled, state, run.provisional_said)))


def _school_lines(plan: Plan) -> list[tuple[str, str, str, str]]:
    """In a school's copy: where it and its teachers stand in the city, as plain values."""
    if plan.schools.height == plan.run.schools:
        return []
    results = plan.run.results
    out = [("heading", "在全市的位置", "", "")]
    for label, mine, whole in (
        ("学校", plan.schools, results.school),
        ("教师", plan.teachers, results.teacher),
    ):
        ranks = [str(r) for r in np.sort(mine.standing.rank[mine.standing.rank != UNRANKED]).tolist()]
        out.append(
            ("", f"{label}名次", "、".join(ranks[:10]) or "没有排名", f"全市共{len(whole.order)}个名次")
        )
        if not plan.run.shows_lines:
            continue
        if len(whole.score_cents):
            out.append(("", f"全市{label}得分中位数", f"{np.median(whole.score_cents) / 100:.2f}", ""))
        out += _cut_lines(plan.rules, label, whole.standing)
    return out


def _cut_lines(rules: Rules, label: str, standing: Standing) -> list[tuple[str, str, str, str]]:
    """Each award's line."""
    out = []
    for kind, award in ((k, a) for k in KINDS for a in rules.awards if a.object == k):
        if not award.by_rank:  # each group has a line of its own
            continue
        if rules.object(kind).label == label and (line := standing.line_of(award)) is not None:
            out.append(("", f"前{award.last}名的获奖线", f"{line / 100:.2f}", award.name))
    return list(dict.fromkeys(out))


def _readings(rules: Rules) -> list[tuple[str, str, str, str]]:
    out = [("heading", "口径（已写进公式，在这份文件里不能改）", "", "")]
    for reading in rules.readings:
        value = rules.taken(reading)
        out.append(("", reading.label, value.label, f"{value.text}。影响：{reading.effect}"))
    return out


def _checks(plan: Plan, top: int) -> list[Entry]:
    """Formulas that say when somebody has parted rows that belong together or outgrown the award sheet."""
    out = _line(top, "heading", "自查", "", "")
    months, shift = plan.places[MONTHS], 0
    for n, kind in enumerate(KINDS, top + 1):
        measures, rows = plan.place(kind, "指标"), plan.units(kind).height
        formula = (
            _same_rows(own_names(kind, plan.rules), measures, months, shift, rows) if rows else f'"{FINE}"'
        )
        label = plan.rules.object(kind).label
        out += [
            Entry(n, 1, f"{label}各表的行", look="name"),
            Entry(n, 2, FINE, formula),
            Entry(n, 3, MIXED, look="long"),
        ]
        shift += rows
    count, room = plan.rule_sheet.award_ranges().count, plan.places[AWARDS].rows
    said = f'IF(SUM({count})>{room},"有"&SUM({count})&"人，放不下","{FINE}")'
    out += [Entry(top + 3, 1, AWARDS, look="name"), Entry(top + 3, 2, FINE, said)]
    return [*out, Entry(top + 3, 3, f"这张表最多放{room}行", look="long")]


def _same_rows(names: Mapping[str, str], measures: Place, months: Place, shift: int, rows: int) -> str:
    """Whether each unit stands in its own row of 月度得分; `names` are what 指标 calls the naming columns."""
    tests = []
    for name, column in names.items():
        letter, first = months.letter(name), FIRST_ROW + shift
        theirs = f"'{MONTHS}'!${letter}${first}:${letter}${first + rows - 1}"
        tests.append(f"SUMPRODUCT(--({measures.range(column)}<>{theirs}))")
    return f'IF({"+".join(tests)}=0,"{FINE}","请用原件")'
