"""What a cell looks like beside what it holds: number formats that show another number, letters that nobody sees."""

from __future__ import annotations

import re
from functools import cache

from kongjian.selfcheck.second_reader import BLACK, WHITE, Look

GENERAL, AS_TEXT = "General", "@"
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|[_*].')
_BRACKETS = re.compile(r"\[(?:\$[^\]]*|DBNum\d|h+|m+|s+)\]", re.IGNORECASE)
"""Languages, ways of writing digits, hours beyond a day: nothing that decides which number is shown."""
_PLAIN = re.compile(r"[#,0?]*?[0#?](?:\.([0#?]+))?(%?)")
_MOMENT = re.compile(r"(?=.*y)(?=.*m)(?=.*d)(?=.*h)(?=.*s)[ymdhs/:.\- ]+", re.IGNORECASE)
_SYMBOLS = re.compile(r"symbol|wingdings|webdings|marlett|dingbats", re.IGNORECASE)
_LEAST_CONTRAST = 1.7
"""Of ink and ground, 1 for the same colour and 21 for black on white; a light grey that can be read has more."""
_LEAST_SIZE = 5.0
_NOISE = 1e-9


def shows_other(code: str, value: object, usual: str) -> bool:
    """Whether a number format may show another number or text than the cell holds; `usual` is the column's own format.

    What is not understood counts as such.
    """
    if code in (GENERAL, AS_TEXT, usual) or value in (None, ""):
        return False
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return _other_number(code, float(value), usual)
    return isinstance(value, str) and _other_text(code)


def replaces_value(code: str, value: object) -> bool:
    """Whether a format shows something that is not the value at all, however it is rounded or written."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        section = _section(code, float(value))
        return section is None or section.endswith(",")
    return isinstance(value, str) and value != "" and _other_text(code)


def hidden_by(look: Look, ground: str | None = None) -> str:
    """Why letters of this look cannot be seen or read for what they are, "" where they can."""
    ink, fill = look.ink or BLACK, look.fill or ground or WHITE
    if contrast(ink, fill) < _LEAST_CONTRAST:
        return "字和底色一样，看不见"
    if look.size is not None and look.size < _LEAST_SIZE:
        return f"字号{look.size:g}，看不见"
    if look.font and _SYMBOLS.search(look.font):
        return f"字体{look.font}会把字显示成符号"
    return "字上有删除线" if look.strike else ""


def _other_number(code: str, value: float, usual: str) -> bool:
    section = _section(code, value)
    if section is None:
        return True
    if section == GENERAL.lower():
        return False
    if "y" in section or "h" in section:
        return not ("y" in usual and _MOMENT.fullmatch(section))
    found = _PLAIN.fullmatch(section)
    if found is None:
        return True
    decimals, percent = len(found[1] or ""), bool(found[2])
    if percent != ("%" in usual):
        return not percent or usual != GENERAL
    wanted = _decimals(usual)
    scale = 100 if percent else 1
    exact = value * scale if wanted is None else round(value * scale, wanted)
    return abs(round(value * scale, decimals) - exact) > _NOISE and not (
        wanted is not None and decimals > wanted
    )


@cache
def _section_words(code: str) -> tuple[str, ...] | None:
    """The sections of a format in small letters without their literals; None where a literal or a condition may lie."""
    if any(c.isnumeric() for literal in _LITERAL.findall(code) for c in literal[0] or literal[1]):
        return None
    bare = _BRACKETS.sub("", _LITERAL.sub("", code)).lower()
    return None if "[" in bare else tuple(section.strip("()+- ") for section in bare.split(";"))


def _section(code: str, value: float) -> str | None:
    """The section that shows this number; None where it cannot be told or shows no number."""
    words = _section_words(code)
    if words is None:
        return None
    at = 0 if len(words) == 1 or value > 0 else 1 if value < 0 or len(words) == 2 else 2
    if value == 0 and len(words) == 2:
        at = 0
    return words[at] or None


def _other_text(code: str) -> bool:
    """Whether a format makes another text of a text: it has a section of its own for it with more than the text."""
    sections = code.split(";")
    own = sections[3] if len(sections) > 3 else next((s for s in sections if AS_TEXT in s), None)
    return own is not None and own.strip() != AS_TEXT


def _decimals(code: str) -> int | None:
    found = _PLAIN.fullmatch(code.lower())
    return len(found[1] or "") if found else None


def contrast(first: str, second: str) -> float:
    """How two colours (six hexadecimal digits) stand out from each other, as web pages reckon it."""
    dark, light = sorted(map(_luminance, (first, second)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[k : k + 2], 16) / 255 for k in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
