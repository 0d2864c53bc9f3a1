"""Writes the golden workbooks anew: `python tests/shared/make_golden.py`. Look at the difference before you commit it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import openpyxl
import yaml

from kongjian.forms import kinds
from kongjian.forms.produce import template_path
from kongjian.forms.template.filled_workbook import Template
from kongjian.mailing import school_letters
from kongjian.mailing.school_letters import Contact
from kongjian.mailing.strangers import Census
from kongjian.rules import Rules, load_rules
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import Pasted, build
from where import GOLDEN

NOW = dt.datetime(2021, 7, 20, 9, 30)
YES = "组织机构 应用考核 应用推进 学籍管理 部门管理 家长管理 教职工管理 教师管理 教材管理 课程管理".split()
FULL = dict(
    zip(
        "制作课件 在线撰写教案 在线授课 网络教研 作业管理 成绩管理 学生评价 通知公告 活动发布 参与活动 课程学习完成率 作业完成率".split(),
        (5, 40, 40, 4, 1, 2, 1, 1, 1, 1, 0.8, 0.8),
        strict=True,
    )
)


def expected() -> dict[str, Any]:
    """The hand-made rows and results."""
    return yaml.safe_load((GOLDEN / "typed.yaml").read_text(encoding="utf-8"))


def rows_of(sheet: str) -> list[dict[str, Any]]:
    """The rows of one sheet, the abbreviations `all` and `full` written out."""
    out = []
    for row in expected()["rows"][sheet]:
        given = dict(row)
        wide = dict.fromkeys(YES, given.pop("all")) if "all" in given else {}
        if given.pop("full", False):
            wide |= FULL
        out.append(wide | given)
    return out


def type_book(rules: Rules, target: Path) -> None:
    """A workbook with nothing but the five input sheets, as any program may write it."""
    book = openpyxl.Workbook()
    book.remove(book["Sheet"])
    for table in rules.tables:
        sheet = book.create_sheet(table.sheet)
        sheet["A1"], sheet["A2"] = table.sheet, table.guidance
        for column, name in enumerate(table.names, start=1):
            sheet.cell(3, column, name)
            for number, row in enumerate(rows_of(table.sheet), start=4):
                sheet.cell(number, column, row.get(name))
    book.save(target)


def paste_book(rules: Rules, target: Path) -> None:
    """The same rows pasted into kongjian.xlsm."""
    data = {
        t.id: Pasted(t.names, [[row.get(n) for n in t.names] for row in rows_of(t.sheet)])
        for t in rules.tables
    }
    build(rules, target, data)


def fill_forms(rules: Rules, folder: Path) -> list[Path]:
    """The first file of each template, filled for the golden workbook; each has its template's name."""
    run, made = check(GOLDEN / "pasted.xlsm", rules), {}
    appeal = [
        "2021-08-03",
        "张三",
        "",
        "赤壁市第一小学",
        "",
        "平台得分是95分。" * 9,
        "维持原来的得分。",
        "否",
        "2021-08-05",
        "李四",
    ]
    for job in kinds.jobs(run, kinds.KINDS, NOW.date(), raised=[appeal]):
        if job.template not in made:
            made[job.template] = folder / job.template
            with Template(template_path(job.template, None, rules)) as template:
                document = job.documents[0]
                template.write(made[job.template], document.sheets, document.names)
    made[rules.forms.letter.template] = folder / rules.forms.letter.template
    _fill_letter(run, made[rules.forms.letter.template])
    return list(made.values())


def _fill_letter(run: Run, target: Path) -> None:
    """The letter to the first school, with its own problems."""
    name = str(run.results.school.names["学校名称"][0])
    strangers = Census(run).strangers(name)
    lines = school_letters.problems_of(run).get(name, [])
    made = school_letters.letter(
        run, name, Contact("韩梅梅"), lines, strangers, f"{name}.xlsx", school_form=True, teacher_forms=2
    )
    with Template(template_path(target.name, None, run.rules)) as template:
        template.write(target, school_letters.sheets(run, made, NOW.date()))


if __name__ == "__main__":
    loaded = load_rules()
    type_book(loaded, GOLDEN / "typed.xlsx")
    paste_book(loaded, GOLDEN / "pasted.xlsm")
    recalculate(GOLDEN / "pasted.xlsm", GOLDEN / "result.xlsm", loaded, now=NOW)
    (GOLDEN / "forms").mkdir(exist_ok=True)
    fill_forms(loaded, GOLDEN / "forms")
    for old in GOLDEN.rglob("*.bak"):
        old.unlink()
