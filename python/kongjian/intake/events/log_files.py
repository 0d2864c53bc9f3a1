"""The files of a log: which there are, and each as lines that a reader without guesses can take: UTF-8, one kind of end."""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from kongjian.base import disk
from kongjian.base.errors import KongjianError

BAD = "\ufffd"
"""Marks a line that could not be read for what it is: a bad byte, a control character, too long a line."""
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
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32)])
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
    quotes: bool = True
    marked: bool = True


def log_files(paths: Sequence[Path], book: Path) -> list[Path]:
    """The files that these paths mean: files, folders with all that they hold, patterns. Raises KongjianError for none."""
    out: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in _SUFFIXES and p.is_file())
            found = [
                p for p in inside if not p.name.startswith((".", "~")) and not _is_own(p.relative_to(path))
            ]
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


def digest_of(path: Path) -> str:
    """What names a file's content; of a packed text the text's."""
    digest = blake2b(digest_size=16)
    for chunk in _chunks(path):
        digest.update(chunk)
    return digest.hexdigest()


def as_lines(path: Path, folder: Path) -> Lines:
    """The lines of a text: where they stand if they can be read there, else copied into `folder`.

    Raises KongjianError for a packed file that breaks off.
    """
    with path.open("rb") as opened:
        packed = opened.read(4).startswith((_GZIP, _ZSTD))
    if not packed and (sound := _sound(path)):
        return sound
    return _copied(path, folder / "lines.txt")


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


def _sound(path: Path) -> Lines | None:
    """The lines where they stand; None where they are not UTF-8 throughout, or hold what a line cannot."""
    count, ends, last, quotes = 0, set[str](), b"\n", False
    for data in _whole_lines(_chunks(path), b"\n"):
        if len(data.translate(None, _CONTROLS)) != len(data) or _has_long(data):
            return None
        try:
            if BAD in data.decode():
                return None
        except UnicodeDecodeError:
            return None
        lines, returns, pairs = data.count(b"\n"), data.count(b"\r"), data.count(b"\r\n")
        if returns != pairs or pairs not in (0, lines):
            return None
        ends.add("\\r\\n" if pairs else "\\n") if lines else None
        count, last, quotes = count + lines, data[-1:], quotes or b'"' in data
    if len(ends) > 1:
        return None
    return Lines(path, next(iter(ends), "\\n"), count + (last != b"\n"), quotes, marked=False)


def _has_long(data: bytes) -> bool:
    """Whether some line may be too long: somewhere half of that holds no end."""
    half = _LONGEST // 2
    return any(data.find(b"\n", at, at + half) < 0 for at in range(0, len(data) - half, half))


def _copied(path: Path, place: Path) -> Lines:
    """The lines in UTF-8, those that cannot be read marked."""
    count, last = 0, "\n"
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
    return Lines(place, "\\n", count + (last != "\n"))


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
    """UTF-8 or GB18030, by which of them more lines with other characters than ASCII are; "" where there is none."""
    odd = [line for line in data.splitlines() if not line.isascii()]
    if not odd:
        return ""
    return max(("utf-8", "gb18030"), key=lambda e: sum(_is(line, e) for line in odd))


def _is(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True
