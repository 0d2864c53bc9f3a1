"""`kongjian finalise`: the results are final; a dated copy of the workbook stays as it then was."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from pathlib import Path

import click

from kongjian.entry.cli.chinese import FILE, ChineseCommand
from kongjian.entry.cli.progress import step
from kongjian.entry.cli.show import say
from kongjian.entry.plans.plan_model import ANYWAY, carry_out

after_final = click.option(
    "--after-final", "after_final", is_flag=True, help="工作簿已定稿也照样做；定稿的存档不动"
)
"""The option of every command that changes what may be final."""


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option(
    f"--{ANYWAY}", "answer", flag_value=ANYWAY, default="", help="还有没核实的、已经定过稿也照样定稿"
)
def finalise(book: Path, answer: str) -> None:
    """定稿：公示以后把结果定下来，旁边留一份带日期的存档；以后重新计算、导入、采纳更正要加 --after-final。"""
    from kongjian.base.backups import keep
    from kongjian.base.errors import KongjianError
    from kongjian.base.files import replace_bytes
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans import finalising
    from kongjian.entry.plans.plan_model import Question

    moment = dt.datetime.now().replace(microsecond=0)
    copy = finalising.copy_of(book, moment)
    with examined(book, copy, step) as (held, run):
        plan = finalising.final(run, held, moment, answer)
        if isinstance(plan, Question):
            raise KongjianError(f"{plan.text}；{plan.yes}请加 {plan.option}")
        told = carry_out(plan, held, step)
    try:
        replace_bytes(book, copy.read_bytes(), keep)
    except BaseException:
        with suppress(OSError):  # no copy of what is not final
            copy.unlink(missing_ok=True)
        raise
    say(told)
    click.echo(f"已写入 {book}，存档是 {copy.name}")
