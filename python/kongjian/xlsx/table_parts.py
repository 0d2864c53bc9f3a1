"""Tables of output sheets: what one is, and its part in the package."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TITLE_ROW, SUBTITLE_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3, 4


WRAP_FROM = 28
ColumnKind = Literal[
    "text", "account", "rank", "count", "average", "score", "rate", "seconds", "time", "link", "answer"
]


Role = Literal["result", "evidence"]


@dataclass(frozen=True)
class OutColumn:
    """One output column: its header, how its values look, its width in characters."""

    name: str
    kind: ColumnKind
    width: float

    @property
    def wraps(self) -> bool:
        """Whether long texts in it go on in a further line."""
        return self.kind == "text" and self.width >= WRAP_FROM


@dataclass(frozen=True)
class OutputSheet:
    """One output sheet with its one table; the table's first row is HEADER_ROW. Where staff type, it is not protected."""

    sheet: str
    table: str
    columns: tuple[OutColumn, ...]
    role: Role
    purpose: str
    protected: bool = True

    @property
    def names(self) -> list[str]:
        return [c.name for c in self.columns]
