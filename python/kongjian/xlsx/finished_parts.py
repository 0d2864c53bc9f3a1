"""A package made by a program as its parts in memory, written with fixed dates so that it is the same every time."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

from kongjian.base.files import replace_bytes

FinishedParts = dict[str, bytes]
Step = Callable[[FinishedParts], None]
_XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_XLSM = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
_EMPTY_TEXT = re.compile(rb'(<c r="[A-Z]+\d+"(?: s="\d+")?)(><f>[^<]*</f><v)></v>')
CALCULATION = 191029
"""The calculation engine of Excel 2019 and later: an older one would make Excel calculate and ask to save."""
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def no_calculation_on_load(parts: FinishedParts) -> None:
    """Every formula holds its value; recalculating would only make Excel ask to save on closing."""
    parts["xl/workbook.xml"] = re.sub(rb' fullCalcOnLoad="[^"]*"', b"", parts["xl/workbook.xml"])


def texts_of_formulas(parts: FinishedParts) -> None:
    """XlsxWriter writes a formula that shows nothing as an empty number, which is none."""
    for name in [n for n in parts if n.startswith("xl/worksheets/sheet")]:
        parts[name] = _EMPTY_TEXT.sub(rb'\1 t="str"\2></v>', parts[name])


def macro_content_type(parts: FinishedParts) -> None:
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(_XLSX, _XLSM)


def read_parts(package: bytes) -> FinishedParts:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(parts: FinishedParts, target: Path) -> None:
    """Puts the package in the place of `target`, whole or not at all; an old file is kept as .bak."""
    replace_bytes(target, zipped(parts))


def zipped(parts: FinishedParts) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(_entry(part), content)
    return buffer.getvalue()


def _entry(part: str) -> zipfile.ZipInfo:
    """A zip entry that is the same on every machine and every day."""
    entry = zipfile.ZipInfo(part, _ZIP_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.create_system = 0
    entry.external_attr = 0
    return entry
