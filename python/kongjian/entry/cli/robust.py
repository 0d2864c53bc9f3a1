"""`kongjian robust`: fills the sheet 名次稳健性 and prints the beginning of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand, another_book
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.show import print_table, say
from kongjian.entry.plans.plan_model import carry_out


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@another_book
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def robust(book: Path, out: Path | None, quiet: bool) -> None:
    """名次稳健性：换一个或两个口径，名次最好、最差第几，多少种组合里仍获奖；写进工作簿里那张表。"""
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans.robust import filled

    with examined(book, out, step) as (held, run):
        step("正在试口径组合…")
        plan, page = filled(run, held, dt.datetime.now().replace(microsecond=0))
        told = carry_out(plan, held, step)
    if not quiet and page.frame.height:
        whole = {c.name for c in page.spec.columns if c.kind == "rank"}
        print_table(
            page.spec.sheet, page.frame, tuple(page.spec.names), run.rules.evidence.explained_ranks, whole
        )
    say(told)
    click.echo(f"已写入 {out or book}")
