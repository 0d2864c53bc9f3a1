"""LibreOffice, where it is installed, as an independent calculator of a copy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kongjian.office import convert, find_office, scratch

PATIENCE = 600
"""Seconds for one start; twenty copies of schools take a quarter of a minute."""
# OOXMLRecalcMode 0: calculate when a file is opened, whatever it holds
_CALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""


def recalculated(copy: Path, folder: Path, office: str) -> Path:
    """The copy opened, calculated anew and saved into `folder`. Raises KongjianError when that fails."""
    return recalculate_all([copy], folder, office)[0]


def recalculate_all(copies: Sequence[Path], folder: Path, office: str) -> list[Path]:
    """The copies (each of another name) calculated anew in one start of LibreOffice, which takes longer than a copy."""
    return convert(office, copies, "xlsx", folder, _CALCULATE, PATIENCE)


__all__ = ["PATIENCE", "find_office", "recalculate_all", "recalculated", "scratch"]
