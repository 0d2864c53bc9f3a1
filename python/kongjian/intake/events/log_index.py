"""What is known of the files of logs: which are counted already, for which workbook, and which are to be looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import TypeVar

from kongjian.base.files import own_place, settle
from kongjian.base.one_writer import alone_in
from kongjian.intake.events.log_files import CACHE, Seen, log_files, look_at
from kongjian.rules.model import Rules

FOLDER, INDEX = "行为日志", "目录.json"
_VERSION = 1
T = TypeVar("T")


@dataclass(frozen=True)
class How:
    """How logs are counted: within how much memory, and on which Spark master ("" for here); whether every file's content

    is looked at again, and whether only the files given count from now on.
    """

    memory: str = "1GB"
    master: str = ""
    verify: bool = False
    anew: bool = False


@dataclass
class Index:
    """目录.json: path → size, time, inode and digest; workbook → digest → the name of the file; workbook → its state when

    an import was through with it, see remember.
    """

    place: Path
    files: dict[str, list[object]] = field(default_factory=dict)
    books: dict[str, dict[str, str]] = field(default_factory=dict)
    states: dict[str, list[object]] = field(default_factory=dict)

    @classmethod
    def at(cls, place: Path) -> Index:
        with suppress(OSError, ValueError, TypeError, KeyError):
            found = json.loads(place.read_text(encoding="utf-8"))
            return cls(place, dict(found["files"]), dict(found["books"]), dict(found["states"]))
        return cls(place)

    def save(
        self,
        books: Mapping[str, dict[str, str]] | None = None,
        states: Mapping[str, list[object]] | None = None,
    ) -> None:
        """Adds what is known of files and what is given of workbooks to what stands there: another run may have saved meanwhile."""
        with alone_in(self.place.parent / CACHE), own_place(self.place) as own:
            now = Index.at(self.place)
            said = {
                "files": now.files | self.files,
                "books": now.books | dict(books or {}),
                "states": now.states | dict(states or {}),
            }
            own.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
            settle(own, self.place)

    def seen(self, path: Path, verify: bool) -> str | Seen:
        """A file's digest; the file looked at anew where its size, time or inode is another, or always."""
        return (not verify and _known(self, path)) or look_at(path)

    def digest(self, path: Path, seen: str | Seen) -> str:
        """The digest of what was seen, which from now on is known."""
        if isinstance(seen, str):
            return seen
        about = seen.about
        self.files[str(path)] = [about.st_size, about.st_mtime_ns, about.st_ino, seen.digest]
        return seen.digest


def is_as_before(paths: Sequence[Path], book: Path, rules: Rules, how: How) -> bool:
    """Whether the workbook's file, the rules and these logs are those that the last import was through with."""
    index = Index.at(book.resolve().parent / FOLDER / INDEX)
    if how.verify or how.anew or index.states.get(book.name) != _state(book, rules):
        return False
    known = index.books.get(book.name, {})
    return all(_known(index, path) in known for path in log_files(paths, book))


def _known(index: Index, path: Path) -> str:
    about = path.stat()
    found = index.files.get(str(path), [])
    return str(found[3]) if found[:3] == [about.st_size, about.st_mtime_ns, about.st_ino] else ""


def remember(book: Path, target: Path, rules: Rules) -> None:
    """Notes beside `book` the state of the file that an import has written or left as it was."""
    Index(book.resolve().parent / FOLDER / INDEX).save(states={target.name: _state(target, rules)})


def _state(book: Path, rules: Rules) -> list[object]:
    about = book.stat()
    own = blake2b(repr(rules).encode(), digest_size=8).hexdigest()
    return [str(book.resolve()), about.st_size, about.st_mtime_ns, about.st_ino, own]


def form_of(rules: Rules) -> str:
    """What partials of one file differ by: how they are made, and by what names columns are found."""
    names = [(c.name, c.aliases, str(c.role)) for c in rules.table("events").columns]
    return blake2b(repr((_VERSION, names)).encode(), digest_size=4).hexdigest()


def partial_of(folder: Path, digest: str, form: str) -> Path:
    """Where the partial of a file with this content stands in a folder of logs."""
    return folder / CACHE / f"{digest}-{form}.parquet"


@contextmanager
def ahead(files: Sequence[Path], look: Callable[[Path], T]) -> Iterator[Callable[[Path], T]]:
    """Looks at each file in turn, one further while somebody is at work with what was seen of the one before."""
    worker = ThreadPoolExecutor(1)
    following = dict(zip(files, files[1:], strict=False))
    waiting = {files[0]: worker.submit(look, files[0])}

    def looked(path: Path) -> T:
        found = waiting.pop(path)
        try:
            return found.result()
        finally:
            if path in following:
                waiting[following[path]] = worker.submit(look, following[path])

    try:
        yield looked
    finally:
        worker.shutdown(wait=False, cancel_futures=True)
