"""The button 自检: the command's report, saved beside the workbook, its conclusion in a message box."""

from __future__ import annotations

import xlwings as xw

from kongjian.excel.live import LiveBook
from kongjian.excel.report_file import save_report
from kongjian.excel.session import pressed
from kongjian.rules import load_rules
from kongjian.selfcheck import work

REPORT = "kongjian-自检报告.txt"


def selfcheck(book: xw.Book | None = None) -> None:
    """自检：核对规则、算法、算例和结果表，把报告存成文本文件；工作簿不变。"""
    with pressed(book) as press:
        rules = load_rules()
        lines = work.selfcheck(LiveBook(press.book, rules), rules, progress=press.progress)
        press.progress("正在写报告…")
        saved = save_report(press.book, work.word(lines, press.book.name), REPORT)
        press.last_word = f"{work.conclusion(lines)}\n报告在 {saved}"
