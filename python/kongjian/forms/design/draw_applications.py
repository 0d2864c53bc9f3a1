"""The application forms, with the scheme's own captions, rows and order."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from kongjian.forms.design.draw_fill_in import DATE_LINE, FillIn
from kongjian.forms.design.looks import HEAD, TO_FILL, Looks
from kongjian.rules import Rules

MEMBERS = ("姓名", "职称", "职务", "所学专业", "任教学科", "电话", "邮箱")
_MEMBER_ROWS = (10, 13)
# field, mark, first row, heights of the box's rows; a page's boxes fill it
_BOXES = (
    ("FormBasics", "{{ 学校基本情况 }}", 14, (280,)),
    ("FormEquipment", "{{ 信息化基本建设情况 }}", 16, (290,)),
    ("FormProcess", "", 18, (324,)),
    ("FormSupport", "", 20, (290,)),
    ("FormResults", "{{ 取得成绩 }}", 22, (290,)),
)
_NOTE = "注：按实际参学校数量填写，每单位填写一张，并加盖单位公章。"
_BREAKS = (15, 19)  # a page ends after these rows
_RESUME_ROWS = (6, 8)
# The deeds' box goes over from page 1 to page 2; a row of Excel is at most 409 points high.
_DEEDS_FIRST = (9, 10)
_DEEDS_SECOND = (11, 12)
_DEEDS_HEIGHTS = (229, 229, 206, 206)
_OPINION_HEIGHTS = (24, 54, 22, 26)
_RESUME = (("B", "B", "时  间"), ("C", "D", "所在单位"), ("E", "E", "从事工作"), ("F", "F", "备注"))


def draw_school(book: Workbook, looks: Looks, rules: Rules) -> None:
    """A school's form on A4: particulars, members and 2-1 on page 1, 2-2 and 2-3, then 2-4 and 2-5."""
    form = rules.forms.form("school_application")
    page = FillIn(book, looks, form, form.annex, [94, 82, 74, 84, 84, 106, 131])
    page.text("A1:G1", form.annex, looks.get(HEAD, font_size=14))
    page.text("A2:G2", form.title, looks.title())
    page.rows(1, 22, 40, 28, 28, 28, 28, 28, 28, 26)
    _school_particulars(page)
    _members(page)
    for name, mark, row, heights in _BOXES:
        page.text(
            f"A{row}:G{row}",
            f"{page.caption(name)}：",
            looks.get(top=1, left=1, right=1, align="left", indent=1),
        )
        page.rows(row, 24, *heights)
        page.fill(f"A{row + 1}:G{row + len(heights)}", name, mark, top=0, indent=1)
    page.text("A24:G24", _NOTE, looks.get(font_size=11, valign="top", top=1))
    page.rows(24, 24)
    page.sheet.set_h_pagebreaks(list(_BREAKS))
    page.sheet.print_area("A1:G24")


def _school_particulars(page: FillIn) -> None:
    page.label("A3", "学校名称")
    page.fill("B3:G3", "FormSchool", "{{ 学校名称 }}", align="left", indent=1)
    page.label("A4", "学校地址")
    page.fill("B4:G4", "FormAddress", align="left", indent=1)
    page.label("A5", "通信地址")
    page.fill("B5:E5", "FormPostal", align="left", indent=1)
    page.label("F5", "邮    编")
    page.fill("G5", "FormPostcode")
    captions = (("法人代表", "电 话", "FormLegal"), ("项目负责人", "手 机", "FormLeader"))
    for row, (person, phone, name) in enumerate(captions, start=6):
        page.label(f"A{row}", person)
        page.fill(f"B{row}", name, align="center")
        page.label(f"C{row}", phone)
        page.fill(f"D{row}:E{row}", f"{name}Phone")
        page.label(f"F{row}", "电子邮箱")
        page.fill(f"G{row}", f"{name}Email", font_size=10.5)


def _members(page: FillIn) -> None:
    first, last = _MEMBER_ROWS
    page.label("A8:G8", "学校主要项目参与小组成员情况")
    # telephone numbers and addresses stay text
    look = page.look("FormMembers", num_format="@", font_size=10.5, align="center")
    for column, caption in zip("ABCDEFG", MEMBERS, strict=True):
        page.label(f"{column}9", caption)
        for row in range(first, last + 1):
            page.text(f"{column}{row}", "", look)
        page.guide(f"{column}{first}:{column}{last}", "FormMembers", caption, "一行填一名成员，至少填一名")
    page.named(f"A{first}:G{last}", "FormMembers")
    page.rows(first, *([28] * (last - first + 1)))


def draw_teacher(book: Workbook, looks: Looks, rules: Rules) -> None:
    """A teacher's form on A4: particulars, résumé and deeds on page 1, the deeds' rest and the opinions on page 2."""
    form = rules.forms.form("teacher_application")
    page = FillIn(book, looks, form, form.annex, [84, 108, 136, 84, 139, 104])
    page.text("A1:F1", f"{form.annex}：", looks.get(HEAD, font_size=14))
    page.text("A2:F2", form.title, looks.title())
    page.rows(1, 20, 36, 26, 26, 24, 26, 26, 26, *_DEEDS_HEIGHTS)
    _teacher_particulars(page)
    _resume(page)
    _deeds(page, looks)
    top = _DEEDS_SECOND[1] + 1
    _opinion(page, looks, ("A", "C"), top, "FormUnit")
    _opinion(page, looks, ("D", "F"), top, "FormBureau")
    below = top + len(_OPINION_HEIGHTS)
    _opinion(page, looks, ("A", "F"), below, "FormCity")
    page.sheet.set_h_pagebreaks([_DEEDS_FIRST[1]])
    page.sheet.print_area(f"A1:F{below + len(_OPINION_HEIGHTS) - 1}")


def _teacher_particulars(page: FillIn) -> None:
    page.label("A3", "姓   名")
    page.fill("B3:C3", "FormTeacher", "{{ 教师姓名 }}", align="center")
    page.label("D3", "性    别")
    page.fill("E3:F3", "FormSex", align="center")
    page.choose("E3", "FormSex", ["男", "女"])
    page.label("A4", "民   族")
    page.fill("B4:C4", "FormEthnicity", align="center")
    page.label("D4", "出生日期")
    page.fill("E4:F4", "FormBirthday")


def _resume(page: FillIn) -> None:
    first, last = _RESUME_ROWS
    page.label(f"A{first - 1}:A{last}", "工作简历")
    look = page.look("FormResume", num_format="@", font_size=10.5)
    for left, right, caption in _RESUME:
        page.label(f"{left}{first - 1}:{right}{first - 1}", caption)
        for row in range(first, last + 1):
            page.text(f"{left}{row}:{right}{row}", "", look)
        title = caption.replace(" ", "")
        page.guide(f"{left}{first}:{left}{last}", "FormResume", title, "一行填一段经历，至少填一行")
    page.named(f"B{first}:F{last}", "FormResume")


def _deeds(page: FillIn, looks: Looks) -> None:
    """One cell for the whole text; its caption stands on page 1 alone, where no page edge cuts it."""
    page.text("A{}:A{}".format(*_DEEDS_FIRST), page.caption("FormDeeds"), looks.label(bottom=0))
    page.text("A{}:A{}".format(*_DEEDS_SECOND), "", looks.label(top=0))
    page.fill(f"B{_DEEDS_FIRST[0]}:F{_DEEDS_SECOND[1]}", "FormDeeds", font_size=10.5)


def _opinion(page: FillIn, looks: Looks, span: tuple[str, str], top: int, name: str) -> None:
    """A box for an opinion: caption, text, the place of the stamp, the date to be written over.

    The unit's own box has the light ground of what is to be filled in; the others are for the authorities.
    """
    left, right = span
    ground = {"bg_color": TO_FILL} if page.required(f"{name}Opinion") else {}
    plain: dict[str, Any] = {"border": 0, "left": 1, "right": 1, **ground}
    beside = {**plain, "align": "right", "text_wrap": False}
    page.rows(top, *_OPINION_HEIGHTS)
    page.text(f"{left}{top}:{right}{top}", page.caption(f"{name}Opinion"), looks.get(plain, top=1))
    page.fill(f"{left}{top + 1}:{right}{top + 1}", f"{name}Opinion", **plain)
    page.text(f"{left}{top + 2}:{right}{top + 2}", "（盖  章）" + " " * 8, looks.get(beside))
    page.fill(f"{left}{top + 3}:{right}{top + 3}", f"{name}Date", DATE_LINE, **beside, bottom=1)
