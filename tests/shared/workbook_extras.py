"""A workbook with all that staff and other programs put into theirs: what a calculation must leave alone."""

from __future__ import annotations

import io
import re
import struct
import zlib
from pathlib import Path

from pyopenvba import ExcelFile
from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from kongjian.rules import load_rules
from kongjian.workbook.layout import HOME, LOOKUP, output_sheets
from kongjian.workbook.look.build_rules import add_rules
from kongjian.workbook.look.build_sheets import add_input, add_output
from kongjian.workbook.look.build_styles import DEFAULT_FONT, Styles
from kongjian.workbook.shipped.build_home import add_home
from kongjian.workbook.shipped.help_sheet import add_help
from kongjian.workbook.shipped.package_steps import finish
from workbooks import Parts, change, everything, pasted, replace, sheet_part, table_part

MODULE = 'Attribute VB_Name = "Hand"\r\nSub Hello()\r\n    MsgBox "hello"\r\nEnd Sub\r\n'
OWN = "我的统计"
NOTE_COLUMN = 12  # right of 问题清单, whose table ends at column 10
BELOW = 400  # below all rows of data
_UI = (
    '<customUI xmlns="http://schemas.microsoft.com/office/{space}/customui"><ribbon><tabs><tab id="{id}" '
    'label="空间评比"><group id="g{id}" label="计算"><button id="b{id}" label="重新计算排名" onAction="Hello"/>'
    "</group></tab></tabs></ribbon></customUI>"
)
_RIBBON = {
    "customUI/customUI14.xml": ("2009/07", "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility"),
}  # fmt: skip


def rich_book(path: Path) -> Path:
    """An .xlsm with more VBA, a second ribbon, an own sheet, charts, comments, pictures and formats; never calculated."""
    rules = load_rules()
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)})
    styles = Styles(book)
    home = book.add_worksheet(HOME)
    given = pasted(rules, everything())
    for table in rules.tables:
        add_input(book, styles, rules, table, table.names, given[table.id].rows)
    for output in output_sheets(rules):
        add_output(book, styles, rules, output)
    add_rules(book, styles, rules)
    add_help(book, styles, rules)
    add_home(book, home, styles, rules, buttons=True)
    _input_extras(book, _sheet(book, "学校数据"))
    _output_extras(book, _sheet(book, "学校排名"))
    _output_extras(book, _sheet(book, "问题清单"))
    _own_sheet(book, book.add_worksheet(OWN))
    book.add_worksheet(LOOKUP)  # which 月度跟踪 leads to
    home.insert_button("J3", {"macro": "Hello", "caption": "重新计算排名", "width": 120, "height": 30})
    book.define_name("MyLimit", f"='{OWN}'!$B$2")
    book.define_name(f"'{OWN}'!LocalName", f"='{OWN}'!$A$1:$B$3")
    book.set_custom_property("批次", "2021年上半年")
    book.close()
    finish(buffer.getvalue(), path)
    _add_macros(path)
    return change(path, _add_parts)


def _sheet(book: Workbook, name: str) -> Worksheet:
    sheet = book.get_worksheet_by_name(name)
    assert sheet is not None
    return sheet


def _input_extras(book: Workbook, sheet: Worksheet) -> None:
    """A column of one's own with formulas, a changed width and format, a comment, a hidden row and a link."""
    width = len(load_rules().table("schools").names)
    marked = book.add_format({"bg_color": "#FFFF00", "num_format": "0.000"})
    sheet.write_string(2, width, "本人备注")
    for row in range(3, 8):
        sheet.write_formula(row, width, f"=LEN(A{row + 1})", marked, 7)
    sheet.set_column(width, width, 33.5, marked)
    sheet.write_comment(3, 0, "这所学校已核对")
    sheet.set_row(20, 40, None, {"hidden": True})
    sheet.write_url(20, 0, "https://www.example.org/", string="省平台")


def _output_extras(book: Workbook, sheet: Worksheet) -> None:
    """Formats on the first data row, a note column beside the table, sparklines, data bars, notes, protection."""
    marked = book.add_format({"bg_color": "#CCFFCC", "num_format": "0.0000"})
    sheet.set_column(2, 2, 41.25)
    sheet.write_blank(3, 2, None, marked)
    sheet.write_string(2, NOTE_COLUMN - 1, "备注")
    for row in range(3, 9):
        sheet.write_string(row, NOTE_COLUMN - 1, f"备注{row - 2}")
    sheet.write_formula(3, NOTE_COLUMN, "=C4*2", None, 0)
    sheet.write_string(BELOW - 1, 0, "本表由装备站核对")
    sheet.write_url(BELOW, 0, "https://www.example.org/规则", string="省平台")
    sheet.write_comment(2, 2, "得分以平台为准")
    sheet.conditional_format("C4:C40", {"type": "data_bar", "data_bar_2010": True, "bar_color": "#63C384"})
    sheet.add_sparkline("K4", {"range": f"{sheet.get_name()}!C4:C8"})
    sheet.data_validation("I4:I40", {"validate": "list", "source": ["已核对", "未核对"]})
    sheet.insert_image("M2", "dot.png", {"image_data": io.BytesIO(_png()), "description": "印章"})
    sheet.unprotect_range("I4:I40", "notes")
    sheet.set_header("&C赤壁市")
    sheet.set_h_pagebreaks([30])


def _own_sheet(book: Workbook, sheet: Worksheet) -> None:
    """A sheet of one's own that reads the results, with a chart over them."""
    sheet.write_string("A1", "第一名得分")
    sheet.write_formula("B1", "=学校排名!C4", None, 0)
    sheet.write_string("A2", "平均")
    sheet.write_formula("B2", "=AVERAGE(学校排名!C4:C200)", None, 0)
    sheet.write_formula("B3", "=SUM(SchoolRanking[得分])", None, 0)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=学校排名!$C$4:$C$8", "categories": "=学校排名!$B$4:$B$8", "name": "得分"})
    sheet.insert_chart("D2", chart, {"description": "前五名"})


def _png() -> bytes:
    """A picture of one red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixel = chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00"))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixel + chunk(b"IEND", b"")


def _add_macros(path: Path) -> None:
    book = ExcelFile(path)
    book.vba_project().add_module("Hand", MODULE)
    book.save()
    book.close()


def _add_parts(parts: Parts) -> None:
    """A ribbon of one's own and the list of formula cells, which the makers above leave out."""
    relations = ""
    for number, (name, (space, kind)) in enumerate(_RIBBON.items()):
        parts[name] = _UI.format(space=space, id=f"t{number}").encode()
        relations += f'<Relationship Id="rIdUI{number}" Type="{kind}" Target="{name}"/>'
    replace(parts, "_rels/.rels", b"</Relationships>", f"{relations}</Relationships>".encode())
    list_formulas(parts)


def list_formulas(parts: Parts) -> None:
    """Writes the calculation chain as Excel does: every cell that holds a formula."""
    if "xl/calcChain.xml" not in parts:
        _announce_chain(parts)
    names = re.findall(rb'<sheet name="([^"]+)" sheetId="(\d+)"', parts["xl/workbook.xml"])
    found = []
    for name, number in names:
        xml = parts[sheet_part(parts, name.decode())]
        for ref in re.findall(rb'<c r="([A-Z]+\d+)"[^>]*><f', xml):
            found.append(f'<c r="{ref.decode()}" i="{number.decode()}"/>')
    parts["xl/calcChain.xml"] = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<calcChain xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"{''.join(found)}</calcChain>"
    ).encode()


def _announce_chain(parts: Parts) -> None:
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"
    item = f'<Override PartName="/xl/calcChain.xml" ContentType="{types}"/></Types>'
    replace(parts, "[Content_Types].xml", b"</Types>", item.encode())
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"
    item = f'<Relationship Id="rIdChain" Type="{kind}" Target="calcChain.xml"/></Relationships>'
    replace(parts, "xl/_rels/workbook.xml.rels", b"</Relationships>", item.encode())


def use(parts: Parts) -> None:
    """What staff do to a calculated workbook: a filter with hidden rows, and a formula inside a result."""
    table = table_part(parts, "SchoolRanking")
    found = re.search(rb'<autoFilter ref="([^"]+)"/>', parts[table])
    assert found is not None
    filtered = (
        b'<filterColumn colId="1"><filters><filter val="\xe8\xbd\xa6\xe5\x9f\xa0"/></filters></filterColumn>'
    )
    replace(parts, table, found[0], b'<autoFilter ref="' + found[1] + b'">' + filtered + b"</autoFilter>")
    sheet = sheet_part(parts, "学校排名")
    for row in (5, 6):
        replace(parts, sheet, b'<row r="%d"' % row, b'<row r="%d" hidden="1"' % row)
    cell = re.search(rb'<c r="C5"( s="\d+")?><v>[^<]*</v></c>', parts[sheet])
    assert cell is not None
    replace(parts, sheet, cell[0], b'<c r="C5"' + (cell[1] or b"") + b"><f>C4-0.01</f><v>99.98</v></c>")
    list_formulas(parts)
