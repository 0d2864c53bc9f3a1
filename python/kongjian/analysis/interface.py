"""What analysts call: open a workbook, score tables, ask what another reading would change and where points come from.

Tables are pandas DataFrames by the Chinese names of their sheets, with the sheets' own columns. No file is ever written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kongjian.analysis.data_frames import grids, inputs_by_sheet, page_table
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.engine.evidence.evidence_sheets import SHEETS, Found
from kongjian.engine.evidence.explanations import called, explanations
from kongjian.rules import Rules, load_rules, resolve
from kongjian.workbook.identity import Named
from kongjian.workbook.pages import pages
from kongjian.workbook.recalculate import examine
from kongjian.workbook.run import Run, calculate_sheets
from kongjian.xlsx.package import Package

Frames = Mapping[str, pd.DataFrame]
"""Input tables by the names of their sheets; sheets and columns that are not given are empty."""


@dataclass(frozen=True)
class Book:
    """A workbook as it was read and calculated; see `open_book`.

    `rules` are the workbook's own: its scheme, its readings, its edits. `inputs` has the tables that counted: numbers are
    float64 with NaN for a blank, yes/no columns boolean, the index holds the worksheet rows. `results` has every output table.
    """

    path: Path
    rules: Rules
    inputs: dict[str, pd.DataFrame]
    results: dict[str, pd.DataFrame]


def open_book(path: str | Path) -> Book:
    """Reads a workbook and calculates it anew by its own rules; the file stays as it is.

    Raises KongjianError, in Chinese, for what its user can mend: no such file, a sheet that is not there, a rule that cannot be used.
    """
    path = Path(path)
    with Package(path) as package:
        run, reader = examine(package)
        return Book(path, run.rules, inputs_by_sheet(run.inputs, run.rules), _tables(run, reader))


def score(
    frames: Frames, scheme: str | Path | Rules = "", readings: Mapping[str, str] | None = None
) -> dict[str, pd.DataFrame]:
    """Every result table of these input tables, 问题清单 among them.

    `frames` are read as pastes are: columns by name, their aliases, in any order; is/no words, percents. `scheme` is an id, a
    folder, or the `rules` of a Book; "" is the default one. `readings` (id → value id) win over those in force. Raises
    KongjianError for an unknown table, scheme, reading or value, and for data of another year.
    """
    run, sheets = _run(frames, scheme, readings)
    return _tables(run, sheets)


def effects(
    frames: Frames, scheme: str | Path | Rules = "", readings: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """口径影响: a row for each reading and value that is not in force, who would gain or lose an award. Arguments as for `score`."""
    run, _ = _run(frames, scheme, readings)
    return pd.DataFrame(SHEETS["ReadingEffects"](Found(run.inputs, run.results, run.rules)))


def explain(
    frames: Frames,
    who: str,
    scheme: str | Path | Rules = "",
    readings: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """得分说明 of the schools or teachers called `who` (school, name or account): a row for each indicator and one for the total.

    Arguments as for `score`. Raises KongjianError where nobody is called so.
    """
    run, _ = _run(frames, scheme, readings)
    schools, teachers = called(run.results, who)
    if not len(schools) + len(teachers):
        raise KongjianError(f"没有叫“{who}”的学校或教师；请写完整的校名、姓名或账号")
    return pd.DataFrame(explanations(run.results, run.rules, schools, teachers))


@dataclass(frozen=True)
class _Sheets:
    """Tables as the sheets of a workbook that has never been calculated."""

    grids: Mapping[str, Grid]

    def name(self, sheet: str) -> str | None:
        return sheet if sheet in self.grids else None

    def grid(self, sheet: str) -> Grid | None:
        return self.grids.get(sheet)

    def carried(self, name: str) -> str:  # noqa: ARG002 — it carries nothing
        return ""

    def has_name(self, name: str) -> bool:  # noqa: ARG002 — likewise
        return False


def _run(
    frames: Frames, scheme: str | Path | Rules, readings: Mapping[str, str] | None
) -> tuple[Run, _Sheets]:
    rules = scheme if isinstance(scheme, Rules) else load_rules(scheme)
    rules = resolve(rules, {**rules.chosen, **(readings or {})}, rules.edits)
    empty = {t.sheet: pd.DataFrame(columns=t.names) for t in rules.tables}
    sheets = _Sheets(grids({**empty, **frames}, rules))
    return calculate_sheets(sheets, rules), sheets


def _tables(run: Run, sheets: Named) -> dict[str, pd.DataFrame]:
    """The output tables by their sheets; 运行记录 without this run, which nobody has written."""
    made = pages(run, sheets, dt.datetime.now().replace(microsecond=0), 0.0)
    tables = {page.spec.sheet: page_table(page) for page in made}
    records = next(page.spec.sheet for page in made if page.spec.table == "Runs")
    return {**tables, records: tables[records].iloc[1:].reset_index(drop=True)}
