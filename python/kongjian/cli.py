"""The command `kongjian`: thin commands over the same calculation as the workbook's buttons.

Exit codes: 0 done, 1 the data has errors (`check`), the rules have faults (`rules --lint`), a step failed
(`install`) or something is wrong (`doctor`), 2 wrong use or unreadable file.
"""

from __future__ import annotations

import datetime as dt
import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kongjian import __version__, cli_show
from kongjian.base import check_lines, files, places
from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text
from kongjian.cli_changes import changes
from kongjian.cli_chinese import FILE, ChineseGroup, complain
from kongjian.cli_import import import_
from kongjian.cli_selfcheck import selfcheck
from kongjian.cli_tables import pad, print_results, print_state

if TYPE_CHECKING:
    pass

STEPS = 6


@click.group(cls=ChineseGroup)
@click.version_option(__version__, "--version", message="kongjian %(version)s", help="显示版本号")
def cli() -> None:
    """赤壁市中小学“网络学习空间”应用评比：粘贴平台数据，得出得分、达标、名次和获奖名单。"""


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@click.option(
    "-o", "--out", type=FILE, metavar="文件", help="写到另一个文件（默认写回原工作簿，原文件留作 .bak）"
)
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def recalc(book: Path, out: Path | None, quiet: bool) -> None:
    """重新计算排名：填写工作簿里的得分、资格、名次、获奖名单和问题清单。"""
    from kongjian.workbook.recalculate import recalculate

    with _progress(quiet) as progress:
        run = recalculate(book, out, progress=progress)
    if not quiet:
        print_results(run)
    print_state(run)
    click.echo(f"已写入 {out or book}")


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--write", is_flag=True, help="把问题清单和要核对的格子的底色写进工作簿（原文件留作 .bak）")
def check(book: Path, write: bool) -> None:
    """检查数据：列出问题，不改结果表。有错误时返回 1。"""
    from kongjian.workbook import recalculate

    with _progress(quiet=False) as progress:
        run = (recalculate.write_check if write else recalculate.check)(book, progress=progress)
    rows = zip(*(run.problems[c] for c in ("级别", "工作表", "单元格", "内容", "建议")), strict=True)
    for level, sheet, cell, text, advice in rows:
        click.echo(f"{level} {sheet}!{cell} {text}。{advice}")
    print_state(run)
    if run.levels["错误"]:
        sys.exit(1)


@cli.command()
@click.argument("folder", type=FILE, metavar="[文件夹]", default="demo", required=False)
@click.option("--seed", type=int, default=2021, metavar="数", help="随机种子（默认2021）")
@click.option(
    "--teachers",
    type=click.IntRange(min=1000),
    default=3500,
    metavar="数",
    help="教师人数（默认3500，至少1000）",
)
@click.option("--clean", is_flag=True, help="不掺入有问题的数据")
def demo(folder: Path, seed: int, teachers: int, clean: bool) -> None:
    """生成示范数据：一个已经粘贴好数据的工作簿。"""
    from kongjian.demo import demo_data
    from kongjian.rules import load_rules
    from kongjian.workbook.shipped.build_workbook import build as build_book

    rules = load_rules()
    data = demo_data(rules, seed=seed, teachers=teachers, dirt=not clean)
    target = folder / "赤壁市示范数据.xlsm"
    _make_folder(folder)
    build_book(rules, target, data)
    sizes = "、".join(f"{len(data[t.id].rows)}行{t.sheet}" for t in rules.tables)
    click.echo(f"已生成 {target}：{sizes}（校名为公开信息，人名和数据都是虚构的）")


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("-o", "--out", type=FILE, metavar="文件夹", help="写到这个文件夹（默认是工作簿旁边的“表格”）")
@click.option(
    "--kind",
    "wanted",
    multiple=True,
    metavar="种类",
    help="只写这一种，可以写几次：申报表、评分表、专家评审、公示名单、表彰名单、工作总结（默认全部）",
)
@click.option(
    "--as",
    "shape",
    default="文件",
    metavar="样式",
    help="文件（一个单位一个文件，默认）、工作簿（合成一个）或 PDF",
)
@click.option("--experts", metavar="姓名", help="评审专家的姓名，用逗号隔开（默认专家1、专家2……）")
@click.option("--ranks", type=click.IntRange(min=1), metavar="数", help="专家只评前几名（默认全部达标的）")
@click.option(
    "--templates", type=FILE, metavar="文件夹", help="用这个文件夹里的模板（默认先用工作簿旁边的“模板”）"
)
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def forms(
    book: Path,
    out: Path | None,
    wanted: tuple[str, ...],
    shape: str,
    experts: str | None,
    ranks: int | None,
    templates: Path | None,
    quiet: bool,
) -> None:
    """生成申报表、评分表、专家评审表、公示名单、表彰名单和工作总结统计表。"""
    import re

    from kongjian.base.libreoffice import to_pdf
    from kongjian.forms import kinds, make_and_collect
    from kongjian.forms.produce import SHAPES, count
    from kongjian.workbook.recalculate import check_with_fingerprint

    for given, known in ((wanted, kinds.KINDS), ((shape,), SHAPES)):
        for one in given:
            if one not in known:
                raise KongjianError(f"没有“{one}”；可用：{'、'.join(known)}")
    run, shown = check_with_fingerprint(book)
    out = out or book.resolve().parent / kinds.FOLDER
    chosen, today = wanted or kinds.KINDS, dt.date.today()
    names = [n for n in re.split(r"[,，、\s]+", experts or "") if n]
    jobs = make_and_collect.plan(run, chosen, today, names, ranks)
    with _progress(quiet, count(jobs, shape)) as progress:
        made = make_and_collect.make(run, jobs, book, out, chosen, today, shape, to_pdf, templates, progress)
    if warning := make_and_collect.stale(run, shown):
        click.echo(f"提示：{warning}")
    for line in (*made.failed, *made.notes) if not quiet else ():
        click.echo(line)
    click.echo(f"{made.message}（{out}）")
    if made.failed:
        sys.exit(2)


@cli.command()
@click.argument("folder", type=FILE, metavar="文件夹")
@click.option(
    "--book", type=FILE, metavar="工作簿", help="收取分校版里的更正（默认是文件夹旁边唯一的 .xlsm）"
)
@click.option("--apply", "accepting", is_flag=True, help="把更正建议里“采纳”写了“是”的写进工作簿的输入表")
def collect(folder: Path, book: Path | None, accepting: bool) -> None:
    """收取材料：检查交回的申报表、专家评审表和分校版，写出清单、汇总表和更正建议。"""
    from kongjian.forms import make_and_collect
    from kongjian.rules import load_rules

    now = dt.datetime.now()
    book = book or _only_book(folder.resolve().parent)
    if accepting:
        _accept(folder, book, now)
        return
    lines = make_and_collect.collect(folder, load_rules(), now.date(), book)
    if book:
        from kongjian.mailing import returns
        from kongjian.workbook.recalculate import check as check_book

        lines = returns.joined(
            lines, returns.propose(folder, check_book(book), now), make_and_collect.nothing(folder)
        )
    for line in lines:
        click.echo(line)


def _only_book(folder: Path) -> Path | None:
    """The one macro workbook of a folder, None where there are none or several."""
    found = [p for p in folder.glob("*.xlsm") if not p.name.startswith(("~$", "."))]
    return found[0] if len(found) == 1 else None


def _accept(folder: Path, book: Path | None, now: dt.datetime) -> None:
    from kongjian.mailing import returns
    from kongjian.rules import load_rules
    from kongjian.xlsx.input_writer import amend
    from kongjian.xlsx.package import Package
    from kongjian.xlsx.reader import Reader

    if book is None:
        raise KongjianError("采纳更正要用 --book 写明工作簿")
    with Package(book) as package:
        reader = Reader(package)
        said = returns.accept(folder, reader, load_rules(), lambda todo: amend(package, todo, book), now)
    for line in said:
        click.echo(line)


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("-o", "--out", type=FILE, metavar="文件夹", help="写到这个文件夹（默认是工作簿旁边的“分发”）")
@click.option("--by-school", is_flag=True, help="分校版：一校一份，只有本校的数据")
@click.option("--values", is_flag=True, help="数值版：没有公式")
@click.option("--public", is_flag=True, help="公示版：公示名单，遮去电话、证件号、邮箱和账号")
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def mail(book: Path, out: Path | None, by_school: bool, values: bool, public: bool, quiet: bool) -> None:
    """生成可以发送的副本，核对后写出邮件草稿（.eml）；从不自动发送。"""
    from kongjian.forms.make_and_collect import stale
    from kongjian.mailing import send_copies
    from kongjian.workbook.recalculate import check_with_fingerprint

    chosen = [
        edition
        for edition, wanted in (
            (send_copies.BY_SCHOOL, by_school),
            (send_copies.VALUES, values),
            (send_copies.PUBLIC, public),
        )
        if wanted
    ]
    run, shown = check_with_fingerprint(book)
    out = out or book.resolve().parent / send_copies.FOLDER
    failed = False
    for edition in chosen or [send_copies.LIVE]:
        steps = run.schools if edition == send_copies.BY_SCHOOL else 2
        with _progress(quiet, steps) as progress:
            sent = send_copies.send(run, book, out, edition, dt.datetime.now(), progress=progress)
        for line in sent.lines if not quiet else ():
            click.echo(line)
        click.echo(f"{sent.message}（{out}）")
        failed |= bool(sent.reasons or sent.made.failed)
    if warning := stale(run, shown):
        click.echo(f"提示：{warning}")
    if failed:
        sys.exit(2)


@cli.command()
@click.option("--lint", is_flag=True, help="检查规则文件：分值、分档、出处、原文、案例")
@click.option("--month", metavar="年-月", help="查看某个月适用的规则")
@click.option("--folder", type=FILE, metavar="文件夹", help="规则文件夹（默认用随程序安装的规则）")
def rules(lint: bool, month: str | None, folder: Path | None) -> None:
    """显示或检查评分规则。"""
    from kongjian.rules import load_rules
    from kongjian.rules.lint import whole as checks

    folder = folder or places.rules()
    if lint:
        cases = folder.parent / "tests" / "cases"
        faults = checks.lint(folder, cases if cases.is_dir() else None)
        for fault in faults:
            click.echo(fault)
        click.echo(f"规则有{len(faults)}处问题" if faults else "规则没有问题")
        sys.exit(1 if faults else 0)
    loaded = load_rules(folder)
    if month:
        loaded.at(month)
    click.echo(f"{loaded.scheme.name}（版本{loaded.version}，{loaded.period.start}至{loaded.period.end}）")
    for scheme in (loaded.school, loaded.teacher):
        click.echo(f"{scheme.label}：{len(scheme.indicators)}个指标，共{scheme.points:g}分")
        for i in scheme.indicators:
            click.echo(f"  {pad(i.name, 14)}{i.points:>4g}分  {i.sentence}")
    click.echo("口径：")
    for r in loaded.readings:
        values = "、".join(v.label for v in r.values)
        click.echo(f"  {pad(r.label, 22)}{r.value(loaded.chosen[r.id]).label}（可选：{values}）")


@cli.command()
@click.argument("target", type=FILE, metavar="[文件]", default="kongjian.xlsm", required=False)
@click.option("--templates", type=FILE, metavar="文件夹", help="只生成评审表的模板，放到这个文件夹")
def build(target: Path, templates: Path | None) -> None:
    """由代码生成空白的 kongjian.xlsm，或评审表的模板。"""
    from kongjian.rules import load_rules

    if templates:
        from kongjian.forms.design.make_templates import make_templates

        _make_folder(templates)
        for made in make_templates(load_rules(), templates):
            click.echo(f"已生成 {made}")
        return
    from kongjian.workbook.shipped.build_workbook import build as build_book

    build_book(load_rules(), target)
    click.echo(f"已生成 {target}")


@cli.command()
@click.option("--dry-run", is_flag=True, help="只列出要做的事，什么也不改")
def install(dry_run: bool) -> None:
    """安装到 Excel：加载项、Python 设置，把 kongjian.xlsm 复制到“文档”。有一步失败时返回 1。"""
    from kongjian import install as installer

    steps = installer.plan(installer.look())
    if dry_run:
        for step in steps:
            click.echo(f"{step.title}：{step.detail}")
        return
    states = set()
    for outcome in installer.carry_out(steps):
        click.echo(outcome.line)
        states.add(outcome.state)
    sys.exit(1 if installer.FAILED in states else 0)


@cli.command()
@click.argument("book", type=FILE, metavar="[工作簿]", required=False)
@click.option("--out", type=FILE, metavar="文件", help="把报告存成文本文件，发给技术人员")
def doctor(book: Path | None, out: Path | None) -> None:
    """诊断：检查 Python、xlwings、宏设置、规则和试算。有不对的地方时返回 1。"""
    from kongjian import doctor as checks

    lines = checks.examine(book)
    text = checks.word(lines)
    click.echo(text, nl=False)
    if out:
        save_text(out, text)
    sys.exit(1 if any(line.state == check_lines.BAD for line in lines) else 0)


for _command in (import_, *cli_show.COMMANDS, changes, selfcheck):
    cli.add_command(_command)
# the help lists them in the order of the work
_ORDER = (
    "import check recalc explain reconcile near effects changes selfcheck forms collect mail demo rules build "
    "install doctor"
).split()
cli.commands = {name: cli.commands[name] for name in _ORDER}


def main() -> None:
    """Runs the command; whatever happens, the user sees one plain Chinese sentence and no traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads that nothing here uses
    gc.disable()  # a short process full of small objects and without cycles: collecting takes a tenth of it
    try:
        code = cli.main(standalone_mode=False)
    except (click.ClickException, click.Abort) as error:
        code = complain(error)
    except KongjianError as error:
        click.echo(f"错误：{error}", err=True)
        code = 2
    except KeyboardInterrupt:
        click.echo("已中断，文件没有改动", err=True)
        code = 2
    except Exception as error:
        click.echo(
            f"错误：程序内部出错，文件没有改动；记录在 {files.keep_error(error)}，请发给技术人员", err=True
        )
        code = 2
    sys.exit(code if isinstance(code, int) else 0)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KongjianError(f"建不了文件夹 {folder}：{error.strerror or error}") from None


@contextmanager
def _progress(quiet: bool, steps: int = STEPS) -> Iterator[Callable[[str], None]]:
    """A progress bar on a terminal, silent elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=steps, file=sys.stderr, show_eta=False) as bar:

        def step(text: str) -> None:
            bar.label = text
            bar.update(1)

        yield step
