"""The tables of 规则 that carry the scheme itself: its facts, its months, who qualifies, what is awarded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kongjian.base.grid import NO, YES
from kongjian.intake.scheme_tables import AWARDS, COLUMNS, CONDITIONS, FINGERPRINT, ID, MONTHS, SCHEME
from kongjian.rules.identity import fingerprint
from kongjian.rules.ladders import by_rank
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.parameters import FACTS, Kind, items
from kongjian.workbook.layout import PLACES, RULES, SCHEME_NAME
from kongjian.workbook.look.build_styles import AMBER, GREY, INK, LINE, PALE, Styles, add_table, put
from kongjian.xlsx.text_heights import row_height

_INPUT_FILL = "#FFFBE6"
_MONTHS_LEFT = 4
"""Months stands beside Scheme, so that a longer period has room below it."""
_HEADER_HEIGHT = 24
_FORMATS: dict[str, str] = {"number": "General", "share": "0.0%", "whole": "0"}
_LIMITS: dict[str, dict[str, Any]] = {
    "number": {"validate": "decimal", "criteria": ">", "value": 0, "error_message": "应为大于0的数。"},
    "share": {
        "validate": "decimal", "criteria": "between", "minimum": 0.0001, "maximum": 1,
        "error_message": "应大于0%、不大于100%。",
    },
    "whole": {"validate": "integer", "criteria": ">=", "value": 1, "error_message": "应为1、2、3……"},
    "answer": {"validate": "list", "source": [YES, NO], "error_message": "只能填“是”或“否”。"},
}  # fmt: skip
# What follows from each fact, for whoever changes it.
_NOTES = {
    ID: "程序凭它找到方案，不能改",
    "名称": "表格、名单和邮件里的方案名称",
    "地区": "表格里的城市",
    "版本": "每张结果表和运行记录里的规则版本",
    "学校满分": "学校各指标的分值合计必须等于它",
    "教师满分": "教师各指标的分值合计必须等于它",
    "评选开始": "第一个月，写成 {start}；右边的“月份”要正好列出各月",
    "评选结束": "最后一个月；以外的月度得分和行为不计",
    "申报截止": "申报材料清单按它算还有几天",
    "发文单位": "公示名单、表彰名单的落款；授予单位是它的简称时，证书写它的全称",
    "受理单位": "邮件的落款；自己的模板里也可以写 {{ 受理单位 }}",
    "联系人": "信和邮件里写明找谁；空着就不写",
    "联系电话": "信和邮件里写明打什么电话；空着就不写",
    FINGERPRINT: "推算办法、有效数据等本表没有写的规定的记号，不能改",
}


def heading(sheet: Worksheet, styles: Styles, row: int, title: str, note: str) -> None:
    """The line above a table; rows count from 1."""
    sheet.set_row(row - 1, 26)
    sheet.write_string(row - 1, 0, title, styles.get(bold=True, font_size=13, font_color=AMBER))
    sheet.write_string(row - 1, 1, note, styles.get(font_color=GREY))


def add_scheme_tables(
    book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, row: int, widths: Sequence[float]
) -> int:
    """The four tables from `row` on, each under its heading; returns the next free row. Rows count from 1."""
    heading(
        sheet, styles, row, "方案", "方案的名称、满分和评选时间；右边是计入月均的月份，计入写“否”的月不算。"
    )
    after = _scheme(book, sheet, styles, rules, row + 1, widths)
    note = "学校、教师怎样才达标；某个口径取值才用的条件也列出，选了那个取值就按它的界线。"
    heading(sheet, styles, after, "达标条件", note)
    after = _conditions(sheet, styles, rules, after + 1, widths)
    note = "每个奖项从第几名到第几名；管理员的奖项跟着学校的名次。按占比评的写占比，名次空着；各组分开评的写分组列；不到最低分不授予。"
    heading(sheet, styles, after, "奖项", note)
    return _awards(book, sheet, styles, rules, after + 1, widths)


def _scheme(
    book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, top: int, widths: Sequence[float]
) -> int:
    facts = {name: value for (group, name), value in items(rules) if group == "scheme"}
    listed = {ID: rules.scheme.id, **facts, FINGERPRINT: fingerprint(rules)}
    _table(sheet, styles, SCHEME, top, len(listed))
    for row, (name, value) in enumerate(listed.items(), start=top):
        kind = FACTS[name][1] if name in FACTS else "text"
        texts = (name, value if isinstance(value, str) else "")
        sheet.set_row(row, row_height(zip(texts, widths, strict=False)))
        put(sheet, row, 0, name, fixed(styles, bold=True))
        put(sheet, row, 1, value, _value(styles, kind) if name in FACTS else fixed(styles, num_format="@"))
        sheet.write_string(
            row,
            2,
            _NOTES[name].replace("{start}", rules.period.start),
            styles.get(font_color=GREY, indent=1),
        )
        _limit(sheet, row, 1, kind, name)
    book.define_name(SCHEME_NAME, _reference(top, 1))
    _months(sheet, styles, rules, top, len(listed))
    return top + len(listed) + 2


def _months(sheet: Worksheet, styles: Styles, rules: Rules, top: int, room: int) -> None:
    months, left = rules.period.months(), _MONTHS_LEFT
    _table(sheet, styles, MONTHS, top, len(months), left)
    for row, month in enumerate(months, start=top):
        put(sheet, row, left, month, _value(styles, "month"))
        put(sheet, row, left + 1, NO if month in rules.uncounted else YES, _value(styles, "answer"))
    for row in range(top, top + max(room, len(months))):
        _limit(sheet, row, left + 1, "answer", "计入")


def _conditions(sheet: Worksheet, styles: Styles, rules: Rules, top: int, widths: Sequence[float]) -> int:
    _table(sheet, styles, CONDITIONS, top, len(rules.conditions))
    for row, condition in enumerate(rules.conditions, start=top):
        given = condition.kind == "yes_no"
        kind: Kind = "share" if condition.kind == "rate" else "number"
        bound = YES if given else condition.at_least
        texts = (OBJECT_LABELS[condition.object], condition.label, "", condition.source)
        sheet.set_row(row, row_height(zip(texts, widths, strict=False)))
        put(sheet, row, 0, texts[0], fixed(styles, center=True))
        put(sheet, row, 1, texts[1], fixed(styles, bold=True))
        put(sheet, row, 2, bound, fixed(styles, center=True) if given else _value(styles, kind))
        put(sheet, row, 3, texts[3], fixed(styles, wrap=True))
        if not given:
            _limit(sheet, row, 2, kind, condition.label)
    return top + len(rules.conditions) + 2


def _awards(
    book: Workbook, sheet: Worksheet, styles: Styles, rules: Rules, top: int, widths: Sequence[float]
) -> int:
    _table(sheet, styles, AWARDS, top, len(rules.awards))
    rows = {award.name: row for row, award in enumerate(rules.awards, start=top)}
    for award in rules.awards:
        row = rows[award.name]
        cells: dict[str, tuple[str | float | None, Format]] = {
            "奖项": (award.name, fixed(styles, bold=True, wrap=True)),
            "对象": (OBJECT_LABELS[award.object], fixed(styles, center=True)),
            "获奖人": (award.winner, fixed(styles, center=True)),
            "起名次": (award.first or None, _value(styles, "whole")),
            "止名次": (award.last or None, _value(styles, "whole")),
            "占比": (award.share or None, _value(styles, "share")),
            "分组列": (award.group or None, _value(styles, "text")),
            "最低分": (award.least or None, _value(styles, "number")),
            "授予单位": (award.granted_by, editable(styles)),
            "出处": (award.source, fixed(styles, wrap=True)),
        }
        texts = [str(cells[c][0]) if c in cells else "" for c in COLUMNS[AWARDS]]
        sheet.set_row(row, row_height(zip(texts, widths, strict=False)))
        for column, name in enumerate(COLUMNS[AWARDS]):
            put(sheet, row, column, *cells.get(name, (None, fixed(styles))))
        for column, kind_ in ((3, "whole"), (4, "whole"), (5, "share"), (7, "number")):
            _limit(sheet, row, column, kind_, award.name)
    for kind in OBJECT_LABELS:
        for n, award in enumerate(by_rank(rules.awards, kind)[: len(PLACES[kind])]):
            book.define_name(PLACES[kind][n], _reference(rows[award.name], 4))
    return top + len(rules.awards) + 2


def _table(sheet: Worksheet, styles: Styles, name: str, top: int, rows: int, left: int = 0) -> None:
    columns = dict.fromkeys(COLUMNS[name], styles.header("rules"))
    add_table(sheet, name, top, columns, rows, filtered=False, left=left)
    sheet.set_row(top - 1, _HEADER_HEIGHT)


def _reference(row: int, column: int) -> str:
    return f"='{RULES}'!{xl_rowcol_to_cell(row, column, row_abs=True, col_abs=True)}"


def _limit(sheet: Worksheet, row: int, column: int, kind: str, title: str) -> None:
    """What Excel lets a cell take."""
    if kind in _LIMITS:
        sheet.data_validation(row, column, row, column, {**_LIMITS[kind], "error_title": title[:32]})


def _value(styles: Styles, kind: Kind) -> Format:
    """An editable value; months, days and versions stay texts, however they are typed."""
    center = kind != "text"
    return editable(styles, center, _FORMATS.get(kind, "@"))


def fixed(
    styles: Styles, wrap: bool = False, center: bool = False, bold: bool = False, **more: Any
) -> Format:
    """A cell that is only to be read."""
    look = {"bg_color": PALE, "font_color": INK, "border": 1, "border_color": LINE, "bold": bold, **more}
    return styles.get(**look, text_wrap=wrap, align="center" if center else "left")


def editable(styles: Styles, center: bool = False, num_format: str = "General") -> Format:
    """A cell that staff may change."""
    look = {"bg_color": _INPUT_FILL, "font_color": "#1F4E9C", "border": 1, "border_color": "#C9A227"}
    more: Mapping[str, str] = {} if num_format == "General" else {"num_format": num_format}
    return styles.get(**look, **more, text_wrap=True, align="center" if center else "left")
