"""`kongjian import` and `import-events`: land exported files in a workbook file, or what they count."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand, OneOf, another_book
from kongjian.entry.cli.finalise import after_final
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.show import say
from kongjian.entry.plans.plan_model import carry_out


@click.command("import", cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.argument("files", type=FILE, metavar="文件...", nargs=-1, required=True)
@another_book
@click.option(
    "--sheet", default="", metavar="工作表", help="这些文件都是哪张输入表，如 教师数据（默认按列名认）"
)
@click.option("--dry-run", is_flag=True, help="只预览：是哪张表、每一列到哪里、前几行写成什么；什么都不写入")
@after_final
def import_(
    book: Path, files: tuple[Path, ...], out: Path | None, sheet: str, dry_run: bool, after_final: bool
) -> None:
    """导入平台导出的文件：.xlsx、.xls、CSV 都行，表头在前10行的哪一行都行；改了什么见“导入记录”。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans import finalising
    from kongjian.entry.plans.file_import import previewed, rows
    from kongjian.workbook.identity import book_rules

    now = dt.datetime.now().replace(microsecond=0)
    with file_book(book, out) as held:
        rules = book_rules(held, book.resolve().parent)
        if dry_run:
            sys.exit(say(carry_out(previewed(files, held, rules, now, sheet, step))))
        finalising.refuse(held, "导入", after_final)
        code = say(carry_out(rows(files, held, rules, now, sheet, step), held, step))
    click.echo(f"已写入 {out or book}")
    sys.exit(code)


@click.command("undo-import", cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@another_book
@after_final
def undo_import(book: Path, out: Path | None, after_final: bool) -> None:
    """撤消上次导入：去掉那次导入新增的行；这些行后来改动过就不撤消。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans import finalising
    from kongjian.entry.plans.file_import import undone
    from kongjian.workbook.identity import book_rules

    with file_book(book, out) as held:
        finalising.refuse(held, "撤消导入", after_final)
        rules = book_rules(held, book.resolve().parent)
        say(carry_out(undone(held, rules, dt.datetime.now().replace(microsecond=0)), held, step))
    click.echo(f"已写入 {out or book}")


@click.command("import-events", cls=ChineseCommand)
@click.argument("files", type=FILE, metavar="文件...", nargs=-1, required=True)
@click.argument("book", type=FILE, metavar="工作簿")
@another_book
@click.option("--memory", default="1GB", metavar="大小", help="最多用多少内存，如 2GB（默认 1GB）")
@click.option(
    "--engine",
    type=OneOf(["duckdb", "spark"]),
    default="duckdb",
    help="用什么数：duckdb（默认）在这台电脑上；spark 在集群上，要另装 kongjian[spark]",
)
@click.option(
    "--master", default="local[*]", metavar="地址", help="Spark 的地址，如 spark://主机:7077（默认在本机）"
)
@click.option("--verify", is_flag=True, help="每个文件都重新核对内容，不凭大小和时间认定没有变")
@click.option("--anew", is_flag=True, help="只按这次给的日志数，以前导入的不再算")
@after_final
def import_events(
    files: tuple[Path, ...],
    book: Path,
    out: Path | None,
    memory: str,
    engine: str,
    master: str,
    verify: bool,
    anew: bool,
    after_final: bool,
) -> None:
    """导入行为日志：比工作表大的行为日志（CSV、压缩的CSV、Parquet、.xlsx，文件夹也行），数成“有效次数”；同一份再导入一次不变。"""
    from kongjian.entry.cli.file_book import file_book
    from kongjian.entry.plans import finalising
    from kongjian.entry.plans.log_import import counts
    from kongjian.intake.events.log_index import How, is_as_before, remember
    from kongjian.workbook.identity import book_rules

    now = dt.datetime.now().replace(microsecond=0)
    with file_book(book, out) as held:
        target = out.name if out else ""
        how = How(memory, master if engine == "spark" else "", verify, anew)
        rules = book_rules(held, book.resolve().parent)
        if not out and is_as_before(files, book, rules, how):
            click.echo("工作簿和这些日志和上次导入以后一样，什么都没有写入")
            return
        finalising.refuse(held, "导入", after_final)
        plan = counts(files, book, held, rules, now, how, target, step)
        told = carry_out(plan, held, step)
    code = say(told)
    if not code:  # what is doubtful is told again
        remember(book, out or book, rules)
    if plan.writing:
        click.echo(f"已写入 {out or book}")
    sys.exit(code)
