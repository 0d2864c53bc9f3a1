"""名次稳健性 as a page: worked out when somebody asks for it, kept over calculations, which only mark it as of before."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, replace

from kongjian.engine.evidence.robustness import COLUMNS, as_frame, robustness
from kongjian.engine.frame import Frame
from kongjian.intake.sheets import Page, Sheets, line_above, rows_below_header
from kongjian.rules.differences import edits_in_words, readings_in_words
from kongjian.workbook.last_run_sheets import CODE
from kongjian.workbook.layout import ROBUSTNESS, output_sheet
from kongjian.workbook.run import Run

OUTDATED = "已过期"
_NEVER = f"还没有算过：按“{ROBUSTNESS}”按钮，或运行 kongjian robust"
_WRITTEN = re.compile(rf"(\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d) 计算 · .*{CODE} ([0-9a-f]+)$")
_UNITS = "所有学校，现在或任何一种组合里获奖的教师"


def fresh(run: Run, moment: dt.datetime) -> Page:
    """The table by the data and rules of this run."""
    spec = output_sheet(run.rules, ROBUSTNESS)
    frame = robustness(run.inputs, run.results, run.rules)
    count = int(frame[COLUMNS[-2]][0]) if frame.height else 0
    words = (
        f"{moment:%Y-%m-%d %H:%M:%S} 计算",
        f"规则版本 {run.results.version}",
        f"共{frame.height}行：{_UNITS}" if frame.height else "没有数据",
        f"{count}种组合：每个口径改一个取值，每两个口径各改一个取值",
        f"{CODE} {code(run)}",
    )
    return Page(spec, frame, " · ".join(words))


@dataclass(frozen=True)
class Shown:
    """What a workbook has: the rows, whether they are marked as of before, and what `fresh` wrote above them:

    the line itself, its time and the code of its data and rules.
    """

    frame: Frame
    outdated: bool
    line: str
    moment: dt.datetime
    code: str


def kept(run: Run, sheets: Sheets, moment: dt.datetime) -> Page:
    """The table as the workbook has it, said to be of before the calculation of this moment."""
    spec, found = output_sheet(run.rules, ROBUSTNESS), shown(sheets)
    if found is None:
        return Page(spec, as_frame([]), _NEVER)
    return Page(spec, found.frame, f"{_outdated(run, found, moment)}{found.line}")


def checked(run: Run, sheets: Sheets, moment: dt.datetime) -> Page:
    """What the sheet should show after a calculation of this moment.

    The numbers are as they stand where `is_of` says no.
    """
    page, found = kept(run, sheets, moment), shown(sheets)
    if found is None:
        return page
    line = page.subtitle if found.outdated else found.line
    if not is_of(run, sheets):
        return replace(page, subtitle=line)
    now = fresh(run, found.moment)
    return replace(now, subtitle=line.removesuffix(found.line) + now.subtitle)


def is_of(run: Run, sheets: Sheets) -> bool:
    """Whether the table was worked out from the data and rules of this run, or never was."""
    found = shown(sheets)
    return found is None or found.code == code(run)


def shown(sheets: Sheets) -> Shown | None:
    """What the workbook has; None where it was never worked out."""
    above = line_above(sheets, ROBUSTNESS, COLUMNS)
    told = _WRITTEN.search(above)
    if told is None:
        return None
    try:
        moment = dt.datetime.fromisoformat(told[1])
    except ValueError:
        return None
    rows = rows_below_header(sheets, ROBUSTNESS, COLUMNS)
    return Shown(as_frame(rows), above.startswith(OUTDATED), told[0], moment, told[2])


def _outdated(run: Run, found: Shown, moment: dt.datetime) -> str:
    same = found.code == code(run)
    words = "（数据和规则没有变，数还是这些）" if same else "，下面是按以前的数据和规则算的"
    return f"{OUTDATED}：{moment:%Y-%m-%d %H:%M:%S}又计算过{words} · "


def code(run: Run) -> str:
    """A short code of the data and rules of a run."""
    state = (
        run.results.fingerprint, run.results.version, readings_in_words(run.rules), edits_in_words(run.rules),
    )  # fmt: skip
    return hashlib.blake2b("\x1f".join(state).encode(), digest_size=3).hexdigest()
