"""A small city with everything that the writing commands need, and what must hold whenever one of them is killed."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

from import_files import text_file
from killed_runs import INT, KILL, TERM, Ended, Killer
from kongjian.base.backups import FOLDER
from kongjian.workbook.recalculate import recalculate
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
COMMANDS: Mapping[str, Callable[[Path], list[str | Path]]] = {
    "recalc": lambda place: ["recalc", place / BOOK, "-q"],
    "check": lambda place: ["check", place / BOOK, "--write"],
    "import": lambda place: ["import", place / BOOK, place / "教师.csv"],
    "forms": lambda place: ["forms", place / BOOK, "-o", place / "表格", "--anyway", "-q"],
    "mail": lambda place: ["mail", place / BOOK, "--by-school", "-o", place / "分发", "-q"],
    "collect": lambda place: ["collect", place / "交回", "--book", place / BOOK],
}


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
        recalculate_new = small_book(self._fresh / BOOK, rows)
        recalculate(recalculate_new)
        (self._fresh / f"{BOOK}.bak").unlink(missing_ok=True)
        text_file(
            self._fresh / "教师.csv",
            [["学校名称", "教师姓名", "账号"], [SCHOOL_NAMES[0], "新人", "421281199001017777"]],
            "utf-8",
        )
        self.office.mkdir()
        if office:
            path = self.office / "soffice"
            path.write_text(OFFICE, encoding="utf-8")
            path.chmod(0o755)
        self.killer = Killer(place / "tmp", {"PATH": f"{self.office}:/usr/bin:/bin"} if office else None)
        self.reset()
        assert self.run("forms").status == 0
        shutil.copytree(self.at / "表格", self._fresh / "交回")
        self._made: dict[str, dict[str, bytes]] = {}

    def reset(self) -> None:
        """The folder as it was at first."""
        shutil.rmtree(self.at, ignore_errors=True)
        shutil.copytree(self._fresh, self.at)

    def run(self, command: str, after: float | None = None, by: int = KILL, first: str = "") -> Ended:
        return self.killer.run(*COMMANDS[command](self.at), after=after, by=by, first=first)

    def whole(self, command: str) -> float:
        """Runs a command to its end from the first state, and keeps what it made; returns the seconds."""
        self.reset()
        done = self.run(command)
        assert done.status in (0, 1), done.said
        self._made[command] = self._files()
        assert self.after_the_next_run().wrong == ()
        return done.seconds

    def check(self, command: str) -> Tally:
        """The state after a kill, compared with that before it and that of a whole run."""
        old, new, now = self._old(), self._made[command], self._files()
        lost, invented = [], []
        for name, data in old.items():
            if name not in now:
                lost.append(f"{name} is gone")
            elif now[name] not in (data, new.get(name)) and not _complete(now[name]):
                lost.append(f"{name} is half")
        for name, data in now.items():
            known = name.removesuffix(".bak")
            if name.startswith(f"{FOLDER}/"):  # the dated copy is the workbook of before
                lost += [f"{name} is no copy"] * (data not in old.values() and not _complete(data))
            elif name not in old and known not in new and known not in old:
                invented.append(name)
            elif name not in old and not _complete(data):
                lost.append(f"{name} is half")
        return Tally(tuple(lost), tuple(invented), self._exposed())

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
        return [p.name for p in self.at.rglob(".kongjian-*")]

    def _exposed(self) -> tuple[str, ...]:
        """Temporary folders that others may enter."""
        folders = (p for p in self.killer.temporary.iterdir() if p.is_dir())
        return tuple(p.name for p in folders if stat.S_IMODE(p.stat().st_mode) & 0o077)

    def _old(self) -> dict[str, bytes]:
        return _read(self._fresh)

    def _files(self) -> dict[str, bytes]:
        return _read(self.at)

    def close(self) -> None:
        self.killer.close()
        for program in self.programs():
            assert program == "", program


def _read(folder: Path) -> dict[str, bytes]:
    found = (p for p in folder.rglob("*") if p.is_file() and ".kongjian-" not in str(p))
    return {str(p.relative_to(folder)): p.read_bytes() for p in found}


def _complete(data: bytes) -> bool:
    """A package whose every part is whole, or a mail that has come to its end."""
    if data[:2] != b"PK":
        return data.rstrip().endswith(b"--")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.testzip() is None
    except zipfile.BadZipFile:
        return False


__all__ = ["COMMANDS", "INT", "KILL", "TERM", "Tally", "World"]
