"""How much everyone did: the counts of each teacher, the rates of each class, the facts of each school.

What people do hangs together: each school has a culture, each teacher a diligence of which the
culture is a part. Both are standard scores (0 is the city's average).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np

from kongjian.engine.frame import Floats, Frame, Ints
from kongjian.rules import Rules

# measure → mean, gain per unit of diligence, spread: counts of a whole term
_COUNTS = {
    "制作课件": (4.5, 1.2, 1.0),
    "在线撰写教案": (30.5, 5.2, 3.0),
    "在线授课": (30.0, 5.2, 3.0),
    "网络教研": (3.7, 0.9, 0.8),
    "作业管理": (13.0, 5.0, 4.0),
    "成绩管理": (2.1, 0.7, 0.6),
    "通知公告": (1.0, 0.6, 0.7),
    "活动发布": (0.7, 0.5, 0.6),
    "参与活动": (0.4, 0.45, 0.5),
}
EVALUATION = "学生评价"
_PARTIAL_SHARES = (0.95, 0.9, 0.85, 0.8, 0.75, 0.6, 0.5, 0.4, 0.2, 0.0)
_RATES = {"课程学习完成率": (0.75, 0.1), "作业完成率": (0.735, 0.1)}
_COUNTING = 0.08
_LACKING = 0.04
_CULTURE_IN_DILIGENCE, _OWN_DILIGENCE = 0.85, 0.5
_IDLE, _TEACHING, _HOMEROOM = 0.04, 0.95, 0.26


def cultures(rng: np.random.Generator, schools: int) -> Floats:
    """Evenly spread standard scores in random order, so that every seed gives the same city-wide picture."""
    spread = [NormalDist().inv_cdf((i + 0.5) / schools) for i in range(schools)]
    return rng.permutation(np.array(spread))


def fits(rules: Rules) -> bool:
    """Whether the scheme has the columns that this city's people fill."""
    known = {name for table in rules.tables for name in table.names}
    return {*_COUNTS, EVALUATION, *_RATES} <= known


def teacher_frame(rng: np.random.Generator, school: Ints, culture: Floats, whole: Ints) -> Frame:
    """任课, 班主任 and the ten measures of every teacher; `school` is each one's school by position.

    In the schools `whole` a homeroom teacher has evaluated the whole class or nobody.
    """
    size = len(school)
    diligence = _CULTURE_IN_DILIGENCE * culture[school] + rng.normal(0, _OWN_DILIGENCE, size)
    teaching = rng.random(size) < _TEACHING
    homeroom = teaching & (rng.random(size) < _HOMEROOM)
    idle = rng.random(size) < _IDLE
    columns: Frame = Frame({"任课": teaching.astype(float), "班主任": homeroom.astype(float)})
    for name, (mean, gain, spread) in _COUNTS.items():
        counts = np.rint(rng.normal(mean + gain * diligence, spread)).clip(0, None)
        columns[name] = np.where(idle, np.minimum(counts, rng.integers(0, 2, size)), counts)
    share = rng.choice(_PARTIAL_SHARES, size)
    share[rng.random(size) < 1 / (1 + np.exp(-(-0.1 + 1.3 * diligence)))] = 1.0
    coarse = np.isin(school, whole)
    share[coarse] = np.floor(share[coarse])
    columns[EVALUATION] = np.where(homeroom, share, np.nan)
    return columns


def class_frame(rng: np.random.Generator, rules: Rules, school: Ints, culture: Floats) -> Frame:
    """学生数 and both rates of every class; some schools have counts instead of rates."""
    size = len(school)
    mood = culture[school] + rng.normal(0, 0.4, size)
    students = rng.integers(28, 56, size).astype(float)
    columns = Frame({"学生数": students})
    counting = (rng.random(len(culture)) < _COUNTING)[school]
    for rate in rules.measures.class_rates:
        mean, gain = _RATES[rate.measure]
        share = np.round((mean + gain * mood + rng.normal(0, 0.03, size)).clip(0.02, 1), 2)
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
