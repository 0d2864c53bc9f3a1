"""A rule file edited line by line: what changes, what stays where it was; and small words of the model."""

from __future__ import annotations

import dataclasses
import os
import time
from pathlib import Path

import pytest
import yaml

from kongjian.base.errors import KongjianError
from kongjian.rules import load_rules, loader
from kongjian.rules.ladders import ladder_faults
from kongjian.rules.lint import indicators, sentences
from kongjian.rules.model import Band, ObjectScheme
from kongjian.rules.model_forms import FormField, MonthlyList
from kongjian.rules.model_scheme import Period
from kongjian.rules.model_tables import Column, Problem
from kongjian.rules.new_package import write_package
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.rule_text import RuleText, in_yaml, plain
from small_scheme import SMALL

TEXT = """\
# 开头
rows:
  - name: 甲  # 第一个
    points: 5
    bands:
      - {at_least: 0.8, points: 5}
      - {at_least: 0, points: 1}
    unit: 次

  # 第二个的说明
  - name: 乙
    points: 2.5
    tags: [一, "二", 三]

  - name: 丙
    tags:
      - 一
      - 二
last: {a: 1, b: 2}
"""


def file_of(tmp_path: Path, text: str = TEXT) -> RuleText:
    path = tmp_path / "规则.yaml"
    path.write_text(text, encoding="utf-8")
    return RuleText(path)


def saved(file: RuleText) -> str:
    file.save()
    return file._path.read_text(encoding="utf-8")


def test_a_file_that_is_not_changed_stays_as_it_is(tmp_path: Path) -> None:
    assert saved(file_of(tmp_path)) == TEXT


def test_a_value_is_put_in_the_place_of_another(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.put(("rows", 0, "name"), '新"名')
    file.put(("rows", 1, "points"), 3.0)
    file.put(("last", "b"), 0.1)
    text = saved(file)
    assert '  - name: "新\\"名"  # 第一个\n' in text
    assert "    points: 3\n" in text
    assert text.endswith("last: {a: 1, b: 0.1}\n")
    with pytest.raises(KongjianError, match=r"规则\.yaml 第5行：找不到“bands”，请手工改成1"):
        file_of(tmp_path).put(("rows", 0, "bands"), 1)


def test_a_key_is_added_behind_another_of_its_item(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.add_key(("rows", 1, "target"), "points", 15)
    file.add_key(("rows", 0, "clause"), "unit", "附件1")
    text = saved(file)
    assert "    points: 2.5\n    target: 15\n    tags: [" in text
    assert '    unit: 次\n    clause: "附件1"\n' in text
    assert yaml.safe_load(text)["rows"][1]["target"] == 15


def test_other_steps_take_the_place_of_those_that_were(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.put_bands(("rows", 0, "bands"), (Band(0.9, 5.0), Band(0.5, 2.5), Band(0.0, 0.0)))
    new = "    bands:\n      - {at_least: 0.9, points: 5}\n      - {at_least: 0.5, points: 2.5}\n      - {at_least: 0, points: 0}\n    unit: 次\n"
    assert new in saved(file)


def test_rows_go_with_all_that_belongs_to_them(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.drop(("rows", 0))
    assert saved(file) == TEXT[: TEXT.index("  - name: 甲")] + TEXT[TEXT.index("  # 第二个") :]
    file = file_of(tmp_path)
    file.drop(("rows", 1, "points"))
    assert saved(file) == TEXT.replace("    points: 2.5\n", "")
    file = file_of(tmp_path)
    for row in range(3):
        file.drop(("rows", row))
    assert yaml.safe_load(saved(file)) == {"rows": [], "last": {"a": 1, "b": 2}}
    file = file_of(tmp_path)
    for tag in range(2):
        file.drop(("rows", 2, "tags", tag))
    assert yaml.safe_load(saved(file))["rows"][2] == {"name": "丙", "tags": []}


@pytest.mark.parametrize(("behind", "parted"), [(-1, False), (-1, True), (0, False), (1, True), (2, False)])
def test_a_row_is_added_where_it_belongs(behind: int, parted: bool, tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.add(("rows",), behind, "name: 丁\npoints: 1", parted)
    text = saved(file)
    names = ["甲", "乙", "丙"]
    assert [row["name"] for row in yaml.safe_load(text)["rows"]] == [
        *names[: behind + 1],
        "丁",
        *names[behind + 1 :],
    ]
    row = "  - name: 丁\n    points: 1\n"
    assert (f"{row}\n" if parted and behind < 0 else f"\n{row}" if parted else row) in text
    assert text.replace(f"{row}\n" if parted and behind < 0 else f"\n{row}" if parted else row, "", 1) == TEXT


def test_rows_that_come_and_go_are_counted(tmp_path: Path) -> None:
    file = file_of(tmp_path, "rows:\n  - {name: 甲}\n  - {name: 乙}\n")
    file.drop(("rows", 0))
    file.add(("rows",), 1, "name: 丙")
    assert yaml.safe_load(saved(file))["rows"] == [{"name": "乙"}, {"name": "丙"}]
    whole = file_of(tmp_path, "- {name: 甲}\n")
    whole.drop((0,))
    assert saved(whole) == "[]\n"


def test_a_text_is_taken_out_of_a_list(tmp_path: Path) -> None:
    file = file_of(tmp_path)
    file.remove(("rows", 1, "tags"), "二")
    file.remove(("rows", 2, "tags"), "一")
    text = saved(file)
    assert "    tags: [一, 三]\n" in text
    assert [row.get("tags") for row in yaml.safe_load(text)["rows"]] == [None, ["一", "三"], ["二"]]


def test_numbers_and_rows_as_a_file_has_them() -> None:
    assert [plain(n) for n in (5, 5.0, 2.5, 0.1)] == ["5", "5", "2.5", "0.1"]
    indicator = dataclasses.replace(
        load_rules(SMALL).school.indicators[0], bands=(Band(0.5, 2.0),), discrepancies=()
    )
    told = yaml.safe_load(in_yaml(indicator))
    assert told["bands"] == [{"at_least": 0.5, "points": 2}]
    assert told["points"] == indicator.points
    assert told["name"] == indicator.name
    usual = {f.name for f in dataclasses.fields(indicator) if getattr(indicator, f.name) == f.default}
    assert not usual & set(told)


def test_months_go_over_the_year() -> None:
    assert Period("2020-11", "2021-02", "", "").months() == ["2020-11", "2020-12", "2021-01", "2021-02"]
    assert Period("2021-02", "2021-01", "", "").months() == []


def test_what_a_file_leaves_out_is_as_usual() -> None:
    assert (
        Problem("错误", "", "").cap,
        FormField("a", "b", "text").longest,
        MonthlyList("school", "").ranks,
    ) == (1000, 0, 0)
    [yes, no] = [Column("a", "yes_no", (), blank=word) for word in ("是", "否")]
    assert (yes.stand_in, no.stand_in) == (1.0, 0.0)
    rules = load_rules(SMALL)
    for held in (
        rules.school.indicators[0],
        rules.awards[0],
        rules.tables[0],
        rules.period,
        rules.conditions[0],
        rules.forms,
        rules,
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(held, dataclasses.fields(held)[0].name, "")
    name = rules.school.indicators[1].name
    assert rules.school.indicator(name) is rules.school.indicators[1]


def test_ranks_without_an_award_are_told() -> None:
    awards = [a for a in load_rules(SMALL).awards if not a.share][:1]
    [award] = awards
    gap = dataclasses.replace(award, first=3, last=4, group="")
    assert list(ladder_faults([gap], award.object)) == [(award.name, "第1名至第2名没有奖项")]
    first = dataclasses.replace(award, first=1, last=4, group="")
    assert list(ladder_faults([first], award.object)) == []


def test_what_killed_runs_left_beside_the_kept_rules_goes_after_a_while(tmp_path: Path) -> None:
    old, young, rules = tmp_path / ".kongjian-a.1.tmp", tmp_path / ".kongjian-b.2.tmp", load_rules(SMALL)
    for path, age in ((old, loader._LONG_AGO + 60), (young, 1)):
        path.touch()
        os.utime(path, (time.time() - age,) * 2)
    loader._keep(tmp_path / "rules-c.pickle", rules)
    assert sorted(p.name for p in tmp_path.iterdir()) == [".kongjian-b.2.tmp", "rules-c.pickle"]
    for k in range(12):
        loader._keep(tmp_path / f"rules-{k}.pickle", rules)
    assert len(list(tmp_path.glob("*.pickle"))) == 8


SENTENCES = [
    ("每两项加1.5分，最多加6分", {"kind": "bonus", "per": 0.75, "points": 6.0}, []),
    ("每项加2分，不超过6分", {"kind": "bonus", "per": 1.0, "points": 5.0}, ["per：条款写“每项加2分”，这里是1", "points：条款写“不超过6分”，这里是5"]),
    ("达到5次得4分", {"kind": "threshold", "target": 5.0, "points": 4.0, "unit": "次"}, []),
    ("达到5次得4分", {"kind": "threshold", "target": 6.0, "points": 3.0, "unit": "次"}, ["points：条款写“得4分”，这里是3", "target：条款写“5次”，这里是6"]),
    ("40次得满分，每少2次扣1分", {"kind": "deduct", "target": 40.0, "per": 0.5, "unit": "次"}, []),
    ("40次得满分，每少2次扣1分", {"kind": "deduct", "target": 40.0, "per": 1.0, "unit": "次"}, ["per：条款写“每少2次扣1分”，这里是1"]),
    ("80%以上得5分，60%—80%得3分，60%以下不得分", {"kind": "bands", "points": 5.0, "bands": (Band(0.8, 5.0), Band(0.6, 3.0), Band(0.0, 0.0))}, []),
    ("80%以上得5分，60%以下得1分", {"kind": "bands", "points": 5.0, "bands": (Band(0.8, 4.0), Band(0.7, 3.0), Band(0.0, 0.0))},
     ["bands：条款写“80%以上得5分”，这里是4", "bands：条款写“60%以下得1分”，这里是0", "bands：条款没有写70%这一档"]),
    ("33.3333333%以上得5分，33.3333333%以下不得分", {"kind": "bands", "points": 5.0, "bands": (Band(0.333333333, 5.0), Band(0.0, 0.0))}, []),
]  # fmt: skip


@pytest.mark.parametrize("at", range(len(SENTENCES)))
def test_a_clause_says_what_the_rule_says(at: int) -> None:
    sentence, given, faults = SENTENCES[at]
    plain_one = dataclasses.replace(
        load_rules(SMALL).school.indicators[0], target=None, per=None, bands=(), discrepancies=(), unit=""
    )
    indicator = dataclasses.replace(plain_one, sentence=sentence, **given)
    said = [
        *sentences._faults("甲", [*sentences._indicator(indicator), *sentences._bands(indicator)]),
        *sentences._untold("甲", indicator),
    ]
    assert said == [f"甲 {fault}" for fault in faults]


def test_a_scheme_without_what_ties_are_broken_by_and_with_another_first_indicator(tmp_path: Path) -> None:
    rules = load_rules(SMALL)
    name = rules.tie_breakers[0]

    def other(scheme: ObjectScheme) -> ObjectScheme:
        first, *rest = (i for i in scheme.indicators if i.name != name)
        owed = first.points + scheme.indicator(name).points
        new = dataclasses.replace(first, name="另一项", measure=first.column, points=owed)
        return dataclasses.replace(scheme, indicators=(new, *rest))

    wanted = rules.replace(school=other(rules.school), teacher=other(rules.teacher))
    write_package(wanted, "other-2032", tmp_path / "other-2032")
    made = load_rules(tmp_path / "other-2032")
    for kind in OBJECT_LABELS:
        found = [i.name for i in made.object(kind).indicators]
        assert found == [i.name for i in wanted.object(kind).indicators]
        assert (found[0], name in found) == ("另一项", False)
    assert made.tie_breakers == rules.tie_breakers[1:]
    assert name not in {b for role in made.effective.roles if role.fills != "pupil" for b in role.behaviours}
    assert [r.id for r in made.readings] == [r.id for r in rules.readings]


@pytest.mark.parametrize(
    ("sentence", "given", "said"),
    [
        ("得分排名前3的学校", {"first": 1, "last": 3}, []),
        (
            "第4至10名的学校",
            {"first": 1, "last": 9},
            ["first：条款写“4至10名”，这里是1", "last：条款写“4至10名”，这里是9"],
        ),
        ("达标学校的前15%授予", {"share": 0.15}, []),
        ("达标学校的前15%授予", {"share": 0.1}, ["share：条款写“前15%”，这里是0.1"]),
        ("得分不低于80分的", {"least": 80.0}, []),
        ("得分85分以上的", {"least": 80.0}, ["least：条款写“85分以上”，这里是80"]),
    ],
)
def test_a_clause_of_an_award_says_what_the_rule_says(
    sentence: str, given: dict[str, float], said: list[str]
) -> None:
    award = dataclasses.replace(
        load_rules(SMALL).awards[0], sentence=sentence, **{"share": 0.0, "least": 0.0, **given}
    )
    assert list(sentences._faults("甲", sentences._award(award))) == [f"甲 {fault}" for fault in said]


@pytest.mark.parametrize("change", ["homeroom_only", "none_is_zero"])
def test_what_is_added_apart_has_nothing_of_a_homeroom(change: str) -> None:
    [bonus] = load_rules(SMALL).school.bonuses
    assert list(indicators._scoring("甲", bonus, {})) == []
    told = ["甲：bonus 不用 homeroom_only、none_is_zero"]
    assert list(indicators._scoring("甲", dataclasses.replace(bonus, **{change: True}), {})) == told


@pytest.mark.parametrize("per", [0.0, -0.5, float("inf"), None])
def test_what_is_taken_off_or_added_for_each_is_above_nothing(per: float | None) -> None:
    [bonus] = load_rules(SMALL).school.bonuses
    assert any(
        " per" in fault for fault in indicators._scoring("甲", dataclasses.replace(bonus, per=per), {})
    )
