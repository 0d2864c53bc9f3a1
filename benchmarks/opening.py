"""Opening a workbook that others made: against the chosen reader's bare time, and how much memory it takes."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

from kongjian.base.grid import letter
from kongjian.demo.generate import demo_data
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from measure import Row, Times, compare, fraction, peak, without_own_settings

ROUNDS = 3
AIM, MOST_MEGABYTES = 3.0, 1500
HERE = Path(__file__).parent
COLUMNS = 40
_PARTS = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="甲" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    "xl/sharedStrings.xml": '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' + "".join(f"<si><t>第{k}中学</t></si>" for k in range(1000)) + "</sst>",
}  # fmt: skip
# how the cell in a row and column is written: as few bytes as can be, as numbers are, as texts are
CELLS: dict[str, tuple[int, Callable[[str, int], str]]] = {
    "短数": (13_900_000, lambda place, k: f'<c r="{place}"><v>{k % 7}</v></c>'),
    "小数": (9_000_000, lambda place, k: f'<c r="{place}" s="0"><v>{k % 997}.25</v></c>'),
    "文字": (4_500_000, lambda place, k: f'<c r="{place}" t="s"><v>{k % 1000}</v></c>'),
}
"""How many cells are allowed, nearly: by the bytes unpacked or by what they take in memory."""


def measure(folder: Path) -> list[Row]:
    rules = load_rules()
    books = {"示范数据": folder / "opening.xlsx"}
    build(rules, books["示范数据"], demo_data(rules))
    recalculate(books["示范数据"])
    for name, (count, cell) in CELLS.items():
        books[f"最大的（{name}{count // 10_000}万格）"] = book(folder / f"{name}.xlsx", count, cell)
    rows = []
    for what, path in books.items():
        pairs = [(_child(path, "ours"), _child(path, "bare")) for _ in range(ROUNDS)]
        ours, other = (Times(tuple(p[k]["seconds"] for p in pairs)) for k in (0, 1))
        size = sum(i.file_size for i in zipfile.ZipFile(path).infolist()) / (1 << 20)
        rows.append(compare(f"打开{what}", ours, f"calamine只读，解开{size:.0f} MB", other, AIM))
        peak = max(p[0]["memory"] for p in pairs)
        rows.append(
            Row(
                f"打开{what}，最大内存",
                f"{peak:.0f} MB",
                f"{MOST_MEGABYTES} MB",
                fraction(peak / MOST_MEGABYTES),
                1.0,
                peak <= MOST_MEGABYTES,
            )
        )
    return rows


def book(path: Path, count: int, cell: Callable[[str, int], str]) -> Path:
    """A workbook of one sheet with so many cells."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, text in _PARTS.items():
            archive.writestr(name, text)
        with archive.open("xl/worksheets/sheet1.xml", "w") as out:
            for text in _sheet(count, cell):
                out.write(text.encode())
    return path


def _sheet(count: int, cell: Callable[[str, int], str]) -> Iterator[str]:
    letters = [letter(c) for c in range(1, COLUMNS + 1)]
    yield '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    for row in range(1, count // COLUMNS + 1):
        cells = (cell(f"{c}{row}", row * COLUMNS + k) for k, c in enumerate(letters))
        yield f'<row r="{row}">{"".join(cells)}</row>'
    yield "</sheetData></worksheet>"


def _child(path: Path, how: str) -> dict[str, float]:
    """One opening in a process of its own: the processor's seconds without the imports, the most memory in MB."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import opening; opening.child(*sys.argv[1:])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), how],
        env=without_own_settings(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def child(name: str, how: str) -> None:
    import python_calamine as calamine

    from kongjian.xlsx.package import Package
    from kongjian.xlsx.reader import Reader

    begun = time.process_time()
    if how == "bare":
        held = calamine.CalamineWorkbook.from_path(name)
        found: list[object] = [held.get_sheet_by_name(s).to_python(skip_empty_area=False) for s in held.sheet_names]  # fmt: skip
    else:
        with Package(Path(name)) as package:
            reader = Reader(package)
            found = [reader.grid(s) for s in package.sheets]
    seconds = time.process_time() - begun
    assert all(found)
    print(json.dumps({"seconds": seconds, "memory": peak()}))
