"""Rankings and awards (方案 三、评选奖项)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache

import numpy as np

from kongjian.engine.award_places import Groups, Places, each_group, one_group, places_of
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, Texts, texts
from kongjian.engine.ranking import TIED, UNRANKED, passed_over, rank, rank_in_order, shared
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Award, Rules
from kongjian.rules.readings import RankAmong, RankMethod, Ties
from kongjian.rules.roles import Role

HANDED_ON, NOTE_JOIN = "递补", "；"
IN_GROUP = "组内"
UNIT = "#unit"
"""The position of the unit that a row of 获奖名单 is about."""
REMARK, STATE, WHY = "备注", "状态", "待核实原因"
"""Blank until somebody asks what speaks against an award, see evidence/clean_awards."""
AWARD_COLUMNS = ("奖项", "名次", "学校名称", "姓名", "得分", REMARK, STATE, WHY)
_AMONG: dict[RankAmong, Callable[[Bools, Bools], Bools]] = {
    RankAmong.ELIGIBLE: lambda scored, eligible: scored & eligible,
    RankAmong.ALL: lambda scored, _: scored,
}
_COMPARED: dict[Ties, Callable[[tuple[str, ...]], tuple[str, ...]]] = {
    Ties.INCLUDE: lambda _: (),
    Ties.ORDER: lambda breakers: breakers,
}
# whether `held` units that share a rank are more than an award has places from there to its last rank
_OVERFULL: dict[RankMethod, Callable[[int, int, int], bool]] = {
    RankMethod.COMPETITION: lambda position, held, last: position + held - 1 > last,
    RankMethod.DENSE: lambda position, _, last: position == last,
}


@dataclass(frozen=True)
class Standing:
    """Per unit: its rank (0 = not ranked), whether others share it, and the key that was ranked, in cents.

    `declined`: by award the word with which a unit declines it, "" for others; by award that is declined `passed`: whom it passes
    over, also for declining one before it; `moved`: the ranks by which it is given, without them. `groups` and `places` by
    award where the ranks of all do not decide.
    """

    rank: Ints
    tied: Bools
    key: Ints
    declined: Mapping[str, Texts] = field(default_factory=dict)
    passed: Mapping[str, Bools] = field(default_factory=dict)
    moved: Mapping[str, Ints] = field(default_factory=dict)
    groups: Mapping[str, Groups] = field(default_factory=dict)
    places: Mapping[str, Places] = field(default_factory=dict)

    def ranks_for(self, award: Award) -> Ints:
        """The ranks by which an award is given: of those who take it, in their group where it has groups."""
        places = self.places.get(award.name)
        return places.rank if places else self.moved.get(award.name, self.rank)

    @property
    def by_column(self) -> dict[str, Places]:
        """The places of an award for each column that groups any, by the column."""
        return {p.column: p for p in self.places.values() if p.column}

    def last_for(self, award: Award) -> Ints:
        """By unit the last rank, as `ranks_for` counts, that an award reaches."""
        places = self.places.get(award.name)
        return places.last if places else np.full(len(self.rank), award.last, dtype=np.int64)

    def reaches(self, award: Award) -> Bools:
        """Who has the least score of an award, by what is ranked."""
        return np.asarray(self.key >= round(award.least * 100))

    def line_of(self, award: Award) -> int | None:
        """An award's line, the score that it takes, in cents: the lowest of those whom its ranks reach, at least its least one.

        None where each group has a line of its own, or nobody has such a rank.
        """
        ranks = self.ranks_for(award)
        within = self.key[(ranks != UNRANKED) & (ranks <= self.last_for(award))]
        # below the least score a place stays free: who has just that much takes it
        return None if award.group or not len(within) else max(int(within.min()), round(award.least * 100))

    def parts(self, award: Award) -> Iterator[tuple[str, Award, Standing]]:
        """An award group by group: what the group is called, the award with the ranks that win there, who stands how.

        An award that the ranks of all decide is its own and only part, "" its name.
        """
        places = self.places.get(award.name)
        if places is None:
            yield "", award, self
            return
        for group, name in each_group(places):
            yield name, one_group(award, places, group), self.within(award, group)

    def within(self, award: Award, group: int) -> Standing:
        """The standing among the members of one group of an award, who declines it left out."""
        places = self.places[award.name]
        ranks = np.where(places.members(group), places.rank, UNRANKED)
        return Standing(ranks, shared(ranks), self.key)


def standing(
    key: Ints,
    eligible: Bools,
    scores: Scores,
    rules: Rules,
    declined: Mapping[str, Texts] | None = None,
    groups: Mapping[str, Groups] | None = None,
    sure: Bools | None = None,
) -> Standing:
    """Ranks the units that the reading admits by `key` (cents), ties as the readings say.

    An award that units decline (`declined`, by its name) goes to the next ones; the ranks stay. `groups` as `groups_of`
    gives them; `sure` are those of whom a share is, by default all who qualify.
    """
    at = np.flatnonzero(_AMONG[rules.choice(RankAmong)](key != MISSING, eligible))
    out = np.full(len(key), UNRANKED, dtype=np.int64)
    method = rules.choice(RankMethod)
    breakers = [to_cents(scores.of(name)[at]) for name in compared(rules)]
    out[at] = rank_in_order([key[at], *breakers], method) if breakers else rank(key[at], method)
    gone = {} if declined is None else declined
    over = {
        award.name: np.logical_or.reduce(those)
        for award in rules.awards
        if (those := [gone[a.name] != "" for a in _before(award, rules) if a.name in gone])
    }
    moved = {name: passed_over(out, units, method) for name, units in over.items()}
    grouped = groups or {}
    counted = (out != UNRANKED) & (eligible if sure is None else sure)
    places = places_of(grouped, out, counted, over, rules)
    return Standing(out, shared(out), key, gone, over, moved, grouped, places)


def _before(award: Award, rules: Rules) -> list[Award]:
    """An award and those of its ladder for better ranks: who declines one of these takes no place of it."""
    ladder = award.object, award.recipient, award.group
    same = [a for a in rules.awards if (a.object, a.recipient, a.group) == ladder]
    place = same.index(award)
    return [
        a
        for k, a in enumerate(same)
        if a is award
        or (not a.share and (bool(award.share) or a.last < award.first))
        or (bool(a.share and award.share) and k < place)
    ]


def compared(rules: Rules) -> tuple[str, ...]:
    """The indicators whose scores are compared in turn among equals; none where equals share a rank."""
    return _COMPARED[rules.choice(Ties)](rules.tie_breakers)


def ranking_order(place: Standing, schools: np.ndarray, keys: np.ndarray) -> Ints:
    """Positions of the ranked units by rank, then school, then account or name."""
    at = np.flatnonzero(place.rank != UNRANKED)
    return at[np.lexsort((keys[at].astype(str), schools[at].astype(str), place.rank[at]))]


def awards(
    kind: str, units: Frame, place: Standing, order: Ints, score: Ints, eligible: Bools, rules: Rules,
    findings: Findings,
) -> list[Frame]:  # fmt: skip
    """One frame per award of this kind of unit, rows by rank; only those who qualify are awarded."""
    out, table = [], rules.table(f"{kind}s")
    for award in rules.awards:
        if award.object != kind:
            continue
        chosen = order[holders(award, place, eligible)[order]]
        if not award.to_person and units.height:
            _report_few(award, place, eligible, kind, findings)
        taken_in = _taken_in(award, place, eligible, rules.choice(RankMethod))
        person = table.by_role(award.named_by)
        out.append(
            Frame(
                {
                    "奖项": texts([award.name] * len(chosen)),
                    "名次": place.rank[chosen].astype(np.float64),
                    "学校名称": units[table.name_of(Role.SCHOOL)][chosen],
                    "姓名": units[person.name][chosen] if person else texts([""] * len(chosen)),
                    "得分": from_cents(score[chosen]),
                    REMARK: texts(_note(award, place, int(i), taken_in, units) for i in chosen),
                    STATE: texts([""] * len(chosen)),
                    WHY: texts([""] * len(chosen)),
                    UNIT: chosen.astype(np.float64),
                }
            )
        )
    return out


def holders(award: Award, place: Standing, eligible: Bools) -> Bools:
    """Which units hold an award: those who qualify and whose rank among its takers is one of its ranks."""
    rank, places = place.ranks_for(award), place.places.get(award.name)
    first, last = (places.first, places.last) if places else (award.first, award.last)
    held = (rank >= first) & (rank <= last) & eligible
    return np.asarray(held & place.reaches(award) if award.least else held)


def _report_few(award: Award, place: Standing, eligible: Bools, kind: str, findings: Findings) -> None:
    """Finds places of an award for which too few qualify."""
    if award.share:
        return
    places = place.places.get(award.name)
    for group, name in each_group(places) if places else [(0, "")]:
        count = int((eligible & places.members(group)).sum()) if places else int(eligible.sum())
        if count < award.last:
            said = f"{award.name}（{name}）" if name else award.name
            findings.add("no_award_place", f"{kind}s", award=said, last=award.last, count=count)


def _taken_in(award: Award, place: Standing, eligible: Bools, method: RankMethod) -> Callable[[int], bool]:
    """Whether more than an award has places for share a unit's rank, each group and rank looked at once."""
    places = place.places.get(award.name)
    ranks = place.ranks_for(award)

    @cache
    def overfull(group: int, position: int) -> bool:
        of, standing_ = (
            (one_group(award, places, group), place.within(award, group)) if places else (award, place)
        )
        return more_than_places(of, standing_, eligible, position, method)

    return lambda unit: overfull(int(places.groups.of[unit]) if places else 0, int(ranks[unit]))


def more_than_places(
    award: Award, place: Standing, eligible: Bools, position: int, method: RankMethod
) -> bool:
    """Whether more units that qualify share this rank among its takers than the award has places for from there on."""
    held = int(((place.ranks_for(award) == position) & eligible).sum())
    return held > 1 and _OVERFULL[method](position, held, award.last)


def _note(award: Award, place: Standing, unit: int, overfull: Callable[[int], bool], units: Frame) -> str:
    """Who moved up for whom; the rank in a group; a tie, and whether more share the award's last rank than it has places

    (`overfull`).
    """
    said, places = [handed_on(award, place, unit)], place.places.get(award.name)
    grouped = places if award.group else None
    rank, tied = (grouped.own, grouped.tied) if grouped else (place.rank, place.tied)
    if grouped or tied[unit]:
        taken_in = "，一并入选" if tied[unit] and overfull(unit) else ""
        head = f"{IN_GROUP}{TIED if tied[unit] else ''}" if grouped else TIED
        group = f"（{units[award.group][unit]}）" if grouped else ""
        said.append(f"{head}第{int(rank[unit])}名{group}{taken_in}")
    return NOTE_JOIN.join(filter(None, said))


def handed_on(award: Award, place: Standing, unit: int) -> str:
    """递补 and who declined, for a unit whose own rank is none of the award's; else ""."""
    rank, places = int(place.rank[unit]), place.places.get(award.name)
    own, first, last = (
        (int(places.own[unit]), int(places.first[unit]), int(places.last[unit]))
        if places
        else (rank, award.first, award.last)
    )
    if first <= own <= last:
        return ""
    with_it = places.members(int(places.groups.of[unit])) if places else np.ones(len(place.rank), dtype=bool)
    ahead = [(place.rank[i], word) for i, word in passed(award, place) if place.rank[i] < rank and with_it[i]]
    return f"{HANDED_ON}，原{'、'.join(f'第{r}名{word}' for r, word in ahead if r != UNRANKED)}"


def passed(award: Award, place: Standing) -> list[tuple[int, str]]:
    """The units that an award passes over and the word with which each declines, by rank; the unranked come last."""
    gone = np.flatnonzero(place.passed[award.name])
    gone = gone[np.lexsort((place.rank[gone], place.rank[gone] == UNRANKED))]
    own = place.declined.get(award.name)
    return [
        (i, own[i] if own is not None and own[i] else next(w[i] for w in place.declined.values() if w[i]))
        for i in gone.tolist()
    ]
