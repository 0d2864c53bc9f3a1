"""Who does not take an award, as staff wrote beside it in 获奖名单, and how the list shows that from run to run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.awards import AWARD_COLUMNS, HANDED_ON, IN_GROUP, NOTE_JOIN, REMARK, STATE, WHY, Standing
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Floats, Frame, Ints, Texts, texts
from kongjian.engine.ranking import TIED, UNRANKED
from kongjian.engine.rounding import from_cents
from kongjian.rules.model import Award, Rules
from kongjian.rules.model_tables import Words
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role


@dataclass(frozen=True)
class Decline:
    """One row of 获奖名单 that staff wrote on: `key` is the unit's by its row of the ranking, "" where that is not clear.

    `word` is how it is declined, "" where the remark does not say plainly that it is.
    """

    award: str
    school: str
    person: str
    key: str
    said: str
    word: str


def own_remark(text: str, words: Words) -> str:
    """What staff wrote into 备注, without what a calculation has."""
    no = "|".join(map(re.escape, words.declined))
    gone = rf"第\d+名(?:{no})"
    # a group's name may have brackets of its own; a word that declines is no part of it
    group = rf"（(?:(?!{no})[^（）]|（(?:(?!{no})[^（）])*）)*）"
    all_in = "(?:，一并入选)?"
    own = rf"{HANDED_ON}，原{gone}(?:、{gone})*|{TIED}第\d+名{all_in}|{IN_GROUP}(?:{TIED})?第\d+名(?:{group})?{all_in}"
    return re.sub(own, "", text).strip(f"{NOTE_JOIN}; ，,、")


def declining(remark: str, words: Words) -> str | None:
    """The word by which a remark declines, "" where it has one and does not say so plainly, None where it has none."""
    found = [w for w in words.declined if w in remark]
    if len(found) > 1 or (found and any(no in remark for no in words.not_declined)):
        return ""
    return found[0] if found else None


def of_units(
    kind: str, keys: Sequence[str], units: Frame, given: Sequence[Decline], rules: Rules, findings: Findings
) -> tuple[dict[str, Texts], dict[str, Texts]]:
    """By award how each unit of a kind declines it ("" for who does not), and what staff wrote of that."""
    table = rules.table(f"{kind}s")
    own = [a.name for a in rules.awards if a.object == kind]
    words: dict[str, Texts] = {}
    said: dict[str, Texts] = {}
    for one in (d for d in given if d.award in own):
        found = _found(one, keys, units[table.name_of(Role.SCHOOL)], _people(kind, units, rules))
        who = " ".join(filter(None, (one.school, one.person)))
        if not one.word or len(found) != 1:
            code = "decline_unknown" if one.word else "decline_unclear"
            findings.add(code, f"{kind}s", award=one.award, who=who, said=one.said)
            continue
        for columns, text in ((words, one.word), (said, one.said)):
            columns.setdefault(one.award, texts([""] * units.height))[found[0]] = text
    return words, said


def _people(kind: str, units: Frame, rules: Rules) -> Texts | None:
    """The people's names, None where the units are no people."""
    column = rules.table(f"{kind}s").by_role(Role.PERSON)
    return units[column.name] if column else None


def _found(one: Decline, keys: Sequence[str], schools: Texts, people: Texts | None) -> list[int]:
    """The units that a row is about: by what it is known by, else by its names."""
    if one.key:
        return [i for i, key in enumerate(keys) if key == one.key]
    return [
        i
        for i, school in enumerate(schools)
        if fold(school) == fold(one.school) and (people is None or fold(people[i]) == fold(one.person))
    ]


def declined_rows(
    award: Award, units: Frame, place: Standing, score: Ints, said: Mapping[str, Texts], rules: Rules
) -> Frame:
    """The rows of 获奖名单 for who declines an award: so they are known to the next run, and to nobody else."""
    table, words = rules.table(f"{award.object}s"), place.declined.get(award.name, texts([]))
    gone = np.flatnonzero(words != "")
    gone = gone[np.argsort(place.rank[gone], kind="stable")]
    person = table.by_role(award.named_by)
    rank: Floats = np.where(place.rank[gone] == UNRANKED, np.nan, place.rank[gone])
    return Frame(
        {
            AWARD_COLUMNS[0]: texts([award.name] * len(gone)),
            "名次": rank,
            "学校名称": units[table.name_of(Role.SCHOOL)][gone],
            "姓名": units[person.name][gone] if person else texts([""] * len(gone)),
            "得分": from_cents(score[gone]),
            REMARK: said[award.name][gone] if len(gone) else texts([]),
            STATE: words[gone] if len(gone) else texts([]),
            WHY: texts([""] * len(gone)),
        }
    )


def listed(awards: Frame, declined: Frame, rules: Rules) -> Frame:
    """获奖名单 as the workbook shows it: award by award by rank, who declined below who holds that rank."""
    names = [a.name for kind in OBJECT_LABELS for a in rules.awards if a.object == kind]
    at = {name: k for k, name in enumerate(names)}
    both = Frame({name: np.concatenate([awards[name], declined[name]]) for name in AWARD_COLUMNS})
    order = np.lexsort(
        (both["名次"], np.array([at[name] for name in both[AWARD_COLUMNS[0]]], dtype=np.int64))
    )
    return both.take(order)
