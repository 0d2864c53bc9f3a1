"""The small invented scheme of another city (tests/schemes), and a few rows as its staff would paste them."""

from __future__ import annotations

from kongjian.base.grid import Grid
from kongjian.rules import Rules, load_rules
from where import ROOT

SMALL = ROOT / "tests" / "schemes" / "dongling-2031"
Rows = dict[str, list[dict[str, object]]]
MONTHS = ("2031-03", "2031-04", "2031-05", "2031-06")


def small_rules() -> Rules:
    return load_rules(SMALL)


def small_rows() -> Rows:
    """Six schools, eight teachers, their months and a few events: some just reach a line, some just miss it."""
    names = [f"湖滨{n}校" for n in "甲乙丙丁戊己"]
    schools: list[dict[str, object]] = [
        {
            "学校名称": name, "学段": "小学", "光纤": "是" if k != 4 else "否", "联络员": f"联络{k}", "在编教师数": 20,
            "注册教师数": 17 if k != 3 else 16, "建组": "是", "阅读完成率": round(0.95 - k / 10, 2),
            "培训": 3, "共建": 20 - k, "直播": 2, "乡镇": "南湖镇" if k % 3 else "北山乡", "校长": f"校长{k}",
            "获奖项数": 0, "安全事故": "否",
        }
        for k, name in enumerate(names)
    ]  # fmt: skip
    schools[1] |= {"培训": None, "共建": None, "直播": None}  # to be derived from the teachers
    teachers: list[dict[str, object]] = [
        {
            "学校名称": names[k % 2], "教师姓名": f"师{n}", "账号": f"dl{k:04d}", "培训": 3, "共建": 20 - k, "直播": 2,
            "家访": 10 if k < 6 else 4,
        }
        for k, n in enumerate("子丑寅卯辰巳午未")
    ]  # fmt: skip
    teachers[0]["平台积分"], teachers[7]["共建"] = 60, None
    monthly: list[dict[str, object]] = [
        {"类别": "学校", "学校名称": name, "月份": month, "得分": 50 - k + 0.5 * m}
        for k, name in enumerate(names)
        for m, month in enumerate(MONTHS)
    ]
    monthly += [
        {"类别": "教师", "学校名称": t["学校名称"], "账号": t["账号"], "月份": month, "得分": 55 - 2 * k}
        for k, t in enumerate(teachers)
        for month in MONTHS
    ]
    events: list[dict[str, object]] = [
        {"日期": f"2031-04-{day:02d}", "学校名称": names[1], "账号": "dl0007", "角色": "教师", "行为": "共建"}
        for day in (1, 1, 2)
    ]
    return {"schools": schools, "teachers": teachers, "classes": [], "monthly": monthly, "events": events}


def small_grids(rules: Rules) -> dict[str, Grid | None]:
    """The same rows as sheets that begin with their headers."""
    out: dict[str, Grid | None] = {}
    for table in rules.tables:
        rows = small_rows().get(table.id, [])
        lines = [["" if row.get(n) is None else row[n] for n in table.names] for row in rows]
        out[table.id] = Grid([list(table.names), *lines])
    return out
