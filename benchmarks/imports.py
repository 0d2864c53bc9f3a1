"""Imports of exported files: against reading the same file with the same reader, bare, and writing the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import email
import gc
import sys
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import python_calamine as calamine
from lxml import etree, html

from kongjian.entry.cli.file_book import file_book
from kongjian.intake.importing.import_files import Import, import_files
from kongjian.rules import load_rules
from kongjian.workbook.pages import Writing
from kongjian.workbook.shipped.build_workbook import build
from measure import Row, compare, in_turn

sys.path.append(str(Path(__file__).parents[1] / "tests" / "shared"))
from import_files import Line, html_xls, text_file, xlsx
from other_formats import ods, web_archive, xls, xlsb, xml_2003

TEACHERS, EVENTS = 3_500, 150_000
NOW = dt.datetime(2021, 7, 20, 9, 30)
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_SS = "{urn:schemas-microsoft-com:office:spreadsheet}"


def by_calamine(path: Path) -> object:
    book = calamine.CalamineWorkbook.from_path(str(path))
    return book.get_sheet_by_index(0).to_python(skip_empty_area=False)


def by_csv(path: Path) -> object:
    return list(csv.reader(path.read_text("gb18030").splitlines()))


def by_lxml(page: bytes) -> object:
    return [[c.text for c in row] for row in html.document_fromstring(page).iter("tr")]


def by_expat(path: Path) -> object:
    """lxml's parser of XML, as bare as the one that is used."""
    return [[d.text for d in row.iter(f"{_SS}Data")] for row in etree.parse(path).iter(f"{_SS}Row")]


def unzipped(path: Path) -> object:
    with zipfile.ZipFile(path) as packed:
        rows = etree.fromstring(packed.read("content.xml")).iter("{*}table-row")
    return [[c.get(f"{_OFFICE}value") or "".join(c.itertext()) for c in row] for row in rows]


def archived(path: Path) -> object:
    *_, page = email.message_from_bytes(path.read_bytes()).walk()
    return by_lxml(bytes(page.get_payload(decode=True) or b""))


KINDS: dict[str, tuple[Callable[[Path, list[Line]], Path], Callable[[Path], object]]] = {
    "xlsx": (xlsx, by_calamine),
    "xls": (xls, by_calamine),
    "xlsb": (xlsb, by_calamine),
    "ods": (ods, unzipped),
    "csv": (lambda p, x: text_file(p, x, "gb18030"), by_csv),
    "xml": (xml_2003, by_expat),
    "htm": (html_xls, lambda p: by_lxml(p.read_bytes())),
    "mht": (lambda p, x: web_archive(p, html_xls(p, x)), archived),
}


def teachers() -> list[Line]:
    columns = "学校名称 教师姓名 账号 任课 班主任 制作课件 在线撰写教案 在线授课 网络教研 作业管理 成绩管理 学生评价 通知公告 活动发布 参与活动 平台得分"
    return [columns.split(), *(
        [f"第{k // 60}中学", f"教师{k}", f"hb{k:08d}", "是", "否", *(float(k * n % 41) for n in range(1, 7)), 0.9, 1.0, 1.0, 1.0, 88.5]
        for k in range(TEACHERS)
    )]  # fmt: skip


def events() -> list[Line]:
    day = dt.datetime(2021, 3, 1, 8)
    return [["日期", "学校名称", "账号", "角色", "行为"], *(
        [day + dt.timedelta(minutes=k), f"第{k % 60}中学", f"hb{k % TEACHERS:08d}", "教师", "制作课件"]
        for k in range(EVENTS)
    )]  # fmt: skip


def measure(folder: Path) -> list[Row]:
    """Both sides without garbage collection, as the command and the buttons run."""
    gc.disable()
    try:
        return _rows(folder)
    finally:
        gc.enable()


def _rows(folder: Path) -> list[Row]:
    rules = load_rules()
    book = folder / "empty.xlsm"
    build(rules, book)
    rows = [_row(f"{TEACHERS}名教师 .{k}", k, teachers(), book, folder, 4, 5) for k in KINDS]
    return rows + [_row(f"{EVENTS:,}条行为 .{k}", k, events(), book, folder, 3, 3) for k in ("xlsx", "csv")]


def _row(what: str, kind: str, lines: list[Line], book: Path, folder: Path, aim: float, rounds: int) -> Row:
    make, read = KINDS[kind]
    file, out = make(folder / f"export.{kind}", lines), folder / "out.xlsm"
    ready = run(file, book, out)

    def bare() -> None:
        read(file)
        with file_book(book, out) as held:
            held.write(Writing("导入", rows=ready.rows))

    mine, others = in_turn(partial(run, file, book, out), bare, rounds)
    return compare(f"导入{what}", mine, "只读写", others, aim)


def run(file: Path, book: Path, out: Path) -> Import:
    with file_book(book, out) as held:
        done = import_files([file], held, load_rules(), NOW)
        held.write(Writing("导入", rows=done.rows, pages=done.pages))
    return done


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as place:
        print(table(measure(Path(place))))
