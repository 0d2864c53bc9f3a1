"""Widths and frozen columns in the part's text: what is asked for changes, every style and other width stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kongjian.xlsx.column_widths import frozen, widths, with_frozen, with_widths

HEAD = (
    '<x:worksheet><x:cols><x:col min="1" max="3" width="8.7109375" style="4" customWidth="1"/>'
    '<x:col min="4" max="4" width="14.7109375" style="5"/><x:col min="6" max="16384" width="9.7109375"/></x:cols>'
)


def _each(head: str) -> dict[int, tuple[str, str]]:
    """The first twelve columns, each with its width and style as another reader would lay them out."""
    out = {}
    for attributes in re.findall(r"<x:col ([^>]*)/>", head):
        of = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        for column in range(int(of["min"]), min(int(of["max"]), 12) + 1):
            assert column not in out
            out[column] = (f"{float(of['width']) - 5 / 7:.2f}", of.get("style", ""))
    return out


@given(st.dictionaries(st.integers(1, 12), st.integers(2, 60)))
def test_only_the_columns_asked_for_change_and_keep_their_style(wanted: dict[int, int]) -> None:
    before, after = _each(HEAD), _each(with_widths(HEAD, {k: float(w) for k, w in wanted.items()}))
    there = {k: w for k, w in wanted.items() if k in before}  # the sheet says nothing of column 5
    assert after == before | {k: (f"{w:.2f}", before[k][1]) for k, w in there.items()}


def test_widths_are_told_in_characters() -> None:
    told = [w if w is None else round(w, 2) for w in widths(HEAD, range(3, 7))]
    assert told == [8.0, 14.0, None, 9.0]


VIEW = '<sheetView workbookViewId="0">{}</sheetView>'
ROWS = '<pane ySplit="3" topLeftCell="A9" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft" sqref="A4"/>'
BOTH = (
    '<pane xSplit="2" ySplit="3" topLeftCell="F9" activePane="bottomRight" state="frozen"/>'
    '<selection pane="topRight"/><selection pane="bottomLeft"/><selection pane="bottomRight" sqref="C4"/>'
)


@pytest.mark.parametrize(
    ("pane", "now", "wanted", "area"),
    [(ROWS, 0, 3, "bottomRight"), (BOTH, 2, 0, "bottomLeft"), (BOTH, 2, 1, "bottomRight")],
)
def test_other_columns_stay_in_sight_and_the_rows_where_they_were(
    pane: str, now: int, wanted: int, area: str
) -> None:
    head = VIEW.format(pane)
    assert frozen(head) == now
    new = with_frozen(head, wanted)
    assert frozen(new) == wanted
    assert f'ySplit="3" topLeftCell="{"ABCD"[wanted]}9" activePane="{area}"' in new
    panes = re.findall(r'<selection pane="(\w+)"', new)
    assert panes == (["topRight", "bottomLeft", "bottomRight"] if wanted else ["bottomLeft"])


def test_a_split_or_free_view_is_left_alone() -> None:
    for pane in ("", '<pane xSplit="2000" ySplit="900" state="split"/>', '<pane xSplit="2" state="frozen"/>'):
        assert frozen(VIEW.format(pane)) is None
