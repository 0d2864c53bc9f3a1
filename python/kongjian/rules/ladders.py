"""Awards to the units themselves form one ladder for each object: every rank has one award, none is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kongjian.rules.model import Award
from kongjian.rules.objects import OBJECT_LABELS


def ladder(awards: Sequence[Award], kind: str) -> list[Award]:
    """The awards to units of one object, the first ranks first."""
    own = (a for a in awards if a.object == kind and a.recipient == "unit")
    return sorted(own, key=lambda a: (a.first, a.last))


def ladder_faults(awards: Sequence[Award], kind: str) -> Iterator[tuple[str, str]]:
    """Where ranks overlap or none has an award: the award's name and what is wrong."""
    due = 1
    for award in ladder(awards, kind):
        if award.first < due:
            yield award.name, f"与前一个{OBJECT_LABELS[kind]}奖项的名次重叠（应从第{due}名起）"
        elif award.first > due:
            yield award.name, f"第{due}名至第{award.first - 1}名没有奖项"
        due = award.last + 1


def following_faults(awards: Sequence[Award], kind: str) -> Iterator[tuple[str, str]]:
    """The awards to administrators of one object that go with no step of its ladder, and that they do not."""
    steps = {(a.first, a.last) for a in ladder(awards, kind)}
    for award in awards:
        follows = award.object == kind and award.recipient == "administrator"
        if follows and (award.first, award.last) not in steps:
            yield award.name, f"名次与任何一个{OBJECT_LABELS[kind]}奖项都不一致"


def change_columns(awards: Sequence[Award]) -> dict[str, str]:
    """What the column is called that tells of changes in an award to units, by the award's name, in order of rank."""
    return {a.name: f"{a.short or a.name}变化" for kind in OBJECT_LABELS for a in ladder(awards, kind)}
