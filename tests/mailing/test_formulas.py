"""Native formulas, worked out inside Python over random rules, readings and data: every cell is the engine's."""

from __future__ import annotations

import dataclasses
from typing import Any

import formualizer
import pytest

from kongjian.mailing.copy_sheets import Place
from kongjian.mailing.formulas import (
    ConditionCells,
    IndicatorCells,
    Owed,
    TotalCells,
    complete_formula,
    eligible_formula,
    exact_total,
    indicator_formula,
    reasons_formula,
    rest_is_scaled,
    rounded,
)
from kongjian.mailing.live_copy import contents
from kongjian.rules import load_rules, resolve
from kongjian.rules.model import Condition
from kongjian.selfcheck.calculators import by_formualizer
from native_engines import random_run

RULES = load_rules()
# every value of every reading in at least one of three; the unrounded mean besides
CASES = [{r.id: r.values[k % len(r.values)].id for r in RULES.readings} for k in range(3)]
CASES.append({**CASES[0], "pass_mark": "exact"})


@pytest.mark.parametrize("seed", range(10))
def test_every_formula_gives_what_the_engine_gives(seed: int) -> None:
    run = random_run((CASES[seed % len(CASES)], seed), schools=6, teachers=12)
    found = contents(run, formulas=True)
    calculated = by_formualizer(run, found)
    count = 0
    for sheet in found.sheets:
        for column, given in zip(sheet.columns, calculated[sheet.place.sheet], strict=True):
            assert len(given) == len(column.formulas)
            for row, (value, other) in enumerate(zip(column.values, given, strict=False)):
                numbers = isinstance(value, float | int) and isinstance(other, float | int)
                same = abs(value - other) < 1e-9 if numbers else (value or "") == (other or "")
                assert same, (sheet.place.sheet, column.name, row, column.formulas[row])
                count += 1
    assert count > 500


def worked_out(formula: str, **cells: float | str) -> Any:
    """What a formula gives over these cells; "" as a text is an empty cell."""
    book = formualizer.Workbook()
    book.add_sheet("S")
    for place, value in cells.items():
        if value != "":
            book.set_value("S", int(place[1:]), ord(place[0]) - 64, value)
    book.set_formula("S", 50, 1, f"={formula}")
    return book.evaluate_cell("S", 50, 1)


CELLS = IndicatorCells("P1", "T1", "Q1", (("B1", "B2"), ("B3", "B4")))
GIVEN: dict[str, float | str] = {
    "P1": 10.0,
    "T1": 4.0,
    "Q1": 2.0,
    "B1": 0.8,
    "B2": 10.0,
    "B3": 0.5,
    "B4": 6.0,
}
NOISE = 4e-10  # of decimals; the tolerance takes it up
# kind, changes of the indicator, readings, what is measured → what it scores
SCORED: list[tuple[str, dict[str, Any], dict[str, str], dict[float | str, float]]] = [
    ("yes_no", {}, {}, {"是": 10, "否": 0, "": 0}),
    ("threshold", {}, {}, {4: 10, 3.99: 0, 4 - NOISE: 10, "": 0}),
    ("bands", {}, {}, {0.8: 10, 0.8 - NOISE: 10, 0.79: 6, 0.5: 6, 0.49: 0, "": 0}),
    ("bonus", {}, {}, {0: 0, 3: 6, 7: 10, "": 0, -1: 0}),
    ("veto", {}, {}, {"是": 0, "": 0}),
    ("deduct", {}, {"shortfall": "exact"}, {4: 10, 5: 10, 2.5: 7, 0: 2, -9: 0, "": 0}),
    ("deduct", {}, {"shortfall": "whole"}, {2.5: 8, 3 + NOISE: 8, 2: 6, "": 0}),
    ("deduct", {}, {"shortfall": "started"}, {2.5: 6, 3 - NOISE: 8, 5: 10, 2: 6, "": 0}),
    ("deduct", {"none_is_zero": True}, {"shortfall": "exact"}, {0: 0, 1e-10: 0, 0.1: 2.2, 4: 10}),
]


@pytest.mark.parametrize("at", range(len(SCORED)))
def test_an_indicator_of_each_kind(at: int) -> None:
    kind, changes, readings, expected = SCORED[at]
    rules = resolve(RULES, readings)
    indicator = dataclasses.replace(
        rules.teacher.indicators[0],
        **{"kind": kind, "homeroom_only": False, "none_is_zero": False, **changes},
    )
    formula = indicator_formula(indicator, CELLS, "M1", rules, "H1")
    for measured, score in expected.items():
        assert worked_out(formula, M1=measured, **GIVEN) == pytest.approx(score, abs=1e-12), measured


@pytest.mark.parametrize(
    ("reading", "score", "scaled"), [("zero", 0, False), ("full", 10, False), ("rescale", 0, True)]
)
def test_who_has_no_class(reading: str, score: float, scaled: bool) -> None:
    rules = resolve(RULES, {"non_homeroom": reading})
    indicator = dataclasses.replace(rules.teacher.indicators[0], kind="threshold", homeroom_only=True)
    formula = indicator_formula(indicator, CELLS, "M1", rules, "H1")
    assert worked_out(formula, M1=4, H1="是", **GIVEN) == 10
    assert worked_out(formula, M1=3, H1="是", **GIVEN) == 0
    assert worked_out(formula, M1=4, H1="否", **GIVEN) == score
    assert rest_is_scaled(rules) == scaled


def test_half_a_cent_is_rounded_up() -> None:
    assert worked_out(rounded("A1"), A1=1.005) == 1.01
    assert worked_out(rounded("A1", "*B1"), A1=2.01, B1=0.5) == 1.01
    assert worked_out(rounded("A1"), A1=1.0049) == 1.0


TOTALS: list[tuple[TotalCells, dict[str, str] | None, dict[str, float | str], float]] = [
    (TotalCells("A1", "C1", "F1", (), "H1"), None, {}, 60),
    (TotalCells("A1", "C1", "F1", (), "H1"), {"B1": "X1"}, {"X1": ""}, 60),
    (TotalCells("A1", "C1", "F1", (), "H1"), {"B1": "X1"}, {"X1": 5}, 45),
    (TotalCells("A1", "C1", "F1", (), "H1", ("D1",)), None, {}, 64),
    (TotalCells("A1", "C1", "F1", (), "H1", ("D1",)), {"D1": "X1", "A1": "Y1"}, {"X1": 1, "Y1": 11}, 62),
    (TotalCells("A1", "C1", "F1", ("O1", "P1"), "H1"), None, {"H1": "是"}, 60),
    (TotalCells("A1", "C1", "F1", ("O1", "P1"), "H1"), None, {"H1": "否"}, 75),
    (TotalCells("A1", "C1", "F1", ("O1", "P1"), "H1", ("D1",)), {"B1": "X1"}, {"H1": "否", "X1": 24}, 84),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(TOTALS)))
def test_a_total(at: int) -> None:
    cells, parts, given, total = TOTALS[at]
    held: dict[str, float | str] = {"A1": 10, "B1": 20, "C1": 30, "D1": 4, "F1": 100, "O1": 15, "P1": 5}
    assert worked_out(exact_total(cells, parts), **{**held, **given}) == pytest.approx(total)


MEASURES = [
    Owed("A1", False, "", ""),
    Owed("B1", True, "D1", ""),
    Owed("A1", False, "", ""),
    Owed("C1", False, "E1", ""),
]
ALL: dict[str, float | str] = {"A1": 1, "B1": 1, "C1": 1, "H1": "是"}
COMPLETE: list[tuple[list[Owed], str, dict[str, float | str], str]] = [
    (MEASURES, "", {}, "是"),
    (MEASURES, "", {"A1": ""}, "否"),
    (MEASURES, "", {"B1": ""}, "否"),
    (MEASURES, "", {"B1": "", "H1": "否"}, "是"),
    (MEASURES, "", {"D1": 1}, "否"),
    (MEASURES, "", {"E1": 1}, "否"),
    (MEASURES, "G1", {"A1": "", "G1": 80}, "是"),
    (MEASURES, "G1", {"A1": ""}, "否"),
    (MEASURES, "G1", {}, "是"),
    ([Owed("A1", False, "", "F1")], "", {"A1": ""}, "否"),
    ([Owed("A1", False, "", "F1")], "", {"A1": "", "F1": 3}, "是"),
    ([Owed("A1", False, "D1", "F1")], "", {"D1": 1}, "否"),
    ([Owed("A1", False, "D1", "F1")], "", {"D1": 1, "F1": 3}, "是"),
    ([Owed("A1", True, "", "F1")], "", {"A1": "", "H1": "否"}, "是"),
    ([Owed("A1", True, "", "F1")], "", {"A1": ""}, "否"),
    ([Owed("A1", True, "", "F1"), Owed("B1", False, "", "")], "", {"B1": ""}, "否"),
    ([Owed("B1", True, "", "")], "", {"B1": "", "H1": "否"}, "是"),
    ([Owed("B1", True, "", "")], "", {"B1": ""}, "否"),
    ([Owed("A1", False, "", ""), Owed("A1", True, "", "")], "", {"H1": "否"}, "是"),
    ([], "", {}, "是"),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(COMPLETE)))
def test_whether_all_that_is_owed_is_given(at: int) -> None:
    owed, platform, given, answer = COMPLETE[at]
    assert worked_out(complete_formula(owed, "H1", platform), **{**ALL, **given}) == answer


def condition(name: str, kind: Any, reason: str, **changes: Any) -> Condition:
    return Condition(name, "school", name, kind, reason, "", "", **changes)


NET = condition("联网", "yes_no", "没有联网", columns=("网",))
OPENED = condition(
    "开通率", "rate", "开通率{value}，低于{at_least}", opened=("开", "通"), total=("人", "口"), at_least=0.9
)
AVERAGE = condition("月均", "monthly_average", "月均{value}，低于{at_least}", at_least=80)
MONTHS = condition("每月", "every_month", "{value}是最低的一个月，低于{at_least}", at_least=60)
NO_ACCIDENT = condition("事故", "veto", "有事故", columns=("祸",))
ALL_OF_THEM = (NET, OPENED, AVERAGE, MONTHS, NO_ACCIDENT)
UNIT: dict[str, float | str] = {
    "A1": "是", "B1": 9, "C1": 9, "D1": 10, "E1": 10, "F1": "否", "G1": 80, "H1": 60, "K1": "", "R1": 0.9, "R2": 80, "R3": 60, "X1": 80,
}  # fmt: skip
PLAIN = ConditionCells(
    Place("S", ("网", "开", "通", "人", "口", "祸"), 1),
    "G1",
    "",
    "",
    "H1",
    {"开通率": "R1", "月均": "R2", "每月": "R3"},
)
EXACT = dataclasses.replace(PLAIN, exact="X1")
LACKING = dataclasses.replace(PLAIN, lacking="K1")
JUDGED: list[tuple[ConditionCells, dict[str, float | str], str]] = [
    (PLAIN, {}, ""),
    (PLAIN, {"A1": "否"}, "没有联网"),
    (PLAIN, {"A1": ""}, "联网未填"),
    (PLAIN, {"F1": ""}, ""),
    (PLAIN, {"F1": "是"}, "有事故"),
    (PLAIN, {"B1": 8}, "开通率85.00%，低于90%"),
    (PLAIN, {"B1": 8999, "C1": 9000, "D1": 9999, "E1": 10000, "R1": 0.9001}, "开通率90.00%，低于90.01%"),
    (PLAIN, {"B1": 89999, "C1": 0, "D1": 100000, "E1": 0}, "开通率89.999%，低于90%"),
    (PLAIN, {"B1": 899994, "C1": 0, "D1": 1000000, "E1": 0}, "开通率89.999%，低于90%"),
    (PLAIN, {"B1": 1, "C1": 1, "D1": 3, "E1": 3}, "开通率33.33%，低于90%"),
    (PLAIN, {"B1": 2, "C1": 2, "D1": 3, "E1": 3}, "开通率66.67%，低于90%"),
    (PLAIN, {"B1": 17425, "C1": 17425, "D1": 20000, "E1": 20000}, "开通率87.13%，低于90%"),
    (PLAIN, {"B1": ""}, "开通率无法计算"),
    (PLAIN, {"E1": ""}, "开通率无法计算"),
    (PLAIN, {"B1": 11}, "开通率无法计算"),
    (PLAIN, {"C1": 11}, "开通率无法计算"),
    (PLAIN, {"B1": 10, "C1": 10}, ""),
    (PLAIN, {"B1": 0, "C1": 0, "D1": 0, "E1": 0}, "开通率无法计算"),
    (PLAIN, {"G1": 79.5}, "月均79.50分，低于80分"),
    (PLAIN, {"G1": 79.999}, "月均80.00分，低于80分"),
    (PLAIN, {"H1": 59.9}, "59.90分是最低的一个月，低于60分"),
    (PLAIN, {"A1": "", "G1": 1, "F1": "是"}, "联网未填；月均1.00分，低于80分；有事故"),
    (EXACT, {"X1": 79.99996}, "月均79.9999分，低于80分"),
    (EXACT, {"X1": 79.9999999999}, ""),
    (EXACT, {"X1": 79.5, "G1": 79.5}, "月均79.50分，低于80分"),
    (EXACT, {"H1": 59.9}, "59.90分是最低的一个月，低于60分"),
    (LACKING, {}, ""),
    (LACKING, {"G1": 79.5}, "月均79.50分，低于80分"),
    (LACKING, {"K1": "2020-12"}, "缺2020-12的月度得分；缺2020-12的月度得分"),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(JUDGED)))
def test_who_qualifies_and_why_not(at: int) -> None:
    cells, given, why = JUDGED[at]
    held = {**UNIT, **given}
    answers = [
        worked_out(formula(ALL_OF_THEM, cells).replace("{r}", "1"), **held) or ""
        for formula in (eligible_formula, reasons_formula)
    ]
    assert answers == ["未达标" if why else "达标", why]


def test_without_conditions_all_qualify() -> None:
    assert worked_out(eligible_formula([], PLAIN)) == "达标"
    assert not worked_out(reasons_formula([], PLAIN))


@pytest.mark.parametrize("cells", [CELLS, TOTALS[0][0], MEASURES[0], PLAIN])
def test_what_names_cells_does_not_change(cells: Any) -> None:
    name = dataclasses.fields(cells)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(cells, name, "")
