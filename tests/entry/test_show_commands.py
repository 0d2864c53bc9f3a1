"""The commands that print the evidence say what the sheets say, in Chinese, and write nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from office import pdf_pages
from workbooks import SCHOOL_NAMES, cells, read, school, small_book, teacher

Ended = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("show") / "book.xlsm"
    rows = {
        "schools": [school(SCHOOL_NAMES[0], 90.5, 在线授课=38), school(SCHOOL_NAMES[1], 79.5)],
        "teachers": [
            teacher(SCHOOL_NAMES[0], "张三", "t1", 85),
            teacher(SCHOOL_NAMES[1], "张三", "t2", 79.6, 在线授课=33),
        ],
    }
    recalculate(small_book(path, rows))
    return path


def table(path: Path, sheet: str) -> list[list[object]]:
    """The rows of an evidence sheet with a header of names."""
    return [row for row in cells(path, sheet)[2:] if any(c != "" for c in row)]


def test_check_tells_what_is_to_be_done_and_counts_the_rest(book: Path, ended: Ended) -> None:
    """As on the sheet, what needs nothing done is out of the way until it is asked for."""
    rows = table(book, "问题清单")[1:]
    folded = [row for row in rows if row[0] == "提示"]
    assert 0 < len(folded) < len(rows)
    code, out, _ = ended("check", book)
    said = out.splitlines()[:-3]
    assert code == 0
    assert [line[:2] for line in said[:-1]] == [row[0] for row in rows[: -len(folded)]]
    assert said[-1] == f"另有{len(folded)}行提示和已确认的，不必处理；加 --all 全部列出"
    everything = ended("check", book, "--all")[1].splitlines()[:-3]
    assert [line[:2] for line in everything] == [row[0] for row in rows]


@pytest.mark.parametrize(
    ("command", "sheet"),
    [("near", "临界名单"), ("reconcile", "平台核对"), ("effects", "口径影响"), ("coverage", "数据覆盖")],
)
def test_a_sheet_is_printed_row_by_row(command: str, sheet: str, book: Path, ended: Ended) -> None:
    before = book.read_bytes()
    code, out, error = ended(command, book)
    assert (code, error) == (0, "")
    header, *rows = table(book, sheet)
    lines = out.splitlines()
    assert lines[0] == f"{sheet}（共{len(rows)}）"
    assert rows
    for row, line in zip(rows, lines[2:], strict=False):
        shown = [str(c) for c in row if isinstance(c, str) and c]
        assert all(text in line for text in shown), line
        assert line.split()[0] == shown[0].split()[0]
    assert [name for name in lines[1].split() if name not in header] == []
    assert book.read_bytes() == before


def test_a_score_is_explained_by_name_or_account(book: Path, ended: Ended) -> None:
    header, *rows = table(book, "得分说明")
    at = {name: k for k, name in enumerate(header)}
    code, out, _ = ended("explain", book, "--who", "t2")
    assert code == 0
    assert out.startswith(f"得分说明 {SCHOOL_NAMES[1]} 张三 t2（共11）\n")
    mine = [r for r in rows if r[at["账号"]] == "t2"]
    assert not mine  # below the mark: not among the leading teachers of the sheet, explained all the same
    [line] = [text for text in out.splitlines() if text.split()[:1] == ["在线授课"]]
    assert line.split()[1] == "33.00"
    assert line.split()[-3:] == ["13.00", "7.00", "7节次"]
    _, both, _ = ended("explain", book, "--who", "张三")
    assert both.count("得分说明 ") == 2
    _, first, _ = ended("explain", book)
    assert first.startswith(f"得分说明 {SCHOOL_NAMES[0]}（共23）\n")
    [lessons] = [
        r
        for r in rows
        if r[at["学校名称"]] == SCHOOL_NAMES[0] and r[at["指标"]] == "在线授课" and not r[at["账号"]]
    ]
    assert f"{lessons[at['得分']]:.2f}  {lessons[at['扣分']]:.2f}  {lessons[at['还差']]}" in first


def test_rates_are_per_cent_and_two_of_one_name_without_accounts_each_for_themselves(
    tmp_path: Path, ended: Ended
) -> None:
    alike = [teacher(SCHOOL_NAMES[0], "张三", "", 85, 在线授课=n) for n in (33, 12)]
    schools = [school(SCHOOL_NAMES[0], 90, 作业完成率=0.825)]
    path = small_book(tmp_path / "book.xlsm", {"schools": schools, "teachers": alike})
    _, out, _ = ended("explain", path, "--who", SCHOOL_NAMES[0])
    assert [t.split()[1] for t in out.splitlines() if t.split()[:1] == ["完成作业"]] == ["82.5%"]
    _, out, _ = ended("explain", path, "--who", "张三")
    assert out.count(f"得分说明 {SCHOOL_NAMES[0]} 张三（共11）\n") == 2
    assert [t.split()[1] for t in out.splitlines() if t.split()[:1] == ["在线授课"]] == ["33.00", "12.00"]


def test_one_unit_s_page_is_written_as_a_file(book: Path, tmp_path: Path, ended: Ended) -> None:
    out = tmp_path / "答复.xlsx"
    code, said, error = ended("explain", book, "--who", "t2", "--out", out)
    assert (code, said, error) == (0, f"已写入 {out}\n", "")
    shown = cells(out, "单位查询")
    assert shown[3][0] == f"{SCHOOL_NAMES[1]} 张三，账号 t2"
    [lessons] = [row for row in shown if row[0] == "在线授课"]
    assert lessons[2:9] == [33, "粘贴的数", "满40节次得20分，每少1节次扣1分，扣完为止", 20, 13, 7, "7节次"]
    assert not [n for n, data in read(out).items() if n.startswith("xl/worksheets/sheet") and b"<f>" in data]


def test_it_prints_on_one_page_under_the_scheme_s_own_words(book: Path, tmp_path: Path, ended: Ended) -> None:
    assert ended("explain", book, "--who", SCHOOL_NAMES[0], "--out", tmp_path / "a.pdf")[0] == 0
    [page] = pdf_pages(tmp_path / "a.pdf")
    title = load_rules().scheme.name.removesuffix("方案")
    assert title in page.replace(" ", "")
    assert SCHOOL_NAMES[0] in page
    assert "完成作业" in page
    assert load_rules().scheme.handled_by in page


def test_whose_page_is_meant_has_to_be_clear(book: Path, tmp_path: Path, ended: Ended) -> None:
    _, _, error = ended("explain", book, "--who", "张三", "--out", tmp_path / "a.pdf")
    assert error == "错误：叫“张三”的有2个（账号t1、t2）；请在 --who 后面写账号\n"
    _, _, error = ended("explain", book, "--who", "t1", "--out", tmp_path / "a.docx")
    assert error == "错误：a.docx 的扩展名应是 .xlsx 或 .pdf\n"
    assert not list(tmp_path.iterdir())


def test_an_unknown_name_and_an_empty_workbook_are_told(book: Path, tmp_path: Path, ended: Ended) -> None:
    code, out, error = ended("explain", book, "--who", "没有这个人")
    assert (code, out) == (2, "")
    assert error == "错误：没有叫“没有这个人”的学校或教师；请写完整的校名、姓名或账号\n"
    empty = small_book(tmp_path / "empty.xlsm", {})
    assert ended("explain", empty)[0] == 2
    assert ended("near", empty)[:2] == (0, "临界名单：没有\n")
