"""Reads 列名对应: which headers of exported files staff have confirmed, and which they have turned down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.intake.rule_rows import find_columns
from kongjian.intake.values import folded
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable

COLUMN_NAMES_SHEET = "列名对应"
SCHOOL, ALIKE, LISTED, ALL = "校名：", "同名：", "名单：", "全部确认"
"""What a row is about that is about no header: how its text begins, or, of the last, all of it."""
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


def is_header(row: NameRow) -> bool:
    """Whether a row is about a header."""
    return not row.found.startswith((SCHOOL, ALIKE, LISTED)) and row.found != ALL


@dataclass(frozen=True)
class Answers:
    """What staff answered: (folded input sheet, folded text) → the column that they confirmed, "" for no."""

    known: dict[tuple[str, str], str]

    def has(self, sheet: str, found: str) -> bool:
        return (fold(sheet), fold(found)) in self.known

    def confirmed(self, sheet: str, found: str) -> str:
        """What it stands for; "" where it was not asked or stands for nothing."""
        return self.known.get((fold(sheet), fold(found)), "")


def answers(rules: Rules, rows: Iterable[NameRow]) -> Answers:
    """The answers to the questions that are not about headers."""
    yes, no = folded(rules.words.yes), folded(rules.words.no)
    return Answers(
        {r.key: r.column if fold(r.answer) in yes else "" for r in rows if fold(r.answer) in yes | no}
    )


def settled(rules: Rules, rows: list[NameRow]) -> tuple[list[NameRow], bool]:
    """The rows with 全部确认 carried over to those of its file that have no answer, and whether any was."""
    yes = folded(rules.words.yes)
    files = {r.file for r in rows if r.found == ALL and fold(r.answer) in yes}
    kept = [
        replace(r, answer="是") if r.file in files and not r.answer and r.column else r
        for r in rows
        if r.found != ALL
    ]
    return kept, bool(files)


def with_confirmed(rules: Rules, rows: Iterable[NameRow]) -> Rules:
    """The rules with every confirmed header as a further alias of its column.

    `rows` are those of 列名对应. Raises KongjianError naming the cell of an answer that cannot be used.
    """
    confirmed = dict(_confirmed(rules, rows))
    if not confirmed:
        return rules
    tables = []
    for table in rules.tables:
        names = {found: column for (sheet, found), column in confirmed.items() if sheet == fold(table.sheet)}
        tables.append(_with_aliases(table, names) if names else table)
    return rules.replace(tables=tuple(tables))


def turned_down(rules: Rules, rows: Iterable[NameRow]) -> set[tuple[str, str]]:
    """The headers (folded input sheet, folded header) that staff said stand for no column."""
    no = folded(rules.words.no)
    return {row.key for row in rows if is_header(row) and fold(row.answer) in no}


def _confirmed(rules: Rules, rows: Iterable[NameRow]) -> Iterator[tuple[tuple[str, str], str]]:
    yes, no = folded(rules.words.yes), folded(rules.words.no)
    tables = {fold(t.sheet): t for t in rules.tables}
    for row in rows:
        if fold(row.answer) not in yes:
            if row.answer and fold(row.answer) not in no:
                raise KongjianError(
                    f"{COLUMN_NAMES_SHEET}第{row.row}行：“确认”列的“{row.answer}”认不出，请写“是”或“否”"
                )
            continue
        if not is_header(row):
            continue
        table = tables.get(fold(row.sheet))
        column = (
            next((c.name for c in table.columns if fold(c.name) == fold(row.column)), "") if table else ""
        )
        if table is None:
            raise KongjianError(f"{COLUMN_NAMES_SHEET}第{row.row}行：没有输入表“{row.sheet}”，请改“工作表”列")
        if not row.column:
            raise KongjianError(
                f"{COLUMN_NAMES_SHEET}第{row.row}行：请在“对应列”写{table.sheet}的列名；不是任何一列就写“否”"
            )
        if not column:
            raise KongjianError(
                f"{COLUMN_NAMES_SHEET}第{row.row}行：{table.sheet}没有“{row.column}”列，请改“对应列”"
            )
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
