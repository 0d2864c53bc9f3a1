"""定稿: whether, when and over which results a workbook was made final, kept as a text under a defined name.

Excel saves such a name with the workbook, whoever edits the sheets. The text holds the moment and for each table of
results a code of its rows, in whatever order they stand, so that a later change is seen.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kongjian.base.grid import Cell
from kongjian.base.text import clean
from kongjian.intake.sheets import Sheets, header_row, rows_below_header
from kongjian.rules import Rules
from kongjian.workbook.last_run_sheets import SAID_OF_AWARDS
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.run import Run
from kongjian.xlsx.table_parts import OutputSheet

FINAL_NAME = "KongjianFinal"
_TABLES = ("SchoolRanking", "TeacherRanking", "Awards", "Eligibility", "SchoolScores", "TeacherScores")
_OF_LAST_TIME = ("上次名次", "变化")
_SENT = "sent"
_MOMENT = "%Y-%m-%d %H:%M:%S"
Codes = Mapping[str, str]
"""By table what its rows come to; "" for a sheet that is not there."""


@dataclass(frozen=True)
class Final:
    """When the results were made final, and what they were; without any codes what the name carries cannot be read.

    `sent` is when the last copy of them to send was made, as 2021-07-20T09:30; "" before.
    """

    moment: dt.datetime | None
    codes: Codes
    sent: str = ""

    @property
    def text(self) -> str:
        """What the defined name carries; Excel takes 255 characters."""
        codes = (f"{k}={v}" for k, v in {**self.codes, _SENT: self.sent}.items() if v)
        return " ".join([f"{self.moment:{_MOMENT}}", *codes])

    @property
    def day(self) -> str:
        return f"{self.moment:%Y-%m-%d %H:%M}" if self.moment else "不知道什么时候"


def finalised(text: str) -> Final | None:
    """What the name carries; None for a workbook that is not final."""
    if not text:
        return None
    words = text.split(" ")
    try:
        moment = dt.datetime.strptime(" ".join(words[:2]), _MOMENT)
    except ValueError:
        return Final(None, {})
    codes = dict(word.split("=", 1) for word in words[2:] if "=" in word)
    return Final(moment, codes, codes.pop(_SENT, ""))


def codes_of(run: Run) -> Codes:
    """The codes of the results of a run as a calculation writes them."""
    tables = run.tables
    return {
        spec.table: _code(zip(*(tables[spec.table][name].tolist() for name in _columns(spec)), strict=True))
        for spec in _specs(run.rules)
    }


def codes_shown(sheets: Sheets, rules: Rules) -> Codes:
    """The same of what a workbook shows."""
    out = {}
    for spec in _specs(rules):
        columns, grid = _columns(spec), sheets.grid(spec.sheet)
        there = grid is not None and header_row(grid, columns) is not None
        out[spec.table] = _code(rows_below_header(sheets, spec.sheet, columns)) if there else ""
    return out


def differing(one: Codes, other: Codes, rules: Rules) -> list[str]:
    """The sheets whose results are not the same."""
    return [s.sheet for s in _specs(rules) if one.get(s.table) != other.get(s.table)]


def said(final: Final | None, now: Codes, rules: Rules, calculated: bool = True) -> str:
    """What 首页 says: "" for a workbook that is not final, else since when, and which results are no longer those.

    Not `calculated`: the sheets do not show these results yet.
    """
    if final is None:
        return ""
    other = differing(final.codes, now, rules)
    more = "有改动，请看过再定稿一次" if calculated else "会和定稿的不同"
    when = "定稿以后" if calculated else "以后数据改过，重新计算后"
    return f"已定稿（{final.day}）{f'，{when}{_named(other)}{more}' if other else ''}"


def made_to_send(final: Final) -> str:
    """What the step 发送 says of final results: "" before a copy to send was made of them."""
    return f"分发的文件已生成（{final.sent.replace('T', ' ')}）" if final.sent else ""


def _named(sheets: Sequence[str]) -> str:
    return "、".join(f"“{sheet}”" for sheet in sheets)


def _specs(rules: Rules) -> list[OutputSheet]:
    return [s for s in output_sheets(rules) if s.table in _TABLES]


def _columns(spec: OutputSheet) -> list[str]:
    """What of a table is a result: no remark of staff, nothing about the calculation before."""
    if spec.table == "Awards":
        return list(SAID_OF_AWARDS)
    return [name for name in spec.names if name not in _OF_LAST_TIME]


def _code(rows: Iterable[Sequence[Cell]]) -> str:
    lines = sorted("\x1f".join(map(_shown, row)) for row in rows)
    text = "\n".join(line for line in lines if line.strip("\x1f"))
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()


def _shown(cell: Cell) -> str:
    """Numbers as far as a sheet shows them: Excel keeps fifteen digits of seventeen."""
    if isinstance(cell, int | float):
        return "" if cell != cell else f"{cell:.6f}"
    return clean(str(cell))
