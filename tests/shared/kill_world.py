"""A small city with everything that the writing commands need, and what must hold whenever one of them is killed."""

from __future__ import annotations

import io
import re
import shutil
import stat
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from import_files import text_file
from killed_runs import INT, KILL, TERM, Ended, Killer
from kongjian.base.backups import FOLDER
from workbooks import SCHOOL_NAMES, schools, small_book, teachers

BOOK = "评比.xlsm"
# plays LibreOffice: starts a second process that outlives it, as oosplash does, and copies what it was given
OFFICE = """#!/bin/sh
sh -c 'sleep 30; : "$0"' "$1" &
sleep 0.1
while [ "$1" != --outdir ]; do shift; done
out=$2; shift 2; mkdir -p "$out"; cp "$@" "$out"
kill $! 2>/dev/null
"""
AFTER_IMPORT = "导入后.xlsm"
COMMANDS: Mapping[str, Callable[[Path], list[str | Path]]] = {
    "recalc": lambda place: ["recalc", place / BOOK, "-q"],
    "check": lambda place: ["check", place / BOOK, "--write"],
    "import": lambda place: ["import", place / BOOK, place / "教师.csv"],
    "undo-import": lambda place: ["undo-import", place / AFTER_IMPORT],
    "import-events": lambda place: ["import-events", place / "日志.csv", place / BOOK],
    "restore": lambda place: ["restore", place / BOOK, "1"],
    "finalise": lambda place: ["finalise", place / BOOK, "--anyway"],
    "robust": lambda place: ["robust", place / BOOK, "-q"],
    "explain": lambda place: [
        "explain",
        place / BOOK,
        "--who",
        SCHOOL_NAMES[0],
        "--out",
        place / "说明.xlsx",
    ],
    "score": lambda place: ["score", "--tables", place / "表", "--out", place / "结果", "--format", "csv"],
    "forms": lambda place: ["forms", place / BOOK, "-o", place / "表格", "--anyway", "-q"],
    "mail": lambda place: ["mail", place / BOOK, "--by-school", "-o", place / "分发", "-q"],
    "collect": lambda place: ["collect", place / "交回", "--book", place / BOOK],
    "new-scheme": lambda place: ["new-scheme", "next-year", "--from", place / BOOK, "-o", place / "方案"],
    "build": lambda place: ["build", place / "空白.xlsm"],
    "demo": lambda place: ["demo", place / "示范"],
}
"""Every command that writes for staff; what installs has tests of its own."""
# kills in `make torture`: most go to the quick ones, none has fewer than twenty
SHARES = {
    "recalc": 150, "check": 130, "import": 130, "undo-import": 80, "import-events": 80, "restore": 80, "collect": 80, "score": 60,
    "finalise": 40, "explain": 40, "robust": 30, "forms": 30, "mail": 20, "new-scheme": 20, "build": 20, "demo": 20,
}  # fmt: skip
# commands for one process, about as long as one another
PARTS = (
    ("recalc", "finalise", "explain"),
    ("check", "import-events", "forms", "new-scheme"),
    ("import", "restore", "collect", "mail", "build"),
    ("undo-import", "score", "robust", "demo"),
)
_BACKUP = re.compile(r"\.bak(?=/|$)")
"""What an earlier file or folder is kept as."""
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d-\d\d-\d\d(?:_\d+)?")
_TOLD = re.compile(rb"\d{4}-\d\d-\d\d[ T]\d\d:\d\d")
"""A moment as a file tells it; its seconds differ between any two runs, its minute may not."""


@dataclass(frozen=True)
class Tally:
    """What was found wrong: files lost or half, files nobody made, files others could read, what was left behind."""

    lost: tuple[str, ...] = ()
    invented: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def four(self) -> tuple[tuple[str, ...], ...]:
        return self.lost, self.invented, self.exposed, self.left

    @property
    def wrong(self) -> tuple[str, ...]:
        return sum(self.four, ())


class World:
    """One folder in which a command is run and killed."""

    def __init__(self, place: Path, teacher_count: int = 8, office: bool = True) -> None:
        self.place = place
        self.office = place / "bin"
        self._fresh = place / "fresh"
        self.at = place / "now"
        self._fresh.mkdir(parents=True)
        rows = {"schools": schools(len(SCHOOL_NAMES[:4])), "teachers": teachers(teacher_count)}
        small_book(self._fresh / BOOK, rows)
        self._feed(rows)
        self.office.mkdir()
        if office:
            path = self.office / "soffice"
            path.write_text(OFFICE, encoding="utf-8")
            path.chmod(0o755)
        self.killer = Killer(place / "tmp", {"PATH": f"{self.office}:/usr/bin:/bin"} if office else None)
        for command, target in (("import", AFTER_IMPORT), ("recalc", BOOK)):
            self.reset()
            assert self.run(command).status in (0, 1)
            shutil.copy(self.at / BOOK, self._fresh / target)
        shutil.copytree(self.at / FOLDER, self._fresh / FOLDER)
        self.reset()
        assert self.run("forms").status == 0
        shutil.copytree(self.at / "表格", self._fresh / "交回")
        self.reset()
        self._first = _read(self._fresh)
        self._made: dict[str, dict[str, bytes]] = {}
        self._moving: dict[str, set[tuple[str, str]]] = {}

    def _feed(self, rows: Mapping[str, list[dict[str, object]]]) -> None:
        """The files that commands read."""
        school, teacher = SCHOOL_NAMES[0], rows["teachers"][0]
        known = [["学校名称", "教师姓名", "账号"], [school, "新人", "421281199001017777"]]
        text_file(self._fresh / "教师.csv", known, "utf-8")
        lines = [
            [school, teacher["账号"], "教师", b, f"2021-03-{d:02d}"]
            for b in ("在线授课", "网络教研")
            for d in (1, 9)
        ]
        text_file(self._fresh / "日志.csv", [["学校名称", "账号", "角色", "行为", "日期"], *lines], "utf-8")
        (self._fresh / "表").mkdir()
        for sheet, table in (("学校数据", "schools"), ("教师数据", "teachers")):
            names = list(rows[table][0])
            text_file(
                self._fresh / "表" / f"{sheet}.csv",
                [names, *([row[n] for n in names] for row in rows[table])],
                "utf-8",
            )

    def reset(self) -> None:
        """The folder as it was at first."""
        shutil.rmtree(self.at, ignore_errors=True)
        shutil.copytree(self._fresh, self.at)

    def run(self, command: str, after: float | None = None, by: int = KILL, first: str = "") -> Ended:
        return self.killer.run(*COMMANDS[command](self.at), after=after, by=by, first=first)

    def run_on_full_disk(self, command: str, most: int, number: int) -> Ended:
        """A run that may write so many bytes, scratch files included, and is told this error from then on."""
        return self.killer.run(*COMMANDS[command](self.at), full=(str(self.place), most, number))

    def size(self, command: str) -> int:
        """Bytes of the files that a whole run made or changed."""
        old = set(self._first.values())
        return sum(len(data) for data in self._made[command].values() if data not in old)

    def again(self, command: str) -> bool:
        """Runs a command after its kill to the end; False for one that found itself done, or cannot be asked twice.

        An import that was through would note in 导入记录 that there is nothing new.
        """
        if command == "import" and (self.at / BOOK).read_bytes() != self._first[BOOK]:
            return False
        return self.run(command).status in (0, 1)

    def whole(self, command: str, exact: bool = False) -> float:
        """Runs a command to its end from the first state, and keeps what it made; returns the seconds.

        `exact`: twice, a second apart, so that a book is known part by part but for the parts that tell the time.
        """
        self.reset()
        done = self.run(command)
        assert done.status in (0, 1), done.said
        made = self._files()
        if exact:
            time.sleep(1)
            self.reset()
            assert self.run(command).status == done.status
            again = {_timeless(n): _parts(data) for n, data in self._files().items()}
            self._moving[command] = {
                (_timeless(n), part)
                for n, data in made.items()
                for part, code in _parts(data).items()
                if not n.startswith(f"{FOLDER}/") and again[_timeless(n)].get(part) != code
            }
        self._made[command] = {_timeless(n): data for n, data in made.items()}
        assert self.after_the_next_run().wrong == ()
        return done.seconds

    def check(self, command: str) -> Tally:
        """The state after a kill, compared with that before it and that of a whole run."""
        old, new, now = self._first, self._made[command], self._files()
        lost, invented = [f"{name} is gone" for name in old if name not in now], []
        for name, data in now.items():
            plain = _timeless(name)
            known = _BACKUP.sub("", plain)
            if data in (old.get(name), old.get(known), new.get(plain), new.get(known)):
                continue
            if (
                name.startswith(f"{FOLDER}/") and data in old.values()
            ):  # the dated copy is the workbook of before
                continue
            if known not in new and known not in old:
                invented.append(name)
            elif not _complete(data):
                lost.append(f"{name} is half")
            elif command in self._moving and known in new and not self._as_made(command, known, data):
                lost.append(f"{name} is neither the old nor the new one")
        return Tally(tuple(lost), tuple(invented), self._exposed())

    def _as_made(self, command: str, name: str, data: bytes) -> bool:
        """Whether a file is what a whole run makes, but for the parts that tell the time."""

        def still(parts: Mapping[str, int]) -> dict[str, int]:
            return {p: c for p, c in parts.items() if (name, p) not in self._moving[command]}

        made = self._made[command].get(name, b"")
        return still(_parts(data)) == still(_parts(made))

    def at_once(self) -> Tally:
        """What a run that was asked to end has left: nothing."""
        return Tally(left=(*self._temporary(), *self._beside(), *self.programs()))

    def after_the_next_run(self) -> Tally:
        """What is left in the temporary folder once another run has begun."""
        return Tally(left=(*self._temporary(), *self.programs()))

    def beside(self) -> Tally:
        """What is left beside the files once the same run has come to its end."""
        return Tally(left=(*self._temporary(), *self._beside(), *self.programs()))

    def programs(self) -> list[str]:
        mark = str(self.killer.temporary)
        found = (p.info["cmdline"] or [] for p in psutil.process_iter(["cmdline"]))
        return [
            " ".join(c) for c in found if any("-env:UserInstallation" in part and mark in part for part in c)
        ]

    def _temporary(self) -> list[str]:
        return [p.name for p in self.killer.temporary.iterdir()]

    def _beside(self) -> list[str]:
        return [p.name for p in self.at.rglob("*") if _between(p)]

    def _exposed(self) -> tuple[str, ...]:
        """Temporary folders that others may enter."""
        folders = (p for p in self.killer.temporary.iterdir() if p.is_dir())
        return tuple(p.name for p in folders if stat.S_IMODE(p.stat().st_mode) & 0o077)

    def _files(self) -> dict[str, bytes]:
        return _read(self.at)

    def close(self) -> None:
        self.killer.close()
        for program in self.programs():
            assert program == "", program


def _read(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file() and not _between(p))
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def _between(path: Path) -> bool:
    """Whether a file, or the folder that it stands in, is what a run writes to before it is whole."""
    return ".kongjian-" in str(path) or path.suffix == ".tmp"


def _timeless(name: str) -> str:
    return _MOMENT.sub("…", name)


def _parts(data: bytes) -> dict[str, int]:
    """The checksum of each part of a package, without the minutes that it tells; of another file its own, under no name."""
    if data[:2] != b"PK":
        return {"": zlib.crc32(data)}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: zlib.crc32(_TOLD.sub(b"", archive.read(name))) for name in archive.namelist()}


def _complete(data: bytes) -> bool:
    """A package whose every part is whole, a list in JSON, or a mail that has come to its end."""
    if data[:2] != b"PK":
        return data.rstrip().endswith((b"--", b"}"))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False


__all__ = ["COMMANDS", "INT", "KILL", "PARTS", "SHARES", "TERM", "Tally", "World"]
