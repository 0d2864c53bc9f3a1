"""Award lists in official form: 公示名单, and 表彰名单 with the plain list from which Word prints the certificates.

An award is named by its position (奖项1名称, 奖项1.学校名称), so that next year's names need no new template. Its section is
一、… with a ruled, numbered list, long ones in two columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.forms.design.looks import HEAD, MARGINS, NARROW, Looks, official_page
from kongjian.forms.lists import CERTIFICATES, COMMENDATION, PUBLICITY, count_mark, has_person, number_mark
from kongjian.rules import Rules
from kongjian.rules.model import Award

TWO_COLUMNS_FROM = 11
"""Places of an award from which its list stands in two columns."""
_DIGITS = "零一二三四五六七八九十"
_CERTIFICATE = (
    ("序号", 6), ("证书编号", 18), ("奖项", 34), ("学校名称", 26), ("姓名", 11), ("发证单位", 20), ("日期", 18),
)  # fmt: skip
_BLANKS = (
    "公示时间：____年__月__日至____年__月__日",
    "受理单位：________________　　联系人：____________",
    "监督电话：________________　　电子邮箱：____________",
)


@dataclass(frozen=True)
class Halves:
    """The two halves of a page: captions and widths in characters of each half's columns."""

    captions: tuple[str, ...]
    widths: tuple[float, ...]

    @property
    def last(self) -> int:
        """The page's last column, from 0."""
        return 2 * len(self.captions) - 1

    def set_columns(self, sheet: Worksheet) -> None:
        for k, width in enumerate(self.widths * 2):
            sheet.set_column(k, k, width)


@dataclass(frozen=True)
class _Part:
    """A caption and its mark over columns first..last, from 0."""

    caption: str
    mark: str
    first: int
    last: int


def chinese_number(number: int) -> str:
    """1–99 in Chinese numerals."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones or not tens else "")


def draw_sections(sheet: Worksheet, looks: Looks, halves: Halves, awards: Sequence[Award], row: int) -> int:
    """Draws a section for each award from `row` on; returns the next free row."""
    for k, award in enumerate(awards, start=1):
        unit = "人" if has_person(award) else "所"
        heading = f"{chinese_number(k)}、{{{{ 奖项{k}名称 }}}}（{{{{ {number_mark(award, k)} }}}}{unit}）"
        across(sheet, row, halves.last, heading, looks.get(HEAD, font_size=16, text_wrap=True), 32)
        _draw_list(sheet, looks, _parts(award, k, halves), row + 1)
        row += 3
    return row


def across(sheet: Worksheet, row: int, last: int, text: str, look: object, height: float) -> None:
    """A line over the whole width."""
    sheet.set_row(row, height)
    sheet.merge_range(row, 0, row, last, text, look)


def _parts(award: Award, k: int, halves: Halves) -> list[_Part]:
    """Where the columns of an award's list stand."""
    captions = [c for c in halves.captions if c != "姓名" or has_person(award)]
    if award.last - award.first + 1 >= TWO_COLUMNS_FROM:
        return [p for side in (0, 1) for p in _half(captions, k, halves, side)]
    middle = len(halves.captions)
    # the first half's columns belong to the school, those of the second to the others
    school = middle - (2 if has_person(award) else 1)
    ends = {"序号": 0, "学校名称": school, "姓名": middle, "得分": middle + 1, "备注": halves.last}
    start, out = 0, []
    for caption in captions:
        out.append(_Part(caption, f"{{{{ 奖项{k}.{caption} }}}}", start, ends[caption]))
        start = ends[caption] + 1
    return out


def _half(captions: Sequence[str], k: int, halves: Halves, side: int) -> list[_Part]:
    """One of the two columns of a long list; a column that is not wanted widens the one before."""
    first = side * len(halves.captions)
    starts = [first + halves.captions.index(c) for c in captions]
    ends = [s - 1 for s in starts[1:]] + [first + len(halves.captions) - 1]
    fields = ["并列" if c == "备注" else c for c in captions]
    return [
        _Part(c, f"{{{{ 奖项{k}.{'左右'[side]}.{field} }}}}", start, end)
        for c, field, start, end in zip(captions, fields, starts, ends, strict=True)
    ]


def _draw_list(sheet: Worksheet, looks: Looks, parts: Sequence[_Part], row: int) -> None:
    caption = looks.label(bold=True, font_size=11)
    sheet.set_row(row, 21)
    sheet.set_row(row + 1, 20)
    for p in parts:
        look = looks.label(font_size=11, num_format="0.00" if p.caption == "得分" else "General")
        for r, text, style in ((row, p.caption, caption), (row + 1, p.mark, look)):
            if p.first == p.last:
                sheet.write_string(r, p.first, text, style)
            else:
                sheet.merge_range(r, p.first, r, p.last, text, style)


_ANNEX_HALVES = Halves(("序号", "学校名称", "姓名", "备注"), (4, 25, 9, 5.5))


def draw_commendation(book: Workbook, looks: Looks, rules: Rules) -> None:
    """The annex and the certificates' data, one sheet each."""
    _draw_annex(book, looks, rules)
    _draw_certificates(book, looks)


def _draw_annex(book: Workbook, looks: Looks, rules: Rules) -> None:
    sheet = book.add_worksheet(COMMENDATION)
    official_page(sheet)
    sheet.repeat_rows(1, 2)
    _ANNEX_HALVES.set_columns(sheet)
    last = _ANNEX_HALVES.last
    across(sheet, 0, last, "附件", looks.get(HEAD, font_size=16), 28)
    across(sheet, 1, last, "{{ 评比名称 }}", looks.title(22), 36)
    across(sheet, 2, last, "表彰名单", looks.title(22), 40)
    note = f"（{{{{ {count_mark(rules)} }}}}，同一奖项按名次排列）"
    across(sheet, 3, last, note, looks.get(font_size=14, align="center", text_wrap=True), 26)
    row = draw_sections(sheet, looks, _ANNEX_HALVES, rules.awards, 4)
    across(sheet, row, last, "{{ 并列说明 }}", looks.get(font_size=12, text_wrap=True), 24)
    right = looks.get(font_size=16, align="right", indent=2)
    across(sheet, row + 2, last, "{{ 主办单位 }}", right, 28)
    across(sheet, row + 3, last, "{{ 日期 }}", right, 28)


def _draw_certificates(book: Workbook, looks: Looks) -> None:
    """One header row and nothing merged: what a mail merge takes."""
    sheet = book.add_worksheet(CERTIFICATES)
    official_page(sheet, landscape=True, margins=NARROW)
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    sheet.set_row(0, 24)
    sheet.set_row(1, 18)
    for k, (name, width) in enumerate(_CERTIFICATE):
        sheet.set_column(k, k, width)
        sheet.write_string(0, k, name, looks.label(font_size=11, bold=True))
        sheet.write_string(
            1, k, f"{{{{ 证书.{name} }}}}", looks.label(font_size=11, num_format="General" if k == 0 else "@")
        )


# nearer to the edges, as each page repeats the title
_NOTICE_MARGINS = {**MARGINS, "top": 28 / 25.4, "bottom": 26 / 25.4}
_NOTICE_HALVES = Halves(("序号", "学校名称", "姓名", "得分", "备注"), (4, 21.5, 7, 6.5, 5))


def draw_publicity(book: Workbook, looks: Looks, rules: Rules) -> None:
    """Title, opening paragraph, a section for each award, what is to be filled in, signature and date."""
    sheet = book.add_worksheet(PUBLICITY)
    official_page(sheet, margins=_NOTICE_MARGINS)
    sheet.repeat_rows(0, 1)
    _NOTICE_HALVES.set_columns(sheet)
    last = _NOTICE_HALVES.last
    across(sheet, 0, last, "{{ 评比名称 }}", looks.title(22), 36)
    across(sheet, 1, last, "拟表彰名单公示", looks.title(22), 40)
    body = looks.get(font_size=16, text_wrap=True, valign="top")
    opening = (
        "　　根据《{{ 方案名称 }}》，经平台数据统计、资格审核和全市排名，拟对{{ 评选时间 }}评选出的以下"
        f"{{{{ {count_mark(rules)} }}}}予以表彰，现予公示。公示期间对名单有异议的，请在公示时间内实名向受理单位反映。"
    )
    across(sheet, 2, last, opening, body, 72)
    row = draw_sections(sheet, looks, _NOTICE_HALVES, rules.awards, 3)
    across(sheet, row, last, "{{ 并列说明 }}", looks.get(font_size=12, text_wrap=True), 24)
    for k, line in enumerate(_BLANKS, start=1):
        across(sheet, row + k, last, f"　　{line}", looks.get(font_size=16), 28)
    right = looks.get(font_size=16, align="right", indent=2)
    across(sheet, row + 5, last, "{{ 主办单位 }}", right, 28)
    across(sheet, row + 6, last, "{{ 日期 }}", right, 28)
