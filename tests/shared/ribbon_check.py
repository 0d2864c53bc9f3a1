"""What Excel checks a ribbon by: the schema of customUI as far as ours uses it, ids, keytips, procedures."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from xml.etree import ElementTree

from kongjian.workbook.shipped.ribbon import SPACE

Element = ElementTree.Element
_LONGEST = 1024  # of every text in the schema, keytips apart
_INSIDE = {
    "customUI": {"ribbon"}, "ribbon": {"tabs"}, "tabs": {"tab"}, "tab": {"group"},
    "group": {"button", "splitButton"}, "splitButton": {"button", "menu"}, "menu": {"button"},
}  # fmt: skip
_KNOWN = {
    "customUI": {"onLoad"},
    "ribbon": {"startFromScratch"},
    "tabs": set(),
    "tab": {"id", "label", "keytip", "insertAfterMso"},
    "group": {"id", "label"},
    "splitButton": {"id", "size", "keytip"},
    "menu": {"id"},
    "button": {
        "id", "label", "getLabel", "size", "imageMso", "keytip", "screentip", "supertip", "getSupertip", "onAction",
        "getEnabled", "enabled",
    },
}  # fmt: skip
_REQUIRED = {
    "tab": {"id", "label"},
    "group": {"id", "label"},
    "splitButton": {"id"},
    "menu": {"id"},
    "button": {"id", "label", "imageMso", "onAction"},
}
_ONE_OF = (("label", "getLabel"), ("supertip", "getSupertip"), ("enabled", "getEnabled"))
_CALLBACKS = ("onLoad", "onAction", "getEnabled", "getSupertip", "getLabel")
_ID = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_KEYTIP = re.compile(r"[A-Z0-9]{1,3}")
_PROCEDURE = re.compile(r"^(?:Public )?(?:Sub|Function) (\w+)\(", re.MULTILINE)


def validate(xml: bytes, procedures: Collection[str]) -> list[str]:
    """What Excel would refuse in the ribbon, or find no procedure for."""
    root = ElementTree.fromstring(xml)
    if root.tag != f"{{{SPACE}}}customUI":
        return [f"the root is {root.tag}"]
    found = list(_faults(root, procedures))
    ids = [e.get("id", "") for e in root.iter() if "id" in e.attrib]
    found += [f"id {one} comes twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    for tab in root.iter(f"{{{SPACE}}}tab"):
        keys = [e.get("keytip", "") for e in tab.iter() if e is not tab and "keytip" in e.attrib]
        found += [f"keytip {one} comes twice" for one in sorted(set(keys)) if keys.count(one) > 1]
    return found


def _faults(element: Element, procedures: Collection[str]) -> Iterator[str]:
    """The faults of an element, then those of what is inside it."""
    name = _local(element)
    where = f"{name} {element.get('id', '')}".strip()
    attributes = element.attrib
    yield from (f"{where}: unknown attribute {a}" for a in attributes if a not in _KNOWN[name])
    yield from (f"{where}: no {a}" for a in sorted(_REQUIRED.get(name, set())) if not attributes.get(a))
    yield from (f"{where}: both {a} and {b}" for a, b in _ONE_OF if a in attributes and b in attributes)
    yield from (f"{where}: {a} longer than {_LONGEST}" for a, t in attributes.items() if len(t) > _LONGEST)
    yield from (
        f"{where}: no procedure {attributes[a]}"
        for a in _CALLBACKS
        if a in attributes and attributes[a] not in procedures
    )
    if "keytip" in attributes and not _KEYTIP.fullmatch(attributes["keytip"]):
        yield f"{where}: keytip {attributes['keytip']!r}"
    if "id" in attributes and not _ID.fullmatch(attributes["id"]):
        yield f"{where}: id {attributes['id']!r}"
    if attributes.get("size", "normal") not in ("normal", "large"):
        yield f"{where}: size {attributes['size']!r}"
    for child in element:
        if _local(child) in _INSIDE.get(name, set()):
            yield from _faults(child, procedures)
        else:
            yield f"{where}: {_local(child)} may not stand here"


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def procedures(texts: Iterable[str]) -> set[str]:
    """The public procedures of these modules."""
    return {name for text in texts for name in _PROCEDURE.findall(text.replace("\r\n", "\n"))}
