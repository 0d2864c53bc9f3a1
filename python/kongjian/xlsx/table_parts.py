"""Tables of sheets: what an output table is, and the part of a table in the package, read and made to fit its rows."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from kongjian.base.errors import KongjianError
from kongjian.base.grid import column_number, reference
from kongjian.xlsx.strings import escape
from kongjian.xlsx.xml_text import MAIN, element, given, with_attributes, with_prefix

if TYPE_CHECKING:  # what a table is is known without opening a package
    from kongjian.xlsx.parts import Parts
    from kongjian.xlsx.sheet_part import SheetPart

TITLE_ROW, SUBTITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4

WRAP_FROM = 28
ColumnKind = Literal[
    "text", "account", "rank", "count", "average", "score", "rate", "seconds", "time", "link", "answer"
]
OutputRole = Literal["result", "evidence"]
_REF = re.compile(r"([A-Z]+)(\d+):([A-Z]+)(\d+)")
_COLUMN = re.compile(r"<(?:\w+:)?tableColumn\b[^>]*>")
_LAST_ROW = re.compile(r'(<(?:\w+:)?(?:table|autoFilter)\b[^>]*?\sref="[A-Z]+\d+:[A-Z]+)\d+')


@dataclass(frozen=True)
class OutColumn:
    """One output column: its header, how its values look, its width in characters; a narrow one may fold its texts."""

    name: str
    kind: ColumnKind
    width: float
    folds: bool = False

    @property
    def wraps(self) -> bool:
        """Whether long texts in it go on in a further line."""
        return self.folds or (self.kind == "text" and self.width >= WRAP_FROM)


@dataclass(frozen=True)
class OutputSheet:
    """One output sheet with its one table; the table's first row is HEADER_ROW. Where staff type, it is not protected."""

    sheet: str
    table: str
    columns: tuple[OutColumn, ...]
    role: OutputRole
    purpose: str
    protected: bool = True

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]


class TablePart:
    """One table of a sheet: where it stands, and its part, made to fit its rows."""

    def __init__(self, parts: Parts, part: str) -> None:
        self._parts, self._part = parts, part
        found = _REF.fullmatch(given(parts.text(part), "ref"))
        if found is None:
            raise parts.package.damaged(part)
        self.first_column, self.header_row = column_number(found[1]), int(found[2])
        self.last_column, self.last_row = column_number(found[3]), int(found[4])

    @property
    def names(self) -> list[str]:
        found = _COLUMN.finditer(self._parts.text(self._part))
        return [html.unescape(given(m[0], "name")) for m in found]

    def fit(self, spec: OutputSheet, last_row: int) -> None:
        """Range, filter and columns as the new rows need them; a filter's choices are cleared."""
        last = self.first_column + len(spec.columns) - 1
        ref = reference((self.header_row, self.first_column, last_row, last))
        xml = with_attributes(self._parts.text(self._part), ref=ref, totalsRowCount=None)
        xml = element("autoFilter").sub(lambda m: with_prefix(f'<autoFilter ref="{ref}"/>', m[1]), xml)
        xml = element("sortState").sub("", xml)
        if [given(m[0], "name") for m in _COLUMN.finditer(xml)] != [escape(n) for n in spec.names]:
            xml = element("tableColumns").sub(lambda m: with_prefix(_columns(spec), m[1]), xml)
        self._parts.set_part(self._part, xml)

    def extend(self, sheet: str, last_row: int) -> None:
        """Lets an input table reach down to this row; its columns and its filter's choices stay as they are.

        Raises KongjianError where it ends in a row of totals.
        """
        xml = self._parts.text(self._part)
        if self.last_row >= last_row:
            return
        if given(xml, "totalsRowCount", "0") != "0":
            raise KongjianError(totals_row(sheet))
        self._parts.set_part(self._part, _LAST_ROW.sub(rf"\g<1>{last_row}", xml))

    def shrink(self, last_row: int) -> None:
        """Lets an input table end with this row, unless it ends before or in a row of totals."""
        xml = self._parts.text(self._part)
        if self.last_row > last_row and given(xml, "totalsRowCount", "0") == "0":
            self._parts.set_part(self._part, _LAST_ROW.sub(rf"\g<1>{last_row}", xml))


def find_table(parts: Parts, sheet_part: str, name: str) -> TablePart | None:
    """None where the sheet has no table of this name, in whatever case."""
    tables = (part for _, kind, part in parts.relationships(sheet_part) if kind.endswith("/table"))
    for part in filter(parts.taken, tables):
        if given(parts.text(part), "displayName").lower() == name.lower():
            return TablePart(parts, part)
    return None


def add_table(parts: Parts, sheet_part: str, sheet: SheetPart, spec: OutputSheet) -> TablePart:
    """Adds the table to a sheet that has none of this name."""
    part = parts.free("tables/tableK#.xml")
    others = [name for name in parts.names if "/tables/" in f"/{name}" and name.endswith(".xml")]
    ids = [int(given(parts.text(name), "id", "0")) for name in others]
    _set_aside(parts, others, spec.table)
    ref = reference((HEADER_ROW, 1, FIRST_ROW, len(spec.columns)))
    parts.set_part(part, (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<table xmlns="{MAIN}" id="{max(ids, default=0) + 1}" '
        f'name="{spec.table}" displayName="{spec.table}" ref="{ref}" totalsRowShown="0"><autoFilter ref="{ref}"/>'
        f'{_columns(spec)}<tableStyleInfo name="TableStyleLight9" showFirstColumn="0" showLastColumn="0" '
        'showRowStripes="1" showColumnStripes="0"/></table>'
    ))  # fmt: skip
    sheet.add_table_part(parts.relate(sheet_part, "table", part))
    return TablePart(parts, part)


def _set_aside(parts: Parts, tables: Sequence[str], name: str) -> None:
    """Renames a table of this name that stands on a sheet which staff renamed: two would break the file."""
    known = "".join(map(parts.text, tables)).lower()
    number = 1
    while f'"{name}_{number}"'.lower() in known:
        number += 1
    for table in tables:
        xml = parts.text(table)
        taken = {k: given(xml, k) for k in ("displayName", "name") if given(xml, k).lower() == name.lower()}
        if taken:
            parts.set_part(table, with_attributes(xml, **{k: f"{v}_{number}" for k, v in taken.items()}))


def _columns(spec: OutputSheet) -> str:
    columns = "".join(
        f'<tableColumn id="{k}" name="{escape(n)}"/>' for k, n in enumerate(spec.names, start=1)
    )
    return f'<tableColumns count="{len(spec.names)}">{columns}</tableColumns>'


def totals_row(sheet: str) -> str:
    """What is said of an input table to which no row can be added."""
    return f"工作表“{sheet}”的表格末尾有汇总行；请取消汇总行（表设计-汇总行）再试"
