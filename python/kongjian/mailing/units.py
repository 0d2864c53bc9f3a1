"""The schools or the teachers of a run as a copy shows them, all of them or those of one school."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.grid import YES_NO
from kongjian.base.text import fold
from kongjian.engine.awards import Standing, compared
from kongjian.engine.frame import Bools, Floats, Frame, Ints, Texts
from kongjian.engine.monthly import Months
from kongjian.engine.outcome import unit_keys
from kongjian.engine.ranking import UNRANKED
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.run import Run

KINDS = ("school", "teacher")


@dataclass(frozen=True)
class Units:
    """One kind of unit. Arrays run over the units in the order of the input, but `ranked`.

    `months` are the counted ones; `exact` the unrounded average; `order` the place among equal scores, from 1; `ranked` the positions of the ranked units,
    best first; `ranking` their rows of the ranking table.
    """

    kind: str
    measures: Frame
    scores: Frame
    judged: Frame
    months: Months
    exact: Floats
    key: Ints
    breakers: list[Floats]
    standing: Standing
    order: Ints
    ranked: Ints
    ranking: Frame

    @property
    def height(self) -> int:
        return self.measures.height

    @property
    def label(self) -> str:
        return OBJECT_LABELS[self.kind]

    @property
    def eligible(self) -> Bools:
        return np.asarray(self.judged["是否达标"] == "达标", dtype=bool)

    def only(self, schools: Collection[str]) -> Units:
        """The units of these schools (folded names); places and ranks stay those of the whole city."""
        keep = np.array([fold(n) in schools for n in self.scores["学校名称"]], dtype=bool)
        new = np.cumsum(keep) - 1
        kept = keep[self.ranked]
        place = self.standing
        return replace(
            self,
            measures=self.measures.take(keep),
            scores=self.scores.take(keep),
            judged=self.judged.take(keep),
            months=replace(self.months, by_month=self.months.by_month[keep]),
            exact=self.exact[keep],
            key=self.key[keep],
            breakers=[b[keep] for b in self.breakers],
            standing=Standing(place.rank[keep], place.tied[keep], place.key[keep]),
            order=self.order[keep],
            ranked=new[self.ranked[kept]],
            ranking=self.ranking.take(kept),
        )


def units(run: Run, kind: str) -> Units:
    """All schools or all teachers of a run."""
    outcome = run.results.of(kind)
    tables = run.results.tables
    first = 0 if kind == "school" else run.schools
    judged = tables["Eligibility"].take(np.arange(first, first + outcome.units.height))
    keys = np.array(unit_keys(kind, outcome.names), dtype=str)
    order = np.empty(len(keys), dtype=np.int64)
    order[np.lexsort((keys, outcome.names["学校名称"].astype(str)))] = np.arange(1, len(keys) + 1)
    return Units(
        kind=kind,
        measures=outcome.units,
        scores=tables[f"{kind.capitalize()}Scores"],
        judged=judged,
        months=outcome.monthly.months,
        exact=outcome.monthly.exact,
        key=outcome.standing.key,
        breakers=[outcome.scores.of(b) for b in compared(run.rules)],
        standing=outcome.standing,
        order=order,
        ranked=outcome.order,
        ranking=tables[f"{kind.capitalize()}Ranking"],
    )


def both(run: Run, only_school: str | Collection[str] | None) -> tuple[Units, Units]:
    """Schools and teachers, those of one school or of some if any is named. Raises KongjianError for an unknown one."""
    schools, teachers = (units(run, kind) for kind in KINDS)
    if only_school is None:
        return schools, teachers
    named = [only_school] if isinstance(only_school, str) else only_school
    wanted = {fold(name) for name in named}
    chosen = schools.only(wanted), teachers.only(wanted)
    if not chosen[0].height:
        raise KongjianError(f"没有学校“{only_school}”；请按“学校数据”里的写法填写学校名称")
    return chosen


def positions(some: Units) -> list[float | str]:
    """Each unit's place on the ranking sheet, from 1; "" where it is not ranked."""
    out: list[float | str] = [""] * some.height
    for place, unit in enumerate(some.ranked.tolist(), start=1):
        out[unit] = float(place)
    return out


def admitted(some: Units) -> Bools:
    """Who is ranked."""
    return np.asarray(some.standing.rank != UNRANKED, dtype=bool)


def shown(column: Texts | Floats, yes_no: bool) -> list[str | float | None]:
    """A column's values as cells show them."""
    if yes_no:
        return [YES_NO.get(v, None if v != v else v) for v in column.tolist()]
    return [None if v == "" or v != v else v for v in column.tolist()]
