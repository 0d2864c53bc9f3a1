"""口径影响, 临界名单 and 名次稳健性 of the demo city against one calculation's scoring.

Scoring is what a calculation does for both kinds of units after the sheets are read and the events counted: the measures
(教师指标, 学校指标), scores, months, eligibility and ranks, with its findings; no output table, no wording.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "shared"))

from filled_forms import city_run  # noqa: E402
from kongjian.engine.calculate import outcome  # noqa: E402
from kongjian.engine.coverage import Tally  # noqa: E402
from kongjian.engine.evidence.near_misses import near_misses  # noqa: E402
from kongjian.engine.evidence.other_readings import other_outcomes  # noqa: E402
from kongjian.engine.evidence.reading_effects import reading_effects  # noqa: E402
from kongjian.engine.evidence.robustness import robustness  # noqa: E402
from kongjian.engine.findings import Findings  # noqa: E402
from kongjian.engine.frame import Frame  # noqa: E402
from kongjian.engine.measures import Below, school_measures, teacher_measures  # noqa: E402
from kongjian.rules import load_rules  # noqa: E402
from kongjian.rules.choices import combinations  # noqa: E402
from kongjian.workbook.run import Run  # noqa: E402
from measure import ROUNDS, Row, Times, at_most, compare, in_turn, timed  # noqa: E402

_ROBUST_SECONDS = 3.0


def measure() -> list[Row]:
    """The whole table divided by its rows, one for each other value of a reading, against one scoring."""
    run = city_run(load_rules())
    count = _effects(run).height
    table, scoring = in_turn(lambda: _effects(run), lambda: _scoring(run), 2 * ROUNDS)
    robust = Times(tuple(timed(lambda: _robust(run)) for _ in range(ROUNDS)))
    near, again = in_turn(lambda: near_misses(run.results, run.rules), lambda: _scoring(run), 2 * ROUNDS)
    each = table.scaled(1 / count)
    return [
        compare("示范数据口径影响，每个取值", each, f"一次计算的计分（共{count}个取值）", scoring, 2.0),
        compare("示范数据临界名单", near, "一次计算的计分", again),
        at_most("示范数据名次稳健性，整张表", robust, _ROBUST_SECONDS, f"（{_combinations(run)}种口径组合）"),
    ]


def _effects(run: Run) -> Frame:
    return reading_effects(run.results, run.rules, other_outcomes(run.inputs, run.results, run.rules))


def _robust(run: Run) -> Frame:
    return robustness(run.inputs, run.results, run.rules)


def _combinations(run: Run) -> int:
    return sum(1 for _ in combinations(run.rules))


def _scoring(run: Run) -> None:
    inputs, rules, findings, log = run.inputs, run.rules, Findings(), run.results.log
    tally = Tally(inputs.schools.height)
    teachers = teacher_measures(inputs.teachers, inputs.schools, log, rules, findings, tally)
    outcome("teacher", teachers, inputs, rules, findings)
    below = Below.of(inputs.schools, teachers, inputs.classes, log, rules)
    schools = school_measures(inputs.schools, below, rules, findings, tally)
    outcome("school", schools, inputs, rules, findings)


if __name__ == "__main__":
    from measure import table

    print(table(measure()))
