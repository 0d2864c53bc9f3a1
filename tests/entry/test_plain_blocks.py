"""Which blocks go to Excel as they are, in one question, and which through xlwings, which makes them fit for it."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from kongjian.entry.excel.live_cells import put


@pytest.mark.parametrize(
    ("cells", "written"),
    [
        (["=1+1", 2, 0.5, True, ""], {"raw_value": [["=1+1", 2, 0.5, True, ""]]}),
        (["", None], {"raw_value": [["", ""]]}),
        ([dt.date(2021, 7, 31), "甲"], {"value": [[dt.date(2021, 7, 31), "甲"]]}),
        ([np.float64(0.5)], {"value": [[0.5]]}),
    ],
)
def test_a_block(cells: list[Any], written: dict[str, Any]) -> None:
    area: Any = SimpleNamespace()
    put(area, [cells])
    assert vars(area) == written


def test_what_is_no_number_is_left_to_xlwings() -> None:
    area: Any = SimpleNamespace()
    put(area, [[float("nan")]])
    assert list(vars(area)) == ["value"]
