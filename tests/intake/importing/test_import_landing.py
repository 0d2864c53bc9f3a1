"""Imported rows join what is there: nothing twice, nothing overwritten, every change told, the same result as pasting; long because each rule of landing has its own files."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from import_files import (
    RULES,
    TEACHERS,
    TEACHERS_LANDED,
    Line,
    landed,
    new_book,
    recorded,
    run_import,
    text_file,
    xlsx,
)
from kongjian.base.errors import KongjianError
from kongjian.demo.generate import demo_data
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from package_lint import lint
from pasting import plain
from workbook_extras import rich_book
from workbooks import (
    cells,
    change,
    opened,
    read,
    replace,
    sheet_part,
    table_part,
    table_ref,
)

INPUTS = [t.sheet for t in RULES.tables]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return new_book(tmp_path)


def csv(path: Path, *lines: Line) -> Path:
    return text_file(path, lines, "utf-8")


def test_the_same_file_again_adds_nothing(book: Path, tmp_path: Path) -> None:
    file = csv(tmp_path / "教师.csv", *TEACHERS)
    assert run_import(book, file).rows
    first = cells(book, "教师数据")
    again = run_import(book, file)
    assert (again.lines[0], again.rows) == ("教师.csv → 教师数据：新增0行，已有的3行跳过", [])
    assert cells(book, "教师数据") == first


def test_events_that_a_file_repeats_are_real_and_come_in_once(book: Path, tmp_path: Path) -> None:
    head: Line = ["日期", "学校", "账号", "角色", "行为"]
    line: Line = ["2021-03-01", "某校", "a1", "教师", "备课"]
    other: Line = ["2021-03-02", "某校", "a1", "教师", "备课"]
    march = csv(tmp_path / "三月.csv", head, line, line, other)
    more = csv(tmp_path / "补.csv", head, line, line, line, other)
    assert run_import(book, march).lines[0].startswith("三月.csv → 行为明细：新增3行")
    assert run_import(book, march).lines[0].startswith("三月.csv → 行为明细：新增0行，已有的3行跳过")
    assert run_import(book, more).lines[0].startswith("补.csv → 行为明细：新增1行，已有的3行跳过")
    assert [r["日期"].day for r in landed(book, "行为明细")] == [1, 1, 2, 1]


def test_what_a_file_leaves_blank_it_does_not_deny(book: Path, tmp_path: Path) -> None:
    run_import(book, csv(tmp_path / "一.csv", *TEACHERS))
    fewer: list[Line] = [
        ["学校", "姓名", "账号", "课件", "教案"],
        ["赤壁市第一小学", "李明", "421281199001011234", "", 40],
    ]
    done = run_import(book, csv(tmp_path / "二.csv", *fewer))
    assert done.lines[0] == "二.csv → 教师数据：新增0行，已有的1行跳过"
    assert landed(book, "教师数据") == TEACHERS_LANDED


def test_a_row_that_says_otherwise_is_not_written_but_told(book: Path, tmp_path: Path) -> None:
    run_import(book, csv(tmp_path / "一.csv", *TEACHERS))
    changed = [*TEACHERS[1]]
    changed[5], changed[15] = 6.0, 97.0
    filled = [*TEACHERS[3]]
    filled[5] = 1.0
    same_name: Line = ["赤壁市第一小学", "李明", "zz9", *TEACHERS[1][3:]]
    second = csv(tmp_path / "二.csv", TEACHERS[0], changed, filled, same_name)
    done = run_import(book, second)
    assert landed(book, "教师数据")[:3] == TEACHERS_LANDED
    assert [r["账号"] for r in landed(book, "教师数据")[3:]] == ["zz9"]
    assert (
        done.lines[0]
        == "二.csv → 教师数据：新增1行，与已有内容不同的2行没有写入（要用文件里的，先删去表里那几行再导入）"
    )
    told = [line for line in recorded(book, "单元格", "说明") if "内容不同，没有写入。" in line[1]]
    assert told == [
        ("A4", "二.csv第2行与教师数据第4行说的是同一个，但内容不同，没有写入。"
               "制作课件：文件里是“6”，表里是“5”；平台得分：文件里是“97”，表里是“96.5”"),
        ("A6", "二.csv第3行与教师数据第6行说的是同一个，但内容不同，没有写入。制作课件：文件里是“1”，表里是“”"),
    ]  # fmt: skip


KEYS: dict[str, tuple[list[Line], list[int]]] = {
    "学校数据": ([["学校名称", "教师总数", "学段"], ["某校", 5, "小学"], ["某 校", 6, "小学"], ["某校", 5, "小学"], ["他校", 5, ""]], [5, 5]),
    "教师数据": ([["学校", "姓名", "账号", "课件"], ["某校", "李", "a1", 2], ["某校", "王", "a2", 1], ["某校", "王", "a3", 1], ["他校", "赵", "a2", 9]], [2, 1, 1]),
    "班级数据": ([["学校", "年级", "班级", "人数"], ["某校", "三", "1", 40], ["某校", "三", "2", 40], ["某校", "三", "1", 41]], [40, 40]),
    "月度得分": ([["类别", "学校", "账号", "月份", "得分"], ["", "某校", "", "2021-03", 1], ["学校", "某校", "", "2021年3月", 2], ["教师", "某校", "a1", "2021-03", 3], ["", "某校", "a1", "2021-03", 4]], [1, 3]),
}  # fmt: skip


@pytest.mark.parametrize("sheet", KEYS)
def test_what_makes_two_rows_the_same(sheet: str, book: Path, tmp_path: Path) -> None:
    lines, kept = KEYS[sheet]
    before = len(landed(book, sheet))
    run_import(book, csv(tmp_path / "x.csv", *lines), sheet=sheet)
    last = {"学校数据": "教师总数", "教师数据": "制作课件", "班级数据": "学生数", "月度得分": "得分"}[sheet]
    assert [r[last] for r in landed(book, sheet)[before:]] == kept


def test_every_conversion_is_told_with_its_cell(book: Path, tmp_path: Path) -> None:
    head: Line = ["学校名称", "姓名", "账号", "班主任", "制作课件", "在线授课", "学生评价", "平台得分"]
    row: Line = [" 某\u3000镇小学\u200b", "李\n明", 42128101.0, "√", "12节", "缺考", "85%", True]
    second: Line = ["某镇小学", "王芳", '="421281199001011000"', True, "-", "", 150, 88]
    run_import(book, xlsx(tmp_path / "教师.xlsx", [["教师表"], head, row, second]))
    assert landed(book, "教师数据") == [
        {"学校名称": "某 镇小学", "教师姓名": "李 明", "账号": "42128101", "班主任": "是", "制作课件": 12.0, "在线授课": "缺考", "学生评价": 0.85, "平台得分": "TRUE"},
        {"学校名称": "某镇小学", "教师姓名": "王芳", "账号": "421281199001011000", "班主任": "是", "制作课件": "-", "学生评价": 1.5, "平台得分": 88.0},
    ]  # fmt: skip
    told = {
        c: (found, written, note)
        for c, found, written, note in recorded(book, "单元格", "原值", "写入", "说明")
        if c and ":" not in c
    }
    assert told == {
        "A4": (" 某\u3000镇小学\u200b", "某 镇小学", "名称里有多余的空格或看不见的字符，按“某 镇小学”读取（文件第3行）"),
        "B4": ("李\n明", "李 明", "名称里有多余的空格或看不见的字符，按“李 明”读取（文件第3行）"),
        "C4": ("42128101", "42128101", "账号42128101是数字格式，按文本读取（文件第3行）"),
        "E4": ("√", "是", "按“是”写入（文件第3行）"),
        "F4": ("12节", "12", "按“12”写入（文件第3行）"),
        "H4": ("缺考", "缺考", "“缺考”不是数字，按空白处理（文件第3行）"),
        "L4": ("85%", "0.85", "“85%”按0.85读取（文件第3行）"),
        "P4": ("TRUE", "TRUE", "“TRUE”不是数字，按空白处理（文件第3行）"),
        "C5": ('="421281199001011000"', "421281199001011000", "账号421281199001011000以000结尾，可能已被Excel改掉末尾几位；去掉了公式写法 =\"…\"（文件第4行）"),
        "E5": ("TRUE", "是", "按“是”写入（文件第4行）"),
        "F5": ("-", "-", "“-”当作空白（文件第4行）"),
        "L5": ("150", "1.5", "“学生评价”列按百分数读，如“150”是150%（共1格）；学生评价“150”是150%，超过100%，按100%计（文件第4行）"),
    }  # fmt: skip


def test_titles_totals_and_remarks_are_no_data(book: Path, tmp_path: Path) -> None:
    lines: list[Line] = [["教师导出"], ["学校", "姓名", "课件"], ["某校", "李", 1], ["合计", "", 1], ["说明：数据截至7月。", "", ""], ["学校", "姓名", "课件"], ["某校", "王", 2]]  # fmt: skip
    run_import(book, csv(tmp_path / "x.csv", *lines))
    assert [r["教师姓名"] for r in landed(book, "教师数据")] == ["李", "王"]
    notes = [n for n in recorded(book, "说明") if n.startswith("文件第")]
    assert notes == ["文件第4行：“合计”行不作为数据", "文件第5行：“说明：数据截至7月。”这一行只有文字，不作为数据", "文件第6行：这一行又是表头，不作为数据"]  # fmt: skip


def test_many_changes_of_a_kind_are_counted(book: Path, tmp_path: Path) -> None:
    rows: list[Line] = [["某校", f"教师{k}", f"a{k}", "√", "85%"] for k in range(300)]
    done = run_import(book, csv(tmp_path / "x.csv", ["学校", "姓名", "账号", "班主任", "学生评价"], *rows))
    assert done.lines[0] == "x.csv → 教师数据：新增300行，改写600格"
    notes = recorded(book, "单元格", "说明")
    assert sum(bool(re.fullmatch(r"[EL]\d+", cell)) for cell, _ in notes) == 2 * 20 + 2
    assert ("E303", "同样的另有280处，没有列出；最后一处：按“是”写入（文件第301行）") in notes


def test_an_import_fills_only_so_many_lines_of_the_record(book: Path, tmp_path: Path) -> None:
    names = [c.name for c in RULES.table("teachers").columns if c.kind in ("count", "share", "score")]
    rows: list[Line] = [["某校", f"教师{k}", f"a{k}", *(["缺考"] * len(names))] for k in range(25)]
    run_import(book, csv(tmp_path / "x.csv", ["学校", "姓名", "账号", *names], *rows))
    notes = recorded(book, "说明")
    kept = (
        6 + len(names) * 20 + len(names)
    )  # what is said of the file, its columns and of the comparison, then 20 lines of each kind and their rest
    assert len(notes) == 201
    assert notes[-1] == f"这次导入另有{kept - 1 - 200}行记录，没有列出"


def test_a_count_that_stands_for_yes_stays_a_count(book: Path, tmp_path: Path) -> None:
    head: Line = ["学校", "学籍管理", "部门管理", "家长管理", "组织机构"]
    run_import(book, csv(tmp_path / "x.csv", head, ["某校", 7, "有", 0, 1]))
    found = landed(book, "学校数据")[-1]
    assert [found[n] for n in head[1:]] == [7.0, "是", "否", "是"]


def test_the_record_keeps_earlier_imports_below(book: Path, tmp_path: Path) -> None:
    run_import(book, csv(tmp_path / "一.csv", *TEACHERS))
    first = recorded(book, "时间", "文件", "说明")
    run_import(book, csv(tmp_path / "二.csv", TEACHERS[0], ["某校", "新人", "n1", "是", "否", *[1] * 11]))
    both = recorded(book, "时间", "文件", "说明")
    assert both[-len(first) :] == first
    assert (both[0][1], both[0][0]) == ("二.csv", dt.datetime(2021, 7, 20, 9, 30))
    assert table_ref(book, "Imports")[0] == f"A3:G{3 + len(both)}"


def test_after_an_import_the_results_are_those_of_pasting(tmp_path: Path) -> None:
    data = {
        t: replace_rows(given, given.rows[:400])
        for t, given in demo_data(RULES, teachers=1000, dirt=False).items()
    }
    build(RULES, tmp_path / "pasted.xlsm", data)
    build(RULES, tmp_path / "imported.xlsm", {})
    files = []
    for table in RULES.tables:
        rows = [["" if v is None else v for v in row] for row in data[table.id].rows]
        files.append(
            xlsx(tmp_path / f"{table.sheet}.xlsx", [["导出"], data[table.id].headers or table.names, *rows])
        )
    run_import(tmp_path / "imported.xlsm", *files)
    mine, theirs = (recalculate(tmp_path / f"{n}.xlsm") for n in ("imported", "pasted"))
    for table, frame in theirs.results.tables.items():
        found = {n: plain(c) for n, c in mine.results.tables[table].items()}
        assert found == {n: plain(c) for n, c in frame.items()}, table
    assert theirs.results.tables["TeacherRanking"].height > 50
    assert mine.levels["错误"] == theirs.levels["错误"]


def replace_rows(given: Any, rows: Any) -> Any:
    return dataclasses.replace(given, rows=rows)


def test_everything_else_in_the_workbook_stays(tmp_path: Path) -> None:
    book = rich_book(tmp_path / "评比.xlsm")
    before = read(book)
    file = csv(tmp_path / "教师.csv", *TEACHERS)
    run_import(book, file)
    after = read(book)
    new = {n for n in after if n not in before}
    changed = {n for n in before if after.get(n) != before[n]}
    part = sheet_part(before, "教师数据")
    made = {sheet_part(after, "导入记录"), table_part(after, "Imports")}
    assert changed - made <= {
        part, table_part(before, "Teachers"), "xl/sharedStrings.xml", "xl/workbook.xml", "xl/styles.xml",
        "xl/_rels/workbook.xml.rels", "[Content_Types].xml",
    }  # fmt: skip
    assert new - made <= {f"xl/worksheets/_rels/{sheet_part(after, '导入记录').rpartition('/')[2]}.rels"}
    old_rows = re.search(rb"<sheetData>(.*)</sheetData>", before[part], re.DOTALL)
    assert old_rows is not None
    assert old_rows[1] in after[part]
    assert after[part].partition(b"</sheetData>")[2] == before[part].partition(b"</sheetData>")[2]
    known = lint(book.with_name("评比.xlsm.bak"))
    # Excel gives a sheet without a module one of its own when it opens the file
    assert [f for f in lint(book) if f not in known and "has no module" not in f] == []
    assert opened(book)["教师数据"].max_row == 9 + len(TEACHERS) - 1


def test_new_rows_look_like_those_above_and_belong_to_the_table(tmp_path: Path) -> None:
    book = new_book(tmp_path, ".xlsx")
    run_import(book, csv(tmp_path / "教师.csv", *TEACHERS))
    assert table_ref(book, "Teachers") == ("A3:P6", "A3:P6")
    sheet = opened(book)["教师数据"]
    assert [sheet["C6"].number_format, sheet["L6"].number_format, sheet["C6"].data_type] == ["@", "0.0%", "s"]
    assert lint(book) == []


def test_rows_go_below_whatever_stands_in_the_sheet(book: Path, tmp_path: Path) -> None:
    def far(parts: dict[str, bytes]) -> None:
        part = sheet_part(parts, "教师数据")
        replace(
            parts,
            part,
            b"</sheetData>",
            b'<row r="30"><c r="T30"><f>SUM(F4:F29)</f></c></row></sheetData>',
        )

    change(book, far)
    run_import(book, csv(tmp_path / "教师.csv", *TEACHERS))
    assert [cells(book, "教师数据")[k][1] for k in (30, 31, 32)] == ["李明", "王芳", "𬭎心"]
    assert table_ref(book, "Teachers")[0] == "A3:P33"


def test_a_table_with_a_row_of_totals_is_refused(book: Path, tmp_path: Path) -> None:
    def totals(parts: dict[str, bytes]) -> None:
        part = table_part(parts, "Teachers")
        replace(parts, part, b'totalsRowShown="0"', b'totalsRowCount="1"')

    change(book, totals)
    before = book.read_bytes()
    with pytest.raises(KongjianError, match="工作表“教师数据”的表格末尾有汇总行"):
        run_import(book, csv(tmp_path / "教师.csv", *TEACHERS))
    assert book.read_bytes() == before


def test_a_workbook_without_the_sheet_or_its_header_is_refused(book: Path, tmp_path: Path) -> None:
    change(
        book,
        lambda parts: replace(parts, "xl/workbook.xml", 'name="班级数据"'.encode(), 'name="班级"'.encode()),
    )
    file = csv(tmp_path / "班级.csv", ["学校", "年级", "班级", "人数"], ["某校", "三", "1", 40])
    with pytest.raises(KongjianError, match="工作簿里没有工作表“班级数据”"):
        run_import(book, file)


def test_one_bad_file_does_not_stop_the_others(book: Path, tmp_path: Path) -> None:
    good = csv(tmp_path / "教师.csv", *TEACHERS)
    done = run_import(
        book, tmp_path / "没有.csv", good, csv(tmp_path / "天气.csv", ["日", "气温"], ["1", "20"])
    )
    assert done.unfinished
    assert done.lines[-3:] == [
        "写入的与文件逐格核对一致38格",
        f"没有导入：找不到文件 {tmp_path / '没有.csv'}",
        "没有导入：天气.csv：前10行没有输入表的列名，没有导入",
    ]
    assert landed(book, "教师数据") == TEACHERS_LANDED


# ---- any table, any order of columns, any of the names

TABLE = RULES.table("teachers")
WORD = st.text(st.sampled_from("甲乙丙丁赤壁中学𬭎😀a1 "), min_size=1, max_size=6).filter(
    lambda t: t.strip() != ""
)
PLACEHOLDERS = set(RULES.words.total_row)
VALUES = {
    "text": WORD.map(lambda t: " ".join(t.split())).filter(lambda t: t not in PLACEHOLDERS and t),
    "account": st.text("abc0123456789", min_size=3, max_size=12).filter(lambda t: not t.endswith("000")),
    "yes_no": st.sampled_from(["是", "否", ""]),
    "count": st.one_of(st.just(""), st.integers(0, 500).map(float)),
    "share": st.one_of(st.just(""), st.integers(0, 100).map(lambda n: n / 100)),
    "score": st.one_of(st.just(""), st.integers(0, 10_000).map(lambda n: n / 100)),
}


@st.composite
def exports(draw: st.DrawFn) -> tuple[list[Line], list[dict[str, Any]]]:
    """A file's lines and the rows that it must land."""
    columns = draw(st.permutations(TABLE.columns))
    left_out = {
        c.name for c in draw(st.lists(st.sampled_from(columns), max_size=5)) if not c.key and c.name != "账号"
    }
    columns = [c for c in columns if c.name not in left_out]
    names = [draw(st.sampled_from([c.name, f"{c.name}（次）", *c.aliases])) for c in columns]
    accounts = draw(st.lists(VALUES["account"], min_size=1, max_size=6, unique=True))
    rows = [
        {c.name: account if c.name == "账号" else draw(VALUES[c.kind]) for c in columns}
        for account in accounts
    ]
    above: list[Line] = [["平台导出"], [""]][: draw(st.integers(0, 2))]
    noise = draw(st.sampled_from(["备注", "身份证号", "序号"]))
    lines = [[*names, noise], *([*(r[c.name] for c in columns), "x"] for r in rows)]
    wanted = [{n: v for n, v in r.items() if v != ""} for r in rows]
    return [*above, *lines], wanted


@settings(max_examples=15, deadline=None)
@given(exports())
def test_any_export_lands_what_it_holds(tmp_path_factory: pytest.TempPathFactory, case: Any) -> None:
    lines, wanted = case
    folder = tmp_path_factory.mktemp("any")
    out = folder / "out.xlsm"
    run_import(new_book(folder), xlsx(folder / "教师.xlsx", lines), out=out)
    assert landed(out, "教师数据") == wanted
    again = run_import(out, text_file(folder / "again.csv", lines, "gb18030"))
    assert again.lines[0] == f"again.csv → 教师数据：新增0行，已有的{len(wanted)}行跳过"
