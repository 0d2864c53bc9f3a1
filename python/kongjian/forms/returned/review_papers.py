"""The review files that came back, read where their defined names point to: units, scores, opinions, signature."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.base.foreign import foreign
from kongjian.base.grid import NO, Area, Cell, Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.forms.review_sheets import NAME
from kongjian.forms.template.placeholders import words
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.xlsx.cell_xml import PARSER
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

_BOOKS = (".xlsx", ".xlsm")
_OTHER_BOOKS = (".xls", ".xlsb", ".et", ".ods", ".csv")
_LIST = ("ReviewNumber", "ReviewSchool", "ReviewPerson", "ReviewPoints", "ReviewRank", "ReviewScore", "ReviewOpinion")  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One unit's line as it stands in a file; `cell` is the score's cell."""

    number: Cell
    school: str
    person: str
    points: Cell
    rank: Cell
    score: Cell
    opinion: str
    cell: str

    @property
    def who(self) -> str:
        return f"{self.school} {self.person}".strip()


@dataclass(frozen=True)
class Paper:
    """One expert's sheet, in their own file or in the summary."""

    expert: str
    lines: tuple[Line, ...]
    signature: str
    day: str

    @property
    def blank(self) -> bool:
        return not self.signature and all(is_blank(line.score) and not line.opinion for line in self.lines)


@dataclass(frozen=True)
class ReviewFile:
    """A review file: an expert's, or with expert "" the summary. `stamp` says when it was saved."""

    path: Path
    kind: str
    expert: str
    stamp: tuple[str, float]
    papers: tuple[Paper, ...]
    drop: bool


def review_files(folder: Path, refused: list[str]) -> Iterator[ReviewFile]:
    """Every review file below a folder; what cannot be opened goes to `refused`."""
    for path in sorted(folder.rglob("*")):
        suffix = path.suffix.lower()
        if path.name.startswith(("~$", ".")) or not path.is_file():
            continue
        if suffix in _OTHER_BOOKS and "评审" in path.stem:
            refused.append(f"{path.name}：不是 .xlsx 文件；请在Excel或WPS里另存为 .xlsx 再放进来")
        elif suffix in _BOOKS:
            try:
                with foreign(path):
                    found = _file(path)
            except KongjianError as error:
                refused.append(str(error))
            else:
                if found:
                    yield found


def _file(path: Path) -> ReviewFile | None:
    """A review file's contents, None for any other workbook."""
    with Package(path) as package:
        if NAME.encode() not in package.read(package.workbook):
            return None
        names = defined_names(package)
        kind, _, expert = names.texts.get(NAME, "").partition("|")
        if kind not in OBJECT_LABELS:
            return None
        reader = Reader(package)
        papers = []
        for sheet in package.sheets:
            places = names.areas.get(sheet, {})
            if all(n in places for n in _LIST) and (grid := reader.grid(sheet)):
                papers.append(_paper(grid, places))
        drop = True
        for sheet, places in names.areas.items():
            if "ReviewDropExtremes" in places and (grid := reader.grid(sheet)):
                drop = fold(_text(grid, places["ReviewDropExtremes"])) != NO
        return ReviewFile(path, kind, expert, _stamp(package, path), tuple(papers), drop)


def _paper(grid: Grid, places: dict[str, Area]) -> Paper:
    """An expert's sheet, read where its names point to."""
    first, _, last, _ = places["ReviewNumber"]
    columns = {n: places[n][1] for n in _LIST}
    lines = []
    for row in range(first, last + 1):
        at = {name: _cell(grid, row, column) for name, column in columns.items()}
        school, person = clean(str(at["ReviewSchool"])), clean(str(at["ReviewPerson"]))
        if is_blank(at["ReviewNumber"]) and not school and not person:
            continue
        cell = f"{letter(columns['ReviewScore'])}{row}"
        opinion = clean(str(at["ReviewOpinion"]))
        lines.append(
            Line(at["ReviewNumber"], school, person, at["ReviewPoints"], at["ReviewRank"], at["ReviewScore"], opinion, cell)
        )  # fmt: skip
    one = {
        n: _text(grid, places[n]) if n in places else ""
        for n in ("ReviewExpert", "ReviewSigned", "ReviewDay")
    }
    return Paper(one["ReviewExpert"], tuple(lines), one["ReviewSigned"], one["ReviewDay"])


def _cell(grid: Grid, row: int, column: int) -> Cell:
    """A cell's value; an error value as its text."""
    value = grid.shown(row, column)
    return "" if is_blank(value) else value


def _text(grid: Grid, area: Area) -> str:
    value = _cell(grid, area[0], area[1])
    return words(value.date() if isinstance(value, dt.datetime) else value).strip()


def _stamp(package: Package, path: Path) -> tuple[str, float]:
    """When a file was saved, as its program noted it: a mail's attachment has the day of its download."""
    changed = path.stat().st_mtime
    for part in package.related("", "core-properties"):
        noted = etree.fromstring(package.read(part), PARSER).findtext("{*}modified")
        if noted:
            return noted, changed
    return dt.datetime.fromtimestamp(changed, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), changed
