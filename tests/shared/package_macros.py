"""Finds faults between a package's macros and what refers to them: sheets, buttons and ribbons."""

from __future__ import annotations

import functools
import posixpath
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from xml.etree import ElementTree

with warnings.catch_warnings():
    # its own dependency is newer than it expects
    warnings.simplefilter("ignore", DeprecationWarning)
    from oletools.mraptor import MacroRaptor
    from oletools.olevba import VBA_Parser, VBA_Scanner

Element = ElementTree.Element

PROJECT = "xl/vbaProject.bin"
CODE_NAME = "codeName"
_RELATION = "http://schemas.microsoft.com/office/2006/relationships/vbaProject"
_UI_RELATIONS = {
    "http://schemas.microsoft.com/office/2006/01/customui": "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility",
    "http://schemas.microsoft.com/office/2009/07/customui": "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
}
_PROCEDURE = re.compile(r"^\s*(?:Public\s+)?(?:Sub|Function)\s+(\w+)", re.MULTILINE | re.IGNORECASE)
_CALLS = re.compile(r"on(?:Action|Load|Change)|get[A-Z]\w*|loadImage")
_MACRO = "{urn:schemas-microsoft-com:office:excel}FmlaMacro"


def rating(code: str) -> tuple[str, set[str], int]:
    """What programs that judge mail make of the sources: mraptor's flags, olevba's keywords, the number of hex strings."""
    rated, scanner = MacroRaptor(code), VBA_Scanner(code)
    rated.scan()
    words = {
        f"{kind}: {word}" for kind, word, _ in scanner.scan() if kind in ("AutoExec", "Suspicious", "IOC")
    }
    return rated.get_flags(), words, scanner.scan_summary()[3]


@functools.lru_cache(maxsize=32)
def modules(project: bytes) -> dict[str, str]:
    """Every module's source by its name, read by a program that did not write it."""
    parser = VBA_Parser("vbaProject.bin", data=project)
    try:
        return {stream.rpartition("/")[2]: code for _, stream, _, code in parser.extract_macros()}
    finally:
        parser.close()


def macro_faults(trees: Mapping[str, Element], project: bytes | None) -> Iterator[str]:
    """The faults, given the parsed parts and the VBA project if there is one."""
    related = [r for r in trees.get("xl/_rels/workbook.xml.rels", ()) if r.get("Type") == _RELATION]
    if bool(related) != (project is not None):
        yield f"{PROJECT}: {len(related)} relationships"
    if project is not None and _main_type(trees).endswith("spreadsheetml.sheet.main+xml"):
        yield f"{PROJECT}: macros in a workbook that says it has none"
    sources = modules(project) if project is not None else {}
    if project is not None:
        yield from _code_names(trees, {name.casefold() for name in sources})
    known = {name.casefold() for text in sources.values() for name in _PROCEDURE.findall(text)}
    yield from _buttons(trees, known)
    yield from _ribbons(trees, known)


def _main_type(trees: Mapping[str, Element]) -> str:
    types = trees.get("[Content_Types].xml", ())
    return next((t.get("ContentType", "") for t in types if t.get("PartName") == "/xl/workbook.xml"), "")


def _code_names(trees: Mapping[str, Element], known: set[str]) -> Iterator[str]:
    """The workbook and every sheet have a module of their own."""
    named = {}
    for part, root in trees.items():
        tag = {"xl/workbook.xml": "workbookPr"}.get(part, "sheetPr" if "/worksheets/sheet" in part else "")
        if tag and not part.endswith(".rels"):
            found = root.find(f"{{*}}{tag}")
            named[part] = "" if found is None else found.get(CODE_NAME, "")
    for part, name in named.items():
        if name.casefold() not in known:
            yield f"{part}: code name {name!r} has no module"
    for name, times in Counter(n.casefold() for n in named.values()).items():
        if name and times > 1:
            yield f"code name {name} comes twice"


def _buttons(trees: Mapping[str, Element], known: set[str]) -> Iterator[str]:
    for part, root in trees.items():
        if part.endswith(".vml"):
            for macro in root.iter(_MACRO):
                name = (macro.text or "").rpartition("!")[2]
                if name.casefold() not in known:
                    yield f"{part}: macro {name} is not in the project"


def _ribbons(trees: Mapping[str, Element], known: set[str]) -> Iterator[str]:
    targets = {
        posixpath.normpath(r.get("Target", "")).lstrip("/"): r.get("Type")
        for r in trees.get("_rels/.rels", ())
    }
    for part, root in trees.items():
        if not part.startswith("customUI/") or part.endswith(".rels"):
            continue
        space = root.tag.partition("}")[0].lstrip("{")
        if targets.get(part) != _UI_RELATIONS.get(space, ""):
            yield f"{part}: no relationship of a ribbon of {space}"
        for element in root.iter():
            for attribute, value in element.attrib.items():
                if _CALLS.fullmatch(attribute) and value.casefold() not in known:
                    yield f"{part}: {attribute} calls {value}, which is not in the project"
