"""The package steps after XlsxWriter: what turns its .xlsx into the workbook that is shipped."""

from __future__ import annotations

from pathlib import Path

from kongjian.workbook.shipped.ribbon import with_ribbon
from kongjian.workbook.shipped.vba_project import with_project
from kongjian.xlsx.finished_parts import (
    FinishedParts,
    Step,
    macro_content_type,
    no_calculation_on_load,
    read_parts,
    texts_of_formulas,
    write_parts,
    zipped,
)


def finish(built: bytes, target: Path) -> None:
    """Puts the built package through its steps and writes it to `target`, at once and whole."""
    parts = read_parts(built)
    for step in steps(target):
        step(parts)
    write_parts(parts, target)


def steps(target: Path) -> list[Step]:
    """The steps for this kind of file, in order."""
    macros = [macro_content_type, vba_project, with_ribbon] if is_macro_enabled(target) else []
    return [no_calculation_on_load, texts_of_formulas, *macros]


def is_macro_enabled(target: Path) -> bool:
    return target.suffix.lower() == ".xlsm"


def vba_project(parts: FinishedParts) -> None:
    """Puts the macros in, with the names that tie each sheet to its module."""
    parts.update(read_parts(with_project(zipped(parts))))
