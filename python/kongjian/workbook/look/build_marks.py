"""What the output sheets mark by colour; a word in the same cell always says the same."""

from __future__ import annotations

from collections.abc import Iterator

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from kongjian.base.grid import LAST_ROW
from kongjian.engine.evidence.explanations import percents
from kongjian.rules.ladders import by_rank
from kongjian.rules.model import Rules
from kongjian.workbook.layout import PLACES
from kongjian.workbook.look.build_styles import (
    AMBER,
    AMBER_PALE,
    BLUE,
    BLUE_PALE,
    GOLD_PALE,
    GREEN,
    GREEN_PALE,
    INK,
    RED,
    RED_PALE,
    Styles,
)
from kongjian.xlsx.table_parts import FIRST_ROW, OutputSheet

Highlight = tuple[str, str, str, bool]
"""Text colour, background and weight, under a criterion in which {} is the column's first data cell."""

_WORDS: dict[tuple[str, str], list[Highlight]] = {
    ("Problems", "级别"): [
        ('{}="错误"', RED, RED_PALE, True),
        ('{}="警告"', AMBER, AMBER_PALE, True),
        ('{}="提示"', BLUE, BLUE_PALE, False),
    ],
    ("Eligibility", "是否达标"): [
        ('{}="达标"', GREEN, GREEN_PALE, False),
        ('{}="未达标"', RED, RED_PALE, True),
    ],
    ("SchoolScores", "数据完整"): [('{}="否"', AMBER, AMBER_PALE, True)],
    ("TeacherScores", "数据完整"): [('{}="否"', AMBER, AMBER_PALE, True)],
    ("SchoolRanking", "变化"): [('{}="未达标"', RED, RED_PALE, False)],
    ("SchoolRanking", "并列"): [("LEN({})>0", AMBER, AMBER_PALE, False)],
    ("TeacherRanking", "并列"): [("LEN({})>0", AMBER, AMBER_PALE, False)],
    ("Reconcile", "差额"): [("AND(ISNUMBER({}),ABS({})>=0.005)", AMBER, AMBER_PALE, False)],
    ("Explanations", "扣分"): [("AND(ISNUMBER({}),{}>0)", AMBER, AMBER_PALE, False)],
    ("Changes", "变化"): [
        ('{}="新进"', GREEN, GREEN_PALE, False),
        ('{}="退出"', RED, RED_PALE, True),
    ],
    ("MonthTracking", "状态"): [
        ('{}="已达标"', GREEN, GREEN_PALE, False),
        ('{}="难达"', AMBER, AMBER_PALE, False),
        ('{}="无法达到"', RED, RED_PALE, True),
    ],
    ("Runs", "错误"): [("AND(ISNUMBER({}),{}>0)", RED, RED_PALE, False)],
}
_NAMING = 4
"""The columns that name a unit."""
_RANKINGS = {"SchoolRanking": "school", "TeacherRanking": "teacher"}


_MOVING = {"MonthTracking": 12}
"""Tables in which a column may come to stand elsewhere → so many columns further on the marks still reach it."""


def mark(sheet: Worksheet, styles: Styles, rules: Rules, output: OutputSheet) -> None:
    """Adds this sheet's conditional formats, down to the last row of the sheet."""
    for column, (criterion, colour, background, bold) in _marks(rules, output):
        at, more = output.names.index(column), _MOVING.get(output.table)
        first, last = (at, at) if more is None else (_NAMING, at + more)
        letter = xl_col_to_name(first)
        # a mark that may move asks each cell about itself
        fixed = "$" if more is None else ""
        sheet.conditional_format(
            f"{letter}{FIRST_ROW}:{xl_col_to_name(last)}{LAST_ROW}",
            {
                "type": "formula",
                "criteria": "=" + criterion.replace("{}", f"{fixed}{letter}{FIRST_ROW}"),
                "format": styles.mark(colour, background, bold),
                "stop_if_true": True,
            },
        )


def per_cent(sheet: Worksheet, styles: Styles, rules: Rules, output: OutputSheet) -> None:
    """Shows 取值 as per cent in the rows of the indicators that are; every other row's is a number or a word."""
    if output.table != "Explanations":
        return
    kind, name, value = (xl_col_to_name(output.names.index(c)) for c in ("类别", "指标", "取值"))
    here = [f'AND(${kind}{FIRST_ROW}="{k}",${name}{FIRST_ROW}="{n}")' for k, n in sorted(percents(rules))]
    if here:
        sheet.conditional_format(
            f"{value}{FIRST_ROW}:{value}{LAST_ROW}",
            {
                "type": "formula",
                "criteria": f"=AND(ISNUMBER(${value}{FIRST_ROW}),OR({','.join(here)}))",
                "format": styles.get(num_format="0.0%"),
            },
        )


def lines(sheet: Worksheet, styles: Styles, rules: Rules, output: OutputSheet) -> None:
    """Draws a line below the last rank of each of the first awards, across the table, for those who read it on paper."""
    if output.table not in _RANKINGS:
        return
    below = styles.get(bottom=1, bottom_color=RED)
    rank, under = f"$A{FIRST_ROW}", f"$A{FIRST_ROW + 1}"
    kind = _RANKINGS[output.table]
    for _, last in zip(by_rank(rules.awards, kind), PLACES[kind], strict=False):
        ends = f"=AND(ISNUMBER({rank}),{rank}<={last},NOT(AND(ISNUMBER({under}),{under}<={last})))"
        sheet.conditional_format(
            FIRST_ROW - 1,
            0,
            LAST_ROW - 1,
            len(output.columns) - 1,
            {"type": "formula", "criteria": ends, "format": below},
        )


def _marks(rules: Rules, output: OutputSheet) -> Iterator[tuple[str, Highlight]]:
    for (table, column), marks in _WORDS.items():
        if table == output.table:
            yield from ((column, one) for one in marks)
    if output.table in _RANKINGS:
        # the first award's places stand out most, the next award's less; 规则 says how many there are
        kind = _RANKINGS[output.table]
        awards = zip(by_rank(rules.awards, kind), PLACES[kind], (GOLD_PALE, GREEN_PALE), strict=False)
        for _, last, background in awards:
            yield "名次", (f"AND(ISNUMBER({{}}),{{}}<={last})", INK, background, True)
