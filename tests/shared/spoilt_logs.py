"""Logs of events, good and spoilt, and the command that imports them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from click.testing import CliRunner

from kongjian.entry.cli.main import cli
from pasting import ACCOUNT, SCHOOL

HEADER = ["日期", "学校名称", "账号", "角色", "行为", "年级", "班级"]
LINES = [
    ["2021-03-01 08:00:00", SCHOOL, ACCOUNT, "教师", "在线授课", "", ""],
    ["2021-03-01 09:30:00", SCHOOL, ACCOUNT, "教师", "授课", "", ""],
    ["2021-03-02 09:30:00", SCHOOL, ACCOUNT, "教师", "在线授课", "", ""],
    ["2021-04-02 09:30:00", SCHOOL, ACCOUNT, "教师", "网络教研", "", ""],
    ["2021-03-02 10:00:00", SCHOOL, "堃喆01", "学生", "完成作业", "三年级", "1班"],
]


def text(lines: Sequence[Sequence[str]] = LINES, header: Sequence[str] = HEADER, delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([header, *lines])
    return out.getvalue()


def run_import(*arguments: object) -> tuple[int, str]:
    found = CliRunner().invoke(cli, ["import-events", *map(str, arguments)])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.output


SPOILT = [
    ("2021-03-03,甲校,a,教师,在线授课", ""), ("2021/3/3 8:00,甲校,a,教师,在线授课", ""),
    ("2021-03-03 24:00,甲校,a,教师,在线授课", ""), ("2021-03-03T08:00:00+08:00,甲校,a,教师,在线授课", ""),
    ('2021-03-03,"甲,校",a,教师,"在""线"', ""), ("20210303,甲校,a,教师,在线授课,,", ""), ("", "blank"), (" ,, ", "blank"), ("   ", "blank"),
    ("2021-03-03 08:00:00Z,甲校,a,教师,在线授课", "zone"), ("2021-02-30,甲校,a,教师,在线授课", "date"),
    (",甲校,a,教师,在线授课", "date"), ('2021-03-03,"甲校,a,教师,在线授课', "quote"),
    ("2021-03-03,甲校,a", "few"), ("2021-03-03,甲校,a,教师,在线授课,,,多", "many"),
    ("2021-03-03,甲\x00校,a,教师,在线授课", "bytes"), ("2021-03-03,甲\ufffd校,a,教师,在线授课", "bytes"),
]  # fmt: skip
"""Lines below HEADER, each with why it is not counted."""


ROWS = [
    (SCHOOL, ACCOUNT, "教师", "在线授课", "2021-03", 2, "导入", 3, None, None, None, None),
    (SCHOOL, ACCOUNT, "教师", "网络教研", "2021-04", 1, "导入", 1, None, None, None, None),
    (SCHOOL, "三年级1班", "学生", "完成作业", "2021-03", 1, "导入", 1, 1, 1, 1, 15),
]
"""What LINES come to in 有效次数."""


def rows(book: Path) -> list[tuple[object, ...]]:
    return list(openpyxl.load_workbook(book)["有效次数"].iter_rows(min_row=4, values_only=True))
