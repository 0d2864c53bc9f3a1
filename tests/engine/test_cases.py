"""Every case of the scheme holds; and the runner notices a case that is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import where
from kongjian.base.errors import RuleFileError
from kongjian.rules import Rules, load_rules
from kongjian.selfcheck.case_expectations import EXPECTATIONS
from kongjian.selfcheck.case_files import Case, CaseError, load_cases
from kongjian.selfcheck.worked_cases import run_case
from pinned_rules import pinned_rules

CASES = load_cases(where.CASES)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Case, rules: Rules) -> None:
    assert run_case(case, rules) == []


def test_every_reading_and_value_has_a_case(rules: Rules) -> None:
    named = {(k, v) for case in CASES for k, v in case.body.get("readings", {}).items()}
    assert named == {(r.label, v.label) for r in rules.readings for v in r.values}


def test_every_value_of_a_reading_is_seen_to_matter(rules: Rules) -> None:
    """For each value some case of it fails under every other value of the same reading."""
    for reading in rules.readings:
        for value in reading.values:
            others = [v.label for v in reading.values if v != value]
            mine = [c for c in CASES if c.body.get("readings", {}).get(reading.label) == value.label]
            for other in others:
                assert any(_fails_under(case, reading.label, other, rules) for case in mine), (
                    f"没有算例能分清口径“{reading.label}”的“{value.label}”与“{other}”"
                )


def _fails_under(case: Case, reading: str, value: str, rules: Rules) -> bool:
    readings = {**case.body["readings"], reading: value}
    return run_case(Case(case.file, case.name, {**case.body, "readings": readings}), rules) != []


def test_every_expectation_is_used_by_some_case() -> None:
    assert {key for case in CASES for key in case.body.get("expect", {})} == {*EXPECTATIONS, "refused"}


SINGLE = {"object": "school", "indicator": "制作课件", "value": 5, "score": 4}
RANKING = {"object": "teacher", "scores": [90, 80], "expect": {"ranks": [1, 2]}}
WHOLE = {"schools": [{"学校名称": "甲"}], "expect": {"eligible": {"甲": "未达标"}}}


def _without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in body.items() if k != key}


@pytest.mark.parametrize("body", [SINGLE, RANKING, WHOLE])
def test_the_plain_cases_themselves_hold(body: dict[str, Any]) -> None:
    assert run_case(Case("算例", "算例", {"name": "算例", **body}), pinned_rules()) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SINGLE | {"score": 3.99}, "“制作课件”应得3.99分，算得4.0"),
        (SINGLE | {"value": "空", "score": 0.01}, "“制作课件”应得0.01分"),
        (SINGLE | {"readings": {"作业管理": "目标15次"}, "indicator": "作业管理", "score": 5}, "算得0.0"),
        (RANKING | {"expect": {"ranks": [1, 1]}}, "第02位应为1，算得2.0"),
        (RANKING | {"expect": {"awards": {"网络学习空间应用专家": [1]}}}, "算得['第01位', '第02位']"),
        (RANKING | {"expect": {"tied": [1]}}, "第01位应为'并列'"),
        (WHOLE | {"expect": {"eligible": {"甲": "达标"}}}, "甲应为'达标'，算得'未达标'"),
        (WHOLE | {"expect": {"ranks": {"甲": 1}}}, "甲应为1，算得'未排名'"),
        (WHOLE | {"expect": {"computed": {"甲": "空"}}}, "甲应为'空'，算得0.0"),
        (WHOLE | {"expect": {"measures": {"甲": {"制作课件": 0}}}}, "甲应为0，算得nan"),
        (WHOLE | {"expect": {"effective": {"A1": {"在线授课": {"2020-12": 1}}}}}, "算得{}"),
        (WHOLE | {"expect": {"findings": {"measure_missing": 0}}}, "measure_missing应有0处，实有22处"),
        (WHOLE | {"expect": {"near": {"甲": {"第3名": {"差距": 0}}}}}, "甲“第3名”有0行"),
        (RANKING | {"expect": {"near": {"2": {"教师月均得分80分": "不在名单"}}}}, "“教师月均得分80分”有1行"),
        (RANKING | {"expect": {"near": {"2": {"教师月均得分80分": {"差距": 1}}}}}, "差距应为1，算得0.0"),
        (WHOLE | {"expect": {"tracking": {"甲": {"状态": "难达"}}}}, "甲状态应为'难达'，算得'可达'"),
        (WHOLE | {"expect": {"effects": {"并列": {"依次比较": {"专家变化": ""}}}}}, "算得'没有数据'"),
    ],
)  # fmt: skip
def test_a_wrong_expectation_fails(body: dict[str, Any], said: str) -> None:
    differences = run_case(Case("算例", "算例", {"name": "算例", **body}), pinned_rules())
    assert any(said in d for d in differences), differences


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SINGLE | {"readngs": {}}, "不认识“readngs”"),
        (SINGLE | {"indicator": "制作课文"}, "学校没有指标“制作课文”"),
        (SINGLE | {"object": "pupil"}, "“pupil”不是 school 或 teacher"),
        (SINGLE | {"values": {"制作课件": 5}}, "value 与 values 写一个"),
        ({**SINGLE, "value": None}, "None 不是数"),
        (SINGLE | {"value": "五"}, "'五' 不是数"),
        (SINGLE | {"score": "4"}, "'4' 不是数"),
        (SINGLE | {"readings": {"作业": "目标15次"}}, "没有口径“作业”"),
        (SINGLE | {"readings": {"作业管理": "十五次"}}, "口径“作业管理”没有取值“十五次”"),
        (_without(SINGLE, "score"), "缺少score"),
        (_without(SINGLE, "value") | {"values": {"在线授课": 1}}, "values 里没有“制作课件”"),
        (RANKING | {"expect": {"rank": [1, 2]}}, "expect 不认识“rank”"),
        (RANKING | {"expect": {"ranks": [1]}}, "ranks 与 scores 个数不同"),
        (WHOLE | {"expect": {}}, "expect 是空的"),
        (WHOLE | {"expect": {"eligble": {"甲": "达标"}}}, "expect 不认识“eligble”"),
        (WHOLE | {"expect": {"eligible": {"乙": "达标"}}}, "叫“乙”的有0个"),
        (WHOLE | {"expect": {"awards": {"示范校": []}}}, "awards 不认识“示范校”"),
        (WHOLE | {"expect": {"findings": {"missing": 1}}}, "findings 不认识“missing”"),
        (WHOLE | {"expect": {"measures": {"甲": {"课件": 1}}}}, "measures 甲 不认识“课件”"),
        (WHOLE | {"expect": {"near": {"乙": {"第3名": "不在名单"}}}}, "叫“乙”的有0个"),
        (WHOLE | {"expect": {"tracking": {"甲": {"态": "可达"}}}}, "tracking 甲 不认识“态”"),
        (RANKING | {"expect": {"near": {"3": {}}}}, "near 不认识“3”"),
        (RANKING | {"expect": {"near": {"2": {"教师月均得分80分": {"差": 1}}}}}, "near 第02位 不认识“差”"),
        (WHOLE | {"expect": {"effects": {"并列": {"一并入选": {}}}}}, "effects 没有“并列”“一并入选”这一行"),
        (WHOLE | {"expect": {"effects": {"并列": {"依次比较": {"变化": ""}}}}}, "effects 并列 不认识“变化”"),
        (WHOLE | {"schools": [{"学校名字": "甲"}]}, "schools 不认识“学校名字”"),
        (WHOLE | {"schools": [{"学校名称": 1}]}, "文字 1 要加引号"),
        ({"schools": []}, "缺少expect"),
    ],
)  # fmt: skip
def test_a_case_written_wrongly_is_an_error(body: dict[str, Any], said: str) -> None:
    with pytest.raises(CaseError) as error:
        run_case(Case("算例", "算例", {"name": "算例", **body}), pinned_rules())
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name: 不是列表\n", "不是算例的列表"),
        ("- {object: school}\n", "没有 name"),
        ("- {name: 甲, score: 1}\n- {name: 甲, score: 2}\n", "“甲”出现两次"),
        ("- {name: 甲, score: 1, score: 2}\n", "键“score”重复"),
    ],
)
def test_a_case_file_written_wrongly_is_an_error(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "cases.yaml").write_text(text, encoding="utf-8")
    with pytest.raises((CaseError, RuleFileError)) as error:
        load_cases(tmp_path)
    assert said in str(error.value)
