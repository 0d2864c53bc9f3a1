"""The scheme with numbers of the tests' own: what was worked out by hand stays right whatever the scheme's files say."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from kongjian.base import places
from kongjian.rules import Rules, load_rules
from kongjian.rules.catalog import BESIDE

POINTS = {
    "school": (5, 5, 5, 2, 2, 2, 2, 2, 2, 3, 4, 10, 10, 4, 5, 2, 2, 1, 1, 1, 10, 20),
    "teacher": (10, 20, 20, 8, 15, 4, 15, 2, 3, 3),
}
"""In the order of the indicators; those in steps give shares of theirs."""
LINES = {"rate": 0.9, "monthly_average": 80, "every_month": 80}
"""What qualifies, by the kind of the condition."""
FIRST = {
    "homework": "literal", "shortfall": "exact", "opening_rate": "each", "monthly_rule": "mean",
    "rank_among": "eligible", "rank_by": "total", "authority": "platform_if_present", "log_coverage": "complete",
    "blank_count": "missing", "student_effective": "tallied", "missing_months": "given", "log_months": "none",
    "pass_mark": "rounded", "class_weight": "students", "non_homeroom": "zero", "rank_method": "competition",
    "ties": "include",
}  # fmt: skip
"""The values that hold where nobody chose."""


@functools.cache
def pinned_rules() -> Rules:
    """The scheme that came with the program, with these numbers."""
    kept = Path(tempfile.mkdtemp(prefix="kongjian-pinned-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    shutil.copy(places.schemes() / "default.txt", kept)
    folder = Path(shutil.copytree(places.rules(), kept / places.default_scheme()))
    for kind, all_points in POINTS.items():
        scheme = _read(folder / f"{kind}.yaml")
        for indicator, points in zip(scheme["indicators"], all_points, strict=True):
            for band in indicator.get("bands", ()):
                band["points"] = band["points"] * points / indicator["points"]
            indicator["points"] = points
        _write(folder / f"{kind}.yaml", scheme)
    eligibility = _read(folder / "eligibility.yaml")
    for condition in eligibility["conditions"]:
        if condition["kind"] in LINES:
            condition["at_least"] = LINES[condition["kind"]]
    _write(folder / "eligibility.yaml", eligibility)
    readings = _read(folder / "readings.yaml")
    for reading in readings["readings"]:
        first = FIRST.get(reading["id"])
        reading["values"].sort(key=lambda value, first=first: value["id"] != first)
    _write(folder / "readings.yaml", readings)
    return load_rules(folder)


@contextmanager
def pinned_default() -> Iterator[None]:
    """Meanwhile these are the rules that came with the program: for tests of what takes no rules."""
    rules = pinned_rules()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "schemes", lambda: rules.folder.parent)
        yield


def pinned_beside(book: Path) -> Path:
    """The workbook's path; the folder that it stands in gets these rules, which it then goes by."""
    rules = pinned_rules()
    shutil.copytree(rules.folder, book.parent / BESIDE / rules.scheme.id)
    return book


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _write(file: Path, scheme: Any) -> None:
    file.write_text(json.dumps(scheme, ensure_ascii=False), encoding="utf-8")
