"""Reads 列名对应: which headers of exported files staff have confirmed, and which they have turned down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.intake.rule_rows import find_columns
from kongjian.intake.values import folded
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable

SHEET = "列名对应"
COLUMNS = ("工作表", "文件里的列名", "对应列", "确认", "来自文件")


@dataclass(frozen=True)
class NameRow:
    """One row of the sheet: a header of a file for one input sheet, the column it stands for, what staff say."""

    sheet: str
    found: str
    column: str
    answer: str
    file: str
    row: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What it is about: input sheet and header."""
        return fold(self.sheet), fold(self.found)


def name_rows(grid: Grid | None) -> list[NameRow]:
    """The sheet's rows; [] where there is no such sheet or it is no longer this table."""
    found = find_columns(grid, COLUMNS) if grid is not None else None
    if grid is None or found is None:
        return []
    header, at = found
    places = [at[fold(c)] for c in COLUMNS]
    out = []
    for row, cells in enumerate(grid.rows[header:], start=header + 1):
        texts = ["" if is_blank(cells[k]) else clean(str(cells[k])) for k in places]
        if texts[0] and texts[1]:
            out.append(NameRow(texts[0], texts[1], texts[2], texts[3], texts[4], row))
    return out


def with_confirmed(rules: Rules, grid: Grid | None) -> Rules:
    """The rules with every confirmed header as a further alias of its column.

    `grid` is that of 列名对应. Raises KongjianError naming the cell of an answer that cannot be used.
    """
    confirmed = dict(_confirmed(rules, grid))
    if not confirmed:
        return rules
    tables = []
    for table in rules.tables:
        names = {found: column for (sheet, found), column in confirmed.items() if sheet == fold(table.sheet)}
        tables.append(_with_aliases(table, names) if names else table)
    return rules.replace(tables=tuple(tables))


def turned_down(rules: Rules, grid: Grid | None) -> set[tuple[str, str]]:
    """The headers (folded input sheet, folded header) that staff said stand for no column."""
    no = folded(rules.words.no)
    return {row.key for row in name_rows(grid) if fold(row.answer) in no}


def _confirmed(rules: Rules, grid: Grid | None) -> Iterator[tuple[tuple[str, str], str]]:
    yes, no = folded(rules.words.yes), folded(rules.words.no)
    tables = {fold(t.sheet): t for t in rules.tables}
    for row in name_rows(grid):
        if fold(row.answer) not in yes:
            if row.answer and fold(row.answer) not in no:
                raise KongjianError(f"{SHEET}第{row.row}行：“确认”列的“{row.answer}”认不出，请写“是”或“否”")
            continue
        table = tables.get(fold(row.sheet))
        column = (
            next((c.name for c in table.columns if fold(c.name) == fold(row.column)), "") if table else ""
        )
        if table is None:
            raise KongjianError(f"{SHEET}第{row.row}行：没有输入表“{row.sheet}”，请改“工作表”列")
        if not column:
            raise KongjianError(f"{SHEET}第{row.row}行：{table.sheet}没有“{row.column}”列，请改“对应列”")
        yield row.key, column


def _with_aliases(table: InputTable, names: dict[str, str]) -> InputTable:
    """What staff confirm goes before the aliases of the rules, never before a column's own name."""
    own = {fold(c.name) for c in table.columns}
    names = {found: column for found, column in names.items() if found not in own}
    columns = []
    for column in table.columns:
        kept = [a for a in column.aliases if names.get(fold(a), column.name) == column.name]
        added = [found for found, name in names.items() if name == column.name]
        columns.append(replace(column, aliases=(*kept, *added)))
    return replace(table, columns=tuple(columns))
