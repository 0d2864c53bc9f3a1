"""定稿以后没有改动: whether the results that a workbook shows are still those that were made final."""

from __future__ import annotations

from kongjian.intake.sheets import Sheets
from kongjian.rules import Rules
from kongjian.selfcheck.checked_book import BAD, GOOD, Line
from kongjian.workbook.finalised import codes_shown, differing, finalised

TITLE = "定稿以后没有改动"
_ADVICE = "对照旁边定稿的存档看改了什么：改错了就用那份存档，改对了就再定稿一次"


def final_results(sheets: Sheets, rules: Rules, carried: str) -> Line:
    """`carried` is what the workbook carries of its being final, by a defined name."""
    final = finalised(carried)
    if final is None or final.moment is None:
        return Line(BAD, TITLE, "定稿的记录读不出来，可能有人改过名称", "再定稿一次")
    if other := differing(final.codes, codes_shown(sheets, rules), rules):
        return Line(BAD, TITLE, f"{final.day} 定稿，以后改过：{'、'.join(other)}", _ADVICE)
    return Line(GOOD, TITLE, f"{final.day} 定稿，结果没有改动")
