"""The commands that print the evidence of a workbook without writing anything: thin, over the sheets' own tables."""

from __future__ import annotations

import datetime as dt
import sys
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from kongjian.base.check_lines import Line
from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text
from kongjian.base.scratch import scratch
from kongjian.entry.cli.chinese import FILE, ChineseCommand
from kongjian.entry.cli.progress import step
from kongjian.entry.plans.examinations import USABLE, report
from kongjian.entry.plans.plan_model import ERROR, WARNING, Told

if TYPE_CHECKING:
    from kongjian.engine.frame import Frame
    from kongjian.workbook.run import Run

_NAMES = ("类别", "学校名称", "教师姓名", "账号")
_EXIT = {WARNING: 1, ERROR: 2}


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--who", metavar="名称", help="只看这所学校或这名教师：校名、姓名或账号（默认排在第1名的学校）")
@click.option("--out", type=FILE, metavar="文件", help="写成一页A4（.xlsx 或 .pdf），就是“单位查询”的那一页")
def explain(book: Path, who: str | None, out: Path | None) -> None:
    """得分说明：每一分从哪里来，还差多少，怎样达标；--out 写成一页，可以打印出来答复申诉。"""
    import numpy as np

    from kongjian.engine.evidence.explanations import by_rank, called, explanations, percents
    from kongjian.engine.frame import Frame

    run = _examined(book)
    schools, teachers = run.results.school, run.results.teacher
    if not run.schools + run.teachers:
        raise KongjianError("还没有数据：请把平台导出的数据粘贴到输入表")
    if who:
        mine, others = called(run.results, who)
    else:
        mine, others = by_rank(schools)[:1], by_rank(teachers)[: not run.schools]
    if not len(mine) + len(others):
        raise KongjianError(f"没有叫“{who}”的学校或教师；请写完整的校名、姓名或账号")
    if out:
        found = [("school", i) for i in mine.tolist()] + [("teacher", i) for i in others.tolist()]
        _write_page(run, found, who or "", out)
        click.echo(f"已写入 {out}")
        return
    frame, rates = explanations(run.results, run.rules, mine, others), percents(run.rules)
    values = frame["取值"].copy()
    for k, pair in enumerate(zip(frame["类别"], frame["指标"], strict=True)):
        if pair in rates and not isinstance(values[k], str):
            values[k] = f"{values[k]:.1%}"
    frame = Frame({name: values if name == "取值" else frame[name] for name in frame})
    kinds = ["school"] * len(mine) + ["teacher"] * len(others)
    for kind in kinds:  # by their rows: two of one name may both be without account
        rows = np.arange(len(run.rules.object(kind).indicators) + 1)  # and the total
        own, frame = frame.take(rows), frame.take(np.arange(len(rows), frame.height))
        title = " ".join(["得分说明", *(str(own[c][0]) for c in _NAMES[1:])]).strip()
        _print(title, own, ("指标", "取值", "来源", "规则", "分值", "得分", "扣分", "还差"))


def _write_page(run: Run, found: Sequence[tuple[str, int]], who: str, out: Path) -> None:
    """The page of the one unit that is meant."""
    from kongjian.base.libreoffice import to_pdf
    from kongjian.workbook.shipped.build_lookup import one_page

    shape = out.suffix.lower()
    if shape not in (".xlsx", ".pdf"):
        raise KongjianError(f"{out.name} 的扩展名应是 .xlsx 或 .pdf")
    if len(found) > 1:
        accounts = "、".join(str(run.results.teacher.names["账号"][i]) or "没有账号" for _, i in found[:5])
        raise KongjianError(f"叫“{who}”的有{len(found)}个（账号{accounts}）；请在 --who 后面写账号")
    [(kind, at)] = found
    moment = dt.datetime.now().replace(microsecond=0)
    if shape == ".xlsx":
        one_page(run, kind, at, out, moment)
        return
    with scratch() as folder:
        one_page(run, kind, at, folder / "page.xlsx", moment)
        to_pdf(folder / "page.xlsx", out)


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def reconcile(book: Path) -> None:
    """平台核对：平台得分与计算得分的差别、可能原因、用了哪个。"""
    _show(book, "平台核对")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def near(book: Path) -> None:
    """临界名单：获奖线、达标线附近的学校和教师，差多少。"""
    _show(book, "临界名单")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def effects(book: Path) -> None:
    """口径影响：换一种算法会怎样，谁会得奖、谁会落选。"""
    _show(book, "口径影响")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def coverage(book: Path) -> None:
    """数据覆盖：每个平均数应有多少名、有多少名的数，各从哪里来。"""
    _show(book, "数据覆盖")


def _examined(book: Path) -> Run:
    from kongjian.workbook.recalculate import check

    return check(book, progress=step)


def _show(book: Path, sheet: str) -> None:
    """Prints one evidence sheet as a calculation would fill it."""
    from kongjian.engine.evidence.evidence_sheets import SHEETS, Found
    from kongjian.workbook.layout import output_sheet

    run = _examined(book)
    spec = output_sheet(run.rules, sheet)
    made = SHEETS.get(spec.table)
    frame = made(Found(run.inputs, run.results, run.rules)) if made else run.results.tables[spec.table]
    if not frame.height:
        click.echo(f"{sheet}：没有")
        return
    whole = {c.name for c in spec.columns if c.kind == "count"}
    print_table(sheet, frame, tuple(n for n in spec.names if _any(frame, n)), frame.height, whole)


def _any(frame: Frame, name: str) -> bool:
    """Whether a column holds anything."""
    import numpy as np

    column = frame[name]
    return bool((~np.isnan(column)).any() if column.dtype.kind == "f" else (column != "").any())


def _print(title: str, frame: Frame, columns: tuple[str, ...]) -> None:
    print_table(title, frame, columns, frame.height)


def print_results(run: Run) -> None:
    from kongjian.workbook.run import first_named

    tables = run.results.tables
    print_table("学校排名", tables["SchoolRanking"], ("名次", "学校名称", "得分", "月均得分", "并列"), 10)
    print_table(
        "教师排名", tables["TeacherRanking"], ("名次", "学校名称", "教师姓名", "得分", "月均得分", "并列"), 12
    )
    click.echo("获奖名单")
    for award in run.rules.awards:
        who, open_ = run.awarded(award)
        count = f"{len(who)}，{sum(open_)}项待核实" if any(open_) else f"{len(who)}"
        click.echo(f"  {award.name}（{count}）：{first_named(who) or '无'}")
    click.echo("")


def print_table(
    title: str, frame: Any, columns: tuple[str, ...], rows: int, whole: Collection[str] = ()
) -> None:
    """The first rows of a table; ranks and the columns `whole` are whole numbers."""
    click.echo(f"{title}（共{frame.height}{f'，前{rows}' if rows < frame.height else ''}）")
    shown = [
        [_text(v, whole=c in whole or c.endswith("名次")) for v in frame[c][:rows].tolist()] for c in columns
    ]
    widths = [max(map(_width, [c, *cells])) + 2 for c, cells in zip(columns, shown, strict=True)]
    click.echo("  " + "".join(pad(c, w) for c, w in zip(columns, widths, strict=True)).rstrip())
    for line in zip(*shown, strict=True):
        click.echo("  " + "".join(pad(v, w) for v, w in zip(line, widths, strict=True)).rstrip())
    click.echo("")


def say(told: Iterable[Told], quiet: bool = False) -> int:
    """Prints what is told, without its details where it should be quiet; returns the exit code."""
    code = 0
    for one in told:
        for line in one.lines if not quiet else ():
            click.echo(line)
        click.echo(one.text)
        if one.ask:
            click.echo(f"{one.ask.text}，请加 {one.ask.option}")
        code = max(code, _EXIT.get(one.mode, 0))
    return code


def print_report(
    checked: Sequence[Line], text: str, out: Path | None, passing: Collection[str] = USABLE
) -> NoReturn:
    """Prints a report of checks, saves it where that is wanted, and ends with its exit code."""
    code = say([report(checked, text, passing)])
    if out:
        save_text(out, text)
    sys.exit(code)


def _text(value: object, whole: bool) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else f"{value:g}" if whole else f"{value:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--all", "everything", is_flag=True, help="每一处都列出来（默认每类最多30处）")
def changes(book: Path, everything: bool) -> None:
    """与上次相比：再算一次会变什么；刚算过的，上次计算变了什么。只看不写。"""
    from kongjian.engine.evidence.change_list import MOST_LINES, change_list
    from kongjian.workbook.recalculate import check

    run = check(book, progress=step)
    most = None if everything else MOST_LINES
    for line in change_list(run.results, run.changes, run.change_sheet, most):
        click.echo(line)


COMMANDS: tuple[click.Command, ...] = (explain, coverage, reconcile, near, effects, changes)
