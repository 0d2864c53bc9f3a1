"""The real rule files are clean, and every way of spoiling them is refused with a message that helps."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from kongjian.base import places
from kongjian.base.errors import KongjianError, OutsidePeriodError, RuleFileError
from kongjian.rules import load_rules, resolve, strict_yaml
from kongjian.rules.lint.whole import lint
from kongjian.rules.loader import FILES, check_rules
from where import CASES

EDITS: dict[str, list[dict[str, Any]]] = strict_yaml.read(Path(__file__).parent / "broken_rules.yaml")[0]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the rules to spoil; the cache is kept apart too."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return Path(shutil.copytree(places.rules(), tmp_path / "rules"))


def spoil(folder: Path, file: str, old: str, new: str) -> int:
    """Replaces the first occurrence of `old`; returns its line. The test is wrong if `old` is not there."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} 里没有 {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


def test_the_rules_are_clean() -> None:
    assert lint(places.rules(), CASES) == []


def test_the_files_are_those_of_the_loader() -> None:
    others = {"demo"}  # which the demo city alone is made from
    assert {p.stem for p in places.rules().glob("*.yaml")} == set(FILES) | others


@pytest.mark.parametrize("edit", EDITS["loading"], ids=lambda e: f"{e['file']}:{e['said'][0]}")
def test_a_broken_file_is_refused_with_its_place(edit: dict[str, Any], folder: Path) -> None:
    file = edit["file"]
    at = spoil(folder, file, edit["old"], edit["new"])
    with pytest.raises(RuleFileError) as error:
        check_rules(folder)
    message = str(error.value)
    assert message.startswith(file), message
    if "line" in edit:
        assert f"{file} 第{at + edit['line']}行" in message
    assert [s for s in edit["said"] if s not in message] == [], message
    assert lint(folder) == [message]


def test_an_empty_file_is_refused(folder: Path) -> None:
    (folder / "awards.yaml").write_text("# 空\n", encoding="utf-8")
    with pytest.raises(RuleFileError, match=r"awards\.yaml：文件是空的"):
        check_rules(folder)


def test_a_file_in_another_encoding_is_refused(folder: Path) -> None:
    path = folder / "awards.yaml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(RuleFileError, match=r"awards\.yaml：不是 UTF-8 文件"):
        check_rules(folder)


def test_a_missing_file_is_refused(folder: Path) -> None:
    (folder / "measures.yaml").unlink()
    with pytest.raises(RuleFileError, match=r"找不到规则文件 measures\.yaml"):
        check_rules(folder)


def test_lint_names_every_file_that_cannot_be_loaded(folder: Path) -> None:
    (folder / "measures.yaml").unlink()
    spoil(folder, "teacher.yaml", "unit: 个", "units: 个")
    faults = lint(folder)
    assert ["teacher.yaml" in faults[0], "measures.yaml" in faults[1], len(faults)] == [True, True, 2]


def test_a_missing_text_of_the_scheme_is_a_fault(folder: Path) -> None:
    (folder / "source" / "方案原文.txt").unlink()
    assert lint(folder) == ["scheme.yaml text_file：读不到方案原文“source/方案原文.txt”"]


@pytest.mark.parametrize("edit", EDITS["linting"], ids=lambda e: e["said"])
def test_rules_that_do_not_fit_together_are_faults(edit: dict[str, Any], folder: Path) -> None:
    spoil(folder, edit["file"], edit["old"], edit["new"])
    faults = lint(folder)
    assert any(edit["said"] in fault for fault in faults), faults


def test_an_indicator_without_a_case_is_a_fault(folder: Path, tmp_path: Path) -> None:
    cases = Path(shutil.copytree(CASES, tmp_path / "cases"))
    for path in cases.glob("*.yaml"):
        text = path.read_text(encoding="utf-8").replace(
            "object: school, indicator: 参与活动", "object: school"
        )
        path.write_text(text, encoding="utf-8")
    assert lint(folder, cases) == ["school.yaml “参与活动”：cases 里没有它的算例"]


def test_a_case_file_that_cannot_be_read_is_a_fault(folder: Path, tmp_path: Path) -> None:
    cases = Path(shutil.copytree(CASES, tmp_path / "cases"))
    (cases / "坏.yaml").write_text("- {name: 甲, name: 乙}\n", encoding="utf-8")
    assert lint(folder, cases) == ["坏.yaml 第1行：键“name”重复"]


def test_without_cases_none_are_asked_for(folder: Path) -> None:
    assert lint(folder, None) == []


@pytest.mark.parametrize("month", ["2020-11", "2021-08", "2021-7", ""])
def test_a_rule_asked_for_outside_its_period_raises(month: str) -> None:
    with pytest.raises(OutsidePeriodError, match="不在评选时间2020-12至2021-07内"):
        load_rules().at(month)


@pytest.mark.parametrize("month", ["2020-12", "2021-01", "2021-07"])
def test_within_its_period_a_rule_holds(month: str) -> None:
    assert load_rules().at(month) == load_rules()


def test_the_period_has_eight_months() -> None:
    months = load_rules().period.months()
    assert (months[0], months[-1], len(months)) == ("2020-12", "2021-07", 8)


@pytest.fixture
def cached(folder: Path) -> Path:
    """The rules copy after one load, so that its cache exists."""
    load_rules(folder)
    return folder


def test_the_cache_follows_an_edit(cached: Path, tmp_path: Path) -> None:
    assert len(list((tmp_path / "cache").rglob("*.pickle"))) == 1
    spoil(cached, "scheme.yaml", 'version: "2020.1"', 'version: "2021.1"')
    assert load_rules(cached).version == "2021.1"
    spoil(cached, "scheme.yaml", 'version: "2021.1"', 'version: "2020.1"')
    assert load_rules(cached).version == "2020.1"


def test_the_cache_never_hides_a_broken_file(cached: Path) -> None:
    spoil(cached, "scheme.yaml", "city:", "town:")
    with pytest.raises(RuleFileError, match="不认识的键“town”"):
        load_rules(cached)


def test_what_comes_from_the_cache_is_what_was_checked(cached: Path) -> None:
    assert load_rules(cached) == check_rules(cached)


def test_a_damaged_cache_is_made_again(cached: Path, tmp_path: Path) -> None:
    for path in (tmp_path / "cache").rglob("*.pickle"):
        path.write_bytes(b"damaged")
    assert load_rules(cached) == check_rules(cached)


@pytest.mark.parametrize(
    ("readings", "said"),
    [
        ({"homeworks": "literal"}, "没有口径“homeworks”；可用：homework、"),
        ({"homework": "ten"}, "口径“homework”没有取值“ten”；可用：literal、none_is_zero、fifteen"),
    ],
)
def test_an_unknown_reading_is_refused(readings: dict[str, str], said: str) -> None:
    with pytest.raises(KongjianError) as error:
        resolve(load_rules(), readings)
    assert said in str(error.value)


def test_edited_points_must_still_add_up() -> None:
    rules = load_rules()
    more, less = (rules.school.indicator(n).points + k for n, k in (("组织机构", 1), ("应用考核", -1)))
    with pytest.raises(KongjianError, match="学校各指标分值合计101，应为100"):
        resolve(rules, {}, {("school", "组织机构"): {"points": more}})
    moved = {("school", "组织机构"): {"points": more}, ("school", "应用考核"): {"points": less}}
    edited = resolve(rules, {}, moved)
    assert (edited.school.indicator("组织机构").points, edited.version) == (more, "2020.1+本簿修改")
    assert edited.school.indicator("应用推进") == rules.school.indicator("应用推进")


def test_a_teacher_is_complete_from_the_full_rate_on_unless_the_scheme_says_otherwise(folder: Path) -> None:
    spoil(folder, "measures.yaml", ", complete_from: 1}", "}")
    assert [
        m.complete_from for m in check_rules(folder).measures.teacher_means if m.how == "share_complete"
    ] == [1.0]
