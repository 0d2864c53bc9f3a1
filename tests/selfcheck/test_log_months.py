"""Monthly scores out of the log (口径 没有月度得分): the self-check agrees, and the copies that are sent work them out alike."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from kongjian.mailing.by_school import school_copies
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.rules import load_rules, resolve
from kongjian.selfcheck.checked_book import GOOD
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from native_engines import differences, expected, iron_calc, spoil
from selfchecked import checked
from workbooks import SCHOOL_NAMES, pasted, school, teacher

FIRST, OTHER = SCHOOL_NAMES[:2]
BEHAVIOURS = ("在线授课", "网络教研", "作业管理")


def log_book(place: Path) -> Path:
    """Teachers of two schools without any score of the platform's, only their lines in the log."""
    rules = resolve(load_rules(), {"log_months": "prorated", "blank_count": "zero"})
    blank = {"平台得分": "", "在线授课": "", "作业管理": ""}
    accounts = {name: [f"hb{k}{n}" for n in range(3)] for k, name in enumerate((FIRST, OTHER))}
    people = [teacher(name, f"教师{a[2:]}", a, 0, **blank) for name, some in accounts.items() for a in some]
    events = [
        {"日期": f"{month}-{day:02d}", "学校名称": name, "账号": account, "角色": "教师", "行为": BEHAVIOURS[day % 3]}
        for name, some in accounts.items()
        for n, account in enumerate(some)
        for month in ("2020-12", "2021-03", "2021-05")
        for day in range(1, 4 + 5 * n)
    ]  # fmt: skip
    rows = {
        "schools": [school(n, "", 适龄学生数=300) for n in accounts],
        "teachers": people,
        "events": events,
    }
    build(rules, place, pasted(rules, rows))
    return place


def test_the_self_check_and_the_copies_agree_about_months_out_of_the_log(tmp_path: Path) -> None:
    book = log_book(tmp_path / "b.xlsm")
    run = recalculate(book)
    assert run.rules.chosen["log_months"] == "prorated"
    told = " ".join(str(text) for column in run.problems.values() for text in column.tolist())
    assert "教师没有平台的月度得分，2020-12、2021-03、2021-05的得分由行为明细算出" in told
    lines = checked(book)
    assert {line.state for line in lines} == {GOOD}, lines

    live = tmp_path / "live.xlsx"
    made = live_copy(run, live)
    wanted = expected(contents(run))
    assert spoil(live) == made.formulas > 0
    assert differences(wanted, iron_calc(live)) == []
    (tmp_path / "分校版").mkdir()
    copies = school_copies(run, tmp_path / "分校版", dt.datetime(2021, 8, 1, 9, 0), recalculate=False)
    assert [c.proof.can_be_sent for c in copies] == [True, True], [c.proof.message for c in copies]
