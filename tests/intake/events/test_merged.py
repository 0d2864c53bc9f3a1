"""Logs counted by the database: the rows that a plain count gives, whatever the files look like."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings

from kongjian.engine.frame import Frame
from kongjian.engine.outcome import Inputs
from kongjian.intake.events.merged import Merged, merged
from kongjian.intake.events.partials import count_file
from kongjian.rules import resolve
from log_city import READINGS, SEEDS, City, frame_of, random_city
from pasting import RULES
from plain_counts import COLUMNS, plain_counts

HEADER = ("日期", "学校名称", "账号", "角色", "行为", "年级", "班级")


def text_of(events: Sequence[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([e[c] for c in HEADER] for e in events)
    return out.getvalue()


def of_files(folder: Path, texts: Sequence[bytes], city: City | None = None, **readings: str) -> Merged:
    rules = resolve(RULES, readings)
    partials = []
    for k, text in enumerate(texts):
        (folder / f"{k}.csv").write_bytes(text)
        partials.append(folder / f"{k}.parquet")
        count_file(folder / f"{k}.csv", partials[-1], folder, rules, "200MB")
    tables = {t: frame_of(t, rows) for t, rows in vars(city).items() if t != "events"} if city else {}
    return merged(partials, Inputs.of(rules, **tables), rules, folder, "200MB")


def rows_of(frame: Frame) -> list[tuple[Any, ...]]:
    columns = [[None if v != v else v for v in frame[c].tolist()] for c in COLUMNS]
    return sorted(zip(*columns, strict=True), key=str)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(READINGS, SEEDS)
def test_the_rows_are_those_of_a_plain_count(tmp_path: Path, readings: dict[str, str], seed: int) -> None:
    rng = np.random.default_rng(seed)
    city = random_city(rng)
    some = rng.integers(3, size=len(city.events))
    files = [
        text_of([e for e, k in zip(city.events, some, strict=True) if k == n]).encode() for n in range(3)
    ]
    found = of_files(tmp_path, files, **readings)
    plain = plain_counts(city.events, readings["student_effective"])
    assert rows_of(found.rows) == sorted((tuple(r[c] for c in COLUMNS) for r in plain), key=str)
