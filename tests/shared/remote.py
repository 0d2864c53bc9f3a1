"""xlwings' own remote engine over a real workbook file: the file becomes its payload, its actions are carried out on

a copy of the file as Excel carries them out, down to reading "=1+1" and long digits where a cell is not text.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import types
from copy import copy
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwings as xw
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table
from openpyxl.worksheet.worksheet import Worksheet
from xlwings.main import Engine

from kongjian.entry.excel import presses
from kongjian.entry.excel.answer_rows import rows
from workbooks import opened

os.environ.setdefault("XLWINGS_LICENSE_KEY", "noncommercial")  # opens the remote engine; tests only

from xlwings.pro import _xlremote

if "remote" not in [engine.name for engine in xw.engines]:  # xlwings was imported before the key was set
    xw.engines.add(Engine(impl=_xlremote.engine))


def remote_book(path: Path, active: str = "首页", selection: str = "B2", saved: bool = False) -> xw.Book:
    """The workbook as the remote engine has it when a button is pressed; `saved` as one with a folder."""
    name = str(path) if saved else path.name
    return xw.Book(json=payload(opened(path, data_only=True), name, active, selection))


def payload(book: openpyxl.Workbook, name: str, active: str, selection: str) -> dict[str, Any]:
    return {
        "client": "Office.js",
        "version": xw.__version__,
        "book": {
            "name": name,
            "active_sheet_index": book.sheetnames.index(active),
            "selection": selection,
            "calculation": "Automatic",
        },
        "names": [n for n in map(_name(book), book.defined_names.values()) if n],
        "sheets": [_sheet(s) for s in book.worksheets],
    }


def _name(book: openpyxl.Workbook) -> Any:
    def described(name: Any) -> dict[str, Any]:
        found = re.fullmatch(r"'?([^'!]+)'?!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)", name.attr_text)
        return {
            "name": name.name,
            "sheet_index": book.sheetnames.index(found[1]) if found else None,
            "address": found[2].replace("$", "") if found else None,
            "refers_to": f"={name.attr_text}",
            "book_scope": True,
            "scope_sheet_name": None,
            "scope_sheet_index": None,
        }

    return described


def _sheet(sheet: Worksheet) -> dict[str, Any]:
    return {
        "name": sheet.title,
        "visibility": "Visible",
        "values": [[_json(c) for c in row] for row in sheet.iter_rows()] or [[""]],
        "pictures": [],
        "shapes": [],
        "charts": [],
        "notes": [],
        "print_area": None,
        "tables": [_table(t) for t in sheet.tables.values()],
    }


def _json(cell: Any) -> Any:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="milliseconds") + "Z"
    return value


def _table(table: Table) -> dict[str, Any]:
    first, top, last, bottom = range_boundaries(table.ref)
    rows = f"{get_column_letter(first)}{top + 1}:{get_column_letter(last)}{bottom}"
    return {
        "name": table.displayName,
        "range_address": table.ref,
        "row_count": bottom - top + 1,
        "column_count": last - first + 1,
        "header_row_range_address": f"{get_column_letter(first)}{top}:{get_column_letter(last)}{top}",
        "data_body_range_address": rows,
        "total_row_range_address": None,
        "show_headers": True,
        "show_totals": bool(table.totalsRowCount),
        "show_autofilter": table.autoFilter is not None,
        "table_style": "",
    }


def press(entry: str, path: Path, answer: str = "", **place: Any) -> Applied:
    """The workbook after one press; the file itself is left alone. Python shows no dialog."""
    book = remote_book(path, **place)
    before = path.read_bytes()
    said = rows(presses.press(book, entry, answer))
    assert path.read_bytes() == before
    return Applied(path, book.json()["actions"], said)


def let_save(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    """Gives the engine what Excel has: a copy of the workbook saved as it stands."""
    monkeypatch.setattr(
        xw.Book, "api", types.SimpleNamespace(SaveCopyAs=lambda target: shutil.copyfile(path, target))
    )


class Applied:
    """The workbook after the actions; what only a screen shows is kept in lists."""

    def __init__(self, path: Path, actions: list[dict[str, Any]], said: list[list[str]]) -> None:
        self.book = opened(path)
        self.actions, self.said = actions, said
        self.alerts = [
            (text + otherwise, kind)
            for kind, text, _, otherwise in said
            if kind in ("info", "warning", "error")
        ]
        self.settings: list[tuple[str, Any]] = []
        self.autofitted: set[str] = set()
        self.written: set[str] = set()
        for action in actions:
            sheet = action["sheet_position"]
            target = None if sheet is None else self.book.worksheets[sheet]
            getattr(self, action["func"])(target, action)
            if target is not None:
                self.written.add(target.title)

    @staticmethod
    def _cells(sheet: Worksheet, action: dict[str, Any]) -> list[list[Cell]]:
        top, left = action["start_row"] + 1, action["start_column"] + 1
        bottom, right = top + action["row_count"] - 1, left + action["column_count"] - 1
        return [[sheet.cell(r, c) for c in range(left, right + 1)] for r in range(top, bottom + 1)]

    def namesAdd(self, _: Worksheet | None, action: dict[str, Any]) -> None:  # noqa: N802
        name, refers_to = action["args"][:2]
        self.book.defined_names[name] = DefinedName(name, attr_text=refers_to.removeprefix("="))

    def setValues(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        for cells, values in zip(self._cells(sheet, action), action["values"], strict=True):
            for cell, value in zip(cells, values, strict=True):
                cell.value = typed(value, cell.number_format)
                if isinstance(cell.value, str) and cell.number_format == "@":
                    cell.data_type = "s"

    def setNumberFormat(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        for cells in self._cells(sheet, action):
            for cell in cells:
                cell.number_format = action["args"][0]

    def setColumnWidth(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        sheet.column_dimensions[get_column_letter(action["start_column"] + 1)].width = action["args"][0]

    def rangeClearContents(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        for cells in self._cells(sheet, action):
            for cell in cells:
                cell.value = None

    def rangeAutofill(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        area, kind = action["args"]
        assert kind == "FillFormats"
        models = self._cells(sheet, action)[0]
        for row in sheet[area.replace("$", "")]:
            for cell, model in zip(row, models, strict=True):
                cell._style = copy(model._style)

    def setAutofit(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        assert action["args"] == ["rows"]
        self.autofitted.add(sheet.title)

    def addHyperlink(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        address, text, tip = action["args"]
        [[cell]] = self._cells(sheet, action)
        assert address[0] == "#"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=address[1:], tooltip=tip)
        cell.value = typed(text, cell.number_format)

    def resizeTable(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        index, area = action["args"]
        list(sheet.tables.values())[index].ref = area.replace("$", "")

    def addTable(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        area, headers, _, name = action["args"]
        assert headers is True
        sheet.add_table(Table(displayName=name, ref=area.replace("$", "")))

    def addSheet(self, _: None, action: dict[str, Any]) -> None:  # noqa: N802
        self.book.create_sheet(action["args"][1], action["args"][0])

    def showTotalsTable(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        index, shown = action["args"]
        list(sheet.tables.values())[index].totalsRowCount = int(shown)

    def clearAutoFilterTable(self, sheet: Worksheet, action: dict[str, Any]) -> None:  # noqa: N802
        table = list(sheet.tables.values())[action["args"][0]]
        if table.autoFilter is not None:
            table.autoFilter.filterColumn = []

    def _setting(self, _: Worksheet | None, action: dict[str, Any]) -> None:
        self.settings.append((action["func"], action["args"][0]))

    setScreenUpdating = setCalculation = activateSheet = _setting  # noqa: N815

    def rows(self, sheet: str) -> list[list[Any]]:
        """A sheet's cells from its header row on."""
        return values(self.book, sheet)


def typed(value: Any, number_format: str) -> Any:
    """What Excel makes of a value put into a cell of this format."""
    if not isinstance(value, str) or value == "" or number_format == "@":
        return None if value == "" else value
    if re.fullmatch(r"[-+]?\d+(\.\d+)?", value):
        return float(f"{float(value):.15g}")
    if re.fullmatch(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?", value):
        return dt.datetime.fromisoformat(value)
    if re.fullmatch(r"\d{4}-\d\d", value):
        return dt.datetime.fromisoformat(f"{value}-01")
    return f"={value[1:]}" if value[0] in "=+-@" else value


def values(book: openpyxl.Workbook, sheet: str) -> list[list[Any]]:
    """A sheet's cells from its header row down to the last row that holds anything."""
    rows = [[c.value for c in row] for row in book[sheet].iter_rows(min_row=3)]
    while rows and not any(v not in (None, "") for v in rows[-1]):
        rows.pop()
    return rows
