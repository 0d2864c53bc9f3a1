"""The commands that write what goes out and take in what comes back: forms, collect, mail."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kongjian.base.errors import KongjianError
from kongjian.entry.cli.chinese import FILE, ChineseCommand, Whole
from kongjian.entry.cli.finalise import after_final
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.show import say
from kongjian.entry.plans.plan_model import ANYWAY, WARNING, Plan, Question, Told, carry_out

_anyway = click.option(
    f"--{ANYWAY}", "answer", flag_value=ANYWAY, default="", help="还有错误或待核实的奖项也照样生成，里面写明"
)

if TYPE_CHECKING:
    from kongjian.rules import Rules


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("-o", "--out", type=FILE, metavar="文件夹", help="写到这个文件夹（默认是工作簿旁边的“表格”）")
@click.option(
    "--kind",
    "wanted",
    multiple=True,
    metavar="种类",
    help="只写这一种，可以写几次：申报表、评分表、专家评审、公示名单、表彰名单、工作总结、异议登记、月度通报（默认全部；异议登记有登记时才写）",
)
@click.option(
    "--as",
    "shape",
    default="文件",
    metavar="样式",
    help="文件（一个单位一个文件，默认）、工作簿（合成一个）或 PDF",
)
@click.option("--experts", metavar="姓名", help="评审专家的姓名，用逗号隔开（默认专家1、专家2……）")
@click.option("--ranks", type=Whole(min=1), metavar="数", help="专家只评前几名（默认全部达标的）")
@click.option(
    "--month", default="", metavar="月份", help="月度通报写哪个月，写成年-月（默认有得分的最后一个月）"
)
@click.option(
    "--templates", type=FILE, metavar="文件夹", help="用这个文件夹里的模板（默认先用工作簿旁边的“模板”）"
)
@_anyway
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def forms(
    book: Path,
    out: Path | None,
    wanted: tuple[str, ...],
    shape: str,
    experts: str | None,
    ranks: int | None,
    month: str,
    templates: Path | None,
    answer: str,
    quiet: bool,
) -> None:
    """生成申报表、评分表、专家评审表、公示名单、表彰名单、工作总结统计表、异议登记表和月度通报。"""
    import re

    from kongjian.base.libreoffice import to_pdf
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans import papers
    from kongjian.forms import kinds
    from kongjian.forms.produce import SHAPES

    for given, known in ((wanted, kinds.KINDS), ((shape,), SHAPES)):
        for one in given:
            if one not in known:
                raise KongjianError(f"没有“{one}”；可用：{'、'.join(known)}")
    out = out or book.resolve().parent / kinds.FOLDER
    chosen, today = wanted or kinds.KINDS, dt.date.today()
    names = [n for n in re.split(r"[,，、\s]+", experts or "") if n]
    with examined(book, progress=step) as (held, run):
        plan = _agreed(
            papers.forms(
                run, held, book, out, chosen, today, shape, to_pdf, names, ranks, templates, answer, month
            ),
            "仍要生成",
            "" if wanted else "；别的表这次也没有写，只要那几种请用 --kind 写明",
        )
        told = carry_out(plan, held, step)
    sys.exit(say(told, quiet))


def _agreed(plan: Plan | Question, yes: str = "仍要发送", further: str = "") -> Plan:
    """The plan. Raises KongjianError for what is asked before there is one; `yes` is what its option does, `further` a way out of its own."""
    if isinstance(plan, Question):
        raise KongjianError(f"{plan.text}；{yes}请加 {plan.option}{further}")
    return plan


@click.command(cls=ChineseCommand)
@click.argument("folder", type=FILE, metavar="文件夹")
@click.option(
    "--book", type=FILE, metavar="工作簿", help="由它知道谁应交、更正改哪里（默认是文件夹旁边唯一的 .xlsm）"
)
@click.option("--apply", "accepting", is_flag=True, help="把更正建议里“采纳”写了“是”的写进工作簿的输入表")
@after_final
def collect(folder: Path, book: Path | None, accepting: bool, after_final: bool) -> None:
    """收取材料：检查交回的申报表、专家评审表和分校版，写出清单、汇总表和更正建议。"""
    from kongjian.entry.cli.file_book import examined, file_book
    from kongjian.entry.plans import copies, finalising, papers
    from kongjian.workbook.identity import book_rules

    now = dt.datetime.now()
    book = book or _only_book(folder.resolve().parent)
    if accepting and book:
        with file_book(book) as held:
            finalising.refuse(held, "采纳更正", after_final)
            rules = book_rules(held, book.resolve().parent)
            say(carry_out(copies.corrections(folder, held, rules, now), held, step))
    elif accepting:
        raise KongjianError("采纳更正要用 --book 写明工作簿")
    elif book:
        with examined(book, progress=step) as (_, run):
            say(carry_out(papers.collect(folder, run.rules, now, book, run), progress=step))
    else:
        say(carry_out(papers.collect(folder, _rules_beside(folder.resolve().parent), now), progress=step))


def _rules_beside(folder: Path) -> Rules:
    """The rules by which the workbooks of a folder go, the default ones where there is none; they must be of one scheme."""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.rules import load_rules
    from kongjian.workbook.identity import book_rules

    found: dict[str, Rules] = {}
    for path in _books(folder):
        with file_book(path) as held:
            rules = book_rules(held, folder)
            found[rules.scheme.id] = rules
    if len(found) > 1:
        raise KongjianError(
            f"{folder} 里的工作簿是几个方案的（{'、'.join(sorted(found))}）；请用 --book 写明是哪一本"
        )
    return next(iter(found.values()), None) or load_rules()


def _only_book(folder: Path) -> Path | None:
    """The one macro workbook of a folder, None where there are none or several."""
    found = _books(folder)
    return found[0] if len(found) == 1 else None


def _books(folder: Path) -> list[Path]:
    return [p for p in folder.glob("*.xlsm") if not p.name.startswith(("~$", "."))]


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("-o", "--out", type=FILE, metavar="文件夹", help="写到这个文件夹（默认是工作簿旁边的“分发”）")
@click.option("--by-school", is_flag=True, help="分校包：一校一个文件夹，有分校版、申报表、问题清单和信")
@click.option("--values", is_flag=True, help="数值版：没有公式")
@click.option("--public", is_flag=True, help="公示版：公示名单，遮去电话、证件号、邮箱和账号")
@click.option("--checked", is_flag=True, help="分校版里与别校相同的名字、账号（上次已列出）都看过，仍要发送")
@_anyway
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def mail(
    book: Path,
    out: Path | None,
    by_school: bool,
    values: bool,
    public: bool,
    checked: bool,
    answer: str,
    quiet: bool,
) -> None:
    """生成可以发送的文件，核对后写出邮件草稿（.eml）；从不自动发送。"""
    if checked and not by_school:
        raise KongjianError("--checked 只用于 --by-school：看过分校版里与别校相同的名字以后再加")
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans import copies, papers
    from kongjian.mailing import send_copies

    asked = {send_copies.BY_SCHOOL: by_school, send_copies.VALUES: values, send_copies.PUBLIC: public}
    out = out or book.resolve().parent / send_copies.FOLDER
    code, record = 0, None
    with examined(book, progress=step) as (held, run):
        editions = [e for e, wanted in asked.items() if wanted] or [send_copies.LIVE]
        # all are agreed to before the first is written
        plans = [
            _agreed(copies.edition(run, held, book, out, e, dt.datetime.now(), answer, checked))
            for e in editions
        ]
        for edition, plan in zip(editions, plans, strict=True):
            told = carry_out(plan, held, step)
            code = max(code, say(told, quiet))
            record = copies.recorded(run, held, edition, told, dt.datetime.now()) or record
        if record:
            try:
                carry_out(record, held, step)
            except KongjianError as error:  # the copy is there all the same
                say([Told(f"首页没有记下：{error}", WARNING)])
        say(papers.stale(run, held))
    sys.exit(code)


COMMANDS: tuple[click.Command, ...] = (forms, collect, mail)
