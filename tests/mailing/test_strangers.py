"""What the search in a school's file finds, what it is sure of, and what is no stranger: texts on a small sheet."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName

from kongjian.base.text import fold
from kongjian.mailing.package_texts import unescaped
from kongjian.mailing.strangers import Census, Names, Sighting, Strangers, _once, found_in
from kongjian.rules import load_rules
from native_engines import run_of


def names(schools: str = "", accounts: str = "", people: str = "") -> Names:
    return Names(
        *(
            frozenset(fold(unescaped(name)) for name in text.split("|")) - {""}
            for text in (schools, accounts, people)
        )
    )


OTHERS = names(
    schools='四"海"学堂|中心学校|第一小学|官塘驿镇中心小学|湖北省赤壁市第二小学|学校|三中|实验校|宋体|&lt;校',
    accounts="min|A1|TRUE|12|zhang_wei|421281199001010003|abcdef|zh-wei|ABC12",
    people="张伟明|高峰|宋体|课件|Li Ming|阿里·买买提|诸葛孔明|sum",
)
OWN = names(schools="赤壁市第一小学|赤壁市第二小学", accounts="wang01", people="王芳|王芳·高峰|小学")
TEXTS = frozenset(map(fold, ["乡镇中心学校名单", "学校", "学校名称", "制作课件", "备注：原三中教师"]))
WANTED = Strangers(OTHERS, OWN, TEXTS)
# what stands in a cell; names that are found, with ! where it is certain
CELLS = """
官塘驿镇中心小学|官塘驿镇中心小学!
见官塘驿镇中心小学的表|官塘驿镇中心小学!
官塘驿镇 中心小学|官塘驿镇中心小学!
官塘驿镇中心小学　|官塘驿镇中心小学!
第一小学|第一小学!
赤壁市第一小学|
赤壁市第一小学和第一小学|第一小学!
湖北省赤壁市第一小学|
湖北省赤壁市第二小学|湖北省赤壁市第二小学!
赤壁市第二小学|
学校|
学校名称|
学校：赤壁|学校
全市共8所学校排名|
备注：原三中教师|
三中|三中
原三中教师|
原“三中”教师|三中
宋体|宋体
字体是宋体的|
&lt;校|<校
421281199001010003|421281199001010003!
账号421281199001010003，|421281199001010003!
1421281199001010003|
4212811990010100031|
421281199001010003X|
421281 1990 0101 0003|421281199001010003!
４２１２８１１９９００１０１０００３|421281199001010003!
ABCDEF|ABCDEF!
xabcdef|
账号abc12|
账号 abc12|ABC12
min|MIN
a1|A1
A12|
true|TRUE
12|12
12.5|12
112|
账号zhang_wei|ZHANG_WEI!
账号zh-wei，|ZH-WEI!
xzh-wei|
zh-wei2|
wang01|
张伟明|张伟明
张伟|
张伟明明|
联系人：张伟明（主任）|张伟明
联系人 张伟明 主任|张伟明
高峰|高峰
高峰期|
王芳|
王芳·高峰|
王芳·高峰，高峰|高峰
赤壁市第一小学高峰|高峰
制作课件|
原实验校教师|
原：实验校、三中教师|实验校
见中心学校的表|
见“中心学校”的表|中心学校
课件|课件
Li Ming|LIMING
联系人：Li Ming（主任）|LIMING
Li Mingming|
阿里·买买提|阿里·买买提
联系人：阿里·买买提（主任）|阿里·买买提
大阿里·买买提|
SUM|SUM
小学|
""".strip("\n").split("\n")


def sheet(folder: Path, *cells: object) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "表"  # type: ignore[union-attr]
    for row, value in enumerate(cells, start=1):
        book.active.cell(row, 1).value = value  # type: ignore[union-attr, assignment]
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


def seen(path: Path, wanted: Strangers = WANTED) -> list[str]:
    return sorted(f"{s.name}{'!' * s.certain}" for s in found_in(path, wanted))


@pytest.mark.parametrize("line", CELLS)
def test_what_a_text_names(line: str, tmp_path: Path) -> None:
    text, _, found = line.partition("|")
    assert seen(sheet(tmp_path, text)) == ([found] if found else [])


def test_numbers_name_long_accounts_only(tmp_path: Path) -> None:
    wanted = Strangers(names(accounts="12|123456|421281199001010000"), Names(), frozenset())
    assert seen(sheet(tmp_path, 12, 1234567, 123456.5), wanted) == []
    assert seen(sheet(tmp_path, 123456, 421281199001010000), wanted) == ["123456!", "421281199001010000!"]


def test_formulas_and_the_format_s_own_words_name_nobody(tmp_path: Path) -> None:
    path = sheet(tmp_path, "=MIN(A2,TRUE)", 3, "=SUM(A1:A2)")
    assert seen(path) == []
    assert seen(sheet(tmp_path, '="见"&"高峰"&MIN(1,2)')) == ["高峰"]
    assert seen(sheet(tmp_path, '="高""峰"&"第一小学"')) == ["第一小学!"]
    assert seen(sheet(tmp_path, '="见四""海""学堂"')) == ['四"海"学堂!']


def test_names_and_texts_outside_the_cells_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "诸葛孔明"  # type: ignore[union-attr]
    book.defined_names.add(DefinedName("高峰", attr_text="诸葛孔明!$A$1"))
    book.properties.subject = "三中"
    book.active.oddHeader.center.text = "第一小学"  # type: ignore[union-attr]
    book.active["A1"].comment = openpyxl.comments.Comment("问张伟明", "阿里·买买提")  # type: ignore[index]
    book.active["B2"].comment = openpyxl.comments.Comment("问：张伟明", "站")  # type: ignore[index]
    book.save(tmp_path / "a.xlsx")
    assert seen(tmp_path / "a.xlsx") == sorted(
        ["诸葛孔明", "高峰", "三中", "第一小学!", "张伟明", "阿里·买买提"]
    )


def test_where_it_stands_is_said_once(tmp_path: Path) -> None:
    path = sheet(tmp_path, "高峰", "x", "高峰", "高峰", "高峰", "421281199001010003")
    assert found_in(path, WANTED) == [
        Sighting("421281199001010003", "表 A6", True),
        Sighting("高峰", "表 A1、表 A3、表 A4", False),
    ]


def test_an_account_that_is_also_a_name_is_certain(tmp_path: Path) -> None:
    wanted = Strangers(names(accounts="abcdef", people="abcdef"), Names(), frozenset())
    assert seen(sheet(tmp_path, "abcdef"), wanted) == ["ABCDEF!"]


def test_what_is_said_names_place_and_stranger() -> None:
    assert Sighting("高峰", "表 A1", True).text == "文件里有别的学校的“高峰”（表 A1）"
    assert Sighting("高峰", "表 A1", False).text == "“高峰”（表 A1）与别的学校的名称、人或账号相同"


def test_nobody_is_found_where_nobody_is_sought(tmp_path: Path) -> None:
    assert seen(sheet(tmp_path, "高峰"), Strangers(Names(), Names(), frozenset())) == []


def test_the_hour_a_file_was_made_is_no_account(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.properties.created = datetime(2012, 12, 12, 12, 12, 12)
    book.active["A1"] = "2012-12-12 12:12"  # type: ignore[index]
    book.save(tmp_path / "a.xlsx")
    found = found_in(tmp_path / "a.xlsx", WANTED)
    assert [(s.name, s.where) for s in found] == [("12", "Sheet A1")]


@pytest.fixture(scope="module")
def census() -> Census:
    """Three schools; the first shares a teacher's name with the second and an account's with the third's contact."""
    rules = load_rules()
    tables = {
        "schools": {"学校名称": ["甲小学", "乙小学", "丙小学"], "管理员姓名": ["管甲", "管乙", "管丙"]},
        "teachers": {
            "学校名称": ["甲小学", "乙小学", "乙小学", "丙小学"],
            "教师姓名": ["张伟", "张伟", "李丽", ""],
            "账号": ["zhang01", "li02", "", "bing03&lt;"],
        },
    }
    contacts = {"乙小学": ["赵主任", "Mr Li", "0715-5266789", "yi@x.com"], "甲小学": ["zhang01", "钱主任"]}
    return Census(run_of(tables, rules), contacts=contacts)


def test_who_is_a_stranger_to_which_school(census: Census) -> None:
    wanted = census.strangers("甲 小学")
    assert wanted.own == Names(
        frozenset({"甲小学"}), frozenset({"ZHANG01"}), frozenset({"张伟", "管甲", "钱主任"})
    )
    assert wanted.others == Names(
        frozenset({"乙小学", "丙小学"}),
        frozenset({"LI02", "BING03<", "0715-5266789", "YI@X.COM"}),
        frozenset({"李丽", "管乙", "管丙", "赵主任", "MRLI"}),
    )
    assert {"甲小学", "张伟", "管甲", "ZHANG01"} <= wanted.texts
    assert not {"乙小学", "李丽", "管乙", "LI02"} & wanted.texts
    assert {"学校名称", "得分", "SHEET.XML"} <= wanted.texts, (
        "what the copy of nobody says, and its parts' names"
    )
    nobody = census.strangers("没有这所")
    assert nobody.own == Names()
    assert nobody.others.all == wanted.others.all | wanted.own.all
    assert wanted.parts == nobody.parts != frozenset()


def test_the_names_of_each_kind_that_are_named() -> None:
    some = Names(frozenset({"甲", "乙"}), frozenset({"A1", "B2"}), frozenset({"张", "甲"}))
    assert some.only(["甲", "B2", "没有"]) == Names(frozenset({"甲"}), frozenset({"B2"}), frozenset({"甲"}))
    assert some.all == {"甲", "乙", "A1", "B2", "张"}


def test_a_name_s_places_are_its_cells_where_it_has_any() -> None:
    assert _once(["xl/sharedStrings.xml", "表 A1"]) == ["表 A1"]
    assert _once(["xl/sharedStrings.xml"]) == ["xl/sharedStrings.xml"]
    assert _once(["表", "表 A1", "表2"]) == ["表 A1", "表2"]


def test_who_is_sought_does_not_change_in_the_middle() -> None:
    for value, name in (
        (Names(), "people"),
        (WANTED, "texts"),
        (Sighting("高峰", "表 A1", False), "certain"),
    ):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, frozenset())


def test_what_texts_say_of_strangers() -> None:
    said = ["见官塘驿镇中心小学", "高峰", "制作课件", "", "学校", "王芳"]
    assert WANTED.named_in(said) == ["高峰", "官塘驿镇中心小学"]
    assert WANTED.named_in(said, certain=True) == ["官塘驿镇中心小学"]
    assert WANTED.named_in(["学校", ""]) == []
    assert WANTED.without_own("赤壁市第一小学、王芳，王芳同学") == "\u241e、\u241e，王芳同学"
    assert WANTED.without_own("湖北省赤壁市第二小学") == "湖北省赤壁市第二小学"
    assert WANTED.ordinary("课件")
    assert not WANTED.ordinary("高峰")
