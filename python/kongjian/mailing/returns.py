"""Takes in the copies that schools sent back: who returned, what they propose, and what staff accepted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.foreign import foreign
from kongjian.engine.matching import school_keys
from kongjian.intake.sheets import Sheets
from kongjian.intake.tables import read_inputs
from kongjian.mailing.corrections import (
    DAMAGED,
    FIRST_EDITION,
    Change,
    Correction,
    ReturnedCopy,
    changes,
    corrections,
    read_copy,
)
from kongjian.mailing.corrections_list import ACCEPTED, DONE, FILE, Line, merged, read_list, write_list
from kongjian.rules import Rules
from kongjian.workbook.run import Run, input_grids

_MOST_NAMES = 10
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".xlsb", ".et"}


def propose(folder: Path, run: Run, moment: dt.datetime) -> list[str]:
    """Reads the returned copies below a folder and writes 更正建议.xlsx into it; returns what to tell.

    Nothing is told and nothing written where no copy came back and there is no list.
    """
    copies, faults = _copies(folder, run.rules)
    before = read_list(folder / FILE)
    if not copies and not before:
        return faults
    lines = merged(corrections(copies, run), before)
    waiting_lines = [one.correction for one in lines if one.state != DONE]
    open_ = sum(bool(c.item) for c in waiting_lines)
    unusable = len(waiting_lines) - open_
    there = {c.school for c in copies}
    names = run.results.school.names["学校名称"].tolist()
    absent = [n for n, key in zip(names, school_keys(names), strict=True) if key not in there]
    beside = f"，另有{unusable}处不能采纳" if unusable else ""
    subtitle = f"{moment:%Y-%m-%d %H:%M} 收取，分校版{len(there)}所，更正{open_}处{beside}"
    write_list(folder / FILE, lines, subtitle)
    more = "……" if len(absent) > _MOST_NAMES else ""
    waiting = f"，没有交回{len(absent)}所：{'、'.join(absent[:_MOST_NAMES])}{more}" if absent else ""
    return [
        *faults,
        f"分校版：交回{len(there)}所{waiting}",
        *_not_known(copies),
        f"更正建议：{open_}处{beside and beside + '（见“说明”）'}，在 {folder / FILE} 的“采纳”列写“是”，保存后再采纳",
    ]


def _not_known(copies: Sequence[ReturnedCopy]) -> list[str]:
    """Which copies do not say what was sent, and what that means."""
    said = []
    for why in (FIRST_EDITION, DAMAGED):
        names = [c.path.name for c in copies if c.sent is None and c.unknown == why]
        if names:
            more = "……" if len(names) > _MOST_NAMES else ""
            said.append(
                f"{len(names)}份{why}，只能与本簿现在的数比较，请逐处核对：{'、'.join(names[:_MOST_NAMES])}{more}"
            )
    return said


def joined(lines: Sequence[str], said: Sequence[str], nothing: str) -> list[str]:
    """What the forms and the copies of one folder give to tell: each fault once, `nothing` only where it is so."""
    out = [line for line in lines if line != nothing or not said]
    return out + [s for s in said if not any(line.endswith(s) for line in out)] or [nothing]


def _copies(folder: Path, rules: Rules) -> tuple[list[ReturnedCopy], list[str]]:
    found, faults = [], []
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in _WORKBOOKS):
        if path.name.startswith(("~$", ".")) or path.name == FILE:
            continue
        try:
            with foreign(path):
                copy = read_copy(path, rules)
            if copy:
                found.append(copy)
        except KongjianError as error:
            faults.append(str(error))
    return found, faults


@dataclass(frozen=True)
class Accepted:
    """The accepted corrections of a folder's list: the cells to write, those that cannot be and why, the list itself."""

    path: Path
    cells: list[Change]
    refused: list[tuple[Correction, str]]
    lines: list[Line]


def accepted(folder: Path, sheets: Sheets, rules: Rules) -> Accepted:
    """What staff accepted and is not written yet. Raises KongjianError where there is no list, or none is accepted."""
    path = folder / FILE
    if not path.is_file():
        raise KongjianError(f"没有 {path}；请先收取材料")
    lines = read_list(path)
    chosen = [one.correction for one in lines if one.accept == ACCEPTED and one.state != DONE]
    if not chosen:
        raise KongjianError(f"{FILE} 里没有新采纳的更正；请在“采纳”列写“是”，保存并关闭后再试")
    intake = read_inputs(input_grids(sheets, rules), rules)
    spelled = {t.id: sheets.name(t.sheet) or t.sheet for t in rules.tables}
    return Accepted(path, *changes(chosen, intake, rules, spelled), lines)


def note(done: Accepted, moment: dt.datetime) -> list[str]:
    """Writes into the list what became of the corrections, once their cells are written; returns what to tell."""
    states: dict[Correction, str] = {c.correction: DONE for c in done.cells} | dict(done.refused)
    noted = [Line(one.correction, one.accept, states.get(one.correction, one.state)) for one in done.lines]
    said = [f"采纳了{len(done.cells)}处更正，已写入输入表；请重新计算排名"] if done.cells else []
    try:
        write_list(done.path, noted, f"{moment:%Y-%m-%d %H:%M} 采纳{len(done.cells)}处")
    except KongjianError as error:  # open in Excel, say: the cells are written all the same
        said.append(f"{FILE} 里还没有注明“{DONE}”：{error}")
    return said + [
        f"没有采纳：{c.school} {c.teacher or c.account} {c.item}，{why}" for c, why in done.refused
    ]
