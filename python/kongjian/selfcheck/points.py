"""分值合计: the points of each object's indicators add up to what the scheme gives, as this workbook's 规则 has them."""

from __future__ import annotations

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import points_faults
from kongjian.rules.model import Rules
from kongjian.selfcheck.checked_book import BAD, GOOD, Line

TITLE = "分值合计"
_ADVICE = "在“规则”页改好这些格子，再重新计算排名"


def points(grid: Grid | None, rules: Rules, refused: KongjianError | None) -> Line:
    """Adds the points up; `refused` is why the workbook's 规则 cannot be used, if it cannot, and `rules` are

    then those of the installation, else the workbook's own.
    """
    wrong = list(points_faults(grid, rules))
    if refused and not wrong:
        wrong = [f"规则页有用不了的格子，{refused}"]
    if wrong:
        return Line(BAD, TITLE, "；".join(wrong), _ADVICE)
    each = "，".join(f"{s.label}{len(s.owed)}个指标合计{s.points:g}分" for s in (rules.school, rules.teacher))
    return Line(GOOD, TITLE, each)
