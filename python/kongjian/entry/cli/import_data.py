"""`kongjian import`: lands exported files in a workbook file."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand
from kongjian.entry.cli.show import say
from kongjian.entry.plans.plan_model import carry_out


@click.command("import", cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.argument("files", type=FILE, metavar="文件...", nargs=-1, required=True)
@click.option(
    "-o",
    "--out",
    type=FILE,
    metavar="文件",
    help="写到另一个文件（默认写回原工作簿，原文件留一份在“备份”里）",
)
@click.option(
    "--sheet", default="", metavar="工作表", help="这些文件都是哪张输入表，如 教师数据（默认按列名认）"
)
@click.option("--dry-run", is_flag=True, help="只预览：是哪张表、每一列到哪里、前几行写成什么；什么都不写入")
def import_(book: Path, files: tuple[Path, ...], out: Path | None, sheet: str, dry_run: bool) -> None:
    """导入平台导出的文件：.xlsx、.xls、CSV 都行，表头在前10行的哪一行都行；改了什么见“导入记录”。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans.file_import import previewed, rows
    from kongjian.workbook.identity import book_rules

    now = dt.datetime.now().replace(microsecond=0)
    with file_book(book, out) as held:
        rules = book_rules(held, book.resolve().parent)
        if dry_run:
            sys.exit(say(carry_out(previewed(files, held, rules, now, sheet))))
        code = say(carry_out(rows(files, held, rules, now, sheet), held))
    click.echo(f"已写入 {out or book}")
    sys.exit(code)


@click.command("undo-import", cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option(
    "-o", "--out", type=FILE, metavar="文件", help="写到另一个文件（默认写回原工作簿，原文件留作 .bak）"
)
def undo_import(book: Path, out: Path | None) -> None:
    """撤消上次导入：去掉那次导入新增的行；这些行后来改动过就不撤消。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans.file_import import undone
    from kongjian.workbook.identity import book_rules

    with file_book(book, out) as held:
        rules = book_rules(held, book.resolve().parent)
        say(carry_out(undone(held, rules, dt.datetime.now().replace(microsecond=0)), held))
    click.echo(f"已写入 {out or book}")
