"""A catalogue of tamperings with one finished workbook: each is told by its sheet, its cell or in words, and never passes; long because the catalogue is one table."""

from __future__ import annotations

import datetime as dt
import functools
import re
import shutil
from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat

from kongjian.base import libreoffice
from kongjian.base.grid import letter
from kongjian.mailing.copy_sheets import Value
from kongjian.mailing.live_copy import Contents
from kongjian.selfcheck import fixed_texts, seen_on_screen, shipped_macros, untouched_results
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line
from kongjian.selfcheck.evaluators import Calculated
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.ribbon import PART as RIBBON
from selfchecked import checked
from workbooks import Parts, cells, change, opened, replace, sheet_part, small_book, table_part

RESULTS, SCREEN, TEXTS, MACROS = (
    m.TITLE for m in (untouched_results, seen_on_screen, fixed_texts, shipped_macros)
)
VBA = "xl/vbaProject.bin"
FIRST, SECOND = dt.datetime(2021, 7, 20, 9, 30), dt.datetime(2021, 7, 21, 10, 15)
WHITE = Font(color="FFFFFFFF")
Edit = Callable[[Parts], None]
ByOpenpyxl = Callable[[openpyxl.Workbook], object]


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workbook calculated twice, one score moved in between: every sheet has something to alter."""
    path = small_book(tmp_path_factory.mktemp("finished") / "book.xlsm")
    recalculate(path, now=FIRST)
    change(path, typed("教师数据", "平台得分", 6, 99.5))
    recalculate(path, now=SECOND)
    return path


def own_values(_: Run, found: Contents) -> Calculated:
    """Formulas are not what is altered here: their values are taken as they are."""
    return {
        s.place.sheet: [c.values if c.formulas else list[Value]() for c in s.columns] for s in found.sheets
    }


def examined(book: Path) -> list[Line]:
    return checked(book, calculator=("不重算", own_values))


# Ways to alter a workbook: its parts as text, or its cells through another program.


@functools.cache
def header(path_sheet: str) -> dict[str, str]:
    """The letters of a sheet's columns by header, as the workbook is built."""
    book = _empty()
    row = next(r for r in cells(book, path_sheet)[2:] if r)
    return {str(name): letter(k) for k, name in reversed(list(enumerate(row, start=1)))}


@functools.cache
def _empty() -> Path:
    from kongjian.base import places

    return places.shipped_workbook()


def typed(sheet: str, column: str, row: int, value: object) -> Edit:
    """Another value in the cell of a column (by its header in row 3, or by its letters), its style kept."""

    def edit(parts: Parts) -> None:
        at = f"{column if column.isascii() else header(sheet)[column]}{row}"
        part = sheet_part(parts, sheet)
        if isinstance(value, bool):
            kind, inner = ' t="b"', f"<v>{value:d}</v>"
        elif isinstance(value, str):
            kind, inner = ' t="inlineStr"', f"<is><t>{escape(value)}</t></is>"
        else:
            kind, inner = "", "" if value is None else f"<v>{value}</v>"

        def altered(found: re.Match[bytes]) -> bytes:
            kept = re.sub(rb' t="\w+"', b"", found[1])
            return b'<c r="%s"%s>%s</c>' % (at.encode(), kept + kind.encode(), inner.encode())

        pattern = rb'<c r="%s"((?: \w+="[^"]*")*)(?:/>|>.*?</c>)' % at.encode()
        parts[part], done = re.subn(pattern, altered, parts[part], count=1)
        assert done == 1, at

    return edit


def all_of(*edits: Edit) -> Edit:
    def edit(parts: Parts) -> None:
        for one in edits:
            one(parts)

    return edit


def in_sheet(sheet: str, old: str, new: str) -> Edit:
    """Other XML in a sheet's part, by a pattern that fits once or more."""

    def edit(parts: Parts) -> None:
        part = sheet_part(parts, sheet)
        parts[part], done = re.subn(old.encode(), new.encode(), parts[part], count=1)
        assert done == 1, old

    return edit


def in_part(part: str, old: bytes, new: bytes) -> Edit:
    return lambda parts: replace(parts, part, old, new)


def through(edit: ByOpenpyxl) -> Callable[[Path], None]:
    """What another program alters and saves."""

    def done(path: Path) -> None:
        book = opened(path, keep_vba=True, rich_text=True)
        edit(book)
        book.save(path)

    return done


def look(sheet: str, place: str, **style: Any) -> Callable[[Path], None]:
    def edit(book: openpyxl.Workbook) -> None:
        for name, value in style.items():
            setattr(book[sheet][place], name, value)

    return through(edit)


def conditional(**style: Any) -> Callable[[Path], None]:
    rule = Rule(type="expression", formula=["TRUE"], dxf=DifferentialStyle(**style))
    return through(lambda b: b["教师得分"].conditional_formatting.add("P4:P9", rule))


def vba_byte(parts: Parts) -> None:
    at = len(parts[VBA]) // 2
    parts[VBA] = parts[VBA][:at] + bytes([parts[VBA][at] ^ 1]) + parts[VBA][at + 1 :]


def other_source(path: Path) -> None:
    from pyopenvba import ExcelFile

    with ExcelFile(path) as book:
        source = book.get_module("KongjianPress")
        book.set_module(
            "KongjianPress", source.replace("Option Explicit", "Option Explicit\r\nPublic Other As Long", 1)
        )
        book.save()


def no_macros(parts: Parts) -> None:
    del parts[VBA]
    rels = "xl/_rels/workbook.xml.rels"
    parts[rels] = re.sub(rb'<Relationship [^>]*vbaProject"[^>]*/>', b"", parts[rels])
    parts["[Content_Types].xml"] = re.sub(rb"<[^<>]*vbaProject[^<>]*/>", b"", parts["[Content_Types].xml"])


def second_ribbon(parts: Parts) -> None:
    parts["customUI/customUI14.xml"] = parts[RIBBON]
    kind = b"http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"
    relation = (
        b'<Relationship Id="rIdMore" Type="%s" Target="customUI/customUI14.xml"/></Relationships>' % kind
    )
    replace(parts, "_rels/.rels", b"</Relationships>", relation)


def drawn(parts: Parts) -> None:
    """A picture's drawing on a result sheet: that of 首页 will do."""
    part = sheet_part(parts, "教师得分")
    rels = part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing"
    relation = (
        b'<Relationship Id="rIdD" Type="%s" Target="/xl/drawings/drawing1.xml"/></Relationships>' % kind
    )
    replace(parts, rels, b"</Relationships>", relation)
    parts[part] = parts[part].replace(b"<tableParts", b'<drawing r:id="rIdD"/><tableParts')


def newer_rule(parts: Parts) -> None:
    """A conditional format of the kind that came after 2007, which openpyxl leaves out."""
    part = sheet_part(parts, "教师得分")
    space = b'xmlns:x14="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"'
    rule = b'<ext %s uri="{78C0D931-6437-407d-A8EE-F0AAD7539E65}"><x14:conditionalFormattings/></ext>' % space
    replace(parts, part, b"</worksheet>", b"<extLst>" + rule + b"</extLst></worksheet>")


def shorter_range(parts: Parts) -> None:
    part = table_part(parts, "TeacherScores")
    parts[part] = re.sub(rb'(ref="A3:[A-Z]+)9"', rb'\g<1>8"', parts[part])


def macro_sheet(parts: Parts) -> None:
    parts["xl/macrosheets/sheet1.xml"] = b"<x/>"


def without_row(parts: Parts) -> None:
    part = sheet_part(parts, "教师得分")
    parts[part], done = re.subn(rb'<row r="6"[^>]*>.*?</row>', b"", parts[part], flags=re.DOTALL)
    assert done == 1


def emptied(sheet: str, row: int) -> Edit:
    """Every value of a row taken out."""
    return lambda parts: [typed(sheet, at, row, None)(parts) for at in header(sheet).values()] and None


def rule_cell(kind: str, column: str) -> tuple[str, int]:
    """The column and the row of 规则 with the first indicator of a kind that has this parameter."""
    rows = cells(_empty(), "规则")
    top = next(k for k, r in enumerate(rows) if "指标" in r and "分值" in r)
    at = rows[top].index(column)
    row = next(k for k, r in enumerate(rows) if k > top and r[0] == kind and r[at] not in ("", "按口径"))
    return letter(at + 1), row + 1


def in_rules(kind: str, column: str, value: object) -> Edit:
    def edit(parts: Parts) -> None:
        at, row = rule_cell(kind, column)
        typed("规则", at, row, value)(parts)

    return edit


def points_moved(parts: Parts) -> None:
    """One point more for the first indicator of the teachers that takes points off, one less for the second."""
    rows = cells(_empty(), "规则")
    top = next(k for k, r in enumerate(rows) if "指标" in r and "分值" in r)
    points, per = rows[top].index("分值"), rows[top].index("每少扣分")
    first, second = [k for k, r in enumerate(rows) if k > top and r[0] == "教师" and r[per] != ""][:2]
    for k, more in ((first, 1), (second, -1)):
        typed("规则", letter(points + 1), k + 1, float(rows[k][points]) + more)(parts)


def other_reading(parts: Parts) -> None:
    """The last of a reading's values instead of the first, the first reading with which nothing is refused."""
    rows = cells(_empty(), "规则")
    typed("规则", "B", 4, rows[3][2].split("、")[-1])(parts)


FINGERPRINT = typed("运行记录", "数据指纹", 4, "0123456789ab")
STALE = "请先重新计算，结果表没有核对完"

# what is done → the alteration, the check that must tell it, what it must say
TAMPERINGS: dict[str, tuple[Edit | Callable[[Path], None], str, str]] = {
    # results
    "a score": (typed("教师得分", "得分", 5, 99), RESULTS, "教师得分!P5（得分）表里是99，应为98.25"),
    "a score by a hundredth": (typed("学校得分", "得分", 4, 100), RESULTS, "学校得分!Z4（得分）表里是100，应为99.99"),
    "an indicator's score": (typed("教师得分", "D", 4, 3.07), RESULTS, "教师得分!D4（"),
    "a monthly average": (typed("学校得分", "月均得分", 4, 99), RESULTS, "学校得分!AA4（月均得分）"),
    "whether data are complete": (typed("学校得分", "数据完整", 4, "完整"), RESULTS, "学校得分!AB4（数据完整）"),
    "a number as text": (typed("教师得分", "得分", 5, "98.25"), RESULTS, "教师得分!P5（得分）表里是“98.25”，应为98.25"),
    "TRUE for 1": (typed("学校排名", "名次", 4, True), RESULTS, "学校排名!A4（名次）表里是“TRUE”，应为1"),
    "a rank": (typed("教师排名", "名次", 5, 1), RESULTS, "教师排名!A5（名次）表里是1，应为2"),
    "a tie": (typed("学校排名", "并列", 4, "并列"), RESULTS, "学校排名!E4（并列）"),
    "two ranks swapped": (
        all_of(typed("学校排名", "学校名称", 4, "赤壁市第二小学"), typed("学校排名", "学校名称", 5, "赤壁市第一小学")),
        RESULTS,
        "学校排名!B4（学校名称）",
    ),
    "an award": (typed("获奖名单", "奖项", 4, "特别奖"), RESULTS, "获奖名单!A4（奖项）表里是“特别奖”"),
    "who gets an award": (typed("获奖名单", "学校名称", 5, "某小学"), RESULTS, "获奖名单!C5（学校名称）表里是“某小学”"),
    "an award made 确定": (typed("获奖名单", "状态", 4, "确定"), RESULTS, "获奖名单!G4（状态）表里是“确定”，应为“待核实”"),
    "why an award is 待核实": (typed("获奖名单", "待核实原因", 4, ""), RESULTS, "获奖名单!H4（待核实原因）表里是空白"),
    "an award more": (typed("获奖名单", "备注", 4, "加赛获胜"), RESULTS, "获奖名单!F4（备注）"),
    "who qualifies": (typed("资格审核", "是否达标", 8, "达标"), RESULTS, "资格审核!E8（是否达标）表里是“达标”"),
    "why somebody does not": (typed("资格审核", "未达标原因", 8, ""), RESULTS, "资格审核!F8（未达标原因）"),
    "a measure": (typed("教师指标", "H", 4, 40), RESULTS, "教师指标!H4（"),
    "an effective count": (typed("有效次数", "有效次数", 4, 9), RESULTS, "有效次数!F4（有效次数）表里是9"),
    "how many are covered": (typed("数据覆盖", "有数", 4, 19), RESULTS, "数据覆盖!E4（有数）表里是19"),
    "a difference from the platform": (typed("平台核对", "差额", 4, 0), RESULTS, "平台核对!H4（差额）表里是0"),
    "an explanation's clause": (typed("得分说明", "条款", 4, "附件1"), RESULTS, "得分说明!F4（条款）"),
    "an explanation's points": (typed("得分说明", "扣分", 4, -1), RESULTS, "得分说明!L4（扣分）"),
    "what is still missing": (typed("得分说明", "还差", 4, "不差"), RESULTS, "得分说明!M4（还差）"),
    "how near a line": (typed("临界名单", "差距", 4, 7), RESULTS, "临界名单!G4（差距）表里是7"),
    "the effect of a reading": (typed("口径影响", "说明", 5, "名单不变。"), RESULTS, "口径影响!F5（说明）"),
    "a problem's level": (typed("问题清单", "级别", 4, "无"), RESULTS, "问题清单!A4（级别）表里是“无”"),
    "a problem's text": (typed("问题清单", "内容", 4, "没有问题"), RESULTS, "问题清单!G4（内容）"),
    "a problem taken out": (emptied("问题清单", 4), RESULTS, "问题清单!A4（级别）表里是空白"),
    "a sheet's title": (typed("学校排名", "A", 1, "学校最终排名"), RESULTS, "学校排名!A1（标题）是“学校最终排名”"),
    "a subtitle": (typed("学校排名", "A", 2, "2021-08-01 核定"), RESULTS, "学校排名!A2（副标题）是“2021-08-01 核定”"),
    "a check code": (typed("学校得分", "A", 2, "2021-07-21 10:15:00 计算 · 规则版本 2020.1 · 共5行 · 核对码 000000"), RESULTS, "核对码 000000”，应为"),
    "a header": (typed("学校排名", "得分", 3, "总分"), RESULTS, "学校排名!C3的表头是“总分”，应为“得分”"),
    "a table row removed": (without_row, RESULTS, "教师得分!A6"),
    "a row added": (
        in_sheet("学校得分", "</sheetData>", '<row r="9"><c r="A9" t="inlineStr"><is><t>某小学</t></is></c></row></sheetData>'),
        RESULTS,
        "学校得分!A9多出一行：某小学",
    ),
    "a sheet removed": (through(lambda b: b.remove(b["资格审核"])), RESULTS, "工作表“资格审核”被删除了"),
    "a formula in place of a value": (
        in_sheet("教师得分", '(<c r="P5"[^>]*>)<v>98.25</v>', r"\1<f>90+9</f><v>99</v>"),
        RESULTS,
        "教师得分!P5（得分）是公式，表里是99，应为98.25",
    ),
    "a formula that shows the right value": (
        in_sheet("教师得分", '(<c r="P5"[^>]*>)(<v>98.25</v>)', r"\1<f>P4-1.25</f>\2"),
        RESULTS,
        "教师得分!P5是公式，不是计算写的值",
    ),
    # 首页
    "首页's errors": (typed("首页", "B", 12, 3), RESULTS, "首页!B12（错误）表里是3，应为0"),
    "首页's schools": (typed("首页", "G", 12, 6), RESULTS, "首页!G12（学校）表里是6，应为5"),
    "首页's conclusion": (typed("首页", "C", 9, "可以使用，没有发现错误"), RESULTS, "首页!C9（结论）表里是“可以使用"),
    "首页's winners": (typed("首页", "C", 14, "示范校：某小学"), RESULTS, "首页!C14（学校奖项）"),
    "首页's time": (typed("首页", "N", 2, "2021-08-01 00:00:00"), RESULTS, "首页!N2（最近计算）"),
    "首页's distribution": (typed("首页", "N", 20, 5), RESULTS, "首页!N20（得分分布）表里是5"),
    "a step of 首页": (typed("首页", "F", 5, "还没做"), RESULTS, "首页!F5（计算）表里是“还没做”"),
    "a school of the chart": (typed("首页", "G", 44, "某小学"), RESULTS, "首页!G44（图表的数据）表里是“某小学”"),
    "a name of 首页 moved": (in_part("xl/workbook.xml", b"!$B$12<", b"!$Q$12<"), TEXTS, "名称“HomeErrors”指着首页!Q12"),
    "a name of 首页 removed": (
        through(lambda b: b.defined_names.pop("HomeErrors")),
        RESULTS,
        "名称“HomeErrors”不指着首页的格子，“错误”没有办法核对",
    ),
    # 运行记录 and the run before
    "运行记录's errors": (typed("运行记录", "错误", 4, 3), RESULTS, "运行记录!G4（错误）表里是3，应为0"),
    "运行记录's time": (typed("运行记录", "时间", 4, 44500.5), RESULTS, "学校排名!A2（副标题）"),
    "the fingerprint": (FINGERPRINT, RESULTS, "“运行记录”的数据指纹被改过；结果都和现在的相同"),
    "the fingerprint and a score": (
        all_of(FINGERPRINT, typed("教师得分", "得分", 5, 99)),
        RESULTS,
        "教师得分!P5（得分）表里是99，应为98.25",
    ),
    "the fingerprint and a rank": (
        all_of(FINGERPRINT, typed("教师排名", "名次", 5, 1)),
        RESULTS,
        "教师排名!A5（名次）表里是1，应为2",
    ),
    "the fingerprint and an award": (
        all_of(FINGERPRINT, typed("获奖名单", "学校名称", 5, "某小学")),
        RESULTS,
        "获奖名单!C5（学校名称）表里是“某小学”",
    ),
    "上次名次": (typed("教师排名", "上次名次", 5, 9), RESULTS, "教师排名!H5（上次名次）表里是9"),
    "变化": (typed("教师排名", "变化", 5, "升5"), RESULTS, "教师排名!I5（变化）表里是“升5”"),
    "上次名次 and 变化": (
        all_of(typed("教师排名", "上次名次", 5, 7), typed("教师排名", "变化", 5, "升5")),
        RESULTS,
        "教师排名!H5（上次名次）表里是7，按“与上次相比”应为1",
    ),
    "a change's score": (typed("与上次相比", "本次得分", 4, 100), RESULTS, "与上次相比!H4（本次得分）表里是100，应为99.5"),
    "a change's way": (typed("与上次相比", "变化", 4, "降"), RESULTS, "与上次相比!I4（变化）表里是“降”"),
    "a change taken out": (emptied("与上次相比", 5), RESULTS, "与上次相比!A2（副标题）"),
    "a change's runs": (typed("与上次相比", "A", 2, "第一次计算"), RESULTS, "与上次相比!A2（副标题）是“第一次计算”"),
    # rules and inputs that are no longer those of the results
    "points": (points_moved, RESULTS, f"规则在上次计算以后改过，{STALE}"),
    "a target": (in_rules("教师", "目标", 3), RESULTS, f"规则在上次计算以后改过，{STALE}"),
    "a reading": (other_reading, RESULTS, f"规则在上次计算以后改过，{STALE}"),
    "an input": (typed("教师数据", "H", 5, 12), RESULTS, f"数据在上次计算以后改过，{STALE}"),
    # texts
    "条款原文": (in_rules("学校", "条款原文", "由专家酌情给分"), TEXTS, "条款原文）是“由专家酌情给分”，应为"),
    "出处": (in_rules("教师", "出处", "附件9"), TEXTS, "出处）是“附件9”，应为"),
    "计分方式": (in_rules("教师", "计分方式", "酌情"), TEXTS, "计分方式）是“酌情”，应为"),
    "what a reading means": (typed("规则", "D", 4, "由专家决定"), TEXTS, "规则!D4（作业管理的说明）是“由专家决定”"),
    "规则's subtitle": (typed("规则", "A", 2, "2022版"), TEXTS, "规则!A2是“2022版”"),
    "帮助": (typed("帮助", "A", 1, "不用核对"), TEXTS, "帮助!A1是“不用核对”"),
    "a text that macros show": (typed("程序文字", "A", 1, "不用核对"), TEXTS, "程序文字!A1是“不用核对”"),
    "a text of 首页": (typed("首页", "B", 4, "不用核对"), TEXTS, "首页!B4是“不用核对”，应为“① 导入”"),
    # what only the screen shows
    "a format with another number": (look("教师得分", "P5", number_format='"99.00"'), SCREEN, "教师得分!P5：数字格式“\"99.00\"”"),
    "a format that rounds": (look("教师得分", "P5", number_format="0"), SCREEN, "教师得分!P5：数字格式“0”显示的不是格子里的"),
    "a format that shows nothing": (look("教师得分", "P5", number_format=";;;"), SCREEN, "教师得分!P5：数字格式“;;;”"),
    "a format with another text": (look("获奖名单", "C4", number_format=';;;"某小学"'), SCREEN, "获奖名单!C4：数字格式"),
    "a format that says thousands": (look("首页", "G12", number_format="0,"), SCREEN, "首页!G12：数字格式“0,”"),
    "white text": (look("教师得分", "P5", font=WHITE), SCREEN, "教师得分!P5：字和底色一样，看不见"),
    "text of a theme's white": (look("教师得分", "P5", font=Font(color=Color(theme=0))), SCREEN, "教师得分!P5：字和底色一样"),
    "dark text on dark": (
        look("获奖名单", "H4", fill=PatternFill("solid", fgColor="FF000000")),
        SCREEN,
        "获奖名单!H4：字和底色一样，看不见",
    ),
    "letters too small": (look("教师得分", "P5", font=Font(size=1)), SCREEN, "教师得分!P5：字号1，看不见"),
    "letters of symbols": (look("教师得分", "P5", font=Font(name="Wingdings")), SCREEN, "教师得分!P5：字体Wingdings"),
    "struck out": (look("获奖名单", "C4", font=Font(strike=True)), SCREEN, "获奖名单!C4：字上有删除线"),
    "letters hidden in a text": (
        look("获奖名单", "F4", value=CellRichText("同分", TextBlock(InlineFont(color="FFFFFFFF"), "加赛"))),
        SCREEN,
        "获奖名单!F4：字和底色一样，看不见",
    ),
    "a conditional white": (conditional(font=WHITE), SCREEN, "教师得分!P4:P9：条件格式：字和底色一样，看不见"),
    "a conditional format's number": (
        conditional(numFmt=NumberFormat(numFmtId=200, formatCode='"99.00"')),
        SCREEN,
        "教师得分!P4:P9：条件格式让人看到的不是格子里的",
    ),
    "a conditional format of the newer kind": (newer_rule, SCREEN, "教师得分：有新式的条件格式，另一个程序读不了"),
    "a result row hidden": (in_sheet("学校排名", '<row r="5"', '<row r="5" hidden="1"'), SCREEN, "学校排名!5：行被隐藏"),
    "a result row without height": (
        through(lambda b: setattr(b["学校排名"].row_dimensions[5], "height", 0.5)),
        SCREEN,
        "学校排名!5：行被隐藏",
    ),
    "a result column hidden": (
        through(lambda b: setattr(b["教师得分"].column_dimensions["E"], "hidden", True)),
        SCREEN,
        "教师得分!E列：列被隐藏",
    ),
    "a row of 规则 hidden": (in_sheet("规则", '<row r="5"', '<row r="5" hidden="1"'), SCREEN, "规则!5：行被隐藏"),
    "an input row hidden": (in_sheet("教师数据", '<row r="5"', '<row r="5" hidden="1"'), SCREEN, "教师数据!5：输入行被隐藏，照样计分"),
    "an input's format": (look("教师数据", "H5", number_format='"40"'), SCREEN, "教师数据!H5：数字格式“\"40\"”"),
    "a result sheet hidden": (
        through(lambda b: setattr(b["获奖名单"], "sheet_state", "hidden")),
        SCREEN,
        "获奖名单：工作表被隐藏",
    ),
    "a sheet of evidence very hidden": (
        through(lambda b: setattr(b["得分说明"], "sheet_state", "veryHidden")),
        SCREEN,
        "得分说明：工作表藏得很深",
    ),
    "a sheet very hidden": (
        through(lambda b: setattr(b.create_sheet("底稿"), "sheet_state", "veryHidden")),
        SCREEN,
        "底稿：工作表藏得很深",
    ),
    "a comment": (
        through(lambda b: setattr(b["教师得分"]["P5"], "comment", Comment("应为99", "某人"))),
        SCREEN,
        "教师得分!P5：有批注“应为99”，不是计算写的",
    ),
    "a picture over results": (drawn, SCREEN, "教师得分：有图片、图形或图表，看不出盖住了什么"),
    "cells merged": (through(lambda b: b["获奖名单"].merge_cells("C4:C5")), RESULTS, "获奖名单!C5（学校名称）表里是空白"),
    "noughts not shown": (in_sheet("学校得分", "<sheetView ", '<sheetView showZeros="0" '), SCREEN, "学校得分：设成了不显示零"),
    "rows frozen away": (
        in_sheet("学校排名", "<sheetView ", '<sheetView topLeftCell="A2" '),
        SCREEN,
        "学校排名：冻结窗格把上面或左边的行列留在了屏幕外",
    ),
    "a table's range too short": (shorter_range, SCREEN, "教师得分!A3:R8：表格“TeacherScores”的区域不是第3至9行"),
    "a cell that two programs read in two ways": (
        in_sheet("教师得分", '(<c r="P5"[^>]*>)<v>98.25</v></c>', r"\1<v>98.25</v><v>99</v></c>"),
        SCREEN,
        "教师得分!P5：本程序读到",
    ),
    # macros
    "a VBA byte": (vba_byte, MACROS, "宏"),
    "a macro's source": (other_source, MACROS, "宏和本版本的不同：KongjianPress"),
    "no macros": (no_macros, MACROS, "宏没有了"),
    "a ribbon callback": (in_part(RIBBON, b"Kongjian_Recalculate", b"Kongjian_CheckData"), MACROS, "选项卡“空间评比”的定义和本版本的不同"),
    "a second ribbon": (second_ribbon, MACROS, "多出一个选项卡的定义"),
    "a button of another macro": (
        in_part("xl/drawings/vmlDrawing1.vml", b"KongjianRun_Recalculate", b"[other.xlsm]M!Run"),
        MACROS,
        "按钮指定了别的宏",
    ),
    "a sheet of macros": (macro_sheet, MACROS, "有本程序没有的部件 xl/macrosheets/sheet1.xml"),
}  # fmt: skip


@pytest.mark.parametrize("name", TAMPERINGS)
def test_no_tampering_passes(name: str, finished: Path, tmp_path: Path) -> None:
    edit, title, words = TAMPERINGS[name]
    book = Path(shutil.copy(finished, tmp_path / "book.xlsm"))
    if "path" in edit.__annotations__:
        edit(book)  # type: ignore[arg-type]
    else:
        change(book, edit)  # type: ignore[arg-type]
    line = next(line for line in examined(book) if line.title == title)
    assert line.state in (BAD, MIND)
    assert words in line.text


def test_there_are_more_than_forty() -> None:
    assert len(TAMPERINGS) > 100


# Books that nobody tampered with.


def states(book: Path) -> dict[str, str]:
    return {line.title: line.state for line in checked(book)}


def test_the_untouched_workbook_passes(finished: Path) -> None:
    lines = checked(finished)
    assert [line for line in lines if line.state != GOOD] == []
    assert "宏（" in next(line.text for line in lines if line.title == MACROS)


def test_saved_by_openpyxl_it_passes(finished: Path, tmp_path: Path) -> None:
    book = Path(shutil.copy(finished, tmp_path / "book.xlsm"))
    through(lambda _: None)(book)
    assert set(states(book).values()) == {GOOD}


def test_saved_by_libreoffice_without_macros_it_passes(finished: Path, tmp_path: Path) -> None:
    office = libreoffice.find_office()
    if office is None:
        pytest.skip("no LibreOffice")
    [book] = libreoffice.convert(office, [finished], "xlsx", tmp_path)
    lines = checked(book)
    assert [line for line in lines if line.state != GOOD] == []
    assert "这是不带宏的工作簿，没有宏可以核对" in [line.text for line in lines]
