"""How much everyone did: the counts of each teacher, the rates of each class, the facts of each school.

What people do hangs together: each school has a culture, each teacher a diligence of which the
culture is a part. Both are standard scores (0 is the city's average).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from kongjian.demo.spreads import Spreads, spreads
from kongjian.engine.frame import Floats, Frame, Ints
from kongjian.rules import Rules
from kongjian.rules.roles import Role

_PARTIAL_SHARES = (0.95, 0.9, 0.85, 0.8, 0.75, 0.6, 0.5, 0.4, 0.2, 0.0)
_COUNTING = 0.08
_LACKING = 0.04
_CULTURE_IN_DILIGENCE, _OWN_DILIGENCE = 0.85, 0.5
_IDLE, _TEACHING, _HOMEROOM = 0.04, 0.95, 0.26


def cultures(rng: np.random.Generator, schools: int) -> Floats:
    """Evenly spread standard scores in random order, so that every seed gives the same city-wide picture."""
    spread = [NormalDist().inv_cdf((i + 0.5) / schools) for i in range(schools)]
    return rng.permutation(np.array(spread))


_TEACHERS = (Role.TEACHING, Role.HOMEROOM, Role.CLASS_SHARE)
_SCHOOLS = (
    Role.STAGE, Role.INTERNET, Role.MULTIMEDIA, Role.ADMINISTRATOR,
    Role.STAFF, Role.STAFF_OPENED, Role.PUPILS, Role.PUPILS_OPENED,
)  # fmt: skip


def fits(rules: Rules) -> bool:
    """Whether the scheme says how much people do, and has the columns that this city's people fill."""
    said = spreads(rules)
    roles = {c.role for table in rules.tables for c in table.columns}
    return (
        said is not None
        and {*_TEACHERS, *_SCHOOLS} <= roles
        and {*said.counts, *said.from_events, *said.dirt.of_teachers} <= {*rules.table("teachers").names}
        and said.dirt.of_schools <= {*rules.table("schools").names}
        and any(r.id == "student" and r.behaviours for r in rules.effective.roles)
        and len(rules.measures.class_rates) > 0
        and {r.measure for r in rules.measures.class_rates} <= said.rates.keys()
    )


def said_of(rules: Rules) -> Spreads:
    """How much people do, of a scheme that says so."""
    said = spreads(rules)
    assert said is not None
    return said


def teacher_frame(
    rng: np.random.Generator, rules: Rules, school: Ints, culture: Floats, whole: Ints
) -> Frame:
    """Who teaches, who has a class, and the measures of every teacher; `school` is each one's school by position.

    In the schools `whole` a homeroom teacher has evaluated the whole class or nobody.
    """
    size = len(school)
    diligence = _CULTURE_IN_DILIGENCE * culture[school] + rng.normal(0, _OWN_DILIGENCE, size)
    teaching = rng.random(size) < _TEACHING
    homeroom = teaching & (rng.random(size) < _HOMEROOM)
    idle = rng.random(size) < _IDLE
    teaches, has_class, evaluated = map(rules.table("teachers").name_of, _TEACHERS)
    columns: Frame = Frame({teaches: teaching.astype(float), has_class: homeroom.astype(float)})
    for name, s in said_of(rules).counts.items():
        counts = np.rint(rng.normal(s.mean + s.gain * diligence, s.spread)).clip(0, None)
        columns[name] = np.where(idle, np.minimum(counts, rng.integers(0, 2, size)), counts)
    share = rng.choice(_PARTIAL_SHARES, size)
    share[rng.random(size) < 1 / (1 + np.exp(-(-0.1 + 1.3 * diligence)))] = 1.0
    coarse = np.isin(school, whole)
    share[coarse] = np.floor(share[coarse])
    columns[evaluated] = np.where(homeroom, share, np.nan)
    return columns


def class_frame(rng: np.random.Generator, rules: Rules, school: Ints, culture: Floats) -> Frame:
    """The pupils and the rates of every class; some schools have counts instead of rates."""
    size = len(school)
    mood = culture[school] + rng.normal(0, 0.4, size)
    students = rng.integers(28, 56, size).astype(float)
    columns = Frame({rules.table("classes").name_of(Role.STUDENTS): students})
    counting = (rng.random(len(culture)) < _COUNTING)[school]
    for rate in rules.measures.class_rates:
        said = said_of(rules).rates[rate.measure]
        share = np.round((said.mean + said.gain * mood + rng.normal(0, 0.03, size)).clip(0.02, 1), 2)
        columns[rate.measure] = np.where(counting, np.nan, share)
        columns[rate.count] = np.where(counting, np.rint(share * students * rate.per_student), np.nan)
    return columns


def yes_no_frame(rng: np.random.Generator, rules: Rules, culture: Floats) -> Frame:
    """The yes/no columns of every school; of what eligibility asks for, a few schools always lack each."""
    conditions = {c for condition in rules.conditions_for("school") for c in condition.columns}
    columns = Frame()
    for column in rules.table("schools").columns:
        if column.kind == "yes_no":
            luck = rng.logistic(0, 0.6, len(culture))
            if column.name in conditions:
                standing = 0.4 * culture + luck
                has = standing > np.quantile(standing, _LACKING)
            else:
                has = 1.9 + culture + luck > 0
            columns[column.name] = has.astype(float)
    return columns


def opened(rng: np.random.Generator, total: Floats, culture: Floats) -> Floats:
    """How many of `total` have opened a space: nearly all in most schools, too few in some."""
    rate = np.minimum(1.0, 0.965 + 0.02 * culture + rng.normal(0, 0.02, len(total)))
    return np.minimum(total, np.rint(total * rate))
