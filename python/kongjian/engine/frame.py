"""The engine's data frame: a dict of equally long numpy columns.

`pandas.DataFrame(frame)` takes it as it is, and `Frame.of` takes a pandas DataFrame; importing pandas
itself would cost a cold calculation more than all its work. Numbers are float64 with NaN for a blank,
texts are object columns of str with "" for a blank.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]


class Frame(dict[str, NDArray[Any]]):
    """Columns by name, all of one length."""

    @classmethod
    def of(cls, columns: Mapping[str, Any]) -> Frame:
        """A frame from anything that maps names to sequences: a dict, a Frame or a pandas DataFrame."""
        if isinstance(columns, cls):
            return columns
        return cls({str(name): _column(columns[name]) for name in columns})

    @classmethod
    def of_lines(
        cls, lines: Sequence[Sequence[Any]], names: Sequence[str], numeric: Collection[str]
    ) -> Frame:
        """The frame of lines of these columns; in one of numbers what is no number is a blank."""
        columns = zip(*lines, strict=True) if lines else ((),) * len(names)
        return cls(
            {
                name: np.array(
                    [v if isinstance(v, int | float) else np.nan for v in values], dtype=np.float64
                )
                if name in numeric
                else texts(map(str, values))
                for name, values in zip(names, columns, strict=True)
            }
        )

    @property
    def height(self) -> int:
        """The number of rows."""
        return len(next(iter(self.values()))) if self else 0

    def take(self, rows: NDArray[Any]) -> Frame:
        """The rows at these positions, or where this mask is true, in that order."""
        return Frame({name: column[rows] for name, column in self.items()})

    def having(self, **columns: NDArray[Any]) -> Frame:
        """A copy with these columns added or replaced."""
        return Frame({**self, **columns})


def texts(values: Iterable[str]) -> Texts:
    """An object column of str."""
    return objects(values)


def objects(values: Iterable[Any]) -> NDArray[np.object_]:
    """A column of anything, as it is."""
    items = list(values)
    out = np.empty(len(items), dtype=object)
    out[:] = items
    return out


def numbers(height: int) -> Floats:
    """A column of blanks."""
    return np.full(height, np.nan)


def _column(values: Any) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind == "M":
        return array.astype("datetime64[D]")
    if array.dtype.kind in "biuf":
        return array.astype(np.float64)
    return texts("" if v is None or v != v else v for v in array.tolist())
