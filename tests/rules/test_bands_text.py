"""分档 as text: what is written comes back the same, and what cannot be meant is refused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kongjian.base.errors import KongjianError
from kongjian.rules import load_rules
from kongjian.rules.bands_text import format_bands, parse_bands
from kongjian.rules.model import Band

COURSES = (Band(0.8, 10.0), Band(0.6, 8.0), Band(0.4, 5.0), Band(0.0, 0.0))


def test_the_text_on_the_sheet() -> None:
    assert format_bands(COURSES) == "≥80%→10；≥60%→8；≥40%→5；其余0"
    assert format_bands((Band(1.0, 15.0), Band(0.625, 7.5), Band(0.0, 2.0))) == "≥100%→15；≥62.5%→7.5；其余2"
    assert format_bands((Band(0.0, 3.0),)) == "其余3"


@pytest.mark.parametrize(
    "text",
    [
        "≥80%→10；≥60%→8；≥40%→5；其余0",
        ">=80%->10;>=60%->8;>=40%->5;else 0",
        "≥0.8:10；≥0.6:8；≥0.4:5；否则:0",
        "≥0.80＝10，≥0.6＝8，≥0.4＝5，其余0",
        "＞＝８０％：１０；＞＝６０％：８；＞＝４０％：５；其余：０",
        "80%以上得10分，60%以上得8分，40%以上得5分，以下不得分",
        "≥80%，10；≥60%，8；≥40%，5；其余，0",
        "≥80%，10，≥60%，8，≥40%，5，其余，0",
        "=>80%，10，60%->8，40%->5，其余0",
        "≥40%→5\n≥60%→8\n≥80%→10\n其余0\n",
        " ≥ 80 % → 10 ； ≥60%=8；0.4->5；ELSE→0；",
        "≥80%→10、≥60%→8、≥40%→5、≥0→0",
    ],
)
def test_other_ways_to_write_it(text: str) -> None:
    assert parse_bands(text) == COURSES


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "要有且只有一个“其余”"),
        ("≥80%→10；≥60%→8", "要有且只有一个“其余”"),
        ("≥80%→10；其余0；其余1", "要有且只有一个“其余”"),
        ("≥80%→10；≥0%→1；其余0", "要有且只有一个“其余”"),
        ("≥80%→10；≥0.8→8；其余0", "80%出现了两次"),
        ("≥80%→5；≥60%→8；其余0", "60%一档的分应比上一档低"),
        ("≥80%→8；≥60%→8；其余0", "60%一档的分应比上一档低"),
        ("≥80%→8；其余9", "0%一档的分应比上一档低"),
        ("≥80→10；其余0", "“80”大于1，请写成“80%”"),
        (">80%→10；其余0", "“>80%→10”看不懂"),
        ("≥80%→十；其余0", "“≥80%→十”看不懂"),
        ("≥80%→10；其余", "“其余”看不懂"),
        ("≥80%→-1；其余0", "看不懂"),
        ("优秀", "“优秀”看不懂"),
    ],
)
def test_what_is_refused_and_why(text: str, reason: str) -> None:
    with pytest.raises(KongjianError) as caught:
        parse_bands(text)
    assert reason in str(caught.value)


def test_every_rule_comes_back_from_its_text() -> None:
    rules = load_rules()
    banded = [i for o in (rules.school, rules.teacher) for i in o.indicators if i.kind == "bands"]
    assert len(banded) == 3
    for indicator in banded:
        assert parse_bands(format_bands(indicator.bands)) == indicator.bands


@given(
    st.lists(st.integers(1, 20000), min_size=0, max_size=8, unique=True),
    st.lists(st.integers(0, 40000), min_size=9, max_size=9, unique=True),
)
def test_any_bands_come_back_from_their_text(bounds: list[int], points: list[int]) -> None:
    falling = sorted(points, reverse=True)
    bounds = [*sorted(bounds, reverse=True), 0]
    bands = tuple(Band(b / 10000, p / 100) for b, p in zip(bounds, falling, strict=False))
    assert parse_bands(format_bands(bands)) == bands
