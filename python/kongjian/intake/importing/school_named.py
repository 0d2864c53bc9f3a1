"""The school of a list that names it once: in a title line above the rows, or as the name of the sheet."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.intake.headers import MOST_LIKELY, header_name, likeliest_row, named_in
from kongjian.intake.importing.recognise import likely_column
from kongjian.intake.importing.source_sheet import SourceSheet
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable
from kongjian.rules.roles import Role

_LABELLED = re.compile(r"^([^:：]{1,8})[:：]\s*(.*)$")


def with_school(sheet: SourceSheet, rules: Rules, schools: Collection[str]) -> SourceSheet:
    """The sheet with a column of schools where it has none and names them otherwise; told in its notes.

    `schools` are those of the workbook.
    """
    for table in rules.tables:
        row = likeliest_row(table, sheet.grid)
        if _lacks_school(table, sheet.grid, row, rules):
            return _filled(sheet, row, _Schools(table, rules, schools))
    return sheet


def _lacks_school(table: InputTable, grid: Grid, row: int, rules: Rules) -> bool:
    """Whether only the school is missing, and no header may stand for it."""
    name, names = table.name_of(Role.SCHOOL), named_in(table, grid, row)
    keys = {c.name for c in table.columns if c.key and c.name != name}
    if not keys or name in names or not names >= keys or len(names) < MOST_LIKELY:
        return False
    texts = [clean(str(c)) for c in grid.rows[row - 1] if not is_blank(c) and header_name(table, c) is None]
    return all(likely_column(table, text, names, rules.importing) != name for text in texts)


class _Schools:
    """Which texts name a school."""

    def __init__(self, table: InputTable, rules: Rules, schools: Collection[str]) -> None:
        self.column = table.name_of(Role.SCHOOL)
        self._table = table
        self._labels = {fold(label) for label in rules.importing.school_labels}
        self._ends = rules.importing.school_ends
        self._known = sorted(schools, key=len, reverse=True)

    def in_line(self, cells: Sequence[Cell]) -> str:
        """The school that a line of few texts names, as 学校名称：某校, or as a title with a school's name in it."""
        texts = [clean(str(c)) for c in dict.fromkeys(cells) if not is_blank(c)]
        for text, after in zip(texts, [*texts[1:], ""], strict=True):
            found = _LABELLED.match(text)
            if found and self._is_label(found[1]) and self._is_school(value := found[2] or after):
                return value
        return self.in_title(texts[0]) if len(texts) == 1 and isinstance(texts[0], str) else ""

    def in_title(self, text: str) -> str:
        return next((name for name in self._known if name in text), "")

    def in_name(self, text: str) -> str:
        """The school that is the name of a sheet, or in it."""
        return self.in_title(text) or (clean(text) if self._is_school(clean(text)) else "")

    def _is_label(self, text: str) -> bool:
        return fold(text) in self._labels or header_name(self._table, text) == self.column

    def _is_school(self, text: str) -> bool:
        return text in self._known or text.endswith(self._ends)


def _filled(sheet: SourceSheet, header: int, schools: _Schools) -> SourceSheet:
    used: dict[str, None] = {}
    rows = [[*cells, ""] for cells in sheet.grid.rows]
    rows[header - 1][-1] = schools.column
    for k, school in _by_row(sheet, header, schools):
        if school and k >= header and not all(map(is_blank, rows[k])):
            rows[k][-1] = school
            used[school] = None
    if not used:
        return sheet
    note = f"文件里没有{schools.column}列，按标题或工作表名填：{'、'.join(used)}"
    return replace(sheet, grid=replace(sheet.grid, rows=rows), notes=(*sheet.notes, note))


def _by_row(sheet: SourceSheet, header: int, schools: _Schools) -> Iterator[tuple[int, str]]:
    """Each row (from 0) and its school: the last one that a line above names. Lines that name one get none."""
    school = schools.in_name(sheet.name)
    names = {str(c) for c in sheet.grid.rows[header - 1] if not is_blank(c)}
    for k, cells in enumerate(sheet.grid.rows):
        few = sum(not is_blank(c) for c in cells) <= MOST_LIKELY
        named = schools.in_line(cells) if few else ""
        school = named or school
        repeated = few is False and {str(c) for c in cells if not is_blank(c)} == names
        yield k, "" if named or repeated else school
