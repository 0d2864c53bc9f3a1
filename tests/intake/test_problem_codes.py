"""Every kind of finding: a paste that leads to it, and the row of 问题清单 that it becomes; long because every code has its paste in one table."""

from __future__ import annotations

import ast
import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from string import Formatter

import pytest

import kongjian
from kongjian.base.grid import Grid
from kongjian.engine.declined import Decline
from kongjian.engine.event_log import COLUMNS, COUNTED
from kongjian.intake.effective_rows import COUNTS
from kongjian.intake.problem_list import frame, lines
from kongjian.rules.choices import resolve
from kongjian.rules.model_tables import SchoolName
from pasting import ACCOUNT, CLEAN, PERSON, RULES, SCHOOL, Changes, Read, lines_of, read, sheet, table, told

PACKAGE = Path(kongjian.__file__).parent
Provoke = Callable[[], Read]


def schools(*changes: Changes) -> Provoke:
    return lambda: read(schools=table("schools", *changes))


def teachers(*changes: Changes) -> Provoke:
    return lambda: read(teachers=table("teachers", *changes))


def classes(*changes: Changes) -> Provoke:
    return lambda: read(classes=table("classes", *changes))


def monthly(*changes: Changes) -> Provoke:
    return lambda: read(monthly=table("monthly", *changes))


def events(*changes: Changes) -> Provoke:
    return lambda: read(events=table("events", *changes))


def no_column(table_id: str, name: str) -> Provoke:
    headers = [n for n in RULES.table(table_id).names if n != name]
    return lambda: read(**{table_id: table(table_id, {}, headers=headers)})


def below(*lines: list[object]) -> Provoke:
    """Lines under two teachers."""
    return lambda: read(teachers=sheet(*lines_of("teachers", {}, {"账号": "t2"}), *lines))


def both(**changes: list[Changes]) -> Provoke:
    """Several sheets changed at once."""
    return lambda: read(**{name: table(name, *rows) for name, rows in changes.items()})


def called(names: Sequence[tuple[str, str]], **changes: list[Changes]) -> Provoke:
    """Several sheets changed at once, where 列名对应 says how schools are called now."""
    said = tuple(SchoolName(old, new, f"G{k}") for k, (old, new) in enumerate(names, start=4))
    rules = RULES.replace(renamed=said)
    return lambda: read(rules, **{name: table(name, *rows) for name, rows in changes.items()})


def counted(*changes: Changes, **grids: Grid) -> Provoke:
    """Rows 导入 of 有效次数."""
    rows = [[{**IMPORTED, **change}.get(c, "") for c in (*COLUMNS, *COUNTED)] for change in changes]
    return lambda: read(**{COUNTS: sheet([*COLUMNS, *COUNTED], *rows), **grids})


def declined(person: str, said: str, word: str) -> Provoke:
    """A clean paste beside an award that somebody declines."""
    award = RULES.awards[-2].name
    return lambda: replace(read(), declines=[Decline(award, SCHOOL, person, "", said, word)])


def under(value: str, **changes: list[Changes]) -> Provoke:
    """The same where 规则 chooses these values of readings, as `reading=value,reading=value`."""
    rules = resolve(RULES, dict(one.split("=") for one in value.split(",")))
    return lambda: read(rules, **{name: table(name, *rows) for name, rows in changes.items()})


IMPORTED: Changes = {
    "学校名称": SCHOOL, "账号": ACCOUNT, "角色": "教师", "行为": "在线授课", "月份": "2021-03", "有效次数": 40.0, "出处": "导入",
}  # fmt: skip
OTHER: Changes = {"账号": "t2", "教师姓名": "王强"}
PUPIL: Changes = {"角色": "学生", "账号": "x1", "行为": "完成作业", "年级": "三年级", "班级": "1班"}
VETO = replace(
    RULES.school.indicators[0], name="事故", measure=RULES.school.indicators[0].name, kind="veto", points=0.0
)
"""A veto in a column that our own scheme has."""


def vetoed(*changes: Changes) -> Provoke:
    rules = RULES.replace(school=replace(RULES.school, indicators=(*RULES.school.indicators, VETO)))
    return lambda: read(rules, schools=table("schools", *changes))


def awarded(how: dict[str, object], *changes: Changes) -> Provoke:
    """The same where one more award is given otherwise."""
    more = replace(RULES.awards[0], name="另一奖项", **how)  # type: ignore[arg-type]
    rules = RULES.replace(awards=(*RULES.awards, more))
    return lambda: read(rules, schools=table("schools", *changes))


MONTHS = RULES.period.months()
HEADERS = RULES.table("teachers").names
TEACHER = [CLEAN["teachers"].get(n, "") for n in HEADERS]
ROUNDED = 421281199001011000.0


def full() -> Read:
    """A paste down to the last row of a sheet, were a sheet so small."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("kongjian.intake.tables.LAST_ROW", 5)
        return read(teachers=table("teachers", {}, {"账号": "t2"}))


# code → how to provoke it, the row that tells of it
CODES: dict[str, tuple[Provoke, str]] = {
    "sheet_missing": (lambda: read(events=None), "提示 行为明细!A3 没有工作表“行为明细”，按没有数据计算"),
    "sheet_empty": (lambda: read(teachers=sheet()), "提示 教师数据!A3 教师数据没有数据"),
    "sheet_full": (full, "警告 教师数据!A5 教师数据写到了工作表的最后一行，再多的行这里放不下，可能没有粘贴进来"),
    "header_missing": (
        lambda: read(teachers=sheet([], [], TEACHER)), "错误 教师数据!A3 找不到表头：第3行应有“学校名称、教师姓名”",
    ),
    "header_moved": (
        lambda: read(teachers=sheet(HEADERS, TEACHER)), "警告 教师数据!A1 表头在第1行，不在第3行",
    ),
    "key_column_missing": (
        no_column("teachers", "教师姓名"), "错误 教师数据!A3 没有“教师姓名”列，这张表无法读取",
    ),
    "column_missing": (no_column("teachers", "账号"), "错误 教师数据!A3 缺“账号”列，按空白处理"),
    "derivable_column_missing": (no_column("schools", "在线授课"), "提示 学校数据!A3 缺“在线授课”列，按教师数据推算"),
    "header_renamed": (
        lambda: read(teachers=sheet([], [], ["单位", *HEADERS[1:]], TEACHER)), "提示 教师数据!A3 列名“单位”按“学校名称”读取",
    ),
    "header_twice": (
        lambda: read(teachers=sheet([], [], [*HEADERS, "在线授课"], [*TEACHER, 3.0])),
        "错误 教师数据!Q3 “在线授课”列出现2次（H3、Q3），只用H3",
    ),
    "repeated_header": (below(HEADERS, TEACHER), "提示 教师数据!A6 这一行又是表头，不作为数据"),
    "header_changed": (
        below(HEADERS[::-1], TEACHER[::-1]), "错误 教师数据!A6 这一行又是表头，列的次序与第3行不同，从这一行起没有读取",
    ),
    "note_row": (below(["注：完"]), "提示 教师数据!A6 “注：完”这一行只有文字，不作为数据"),
    "total_row": (below(["合计"]), "提示 教师数据!A6 “合计”行不作为数据"),
    "blank_row": (below([], [SCHOOL, "王强", "t3"]), "提示 教师数据!A6 数据中间有空行，已跳过"),
    "merged_cells": (
        lambda: read(teachers=sheet(*lines_of("teachers", {}), merged=[(4, 1, 5, 2)])),
        "警告 教师数据!A4 数据区有合并单元格，只有左上角一格有值",
    ),
    "error_cell": (
        lambda: read(teachers=sheet(*lines_of("teachers", {"在线授课": ""}), errors={(4, 8): "#N/A"})),
        "错误 教师数据!H4 单元格是错误值#N/A，按空白处理",
    ),
    "text_number": (teachers({"在线授课": "４０"}), "提示 教师数据!H4 文本“４０”按数字40读取"),
    "unit_number": (
        teachers({"在线授课": "40节次"}), "提示 教师数据!H4 “在线授课”列有带单位或分隔符的数，如“40节次”按40读取（共1格）",
    ),
    "zero_word": (teachers({"在线授课": "未开展"}), "提示 教师数据!H4 “在线授课”列的“未开展”按0读取"),
    "percent_text": (teachers({"学生评价": "100%"}), "提示 教师数据!L4 “100%”按1读取"),
    "percent_number": (
        teachers({"学生评价": 90.0}), "提示 教师数据!L4 “学生评价”列按百分数读，如“90”是90%（共1格）",
    ),
    "mixed_percent": (
        classes({"作业完成率": 0.5}, *({"班级": f"{n}班", "作业完成率": 50.0} for n in (2, 3))),
        "警告 班级数据!F4 “0.5”按50%读取；要是百分数，就是0.5%",
    ),
    "times_column": (teachers({"学生评价": 2.0}), "提示 教师数据!L4 “学生评价”列按次数读，满1次就是评完全班（共1格）"),
    "rate_capped": (classes({"作业完成率": 1.2}), "警告 班级数据!F4 作业完成率“1.2”是120%，超过100%，按100%计"),
    "rate_too_high": (
        classes({}, {"班级": "2班", "作业完成率": 85.0}),
        "错误 班级数据!F5 作业完成率“85”是8500%，超过150%，按空白处理",
    ),
    "not_a_number": (teachers({"在线授课": "四十"}), "错误 教师数据!H4 “四十”不是数字，按空白处理"),
    "placeholder": (teachers({"在线授课": "-"}), "警告 教师数据!H4 “-”当作空白"),
    "negative": (teachers({"在线授课": -1.0}), "错误 教师数据!H4 在线授课是负数-1，按空白处理"),
    "out_of_range": (teachers({"平台得分": 101.0}), "错误 教师数据!P4 平台得分101超出0到100，按空白处理"),
    "not_yes_no": (schools({"组织机构": "?"}), "错误 学校数据!K4 “?”不是“是”或“否”，按空白处理"),
    "not_a_choice": (monthly({"类别": "学生"}), "错误 月度得分!A4 类别“学生”不认识，这一行不用"),
    "bad_month": (monthly({"月份": "去年"}), "错误 月度得分!D4 月份“去年”认不出，这一行不用"),
    "month_as_text": (monthly({"月份": "2020年12月"}), "提示 月度得分!D4 月份“2020年12月”按2020-12读取"),
    "bad_date": (events({"日期": "昨天"}), "错误 行为明细!A4 日期“昨天”认不出，这一行不用"),
    "date_as_text": (events({"日期": "2021-03-01"}), "提示 行为明细!A4 日期是文本，按日期读取"),
    "name_trimmed": (
        teachers({"教师姓名": " 张明"}), "提示 教师数据!B4 名称里有多余的空格或看不见的字符，按“张明”读取",
    ),
    "long_text": (teachers({"教师姓名": "长" * 256}), "警告 教师数据!B4 文字长达256字"),
    "account_rounded": (
        teachers({"账号": ROUNDED}), "错误 教师数据!C4 账号421281199001011000已被Excel改掉末尾几位，无法用来核对",
    ),
    "account_suspect": (
        teachers({"账号": "421281199001011000"}),
        "警告 教师数据!C4 账号421281199001011000以000结尾，可能已被Excel改掉末尾几位",
    ),
    "account_number": (teachers({"账号": 123.0}), "提示 教师数据!C4 账号123是数字格式，按文本读取"),
    "account_blank": (teachers({"账号": ""}), "警告 教师数据!C4 账号空白，月度得分和行为明细无法对上"),
    "account_twice": (teachers({}, {}), f"错误 教师数据!C5 账号{ACCOUNT}与第4行重复，这一行不计"),
    "account_moved": (
        called([(ACCOUNT, SCHOOL)], teachers=[{"学校名称": "甲校"}, {}], schools=[{}, {"学校名称": "甲校"}]),
        f"提示 教师数据!C4 账号{ACCOUNT}在两所学校，按“列名对应”的学校更名算在第5行的学校，这一行不计",
    ),
    "school_renamed": (
        called([("老校名", SCHOOL)], teachers=[{"学校名称": "老校名"}, {"账号": "t2", "学校名称": "老校名"}]),
        f"提示 教师数据!A4 “老校名”按“列名对应”的学校更名读作“{SCHOOL}”（2行）",
    ),
    "rename_unknown": (
        called([("老校名", "新校名")]), "错误 学校数据!A3 “列名对应”G4的现名称“新校名”在学校数据里没有，这一行没有用",
    ),
    "rename_twice": (
        called([("老校名", SCHOOL), ("老校名", "甲校")], schools=[{}, {"学校名称": "甲校"}]),
        "错误 学校数据!A3 “列名对应”G5的原名称“老校名”已经写了另一个现名称，这一行没有用",
    ),
    "same_name": (
        teachers({"账号": ""}, {"账号": ""}), "警告 教师数据!B5 同校有同名教师“张明”且账号空白（与第4行），无法区分",
    ),
    "teaching_blank": (teachers({"任课": ""}), "提示 教师数据!D4 任课空白，按“是”计算"),
    "homeroom_blank": (teachers({"班主任": ""}), "提示 教师数据!E4 班主任空白，按“否”计算"),
    "name_blank": (teachers({"教师姓名": ""}), "错误 教师数据!B4 教师姓名空白，这一行不用"),
    "school_twice": (schools({}, {}), f"错误 学校数据!A5 学校“{SCHOOL}”与第4行重复，这一行不计"),
    "school_unknown": (teachers({"学校名称": "撤并小学"}), "错误 教师数据!A4 学校“撤并小学”在学校数据里没有"),
    "condition_blank": (schools({"互联网接入": ""}), "警告 学校数据!C4 互联网接入空白，这个达标条件无法判断，按未达标"),
    "opened_over_total": (
        schools({"教师总数": 9.0}), "错误 学校数据!H4 教师开通空间数48大于教师总数9，开通率无法计算",
    ),
    "total_zero": (
        schools({"教师总数": 0.0, "教师开通空间数": 0.0}), "警告 学校数据!G4 教师总数是0，开通率无法计算",
    ),
    "administrator_blank": (schools({"管理员姓名": ""}), "警告 学校数据!E4 管理员姓名空白，获奖名单里会缺姓名"),
    "evaluation_not_homeroom": (
        teachers({"班主任": "否"}), "提示 教师数据!L4 不是班主任却有学生评价，按口径“非班主任的学生评价”处理",
    ),
    "class_below": (classes({"年级": "二年级"}), "提示 班级数据!B4 小学三年级以下的班级不计"),
    "grade_unread": (classes({"年级": "2018级"}), "警告 班级数据!B4 年级“2018级”认不出，这些班级照样计入"),
    "stage_unread": (
        lambda: read(schools=table("schools", {"学段": "公办"}), classes=table("classes", {"年级": "小一"})),
        "警告 班级数据!B4 学段“公办”认不出，三年级以下的班级照样计入",
    ),
    "class_size_missing": (classes({"学生数": ""}), "警告 班级数据!D4 学生数空白或为0，这个班不计入按学生的平均"),
    "class_twice": (classes({}, {}), f"警告 班级数据!C5 班级“{SCHOOL}三年级1班”与第4行重复，两行都计"),
    "rate_from_counts": (
        classes({"作业完成率": "", "作业完成次数": 9.0}), "提示 班级数据!F4 作业完成率由次数推算",
    ),
    "unit_unknown": (monthly({"账号": "t9"}), "警告 月度得分!C4 教师“t9”在教师数据里没有，这些行不用"),
    "month_outside": (
        monthly({"月份": "2021-09"}, {}), "提示 月度得分!D4 月份2021-09不在评选时间2020-12至2021-07内，这一行不用",
    ),
    "month_twice": (monthly({}, {}), f"错误 月度得分!E5 {ACCOUNT} 2020-12的得分与第4行重复，只用第4行"),
    "kind_guessed": (monthly({"类别": ""}), "提示 月度得分!A4 类别空白，按“教师”读取"),
    "no_monthly": (teachers({}), "提示 教师数据!A4 没有月度得分，月均用得分代替"),
    "months_from_log": (
        under("log_months=prorated,blank_count=zero", teachers=[{}], events=[{}]),
        "提示 月度得分!A3 教师没有平台的月度得分，2021-03的得分由行为明细算出，月目标是全学期的1/8（口径“没有月度得分”）",
    ),
    "months_missing": (
        monthly(*({"月份": f"2021-0{m}"} for m in range(1, 8))), "警告 教师数据!A4 月度得分缺2020-12，月均按有的7个月算",
    ),
    "month_mostly_zero": (
        monthly({"得分": 0.0}), "警告 月度得分!A3 教师2020-12的月度得分有一半或更多是0分，像是还没有统计",
    ),
    "event_unknown_role": (events({"角色": "家长"}), "警告 行为明细!D4 角色“家长”不认识，这些行不计"),
    "event_unknown_behaviour": (events({"行为": "浏览"}), "警告 行为明细!E4 行为“浏览”不认识，这些行不计"),
    "event_unknown_school": (
        events({"角色": "管理员", "行为": "家长管理", "学校名称": "撤并小学"}),
        "警告 行为明细!B4 管理员的学校“撤并小学”在学校数据里没有，这些行不计",
    ),
    "event_other_role": (events({"行为": "学籍管理"}), "警告 行为明细!E4 行为“学籍管理”不是教师的行为，这些行不计"),
    "event_outside": (
        events({"日期": "2021-09-01"}, {}), "提示 行为明细!A4 日期不在评选时间2020-12至2021-07内，这些行不计",
    ),
    "event_no_account": (events({"账号": ""}), "警告 行为明细!C4 账号空白，这些行不计"),
    "event_unknown_account": (events({"账号": "t9"}), "警告 行为明细!C4 账号在教师数据里没有，这些行不计"),
    "event_repeated": (events({}, {}), "提示 行为明细!E5 同一天重复的行为，按规定不再计次"),
    "counts_differ": (events({}), "警告 教师数据!H4 在线授课给的是40，按行为明细应是1，用给的数"),
    "event_below": (events({**PUPIL, "年级": "二年级"}), "提示 行为明细!A4 三年级以下学生的行为不计"),
    "event_two_schools": (
        both(
            schools=[{}, {"学校名称": "乙校"}], events=[{}, {"日期": dt.date(2021, 3, 2), "学校名称": "乙校"}]
        ),
        f"警告 教师数据!C4 账号{ACCOUNT}的行为明细写着2所学校，每天仍只计1次",
    ),
    "counts_unusable": (
        counted({"行为": "登录"}), "错误 行为明细!A3 有效次数里导入的1行用不了（从第2行“登录”起）：角色、行为、月份或次数不对，没有计入",
    ),
    "counts_other_limit": (
        counted({"角色": "学生", "行为": "完成作业", "每人上限": 4.0}),
        "错误 行为明细!A3 有效次数里导入的1行学生次数是按每人最多4次数的，和现在的规则不同，没有计入（从第2行起）",
    ),
    "counts_unknown_accounts": (
        counted({"账号": "别人"}, {"账号": "别人", "月份": "2021-04"}),
        "提示 行为明细!A3 有效次数里导入的2行是教师数据里没有的账号，没有计入（共1个账号，如第2行“别人”）",
    ),
    "counts_unknown_schools": (
        counted({"角色": "管理员", "行为": "学籍管理", "学校名称": "别校"}),
        "警告 行为明细!A3 有效次数里导入的1行是学校数据里没有的学校，没有计入（共1所，如第2行“别校”）",
    ),
    "counts_stand": (
        counted({}, events=table("events", {})),
        "提示 行为明细!A3 行为明细有1行是导入过的账号、行为和月份（从第4行起），用导入的次数，这些行不再计次",
    ),
    "log_other_accounts": (
        events({"账号": "x9"}), "错误 学校数据!A4 行为明细里这所学校教师的账号没有一个在教师数据里，像是另一种账号",
    ),
    "log_no_account": (
        both(teachers=[{"账号": "", "在线授课": ""}], events=[{}]),
        "警告 教师数据!C4 账号空白，行为明细说明不了这名教师空着的次数",
    ),
    "log_gap": (
        events({}), "警告 行为明细!A3 行为明细没有2020-12、2021-01、2021-02的任何记录，这些月份做过的没有计入",
    ),
    "counts_covered": (
        both(teachers=[{}, {**OTHER, "在线授课": ""}], events=[{}]),
        "提示 教师数据!H3 在线授课有1名教师空着，行为明细里也没有，按0次（口径“行为明细的含义”）",
    ),
    "counts_zero": (
        under("blank_count=zero", teachers=[{"在线授课": ""}]),
        "提示 教师数据!H3 在线授课有1名教师空着，按0次（口径“空白次数”）",
    ),
    "answers_covered": (
        both(
            schools=[{}, {"学校名称": "乙校", "教师管理": ""}],
            events=[
                {"角色": "管理员", "行为": "教师管理"}, {"角色": "管理员", "行为": "家长管理", "学校名称": "乙校"},
            ],
        ),
        "提示 学校数据!R3 教师管理有1所学校空着，行为明细里也没有，按“否”",
    ),
    "answers_zero": (
        under("blank_count=zero", schools=[{"教师管理": ""}]),
        "提示 学校数据!R3 教师管理有1所学校空着，按“否”（口径“空白次数”）",
    ),
    "teachers_fewer": (
        schools({"在线授课": ""}), "警告 学校数据!G4 教师数据里有1名教师，少于教师总数50，由它推算的指标不完整",
    ),
    "mean_partial": (
        both(schools=[{"在线授课": ""}], teachers=[{}, {**OTHER, "在线授课": ""}]),
        "警告 学校数据!W4 在线授课只有1/2名有数，不是全部的平均，数据不完整",
    ),
    "pupils_capped": (
        both(
            schools=[{"作业完成率": ""}],
            classes=[{"作业完成率": "", "学生数": 1.0}],
            events=[{**PUPIL, "账号": f"x{n}"} for n in range(100)],
        ),
        "提示 班级数据!F4 由学生行为明细得出的作业完成率超过100%，按100%计",
    ),
    "pupils_elsewhere": (
        both(
            schools=[{"作业完成率": ""}], classes=[{"作业完成率": ""}], events=[PUPIL, {**PUPIL, "账号": "x2", "班级": "9班"}]
        ),
        "警告 学校数据!AF4 行为明细里有1名学生的班级在班级数据里没有，没有计入作业完成率",
    ),
    "evaluation_once": (
        both(teachers=[{"学生评价": ""}], events=[{"行为": "学生评价"}]),
        "提示 教师数据!L3 1名教师的学生评价由行为明细得出：评价过一次按完整评价计",
    ),
    "target_unreachable": (
        under("student_effective=once_a_month", classes=[{"作业完成率": ""}], events=[PUPIL]),
        "警告 行为明细!A3 按口径“学生有效次数”，8个月最多计8次，达不到完成作业的目标15次",
    ),
    "counts_filled": (
        lambda: read(events=table("events", {}), teachers=table("teachers", {"在线授课": ""})),
        "提示 教师数据!H4 在线授课空白，用行为明细的有效次数",
    ),
    "measure_missing": (
        teachers({"在线授课": ""}), "警告 教师数据!H4 在线授课没有数据也推算不出，这一项得0分，数据不完整",
    ),
    "group_blank": (
        awarded({"group": "学段"}, {"学段": ""}), "警告 学校数据!B4 学段空白，不在任何一组，没有参加另一奖项",
    ),
    "veto_blank": (vetoed({VETO.column: ""}), "警告 学校数据!K4 组织机构空白，按没有否决计算"),
    "score_differs": (
        teachers({"平台得分": 90.0}), "提示 教师数据!P4 平台得分与计算得分不同，按口径“得分依据”用平台得分",
    ),
    "score_sources_mixed": (
        teachers({"平台得分": 100.0}, OTHER, {**OTHER, "账号": "t3", "教师姓名": "李四"}),
        "警告 教师数据!A3 排名的教师里1个按平台得分、2个按计算得分，两种分不能直接比",
    ),
    "no_award_place": (teachers({}), "提示 学校数据!A3 网络学习空间应用示范校到第3名，达标的只有1个"),
    "decline_unclear": (
        declined(PERSON, "不放弃", ""),
        f"警告 教师数据!A3 获奖名单网络学习空间应用专家“{SCHOOL} {PERSON}”的备注“不放弃”看不出是不是放弃，没有按放弃处理",
    ),
    "decline_unknown": (
        declined("别人", "放弃", "放弃"),
        f"警告 教师数据!A3 获奖名单网络学习空间应用专家“{SCHOOL} 别人”写了“放弃”，现在的数据里对应不到唯一的一个，没有按放弃处理",
    ),
    "award_error": (teachers({}, {}), f"警告 教师数据!A4 网络学习空间应用专家待核实：有没处理的错误（账号{ACCOUNT}与第4行重复，这一行不计）"),
    "award_incomplete": (teachers({"在线授课": ""}), "警告 教师数据!A4 网络学习空间应用专家待核实：在线授课缺数据或不是全部的平均"),
    "award_no_account": (teachers({"账号": ""}), "警告 教师数据!A4 网络学习空间应用专家待核实：账号空白"),
    "award_bad_account": (teachers({"账号": ROUNDED}), "警告 教师数据!A4 网络学习空间应用专家待核实：账号421281199001011000已损坏"),
    "award_no_school": (teachers({"学校名称": "撤并小学"}), "警告 教师数据!A4 网络学习空间应用专家待核实：学校“撤并小学”在学校数据里没有"),
    "award_months": (
        both(teachers=[{}, OTHER], monthly=[{"月份": m} for m in MONTHS] + [{"账号": "t2", "月份": m} for m in MONTHS[1:]]),
        "警告 教师数据!A5 网络学习空间应用专家待核实：缺2020-12的月度得分",
    ),
    "award_months_to_come": (monthly({}), "警告 教师数据!A4 网络学习空间应用专家待核实：评选期未完，还没有2021-01、2021-02、2021-03、2021-04、2021-05、2021-06、2021-07的月度得分"),
    "award_no_months": (teachers({}), "警告 教师数据!A4 网络学习空间应用专家待核实：没有月度得分，月均用得分代替"),
    "award_log_gap": (both(teachers=[{"在线授课": ""}], events=[{}]), "警告 教师数据!A4 网络学习空间应用专家待核实：次数由行为明细得出，行为明细缺2020-12、2021-01、2021-02"),
    "award_mixed": (teachers({"平台得分": 100.0}, OTHER), "警告 教师数据!A4 网络学习空间应用专家待核实：自己是平台得分，获奖线附近有人是计算得分，两种分不能直接比"),
    "award_beyond": (
        teachers(
            *({"账号": f"t{n}", "教师姓名": f"教师{n}", "在线授课": 39.0 - n / 10} for n in range(10)),
            {**OTHER, "账号": "t99", "在线授课": ""},
        ),
        "警告 教师数据!A13 网络学习空间应用专家待核实：王强等1个单位补齐缺的数据以后可能排到前面，超出第10名",
    ),
    "award_share_base": (
        # half of four who qualify are two; one of them has an error
        awarded(
            {"share": 0.5, "first": 0, "last": 0, "group": "学段"}, {}, {"学校名称": "乙小学", "在线授课": 39.0}, {"学校名称": "丙小学", "在线授课": 30.0},
            {"学校名称": "丁小学", "在线授课": 20.0, "参与活动": "很多"},
        ),
        "警告 学校数据!A5 另一奖项待核实：丁小学等1个达标的还有没处理的错误，不算他们名额只到第1名",
    ),
    "award_no_administrator": (schools({"管理员姓名": ""}), "警告 学校数据!A4 网络学习空间应用优秀管理员、省平台信息化专家待核实：管理员姓名空白，不知道授予谁"),
}  # fmt: skip


def test_every_kind_of_finding_has_its_paste() -> None:
    assert list(CODES) == list(RULES.problems)


@pytest.mark.parametrize("code", CODES)
def test_a_paste_leads_to_the_row(code: str) -> None:
    provoke, line = CODES[code]
    found = provoke()
    assert code in {f.code for f in found.judged}
    assert line in told(frame(lines(found.judged, found.intake.where)))
    assert line.split()[0] == RULES.problems[code].level


@pytest.mark.parametrize("code", CODES)
def test_a_wording_uses_what_the_finding_tells(code: str) -> None:
    """A name in braces that the finding does not give would stop a whole calculation."""
    problem = RULES.problems[code]
    wanted = {n for t in (problem.text, problem.advice) for _, n, _, _ in Formatter().parse(t) if n}
    for finding in CODES[code][0]().judged:
        if finding.code == code:
            assert wanted <= {"column", *finding.params}, finding
            assert finding.column or "column" in finding.params or "column" not in wanted


@pytest.mark.parametrize("code", CODES)
def test_a_row_says_what_to_do(code: str) -> None:
    problem = RULES.problems[code]
    assert len(problem.advice) >= 4
    assert not re.search(r"[。；：]$", problem.text + problem.advice)


def codes_said(tree: ast.AST) -> set[str]:
    """The codes given to findings.add(code, …), cells.say(i, code, …) and reject(lines, code, …)."""
    place = {"findings.add": 0, "cells.say": 1, "reject": 1}
    found = set()
    for node in ast.walk(tree):
        at = place.get(ast.unparse(node.func)) if isinstance(node, ast.Call) else None
        if isinstance(node, ast.Call) and at is not None and isinstance(code := node.args[at], ast.Constant):
            found.add(code.value)
    return found


def trees() -> list[ast.AST]:
    files = [*(PACKAGE / "engine").rglob("*.py"), *(PACKAGE / "intake").glob("*.py")]
    return [ast.parse(path.read_text(encoding="utf-8")) for path in files]


def test_every_code_in_the_source_has_its_wording() -> None:
    said = set().union(*map(codes_said, trees()))
    assert said <= set(RULES.problems)
    assert len(said) > 50


def test_no_wording_is_left_over() -> None:
    constants = {n.value for t in trees() for n in ast.walk(t) if isinstance(n, ast.Constant)}
    assert set(RULES.problems) <= constants
