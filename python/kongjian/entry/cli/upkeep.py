"""The commands for technicians: demo, build, install, uninstall, bundle, doctor."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kongjian.base import backups
from kongjian.base.files import make_folder
from kongjian.entry.cli.chinese import FILE, ChineseCommand, Whole
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.schemes import named, scheme_option
from kongjian.entry.cli.show import print_report

if TYPE_CHECKING:
    from kongjian.entry.setup.install import Step


@click.command(cls=ChineseCommand)
@click.argument("folder", type=FILE, metavar="[文件夹]", default="demo", required=False)
@click.option("--seed", type=Whole(), default=2021, metavar="数", help="随机种子（默认2021）")
@click.option(
    "--teachers",
    type=Whole(min=1000),
    default=3500,
    metavar="数",
    help="教师人数（默认3500，至少1000）",
)
@click.option("--clean", is_flag=True, help="不掺入有问题的数据")
@scheme_option("方案编号或方案文件夹（默认用随程序安装的方案）")
def demo(folder: Path, seed: int, teachers: int, clean: bool, scheme: str) -> None:
    """生成示范数据：一个已经粘贴好数据的工作簿，放在文件夹（默认 demo）里。"""
    from kongjian.demo.generate import demo_data
    from kongjian.demo.schools import listed
    from kongjian.workbook.shipped.build_workbook import build as build_book

    rules = named(scheme, folder)
    data = demo_data(rules, seed=seed, teachers=teachers, dirt=not clean)
    target = folder / f"{rules.scheme.city}示范数据.xlsm"
    make_folder(folder)
    build_book(rules, target, data)
    names = "校名为公开信息，人名和数据" if listed(rules) else "校名、人名和数据"
    sizes = "、".join(f"{len(data[t.id].rows)}行{t.sheet}" for t in rules.tables)
    click.echo(f"已生成 {target}：{sizes}（{names}都是虚构的）")
    click.echo(f"下一步：kongjian recalc {target}")


@click.command(cls=ChineseCommand)
@click.argument("target", type=FILE, metavar="[文件]", default="kongjian.xlsm", required=False)
@click.option("--templates", type=FILE, metavar="文件夹", help="只生成评审表的模板，放到这个文件夹")
@scheme_option("方案编号或方案文件夹（默认用随程序安装的方案）")
def build(target: Path, templates: Path | None, scheme: str) -> None:
    """由代码生成空白的 kongjian.xlsm，或评审表的模板。"""
    rules = named(scheme, target.resolve().parent)
    if templates:
        from kongjian.forms.design.make_templates import make_templates

        make_folder(templates)
        for made in make_templates(rules, templates):
            click.echo(f"已生成 {made}")
        return
    from kongjian.workbook.shipped.build_workbook import build as build_book

    backups.keep(target)
    build_book(rules, target)
    click.echo(f"已生成 {target}")


@click.command(cls=ChineseCommand)
@click.option("--dry-run", is_flag=True, help="只列出要做的事，什么也不改")
def install(dry_run: bool) -> None:
    """安装到 Excel：登记这个程序，把 kongjian.xlsm 复制到“文档”。有一步失败时返回 1。"""
    from kongjian.entry.setup import install as installer

    _perform(installer.plan(installer.look()), dry_run)


@click.command(cls=ChineseCommand)
@click.option("--dry-run", is_flag=True, help="只列出要做的事，什么也不改")
def uninstall(dry_run: bool) -> None:
    """取消在 Excel 的登记；工作簿和别的文件不删除。有一步失败时返回 1。"""
    from kongjian.entry.setup import install as installer

    _perform(installer.removal(installer.look()), dry_run)


@click.command(cls=ChineseCommand)
@click.argument("out", type=FILE, metavar="文件夹")
@click.option(
    "--python",
    "python_zip",
    type=FILE,
    required=True,
    metavar="文件",
    help="python.org 的嵌入版 Python，例如 python-3.13.1-embed-amd64.zip",
)
@click.option(
    "--wheels", type=FILE, metavar="文件夹", help="从这个文件夹取软件包，不用网络（默认从 PyPI 取）"
)
def bundle(out: Path, python_zip: Path, wheels: Path | None) -> None:
    """做一个文件夹，给没有管理员权限、没有网络的 Windows 电脑安装用；在任何系统上都能做。"""
    from kongjian.entry.setup.bundle.make import make

    files = make(out, python_zip, wheels, step)
    click.echo(f"已生成 {out}（{files}个文件），里面的“说明.txt”写着怎样装")


def _perform(steps: list[Step], dry_run: bool) -> None:
    from kongjian.entry.setup import install as installer

    if dry_run:
        for step in steps:
            click.echo(f"{step.title}：{step.detail}")
        return
    states = set()
    for outcome in installer.carry_out(steps):
        click.echo(outcome.line)
        states.add(outcome.state)
    sys.exit(1 if installer.FAILED in states else 0)


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="[工作簿]", required=False)
@click.option("--out", type=FILE, metavar="文件", help="把报告存成文本文件，发给技术人员")
def doctor(book: Path | None, out: Path | None) -> None:
    """诊断：检查 Python、xlwings、宏设置、规则和试算。有不对的地方时返回 1。"""
    from kongjian.entry.setup import doctor as checks

    lines = checks.examine(book)
    print_report(lines, checks.word(lines), out)


COMMANDS: tuple[click.Command, ...] = (demo, build, install, uninstall, bundle, doctor)
