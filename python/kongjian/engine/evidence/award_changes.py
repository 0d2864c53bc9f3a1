"""What becomes of one award when its units are ranked in another way: who joins, who leaves, whose rank changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from kongjian.base.text import capped
from kongjian.engine.awards import holders
from kongjian.engine.matching import rows
from kongjian.engine.outcome import Outcome
from kongjian.rules.model import Award, Rules
from kongjian.rules.objects import OBJECT_LABELS

NO_CHANGE, NO_DATA = "没有变化", "没有数据"


@dataclass(frozen=True)
class Change:
    """Positions of the units that a change of rules brings into an award, takes out of it or moves within it."""

    award: Award
    before: Outcome
    after: Outcome
    joined: list[int]
    left: list[int]
    moved: list[int]

    @property
    def holders_change(self) -> bool:
        return bool(self.joined or self.left)

    def rank_before(self, unit: int) -> int:
        return int(self.before.standing.rank[unit])

    def rank_after(self, unit: int) -> int:
        return int(self.after.standing.rank[unit])


def change(award: Award, before: Outcome, after: Outcome) -> Change:
    """What becomes of the award; `before` and `after` are outcomes of the same units."""
    held, holds = (holders(award, o.standing, o.eligibility.eligible) for o in (before, after))
    moved = held & holds & (before.standing.rank != after.standing.rank)
    return Change(
        award,
        before,
        after,
        np.flatnonzero(holds & ~held).tolist(),
        np.flatnonzero(held & ~holds).tolist(),
        np.flatnonzero(moved).tolist(),
    )


class Names:
    """The units' names as a reader can tell them apart: a name that is not the only one is said more fully."""

    def __init__(self, outcome: Outcome) -> None:
        names, blank = outcome.names, [""] * outcome.names.height
        self._name = names["教师姓名" if outcome.kind == "teacher" else "学校名称"].tolist()
        self._school = names["学校名称"].tolist() if outcome.kind == "teacher" else blank
        self._account = names["账号"].tolist() if outcome.kind == "teacher" else blank
        self._row = rows(names).tolist()
        self._alone = Counter(self._name)
        self._in_school = Counter(zip(self._name, self._school, strict=True))
        self._full = Counter(zip(self._name, self._school, self._account, strict=True))

    def __call__(self, unit: int, further: str = "") -> str:
        """The unit's name and, in brackets, what tells it from others and what else is to be said of it."""
        name, school, account = self._name[unit], self._school[unit], self._account[unit]
        more = []
        if self._alone[name] > 1:
            more.append(school)
        if self._in_school[name, school] > 1:
            more.append(f"账号{account}" if account else "")
        if self._full[name, school, account] > 1:
            more.append(f"第{self._row[unit]}行")
        said = "，".join(filter(None, [*more, further]))
        return f"{name}（{said}）" if said else name


def said(found: Change, names: Names, rules: Rules) -> str:
    """The change in words, lists no longer than the rules allow; 没有变化 or 没有数据 where that is all."""
    if not found.before.units.height:
        return NO_DATA
    swaps = _swaps(found)
    joined = [u for u in found.joined if u not in swaps.values()]
    left = [u for u in found.left if u not in swaps]

    word = counter(found.award.object, rules)

    def listed(
        units: Iterable[int], rank: Callable[[int], int], words: Callable[[int], str], many: str
    ) -> str:
        ordered = sorted(units, key=lambda u: (rank(u), names(u)))
        return capped([words(u) for u in ordered], rules.evidence.named_at_most, many)

    now, then = found.rank_after, found.rank_before
    parts = (
        ("", listed(swaps, then, lambda u: f"第{then(u)}名由{names(u)}变为{names(swaps[u])}", "处")),
        ("增加：", listed(joined, now, lambda u: names(u, _place(found, u)), word)),
        ("退出：", listed(left, then, lambda u: names(u, _whereto(found, u)), word)),
        (
            "名次变化：",
            listed(found.moved, now, lambda u: f"{names(u)}由第{then(u)}名变为第{now(u)}名", word),
        ),
    )
    return "；".join(head + text for head, text in parts if text) or NO_CHANGE


def counter(kind: str, rules: Rules) -> str:
    """The word between a number and the units: 所 for schools, 名 for teachers."""
    return rules.table(f"{kind}s").unit.removesuffix(OBJECT_LABELS[kind])


def _swaps(found: Change) -> dict[int, int]:
    """Who leaves a rank that it held alone → who takes it alone."""
    tied_before, tied_after = found.before.standing.tied, found.after.standing.tied
    taken = {found.rank_after(u): u for u in found.joined if not tied_after[u]}
    alone = [u for u in found.left if not tied_before[u]]
    return {u: taken[rank] for u in alone if (rank := found.rank_before(u)) in taken}


def _place(found: Change, unit: int) -> str:
    tied = "，并列" if found.after.standing.tied[unit] else ""
    return f"第{found.rank_after(unit)}名{tied}"


def _whereto(found: Change, unit: int) -> str:
    eligible = found.after.eligibility.eligible[unit]
    now = f"现第{found.rank_after(unit)}名" if eligible else "不再达标"
    return f"原第{found.rank_before(unit)}名，{now}"
