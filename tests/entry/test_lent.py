"""What one call from Excel does for a thread: as much as it has time for, and what belongs together to its end."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import Any

import pytest

from kongjian.entry.excel import lent
from kongjian.entry.excel.lent import Desk, Lent
from kongjian.entry.excel.live_book import CELLS_AT_ONCE, slices

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


@pytest.mark.parametrize(
    ("seconds", "blocks"), [(0.0, 7), (5e-6, 7), (130e-6, 24), (400e-6, 63), (2e-3, 301)]
)
def test_no_call_writes_longer_than_two_seconds_however_slow_excel_is(
    seconds: float, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seconds for a cell; the clock is moved by hand. A quick Excel gets many cells at once, a slow one few."""
    now = [0.0]

    class Area:
        def __init__(self) -> None:
            self.written: list[int] = []
            self.sizes: list[int] = []

        def write(self, part: slice) -> None:
            self.written += range(part.start, part.stop)
            self.sizes.append((part.stop - part.start) * WIDTH)
            now[0] += self.sizes[-1] * seconds

    monkeypatch.setattr(lent, "PAUSE", LONGEST)
    monkeypatch.setattr(lent.time, "monotonic", lambda: now[0])
    desk, area, ended = Desk(), Area(), threading.Event()
    held: Any = desk.lend(area)

    def work() -> None:
        with desk.working():
            lent.no_return(held)
            for some in slices(held, ROWS, WIDTH):
                held.write(some)
            ended.set()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    while not ended.is_set():
        while not desk.wanted and not ended.is_set():
            ended.wait(0.001)
        before = now[0]
        desk.serve(ended.is_set, 1.0, False)
        assert now[0] - before <= IN_ONE_CALL
    thread.join(LONGEST)
    assert area.written == list(range(ROWS))
    assert len(area.sizes) <= blocks
    assert max(area.sizes) <= CELLS_AT_ONCE


def test_where_nobody_waits_for_excel_all_goes_as_it_is() -> None:
    assert [s.stop - s.start for s in slices(object(), 4_000, WIDTH)] == [1_500, 1_500, 1_000]  # type: ignore[arg-type]
