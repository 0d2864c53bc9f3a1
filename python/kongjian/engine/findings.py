"""What was found in the data: coded here, worded by rules/problems.yaml, placed by the workbook adapter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

BEFORE_ROWS = 0
"""The row of a finding about a whole sheet."""


@dataclass(frozen=True)
class Finding:
    """One finding. `table` is an input table's id, `row` its worksheet row (1-based, 0 = the whole sheet),

    `column` a canonical column name, a column letter after "=", or "" for the whole row.
    """

    code: str
    table: str
    row: int = BEFORE_ROWS
    column: str = ""
    params: dict[str, Any] = field(default_factory=dict)


class Findings(list[Finding]):
    """Findings in the order in which they were made."""

    def add(self, code: str, table: str, row: int = BEFORE_ROWS, column: str = "", **params: Any) -> None:
        self.append(Finding(code, table, int(row), column, params))
