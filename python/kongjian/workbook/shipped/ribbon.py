"""The ribbon tab, made from the list of commands: customUI of 2006, which every Excel since 2007 reads."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, TAB, Command, below
from kongjian.workbook.shipped.vba_project import callback

Element = ElementTree.Element

PART = "customUI/customUI.xml"
RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
ON_LOAD, GET_ENABLED, GET_SUPERTIP = "KongjianRibbonLoaded", "KongjianEnabled", "KongjianSupertip"
_SPACE = "http://schemas.microsoft.com/office/2006/01/customui"
_TAB_ID, _TAB_KEYTIP = "KongjianTab", "K"
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


def ribbon_xml() -> bytes:
    """The part, the groups in working order."""
    groups = "".join(_group(number, name) for number, name in enumerate(GROUPS, start=1))
    tab = _attributes(id=_TAB_ID, label=TAB, keytip=_TAB_KEYTIP, insertAfterMso="TabHome")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<customUI xmlns="{_SPACE}" onLoad="{ON_LOAD}"><ribbon><tabs><tab{tab}>{groups}</tab></tabs></ribbon></customUI>'
    ).encode()


def _group(number: int, name: str) -> str:
    buttons = "".join(_control(c) for c in COMMANDS if c.group == name and not c.under)
    return f"<group{_attributes(id=f'KongjianGroup{number}', label=name)}>{buttons}</group>"


def _control(command: Command) -> str:
    """A button, or one with a menu beside it."""
    others = below(command)
    if not others:
        return _button(command, size="large" if command.large else "normal", keytip=command.keytip)
    # the schema lets neither the button of a pair nor those of a menu have a size
    menu = "".join(_button(c, keytip=c.keytip) for c in others)
    pair = _attributes(id=f"{command.id}Pair", keytip=command.keytip)
    return f"<splitButton{pair}>{_button(command)}<menu{_attributes(id=f'{command.id}Menu')}>{menu}</menu></splitButton>"


def _button(command: Command, **place: str) -> str:
    # the reason why it is greyed out stands where the supertip would
    says = {"getSupertip": GET_SUPERTIP} if command.needs_data else {"supertip": command.supertip}
    enabled = {"getEnabled": GET_ENABLED} if command.needs_data else {}
    attributes = _attributes(
        id=command.id,
        label=command.label,
        imageMso=command.image,
        **place,
        screentip=command.screentip,
        **says,
        **enabled,
        onAction=callback(command),
    )
    return f"<button{attributes}/>"


def _attributes(**given: str) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in given.items())


def with_ribbon(parts: dict[str, bytes]) -> None:
    """Adds the part and the relationship by which Excel finds it."""
    parts[PART] = ribbon_xml()
    relation = f'<Relationship Id="rIdKongjian" Type="{RELATIONSHIP}" Target="{PART}"/></Relationships>'
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"</Relationships>", relation.encode())


def validate(xml: bytes, procedures: Collection[str]) -> list[str]:
    """What Excel would refuse in the ribbon, or find no procedure for."""
    root = ElementTree.fromstring(xml)
    if root.tag != f"{{{_SPACE}}}customUI":
        return [f"the root is {root.tag}"]
    found = list(_faults(root, procedures))
    ids = [e.get("id", "") for e in root.iter() if "id" in e.attrib]
    found += [f"id {one} comes twice" for one in sorted(set(ids)) if ids.count(one) > 1]
    for tab in root.iter(f"{{{_SPACE}}}tab"):
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
