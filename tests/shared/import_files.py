"""Files as the platform and staff make them, and what an import of them leaves in a workbook."""

from __future__ import annotations

import atexit
import csv
import datetime as dt
import functools
import html
import io
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from xlsxwriter import Workbook

from kongjian.entry.cli.file_book import file_book
from kongjian.intake.importing.import_files import Import, import_files
from kongjian.rules import Rules, load_rules
from kongjian.workbook.pages import Writing
from workbooks import cells, schools, small_book, teachers

Line = Sequence[Any]
RULES = load_rules()
NOW = dt.datetime(2021, 7, 20, 9, 30)


@functools.cache
def _built(kind: str, teacher_count: int) -> Path:
    """One workbook for all tests of this process: three schools, so many teachers."""
    folder = Path(tempfile.mkdtemp(prefix="kongjian-import-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return small_book(folder / f"评比{kind}", {"schools": schools(3), "teachers": teachers(teacher_count)})


def new_book(folder: Path, kind: str = ".xlsm", teacher_count: int = 0) -> Path:
    """A workbook of its own to import into."""
    return Path(shutil.copy(_built(kind, teacher_count), folder / f"评比{kind}"))


def run_import(
    book: Path, *files: Path, sheet: str = "", out: Path | None = None, rules: Rules = RULES
) -> Import:
    """The import as the command does it."""
    with file_book(book, out) as held:
        done = import_files(files, held, rules, NOW, sheet)
        held.write(Writing("导入", rows=done.rows, pages=done.pages))
    return done


def xlsx(
    path: Path, lines: Sequence[Line], finish: Callable[[Workbook, Any], None] = lambda *_: None
) -> Path:
    """A file as a report server writes it."""
    with Workbook(str(path)) as book:
        date = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page = book.add_worksheet("导出")
        for r, line in enumerate(lines):
            for c, cell in enumerate(line):
                if isinstance(cell, dt.date):
                    page.write_datetime(r, c, cell, date)
                elif isinstance(cell, str):
                    page.write_string(r, c, cell)
                else:
                    page.write(r, c, cell)
        finish(book, page)
    return path


def openpyxl_xlsx(path: Path, lines: Sequence[Line]) -> Path:
    """A file as another library writes it."""
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(list(line))
    book.save(path)
    return path


def shown(cell: Any) -> str:
    """A cell as a text file shows it."""
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return "" if cell is None else str(cell)


def text_file(path: Path, lines: Sequence[Line], encoding: str, separator: str = ",") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(
        [shown(c) for c in x] for x in lines
    )
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def html_xls(path: Path, lines: Sequence[Line], encoding: str = "utf-8", bare: bool = False) -> Path:
    """HTML named .xls; a title over all columns, as such exports have it, where the first line is one cell."""
    width = max(map(len, lines))
    rows = []
    for line in lines:
        span = f' colspan="{width}"' if len(line) == 1 else ""
        tag = "th" if not rows else "td"
        rows.append("<tr>" + "".join(f"<{tag}{span}>{html.escape(shown(c))}</{tag}>" for c in line) + "</tr>")
    table = f"<table border=1>{''.join(rows)}</table>"
    page = table if bare else (
        f'<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{encoding}">'
        f"<style>td{{mso-number-format:'\\@'}}</style></head><body>{table}</body></html>"
    )  # fmt: skip
    path.write_bytes(page.encode(encoding))
    return path


def at_row(row: int, lines: Sequence[Line]) -> list[Line]:
    """The lines (header first) with the header in this row: a title, then blank lines, above it."""
    above: list[Line] = [["2021年春季学期导出"], *([[""]] * (row - 2))] if row > 1 else []
    return [*above, *lines]


def landed(book: Path, sheet: str, keep_blank: bool = False) -> list[dict[str, Any]]:
    """The rows below a sheet's header, by the headers of its first table; blank cells left out."""
    header, *rows = cells(book, sheet)[2:]
    width = header.index("") if "" in header else len(header)
    return [
        {h: v for h, v in zip(header[:width], row, strict=False) if keep_blank or v != ""} for row in rows
    ]


def recorded(book: Path, *columns: str) -> list[Any]:
    """Columns of 导入记录."""
    rows = landed(book, "导入记录", keep_blank=True)
    return [tuple(r[c] for c in columns) if len(columns) > 1 else r[columns[0]] for r in rows]


TEACHERS: list[Line] = [
    ["学校", "姓名", "帐号", "是否任课", "班主任", "课件", "在线撰写教案", "在线授课（节）", "网络教研", "作业管理",
     "成绩管理", "学生评价", "通知公告", "活动发布", "参与活动", "平台得分"],
    ["赤壁市第一小学", "李明", "421281199001011234", "是", "否", 5.0, 40.0, 38.0, 4.0, 12.0, 2.0, 0.85, 1.0, 1.0, 1.0, 96.5],
    ["官塘驿镇中心小学", "王芳", "hb42128102", "是", "是", 3.0, 20.5, 0.0, 4.0, 1.0, 2.0, 1.0, 1.0, 0.0, 1.0, 71.25],
    ["神山镇教学点", "𬭎心", "421281198002025678", "否", "否", "", "", "", 2.0, "", "", "", "", "", "", ""],
]  # fmt: skip
"""Four ways of naming columns, 18-digit ids, a rare character, blanks."""

TEACHERS_LANDED: list[dict[str, Any]] = [
    {"学校名称": "赤壁市第一小学", "教师姓名": "李明", "账号": "421281199001011234", "任课": "是", "班主任": "否",
     "制作课件": 5.0, "在线撰写教案": 40.0, "在线授课": 38.0, "网络教研": 4.0, "作业管理": 12.0, "成绩管理": 2.0,
     "学生评价": 0.85, "通知公告": 1.0, "活动发布": 1.0, "参与活动": 1.0, "平台得分": 96.5},
    {"学校名称": "官塘驿镇中心小学", "教师姓名": "王芳", "账号": "hb42128102", "任课": "是", "班主任": "是",
     "制作课件": 3.0, "在线撰写教案": 20.5, "在线授课": 0.0, "网络教研": 4.0, "作业管理": 1.0, "成绩管理": 2.0,
     "学生评价": 1.0, "通知公告": 1.0, "活动发布": 0.0, "参与活动": 1.0, "平台得分": 71.25},
    {"学校名称": "神山镇教学点", "教师姓名": "𬭎心", "账号": "421281198002025678", "任课": "否", "班主任": "否", "网络教研": 2.0},
]  # fmt: skip


FORMULAS = ["=cmd|'/c calc'!A1", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x","y")', "==1"]


def injected(folder: Path) -> Path:
    """An export whose texts begin as formulas do, those of its columns of numbers among them."""
    rows: list[Line] = [[f"{f}校", f, f"{f}x", "=1+1", "=2*3", f] for f in FORMULAS]
    return text_file(
        folder / "教师.csv", [["学校", "姓名", "账号", "班主任", "课件", "=备注"], *rows], "utf-8"
    )
