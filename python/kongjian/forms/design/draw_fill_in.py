"""The cells of an application form: captions, and cells to fill in with their name, guidance and validation.

Right of the page, where nothing is printed, stands what helps to fill it in: what is to be filled in in each row, and the
cells by which a row grows with its text.
"""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kongjian.forms.design.looks import Looks, official_page
from kongjian.rules.model_forms import Form, FormField

WIDTH = 716
"""Pixels of the columns that are printed. One page wide on a type area of 180 mm, a form is printed at 95 per cent."""
PAGE = 785
"""Points of rows on one page at that scale; the type area takes 797."""
TEXT_SIZE = 9.0
"""Of long texts and of cells with much in little room, in points."""
_MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), 15 / 25.4)
_GAP, _GUIDE = 16, 300  # pixels: off the page's edge, and the guidance
_SOONER = 8  # pixels by which a mirror is narrower than its text, so that the row is never too low
_UNPRINTED = "#FFFFFF"  # nor seen on the screen
DATE_LINE = "    年    月    日    "
_UNSEEN = (" ", "　", "CHAR(10)", "CHAR(13)")  # characters that do not count towards a text's length


class FillIn:
    """A form's sheet being drawn. Areas are A1 references such as B4 or B4:E4; several cells are merged."""

    def __init__(self, book: Workbook, looks: Looks, form: Form, name: str, widths: list[int]) -> None:
        self._book = book
        self._looks = looks
        self._fields = {f.name: f for f in form.fields}
        self._name = name
        self._widths = widths
        self._owed: dict[int, list[tuple[str, FormField]]] = {}
        self.sheet: Worksheet = book.add_worksheet(name)
        official_page(self.sheet, margins=_MARGINS)
        for column, width in enumerate([*widths, _GAP, _GUIDE]):
            self.sheet.set_column_pixels(column, column, width)

    def required(self, name: str) -> bool:
        """Whether the unit itself has to fill a field in."""
        return self._fields[name].required

    def caption(self, name: str) -> str:
        """What is printed beside or above a field."""
        return self._fields[name].caption or self._fields[name].label

    def rows(self, first: int, *heights: float) -> None:
        """Heights in points of the rows from `first` (1-based) on."""
        for row, height in enumerate(heights, start=first - 1):
            self.sheet.set_row(row, height)

    def text(self, area: str, text: str, look: Format) -> None:
        """A cell or merged area with a text that is printed."""
        first, last = _corners(area)
        if first != last:
            self.sheet.merge_range(*first, *last, text, look)
        elif text:
            self.sheet.write_string(*first, text, look)
        else:
            self.sheet.write_blank(*first, None, look)

    def label(self, area: str, text: str) -> None:
        self.text(area, text, self._looks.label())

    def fill(self, area: str, name: str, text: str = "", **look: Any) -> None:
        """The cell of a field: named, with guidance and validation; `text` is a mark or what is to be written over."""
        self.text(area, text, self.look(name, **look))
        self.named(area, name)
        self.guide(area, name)

    def look(self, name: str, **look: Any) -> Format:
        """A field's format: codes as text, long texts from the top. No ground, which would be printed."""
        kind = self._fields[name].kind
        wanted: dict[str, Any] = {"locked": False}
        if kind in ("phone", "postcode", "email", "date"):
            wanted |= {"num_format": "@", "align": "center"}
        if kind == "long_text":
            wanted |= {"valign": "top", "align": "left"}
        return self._looks.get({"border": 1, "text_wrap": True}, wanted, look)

    def grows(self, area: str, name: str, lines: int, height: float) -> None:
        """Lets the row of a merged area grow with its text, from so many lines and points on.

        No program does that for merged cells, so that one right of the page mirrors the text; a row that has such a mirror
        is filled without a fixed height. All such areas are of one width.
        """
        (row, first), (_, last) = _corners(area)
        mirror = len(self._widths) + 2
        self.sheet.set_column_pixels(mirror, mirror, sum(self._widths[first : last + 1]) - _SOONER)
        look = self.look(name, font_size=TEXT_SIZE, font_color=_UNPRINTED, border=0, indent=1)
        self.sheet.write_formula(row, mirror, f"={area.partition(':')[0]}", look, "")
        self.sheet.write_string(row, mirror + 1, "\n".join("." * lines), look)
        self.rows(row + 1, height)

    def guidance(self) -> None:
        """Says beside each row what is to be filled in there, short fields only as long as one of them is blank."""
        look = self._looks.get(font_name="微软雅黑", font_size=10, font_color="#B45309")
        done = self._book.add_format({"font_color": _UNPRINTED})
        for row, owed in self._owed.items():
            labels = "、".join(f.label for _, f in owed)
            limit = "".join(f"，不超过{f.longest}字" for _, f in owed if f.longest)
            self.sheet.write_string(row, len(self._widths) + 1, f"← 要填：{labels}{limit}", look)
            if all(f.kind != "long_text" for _, f in owed):
                filled = ",".join(f"SUMPRODUCT(LEN({area}))>0" for area, _ in owed)
                place = (row, len(self._widths) + 1) * 2
                self.sheet.conditional_format(
                    *place, {"type": "formula", "criteria": f"=AND({filled})", "format": done}
                )

    def named(self, area: str, name: str) -> None:
        """Gives an area a field's name."""
        first, last = _corners(area)
        if self.required(name):
            self._owed.setdefault(first[0], []).append((area, self._fields[name]))
        self._book.define_name(name, f"='{self._name}'!{xl_range_abs(*first, *last)}")

    def guide(self, area: str, name: str, title: str = "", hint: str = "") -> None:
        """Guidance while the cell is chosen, and a check of what is typed where its kind allows one."""
        field = self._fields[name]
        first, _ = _corners(area)
        rule = _check(field.kind, xl_rowcol_to_cell(*first), field.longest, field.label) or {
            "validate": "any"
        }
        message = hint or field.hint
        if field.kind == "long_text" and not name.endswith("Opinion"):
            message += "。写不下时请把这几行拉高" if not field.longest else "，段落之间按Alt+Enter"
        if message:
            rule |= {"input_title": title or field.label, "input_message": message}
        if len(rule) > 1:
            self.sheet.data_validation(area if title else xl_rowcol_to_cell(*first), rule)

    def choose(self, area: str, name: str, choices: list[str]) -> None:
        """A list to choose from, other words being asked about."""
        field = self._fields[name]
        words = {"input_title": field.label, "input_message": field.hint}
        asked = {"error_type": "warning", "error_title": field.label, "error_message": f"请填{field.hint}。"}
        first, _ = _corners(area)
        self.sheet.data_validation(*first, *first, {"validate": "list", "source": choices, **words, **asked})


def _check(kind: str, cell: str, longest: int, label: str) -> dict[str, Any]:
    """The validation of a kind of field, {} for none; codes are asked about, a text that is too long is refused."""
    asked = {"error_type": "warning", "error_title": label[:32]}
    if kind == "postcode":
        return {
            "validate": "length",
            "criteria": "==",
            "value": 6,
            **asked,
            "error_message": f"{label}是6位数字。",
        }
    if kind == "email":
        check = f'=ISNUMBER(FIND("@",{cell}))'
        return {"validate": "custom", "value": check, **asked, "error_message": "电子邮箱里要有“@”。"}
    if kind == "phone":
        rule = {"validate": "length", "criteria": ">=", "value": 7}
        return {**rule, **asked, "error_message": "电话号码不完整。"}
    if longest:
        refused = {"error_type": "stop", "error_title": label[:32]}
        message = f"不超过{longest}字，请删减后再填。"
        return {
            "validate": "custom",
            "value": f"={_written(cell)}<={longest}",
            **refused,
            "error_message": message,
        }
    return {}


def _written(cells: str) -> str:
    """The formula of how many characters a text has, as 字数 counts them."""
    counted = cells.partition(":")[0]
    for unseen in _UNSEEN:
        sought = unseen if unseen.startswith("CHAR") else f'"{unseen}"'
        counted = f'SUBSTITUTE({counted},{sought},"")'
    return f"LEN({counted})"


def _corners(area: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, _, last = area.partition(":")
    return xl_cell_to_rowcol(first), xl_cell_to_rowcol(last or first)
