"""Where the columns of a table come to stand otherwise than they did: each takes its looks along, by its name."""

from __future__ import annotations

from collections.abc import Sequence

from kongjian.xlsx.table_parts import OutColumn


def looks_of(old: Sequence[str], columns: Sequence[OutColumn]) -> list[int] | None:
    """For each new column the old one, from 0, whose looks it takes; None where the names stand as they did.

    That of its own name; for a new name that of the nearest column of its kind, else the one that stood in its place.
    """
    names = [c.name for c in columns]
    if list(old) == names:
        return None
    at = {name: k for k, name in reversed(list(enumerate(old)))}
    kept = [(k, c) for k, c in enumerate(columns) if c.name in at]

    def kin(place: int) -> int:
        same = (k for k, c in kept if c.kind == columns[place].kind)
        nearest = min(same, key=lambda k: abs(k - place), default=None)
        return min(place, len(old) - 1) if nearest is None else at[names[nearest]]

    return [at[name] if name in at else kin(k) for k, name in enumerate(names)]
