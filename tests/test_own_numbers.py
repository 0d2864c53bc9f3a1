"""Engine and intake are tested by numbers of the tests' own: a point that changes in the scheme breaks its cases alone."""

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


def test_other_numbers_in_the_scheme_leave_those_of_the_tests(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, folder = pinned_rules(), tmp_path / places.default_scheme()
    shutil.copytree(places.rules(), folder)
    for name, change in (
        ("school", _move_a_point),
        ("teacher", _move_a_point),
        ("eligibility", _lower),
        ("readings", _turn),
    ):
        file = folder / f"{name}.yaml"
        scheme = yaml.safe_load(file.read_text(encoding="utf-8"))
        change(scheme)
        file.write_text(json.dumps(scheme, ensure_ascii=False), encoding="utf-8")
    parts = ("school", "teacher", "conditions", "readings", "chosen")
    theirs = load_rules(folder)
    assert all(getattr(theirs, part) != getattr(ours, part) for part in parts)
    monkeypatch.setattr(places, "rules", lambda: folder)
    found = pinned_rules.__wrapped__()
    for part in ("school", "teacher", "conditions", "chosen"):
        assert getattr(found, part) == getattr(ours, part), part
    assert [r.values[0] for r in found.readings] == [r.values[0] for r in ours.readings]


def _move_a_point(scheme: Any) -> None:
    more, less = [i for i in scheme["indicators"] if "bands" not in i][:2]
    more["points"] += 1
    less["points"] -= 1


def _lower(scheme: Any) -> None:
    for condition in scheme["conditions"]:
        if "at_least" in condition:
            condition["at_least"] *= 0.9


def _turn(scheme: Any) -> None:
    for reading in scheme["readings"]:
        reading["values"].reverse()
