"""附件4: the application form of a teacher, with the scheme's own captions, rows and order."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook

from kongjian.forms.design.fill_in import DATE_LINE, FillIn
from kongjian.forms.design.looks import HEAD, TO_FILL, Looks
from kongjian.rules import Rules

SHEET = "附件4"
_RESUME_ROWS = (6, 8)
# The deeds' box goes over from page 1 to page 2; a row of Excel is at most 409 points high.
_DEEDS_FIRST = (9, 10)
_DEEDS_SECOND = (11, 12)
_DEEDS_HEIGHTS = (229, 229, 206, 206)
_OPINION_HEIGHTS = (24, 54, 22, 26)
_RESUME = (("B", "B", "时  间"), ("C", "D", "所在单位"), ("E", "E", "从事工作"), ("F", "F", "备注"))


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """The form of 附件4 on A4: particulars, résumé and deeds on page 1, the deeds' rest and the opinions on page 2."""
    form = rules.forms.form("teacher_application")
    page = FillIn(book, looks, form, SHEET, [84, 108, 136, 84, 139, 104])
    page.text("A1:F1", f"{SHEET}：", looks.get(HEAD, font_size=14))
    page.text("A2:F2", form.title, looks.title())
    page.rows(1, 20, 36, 26, 26, 24, 26, 26, 26, *_DEEDS_HEIGHTS)
    _particulars(page)
    _resume(page)
    _deeds(page, looks)
    top = _DEEDS_SECOND[1] + 1
    _opinion(page, looks, ("A", "C"), top, "所在单位意见", "FormUnit")
    _opinion(page, looks, ("D", "F"), top, "主管部门审核意见", "FormBureau")
    below = top + len(_OPINION_HEIGHTS)
    _opinion(page, looks, ("A", "F"), below, "湖北教育云、市教育局审核意见", "FormCity")
    page.sheet.set_h_pagebreaks([_DEEDS_FIRST[1]])
    page.sheet.print_area(f"A1:F{below + len(_OPINION_HEIGHTS) - 1}")


def _particulars(page: FillIn) -> None:
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
    caption = "人人通项目\n先进应用\n事迹\n（不超过\n2000字）"
    page.text("A{}:A{}".format(*_DEEDS_FIRST), caption, looks.label(bottom=0))
    page.text("A{}:A{}".format(*_DEEDS_SECOND), "", looks.label(top=0))
    page.fill(f"B{_DEEDS_FIRST[0]}:F{_DEEDS_SECOND[1]}", "FormDeeds", font_size=10.5)


def _opinion(page: FillIn, looks: Looks, span: tuple[str, str], top: int, caption: str, name: str) -> None:
    """A box for an opinion: caption, text, the place of the stamp, the date to be written over.

    The unit's own box has the light ground of what is to be filled in; the others are for the authorities.
    """
    left, right = span
    ground = {"bg_color": TO_FILL} if page.required(f"{name}Opinion") else {}
    plain: dict[str, Any] = {"border": 0, "left": 1, "right": 1, **ground}
    beside = {**plain, "align": "right", "text_wrap": False}
    page.rows(top, *_OPINION_HEIGHTS)
    page.text(f"{left}{top}:{right}{top}", caption, looks.get(plain, top=1))
    page.fill(f"{left}{top + 1}:{right}{top + 1}", f"{name}Opinion", **plain)
    page.text(f"{left}{top + 2}:{right}{top + 2}", "（盖  章）" + " " * 8, looks.get(beside))
    page.fill(f"{left}{top + 3}:{right}{top + 3}", f"{name}Date", DATE_LINE, **beside, bottom=1)
