"""Random cities in which every unit has a name of its own, with classes, edited parameters and any readings."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
from hypothesis import strategies as st

from kongjian.engine.outcome import Inputs
from kongjian.rules import Rules, resolve
from kongjian.workbook.run import Run
from native_engines import random_rules, random_tables, run_of
from pinned_rules import pinned_rules

RULES = pinned_rules()
READINGS = st.fixed_dictionaries(
    {r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings}
).map(dict[str, str])
SEEDS = st.integers(0, 2**32 - 1)
EDITS: dict[tuple[str, str], dict[str, Any]] = {
    ("teacher", "作业管理"): {"target": 3.0},
    ("school", "在线授课"): {"target": 2.0},
}
EVERYBODY = 10_000


def random_city(readings: dict[str, str], seed: int, schools: int = 8, teachers: int = 30) -> Run:
    """A run over random rules and data; half of the cities have edited parameters, lists of names are whole."""
    rng = np.random.default_rng(seed)
    edits = EDITS if seed % 2 else {}
    rules = random_rules(resolve(RULES, readings, edits), rng)
    return run_of(city_tables(rules, rng, schools, teachers), uncapped(rules))


def city_tables(
    rules: Rules, rng: np.random.Generator, schools: int, teachers: int
) -> dict[str, dict[str, Any]]:
    tables = random_tables(rules, rng, schools, teachers)
    tables["teachers"]["教师姓名"] = [f"师{k}" for k in range(teachers)]
    height = 3 * schools
    rates = np.where(rng.random(height) < 0.3, np.nan, np.round(rng.random(height), 2))
    tables["classes"] = {
        "学校名称": [tables["schools"]["学校名称"][k % schools] for k in range(height)],
        "学生数": rng.integers(0, 60, height).astype(float),
        "课程学习完成率": rates,
        "作业完成率": rates[::-1],
    }
    for measure in ("课程学习完成率", "作业完成率"):
        tables["schools"][measure] = np.where(rng.random(schools) < 0.7, np.nan, tables["schools"][measure])
    return tables


def uncapped(rules: Rules, most: int = EVERYBODY) -> Rules:
    """The rules with lists of at most so many names."""
    return rules.replace(evidence=dataclasses.replace(rules.evidence, named_at_most=most))


def shuffled(inputs: Inputs, rng: np.random.Generator) -> Inputs:
    """The same inputs, their rows in another order."""
    others = {
        t: frame.take(rng.permutation(frame.height))
        for t, frame in vars(inputs).items()
        if t != "monthly"  # of two scores for a month the first counts
    }
    return dataclasses.replace(inputs, **others)
