"""The whole calculation, from the five input tables to every output table."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.awards import COLUMNS as AWARD_COLUMNS
from kongjian.engine.awards import Standing, awards, ranking_order, standing
from kongjian.engine.effective import effective_counts
from kongjian.engine.eligibility import Eligibility, eligibility
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame, Ints, texts
from kongjian.engine.matching import ROW, accounts, rows, school_keys
from kongjian.engine.measures import school_measures, teacher_measures
from kongjian.engine.monthly import Monthly, monthly, monthly_scores, report_months
from kongjian.engine.previous import Previous, numbered
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import Scores, score, scores_frame
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column
from kongjian.rules.objects import OBJECT_LABELS

NAME_COLUMNS = {"school": ("学校名称",), "teacher": ("学校名称", "教师姓名", "账号")}


@dataclass(frozen=True)
class Inputs:
    """The five input tables, columns as in rules/tables.yaml. A pandas DataFrame serves as well as a Frame."""

    schools: Frame
    teachers: Frame
    classes: Frame
    monthly: Frame
    events: Frame

    @classmethod
    def of(cls, rules: Rules, **tables: Mapping[str, Any]) -> Inputs:
        """Inputs from any frames; tables and columns that are not given are empty."""
        out = {}
        for table in rules.tables:
            given = Frame.of(tables.get(table.id, {}))
            columns = {c.name: _as_kind(given.get(c.name), c, given.height) for c in table.columns}
            out[table.id] = given.having(**columns)
        return cls(**out)

    def fingerprint(self) -> str:
        """A short hash of all values, independent of formats, column order and workbook."""
        digest = hashlib.blake2b(digest_size=6)
        for table in (self.schools, self.teachers, self.classes, self.monthly, self.events):
            for name in sorted(n for n in table if not n.startswith("#")):
                column = table[name]
                digest.update(name.encode())
                text = column.dtype == object
                digest.update(
                    "\x1f".join(column).encode() if text else np.ascontiguousarray(column).tobytes()
                )
        return digest.hexdigest()


@dataclass(frozen=True)
class Outcome:
    """Everything about one kind of unit; arrays run over its input rows."""

    kind: str
    units: Frame
    scores: Scores
    score_cents: Ints
    monthly: Monthly
    eligibility: Eligibility
    standing: Standing

    @cached_property
    def order(self) -> Ints:
        """Positions of the ranked units by rank, then school, then account or name."""
        keys = texts(unit_keys(self.kind, self.units))
        return ranking_order(self.standing, self.units["学校名称"], keys)


@dataclass(frozen=True)
class Results:
    """Every output table by its table name, the findings, and what 首页 and 运行记录 tell.

    `same_run`: data and rules are those of the last run. Where they are not, 变化 says only which way a unit went.
    """

    tables: dict[str, Frame]
    findings: Findings
    school: Outcome
    teacher: Outcome
    fingerprint: str
    version: str
    same_run: bool = False

    def of(self, kind: str) -> Outcome:
        """Everything about one kind of unit."""
        return self.school if kind == "school" else self.teacher


def calculate(
    inputs: Inputs,
    rules: Rules,
    previous: Previous | None = None,
    findings: Findings | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Results:
    """Scores, eligibility, rankings and awards of all schools and teachers.

    `findings` made while reading are kept in front. `progress` is told in Chinese what is being done.
    """
    findings = Findings() if findings is None else findings
    previous = previous or Previous()
    progress("正在统计有效次数…")
    counts = effective_counts(inputs.events, inputs.schools, inputs.teachers, rules, findings)
    progress("正在计算教师得分…")
    teachers = teacher_measures(inputs.teachers, counts, rules, findings)
    teacher = outcome("teacher", teachers, inputs, rules, findings)
    progress("正在计算学校得分…")
    schools = school_measures(inputs.schools, teachers, inputs.classes, counts, rules, findings)
    school = outcome("school", schools, inputs, rules, findings)
    progress("正在排名…")
    fingerprint = inputs.fingerprint()
    ranks = {"school": _ranks("school", school), "teacher": _ranks("teacher", teacher)}
    same = previous.is_same_run(fingerprint, rules, ranks)
    tables = {
        "SchoolScores": _score_table("school", school),
        "TeacherScores": _score_table("teacher", teacher),
        "Eligibility": _stack([_eligibility_table("school", school), _eligibility_table("teacher", teacher)]),
        "SchoolRanking": _ranking_table("school", school, previous, same),
        "TeacherRanking": _ranking_table("teacher", teacher, previous, same),
        "Awards": _stack(
            [
                a
                for kind, o in (("school", school), ("teacher", teacher))
                for a in _awards(kind, o, rules, findings)
            ]
        )
        or Frame({c: texts([]) for c in AWARD_COLUMNS}),
        "SchoolMeasures": schools,
        "TeacherMeasures": teachers,
        "EffectiveCounts": counts,
    }
    return Results(tables, findings, school, teacher, fingerprint, rules.version, same)


def _as_kind(values: NDArray[Any] | None, column: Column, height: int) -> NDArray[Any]:
    """A column as its kind wants it: dates, texts or numbers; blanks where it is not given."""
    if values is None:
        values = texts([""] * height)
    if column.kind == "date":
        return values if values.dtype.kind == "M" else values.astype("datetime64[D]")
    if column.is_text:
        return values if values.dtype == object else texts(_plain(v) for v in values.tolist())
    if values.dtype == object:
        values = np.array([np.nan if v == "" else float(v) for v in values], dtype=np.float64)
    if column.blank:
        return np.where(np.isnan(values), column.stand_in, values)
    return values


def _plain(value: float) -> str:
    """A number given for a text, an account for example; a blank is an empty text."""
    return "" if value != value else f"{value:.0f}" if value == int(value) else str(value)


def unit_keys(kind: str, units: Frame) -> list[str]:
    """What names a unit from one run to the next: the school, or the account (else school and name)."""
    if kind == "school":
        return school_keys(units["学校名称"])
    schools = school_keys(units["学校名称"])
    names = zip(accounts(units), schools, units["教师姓名"], strict=True)
    return [account or f"{s}/{name}" for account, s, name in names]


def outcome(kind: str, units: Frame, inputs: Inputs, rules: Rules, findings: Findings) -> Outcome:
    """Scores, months, eligibility and ranks of one kind of unit; `units` are its measures."""
    scores = score(units, rules.object(kind), rules)
    _report_scores(kind, units, scores, rules, findings)
    by_month = monthly_scores(units, inputs.monthly, kind, rules, findings)
    out = judged(kind, units, scores, by_month, rules)
    report_months(units, out.monthly, out.score_cents, kind, rules, findings)
    return out


def judged(kind: str, units: Frame, scores: Scores, by_month: Floats, rules: Rules) -> Outcome:
    """What follows from scores and months; it finds nothing and words nothing, so that a further reading costs little."""
    platform = to_cents(units["平台得分"])
    score_cents = np.where(platform != MISSING, platform, scores.cents)
    if rules.chosen["authority"] == "computed":
        score_cents = scores.cents
    months = monthly(by_month, score_cents)
    found = eligibility(units, months, kind, rules)
    key = months.average if rules.chosen["rank_by"] == "monthly_average" else score_cents
    place = standing(key, found.eligible, scores, rules)
    return Outcome(kind, units, scores, score_cents, months, found, place)


def _report_scores(kind: str, units: Frame, scores: Scores, rules: Rules, findings: Findings) -> None:
    """Finds measures that are missing and platform scores that differ from what the rules give."""
    indicators, at = rules.object(kind).indicators, rows(units)
    for k, i in zip(*np.nonzero(scores.missing), strict=True):
        findings.add("measure_missing", f"{kind}s", at[i], indicators[k].column)
    platform = to_cents(units["平台得分"])
    used = "计算得分" if rules.chosen["authority"] == "computed" else "平台得分"
    for i in np.flatnonzero((platform != MISSING) & (platform != scores.cents)):
        findings.add("score_differs", f"{kind}s", at[i], "平台得分", used=used)


def _score_table(kind: str, o: Outcome) -> Frame:
    return Frame(
        {
            **{c: o.units[c] for c in NAME_COLUMNS[kind]},
            **scores_frame(o.scores),
            "计算得分": o.scores.total,
            "平台得分": from_cents(to_cents(o.units["平台得分"])),
            "得分": from_cents(o.score_cents),
            "月均得分": from_cents(o.monthly.average),
            "数据完整": texts("是" if c else "否" for c in o.scores.complete),
        }
    )


def _eligibility_table(kind: str, o: Outcome) -> Frame:
    blank = texts([""] * o.units.height)
    return Frame(
        {
            "类别": texts([OBJECT_LABELS[kind]] * o.units.height),
            "学校名称": o.units["学校名称"],
            "教师姓名": o.units["教师姓名"] if kind == "teacher" else blank,
            "账号": o.units["账号"] if kind == "teacher" else blank,
            "是否达标": texts("达标" if e else "未达标" for e in o.eligibility.eligible),
            "未达标原因": o.eligibility.reasons,
        }
    )


def shown_keys(kind: str, units: Frame) -> list[str]:
    """`unit_keys` by what the sheets show, damaged accounts, too: what a unit is found by in an earlier run's."""
    return unit_keys(kind, Frame({c: units[c] for c in NAME_COLUMNS[kind]}))


def _ranks(kind: str, o: Outcome) -> dict[str, float]:
    keys = numbered(shown_keys(kind, o.units.take(o.order)))
    return dict(zip(keys, o.standing.rank[o.order].astype(float).tolist(), strict=True))


def _ranking_table(kind: str, o: Outcome, previous: Previous, same_run: bool) -> Frame:
    units = o.units.take(o.order)
    keys, ranks = numbered(shown_keys(kind, units)), o.standing.rank[o.order].astype(np.float64)
    before = (previous.earlier if same_run else previous.ranks).get(kind, {})
    last: Floats = np.array([before.get(k, np.nan) for k in keys], dtype=np.float64)
    if same_run:
        kept = previous.words.get(kind, {})
        words = [kept.get(k, "") for k in keys]
    else:
        words = [direction(*pair) if before else "" for pair in zip(ranks, last, strict=True)]
    return Frame(
        {
            "名次": ranks,
            **{c: units[c] for c in NAME_COLUMNS[kind]},
            "得分": from_cents(o.score_cents[o.order]),
            "月均得分": from_cents(o.monthly.average[o.order]),
            "并列": texts("并列" if t else "" for t in o.standing.tied[o.order]),
            "上次名次": last,
            "变化": texts(words),
        }
    )


def direction(now: float, before: float) -> str:
    """Which way a unit went: 升2, 降1, 持平, or 新进 for one without an earlier rank (NaN)."""
    if before != before:
        return "新进"
    if now == before:
        return "持平"
    return f"升{before - now:g}" if now < before else f"降{now - before:g}"


def _awards(kind: str, o: Outcome, rules: Rules, findings: Findings) -> list[Frame]:
    return awards(kind, o.units, o.standing, o.order, o.score_cents, o.eligibility.eligible, rules, findings)


def _stack(frames: list[Frame]) -> Frame:
    return (
        Frame({name: np.concatenate([f[name] for f in frames]) for name in frames[0]}) if frames else Frame()
    )


__all__ = [
    "ROW", "Inputs", "Outcome", "Previous", "Results", "calculate", "direction", "judged", "outcome", "shown_keys",
    "unit_keys",
]  # fmt: skip
