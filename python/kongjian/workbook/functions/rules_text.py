"""The rules of one workbook from the text of its 规则 tables, as the VBA wrapper hands it over."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.rules import Rules, load_rules
from kongjian.workbook.identity import named_rules
from kongjian.workbook.layout import SCHEME_NAME
from kongjian.xlsx.defined_names import carried_text

CELL = "\v"
"""Between the cells of a row; rows end with a line feed, and an empty line parts the tables."""
_CELL_BEFORE = "\x1f"
"""The same in workbooks whose macros are older."""
WORKBOOKS = 8
"""So many texts are remembered: a few open workbooks, each with a change or two on its 规则 sheet."""


@lru_cache(maxsize=WORKBOOKS)
def rules_of(text: str) -> Rules:
    """The rules of the workbook's scheme as it wants them; without a text, the default's with every reading at its default.

    The scheme is looked for beside the workbook, too, where its macros tell the folder. Raises KongjianError for whatever
    the 规则 sheet may not say, and for a scheme that is not on this computer: another one's must never stand in.
    """
    if not text.strip():
        return load_rules()
    tables, names = _told(text.replace("\r\n", "\n").replace(_CELL_BEFORE, CELL))
    grid = _grid(tables)
    return apply_rule_sheet(grid, named_rules(grid, names.beside, names))


@dataclass(frozen=True)
class _Names:
    """What the macros tell besides the tables: what the name of the scheme refers to, and the workbook's folder."""

    scheme: str = ""
    folder: str = ""

    @property
    def beside(self) -> Path | None:
        """The folder, where it is on this computer."""
        return Path(self.folder) if self.folder and Path(self.folder).is_absolute() else None

    def carried(self, name: str) -> str:
        return carried_text(self.scheme) if name == SCHEME_NAME else ""

    def has_name(self, name: str) -> bool:
        return name == SCHEME_NAME and bool(self.scheme)


def _told(text: str) -> tuple[str, _Names]:
    """The tables, and what older macros do not tell."""
    tables, found, rest = text.rpartition(f"{SCHEME_NAME}{CELL}")
    if not found:
        return text, _Names()
    scheme, _, folder = rest.partition("\n")
    return tables.rstrip("\n"), _Names(scheme, folder.rpartition(CELL)[2])


def _grid(text: str) -> Grid:
    """The tables one below the other, an empty row between them."""
    rows: list[list[str]] = []
    for table in text.split("\n\n"):
        rows += [*_rows(table), []]
    width = max(map(len, rows))
    return Grid([row + [""] * (width - len(row)) for row in rows])


def _rows(table: str) -> list[list[str]]:
    """The rows of one table; a cell of several lines, as Alt+Enter makes them, is put together again."""
    header, *lines = table.strip("\n").split("\n")
    wanted, rows = header.count(CELL), [header]
    for line in lines:
        if CELL not in line or rows[-1].count(CELL) < wanted:
            rows[-1] += f"\n{line}"
        else:
            rows.append(line)
    return [row.split(CELL) for row in rows]
