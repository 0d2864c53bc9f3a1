"""Rankings and awards (方案 三、评选奖项)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, partial

import numpy as np

from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, Texts, texts
from kongjian.engine.ranking import UNRANKED, passed_over, rank, rank_in_order, shared
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Award, Rules
from kongjian.rules.readings import RankAmong, RankMethod, Ties
from kongjian.rules.roles import Role

HANDED_ON, NOTE_JOIN = "递补", "；"
UNIT = "#unit"
"""The position of the unit that a row of 获奖名单 is about."""
REMARK, STATE, WHY = "备注", "状态", "待核实原因"
"""Blank until somebody asks what speaks against an award, see evidence/clean_awards."""
COLUMNS = ("奖项", "名次", "学校名称", "姓名", "得分", REMARK, STATE, WHY)
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
    over, also for declining one before it; `moved`: the ranks by which it is given, without them.
    """

    rank: Ints
    tied: Bools
    key: Ints
    declined: Mapping[str, Texts] = field(default_factory=dict)
    passed: Mapping[str, Bools] = field(default_factory=dict)
    moved: Mapping[str, Ints] = field(default_factory=dict)

    def ranks_for(self, award: Award) -> Ints:
        """The ranks by which an award is given: of those who take it."""
        return self.moved.get(award.name, self.rank)


def standing(
    key: Ints, eligible: Bools, scores: Scores, rules: Rules, declined: Mapping[str, Texts] | None = None
) -> Standing:
    """Ranks the units that the reading admits by `key` (cents), ties as the readings say.

    An award that units decline (`declined`, by its name) goes to the next ones; the ranks stay.
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
    return Standing(out, shared(out), key, gone, over, moved)


def _before(award: Award, rules: Rules) -> list[Award]:
    """An award and those of its ladder for better ranks: who declines one of these takes no place of it."""
    same = (a for a in rules.awards if (a.object, a.recipient) == (award.object, award.recipient))
    return [a for a in same if a is award or a.last < award.first]


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
        if award.recipient == "unit" and units.height and eligible.sum() < award.last:
            findings.add(
                "no_award_place", f"{kind}s", award=award.name, last=award.last, count=int(eligible.sum())
            )
        method = rules.choice(RankMethod)
        taken_in = cache(partial(more_than_places, award, place, eligible, method=method))
        person = table.by_role(Role.ADMINISTRATOR if award.recipient == "administrator" else Role.PERSON)
        out.append(
            Frame(
                {
                    "奖项": texts([award.name] * len(chosen)),
                    "名次": place.rank[chosen].astype(np.float64),
                    "学校名称": units[table.name_of(Role.SCHOOL)][chosen],
                    "姓名": units[person.name][chosen] if person else texts([""] * len(chosen)),
                    "得分": from_cents(score[chosen]),
                    REMARK: texts(_note(award, place, int(i), taken_in) for i in chosen),
                    STATE: texts([""] * len(chosen)),
                    WHY: texts([""] * len(chosen)),
                    UNIT: chosen.astype(np.float64),
                }
            )
        )
    return out


def holders(award: Award, place: Standing, eligible: Bools) -> Bools:
    """Which units hold an award: those who qualify and whose rank among its takers is one of its ranks."""
    rank = place.ranks_for(award)
    return np.asarray((rank >= award.first) & (rank <= award.last) & eligible)


def more_than_places(
    award: Award, place: Standing, eligible: Bools, position: int, method: RankMethod
) -> bool:
    """Whether more units that qualify share this rank among its takers than the award has places for from there on."""
    held = int(((place.ranks_for(award) == position) & eligible).sum())
    return held > 1 and _OVERFULL[method](position, held, award.last)


def _note(award: Award, place: Standing, unit: int, overfull: Callable[[int], bool]) -> str:
    """Who moved up for whom; a tie, and whether more share the award's last rank than it has places (`overfull`)."""
    said = [handed_on(award, place, unit)]
    if place.tied[unit]:
        position = int(place.ranks_for(award)[unit])
        taken_in = "，一并入选" if overfull(position) else ""
        said.append(f"并列第{int(place.rank[unit])}名{taken_in}")
    return NOTE_JOIN.join(filter(None, said))


def handed_on(award: Award, place: Standing, unit: int) -> str:
    """递补 and who declined, for a unit whose own rank is none of the award's; else ""."""
    rank = int(place.rank[unit])
    if award.first <= rank <= award.last:
        return ""
    ahead = [(place.rank[i], word) for i, word in passed(award, place) if place.rank[i] < rank]
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
