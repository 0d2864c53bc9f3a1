"""Over the whole demo city a worksheet function gives the number that stands on the sheets, to the last digit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from openpyxl.utils import column_index_from_string

from excel_caller import NA, UDFS, call
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid
from kongjian.demo.generate import demo_data
from kongjian.engine.calculate import calculate
from kongjian.engine.matching import ROW
from kongjian.engine.outcome import Outcome
from kongjian.engine.rounding import MISSING
from kongjian.intake.tables import Intake, read_inputs
from kongjian.rules import load_rules
from kongjian.workbook.functions.rules_text import rules_of
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import input_grids
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from rules_texts import chosen, rules_text

RULES = load_rules()
KINDS = {"school": ("学校指标", "学校得分", "学校数据"), "teacher": ("教师指标", "教师得分", "教师数据")}
READINGS = [(r.id, v.id) for r in RULES.readings for v in r.values]
OF_MEASURES = {"log_coverage", "blank_count", "student_effective", "class_weight"}
"""The readings that act before a row is scored: what stands on the sheets of measures is another row under them."""
Rows = list[list[Cell]]


class City:
    """The demo city's workbook after a calculation, as cells."""

    def __init__(self, folder: Path) -> None:
        build(RULES, folder / "city.xlsm", demo_data(RULES))
        recalculate(folder / "city.xlsm", folder / "out.xlsm")
        with Package(folder / "out.xlsm") as package:
            reader = Reader(package)
            names = [n for three in KINDS.values() for n in three] + [
                "规则",
                "资格审核",
                "学校排名",
                "教师排名",
                "得分说明",
            ]
            self.grids: dict[str, Grid] = {n: reader.grid(n) or Grid([]) for n in names}
            self.intake: Intake = read_inputs(input_grids(reader, RULES), RULES)

    def table(self, sheet: str) -> tuple[list[Cell], Rows]:
        """Header and rows of an output sheet."""
        rows = [list(r) for r in self.grids[sheet].rows]
        return rows[2], [r for r in rows[3:] if r[0] != ""]

    def column(self, sheet: str, name: str) -> list[Cell]:
        header, rows = self.table(sheet)
        return [r[header.index(name)] for r in rows]

    def rest_on_some(self) -> set[Cell]:
        """The schools with a measure derived of some of those concerned, by how the scores are explained."""
        header, rows = self.table("得分说明")
        source = header.index("来源")
        return {r[1] for r in rows if r[0] == "学校" and re.search(r"\d+/\d+(名|个)", str(r[source]))}

    def outcome(self, kind: str, **readings: str) -> Outcome:
        results = calculate(self.intake.inputs, rules_of(chosen(**readings)))
        return results.school if kind == "school" else results.teacher


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("city"))


def single(kind: str, row: list[Cell], *more: Any) -> float | None:
    """One function call; None for #N/A."""
    try:
        return float(getattr(UDFS, f"{kind.upper()}_SCORE")(row, *more))
    except KongjianError:
        return None


@pytest.mark.parametrize("kind", KINDS)
def test_rows_of_the_measures_score_as_the_scores_sheet_says(city: City, kind: str) -> None:
    measures, scores, _ = KINDS[kind]
    header, rows = city.table(measures)
    names = [i.name for i in RULES.object(kind).indicators]
    on_sheet = [city.column(scores, n) for n in [*names, "计算得分"]]
    computable = [not lacking(kind, header, row) for row in rows]
    complete = [c == "是" for c in city.column(scores, "数据完整")]
    assert len(rows) == len(complete) > 30
    array = call(f"{kind.upper()}_SCORES", rows, [header], city_rules(city))
    assert [len(line) for line in array] == [len(names) + 1] * len(rows)
    computed = 0
    for i, row in enumerate(rows):
        wanted = [column[i] for column in on_sheet]
        if computable[i]:
            computed += 1
            assert array[i] == wanted, row
            assert single(kind, row) == wanted[-1], row
        else:
            assert array[i][-1] == NA
            assert single(kind, row) is None
        for k, name in enumerate(names):
            assert array[i][k] in (wanted[k], NA)
            if i % 40 == 0:
                assert single(kind, row, None, name) == (None if array[i][k] == NA else wanted[k])
    assert computed > 0.9 * len(rows)
    on_platform = [p != "" for p in city.column(scores, "平台得分")]
    partly = city.rest_on_some()
    rest_on_some = [kind == "school" and row[0] in partly for row in rows]
    settled = [p or (c and not s) for p, c, s in zip(on_platform, computable, rest_on_some, strict=True)]
    assert complete == settled
    assert any(rest_on_some) == (kind == "school")


def lacking(kind: str, header: list[Cell], row: list[Cell]) -> list[str]:
    """The indicators whose measure a row leaves blank, those that the unit does not owe apart."""
    homeroom = kind == "school" or row[header.index("班主任")] == "是"
    owed = [i for i in RULES.object(kind).indicators if homeroom or not i.homeroom_only]
    return [i.name for i in owed if row[header.index(i.column)] == ""]


def city_rules(city: City) -> str:
    return rules_text(city.grids["规则"])


@pytest.mark.parametrize("kind", KINDS)
def test_a_pasted_row_that_is_complete_scores_as_its_sheet_says(city: City, kind: str) -> None:
    """Raw cells as people paste them, with text numbers, percent signs, other headers and their order."""
    measures, _, sheet = KINDS[kind]
    outcome = city.outcome(kind)
    top = city.intake.header_rows[f"{kind}s"]
    headers = list(city.grids[sheet].rows[top - 1])
    names, filled = city.table(measures)
    places = {n: column_index_from_string(c) - 1 for n, c in city.intake.places[f"{kind}s"].items()}
    absent = [n for n in names if n not in places] if kind == "school" else []
    headers += absent
    found = 0
    for i, row in enumerate(outcome.units[ROW]):
        cells = list(city.grids[sheet].rows[row - 1])
        if kind == "school":  # schools leave their measures to be derived
            measured_here = dict(zip(names, filled[i], strict=True))
            for name, place in places.items():
                cells[place] = measured_here[name] if cells[place] == "" else cells[place]
            cells += [measured_here[n] for n in absent]
        points = single(kind, cells, headers)
        if points is not None:
            found += 1
            assert points == outcome.scores.total[i], cells
    assert found > 0.9 * outcome.units.height


@pytest.mark.parametrize(("reading", "value"), READINGS)
def test_every_reading_reaches_the_functions(city: City, reading: str, value: str) -> None:
    for kind, (measures, _, _) in KINDS.items():
        text = chosen(**{reading: value})
        outcome = city.outcome(kind, **{reading: value})
        scores, complete = outcome.scores, outcome.scores.complete
        rows = measured(kind, outcome) if reading in OF_MEASURES else city.table(measures)[1]
        array = getattr(UDFS, f"{kind.upper()}_SCORES")(rows, None, text)
        assert len(array) == len(complete)
        found = np.array(array)
        assert (found[complete] == np.vstack([scores.by_indicator, scores.total]).T[complete]).all()
        assert np.isnan(found[~complete, -1]).all()
        for i in range(0, len(rows), 23):
            wanted = scores.total[i] if complete[i] else None
            assert single(kind, rows[i], None, None, text) == wanted


def measured(kind: str, outcome: Outcome) -> Rows:
    """The rows of the sheet of measures under another reading of what they are, as cells."""
    columns = [outcome.units[n].tolist() for n in RULES.table(f"{kind}s").names]
    return [["" if v != v else v for v in line] for line in zip(*columns, strict=True)]


@pytest.mark.parametrize(
    "readings", [{}, {"opening_rate": "combined"}, {"monthly_rule": "every_month"}, {"authority": "computed"}]
)
def test_eligibility_is_worded_as_on_its_sheet(city: City, readings: dict[str, str]) -> None:
    outcome = city.outcome("school", **readings)
    _, rows = city.table("学校指标")
    of = outcome.monthly.lowest if "monthly_rule" in readings else outcome.monthly.average
    for i, row in enumerate(rows):
        months = "" if outcome.monthly.stood_in[i] or of[i] == MISSING else of[i] / 100
        if months == "" and not outcome.scores.complete[i]:
            continue
        found = call("SCHOOL_ELIGIBLE", [row], None, months, chosen(**readings))
        assert found == [[outcome.eligibility.reasons[i] or "达标"]]
    assert len(set(outcome.eligibility.reasons)) > 3


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "readings",
    [{}, {"rank_method": "dense"}, {"ties": "order"}, {"ties": "order", "rank_method": "dense"}, {"rank_among": "all"}],
)  # fmt: skip
def test_ranks_are_those_of_the_ranking(city: City, kind: str, readings: dict[str, str]) -> None:
    outcome = city.outcome(kind, **readings)
    scores = outcome.score_cents / 100
    breakers = [outcome.scores.of(n) for n in RULES.reading("ties").tie_breakers]
    columns = [scores, *breakers] if "ties" in readings else [scores]
    eligible = [["达标" if e else "未达标"] for e in outcome.eligibility.eligible]
    lines = [list(map(float, line)) for line in zip(*columns, strict=True)]
    found = call("RANK_SCORES", lines, eligible, chosen(**readings))
    assert found == [[float(r)] if r else [""] for r in outcome.standing.rank]
