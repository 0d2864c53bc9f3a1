"""Makes an output sheet that a workbook lacks: plain, with its number formats; its table is added to it."""

from __future__ import annotations

from kongjian.base.grid import letter
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.strings import SharedStrings
from kongjian.xlsx.styles import StylesPart
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, OutputSheet
from kongjian.xlsx.xml_text import MAIN

FORMATS = {
    "account": "@", "score": "0.00", "average": "0.00##", "rate": "0.0%", "seconds": "0.00",
    "time": "yyyy-mm-dd hh:mm:ss", "rank": "0",
}  # fmt: skip
"""The number format of each kind of column that has one."""


def add_sheet(parts: Parts, styles: StylesPart, strings: SharedStrings, spec: OutputSheet) -> None:
    """Adds an empty sheet of this layout at the end."""
    codes = [FORMATS.get(c.kind, "General") for c in spec.columns]
    made = {code: styles.cell_format(code) for code in dict.fromkeys(codes)}
    cols = "".join(
        f'<col min="{k}" max="{k}" width="{c.width:g}" customWidth="1"/>'
        for k, c in enumerate(spec.columns, start=1)
    )
    blank = "".join(
        f'<c r="{letter(k)}{FIRST_ROW}" s="{made[code]}"/>' for k, code in enumerate(codes, start=1)
    )
    title = f'<row r="1"><c r="A1" t="s"><v>{strings.index(spec.sheet)}</v></c></row>'
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{HEADER_ROW}" topLeftCell="A{FIRST_ROW}" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols>'
        f'<sheetData>{title}<row r="{FIRST_ROW}">{blank}</row></sheetData>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/></worksheet>'
    )
    parts.add_sheet(spec.sheet, xml.encode())
