"""Makes the workbook `kongjian.xlsm` from the rules: every sheet, table, name and chart."""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from kongjian.rules.model import Rules
from kongjian.workbook.layout import HOME, TEXTS, output_sheets, shown_at_opening
from kongjian.workbook.look.build_rules import add_rules
from kongjian.workbook.look.build_sheets import add_input, add_output
from kongjian.workbook.look.build_styles import DEFAULT_FONT, Styles
from kongjian.workbook.lookup_sheet import LOOKUP
from kongjian.workbook.shipped.build_home import add_home
from kongjian.workbook.shipped.build_lookup import add_lookup
from kongjian.workbook.shipped.help_sheet import add_help, add_texts
from kongjian.workbook.shipped.package_steps import finish, is_macro_enabled
from kongjian.xlsx.finished_parts import CALCULATION


@dataclass(frozen=True)
class Pasted:
    """What stands in one input sheet: the headers of row 3 (none: the canonical ones) and the cells below."""

    headers: list[str] = field(default_factory=list)
    rows: list[list[object]] = field(default_factory=list)


def build(rules: Rules, target: Path, pasted: Mapping[str, Pasted] | None = None) -> None:
    """Writes the workbook to `target`, with the pasted cells of each input table (by its id) if given."""
    pasted = pasted or {}
    unknown = set(pasted) - {t.id for t in rules.tables}
    if unknown:
        raise ValueError(f"no such input table: {'、'.join(sorted(unknown))}")
    with warnings.catch_warnings():
        # XlsxWriter only warns where it leaves something out
        warnings.simplefilter("error", UserWarning)
        finish(_package(rules, pasted, buttons=is_macro_enabled(target)), target)


def _package(rules: Rules, pasted: Mapping[str, Pasted], buttons: bool) -> bytes:
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True, "default_format_properties": dict(DEFAULT_FONT)})
    book.set_properties(
        {
            "title": rules.scheme.name,
            "subject": f"规则{rules.scheme.version}",
            # fixed, so that the same rules build the same file
            "created": datetime.fromisoformat(rules.scheme.checked),
        }
    )
    book.set_calc_mode("auto", CALCULATION)
    styles = Styles(book)
    home = book.add_worksheet(HOME)
    for table in rules.tables:
        given = pasted.get(table.id, Pasted())
        add_input(book, styles, rules, table, given.headers or table.names, given.rows)
    for output in output_sheets(rules):
        add_output(book, styles, rules, output)
    page = book.add_worksheet(LOOKUP)
    add_rules(book, styles, rules)
    add_help(book, styles, rules)
    add_texts(book, styles, rules)
    add_lookup(book, page, styles, rules)
    add_home(book, home, styles, rules, buttons)
    for sheet in book.worksheets():
        if sheet.get_name() == TEXTS:
            sheet.very_hidden()
        elif sheet.get_name() not in shown_at_opening(rules):
            sheet.hide()
    home.activate()
    book.set_tab_ratio(85)
    book.close()
    return buffer.getvalue()
