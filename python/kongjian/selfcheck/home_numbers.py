"""What 首页 shows of the last run: each number, the conclusion, the winners, found by the names of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kongjian.base.grid import Area, Grid, letter
from kongjian.intake.sheets import Sheets
from kongjian.selfcheck.checked_book import said
from kongjian.selfcheck.fresh_run import Record
from kongjian.selfcheck.result_sheets import Difference
from kongjian.workbook.finalised import FINAL_NAME
from kongjian.workbook.layout import HOME, HOME_DISTRIBUTION, HOME_STATE, HOME_STEPS, MONTH_CURVES, MONTHS
from kongjian.workbook.month_curves import curves
from kongjian.workbook.next_step import imported
from kongjian.workbook.pages import home_blocks, home_state, how_far_with
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import DefinedName, carried_text

Blocks = Sequence[tuple[str, Sequence[Sequence[object]]]]
"""Defined names and the rows of cells from the first of theirs on."""
_CAPTIONS = {HOME_DISTRIBUTION: "得分分布", MONTH_CURVES: "折线图的数"}


def areas(names: Mapping[str, str], sheet: str = HOME) -> dict[str, Area]:
    """The cells of a sheet that defined names (name → what it refers to) point to."""
    found = {name: DefinedName({"name": name}, text) for name, text in names.items()}
    return {name: n.area for name, n in found.items() if n.sheet == sheet and n.area is not None}


def home_differences(
    run: Run, last: Record, sheets: Sheets, names: Mapping[str, str]
) -> Iterator[Difference]:
    """Every cell of 首页 that does not show this run; `names` are the workbook's. Nothing where there is no 首页."""
    moment = last.moment
    final = carried_text(names.get(FINAL_NAME, ""))
    shown: dict[str, str | int] = home_state(run, moment, how_far_with(run, final)[0]) if moment else {}
    grid, places = sheets.grid(HOME), areas(names)
    waiting = {**imported().home, "HomeMessage": imported().said}
    if grid and all(n in places and _cell(grid, *places[n][:2]) == text for n, text in waiting.items()):
        shown |= waiting  # rows came and went since
    blocks: Blocks = [*((name, [[value]]) for name, value in shown.items()), *home_blocks(run).items()]
    yield from _differing(sheets, HOME, blocks, names)


def curve_differences(run: Run, sheets: Sheets, names: Mapping[str, str]) -> Iterator[Difference]:
    """The same of the numbers of a chart that stand beside a table."""
    yield from _differing(sheets, MONTHS, [(MONTH_CURVES, curves(run))], names)


def _differing(sheets: Sheets, sheet: str, blocks: Blocks, names: Mapping[str, str]) -> Iterator[Difference]:
    grid, places = sheets.grid(sheet), areas(names, sheet)
    if grid is None:
        return
    for name, values in blocks:
        caption = _CAPTIONS.get(name) or (HOME_STATE | HOME_STEPS).get(name, "图表的数据")
        if name not in places:
            yield Difference(sheet, caption, f"名称“{name}”不指着{sheet}的格子，“{caption}”没有办法核对")
            continue
        top, left = places[name][:2]
        for i, line in enumerate(values):
            for k, right in enumerate(line):
                now = _cell(grid, top + i, left + k)
                if now != right and not (right == "" and now in ("", None)):
                    cell = f"{sheet}!{letter(left + k)}{top + i}"
                    yield Difference(
                        sheet, caption, f"{cell}（{caption}）表里是{said(now)}，应为{said(right)}"
                    )


def _cell(grid: Grid, row: int, column: int) -> object:
    value = grid.cell(row, column)
    return str(value).upper() if isinstance(value, bool) else value
