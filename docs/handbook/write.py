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

from kongjian.rules import load_rules
from kongjian.workbook.layout import FUNCTIONS_TABLE, HELP, MONTHS, output_sheets
from kongjian.workbook.next_step import STEPS
from kongjian.workbook.shipped import commands
from kongjian.workbook.shipped.commands import GROUPS, Command
from kongjian.workbook.shipped.help_sheet import GUIDE

DOCS = Path(__file__).resolve().parents[1]
PAGES = (DOCS / "使用手册.md", DOCS / "一页通.md", DOCS.parent / "README.md")
RULES = load_rules()
DRAWN = runpy.run_path(str(DOCS / "pictures" / "make.py"))
SHOWN: dict[str, str] = {
    "ImportData": "导入记录",
    "UndoImport": "导入记录",
    "ImportLogs": "有效次数",
    "CheckData": "问题清单",
    "Recalculate": "学校排名",
    "NextStep": "首页",
    "GoLookup": "单位查询",
    "SortColumn": "教师排名",
    "RankRobustness": "名次稳健性",
    "Finalise": "首页",
    "MakeAppeals": "异议登记表",
    "MakeApplications": "附件3 示范学校申报表",
    "MakeApplicationsBook": "附件3 示范学校申报表",
    "MakeApplicationsPdf": "附件3 示范学校申报表",
    "MakeReview": "学校评分表",
    "MakeReviewBook": "学校评分表",
    "MakeReviewPdf": "学校评分表",
    "MakePublicity": "公示名单",
    "MakeCommendation": "表彰名单",
    "MakeSummary": "工作总结统计表",
    "MakeMonthly": "月度通报",
    "CollectForms": "申报材料清单",
    "SendLive": "分发版",
    "SendValues": "分发版",
    "SendBySchool": "致学校的信",
    "SendPublic": "公示名单",
    "ApplyCorrections": "学校数据",
    "NewScheme": "规则",
    **dict.fromkeys(
        (
            "PreviewImport",
            "RestoreBackup",
            "ShowEvidence",
            "PrintWhole",
            "SelfCheck",
            "OpenFolder",
            "Diagnose",
        ),
        "",
    ),
}
"""The sheet or paper that a command makes or fills, by its id, "" for none; a command with a table leads to its sheet."""
OTHERS = {
    "单位查询": DRAWN["LOOKUP_PAGE"],
    "申报材料清单": DRAWN["CHECKLIST"],
    "致学校的信": DRAWN["LETTER"],
    "分发版": DRAWN["COPY"],
    "月度跟踪折线图": DRAWN["CURVES"],
}


def shown(command: Command) -> list[str]:
    """The sheets and papers of which the command's picture is, in the words below them."""
    if not command.table:
        return list(filter(None, [SHOWN[command.id]]))
    inputs = {t.name: t.sheet for t in RULES.tables}
    sheets = inputs | {s.table: s.sheet for s in output_sheets(RULES)} | {FUNCTIONS_TABLE: HELP}
    sheet = sheets[command.table]
    return [sheet, "月度跟踪折线图"] if sheet == MONTHS else [sheet]


def picture(command: Command) -> str:
    """The button as it stands on the tab, and what it makes, fills or leads to, as Markdown."""
    images = [f"![按钮“{command.label}”](pictures/handbook/buttons/{command.id}.svg)"]
    for name in shown(command):
        inside, whole = OTHERS | DRAWN["UPPER"] | DRAWN["PAPERS"], DRAWN["SHEETS"]
        place = f"{whole[name]}" if name in whole else f"handbook/{inside[name]}"
        part = "，上半页" if name in DRAWN["UPPER"] else "，第1页" if name in DRAWN["PAPERS"] else ""
        images.append(f"![{name}{part}](pictures/{place}.png)")
    return "\n" + "\n\n".join(images) + "\n"


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
