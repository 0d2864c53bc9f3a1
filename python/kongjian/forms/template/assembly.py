"""The parts of a workbook that is made of a template's filled sheets: each as often as wanted, or once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.forms.template import sheet_places
from kongjian.forms.template.placeholders import Context
from kongjian.forms.template.sheet_filler import Filled
from kongjian.xlsx.cell_xml import PARSER, drop_sheet_names, tag, xml_bytes
from kongjian.xlsx.package import CONTENT_TYPES, Package, relationships_part, resolve
from kongjian.xlsx.parts import OFFICE, PACKAGE, TYPES
from kongjian.xlsx.references import Mover, RowMap
from kongjian.xlsx.strings import SharedStrings

MADE_NAME = "KongjianMade"
"""The defined name that holds a digest of the sheets as they were made."""
_OF_ONE_SHEET = ("drawing", "chart", "comments", "vmlDrawing", "chartUserShapes")
"""Kinds of parts that a copy of a sheet needs for itself; pictures and printer settings are shared."""


@dataclass(frozen=True)
class Sheet:
    """One sheet of the new workbook: which sheet of the template, its name, what is known for it.

    The columns of the marks in `hidden` are hidden.
    """

    template: str
    name: str
    context: Context
    hidden: Sequence[str] = ()


@dataclass
class Made:
    """A filled sheet on its way into the package."""

    sheet: Sheet
    filled: Filled
    part: str
    copies: dict[str, str] = field(default_factory=dict)


class Assembly:
    """The parts of the new workbook."""

    def __init__(
        self,
        package: Package,
        made: list[Made],
        strings: SharedStrings,
        strings_part: str,
        names: Mapping[str, str],
    ) -> None:
        self._package = package
        self._made = made
        self._names = names
        self._types = etree.fromstring(package.read(CONTENT_TYPES), PARSER)
        self._parts: dict[str, bytes] = {}
        self._first: dict[str, Made] = {}
        for m in made:
            self._first.setdefault(m.sheet.template, m)
        self._maps = {name: m.filled.rows for name, m in self._first.items()}
        self._written = {name: m.sheet.name for name, m in self._first.items()}
        self._own: set[str] = set()
        self._make_sheets()
        self._make_workbook()
        self._tidy_properties()
        self._parts[strings_part or self._new_strings()] = strings.xml()
        self._parts[CONTENT_TYPES] = xml_bytes(self._types)

    def save(self, target: Path) -> None:
        existing = set(self._package.names)
        changed = {n: d for n, d in self._parts.items() if n in existing}
        added = {n: d for n, d in self._parts.items() if n not in existing}
        self._package.save(target, changed, existing - self._reached(), added)

    def _make_sheets(self) -> None:
        old = dict(self._package.sheets)
        kinds = {e.get("PartName"): e for e in self._types}
        for part in old.values():
            self._types.remove(kinds[f"/{part}"])
        relations = {part: self._package.relationships(part) for part in old.values()}
        filled = {m.sheet.name: m.filled for m in self._made}
        for m in self._made:
            source = old[m.sheet.template]
            self._add_type(m.part, "worksheet")
            mover = self._mover(m)
            sheet_places.move_places(m.filled, mover)
            sheet_places.name_cells(m.filled, filled)
            sheet_places.hide_columns(m.filled, m.sheet.hidden)
            if m is not self._made[0]:
                _unselect(m.filled.root)
            self._parts[m.part] = xml_bytes(m.filled.root)
            kept = self._related_parts(m, relations[source], mover)
            self._parts[relationships_part(m.part)] = self._relations(source, kept)

    def _mover(self, m: Made) -> Mover:
        """References to the own sheet follow it; those to other sheets follow the first that was made of them."""
        maps = {**self._maps, m.sheet.template: m.filled.rows}
        return Mover(m.sheet.template, maps, {**self._written, m.sheet.template: m.sheet.name})

    def _related_parts(
        self, m: Made, relations: Iterable[tuple[str, str, str]], mover: Mover
    ) -> dict[str, str]:
        """Relationship id → the part that the sheet refers to, copied where it may not be shared."""
        out = {}
        for id_, kind, target in relations:
            word = kind.rsplit("/", 1)[-1]
            if word == "table":
                raise KongjianError(
                    f"模板“{self._package.path.name}”的工作表“{m.sheet.template}”里有表格（Ctrl+T）；请先转换为区域"
                )
            out[id_] = self._copied(target, m, mover) if word in _OF_ONE_SHEET else target
        return out

    def _copied(self, part: str, m: Made, mover: Mover) -> str:
        """A part of one sheet, for this sheet: under its own name the first time, else under a new one."""
        if part in m.copies:
            return m.copies[part]
        name = part
        if part in self._own:
            path, number = PurePosixPath(part), 2
            while (name := f"{path.parent}/{path.stem}_{number}{path.suffix}") in self._own:
                number += 1
        self._own.add(name)
        m.copies[part] = name
        data = self._package.read(part)
        if name.endswith(".xml"):
            data = _moved_part(data, m, mover)
        self._parts[name] = data
        kept = {
            id_: self._copied(target, m, mover) if kind.rsplit("/", 1)[-1] in _OF_ONE_SHEET else target
            for id_, kind, target in self._package.relationships(part)
        }
        if kept:
            self._parts[relationships_part(name)] = self._relations(part, kept)
        if name != part:
            for element in list(self._types):
                if element.get("PartName") == f"/{part}":
                    etree.SubElement(self._types, element.tag, {**element.attrib, "PartName": f"/{name}"})
        return name

    def _relations(self, part: str, targets: Mapping[str, str]) -> bytes:
        """A part's relationships with other targets; external ones stay."""
        name = relationships_part(part)
        if name not in self._package.names:
            return xml_bytes(etree.Element(f"{{{PACKAGE}}}Relationships", nsmap={None: PACKAGE}))
        root = etree.fromstring(self._package.read(name), PARSER)
        for r in root:
            if r.get("Id") in targets and r.get("TargetMode") != "External":
                r.set("Target", f"/{targets[r.get('Id')]}")
        return xml_bytes(root)

    def _make_workbook(self) -> None:
        part = self._package.workbook
        root = etree.fromstring(self._package.read(part), PARSER)
        rels = etree.fromstring(self._package.read(relationships_part(part)), PARSER)
        old_parts = set(self._package.sheets.values())
        for r in list(rels):
            target = resolve(part, r.get("Target", ""))
            if target in old_parts or r.get("Type", "").endswith("/calcChain"):
                rels.remove(r)
        self._drop_type("calcChain")
        sheets = root.find(tag("sheets"))
        order = [s.get("name") for s in sheets]
        for s in list(sheets):
            sheets.remove(s)
        for k, m in enumerate(self._made, start=1):
            etree.SubElement(rels, f"{{{PACKAGE}}}Relationship", Id=f"rIdS{k}", Type=f"{OFFICE}/worksheet", Target=f"/{m.part}")  # fmt: skip
            element = etree.SubElement(sheets, tag("sheet"), name=m.sheet.name, sheetId=str(k))
            element.set(f"{{{OFFICE}}}id", f"rIdS{k}")
        for view in root.iter(tag("workbookView")):
            view.attrib.pop("activeTab", None)
            view.attrib.pop("firstSheet", None)
        self._make_names(root, order)
        self._calculate_on_load(root)
        self._parts[part] = xml_bytes(root)
        self._parts[relationships_part(part)] = xml_bytes(rels)

    def _make_names(self, root: etree._Element, order: list[str]) -> None:
        """Defined names: those of a sheet for each of its copies, the workbook's own for its first copy."""
        block = root.find(tag("definedNames"))
        old = list(block) if block is not None else []
        if block is None:
            block = etree.Element(tag("definedNames"))
            root.find(tag("sheets")).addnext(block)
        for name in old:
            block.remove(name)
        for name in old:
            local = name.get("localSheetId")
            sheet = order[int(local)] if local else _named(name.text)
            if not sheet:  # a constant
                block.append(name)
            for k, m in enumerate(self._made):
                if m.sheet.template == sheet:
                    own = {} if not local and m is self._first[sheet] else {"localSheetId": str(k)}
                    made = etree.SubElement(block, tag("definedName"), {**name.attrib, **own})
                    made.text = self._mover(m).move(name.text or "")
        made_as = digest(self._parts[m.part] for m in self._made)
        for name, text in {MADE_NAME: made_as, **self._names}.items():
            escaped = text.replace('"', '""')
            etree.SubElement(block, tag("definedName"), name=name).text = f'"{escaped}"'
        if not len(block):
            root.remove(block)

    def _calculate_on_load(self, root: etree._Element) -> None:
        """The template's formulas have no values of these contents yet: asks for them at opening."""
        calc = root.find(tag("calcPr"))
        if calc is None:
            return
        calc.attrib.pop("fullCalcOnLoad", None)
        if any(m.filled.moved or m.filled.root.find(f".//{tag('f')}") is not None for m in self._made):
            calc.set("fullCalcOnLoad", "1")

    def _tidy_properties(self) -> None:
        """The list of sheet names in the document's properties would be of the template."""
        for part in self._package.related("", "extended-properties"):
            root = etree.fromstring(self._package.read(part), PARSER)
            drop_sheet_names(root)
            self._parts[part] = xml_bytes(root)

    def _new_strings(self) -> str:
        """A part for shared strings in a template whose texts stand in its cells."""
        part = "xl/sharedStrings.xml"
        self._add_type(part, "sharedStrings")
        name = relationships_part(self._package.workbook)
        rels = etree.fromstring(self._parts[name], PARSER)
        etree.SubElement(rels, f"{{{PACKAGE}}}Relationship", Id="rIdStrings", Type=f"{OFFICE}/sharedStrings", Target=f"/{part}")  # fmt: skip
        self._parts[name] = xml_bytes(rels)
        return part

    def _add_type(self, part: str, kind: str) -> None:
        content = f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"
        etree.SubElement(self._types, f"{{{TYPES}}}Override", PartName=f"/{part}", ContentType=content)

    def _drop_type(self, kind: str) -> None:
        for element in list(self._types):
            if (element.get("ContentType") or "").endswith(f"{kind}+xml"):
                self._types.remove(element)

    def _reached(self) -> set[str]:
        """The parts that something refers to, and what names them."""
        seen = {CONTENT_TYPES, "_rels/.rels"}
        waiting = [t for _, _, t in self._package.relationships("")]
        while waiting:
            part = waiting.pop()
            if part in seen:
                continue
            seen |= {part, relationships_part(part)}
            data = self._parts.get(relationships_part(part))
            if data is None and relationships_part(part) in self._package.names:
                data = self._package.read(relationships_part(part))
            for r in etree.fromstring(data, PARSER) if data else ():
                if r.get("TargetMode") != "External":
                    waiting.append(resolve(part, r.get("Target", "")))
        return seen


def digest(sheets: Iterable[bytes]) -> str:
    """What tells sheets as they were made from the same saved by another program."""
    made = hashlib.blake2b(digest_size=8)
    for xml in sheets:
        made.update(xml)
    return made.hexdigest()


def _moved_part(data: bytes, m: Made, mover: Mover) -> bytes:
    """A drawing or chart: anchors follow their rows, references their cells; stored chart values are dropped."""
    root = etree.fromstring(data, PARSER)
    rows: RowMap = m.filled.rows
    for element in list(root.iter()):
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "row" and (element.text or "").isdigit():
            element.text = str(rows.first(int(element.text) + 1) - 1)
        elif name == "f" and element.text:
            element.text = mover.move(element.text)
        elif name in ("numCache", "strCache"):
            element.getparent().remove(element)
    return xml_bytes(root)


def _named(text: str | None) -> str:
    """The sheet to which a defined name points, "" for a constant."""
    found = re.match(r"(?:'((?:[^']|'')+)'|([^'!\"]+))!", text or "")
    return (found[1] or found[2]).replace("''", "'") if found else ""


def _unselect(root: etree._Element) -> None:
    for view in root.iter(tag("sheetView")):
        view.attrib.pop("tabSelected", None)
