"""What follows the rows of a filled sheet: references that move, the marks in formulas, columns to hide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.base.grid import letter
from kongjian.forms.template.sheet_filler import Filled
from kongjian.xlsx.cell_xml import tag
from kongjian.xlsx.references import Mover

_ADDRESS = re.compile(r"(?:'((?:[^']|'')+)'!)?\{\{ (@?)([^{}]+?) \}\}")


def move_places(filled: Filled, mover: Mover) -> None:
    """Moves formulas, validations, formats, links and page breaks of a filled sheet."""
    rows, root = filled.rows, filled.root
    for f, before, now in filled.moved:
        f.text = mover.move(f.text or "", (before, now))
        if f.get("ref"):
            f.set("ref", rows.area(f.get("ref")))
    for element in root.iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name == "sheetProtection" or name in ("c", "row", "mergeCell", "f"):
            continue
        if element.get("sqref"):
            element.set("sqref", rows.areas(element.get("sqref")))
        if name in ("hyperlink", "autoFilter") and element.get("ref"):
            element.set("ref", rows.area(element.get("ref")))
        if name in ("formula1", "formula2", "formula") and element.text:
            element.text = mover.move(element.text)
        if name == "brk" and element.getparent().tag == tag("rowBreaks"):
            element.set("id", str(rows.last(int(element.get("id")))))


def name_cells(filled: Filled, others: Mapping[str, Filled]) -> None:
    """Addresses for the marks in formulas that came as values.

    {{ 指标.得分 }} is all of its cells, {{ @指标.得分 }} the one in the formula's own row,
    '专家1'!{{ 单位.评审分 }} cells of another sheet. Raises KongjianError where the template has no such mark.
    """

    def address(row: int, m: re.Match[str]) -> str:
        sheet = others[m[1].replace("''", "'")] if m[1] else filled
        if m[3] not in sheet.places:
            raise KongjianError(f"模板里没有 {{{{ {m[3]} }}}}，公式要用到它；请补上，或用原来的模板")
        column, first, last = sheet.places[m[3]]
        if m[2]:
            return f"{letter(column)}{row}"
        area = f"${letter(column)}${first}" + (f":${letter(column)}${last}" if last > first else "")
        return f"'{m[1]}'!{area}" if m[1] else area

    for f, row in filled.given:
        f.text = _ADDRESS.sub(partial(address, row), f.text)


def hide_columns(filled: Filled, marks: Sequence[str]) -> None:
    """Hides the columns in which these marks stand."""
    hidden = sorted({filled.places[m][0] for m in marks if m in filled.places})
    cols = filled.root.find(tag("cols"))
    if cols is None:
        cols = etree.Element(tag("cols"))
        filled.root.find(tag("sheetData")).addprevious(cols)
    for number in hidden:
        near = [c for c in cols if int(c.get("min")) <= number <= int(c.get("max"))]
        given = dict(near[0].attrib) if near else {"min": str(number), "max": str(number), "width": "9"}
        low, high = int(given["min"]), int(given["max"])
        for first, last in ((low, number - 1), (number, number), (number + 1, high)):
            if first <= last:
                own = {"hidden": "1"} if first == number else {}
                etree.SubElement(cols, tag("col"), {**given, "min": str(first), "max": str(last), **own})
        for c in near:
            cols.remove(c)
    cols[:] = sorted(cols, key=lambda c: int(c.get("min")))
    if not len(cols):
        filled.root.remove(cols)
