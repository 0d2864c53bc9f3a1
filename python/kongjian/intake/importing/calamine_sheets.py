"""What calamine, the fastest reader, finds in a workbook; as a program, in a process with limits of its own.

The program imports next to nothing, for an ordinary .xls waits for its start.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import python_calamine as calamine

if TYPE_CHECKING:
    from kongjian.base.grid import Area, Cell


class FoundSheet(NamedTuple):
    """A worksheet from A1 on; `rows` are none where it is hidden or holds more than was asked for. Areas from 0."""

    name: str
    hidden: bool
    height: int = 0
    cells: int = 0
    rows: tuple[list[Cell], ...] = ()
    merged: tuple[Area, ...] = ()


def found_sheets(data: io.BytesIO, most_rows: int, most_cells: int) -> list[FoundSheet]:
    """The worksheets of a workbook of any kind that calamine knows.

    Raises what calamine raises; on some damaged files it panics, and a panic is no Exception.
    """
    book = calamine.CalamineWorkbook.from_filelike(data)
    out = []
    for number, about in enumerate(book.sheets_metadata):
        if about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if about.visible != calamine.SheetVisibleEnum.Visible:
            out.append(FoundSheet(about.name, hidden=True))
            continue
        sheet = book.get_sheet_by_index(number)
        cells = sheet.total_height * sheet.total_width
        if sheet.height > most_rows or cells > most_cells:
            out.append(FoundSheet(about.name, False, sheet.height, cells))
            continue
        merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
        rows = tuple(sheet.to_python(skip_empty_area=False))
        out.append(FoundSheet(about.name, False, sheet.height, cells, rows, merged))
    return out


def _bound(megabytes: int, seconds: int) -> None:
    """From here on this process gets no more memory and processor time than this."""
    if sys.platform == "win32":
        import win32api
        import win32job

        win32api.SetErrorMode(3)  # no window when it dies
        job, kind = win32job.CreateJobObject(None, ""), win32job.JobObjectExtendedLimitInformation
        about = win32job.QueryInformationJobObject(job, kind)
        about["BasicLimitInformation"]["LimitFlags"] |= win32job.JOB_OBJECT_LIMIT_PROCESS_MEMORY
        about["ProcessMemoryLimit"] = megabytes << 20
        win32job.SetInformationJobObject(job, kind, about)
        win32job.AssignProcessToJobObject(job, win32api.GetCurrentProcess())
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: Sequence[str]) -> None:
    """File in, file out, megabytes, seconds, rows, cells; the sheets go out as plain tuples."""
    source, target, (megabytes, seconds, rows, cells) = *arguments[:2], map(int, arguments[2:])
    with suppress(Exception):  # without a limit of memory the one of time still holds
        _bound(megabytes, seconds)
    with open(source, "rb") as file:  # noqa: PTH123
        data = io.BytesIO(file.read())
    found = [tuple(sheet) for sheet in found_sheets(data, rows, cells)]
    with open(target, "wb") as out:  # noqa: PTH123
        pickle.dump(found, out, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main(sys.argv[1:])
