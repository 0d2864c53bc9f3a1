"""Scores against native spreadsheet formulas, computed by LibreOffice.

A workbook of random rows is written with one formula per indicator (IF, MIN, MAX, ROUND only, made from the
rules' parameters) and one for the total; LibreOffice recalculates it, and every number must be the engine's.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_col_to_name

from kongjian.engine.frame import Frame
from kongjian.engine.scoring import score
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Indicator
from pinned_rules import pinned_rules

ROWS = 1000
FIRST_ROW = 1
WRONG = -12345.0
READINGS: dict[str, dict[str, str]] = {
    "default": {},
    "other": {"homework": "fifteen", "shortfall": "started", "non_homeroom": "rescale"},
    "third": {"homework": "none_is_zero", "shortfall": "whole", "non_homeroom": "full"},
}
SHEETS = [(kind, reading) for kind in ("school", "teacher") for reading in READINGS]
BOUNDS = {"rate": [0, 0.4, 0.6, 0.8, 1], "share": [0, 0.4, 0.6, 0.8, 1]}
COUNTS = [0, 1, 2, 4, 5, 15, 39, 40]
# OOXMLRecalcMode 0: recalculate when a file is opened, whatever it holds
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def random_measures(kind: str, rules: Rules, rng: np.random.Generator) -> Frame:
    """Random values of at most three decimals around the bounds; one in ten is blank.

    Three decimals make totals that end on half a cent, where rounding decides.
    """
    columns = {c.name: c.kind for c in rules.table(f"{kind}s").columns}
    out = Frame()
    for indicator in rules.object(kind).indicators:
        what = columns[indicator.column]
        if what == "yes_no":
            values = rng.integers(0, 2, ROWS).astype(float)
        else:
            bounds = BOUNDS.get(what, COUNTS)
            near = rng.choice(bounds, ROWS) + rng.choice([-0.5, -0.005, 0, 0.001, 0.375], ROWS)
            spread = np.where(rng.random(ROWS) < 0.5, near, rng.random(ROWS) * bounds[-1] * 1.1)
            values = np.round(np.maximum(spread, 0), 3)
        out[indicator.column] = np.where(rng.random(ROWS) < 0.1, np.nan, values)
    if kind == "teacher":
        out["班主任"] = rng.integers(0, 2, ROWS).astype(float)
    return out


def indicator_formula(indicator: Indicator, cell: str, rules: Rules, homeroom: str) -> str:
    """The indicator's score as a native formula; a blank is asked for first."""
    points = f"{indicator.points:g}"
    if indicator.kind == "bands":
        scored = "0"
        for band in reversed(indicator.bands):
            scored = f"IF({cell}>={band.at_least:g},{band.points:g},{scored})"
    elif indicator.kind == "deduct":
        # with values of three decimals these two round down and up to whole units
        short = f"MAX(0,{indicator.target:g}-{cell})"
        if rules.chosen["shortfall"] == "whole":
            short = f"MAX(0,ROUND({short}-0.4995,0))"
        elif rules.chosen["shortfall"] == "started":
            short = f"ROUND({short}+0.4995,0)"
        scored = f"MAX(0,MIN({points},{points}-{indicator.per:g}*{short}))"
        if indicator.none_is_zero:
            scored = f"IF({cell}=0,0,{scored})"
    else:
        bound = 1.0 if indicator.kind == "yes_no" else indicator.target
        scored = f"IF({cell}>={bound:g},{points},0)"
    formula = f'IF({cell}="",0,{scored})'
    if indicator.homeroom_only:
        other = points if rules.chosen["non_homeroom"] == "full" else "0"
        formula = f"IF({homeroom}=1,{formula},{other})"
    return f"={formula}"


def total_formula(first: str, last: str, homeroom: str, rules: Rules) -> str:
    if homeroom and rules.chosen["non_homeroom"] == "rescale":
        return f"=ROUND(SUM({first}:{last})*IF({homeroom}=1,1,100/85),2)"
    return f"=ROUND(SUM({first}:{last}),2)"


def write_sheet(book: Any, name: str, kind: str, frame: Frame, rules: Rules) -> None:
    """Values, then one formula column per indicator, then the total; every cached result is wrong."""
    sheet = book.add_worksheet(name)
    columns = list(frame)
    indicators = rules.object(kind).indicators
    for c, column in enumerate(columns):
        sheet.write(0, c, column)
        for r, value in enumerate(frame[column].tolist()):
            if value == value:
                sheet.write_number(FIRST_ROW + r, c, value)
    start = len(columns)
    letter = {column: xl_col_to_name(c) for c, column in enumerate(columns)}
    first, last = xl_col_to_name(start), xl_col_to_name(start + len(indicators) - 1)
    for r in range(FIRST_ROW, FIRST_ROW + ROWS):
        homeroom = f"{letter['班主任']}{r + 1}" if "班主任" in letter else ""
        for k, indicator in enumerate(indicators):
            formula = indicator_formula(indicator, f"{letter[indicator.column]}{r + 1}", rules, homeroom)
            sheet.write_formula(r, start + k, formula, None, WRONG)
        total = total_formula(f"{first}{r + 1}", f"{last}{r + 1}", homeroom, rules)
        sheet.write_formula(r, start + len(indicators), total, None, WRONG)


def recalculate(path: Path, folder: Path) -> Path:
    """The workbook opened, recalculated and saved by LibreOffice with a profile of its own."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    command = ["soffice", f"-env:UserInstallation={user.parent.as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", "xlsx", "--outdir", str(folder / "out"), str(path)]
    subprocess.run(command, capture_output=True, timeout=240, check=True)
    return folder / "out" / path.name


def computed_cells(path: Path, sheet: str, columns: int) -> np.ndarray:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False)
    return np.array([row[-columns:] for row in rows[FIRST_ROW : FIRST_ROW + ROWS]], dtype=float)


@pytest.fixture(scope="module")
def random_rows() -> dict[tuple[str, str], tuple[Frame, Rules]]:
    rng = np.random.default_rng(20201201)
    out = {}
    for kind, reading in SHEETS:
        rules = resolve(pinned_rules(), READINGS[reading])
        out[kind, reading] = (random_measures(kind, rules, rng), rules)
    return out


@pytest.fixture(scope="module")
def written(random_rows: dict[tuple[str, str], tuple[Frame, Rules]], tmp_path_factory: Any) -> Path:
    path = Path(tmp_path_factory.mktemp("native")) / "native.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        for (kind, reading), (frame, rules) in random_rows.items():
            write_sheet(book, f"{kind}_{reading}", kind, frame, rules)
    return path


@pytest.fixture(scope="module")
def recalculated(written: Path) -> Path:
    return recalculate(written, written.parent)


@pytest.mark.parametrize(("kind", "reading"), SHEETS)
def test_native_formulas_give_the_engine_s_scores(
    kind: str,
    reading: str,
    random_rows: dict[tuple[str, str], tuple[Frame, Rules]],
    written: Path,
    recalculated: Path,
) -> None:
    frame, rules = random_rows[kind, reading]
    found = score(frame, rules.object(kind), rules)
    width = len(found.names) + 1
    cached = computed_cells(written, f"{kind}_{reading}", width)
    assert (cached == WRONG).all(), "the file must come with wrong results, or nothing shows a recalculation"
    native = computed_cells(recalculated, f"{kind}_{reading}", width)
    for k, name in enumerate(found.names):
        assert np.abs(native[:, k] - found.by_indicator[k]).max() < 1e-9, name
    assert np.rint(native[:, -1] * 100).astype(int).tolist() == found.cents.tolist()
    assert len(set(native[:, -1].tolist())) > 50, "rows that are all alike would show nothing"
