"""更正建议.xlsx: the corrections that schools propose; staff write 是 in 采纳 for those that they accept."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.base.text import fold
from kongjian.forms.template.filled_workbook import MADE_NAME
from kongjian.intake.sheets import rows_below_header
from kongjian.mailing.corrections import Correction, Value
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.look.build_styles import AMBER_PALE, DEFAULT_FONT, GREY, SHADES, Styles
from kongjian.xlsx.finished_parts import no_calculation_on_load, read_parts, write_parts
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

FILE, SHEET, TABLE = "更正建议.xlsx", "更正建议", "Corrections"
COLUMNS = ("类别", "学校名称", "教师姓名", "账号", "项目", "现值", "改为", "文件", "说明", "采纳", "状态")
_WIDTHS = (8, 24, 11, 22, 16, 12, 12, 30, 30, 9, 30)
ACCEPTED, DONE = "是", "已采纳"
_HEADER = 3


@dataclass(frozen=True)
class Line:
    """A proposed correction with what staff decided and what became of it."""

    correction: Correction
    accept: str = ""
    state: str = ""


def read_list(path: Path) -> list[Line]:
    """The lines of the list as it is now; [] where there is none."""
    if not path.is_file():
        return []
    with Package(path) as package:
        rows = rows_below_header(Reader(package), SHEET, list(COLUMNS))
    kinds = {label: kind for kind, label in OBJECT_LABELS.items()}
    lines = []
    for row in rows:
        kind, school, teacher, account, item = (str(c).strip() for c in row[:5])
        if kind not in kinds:
            raise KongjianError(f"{path.name} 的“类别”列有“{kind}”；应是学校或教师，请改好或删去这一行")
        now, wanted = (_typed(c) for c in row[5:7])
        correction = Correction(
            kinds[kind], school, teacher, account, item, now, wanted, str(row[7]), str(row[8])
        )
        lines.append(Line(correction, str(row[9]).strip(), str(row[10]).strip()))
    return lines


def _typed(cell: object) -> Value:
    return float(cell) if isinstance(cell, int | float) else str(cell or "").strip()


def merged(fresh: Sequence[Correction], old: Sequence[Line]) -> list[Line]:
    """The fresh proposals with what staff decided on the same ones before; what was carried out stays listed.

    A proposal that was carried out and is fresh again was undone in the workbook: it waits for a new decision.
    """
    kept = [one for one in old if one.state == DONE]
    decided: Mapping[object, Line] = {
        (*one.correction.key, one.correction.wanted): one for one in old if one.state != DONE
    }
    for c in fresh:
        before = decided.get((*c.key, c.wanted))
        kept.append(Line(c, before.accept if before else "", ""))
    return sorted(kept, key=lambda one: (fold(one.correction.school), one.correction.key))


def write_list(path: Path, lines: Sequence[Line], subtitle: str) -> None:
    """Writes the list, whole or not at all; the one that was there is kept as .bak."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)}
    book = Workbook(buffer, {**options, "strings_to_formulas": False, "strings_to_urls": False})
    styles, sheet = Styles(book), book.add_worksheet(SHEET)
    book.define_name(MADE_NAME, '="corrections"')  # it lies among the returned files and is none
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER - 1)
    sheet.freeze_panes(_HEADER, 2)
    sheet.write_string(0, 0, "学校交回的更正", styles.get(bold=True, font_size=14))
    sheet.write_string(1, 0, f"{subtitle}；同意的在“采纳”列写“是”，再收取一次", styles.get(font_color=GREY))
    plain, to_fill = styles.get(text_wrap=True), styles.get(bg_color=AMBER_PALE, align="center")
    for k, width in enumerate(_WIDTHS):
        sheet.set_column(k, k, width)
    for r, line in enumerate(lines, start=_HEADER):
        c = line.correction
        cells: list[Value] = [OBJECT_LABELS[c.kind], c.school, c.teacher, c.account, c.item, c.now, c.wanted]
        for k, value in enumerate([*cells, c.file, c.note, line.accept, line.state]):
            sheet.write(r, k, value, to_fill if COLUMNS[k] == "采纳" else plain)
    last = _HEADER + max(len(lines), 1) - 1
    sheet.data_validation(
        _HEADER, COLUMNS.index("采纳"), last, COLUMNS.index("采纳"),
        {"validate": "list", "source": [ACCEPTED, "否"], "ignore_blank": True},
    )  # fmt: skip
    header = styles.get(bold=True, bg_color=SHADES["result"].light, text_wrap=True, align="center")
    sheet.add_table(
        _HEADER - 1, 0, last, len(COLUMNS) - 1,
        {"name": TABLE, "style": "Table Style Light 1", "columns": [{"header": c, "header_format": header} for c in COLUMNS]},
    )  # fmt: skip
    book.close()
    parts = read_parts(buffer.getvalue())
    no_calculation_on_load(parts)
    write_parts(parts, path)
