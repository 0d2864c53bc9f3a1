"""The command `kongjian`: thin commands over the same calculation as the workbook's buttons.

Exit codes: 0 done, 1 the data has errors (`check`), the rules have faults (`rules --lint`), a step failed
(`install`) or something is wrong (`doctor`), 2 wrong use or unreadable file, 130 stopped by Ctrl+C.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

import click

from kongjian import __version__
from kongjian.base.scratch import sweep
from kongjian.base.text import one_line
from kongjian.entry.cli import outgoing, schemes, show, upkeep
from kongjian.entry.cli.chinese import FILE, ChineseGroup, another_book, complain
from kongjian.entry.cli.finalise import after_final, finalise
from kongjian.entry.cli.import_data import import_, import_events, undo_import
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.restore import restore
from kongjian.entry.cli.robust import robust
from kongjian.entry.cli.score import score
from kongjian.entry.cli.selfcheck import selfcheck
from kongjian.entry.cli.show import print_results, say
from kongjian.entry.cli.stopping import heed
from kongjian.entry.plans.plan_model import carry_out, fault


@click.group(cls=ChineseGroup)
@click.version_option(__version__, "--version", message="kongjian %(version)s", help="显示版本号")
def cli() -> None:
    """按方案评比学校和教师：粘贴平台数据，得出得分、达标、名次和获奖名单；有哪些方案见 kongjian schemes。"""


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@another_book
@after_final
@click.option("-q", "--quiet", is_flag=True, help="只说结论")
def recalc(book: Path, out: Path | None, after_final: bool, quiet: bool) -> None:
    """重新计算排名：填写工作簿里的得分、资格、名次、获奖名单和问题清单。"""
    from kongjian.entry.cli.file_book import examined

    started = time.perf_counter()
    with examined(book, out, step) as (held, run):
        from kongjian.entry.plans import finalising
        from kongjian.entry.plans.recalculation import results

        finalising.refuse(held, "重新计算", after_final)
        now = dt.datetime.now().replace(microsecond=0)
        told = carry_out(results(run, held, now, time.perf_counter() - started), held, step)
    if not quiet:
        print_results(run)
    say(told)
    click.echo(f"已写入 {out or book}")


@cli.command()
@click.argument("book", type=FILE, metavar="工作簿")
@click.option(
    "--write", is_flag=True, help="把问题清单和要核对的格子的底色写进工作簿（原文件留一份在“备份”里）"
)
@click.option("--all", "whole", is_flag=True, help="不必处理的提示和已确认的也逐行列出")
def check(book: Path, write: bool, whole: bool) -> None:
    """检查数据：列出要处理的问题，不改结果表。有错误时返回 1。"""
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans.recalculation import problems

    with examined(book, None, step) as (held, run):
        plan = problems(run, held, dt.datetime.now().replace(microsecond=0), whole)
        told = carry_out(plan, held, step) if write else list(plan.told)
    if run.problems.height and not write:
        unwritten = "以上没有写进工作簿的“问题清单”；要写进去请加 --write"
        told = [replace(one, lines=[*one.lines, unwritten]) for one in told]
    sys.exit(say(told))


# the help lists them in the order of the work
cli.commands = {
    str(command.name): command
    for command in (
        import_, undo_import, import_events, check, recalc, score, finalise, restore, *show.COMMANDS, robust, selfcheck,
        *outgoing.COMMANDS, *schemes.COMMANDS, *upkeep.COMMANDS,
    )
}  # fmt: skip


def main() -> None:
    """Runs the command; whatever happens, the user sees one plain Chinese sentence and no traceback."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads that nothing here uses
    sweep()
    try:
        code = cli.main(prog_name="kongjian", standalone_mode=False)
    except (click.ClickException, click.Abort) as error:
        code = complain(error)
    except Exception as error:
        heed()
        click.echo(f"错误：{one_line(fault(error, '文件').text)}", err=True)
        code = 2
    sys.exit(code if isinstance(code, int) else 0)
