"""What the ribbon and the buttons on 首页 start. Each entry works on the book that called it."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Sequence
from pathlib import Path

import xlwings as xw

from kongjian.base.errors import KongjianError
from kongjian.entry.excel import outlook
from kongjian.entry.excel.live_append import LiveWriter
from kongjian.entry.excel.live_book import LiveBook
from kongjian.entry.excel.print_pdf import printer
from kongjian.entry.excel.session import NOT_THERE, Press, pressed, save_report, writing
from kongjian.entry.setup import doctor
from kongjian.forms import kinds, make_and_collect
from kongjian.forms.produce import FILES, PDF, WORKBOOK
from kongjian.intake.importing.import_files import import_files
from kongjian.mailing import returns
from kongjian.mailing import send_copies as sending
from kongjian.rules import load_rules
from kongjian.selfcheck import examine_book
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.workbook.pages import distribution, home_state, marks_by_sheet, pages, problem_page
from kongjian.workbook.run import Run, examine_sheets

REPORT = "kongjian-诊断报告.txt"
_PATTERNS = "*.xlsx;*.xlsm;*.xls;*.csv;*.tsv;*.txt;*.htm;*.html"
_KINDS = f"平台导出的文件,{_PATTERNS},所有文件,*.*"
_DIALOG_TITLE = "选平台导出的文件（可以选几个）"
SELFCHECK_REPORT = "kongjian-自检报告.txt"


def check_data(book: xw.Book | None = None) -> None:
    """检查数据：只重写“问题清单”，说出有几处问题。"""
    with pressed(book) as press:
        live, run = _examine(press)
        page = problem_page(run, live, _now(), "检查")
        press.progress("正在写入问题清单…")
        with writing(), live.unprotected([page]):
            live.put_page(page)
        live.put_marks(marks_by_sheet(run))
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
        live.put_marks(marks_by_sheet(run))


def application_forms(book: xw.Book | None = None) -> None:
    """生成申报表：每个达标的学校和教师一份，放在“表格”文件夹，并写出申报材料清单。"""
    _forms(book, [kinds.APPLICATIONS])


def application_workbook(book: xw.Book | None = None) -> None:
    """申报表工作簿：学校一本，教师一本，一个单位一张表。"""
    _forms(book, [kinds.APPLICATIONS], WORKBOOK)


def application_pdf(book: xw.Book | None = None) -> None:
    """申报表 PDF：可以直接打印。"""
    _forms(book, [kinds.APPLICATIONS], PDF)


def review_forms(book: xw.Book | None = None) -> None:
    """生成评审表：每个达标单位的评分表、每位专家的评审表和专家评审汇总表。"""
    _forms(book, [kinds.CARDS, kinds.EXPERTS])


def score_card_workbook(book: xw.Book | None = None) -> None:
    """评分表工作簿：学校一本，教师一本，一个单位一张表。"""
    _forms(book, [kinds.CARDS], WORKBOOK)


def score_card_pdf(book: xw.Book | None = None) -> None:
    """评分表 PDF：可以直接打印。"""
    _forms(book, [kinds.CARDS], PDF)


def publicity_list(book: xw.Book | None = None) -> None:
    """公示名单：按获奖名单写。"""
    _forms(book, [kinds.PUBLICITY])


def commendation_list(book: xw.Book | None = None) -> None:
    """表彰名单和打印证书用的数据。"""
    _forms(book, [kinds.COMMENDATION])


def work_summary(book: xw.Book | None = None) -> None:
    """工作总结统计表，附图表。"""
    _forms(book, [kinds.SUMMARY])


def collect_forms(book: xw.Book | None = None) -> None:
    """收取材料：检查“表格”文件夹里交回的文件，写出申报材料清单、专家评审汇总表和更正建议。"""
    with pressed(book) as press:
        place = _place(press)
        folder = place.parent / kinds.FOLDER
        live, run = _examine(press)
        press.progress("正在检查交回的文件…")
        lines = make_and_collect.collect(folder, run.rules, _now().date(), place)
        said = returns.propose(folder, run, _now())
        press.last_word = "\n".join(returns.joined(lines, said, make_and_collect.nothing(folder)))


def send_live(book: xw.Book | None = None) -> None:
    """生成分发版：不含宏，得分和名次都是公式。"""
    _send(book, sending.LIVE)


def send_values(book: xw.Book | None = None) -> None:
    """数值版：不含宏，没有公式。"""
    _send(book, sending.VALUES)


def send_by_school(book: xw.Book | None = None) -> None:
    """分校版：一校一份，只有本校的数据。"""
    _send(book, sending.BY_SCHOOL)


def send_public(book: xw.Book | None = None) -> None:
    """公示版：遮去电话、证件号、邮箱和账号的公示名单。"""
    _send(book, sending.PUBLIC)


def apply_corrections(book: xw.Book | None = None) -> None:
    """采纳更正：把更正建议里“采纳”写了“是”的写进输入表的那一格。"""
    with pressed(book) as press:
        place = _place(press)
        rules = load_rules()
        live = LiveBook(press.book, rules)
        said = returns.accept(place.parent / kinds.FOLDER, live, rules, live.put_cells, _now())
        press.last_word = "\n".join(said)


def _send(book: xw.Book | None, edition: str) -> None:
    """Writes an edition into 分发 beside the workbook; one file is shown as a new mail, never sent."""
    with pressed(book) as press:
        place = _place(press)
        live, run = _examine(press)
        out = place.parent / sending.FOLDER
        sent = sending.send(run, place, out, edition, _now(), progress=press.progress)
        shown = outlook.show(sent.drafts, out) if sent.drafts else ""
        warning = make_and_collect.stale(run, previous_run(live).fingerprint)
        press.last_word = "\n".join(w for w in (sent.message, shown, warning) if w)


def _forms(book: xw.Book | None, wanted: list[str], shape: str = FILES) -> None:
    """Writes forms into 表格 beside the workbook, which stays as it is."""
    with pressed(book) as press:
        place = _place(press)
        live, run = _examine(press)
        out = place.parent / kinds.FOLDER
        printed = printer(press.book.app)
        today = _now().date()
        jobs = make_and_collect.plan(run, wanted, today)
        made = make_and_collect.make(
            run, jobs, place, out, wanted, today, shape, printed, progress=press.progress
        )
        warning = make_and_collect.stale(run, previous_run(live).fingerprint)
        press.last_word = "\n".join(w for w in (f"{made.message}。都在 {out}", warning) if w)


def _place(press: Press) -> Path:
    """Where the workbook is saved. Raises KongjianError for one that has no folder on this computer."""
    try:
        place = Path(press.book.fullname)
    except xw.XlwingsError:  # in a cloud folder that is not on this computer
        place = Path()
    if not place.is_absolute():
        raise KongjianError("请先把工作簿保存到本机的文件夹，再按一次；表格会写在它旁边")
    return place


def diagnose(book: xw.Book | None = None) -> None:
    """诊断：把检查报告存成文本文件，说出存在哪里。"""
    with pressed(book) as press:
        press.progress("正在诊断…")
        report = doctor.report()
        saved = save_report(press.book, report, REPORT)
        press.last_word = f"{report.strip().splitlines()[-1]}\n报告在 {saved}"


def _examine(press: Press) -> tuple[LiveBook, Run]:
    rules = load_rules()
    live = LiveBook(press.book, rules)
    return live, examine_sheets(live, rules, press.progress)


def _now() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)


def import_data(book: xw.Book | None = None, paths: Sequence[Path] | None = None) -> None:
    """导入数据：把选中的文件接在输入表已有的行下面，改了什么写在“导入记录”。"""
    with pressed(book) as press:
        chosen = _chosen_files(press.book) if paths is None else list(paths)
        if not chosen:
            return
        rules = load_rules()
        live = LiveBook(press.book, rules)
        now = dt.datetime.now().replace(microsecond=0)
        done = import_files(chosen, live, rules, LiveWriter(live), now, progress=press.progress)
        press.last_word = "\n".join([*done.lines, "改了什么见“导入记录”"])


def _chosen_files(book: xw.Book) -> list[Path]:
    """The files that the user picks in Excel's own dialog, none when it is cancelled."""
    try:
        found = book.app.api.GetOpenFilename(FileFilter=_KINDS, Title=_DIALOG_TITLE, MultiSelect=True)
    except NOT_THERE:
        raise KongjianError(
            "只有Windows上的Excel能在这里选文件；请用命令 kongjian import 工作簿 文件"
        ) from None
    return [Path(name) for name in found] if isinstance(found, tuple | list) else []


def selfcheck(book: xw.Book | None = None) -> None:
    """自检：核对规则、算法、算例和结果表，把报告存成文本文件；工作簿不变。"""
    with pressed(book) as press:
        rules = load_rules()
        lines = examine_book.selfcheck(LiveBook(press.book, rules), rules, progress=press.progress)
        press.progress("正在写报告…")
        saved = save_report(press.book, examine_book.word(lines, press.book.name), SELFCHECK_REPORT)
        press.last_word = f"{examine_book.conclusion(lines)}\n报告在 {saved}"
