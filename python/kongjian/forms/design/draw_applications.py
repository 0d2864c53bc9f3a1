"""The application forms, with the scheme's own captions, rows and order."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from kongjian.forms.design.draw_fill_in import DATE_LINE, TEXT_SIZE, FillIn
from kongjian.forms.design.looks import HEAD, Looks
from kongjian.rules import Rules

MEMBERS = ("姓名", "职称", "职务", "所学专业", "任教学科", "电话", "邮箱")
_MEMBER_ROWS = (10, 13)
# field, mark and height of its row: two of them stand on page 1, three on page 2, and no page's end parts a text
_BOXES = (
    ("FormBasics", "{{ 学校基本情况 }}", 228),
    ("FormEquipment", "{{ 信息化基本建设情况 }}", 228),
    ("FormProcess", "", 240),
    ("FormSupport", "", 240),
    ("FormResults", "{{ 取得成绩 }}", 240),
)
_BOX_LINES = 17
"""Of a box as long as it has no more text: what is known, and 600 characters in four paragraphs."""
_NOTE = "注：按实际参学校数量填写，每单位填写一张，并加盖单位公章。"
_RESUME_ROWS = (6, 8)
# All of the deeds, 2,000 characters in some ten paragraphs, stand on page 1; a row of Excel is at most 409 points high.
_DEEDS_ROWS = (9, 10)
_DEEDS_HEIGHTS = (310, 310)
_OPINION_HEIGHTS = (26, 180, 30, 34)
_RESUME = (("B", "B", "时  间"), ("C", "D", "所在单位"), ("E", "E", "从事工作"), ("F", "F", "备注"))


def draw_school(book: Workbook, looks: Looks, rules: Rules) -> None:
    """A school's form on A4: particulars, members, then a row for each of 2-1 to 2-5 that grows with its text."""
    form = rules.forms.form("school_application")
    page = FillIn(book, looks, form, form.annex, [96, 90, 80, 94, 96, 112, 148])
    page.text("A1:G1", form.annex, looks.get(HEAD, font_size=14))
    page.text("A2:G2", form.title, looks.title())
    page.rows(1, 18, 28, 22, 22, 22, 27, 27, 20, 20)
    _school_particulars(page)
    _members(page)
    for row, (name, mark, height) in enumerate(_BOXES, start=_MEMBER_ROWS[1] + 1):
        page.label(f"A{row}", f"{page.caption(name)}：")
        page.fill(f"B{row}:G{row}", name, mark, font_size=TEXT_SIZE, indent=1)
        page.grows(f"B{row}:G{row}", name, _BOX_LINES, height)
    end = _MEMBER_ROWS[1] + len(_BOXES) + 1
    page.text(f"A{end}:G{end}", _NOTE, looks.get(font_size=11))
    page.rows(end, 22)
    page.guidance()
    page.sheet.print_area(f"A1:G{end}")


def _school_particulars(page: FillIn) -> None:
    page.label("A3", "学校名称")
    page.fill("B3:G3", "FormSchool", "{{ 学校名称 }}", align="left", indent=1)
    page.label("A4", page.caption("FormAddress"))
    page.fill("B4:G4", "FormAddress", align="left", indent=1)
    page.label("A5", page.caption("FormPostal"))
    page.fill("B5:E5", "FormPostal", align="left", indent=1)
    page.label("F5", "邮    编")
    page.fill("G5", "FormPostcode")
    for row, (phone, name) in enumerate((("电 话", "FormLegal"), ("手 机", "FormLeader")), start=6):
        page.label(f"A{row}", page.caption(name))
        page.fill(f"B{row}", name, align="center")
        page.label(f"C{row}", phone)
        page.fill(f"D{row}:E{row}", f"{name}Phone")
        page.label(f"F{row}", "电子邮箱")
        page.fill(f"G{row}", f"{name}Email", font_size=TEXT_SIZE)


def _members(page: FillIn) -> None:
    first, last = _MEMBER_ROWS
    page.label("A8:G8", f"学校主要项目{page.caption('FormMembers')}情况")
    # telephone numbers and addresses stay text
    look = page.look("FormMembers", num_format="@", font_size=TEXT_SIZE, align="center")
    for column, caption in zip("ABCDEFG", MEMBERS, strict=True):
        page.label(f"{column}9", caption)
        for row in range(first, last + 1):
            page.text(f"{column}{row}", "", look)
        page.guide(f"{column}{first}:{column}{last}", "FormMembers", caption, "一行填一名成员，至少填一名")
    page.named(f"A{first}:G{last}", "FormMembers")
    page.rows(first, *([26] * (last - first + 1)))


def draw_teacher(book: Workbook, looks: Looks, rules: Rules) -> None:
    """A teacher's form on A4: particulars, résumé and deeds on page 1, the opinions on page 2."""
    form = rules.forms.form("teacher_application")
    page = FillIn(book, looks, form, form.annex, [80, 118, 150, 92, 152, 124])
    page.text("A1:F1", f"{form.annex}：", looks.get(HEAD, font_size=14))
    page.text("A2:F2", form.title, looks.title())
    page.rows(1, 16, 26, 21, 21, 18, 18, 18, 18, *_DEEDS_HEIGHTS)
    _teacher_particulars(page)
    _resume(page)
    first, last = _DEEDS_ROWS
    page.text(f"A{first}:A{last}", page.caption("FormDeeds"), looks.label(font_size=10.5))
    page.fill(f"B{first}:F{last}", "FormDeeds", font_size=TEXT_SIZE, indent=1)
    top = last + 1
    _opinion(page, looks, ("A", "C"), top, "FormUnit")
    _opinion(page, looks, ("D", "F"), top, "FormBureau")
    below = top + len(_OPINION_HEIGHTS)
    _opinion(page, looks, ("A", "F"), below, "FormCity")
    page.guidance()
    page.sheet.set_h_pagebreaks([last])
    page.sheet.print_area(f"A1:F{below + len(_OPINION_HEIGHTS) - 1}")


def _teacher_particulars(page: FillIn) -> None:
    page.label("A3", "姓   名")
    page.fill("B3:C3", "FormTeacher", "{{ 教师姓名 }}", align="center")
    page.label("D3", "性    别")
    page.fill("E3:F3", "FormSex", align="center")
    page.choose("E3", "FormSex", ["男", "女"])
    page.label("A4", "民   族")
    page.fill("B4:C4", "FormEthnicity", align="center")
    page.label("D4", page.caption("FormBirthday"))
    page.fill("E4:F4", "FormBirthday")


def _resume(page: FillIn) -> None:
    first, last = _RESUME_ROWS
    page.label(f"A{first - 1}:A{last}", page.caption("FormResume"))
    look = page.look("FormResume", num_format="@", font_size=TEXT_SIZE)
    for left, right, caption in _RESUME:
        page.label(f"{left}{first - 1}:{right}{first - 1}", caption)
        for row in range(first, last + 1):
            page.text(f"{left}{row}:{right}{row}", "", look)
        title = caption.replace(" ", "")
        page.guide(f"{left}{first}:{left}{last}", "FormResume", title, "一行填一段经历，至少填一行")
    page.named(f"B{first}:F{last}", "FormResume")


def _opinion(page: FillIn, looks: Looks, span: tuple[str, str], top: int, name: str) -> None:
    """A box for an opinion: caption, text, the place of the stamp, the date to be written over."""
    left, right = span
    plain: dict[str, Any] = {"border": 0, "left": 1, "right": 1}
    beside = {**plain, "align": "right", "text_wrap": False}
    page.rows(top, *_OPINION_HEIGHTS)
    page.text(f"{left}{top}:{right}{top}", page.caption(f"{name}Opinion"), looks.get(plain, top=1, indent=1))
    page.fill(f"{left}{top + 1}:{right}{top + 1}", f"{name}Opinion", **plain, indent=1)
    page.text(f"{left}{top + 2}:{right}{top + 2}", "（盖  章）" + " " * 8, looks.get(beside))
    page.fill(f"{left}{top + 3}:{right}{top + 3}", f"{name}Date", DATE_LINE, **beside, bottom=1)
