"""Finds faults in an .xlsx or .xlsm package that Excel would repair, refuse or show wrongly; long because each fault is a few lines.

These are the faults that a schema check lets pass: parts that contradict each other.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree import ElementTree

from package_macros import PROJECT, macro_faults
from package_refs import Area, area, formula_faults, is_name, letter, overlap, position, sheets_in

Element = ElementTree.Element

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
TYPES = "[Content_Types].xml"
CELL_TYPES = {"b", "d", "e", "inlineStr", "n", "s", "str"}
LENGTHS = {"prompt": 255, "error": 255, "promptTitle": 32, "errorTitle": 32}


@dataclass
class Sheet:
    """One worksheet: its name, its part, and the text of its text cells."""

    name: str
    part: str
    root: Element
    texts: dict[str, str] = field(default_factory=dict)


@dataclass
class Book:
    """The package's parts, parsed, and what several checks need."""

    path: Path
    entries: list[str]
    trees: dict[str, Element]
    broken: list[str]
    project: bytes | None = None
    sheets: list[Sheet] = field(default_factory=list)

    def tree(self, part: str) -> Element:
        return self.trees.get(part, ElementTree.Element("missing"))

    def relations(self, part: str) -> list[Element]:
        folder, name = posixpath.split(part)
        return list(self.tree(posixpath.join(folder, "_rels", f"{name}.rels")))

    def target(self, part: str, relation: Element) -> str:
        """The part that a relationship of `part` points to."""
        return posixpath.normpath(
            posixpath.join("/", posixpath.dirname(part), relation.get("Target", ""))
        ).lstrip("/")


def lint(path: Path) -> list[str]:
    """Every fault found, each as "where: what"."""
    book = _open(path)
    if book.broken:
        return [*_zip(book), *book.broken]
    found = [*_zip(book), *_content_types(book), *_relationships(book), *_sheet_names(book)]
    strings = [_text(item) for item in book.tree("xl/sharedStrings.xml")]
    styles = book.tree("xl/styles.xml")
    for sheet in book.sheets:
        found += _cells(sheet, strings, _count(styles, "cellXfs"))
        found += _validations(sheet)
        found += _conditional_formats(sheet, _count(styles, "dxfs"))
        found += _hyperlinks(sheet, book)
        found += _merges(sheet)
    return [
        *found,
        *_tables(book),
        *_defined_names(book),
        *_unique_ids(book),
        *macro_faults(book.trees, book.project),
    ]


def _open(path: Path) -> Book:
    trees, broken = {}, []
    with zipfile.ZipFile(path) as archive:
        entries = archive.namelist()
        for name in dict.fromkeys(entries):
            if name.endswith((".xml", ".rels", ".vml")):
                try:
                    trees[name] = ElementTree.fromstring(archive.read(name))
                except ElementTree.ParseError as error:
                    broken.append(f"{name}: not well-formed, {error}")
        project = archive.read(PROJECT) if PROJECT in entries else None
    book = Book(path, entries, trees, broken, project)
    targets = {r.get("Id"): book.target("xl/workbook.xml", r) for r in book.relations("xl/workbook.xml")}
    for entry in book.tree("xl/workbook.xml").iter(f"{MAIN}sheet"):
        part = targets.get(entry.get(REL_ID), "")
        if part in trees:
            book.sheets.append(Sheet(entry.get("name", ""), part, trees[part]))
        else:
            broken.append(f"xl/workbook.xml: sheet {entry.get('name')} has no part")
    return book


def _zip(book: Book) -> Iterator[str]:
    for name, times in Counter(n.lower() for n in book.entries).items():
        if times > 1:
            yield f"{name}: {times} zip entries of this name"


def _content_types(book: Book) -> Iterator[str]:
    types = book.tree(TYPES)
    # "application/xml" says nothing about a part of the workbook proper; a ribbon may have it
    defaults = {
        e.get("Extension", "").lower(): "/customui/" if e.get("ContentType") == "application/xml" else "/"
        for e in types
        if e.tag.endswith("Default")
    }
    listed = [e for e in types if e.tag.endswith("Override")]
    overrides = {e.get("PartName", "").lower(): e.get("ContentType", "") for e in listed}
    parts = {f"/{n}".lower() for n in book.entries if n != TYPES}
    for part in sorted(parts):
        if part not in overrides and not part.startswith(defaults.get(part.rpartition(".")[2], "none")):
            yield f"{part}: no content type"
    yield from (f"{part}: content type of a part that is not there" for part in overrides.keys() - parts)
    macro = "macroEnabled" in overrides.get("/xl/workbook.xml", "")
    if macro != (book.path.suffix == ".xlsm"):
        yield f"{TYPES}: the workbook's content type does not fit {book.path.suffix}"


def _relationships(book: Book) -> Iterator[str]:
    entries = set(book.entries)
    for name, root in book.trees.items():
        if not name.endswith(".rels"):
            continue
        folder, file = posixpath.split(name)
        owner = posixpath.join(posixpath.dirname(folder), file.removesuffix(".rels"))
        if owner and owner not in entries:
            yield f"{name}: relationships of a part that is not there"
        yield from (f"{name}: {twice} comes twice" for twice in _twice(r.get("Id", "") for r in root))
        for relation in root:
            if relation.get("TargetMode") != "External" and book.target(owner, relation) not in entries:
                yield f"{name}: target {relation.get('Target')} is missing"


def _sheet_names(book: Book) -> Iterator[str]:
    names = [s.get("name", "") for s in book.tree("xl/workbook.xml").iter(f"{MAIN}sheet")]
    yield from (f"sheet name {name} comes twice" for name in _twice(n.casefold() for n in names))
    for name in names:
        if not 1 <= len(name) <= 31 or re.search(r"[\[\]:*?/\\]|^'|'$", name):
            yield f"sheet name {name!r} is not allowed"


def _cells(sheet: Sheet, strings: list[str], styles: int) -> Iterator[str]:
    last_row = 0
    for row in sheet.root.iterfind(f"{MAIN}sheetData/{MAIN}row"):
        number, last_column = int(row.get("r", "0")), 0
        if number <= last_row:
            yield f"{sheet.name}: row {number} behind row {last_row}"
        last_row = number
        for cell in row:
            where = f"{sheet.name}!{cell.get('r')}"
            at_row, column = position(cell.get("r", "")) or (0, 0)
            if at_row != number or column <= last_column:
                yield f"{where}: cell out of order"
            last_column = column
            if int(cell.get("s", "0")) >= styles:
                yield f"{where}: style {cell.get('s')} of {styles}"
            yield from _value(sheet, cell, where, strings)
            if (formula := cell.findtext(f"{MAIN}f")) is not None:
                yield from (f"{where}: {fault}" for fault in formula_faults(formula))


def _value(sheet: Sheet, cell: Element, where: str, strings: list[str]) -> Iterator[str]:
    """Checks a cell's value against its type and notes the text of text cells."""
    kind, value = cell.get("t", "n"), cell.findtext(f"{MAIN}v")
    if kind not in CELL_TYPES:
        yield f"{where}: unknown cell type {kind}"
    elif kind == "s":
        if value is None or not value.isdigit() or int(value) >= len(strings):
            yield f"{where}: shared string {value} of {len(strings)}"
        else:
            sheet.texts[cell.get("r", "")] = strings[int(value)]
    elif kind == "inlineStr":
        sheet.texts[cell.get("r", "")] = _text(cell)
    elif kind == "n" and value is not None and not _is_number(value) and not _not_worked_out(cell, value):
        yield f"{where}: number cell holds {value!r}"


def _not_worked_out(cell: Element, value: str) -> bool:
    """A formula that its writer did not calculate."""
    return not value and cell.find(f"{MAIN}f") is not None


def _validations(sheet: Sheet) -> Iterator[str]:
    for rule in sheet.root.iter(f"{MAIN}dataValidation"):
        where = f"{sheet.name}!{rule.get('sqref')}: validation"
        listed = rule.findtext(f"{MAIN}formula1") or ""
        if rule.get("type") == "list" and listed.startswith('"') and len(listed) - 2 > 255:
            yield f"{where} list of {len(listed) - 2} characters"
        for formula in (rule.findtext(f"{MAIN}formula1"), rule.findtext(f"{MAIN}formula2")):
            yield from (f"{where} {fault}" for fault in formula_faults(formula or ""))
        for attribute, limit in LENGTHS.items():
            if len(rule.get(attribute, "")) > limit:
                yield f"{where} {attribute} longer than {limit}"
        yield from _bad_areas(where, rule.get("sqref", ""))


def _conditional_formats(sheet: Sheet, formats: int) -> Iterator[str]:
    priorities = []
    for block in sheet.root.iter(f"{MAIN}conditionalFormatting"):
        where = f"{sheet.name}!{block.get('sqref')}: conditional format"
        yield from _bad_areas(where, block.get("sqref", ""))
        for rule in block.iter(f"{MAIN}cfRule"):
            priorities.append(rule.get("priority", ""))
            if int(rule.get("dxfId", "0")) >= max(formats, 1):
                yield f"{where} dxfId {rule.get('dxfId')} of {formats}"
            for formula in rule.iter(f"{MAIN}formula"):
                yield from (f"{where} {fault}" for fault in formula_faults(formula.text or ""))
    yield from (f"{sheet.name}: conditional format priority {p} comes twice" for p in _twice(priorities))


def _hyperlinks(sheet: Sheet, book: Book) -> Iterator[str]:
    relations = {r.get("Id") for r in book.relations(sheet.part)}
    for link in sheet.root.iter(f"{MAIN}hyperlink"):
        where = f"{sheet.name}!{link.get('ref')}: hyperlink"
        location, relation = link.get("location"), link.get(REL_ID)
        if location is None and relation is None:
            yield f"{where} leads nowhere"
        if relation is not None and relation not in relations:
            yield f"{where} has no relationship {relation}"
        if location is not None and relation is None:
            yield from (f"{where} to {name}, which is no sheet" for name in _unknown_sheets(location, book))


def _merges(sheet: Sheet) -> Iterator[str]:
    areas = [(m.get("ref", ""), area(m.get("ref", ""))) for m in sheet.root.iter(f"{MAIN}mergeCell")]
    for index, (ref, one) in enumerate(areas):
        for other_ref, other in areas[:index]:
            if one and other and overlap(one, other):
                yield f"{sheet.name}!{ref}: merged cells overlap {other_ref}"


def _tables(book: Book) -> Iterator[str]:
    names, ids = [], []
    for sheet in book.sheets:
        placed: list[tuple[str, Area]] = []
        for relation in book.relations(sheet.part):
            if not relation.get("Type", "").endswith("/table"):
                continue
            table = book.tree(book.target(sheet.part, relation))
            name, place = table.get("displayName", ""), area(table.get("ref", ""))
            names.append(name.casefold())
            ids.append(table.get("id", ""))
            if place is None:
                yield f"table {name}: bad ref {table.get('ref')}"
                continue
            yield from _table(sheet, table, place)
            yield from (f"table {name} overlaps table {n}" for n, other in placed if overlap(place, other))
            placed.append((name, place))
    yield from (f"table name {name} comes twice" for name in _twice(names))
    yield from (f"table id {number} comes twice" for number in _twice(ids))
    defined = {d.get("name", "").casefold() for d in book.tree("xl/workbook.xml").iter(f"{MAIN}definedName")}
    yield from (f"table name {name} is also a defined name" for name in sorted(defined & set(names)))


def _table(sheet: Sheet, table: Element, place: Area) -> Iterator[str]:
    name, (top, left, bottom, right) = table.get("displayName", ""), place
    columns = [c.get("name", "") for c in table.iter(f"{MAIN}tableColumn")]
    if not is_name(name):
        yield f"table name {name!r} is not allowed"
    if len(columns) != right - left + 1:
        yield f"table {name}: {len(columns)} columns in {table.get('ref')}"
    if bottom <= top:
        yield f"table {name}: no data row"
    yield from (f"table {name}: column {c} comes twice" for c in _twice(c.casefold() for c in columns))
    for offset, column in enumerate(columns):
        text = sheet.texts.get(f"{letter(left + offset)}{top}")
        if text is None or _unescaped(column) != text:
            yield f"table {name}: column {column!r} but the cell holds {text!r}"
    filtered = table.find(f"{MAIN}autoFilter")
    if filtered is not None and filtered.get("ref") != table.get("ref"):
        yield f"table {name}: filter {filtered.get('ref')} but table {table.get('ref')}"
    for merge in sheet.root.iter(f"{MAIN}mergeCell"):
        merged = area(merge.get("ref", ""))
        if merged and overlap(place, merged):
            yield f"table {name}: merged cells {merge.get('ref')} inside"


def _defined_names(book: Book) -> Iterator[str]:
    named = list(book.tree("xl/workbook.xml").iter(f"{MAIN}definedName"))
    keys = [f"{d.get('name', '').casefold()} {d.get('localSheetId', '')}".strip() for d in named]
    yield from (f"defined name {key} comes twice" for key in _twice(keys))
    for defined in named:
        name, text = defined.get("name", ""), defined.text or ""
        if not is_name(name):
            yield f"defined name {name!r} is not allowed"
        if int(defined.get("localSheetId", "0")) >= len(book.sheets):
            yield f"defined name {name}: no sheet {defined.get('localSheetId')}"
        if "#REF!" in text or not text:
            yield f"defined name {name} refers to nothing"
        yield from (f"defined name {name}: {fault}" for fault in formula_faults(text))
        yield from (f"defined name {name}: {s} is no sheet" for s in _unknown_sheets(text, book))


def _unique_ids(book: Book) -> Iterator[str]:
    """Shapes of legacy drawings and controls of a ribbon, where the book has any."""
    for name, root in book.trees.items():
        if name.endswith(".vml"):
            ids = [e.get("id", "") for e in root.iter("{urn:schemas-microsoft-com:vml}shape")]
        elif name.startswith("customUI/"):
            ids = [e.get("id", "") for e in root.iter() if e.get("id")]
        else:
            continue
        yield from (f"{name}: id {one} comes twice" for one in _twice(ids))


def _unknown_sheets(text: str, book: Book) -> list[str]:
    known = {s.name.casefold() for s in book.sheets}
    return [name for name in sheets_in(text) if name.casefold() not in known]


def _bad_areas(where: str, refs: str) -> Iterator[str]:
    if not refs:
        yield f"{where} has no range"
    yield from (f"{where} range {ref} is not one" for ref in refs.split() if area(ref) is None)


def _text(item: Element) -> str:
    return "".join(t.text or "" for t in item.iter(f"{MAIN}t"))


def _unescaped(text: str) -> str:
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.strip().lower() not in ("nan", "inf", "-inf", "infinity", "-infinity")


def _count(styles: Element, group: str) -> int:
    found = styles.find(f"{MAIN}{group}")
    return 0 if found is None else len(found)


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
