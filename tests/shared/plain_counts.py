"""Rows 导入 of 有效次数, counted from events in plain Python: what an import has to leave of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plain_log import MONTHS, PUPIL, ROLES

Row = Mapping[str, object]
COLUMNS = (
    "学校名称", "账号", "角色", "行为", "月份", "有效次数", "出处", "记录数", "新增学生", "计入次数", "计入月数", "每人上限",
)  # fmt: skip


def plain_counts(events: Sequence[Row], reading: str) -> list[dict[str, object]]:
    """By school, account (of pupils class), role, behaviour and month; long because it counts plainly, line by line.

    `reading` is how pupils' lines count.
    """
    out: dict[tuple[str, ...], dict[str, object]] = {}
    days: set[tuple[object, ...]] = set()
    times: dict[tuple[object, ...], int] = {}
    ordered = sorted(events, key=lambda e: (str(e["日期"])[:7], str(e["学校名称"])))
    for e in ordered:
        role, behaviour, month = str(e["角色"]), str(e["行为"]), str(e["日期"])[:7]
        school, account = str(e["学校名称"]), str(e["账号"])
        if behaviour not in ROLES.get(role, ()) or month not in MONTHS:
            continue
        pupil = role == "学生"
        key = (school, f"{e['年级']}{e['班级']}" if pupil else account, role, behaviour, month)
        if key not in out:
            whose = dict(zip(COLUMNS, key, strict=False))
            limit = float(PUPIL[behaviour][1]) if pupil else None
            zeros = dict.fromkeys(("新增学生", "计入次数", "计入月数"), 0.0 if pupil else None)
            out[key] = {**whose, "有效次数": 0.0, "出处": "导入", "记录数": 0.0, **zeros, "每人上限": limit}
        row = out[key]
        _add(row, "记录数")
        if not account:
            continue
        if not pupil:
            again = (account, school if role == "管理员" else "", behaviour, str(e["日期"])[:10])
            if again not in days:
                _add(row, "有效次数")
            days.add(again)
            continue
        person = (account, *key[:2], behaviour)
        before, months = times.get(person, 0), times.get((*person, "月"), 0)
        times[person] = before + 1
        fresh = (*person, month) not in times
        times[*person, month] = 1
        times[(*person, "月")] = months + fresh
        limit = PUPIL[behaviour][1]
        for column, yes in (
            ("新增学生", before == 0), ("计入次数", before < limit), ("计入月数", fresh and months < limit),
            ("有效次数", reading == "tallied" or fresh),
        ):  # fmt: skip
            if yes:
                _add(row, column)
    return list(out.values())


def _add(row: dict[str, object], column: str) -> None:
    row[column] = float(str(row[column])) + 1
