"""平台核对: each cause where the numbers bear it out and not a cent beside it, hand-worked."""

from __future__ import annotations

import dataclasses

import pytest

from kongjian.rules import resolve
from pasting import SCORED
from reconciled import BLANK, FOUR_COURSEWARE, RULES, UNKNOWN, Table, events, months, schools, teachers, why

# daily cap: three days with four lines make 3 effective times: 10 − 2 × 2 = 6 points; four would make 8


@pytest.mark.parametrize("given", [BLANK, 3.0], ids=["from events", "given the same"])
def test_the_platform_counted_every_line(given: float) -> None:
    said = why(teachers=teachers({"制作课件": given, "平台得分": 98.0}), events=FOUR_COURSEWARE)
    assert said == "每日上限：行为明细有制作课件4次（有效3次），不按每天1次算正好是98.00"


def test_the_platform_kept_the_cap_and_we_were_given_more() -> None:
    said = why(teachers=teachers({"制作课件": 5.0, "平台得分": 96.0}), events=FOUR_COURSEWARE)
    assert said == "每日上限：教师数据给的制作课件5次（有效3次），按有效次数算正好是96.00"


@pytest.mark.parametrize("score", [97.99, 98.01])
@pytest.mark.parametrize("given", [BLANK, 3.0])
def test_a_cent_beside_it_is_not_the_cap(score: float, given: float) -> None:
    said = why(teachers=teachers({"制作课件": given, "平台得分": score}), events=FOUR_COURSEWARE)
    assert said == UNKNOWN


def test_without_a_repeated_line_there_is_no_cap_to_blame() -> None:
    three = events(*(("2021-03-0" + str(d), "制作课件") for d in (1, 2, 3)))
    assert why(teachers=teachers({"制作课件": BLANK, "平台得分": 98.0}), events=three) == UNKNOWN


def test_a_partial_log_says_nothing_of_a_count_that_is_less() -> None:
    """Four lines of which three count, but 4 were given: neither log nor cap explains 100."""
    assert why(teachers=teachers({"制作课件": 2.0, "平台得分": 98.0}), events=FOUR_COURSEWARE) == UNKNOWN


def test_the_cap_reaches_the_school_through_its_teachers() -> None:
    """The school's 制作课件 is its teacher's 3: 4 − 2 = 2 points, 98 in all; with 4 lines 3 points, 99."""
    said = why(
        schools=schools({"制作课件": BLANK, "平台得分": 99.0}),
        teachers=teachers({"制作课件": BLANK}),
        events=FOUR_COURSEWARE,
    )
    assert said == "每日上限：本校教师的行为明细不按每天1次算正好是99.00"
    said = why(
        schools=schools({"制作课件": BLANK, "平台得分": 98.0}),
        teachers=teachers({"制作课件": 5.0}),
        events=FOUR_COURSEWARE,
    )
    assert said == "每日上限：本校教师的次数都按行为明细的有效次数算正好是98.00"


def test_only_some_of_many_behaviours_are_named() -> None:
    twice = [(d, b) for b in ("制作课件", "成绩管理", "网络教研") for d in ("2021-03-01", "2021-03-01")]
    blank = {"制作课件": BLANK, "成绩管理": BLANK, "网络教研": BLANK}
    # 1 of 5 is 2 points, 1 of 2 is 2, 1 of 4 is 2: 84; with 2, 2 and 2: 4, 4 and 4: 90
    said = why(teachers=teachers({**blank, "平台得分": 90.0}), events=events(*twice))
    assert said == (
        "每日上限：行为明细有制作课件2次（有效1次）、网络教研2次（有效1次）等3项，不按每天1次算正好是90.00"
    )


# months: 90 and 80 of eight


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (85.0, "缺月份：正好是已有2个月得分的平均数，缺2021-02、2021-03、2021-04、2021-05、2021-06、2021-07"),
        (21.25, "缺月份：正好是8个月得分的平均数，其中缺的2021-02、2021-03、2021-04、2021-05、2021-06、2021-07按0分"),
        (90.0, "月度得分：正好是2020-12的月度得分"),
        (80.0, "月度得分：正好是2021-01的月度得分"),
        (85.01, UNKNOWN),
        (21.24, UNKNOWN),
        (89.99, UNKNOWN),
    ],
)  # fmt: skip
def test_months_that_are_not_there(score: float, said: str) -> None:
    given = {"2020-12": 90.0, "2021-01": 80.0}
    assert why(teachers=teachers({"平台得分": score}), monthly=months(given)) == said
    school = why(schools=schools({"平台得分": score}), monthly=months(given, "学校"))
    assert school == said


def test_all_months_there() -> None:
    """Seven times 80 and 84.04 make 80.505: half up 80.51."""
    given = dict.fromkeys(RULES.period.months(), 80.0) | {"2021-07": 84.04}
    said = why(teachers=teachers({"平台得分": 80.51}), monthly=months(given))
    assert said == "月度得分：正好是8个月得分的平均数"
    assert why(teachers=teachers({"平台得分": 80.5}), monthly=months(given)) == UNKNOWN
    said = why(teachers=teachers({"平台得分": 80.0}), monthly=months(given))
    assert said == "月度得分：正好是2020-12、2021-01等7项的月度得分"


def test_another_units_months_explain_nothing() -> None:
    two = teachers({"平台得分": 90.0}, {})
    assert why(teachers=two, monthly=months({"2020-12": 90.0}, account="a2")) == UNKNOWN


# other readings


@pytest.mark.parametrize(
    ("change", "score", "said"),
    [
        ({"作业管理": 8.0}, 93.0, "按口径“作业管理”取“目标15次”正好是93.00"),
        ({"作业管理": 8.0}, 93.01, UNKNOWN),
        ({"作业管理": 8.0}, 92.99, UNKNOWN),
        ({"作业管理": 0.0}, 85.0, "按口径“作业管理”取“零次零分”正好是85.00；按口径“作业管理”取“目标15次”正好是85.00"),
        ({"班主任": 0.0, "学生评价": BLANK}, 100.0,
         "按口径“非班主任的学生评价”取“给满分”正好是100.00；按口径“非班主任的学生评价”取“折算”正好是100.00"),
        ({"班主任": 0.0, "学生评价": BLANK, "制作课件": 4.0}, 97.65, "按口径“非班主任的学生评价”取“折算”正好是97.65"),
        ({"班主任": 0.0, "学生评价": BLANK, "制作课件": 4.0}, 97.64, UNKNOWN),
    ],
)  # fmt: skip
def test_another_reading_of_a_teachers_score(change: Table, score: float, said: str) -> None:
    assert why(teachers=teachers({**change, "平台得分": score})) == said


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (100.0, "按口径“不足部分计法”取“满一个才扣”正好是100.00"),
        (99.0, "按口径“不足部分计法”取“不足一个按一个”正好是99.00"),
        (99.01, UNKNOWN),
    ],
)
def test_another_reading_of_a_schools_score(score: float, said: str) -> None:
    """4.6 of 5 cost 0.4 points."""
    assert why(schools=schools({"制作课件": 4.6, "平台得分": score})) == said


def test_another_weight_of_the_classes() -> None:
    """30 pupils at 1 and 10 at 0.2: 0.8 by pupils, 0.6 by classes: 10 or 8 points."""
    classes = {"学校名称": ["甲校"] * 2, "学生数": [30.0, 10.0], "课程学习完成率": [1.0, 0.2]}
    said = why(schools=schools({"课程学习完成率": BLANK, "平台得分": 98.0}), classes=classes)
    assert said == "按口径“生期均”取“按班级”正好是98.00"


def test_under_the_other_reading_the_default_is_the_other_one() -> None:
    fifteen = resolve(RULES, {"homework": "fifteen"})
    said = why(fifteen, teachers=teachers({"作业管理": 8.0, "平台得分": 100.0}))
    assert said == "按口径“作业管理”取“按原文”正好是100.00；按口径“作业管理”取“零次零分”正好是100.00"
    assert why(fifteen, teachers=teachers({"作业管理": 8.0, "平台得分": 93.5})) == UNKNOWN


def test_more_readings_than_are_named_are_counted() -> None:
    short = RULES.replace(reconcile=dataclasses.replace(RULES.reconcile, most_named=1))
    said = why(short, teachers=teachers({"作业管理": 0.0, "平台得分": 85.0}))
    assert said == "按口径“作业管理”取“零次零分”正好是85.00（另有1种口径也对得上）"


# data that are not there: 在线授课 is worth 20 points


@pytest.mark.parametrize(
    ("score", "said"),
    [
        (98.0, "缺数据：在线授课没有数据，最多少算20分"),
        (78.01, "缺数据：在线授课没有数据，最多少算20分"),
        (98.01, UNKNOWN),
        (77.0, UNKNOWN),
    ],
)
def test_missing_data_explain_no_more_than_their_points(score: float, said: str) -> None:
    assert why(teachers=teachers({"在线授课": BLANK, "制作课件": 4.0, "平台得分": score})) == said


def test_measures_from_few_teachers_are_named_where_they_could_make_up_the_difference() -> None:
    """One teacher's 38 hours cost 2 of the school's 10 points."""
    staff = teachers({"在线授课": 38.0})
    told = "缺数据：在线授课只由1名教师推算"
    for score, said in ((100.0, told), (97.9, told), (90.0, told), (89.99, UNKNOWN)):
        assert why(schools=schools({"在线授课": BLANK, "平台得分": score}), teachers=staff) == said
    most = teachers(*[{"在线授课": 38.0}] * RULES.reconcile.few_teachers)
    assert why(schools=schools({"在线授课": BLANK, "平台得分": 97.9}), teachers=most).endswith(
        "只由3名教师推算"
    )
    poor = {"在线授课": BLANK, "制作课件": 4.0}  # 97 in all
    assert why(schools=schools({**poor, "平台得分": 99.0}), teachers=staff) == told
    assert why(schools=schools({**poor, "平台得分": 99.01}), teachers=staff) == UNKNOWN
    many = teachers(*[{"在线授课": 38.0}] * (RULES.reconcile.few_teachers + 1))
    assert why(schools=schools({"在线授课": BLANK, "平台得分": 97.9}), teachers=many) == UNKNOWN


# rounding


@pytest.mark.parametrize(
    ("courseware", "hours", "score", "said"),
    [
        # 3.62 + 9.82: 99.44; 3.6 + 9.8 make 99.4
        (4.62, 39.82, 99.4, "四舍五入：各指标保留1位小数再相加正好是99.40"),
        (4.62, 39.82, 99.41, UNKNOWN),
        (4.62, 39.82, 99.39, UNKNOWN),
        # 3.62 + 9.73: 99.35; its own half goes up, the parts' do not
        (4.62, 39.73, 99.4, "四舍五入：保留1位小数正好是99.40"),
        (4.62, 39.73, 99.3, "四舍五入：各指标保留1位小数再相加正好是99.30"),
        # 3.63 + 9.83: 99.46; 3.6 + 9.8 are 0.06 away
        (4.63, 39.83, 99.4, UNKNOWN),
        # 3.966 + 9.966: 99.93; 3.97 + 9.97 make 99.94, whole numbers 100
        (4.966, 39.966, 99.94, "四舍五入：各指标保留2位小数再相加正好是99.94"),
        # 3.98 + 9.98: 99.96; whole numbers make 100, and so does one decimal
        (4.98, 39.98, 100.0,
         "按口径“不足部分计法”取“满一个才扣”正好是100.00；四舍五入：各指标保留1位小数再相加正好是100.00"),
        # 3.56 + 9.49: 99.05; 4 + 9 make 99
        (4.56, 39.49, 99.0, "四舍五入：各指标取整数再相加正好是99.00"),
    ],
)  # fmt: skip
def test_rounding(courseware: float, hours: float, score: float, said: str) -> None:
    found = why(schools=schools({"制作课件": courseware, "在线授课": hours, "平台得分": score}))
    assert found == said


def test_indicators_that_do_not_add_up_are_not_added_up() -> None:
    """0.2 points of 85 are stretched to 0.24 of 100: it is the total that was rounded, if anything."""
    rescale = resolve(RULES, {"non_homeroom": "rescale"})
    idle = dict.fromkeys(SCORED, BLANK) | {"班主任": 0.0, "制作课件": 0.1, "平台得分": 0.2}
    assert why(rescale, teachers=teachers(idle)).endswith("四舍五入：保留1位小数正好是0.20")


# several causes, and none


def test_several_causes_are_told_in_their_order() -> None:
    said = why(
        teachers=teachers({"制作课件": BLANK, "作业管理": 8.0, "平台得分": 98.0}),
        events=FOUR_COURSEWARE,
        monthly=months(dict.fromkeys(RULES.period.months(), 98.0)),
    )
    assert said == (
        "每日上限：行为明细有制作课件4次（有效3次），不按每天1次算正好是98.00；月度得分：正好是8个月得分的平均数"
    )


def test_no_cause() -> None:
    assert why(teachers=teachers({"平台得分": 77.77})) == "看不出为什么不同；要知道原因，请向平台要计分的明细"
