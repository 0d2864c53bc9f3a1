"""The commands that print the evidence of a workbook without writing anything: thin, over the sheets' own tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kongjian.base.errors import KongjianError
from kongjian.base.text import fold
from kongjian.cli_chinese import FILE, ChineseCommand
from kongjian.cli_tables import print_table

if TYPE_CHECKING:
    from kongjian.engine.frame import Frame, Ints, Texts
    from kongjian.workbook.run import Run

_NAMES = ("类别", "学校名称", "教师姓名", "账号")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
@click.option("--who", metavar="名称", help="只看这所学校或这名教师：校名、姓名或账号（默认排在第1名的学校）")
def explain(book: Path, who: str | None) -> None:
    """得分说明：每一分从哪里来，还差多少，怎样到80分最省力。"""
    import numpy as np

    from kongjian.engine.evidence.explanations import by_rank, explanations

    run = _examined(book)
    schools, teachers = run.results.school, run.results.teacher
    if not run.schools + run.teachers:
        raise KongjianError("还没有数据：请把平台导出的数据粘贴到输入表")
    if who:
        mine = _called(who, schools.units["学校名称"])
        others = np.union1d(_called(who, teachers.units["教师姓名"]), _called(who, teachers.units["账号"]))
    else:
        mine, others = by_rank(schools)[:1], by_rank(teachers)[: not run.schools]
    if not len(mine) + len(others):
        raise KongjianError(f"没有叫“{who}”的学校或教师；请写完整的校名、姓名或账号")
    frame = explanations(run.results, run.rules, mine, others)
    for _, name, person, account in dict.fromkeys(zip(*(frame[c] for c in _NAMES), strict=True)):
        own = (frame["学校名称"] == name) & (frame["教师姓名"] == person) & (frame["账号"] == account)
        title = f"得分说明 {name} {person} {account}".strip()
        _print(title, frame.take(own), ("指标", "取值", "来源", "规则", "分值", "得分", "扣分", "还差"))


def _called(who: str, names: Texts) -> Ints:
    """The positions of those who are called so."""
    import numpy as np

    return np.array([k for k, name in enumerate(names) if fold(name) == fold(who)], dtype=np.int64)


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def reconcile(book: Path) -> None:
    """平台核对：平台得分与计算得分的差别、可能原因、用了哪个。"""
    _show(book, "平台核对")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def near(book: Path) -> None:
    """临界名单：名次线、80分、开通率90%附近的学校和教师，差多少。"""
    _show(book, "临界名单")


@click.command(cls=ChineseCommand)
@click.argument("book", type=FILE, metavar="工作簿")
def effects(book: Path) -> None:
    """口径影响：每个口径换一种取值，名单会怎样变。"""
    _show(book, "口径影响")


COMMANDS: tuple[click.Command, ...] = (explain, reconcile, near, effects)


def _examined(book: Path) -> Run:
    from kongjian.workbook.recalculate import check

    return check(book)


def _show(book: Path, sheet: str) -> None:
    """Prints one evidence sheet as a calculation would fill it."""
    from kongjian.engine.evidence.evidence_sheets import SHEETS, Found
    from kongjian.workbook.layout import output_sheet

    run = _examined(book)
    spec = output_sheet(run.rules, sheet)
    frame = SHEETS[spec.table](Found(run.inputs, run.results, run.rules))
    if not frame.height:
        click.echo(f"{sheet}：没有")
        return
    _print(sheet, frame, tuple(n for n in spec.names if _any(frame, n)))


def _any(frame: Frame, name: str) -> bool:
    """Whether a column holds anything."""
    import numpy as np

    column = frame[name]
    return bool((~np.isnan(column)).any() if column.dtype.kind == "f" else (column != "").any())


def _print(title: str, frame: Frame, columns: tuple[str, ...]) -> None:
    print_table(title, frame, columns, frame.height)
