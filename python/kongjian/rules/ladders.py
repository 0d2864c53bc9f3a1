"""Awards to the units themselves form one ladder for each object and way of grouping: no rank has two, none is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kongjian.rules.model import Award
from kongjian.rules.objects import OBJECT_LABELS


def ladder(awards: Sequence[Award], kind: str) -> list[Award]:
    """The awards to units of one object: those by rank, the first ranks first, then those by share, then by group."""
    own = (a for a in awards if a.object == kind and not a.to_person)
    return sorted(own, key=lambda a: (bool(a.group), bool(a.share), a.first, a.last))


def groups(awards: Sequence[Award], kind: str) -> list[str]:
    """The columns by which awards to one object or to its people are given in groups, each once."""
    return list(dict.fromkeys(a.group for a in awards if a.object == kind and a.group))


def by_rank(awards: Sequence[Award], kind: str) -> list[Award]:
    """Those of the ladder that ranks of all decide alone."""
    return [a for a in ladder(awards, kind) if a.by_rank]


def before(award: Award, awards: Sequence[Award]) -> Award | None:
    """The award behind which one by share has its places: the last by rank, or that by share before it."""
    steps = [a for a in ladder(awards, award.object) if a.group == award.group]
    at = next((k for k, a in enumerate(steps) if a.places == award.places), 0)
    return steps[at - 1] if at else None


def ladder_faults(awards: Sequence[Award], kind: str) -> Iterator[tuple[str, str]]:
    """Where ranks overlap or none has an award: the award's name and what is wrong."""
    own = ladder(awards, kind)
    for group in dict.fromkeys(a.group for a in own):
        due = 1
        for award in (a for a in own if a.group == group and not a.share):
            if award.first < due:
                yield award.name, f"与前一个{OBJECT_LABELS[kind]}奖项的名次重叠（应从第{due}名起）"
            elif award.first > due:
                yield award.name, f"第{due}名至第{award.first - 1}名没有奖项"
            due = award.last + 1
    for k, award in enumerate(own):
        if award.share and award.places in [a.places for a in own[:k]]:
            yield award.name, f"与前一个{OBJECT_LABELS[kind]}奖项的占比、分组列和最低分都一样，分不清谁先谁后"


def following_faults(awards: Sequence[Award], kind: str) -> Iterator[tuple[str, str]]:
    """The awards to a unit's person that go with no step of its ladder, and that they do not."""
    steps = {a.places for a in ladder(awards, kind)}
    for award in awards:
        if award.object == kind and award.to_person and award.places not in steps:
            yield award.name, f"名次与任何一个{OBJECT_LABELS[kind]}奖项都不一致"


def change_columns(awards: Sequence[Award]) -> dict[str, str]:
    """What the column is called that tells of changes in an award to units, by the award's name, in order of rank."""
    return {a.name: f"{a.short or a.name}变化" for kind in OBJECT_LABELS for a in ladder(awards, kind)}
