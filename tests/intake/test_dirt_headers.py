"""Headers that are renamed, moved, doubled, missing or pasted again."""

from __future__ import annotations

import pytest

from kongjian.base.grid import Cell
from pasting import PERSON, RULES, SCHOOL, Line, lines_of, read, sheet, table

TEACHERS = RULES.table("teachers").names


def renamed(table_id: str, **names: str) -> list[Line]:
    title, guidance, headers, *rows = lines_of(table_id, {})
    return [title, guidance, [names.get(str(h), h) for h in headers], *rows]


@pytest.mark.parametrize("table_id", [t.id for t in RULES.tables], ids=[t.sheet for t in RULES.tables])
def test_every_alias_is_known(table_id: str) -> None:
    for column in RULES.table(table_id).columns:
        for alias in column.aliases:
            lines = renamed(table_id, **{column.name: alias})
            found = read(**{table_id: sheet(*lines)})
            told = [line for line in found.lines if f"“{alias}”按“{column.name}”读取" in line]
            assert len(told) == 1, (column.name, alias)
            assert told[0].startswith(f"提示 {RULES.table(table_id).sheet}!")


@pytest.mark.parametrize(
    "header",
    [
        "在线 授课",
        "在线\n授课",
        " 在线授课\u3000",
        "在线授课（节次）",
        "在线授课(节次)",
        "在线授课【次】",
        "在线授课\n（期均）",
    ],
)
def test_spaces_line_breaks_and_units_belong_to_no_name(header: str) -> None:
    found = read(teachers=sheet(*renamed("teachers", 在线授课=header)))
    assert found.column("teachers", "在线授课") == [40.0]
    assert [line for line in found.lines if not line.startswith("提示 教师数据!H3 列名“在线授课")] == []


def test_full_width_letters_in_a_header() -> None:
    spelt = "".join(chr(ord(c) + 0xFEE0) if c.isascii() else c for c in "账号(ID)")
    found = read(teachers=sheet(*renamed("teachers", 账号=spelt)))
    assert found.column("teachers", "账号") == ["hb42128101"]
    assert found.lines == ["提示 教师数据!C3 列名“账号（ＩＤ）”按“账号”读取"]


def test_columns_in_any_order() -> None:
    found = read(teachers=table("teachers", {"在线授课": 38.0}, headers=TEACHERS[::-1]))
    assert found.column("teachers", "在线授课") == [38.0]
    assert found.column("teachers", "教师姓名") == [PERSON]
    assert found.lines == []
    dirty = read(teachers=table("teachers", {"在线授课": "三"}, headers=TEACHERS[::-1]))
    assert dirty.lines == ["错误 教师数据!I4 “三”不是数字，按空白处理"]


def test_extra_columns_are_ignored() -> None:
    headers = ["序号", *TEACHERS[:3], "职称", *TEACHERS[3:], "备注"]
    found = read(teachers=table("teachers", {"序号": 1.0, "职称": "高级", "备注": "#？"}, headers=headers))
    assert found.output("TeacherScores", "得分") == [100.0]
    assert found.lines == []


# doubled


def test_of_two_equal_headers_the_first_is_read() -> None:
    lines = lines_of("teachers", {"在线授课": 38.0})
    lines = [[*line, extra] for line, extra in zip(lines, ["", "", "在线授课", 12.0], strict=True)]
    found = read(teachers=sheet(*lines))
    assert found.column("teachers", "在线授课") == [38.0]
    assert found.lines == ["错误 教师数据!Q3 “在线授课”列出现2次（H3、Q3），只用H3"]


def test_the_name_itself_goes_before_an_alias() -> None:
    lines = lines_of("teachers", {"在线授课": 38.0})
    lines = [[extra, *line] for line, extra in zip(lines, ["", "", "授课", 12.0], strict=True)]
    found = read(teachers=sheet(*lines))
    assert found.column("teachers", "在线授课") == [38.0]
    assert found.lines == ["错误 教师数据!A3 “在线授课”列出现2次（A3、I3），只用I3"]


# missing


def without(table_id: str, *names: str) -> list[Line]:
    headers = [n for n in RULES.table(table_id).names if n not in names]
    return lines_of(table_id, {}, headers=headers)


@pytest.mark.parametrize(
    ("table_id", "name"),
    [("schools", "学校名称"), ("teachers", "教师姓名"), ("classes", "学校名称"), ("monthly", "月份"), ("monthly", "得分"), ("events", "日期"), ("events", "行为")],
)  # fmt: skip
def test_without_a_key_column_the_sheet_cannot_be_read(table_id: str, name: str) -> None:
    found = read(**{table_id: sheet(*without(table_id, name))})
    assert getattr(found.intake.inputs, table_id).height == 0
    page = RULES.table(table_id).sheet
    assert f"错误 {page}!A3 没有“{name}”列，这张表无法读取" in found.lines


@pytest.mark.parametrize(
    ("table_id", "name", "level", "column", "treated"),
    [
        ("schools", "组织机构", "错误", "组织机构", "按空白处理"),
        ("schools", "互联网接入", "错误", None, "按空白处理"),
        ("schools", "教师总数", "错误", None, "按空白处理"),
        ("teachers", "账号", "错误", None, "按空白处理"),
        ("schools", "在线授课", "提示", None, "按教师数据推算"),
        ("teachers", "在线授课", "提示", "在线授课", "按行为明细推算"),
        ("teachers", "任课", "提示", None, "按空白处理"),
        ("schools", "学段", "提示", None, "按空白处理"),
        ("schools", "管理员姓名", "提示", None, "按空白处理"),
        ("classes", "作业完成率", "提示", None, "按作业完成次数推算"),
    ],
)
def test_a_missing_column_is_blank(
    table_id: str, name: str, level: str, column: str | None, treated: str
) -> None:
    found = read(**{table_id: sheet(*without(table_id, name))})
    line = f"{level} {RULES.table(table_id).sheet}!A3 缺“{name}”列，{treated}"
    assert line in found.lines
    assert getattr(found.intake.inputs, table_id).height == 1
    if column:
        output = "SchoolScores" if table_id == "schools" else "TeacherScores"
        assert found.output(output, column) == [0.0]
        assert found.output(output, "数据完整") == ["否"]


def test_a_missing_school_measure_is_derived_from_the_teachers() -> None:
    found = read(
        schools=sheet(*without("schools", "在线授课")), teachers=table("teachers", {"在线授课": 37.0})
    )
    assert found.output("SchoolMeasures", "在线授课") == [37.0]
    assert found.output("SchoolScores", "得分") == [97.0]


@pytest.mark.parametrize(
    ("table_id", "name"),
    [("teachers", "平台得分"), ("schools", "平台得分"), ("classes", "作业完成次数"), ("monthly", "账号")],
)
def test_an_optional_column_may_be_missing(table_id: str, name: str) -> None:
    found = read(**{table_id: sheet(*without(table_id, name))})
    assert [line for line in found.lines if name in line] == []


def test_the_advice_names_the_headers_that_were_not_recognised() -> None:
    lines = renamed("teachers", 教师姓名="尊姓大名", 在线授课="上课")
    found = read(teachers=sheet(*lines))
    at = [i for i, text in enumerate(found.problems["内容"]) if "“教师姓名”列" in text]
    assert found.problems["建议"][at[0]] == "补上“教师姓名”列；表中没有认出的列名：尊姓大名、上课"


def test_a_hundred_unknown_headers_still_fit_in_a_cell() -> None:
    lines = without("teachers", "账号")
    lines[2] = [*lines[2], *(f"没有人知道的列{n}" for n in range(2000))]
    found = read(teachers=sheet(*lines))
    assert max(map(len, found.problems["建议"])) < 300


# moved


@pytest.mark.parametrize(
    ("row", "above"), [(1, []), (2, [["标题"]]), (5, [["标题"], [""], ["说明"], [""]]), (10, [[""]] * 9)]
)
def test_the_header_may_stand_in_another_row(row: int, above: list[Line]) -> None:
    found = read(teachers=sheet(*above, *lines_of("teachers", {"在线授课": "38"})[2:]))
    assert found.column("teachers", "在线授课") == [38.0]
    assert found.lines == [
        f"警告 教师数据!A{row} 表头在第{row}行，不在第3行",
        f"提示 教师数据!H{row + 1} 文本“38”按数字38读取",
    ]


def test_a_narrow_paste_over_row_1_does_not_hide_behind_the_old_header() -> None:
    names = TEACHERS[:7]
    pasted = [names, *([*line[:7]] for line in lines_of("teachers", {}, {"账号": "t2"})[3:])]
    old = lines_of("teachers")[2]
    lines = [pasted[0], pasted[1], [*pasted[2], *old[7:]]]
    found = read(teachers=sheet(*lines))
    assert found.column("teachers", "教师姓名") == [PERSON, PERSON]
    assert "警告 教师数据!A1 表头在第1行，不在第3行" in found.lines


@pytest.mark.parametrize(
    "lines", [[], [[]], [["教师数据"], ["说明"]], [["", ""], [None, " "], ["", "\u200b"]]]
)
def test_an_empty_sheet(lines: list[Line]) -> None:
    found = read(teachers=sheet(*lines))
    assert found.intake.inputs.teachers.height == 0
    assert found.lines == ["提示 教师数据!A3 教师数据没有数据"]


def test_a_header_without_data() -> None:
    found = read(schools=table("schools"), teachers=table("teachers"))
    assert found.lines == ["提示 学校数据!A3 学校数据没有数据", "提示 教师数据!A3 教师数据没有数据"]
    assert read(classes=table("classes")).lines == []


def test_data_without_a_header() -> None:
    rows = lines_of("teachers", {}, {"账号": "t2"})[3:]
    found = read(teachers=sheet(["教师数据"], ["说明"], [], *rows))
    assert found.intake.inputs.teachers.height == 0
    assert found.lines == ["错误 教师数据!A3 找不到表头：第3行应有“学校名称、教师姓名”"]
    assert found.output("TeacherRanking", "名次") == []


def test_a_sheet_that_is_not_there() -> None:
    found = read(monthly=None, events=None)
    assert found.lines == [
        "提示 月度得分!A3 没有工作表“月度得分”，按没有数据计算",
        "提示 行为明细!A3 没有工作表“行为明细”，按没有数据计算",
    ]


# pasted again


def test_a_header_pasted_below_the_header_is_no_teacher() -> None:
    lines = lines_of("teachers", {}, {"账号": "t2"})
    found = read(teachers=sheet(*lines[:3], lines[2], *lines[3:]))
    assert found.column("teachers", "教师姓名") == [PERSON, PERSON]
    assert found.lines == ["提示 教师数据!A4 这一行又是表头，不作为数据"]


@pytest.mark.parametrize("between", [[], [[""]], [[], []]])
def test_a_paste_with_its_own_order_of_columns(between: list[Line]) -> None:
    order = [*TEACHERS[3:], *TEACHERS[:3]]
    pasted = lines_of("teachers", {"在线授课": 38.0, "网络教研": 3.0}, headers=order)
    header = ["老师" if name == "教师姓名" else name for name in order]
    found = read(teachers=sheet(*lines_of("teachers"), *between, header, *pasted[3:]))
    assert found.column("teachers", "在线授课") == [38.0]
    assert found.column("teachers", "网络教研") == [3.0]
    assert found.column("teachers", "学校名称") == [SCHOOL]
    row = 4 + len(between)
    assert found.lines == [
        f"警告 教师数据!A{row} 表头在第{row}行，不在第3行",
        f"提示 教师数据!O{row} 列名“老师”按“教师姓名”读取",
    ]


def test_a_repeated_header_between_pages() -> None:
    lines = lines_of("teachers", {}, {"账号": "t2"}, {"账号": "t3"})
    numbered = [[extra, *line] for line, extra in zip(lines, ["", "", "序号", 1.0, 2.0, 3.0], strict=True)]
    found = read(teachers=sheet(*numbered[:5], numbered[2], *numbered[5:]))
    assert found.column("teachers", "账号") == ["hb42128101", "t2", "t3"]
    assert found.lines == ["提示 教师数据!A6 这一行又是表头，不作为数据"]


def test_rows_under_another_header_are_not_read_into_the_wrong_columns() -> None:
    first = lines_of("teachers", {}, {"账号": "t2"})
    second = lines_of("teachers", {"账号": "t3"}, {"账号": "t4"}, headers=TEACHERS[::-1])
    found = read(teachers=sheet(*first, *second[2:]))
    assert found.column("teachers", "账号") == ["hb42128101", "t2"]
    assert found.lines == ["错误 教师数据!A6 这一行又是表头，列的次序与第3行不同，从这一行起没有读取"]


def test_data_that_looks_a_little_like_a_header_stays_data() -> None:
    rows: list[dict[str, Cell]] = [{"教师姓名": "教师", "账号": "a"}, {"教师姓名": "老师", "账号": "b"}]
    found = read(teachers=table("teachers", *rows))
    assert found.column("teachers", "教师姓名") == ["教师", "老师"]
    assert found.lines == []
