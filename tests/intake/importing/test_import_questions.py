"""What an import asks and how it goes on: accounts and counts without a column, schools, people of one name, lists."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from import_files import RULES, Line, landed, new_book, run_import, text_file
from kongjian.intake.headers import header_name
from kongjian.intake.importing.questions import near_school

COUNTS = ["制作课件", "在线撰写教案", "在线授课"]
HEAD: Line = ["学校", "姓名", "账号", *COUNTS]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


def asked(book: Path) -> list[tuple[str, str]]:
    rows = landed(book, "列名对应", keep_blank=True)
    return [
        (r["文件里的列名"], r["对应列"]) for r in rows if r["确认"] == "" and r["文件里的列名"] != "全部确认"
    ]


def answer(book: Path, text: str, found: str = "", column: str = "") -> None:
    """Writes an answer beside every question, or beside one."""
    opened = openpyxl.load_workbook(book, keep_vba=True)
    for row in opened["列名对应"].iter_rows(min_row=4):
        if row[1].value and found in ("", row[1].value) and not row[3].value:
            row[3].value = text
            row[2].value = column or row[2].value
    opened.save(book)


def file(folder: Path, *lines: Line) -> Path:
    return text_file(folder / "教师.csv", lines, "utf-8")


@pytest.mark.parametrize("header", ["工号", "身份证号", "教师编号", "用户编号", "空间号", "平台标识"])
def test_a_column_like_an_account_is_asked_about(header: str, book: Path, tmp_path: Path) -> None:
    lines = [["学校", "姓名", header, *COUNTS], *(["某校", "张伟", f"hb20{k}", k, 1, 1] for k in range(3))]
    done = run_import(book, file(tmp_path, *lines))
    assert (done.rows, done.unfinished, asked(book)) == ([], True, [(header, "账号")])
    answer(book, "是")
    run_import(book, tmp_path / "教师.csv")
    assert [(r["账号"], r["制作课件"]) for r in landed(book, "教师数据")] == [
        (f"hb20{k}", k) for k in range(3)
    ]


def test_a_column_like_a_count_is_asked_about_unless_every_column_is_there(
    book: Path, tmp_path: Path
) -> None:
    run_import(
        book, file(tmp_path, [*HEAD, "云课堂", "登录次数", "序号"], ["某校", "李", "a1", 1, 2, 3, 9, 70, 1])
    )
    assert asked(book) == [("云课堂", "")]
    answer(book, "否")
    done = run_import(book, tmp_path / "教师.csv")
    assert "  文件里的“云课堂、登录次数、序号”没有用到，是不是上面空着的几项？" in done.lines
    empty = "文件里没有“任课、班主任、网络教研、作业管理、成绩管理、学生评价、通知公告、活动发布、参与活动”，这几项空着"
    assert f"  {empty}" in done.lines


def test_the_scores_of_indicators_are_no_counts_and_no_question(book: Path, tmp_path: Path) -> None:
    done = run_import(book, file(tmp_path, [*HEAD, "网络教研得分"], ["某校", "李", "a1", 1, 2, 3, 8]))
    assert "  “网络教研得分”是平台给的得分，不是次数，没有写入" in done.lines
    assert "网络教研" not in landed(book, "教师数据")[0]


def test_people_of_one_name_without_accounts_are_never_merged(book: Path, tmp_path: Path) -> None:
    run_import(book, file(tmp_path, HEAD, ["某校", "张伟", "", 5, 1, 1], ["某校", "张伟", "", 1, 1, 1]))
    assert landed(book, "教师数据") == []
    assert asked(book) == [("同名：某校 张伟（2行）", "不是同一个人")]
    answer(book, "是")
    run_import(book, tmp_path / "教师.csv")
    assert [r["制作课件"] for r in landed(book, "教师数据")] == [5.0, 1.0]
    again = run_import(book, tmp_path / "教师.csv")
    assert (again.rows, again.unfinished) == ([], False)


def test_a_list_of_names_and_units_is_asked_about(book: Path, tmp_path: Path) -> None:
    run_import(book, file(tmp_path, ["姓名", "单位", "职务"], ["王小样", "某某公司", "经理"]))
    assert asked(book) == [("名单：姓名、单位、职务", "是教师名单")]
    answer(book, "否")
    assert run_import(book, tmp_path / "教师.csv").rows == []
    assert landed(book, "教师数据") == []


def test_an_unknown_school_is_asked_about_once(book: Path, tmp_path: Path) -> None:
    run_import(book, text_file(tmp_path / "校.csv", [["学校名称", "教师总数"], ["甲市第一中学", 9]], "utf-8"))
    done = run_import(
        book, file(tmp_path, HEAD, ["甲市一中", "李", "a1", 1, 1, 1], ["别处小学", "王", "a2", 1, 1, 1])
    )
    assert done.lines[0].startswith("教师.csv 没有导入：1个校名拿不准（“甲市一中”是不是“甲市第一中学”？）")
    answer(book, "是")
    for name in ("a1", "a9"):
        run_import(
            book, file(tmp_path, HEAD, ["甲市一中", "李", name, 1, 1, 1], ["别处小学", "王", "a2", 1, 1, 1])
        )
    schools = [(r["学校名称"], r["账号"]) for r in landed(book, "教师数据")]
    assert schools == [("甲市第一中学", "a1"), ("别处小学", "a2"), ("甲市第一中学", "a9")]


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("甲市一中", "甲市第一中学"), ("甲市第一中", "甲市第一中学"), ("乙镇中心小学校", "乙镇中心小学"),
        ("己镇中心小学", "乙镇中心小学"),  # one character written wrongly
        ("甲市三中", ""), ("甲市第三中学", ""), ("甲市中学", ""), ("丙小学", ""), ("中心", ""),
    ],
)  # fmt: skip
def test_which_school_may_be_meant(name: str, near: str) -> None:
    schools = ["甲市第一中学", "甲市第二中学", "乙镇中心小学"]
    assert near_school(name, schools, RULES.importing.telling_apart) == near


def test_everything_of_a_file_is_confirmed_at_once(book: Path, tmp_path: Path) -> None:
    lines = [["所属机构", "真实姓名", "账号", "课件资源数", "直播授课"], ["某校", "李", "a1", 1, 2]]
    run_import(book, file(tmp_path, *lines))
    assert len(asked(book)) == 4
    answer(book, "是", "全部确认")
    run_import(book, tmp_path / "教师.csv")
    assert landed(book, "教师数据") == [
        {"学校名称": "某校", "教师姓名": "李", "账号": "a1", "制作课件": 1.0, "在线授课": 2.0}
    ]
    rows = landed(book, "列名对应")
    assert [r["确认"] for r in rows] == ["是"] * 4
    assert "全部确认" not in {r["文件里的列名"] for r in rows}


def test_two_columns_of_one_indicator_are_asked_about(book: Path, tmp_path: Path) -> None:
    lines = [[*HEAD[:3], "本学期制作课件", "累计制作课件"], ["某校", "李", "a1", 1, 9]]
    run_import(book, file(tmp_path, *lines))
    assert asked(book) == [("本学期制作课件", "制作课件"), ("累计制作课件", "制作课件")]
    answer(book, "否", "累计制作课件")
    answer(book, "是")
    run_import(book, tmp_path / "教师.csv")
    assert landed(book, "教师数据")[0]["制作课件"] == 1.0


def test_two_columns_of_one_name_are_refused(book: Path, tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"“制作课件”有2列，数不同（制作课件、制作课件）"):
        run_import(book, file(tmp_path, [*HEAD, "制作课件"], ["某校", "李", "a1", 1, 1, 1, 9]))


FORMS = {
    "制作课件次数": "制作课件", "制作课件数量": "制作课件", "1.制作课件": "制作课件", "（3）网络教研次数": "网络教研",
    "四、作业管理": "作业管理", "累计在线授课": "在线授课", "本学期备课节次": "在线撰写教案", "製作課件": "制作课件",
    "帳號": "账号", "在线授课（节次）": "在线授课", "教研活动次数": "网络教研", "发布公告数": "通知公告",
    "集体备课": None, "课件资源数": None, "上学期制作课件": None, "人均制作课件": None, "制作课件得分": None,
    "制作课件数（分）": None, "1.制作课件（得分）": None, "教师数": None, "学生评价数": None, "累计得分": None,
}  # fmt: skip


@pytest.mark.parametrize("header", FORMS)
def test_how_platforms_spell_a_name(header: str) -> None:
    assert header_name(RULES.table("teachers"), header) == FORMS[header]


@pytest.mark.parametrize(
    ("header", "name"), [("人均制作课件", "制作课件"), ("课件总数", None), ("累计课件", None)]
)
def test_a_sum_is_no_average(header: str, name: str | None) -> None:
    assert header_name(RULES.table("schools"), header) == name
