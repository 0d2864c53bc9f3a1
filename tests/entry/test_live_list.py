"""问题清单 in an open Excel: what is folded away and shown again, with Excel's own calls in their order."""

from __future__ import annotations

from typing import Any

import pytest

from kongjian.entry.excel import live_list


class Rows:
    """A range of rows as far as folding uses it: Excel itself runs on Windows only."""

    def __init__(self, first: int, last: int, told: list[Any]) -> None:
        self.first, self.last, self.told = first, last, told
        self.api = self.sheet = self.EntireRow = self.Outline = self

    def __getitem__(self, at: tuple[slice, slice]) -> Rows:
        return Rows(self.first + at[0].start, self.last, self.told)

    def Group(self) -> None:  # noqa: N802
        self.told.append(("group", self.first, self.last))

    def ShowLevels(self, RowLevels: int) -> None:  # noqa: N802, N803
        self.told.append(("levels", RowLevels))

    def ClearOutline(self) -> None:  # noqa: N802
        self.told.append(("clear", self.first, self.last, self.Hidden))

    Hidden = True


class NoOutline:
    """An engine without Excel's own objects."""

    sheet = property(lambda self: self)

    def __getitem__(self, at: object) -> NoOutline:
        return self

    @property
    def api(self) -> Any:
        raise NotImplementedError


def test_rows_from_one_on_become_a_group_that_is_closed() -> None:
    body = Rows(4, 20, [])
    live_list.fold(body, 5)  # type: ignore[arg-type]
    assert body.told == [("group", 9, 20), ("levels", 1)]


def test_what_was_folded_is_shown_before_it_is_written_anew() -> None:
    body = Rows(4, 20, [])
    live_list.unfold(body)  # type: ignore[arg-type]
    assert body.told == [("clear", 4, 20, False)]


@pytest.mark.parametrize("call", [lambda b: live_list.fold(b, 2), live_list.unfold])
def test_an_engine_without_outlines_shows_all_rows(call: Any) -> None:
    call(NoOutline())
