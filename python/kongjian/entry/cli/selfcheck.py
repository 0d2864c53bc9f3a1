"""The command `kongjian selfcheck`. Exit codes: 0 all checked and nothing wrong, 1 something is wrong or was not checked, 2 unreadable."""

from __future__ import annotations

from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.show import print_report
from kongjian.selfcheck import second_process


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--out", type=FILE, metavar="文件", help="把报告存成文本文件")
def selfcheck(book: Path, out: Path | None) -> None:
    """自检：用三种方法各算一遍，结果一致；没有人手工改过分数、文字、宏和选项卡。有不对的或没有核对完的返回 1。"""
    from kongjian.entry.cli.file_book import begun, file_book

    with second_process.begun(book) as apart, file_book(book) as held:
        rules = begun(held, book)
        from kongjian.entry.plans.examinations import PASSED
        from kongjian.selfcheck import examine_book

        lines = examine_book.selfcheck(held, rules, progress=step, file=book, apart=apart)
    print_report(lines, examine_book.word(lines, book.name), out, PASSED)
