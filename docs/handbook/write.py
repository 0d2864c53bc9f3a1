"""Puts what the program knows of itself into 使用手册, 一页通 and README: `python docs/handbook/write.py`.

The five steps, the buttons, what to do when something fails and the names of things stand between marks like
`<!-- steps -->` and `<!-- /steps -->`; the rest of these pages is written by hand.
"""

from __future__ import annotations

import re
import runpy
from collections.abc import Iterable
from pathlib import Path

import yaml

from kongjian.workbook.next_step import STEPS
from kongjian.workbook.shipped import commands
from kongjian.workbook.shipped.commands import GROUPS, Command
from kongjian.workbook.shipped.help_sheet import GUIDE

DOCS = Path(__file__).resolve().parents[1]
PAGES = (DOCS / "使用手册.md", DOCS / "一页通.md", DOCS.parent / "README.md")
DRAWN = runpy.run_path(str(DOCS / "pictures" / "make.py"))
PAPER_OF = {
    "MakeApplications": "附件3 示范学校申报表",
    "MakeReview": "学校评分表",
    "MakePublicity": "公示名单",
    "MakeSummary": "工作总结统计表",
    "MakeMonthly": "月度通报",
    "MakeAppeals": "异议登记表",
}
"""The paper that a command makes, by its template."""


def picture(command: Command) -> str:
    """The picture of what the button leads to or makes, as Markdown; empty where none helps."""
    if (paper := PAPER_OF.get(command.id)) is not None:
        return f"\n![{paper}，第1页](pictures/handbook/{DRAWN['PAPERS'][paper]}.png)\n"
    if command.id == "GoLookup":
        return f"\n![单位查询，一名教师](pictures/handbook/{DRAWN['LOOKUP_PAGE']}.png)\n"
    if sheet := DRAWN["UPPER"].get(command.label):
        return f"\n![{command.label}，上半页](pictures/handbook/{sheet}.png)\n"
    if sheet := DRAWN["SHEETS"].get(command.label):
        return f"\n![{command.label}](pictures/{sheet}.png)\n"
    return ""


def buttons(listed: Iterable[Command]) -> str:
    """Each command in the ribbon's order, in the words of its own tip, those of a menu with the button that opens it."""
    listed = list(listed)
    label = {c.id: c.label for c in listed}
    parts = []
    for group in GROUPS:
        parts.append(f"### {group}\n")
        for command in (c for c in listed if c.group == group):
            menu = f"在“{label[command.under]}”的菜单里。" if command.under else ""
            parts.append(f"#### {command.label}\n\n{menu}{command.supertip}\n{picture(command)}")
    return "\n".join(parts).rstrip()


def steps() -> str:
    return "\n".join(f"{k}. **{step}**：{how}" for k, (step, how) in enumerate(STEPS.items(), 1))


def trouble() -> str:
    """What 帮助 says behind the steps."""
    return "\n".join(f"* **{name}**：{what}" for name, what in GUIDE[len(STEPS) :])


def names() -> str:
    given = yaml.safe_load((DOCS / "glossary.yaml").read_text(encoding="utf-8"))["terms"]
    return "\n".join(["| 用语 | 意思 |", "|---|---|", *(f"| {t['word']} | {t['meaning']} |" for t in given)])


def current(text: str) -> str:
    """The text of a page with every marked part as the program has it now."""
    made = {"steps": steps(), "buttons": buttons(commands.COMMANDS), "trouble": trouble(), "names": names()}
    for mark, part in made.items():
        whole = f"<!-- {mark} -->\n{part}\n<!-- /{mark} -->"
        text = re.sub(rf"<!-- {mark} -->.*?<!-- /{mark} -->", lambda _, w=whole: w, text, flags=re.DOTALL)
    return text


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(current(page.read_text(encoding="utf-8")), encoding="utf-8")
