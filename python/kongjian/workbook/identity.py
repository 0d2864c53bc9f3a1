"""Which scheme a workbook is of, and the rules of that scheme as this computer has them."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Grid
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.scheme_tables import check_definitions, named_scheme
from kongjian.intake.sheets import Sheets
from kongjian.rules import Rules, load_rules
from kongjian.workbook.layout import SCHEME_NAME

_FORGOTTEN = (
    f"{RULE_SHEET}：“方案编号”没有了，不知道本簿是哪个方案；请补上这一项，"
    "或按“恢复备份”找回“规则”，或把数据粘贴到新的工作簿"
)


class Names(Protocol):
    """The defined names of a workbook."""

    def carried(self, name: str) -> str:
        """The text that a defined name carries, "" for none."""

    def has_name(self, name: str) -> bool:
        """Whether there is such a name, whatever it refers to."""


class Named(Sheets, Names, Protocol):
    """A workbook whose defined names can be read."""


def book_rules(sheets: Named, beside: Path | None) -> Rules:
    """The installed rules of the scheme that a workbook names; `beside` is the folder that it stands in.

    A workbook of the first edition names none until it is calculated: it is of the default one. Raises KongjianError
    for one that is not there or defined otherwise, and where the workbook named one in a cell that is gone.
    """
    return named_rules(sheets.grid(RULE_SHEET), beside, sheets)


def named_rules(grid: Grid | None, beside: Path | None = None, names: Names | None = None) -> Rules:
    """The same by what its 规则 says, and where that says nothing by the name that the first calculation left."""
    scheme_id, where = named_scheme(grid) if grid else ("", "")
    if not where and names:
        scheme_id, where = names.carried(SCHEME_NAME), f"名称{SCHEME_NAME}"
        if not scheme_id and names.has_name(SCHEME_NAME):
            raise KongjianError(_FORGOTTEN)
        where = where if scheme_id else ""
    try:
        rules = load_rules(scheme_id, beside)
    except KongjianError as error:
        if not where:
            raise
        raise KongjianError(f"{where}：{error}") from None
    if grid:
        check_definitions(grid, rules)
    return rules


def nameless(sheets: Named) -> bool:
    """Whether a workbook names no scheme."""
    grid = sheets.grid(RULE_SHEET)
    return not (grid and named_scheme(grid)[0] or sheets.carried(SCHEME_NAME))
