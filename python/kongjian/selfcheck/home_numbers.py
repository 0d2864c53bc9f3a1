"""What 首页 shows of the last run: each number, the conclusion, the winners, found by the names of their cells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from kongjian.base.grid import Area, Grid, letter
from kongjian.intake.sheets import Sheets
from kongjian.selfcheck.checked_book import said
from kongjian.selfcheck.fresh_run import Record
from kongjian.selfcheck.result_sheets import Difference
from kongjian.workbook.layout import HOME, HOME_STATE, HOME_STEPS
from kongjian.workbook.next_step import imported
from kongjian.workbook.pages import home_blocks, home_state
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import DefinedName


def areas(names: Mapping[str, str]) -> dict[str, Area]:
    """The cells of 首页 that defined names (name → what it refers to) point to."""
    found = {name: DefinedName({"name": name}, text) for name, text in names.items()}
    return {name: n.area for name, n in found.items() if n.sheet == HOME and n.area is not None}


def home_differences(
    run: Run, last: Record, sheets: Sheets, names: Mapping[str, str]
) -> Iterator[Difference]:
    """Every cell of 首页 that does not show this run; `names` are the workbook's. Nothing where there is no 首页."""
    grid, places = sheets.grid(HOME), areas(names)
    if grid is None:
        return
    moment = last.moment
    shown: dict[str, str | int] = home_state(run, moment) if moment else {}
    waiting = {**imported().home, "HomeMessage": imported().said}
    if all(n in places and _cell(grid, *places[n][:2]) == text for n, text in waiting.items()):
        shown |= waiting  # rows came and went since
    blocks: list[tuple[str, Sequence[Sequence[object]]]] = [(n, [[value]]) for n, value in shown.items()]
    for name, values in (*blocks, *home_blocks(run).items()):
        caption = (HOME_STATE | HOME_STEPS).get(name, "图表的数据")
        if name not in places:
            yield Difference(HOME, caption, f"名称“{name}”不指着{HOME}的格子，“{caption}”没有办法核对")
            continue
        top, left = places[name][:2]
        for i, line in enumerate(values):
            for k, right in enumerate(line):
                now = _cell(grid, top + i, left + k)
                if now != right and not (right == "" and now in ("", None)):
                    cell = f"{HOME}!{letter(left + k)}{top + i}"
                    yield Difference(
                        HOME, caption, f"{cell}（{caption}）表里是{said(now)}，应为{said(right)}"
                    )


def _cell(grid: Grid, row: int, column: int) -> object:
    cells = grid.rows[row - 1] if row <= len(grid.rows) else ()
    value = cells[column - 1] if column <= len(cells) else ""
    return str(value).upper() if isinstance(value, bool) else value
