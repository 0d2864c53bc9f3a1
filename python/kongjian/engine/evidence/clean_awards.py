"""确定 or 待核实: what speaks against each award, named with what would settle it (spec: clean or provisional)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from kongjian.engine.authority import counting
from kongjian.engine.awards import STATE, UNIT, WHY, Standing, holders, standing
from kongjian.engine.calculate import RANK_BY
from kongjian.engine.eligibility import eligibility
from kongjian.engine.evidence.concerned import Concerned
from kongjian.engine.findings import Finding
from kongjian.engine.frame import Bools, Ints, texts
from kongjian.engine.matching import ACCOUNT, locate, rows, school_keys
from kongjian.engine.monthly import in_period, monthly
from kongjian.engine.outcome import Inputs, Outcome, Results
from kongjian.engine.ranking import UNRANKED
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.engine.scoring import Scores, exact_totals
from kongjian.rules.model import Award, Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.readings import RankBy
from kongjian.rules.roles import Role
from kongjian.rules.wording import named_months

CLEAN, OPEN = "确定", "待核实"
_JOIN = "；"
_SCORE = {False: "计算得分", True: "平台得分"}


@dataclass(frozen=True)
class Doubt:
    """One reason why a unit's awards are provisional: its finding, and the positions of the awards in the rules.

    `before` are the units that could still come before it.
    """

    kind: str
    unit: int
    awards: tuple[int, ...]
    finding: Finding
    before: tuple[int, ...] = ()


def doubts(results: Results, inputs: Inputs, rules: Rules, errors: Sequence[Finding]) -> list[Doubt]:
    """Every reason against every award, each as a finding of its own; `errors` are the findings not accepted that are 错误."""
    return [d for kind in OBJECT_LABELS for d in _Kind(kind, results, inputs, rules, errors).doubts()]


def judged_awards(
    results: Results, found: Sequence[Doubt], settled: Sequence[Finding], rules: Rules
) -> Results:
    """The results whose 获奖名单 says of each award whether it is clean; `settled` are doubts that staff accepted."""
    gone = {id(f) for f in settled}
    why: dict[tuple[str, int, int], list[str]] = {}
    for doubt in found:
        if id(doubt.finding) not in gone:
            for award in doubt.awards:
                why.setdefault((doubt.kind, doubt.unit, award), []).append(doubt.finding.params["reason"])
    table = results.tables["Awards"]
    at = {award.name: k for k, award in enumerate(rules.awards)}
    keys = [
        (rules.awards[at[name]].object, int(unit), at[name])
        for name, unit in zip(table["奖项"], table[UNIT].tolist(), strict=True)
    ]
    said = [_JOIN.join(why.get(key, [])) for key in keys]
    table = table.having(**{STATE: texts(OPEN if s else CLEAN for s in said), WHY: texts(said)})
    return replace(results, tables={**results.tables, "Awards": table})


class _Kind:
    """The awards of one kind of unit."""

    def __init__(
        self, kind: str, results: Results, inputs: Inputs, rules: Rules, errors: Sequence[Finding]
    ) -> None:
        self._kind, self._rules, self._inputs, self._results = kind, rules, inputs, results
        self._o: Outcome = results.of(kind)
        self._table = rules.table(f"{kind}s")
        self._held = {
            k: holders(award, self._o.standing, self._o.eligibility.eligible)
            for k, award in enumerate(rules.awards)
            if award.object == kind
        }
        self._near: dict[tuple[int, int], dict[bool, bool]] = {}
        self._ranks: dict[int, tuple[Bools, Ints, Ints]] = {}
        self._before: dict[tuple[int, int], list[int]] = {}
        self._concerned = Concerned(kind, results, inputs, rules)
        self._errors = self._by_unit(errors)
        self._open = self._o.unsettled | self._in_error()

    def doubts(self) -> Iterator[Doubt]:
        """Reason by reason; those that several awards of a unit share are said once."""
        winners = np.flatnonzero(
            np.logical_or.reduce([*self._held.values(), np.zeros(self._o.units.height, bool)])
        )
        for i in winners.tolist():
            mine = tuple(k for k, held in self._held.items() if held[i])
            for code, params in self._of_unit(i):
                yield self._doubt(i, mine, code, params)
            shared: dict[tuple[str, tuple[tuple[str, Any], ...]], list[int]] = {}
            for k in mine:
                for code, params in self._of_award(k, self._rules.awards[k], i):
                    shared.setdefault((code, tuple(params.items())), []).append(k)
            for (code, items), which in shared.items():
                doubt = self._doubt(i, tuple(which), code, dict(items))
                before = {u for k in which for u in self._before.get((k, i), ())}
                yield replace(doubt, before=tuple(before) if code == "award_beyond" else ())

    def _doubt(self, i: int, awards: tuple[int, ...], code: str, params: Mapping[str, Any]) -> Doubt:
        reason = self._rules.problems[code].text.partition("：")[2].format(**params)
        names = "、".join(self._rules.awards[k].name for k in awards)
        found = Finding(
            code,
            f"{self._kind}s",
            int(rows(self._o.units)[i]),
            "",
            {**params, "awards": names, "reason": reason},
        )
        return Doubt(self._kind, i, awards, found)

    def _of_unit(self, i: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """What concerns the unit whatever the award."""
        for finding in self._errors.get(i, []):
            yield "award_error", {"problem": self._word(finding)}
        names = [n for n, gone in zip(self._o.scores.names, self._o.unsettled[:, i], strict=True) if gone]
        if names:
            yield "award_incomplete", {"indicators": "、".join(names)}
        if self._kind == "teacher":
            yield from self._identity(i)
        yield from self._months(i)
        if gaps := self._log_gaps(i):
            yield "award_log_gap", {"months": gaps}

    def _identity(self, i: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """An account that is missing or damaged, a school that 学校数据 does not know."""
        units = self._o.units
        account = self._table.name_of(Role.ACCOUNT)
        if not units[account][i]:
            yield "award_no_account", {"column": account}
        elif not units[ACCOUNT][i]:
            yield "award_bad_account", {"column": account, "found": units[account][i]}
        if self._strangers[i]:
            yield "award_no_school", {"school": self._o.names["学校名称"][i]}

    @cached_property
    def _strangers(self) -> Bools:
        known = self._inputs.schools[self._rules.table("schools").name_of(Role.SCHOOL)]
        return np.asarray(locate(school_keys(self._o.names["学校名称"]), school_keys(known)) < 0)

    def _months(self, i: int) -> Iterator[tuple[str, dict[str, Any]]]:
        months, counted = self._o.monthly.months, self._rules.counted_months()
        if not months.passed.any():
            yield "award_no_months", {}
            return
        if months.lacking[i].any():
            yield "award_months", {"months": named_months(months.lacking[i], counted)}
        if not months.passed.all():
            yield "award_months_to_come", {"months": named_months(~months.passed, counted)}

    def _log_gaps(self, i: int) -> str:
        """The months that the log lacks, where the unit's measures rest on it."""
        gaps = self._results.log.gaps(in_period(self._o.monthly.months.passed, self._rules))
        if not gaps.any() or not self._concerned.from_log[i]:
            return ""
        return named_months(gaps, self._rules.period.months())

    def _of_award(self, k: int, award: Award, i: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """What concerns this one award."""
        if award.to_person:
            column = self._table.by_role(award.named_by)
            if column and not self._o.units[column.name][i]:
                yield "award_no_administrator", {"column": column.name}
        whole = bool(self._whole[i])
        if self._near_line(k, i)[not whole]:
            yield "award_mixed", {"own": _SCORE[whole], "other": _SCORE[not whole]}
        yield from self._share_base(k, award, i)
        raised, rank, last = self._raised(k)
        if rank[i] > last[i]:
            place, names = self._o.standing.ranks_for(award), self._o.names
            before = raised & (rank < rank[i]) & self._with(k, i)
            behind = before & ((place > place[i]) | (place == UNRANKED))
            # dense ranks also move when one of several equals in front rises to a rank of its own
            before = np.flatnonzero(behind if behind.any() else before)
            self._before[k, i] = before.tolist()
            first = before[np.argmin(rank[before])]
            shown = [names[c][first] for c in ("教师姓名", "学校名称") if c in names]
            yield "award_beyond", {"who": shown[0], "count": len(before), "last": int(last[i])}

    def _with(self, k: int, i: int) -> Bools:
        """Among whom a unit competes for an award."""
        places = self._o.standing.places.get(self._rules.awards[k].name)
        everybody: Bools = np.ones(self._o.units.height, dtype=bool)
        return places.members(int(places.groups.of[i])) if places else everybody

    def _share_base(self, k: int, award: Award, i: int) -> Iterator[tuple[str, dict[str, Any]]]:
        """A share would reach less far were those not counted who qualify and have an unaccepted error."""
        place = self._o.standing
        if not award.share or not self._errors:
            return
        last = self._sure.last_for(award)[i]
        if place.ranks_for(award)[i] > last:
            doubted = [
                u for u in sorted(self._errors) if self._o.eligibility.eligible[u] and self._with(k, i)[u]
            ]
            names = self._o.names
            shown = [names[c][doubted[0]] for c in ("教师姓名", "学校名称") if c in names]
            yield "award_share_base", {"who": shown[0], "count": len(doubted), "last": int(last)}

    @cached_property
    def _sure(self) -> Standing:
        """The standing in which a share is of those alone who qualify for sure."""
        o, sure = self._o, self._o.eligibility.eligible.copy()
        sure[list(self._errors)] = False
        return standing(
            o.standing.key, o.eligibility.eligible, o.scores, self._rules, o.standing.declined, o.standing.groups, sure
        )  # fmt: skip

    @cached_property
    def _whole(self) -> Bools:
        """Whose score is the platform's as a whole."""
        return np.asarray(self._o.adopted.all(axis=0))

    def _near_line(self, k: int, i: int) -> dict[bool, bool]:
        """Whether anybody near an award's line has a computed score (False), or the platform's (True)."""
        places = self._o.standing.places.get(self._rules.awards[k].name)
        part = k, int(places.groups.of[i]) if places else 0
        if part not in self._near:
            key, those = self._o.standing.key, self._with(k, i)
            margin = round(self._rules.evidence.near.rank_points * 100)
            near = (np.abs(key - key[self._held[k] & those].min()) <= margin) & (key != MISSING)
            near &= self._o.eligibility.eligible & self._takes(k) & those
            self._near[part] = {w: bool((near & (self._whole == w)).any()) for w in _SCORE}
        return self._near[part]

    def _takes(self, k: int) -> Bools:
        """Who does not decline an award, nor one before it."""
        nobody = np.zeros(self._o.units.height, dtype=bool)
        return ~self._o.standing.passed.get(self._rules.awards[k].name, nobody)

    def _raised(self, k: int) -> tuple[Bools, Ints, Ints]:
        """Who outside an award could still gain, every unit's rank had all of them full points for what is open, and the

        last rank that wins for sure: whoever comes to qualify may as well not add to a share.
        """
        if k not in self._ranks:
            scores, key, eligible = self._at_best
            o = self._o
            raised = self._open.any(axis=0) & eligible & ~self._held[k] & self._takes(k)
            mixed = replace(
                o.scores, by_indicator=np.where(raised, scores.by_indicator, o.scores.by_indicator)
            )
            place = standing(
                np.where(raised, key, o.standing.key), o.eligibility.eligible | raised, mixed, self._rules,
                o.standing.declined, o.standing.groups, o.eligibility.eligible,
            )  # fmt: skip
            award = self._rules.awards[k]
            self._ranks[k] = raised, place.ranks_for(award), place.last_for(award)
        return self._ranks[k]

    @cached_property
    def _at_best(self) -> tuple[Scores, Ints, Bools]:
        """Every unit with full points wherever something is open: its scores, what it is ranked by, whether it qualifies."""
        o, scheme, rules = self._o, self._rules.object(self._kind), self._rules
        points = np.array([i.points for i in scheme.indicators], dtype=np.float64)[:, np.newaxis]
        full = np.where(self._open, points, o.scores.by_indicator)
        scores = replace(
            o.scores, by_indicator=full, cents=to_cents(exact_totals(full, o.units, scheme, rules))
        )
        counted = counting(o.units, o.platform, scores, scheme, rules)
        months = monthly(o.monthly.months, counted.cents, counted.exact, rules)
        key = RANK_BY[rules.choice(RankBy)](counted.cents, months)
        return scores, key, eligibility(o.units, months, self._kind, rules).eligible

    def _in_error(self) -> Bools:
        """The indicators of which a unit's own cell is an unaccepted error."""
        out: Bools = np.zeros(self._o.scores.missing.shape, dtype=bool)
        columns = {i.column: k for k, i in enumerate(self._rules.object(self._kind).indicators)}
        for i, findings in self._errors.items():
            for finding in findings:
                if finding.table == f"{self._kind}s" and finding.column in columns:
                    out[columns[finding.column], i] = True
        return out

    def _by_unit(self, errors: Sequence[Finding]) -> dict[int, list[Finding]]:
        """The errors by the unit that they concern: its own row, its months; of a school whose score rests on them, its teachers, classes and events."""
        out: dict[int, list[Finding]] = {}
        for finding in errors:
            for i in self._concerned.units(finding):
                out.setdefault(i, []).append(finding)
        return out

    def _word(self, finding: Finding) -> str:
        text = self._rules.problems[finding.code].text
        return text.format(
            **{"column": finding.column, **{k: str(v)[:40] for k, v in finding.params.items()}}
        )
