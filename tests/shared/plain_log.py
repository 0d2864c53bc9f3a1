"""A second reading of the log, written from the contract in plain Python and exact fractions.

From raw events, teachers and classes to teachers' counts and school measures. It shares nothing with the engine or
the rule files: where the two disagree, one of them misreads the contract.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

MONTHS = ["2020-12", *(f"2021-0{m}" for m in range(1, 8))]
TEACHER = [
    "制作课件", "在线撰写教案", "在线授课", "网络教研", "作业管理", "成绩管理", "学生评价", "通知公告", "活动发布", "参与活动",
]  # fmt: skip
CHIEF = ["学籍管理", "部门管理", "家长管理", "教职工管理", "教师管理", "教材管理", "课程管理"]
PUPIL = {"课程学习": ("课程学习完成率", 4), "完成作业": ("作业完成率", 15)}
ROLES: dict[str, Sequence[str]] = {"教师": TEACHER, "管理员": CHIEF, "学生": list(PUPIL)}
Row = Mapping[str, object]
Value = Fraction | None


@dataclass(frozen=True)
class Mean:
    """A school's measure, on how many values it rests (0 where it was pasted) and of how many concerned."""

    value: Value
    rests_on: int = 0
    of: int = 0

    @property
    def whole(self) -> bool:
        return self.rests_on == self.of


class PlainLog:
    """What the events tell of these schools, teachers and classes. Blanks are "" in texts, None in numbers."""

    def __init__(
        self, schools: Sequence[Row], teachers: Sequence[Row], classes: Sequence[Row], events: Sequence[Row],
        readings: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.schools, self.teachers, self.classes, self.readings = schools, teachers, classes, readings
        self.names = [s["学校名称"] for s in schools]
        own = {t["账号"]: t["学校名称"] for t in teachers if t["账号"]}
        sound = [
            e for e in events
            if e["行为"] in ROLES.get(str(e["角色"]), []) and str(e["日期"])[:7] in MONTHS
        ]  # fmt: skip
        self.anywhere = {e["行为"] for e in sound}
        self.lines: list[dict[str, object]] = []
        for e in sound:
            at = e["学校名称"] or own.get(e["账号"], "")
            if e["账号"] and (e["账号"] in own if e["角色"] == "教师" else at in self.names):
                self.lines.append({**e, "学校名称": at})
        self.at_school = {(e["角色"], e["学校名称"]) for e in self.lines}

    def covers(self, role: str, behaviour: str, school: object) -> bool:
        return (role, school) in self.at_school and behaviour in self.anywhere

    def blank(self, covered: bool) -> Value:
        if covered and self.readings["log_coverage"] == "complete":
            return Fraction(0)
        return Fraction(0) if self.readings["blank_count"] == "zero" else None

    def count(self, teacher: Row, behaviour: str) -> Value:
        """One teacher's effective count: as pasted, else days in the log, else what a blank means."""
        if teacher[behaviour] is not None:
            return Fraction(str(teacher[behaviour]))
        mine = [e for e in self.lines if e["角色"] == "教师" and e["账号"] == teacher["账号"]]
        days = len({e["日期"] for e in mine if e["行为"] == behaviour})
        if behaviour == "学生评价":
            days = min(days, 1)
        if days:
            return Fraction(days)
        if behaviour == "学生评价" and teacher["班主任"] != 1:
            return None
        return self.blank(bool(teacher["账号"]) and self.covers("教师", behaviour, teacher["学校名称"]))

    def mean(self, school: Row, behaviour: str) -> Mean:
        """A school's average over all concerned of its teachers."""
        if school[behaviour] is not None:
            return Mean(Fraction(str(school[behaviour])))
        here = [t for t in self.teachers if t["学校名称"] == school["学校名称"]]
        flag = {"网络教研": None, "学生评价": "班主任"}.get(behaviour, "任课")
        concerned = [t for t in here if flag is None or t[flag] == 1]
        values = [v for t in concerned if (v := self.count(t, behaviour)) is not None]
        if behaviour == "学生评价":
            values = [Fraction(v >= 1) for v in values]
        mean = sum(values, Fraction(0)) / len(values) if values else None
        return Mean(mean, len(values), len(concerned))

    def answer(self, school: Row, behaviour: str) -> Value:
        """是 as 1: pasted, else at least one event of the administrator at that school, else what a blank means."""
        if school[behaviour] is not None:
            return Fraction(str(school[behaviour]))
        name = school["学校名称"]
        if any((e["角色"], e["行为"], e["学校名称"]) == ("管理员", behaviour, name) for e in self.lines):
            return Fraction(1)
        return self.blank(self.covers("管理员", behaviour, name))

    def rate(self, school: Row, behaviour: str) -> Value:
        """A school's completion rate: pasted, else of its classes, else of its pupils' events."""
        column, target = PUPIL[behaviour]
        if school[column] is not None:
            return Fraction(str(school[column]))
        name = school["学校名称"]
        classes = [c for c in self.classes if c["学校名称"] == name]
        done = self._done(name, behaviour)
        by_class = any((c["年级"], c["班级"]) == k[1:] for c in classes for k in done)
        covered = self.covers("学生", behaviour, name)
        everybody = self.readings["log_coverage"] == "complete" or self.readings["blank_count"] == "zero"
        found: list[tuple[Fraction, Fraction]] = []
        for c in classes:
            students = Fraction(str(c["学生数"]))
            value: Value = None if c[column] is None else Fraction(str(c[column]))
            if value is None and by_class and covered:
                mine = [min(n, target) for k, n in done.items() if k[1:] == (c["年级"], c["班级"])]
                pupils = students if everybody else Fraction(len(mine))
                value = min(Fraction(sum(mine)) / (target * pupils), Fraction(1)) if pupils else None
            if value is not None:
                weight = students if self.readings["class_weight"] == "students" else Fraction(1)
                found.append((weight, value))
        if found:
            return sum((w * v for w, v in found), Fraction(0)) / sum(w for w, _ in found)
        if by_class or not covered:
            return None
        total: dict[object, int] = {}
        for (account, *_), n in done.items():
            total[account] = total.get(account, 0) + n
        students = sum((Fraction(str(c["学生数"])) for c in classes), Fraction(0)) or Fraction(
            str(school["适龄学生数"])
        )
        pupils = students if everybody else Fraction(len(total))
        if not pupils:
            return None
        return min(Fraction(sum(min(n, target) for n in total.values())) / (target * pupils), Fraction(1))

    def _done(self, school: object, behaviour: str) -> dict[tuple[object, object, object], int]:
        """How often each pupil of a school did it, by account, 年级 and 班级."""
        mine = [e for e in self.lines if (e["角色"], e["行为"]) == ("学生", behaviour)]
        if self.readings["student_effective"] == "once_a_month":
            first: dict[object, dict[str, object]] = {}
            for e in mine:
                first.setdefault((e["账号"], str(e["日期"])[:7]), e)
            mine = list(first.values())
        out: dict[tuple[object, object, object], int] = {}
        for e in mine:
            if e["学校名称"] == school:
                key = (e["账号"], e["年级"], e["班级"])
                out[key] = out.get(key, 0) + 1
        return out
