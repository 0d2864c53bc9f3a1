"""What is told of rules in words, and rows of a rule file among those that stay."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from kongjian.base.errors import KongjianError
from kongjian.rules import (
    load_rules,
    model,
    model_evidence,
    model_forms,
    model_importing,
    model_tables,
    redrawn,
    resolve,
)
from kongjian.rules.differences import RuleChange, edits_in_words, readings_in_words, rule_changes, undone
from kongjian.rules.lint.common import template_faults
from kongjian.rules.model import Band, Edits
from kongjian.rules.parameters import Kind, read_back, written
from kongjian.rules.rule_text import RuleText
from small_scheme import SMALL

RULES = load_rules(SMALL)
HOLDER = RULES.school.indicators[0]


@pytest.mark.parametrize("order", ["丁甲戊丙己", "甲丁戊乙丙", "丁戊", "丙甲丁"[::-1], "甲乙丙"])
def test_rows_come_in_the_order_that_is_wanted(order: str, tmp_path: Path) -> None:
    path = tmp_path / "规则.yaml"
    path.write_text(
        "rows:\n" + "".join(f"  - name: {n}\n    points: 1\n" for n in "甲乙丙"), encoding="utf-8"
    )
    file = RuleText(path)
    wanted = [dataclasses.replace(HOLDER, name=name) for name in order]
    redrawn._put_rows(file, "rows", wanted, [w for w in wanted if w.name not in "甲乙丙"])
    file.save()
    assert [row["name"] for row in yaml.safe_load(path.read_text(encoding="utf-8"))["rows"]] == list(order)


@pytest.mark.parametrize(
    ("template", "faults"),
    [
        ("{a}和{b}", []),
        ("{{a}}", []),
        ("{a:>3}", ["x：“{a}”不是可以填入的名字"]),
        ("{a!r}", ["x：“{a}”不是可以填入的名字"]),
        ("{a.b}", ["x：“{a.b}”不是可以填入的名字"]),
        ("{c}", ["x：不认识“{c}”；可用：a、b"]),
        ("", ["x：是空的"]),
    ],
)
def test_only_plain_names_are_filled_into_a_text(template: str, faults: list[str]) -> None:
    assert list(template_faults("x", template, ("a", "b"))) == faults


def told_before(then: Edits, now: Edits) -> list[str] | None:
    old, new = resolve(RULES, {}, then), resolve(RULES, {}, now)
    changes = rule_changes(old.version, readings_in_words(old), edits_in_words(old), new)
    return None if changes is None else [change.text for change in changes]


def test_a_version_that_a_workbook_gave_itself_hides_no_other_change() -> None:
    version: Edits = {("scheme", "版本"): {"value": "自拟"}}
    item = (RULES.school.object, HOLDER.name)
    more: Edits = {item: {"clause": "附件九"}}
    change = f"学校“{HOLDER.name}”出处（{HOLDER.clause}）→（附件九）"
    assert told_before(version, version) == []
    assert told_before(version, {**version, **more}) == [change]


def test_a_month_that_is_no_longer_in_the_period_can_be_undone_and_nothing_else_that_is_gone() -> None:
    month = RuleChange("", parameter=("月份", "2044-01", "计入"), before="否")
    assert undone(RULES, [month]).edits == {("month", "2044-01"): {"counted": False}}
    with pytest.raises(KongjianError, match="没有“2044-01”"):
        undone(RULES, [dataclasses.replace(month, parameter=("奖项", "2044-01", "占比"), before="5%")])


@pytest.mark.parametrize("module", [model, model_evidence, model_forms, model_importing, model_tables])
def test_what_rule_files_say_stays_as_it_was_read(module: ModuleType) -> None:
    held = [
        c for c in vars(module).values() if dataclasses.is_dataclass(c) and c.__module__ == module.__name__
    ]
    assert len(held) > 2
    assert [c for c in held if not c.__dataclass_params__.frozen] == []


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (12.5, "number", "12.5"),
        (3, "whole", "3"),
        (0.125, "share", "12.5%"),
        (True, "answer", "是"),
        (False, "answer", "否"),
        ("2031-03", "month", "2031-03"),
        ((Band(0.8, 5.0), Band(0.0, 0.0)), "bands", "≥80%→5、其余0"),
    ],
)
def test_a_value_is_told_in_words_and_read_back(value: object, kind: Kind, words: str) -> None:
    assert written(value, kind) == words
    assert read_back(words, kind) == value
