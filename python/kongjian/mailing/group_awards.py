"""Awards of a live copy that the ranks of all do not decide: in groups, by a share, with a least score, by formulas.

Who is in which group, and who declines, stands fixed; ranks in a group, places of a share and who is in follow the scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.engine.award_places import Places
from kongjian.engine.awards import HANDED_ON, IN_GROUP, NOTE_JOIN, holders, passed
from kongjian.engine.frame import Bools, Ints
from kongjian.engine.ranking import TIED, UNRANKED
from kongjian.mailing.copy_sheets import CopyColumn, Place, Value, numbers
from kongjian.mailing.formulas import SHADE
from kongjian.mailing.passed_over import at_edge, in_order, tie_text
from kongjian.mailing.rule_cells import RuleSheet
from kongjian.mailing.units import Units
from kongjian.rules.ladders import before, groups, ladder
from kongjian.rules.model import Award, Rules
from kongjian.rules.readings import RankMethod
from kongjian.rules.wording import rank_in

QUALIFIES = "达标否"
_GROUP, _COUNTED, _TAKES, _TAKERS, _AMONG, _LAST, _IN, _SO_FAR = (
    "组号", "组计", "参加", "参加计", "奖内名次", "末名次", "入选", "入选序",
)  # fmt: skip
_DECLINES = "不参加"
_RANKS_COUNT = {RankMethod.COMPETITION: False, RankMethod.DENSE: True}
"""Whether better ranks are counted in the place of those who have them."""
Column = tuple[str, list[Value], str]
"""A column of the ranking sheet: its name, the values of the ranked units, its formula."""


@dataclass(frozen=True)
class Quota:
    """One such award: its number in the copy, from 1, and which group its groups are, 0 for everybody.

    `gone`: who declines it, None where nobody does.
    """

    number: int
    award: Award
    at: int
    gone: Bools | None

    def name(self, column: str) -> str:
        return f"{column}{self.number}"

    @property
    def group(self) -> str:
        return f"{_GROUP}{self.at}"

    @property
    def own(self) -> str:
        """The column of the ranks among which it is given, whoever declines."""
        return rank_in(self.award.group) if self.award.group else "名次"

    @property
    def rank(self) -> str:
        """The column of the ranks by which it is given."""
        return self.own if self.gone is None else self.name(_AMONG)

    @property
    def so_far(self) -> str:
        return self.name(_SO_FAR)

    @property
    def names(self) -> list[str]:
        """Its columns of the ranking sheet."""
        out = [] if self.gone is None else [_TAKES, _TAKERS, _AMONG]
        out += [_LAST] if self.award.share else []
        return [self.name(c) for c in (*out, _IN, _SO_FAR)]


def quotas(some: Units, rules: Rules) -> list[Quota]:
    """The awards of this kind of unit that ranks alone do not decide."""
    own = [
        (n, a)
        for n, a in enumerate(in_order(rules), start=1)
        if a.object == some.kind and (a.least or not a.by_rank)
    ]
    columns = group_columns(some, rules)
    passed_ = some.standing.passed
    return [Quota(n, a, columns.index(a.group), passed_.get(a.name)) for n, a in own]


def group_columns(some: Units, rules: Rules) -> list[str]:
    """The columns of groups, everybody ("") first."""
    return ["", *groups(rules.awards, some.kind)]


def score_names(some: Units, rules: Rules) -> list[str]:
    """The columns of the score sheet that say who is in which group and who declines."""
    return [c.name for c in flags(some, rules)]


def flags(some: Units, rules: Rules) -> list[CopyColumn]:
    """These columns: a group's number, from 1, or blank; 1 for who declines."""
    out: list[tuple[str, list[Value]]] = []
    for k, column in enumerate(group_columns(some, rules)):
        if column:
            of = some.standing.by_column[column].groups.of
            out.append((f"{_GROUP}{k}", [float(g + 1) if g >= 0 else None for g in of.tolist()]))
    for quota in quotas(some, rules):
        if quota.gone is not None:
            out.append((quota.name(_DECLINES), [1.0 if g else None for g in quota.gone.tolist()]))
    return [CopyColumn(name, "rank", 8, values, helper=True) for name, values in out]


def ranking_names(some: Units, rules: Rules) -> list[str]:
    """The helper columns of the ranking sheet."""
    found = quotas(some, rules)
    if not found:
        return []
    shared = [f"{name}{k}" for k in _used(found) for name in (_GROUP, _COUNTED)]
    return [QUALIFIES, *shared, *(name for quota in found for name in quota.names)]


def _used(found: Sequence[Quota]) -> list[int]:
    return sorted({quota.at for quota in found})


@dataclass(frozen=True)
class Ranked:
    """The ranking sheet of one kind as these formulas see it."""

    some: Units
    rules: Rules
    own: Place
    scores: Place
    cells: RuleSheet
    found: str
    qualifies: str

    def columns(self) -> list[Column]:
        """Every helper column; those in which units have no row are blank."""
        found = quotas(self.some, self.rules)
        if not found:
            return []
        at, eligible = self.some.ranked, self.some.eligible
        out = [(QUALIFIES, numbers(eligible[at]), f"IF({self.qualifies},1,0)")]
        for k in _used(found):
            out += self._group(k)
        for quota in found:
            out += self._quota(quota)
        return [(name, values, f'IF({self.found}="","",{formula})') for name, values, formula in out]

    def rank_formula(self, column: str) -> str:
        """The visible rank in the groups of a column."""
        k = group_columns(self.some, self.rules).index(column)
        group = self.own.own(f"{_GROUP}{k}")
        return f'IF({self.found}="","",IF({group}=0,"",{self._rank(k, f"{_COUNTED}{k}")}))'

    def _rank(self, k: int, counted: str) -> str:
        """One more than are counted in the row's group with a better rank."""
        group, own = f"{_GROUP}{k}", self.own
        return (
            f"COUNTIFS({own.range(group)},{own.own(group)},{own.range(counted)},1,"
            f'{own.range("名次")},"<"&{own.own("名次")})+1'
        )

    def _group(self, k: int) -> list[Column]:
        of = self._groups(k)[self.some.ranked] + 1
        flagged, formula = self._counted(k, f"{_GROUP}{k}", of > 0)
        number = "1" if k == 0 else f"INDEX({self.scores.range(f'{_GROUP}{k}')},{self.found})"
        return [(f"{_GROUP}{k}", numbers(of), number), (f"{_COUNTED}{k}", numbers(flagged), formula)]

    def _groups(self, k: int) -> Ints:
        column = group_columns(self.some, self.rules)[k]
        everybody = np.zeros(self.some.height, dtype=np.int64)
        return self.some.standing.by_column[column].groups.of if column else everybody

    def _counted(self, k: int, column: str, among: Bools) -> tuple[Bools, str]:
        """Who counts for a rank in a group: everybody `among`, or with dense ranks the first of each rank; the formula.

        `column` holds a number above 0 for who is among.
        """
        own, group = self.own, f"{_GROUP}{k}"
        test = f"{own.own(column)}>0"
        if not _RANKS_COUNT[self.rules.choice(RankMethod)]:
            return among, f"IF({test},1,0)"
        at = self.some.ranked
        pairs = zip(
            self._groups(k)[at].tolist(), self.some.standing.rank[at].tolist(), among.tolist(), strict=True
        )
        seen: set[tuple[int, int]] = set()
        first = []
        for of, rank, counts in pairs:
            first.append(counts and (of, rank) not in seen)
            if counts:
                seen.add((of, rank))
        ahead = ",".join(
            f"{_down_to_above(own, name)},{wanted}"
            for name, wanted in ((group, own.own(group)), (column, '">0"'), ("名次", own.own("名次")))
        )
        return np.array(first, dtype=bool), f"IF({test},IF(COUNTIFS({ahead})=0,1,0),0)"

    def _quota(self, quota: Quota) -> list[Column]:
        some, own, award = self.some, self.own, quota.award
        at, place = some.ranked, some.standing
        out: list[Column] = []
        if quota.gone is not None:
            takes = (self._groups(quota.at)[at] >= 0) & ~quota.gone[at]
            declines = f"INDEX({self.scores.range(quota.name(_DECLINES))},{self.found})"
            test = f"IF(AND({own.own(quota.group)}>0,{declines}<>1),1,0)"
            flagged, formula = self._counted(quota.at, quota.name(_TAKES), takes)
            ranks = place.ranks_for(award)[at].tolist()
            among: list[Value] = [float(r) if r != UNRANKED else "" for r in ranks]
            rank = f'IF({own.own(quota.name(_TAKES))}=1,{self._rank(quota.at, quota.name(_TAKERS))},"")'
            out += [
                (quota.name(_TAKES), numbers(takes), test),
                (quota.name(_TAKERS), numbers(flagged), formula),
                (quota.name(_AMONG), among, rank),
            ]
        if award.share:
            lasts = place.last_for(award)[at].astype(np.float64)
            inside = self._groups(quota.at)[at] >= 0
            last: list[Value] = [v if i else "" for v, i in zip(lasts.tolist(), inside.tolist(), strict=True)]
            group = quota.group
            size = f"COUNTIFS({own.range(group)},{own.own(group)},{own.range(QUALIFIES)},1)"
            places = f"IF({size}=0,0,MAX(1,INT({self.cells.award_share(quota.number - 1)}*{size}+{SHADE})))"
            out.append((quota.name(_LAST), last, f'IF({own.own(group)}=0,"",{self.first(quota)}+{places}-1)'))
        held = holders(award, place, some.eligible)[at]
        rank, least = own.own(quota.rank), ""
        if award.least:
            score = f"INDEX({self.scores.range('排名分')},{self.found})"
            least = f",{score}>={self.cells.award_least(quota.number - 1)}-{SHADE}"
        tests = f"{own.own(QUALIFIES)}=1,{rank}>={self.first(quota)},{rank}<={self.last(quota)}{least}"
        out += [
            (quota.name(_IN), numbers(held), f'IF({rank}="",0,IF(AND({tests}),1,0))'),
            (
                quota.so_far,
                numbers(np.cumsum(held)),
                f"MAX({own.own(quota.so_far, '{above}')},0)+{own.own(quota.name(_IN))}",
            ),
        ]
        return out

    def first(self, quota: Quota) -> str:
        """The first rank of an award, in the row of the formula."""
        if not quota.award.share:
            return self.cells.award_first(quota.number - 1)
        step = next(a for a in ladder(self.rules.awards, self.some.kind) if a.places == quota.award.places)
        ahead = before(step, self.rules.awards)
        if ahead is None:
            return "1"
        number = in_order(self.rules).index(ahead)
        last = self.own.own(f"{_LAST}{number + 1}") if ahead.share else self.cells.award_last(number)
        return f"({last}+1)"

    def last(self, quota: Quota) -> str:
        if quota.award.share:
            return self.own.own(quota.name(_LAST))
        return self.cells.award_last(quota.number - 1)


def _down_to_above(own: Place, name: str) -> str:
    """The rows of a column from the header down to the one above."""
    letter = own.letter(name)
    return f"${letter}$3:${letter}{{above}}"


def count_formula(quota: Quota, ranking: Place) -> str:
    """How many get the award."""
    return f"SUM({ranking.range(quota.name(_IN))})"


def note_formula(
    quota: Quota, some: Units, rules: Rules, places: tuple[Place, Place, Place], found: str, cells: RuleSheet,
    rank: str, tied: str,
) -> str:  # fmt: skip
    """备注 of an award's row: who declined, the rank in the group, a tie. `places`: ranking, scores, measures."""
    ranking, scores, measures = places
    award = quota.award

    def at(name: str) -> str:
        return f"INDEX({ranking.range(name)},{found})"

    last = at(quota.name(_LAST)) if award.share else cells.award_last(quota.number - 1)
    group = f"{ranking.range(quota.group)},{at(quota.group)}"
    held = f"COUNTIFS({group},{ranking.range(quota.rank)},{at(quota.rank)},{ranking.range(QUALIFIES)},1)"
    edge = at_edge(rules, at(quota.rank), held, last)
    if award.group:
        shares = f"COUNTIFS({group},{ranking.range('名次')},{at('名次')})>1"
        name = f"INDEX({measures.range(award.group)},{at('所在行')})"
        said = (
            f'"{IN_GROUP}"&IF({shares},"{TIED}","")&"第"&{at(quota.own)}&"名（"&{name}&"）"'
            f'&IF(AND({shares},{edge}),"，一并入选","")'
        )
    else:
        said = f'IF({tied}="","",{tie_text(rank, edge)})'
    if quota.gone is None:
        return said
    pieces, known = [], some.standing.places.get(award.name)
    for unit, word in passed(award, some.standing):
        theirs = f"INDEX({scores.range('名次')},{unit + 1})"
        with_it = f"{at(quota.group)}={_group_of(known, unit)}"
        pieces.append(f'IF({theirs}="","",IF(AND({theirs}<{rank},{with_it}),"、第"&{theirs}&"名{word}",""))')
    handed = f'"{HANDED_ON}，原"&MID({"&".join(pieces)},2,999)'
    return f'IF({at(quota.own)}>{last},{handed}&IF({said}="","","{NOTE_JOIN}"&{said}),{said})'


def _group_of(places: Places | None, unit: int) -> int:
    return int(places.groups.of[unit]) + 1 if places else 1
