"""Reads all the files of an import before anything is written: what each sheet is, what is asked, what is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.foreign import guarded
from kongjian.base.grid import is_blank
from kongjian.base.text import clean
from kongjian.intake.column_names import Answers, NameRow
from kongjian.intake.importing.convert import Converted, converted
from kongjian.intake.importing.header_rows import join_headers
from kongjian.intake.importing.questions import names_alone, same_names, unknown_schools, with_schools
from kongjian.intake.importing.recognise import Recognised, recognise
from kongjian.intake.importing.school_named import with_school
from kongjian.intake.importing.source_sheet import SourceSheet
from kongjian.intake.importing.sources import read_source
from kongjian.intake.sheets import Progress
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import InputTable


@dataclass(frozen=True)
class FileSheet:
    """One sheet of a file as rows of an input table."""

    path: Path
    sheet: SourceSheet
    found: Recognised
    rows: Converted

    @property
    def name(self) -> str:
        """The file and, where it has several, the sheet."""
        return f"{self.path.name}“{self.sheet.name}”" if self.sheet.name else self.path.name


@dataclass
class Gathered:
    """The files' sheets that can be landed, the headers to be asked about, and why others are left out."""

    parts: list[FileSheet] = field(default_factory=list)
    asked: list[NameRow] = field(default_factory=list)
    notes: dict[Path, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """What is known beforehand: the rules with confirmed headers, refused headers, the table if it is given,

    the schools that the workbook has."""

    rules: Rules
    turned_down: Collection[tuple[str, str]]
    forced: InputTable | None
    answers: Answers
    schools: tuple[str, ...] = ()


def gather(paths: Sequence[Path], known: Known, progress: Progress) -> Gathered:
    """Every file once, in the order given. A file that cannot be read is refused, and the next one is read."""
    out = Gathered()
    for path in dict.fromkeys(paths):
        progress(f"正在读取{path.name}…")
        try:
            with guarded(path):
                _read(path, known, out)
        except KongjianError as error:
            named = path.name in str(error)
            out.refused.append(str(error) if named else f"{path.name}：{error}")
    return out


def _read(path: Path, known: Known, out: Gathered) -> None:
    """One file's sheets; all of them or, with a KongjianError, none."""
    source = read_source(path, known.rules.importing.limits)
    parts: list[FileSheet] = []
    asked: list[NameRow] = []
    notes = list(source.notes)
    left_out = []
    for given in source.sheets:
        grid = join_headers(given.grid, known.rules)
        sheet = with_school(replace(given, grid=grid), known.rules, known.schools)
        found = recognise(sheet.grid, known.rules, known.turned_down, known.answers, known.forced)
        if isinstance(found, str):
            left_out.append(f"工作表“{sheet.name}”：{found}" if sheet.name else found)
        elif found.header is None:
            table = found.table.sheet
            asked += [NameRow(table, header, column, "", path.name) for header, column in found.unsure]
            notes.append(f"{table}：{len(found.unsure)}个列名拿不准，这张表没有导入")
        else:
            rows = converted(found.table, sheet.grid, found.header, known.rules, sheet.as_text)
            parts.append(FileSheet(path, sheet, found, rows))
    if not parts and not asked:
        raise KongjianError(f"{path.name}：{'；'.join(dict.fromkeys(left_out)) or '没有可以导入的工作表'}")
    for part in parts:
        questions = list(_questions(part, known))
        asked += questions
        out.parts += (
            []
            if questions
            else [replace(part, rows=with_schools(part.found.table, part.rows, known.answers))]
        )
        notes += (
            [f"{part.found.table.sheet}：有{len(questions)}处要先确认，这张表没有导入"] if questions else []
        )
    out.asked += asked
    out.notes[path] = notes + left_out


def _questions(part: FileSheet, known: Known) -> Iterator[NameRow]:
    """What has to be answered before the rows of a sheet may land."""
    table, answers, file = part.found.table, known.answers, part.path.name
    if table.id != "schools" and known.schools:
        yield from unknown_schools(table, part.rows, known.schools, answers, known.rules, file)
    yield from same_names(table, part.rows, answers, file)
    header = part.found.header
    assert header is not None
    headers = [clean(str(c)) for c in part.sheet.grid.rows[header.row - 1] if not is_blank(c)]
    if part.rows.rows:
        yield from names_alone(table, header.columns, headers, answers, file)
