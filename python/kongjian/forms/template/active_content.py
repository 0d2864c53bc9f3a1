"""What may not stand in a template, since it would go out with every form: macros, outside links, active formulas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

from lxml import etree

from kongjian.xlsx.cell_xml import PARSER
from kongjian.xlsx.defined_names import read_names
from kongjian.xlsx.package import CONTENT_TYPES, Package, relationships_part

_PARTS = (
    (
        re.compile(r"vbaProject\.bin$|/(?:macrosheets|dialogsheets|activeX|customUI)/|customUI\d*\.xml$"),
        "有宏",
    ),
    (re.compile(r"/embeddings/"), "有嵌入的文件"),
    (re.compile(r"/(?:connections\.xml|queryTables/)"), "有外部数据连接"),
)
_TEXTS = re.compile(r'"[^"]*"|\{\{.*?\}\}')
_OUTSIDE = re.compile(r"\[[^\]]+\][^!\[\]]*!|\\\\|https?:|file:", re.IGNORECASE)
_ACTIVE = re.compile(
    r"\b(?:_xl\w+\.)*(WEBSERVICE|HYPERLINK|IMAGE|RTD|CALL|REGISTER(?:\.ID)?|EXEC|EVALUATE|SQL\.REQUEST|STOCKHISTORY|CUBE\w+|PY)\s*\(",
    re.IGNORECASE,
)
_FORMULAS = {"f", "formula", "formula1", "formula2"}
_MACRO = re.compile(rb'\bmacro="[^"]|<x:FmlaMacro>')


def active_content(package: Package) -> Iterator[str]:
    """Each fault with its place. Raises XMLSyntaxError or ParseError for parts that are damaged."""
    for name in package.names:
        yield from (said for pattern, said in _PARTS if pattern.search(f"/{name}"))
        if re.search(r"/drawings/", name) and _MACRO.search(package.read(name)):
            yield "有一个图形连着宏，请取消指定宏"
    if b"macroEnabled" in package.read(CONTENT_TYPES):
        yield "是带宏的工作簿，请另存为 .xlsx"
    for sheet, part in package.sheets.items():
        yield from _in_sheet(package, sheet, part)
    outside = [p for p in package.names if p.endswith(".rels") and p not in _relations(package)]
    for part in outside:
        for kind, _ in _external(package.read(part)).values():
            what = "链接了别的工作簿" if "externalLink" in kind else "有链接到外面的图形或部件"
            yield f"{what}，请断开链接（数据-编辑链接）"
    for own in read_names(package.read(package.workbook)):
        if why := _fault(own.text):
            yield f"名称“{own.name}”{why}"


def _relations(package: Package) -> set[str]:
    return {relationships_part(part) for part in package.sheets.values()}


def _in_sheet(package: Package, sheet: str, part: str) -> Iterator[str]:
    root = etree.fromstring(package.read(part), PARSER)
    for element in root.iter(etree.Element):
        if etree.QName(element).localname in _FORMULAS and (why := _fault(element.text or "")):
            yield f"{sheet}!{_place(element)} {why}"
    rels = relationships_part(part)
    external = _external(package.read(rels)) if rels in package.names else {}
    links = {e.get(_ID): e.get("ref", "") for e in root.iter("{*}hyperlink")}
    for id_, (kind, target) in external.items():
        if not (kind == "hyperlink" and target.lower().startswith("mailto:")):
            yield f"{sheet}!{links.get(id_) or '图形'} 链接到外面（{target[:60]}），请取消链接"


_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def _external(xml: bytes) -> dict[str, tuple[str, str]]:
    """Id → kind and target of the relationships that point out of the package."""
    return {
        r.get("Id", ""): (r.get("Type", "").rsplit("/", 1)[-1], r.get("Target", ""))
        for r in ElementTree.fromstring(xml)
        if r.get("TargetMode") == "External"
    }


def _fault(formula: str) -> str:
    """Why a formula may not go out, "" where it may."""
    bare = _TEXTS.sub('""', formula)
    if _OUTSIDE.search(bare):
        return f"的公式用到别的文件（{formula[:60]}），请改成值"
    if found := _ACTIVE.search(bare):
        return f"的公式用到 {found[1].upper()}，打开时会去做别的事，请改成值"
    return f"的公式会启动别的程序（{formula[:60]}），请删去" if "|" in bare else ""


def _place(element: etree._Element) -> str:
    """The cell of a formula, or the cells of the rule that it belongs to."""
    while element is not None:
        if place := element.get("r") or element.get("sqref") or element.findtext("{*}sqref"):
            return str(place)
        element = element.getparent()
    return ""
