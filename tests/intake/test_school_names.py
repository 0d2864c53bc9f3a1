"""Schools renamed or merged, teachers who moved: asked about, written into 学校更名 once, read so by every calculation."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl
import pytest

from import_files import xlsx
from kongjian.engine.matching import nearest_school
from kongjian.entry.cli.file_book import file_book
from kongjian.entry.plans import file_import
from kongjian.entry.plans.plan_model import carry_out
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from package_lint import lint
from pinned_rules import pinned_rules
from remote import press
from workbooks import SCHOOL_NAMES, cells, opened, school, small_book, table_ref, teacher

KNOWN = ("赤壁市第一小学", "赤壁市第二小学", "官塘驿镇中心小学", "车埠镇中心小学", "神山镇教学点")
FIRST, SECOND = SCHOOL_NAMES[:2]
OLD = "赤壁市一小"
ROWS = {
    "schools": [school(FIRST, 90), school(SECOND, 88)],
    "teachers": [
        teacher(OLD, "甲", "hb42128190001", 90),
        teacher(FIRST, "乙", "hb42128190002", 85),
        teacher(FIRST, "丙", "hb42128190003", 84),
        teacher(SECOND, "丙", "hb42128190003", 83),
    ],
    "classes": [
        {"学校名称": OLD, "年级": "三年级", "班级": "1班", "学生数": 40, "课程学习完成率": 0.9, "作业完成率": 0.75}
    ],
    "monthly": [{"类别": "学校", "学校名称": OLD, "月份": "2021-03", "得分": 90}],
    "events": [{"日期": "2021-03-01", "学校名称": OLD, "账号": "gly1", "角色": "管理员", "行为": "学籍管理"}],
}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return small_book(tmp_path / "评比.xlsm", ROWS)


def called(path: Path, *names: tuple[str, str]) -> None:
    """Writes into 学校更名, as staff do."""
    book = openpyxl.load_workbook(path, keep_vba=True)
    sheet = book["列名对应"]
    assert [sheet.cell(3, c).value for c in (7, 8, 9)] == ["原名称", "现名称", "说明"]
    assert not sheet.protection.sheet
    for row, pair in enumerate(names, start=4):
        for column, name in enumerate(pair, start=7):
            sheet.cell(row, column).value = name
    book.save(path)


def said(run: Run, word: str) -> list[tuple[str, str]]:
    """级别 and 内容 of the rows that hold a word, those about awards apart."""
    rows = zip(run.problems["级别"], run.problems["内容"], strict=True)
    return [(level, text) for level, text in rows if word in text and "待核实" not in text]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("赤壁市一小", "赤壁市第一小学"),
        ("赤壁一小", "赤壁市第一小学"),
        ("赤壁市第1小学", "赤壁市第一小学"),
        ("赤壁市第二小学校", "赤壁市第二小学"),
        ("官塘驿中心小学", "官塘驿镇中心小学"),
        ("神山教学点", "神山镇教学点"),
        ("赤壁市第三小学", ""),  # another number is another school
        ("赤壁市小学", ""),
        ("中心小学", ""),  # two may be meant
        ("一小", ""),  # too short to say
        ("撤并小学", ""),
    ],
)
def test_which_school_a_name_may_mean(name: str, near: str) -> None:
    assert nearest_school(name, KNOWN) == near


def test_a_name_that_nobody_knows_is_asked_about_wherever_it_stands(book: Path) -> None:
    asked = [text for _, text in said(check(book), f"是不是“{FIRST}”？")]
    assert asked == [
        f"学校“{OLD}”在学校数据里没有，是不是“{FIRST}”？",
        f"学校“{OLD}”在学校数据里没有，这些行不用，是不是“{FIRST}”？",
        f"学校“{OLD}”在学校数据里没有，是不是“{FIRST}”？",
        f"管理员的学校“{OLD}”在学校数据里没有，这些行不计，是不是“{FIRST}”？",
    ]


def test_once_written_every_calculation_reads_the_other_name_and_inputs_stay(book: Path) -> None:
    recalculate(book)
    before = check(book).results
    called(book, (OLD, FIRST), ("hb42128190003", SECOND))
    inputs = [cells(book, t.sheet) for t in pinned_rules().tables]
    for _ in range(2):
        run = recalculate(book)
        assert said(run, OLD) == [
            ("提示", f"“{OLD}”按“列名对应”的学校更名读作“{FIRST}”（1行）"),
            ("提示", f"“{OLD}”按“列名对应”的学校更名读作“{FIRST}”（1行）"),
            ("提示", f"“{OLD}”按“列名对应”的学校更名读作“{FIRST}”（1行）"),
            ("提示", f"“{OLD}”按“列名对应”的学校更名读作“{FIRST}”（1行）"),
        ]
        results = run.results
        # the class, the month, the administrator's event, the teacher: each belongs to the school now
        assert results.school.units["课程学习完成率"].tolist()[0] == pytest.approx(0.9)
        assert results.tables["SchoolScores"]["月均得分"].tolist()[0] == 90
        assert results.school.units["学籍管理"].tolist()[0] == 1
        assert results.teacher.names["学校名称"].tolist() == [FIRST, FIRST, SECOND]
        assert results.fingerprint != before.fingerprint
    assert [cells(book, t.sheet) for t in pinned_rules().tables] == inputs
    names = opened(book)["列名对应"]
    assert [names.cell(4, c).value for c in (7, 8)] == [OLD, FIRST]


def test_the_table_says_which_school_of_a_teacher_counts(book: Path) -> None:
    """Without it the first row counts, and the second is an error."""
    assert check(book).results.teacher.names["学校名称"].tolist() == [OLD, FIRST, FIRST]
    assert said(check(book), "hb42128190003") == [("错误", "账号hb42128190003与第6行重复，这一行不计")]
    called(book, ("hb42128190003", SECOND))
    run = check(book)
    assert run.results.teacher.names["学校名称"].tolist() == [OLD, FIRST, SECOND]
    assert said(run, "hb42128190003") == [
        ("提示", "账号hb42128190003在两所学校，按“列名对应”的学校更名算在第7行的学校，这一行不计")
    ]


def test_what_cannot_be_used_is_told_with_its_cell(book: Path) -> None:
    called(book, (OLD, "没有这所学校"), ("乙校", FIRST), ("乙校", SECOND))
    found = check(book)
    assert said(found, "“列名对应”G") == [
        ("错误", "“列名对应”G4的现名称“没有这所学校”在学校数据里没有，这一行没有用"),
        ("错误", "“列名对应”G6的原名称“乙校”已经写了另一个现名称，这一行没有用"),
    ]
    assert found.results.teacher.names["学校名称"].tolist()[0] == OLD


def test_an_import_that_asks_for_columns_leaves_the_table_alone(book: Path, tmp_path: Path) -> None:
    called(book, (OLD, FIRST))
    head = ["学校名称", "用户姓名", "教师账号", "在线授课"]
    with file_book(book) as held:
        file = xlsx(tmp_path / "教师.xlsx", [head, [FIRST, "丁", "hb42128190009", 3]])
        carry_out(file_import.rows([file], held, pinned_rules(), dt.datetime(2021, 7, 20)), held)
    sheet = opened(book)["列名对应"]
    assert sheet["B4"].value == "用户姓名"
    assert [sheet.cell(4, c).value for c in (7, 8)] == [OLD, FIRST]
    assert table_ref(book, "SchoolNames") == ("G3:I4", "G3:I4")
    assert lint(book) == []


def test_excel_reads_it_too(book: Path) -> None:
    called(book, (OLD, FIRST))
    pressed = press("recalculate", book)
    names, *found = pressed.rows("教师排名")
    assert {row[names.index("学校名称")] for row in found} == {FIRST}


def test_a_workbook_without_the_table_is_read_as_it_is(book: Path) -> None:
    old = openpyxl.load_workbook(book, keep_vba=True)
    del old["列名对应"].tables["SchoolNames"]
    old["列名对应"].delete_cols(7, 3)
    old.save(book)
    assert check(book).rules.renamed == ()


def column(path: Path, sheet: str, key: str, value: str) -> dict[object, object]:
    """One column of a result sheet by another."""
    header, *rows = [row for row in cells(path, sheet)[2:] if row[0] != ""]
    return {row[header.index(key)]: row[header.index(value)] for row in rows}


def test_a_renamed_school_keeps_its_rank_of_last_time_and_a_merged_one_does_not_pass_its_own_on(
    tmp_path: Path,
) -> None:
    third = SCHOOL_NAMES[2]
    rows = {
        "schools": [school(FIRST, 90), school(SECOND, 95), school(third, 85)],
        "teachers": [
            teacher(FIRST, "甲", "", 90),
            teacher(SECOND, "乙", "", 91),
            teacher(third, "丙", "", 89),
        ],
    }
    book = small_book(tmp_path / "评比.xlsm", rows)
    recalculate(book)
    recalculate(book)
    new = "赤壁市新城小学"
    made = openpyxl.load_workbook(book, keep_vba=True)
    sheet = made["学校数据"]
    names = {str(sheet.cell(r, 1).value): r for r in range(4, 7)}
    sheet.cell(names[FIRST], 1).value = new  # renamed; the second school is merged into the third
    sheet.delete_rows(names[SECOND])
    made.save(book)
    called(book, (FIRST, new), (SECOND, third))
    recalculate(book)
    ranks = column(book, "学校排名", "学校名称", "上次名次")
    assert ranks == {new: 2, third: 3}
    assert column(book, "教师排名", "教师姓名", "上次名次") == {"乙": 1, "甲": 2, "丙": 3}
    changes = [row for row in cells(book, "与上次相比")[3:] if row[0] == "学校"]
    assert [(row[1], row[8]) for row in changes if row[8] in ("新进", "退出")] == [(SECOND, "退出")]
