"""Makes an output sheet that a workbook lacks: plain, with its table and its number formats."""

from __future__ import annotations

import re

from kongjian.base.grid import letter
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.sheet_part import SheetPart
from kongjian.xlsx.strings import SharedStrings, escape
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, OutputSheet

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_FORMATS = {
    "account": "@", "score": "0.00", "average": "0.00##", "rate": "0.0%", "seconds": "0.00",
    "time": "yyyy-mm-dd hh:mm:ss", "rank": "0", "count": "0",
}  # fmt: skip


def add_sheet(parts: Parts, strings: SharedStrings, spec: OutputSheet) -> str:
    """Adds an empty sheet of this layout at the end; returns its part's name."""
    folder = parts.package.workbook.rpartition("/")[0]
    base = f"{folder}/worksheets" if folder else "worksheets"
    number = 1
    while parts.taken(f"{base}/sheet{number}.xml"):
        number += 1
    part = f"{base}/sheet{number}.xml"
    styles = _styles(parts, [_FORMATS.get(c.kind, "General") for c in spec.columns])
    cols = "".join(
        f'<col min="{k}" max="{k}" width="{c.width:g}" customWidth="1"/>'
        for k, c in enumerate(spec.columns, start=1)
    )
    blank = "".join(f'<c r="{letter(k)}{FIRST_ROW}" s="{s}"/>' for k, s in enumerate(styles, start=1))
    title = f'<row r="1"><c r="A1" t="s"><v>{strings.index(spec.sheet)}</v></c></row>'
    xml = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet xmlns="{MAIN}">'
        '<sheetViews><sheetView workbookViewId="0">'
        f'<pane ySplit="{HEADER_ROW}" topLeftCell="A{FIRST_ROW}" activePane="bottomLeft" state="frozen"/>'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols>'
        f'<sheetData>{title}<row r="{FIRST_ROW}">{blank}</row></sheetData>'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/></worksheet>'
    )
    parts.set_part(part, xml.encode())
    parts.add_content_type(part, "worksheet")
    relationship = parts.add_relationship(parts.package.workbook, "worksheet", part)
    _name_sheet(parts, spec.sheet, relationship)
    return part


def add_table(parts: Parts, sheet_part: str, sheet: SheetPart, spec: OutputSheet) -> str:
    """Adds the table to a sheet that has none of this name; returns the table part's name."""
    folder = parts.package.workbook.rpartition("/")[0]
    number = 1
    while parts.taken(part := f"{folder + '/' if folder else ''}tables/tableK{number}.xml"):
        number += 1
    others = [n for n in parts.package.names if "/tables/" in f"/{n}" and n.endswith(".xml")]
    ids = [0]
    for name in others:
        ids += [int(i) for i in re.findall(r"<(?:\w+:)?table\b[^>]*?\sid=\"(\d+)\"", parts.text(name))]
    _set_aside(parts, others, spec.table)
    ref = f"A{HEADER_ROW}:{letter(len(spec.columns))}{FIRST_ROW}"
    parts.set_part(part, (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<table xmlns="{MAIN}" id="{max(ids) + number}" '
        f'name="{spec.table}" displayName="{spec.table}" ref="{ref}" totalsRowShown="0"><autoFilter ref="{ref}"/>'
        f'{table_columns(spec)}<tableStyleInfo name="TableStyleLight9" showFirstColumn="0" showLastColumn="0" '
        'showRowStripes="1" showColumnStripes="0"/></table>'
    ).encode())  # fmt: skip
    parts.add_content_type(part, "table")
    sheet.add_table_part(parts.add_relationship(sheet_part, "table", part))
    return part


def _set_aside(parts: Parts, tables: list[str], name: str) -> None:
    """Renames a table of this name that stands on a sheet which staff renamed: two would break the file."""
    taken = re.compile(rf'(\s(?:displayName|name)="{re.escape(name)})(")', re.IGNORECASE)
    known = "".join(parts.text(t) for t in tables)
    number = 1
    while f'"{name}_{number}"'.lower() in known.lower():
        number += 1
    for table in tables:
        xml = parts.text(table)
        opening = re.search(r"<(?:\w+:)?table\b[^>]*>", xml)
        if opening and taken.search(opening[0]):
            renamed = taken.sub(rf"\g<1>_{number}\2", opening[0])
            parts.set_part(table, f"{xml[: opening.start()]}{renamed}{xml[opening.end() :]}".encode())


def table_columns(spec: OutputSheet, p: str = "") -> str:
    """The column list of a table, in the XML prefix `p`."""
    columns = "".join(
        f'<{p}tableColumn id="{k}" name="{escape(n)}"/>' for k, n in enumerate(spec.names, start=1)
    )
    return f'<{p}tableColumns count="{len(spec.names)}">{columns}</{p}tableColumns>'


def _name_sheet(parts: Parts, name: str, relationship: str) -> None:
    xml = parts.text(parts.package.workbook)
    ids = [int(i) for i in re.findall(r'\bsheetId="(\d+)"', xml)]
    sheets = re.search(r"</((?:\w+:)?)sheets>", xml)
    assert sheets is not None
    item = (
        f'<{sheets[1]}sheet name="{escape(name)}" sheetId="{max(ids) + 1}" '
        'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" '
        f'r:id="{relationship}"/>'
    )
    parts.set_part(parts.package.workbook, (xml[: sheets.start()] + item + xml[sheets.start() :]).encode())


def _styles(parts: Parts, formats: list[str]) -> list[int]:
    """A cell style for each number format, added to the workbook's styles where it is not General."""
    part = parts.related("styles")
    if not part:
        return [0] * len(formats)
    xml = parts.text(part)
    made: dict[str, int] = {"General": 0}
    for text in formats:
        if text not in made:
            xml, made[text] = _add_format(xml, text)
    parts.set_part(part, xml.encode())
    return [made[text] for text in formats]


def _add_format(xml: str, text: str) -> tuple[str, int]:
    built_in = {"@": 49, "0.00": 2, "0": 1}
    number = built_in.get(text)
    if number is None:
        used = [int(i) for i in re.findall(r'<(?:\w+:)?numFmt\b[^>]*?numFmtId="(\d+)"', xml)]
        number = max([163, *used]) + 1
        xml = _append(xml, "numFmts", f'numFmt numFmtId="{number}" formatCode="{text}"', before="fonts")
    xml = _append(
        xml,
        "cellXfs",
        f'xf numFmtId="{number}" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"',
    )
    block = re.search(r"<(?:\w+:)?cellXfs\b.*?</(?:\w+:)?cellXfs>", xml, re.DOTALL)
    assert block is not None
    return xml, len(re.findall(r"<(?:\w+:)?xf\b", block[0])) - 1


def _append(xml: str, tag: str, item: str, before: str = "") -> str:
    """Adds an item to a counted list of the styles, making the list where it is not there."""
    block = re.search(rf"<((?:\w+:)?){tag}\b[^>]*?(?:/>|>(.*?)</\1{tag}>)", xml, re.DOTALL)
    if block is None:
        at = re.search(rf"<((?:\w+:)?){before}\b", xml)
        assert at is not None
        p = at[1]
        return f'{xml[: at.start()]}<{p}{tag} count="1"><{p}{item}/></{p}{tag}>{xml[at.start() :]}'
    p, items = block[1], block[2] or ""
    count = len(re.findall(rf"<{p}{item.split(' ', 1)[0]}\b", items)) + 1
    return (
        f'{xml[: block.start()]}<{p}{tag} count="{count}">{items}<{p}{item}/></{p}{tag}>{xml[block.end() :]}'
    )
