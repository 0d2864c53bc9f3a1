"""A workbook that buttons were pressed in, as the macros' interpreter holds it: its cells, Excel's settings."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pyopenvba.interpreter._values import EMPTY, VBADate, VBAErrorValue

from kongjian.rules import load_rules
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.recalculate import recalculate
from remote import values
from vba_host import VbaHost
from workbooks import opened

AUTOMATIC = -4105
QUIET = (True, True, True, AUTOMATIC, False)
"""Excel's settings while nothing is asked of Python."""
RESULTS = [s.sheet for s in output_sheets(load_rules())]
TOOK = {"运行记录": 8}
"""The column that tells how long it took."""


def shown(host: VbaHost, sheet: str) -> list[list[Any]]:
    """The cells of a sheet from its header row down, as a file's reader gives them."""
    used = host.app.workbook.sheet_named(sheet).vba_get("UsedRange")
    top, left = (int(used.vba_get(name)) for name in ("Row", "Column"))  # type: ignore[attr-defined]
    found = used.vba_get("Value")  # type: ignore[attr-defined]
    (first, last), (start, end) = found.bounds
    rows = [[None] * (left - 1)] * (top - 1)
    rows += [
        [*[None] * (left - 1), *(_cell(found.get([r, c])) for c in range(start, end + 1))]
        for r in range(first, last + 1)
    ]
    while rows and not any(cell is not None for cell in rows[-1]):
        rows.pop()
    return rows[2:]


def _cell(value: object) -> Any:
    if value is EMPTY or value == "":
        return None
    if isinstance(value, VBADate):
        return value.to_datetime()
    return f"#{value.number}" if isinstance(value, VBAErrorValue) else value


def even(rows: list[list[Any]]) -> list[list[Any]]:
    """Without blank cells at the ends of rows."""
    out = []
    for row in rows:
        cells = [None if cell == "" else cell for cell in row]
        while cells and cells[-1] is None:
            cells.pop()
        out.append(cells)
    return out


def settings(host: VbaHost) -> tuple[object, ...]:
    """ScreenUpdating, DisplayAlerts, EnableEvents, Calculation, StatusBar."""
    excel = host.excel
    return (
        excel.screen_updating,
        excel.display_alerts,
        excel.enable_events,
        excel.calculation,
        excel.status_bar,
    )


def subtitle(host: VbaHost, sheet: str) -> str:
    """What stands above the table of a result sheet."""
    return str(host.range(sheet, "A2").vba_get("Value"))


def is_as_the_command_writes(host: VbaHost, source: Path, out: Path) -> None:
    """Holds every result sheet against what the command writes of the source at the same moment."""
    moment = dt.datetime.fromisoformat(subtitle(host, "学校排名")[:19])
    recalculate(source, out, now=moment)
    command = opened(out, data_only=True)
    for sheet in RESULTS:
        found, wanted = even(shown(host, sheet)), even(values(command, sheet))
        for row in (*found, *wanted) if sheet in TOOK else ():
            del row[TOOK[sheet]]
        assert found == wanted, sheet
