"""The cells of an application form: captions, and cells to fill in with their name, guidance and validation."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_cell_to_rowcol, xl_range_abs, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from kongjian.forms.design.looks import TO_FILL, Looks, official_page
from kongjian.rules.model_forms import Form

WIDTH = 655
"""Pixels of all columns. One page wide on the type area of 156 mm, a form is printed at about 90 per cent."""
PAGE = 680
"""Points of rows on one page at that scale; the type area takes 708."""
DATE_LINE = "    年    月    日    "
_UNSEEN = (" ", "　", "CHAR(10)", "CHAR(13)")  # characters that do not count towards a text's length


class FillIn:
    """A form's sheet being drawn. Areas are A1 references such as B4 or B4:E4; several cells are merged."""

    def __init__(self, book: Workbook, looks: Looks, form: Form, name: str, widths: list[int]) -> None:
        self._book = book
        self._looks = looks
        self._fields = {f.name: f for f in form.fields}
        self._name = name
        self.sheet: Worksheet = book.add_worksheet(name)
        official_page(self.sheet)
        for column, width in enumerate(widths):
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
        if first == last:
            self.sheet.write_string(*first, text, look)
        else:
            self.sheet.merge_range(*first, *last, text, look)

    def label(self, area: str, text: str) -> None:
        self.text(area, text, self._looks.label())

    def fill(self, area: str, name: str, text: str = "", **look: Any) -> None:
        """The cell of a field: named, with guidance and validation; `text` is a mark or what is to be written over."""
        known = ("{{" in text and self._fields[name].kind == "text") or not self.required(name)
        self.text(area, text, self.look(name, known, **look))
        self.named(area, name)
        self.guide(area, name)

    def look(self, name: str, known: bool = False, **look: Any) -> Format:
        """A field's format: codes as text, long texts from the top, a light ground where something is to be filled in."""
        kind = self._fields[name].kind
        wanted: dict[str, Any] = {"locked": False} if known else {"locked": False, "bg_color": TO_FILL}
        if kind in ("phone", "postcode", "email", "date"):
            wanted |= {"num_format": "@", "align": "center"}
        if kind == "long_text":
            wanted |= {"valign": "top", "align": "left"}
        return self._looks.get({"border": 1, "text_wrap": True}, wanted, look)

    def named(self, area: str, name: str) -> None:
        """Gives an area a field's name."""
        first, last = _corners(area)
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
            "error_message": "邮编是6位数字。",
        }
    if kind == "email":
        check = f'=ISNUMBER(FIND("@",{cell}))'
        return {"validate": "custom", "value": check, **asked, "error_message": "电子邮箱里要有“@”。"}
    if kind == "phone":
        rule = {"validate": "length", "criteria": ">=", "value": 7}
        return {**rule, **asked, "error_message": "电话号码不完整。"}
    if longest:
        counted = cell
        for unseen in _UNSEEN:
            sought = unseen if unseen.startswith("CHAR") else f'"{unseen}"'
            counted = f'SUBSTITUTE({counted},{sought},"")'
        refused = {"error_type": "stop", "error_title": label[:32]}
        message = f"不超过{longest}字，请删减后再填。"
        return {
            "validate": "custom",
            "value": f"=LEN({counted})<={longest}",
            **refused,
            "error_message": message,
        }
    return {}


def _corners(area: str) -> tuple[tuple[int, int], tuple[int, int]]:
    first, _, last = area.partition(":")
    return xl_cell_to_rowcol(first), xl_cell_to_rowcol(last or first)
