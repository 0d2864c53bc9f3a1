"""更正建议.xlsx: the corrections that schools propose; staff write 是 in 采纳 for those that they accept."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.base.text import fold
from kongjian.forms.template.filled_workbook import MADE_NAME
from kongjian.intake.sheets import rows_below_header
from kongjian.mailing.corrections import Correction
from kongjian.mailing.sent_values import Value, same
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.look.build_styles import AMBER_PALE, DEFAULT_FONT, GREY, SHADES, Styles
from kongjian.xlsx.finished_parts import no_calculation_on_load, read_parts, write_parts
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

FILE, SHEET, TABLE = "更正建议.xlsx", "更正建议", "Corrections"
COLUMNS = (
    "类别",
    "学校名称",
    "教师姓名",
    "账号",
    "项目",
    "发出时",
    "改为",
    "现值",
    "文件",
    "说明",
    "采纳",
    "状态",
)
"""发出时 is what the school was sent, 改为 what it wrote, 现值 what the book has."""
_WIDTHS = (8, 24, 11, 22, 16, 12, 12, 12, 30, 30, 9, 30)
_SENT = "发出时"
_FIRST_EDITION = [c for c in COLUMNS if c != _SENT]
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
        rows = rows_below_header(Reader(package), SHEET, _FIRST_EDITION, [_SENT])
    kinds = {label: kind for kind, label in OBJECT_LABELS.items()}
    lines = []
    for row in rows:
        kind, school, teacher, account, item = (str(c).strip() for c in row[:5])
        if kind not in kinds:
            raise KongjianError(f"{path.name} 的“类别”列有“{kind}”；应是学校或教师，请改好或删去这一行")
        wanted, now, sent = (_typed(row[k]) for k in (5, 6, 11))
        correction = Correction(
            kinds[kind], school, teacher, account, item, now, wanted, str(row[7]), str(row[8]), sent
        )
        lines.append(Line(correction, str(row[9]).strip(), str(row[10]).strip()))
    return lines


def _typed(cell: object) -> Value:
    return float(cell) if isinstance(cell, int | float) else str(cell or "").strip()


def merged(fresh: Sequence[Correction], old: Sequence[Line]) -> list[Line]:
    """The fresh proposals with what staff decided on the same ones before; what was carried out stays listed.

    What was carried out does not come back, whatever the book has since; only where the book has again what it had
    before, it was undone there and waits for a new decision. A decision holds for the three values that it was made on.
    """
    kept = [one for one in old if one.state == DONE]
    done = {(*one.correction.key, one.correction.wanted): one.correction for one in kept}
    decided: Mapping[object, Line] = {_decided_on(one.correction): one for one in old if one.state != DONE}
    for c in fresh:
        carried_out = done.get((*c.key, c.wanted))
        if carried_out is not None and not same(carried_out.now, c.now):
            continue
        before = decided.get(_decided_on(c))
        note = f"采纳过，后来本簿又改了回去{'；' if c.note else ''}{c.note}" if carried_out else c.note
        kept.append(Line(replace(c, note=note), before.accept if before else "", ""))
    return sorted(kept, key=lambda one: (fold(one.correction.school), one.correction.key))


def _decided_on(c: Correction) -> object:
    return (*c.key, c.now, c.wanted)


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
        cells: list[Value] = [OBJECT_LABELS[c.kind], c.school, c.teacher, c.account, c.item]
        cells += [c.sent, c.wanted, c.now, c.file, c.note, line.accept, line.state]
        for k, value in enumerate(cells):
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
