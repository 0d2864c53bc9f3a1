"""`kongjian restore`: the copies of a workbook, and the workbook as one of them has it."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import click

from kongjian.base.backups import backups
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.chinese import FILE, ChineseCommand, Whole
from kongjian.entry.cli.progress import counted
from kongjian.entry.cli.show import say
from kongjian.entry.plans.plan_model import carry_out


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.argument("number", type=Whole(), metavar="[第几份]", required=False)
def restore(book: Path, number: int | None) -> None:
    """恢复备份：不写第几份时列出备份的日期和与现在的不同；写了就恢复那一份，恢复以前的工作簿也留备份。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans import restoring
    from kongjian.rules import load_rules
    from kongjian.workbook.identity import book_rules

    if not book.is_file() and not backups(book):
        raise KongjianError(f"找不到文件 {book}，也没有它的备份")
    rules, now = load_rules(), None
    with suppress(KongjianError), file_book(book) as held:  # it may be damaged, or gone
        rules = book_rules(held, book.resolve().parent)
        now = restoring.standing(held, rules)
    if number is None:
        say(carry_out(restoring.listed(book, now, rules, counted(len(backups(book))))))
        return
    say(carry_out(restoring.restored(book, number, now, rules)))
    click.echo(f"已写入 {book}")
