"""The schools of the demo.

The names are public knowledge: schools of 赤壁市 that the press and maps mention, and, for its towns,
names of the usual pattern (某某镇中学, 某某镇中心小学) that need not exist. Sizes, and everything that
the demo says about these schools, are invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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


_LISTED = """
赤壁市第一中学 高中 210 42
赤壁市蒲圻高级中学 高中 150 32
赤壁市车埠高级中学 高中 110 24
赤壁市机电信息技术学校 中职 95 20
赤壁市特殊教育学校 特殊教育学校 22 6
赤壁市实验中学 初中 125 32
赤壁市第一初级中学 初中 135 36
赤壁市第二初级中学 初中 90 24
赤壁市第三初级中学 初中 85 22
赤壁市外国语学校 九年一贯制学校 105 30
赤壁市青泉学校 九年一贯制学校 90 26
赤壁市思源实验学校 九年一贯制学校 100 28
赤壁市实验小学 小学 130 36
赤壁市第二实验小学 小学 110 30
赤壁市蒲圻小学 小学 85 24
赤壁市赤马港小学 小学 80 22
赤壁市正扬小学 小学 75 20
赤壁市周郎小学 小学 70 18
赤壁市营里小学 小学 55 14
赤壁市莼川小学 小学 60 16
赤壁市陆水小学 小学 50 14
赤壁市望山小学 小学 48 12
赤壁市蒲纺中学 初中 60 15
赤壁市蒲纺第一小学 小学 58 16
赤壁市蒲纺第二小学 小学 40 12
车埠镇初级中学 初中 62 15
车埠镇中心小学 小学 60 16
车埠镇斗门小学 小学 28 8
官塘驿镇初级中学 初中 70 18
官塘驿镇中心小学 小学 64 16
官塘驿镇荆泉小学 小学 26 8
官塘驿镇张司边小学 小学 22 6
神山镇初级中学 初中 58 15
神山镇中心小学 小学 55 14
神山镇毕畈小学 小学 22 6
中伙铺镇初级中学 初中 56 15
中伙铺镇中心小学 小学 54 14
中伙铺镇琅桥小学 小学 24 7
中伙铺镇安丰小学 小学 20 5
赵李桥镇初级中学 初中 60 15
赵李桥镇中心小学 小学 62 16
赵李桥镇羊楼洞小学 小学 30 8
茶庵岭镇初级中学 初中 46 12
茶庵岭镇中心小学 小学 48 13
茶庵岭镇金峰小学 小学 18 5
新店镇初级中学 初中 54 14
新店镇中心小学 小学 56 15
新店镇蒲首小学 小学 22 6
余家桥乡中心学校 九年一贯制学校 58 16
余家桥乡丛林小学 小学 18 5
柳山湖镇中心学校 九年一贯制学校 46 14
黄盖湖镇中心学校 九年一贯制学校 42 13
赤壁镇初级中学 初中 52 13
赤壁镇中心小学 小学 54 14
赤壁镇石头口小学 小学 20 6
赤壁镇周郎嘴小学 小学 18 5
沧湖开发区中心学校 九年一贯制学校 44 13
陆水湖办事处初级中学 初中 40 10
陆水湖办事处中心小学 小学 42 12
陆水湖办事处水浒城小学 小学 20 6
"""
LISTED = tuple(
    School(name, level, int(teachers), int(classes))
    for name, level, teachers, classes in (line.split() for line in _LISTED.split("\n") if line)
)
_TEACHERS_PER_CITY = 3500
_CLASSES_PER_CITY = 900


def school_list(teachers: int) -> list[School]:
    """About 60 schools for each 3,500 teachers and never fewer; `teachers` teachers between them all.

    Beyond the listed ones the schools are numbered, with the levels and sizes of the listed ones again.
    """
    wanted = max(len(LISTED), round(len(LISTED) * teachers / _TEACHERS_PER_CITY))
    profiles = [LISTED[i % len(LISTED)] for i in range(wanted)]
    staff = _shares([s.teachers for s in profiles], teachers)
    rooms = _shares([s.classes for s in profiles], round(_CLASSES_PER_CITY * teachers / _TEACHERS_PER_CITY))
    return [
        School(_name(i, profile), profile.level, max(1, staff[i]), max(1, rooms[i]))
        for i, profile in enumerate(profiles)
    ]


def _name(position: int, profile: School) -> str:
    return profile.name if position < len(LISTED) else f"样例第{position + 1:04d}学校"


def _shares(weights: Sequence[int], total: int) -> list[int]:
    """`total` split by weight into whole numbers (largest remainders)."""
    exact = [w * total / sum(weights) for w in weights]
    out = [int(e) for e in exact]
    by_remainder = sorted(range(len(out)), key=lambda i: out[i] - exact[i])
    for i in by_remainder[: total - sum(out)]:
        out[i] += 1
    return out
