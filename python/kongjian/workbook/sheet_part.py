"""One worksheet part, edited as text: only the cells that a calculation owns are replaced.

Everything before and behind the cells, and every cell that is not the table's, stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from kongjian.errors import KongjianError
from kongjian.intake.grid import letter

_SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*?(?:/>|>(.*)</(?:\w+:)?sheetData>)", re.DOTALL)
_ROW_OPENING = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(/?)>")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)
_REF = re.compile(rb'\br="([A-Z]+)(\d+)"')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?(?:/>|>\s*</(?:\w+:)?dimension>)")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_HYPERLINKS = re.compile(rb"<(?:\w+:)?hyperlinks\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?hyperlinks>)", re.DOTALL)
_HYPERLINK = re.compile(
    rb'<(?:\w+:)?hyperlink\b[^>]*?\bref="([A-Z]+)(\d+)[^"]*"[^>]*?(?:/>|>.*?</(?:\w+:)?hyperlink>)', re.DOTALL
)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
# what may stand behind the hyperlinks of a worksheet, in the order of the schema
_AFTER_LINKS = re.compile(
    rb"<(?:\w+:)?(?:printOptions|pageMargins|pageSetup|headerFooter|rowBreaks|colBreaks|customProperties|"
    rb"cellWatches|ignoredErrors|smartTags|drawing|legacyDrawing|legacyDrawingHF|drawingHF|picture|oleObjects|"
    rb"controls|webPublishItems|tableParts|extLst)\b|</(?:\w+:)?worksheet>"
)

_TABLE_PARTS = re.compile(rb"<(?:\w+:)?tableParts\b[^>]*>")
_AFTER_TABLES = re.compile(rb"<(?:\w+:)?extLst\b|</(?:\w+:)?worksheet>")


def column_number(letters: bytes | str) -> int:
    """A is 1, AA is 27."""
    number = 0
    for character in letters if isinstance(letters, bytes) else letters.encode():
        number = number * 26 + character - 64
    return number


class SheetPart:
    """The XML of one worksheet."""

    def __init__(self, xml: bytes, name: str) -> None:
        self.xml = xml
        self.name = name
        found = _SHEET_DATA.search(xml)
        if found is None:
            raise KongjianError(f"工作表“{name}”的内容读不了；请用Excel另存一次再试")
        self.prefix = found[1].decode()
        self._head = xml[: found.start()]
        self._tail = xml[found.end() :]
        self._rows = _rows(found[2] or b"", found[1])
        self.lost_formulas = False

    def style(self, row: int, column: int) -> int:
        """The style of a cell, else of its column."""
        for cell in _CELL.finditer(self._rows.get(row, (b"", b""))[1]):
            ref = _REF.search(cell[1])
            if ref and column_number(ref[1]) == column:
                style = _STYLE.search(cell[1])
                return int(style[1]) if style else 0
        for col in _COL.finditer(self._head):
            bounds = {k: int(v) for k, v in re.findall(rb'\b(min|max|style)="(\d+)"', col[1])}
            if bounds.get(b"min", 0) <= column <= bounds.get(b"max", 0):
                return bounds.get(b"style", 0)
        return 0

    def put(self, row: int, column: int, content: str, style: int | None = None) -> None:
        """One cell. `content` is what follows its reference: attributes, ">" and value, or "/>" for a blank."""
        attributes, inner = self._rows.get(row, (f' r="{row}"'.encode(), b""))
        if style is None:
            style = self.style(row, column)
        p = self.prefix
        shown = f' s="{style}"' if style else ""
        cell = f'<{p}c r="{letter(column)}{row}"{shown}{content.replace("/c>", f"/{p}c>")}'.encode()
        kept: list[bytes] = []
        position = None
        for old in _CELL.finditer(inner):
            ref = _REF.search(old[1])
            at = column_number(ref[1]) if ref else 0
            if at == column:
                self.lost_formulas |= bool(_FORMULA.search(old[0]))
                continue
            if at > column and position is None:
                position = len(kept)
            kept.append(old[0])
        kept.insert(len(kept) if position is None else position, cell)
        self._rows[row] = (_without_spans(attributes), b"".join(kept))

    def replace_table(
        self, header_row: int, first_column: int, width: int, old_last_row: int, rows: Sequence[str]
    ) -> None:
        """Puts the finished cells of each row below the header, in the place of what the table held.

        Cells beside the table stay in their rows; cells below its old end stay unless the new rows reach them.
        """
        last_column = first_column + width - 1
        start = header_row + 1
        end = max(old_last_row, header_row + len(rows))
        outside = self._outside(start, end, first_column, last_column)
        for row in [r for r in self._rows if start <= r <= end]:
            del self._rows[row]
        for row, cells in enumerate(rows, start=start):
            before, behind, attributes = outside.pop(row, (b"", b"", f' r="{row}"'.encode()))
            self._rows[row] = (attributes, before + cells.encode() + behind)
        for row, (before, behind, attributes) in outside.items():
            self._rows[row] = (attributes, before + behind)

    def _outside(
        self, start: int, end: int, first_column: int, last_column: int
    ) -> dict[int, tuple[bytes, bytes, bytes]]:
        """What stands beside the table: per row the cells left and right of it and the row's attributes."""
        out = {}
        for row, (attributes, inner) in self._rows.items():
            if not start <= row <= end:
                continue
            self.lost_formulas |= b"<f" in inner or b":f" in inner
            last = _REF.search(inner, inner.rfind(b"<", 0, inner.rfind(b' r="') + 1)) if inner else None
            if last and column_number(last[1]) <= last_column and first_column == 1:
                continue
            before, behind = [], []
            for cell in _CELL.finditer(inner):
                ref = _REF.search(cell[1])
                at = column_number(ref[1]) if ref else first_column
                if at < first_column:
                    before.append(cell[0])
                elif at > last_column:
                    behind.append(cell[0])
            if before or behind:
                out[row] = (b"".join(before), b"".join(behind), _without_spans(attributes))
        return out

    def replace_links(
        self, links: Sequence[tuple[str, str]], header_row: int, first_column: int, last_column: int
    ) -> None:
        """Internal links (cell, place) below a table's header; links elsewhere stay."""
        kept = b""
        if old := _HYPERLINKS.search(self._tail):
            for link in _HYPERLINK.finditer(old[1] or b""):
                if int(link[2]) <= header_row or not first_column <= column_number(link[1]) <= last_column:
                    kept += link[0]
            self._tail = self._tail[: old.start()] + self._tail[old.end() :]
        p = self.prefix
        new = "".join(
            f'<{p}hyperlink ref="{ref}" location="{place}" display="{ref}"/>' for ref, place in links
        )
        if not new and not kept:
            return
        at = _AFTER_LINKS.search(self._tail)
        assert at is not None
        block = f"<{p}hyperlinks>".encode() + kept + new.encode() + f"</{p}hyperlinks>".encode()
        self._tail = self._tail[: at.start()] + block + self._tail[at.start() :]

    def add_table_part(self, relationship: str) -> None:
        """Names a table that this sheet holds, by its relationship."""
        p = self.prefix
        office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        item = f'<{p}tablePart xmlns:r="{office}" r:id="{relationship}"/>'.encode()
        if old := _TABLE_PARTS.search(self._tail):
            self._tail = self._tail[: old.end()] + item + self._tail[old.end() :]
            return
        at = _AFTER_TABLES.search(self._tail)
        assert at is not None
        block = f"<{p}tableParts>".encode() + item + f"</{p}tableParts>".encode()
        self._tail = self._tail[: at.start()] + block + self._tail[at.start() :]

    def bytes(self) -> bytes:
        """The part as it now stands."""
        p = self.prefix.encode()
        opening, closing = b"<" + p + b"row", b"</" + p + b"row>"
        rows = []
        for row in sorted(self._rows):
            attributes, inner = self._rows[row]
            rows.append(opening + attributes + (b">" + inner + closing if inner else b"/>"))
        return b"".join(
            (
                _DIMENSION.sub(b"", self._head, count=1),
                b"<" + p + b"sheetData>",
                *rows,
                b"</" + p + b"sheetData>",
                self._tail,
            )
        )


def _rows(body: bytes, prefix: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Row number → the row's attributes and its cells, all as they stand."""
    out = {}
    number = 0
    for chunk in body.split(b"</" + prefix + b"row>"):
        at = 0
        while opening := _ROW_OPENING.match(chunk, chunk.find(b"<", at) if at < len(chunk) else len(chunk)):
            at = opening.end()
            given = _ROW_NUMBER.search(opening[1])
            number = int(given[1]) if given else number + 1
            if opening[2]:  # a row without cells, closed at once
                out[number] = (opening[1], b"")
            else:
                out[number] = (opening[1], chunk[at:])
                break
    return out


def _without_spans(attributes: bytes) -> bytes:
    return re.sub(rb'\s(?:spans|hidden)="[^"]*"', b"", attributes)
