"""Rankings and awards (方案 三、评选奖项)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from kongjian.engine.findings import Findings
from kongjian.engine.frame import Bools, Frame, Ints, texts
from kongjian.engine.ranking import UNRANKED, rank, rank_in_order, shared
from kongjian.engine.rounding import MISSING, from_cents, to_cents
from kongjian.engine.scoring import Scores
from kongjian.rules.model import Award, Rules
from kongjian.rules.readings import RankAmong, RankMethod, Ties
from kongjian.rules.roles import Role

COLUMNS = ("奖项", "名次", "学校名称", "姓名", "得分", "备注")
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
    """Per unit: its rank (0 = not ranked), whether others share it, and the key that was ranked, in cents."""

    rank: Ints
    tied: Bools
    key: Ints


def standing(key: Ints, eligible: Bools, scores: Scores, rules: Rules) -> Standing:
    """Ranks the units that the reading admits by `key` (cents), ties as the readings say."""
    at = np.flatnonzero(_AMONG[rules.choice(RankAmong)](key != MISSING, eligible))
    out = np.full(len(key), UNRANKED, dtype=np.int64)
    method = rules.choice(RankMethod)
    breakers = [to_cents(scores.of(name)[at]) for name in compared(rules)]
    out[at] = rank_in_order([key[at], *breakers], method) if breakers else rank(key[at], method)
    return Standing(out, shared(out), key)


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
        person = table.by_role(Role.ADMINISTRATOR if award.recipient == "administrator" else Role.PERSON)
        out.append(
            Frame(
                {
                    "奖项": texts([award.name] * len(chosen)),
                    "名次": place.rank[chosen].astype(np.float64),
                    "学校名称": units[table.name_of(Role.SCHOOL)][chosen],
                    "姓名": units[person.name][chosen] if person else texts([""] * len(chosen)),
                    "得分": from_cents(score[chosen]),
                    "备注": texts(_note(award, place, int(i), rules.choice(RankMethod)) for i in chosen),
                }
            )
        )
    return out


def holders(award: Award, place: Standing, eligible: Bools) -> Bools:
    """Which units hold an award: those who qualify and whose rank is one of its ranks."""
    return np.asarray((place.rank >= award.first) & (place.rank <= award.last) & eligible)


def more_than_places(award: Award, place: Standing, position: int, method: RankMethod) -> bool:
    """Whether more units share this rank than the award has places for from there on."""
    held = int((place.rank == position).sum())
    return held > 1 and _OVERFULL[method](position, held, award.last)


def _note(award: Award, place: Standing, unit: int, method: RankMethod) -> str:
    """Names a tie, and says so when more share the award's last rank than it has places."""
    if not place.tied[unit]:
        return ""
    position = int(place.rank[unit])
    taken_in = "，一并入选" if more_than_places(award, place, position, method) else ""
    return f"并列第{position}名{taken_in}"
