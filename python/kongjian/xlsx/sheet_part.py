"""One worksheet part, edited as text: only the cells that a calculation owns are replaced; long because its rows, head and outline are one text.

Everything before and behind the cells, and every cell that is not the table's, stays byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from xml.parsers import expat

from kongjian.base.errors import KongjianError
from kongjian.base.grid import column_number, letter
from kongjian.xlsx.strings import escape
from kongjian.xlsx.xml_text import CELL_REF, OFFICE, with_prefix

_UNREADABLE = "工作表“{}”的内容读不了；请用Excel另存一次再试"
_SHEET_DATA = re.compile(rb"<((?:\w+:)?)sheetData\b[^>]*?(?:/>|>(.*)</(?:\w+:)?sheetData>)", re.DOTALL)
_ROW_OPENING = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(/?)>")
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*?)(?:/>|>.*?</(?:\w+:)?c>)", re.DOTALL)
_USUAL_ROW = re.compile(rb'<row( r="(\d+)"(?: [\w:]+="[^"<>]*")*)>(?=<c r=")')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_DIMENSION = re.compile(rb"<(?:\w+:)?dimension\b[^>]*?(?:/>|>\s*</(?:\w+:)?dimension>)")
_COL = re.compile(rb"<(?:\w+:)?col\b([^>]*)/?>")
_COLS = re.compile(rb"<((?:\w+:)?)cols\b[^>]*>.*?</(?:\w+:)?cols>", re.DOTALL)
_BOUNDS = re.compile(rb'\s(?:min|max)="\d+"')
_LAST_COLUMN = 16_384
_HYPERLINKS = re.compile(rb"<(?:\w+:)?hyperlinks\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?hyperlinks>)", re.DOTALL)
_HYPERLINK = re.compile(
    rb'<(?:\w+:)?hyperlink\b[^>]*?\bref="([A-Z]+)(\d+)[^"]*"[^>]*?(?:/>|>.*?</(?:\w+:)?hyperlink>)', re.DOTALL
)
_SPANS = re.compile(rb'\sspans="[^"]*"')
_OF_OLD_ROW = re.compile(rb'\s(?:spans|hidden|ht|customHeight|outlineLevel|collapsed)="[^"]*"')
_COLLAPSED = re.compile(rb'\scollapsed="[^"]*"')
_ROW_FORMAT = re.compile(rb"<(?:\w+:)?sheetFormatPr\b[^>]*?(?=/?>)")
_ROW_LEVELS = re.compile(rb'\soutlineLevelRow="[^"]*"')
_COLUMNS = re.compile(rb"<(?:\w+:)?cols\b")
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is|f)\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
ORDER = (
    "sheetData sheetCalcPr sheetProtection protectedRanges scenarios autoFilter sortState dataConsolidate customSheetViews "
    "mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions pageMargins pageSetup "
    "headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing "
    "legacyDrawingHF drawingHF picture oleObjects controls AlternateContent webPublishItems tableParts extLst"
).split()
"""What a worksheet holds from its cells on, by the schema."""
_TABLE_PARTS = re.compile(rb'(<(?:\w+:)?tableParts\b)(?:\s+count="\d*")?([^>]*>)')
_TAG = re.compile(rb"""<(/?)(?:\w+:)?(\w+)(?:"[^"]*"|'[^']*'|[^"'>])*?(/?)>""")


def inserted(tail: bytes, block: bytes, name: str) -> bytes:
    """What stands behind a sheet's cells with a block of these elements put where the schema wants it."""
    behind = {n.encode() for n in ORDER[ORDER.index(name) + 1 :]}
    at, depth = len(tail), 0
    for tag in _TAG.finditer(tail):
        if depth == 0 and (tag[1] or tag[2] in behind):
            at = tag.start()
            break
        depth += -1 if tag[1] else not tag[3]
    return tail[:at] + block + tail[at:]


class SheetPart:
    """The XML of one worksheet."""

    def __init__(self, xml: bytes, name: str) -> None:
        self.xml = xml
        self.name = name
        found = _SHEET_DATA.search(xml)
        if found is None:
            raise KongjianError(_UNREADABLE.format(name))
        self.prefix = found[1].decode()
        self._head = xml[: found.start()]
        self._tail = xml[found.end() :]
        try:
            expat.ParserCreate().Parse(self._head + self._tail, True)
        except expat.ExpatError:
            raise KongjianError(_UNREADABLE.format(name)) from None
        self._found = found
        self._whole: bytes | None = None
        self._cleared_to = 0
        self.lost_formulas = False

    @property
    def head(self) -> str:
        """What stands above the cells."""
        return self._head.decode(errors="surrogateescape")

    @head.setter
    def head(self, text: str) -> None:
        self._head = text.encode(errors="surrogateescape")

    @cached_property
    def _rows(self) -> dict[int, tuple[bytes, bytes]]:
        """The cells by row, taken apart when first asked for: a sheet that is written anew is not."""
        return _rows(self._found[2] or b"", self._found[1])

    def replace_all(self, rows: Sequence[str]) -> None:
        """The cells of each row, from the first on, in place of all that the sheet held; nothing more is asked of it."""
        p = self.prefix
        lines = [f'<row r="{k}">{cells}</row>' for k, cells in enumerate(rows, start=1) if cells]
        self._whole = with_prefix("".join(lines), p).encode()
        self.lost_formulas = True

    def last_of_block(self, first_row: int) -> int:
        """The last of the rows with values that follow one another from this row on."""
        row = first_row
        while _VALUE.search(self._rows.get(row, (b"", b""))[1]):
            row += 1
        return row - 1

    def first_filled(self, first_row: int, first_column: int, last_column: int) -> str:
        """The first cell with content in these columns, from a row down; "" where there is none."""
        for row in sorted(r for r in self._rows if r >= first_row) if first_column <= last_column else ():
            for cell in _CELL.finditer(self._rows[row][1]):
                ref = CELL_REF.search(cell[1])
                if ref and first_column <= column_number(ref[1]) <= last_column and _VALUE.search(cell[0]):
                    return (ref[1] + ref[2]).decode()
        return ""

    def last_row(self) -> int:
        """The last row with a value or a formula, 0 without any."""
        return max((row for row, (_, cells) in self._rows.items() if _VALUE.search(cells)), default=0)

    def style(self, row: int, column: int) -> int:
        """The style of a cell, else of its column."""
        return self.styles(row, [column])[0]

    def styles(self, row: int, columns: Sequence[int]) -> list[int]:
        """The style of each of a row's cells, else of its column."""
        return self._styles_in(self._cells_of(row), columns)

    def _styles_in(self, cells: Sequence[tuple[int, bytes]], columns: Sequence[int]) -> list[int]:
        own: dict[int, int] = {}
        for at, cell in cells:
            own.setdefault(at, int(style[1]) if (style := _STYLE.search(cell[: cell.find(b">")])) else 0)
        return [own[column] if column in own else self._of_column(column) for column in columns]

    def _of_column(self, column: int) -> int:
        for col in _COL.finditer(self._head):
            bounds = {k: int(v) for k, v in re.findall(rb'\b(min|max|style)="(\d+)"', col[1])}
            if bounds.get(b"min", 0) <= column <= bounds.get(b"max", 0):
                return bounds.get(b"style", 0)
        return 0

    def _cells_of(self, row: int) -> list[tuple[int, bytes]]:
        """The cells of a row, each with its column."""
        found = []
        for cell in _CELL.finditer(self._rows.get(row, (b"", b""))[1]):
            ref = CELL_REF.search(cell[1])
            found.append((column_number(ref[1]) if ref else 0, cell[0]))
        return found

    def move_columns(self, first: int, looks: Sequence[int], old_width: int) -> None:
        """Gives the columns from `first` on the widths and styles that others had, by their distance from `first`.

        Of the old ones those that are no longer taken up have none of their own.
        """
        block = _COLS.search(self._head)
        if block is None:
            return
        known: dict[int, bytes] = {}
        for col in _COL.finditer(block[0]):
            bounds = {k: int(v) for k, v in re.findall(rb'\b(min|max)="(\d+)"', col[1])}
            for column in range(bounds[b"min"], min(bounds[b"max"], _LAST_COLUMN) + 1):
                known[column] = _BOUNDS.sub(b"", col[1]).rstrip(b"/ ")
        new = {c: look for c, look in known.items() if not first <= c < first + max(old_width, len(looks))}
        new |= {first + k: known[first + at] for k, at in enumerate(looks) if first + at in known}
        p = self.prefix.encode()
        cols = b"".join(
            b'<%scol min="%d" max="%d"%s/>' % (p, first, last, look) for first, last, look in _runs(new)
        )
        made = b"<%scols>%s</%scols>" % (p, cols, p) if cols else b""
        self._head = self._head[: block.start()] + made + self._head[block.end() :]

    def cell(self, row: int, column: int) -> bytes:
        """A cell's element, b"" where there is none."""
        return next((cell for at, cell in self._cells_of(row) if at == column), b"")

    def put(self, row: int, column: int, content: str, style: int | None = None) -> None:
        """One cell, see put_cells."""
        self.put_cells(row, [(column, content, style)])

    def put_cells(self, row: int, cells: Sequence[tuple[int, str, int | None]]) -> None:
        """Cells of one row: column, content, style, without which each keeps the one that it has.

        The content is what follows a cell's reference: attributes, ">" and value, or "/>" for a blank.
        """
        attributes = self._rows[row][0] if row in self._rows else f' r="{row}"'.encode()
        old = self._cells_of(row)
        own = self._styles_in(old, [column for column, *_ in cells])
        p, new = self.prefix, {}
        for (column, content, given), style in zip(cells, own, strict=True):
            look = style if given is None else given
            shown = f' s="{look}"' if look else ""
            new[column] = f'<{p}c r="{letter(column)}{row}"{shown}{with_prefix(content, p)}'.encode()
        # the chain of calculation names cells, not what stands in them
        self.lost_formulas |= any(
            at in new and _FORMULA.search(cell) and not _FORMULA.search(new[at]) for at, cell in old
        )
        kept = [(at, cell) for at, cell in old if at not in new]
        ordered = sorted([*kept, *new.items()], key=itemgetter(0))
        self._rows[row] = (_SPANS.sub(b"", attributes), b"".join(cell for _, cell in ordered))

    def replace_table(
        self,
        header_row: int,
        first_column: int,
        width: int,
        old_last_row: int,
        rows: Sequence[str],
        heights: Mapping[int, float] | None = None,
        folded_from: int | None = None,
    ) -> None:
        """Puts the finished cells of each row below the header, in the place of what the table held.

        Cells beside the table stay in their rows; cells below its old end stay unless the new rows reach them.
        The rows from `folded_from` on are one outline group, collapsed.
        """
        last_column = first_column + width - 1
        start = header_row + 1
        end = max(old_last_row, header_row + len(rows))
        self._cleared_to = end
        outside = self._outside(start, end, first_column, last_column)
        for row in [r for r in self._rows if start <= r <= end]:
            del self._rows[row]
        for row, cells in enumerate(rows, start=start):
            before, behind, attributes = outside.pop(row, (b"", b"", f' r="{row}"'.encode()))
            if heights and row in heights:
                attributes += f' ht="{heights[row]:g}" customHeight="1"'.encode()
            if folded_from is not None and row >= folded_from:
                attributes += b' hidden="1" outlineLevel="1"'
            self._rows[row] = (attributes, before + cells.encode() + behind)
        for row, (before, behind, attributes) in outside.items():
            self._rows[row] = (attributes, before + behind)
        self._mark_fold(old_last_row + 1, start + len(rows) if folded_from is not None else 0)

    def _mark_fold(self, old: int, new: int) -> None:
        """The row below a collapsed group says so; `new` is 0 where there is none."""
        if old in self._rows:
            attributes, cells = self._rows[old]
            self._rows[old] = (_COLLAPSED.sub(b"", attributes), cells)
        if not new:
            return
        attributes, cells = self._rows.get(new, (f' r="{new}"'.encode(), b""))
        self._rows[new] = (_COLLAPSED.sub(b"", attributes) + b' collapsed="1"', cells)
        head, p = self._head, self.prefix.encode()
        if found := _ROW_FORMAT.search(head):
            given = _ROW_LEVELS.sub(b"", found[0]).rstrip()
            self._head = head[: found.start()] + given + b' outlineLevelRow="1"' + head[found.end() :]
        else:
            at = columns.start() if (columns := _COLUMNS.search(head)) else len(head)
            new_format = b"<" + p + b'sheetFormatPr defaultRowHeight="15" outlineLevelRow="1"/>'
            self._head = head[:at] + new_format + head[at:]

    def _outside(
        self, start: int, end: int, first_column: int, last_column: int
    ) -> dict[int, tuple[bytes, bytes, bytes]]:
        """What stands beside the table: per row the cells left and right of it and the row's attributes."""
        out = {}
        opening = f"<{self.prefix}c ".encode()
        for row, (attributes, inner) in self._rows.items():
            if not start <= row <= end:
                continue
            self.lost_formulas |= b"<f" in inner or b":f" in inner
            last = CELL_REF.search(inner, max(inner.rfind(opening), 0))
            if last and column_number(last[1]) <= last_column and first_column == 1:
                continue
            before, behind = [], []
            for cell in _CELL.finditer(inner):
                ref = CELL_REF.search(cell[1])
                at = column_number(ref[1]) if ref else first_column
                if at < first_column:
                    before.append(cell[0])
                elif at > last_column:
                    behind.append(cell[0])
            if before or behind:
                out[row] = (b"".join(before), b"".join(behind), _OF_OLD_ROW.sub(b"", attributes))
        return out

    def remove_rows(self, first_row: int, last_row: int) -> None:
        """Takes out whole rows; those below stay where they are."""
        for row in [r for r in self._rows if first_row <= r <= last_row]:
            self.lost_formulas |= bool(_FORMULA.search(self._rows.pop(row)[1]))

    def replace_links(
        self, links: Sequence[tuple[str, str]], header_row: int, first_column: int, last_column: int
    ) -> None:
        """Internal links (cell, place) below a table's header; links elsewhere stay."""
        kept = b""
        if old := _HYPERLINKS.search(self._tail):
            for link in _HYPERLINK.finditer(old[1] or b""):
                in_rows = header_row < int(link[2]) <= self._cleared_to
                if not (in_rows and first_column <= column_number(link[1]) <= last_column):
                    kept += link[0]
            self._tail = self._tail[: old.start()] + self._tail[old.end() :]
        p = self.prefix
        new = "".join(
            f'<{p}hyperlink ref="{ref}" location="{escape(place)}" display="{ref}"/>' for ref, place in links
        )
        if not new and not kept:
            return
        block = f"<{p}hyperlinks>".encode() + kept + new.encode() + f"</{p}hyperlinks>".encode()
        self._tail = inserted(self._tail, block, "hyperlinks")

    def add_table_part(self, relationship: str) -> None:
        """Names a table that this sheet holds, by its relationship."""
        p = self.prefix
        item = f'<{p}tablePart xmlns:r="{OFFICE}" r:id="{relationship}"/>'.encode()
        if old := _TABLE_PARTS.search(self._tail):
            self._tail = self._tail[: old.start()] + old[1] + old[2] + item + self._tail[old.end() :]
            return
        block = f"<{p}tableParts>".encode() + item + f"</{p}tableParts>".encode()
        self._tail = inserted(self._tail, block, "tableParts")

    def bytes(self) -> bytes:
        """The part as it now stands."""
        p = self.prefix.encode()
        opening, closing = b"<" + p + b"row", b"</" + p + b"row>"
        rows = [] if self._whole is None else [self._whole]
        for row in sorted(self._rows) if self._whole is None else ():
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


def _runs(looks: Mapping[int, bytes]) -> list[tuple[int, int, bytes]]:
    """Columns that follow one another and look alike as one: first, last, look."""
    out: list[tuple[int, int, bytes]] = []
    for column in sorted(looks):
        if out and out[-1][1] == column - 1 and out[-1][2] == looks[column]:
            out[-1] = (out[-1][0], column, looks[column])
        else:
            out.append((column, column, looks[column]))
    return out


def _rows(body: bytes, prefix: bytes) -> dict[int, tuple[bytes, bytes]]:
    """Row number → the row's attributes and its cells, all as they stand."""
    out = {}
    number = 0
    for chunk in body.split(b"</" + prefix + b"row>"):
        if usual := _USUAL_ROW.match(chunk):
            number = int(usual[2])
            out[number] = (usual[1], chunk[usual.end() :])
            continue
        at = 0
        while opening := _ROW_OPENING.match(chunk, chunk.find(b"<", at) if at < len(chunk) else len(chunk)):
            at = opening.end()
            given = _ROW_NUMBER.search(opening[1])
            number = int(given[1]) if given else number + 1
            attributes = opening[1] if given else opening[1] + f' r="{number}"'.encode()
            if opening[2]:  # a row without cells, closed at once
                out[number] = (attributes, b"")
            else:
                out[number] = (attributes, _cells(chunk[at:], number))
                break
    return out


def _cells(inner: bytes, row: int) -> bytes:
    """The cells of a row with their references, which a writer may leave out: each is then right of the last."""
    if b' r="' in inner[: inner.find(b">")] or not inner:
        return inner
    column = 0

    def name(cell: re.Match[bytes]) -> bytes:
        nonlocal column
        ref = CELL_REF.search(cell[1])
        column = column_number(ref[1]) if ref else column + 1
        if ref:
            return cell[0]
        start = cell.start(1) - cell.start()
        return cell[0][:start] + f' r="{letter(column)}{row}"'.encode() + cell[0][start:]

    return _CELL.sub(name, inner)
