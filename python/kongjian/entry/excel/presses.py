"""What the ribbon and the buttons on 首页 start: each reads the open workbook, plans, and has the plan carried out."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import xlwings as xw

from kongjian.base import backups, places
from kongjian.base.errors import KongjianError
from kongjian.entry.excel import live_protection
from kongjian.entry.excel.live_book import LiveBook
from kongjian.entry.excel.print_pdf import printer
from kongjian.entry.excel.session import Press, quiet, save_copy, saved_copy
from kongjian.entry.plans import (
    copies,
    examinations,
    file_import,
    finalising,
    log_import,
    new_scheme,
    papers,
    recalculation,
    restoring,
    robust,
)
from kongjian.entry.plans.plan_model import SURE, WARNING, Plan, Question, Told, carry_out, fault
from kongjian.entry.setup import doctor
from kongjian.forms import kinds
from kongjian.forms.produce import FILES, PDF, WORKBOOK
from kongjian.mailing import send_copies
from kongjian.rules import Rules, load_rules
from kongjian.selfcheck import examine_book
from kongjian.workbook.identity import book_rules
from kongjian.workbook.layout import output_sheets
from kongjian.workbook.run import Run, examine_sheets
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

_Work = Callable[[Press], Sequence[Told] | Question]


def press(book: xw.Book, entry: str, answer: str = "") -> Sequence[Told] | Question:
    """One press on this workbook: what is told of it, or what it asks. No fault leaves it; each is told."""
    try:
        with quiet(book):
            return done(Press(book, answer), entry)
    except Exception as error:
        return [fault(error, "工作簿")]


def done(now: Press, entry: str) -> Sequence[Told] | Question:
    """The same without Excel being kept quiet. A protection that an earlier press left lifted is put back, and that is told."""
    try:
        found = PRESSES[entry](now)
        if isinstance(found, Question):  # which is answered by another press
            return found
        return [*_mended(now.book), *found]
    except Exception as error:
        return [fault(error, "工作簿")]


def _check(now: Press) -> list[Told]:
    live, run = _examined(now)
    return _written(recalculation.problems(run, live, _moment()), live, now)


def _recalculate(now: Press) -> list[Told]:
    started = time.perf_counter()
    live, run = _examined(now)
    plan = recalculation.results(run, live, _moment(), time.perf_counter() - started)
    return _written(plan, live, now)


def _import(now: Press) -> list[Told] | Question:
    if not now.answer:
        return file_import.WHICH
    live, rules = _opened(now)
    plan = file_import.rows(_chosen(now), live, rules, _moment(), progress=now.progress)
    return [*_written(plan, live, now), Told("改了什么见“导入记录”")]


def _import_logs(now: Press) -> list[Told] | Question:
    """Logs into 行为日志 beside the workbook, their counts into 有效次数."""
    path = now.path
    if not now.answer:
        return log_import.WHICH
    from kongjian.intake.events.log_index import How

    live, rules = _opened(now)
    plan = log_import.counts(_chosen(now), path, live, rules, _moment(), How(), progress=now.progress)
    return _written(plan, live, now)


def _preview_import(now: Press) -> list[Told] | Question:
    if not now.answer:
        return file_import.WHICH
    live, rules = _opened(now)
    plan = file_import.previewed(_chosen(now), live, rules, _moment(), progress=now.progress)
    return carry_out(plan)


def _answered(now: Press) -> tuple[str, bool]:
    """What was typed, and whether what it leads to has been told."""
    return now.answer.removesuffix(SURE), now.answer.endswith(SURE)


def _chosen(now: Press) -> list[Path]:
    return [Path(name) for name in now.answer.split("\n")]


def _undo_import(now: Press) -> list[Told]:
    live, rules = _opened(now)
    return _written(file_import.undone(live, rules, _moment()), live, now)


def _forms(now: Press, wanted: Sequence[str], shape: str = FILES) -> list[Told] | Question:
    """Forms into 表格 beside the workbook, which stays as it is."""
    path, out = now.path, now.path.parent / kinds.FOLDER
    live, run = _examined(now)
    to_pdf = printer(now.book.app)
    plan = papers.forms(run, live, path, out, wanted, _moment().date(), shape, to_pdf, answer=now.answer)
    return plan if isinstance(plan, Question) else carry_out(plan, live, now.progress)


def _collect(now: Press) -> list[Told]:
    path = now.path
    live, run = _examined(now)
    plan = papers.collect(path.parent / kinds.FOLDER, run.rules, _moment(), path, run)
    return carry_out(plan, live, now.progress)


def _send(now: Press, edition: str) -> list[Told] | Question:
    """An edition into 分发 beside the workbook, which stays as it is but for what 首页 of a final one keeps of it."""
    path, out = now.path, now.path.parent / send_copies.FOLDER
    live, run = _examined(now)
    schools = now.answer.split("\n") if now.answer and edition == send_copies.BY_SCHOOL else None
    plan = copies.edition(
        run, live, path, out, edition, _moment(), now.answer, schools is not None, schools
    )  # whose doubts staff have looked at
    if isinstance(plan, Question):
        return plan
    told = [*carry_out(plan, live, now.progress), *papers.stale(run, live)]
    if record := copies.recorded(run, live, edition, told, _moment()):
        try:
            _written(record, live, now)
        except KongjianError as error:  # the copy is there all the same
            told.append(Told(f"首页没有记下：{error}", WARNING))
    return told


def _corrections(now: Press) -> list[Told]:
    folder = now.path.parent / kinds.FOLDER
    live, rules = _opened(now)
    return _written(copies.corrections(folder, live, rules, _moment()), live, now)


def _restore(now: Press) -> list[Told] | Question:
    path, rules, stands = now.path, load_rules(), None
    with suppress(
        KongjianError
    ):  # it may not say any more what its scheme is: all the more reason to go back
        live, rules = _opened(now)
        stands = restoring.standing(live, rules)
    if not now.answer:
        return restoring.which(path, stands, rules, now.progress)
    number, sure = _answered(now)
    if not number.isdecimal():
        raise KongjianError(f"“{now.answer}”不是第几份；请再按一次，输入左边的数字")
    plan = restoring.beside(path, int(number), stands, rules, sure)
    return plan if isinstance(plan, Question) else carry_out(plan)


def _finalise(now: Press) -> list[Told] | Question:
    """The open workbook is final, and so is its copy, as Excel writes it; only saved is it final on the disk, too."""
    moment, copy = _moment(), finalising.copy_of(now.path, _moment())
    live, run = _examined(now)
    plan = finalising.final(run, live, moment, now.answer)
    if isinstance(plan, Question):
        return plan
    told = _written(plan, live, now)
    now.progress("正在写存档…")
    if save_copy(now.book, copy):
        return [*told, Told(f"存档是 {copy.name}；这一本请保存")]
    return [*told, Told("存档没有写成；请保存这一本，再把文件复制一份留底", WARNING)]


def _asked_first(work: Callable[[Press], Sequence[Told] | Question], what: str) -> _Work:
    """The same work; in a workbook that is final it is asked about before anything else is."""

    def asked(now: Press) -> Sequence[Told] | Question:
        if now.answer == finalising.AFTER_FINAL:
            return work(replace(now, answer=""))
        question = None if now.answer else finalising.asked_first(LiveBook(now.book, load_rules()), what)
        return question or work(now)

    return asked


def _new_scheme(now: Press) -> list[Told] | Question:
    """A scheme made from this workbook's 规则; the workbook stays as it is."""
    path, (live, rules) = now.path, _opened(now)
    if not now.answer:
        return new_scheme.which(rules)
    scheme_id, sure = _answered(now)
    wanted, target = new_scheme.of_book(live, rules), path.with_name(f"{scheme_id}.xlsm")
    plan = new_scheme.planned(wanted, rules, scheme_id, places.own_schemes(), target, sure)
    return plan if isinstance(plan, Question) else carry_out(plan, live, now.progress)


def _robust(now: Press) -> list[Told]:
    live, run = _examined(now)
    now.progress("正在试口径组合…")
    return _written(robust.filled(run, live, _moment())[0], live, now)


def _selfcheck(now: Press) -> list[Told]:
    """Of a copy of the workbook, so that formats, names and macros are looked at as the command does."""
    live, rules = _found(now)
    with saved_copy(now.book) as copy:
        if copy is None:
            live.hold([t.sheet for t in rules.tables])
            lines = examine_book.selfcheck(live, rules, progress=now.progress)
        else:
            with Package(copy) as package:
                lines = examine_book.selfcheck(Reader(package), rules, progress=now.progress, file=copy)
    text = examine_book.word(lines, now.book.name)
    name, passed = examinations.SELFCHECK_REPORT, examinations.PASSED
    return carry_out(examinations.saved(lines, text, name, now.folder, passed))


def _diagnose(now: Press) -> list[Told]:
    now.progress("正在诊断…")
    lines = doctor.examine(now.path if now.folder else None)
    return carry_out(examinations.saved(lines, doctor.word(lines), examinations.DIAGNOSIS, now.folder))


def _written(plan: Plan, live: LiveBook, now: Press) -> list[Told]:
    """Carries out what writes into the workbook; before it a copy is made of the file that was saved last."""
    mended = _mended(now.book) if plan.writing else []
    if plan.writing and now.folder:
        backups.keep(now.path)
    return [*mended, *carry_out(plan, live, now.progress)]


def _mended(book: xw.Book) -> list[Told]:
    said = live_protection.put_back(book, (s.sheet for s in output_sheets(load_rules()) if s.protected))
    return [Told(said, WARNING)] if said else []


def _examined(now: Press) -> tuple[LiveBook, Run]:
    live, rules = _opened(now)
    return live, examine_sheets(live, rules, now.progress)


def _opened(now: Press) -> tuple[LiveBook, Rules]:
    """The open workbook with its inputs as they stand, and the rules of its scheme."""
    live, rules = _found(now)
    live.hold([t.sheet for t in rules.tables])
    return live, rules


def _found(now: Press) -> tuple[LiveBook, Rules]:
    """The open workbook and the rules of its scheme, which say what its sheets are called."""
    usual = load_rules()
    live = LiveBook(now.book, usual)
    rules = book_rules(live, now.folder)
    if rules.folder != usual.folder:
        live = LiveBook(now.book, rules)
    return live, rules


def _moment() -> dt.datetime:
    return dt.datetime.now().replace(microsecond=0)


PRESSES: dict[str, _Work] = {
    "check_data": _check,
    "recalculate": _asked_first(_recalculate, "重新计算"),
    "import_data": _asked_first(_import, "导入"),
    "import_logs": _asked_first(_import_logs, "导入"),
    "preview_import": _preview_import,
    "undo_import": _asked_first(_undo_import, "撤消导入"),
    "application_forms": partial(_forms, wanted=[kinds.APPLICATIONS]),
    "application_workbook": partial(_forms, wanted=[kinds.APPLICATIONS], shape=WORKBOOK),
    "application_pdf": partial(_forms, wanted=[kinds.APPLICATIONS], shape=PDF),
    "review_forms": partial(_forms, wanted=[kinds.CARDS, kinds.EXPERTS]),
    "score_card_workbook": partial(_forms, wanted=[kinds.CARDS], shape=WORKBOOK),
    "score_card_pdf": partial(_forms, wanted=[kinds.CARDS], shape=PDF),
    "publicity_list": partial(_forms, wanted=[kinds.PUBLICITY]),
    "commendation_list": partial(_forms, wanted=[kinds.COMMENDATION]),
    "appeal_record": partial(_forms, wanted=[kinds.APPEALS]),
    "monthly_report": partial(_forms, wanted=[kinds.MONTHLY]),
    "work_summary": partial(_forms, wanted=[kinds.SUMMARY]),
    "collect_forms": _collect,
    "send_live": partial(_send, edition=send_copies.LIVE),
    "send_values": partial(_send, edition=send_copies.VALUES),
    "send_by_school": partial(_send, edition=send_copies.BY_SCHOOL),
    "send_public": partial(_send, edition=send_copies.PUBLIC),
    "apply_corrections": _asked_first(_corrections, "采纳更正"),
    "finalise": _finalise,
    "restore_backup": _restore,
    "rank_robustness": _robust,
    "new_scheme": _new_scheme,
    "selfcheck": _selfcheck,
    "diagnose": _diagnose,
}
"""What each entry does, under the names that the macros of every workbook that is out know."""
