"""Adds the sheets of finished workbooks to another package: looks, texts and names come along, nothing there changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.xlsx.cell_xml import PARSER, read_again, tag, xml_bytes
from kongjian.xlsx.defined_names import DefinedName, text_name
from kongjian.xlsx.package import Package
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.strings import SharedStrings
from kongjian.xlsx.styles import Styles
from kongjian.xlsx.xml_text import OFFICE

_LEFT_BEHIND = ("printerSettings",)
"""Parts of a sheet that may stay behind: its page set-up stands in the sheet itself."""


def graft(
    base: Path,
    sources: Sequence[Path],
    target: Path,
    names: Mapping[str, str] | None = None,
    hidden: Mapping[str, str] | None = None,
    order: Sequence[str] = (),
    into: str = "这个工作簿",
) -> None:
    """Writes `base` with all sheets of the sources behind its own to `target`, whole or not at all.

    The sheets named in `order` come first. `names` are defined names with a text each, `hidden` those that no list of
    names shows, `into` what the file is called where it is refused. Raises KongjianError for a sheet with a drawing, a table, comments or links, and for a sheet
    or defined name that is there already.
    """
    with Package(base) as package:
        parts = Parts(package)
        strings = parts.strings()
        for source in sources:
            with Package(source) as guest:
                _Guest(guest, parts, strings, into).add()
        shown = [text_name(name, text) for name, text in (names or {}).items()]
        unseen = [text_name(name, text, hidden="1") for name, text in (hidden or {}).items()]
        _add_names(parts, [*shown, *unseen])
        parts.put_first(order)
        parts.forget_sheet_list()
        parts.put_strings(strings)
        parts.save(target, read_again)


def _add_names(parts: Parts, names: Sequence[DefinedName]) -> None:
    """More defined names; one of the same reach may not be there."""
    known = parts.defined_names()
    taken = {(n.name.casefold(), n.local) for n in known}
    for name in names:
        if (name.name.casefold(), name.local) in taken:
            raise KongjianError(f"{parts.package.path.name} 里已经有名称“{name.name}”；请在模板里改个名称")
    parts.set_names([*known, *names])


class _Guest:
    """A workbook whose sheets move in."""

    def __init__(self, package: Package, book: Parts, strings: SharedStrings, into: str) -> None:
        self._package = package
        self._book = book
        self._into = into
        parts = Parts(package)
        self._names = parts.defined_names()
        self._contents = parts.strings().contents()
        self._strings = strings
        self._new_strings: dict[int, int] = {}
        self._formats, self._marks = Styles(book).merge(Styles(parts))

    def add(self) -> None:
        first = len(self._book.sheets)
        for name, part in self._package.sheets.items():
            root = etree.fromstring(self._package.read(part), PARSER)
            self._refuse(name, part, root)
            self._renumber(root)
            if any(n.casefold() == name.casefold() for n in self._book.sheets):
                raise KongjianError(
                    f"{self._book.package.path.name} 里已经有工作表“{name}”；请把模板里的工作表改个名字"
                )
            self._book.add_sheet(name, xml_bytes(root))
        # all sheets keep their names, so references still hold
        _add_names(self._book, [n if n.local is None else n.moved(first + n.local) for n in self._names])

    def _refuse(self, name: str, part: str, root: Any) -> None:
        """What needs a further part cannot move in, except for the settings of one printer."""
        for _, kind, _ in self._package.relationships(part):
            word = kind.rsplit("/", 1)[-1]
            if word not in _LEFT_BEHIND:
                what = {"table": "表格（Ctrl+T）", "drawing": "图片或图表", "comments": "批注"}.get(
                    word, "附带的内容"
                )
                raise KongjianError(
                    f"模板的工作表“{name}”里有{what}，放不进{self._into}；请在模板里去掉它再试"
                )
        for element in root.iter():
            id_ = element.get(f"{{{OFFICE}}}id") if isinstance(element.tag, str) else None
            if id_ is not None and element.tag != tag("pageSetup"):
                raise KongjianError(f"模板的工作表“{name}”里有链接，放不进{self._into}；请在模板里去掉它再试")
            if id_ is not None:
                del element.attrib[f"{{{OFFICE}}}id"]

    def _renumber(self, root: Any) -> None:
        """Formats, conditional formats and texts by their new numbers."""
        for element in root.iter(tag("c"), tag("row"), tag("col")):
            self._new_format(element)
        for rule in root.iter(tag("cfRule")):
            if (mark := rule.get("dxfId")) is not None:
                rule.set("dxfId", str(self._marks[int(mark)]))
        for cell in root.iter(tag("c")):
            value = cell.find(tag("v"))
            if cell.get("t") == "s" and value is not None:
                value.text = str(self._string(int(value.text)))
        for view in root.iter(tag("sheetView")):
            view.attrib.pop("tabSelected", None)
        for properties in root.iter(tag("sheetPr")):
            properties.attrib.pop("codeName", None)

    def _new_format(self, element: Any) -> None:
        key = "style" if element.tag == tag("col") else "s"
        if (given := element.get(key)) is not None:
            element.set(key, str(self._formats[int(given)]))
        elif element.tag == tag("c"):  # the usual look of the other workbook is another
            element.set(key, str(self._formats[0]))

    def _string(self, number: int) -> int:
        """A shared text's number in the book."""
        if number not in self._new_strings:
            self._new_strings[number] = self._strings.add(self._contents[number])
        return self._new_strings[number]
