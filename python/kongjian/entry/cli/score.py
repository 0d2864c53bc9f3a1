"""`kongjian score`: tables in, results out, for a province whose teachers no sheet can hold."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand, OneOf
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.schemes import named, scheme_option

_LEFT_OUT = ("Problems", "Changes", "Runs")


@click.command(cls=ChineseCommand)
@click.option(
    "--tables",
    "folder",
    type=FILE,
    required=True,
    metavar="文件夹",
    help="学校数据、教师数据等表（CSV 或 Parquet），行为日志可放在“行为日志”里",
)
@click.option("--out", type=FILE, required=True, metavar="文件夹", help="结果表写到这里")
@scheme_option("按哪个方案：编号或方案文件夹（默认用随程序安装的方案）", "--rules")
@click.option(
    "--format",
    "kind",
    type=OneOf(["parquet", "csv"]),
    default="parquet",
    help="结果表的格式（默认 parquet）",
)
@click.option(
    "--book", type=FILE, metavar="文件", help="另把排名、获奖名单的前1000行和问题汇总写成一本 .xlsx"
)
@click.option("--memory", default="1GB", metavar="大小", help="数行为日志最多用多少内存（默认 1GB）")
def score(folder: Path, out: Path, scheme: str, kind: str, book: Path | None, memory: str) -> None:
    """不用工作簿计算：从 CSV、Parquet 表到结果表，教师再多也行；问题按原因汇总。有错误时返回 1。"""
    from kongjian.base.files import make_folder
    from kongjian.base.scratch import scratch
    from kongjian.engine.calculate import calculate
    from kongjian.intake.events.table_files import read_tables, write_tables
    from kongjian.intake.problem_groups import by_reason
    from kongjian.workbook.layout import output_sheets
    from kongjian.workbook.top_lists import PROBLEM_GROUPS, TOPS, write_top_lists

    rules = named(scheme, folder.resolve().parent)
    with scratch() as temporary:
        read = read_tables(folder, rules, temporary, memory, step)
        results = calculate(read.inputs, rules, None, read.findings, step)
        specs = {s.table: s for s in output_sheets(rules) if s.table not in _LEFT_OUT}
        found = {specs[table]: frame for table, frame in results.tables.items() if table in specs}
        problems = found[PROBLEM_GROUPS] = by_reason(results.findings, rules)
        make_folder(out)
        step("正在写结果表…")
        write_tables({spec.sheet: frame for spec, frame in found.items()}, out, kind, temporary, memory)
        if book:
            write_top_lists(book, [(s, f) for s, f in found.items() if s.table in TOPS], rules)
    for line in read.lines:
        click.echo(line)
    errors = int((problems["级别"] == "错误").sum())
    click.echo(
        f"{results.school.units.height}所学校、{results.teacher.units.height}名教师；"
        f"问题{problems.height}种，其中错误{errors}种，见 {out / f'问题汇总.{kind}'}"
    )
    click.echo(f"已写入 {out}" + (f"、{book}" if book else ""))
    sys.exit(1 if errors else 0)
