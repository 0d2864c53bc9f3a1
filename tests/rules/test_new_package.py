"""Every parameter that a workbook may change arrives in the files of a new scheme as it was typed, and nothing else moves."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from kongjian.base.errors import KongjianError
from kongjian.rules import Rules, load_rules
from kongjian.rules.loader import check_rules
from kongjian.rules.model import Band, Edits, Item
from kongjian.rules.new_package import write_package
from kongjian.rules.parameters import GROUPS, items, kind_of, value_of
from small_scheme import small_rules

ODD = '甲：“乙”, {c} # d "e" \\ f: [g]'


def changed(rules: Rules, item: Item, parameter: str, now: Any) -> Any:
    """Another value of the same kind."""
    match kind_of(rules, item, parameter):
        case "number":
            return now * 2
        case "share":
            return 0.815
        case "whole":
            return now + 100
        case "bands":
            return (
                *(Band(b.at_least - 0.055, b.points * 2) for b in now[:-1]),
                Band(0.05, 0.125),
                now[-1],
            )
        case "month":
            return f"2044-{now[5:]}"
        case "day":
            return "2044-02-29"
        case _:
            return ODD + parameter


def all_changed(rules: Rules) -> Edits:
    """Every parameter that stands in the files, but for those that a reading sets."""
    set_by_readings = {n for r in rules.readings for v in r.values for n in v.indicators}
    out: dict[Item, dict[str, Any]] = {}
    for item, holder in items(rules):
        for parameter in GROUPS[item[0]][1]:
            now = value_of(holder, parameter)
            idle = now in (None, (), "") or (parameter == "target" and item[1] in set_by_readings)
            if item[0] != "month" and not idle and not (parameter == "at_least" and not now):
                out.setdefault(item, {})[parameter] = changed(rules, item, parameter, now)
    return out


@pytest.mark.parametrize("rules", [load_rules(), small_rules()], ids=lambda r: r.scheme.id)
def test_every_parameter_arrives(rules: Rules, tmp_path: Path) -> None:
    edits = all_changed(rules)
    assert len(edits) > 20
    assert write_package(rules.replace(edits=edits), "new-2044", tmp_path / "new-2044") == []
    made = check_rules(tmp_path / "new-2044")
    found = dict(items(made))
    for item, edit in edits.items():
        for parameter, wanted in edit.items():
            assert value_of(found[item], parameter) == wanted, (item, parameter)
    for group in ("readings", "measures", "effective", "words", "tables", "problems", "reconcile"):
        assert getattr(made, group) == getattr(rules, group)
    for kind in ("school", "teacher"):
        for before, after in zip(rules.object(kind).indicators, made.object(kind).indicators, strict=True):
            assert (before.kind, before.unit, before.measure, before.discrepancies) == (
                after.kind, after.unit, after.measure, after.discrepancies,
            )  # fmt: skip


def test_an_untouched_scheme_is_copied_a_year_later(tmp_path: Path) -> None:
    rules = load_rules()
    assert write_package(rules, "new-2021", tmp_path / "new-2021") == []
    for path in sorted(rules.folder.rglob("*")):
        made = tmp_path / "new-2021" / path.relative_to(rules.folder)
        if path.parent.name == "cases":
            text = path.read_text(encoding="utf-8")
            for year, end in product((2022, 2021, 2020), "-年"):
                text = text.replace(f"{year}{end}", f"{year + 1}{end}")
            assert made.read_text(encoding="utf-8") == text
        elif path.is_file() and path.name not in ("scheme.yaml", "forms.yaml"):
            assert made.read_bytes() == path.read_bytes()
    assert "2022-07" in (tmp_path / "new-2021" / "cases" / "months_ahead.yaml").read_text(encoding="utf-8")
    lines = [
        len(set((f / "scheme.yaml").read_text(encoding="utf-8").splitlines()))
        for f in (rules.folder, tmp_path / "new-2021")
    ]
    assert lines[0] == lines[1]


@pytest.mark.parametrize("scheme_id", ["", "赤壁", "A-1", "a_b", "-a", "../x", "a/b"])
def test_an_id_that_is_none_is_refused_before_anything_is_written(scheme_id: str, tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match="不能用"):
        write_package(load_rules(), scheme_id, tmp_path / "new")
    assert not (tmp_path / "new").exists()
