"""The worksheet functions through xlwings' own caller: arguments, faults, cleaning, ranks, awards and help."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from excel_caller import ERROR, NA, call, value
from kongjian.base.errors import KongjianError
from kongjian.workbook.functions import worksheet
from pinned_rules import pinned_rules
from rules_texts import CELL, chosen, joined

pytestmark = pytest.mark.usefixtures("own_numbers")
RULES = pinned_rules()
TEACHER = ["甲小学", "张三", "a1", "是", "是", 5, 40, 38.5, 4, 1, 2, 1, 1, 1, 1, ""]
TEACHERS = RULES.table("teachers").names
SCHOOL = [
    "甲小学", "小学", "是", "是", "李明", "是", 20, 20, 300, 290, "是", "是", "是", "是", "是", "是", "是", "是", "是", "是",
    5, 40, 40, 4, 1, 2, 1, 1, 1, 1, 0.8, 0.65, "",
]  # fmt: skip
SCHOOLS = RULES.table("schools").names


def teacher(**cells: Any) -> list[Any]:
    return [cells.get(n, c) for n, c in zip(TEACHERS, TEACHER, strict=True)]


def school(**cells: Any) -> list[Any]:
    return [cells.get(n, c) for n, c in zip(SCHOOLS, SCHOOL, strict=True)]


def fault(name: str, *arguments: Any) -> str:
    """The message with which a function fails, which is #N/A in its cell."""
    with pytest.raises(KongjianError) as caught:
        call(name, *arguments)
    return str(caught.value)


# one score


def test_totals_and_items() -> None:
    assert value("TEACHER_SCORE", [teacher()]) == 98.5
    assert value("TEACHER_SCORE", [teacher()], None, "在线授课") == 18.5
    assert value("TEACHER_SCORE", [teacher()], "", " 在线 授课 ") == 18.5
    assert value("SCHOOL_SCORE", [school()]) == 95.0
    assert value("SCHOOL_SCORE", [school()], None, "完成作业") == 15.0


def test_the_functions_called_from_python_take_plain_lists() -> None:
    assert worksheet.SCHOOL_SCORE(school()) == 95.0
    assert worksheet.TEACHER_SCORE(teacher(), TEACHERS, "在线授课") == 18.5
    assert worksheet.TEACHER_SCORES(teacher())[0][-1] == 98.5
    assert worksheet.RANK_SCORES([80, 90, 80]) == [[2.0], [1.0], [2.0]]
    assert worksheet.AWARD("学校", 3) == "网络学习空间应用示范校"


def test_headers_name_the_cells_in_any_order_and_by_alias() -> None:
    names = ["备注", *reversed(TEACHERS)]
    row = ["好", *reversed(teacher())]
    assert value("TEACHER_SCORE", [row], [names]) == 98.5
    renamed = [{"在线授课": " 授课（节次）", "学生评价": "评价比例"}.get(n, n) for n in names]
    assert value("TEACHER_SCORE", [row], [renamed]) == 98.5
    assert value("SCHOOL_SCORE", [["是", 0.4]], [["组织机构", "完成作业率"]], "完成作业") == 10.0


def test_of_two_columns_with_one_name_the_exact_one_counts() -> None:
    names, row = ["授课", *TEACHERS, "在线授课"], [1, *teacher(), 2]
    assert value("TEACHER_SCORE", [row], [names], "在线授课") == 18.5


def test_the_optional_last_column_may_be_left_out_and_no_other() -> None:
    assert value("TEACHER_SCORE", [teacher()[:-1]]) == 98.5
    assert value("SCHOOL_SCORE", [school()[:-1]]) == 95.0
    assert fault("TEACHER_SCORE", [teacher()[:-2]]) == "教师数据一行应有16列，给了14列"
    assert fault("TEACHER_SCORE", [[*teacher(), ""]]) == "教师数据一行应有16列，给了17列"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (([teacher()], None, "在线备课"), "没有指标“在线备课”"),
        (([teacher()], None, ERROR), "没有指标“#N/A”"),
        (([teacher(), teacher()],), "只能给一行数据"),
        (([[c] for c in teacher()],), "只能给一行数据"),
        ((5.0,), "教师数据一行应有16列，给了1列"),
        (([teacher()], [TEACHERS[:-1]]), "标题有15列，数据有16列"),
        (([teacher()], [[*TEACHERS[:4], "班", *TEACHERS[5:]]]), "没有找到列：班主任"),
        (([teacher()], [["", *["某列"] * 15]]), "没有找到列：制作课件"),
        (([teacher()], [[""] * 16]), "没有找到列：制作课件"),
        (([teacher(在线授课="")],), "缺少指标：在线授课"),
        (([teacher(在线授课="", 网络教研=ERROR)],), "缺少指标：在线授课、网络教研"),
        (([teacher(在线授课="三十")], None, "在线授课"), "缺少指标：在线授课"),
        (([teacher(在线授课=-1)],), "缺少指标：在线授课"),
        (([teacher(在线授课=True)],), "缺少指标：在线授课"),
        (([teacher(学生评价="")],), "缺少指标：学生评价"),
        (([teacher(班主任=ERROR)],), "班主任是错误值"),
        (([[""] * 16],), "缺少指标：制作课件"),
    ],
)
def test_what_cannot_be_computed_is_a_fault(arguments: tuple[Any, ...], text: str) -> None:
    assert fault("TEACHER_SCORE", *arguments).startswith(text)


def test_an_item_needs_only_its_own_measure() -> None:
    row = teacher(在线授课="", 班主任=ERROR)
    assert value("TEACHER_SCORE", [row], None, "制作课件") == 10.0
    assert fault("TEACHER_SCORE", [row], None, "学生评价") == "班主任是错误值"


@pytest.mark.parametrize(
    ("cells", "points"),
    [
        ({"在线授课": "３８．５"}, 98.5),
        ({"在线授课": "38.5节次"}, 98.5),
        ({"在线授课": " 1,040 "}, 100.0),
        ({"学生评价": "85%"}, 93.5),
        ({"学生评价": 85}, 93.5),
        ({"学生评价": "０.８"}, 93.5),
        ({"学生评价": 1 - 1e-10}, 98.5),
        ({"班主任": "√"}, 98.5),
        ({"班主任": "有"}, 98.5),
        ({"班主任": True}, 98.5),
        ({"班主任": 1}, 98.5),
        ({"在线授课": Decimal("38.5")}, 98.5),
        ({"在线授课": np.float64(38.5)}, 98.5),
        ({"班主任": ""}, 83.5),
        ({"班主任": "无", "学生评价": ""}, 83.5),
        ({"任课": ""}, 98.5),
        ({"任课": ERROR, "账号": ERROR, "平台得分": ERROR}, 98.5),
        ({"平台得分": 12}, 98.5),
    ],
)
def test_cells_are_read_as_pasted_cells_are(cells: dict[str, Any], points: float) -> None:
    assert value("TEACHER_SCORE", [teacher(**cells)]) == points
    assert call("TEACHER_SCORES", [teacher(**cells)] * 2)[0][-1] == points


@pytest.mark.parametrize(
    ("cells", "points"),
    [
        ({"作业完成率": 85}, 100.0),
        ({"作业完成率": "85%"}, 100.0),
        ({"作业完成率": 0.79999999}, 95.0),
        ({"学籍管理": 3}, 95.0),
        ({"学籍管理": 0}, 93.0),
        ({"组织机构": "✓"}, 95.0),
        ({"组织机构": "×"}, 90.0),
    ],
)
def test_school_cells_are_read_as_pasted_cells_are(cells: dict[str, Any], points: float) -> None:
    assert value("SCHOOL_SCORE", [school(**cells)]) == points


# arrays


def test_a_row_that_cannot_be_computed_spoils_no_other() -> None:
    rows = [teacher(), teacher(在线授课=""), [""] * 16, teacher(班主任=ERROR), teacher(在线授课=40)]
    found = call("TEACHER_SCORES", rows)
    full = [10.0, 20.0, 18.5, 8.0, 15.0, 4.0, 15.0, 2.0, 3.0, 3.0]
    assert found[0] == [*full, 98.5]
    assert found[1] == [*full[:2], NA, *full[3:], NA]
    assert found[2] == [""] * 11
    assert found[3] == [*full[:6], NA, *full[7:], NA]
    assert found[4][-1] == 100.0


def test_an_array_of_the_wrong_width_is_a_fault() -> None:
    assert fault("SCHOOL_SCORES", [[1, 2]]) == "学校数据一行应有33列，给了2列"
    with pytest.raises(KongjianError, match="各行的列数不同"):
        worksheet.TEACHER_SCORES([teacher(), teacher()[:-1]])


# the workbook's own rules


def test_readings_and_edits_of_the_workbook_hold() -> None:
    assert value("TEACHER_SCORE", [teacher()], None, None, chosen(homework="fifteen")) == 84.5
    assert value("TEACHER_SCORE", [teacher()], None, None, chosen(shortfall="whole")) == 99.0
    edit = [["对象", "指标", "分值", "目标"], ["教师", "在线授课", "", "30"]]
    assert value("TEACHER_SCORE", [teacher()], None, None, joined([[["口径", "取值"]], edit])) == 100.0
    assert value("TEACHER_SCORE", [teacher()]) == 98.5


def test_a_cell_of_several_lines_breaks_no_row() -> None:
    header, row = ["口径", "取值", "说明", "影响"], ["作业管理", "目标15次", "一行\n又一行", "得分\n也是"]
    assert "\n" in joined([[header, row]]).split(CELL)[-1]
    text = joined([[header, row], [["对象", "指标", "目标"], ["教师", "在线授课", "30"]]]) + "\n"
    assert value("TEACHER_SCORE", [teacher()], None, None, text) == 86.0
    assert value("TEACHER_SCORE", [teacher()], None, None, text.replace("\n", "\r\n")) == 86.0


def test_rules_that_cannot_be_used_are_a_fault_of_every_function() -> None:
    bad = joined([[["口径", "取值"], ["作业管理", "免"]]])
    assert "没有“免”" in fault("TEACHER_SCORE", [teacher()], None, None, bad)
    assert "没有“免”" in fault("AWARD", "教师", 1, bad)


# eligibility


@pytest.mark.parametrize(
    ("cells", "months", "text"),
    [
        ({}, None, "达标"),
        ({}, 80, "达标"),
        ({}, 79.994, "月均得分79.99分，低于80分"),
        ({"平台得分": 70}, None, "月均得分70.00分，低于80分"),
        ({"互联网接入": "无", "学生开通空间数": 269}, None, "没有互联网接入；学生开通率89.67%，低于90%"),
        ({"教师总数": ""}, None, "教师开通率无法计算"),
        ({"管理员实名认证": ""}, 90, "管理员实名认证未填"),
    ],
)
def test_eligibility(cells: dict[str, Any], months: Any, text: str) -> None:
    assert value("SCHOOL_ELIGIBLE", [school(**cells)], None, months) == text


def test_the_platform_score_stands_in_only_where_it_has_authority() -> None:
    row, computed = school(平台得分=70), chosen(authority="computed")
    assert value("SCHOOL_ELIGIBLE", [row], None, None, computed) == "达标"
    assert value("SCHOOL_ELIGIBLE", [row], None, None, chosen()) == "月均得分70.00分，低于80分"


def test_months_are_averaged_or_all_must_do() -> None:
    months = [[79, 90, "", 85]]
    assert value("SCHOOL_ELIGIBLE", [school()], None, months) == "达标"
    every = chosen(monthly_rule="every_month")
    assert value("SCHOOL_ELIGIBLE", [school()], None, months, every) == "最低的一个月79.00分，低于80分"


def test_eligibility_that_cannot_be_told_is_a_fault() -> None:
    assert fault("SCHOOL_ELIGIBLE", [school(在线授课="")]) == "缺少指标：在线授课"
    assert value("SCHOOL_ELIGIBLE", [school(在线授课="")], None, 85) == "达标"
    assert fault("SCHOOL_ELIGIBLE", [school(互联网接入=ERROR)]) == "互联网接入是错误值"
    assert fault("SCHOOL_ELIGIBLE", [school(平台得分=ERROR)]) == "平台得分是错误值"
    assert fault("SCHOOL_ELIGIBLE", [school()], None, "很好") == "月均得分不是可用的数字"
    assert fault("SCHOOL_ELIGIBLE", [school()], None, ERROR) == "月均得分不是可用的数字"


# explanation, ranks, awards


def test_an_explanation_has_a_header_and_a_line_for_each_indicator() -> None:
    found = call("SCORE_EXPLAIN", "Teacher", [teacher(制作课件="")])
    assert found[0] == ["指标", "取值", "规则", "分值", "得分", "扣分", "还差"]
    assert [line[0] for line in found[1:]] == [*(i.name for i in RULES.teacher.indicators), "合计"]
    assert found[1] == ["制作课件", "", "满5个得10分，每少1个扣2分，扣完为止", 10.0, NA, NA, "没有数据"]
    assert found[3] == [
        "在线授课",
        38.5,
        "满40节次得20分，每少1节次扣1分，扣完为止",
        20.0,
        18.5,
        1.5,
        "1.5节次",
    ]
    lines = {line[0]: line for line in call("SCORE_EXPLAIN", "学校", [school(组织机构="无")])}
    assert lines["组织机构"] == ["组织机构", "否", "是得5分，否得0分", 5.0, 0.0, 5.0, "做到“是”"]
    assert lines["完成作业"][1] == 0.65
    assert lines["完成作业"][4:] == [15.0, 5.0, "15个百分点"]
    assert fault("SCORE_EXPLAIN", "家长", [teacher()]) == "“家长”应写学校或教师"


def test_ranks() -> None:
    scores = [[90], [80], ["80.004"], [""], [70], ["-"]]
    assert call("RANK_SCORES", scores) == [[1.0], [2.0], [2.0], [""], [4.0], [""]]
    dense = chosen(rank_method="dense")
    assert call("RANK_SCORES", scores, None, dense) == [[1.0], [2.0], [2.0], [""], [3.0], [""]]
    eligible = [["未达标"], ["达标"], [True], ["达标"], ["没有互联网接入"], [""]]
    assert call("RANK_SCORES", scores, eligible) == [[""], [1.0], [1.0], [""], [""], [""]]
    everyone = chosen(rank_among="all")
    assert call("RANK_SCORES", scores, eligible, everyone)[0] == [1.0]


def test_what_cannot_be_ranked_is_an_error_in_its_own_cell() -> None:
    assert call("RANK_SCORES", [[90], [ERROR], ["高"], [80]]) == [[1.0], [NA], [NA], [2.0]]
    assert call("RANK_SCORES", [[90], [80]], [[ERROR], ["是"]]) == [[NA], [1.0]]
    assert fault("RANK_SCORES", [[90], [80]], [["是"]]) == "是否达标应为与得分一样长的一列"
    assert call("RANK_SCORES", [[""], [""]]) == [[""], [""]]
    assert call("RANK_SCORES", [[ERROR], [""]], None, chosen(ties="order")) == [[NA], [""]]
    assert fault("RANK_SCORES", [[90, 80]]).startswith("得分应为一列")


def test_ties_that_nothing_breaks_are_left_open() -> None:
    scores = [[90], [80], [80], [70]]
    assert call("RANK_SCORES", scores, None, chosen(ties="order")) == [[1.0], [NA], [NA], [4.0]]
    dense = chosen(ties="order", rank_method="dense")
    assert call("RANK_SCORES", scores, None, dense) == [[1.0], [NA], [NA], [NA]]
    broken = [[90, 1, 1, 1], [80, 5, 2, 1], [80, 5, 3, 1], [70, 9, 9, 9]]
    assert call("RANK_SCORES", broken, None, dense) == [[1.0], [3.0], [2.0], [4.0]]
    assert call("RANK_SCORES", broken) == [[1.0], [2.0], [2.0], [4.0]]


@pytest.mark.parametrize(
    ("kind", "rank", "name"),
    [
        ("学校", 1, "网络学习空间应用示范校"),
        ("school", "3", "网络学习空间应用示范校"),
        ("学校", 4, ""),
        ("教师", 10, "网络学习空间应用专家"),
        ("TEACHER", 11.0, "网络学习空间应用优秀教师"),
        ("教师", 50, "网络学习空间应用优秀教师"),
        ("教师", 51, ""),
        ("教师", "", ""),
    ],
)
def test_awards(kind: str, rank: Any, name: str) -> None:
    assert value("AWARD", kind, [[rank]]) == name


@pytest.mark.parametrize("rank", [0, -1, 1.5, "第一", ERROR])
def test_a_rank_that_is_none_is_a_fault(rank: Any) -> None:
    assert fault("AWARD", "学校", [[rank]]).startswith("名次应为1、2、3")
