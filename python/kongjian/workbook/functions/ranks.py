"""RANK_SCORES and AWARD: what follows from scores already in cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, is_blank
from kongjian.base.text import fold
from kongjian.engine.frame import Bools, Ints
from kongjian.engine.ranking import rank, rank_in_order, shared
from kongjian.engine.rounding import MISSING, to_cents
from kongjian.intake.values import folded
from kongjian.rules.ladders import ladder
from kongjian.rules.model import Rules
from kongjian.rules.readings import RankAmong, RankMethod, Ties
from kongjian.workbook.functions.computing import QUALIFIED, Ready, kind_of, ready_for
from kongjian.workbook.functions.given import block, is_error, one_row

_NAN = float("nan")
_ASKS_WHO_QUALIFIES = {RankAmong.ELIGIBLE: True, RankAmong.ALL: False}
_COMPARES = {Ties.INCLUDE: False, Ties.ORDER: True}
# whose rank is open where some units with the same score are still to be told apart
_OPEN: dict[RankMethod, Callable[[Ints, Bools], Bools]] = {
    RankMethod.COMPETITION: lambda _, tied: tied,
    # a broken tie also moves everyone below it
    RankMethod.DENSE: lambda places, tied: places >= places[tied].min(initial=len(places) + 1),
}


def ranks(scores: Any, eligible: Any, text: str | None) -> list[list[Cell]]:
    """A column of ranks: "" where there is nothing to rank, NaN where the order cannot be told."""
    ready = ready_for("teacher", text or "")
    rules, columns = ready.rules, list(zip(*_lines(scores), strict=True))
    breakers = rules.tie_breakers
    if len(columns) not in (1, 1 + len(breakers)):
        more = f"，或再带{'、'.join(breakers)}各一列" if breakers else ""
        raise KongjianError(f"得分应为一列{more}")
    keys = [to_cents(ready.given.numbers("score", cells)) for cells in columns]
    unread = np.zeros(len(keys[0]), dtype=bool)
    if not _COMPARES[rules.choice(Ties)]:
        keys = keys[:1]
    blank = np.array([_is_empty(cell, rules) for cell in columns[0]])
    for key in keys:
        unread |= key == MISSING
    admitted, unknown = _admitted(eligible, rules, len(blank))
    unread |= unknown
    ranked = admitted & ~blank & ~unread
    out: list[list[Cell]] = [[""] for _ in blank]
    for i in np.flatnonzero(unread & ~blank & (admitted | unknown)):
        out[i] = [_NAN]
    places = _places([key[ranked] for key in keys], rules)
    for i, place in zip(np.flatnonzero(ranked), places, strict=True):
        out[i] = [place]
    return out


def _lines(given: Any) -> list[Sequence[Cell]]:
    """Rows of cells; a plain list is one column."""
    lines = block(given)
    return [[cell] for cell in lines[0]] if len(lines) == 1 and lines[0] is given else lines


def _is_empty(cell: Cell, rules: Rules) -> bool:
    return is_blank(cell) or (isinstance(cell, str) and fold(cell) in folded(rules.words.blank))


def _admitted(eligible: Any, rules: Rules, height: int) -> tuple[Bools, Bools]:
    """Who is ranked, and of whom that cannot be told."""
    everyone, nobody = np.ones(height, dtype=bool), np.zeros(height, dtype=bool)
    if eligible is None or not _ASKS_WHO_QUALIFIES[rules.choice(RankAmong)]:
        return everyone, nobody
    columns = list(zip(*_lines(eligible), strict=True))
    if len(columns) != 1 or len(columns[0]) != height:
        raise KongjianError("是否达标应为与得分一样长的一列")
    yes = folded((*rules.words.yes, QUALIFIED))
    answers = [fold(f"{c:g}" if isinstance(c, float) else str(c)) in yes for c in columns[0]]
    return np.array(answers), np.array([is_error(c) for c in columns[0]])


def _places(keys: list[Ints], rules: Rules) -> list[float]:
    """Ranks as on the ranking sheets. Where ties are to be broken but nothing breaks them, NaN."""
    method = rules.choice(RankMethod)
    if len(keys) > 1:
        return [float(place) for place in rank_in_order(keys, method)]
    places = rank(keys[0], method)
    open_ = _OPEN[method](places, shared(places)) & _COMPARES[rules.choice(Ties)]
    return [_NAN if o else float(place) for place, o in zip(places, open_, strict=True)]


def award(kind: Any, place: Any, text: str | None) -> str:
    """The name of the award that the unit itself gets for this rank; "" for none."""
    unit = kind_of(kind)
    ready = ready_for(unit, text or "")
    cells = one_row(place)
    if len(cells) != 1:
        raise KongjianError("只能给一个名次")
    if _is_empty(cells[0], ready.rules):
        return ""
    number, own = _whole(ready, cells), ladder(ready.rules.awards, unit)
    for award_ in own:
        if award_.by_rank and not award_.least and award_.first <= number <= award_.last:
            return award_.name
    if open_ := [a.name for a in own if a.least or not a.by_rank]:
        raise KongjianError(f"{'、'.join(open_)}按组、按占比或有最低分，只凭名次定不了，请看“获奖名单”")
    return ""


def _whole(ready: Ready, cells: Sequence[Cell]) -> int:
    number = ready.given.numbers("count", cells)[0]
    if not (number >= 1 and number == int(number)):
        raise KongjianError(f"名次应为1、2、3……：“{cells[0]}”")
    return int(number)
