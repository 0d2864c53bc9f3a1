"""What the commands print: results as tables whose Chinese columns line up."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from kongjian.workbook.run import Run


def print_results(run: Run) -> None:
    tables = run.results.tables
    print_table("学校排名", tables["SchoolRanking"], ("名次", "学校名称", "得分", "月均得分", "并列"), 10)
    print_table(
        "教师排名", tables["TeacherRanking"], ("名次", "学校名称", "教师姓名", "得分", "月均得分", "并列"), 12
    )
    awards = tables["Awards"]
    click.echo("获奖名单")
    for award in run.rules.awards:
        mine = awards["奖项"] == award.name
        who = awards["姓名" if award.object == "teacher" or award.recipient != "unit" else "学校名称"][
            mine
        ].tolist()
        shown = "、".join(who[:12]) + ("……" if len(who) > 12 else "")
        click.echo(f"  {award.name}（{len(who)}）：{shown or '无'}")
    click.echo("")


def print_table(title: str, frame: Any, columns: tuple[str, ...], rows: int) -> None:
    click.echo(f"{title}（共{frame.height}{f'，前{rows}' if rows < frame.height else ''}）")
    shown = [[_text(v, whole=c.endswith("名次")) for v in frame[c][:rows].tolist()] for c in columns]
    widths = [max(map(_width, [c, *cells])) + 2 for c, cells in zip(columns, shown, strict=True)]
    click.echo("  " + "".join(pad(c, w) for c, w in zip(columns, widths, strict=True)).rstrip())
    for line in zip(*shown, strict=True):
        click.echo("  " + "".join(pad(v, w) for v, w in zip(line, widths, strict=True)).rstrip())
    click.echo("")


def print_state(run: Run) -> None:
    levels = "、".join(f"{level}{count}" for level, count in run.levels.items())
    school, teacher = run.results.school.eligibility, run.results.teacher.eligibility
    click.echo(
        f"学校{run.schools}所（达标{int(school.eligible.sum())}），教师{run.teachers}名"
        f"（达标{int(teacher.eligible.sum())}），班级{run.classes}个；问题：{levels}"
    )
    click.echo(run.message)


def _text(value: object, whole: bool) -> str:
    if not isinstance(value, float):
        return str(value)
    return "" if value != value else f"{value:g}" if whole else f"{value:.2f}"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def pad(text: str, width: int) -> str:
    return text + " " * max(0, width - _width(text))
