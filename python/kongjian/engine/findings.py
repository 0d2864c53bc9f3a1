"""What was found in the data: coded here, worded by rules/problems.yaml, placed by the workbook adapter."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BEFORE_ROWS = 0
"""The row of a finding about a whole sheet."""


@dataclass(frozen=True)
class Finding:
    """One finding. `table` is an input table's id, `row` its worksheet row (1-based, 0 = the whole sheet),

    `column` a canonical column name, a column letter after "=", or "" for the whole row. `more` is for how many further
    rows below it stands, which have no finding of their own.
    """

    code: str
    table: str
    row: int = BEFORE_ROWS
    column: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    more: int = 0


class Findings(list[Finding]):
    """Findings in the order in which they were made."""

    most_rows = 10_000
    """Findings of one reason about the rows of a table; the last of them stands for the rest, see Finding.more."""

    def add(self, code: str, table: str, row: int = BEFORE_ROWS, column: str = "", **params: Any) -> None:
        self.append(Finding(code, table, int(row), column, params))

    def add_rows(self, code: str, table: str, rows: NDArray[np.int64], column: str, **params: Any) -> None:
        """The same of each of these rows, of which there may be a million."""
        self.extend(Finding(code, table, row, column, params) for row in rows[: self.most_rows].tolist())
        self.stand_for(len(rows) - self.most_rows)

    def stand_for(self, more: int) -> None:
        """The last finding stands for so many further rows, if any."""
        if more > 0:
            self[-1] = replace(self[-1], more=more)
