"""Engine and intake are tested by numbers of the tests' own: a point that changes in the scheme, an indicator that it gets, breaks its cases alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from kongjian.base import places
from kongjian.rules import load_rules
from pinned_rules import pinned_rules
from where import ROOT

BY_THE_SCHEME = {
    "test_cases.py",  # the scheme's own cases
    "test_column_roles.py",  # the scheme beside itself, its columns renamed
}


def test_no_test_of_engine_or_intake_takes_the_scheme_as_it_is() -> None:
    files = [f for room in ("engine", "intake") for f in (ROOT / "tests" / room).rglob("test_*.py")]
    assert len(files) > 40
    found = {f.name for f in files if "load_rules" in f.read_text(encoding="utf-8")}
    assert found == BY_THE_SCHEME


def test_other_numbers_and_a_new_indicator_in_the_scheme_leave_those_of_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, folder = pinned_rules(), tmp_path / places.default_scheme()
    shutil.copytree(places.rules(), folder)
    for name, change in (
        ("school", _move_a_point),
        ("teacher", _move_a_point),
        ("teacher", _add),
        ("tables", _add_its_column),
        ("effective", _add_its_behaviour),
        ("measures", _add_its_mean),
        ("eligibility", _lower),
        ("readings", _turn),
    ):
        file = folder / f"{name}.yaml"
        scheme = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(scheme)
        file.write_text(json.dumps(scheme, ensure_ascii=False), encoding="utf-8")
    parts = ("school", "teacher", "conditions", "readings", "chosen", "tables", "effective", "measures")
    theirs = load_rules(folder)
    assert all(getattr(theirs, part) != getattr(ours, part) for part in parts)
    monkeypatch.setattr(places, "rules", lambda: folder)
    found = pinned_rules.__wrapped__()
    for part in set(parts) - {"readings"}:
        assert getattr(found, part) == getattr(ours, part), part
    assert [r.values[0] for r in found.readings] == [r.values[0] for r in ours.readings]


def _move_a_point(scheme: Any) -> None:
    more, less = [i for i in scheme["indicators"] if "bands" not in i][:2]
    more["points"] += 1
    less["points"] -= 1


def _add(scheme: Any) -> None:
    scheme["indicators"].append({**scheme["indicators"][0], "name": "新的", "points": 1})
    scheme["indicators"][0]["points"] -= 1


def _add_its_column(scheme: Any) -> None:
    for table in scheme["tables"][:2]:
        table["columns"].insert(-1, {"name": "新的", "kind": "count", "derivable": True, "aliases": []})


def _add_its_behaviour(scheme: Any) -> None:
    next(r for r in scheme["roles"] if r["fills"] == "teacher")["behaviours"].append("新的")


def _add_its_mean(scheme: Any) -> None:
    scheme["teacher_means"].append({"measure": "新的", "over": "teaching", "how": "mean"})


def _lower(scheme: Any) -> None:
    for condition in scheme["conditions"]:
        if "at_least" in condition:
            condition["at_least"] *= 0.9


def _turn(scheme: Any) -> None:
    for reading in scheme["readings"]:
        reading["values"].reverse()
