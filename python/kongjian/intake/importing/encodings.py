"""The bytes of a text file as text: the encoding found by trying, a few bad bytes told and not guessed at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice, product
from os.path import commonprefix

from kongjian.base.errors import KongjianError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_LOOKED_AT = 2000
_GOOD_PER_BAD = 10
"""Characters of UTF-8 for each bad byte from which on a text is UTF-8 all the same."""
_ASCII = re.compile(rb"[\x00-\x7f]+")
_RUN = {"gb18030": re.compile(rb"[\x40-\xff]*[\x80-\xff][\x40-\xff]*"), "utf-8": re.compile(rb"[\x80-\xff]+")}
"""The bytes that one bad one may lead astray: up to the next that is never the second half of a character."""


def decode(data: bytes, name: str, most_bad: int = 0) -> tuple[str, list[str]]:
    """The text and what is said of it: by its byte-order mark, as UTF-8, UTF-16, Big5, GB18030.

    At most so many bad bytes become question marks. Raises KongjianError beyond.
    """
    marked = next((e for mark, e in _MARKS if data.startswith(mark)), "")
    ways = [marked] if marked else ["utf-8", *_without_mark(data)]
    for encoding in ways:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, ["文字是繁体的 Big5 编码"] if encoding == "big5hkscs" else []
    encoding = marked if marked == "utf-16" else "utf-8" if marked or _is_utf_8(data) else "gb18030"
    text, lines = _mended(data.removeprefix(_MARKS[0][0]), encoding, most_bad)
    if len(lines) > most_bad:
        raise KongjianError(f"{name} 里有认不出的文字编码；请从平台重新导出，或用Excel另存为 .xlsx 再导入")
    places = "、".join(f"第{line}行" for line in dict.fromkeys(lines))
    return text, [f"{places}有认不出的字，写成了“?”，请核对"]


def _without_mark(data: bytes) -> Iterator[str]:
    """What strict UTF-8 leaves open, the likely ones first."""
    if b"\0" in data:  # which no other encoding of a text has
        ways = ("utf-16-le", "utf-16-be")
        yield max(ways, key=lambda e: sum(data.count(c.encode(e)) for c in "\n,\t"))
    if not _is_utf_8(data):
        yield from dict.fromkeys((chinese(data), "gb18030"))


def chinese(data: bytes) -> str:
    """Big5 or GB18030, by the common characters, for bytes that are no UTF-8."""
    traditional, simplified = (
        _common(data, "big5hkscs", range(0xA4, 0xC7)), _common(data, "gb2312", range(0xB0, 0xD8))
    )  # fmt: skip
    return "big5hkscs" if traditional > 0.9 and simplified < 0.8 else "gb18030"


def _is_utf_8(data: bytes) -> bool:
    """Whether the first characters beyond ASCII are, nearly all of them."""
    found = _ASCII.sub(b" ", data[: 1 << 24])[: 8 * _LOOKED_AT].decode("utf-8", "replace").split()
    text = "".join(found)
    return len(text) > (_GOOD_PER_BAD + 1) * text.count("\ufffd")


def _common(data: bytes, encoding: str, leads: range) -> float:
    """The share of common characters: those with such first bytes."""
    firsts = islice(re.finditer(rb"([\x81-\xfe])[\x40-\xfe]", data), _LOOKED_AT)
    text = b"".join(m[0] for m in firsts).decode("gb18030" if encoding == "gb2312" else encoding, "replace")
    found = [c.encode(encoding, "ignore")[:1] for c in text]
    return sum(bool(f) and f[0] in leads for f in found) / max(len(found), 1)


def _mended(data: bytes, encoding: str, most: int) -> tuple[str, list[int]]:
    """The text with a question mark for each bad byte, and their lines, one more than `most` of them at most."""
    if encoding == "utf-16":
        text = data.decode(encoding, "replace")
        bad = [m.start() for m in islice(re.finditer("\ufffd", text), most + 1)]
        return text.replace("\ufffd", "?"), [text.count("\n", 0, at) + 1 for at in bad]
    out, lines = [], list[int]()
    for number, line in enumerate(data.split(b"\n"), 1):
        try:
            out.append(line.decode(encoding))
        except UnicodeDecodeError:
            text, faults = _mended_line(line, encoding)
            out.append(text)
            lines += [number] * faults
            if len(lines) > most:
                break
    return "\n".join(out), lines


def _mended_line(line: bytes, encoding: str) -> tuple[str, int]:
    """The line, run by run, and how many bytes of it are bad."""
    text, at, faults = "", 0, 0
    for run in _RUN[encoding].finditer(line):
        try:
            good, more = run[0].decode(encoding), 0
        except UnicodeDecodeError:
            good, more = _without_one(run[0], encoding)
        text += line[at : run.start()].decode("ascii") + good
        at, faults = run.end(), faults + more
    return text + line[at:].decode("ascii"), faults


def _without_one(run: bytes, encoding: str) -> tuple[str, int]:
    """The run with a question mark where a byte or two are taken for bad, and how many places that are.

    Those by which the others make the most common characters; where several do, it stands for all that they differ in.
    """
    found: dict[str, float] = {}
    for size, k in product((1, 2), range(min(len(run), _LOOKED_AT))):
        for parts in ((run[:k], run[k + size :]), (b"", run[:k] + run[k + size :])):
            try:
                text = "?".join(part.decode(encoding) for part in parts)
            except UnicodeDecodeError:
                continue
            common = sum(b"\xb0" <= c.encode("gb2312", "ignore")[:1] < b"\xd8" for c in text)
            found[text] = common - (0 if parts[0] else 0.5)  # a mark within a character is the less likely
            break
    best = [text for text, common in found.items() if common == max(found.values())]
    if not best:
        lossy = run.decode(encoding, "replace")
        return lossy.replace("\ufffd", "?"), lossy.count("\ufffd")
    if len(best) == 1:
        return best[0], 1
    first, last = (commonprefix(texts) for texts in (best, [text[::-1] for text in best]))
    return f"{first.partition('?')[0]}?{last.partition('?')[0][::-1]}", 1
