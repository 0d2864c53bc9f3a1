"""Which scheme a workbook is of, and the rules of that scheme as this computer has them."""

from __future__ import annotations

from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.rule_sheet import SHEET as RULE_SHEET
from kongjian.intake.scheme_tables import named_scheme
from kongjian.intake.sheets import Sheets
from kongjian.rules import Rules, load_rules


def book_rules(sheets: Sheets, beside: Path | None) -> Rules:
    """The installed rules of the scheme that a workbook names; `beside` is the folder that it stands in.

    A workbook of the first edition names none: it is of the default one. Raises KongjianError for one that is not there.
    """
    return named_rules(sheets.grid(RULE_SHEET), beside)


def named_rules(grid: Grid | None, beside: Path | None = None) -> Rules:
    """The same by what its 规则 says."""
    scheme_id, where = named_scheme(grid) if grid else ("", "")
    try:
        return load_rules(scheme_id, beside)
    except KongjianError as error:
        if not where:
            raise
        raise KongjianError(f"{where}：{error}") from None
