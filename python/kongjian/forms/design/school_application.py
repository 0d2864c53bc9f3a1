"""附件3: the application form of a school, with the scheme's own captions, rows and order."""

from __future__ import annotations

from xlsxwriter import Workbook

from kongjian.forms.design.fill_in import FillIn
from kongjian.forms.design.looks import HEAD, Looks
from kongjian.rules import Rules

SHEET = "附件3"
MEMBERS = ("姓名", "职称", "职务", "所学专业", "任教学科", "电话", "邮箱")
_MEMBER_ROWS = (10, 13)
# caption, field, mark, first row, heights of the box's rows; a page's boxes fill it
_BOXES = (
    ("2-1学校基本情况：", "FormBasics", "{{ 学校基本情况 }}", 14, (280,)),
    ("2-2学校信息化基本建设情况：", "FormEquipment", "{{ 信息化基本建设情况 }}", 16, (290,)),
    ("2-3目标与实施过程：", "FormProcess", "", 18, (324,)),
    ("2-4保障措施：", "FormSupport", "", 20, (290,)),
    ("2-5取得成绩：", "FormResults", "{{ 取得成绩 }}", 22, (290,)),
)
_NOTE = "注：按实际参学校数量填写，每单位填写一张，并加盖单位公章。"
_BREAKS = (15, 19)  # a page ends after these rows


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """The form of 附件3 on A4: particulars, members and 2-1 on page 1, 2-2 and 2-3, then 2-4 and 2-5."""
    page = FillIn(book, looks, rules.forms.form("school_application"), SHEET, [94, 82, 74, 84, 84, 106, 131])
    page.text("A1:G1", SHEET, looks.get(HEAD, font_size=14))
    page.text("A2:G2", rules.forms.form("school_application").title, looks.title())
    page.rows(1, 22, 40, 28, 28, 28, 28, 28, 28, 26)
    _particulars(page)
    _members(page)
    for caption, name, mark, row, heights in _BOXES:
        page.text(f"A{row}:G{row}", caption, looks.get(top=1, left=1, right=1, align="left", indent=1))
        page.rows(row, 24, *heights)
        page.fill(f"A{row + 1}:G{row + len(heights)}", name, mark, top=0, indent=1)
    page.text("A24:G24", _NOTE, looks.get(font_size=11, valign="top", top=1))
    page.rows(24, 24)
    page.sheet.set_h_pagebreaks(list(_BREAKS))
    page.sheet.print_area("A1:G24")


def _particulars(page: FillIn) -> None:
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
