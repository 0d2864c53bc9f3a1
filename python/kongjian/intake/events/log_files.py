"""The files of a log: which there are, and each as lines that a reader without guesses can take: UTF-8, one kind of end."""

from __future__ import annotations

import codecs
import gzip
import os
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path

import numpy as np

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.intake.importing.encodings import chinese

BAD = "\ufffd"
"""Marks a line that could not be read for what it is: a bad byte, a control character, too long a line."""
_BAD = BAD.encode()
SEPARATOR = "\x1f"
"""What no line has after `as_lines`."""
_SUFFIXES = (".csv", ".tsv", ".txt", ".gz", ".zst", ".parquet", ".xlsx", ".xlsm", ".xls")
CACHE, UNKNOWN_WORDS, LEFT_OUT = "缓存", "不认识的写法", "没有计入的行"
"""The folder of partials and the tables that an import leaves: no logs, like the backups of a workbook."""
_OWN_FOLDERS = (CACHE, "备份")
_CHUNK = 1 << 22
_LONGEST = 1 << 19
"""Characters of a line; a reader's buffers are many times as long."""
_CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f]")
_TAB, _LINE, _RETURN, _SPACE, _QUOTE = b'\t\n\r "'
_UTF_16 = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
_GZIP, _ZSTD, _PARQUET = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1"
_SHEETS = (b"PK", b"\xd0\xcf\x11\xe0", b"<")


@dataclass(frozen=True)
class Lines:
    """A text as lines: where they stand, in UTF-8 without what a line cannot hold, how they end, and how many there are.

    `quotes`: there may be a quotation mark; `marked`: some may be marked as BAD.
    """

    place: Path
    end: str
    count: int
    quotes: bool
    marked: bool


@dataclass(frozen=True)
class Seen:
    """A file as it was when its bytes went by: its size and time, what names its content, and its lines if they can be

    read where they stand.
    """

    about: os.stat_result
    digest: str
    lines: Lines | None


def log_files(paths: Sequence[Path], book: Path) -> list[Path]:
    """The files that these paths mean: files, folders with all that they hold, patterns. Raises KongjianError for none."""
    out: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found = _inside(path)
        elif path.exists():
            found = [path]
        else:
            found = sorted(Path(path.anchor or ".").glob(str(path.relative_to(path.anchor))))
        if not found:
            raise KongjianError(f"找不到行为日志 {path}；请核对文件名，或给日志所在的文件夹")
        out |= {p.resolve(): None for p in found}
    out.pop(book.resolve(), None)
    if not out:
        raise KongjianError("没有给出行为日志，只有工作簿；请给日志文件或日志所在的文件夹")
    return list(out)


def has_logs(folder: Path) -> bool:
    """Whether a folder holds any log, apart from what this program has left."""
    return bool(_inside(folder))


def _inside(folder: Path) -> list[Path]:
    inside = sorted(p for p in folder.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
    return [p for p in inside if not p.name.startswith((".", "~")) and not _is_own(p.relative_to(folder))]


def _is_own(path: Path) -> bool:
    """Whether this program has left a file."""
    return any(f in path.parts[:-1] for f in _OWN_FOLDERS) or path.stem.endswith(
        (f" {UNKNOWN_WORDS}", f" {LEFT_OUT}")
    )


def kind_of(path: Path) -> str:
    """By what is in it: "parquet", "sheets" or "lines"."""
    with path.open("rb") as opened:
        start = opened.read(4)
    if start == _PARQUET:
        return "parquet"
    return "sheets" if start.startswith(_SHEETS) else "lines"


def look_at(path: Path) -> Seen:
    """One pass over a file's bytes. Of a packed text the digest is the text's.

    Raises KongjianError for one that breaks off.
    """
    about = path.stat()
    digest, sound = blake2b(digest_size=16), _Sound()
    with path.open("rb") as opened:
        packed = opened.read(4).startswith((_GZIP, _ZSTD))
    for data in _whole_lines(_chunks(path), b"\n"):
        digest.update(data)
        sound.add(data)
    return Seen(about, digest.hexdigest(), None if packed else sound.lines(path))


def as_lines(path: Path, folder: Path, seen: Seen | None = None) -> Lines:
    """The lines of a text: where they stand if they can be read there, else copied into `folder`.

    Raises KongjianError for a packed file that breaks off.
    """
    return (seen or look_at(path)).lines or copied(path, folder / "lines.txt")


def in_pieces(lines: Lines, most: int, place: Path) -> Iterator[Lines]:
    """The lines in turn, at most so many at once: where they stand if they are no more, else each piece copied to `place`."""
    if lines.count <= most:
        yield lines
        return
    rest = b""
    with lines.place.open("rb") as opened:
        for start in range(0, lines.count, most):
            left = min(most, lines.count - start)
            piece = replace(lines, place=place, count=left)
            with place.open("wb") as out:
                while left and (data := rest or opened.read(_CHUNK)):
                    ends = np.flatnonzero(np.frombuffer(data, np.uint8) == _LINE)[:left]
                    cut = int(ends[-1]) + 1 if ends.size == left else len(data)
                    out.write(data[:cut])
                    rest, left = data[cut:], left - ends.size
            yield piece
            place.unlink()


def _chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, unpacked."""
    with path.open("rb") as opened:
        start = opened.read(4)
        opened.seek(0)
        try:
            if start.startswith(_GZIP):
                with gzip.open(opened) as unpacked:
                    yield from iter(lambda: unpacked.read(_CHUNK), b"")
            elif start == _ZSTD:
                yield from _zstd(iter(lambda: opened.read(_CHUNK), b""), path)
            else:
                yield from iter(lambda: opened.read(_CHUNK), b"")
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise _broken(path) from None
        except OSError as error:
            raise KongjianError(f"读不完 {path}：{disk.said(error)}") from None


def _zstd(chunks: Iterator[bytes], path: Path) -> Iterator[bytes]:
    import zstandard

    reader = zstandard.ZstdDecompressor().decompressobj()
    try:
        for chunk in chunks:
            while chunk:
                if reader.eof:
                    reader = zstandard.ZstdDecompressor().decompressobj()
                yield reader.decompress(chunk)
                chunk = reader.unused_data if reader.eof else b""
    except zstandard.ZstdError:
        raise _broken(path) from None
    if not reader.eof:
        raise _broken(path)


def _broken(path: Path) -> KongjianError:
    return KongjianError(f"{path.name} 不完整，解压不到末尾，没有计入；请重新复制或重新导出")


def _whole_lines(chunks: Iterator[bytes], end: bytes) -> Iterator[bytes]:
    """The bytes again, cut behind the ends of lines."""
    rest = b""
    for chunk in chunks:
        data = rest + chunk
        cut = data.rfind(end) + len(end)
        if cut >= len(end) and (len(end) == 1 or cut % 2 == 0):
            yield data[:cut]
            rest = data[cut:]
        else:
            rest = data
    if rest:
        yield rest


class _Sound:
    """Whether a text can be read where it stands, told from its bytes as they go by, cut behind the ends of lines.

    Whether it is UTF-8 is seen of the first bytes here; of the others the reader refuses what is not.
    """

    def __init__(self) -> None:
        self.is_sound, self.begun, self.pairs, self.count, self.quotes, self.last = (
            True,
            False,
            0,
            0,
            False,
            b"\n",
        )

    def add(self, data: bytes) -> None:
        if self.is_sound:
            self.is_sound = self._is_sound(data)

    def _is_sound(self, data: bytes) -> bool:
        codes = np.frombuffer(data, np.uint8)
        lines, returns, tabs = (int(np.count_nonzero(codes == c)) for c in (_LINE, _RETURN, _TAB))
        if int(np.count_nonzero(codes < _SPACE)) != lines + returns + tabs or _has_long(data):
            return False
        if returns and not returns == lines == data.count(b"\r\n"):
            return False
        if np.any(codes == _BAD[0]) and _BAD in data or not self.begun and not _is(data, "utf-8"):
            return False
        self.begun, self.last = True, data[-1:]
        self.count, self.pairs = self.count + lines, self.pairs + returns
        self.quotes = self.quotes or _QUOTE in data
        return self.pairs in (0, self.count)

    def lines(self, path: Path) -> Lines | None:
        end = "\\r\\n" if self.pairs else "\\n"
        more = self.last != b"\n"
        return Lines(path, end, self.count + more, self.quotes, marked=False) if self.is_sound else None


def _has_long(data: bytes) -> bool:
    """Whether some line may be too long: somewhere half of that holds no end."""
    half = _LONGEST // 2
    return any(data.find(b"\n", at, at + half) < 0 for at in range(0, len(data) - half, half))


def copied(path: Path, place: Path) -> Lines:
    """The lines in UTF-8, those that cannot be read marked."""
    count, last, quotes, marked = 0, "\n", False, False
    with place.open("w", encoding="utf-8", newline="") as out:
        for text in _texts(path):
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            if _CONTROL.search(text):
                text = _CONTROL.sub(BAD, text)
            lines = text.split("\n")
            if max(map(len, lines)) > _LONGEST:
                text = "\n".join(line if len(line) <= _LONGEST else BAD + line[:200] for line in lines)
            out.write(text)
            count, last = count + text.count("\n"), text[-1:]
            quotes, marked = quotes or '"' in text, marked or BAD in text
    return Lines(place, "\\n", count + (last != "\n"), quotes, marked)


def _texts(path: Path) -> Iterator[str]:
    """The text in pieces of whole lines."""
    start = next(_chunks(path), b"")
    encoding = _UTF_16.get(start[:2]) or ("utf-16-le" if start[1:2] == b"\0" else "")
    if encoding:
        decoder = codecs.getincrementaldecoder(encoding)("replace")
        for data in _whole_lines(_chunks(path), "\n".encode(encoding)):
            yield decoder.decode(data).removeprefix("\ufeff")
        if left := decoder.decode(b"", final=True):
            yield left
        return
    for data in _whole_lines(_chunks(path), b"\n"):
        encoding = encoding or _encoding(data)
        try:
            yield data.decode(encoding or "ascii").removeprefix("\ufeff")
        except UnicodeDecodeError:
            yield "".join(line.decode(encoding, "replace") for line in data.splitlines(keepends=True))


def _encoding(data: bytes) -> str:
    """UTF-8 where more lines with other characters than ASCII are that than GB18030; else which of the Chinese ones; "" where there is none."""
    odd = [line for line in data.splitlines() if not line.isascii()]
    utf_8, other = (sum(_is(line, e) for line in odd) for e in ("utf-8", "gb18030"))
    return "" if not odd else "utf-8" if utf_8 >= other and utf_8 else chinese(b"\n".join(odd))


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
