"""The self-check's lines about rules, evaluators and cases: each fault is named, nothing unseen passes."""

from __future__ import annotations

import dataclasses
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from kongjian.engine.frame import Floats
from kongjian.mailing.live_copy import Contents, contents
from kongjian.rules import Rules, load_rules, resolve
from kongjian.rules.model import Award, Band, Indicator
from kongjian.selfcheck import agreement, calculators, examine_book, gaps, scheme_cases
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND
from kongjian.selfcheck.evaluators import Calculated
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run
from native_engines import Case, random_run
from selfchecked import CASES, RULES, calculated, checked, edited, few_cases, only, put, rule_cell

# every value of every reading in at least one of three
EVERY_VALUE: list[Case] = [
    ({r.id: r.values[k % len(r.values)].id for r in RULES.readings}, 70 + k) for k in range(3)
]


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return calculated(tmp_path)


# 每个数都有分


def changed(rules: Rules, kind: str, name: str, **values: object) -> Rules:
    """The rules with one indicator's parameters changed past every check of the loader."""
    scheme = rules.object(kind)
    indicators = tuple(dataclasses.replace(i, **values) if i.name == name else i for i in scheme.indicators)  # type: ignore[arg-type]
    return rules.replace(**{kind: dataclasses.replace(scheme, indicators=indicators)})


def bands(*steps: tuple[float, float]) -> Rules:
    return changed(RULES, "school", "课程学习", bands=tuple(Band(b, p) for b, p in steps))


def awarded(**ranks: tuple[int, int]) -> Rules:
    def moved(award: Award) -> Award:
        first, last = ranks.get(award.name.removeprefix("网络学习空间应用"), (award.first, award.last))
        return dataclasses.replace(award, first=first, last=last)

    return RULES.replace(awards=tuple(map(moved, RULES.awards)))


FULL = f"{RULES.teacher.indicator('制作课件').points:g}"
FAULTS: dict[str, tuple[Rules, str]] = {
    "a gap at the bottom": (bands((0.8, 10), (0.6, 8), (0.4, 5)), "学校“课程学习”：40%以下没有分档"),
    "a bound twice": (bands((0.8, 10), (0.6, 8), (0.6, 5), (0, 0)), "60%有两档"),
    "out of order": (bands((0.6, 10), (0.8, 8), (0, 0)), "各档没有从高到低，会重叠"),
    "a lower band scores as much": (bands((0.8, 10), (0.6, 10), (0, 0)), "60%一档的10分不比80%一档低"),
    "the top band too low": (bands((0.8, 9), (0.6, 8), (0, 0)), "最多只能得9分，分值是10"),
    "the top band too high": (bands((0.8, 11), (0.6, 8), (0, 0)), "得11分，不在0到10之间"),
    "a lower band scores more": (bands((0.8, 9), (0.6, 10), (0, 0)), "0.8得9分，比0.799999的10分少"),
    "no bands": (bands(), "没有分档"),
    "below nought": (bands((0.8, 10), (0, -1)), "0得-1分，不在0到10之间"),
    "more done, less given": (changed(RULES, "teacher", "制作课件", per=-2.0), f"不在0到{FULL}之间"),
    "nothing is taken off": (changed(RULES, "teacher", "制作课件", per=0.0), f"教师“制作课件”：0也得满分{FULL}，没有扣分"),
    "no target": (changed(RULES, "school", "作业管理", target=None), "学校“作业管理”：没有目标"),
    "a reading without a value": (RULES.replace(chosen={**RULES.chosen, "ties": ""}), "口径“并列”没有取值"),
    "no months": (
        RULES.replace(scheme=dataclasses.replace(RULES.scheme, period=dataclasses.replace(RULES.period, end="2020-11"))),
        "评选月份2020-12至2020-11不成区间",
    ),
    "a rank without award": (awarded(优秀教师=(12, 50)), "教师第11名至第11名没有奖项"),
    "a rank with two": (awarded(专家=(1, 11)), "与前一个教师奖项的名次重叠（应从第12名起）"),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_gap_is_named(name: str) -> None:
    rules, said = FAULTS[name]
    line = gaps.gaps(rules)
    assert line.state == BAD
    assert said in line.text


def test_a_scorer_that_moves_a_bound_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    real = gaps.score_column

    def stricter(indicator: Indicator, values: Floats, *rest: Any) -> None:
        real(indicator, values - 1e-5 if indicator.kind == "bands" else values, *rest)

    monkeypatch.setattr(gaps, "score_column", stricter)
    assert "学校“课程学习”：在80%处得8分和8分，应为8分和10分" in gaps.gaps(RULES).text


def test_every_value_of_every_reading_leaves_no_gap() -> None:
    for reading in RULES.readings:
        for value in reading.values:
            line = gaps.gaps(resolve(RULES, {reading.id: value.id}))
            assert line.state == GOOD, (reading.label, value.label, line)


def test_a_target_of_nought_in_the_workbook_fails_that_line_alone(book: Path) -> None:
    edited(book, put("规则", rule_cell(book, "教师", "制作课件", "目标"), 0))
    recalculate(book)
    line = only(checked(book), gaps.TITLE)
    assert f"教师“制作课件”：0也得满分{FULL}，没有扣分" in line.text


# 三种方法算得一样

OTHER = changed(RULES, "teacher", "在线授课", target=41.0)


def test_rows_scored_by_other_rules_are_named(book: Path) -> None:
    lines = checked(book, by_row=lambda run: agreement.by_row(dataclasses.replace(run, rules=OTHER)))
    text = only(lines, agreement.TITLE).text
    assert text.startswith("学校5所、教师6名有12处不同：教师得分!F4（在线授课）按列10、按行9；")
    assert text.endswith("……另有7处")


def test_formulas_of_other_rules_are_named(book: Path) -> None:
    def other(run: Run, _: Contents) -> Calculated:
        altered = dataclasses.replace(run, rules=OTHER)
        return calculators.by_formualizer(altered, contents(altered))

    text = only(checked(book, calculator=("别的", other)), agreement.TITLE).text
    assert "教师得分!F4（在线授课）按列10、按公式9" in text


def test_formulas_that_were_not_worked_out_do_not_pass(book: Path) -> None:
    def lazy(run: Run, found: Contents) -> Calculated:
        done = calculators.by_formualizer(run, found)
        return {sheet: [[] for _ in columns] for sheet, columns in done.items()}

    text = only(checked(book, calculator=("别的", lazy)), agreement.TITLE).text
    assert "只算出0个" in text


def test_without_a_calculator_the_line_does_not_pass(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "formualizer", None)
    monkeypatch.setattr(calculators, "find_office", lambda: None)
    lines = checked(book)
    assert "没有能算公式的程序，Excel公式没有核对" in only(lines, agreement.TITLE, MIND).text
    assert "自检通过" not in examine_book.word(lines, "")


@pytest.mark.parametrize("case", EVERY_VALUE)
def test_formualizer_gives_the_engine_s_values_under_random_rules(case: Case) -> None:
    """Every reading, every kind of indicator, names that look like formulas; stored results are never handed over."""
    run = random_run(case, schools=8, teachers=25)
    line = agreement.agreement(run, agreement.by_row, ("formualizer", calculators.by_formualizer))
    assert line.state == GOOD, line


def test_libreoffice_serves_where_formualizer_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "formualizer", None)
    found = calculators.available()
    assert found
    assert found[0] == "LibreOffice"
    run = random_run(EVERY_VALUE[0], schools=4, teachers=6)
    assert agreement.agreement(run, agreement.by_row, found).state == GOOD
    altered = dataclasses.replace(run, rules=changed(run.rules, "school", "组织机构", points=4.0))

    def other(_: Run, found: Contents) -> Calculated:
        return calculators.by_office(altered, found)

    line = agreement.agreement(run, agreement.by_row, ("LibreOffice", other))
    assert line.state == BAD
    assert "（组织机构）按列7.25、按公式4" in line.text


# 照方案手算的例子


def test_a_case_that_was_altered_is_named(book: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(few_cases(), tmp_path / "cases"))
    text = (folder / "rankings.yaml").read_text(encoding="utf-8")
    assert "ranks: [1, 2" in text
    (folder / "rankings.yaml").write_text(text.replace("ranks: [1, 2", "ranks: [1, 3", 1), encoding="utf-8")
    line = only(checked(book, folder), scheme_cases.TITLE)
    assert "个算例有1处不符：rankings.yaml“" in line.text
    assert "应为3，算得2" in line.text


def test_cases_that_are_missing_or_broken_do_not_pass(book: Path, tmp_path: Path) -> None:
    assert "没有算例，没有核对" in only(checked(book, tmp_path), scheme_cases.TITLE, MIND).text
    (tmp_path / "a.yaml").write_text("- {name: 甲, expect: {rank: 1}}", encoding="utf-8")
    assert "算例本身写错了：甲：expect 不认识“rank”" in only(checked(book, tmp_path), scheme_cases.TITLE).text


def test_the_cases_of_this_installation_are_found() -> None:
    assert scheme_cases.folder_of(load_rules()) == CASES


def test_a_check_that_breaks_is_one_line(book: Path) -> None:
    def broken(_: object) -> object:
        raise RuntimeError("坏了")

    assert "核对时程序出错" in only(checked(book, by_row=broken), agreement.TITLE).text
