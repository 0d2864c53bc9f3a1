"""What one call from Excel does for a thread: as much as it has time for, and what belongs together to its end."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pytest

from kongjian.entry.excel import lent, live_append
from kongjian.entry.excel.lent import Desk, Lent
from kongjian.entry.excel.live_cells import CELLS_AT_ONCE, slices
from kongjian.intake.importing.landing import Block
from kongjian.intake.importing.undo import Removal
from kongjian.rules import load_rules

LONGEST = 60.0
READS = 6


class Cell:
    """An object of Excel's that counts how often it is read."""

    reads = 0

    @property
    def value(self) -> int:
        self.reads += 1
        return self.reads


@pytest.mark.parametrize("patient", [False, True])
@pytest.mark.parametrize(("joined", "wanted"), [(True, READS), (False, 0)])
def test_a_call_whose_time_is_over_reads_only_what_belongs_together(
    joined: bool, wanted: int, patient: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lent, "PAUSE", LONGEST)  # nobody is too slow
    desk, cell, read = Desk(), Cell(), threading.Event()
    held = desk.lend(cell)
    assert isinstance(held, Lent)

    def work() -> None:
        with desk.working(), lent.together(held) if joined else nullcontext():
            assert [held.value for _ in range(READS)] == list(range(1, READS + 1))
            read.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while not desk.wanted:
        read.wait(0.001)
    desk.serve(read.is_set, -1.0, patient)
    assert cell.reads == wanted
    desk.serve(read.is_set, LONGEST, True)
    thread.join(LONGEST)
    assert cell.reads == READS
    assert not desk.together


ROWS, WIDTH = 6_000, 10
IN_ONE_CALL = 2.0


class Sheet:
    """One of Excel's, which takes so many seconds for a cell that is written; the clock is moved by hand."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.now = seconds, 0.0
        self.written: list[tuple[int, int]] = []
        self.cleared: list[tuple[int, int]] = []
        """Rows, first and last."""

    def range(self, first: tuple[int, int], last: tuple[int, int]) -> Cells:
        return Cells(self, first, last)

    def took(self, cells: int) -> None:
        self.now += cells * self.seconds


class Cells:
    number_format = "General"

    def __init__(self, sheet: Sheet, first: tuple[int, int], last: tuple[int, int]) -> None:
        self.sheet, self.rows = sheet, (first[0], last[0])
        self.shape = last[0] - first[0] + 1, last[1] - first[1] + 1

    @property
    def value(self) -> object:
        raise NotImplementedError

    @value.setter
    def value(self, rows: list[list[object]]) -> None:
        assert (len(rows), len(rows[0])) == self.shape
        self.sheet.written.append(self.rows)
        self.sheet.took(self.shape[0] * self.shape[1])

    raw_value = value

    def clear_contents(self) -> None:
        self.sheet.cleared.append(self.rows)
        self.sheet.took(self.shape[0] * self.shape[1])


def lasted(sheet: Sheet, work: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Seconds of each call in which a thread that writes the sheet is served."""
    monkeypatch.setattr(lent, "PAUSE", LONGEST)
    monkeypatch.setattr(lent.time, "monotonic", lambda: sheet.now)
    desk, ended, out = Desk(), threading.Event(), []
    held = desk.lend(sheet)

    def whole() -> None:
        with desk.working():
            lent.no_return(held)
            work(held)
            ended.set()

    thread = threading.Thread(target=whole, daemon=True)
    thread.start()
    while not ended.is_set():
        while not desk.wanted and not ended.is_set():
            ended.wait(0.001)
        before = sheet.now
        desk.serve(ended.is_set, 1.0, False)
        out.append(sheet.now - before)
    thread.join(LONGEST)
    return out


def whole(blocks: list[tuple[int, int]]) -> bool:
    """Whether they are all rows, in order, none of more cells than go at once."""
    assert max(last - first + 1 for first, last in blocks) * WIDTH <= CELLS_AT_ONCE
    return [r for first, last in blocks for r in range(first, last + 1)] == list(range(4, 4 + ROWS))


@pytest.mark.parametrize(
    ("seconds", "blocks"), [(0.0, 7), (5e-6, 7), (130e-6, 24), (400e-6, 63), (2e-3, 301)]
)
def test_no_call_writes_longer_than_two_seconds_however_slow_excel_is(
    seconds: float, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A quick Excel gets many cells at once, a slow one few: rows that are imported, and that go out again."""
    table = next(t for t in load_rules().tables if len(t.columns) >= WIDTH)
    rows: list[Any] = [[1.0] * WIDTH] * ROWS
    kinds = tuple(c for c in table.columns if c.kind not in ("text", "account", "month"))[:1] * WIDTH
    block = Block(table, "表", 3, 4, tuple(range(1, WIDTH + 1)), kinds, rows, [])
    gone = Removal("表", "", 3, 4, 3 + ROWS, WIDTH)

    sheet = Sheet(seconds)
    calls = lasted(sheet, lambda held: live_append._append(held, block), monkeypatch)
    assert max(calls) <= IN_ONE_CALL
    assert whole(sheet.written)
    assert len(sheet.written) <= blocks

    sheet = Sheet(seconds)
    sheet.tables = []  # type: ignore[attr-defined]
    calls = lasted(sheet, lambda held: live_append.remove(held, gone), monkeypatch)
    assert max(calls) <= IN_ONE_CALL
    assert whole(sheet.cleared)
    assert len(sheet.cleared) <= blocks


def test_where_nobody_waits_for_excel_all_goes_as_it_is() -> None:
    assert [s.stop - s.start for s in slices(object(), 4_000, WIDTH)] == [1_500, 1_500, 1_000]  # type: ignore[arg-type]
