"""Whatever is pasted wherever: no calculation stops, and nothing is lost without a word."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from kongjian.base.grid import Cell, Grid, is_blank
from pasting import RULES, Read, lines_of, read, sheet

ODD: list[Cell] = [
    "", None, " ", "\u3000", "\u200b", "是", "否", "√", "有", True, False, 0.0, 1.0, -1.0, 0.5, 2.0, 40.0, 85.0, 100.5, 1e9,
    421281199001011234.0, "421281199001011000", "4.2E+17", "85%", "150%", "４０", "约5", "-", "无", "无数据", "#N/A",
    "合计", "小计：", "注：完", "学校名称", "教师姓名", "在线授课", "得分", "教师", "学校", "学生", "赤壁市第二小学", "2020-12",
    "2021年3月", "2021-03-05 10:00", "去年", 202103.0, 44260.0, dt.date(2021, 3, 5), dt.datetime(2021, 3, 5, 9), dt.time(9),
    dt.timedelta(hours=30), "𬭎😀", "=1+1", "{found}", "%s", "\x07", "长" * 400, "9" * 400, "nan", "inf", "1e5",
]  # fmt: skip
PLACES = st.tuples(st.integers(0, 12), st.integers(0, 34), st.sampled_from(ODD))
SPOILT = st.fixed_dictionaries({t.id: st.lists(PLACES, max_size=25) for t in RULES.tables})
ERRORS = st.dictionaries(st.tuples(st.integers(3, 12), st.integers(1, 20)), st.just("#REF!"), max_size=3)


def spoil(table_id: str, cells: list[tuple[int, int, Cell]], errors: dict[tuple[int, int], str]) -> Grid:
    lines = [
        list(line) for line in lines_of(table_id, *({"账号": f"t{n}", "班级": f"{n}班"} for n in range(8)))
    ]
    wide = [[*line, *[""] * (36 - len(line))] for line in [*lines, [], []]]
    for row, column, cell in cells:
        wide[row][column] = cell
    for row, column in errors:
        wide[row - 1][column - 1] = ""
    return sheet(*wide, errors=errors)


def unexplained(found: Read, grids: dict[str, Grid]) -> list[str]:
    """Rows and cells that were left out, or are blank now, without a finding that names them."""
    out = []
    for table in RULES.tables:
        told = {(f.row, f.column) for f in found.intake.findings if f.table == table.id}
        rows = {row for row, _ in told}
        places = found.intake.places.get(table.id)
        if places is None:
            out += [] if told else [table.sheet]
            continue
        frame = getattr(found.intake.inputs, table.id)
        kept = dict(zip(frame["#row"].tolist(), range(frame.height), strict=True)) if frame.height else {}
        stopped = [f.row for f in found.intake.findings if (f.table, f.code) == (table.id, "header_changed")]
        last = min(stopped, default=math.inf)
        columns = {c.name: grids[table.id].rows for c in table.columns if c.name in places}
        for row, cells in enumerate(grids[table.id].rows, start=1):
            if row <= found.intake.header_rows[table.id] or row > last:
                continue
            given = {n: cells[number(places[n]) - 1] for n in columns}
            if row not in kept and row not in rows and not all(is_blank(c) for c in given.values()):
                out.append(f"{table.sheet} row {row}")
            for column in table.columns if row in kept else ():
                lost = (
                    column.name in given
                    and not is_blank(given[column.name])
                    and is_lost(frame[column.name][kept[row]])
                )
                if lost and (row, column.name) not in told:
                    out.append(f"{table.sheet} {column.name}{row}: {given[column.name]!r:.40}")
    return out


def is_lost(value: object) -> bool:
    return value == "" or (isinstance(value, float) and math.isnan(value))


def number(letters: str) -> int:
    return int(np.polyval([ord(c) - 64 for c in letters], 26))


@settings(max_examples=90, deadline=None)
@given(SPOILT, ERRORS)
def test_no_paste_stops_a_calculation_or_loses_a_cell_in_silence(
    spoilt: dict[str, list[tuple[int, int, Cell]]], errors: dict[tuple[int, int], str]
) -> None:
    grids = {k: spoil(k, cells, errors) for k, cells in spoilt.items()}
    found = read(**grids)
    assert unexplained(found, grids) == []
    for line in found.all_lines:
        assert "{" not in line.replace("{found}", "")
    for output in ("SchoolScores", "TeacherScores"):
        for score in found.output(output, "得分"):
            assert 0 <= score <= 100
