"""What 月度通报 shows: the ranks of one month, with those of the month before; names and scores only."""

from __future__ import annotations

import datetime as dt

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.engine.evidence.award_changes import counter
from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.engine.frame import Floats, Frame, Ints, texts
from kongjian.engine.monthly import Months, monthly
from kongjian.engine.outcome import Outcome
from kongjian.engine.ranking import UNRANKED, rank
from kongjian.engine.result_tables import direction
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.forms.job import Document, Job
from kongjian.forms.known import scheme_facts
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Context
from kongjian.rules import Rules
from kongjian.rules.model_forms import MonthlyList
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankMethod
from kongjian.workbook.run import Run

MONTHLY = "月度通报"
_TEMPLATE = f"{MONTHLY}.xlsx"
_MOST_NAMED = 20
"""Schools without a score that are named."""


def sheet_name(kind: str) -> str:
    """The template's sheet of one list."""
    return OBJECT_LABELS[kind]


def jobs(run: Run, today: dt.date, month: str = "", alone: bool = False) -> list[Job]:
    """The lists of one month (YYYY-MM), the latest that has scores unless given; no document where no month has any.

    Raises KongjianError for a month without scores, and without any where nothing else is wanted (`alone`).
    """
    months, lists = run.rules.counted_months(), run.rules.forms.monthly
    known = [m for k, m in enumerate(months) if any(_given(run.results.of(o.object), k).any() for o in lists)]
    if (month and month not in known) or (alone and not known):
        there = f"；有得分的月份：{'、'.join(known)}" if known else ""
        raise KongjianError(f"{month or '各月都'}没有月度得分，写不了{MONTHLY}{there}")
    if not known:
        return [Job(MONTHLY, _TEMPLATE, [], MONTHLY)]
    month = month or known[-1]
    return [Job(MONTHLY, _TEMPLATE, [_document(run, today, months.index(month))], f"{MONTHLY} {month}")]


def _given(outcome: Outcome, at: int) -> np.ndarray:
    return ~np.isnan(outcome.monthly.by_month[:, at])


def _document(run: Run, today: dt.date, at: int) -> Document:
    sheets = [
        Sheet(sheet_name(one.object), sheet_name(one.object), facts(run, one, today, at))
        for one in run.rules.forms.monthly
    ]
    return Document("", f"{MONTHLY} {run.rules.counted_months()[at]}", sheets)


def facts(run: Run, told: MonthlyList, today: dt.date, at: int) -> Context:
    """One list: the month by its position among the counted ones, what it came to in a sentence, the rows."""
    outcome, month = run.results.of(told.object), run.rules.counted_months()[at]
    year, number = month.split("-")
    return {
        **scheme_facts(run.rules, today),
        "标题": told.title,
        "月份": f"{year}年{int(number)}月",
        "概述": _summary(run, outcome, at),
        "说明": _note(run, outcome, told, at),
        "名单": rows(outcome, run.rules, at, told.ranks),
    }


def rows(outcome: Outcome, rules: Rules, at: int, ranks: int = 0) -> Frame:
    """The units with a score in a month, by its ranks down to the one given (0: all).

    Ranks are NaN where a unit has none; 名次变化 is of the month before, 升2, 降1, 新进, "" for no change.
    """
    now, before = _ranked(outcome, rules, at), _ranked(outcome, rules, at - 1)
    scores, last = (_cents(outcome, k) for k in (at, at - 1))
    names, some = outcome.names, now != UNRANKED
    chosen = np.flatnonzero(some & (now <= (ranks or np.iinfo(np.int64).max)))
    own = [names[c][chosen].astype(str) for c in ("账号", "教师姓名", "学校名称") if c in names]
    chosen = chosen[np.lexsort((*own, now[chosen]))]
    was: Floats = np.where(before == UNRANKED, np.nan, before)[chosen]
    compared = bool((before != UNRANKED).any())
    changes = [
        direction(*pair) if compared else "" for pair in zip(now[chosen].astype(float), was, strict=True)
    ]
    apart = np.where((scores == MISSING) | (last == MISSING), MISSING, scores - last)
    return Frame(
        {
            "名次": now[chosen].astype(np.float64),
            "学校名称": names["学校名称"][chosen],
            "姓名": names["教师姓名"][chosen] if "教师姓名" in names else texts([""] * len(chosen)),
            "本月得分": from_cents(scores[chosen]),
            "上月得分": from_cents(last[chosen]),
            "得分变化": from_cents(apart[chosen]),
            "上月名次": was,
            "名次变化": texts(changes),
            "至今月均": from_cents(_averages(outcome, rules, at)[chosen]),
        }
    )


def _cents(outcome: Outcome, at: int) -> Ints:
    """The scores of a month, MISSING where there is none; everywhere before the first month."""
    if at < 0:
        return np.full(outcome.units.height, MISSING)
    return to_cents(outcome.monthly.by_month[:, at])


def _ranked(outcome: Outcome, rules: Rules, at: int) -> Ints:
    """The ranks of a month, equal scores as the reading of ranks says."""
    cents = _cents(outcome, at)
    out, some = np.full(len(cents), UNRANKED, dtype=np.int64), cents != MISSING
    out[some] = rank(cents[some], rules.choice(RankMethod))
    return out


def _averages(outcome: Outcome, rules: Rules, at: int) -> Ints:
    """The monthly average from the first month to this one, months without a score as the reading says."""
    months = outcome.monthly.months
    so_far = Months(months.by_month[:, : at + 1], months.passed[: at + 1])
    return monthly(so_far, outcome.score_cents, outcome.monthly.exact, rules).average


def _summary(run: Run, outcome: Outcome, at: int) -> str:
    """How many have a score, what they have on average, how many reach the mark, each against the month before."""
    label, word = OBJECT_LABELS[outcome.kind], counter(outcome.kind, run.rules)
    mark = pass_mark(run.rules, outcome.kind)
    now, before = (c[c != MISSING] for c in (_cents(outcome, at), _cents(outcome, at - 1)))
    if not now.size:
        return f"本月没有{label}的月度得分。"
    mean, reached = _mean(now), int((now >= round(mark * 100)).sum())
    than = ""
    if before.size:
        apart = round(mean - _mean(before), 2)
        than = f"，比上月{'高' if apart > 0 else '低'}{abs(apart):.2f}分" if apart else "，与上月相同"
    return f"{now.size}{word}{label}有得分，平均{mean:.2f}分{than}；{reached}{word}不低于{mark:g}分。"


def _mean(cents: Ints) -> float:
    return float(from_cents(to_cents(np.array([cents.mean() / 100])))[0])


def _note(run: Run, outcome: Outcome, told: MonthlyList, at: int) -> str:
    """How the ranks are made, how far the list goes, and who has no score."""
    said = ["名次按本月得分排，得分相同的名次相同；“至今月均”是评选期开始到本月的月均"]
    if told.ranks:
        said.append(f"列到第{told.ranks}名")
    absent = np.flatnonzero(_cents(outcome, at) == MISSING)
    label, word = OBJECT_LABELS[outcome.kind], counter(outcome.kind, run.rules)
    if absent.size:
        names = outcome.names["学校名称"][absent[:_MOST_NAMED]].tolist() if outcome.kind == "school" else []
        more = "等" if names and absent.size > _MOST_NAMED else ""
        named = f"：{'、'.join(names)}{more}" if names else ""
        said.append(f"本月没有得分的{label}{absent.size}{word}{named}")
    return "。".join(said) + "。"
