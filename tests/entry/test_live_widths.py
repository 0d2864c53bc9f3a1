"""Widths in a running Excel follow the same rules as in a file; a window is asked only where headers were moved."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from kongjian.engine.frame import Frame, texts
from kongjian.entry.excel.live_widths import fit_inputs, fit_result
from kongjian.intake.sheets import Page
from kongjian.rules import load_rules
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.widths import Headers, frozen_columns, input_widths

RULES = load_rules()


@dataclass
class Excel:
    """A sheet whose columns have widths, in a window that freezes some of them."""

    widths: dict[int, float]
    frozen: int = 0
    log: list[str] = field(default_factory=list)

    def range(self, place: tuple[int, int]) -> Any:
        sheet = self

        class Cell:
            @property
            def column_width(self) -> float | None:
                return sheet.widths.get(place[1])

            @column_width.setter
            def column_width(self, width: float) -> None:
                sheet.widths[place[1]] = width

        return Cell()

    def activate(self) -> None:
        self.log.append("activated")

    @property
    def book(self) -> Any:
        return type("Book", (), {"app": type("App", (), {"api": type("Api", (), {"ActiveWindow": self})})})

    FreezePanes = True

    @property
    def SplitColumn(self) -> int:  # noqa: N802
        return self.frozen

    @SplitColumn.setter
    def SplitColumn(self, columns: int) -> None:  # noqa: N802
        assert not self.FreezePanes, "Excel moves a split only while nothing is frozen"
        self.frozen = columns


def test_empty_columns_are_narrow_and_wide_again() -> None:
    spec = output_sheet(RULES, "学校排名")
    usual = {k + 2: c.width for k, c in enumerate(spec.columns)}  # the table stands from column B on
    rows = Frame({n: texts(["x", "y"]) for n in spec.names}) | {"上次名次": np.array([np.nan, np.nan])}
    excel = Excel(dict(usual))
    fit_result(excel, Page(spec, Frame(rows), ""), 2)  # type: ignore[arg-type]
    at = spec.names.index("上次名次") + 2
    assert excel.widths == usual | {at: 5.0}
    fit_result(excel, Page(spec, Frame(rows | {"上次名次": np.array([1.0, np.nan])}), ""), 2)  # type: ignore[arg-type]
    assert excel.widths == usual


def test_moved_headers_take_their_widths_along_and_the_window_is_asked_only_then() -> None:
    table = RULES.table("teachers")
    widths = input_widths(table, table.names)
    shipped = frozen_columns(table.names, widths, RULES)
    excel = Excel(dict(enumerate(widths, start=1)), shipped)
    fit_inputs([(excel, Headers(table, table.names, RULES))])  # type: ignore[list-item]
    assert (excel.log, excel.frozen) == ([], shipped)
    cells = [table.names[k] for k in (2, 0, 1, *range(3, len(table.names)))]
    for _ in range(2):
        fit_inputs([(excel, Headers(table, cells, RULES))])  # type: ignore[list-item]
        assert [excel.widths[k] for k in (1, 2, 3)] == [widths[2], widths[0], widths[1]]
        assert (excel.log, excel.frozen, excel.FreezePanes) == (["activated"], 0, True)
