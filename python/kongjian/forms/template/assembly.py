"""The parts of a workbook that is made of a template's filled sheets: each as often as wanted, or once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.forms.template import sheet_places
from kongjian.forms.template.placeholders import Context
from kongjian.forms.template.sheet_filler import Filled
from kongjian.xlsx.cell_xml import PARSER, read_again, tag, xml_bytes
from kongjian.xlsx.defined_names import text_name
from kongjian.xlsx.parts import Parts
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
class MadeSheet:
    """A filled sheet on its way into the package."""

    sheet: Sheet
    filled: Filled
    part: str = ""
    copies: dict[str, str] = field(default_factory=dict)


class Assembly:
    """The parts of the new workbook: `template` with its sheets filled, as often as wanted, in place of its own."""

    def __init__(
        self, template: Parts, made: list[MadeSheet], strings: SharedStrings, names: Mapping[str, str]
    ) -> None:
        self._package = template.package
        self._parts = template
        self._made = made
        self._first: dict[str, MadeSheet] = {}
        for m in made:
            self._first.setdefault(m.sheet.template, m)
        self._maps = {name: m.filled.rows for name, m in self._first.items()}
        self._written = {name: m.sheet.name for name, m in self._first.items()}
        self._own: set[str] = set()
        self._make_sheets()
        self._parts.drop_calculation_chain()
        self._make_names(names)
        # the template's formulas have no values of these contents yet
        self._parts.calculate_on_load(
            any(m.filled.moved or m.filled.root.find(f".//{tag('f')}") is not None for m in made)
        )
        self._parts.forget_sheet_list()
        self._parts.put_strings(strings)
        self._parts.drop_unreached()

    def save(self, target: Path) -> None:
        self._parts.save(target, read_again)

    def _make_sheets(self) -> None:
        old = dict(self._parts.sheets)
        filled = {m.sheet.name: m.filled for m in self._made}
        self._parts.remove_sheets()
        for m in self._made:
            mover = self._mover(m)
            sheet_places.move_places(m.filled, mover)
            sheet_places.name_cells(m.filled, filled)
            sheet_places.hide_columns(m.filled, m.sheet.hidden)
            if m is not self._made[0]:
                _unselect(m.filled.root)
            m.part = self._parts.add_sheet(m.sheet.name, xml_bytes(m.filled.root))
            source = old[m.sheet.template]
            self._parts.copy_relationships(source, m.part, self._related_parts(m, source, mover))

    def _mover(self, m: MadeSheet) -> Mover:
        """References to the own sheet follow it; those to other sheets follow the first that was made of them."""
        maps = {**self._maps, m.sheet.template: m.filled.rows}
        return Mover(m.sheet.template, maps, {**self._written, m.sheet.template: m.sheet.name})

    def _related_parts(self, m: MadeSheet, part: str, mover: Mover) -> dict[str, str]:
        """Relationship id → the part that the sheet refers to, copied where it may not be shared."""
        out = {}
        for id_, kind, target in self._package.relationships(part):
            word = kind.rsplit("/", 1)[-1]
            if word == "table":
                raise KongjianError(
                    f"模板“{self._package.path.name}”的工作表“{m.sheet.template}”里有表格（Ctrl+T）；请先转换为区域"
                )
            out[id_] = self._copied(target, m, mover) if word in _OF_ONE_SHEET else target
        return out

    def _copied(self, part: str, m: MadeSheet, mover: Mover) -> str:
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
        self._parts.set_part(name, data)
        if kept := self._related_parts(m, part, mover):
            self._parts.copy_relationships(part, name, kept)
        if name != part:
            self._parts.copy_type(part, name)
        return name

    def _make_names(self, texts: Mapping[str, str]) -> None:
        """Defined names: those of a sheet for each of its copies, the workbook's own for its first copy."""
        order = list(self._package.sheets)
        names = []
        for name in self._parts.defined_names():
            sheet = name.sheet if name.local is None else order[name.local]
            if not sheet:  # a constant
                names.append(name)
            for k, m in enumerate(self._made):
                if m.sheet.template == sheet:
                    made = replace(name, text=self._mover(m).move(name.text))
                    own = name.local is None and m is self._first[sheet]
                    names.append(made if own else made.moved(k))
        made_as = digest(self._parts.part(m.part) for m in self._made)
        names += [text_name(name, text) for name, text in {MADE_NAME: made_as, **texts}.items()]
        self._parts.set_names(names)


def digest(sheets: Iterable[bytes]) -> str:
    """What tells sheets as they were made from the same saved by another program."""
    made = hashlib.blake2b(digest_size=8)
    for xml in sheets:
        made.update(xml)
    return made.hexdigest()


def _moved_part(data: bytes, m: MadeSheet, mover: Mover) -> bytes:
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


def _unselect(root: etree._Element) -> None:
    for view in root.iter(tag("sheetView")):
        view.attrib.pop("tabSelected", None)
