"""The command `kongjian changes`: what has changed since the last run, without writing anything."""

from __future__ import annotations

from pathlib import Path

import click

from kongjian.cli_chinese import FILE, ChineseCommand


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--all", "everything", is_flag=True, help="每一处都列出来（默认每类最多30处）")
def changes(book: Path, everything: bool) -> None:
    """与上次相比：数据、规则和名次有哪些变化；只看不写。"""
    from kongjian.engine.evidence.change_list import MOST_LINES, change_list
    from kongjian.workbook.recalculate import check

    run = check(book)
    for line in change_list(run.results, run.changes, None if everything else MOST_LINES):
        click.echo(line)
