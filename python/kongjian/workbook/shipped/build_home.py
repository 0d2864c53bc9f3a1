"""首页: what the workbook is, the steps, the last run, the way to every sheet, and two charts."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kongjian.rules.model import Rules
from kongjian.workbook.layout import (
    HELP,
    HOME,
    HOME_DISTRIBUTION,
    HOME_STATE,
    RULES,
    output_sheets,
    range_labels,
    shown_at_opening,
)
from kongjian.workbook.look.build_charts import Block, score_ranges, top_schools
from kongjian.workbook.look.build_sheets import NOT_YET
from kongjian.workbook.look.build_styles import (
    BLUE,
    GREY,
    INK,
    LINE,
    PALE,
    SHADES,
    SheetRole,
    Styles,
    print_setup,
)
from kongjian.workbook.shipped.commands import COMMANDS
from kongjian.workbook.shipped.vba_project import macro

_COLUMNS, _WIDTH = 8, 12.6
_FIRST, _HALF, _LAST = 1, 5, 8  # the first column, the first of the right half, the last
_DARK = SHADES["home"].tab
_STEPS = (
    ("① 导入或粘贴", "按“导入平台数据”选平台导出的文件，或把数据粘贴到输入表的表头下面。"),
    ("② 重新计算排名", "在“空间评比”选项卡按“重新计算排名”。"),
    ("③ 看结果", "先看问题清单，改好再算一次；再看排名和获奖名单。"),
    ("④ 发送", "按“生成分发版”，发那份不含宏的文件；不要用邮件发本工作簿，可能被拦下。"),
)
# One line on each input sheet and on 规则; the output sheets have theirs in the layout.
_INPUT_PURPOSE = {
    "schools": "一行一所学校",
    "teachers": "一行一名教师，全学期次数",
    "classes": "三年级及以上，一行一个班",
    "monthly": "平台每月的得分，一行一个月",
    "events": "平台的行为明细，可以不填",
}
_RULES_PURPOSE = "口径、分值和目标，可以修改"
_HELP_PURPOSE = "步骤、函数、出错时怎么办"
# A button stands under the card of its step: first column of the eight, how many.
_BUTTONS = {
    "ImportData": (0, 1), "CheckData": (1, 1), "Recalculate": (2, 2), "GoProblems": (4, 1), "GoAwards": (5, 1),
    "SendLive": (6, 1), "ShowEvidence": (7, 1),
}  # fmt: skip
_BUTTON_HEIGHT, _BUTTON_MARGIN = 28, 4  # pixels
# White edges keep neighbouring cards apart.
_GAP = {"left": 5, "right": 5, "left_color": "#FFFFFF", "right_color": "#FFFFFF"}
_WIDE_STATE = ("HomeMessage", "HomeRunTime", "HomeVersion", "HomeSchoolWinners", "HomeTeacherWinners")


def add_home(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, buttons: bool = False) -> None:
    """The sheet; its buttons only in a workbook that holds their macros."""
    sheet.hide_gridlines(2)
    sheet.set_tab_color(_DARK)
    sheet.set_column(0, 0, 2)
    sheet.set_column(_FIRST, _LAST, _WIDTH)
    sheet.set_column(_LAST + 1, _LAST + 1, 2)
    row = _title(sheet, styles, rules)
    row = _steps(sheet, styles, row + 1)
    if buttons:
        _buttons(sheet, row - 1)
    row = _state(book, sheet, styles, row + 1)
    row, block = _sheets_and_distribution(book, sheet, styles, rules, row + 1)
    _charts(book, sheet, styles, rules, row + 1, block)
    print_setup(sheet, landscape=False, scheme=rules.scheme.name, repeat=0)


def _title(sheet: Worksheet, styles: Styles, rules: Rules) -> int:
    band = {"bg_color": _DARK, "indent": 1}
    sheet.set_row(0, 8)
    sheet.set_row(1, 38)
    sheet.set_row(2, 24)
    name = rules.scheme.name.removesuffix("方案")
    sheet.merge_range(
        1, _FIRST, 1, _LAST, name, styles.get(**band, bold=True, font_size=18, font_color="#FFFFFF")
    )
    what = "粘贴省平台导出的数据，得出学校和教师的得分、达标、名次和获奖名单，并列出要核对的数据。"
    sheet.merge_range(2, _FIRST, 2, _LAST, what, styles.get(**band, font_color="#D1D5DB"))
    return 3


def _heading(sheet: Worksheet, styles: Styles, row: int, text: str) -> None:
    style = styles.get(bold=True, font_size=12, font_color=_DARK, bottom=2, bottom_color=_DARK)
    sheet.write_string(row, _FIRST, text, style)
    for column in range(_FIRST + 1, _LAST + 1):
        sheet.write_blank(row, column, None, style)


def _steps(sheet: Worksheet, styles: Styles, row: int) -> int:
    """Four cards side by side; the free row under them is where each step's button stands."""
    sheet.set_row(row - 1, 8)
    _heading(sheet, styles, row, "四步完成")
    sheet.set_row(row, 22)
    sheet.set_row(row + 1, 26)
    sheet.set_row(row + 2, 50)
    sheet.set_row(row + 3, 30)
    card = {"bg_color": PALE, "align": "left", "indent": 1, **_GAP}
    head = styles.get(**card, bold=True, font_size=11, font_color=BLUE)
    body = styles.get(**card, text_wrap=True, valign="top", font_color=INK)
    for index, (title, text) in enumerate(_STEPS):
        left = _FIRST + 2 * index
        sheet.merge_range(row + 1, left, row + 1, left + 1, title, head)
        sheet.merge_range(row + 2, left, row + 2, left + 1, text, body)
    return row + 4


def _buttons(sheet: Worksheet, row: int) -> None:
    """The commands of the ribbon that are needed most, for when the ribbon does not load."""
    pixels = int(_WIDTH * 7 + 5)
    for command in COMMANDS:
        if command.on_home:
            first, columns = _BUTTONS[command.id]
            place = {"x_offset": _BUTTON_MARGIN, "y_offset": _BUTTON_MARGIN, "height": _BUTTON_HEIGHT}
            size = {**place, "width": columns * pixels - 2 * _BUTTON_MARGIN, "description": command.screentip}
            sheet.insert_button(
                row, _FIRST + first, {**size, "macro": macro(command), "caption": command.label}
            )


def _state(book: Workbook, sheet: Worksheet, styles: Styles, row: int) -> int:
    """What the last run found. The calculation writes the named cells."""
    sheet.set_row(row - 1, 8)
    sheet.set_row(row, 22)
    _heading(sheet, styles, row, "上次计算")
    caption = styles.get(font_color=GREY, bottom=1, bottom_color=LINE)
    wide = {"font_color": INK, "bold": True, "bottom": 1, "bottom_color": LINE, "align": "left"}
    text = styles.get(**wide, text_wrap=True, num_format="yyyy-mm-dd hh:mm:ss")
    sheet.set_row(row + 1, 34)
    sheet.set_row(row + 2, 34)
    sheet.set_row(row + 3, 48)
    sheet.set_row(row + 4, 20)
    places = {
        "HomeMessage": (row + 1, _FIRST, _LAST),
        "HomeSchoolWinners": (row + 2, _FIRST, _LAST),
        "HomeTeacherWinners": (row + 3, _FIRST, _LAST),
        "HomeRunTime": (row + 4, _FIRST, _HALF - 1),
        "HomeVersion": (row + 4, _HALF, _LAST),
    }
    for name, (at, first, last) in places.items():
        sheet.write_string(at, first, HOME_STATE[name], caption)
        sheet.merge_range(at, first + 1, at, last, "", text)
        _name(book, name, at, first + 1)
    sheet.write_string(row + 1, _FIRST + 1, NOT_YET, text)
    _tiles(book, sheet, styles, row + 5)
    return row + 7


def _tiles(book: Workbook, sheet: Worksheet, styles: Styles, row: int) -> None:
    """One small tile for each number of the last run."""
    sheet.set_row(row, 20)
    sheet.set_row(row + 1, 28)
    names = [name for name in HOME_STATE if name not in _WIDE_STATE]
    tile = {"align": "center", "bg_color": PALE, **_GAP}
    for column, name in enumerate(names, start=_FIRST):
        sheet.write_string(row, column, HOME_STATE[name], styles.get(**tile, font_color=GREY))
        number = styles.get(**tile, font_size=16, bold=True, font_color=_DARK, num_format="#,##0")
        sheet.write_blank(row + 1, column, None, number)
        _name(book, name, row + 1, column)


def _name(book: Workbook, name: str, row: int, column: int) -> None:
    """A workbook-level name for a cell of 首页."""
    book.define_name(name, f"='{HOME}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}")


def _sheets_and_distribution(
    book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, row: int
) -> tuple[int, Block]:
    """Links to every sheet in two halves; the score distribution under the shorter one."""
    sheet.set_row(row - 1, 8)
    outputs = output_sheets(rules)
    inputs = [(t.sheet, _INPUT_PURPOSE[t.id]) for t in rules.tables]
    shown = shown_at_opening(rules)
    results = [(o.sheet, o.purpose) for o in outputs if o.sheet in shown]
    others = [(o.sheet, o.purpose) for o in outputs if o.sheet not in shown]
    left = _links(sheet, styles, row, _FIRST, "输入：粘贴到这里", "input", inputs)
    left = _links(sheet, styles, left, _FIRST, "结果", "result", results)
    left = _links(sheet, styles, left, _FIRST, "规则", "rules", [(RULES, _RULES_PURPOSE)])
    others.append((HELP, _HELP_PURPOSE))
    right = _links(sheet, styles, row, _HALF, "依据：点“显示依据表”打开", "evidence", others, hidden=True)
    block = _distribution(book, sheet, styles, rules, right)
    return max(left, block[2] + 1), block


def _links(
    sheet: Worksheet,
    styles: Styles,
    row: int,
    column: int,
    title: str,
    role: SheetRole,
    entries: Sequence[tuple[str, str]],
    hidden: bool = False,
) -> int:
    """A group of links under the colour of its sheets' tabs; returns the next free row.

    Names alone of hidden sheets: a link to one does nothing.
    """
    _group_heading(sheet, styles, row, column, title, role)
    link = styles.get(font_color="#1155CC", underline=1, indent=1)
    for at, (name, purpose) in enumerate(entries, start=row + 1):
        sheet.set_row(at, 18)
        if hidden:
            sheet.write_string(at, column, name, styles.get(font_color=INK, indent=1))
        else:
            sheet.write_url(at, column, f"internal:'{name}'!A1", link, name, purpose)
        sheet.write_string(at, column + 1, purpose, styles.get(font_color=GREY))
    return row + 1 + len(entries)


def _group_heading(
    sheet: Worksheet, styles: Styles, row: int, column: int, title: str, role: SheetRole
) -> None:
    sheet.set_row(row, 21)
    style = styles.get(bold=True, font_color=SHADES[role].tab, bottom=1, bottom_color=SHADES[role].tab)
    sheet.write_string(row, column, title, style)
    for at in range(column + 1, column + 3 + (column == _HALF)):
        sheet.write_blank(row, at, None, style)


def _distribution(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, row: int) -> Block:
    """How many schools and teachers scored in each range; returns where the counts stand."""
    _group_heading(sheet, styles, row, _HALF, "得分分布", "home")
    head = styles.get(font_color=GREY, align="center")
    for offset, title in enumerate(("分数段", "学校", "教师")):
        sheet.write_string(row + 1, _HALF + offset, title, head)
    count = styles.get(align="center", num_format="#,##0", font_color=INK, bg_color=PALE)
    labels = range_labels(rules)
    for at, label in enumerate(labels, start=row + 2):
        sheet.set_row(at, 18)
        sheet.write_string(at, _HALF, label, head)
        sheet.write_blank(at, _HALF + 1, None, count)
        sheet.write_blank(at, _HALF + 2, None, count)
    block = (row + 2, _HALF + 1, row + 1 + len(labels), _HALF + 2)
    book.define_name(HOME_DISTRIBUTION, f"='{HOME}'!{xl_range_abs(*block)}")
    return block


def _charts(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, row: int, block: Block) -> None:
    """The two charts side by side."""
    sheet.set_row(row - 1, 8)
    sheet.set_row(row, 22)
    _heading(sheet, styles, row, "图表")
    place = {"object_position": 1, "x_offset": 2, "y_offset": 4}
    ranking, ranges = top_schools(book, rules), score_ranges(book, block)
    sheet.insert_chart(row + 1, _FIRST, ranking, {**place, "description": "学校排名前十的得分"})
    sheet.insert_chart(row + 1, _HALF, ranges, {**place, "description": "学校和教师的得分分布"})
