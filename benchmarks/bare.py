"""What no program on the same libraries can do without: `bare.run`.

The bare run reads every sheet that a recalculation reads with calamine into Python lists, turns ready result
columns (a number, a text or None per cell, the style and the letter of each column) into the cells' XML, deflates
the changed parts at the program's own level and writes the file, its unchanged members copied still packed.
Ready, and so free of charge, are the results themselves, everything of a changed part that is not a result cell,
the number of every shared string and the rest of the small parts. The parts come out byte for byte as those of a
recalculation; `ready` checks that. It does no more: nothing is checked, no .bak is kept, the disk is not waited for.
"""

from __future__ import annotations

import gc
import pickle
import re
import time
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy  # noqa: F401  what a recalculation cannot do without is imported here too
import python_calamine

from kongjian.xlsx.package import Package, _packed, _put
from kongjian.xlsx.packing import LEVEL

_DATA = re.compile(rb"<sheetData>(.*)</sheetData>", re.DOTALL)
_ROW = re.compile(r'<row( r="(\d+)"[^>]*)>(.*?)</row>', re.DOTALL)
_CELL = re.compile(
    r'<c r="([A-Z]+)\d+"(?: s="(\d+)")?(?:/>|(?: t="(s)")?><v>([^<]*)</v></c>|([^>]*><f>.*?</c>))'
)
Cell = re.Match[str] | None
_FIRST_RESULT = 4
_WORTHWHILE = 100_000


@dataclass(frozen=True)
class Column:
    """One column: its values, None for a blank cell. `holes` are rows in which it has no cell at all."""

    letters: str
    style: str
    values: list[float | str | None]
    holes: bool


@dataclass(frozen=True)
class Part:
    """A changed sheet: what stands before and behind its result rows, each row's opening, the columns, the cells behind them."""

    head: bytes
    tail: bytes
    first_row: int
    openings: list[str]
    columns: list[Column]
    behind: list[str]


@dataclass(frozen=True)
class Ready:
    """All that is known before the bare run starts."""

    sheets: list[str]
    parts: dict[str, Part]
    others: dict[str, bytes]
    strings: dict[str, int]


def run(book: Path, ready: Ready, out: Path) -> dict[str, bytes]:
    workbook = python_calamine.CalamineWorkbook.from_path(str(book))
    for name in ready.sheets:
        workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    written = {name: _xml(part, ready.strings) for name, part in ready.parts.items()} | ready.others
    with (
        zipfile.ZipFile(book) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as new,
    ):
        for info in old.infolist():
            if info.filename in written:
                new.writestr(info.filename, written[info.filename])
            else:
                _copied(old, info, new)
    return written


def _copied(old: zipfile.ZipFile, info: zipfile.ZipInfo, new: zipfile.ZipFile) -> None:
    """One member as it stands, still packed."""
    data = _packed(old, info)
    info.flag_bits &= ~0x08
    _put(new, info, data)


def _xml(part: Part, strings: dict[str, int]) -> bytes:
    columns = [_cells(column, part.first_row, strings) for column in part.columns]
    rows = map("".join, zip(*columns, part.behind, strict=True))
    body = "".join(
        [f"<row{opening}>{cells}</row>" for opening, cells in zip(part.openings, rows, strict=True)]
    )
    return part.head + body.encode() + part.tail


def _cells(column: Column, first_row: int, strings: dict[str, int]) -> list[str]:
    letters, style = column.letters, f' s="{column.style}"' if column.style else ""
    blank = "" if column.holes else f'"{style}/>'
    return [
        blank and f'<c r="{letters}{row}{blank}'
        if value is None
        else f'<c r="{letters}{row}"{style} t="s"><v>{strings[value]}</v></c>'
        if isinstance(value, str)
        else f'<c r="{letters}{row}"{style}><v>{int(value) if value.is_integer() else value}</v></c>'
        for row, value in enumerate(column.values, start=first_row)
    ]


def ready(book: Path, result: Path, sheets: list[str], inputs: set[str]) -> Ready:
    """Takes a recalculated workbook apart into ready columns, and makes sure that they give it back.

    `sheets` are those that a calculation reads, `inputs` those of them whose cells it leaves alone.
    """
    with Package(book) as before, Package(result) as after:
        changed = [n for n in after.names if n not in before.names or after.read(n) != before.read(n)]
        texts = [
            _plain(item)
            for item in re.findall(r"<si>(.*?)</si>", after.read("xl/sharedStrings.xml").decode(), re.DOTALL)
        ]
        # of an input sheet only the fills change
        results = [part for name, part in after.sheets.items() if name not in inputs]
        large = [n for n in changed if n in results and len(after.read(n)) > _WORTHWHILE]
        parts = {name: _taken_apart(after.read(name), texts) for name in large}
        others = {name: after.read(name) for name in changed if name not in parts}
        out = Ready(sheets, parts, others, {text: k for k, text in enumerate(texts)})
        written = run(book, out, result.with_name("bare.xlsm"))
        assert all(written[name] == after.read(name) for name in changed), (
            "the bare run writes something else"
        )
    return out


def _plain(item: str) -> str:
    return re.sub("<[^>]*>", "", item)


def _taken_apart(xml: bytes, texts: list[str]) -> Part:
    data = _DATA.search(xml)
    assert data is not None
    rows = list(_ROW.finditer(data[1].decode()))
    at = next(k for k, row in enumerate(rows) if int(row[2]) == _FIRST_RESULT)
    lead = "".join(row[0] for row in rows[:at]).encode()
    openings = [row[1] for row in rows[at:]]
    cells = [{c[1]: c for c in _CELL.finditer(row[3])} for row in rows[at:]]
    letters = sorted({k for line in cells for k in line}, key=lambda k: (len(k), k))
    first = next((n for n, k in enumerate(letters) if _is_beside([line.get(k) for line in cells])), None)
    letters, beside = letters[:first], set(letters[first:] if first is not None else ())
    behind = [
        row[3][min((c.start() for k, c in line.items() if k in beside), default=len(row[3])) :]
        for row, line in zip(rows[at:], cells, strict=True)
    ]
    columns = [_column(k, [line.get(k) for line in cells], texts) for k in letters]
    return Part(xml[: data.start(1)] + lead, xml[data.end(1) :], _FIRST_RESULT, openings, columns, behind)


def _is_beside(cells: list[Cell]) -> bool:
    """Formulas and what stands in some rows behind the table, blank there or not."""
    there = [c for c in cells if c is not None]
    return any(c[5] for c in there) or (len(there) < len(cells) and any(c[4] is None for c in there))


def _column(letters: str, cells: list[Cell], texts: list[str]) -> Column:
    there = [c for c in cells if c is not None]
    return Column(letters, there[0][2] or "", [_value(c, texts) for c in cells], len(there) < len(cells))


def _value(cell: Cell, texts: list[str]) -> float | str | None:
    if cell is None or not cell[4]:
        return None
    return texts[int(cell[4])] if cell[3] else float(cell[4])


def main(book: str, kept: str, out: str) -> None:
    """The bare run as a process; tells how long fetching the ready material took, which does not count."""
    gc.disable()
    started = time.perf_counter()
    known: Any = pickle.loads(Path(kept).read_bytes())
    fetched = time.perf_counter() - started
    run(Path(book), known, Path(out))
    gc.freeze()  # and nothing is collected as it ends, either
    print(f"preparation {fetched}")
