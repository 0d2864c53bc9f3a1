"""What the ribbon and the buttons on 首页 start. Each entry works on the book that called it."""

from __future__ import annotations

import datetime as dt
import tempfile
import time
from pathlib import Path

import xlwings as xw

from kongjian import doctor
from kongjian.excel.live import LiveBook
from kongjian.excel.session import Press, pressed, writing
from kongjian.rules import load_rules
from kongjian.run import Run, distribution, examine_sheets, home_state, pages, problem_page

REPORT = "kongjian-诊断报告.txt"


def check_data(book: xw.Book | None = None) -> None:
    """检查数据：只重写“问题清单”，说出有几处问题。"""
    with pressed(book) as press:
        live, run = _examine(press)
        page = problem_page(run, live, _now(), "检查")
        press.progress("正在写入问题清单…")
        with writing(), live.unprotected([page]):
            live.put_page(page)
        levels = "、".join(f"{level}{count}" for level, count in run.levels.items())
        press.last_word = f"检查完了：{levels}。{run.message}"


def recalculate(book: xw.Book | None = None) -> None:
    """重新计算排名：重写全部结果表和首页；输入表不动。"""
    started = time.perf_counter()
    with pressed(book) as press:
        live, run = _examine(press)
        moment = _now()
        results = pages(run, live, moment, time.perf_counter() - started)
        with writing(), live.unprotected(results):
            for page in results:
                press.progress(f"正在写入{page.spec.sheet}…")
                live.put_page(page)
            live.put_home(home_state(run, moment), distribution(run))


def diagnose(book: xw.Book | None = None) -> None:
    """诊断：把检查报告存成文本文件，说出存在哪里。"""
    with pressed(book) as press:
        press.progress("正在诊断…")
        report = doctor.report()
        place = Path(press.book.fullname)  # a book never saved, or one on a web server, has no folder
        saved = _save(report, place.parent if place.is_absolute() else Path(tempfile.gettempdir()))
        press.last_word = f"{report.strip().splitlines()[-1]}\n报告在 {saved}"


def _examine(press: Press) -> tuple[LiveBook, Run]:
    rules = load_rules()
    live = LiveBook(press.book, rules)
    return live, examine_sheets(live, rules, press.progress)


def _now() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)


def _save(text: str, folder: Path) -> Path:
    """Saves the report in a folder, or with temporary files where that cannot be written to."""
    try:
        (folder / REPORT).write_text(text, encoding="utf-8-sig")  # the mark lets Notepad read it
    except OSError:
        folder = Path(tempfile.gettempdir())
        (folder / REPORT).write_text(text, encoding="utf-8-sig")
    return folder / REPORT
