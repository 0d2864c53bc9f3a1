"""What one call from Excel does for a thread: as much as it has time for, and what belongs together to its end."""

from __future__ import annotations

import threading
from contextlib import nullcontext

import pytest

from kongjian.entry.excel import lent
from kongjian.entry.excel.lent import Desk, Lent

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
