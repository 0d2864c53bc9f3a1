"""分值合计: the points of each object's indicators add up to what the scheme gives, as this workbook's 规则 has them."""

from __future__ import annotations

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import points_cells
from kongjian.rules.model import ObjectScheme, Rules
from kongjian.selfcheck.checked_book import BAD, GOOD, Line

TITLE = "分值合计"
_ADVICE = "在“规则”页改好这些格子，再重新计算排名"


def points(grid: Grid | None, rules: Rules, refused: KongjianError | None) -> Line:
    """Adds the points up; `refused` is why the workbook's 规则 cannot be used, if it cannot."""
    cells = points_cells(grid, rules)
    wrong = [text for s in (rules.school, rules.teacher) if (text := _wrong(s, cells))]
    if refused and not wrong:
        wrong = [f"规则页有用不了的格子，{refused}"]
    if wrong:
        return Line(BAD, TITLE, "；".join(wrong), _ADVICE)
    each = "，".join(
        f"{s.label}{len(s.indicators)}个指标合计{s.points:g}分" for s in (rules.school, rules.teacher)
    )
    return Line(GOOD, TITLE, each)


def _wrong(scheme: ObjectScheme, cells: dict[tuple[str, str], tuple[str, float | None]]) -> str:
    total, changed = 0.0, []
    for indicator in scheme.indicators:
        cell, given = cells.get((scheme.object, indicator.name), ("", None))
        total += indicator.points if given is None else given
        if given is not None and given != indicator.points:
            changed.append(f"{cell}（{indicator.name}由{indicator.points:g}改成{given:g}）")
    if abs(total - scheme.points) < 1e-9:
        return ""
    where = f"，改过的格子：{'、'.join(changed)}" if changed else ""
    return f"{scheme.label}各指标分值合计{total:g}，应为{scheme.points:g}{where}"
