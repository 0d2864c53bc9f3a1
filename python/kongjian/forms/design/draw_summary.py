"""工作总结统计表: A4 landscape, tables with native charts that follow their cells.

Charts beside a table reach from its header to the end of the list, on the edges of rows, and so grow with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.forms.design.draw_summary_charts import FULL, Range, Series, bars, columns, lines
from kongjian.forms.design.looks import NARROW, Looks, official_page
from kongjian.forms.statistics import openings, stage_heading
from kongjian.forms.summary import SHEETS
from kongjian.rules import Rules
from kongjian.workbook.layout import range_labels

_GAP = 2.0
_RATE, _SCORE, _COUNT = "0.0%", "0.00", "0"
# heights in points; whole pixels, so that a chart ends where a row ends
_CAPTION, _LINE, _TALL, _HEADING = 36.0, 21.0, 36.0, 24.0
_PAGE = 990  # pixels of a landscape page between its margins, at full size


@dataclass(frozen=True)
class Column:
    """One column of a table: caption, the list's field, width in characters, number format."""

    caption: str
    field: str
    width: float
    form: str = "General"


def draw(book: Workbook, looks: Looks, rules: Rules) -> None:
    """Every page in its order."""
    heading = stage_heading(rules)
    _overview(book, looks, rules)
    _indicators(book, looks, SHEETS[1], "学校", _LINE)
    _indicators(book, looks, SHEETS[2], "教师", _TALL)
    _distribution(book, looks, rules)
    _months(book, looks)
    _leaders(
        book,
        looks,
        SHEETS[5],
        (f"{heading}|合并", "名次", "学校名称", "得分", "月均得分", "全市名次", "备注"),
        ("",),
    )
    _leaders(
        book,
        looks,
        SHEETS[6],
        (heading, "名次", "学校名称", "姓名", "得分", "全市名次", "备注"),
        ("左.", "右."),
    )


def _page(book: Workbook, looks: Looks, name: str, heading: str, last: int) -> Worksheet:
    """A page with its title in row 1; everything is made to fit one page."""
    sheet = book.add_worksheet(name)
    official_page(sheet, landscape=True, margins=NARROW)
    sheet.fit_to_pages(1, 1)
    sheet.set_row(0, 30)
    sheet.merge_range(0, 0, 0, last, f"{{{{ 评比名称 }}}}工作总结：{heading}", looks.title(16))
    return sheet


def _table(
    sheet: Worksheet,
    looks: Looks,
    row: int,
    name: str,
    table: Sequence[Column],
    total: str = "",
    line: float = _LINE,
) -> int:
    """Captions in `row`, the list's row, and below it the row of `total`; returns the next free row."""
    sheet.set_row(row, _CAPTION)
    for k, c in enumerate(table):
        sheet.write_string(row, k, c.caption, looks.label(bold=True, font_size=11))
    for r, items in enumerate([name, total] if total else [name], start=row + 1):
        sheet.set_row(r, line)
        for k, c in enumerate(table):
            look = looks.label(font_size=11, num_format=c.form, bold=items == total)
            sheet.write_string(r, k, f"{{{{ {items}.{c.field} }}}}", look)
    return row + (3 if total else 2)


def _widths(sheet: Worksheet, table: Sequence[Column]) -> int:
    """Sets the columns' widths; returns them in pixels."""
    for k, c in enumerate(table):
        sheet.set_column(k, k, c.width)
    return sum(_column_pixels(c.width) for c in table)


def _note(sheet: Worksheet, looks: Looks, row: int, last: int, mark: str) -> None:
    sheet.set_row(row, 18)
    sheet.merge_range(row, 0, row, last, f"{{{{ {mark} }}}}", looks.get(font_size=10.5, text_wrap=True))


def _overview(book: Workbook, looks: Looks, rules: Rules) -> None:
    """Counts, means and opening rates; charts of the rates and the means below the table."""
    heading = stage_heading(rules)
    table = [
        Column(heading, heading, 16), Column("学校数", "学校数", 7, _COUNT), Column("达标学校", "达标学校", 7, _COUNT),
        Column("学校平均分", "学校平均分", 9, _SCORE), Column("教师数", "教师数", 8, _COUNT),
        Column("达标教师", "达标教师", 8, _COUNT), Column("教师平均分", "教师平均分", 9, _SCORE),
    ]  # fmt: skip
    counted = openings(rules)
    for (who, o), width in zip(counted.items(), (9, 10), strict=False):
        table += [
            Column(o.total, f"{who}人数", width, _COUNT), Column(f"{who}开通数", f"{who}开通数", width, _COUNT),
            Column(o.label, f"{who}开通率", 9, _RATE),
        ]  # fmt: skip
    table += [Column("未计学校", "未计学校", 8, _COUNT)] if counted else []
    sheet = _page(book, looks, SHEETS[0], "概况", len(table) - 1)
    width = _widths(sheet, table)
    sheet.set_row(1, 50)
    sheet.merge_range(1, 0, 1, len(table) - 1, "{{ 概述 }}", looks.get(text_wrap=True))
    below = _table(sheet, looks, 2, "概况", table, total="全市")
    _note(sheet, looks, below, len(table) - 1, "概况说明")
    stages = Range(SHEETS[0], 3, 4, 0)
    shown = [k for k, c in enumerate(table) if c.form == _RATE]
    if not shown:
        return
    rates = [Series(Range(SHEETS[0], 2, 2, c), Range(SHEETS[0], 3, 4, c)) for c in shown]
    chart = columns(book, f"各{heading}空间开通率", heading, "开通率", stages, rates, FULL)
    chart.set_size({"width": width, "height": 300})
    sheet.insert_chart(below + 1, 0, chart, {"object_position": 2, "y_offset": 6})


def _indicators(book: Workbook, looks: Looks, name: str, who: str, line: float) -> None:
    """One kind's indicators, the bars of their 得分率 beside the rows that they belong to."""
    table = [
        Column("序号", "序号", 5), Column("一级指标", "一级指标", 19), Column("指标", "指标", 14),
        Column("分值", "分值", 6), Column("平均得分", "平均得分", 7, _SCORE), Column("得分率", "得分率", 8, _RATE),
        Column(f"满分\n{who}数", "满分数", 7, _COUNT), Column(f"计入\n{who}数", "计入数", 7, _COUNT),
        Column(f"缺数据\n{who}数", "缺数据数", 8, _COUNT),
    ]  # fmt: skip
    last = len(table) + 1
    sheet = _page(book, looks, name, f"{who}各指标得分", last)
    used = _widths(sheet, table)
    width = _chart_column(sheet, last, used)
    below = _table(sheet, looks, 1, name, table, line=line)
    _note(sheet, looks, below, last, f"{name}说明")
    rates = [Series(Range(name, 1, 1, 5), Range(name, 2, 2, 5))]
    chart = bars(book, f"{who}各指标得分率", "指标", "得分率", Range(name, 2, 2, 2), rates)
    chart.set_size({"width": width, "height": _pixels(_CAPTION + line)})
    sheet.insert_chart(1, last, chart, {"object_position": 1})


def _chart_column(sheet: Worksheet, column: int, used: int) -> int:
    """A column for a chart beside a table, a narrow one before it; returns its width in pixels."""
    sheet.set_column(column - 1, column - 1, _GAP)
    width = (_PAGE - used - _column_pixels(_GAP)) // 7
    sheet.set_column(column, column, width)
    return _column_pixels(width)


def _pixels(points: float) -> int:
    return int(points * 4 / 3)


def _column_pixels(width: float) -> int:
    return int(width * 7 + 0.5) + 5


def _distribution(book: Workbook, looks: Looks, rules: Rules) -> None:
    """Score bands by stage and for the city; the city's shares as columns beside them."""
    heading = stage_heading(rules)
    by_stage = [Column(heading, heading, 16), *(Column(n, n, 8.5, _COUNT) for n in range_labels(rules))]
    by_stage.append(Column("合计", "合计", 8.5, _COUNT))
    city = [
        Column("全市分数段", "分数段", 16), Column("学校数", "学校数", 8.5, _COUNT),
        Column("学校占比", "学校占比", 8.5, _RATE), Column("教师数", "教师数", 8.5, _COUNT),
        Column("教师占比", "教师占比", 8.5, _RATE),
    ]  # fmt: skip
    last = len(by_stage) + 1
    name = SHEETS[3]
    sheet = _page(book, looks, name, "得分分布", last)
    used = _widths(sheet, by_stage)
    width = _chart_column(sheet, last, used)
    row = 1
    for title, items in (("学校得分分布（所）", "学校分布"), ("教师得分分布（人）", "教师分布")):
        row = _heading(sheet, looks, row, len(by_stage) - 1, title)
        row = _table(sheet, looks, row, items, by_stage)
    row = _heading(sheet, looks, row, len(by_stage) - 1, "全市得分分布")
    below = _table(sheet, looks, row, "全市分布", city)
    _note(sheet, looks, below, last, "分布说明")
    at = row + 1
    shares = [Series(Range(name, row, row, c), Range(name, at, at, c)) for c in (2, 4)]
    chart = columns(book, "全市得分分布", "分数段", "占比", Range(name, at, at, 0), shares, None)
    chart.set_size({"width": width, "height": _pixels(3 * (_HEADING + _CAPTION + _LINE))})
    sheet.insert_chart(1, last, chart, {"object_position": 1})


def _heading(sheet: Worksheet, looks: Looks, row: int, last: int, text: str) -> int:
    sheet.set_row(row, _HEADING)
    sheet.merge_range(row, 0, row, last, text, looks.get(bold=True))
    return row + 1


def _months(book: Workbook, looks: Looks) -> None:
    """The months' means and their curves below them."""
    table = [
        Column("月份", "月份", 24), Column("学校平均分", "学校平均分", 28, _SCORE),
        Column("计入学校数", "计入学校", 28, _COUNT), Column("教师平均分", "教师平均分", 28, _SCORE),
        Column("计入教师数", "计入教师", 28, _COUNT),
    ]  # fmt: skip
    name = SHEETS[4]
    sheet = _page(book, looks, name, "各月平均得分", len(table) - 1)
    width = _widths(sheet, table)
    below = _table(sheet, looks, 1, "月度", table)
    _note(sheet, looks, below, len(table) - 1, "月度说明")
    means = [Series(Range(name, 1, 1, c), Range(name, 2, 2, c)) for c in (1, 3)]
    chart = lines(book, "各月平均得分", "月份", "平均分（分）", Range(name, 2, 2, 0), means)
    chart.set_size({"width": width, "height": 360})
    sheet.insert_chart(below + 1, 0, chart, {"object_position": 2, "y_offset": 6})


def _leaders(book: Workbook, looks: Looks, name: str, fields: Sequence[str], sides: Sequence[str]) -> None:
    """The best of each stage, a long list in two columns."""
    captions = [f.partition("|")[0] for f in fields]
    widths = {captions[0]: 18, "名次": 6, "学校名称": 24, "姓名": 9, "备注": 7}
    forms = {"得分": _SCORE, "月均得分": _SCORE}
    wider = 1.0 if len(sides) > 1 else 1.5
    table = [
        Column(c, f"{side}{f}", widths.get(c, 9) * wider, forms.get(c, "General"))
        for side in sides
        for c, f in zip(captions, fields, strict=True)
    ]
    sheet = _page(book, looks, name, f"各{captions[0]}{name}", len(table) - 1)
    _widths(sheet, table)
    below = _table(sheet, looks, 1, name, table)
    sheet.repeat_rows(1)
    _note(sheet, looks, below, len(table) - 1, f"{name}说明")
