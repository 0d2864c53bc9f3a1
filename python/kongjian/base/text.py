"""Folding of pasted text: full-width forms, every kind of space, characters that nobody sees."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# control characters, zero-width characters, direction marks, byte-order mark, soft hyphen
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]"
)
_BREAKS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]+")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text as people see it: no invisible characters, inner spaces single, none at the ends."""
    if text.isalnum():  # the usual case: nothing to do
        return text
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def one_line(text: str) -> str:
    """A sentence on one line that every screen can show, whatever the names in it are made of."""
    return _BREAKS.sub("␤", text.strip()).encode("utf-8", "replace").decode()


def capped(items: Sequence[str], most: int, word: str, between: str = "、") -> str:
    """The first of a list, and then how many there are in all, where there are more; `word` is what is counted."""
    return between.join(items[:most]) + (f"等{len(items)}{word}" if len(items) > most else "")


def fold(text: str) -> str:
    """The text for comparing: half-width, without any space or invisible character, upper case."""
    if text.isalnum() and unicodedata.is_normalized("NFKC", text):  # the usual case: nothing to fold
        return text.upper()
    folded = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text))
    return _SPACES.sub("", folded).upper()
