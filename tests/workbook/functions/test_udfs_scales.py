"""Rates and numbers of times in a column that is handed to a function mean what they mean on the sheet."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from excel_caller import call
from kongjian.base.grid import Cell
from kongjian.workbook.functions import worksheet
from pasting import CLEAN, RULES, lines_of, read, sheet

TEACHERS, SCHOOLS = (RULES.table(t).names for t in ("teachers", "schools"))
SHARE, RATE = "学生评价", "作业完成率"
CELLS = st.one_of(
    st.integers(0, 100).map(float),
    st.integers(0, 100).map(lambda n: n / 100),
    st.integers(0, 170).map(lambda n: f"{n}%"),
    st.sampled_from(["", "2次", "-", "无", 1.2, 120.0, 160.0, -3.0, "85"]),
)


def points(cells: list[float], complete: list[str]) -> list[float | None]:
    """Points, None for what is missing on the sheet."""
    return [p if c == "是" else None for p, c in zip(cells, complete, strict=True)]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(CELLS, min_size=1, max_size=6),
    st.sampled_from([SHARE, "学生评价（次）", "学生评价率", "评价率(%)"]),
)
def test_a_column_of_shares(cells: list[Cell], header: str) -> None:
    lines = lines_of("teachers", *({"账号": f"t{n}", SHARE: c} for n, c in enumerate(cells)))
    lines[2] = headers = [header if n == SHARE else n for n in TEACHERS]
    found = read(teachers=sheet(*lines))
    on_sheet = points(*(found.output("TeacherScores", n) for n in ("计算得分", "数据完整")))
    rows: Any = [list(line) for line in lines[3:]]
    array = [None if p[-1] != p[-1] else p[-1] for p in worksheet.TEACHER_SCORES(rows, headers)]
    assert array == on_sheet


@settings(max_examples=40, deadline=None)
@given(st.lists(CELLS, min_size=1, max_size=6))
def test_a_column_of_rates(cells: list[Cell]) -> None:
    rows: Any = [
        [{**CLEAN["schools"], RATE: c, "学校名称": f"第{n}小学"}.get(name, "") for name in SCHOOLS]
        for n, c in enumerate(cells)
    ]
    lines = lines_of("schools", *(dict(zip(SCHOOLS, row, strict=True)) for row in rows))
    found = read(schools=sheet(*lines), teachers=sheet())
    on_sheet = points(*(found.output("SchoolScores", n) for n in ("计算得分", "数据完整")))
    assert [None if p[-1] != p[-1] else p[-1] for p in worksheet.SCHOOL_SCORES(rows)] == on_sheet


@pytest.mark.parametrize(
    ("header", "cell", "score"),
    [
        (SHARE, 0.85, 10.0), (SHARE, 85, 10.0), (SHARE, "85%", 10.0), (SHARE, 2, 15.0), (SHARE, "12次", 15.0), (SHARE, "未开展", 0.0),
        ("学生评价次数", 40, 15.0), ("学生评价（次）", 0, 0.0), ("学生评价率", 12, 0.0), ("评价率（%）", 2, 0.0),
    ],
)  # fmt: skip
def test_one_row_by_the_words_of_its_header(header: str, cell: Cell, score: float) -> None:
    row = [{**CLEAN["teachers"], SHARE: cell}.get(n, "") for n in TEACHERS]
    headers = [header if n == SHARE else n for n in TEACHERS]
    for _ in range(2):
        assert worksheet.TEACHER_SCORE(row, headers, SHARE) == score
        assert call("TEACHER_SCORES", [row], [headers])[0][TEACHERS.index(SHARE) - 5] == score
