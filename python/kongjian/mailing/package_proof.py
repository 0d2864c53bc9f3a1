"""What must not be in a file that is mailed: macros, links, hidden sheets, foreign functions, error cells, authors."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from html import unescape
from xml.etree import ElementTree

from kongjian.mailing.formulas import FUNCTIONS
from kongjian.workbook.lookup_sheet import DATA, SELECTION
from kongjian.xlsx.package import MAIN, Package

_FUNCTION = re.compile(r"([A-Za-z_][\w.]*)\(")
_TEXT = re.compile(r'"[^"]*"')
_QUOTED_SHEET = re.compile(r"'(?:[^']|'')*'!")
_CELL = re.compile(rb'<c r="([A-Z]+)(\d+)"([^>]*?)(?:/>|>([^<]*(?:<(?!/c>)[^<]*)*)</c>)')
_FORMULA = re.compile(rb"<f[^>]*?(?:/>|>(.*?)</f>)", re.DOTALL)
_ERROR = re.compile(r"#(REF!|NAME\?|VALUE!|DIV/0!|N/A|NUM!|NULL!)")
_ALLOWED_PARTS = re.compile(
    r"(\[Content_Types\]\.xml|_rels/\.rels|docProps/(app|core)\.xml|xl/_rels/workbook\.xml\.rels|xl/workbook\.xml"
    r"|xl/(styles|sharedStrings)\.xml|xl/theme/theme\d+\.xml|xl/worksheets/sheet\d+\.xml"
    r"|xl/worksheets/_rels/sheet\d+\.xml\.rels|xl/tables/table\d+\.xml"
    r"|xl/drawings/(_rels/)?drawing\d+\.xml(\.rels)?|xl/charts/chart\d+\.xml)"
)
_OWN_NAMES = ("_xlnm.Print_Titles", "_xlnm.Print_Area", *SELECTION)
_ANY_DIGIT = bytes.maketrans(b"123456789", b"0" * 9)
_NO_POINT = b"NA()"
"""An error on purpose: where a chart draws no point."""
Cells = Sequence[tuple[bytes, bytes, bytes, bytes]]
"""Of each cell the letters of its column, its row, its other attributes, and what it holds."""
_PERSONAL = ("creator", "lastModifiedBy", "Company", "Manager")


def cells_of(package: Package) -> dict[str, Cells]:
    """The cells of each sheet."""
    return {sheet: _CELL.findall(package.read(part)) for sheet, part in package.sheets.items()}


def package_reasons(
    package: Package,
    formulas: bool,
    own_names: Collection[str] = (),
    cells: Mapping[str, Cells] | None = None,
) -> Iterator[str]:
    """Everything in the package that keeps it from being sent, in plain Chinese; `own_names` are names that it may have."""
    yield from _parts(package)
    yield from _links(package)
    yield from _workbook(package, frozenset([*_OWN_NAMES, *own_names]))
    yield from _personal(package)
    for sheet, its in (cells or cells_of(package)).items():
        yield from _cells(sheet, its, formulas)


def _parts(package: Package) -> Iterator[str]:
    for name in package.names:
        if "vbaProject" in name or b"macroEnabled" in (
            package.read(name) if "Content_Types" in name else b""
        ):
            yield f"文件里有宏（{name}）"
        elif "externalLink" in name:
            yield f"文件链接到别的工作簿（{name}）"
        elif "customUI" in name:
            yield f"文件带有自定义功能区（{name}）"
        elif not _ALLOWED_PARTS.fullmatch(name):
            yield f"文件里有不该有的部分（{name}）"


def _links(package: Package) -> Iterator[str]:
    for name in package.names:
        if name.endswith(".rels"):
            for relation in ElementTree.fromstring(package.read(name)):
                if relation.get("TargetMode") == "External":
                    yield f"文件链接到外面：{relation.get('Target', '')}"


def _workbook(package: Package, own_names: Collection[str]) -> Iterator[str]:
    root = ElementTree.fromstring(package.read(package.workbook))
    for sheet in root.iter(f"{MAIN}sheet"):
        if sheet.get("state", "visible") != "visible" and sheet.get("name") != DATA:
            yield f"工作表“{sheet.get('name')}”是隐藏的"
    for name in root.iter(f"{MAIN}definedName"):
        if name.get("name") not in own_names or _ERROR.search(name.text or ""):
            yield f"有多余或失效的名称“{name.get('name')}”"
    if any(c.get("fullCalcOnLoad") for c in root.iter(f"{MAIN}calcPr")):
        yield "文件要求打开时全部重算"


def _personal(package: Package) -> Iterator[str]:
    for part in ("docProps/core.xml", "docProps/app.xml"):
        if part in package.names:
            for element in ElementTree.fromstring(package.read(part)).iter():
                if element.tag.rpartition("}")[2] in _PERSONAL and (element.text or "").strip():
                    yield f"文件属性里有人名或单位“{element.text}”"


def _cells(sheet: str, cells: Cells, formulas: bool) -> Iterator[str]:
    for column, row, attributes, inside in cells:
        wrong = b't="e"' in attributes and not (sheet == DATA and _NO_POINT in inside)
        calculates = b"<f" in inside
        formula, stored, _ = inside.partition(b"<v>")
        # most formulas differ in nothing but the rows that they name
        if not wrong and (not calculates or (formulas and _is_usual(formula.translate(_ANY_DIGIT) + stored))):
            continue
        where = f"{sheet} {column.decode()}{row.decode()}"
        if wrong:
            yield f"{where} 是错误值"
        if calculates and not formulas:
            yield f"{where} 有公式，数值版里不应有"
        if calculates:
            yield from _formula(where, inside)


@lru_cache(maxsize=1 << 14)
def _is_usual(inside: bytes) -> bool:
    """Whether nothing is wrong with a formula, all its digits 0; what it gives is left out."""
    return not any(_formula("", inside))


def _formula(where: str, inside: bytes) -> Iterator[str]:
    bare = _TEXT.sub('""', _text(inside))
    if _ERROR.search(bare):
        yield f"{where} 的公式引用了不存在的格子"
    if "[" in bare or "file:" in bare.lower():
        yield f"{where} 的公式引用了别的工作簿"
    for name in dict.fromkeys(_FUNCTION.findall(_QUOTED_SHEET.sub("", bare))):
        if name not in FUNCTIONS:
            yield f"{where} 用了收件人电脑上可能没有的函数 {name}"
    if b"<v>" not in inside:
        yield f"{where} 的公式没有存下结果，手机预览会是空白"


def formula_texts(cells: Mapping[str, Cells]) -> dict[str, dict[tuple[int, int], str]]:
    """The formulas by sheet, row and column from 0."""
    return {
        sheet: {
            (int(row) - 1, _index(column)): _text(inside) for column, row, _, inside in its if b"<f" in inside
        }
        for sheet, its in cells.items()
    }


def _text(inside: bytes) -> str:
    if inside.startswith(b"<f>"):  # as nearly all are written
        text = inside[3:].partition(b"</f>")[0].decode()
    else:
        written = _FORMULA.search(inside)
        text = (written[1] or b"").decode() if written else ""
    return unescape(text) if "&" in text else text


@cache
def _index(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1
