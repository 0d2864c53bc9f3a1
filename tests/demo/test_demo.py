"""The demo's data: its size, its spread, its exact edges, and every kind of dirt that it promises."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from kongjian.base.grid import Grid
from kongjian.demo.dirt import NO_BREAK_SPACE, UNKNOWN_SCHOOL, WIDE_SPACE
from kongjian.demo.generate import demo_data
from kongjian.demo.schools import listed, school_list
from kongjian.engine.calculate import calculate
from kongjian.engine.outcome import Results
from kongjian.intake.tables import read_inputs
from kongjian.rules import Rules, load_rules
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import Pasted, build

RULES = load_rules()

Data = dict[str, Pasted]
TEACHERS = 3500
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
IDENTITY = re.compile(r"(?<!\d)[1-8]\d{16}[\dXx](?!\d)")


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="module")
def dirty(rules: Rules) -> Data:
    return demo_data(rules)


@pytest.fixture(scope="module")
def clean(rules: Rules) -> Data:
    return demo_data(rules, dirt=False)


@pytest.fixture(scope="module")
def dirty_results(rules: Rules, dirty: Data) -> Results:
    return _results(rules, dirty)


@pytest.fixture(scope="module")
def clean_results(rules: Rules, clean: Data) -> Results:
    return _results(rules, clean)


def _results(rules: Rules, data: Data) -> Results:
    grids = {}
    for table, pasted in data.items():
        width = max(len(pasted.headers), *map(len, pasted.rows))
        lines: list[list[object]] = [[], [], [*pasted.headers], *pasted.rows]
        cells = [["" if c is None else c for c in line] for line in lines]
        grids[table] = Grid([line + [""] * (width - len(line)) for line in cells])
    intake = read_inputs(grids, rules)
    return calculate(intake.inputs, rules, findings=intake.findings)


def _column(pasted: Pasted, header: str) -> list[object]:
    at = pasted.headers.index(header)
    return [row[at] for row in pasted.rows]


def _has(values: list[object], wanted: Callable[[str], object]) -> bool:
    return any(isinstance(v, str) and wanted(v) for v in values)


# size and sameness


def test_one_city_has_the_promised_size(clean: Data) -> None:
    rows = {table: len(pasted.rows) for table, pasted in clean.items()}
    assert rows == {
        "schools": 60,
        "teachers": TEACHERS,
        "classes": 900,
        "monthly": (60 + TEACHERS) * 8,
        "events": rows["events"],
    }
    assert 18_000 <= rows["events"] <= 22_000


def test_clean_data_have_the_canonical_headers(rules: Rules, clean: Data) -> None:
    assert {t: p.headers for t, p in clean.items()} == {t.id: t.names for t in rules.tables}


@pytest.mark.parametrize("dirt", [True, False])
def test_same_seed_same_cells(rules: Rules, dirt: bool) -> None:
    first, second = (demo_data(rules, seed=7, teachers=1000, dirt=dirt) for _ in range(2))
    assert first == second
    other = demo_data(rules, seed=8, teachers=1000, dirt=dirt)
    assert all(first[t].rows != other[t].rows for t in first)


def test_rows_are_as_wide_as_the_headers(dirty: Data) -> None:
    for pasted in dirty.values():
        assert {len(row) for row in pasted.rows} == {len(pasted.headers)}


def test_a_larger_city_has_more_schools_and_unique_accounts(rules: Rules) -> None:
    data = demo_data(rules, teachers=35_000, dirt=False)
    schools, accounts = _column(data["schools"], "学校名称"), _column(data["teachers"], "账号")
    assert (len(schools), len(set(schools))) == (600, 600)
    assert (len(accounts), len(set(accounts))) == (35_000, 35_000)
    assert len(data["monthly"].rows) == 35_600 * 8


def test_school_list_shares_out_every_teacher() -> None:
    assert [s.name for s in school_list(RULES, TEACHERS)] == [s.name for s in listed(RULES)]
    for teachers in (1000, TEACHERS, 175_000):
        schools = school_list(RULES, teachers)
        assert sum(s.teachers for s in schools) == teachers
        assert min(s.teachers for s in schools) >= 1
    assert len(school_list(RULES, 175_000)) == 3000


def test_too_small_a_city_is_refused(rules: Rules) -> None:
    with pytest.raises(ValueError, match="1000"):
        demo_data(rules, teachers=500)


# no real people


def test_nothing_looks_like_a_telephone_or_identity_number(dirty: Data) -> None:
    for pasted in dirty.values():
        for row in pasted.rows:
            for cell in row:
                if isinstance(cell, str):
                    assert not PHONE.search(cell)
                    assert not IDENTITY.search(cell)
                elif isinstance(cell, int | float):
                    assert cell < 1e9 or str(cell).startswith("9")


def test_only_the_intended_account_is_there_twice(clean: Data, dirty: Data) -> None:
    assert max(Counter(_column(clean["teachers"], "账号")).values()) == 1
    counts = Counter(a for a in _column(dirty["teachers"], "登录账号") if a is not None)
    assert sorted(n for n in counts.values() if n > 1) == [2]


# the picture: who qualifies, and the ties


def test_clean_data_bring_no_error_and_warn_of_two_kinds_of_score_alone(
    rules: Rules, clean_results: Results
) -> None:
    codes = {f.code for f in clean_results.findings}
    assert {c for c in codes if rules.problems[c].level != "提示"} == {"score_sources_mixed"}
    assert {"counts_filled", "rate_from_counts", "event_repeated", "score_differs"} <= codes


def test_scores_spread_realistically(clean_results: Results) -> None:
    schools = clean_results.tables["SchoolScores"]["得分"]
    assert np.mean((schools >= 45) & (schools <= 95)) > 0.8
    assert 10 <= clean_results.school.eligibility.eligible.sum() <= 15
    assert 0.08 <= clean_results.teacher.eligibility.eligible.mean() <= 0.15


def test_some_schools_fail_each_condition(clean_results: Results) -> None:
    reasons = "".join(clean_results.school.eligibility.reasons)
    for reason in ("互联网", "多媒体", "实名认证", "教师开通率", "学生开通率", "月均得分"):
        assert reason in reasons


def test_few_schools_state_their_own_measures(clean: Data) -> None:
    given = sum(v is not None for v in _column(clean["schools"], "在线授课"))
    platform = sum(v is not None for v in _column(clean["schools"], "平台得分"))
    assert 3 <= given <= 20
    assert 5 <= platform <= 20


@pytest.mark.parametrize(
    ("table", "rank", "size"), [("SchoolRanking", 3, 2), ("TeacherRanking", 10, 3), ("TeacherRanking", 50, 2)]
)
def test_exact_ties_at_the_edges(dirty_results: Results, table: str, rank: int, size: int) -> None:
    ranking = dirty_results.tables[table]
    at = ranking["名次"] == rank
    assert at.sum() == size
    assert set(ranking["并列"][at]) == {"并列"}
    assert len(set(ranking["得分"][at])) == 1
    assert ranking["名次"][ranking["名次"] > rank].min() == rank + size


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_seed_has_the_ties(rules: Rules, seed: int) -> None:
    tables = _results(rules, demo_data(rules, seed=seed)).tables
    assert (tables["SchoolRanking"]["名次"] == 3).sum() == 2
    assert [(tables["TeacherRanking"]["名次"] == r).sum() for r in (10, 50)] == [3, 2]


def test_somebody_averages_exactly_80_and_somebody_just_less(dirty_results: Results) -> None:
    average = dirty_results.tables["TeacherScores"]["月均得分"]
    eligible = dirty_results.teacher.eligibility.eligible
    assert set(eligible[average == 80.0]) == {True}
    assert set(eligible[average == 79.99]) == {False}


def test_one_school_has_exactly_90_percent_opened_and_one_a_pupil_less(
    clean: Data, clean_results: Results
) -> None:
    total, opened = (_column(clean["schools"], c) for c in ("适龄学生数", "学生开通空间数"))
    short = [int(str(t)) * 9 - int(str(o)) * 10 for t, o in zip(total, opened, strict=True)]
    assert clean_results.school.eligibility.eligible[short.index(0)]
    reason = clean_results.school.eligibility.reasons[short.index(10)]
    assert reason.startswith("学生开通率")
    assert "；" not in reason


def test_dirt_changes_no_award(clean_results: Results, dirty_results: Results) -> None:
    clean_awards, dirty_awards = clean_results.tables["Awards"], dirty_results.tables["Awards"]
    assert {c: v.tolist() for c, v in clean_awards.items()} == {
        c: v.tolist() for c, v in dirty_awards.items()
    }


def test_the_workbook_gives_the_same_picture(
    rules: Rules, dirty: Data, dirty_results: Results, tmp_path: Path
) -> None:
    book = tmp_path / "demo.xlsm"
    build(rules, book, dirty)
    run = recalculate(book)
    assert (run.schools, run.classes) == (60, 901)
    assert 60 <= sum(run.levels.values()) <= 300
    written = openpyxl.load_workbook(book, read_only=True)["学校排名"]
    lines = [row[:5] for row in written.iter_rows(min_row=4, values_only=True) if row[0] is not None]
    assert [line[4] for line in lines if line[0] == 3] == ["并列", "并列"]
    expected = dirty_results.tables["SchoolRanking"]["学校名称"].tolist()
    assert [line[1] for line in lines] == expected


# the dirt


def test_headers_are_renamed_moved_doubled_and_missing(dirty: Data) -> None:
    assert dirty["schools"].headers[0] == "单位名称"
    assert "参与活动" not in dirty["schools"].headers
    assert dirty["teachers"].headers[:3] == ["登录账号", "姓名", "学校名称"]
    assert dirty["teachers"].headers[-1] == "备注"
    assert dirty["classes"].headers.count("学生数") == 2
    assert dirty["classes"].headers[-1] == "学生数"
    assert dirty["monthly"].headers[0] == "统计月份"
    assert dirty["events"].headers[0] == "操作时间"


def test_rows_that_are_no_data(dirty: Data) -> None:
    for table in ("schools", "teachers", "classes"):
        pasted = dirty[table]
        assert "合计" in pasted.rows[-1]
        assert any(all(c is None for c in row) for row in pasted.rows)
    assert dirty["teachers"].headers in dirty["teachers"].rows


def test_numbers_in_every_wrong_form(dirty: Data) -> None:
    teachers, classes = dirty["teachers"], dirty["classes"]
    assert _has(_column(dirty["schools"], "专任教师数"), lambda v: re.fullmatch("[０-９]+", v))
    assert _has(_column(dirty["schools"], "适龄学生数"), lambda v: v.endswith(WIDE_SPACE))
    assert _has(_column(teachers, "在线授课"), lambda v: v.isascii() and v.isdigit())
    assert _has(_column(teachers, "作业管理"), lambda v: v.startswith(NO_BREAK_SPACE))
    assert -12 in _column(teachers, "在线撰写教案")
    assert "约5" in _column(teachers, "制作课件")
    assert {"85%", 1.2} <= set(_column(teachers, "学生评价"))
    assert "未开展" in _column(teachers, "活动发布")
    assert _has(_column(teachers, "在线授课"), lambda v: v.endswith("节次"))
    assert _has(_column(classes, "作业完成率"), lambda v: v.endswith("%"))
    assert any(isinstance(v, int) and v > 1 for v in _column(classes, "课程学习完成率"))
    assert 120.5 in _column(dirty["schools"], "平台得分")
    assert {105, -3} <= set(_column(dirty["monthly"], "得分"))


def test_yes_and_no_in_other_words_and_blank(dirty: Data) -> None:
    words = {str(c) for row in dirty["schools"].rows for c in row}
    assert words & {"有", "√", "Y", "已完成"}
    assert "进行中" in words
    for header in ("任课", "是否班主任"):
        assert _column(dirty["teachers"], header).count(None) >= 3


def test_more_opened_than_there_are(dirty: Data) -> None:
    pairs = zip(*(_column(dirty["schools"], c) for c in ("教师开通空间数", "专任教师数")), strict=True)
    assert any(isinstance(o, int) and isinstance(t, int) and o > t for o, t in pairs)


def test_names_and_accounts_that_do_not_match(dirty: Data) -> None:
    teachers = dirty["teachers"]
    accounts, names = _column(teachers, "登录账号"), _column(teachers, "姓名")
    assert _has(_column(dirty["schools"], "单位名称"), lambda v: v.endswith(NO_BREAK_SPACE))
    assert _has(names, lambda v: WIDE_SPACE in v)
    assert _column(teachers, "学校名称").count(UNKNOWN_SCHOOL) == 3
    assert sum(isinstance(a, float) and a > 9e17 for a in accounts) == 2
    assert _has(accounts, lambda v: re.fullmatch(r"9\d{14}000", v))
    nameless = [
        (school, name)
        for school, name, account in zip(_column(teachers, "学校名称"), names, accounts, strict=True)
        if account is None and name is not None
    ]
    assert len(nameless) == 2
    assert nameless[0] == nameless[1]


def test_dates_and_months_in_other_forms(dirty: Data) -> None:
    months, days = _column(dirty["monthly"], "统计月份"), _column(dirty["events"], "操作时间")
    assert {"2020年12月", "2020/12", "2021.3", "上学期", "2021-09"} <= {
        m for m in months if isinstance(m, str)
    }
    assert any(isinstance(m, datetime.date) for m in months)
    assert {"2021年3月16日", "2021/3/16", "2021-03-16 10:22:31", "三月"} <= {
        d for d in days if isinstance(d, str)
    }
    real = [d for d in days if isinstance(d, datetime.date)]
    assert min(real) < datetime.date(2020, 12, 1)
    assert max(real) > datetime.date(2021, 7, 31)


EXPECTED_FINDINGS = """
account_blank account_number account_rounded account_suspect account_twice administrator_blank bad_date
bad_month blank_row class_size_missing class_twice counts_differ date_as_text derivable_column_missing
evaluation_not_homeroom event_no_account event_outside event_repeated event_unknown_account
event_unknown_behaviour event_unknown_role header_renamed header_twice homeroom_blank kind_guessed
measure_missing mixed_percent month_as_text month_outside month_twice months_missing name_trimmed negative
no_monthly not_a_number not_yes_no opened_over_total out_of_range percent_number percent_text placeholder
rate_capped rate_too_high repeated_header same_name school_unknown teaching_blank text_number total_row
unit_number unit_unknown zero_word
""".split()


@pytest.mark.parametrize("code", EXPECTED_FINDINGS)
def test_every_kind_of_dirt_is_found(dirty_results: Results, code: str) -> None:
    assert any(f.code == code for f in dirty_results.findings)


def test_dirt_is_a_handful_of_each(rules: Rules, clean_results: Results, dirty_results: Results) -> None:
    usual = Counter(f.code for f in clean_results.findings)
    found = Counter(f.code for f in dirty_results.findings)
    added = {c: found[c] - usual[c] for c in found if rules.problems[c].group != "reason"}
    assert max(added.values()) <= 50
    assert sum(n for c, n in added.items() if rules.problems[c].group == "") <= 100
