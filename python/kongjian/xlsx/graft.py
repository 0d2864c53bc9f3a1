"""Adds the sheets of finished workbooks to another package: looks, texts and names come along, nothing there changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.xlsx.cell_xml import PARSER, drop_sheet_names, tag, xml_bytes
from kongjian.xlsx.package import CONTENT_TYPES, Package, relationships_part
from kongjian.xlsx.parts import OFFICE, PACKAGE, TYPES
from kongjian.xlsx.strings import EMPTY

_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_FIRST_OWN_FORMAT = 164
"""Number formats below this are built in and mean the same in every file."""
_LEFT_BEHIND = ("printerSettings",)
"""Parts of a sheet that may stay behind: its page set-up stands in the sheet itself."""
_PARTS_OF_FORMATS = (("fonts", "fontId"), ("fills", "fillId"), ("borders", "borderId"))


def graft(
    base: Path,
    sources: Sequence[Path],
    target: Path,
    names: Mapping[str, str] | None = None,
    order: Sequence[str] = (),
) -> None:
    """Writes `base` with all sheets of the sources behind its own to `target`, whole or not at all.

    The sheets named in `order` come first. `names` are defined names with a text each. Raises KongjianError for a
    sheet with a drawing, a table, comments or links, and for a sheet or defined name that is there already.
    """
    with Package(base) as package:
        book = _Book(package)
        for source in sources:
            with Package(source) as guest:
                _Guest(guest, book).add()
        for name, text in (names or {}).items():
            escaped = text.replace('"', '""')
            book.add_name({"name": name}, f'"{escaped}"')
        book.put_first(order)
        book.save(target)


class _Book:
    """The package that the sheets are added to."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self.workbook = self.tree(package.workbook)
        self.relations = self.tree(relationships_part(package.workbook))
        self.types = self.tree(CONTENT_TYPES)
        [self._styles_part] = package.related(package.workbook, "styles")
        self.styles = self.tree(self._styles_part)
        found = package.related(package.workbook, "sharedStrings")
        self._strings_part = found[0] if found else "xl/sharedStrings.xml"
        self.strings = self.tree(found[0]) if found else etree.fromstring(EMPTY, PARSER)
        self._new_strings = not found
        self.sheets = self.workbook.find(tag("sheets"))
        self._added: dict[str, bytes] = {}

    def tree(self, part: str) -> Any:
        return etree.fromstring(self.package.read(part), PARSER)

    def add_sheet(self, name: str, root: Any) -> int:
        """Takes a sheet in; its position among all."""
        if any(s.get("name").casefold() == name.casefold() for s in self.sheets):
            raise KongjianError(
                f"{self.package.path.name} 里已经有工作表“{name}”；请把模板里的工作表改个名字"
            )
        number = len(self.sheets) + 1
        while (part := f"xl/worksheets/sheet{number}.xml") in {*self.package.names, *self._added}:
            number += 1
        self._added[part] = xml_bytes(root)
        id_ = self._relate("worksheet", part)
        used = max(int(s.get("sheetId")) for s in self.sheets)
        element = etree.SubElement(self.sheets, tag("sheet"), name=name, sheetId=str(used + 1))
        element.set(f"{{{OFFICE}}}id", id_)
        return len(self.sheets) - 1

    def _relate(self, kind: str, part: str) -> str:
        used = {r.get("Id") for r in self.relations}
        number = len(used) + 1
        while (id_ := f"rId{number}") in used:
            number += 1
        etree.SubElement(
            self.relations,
            f"{{{PACKAGE}}}Relationship",
            Id=id_,
            Type=f"{OFFICE}/{kind}",
            Target=f"/{part}",
        )
        content = {"PartName": f"/{part}", "ContentType": f"{_SPREADSHEET}.{kind}+xml"}
        etree.SubElement(self.types, f"{{{TYPES}}}Override", content)
        return id_

    def add_name(self, attributes: Mapping[str, str], text: str) -> None:
        """A defined name; one of the same reach may not be there."""
        block = self.workbook.find(tag("definedNames"))
        if block is None:
            block = etree.Element(tag("definedNames"))
            self.sheets.addnext(block)
        same = (attributes["name"].casefold(), attributes.get("localSheetId"))
        if any((n.get("name").casefold(), n.get("localSheetId")) == same for n in block):
            raise KongjianError(
                f"{self.package.path.name} 里已经有名称“{attributes['name']}”；请在模板里改个名称"
            )
        etree.SubElement(block, tag("definedName"), dict(attributes)).text = text

    def put_first(self, order: Sequence[str]) -> None:
        """Moves sheets to the front, in this order; what counts sheets follows."""
        old = list(self.sheets)
        first = [s for name in order for s in old if s.get("name") == name]
        new = first + [s for s in old if s not in first]
        self.sheets[:] = new
        moved = {str(k): str(new.index(s)) for k, s in enumerate(old)}
        for name in self.workbook.iter(tag("definedName")):
            if (local := name.get("localSheetId")) is not None:
                name.set("localSheetId", moved[local])
        for view in self.workbook.iter(tag("workbookView")):
            view.attrib.pop("firstSheet", None)
            if (active := moved[view.get("activeTab", "0")]) != "0" or "activeTab" in view.attrib:
                view.set("activeTab", active)

    def save(self, target: Path) -> None:
        if self._new_strings and len(self.strings):
            self._relate("sharedStrings", self._strings_part)
            self._added[self._strings_part] = xml_bytes(self.strings)
        changed = {
            self.package.workbook: self.workbook,
            relationships_part(self.package.workbook): self.relations,
            CONTENT_TYPES: self.types,
            self._styles_part: self.styles,
            **({} if self._new_strings else {self._strings_part: self.strings}),
            **self._properties(),
        }
        self.package.save(target, {n: xml_bytes(root) for n, root in changed.items()}, (), self._added)

    def _properties(self) -> dict[str, Any]:
        """The document's properties without their list of sheet names, which would be the old one."""
        out = {}
        for part in self.package.related("", "extended-properties"):
            out[part] = root = self.tree(part)
            drop_sheet_names(root)
        return out


class _Guest:
    """A workbook whose sheets move in."""

    def __init__(self, package: Package, book: _Book) -> None:
        self._package = package
        self._book = book
        found = package.related(package.workbook, "sharedStrings")
        self._strings = list(etree.fromstring(package.read(found[0]), PARSER)) if found else []
        self._new_strings: dict[int, int] = {}
        [styles] = package.related(package.workbook, "styles")
        self._formats, self._marks = _merged_styles(
            book.styles, etree.fromstring(package.read(styles), PARSER)
        )

    def add(self) -> None:
        at = {}
        for name, part in self._package.sheets.items():
            root = etree.fromstring(self._package.read(part), PARSER)
            self._refuse(name, part, root)
            self._renumber(root)
            at[name] = self._book.add_sheet(name, root)
        self._add_names(list(at.values()))

    def _refuse(self, name: str, part: str, root: Any) -> None:
        """What needs a further part cannot move in, except for the settings of one printer."""
        for _, kind, _ in self._package.relationships(part):
            word = kind.rsplit("/", 1)[-1]
            if word not in _LEFT_BEHIND:
                what = {"table": "表格（Ctrl+T）", "drawing": "图片或图表", "comments": "批注"}.get(
                    word, "附带的内容"
                )
                raise KongjianError(f"模板的工作表“{name}”里有{what}，放不进分校版；请在模板里去掉它再试")
        for element in root.iter():
            id_ = element.get(f"{{{OFFICE}}}id") if isinstance(element.tag, str) else None
            if id_ is not None and element.tag != tag("pageSetup"):
                raise KongjianError(f"模板的工作表“{name}”里有链接，放不进分校版；请在模板里去掉它再试")
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
            self._new_strings[number] = len(self._book.strings)
            self._book.strings.append(self._strings[number])
            for count in ("count", "uniqueCount"):
                self._book.strings.attrib.pop(count, None)
        return self._new_strings[number]

    def _add_names(self, places: Sequence[int]) -> None:
        """Defined names as they are: all sheets keep their names, so references still hold."""
        root = etree.fromstring(self._package.read(self._package.workbook), PARSER)
        for name in root.iter(tag("definedName")):
            attributes = dict(name.attrib)
            if (local := attributes.get("localSheetId")) is not None:
                attributes["localSheetId"] = str(places[int(local)])
            self._book.add_name(attributes, name.text or "")


def _merged_styles(ours: Any, theirs: Any) -> tuple[list[int], list[int]]:
    """Appends the formats of one workbook to another; their new numbers: cell formats, conditional formats."""
    shift = {attribute: _appended(ours, theirs, block) for block, attribute in _PARTS_OF_FORMATS}
    numbers = _number_formats(ours, theirs)
    formats = theirs.find(tag("cellXfs"))
    for xf in formats:
        for attribute, first in shift.items():
            xf.set(attribute, str(int(xf.get(attribute, "0")) + first))
        given = int(xf.get("numFmtId", "0"))
        xf.set("numFmtId", str(numbers.get(given, given)))
        xf.set("xfId", "0")  # named styles stay behind: what they set stands in the format, too
        for apply in ("applyFont", "applyFill", "applyBorder", "applyNumberFormat"):
            xf.set(apply, "1")
        if xf.find(tag("alignment")) is not None:
            xf.set("applyAlignment", "1")
        if xf.find(tag("protection")) is not None:
            xf.set("applyProtection", "1")
    count = len(formats)
    first = _appended(ours, theirs, "cellXfs")
    marks = theirs.find(tag("dxfs"))
    for own in marks.iter(tag("numFmt")) if marks is not None else ():
        own.set("numFmtId", str(numbers.get(int(own.get("numFmtId")), int(own.get("numFmtId")))))
    marked = len(marks) if marks is not None else 0
    first_mark = _appended(ours, theirs, "dxfs") if marked else 0
    return list(range(first, first + count)), list(range(first_mark, first_mark + marked))


def _appended(ours: Any, theirs: Any, block: str) -> int:
    """Moves the items of a block over; the number of the first of them."""
    mine, other = ours.find(tag(block)), theirs.find(tag(block))
    if mine is None:  # only dxfs may be missing; cellStyles stands before it
        mine = etree.Element(tag(block))
        ours.find(tag("cellStyles")).addnext(mine)
    first = len(mine)
    for item in list(other) if other is not None else ():
        mine.append(item)
    mine.set("count", str(len(mine)))
    return first


def _number_formats(ours: Any, theirs: Any) -> dict[int, int]:
    """Own number formats under new numbers; those that are the same share one."""
    block, other = ours.find(tag("numFmts")), theirs.find(tag("numFmts"))
    if other is None:
        return {}
    if block is None:
        block = etree.Element(tag("numFmts"))
        ours.insert(0, block)
    known = {f.get("formatCode"): int(f.get("numFmtId")) for f in block}
    out = {}
    for wanted in other:
        code = wanted.get("formatCode")
        if code not in known:
            known[code] = max([_FIRST_OWN_FORMAT - 1, *known.values()]) + 1
            etree.SubElement(block, tag("numFmt"), numFmtId=str(known[code]), formatCode=code)
        out[int(wanted.get("numFmtId"))] = known[code]
    block.set("count", str(len(block)))
    return out
