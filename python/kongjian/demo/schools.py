"""The schools of the demo.

The names that a scheme lists are public knowledge: schools of its city that the press and maps mention, and, for its
towns, names of the usual pattern (某某镇中学, 某某镇中心小学) that need not exist. Sizes, and everything that
the demo says about these schools, are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kongjian.rules import Rules

PRIMARY, JUNIOR, NINE_YEAR, SENIOR, VOCATIONAL, SPECIAL = (
    "小学", "初中", "九年一贯制学校", "高中", "中职", "特殊教育学校",
)  # fmt: skip
GRADES: dict[str, tuple[str, ...]] = {
    PRIMARY: ("三年级", "四年级", "五年级", "六年级"),
    JUNIOR: ("七年级", "八年级", "九年级"),
    NINE_YEAR: ("三年级", "四年级", "五年级", "六年级", "七年级", "八年级", "九年级"),
    SENIOR: ("高一", "高二", "高三"),
    VOCATIONAL: ("一年级", "二年级", "三年级"),
    SPECIAL: ("三年级", "四年级", "五年级", "六年级"),
}


@dataclass(frozen=True)
class School:
    """One school: `teachers` on its staff, `classes` of grade 3 and above."""

    name: str
    level: str
    teachers: int
    classes: int


LIST = "demo.txt"
"""The scheme's file with its demo city's schools: name, level, teachers, classes."""
_TEACHERS_PER_CITY = 3500
_CLASSES_PER_CITY = 900


def listed(rules: Rules) -> tuple[School, ...]:
    """The schools that the scheme lists for its demo, none where it lists none."""
    path = rules.folder / LIST
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return tuple(
        School(name, level, int(teachers), int(classes))
        for name, level, teachers, classes in (line.split() for line in lines if line)
    )


def school_list(rules: Rules, teachers: int) -> list[School]:
    """About 60 schools for each 3,500 teachers and never fewer; `teachers` teachers between them all.

    Beyond the listed ones the schools are numbered, with the levels and sizes of the listed ones again.
    """
    known = listed(rules)
    wanted = max(len(known), round(len(known) * teachers / _TEACHERS_PER_CITY))
    profiles = [known[i % len(known)] for i in range(wanted)]
    staff = _shares([s.teachers for s in profiles], teachers)
    rooms = _shares([s.classes for s in profiles], round(_CLASSES_PER_CITY * teachers / _TEACHERS_PER_CITY))
    return [
        School(
            profile.name if i < len(known) else _name(i), profile.level, max(1, staff[i]), max(1, rooms[i])
        )
        for i, profile in enumerate(profiles)
    ]


def _name(position: int) -> str:
    return f"样例第{position + 1:04d}学校"


def _shares(weights: Sequence[int], total: int) -> list[int]:
    """`total` split by weight into whole numbers (largest remainders)."""
    exact = [w * total / sum(weights) for w in weights]
    out = [int(e) for e in exact]
    by_remainder = sorted(range(len(out)), key=lambda i: out[i] - exact[i])
    for i in by_remainder[: total - sum(out)]:
        out[i] += 1
    return out
