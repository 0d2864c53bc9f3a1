"""What the command and the buttons do with forms: write them, and take in what came back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell
from kongjian.forms import kinds, review_sheets
from kongjian.forms.job import Job
from kongjian.forms.produce import FILES, Made, ToPdf, produce, template_path
from kongjian.forms.returned import checklist, review_collect
from kongjian.forms.returned.returned_forms import Returned, read_folder
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.workbook.run import Run

_MOST_CUT = 10
"""Texts that are not printed whole, or files that are no forms, which are told one by one."""


def plan(
    run: Run,
    wanted: Sequence[str],
    today: dt.date,
    experts: Sequence[str] = (),
    ranks: int | None = None,
    raised: Sequence[Sequence[Cell]] = (),
    month: str = "",
) -> list[Job]:
    """What is to be written of the wanted kinds. Raises KongjianError where there is no data."""
    if run.schools + run.teachers == 0 and set(wanted) != {kinds.APPEALS}:
        raise KongjianError("还没有数据，没有表格可写；请先把平台导出的数据粘贴到输入表")
    return kinds.jobs(run, wanted, today, experts, ranks, raised, month)


def make(
    run: Run,
    jobs: Sequence[Job],
    book: Path,
    out: Path,
    wanted: Sequence[str],
    today: dt.date,
    shape: str = FILES,
    to_pdf: ToPdf | None = None,
    templates: Path | None = None,
    progress: Progress = lambda _: None,
) -> Made:
    """Writes the planned jobs below `out`; with the application forms also the list of who owes what."""
    made = produce(
        jobs, out, lambda name: template_path(name, book, run.rules, templates), shape, to_pdf, progress
    )
    if kinds.APPLICATIONS in wanted and shape == FILES:
        owed = checklist.expected(run, run.rules)
        try:
            checklist.write(out / checklist.FILE, owed, read_folder(out, run.rules), today, run.rules)
            made.written.append(out / checklist.FILE)
        except KongjianError as error:  # open in Excel, say: the forms are written all the same
            made.failed.append(str(error))
    return made


def collect(
    folder: Path, rules: Rules, today: dt.date, book: Path | None = None, run: Run | None = None
) -> list[str]:
    """Checks what came back into a folder and rewrites its lists; returns what to tell, line by line.

    Where the folder has no list of who owes what, the run tells it, and it is told even where no form came in; without
    a run what came in is listed all the same. Raises KongjianError where there is no such folder.
    """
    if not folder.is_dir():
        raise KongjianError(f"没有文件夹 {folder}；请先生成申报表或评审表，再把交回的文件放进去")
    returned = read_folder(folder, rules)
    lines = _applications(folder, returned, rules, today, run)
    listed = bool(lines)
    lines += review_collect.collect(folder, rules, template_path(review_sheets.TEMPLATE, book, rules)).lines
    return [*(lines or [nothing(folder)]), *([] if listed else _owed(returned, lines, rules, run))]


def _owed(returned: Sequence[Returned], told: Sequence[str], rules: Rules, run: Run | None) -> list[str]:
    """Where there is no list and no form came in: what other files lie there, unless that is told, and who owes one."""
    unread = [r for r in returned if any(why.startswith(r.file.name) for why in r.reasons)]
    faults = [why for r in unread for why in r.reasons if not any(line.endswith(why) for line in told)]
    others = [r.file.name for r in returned if r not in unread and r.file.name != checklist.CAME_IN]
    more = "……" if len(others) > _MOST_CUT else ""
    said = f"另有{len(others)}个文件不是发出的申报表，没有收：{'、'.join(others[:_MOST_CUT])}{more}"
    lines = [*faults, *([said] if others else [])]
    if run is None:
        return [*lines, "没有申报材料清单，也没有工作簿，不知道谁应交；请用 --book 写明工作簿再收一次"]
    return lines + _tallies(checklist.none_in(checklist.expected(run, rules), rules), rules)


def _tallies(counts: checklist.Counts, rules: Rules) -> list[str]:
    return [f"{checklist.material(form)}：{counts[form.id].said}" for form in rules.forms.forms]


def _applications(
    folder: Path, returned: Sequence[Returned], rules: Rules, today: dt.date, run: Run | None
) -> list[str]:
    """The list of the application forms, written, and what to tell of it; nothing where none came in and none is there."""
    listed, came_in = folder / checklist.FILE, [r for r in returned if r.form]
    lines = []
    if listed.is_file() or (run and came_in):
        owed = None if listed.is_file() or not run else checklist.expected(run, rules)
        counts = checklist.write(listed, owed, returned, today, rules)
        lines += [*_tallies(counts, rules), f"申报材料清单：{listed}"]
    elif came_in:
        listed = folder / checklist.CAME_IN
        found = checklist.write(listed, checklist.of_those(returned, rules), returned, today, rules)
        complete, incomplete = (
            sum(getattr(c, k) for c in found.values()) for k in ("complete", "incomplete")
        )
        lines.append(
            f"没有申报材料清单，也没有工作簿，不知道谁还没有交；交来的有{complete}份齐了，{incomplete}份不完整"
        )
        lines.append(f"交回材料清单：{listed}；要知道谁没有交，请用 --book 写明工作簿再收一次")
    cut = [f"{r.file.name}：{said}" for r in came_in for said in r.cut]
    more = [f"另有{len(cut) - _MOST_CUT}处写不下，见清单的“问题”"] if len(cut) > _MOST_CUT else []
    return [*lines, *cut[:_MOST_CUT], *more]


def nothing(folder: Path) -> str:
    """What to tell when there is nothing to collect."""
    return f"{folder} 里没有交回的材料；请先生成申报表或评审表，再把交回的文件放进去"
