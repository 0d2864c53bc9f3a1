"""首页: how far the five steps are and what is next, who wins, what was found, two charts, the way to every sheet."""

from __future__ import annotations

from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kongjian.rules.model import Rules
from kongjian.workbook.layout import (
    HELP,
    HOME,
    HOME_DISTRIBUTION,
    HOME_SCORES,
    HOME_STATE,
    LOOKUP,
    MOST_SCORES,
    RULES,
    SCORES_COLUMNS,
    output_sheets,
    range_labels,
    shown_at_opening,
)
from kongjian.workbook.look.build_charts import Block, school_scores, score_ranges
from kongjian.workbook.look.build_sheets import NOT_YET
from kongjian.workbook.look.build_styles import (
    AMBER,
    AMBER_PALE,
    BLUE,
    GREEN,
    GREEN_PALE,
    GREY,
    INK,
    LINE,
    PALE,
    RED,
    RED_PALE,
    SHADES,
    SheetRole,
    Styles,
    print_setup,
)
from kongjian.workbook.next_step import DONE, NEXT_NAME, OPEN, STEPS, Facts, how_far
from kongjian.workbook.shipped.commands import COMMANDS
from kongjian.workbook.shipped.vba_project import macro

# Ten narrow columns for the steps, two for each; right of them the place of the charts.
_WIDTH, _RIGHT_WIDTH, _GAP_WIDTH = 10.2, 10.6, 1.5
_FIRST, _LAST, _RIGHT, _END = 1, 10, 12, 17
_DARK = SHADES["home"].tab
_EMPTY = Facts(0, 0, 0, 0, 0, 0, 0, calculated=False)
# One line on each input sheet and on 规则; the output sheets have theirs in the layout.
_INPUT_PURPOSE = {
    "schools": "一行一所学校",
    "teachers": "一行一名教师，全学期次数",
    "classes": "三年级及以上，一行一个班",
    "monthly": "平台每月的得分，一行一个月",
    "events": "平台的行为明细，可以不填",
}
_RULES_PURPOSE = "口径、分值和目标，可以修改"
_LOOKUP_PURPOSE = "一所学校或一名教师，一页看全"
_HELP_PURPOSE = "步骤、函数、出错时怎么办"
# In the workbook that holds macros.
_MAILED = (("分发版", "不含宏，发给别人的是它"), ("这一本", "含宏，邮件网关常会拦下"))
# Rows from 0, heights in points: all that decides is within the first 345 points, a screen of 768 pixels.
_HEIGHTS = {
    0: 6,
    1: 30,
    2: 4,
    3: 20,
    4: 22,
    5: 30,
    6: 27,
    7: 4,
    8: 36,
    9: 4,
    10: 16,
    11: 24,
    12: 4,
    13: 38,
    14: 80,
    15: 10,
}
_HEADS, _BUTTONS_ROW, _NEXT, _TILES, _WINNERS, _LISTS = 3, 6, 8, 10, 13, 16
# A button: row, first of the ten columns, how many.
_BUTTONS = {
    "ImportData": (_BUTTONS_ROW, 0, 2), "CheckData": (_BUTTONS_ROW, 2, 1), "GoProblems": (_BUTTONS_ROW, 3, 1),
    "Recalculate": (_BUTTONS_ROW, 4, 2), "GoAwards": (_BUTTONS_ROW, 6, 1), "MakePublicity": (_BUTTONS_ROW, 7, 1),
    "SendLive": (_BUTTONS_ROW, 8, 2), "NextStep": (_NEXT, 8, 2), "ShowEvidence": (_LISTS, 8, 2),
}  # fmt: skip
_TALL, _LOW, _MARGIN = 28, 22, 4  # pixels
# White edges keep neighbouring cards apart.
_EDGES = {"left": 5, "right": 5, "left_color": "#FFFFFF", "right_color": "#FFFFFF"}
_TILE_NAMES = (
    "HomeErrors", "HomeProvisional", "HomeWarnings", "HomeNotes", "HomeAwards",
    "HomeSchools", "HomeSchoolsEligible", "HomeTeachers", "HomeTeachersEligible", "HomeClasses",
)  # fmt: skip


def add_home(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, buttons: bool = False) -> None:
    """The sheet; its buttons only in a workbook that holds their macros."""
    sheet.hide_gridlines(2)
    sheet.set_tab_color(_DARK)
    sheet.set_column(0, 0, _GAP_WIDTH)
    sheet.set_column(_FIRST, _LAST, _WIDTH)
    sheet.set_column(_LAST + 1, _LAST + 1, _GAP_WIDTH)
    sheet.set_column(_RIGHT, _END, _RIGHT_WIDTH)
    for row, height in _HEIGHTS.items():
        sheet.set_row(row, height)
    _title(book, sheet, styles, rules)
    _steps(book, sheet, styles)
    _next(book, sheet, styles)
    _tiles(book, sheet, styles)
    _winners(book, sheet, styles)
    if buttons:
        _buttons(sheet)
    last = _lists(book, sheet, styles, rules, _MAILED if buttons else ())
    ranges = _ranges(book, sheet, styles, rules, _LISTS)
    scores = _scores(book, sheet, styles, max(last, ranges[2] + 18) + 2)
    place = {"object_position": 1, "x_offset": 2, "y_offset": 0}
    sheet.insert_chart(
        _HEADS, _RIGHT, school_scores(book, scores), {**place, "description": "各校得分和获奖线、达标线"}
    )
    sheet.insert_chart(
        ranges[2] + 2,
        _RIGHT,
        score_ranges(book, ranges),
        {**place, "description": "各分数段的学校和教师占多少"},
    )
    sheet.print_area(0, 0, scores[0] - 4, _END)
    print_setup(sheet, landscape=True, scheme=rules.scheme.name, repeat=0)


def _title(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules) -> None:
    band = {"bg_color": _DARK, "indent": 1}
    name = rules.scheme.name.removesuffix("方案")
    title = styles.get(**band, bold=True, font_size=18, font_color="#FFFFFF")
    sheet.merge_range(1, _FIRST, 1, _LAST, name, title)
    sheet.write_blank(1, _LAST + 1, None, styles.get(**band))
    caption = styles.get(bg_color=_DARK, font_color="#D1D5DB", align="right")
    text = styles.get(bg_color=_DARK, font_color="#FFFFFF", align="left", num_format="yyyy-mm-dd hh:mm:ss")
    for cell, caption_at, last in (("HomeRunTime", _RIGHT, _RIGHT + 2), ("HomeVersion", _RIGHT + 3, _END)):
        sheet.write_string(1, caption_at, HOME_STATE[cell], caption)
        sheet.merge_range(1, caption_at + 1, 1, last, "", text)
        _name(book, cell, 1, caption_at + 1)


def _steps(book: Workbook, sheet: Worksheet, styles: Styles) -> None:
    """Five cards side by side: the step, how far it is in a word and its colour, a few words on that, a row for buttons."""
    card = {"bg_color": PALE, "align": "center", **_EDGES}
    head = styles.get(**card, bold=True, font_size=11, font_color=BLUE)
    state = styles.get(**card, bold=True, font_size=13, font_color=GREY)
    note = styles.get(**card, text_wrap=True, font_size=9, font_color=INK)
    now = how_far(_EMPTY).home
    for index, step in enumerate(STEPS):
        left = _FIRST + 2 * index
        sheet.merge_range(_HEADS, left, _HEADS, left + 1, f"{'①②③④⑤'[index]} {step}", head)
        for row, name, style in ((1, "HomeStep", state), (2, "HomeStepNote", note)):
            sheet.merge_range(_HEADS + row, left, _HEADS + row, left + 1, now[f"{name}{index + 1}"], style)
            _name(book, f"{name}{index + 1}", _HEADS + row, left)
    for word, colour, ground in ((DONE, GREEN, GREEN_PALE), (OPEN, RED, RED_PALE)):
        _coloured(sheet, styles, _HEADS + 1, f'{{}}="{word}"', colour, ground)


def _coloured(
    sheet: Worksheet, styles: Styles, row: int, criterion: str, colour: str, ground: str, columns: int = 10
) -> None:
    first = xl_rowcol_to_cell(row, _FIRST)
    rule = {
        "type": "formula",
        "criteria": "=" + criterion.replace("{}", first),
        "format": styles.mark(colour, ground, True),
    }
    sheet.conditional_format(row, _FIRST, row, _FIRST + columns - 1, rule)


def _next(book: Workbook, sheet: Worksheet, styles: Styles) -> None:
    """What is next in one sentence; its button stands right of it."""
    edge = {"top": 1, "bottom": 1, "top_color": LINE, "bottom_color": LINE}
    sheet.write_string(_NEXT, _FIRST, HOME_STATE["HomeMessage"], styles.get(**edge, font_color=GREY))
    text = styles.get(**edge, font_color=_DARK, bold=True, font_size=11, align="left", text_wrap=True)
    sheet.merge_range(_NEXT, _FIRST + 1, _NEXT, _LAST - 2, NOT_YET, text)
    _name(book, "HomeMessage", _NEXT, _FIRST + 1)
    book.define_name(NEXT_NAME, f'="{how_far(_EMPTY).command}"')


def _tiles(book: Workbook, sheet: Worksheet, styles: Styles) -> None:
    """One small tile for each number of the last run; errors and warnings lead to the list, awards to theirs."""
    tile = {"align": "center", "bg_color": PALE, **_EDGES}
    number = styles.get(**tile, font_size=14, bold=True, font_color=_DARK, num_format="#,##0")
    leads = dict.fromkeys(("HomeErrors", "HomeWarnings", "HomeNotes"), "问题清单")
    leads |= dict.fromkeys(("HomeProvisional", "HomeAwards"), "获奖名单")
    for column, name in enumerate(_TILE_NAMES, start=_FIRST):
        linked = {"underline": 1, "font_color": "#1155CC"} if name in leads else {"font_color": GREY}
        caption = styles.get(**tile, font_size=9, **linked)
        sheet.write_string(_TILES, column, HOME_STATE[name], caption)
        if name in leads:
            place = f"internal:'{leads[name]}'!A1"
            sheet.write_url(_TILES, column, place, caption, HOME_STATE[name], f"转到{leads[name]}")
            sheet.write_url(_TILES + 1, column, place, number, "", f"转到{leads[name]}")
        sheet.write_blank(_TILES + 1, column, None, number)
        _name(book, name, _TILES + 1, column)
    _coloured(sheet, styles, _TILES + 1, "AND(ISNUMBER({}),{}>0)", RED, RED_PALE, columns=1)
    at = xl_rowcol_to_cell(_TILES + 1, _FIRST + 1)
    rule = {
        "type": "formula",
        "criteria": f"=AND(ISNUMBER({at}),{at}>0)",
        "format": styles.mark(AMBER, AMBER_PALE, True),
    }
    sheet.conditional_format(_TILES + 1, _FIRST + 1, _TILES + 1, _FIRST + 1, rule)


def _winners(book: Workbook, sheet: Worksheet, styles: Styles) -> None:
    line = {"bottom": 1, "bottom_color": LINE, "valign": "top"}
    text = styles.get(**line, text_wrap=True, align="left", font_color=INK, font_size=9)
    for row, name in enumerate(("HomeSchoolWinners", "HomeTeacherWinners"), start=_WINNERS):
        sheet.write_string(row, _FIRST, HOME_STATE[name], styles.get(**line, font_color=GREY))
        sheet.merge_range(row, _FIRST + 1, row, _LAST, "", text)
        _name(book, name, row, _FIRST + 1)


def _name(book: Workbook, name: str, row: int, column: int) -> None:
    """A workbook-level name for a cell of 首页."""
    book.define_name(name, f"='{HOME}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}")


def _buttons(sheet: Worksheet) -> None:
    """The commands of the ribbon that are needed most, for when the ribbon does not load."""
    pixels = int(_WIDTH * 7 + 5)
    for command in COMMANDS:
        if command.on_home:
            row, first, columns = _BUTTONS[command.id]
            height = _LOW if row == _LISTS else _TALL
            room = int(_HEIGHTS.get(row, _LOW) * 4 / 3) - height
            size = {
                "width": columns * pixels - 2 * _MARGIN,
                "height": height,
                "description": command.screentip,
            }
            place = {"x_offset": _MARGIN, "y_offset": max(room // 2, 0)}
            sheet.insert_button(
                row, _FIRST + first, {**place, **size, "macro": macro(command), "caption": command.label}
            )


def _lists(
    book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, mailed: Sequence[tuple[str, str]]
) -> int:
    """Links to the visible sheets, the names of the others, what is mailed; returns the first free row."""
    outputs, shown = output_sheets(rules), shown_at_opening(rules)
    inputs = [(t.sheet, _INPUT_PURPOSE[t.id]) for t in rules.tables]
    results = [(o.sheet, o.purpose) for o in outputs if o.sheet in shown]
    results += [(LOOKUP, _LOOKUP_PURPOSE)] if LOOKUP in book.sheetnames else []
    others = [(o.sheet, o.purpose) for o in outputs if o.sheet not in shown]
    link = styles.get(font_color="#1155CC", underline=1, indent=1)
    plain = styles.get(font_color=INK, indent=1)
    row = _group(sheet, styles, _LISTS, _FIRST, "输入：粘贴到这里", "input", inputs, link)
    row = _group(sheet, styles, row, _FIRST, "结果", "result", results, link)
    row = _group(sheet, styles, row, _FIRST, "规则", "rules", [(RULES, _RULES_PURPOSE)], link)
    if mailed:
        row = _group(sheet, styles, row, _FIRST, "用邮件发送", "home", mailed, plain)
    # a link to a hidden sheet does nothing
    hidden = [*others, (HELP, _HELP_PURPOSE)]
    end = _group(sheet, styles, _LISTS, _FIRST + 4, "依据：点“显示依据表”", "evidence", hidden, plain)
    note = "没有按钮时：在任一表名上按右键，选“取消隐藏”"
    sheet.write_string(end, _FIRST + 4, note, styles.get(font_color=GREY, indent=1))
    return max(row, end + 1)


def _group(
    sheet: Worksheet,
    styles: Styles,
    row: int,
    column: int,
    title: str,
    role: SheetRole,
    entries: Sequence[tuple[str, str]],
    style: Format,
) -> int:
    """Sheets under the colour of their tabs, links where the format is underlined; returns the next free row."""
    sheet.set_row(row, 21)
    head = styles.get(bold=True, font_color=SHADES[role].tab, bottom=1, bottom_color=SHADES[role].tab)
    sheet.write_string(row, column, title, head)
    for at in range(column + 1, column + 4):
        sheet.write_blank(row, at, None, head)
    for at, (name, purpose) in enumerate(entries, start=row + 1):
        sheet.set_row(at, 18)
        if style.underline:
            sheet.write_url(at, column, f"internal:'{name}'!A1", style, name, purpose)
        else:
            sheet.write_string(at, column, name, style)
        sheet.write_string(at, column + 1, purpose, styles.get(font_color=GREY))
    return row + 1 + len(entries)


def _ranges(book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, row: int) -> Block:
    """How many schools and teachers scored in each range, and which share; returns where the numbers stand."""
    captions = ("分数段", "学校", "教师", "学校占", "教师占")
    head = styles.get(font_color=GREY, align="center", bottom=1, bottom_color=LINE)
    for offset, title in enumerate(captions):
        sheet.write_string(row, _RIGHT + offset, title, head)
    number = {"align": "center", "font_color": INK, "bg_color": PALE}
    labels = range_labels(rules)
    for at, label in enumerate(labels, start=row + 1):
        sheet.write_string(at, _RIGHT, label, styles.get(font_color=GREY, align="center"))
        for offset in range(1, len(captions)):
            shown = styles.get(**number, num_format="#,##0" if offset <= 2 else "0.0%")
            sheet.write_blank(at, _RIGHT + offset, None, shown)
    block = (row + 1, _RIGHT + 1, row + len(labels), _RIGHT + len(captions) - 1)
    book.define_name(HOME_DISTRIBUTION, f"='{HOME}'!{xl_range_abs(*block)}")
    return block


def _scores(book: Workbook, sheet: Worksheet, styles: Styles, row: int) -> Block:
    """What the chart of the schools' scores draws, below all else; returns where the rows stand."""
    sheet.write_string(row, _FIRST, "图的数据：各校得分", styles.get(bold=True, font_color=GREY))
    head = styles.get(font_color=GREY, align="center", bottom=1, bottom_color=LINE)
    last = _FIRST + len(SCORES_COLUMNS) - 1
    for column, title in enumerate(SCORES_COLUMNS, start=_FIRST):
        sheet.write_string(row + 1, column, title, head)
    number = styles.get(align="center", num_format="0.00", font_color=GREY)
    for at in range(row + 2, row + 2 + MOST_SCORES):
        for column in range(_FIRST, last):
            sheet.write_blank(at, column, None, number)
        sheet.write_blank(at, last, None, styles.get(font_color=GREY))  # the name runs on to the right
    block = (row + 2, _FIRST, row + 1 + MOST_SCORES, last)
    book.define_name(HOME_SCORES, f"='{HOME}'!{xl_range_abs(*block)}")
    return block
