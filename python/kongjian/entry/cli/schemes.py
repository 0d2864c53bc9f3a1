"""The commands about schemes: which there are, what one says and whether it is sound."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand
from kongjian.entry.cli.show import pad, say

if TYPE_CHECKING:
    from kongjian.rules import Rules

Decorated = Callable[..., Any]


def scheme_option(help_: str, name: str = "--scheme") -> Callable[[Decorated], Decorated]:
    return click.option(name, "scheme", default="", metavar="方案", help=help_)


def named(scheme: str, beside: Path) -> Rules:
    """The rules of the scheme that an option names: an id, a folder, or "" for the default."""
    from kongjian.rules import load_rules

    return load_rules(Path(scheme)) if _is_folder(scheme) else load_rules(scheme, beside)


def _is_folder(scheme: str) -> bool:
    return bool(scheme) and Path(scheme).is_dir()


@click.command(cls=ChineseCommand)
def schemes() -> None:
    """列出这台电脑上的方案：当前文件夹的“方案”里的、用户文件夹里的、随程序安装的。"""
    from kongjian.base.errors import KongjianError
    from kongjian.rules import load_rules
    from kongjian.rules.catalog import schemes as known

    broken = False
    for scheme in known(Path.cwd()):
        try:
            rules = load_rules(scheme.folder)
            said = f"{rules.scheme.name}（{rules.scheme.city}，{rules.period.start}至{rules.period.end}）"
        except KongjianError as error:
            broken, said = True, f"不能用：{error}"
        click.echo(f"{pad(scheme.id, 16)}{said}，{scheme.where}：{scheme.folder}")
    sys.exit(1 if broken else 0)


@click.command(cls=ChineseCommand)
@click.option("--lint", is_flag=True, help="检查规则文件：分值、分档、出处、原文、案例")
@click.option("--month", metavar="年-月", help="查看某个月适用的规则")
@scheme_option("方案编号或方案文件夹（默认用随程序安装的方案）")
def rules(lint: bool, month: str | None, scheme: str) -> None:
    """显示或检查评分规则。"""
    from kongjian.base import places
    from kongjian.rules.catalog import CASES, scheme_folder
    from kongjian.rules.lint import whole as checks

    if lint:
        folder = Path(scheme)
        if not _is_folder(scheme):
            folder = scheme_folder(scheme or places.default_scheme(), Path.cwd())
        cases = folder / CASES
        faults = checks.lint(folder, cases if cases.is_dir() else None)
        for fault in faults:
            click.echo(fault)
        click.echo(f"规则有{len(faults)}处问题" if faults else "规则没有问题")
        sys.exit(1 if faults else 0)
    loaded = named(scheme, Path.cwd())
    if month:
        loaded.at(month)
    click.echo(f"{loaded.scheme.name}（版本{loaded.version}，{loaded.period.start}至{loaded.period.end}）")
    for unit in (loaded.school, loaded.teacher):
        click.echo(f"{unit.label}：{len(unit.indicators)}个指标，共{unit.points:g}分")
        for i in unit.indicators:
            click.echo(f"  {pad(i.name, 14)}{i.points:>4g}分  {i.sentence}")
    click.echo("口径：")
    for r in loaded.readings:
        values = "、".join(v.label for v in r.values)
        click.echo(f"  {pad(r.label, 22)}{loaded.taken(r).label}（可选：{values}）")


@click.command("new-scheme", cls=ChineseCommand)
@click.argument("scheme_id", metavar="编号")
@click.option("--from", "source", required=True, metavar="来源", help="改过“规则”的工作簿，或一个方案编号")
@click.option("-o", "--out", type=FILE, metavar="文件夹", help="方案文件夹放在这里（默认放在用户文件夹）")
def new_scheme(scheme_id: str, source: str, out: Path | None) -> None:
    """新建方案：照来源写一份方案，评选时间推后一年，带上“规则”里改的数、增减的指标和奖项；列出要改的条款，生成空白工作簿和模板。"""
    from kongjian.base import places
    from kongjian.entry.cli.progress import step
    from kongjian.entry.plans import new_scheme as plans
    from kongjian.entry.plans.plan_model import Plan, carry_out

    book, beside = Path(source), Path.cwd()
    if book.is_file():
        beside = book.resolve().parent
        rules, before = _of_book(book)
    else:
        rules = before = named(source, beside)
    target = beside / f"{scheme_id}.xlsm"
    plan = plans.planned(rules, before, scheme_id, out or places.own_schemes(), target)
    assert isinstance(plan, Plan)
    sys.exit(say(carry_out(plan, progress=step)))


def _of_book(path: Path) -> tuple[Rules, Rules]:
    """The rules that a workbook describes, and those of its scheme."""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans.new_scheme import of_book
    from kongjian.workbook.identity import book_rules

    with file_book(path) as held:
        before = book_rules(held, path.resolve().parent)
        return of_book(held, before), before


COMMANDS: tuple[click.Command, ...] = (schemes, rules, new_scheme)
