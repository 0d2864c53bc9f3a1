"""Scoring and ranking a million teachers, blanks filled from a log: against numpy written by hand, and row by row with pandas."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from kongjian.engine.coverage import climb
from kongjian.engine.frame import Frame
from kongjian.engine.ranking import rank
from kongjian.engine.scoring import score
from kongjian.rules import load_rules
from measure import ROUNDS, Row, compare, in_turn

TEACHERS = 1_000_000
FEW = 5_000
CHUNK = 32_768
_EDGE = 1e-9
_BLANKS = 0.01

# the ten rules of 附件2, written out once more: points, target, deducted per unit
DEDUCT = {
    "制作课件": (10, 5, 2), "在线撰写教案": (20, 40, 1), "在线授课": (20, 40, 1),
    "网络教研": (8, 4, 2), "作业管理": (15, 1, 1), "成绩管理": (4, 2, 2),
}  # fmt: skip
BANDS = {"学生评价": ((1.0, 15), (0.8, 10), (0.6, 8), (0.4, 5))}
THRESHOLD = {"通知公告": (2, 1), "活动发布": (3, 1), "参与活动": (3, 1)}
NAMES = (*DEDUCT, *BANDS, *THRESHOLD)


def teachers(count: int) -> Frame:
    """Measures of invented teachers: whole counts, some averages, one in a hundred blank."""
    rng = np.random.default_rng(7)
    columns = Frame({"班主任": (rng.random(count) < 0.3).astype(np.float64)})
    for name in NAMES:
        target = DEDUCT[name][1] if name in DEDUCT else 1
        values = np.rint(rng.normal(target, target / 3 + 1, count)).clip(0)
        values += np.where(rng.random(count) < 0.1, np.round(rng.random(count), 2), 0.0)
        columns[name] = np.where(rng.random(count) < _BLANKS, np.nan, values)
    share = rng.choice([1.0, 0.95, 0.8, 0.7, 0.6, 0.5, 0.4, 0.1], count)
    columns["学生评价"] = np.where(columns["班主任"] == 1, share, np.nan)
    return columns


def log_of(count: int) -> tuple[Frame, NDArray[np.bool_]]:
    """An invented log: effective counts of every measure, and the teachers of whom it would tell."""
    rng = np.random.default_rng(8)
    counts = {n: np.where(rng.random(count) < 0.3, rng.integers(1, 40, count), 0) for n in NAMES}
    return Frame({n: c.astype(np.float64) for n, c in counts.items()}), rng.random(count) < 0.9


def filled_by_hand(frame: Frame, counts: Frame, told: NDArray[np.bool_]) -> Frame:
    """Each blank of a measure: the log's count, else 0 where the log tells of the teacher, else blank."""
    out, zero = Frame(frame), np.where(told, 0.0, np.nan)
    for name in NAMES:
        out[name] = np.empty(frame.height)
        for start in range(0, frame.height, CHUNK):
            rows = slice(start, start + CHUNK)
            given, some = frame[name][rows], counts[name][rows]
            out[name][rows] = np.where(given == given, given, np.where(some > 0, some, zero[rows]))
    return out


def by_hand(frame: Frame) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The scores of every indicator, the totals in cents and the ranks, in pieces that stay in the cache."""
    count = frame.height
    points, cents = np.empty((len(NAMES), count)), np.empty(count, dtype=np.int64)
    homeroom, zeros = frame["班主任"] == 1, np.zeros(CHUNK)
    for start in range(0, count, CHUNK):
        rows = slice(start, min(start + CHUNK, count))
        size = rows.stop - rows.start
        total, step, places = np.zeros(size), np.empty(size), iter(points[:, rows])
        for name, (most, target, per) in DEDUCT.items():
            out = np.subtract(target, frame[name][rows], out=next(places))
            np.maximum(out, zeros[:size], out=out)
            if per != 1:
                out *= per
            total += np.fmax(np.subtract(most, out, out=out), zeros[:size], out=out)
        for name, bands in BANDS.items():
            out, below = next(places), 0.0
            out[:] = 0.0
            for bound, most in reversed(bands):
                out += np.multiply(frame[name][rows] >= bound - _EDGE, most - below, out=step)
                below = most
            out *= homeroom[rows]
            total += out
        for name, (most, bound) in THRESHOLD.items():
            total += np.multiply(frame[name][rows] >= bound - _EDGE, float(most), out=next(places))
        cents[rows] = np.floor(total * 100 + (0.5 + 1e-7))
    counts = np.bincount(cents)
    above = counts[::-1].cumsum()[::-1] - counts
    return points, cents, above[cents] + 1


def one_row(row: dict[str, float]) -> float:
    """One teacher's total in cents, as a row-by-row program has it."""
    total = 0.0
    for name, (most, target, per) in DEDUCT.items():
        if row[name] == row[name]:
            total += max(0.0, most - per * max(0.0, target - row[name]))
    if row["班主任"] == 1:
        total += next((p for bound, p in BANDS["学生评价"] if row["学生评价"] >= bound - _EDGE), 0.0)
    for name, (most, bound) in THRESHOLD.items():
        total += most if row[name] >= bound - _EDGE else 0.0
    return math.floor(total * 100 + 0.5 + 1e-7)


def measure() -> list[Row]:
    import pandas as pd

    rules = load_rules()
    frame = teachers(TEACHERS)

    def ours() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        cents = score(frame, rules.teacher, rules).cents
        return cents, rank(cents)

    counts, told = log_of(TEACHERS)

    def filled() -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        full = Frame(frame)
        for name in NAMES:
            full[name], _ = climb(frame[name], counts[name], told, rules)
        cents = score(full, rules.teacher, rules).cents
        return cents, rank(cents)

    cents, ranks = ours()
    for (mine, places), hand in (
        ((cents, ranks), by_hand(frame)),
        (filled(), by_hand(filled_by_hand(frame, counts, told))),
    ):
        assert (mine == hand[1]).all(), "the two do not score alike"
        assert (places == hand[2]).all(), "the two do not rank alike"
    few = pd.DataFrame(frame.take(np.arange(FEW)))
    assert (few.apply(one_row, axis=1) == cents[:FEW]).all(), "row by row gives other totals"

    what = f"教师{TEACHERS:,}名计分并排名"
    mine, hand = in_turn(ours, lambda: by_hand(frame), 2 * ROUNDS)
    laddered, climbed = in_turn(filled, lambda: by_hand(filled_by_hand(frame, counts, told)), 2 * ROUNDS)
    again, slow = in_turn(ours, lambda: few.apply(one_row, axis=1))
    rows = f"DataFrame.apply（{FEW:,}行的时间×{TEACHERS // FEW}）"
    return [
        compare(what, mine, "手写分块numpy", hand, 1.2),
        compare(f"{what}，空白按行为明细补", laddered, "手写分块numpy", climbed, 1.2),
        compare(what, again, rows, slow.scaled(TEACHERS / FEW), 1 / 200),
    ]
