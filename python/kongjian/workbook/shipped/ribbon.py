"""The ribbon tab, made from the list of commands: customUI of 2006, which every Excel since 2007 reads."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, TAB, Command, below
from kongjian.workbook.shipped.vba_project import callback

PART = "customUI/customUI.xml"
RELATIONSHIP = "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
ON_LOAD, GET_ENABLED, GET_SUPERTIP = "KongjianRibbonLoaded", "KongjianEnabled", "KongjianSupertip"
SPACE = "http://schemas.microsoft.com/office/2006/01/customui"
_TAB_ID, _TAB_KEYTIP = "KongjianTab", "K"


def ribbon_xml() -> bytes:
    """The part, the groups in working order."""
    groups = "".join(_group(number, name) for number, name in enumerate(GROUPS, start=1))
    tab = _attributes(id=_TAB_ID, label=TAB, keytip=_TAB_KEYTIP, insertAfterMso="TabHome")
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<customUI xmlns="{SPACE}" onLoad="{ON_LOAD}"><ribbon><tabs><tab{tab}>{groups}</tab></tabs></ribbon></customUI>'
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
