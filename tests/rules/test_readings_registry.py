"""Every value of every reading is carried out in every room that acts on it, and no scheme has to have any of them; long because each room is run under every value."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import importlib
import pkgutil
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import kongjian
from kongjian.base import places
from kongjian.base.errors import KongjianError, RuleFileError
from kongjian.engine.evidence.explanations import explanations
from kongjian.engine.evidence.near_misses import near_misses
from kongjian.engine.evidence.pass_mark import pass_mark
from kongjian.engine.evidence.reconcile import reconcile
from kongjian.forms import known, score_cards, summary
from kongjian.mailing.live_copy import contents
from kongjian.rules import Rules, load_rules, resolve
from kongjian.rules.lint.whole import lint
from kongjian.rules.loader import check_rules
from kongjian.rules.readings import BY_CONDITIONS, CODED, Option, RankMethod, Reading, Shortfall
from kongjian.workbook.functions import computing, ranks, rules_text
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import build
from native_engines import random_rules, run_of
from random_city import city_tables
from where import ROOT
from workbooks import cells, everything, pasted

RULES = load_rules()
IDS = [r.id for r in RULES.readings]
ROOMS = {
    "rules.wording": "shortfall non_homeroom authority missing_months",
    "engine.scoring": "shortfall non_homeroom",
    "engine.row_scoring": "shortfall non_homeroom",
    "engine.measures": "class_weight",
    "engine.event_lines": "student_effective",
    "engine.coverage": "log_coverage blank_count",
    "engine.monthly": "missing_months missing_months",
    "engine.log_months": "log_months",
    "engine.eligibility": "pass_mark",
    "engine.authority": "authority",
    "engine.evidence.clean_awards": "rank_by",
    "engine.calculate": "rank_by rank_by",
    "engine.ranking": "rank_method rank_method",
    "engine.awards": "rank_among ties rank_method",
    "engine.award_places": "rank_method",
    "engine.evidence.near_lines": "rank_method ties",
    "engine.evidence.near_misses": "rank_method",
    "engine.evidence.changes": "rank_by",
    "engine.evidence.pass_mark": "non_homeroom pass_mark",
    "workbook.functions.ranks": "rank_among ties rank_method",
    "forms.score_cards": "non_homeroom",
    "mailing.formulas": "shortfall non_homeroom",
    "mailing.score_sheets": "rank_by rank_among",
    "mailing.ranking_sheets": "rank_method",
    "mailing.group_awards": "rank_method",
    "mailing.passed_over": "rank_method rank_method rank_method",
    "mailing.plan": "missing_months pass_mark",
}
"""The tables of each room by the ids of their readings. A new value belongs into each table of its reading."""


def tables() -> Iterator[tuple[str, str, dict[Option, Any]]]:
    """Every table of the package: its module, its name, its values and what they do."""
    for found in pkgutil.walk_packages(kongjian.__path__, "kongjian."):
        if found.name != "kongjian.__main__":
            for name, table in vars(importlib.import_module(found.name)).items():
                if isinstance(table, dict) and any(isinstance(key, Option) for key in table):
                    yield found.name.removeprefix("kongjian."), name, table


TABLES = [pytest.param(t, id=f"{module}.{name}") for module, name, t in tables()]


# the registry and its rooms


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_every_value_of_one_reading_and_nothing_else(table: dict[Option, Any]) -> None:
    assert list(table) == list(type(next(iter(table))))


def test_every_room_has_the_tables_of_its_readings() -> None:
    found: dict[str, list[str]] = {}
    for module, _, table in tables():
        found.setdefault(module, []).append(next(iter(table)).reading_id)
    assert {m: sorted(ids) for m, ids in found.items()} == {m: sorted(i.split()) for m, i in ROOMS.items()}


def test_only_what_conditions_carry_out_has_no_table() -> None:
    in_tables = {i for ids in ROOMS.values() for i in ids.split()}
    assert in_tables | {o.reading_id for o in BY_CONDITIONS} == set(CODED)
    assert not in_tables & {o.reading_id for o in BY_CONDITIONS}


def test_the_scheme_offers_every_value_and_its_default_comes_first() -> None:
    scheme = {r.id: [v.id for v in r.values] for r in RULES.readings}
    assert {i: list(option) for i, option in CODED.items()} == {i: scheme[i] for i in CODED}
    assert [
        r.id for r in RULES.readings if r.id not in CODED and not all(v.indicators for v in r.values)
    ] == []


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "python" / "kongjian").rglob("*.py")):
        if path.parent.name != "rules" and path.parent.parent.name != "rules":
            yield path, path.read_text(encoding="utf-8")


def test_outside_the_rules_no_reading_is_looked_up_by_a_text() -> None:
    looked_up = re.compile(r"""(chosen(\[|\.get\()|reading\()["']""")
    assert [path.name for path, text in _sources() if looked_up.search(text)] == []


def test_outside_the_rules_nobody_asks_for_one_value_and_lets_the_others_pass() -> None:
    names = {option.__name__ for option in CODED.values()}

    def one_value(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and getattr(node.value, "id", "") in names

    asked = [
        f"{path.name}:{node.lineno}"
        for path, text in _sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Compare) and any(map(one_value, [node.left, *node.comparators]))
    ]
    assert asked == []


# what a scheme offers


def without(*ids: str, rules: Rules = RULES) -> Rules:
    """The scheme as if it left these readings not open."""
    return resolve(rules.replace(readings=tuple(r for r in rules.readings if r.id not in ids)), {})


def offering(**values: Sequence[str]) -> Rules:
    """The scheme with these readings' values only, in this order."""
    changed = [
        dataclasses.replace(r, values=tuple(r.value(v) for v in values[r.id])) if r.id in values else r
        for r in RULES.readings
    ]
    return resolve(RULES.replace(readings=tuple(changed)), {})


def test_the_scheme_s_own_default_counts_before_the_registry_s() -> None:
    assert offering(shortfall=["started", "exact"]).choice(Shortfall) is Shortfall.STARTED
    assert without("shortfall").choice(Shortfall) is Shortfall.EXACT
    assert without(*IDS).chosen == {}
    assert [without(*IDS).choice(o) for o in CODED.values()] == [next(iter(o)) for o in CODED.values()]


def test_a_value_that_nobody_carries_out_is_never_taken_for_another() -> None:
    with pytest.raises(ValueError, match="half"):
        RULES.replace(chosen={"shortfall": "half"}).choice(Shortfall)


def test_conditions_hold_under_the_default_where_the_scheme_lacks_their_reading() -> None:
    for kind in ("school", "teacher"):
        assert without(*IDS).conditions_for(kind) == RULES.conditions_for(kind)
        every = resolve(without("opening_rate"), {"monthly_rule": "every_month"})
        assert [c.kind for c in every.conditions_for(kind)][-1] == "every_month"


def test_conditions_may_hang_on_a_reading_of_the_scheme_s_own() -> None:
    fifteen = dataclasses.replace(RULES.conditions[0], when={"homework": "fifteen"})
    rules = RULES.replace(conditions=(fifteen,))
    assert rules.conditions_for("school") == []
    assert resolve(rules, {"homework": "fifteen"}).conditions_for("school") == [fifteen]
    with pytest.raises(KeyError, match="homework"):
        without("homework", rules=rules).conditions_for("school")


# what the files may say


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(places.rules(), tmp_path / "rules"))


def spoil(folder: Path, old: str, new: str) -> None:
    path = folder / "readings.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_rules_with_a_value_that_nobody_carries_out_are_not_loaded_either(folder: Path) -> None:
    spoil(folder, "{id: started,", "{id: half,")
    with pytest.raises(RuleFileError) as error:
        check_rules(folder)
    assert str(error.value) == lint(folder)[0]
    assert "没有“half”（不足一个按一个）的算法；可用：exact、whole、started" in str(error.value)


def test_a_reading_that_only_sets_indicators_may_have_any_id_and_values(folder: Path) -> None:
    spoil(folder, "id: homework", "id: own_target")
    spoil(folder, "id: fifteen", "id: as_pupils")
    assert lint(folder) == []
    rules = resolve(check_rules(folder), {"own_target": "as_pupils"})
    assert "own_target" not in CODED
    assert rules.taken(rules.readings[0]).id == "as_pupils"


def test_a_scheme_may_leave_out_readings_that_no_condition_names(folder: Path) -> None:
    text = (folder / "readings.yaml").read_text(encoding="utf-8")
    kept = [
        part
        for part in text.split("\n\n")
        if "indicators: {" in part or re.search(r"- id: (opening_rate|monthly_rule)\n", part)
    ]
    (folder / "readings.yaml").write_text("\n\n".join(kept) + "\n", encoding="utf-8")
    assert lint(folder) == []
    rules = check_rules(folder)
    left = [r.id for r in rules.readings]
    assert [id_ for id_ in left if id_ in CODED] == ["opening_rate", "monthly_rule"]
    assert "homework" in left
    assert rules.choice(RankMethod) is RankMethod.COMPETITION


# a lacking reading is its default

SEEDS = range(4)
LACKING = [pytest.param((i,), id=i) for i in IDS] + [pytest.param(tuple(IDS), id="all")]


def city(rules: Rules, readings: dict[str, str], seed: int) -> Run:
    """A random city with a log; every other one under the scheme's own numbers, the others under random ones.

    Two schools have their pupils' rates of the log alone, and some units are a hair below the pass mark; one city has no
    teacher's months.
    """
    rng = np.random.default_rng(seed)
    drawn = random_rules(resolve(rules, readings), rng)
    own = drawn if seed % 2 else resolve(rules, readings)
    tables = city_tables(drawn, rng, 6, 25)
    schools, classes = tables["schools"], tables["classes"]
    for measure in ("课程学习完成率", "作业完成率"):
        schools[measure][:2] = np.nan
        classes[measure][np.isin(classes["学校名称"], schools["学校名称"][:2])] = np.nan
    classes["年级"] = ["三年级"] * len(classes["学校名称"])
    classes["班级"] = [f"{k}班" for k in range(len(classes["学校名称"]))]
    monthly = beside_the_mark(tables, own)
    if seed == SEEDS[-1]:  # the platform gives no teacher's months
        kept = [k for k, kind in enumerate(monthly["类别"]) if kind != "教师"]
        monthly = {name: [values[k] for k in kept] for name, values in monthly.items()}
    return run_of(tables | {"events": log(tables, rng), "monthly": monthly}, own)


def log(tables: dict[str, dict[str, Any]], rng: np.random.Generator) -> dict[str, list[str]]:
    """Events of a half of the teachers, and of pupils who do a thing several times a month."""
    behaviours = {r.id: r.behaviours for r in RULES.effective.roles}
    days = [f"{month}-{day:02}" for month in RULES.period.months() for day in (3, 12, 25)]
    rows = []
    for school, account in zip(tables["teachers"]["学校名称"], tables["teachers"]["账号"], strict=True):
        if account and rng.random() < 0.5:
            for behaviour in behaviours["teacher"]:
                some = rng.choice(days, rng.integers(0, 4), replace=False).tolist()
                rows += [(day, school, account, "教师", behaviour, "", "") for day in some]
    for school, grade, name in zip(
        *(tables["classes"][c] for c in ("学校名称", "年级", "班级")), strict=True
    ):
        for pupil in range(20):
            for behaviour in behaviours["student"]:
                some = rng.choice(days, rng.integers(3, 16), replace=False).tolist()
                rows += [(day, school, f"{name}{pupil}", "学生", behaviour, grade, name) for day in some]
    columns = "日期 学校名称 账号 角色 行为 年级 班级".split()
    return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))


def beside_the_mark(tables: dict[str, dict[str, Any]], rules: Rules) -> dict[str, list[Any]]:
    """The months, those of every third unit such that their average is below the pass mark until it is rounded."""
    schools = [("学校", school, "") for school in tables["schools"]["学校名称"]]
    teachers = zip(tables["teachers"]["学校名称"], tables["teachers"]["账号"], strict=True)
    close = [*schools, *(("教师", *t) for t in teachers if t[1])][::3]
    columns = "类别 学校名称 账号 月份 得分".split()
    rows = [r for r in zip(*(tables["monthly"][c] for c in columns), strict=True) if r[:3] not in close]
    for unit in close:
        score = pass_mark(rules, "teacher" if unit[2] else "school") - 0.003
        rows += [(*unit, month, score) for month in rules.period.months()]
    return dict(zip(columns, map(list, zip(*rows, strict=True)), strict=True))


def others(seed: int, ids: Sequence[str]) -> dict[str, str]:
    """Any values for all readings but these."""
    rng = np.random.default_rng(100 + seed)
    drawn = {r.id: str(rng.choice([v.id for v in r.values])) for r in RULES.readings}
    return {i: v for i, v in drawn.items() if i not in ids}


def plain(value: Any) -> Any:
    """Anything as lists, texts and numbers that compare, NaN as None."""
    if dataclasses.is_dataclass(value):
        return plain(vars(value))
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    return None if value != value else value


def engine(run: Run) -> Any:
    """Scores, findings, ranks and awards."""
    return plain([run.results.tables, list(run.results.findings)])


def evidence(run: Run) -> Any:
    parts = near_misses(run.results, run.rules), explanations(run.results, run.rules)
    return plain([*parts, reconcile(run.results, run.inputs, run.rules, ())])


def copy(run: Run) -> Any:
    """Every formula and value of the live copy, and the words of its rules."""
    found = contents(run)
    sheets = [(s.place, [(c.name, c.values, list(c.formulas)) for c in s.columns]) for s in found.sheets]
    return plain([sheets, found.rules])


def forms(run: Run) -> Any:
    """Score cards and the work summary, but the two remarks that name readings."""
    cards = [
        score_cards.card_context(run, kind, int(at)) | {"说明": ""}
        for kind in ("school", "teacher")
        for at in known.qualified(run, kind)
    ]
    return plain([cards, summary.facts(run, dt.date(2021, 7, 25)) | {"教师指标说明": ""}])


@pytest.mark.parametrize("part", [engine, evidence, copy, forms])
@pytest.mark.parametrize("ids", LACKING)
def test_a_scheme_without_a_reading_gives_what_its_default_gives(
    ids: tuple[str, ...], part: Callable[[Run], Any]
) -> None:
    for seed in SEEDS:
        given = others(seed, ids)
        assert part(city(without(*ids), given, seed)) == part(city(RULES, given, seed))


@pytest.mark.parametrize("reading", RULES.readings, ids=lambda r: r.id)
def test_the_comparison_sees_every_other_value(reading: Reading) -> None:
    for value in reading.values[1:]:
        pairs = (
            (city(RULES, {reading.id: v}, seed) for v in (value.id, reading.values[0].id)) for seed in SEEDS
        )
        assert any(copy(a) != copy(b) and engine(a) != engine(b) for a, b in pairs), value


def test_what_names_a_reading_does_without_it() -> None:
    run = city(without(*IDS), {}, 0)
    at = int(known.qualified(run, "teacher")[0])
    assert re.match(
        "得分采用(平台|计算)得分[；。]", str(score_cards.card_context(run, "teacher", at)["说明"])
    )
    note = str(summary.facts(run, dt.date(2021, 7, 25))["教师指标说明"])
    assert "口径" not in note
    assert note.endswith("”不是班主任得0分。")


@pytest.fixture
def functions(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Rules], Any]]:
    """What the worksheet functions give under a scheme's rules."""

    def forget() -> None:
        rules_text.rules_of.cache_clear()
        computing.ready_for.cache_clear()

    def given(rules: Rules) -> Any:
        monkeypatch.setattr(rules_text, "load_rules", lambda: rules)
        monkeypatch.setattr(rules_text, "named_rules", lambda *_: rules)
        forget()
        rows = {kind: _row(kind) for kind in ("school", "teacher")}
        return [
            ranks.ranks([[90], [80], [80], [70]], [["达标"], ["达标"], ["达标"], ["未达标"]], ""),
            computing.eligible(rows["school"], None, None, ""),
            *(computing.score(kind, row, None, None, "") for kind, row in rows.items()),
            *(plain(computing.explained(kind, row, None, "")) for kind, row in rows.items()),
        ]

    yield given
    forget()


def _row(kind: str) -> list[Any]:
    """A row of measures that has something short everywhere."""
    cells = {"yes_no": "是", "rate": 0.7, "share": 0.7, "score": 70, "count": 3.4, "average": 3.4}
    return [cells.get(c.kind, "甲") if c.name != "班主任" else "否" for c in RULES.table(f"{kind}s").columns]


@pytest.mark.parametrize("ids", LACKING)
def test_functions_give_what_the_default_gives(
    functions: Callable[[Rules], Any], ids: tuple[str, ...]
) -> None:
    assert functions(without(*ids)) == functions(RULES)


def test_without_scores_to_compare_a_rank_takes_one_column(functions: Callable[[Rules], Any]) -> None:
    functions(without("ties"))
    with pytest.raises(KongjianError, match="^得分应为一列$"):
        ranks.ranks([[90, 1]], None, "")


def test_a_workbook_without_readings_is_built_and_calculated(tmp_path: Path) -> None:
    results = {}
    for name, rules in (("none", without(*IDS)), ("all", RULES)):
        book = tmp_path / f"{name}.xlsm"
        build(rules, book, pasted(rules, everything()))
        recalculate(book, rules=rules)
        results[name] = [cells(book, sheet) for sheet in ("学校得分", "教师得分", "资格审核", "获奖名单")]
    assert [s[2:] for s in results["none"]] == [s[2:] for s in results["all"]]
    assert min(len(s[2:]) for s in results["all"]) > 1
