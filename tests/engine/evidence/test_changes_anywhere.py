"""与上次相比 for any edit of any city: exactly the cells that differ are named, and every rule read back as it was; long because edits of every kind are drawn, made and read back here."""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kongjian.base.grid import Cell, Grid, letter
from kongjian.demo.generate import demo_data
from kongjian.engine.evidence.change_table import MOST_NAMED, overtaken
from kongjian.entry.excel.live_book import block
from kongjian.rules import Rules, resolve
from kongjian.rules.differences import edits_in_words, readings_in_words, rule_changes, undone
from kongjian.rules.model import Band
from kongjian.workbook.pages import pages
from kongjian.workbook.run import Run, examine_sheets
from pinned_rules import pinned_rules

RULES = pinned_rules()
NOW = dt.datetime(2021, 7, 20, 9, 30)
COUNTS = [c.name for c in RULES.table("teachers").columns if c.kind == "count"]
TEACHERS = RULES.table("teachers").names


class Held:
    """A workbook that is nothing but grids: what one calculation writes the next one reads."""

    def __init__(self, inputs: dict[str, Sequence[Sequence[Cell]]]) -> None:
        self.grids: dict[str, Grid] = {}
        for table in RULES.tables:
            self.put(table.sheet, [table.names, *inputs.get(table.id, [])])

    def put(self, sheet: str, lines: Sequence[Sequence[Cell]], subtitle: str = "") -> None:
        width = len(lines[0])
        top = [[sheet, *[""] * (width - 1)], [subtitle, *[""] * (width - 1)]]
        rows = [["" if c is None else c for c in line] for line in lines]
        self.grids[sheet] = Grid([*top, *rows])

    def name(self, sheet: str) -> str | None:
        return sheet if sheet in self.grids else None

    def grid(self, sheet: str) -> Grid | None:
        return self.grids.get(sheet)

    def calculate(self, rules: Rules = RULES) -> Run:
        run = examine_sheets(self, rules)
        for page in pages(run, self, NOW, 0.1):
            rows = block(page.spec, page.frame, page.yes_no)
            self.put(page.spec.sheet, [page.spec.names, *rows], page.subtitle)
        return run


def small_city(people: int = 12) -> dict[str, list[list[Cell]]]:
    """Three schools, teachers without platform scores; all have good months."""
    schools = [f"第{k}小学" for k in range(3)]
    teacher = {"任课": "是", "班主任": "是", **dict.fromkeys(COUNTS, 1.0)}
    lines = [
        {**teacher, "学校名称": schools[k % 3], "教师姓名": f"师{k}", "账号": f"hb{k:03d}", "在线授课": 25.0 + k}
        for k in range(people)
    ]  # fmt: skip
    months = [
        {"类别": "教师", "学校名称": x["学校名称"], "账号": x["账号"], "月份": "2021-03", "得分": 85.0}
        for x in lines
    ]
    rows: dict[str, list[dict[str, Any]]] = {
        "schools": [{"学校名称": s} for s in schools],
        "teachers": lines,
        "monthly": months,
    }
    return {t.id: [[row.get(n, "") for n in t.names] for row in rows.get(t.id, [])] for t in RULES.tables}


EDITS = st.lists(
    st.tuples(st.integers(0, 11), st.sampled_from(COUNTS), st.sampled_from([0, 1, 2, 5, 7.5, 40, ""])),
    max_size=8,
)


@settings(max_examples=40, deadline=None)
@given(EDITS, st.randoms(use_true_random=False))
def test_exactly_the_changed_cells_are_named(edits: list[tuple[int, str, Cell]], rng: random.Random) -> None:
    city = small_city()
    book = Held(city)
    book.calculate()
    before = {line[2]: list(line) for line in city["teachers"]}
    for who, name, value in edits:
        city["teachers"][who][TEACHERS.index(name)] = value
    rng.shuffle(city["teachers"])
    book.put("教师数据", [TEACHERS, *city["teachers"]])
    run = book.calculate()
    wanted = {
        (line[2], f"{letter(k + 1)}{row}", f"{name}{_said(before[line[2]][k])}→{_said(line[k])}")
        for row, line in enumerate(city["teachers"], start=4)
        for k, name in enumerate(TEACHERS)
        if name in COUNTS and line[k] != before[line[2]][k]
    }
    accounts = run.results.teacher.units["账号"]
    found = run.changes.sides["teacher"].data if run.changes.sides else ()
    said = {(accounts[c.unit], c.cell, re.sub(r"\.(?:00|50)?(?=\D|$)", _short, c.words)) for c in found}
    assert len(found) == len(wanted)
    assert {(a, cell) for a, cell, _ in said} == {(a, cell) for a, cell, _ in wanted}
    assert said == wanted
    _check_reasons(run, {a for a, _, _ in wanted})


def _said(value: Cell) -> str:
    return f"{value:g}" if isinstance(value, float | int) else "缺"


def _short(decimals: re.Match[str]) -> str:
    return ".5" if decimals[0] == ".50" else ""


def _check_reasons(run: Run, changed: set[str]) -> None:
    """Who has not changed names no cell; who moved stands in the sheet with a reason; the way is that of the ranks."""
    table, sheet = run.results.tables["TeacherRanking"], run.change_sheet.rows
    columns = (table[c].tolist() for c in ("账号", "名次", "上次名次", "变化"))
    listed = {account: why for account, why in zip(sheet["账号"], sheet["原因"], strict=True) if account}
    for account, now, last, way in zip(*columns, strict=True):
        if run.results.same_run:
            assert way == ""
            continue
        assert way == ("" if now == last else f"升{last - now:g}" if now < last else f"降{now - last:g}")
        assert (now != last) <= bool(listed.get(account))
        why = listed.get(account, "")
        assert ("教师数据!" in why) <= (account in changed)
        assert why.count("→") <= MOST_NAMED
        assert "得分没有变" not in why or changed - {account}
    _check_numbers(run)


def _check_numbers(run: Run) -> None:
    """The numbers of each row are those of the ranking, and its way follows from them: no award is lost in this city."""
    sheet, table = run.change_sheet.rows, run.results.tables["TeacherRanking"]
    shown = {
        row[0]: row[1:] for row in zip(*(table[c] for c in ("账号", "名次", "上次名次", "得分")), strict=True)
    }
    columns = ("账号", "上次名次", "本次名次", "上次得分", "本次得分", "变化")
    for account, last, now, before, score, way in zip(*(sheet[c] for c in columns), strict=True):
        if account:
            assert (now, last, score) == shown[account]
            assert way == ("升" if now < last else "降" if now > last else "得分变")
            assert way != "得分变" or before != score


@given(st.lists(st.tuples(*[st.one_of(st.integers(1, 6).map(float), st.just(np.inf))] * 2), max_size=12))
def test_who_overtook_is_who_is_ahead_and_was_not(ranks: list[tuple[float, float]]) -> None:
    first, then = (np.array([r[k] for r in ranks], dtype=np.float64) for k in (0, 1))
    for u, (named, count) in enumerate(overtaken(first, then)):
        wanted = [
            v for v in np.argsort(then, kind="stable").tolist() if then[v] < then[u] and first[v] >= first[u]
        ]
        assert (named, count) == (wanted[:MOST_NAMED], len(wanted))


READINGS = st.fixed_dictionaries(
    {r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings}
).map(dict[str, str])
PAIRS = [("制作课件", "通知公告"), ("在线授课", "网络教研")]


@st.composite
def _edits(draw: st.DrawFn) -> dict[tuple[str, str], dict[str, Any]]:
    """Points that go from one indicator to another, targets, costs, bands."""
    out: dict[tuple[str, str], dict[str, Any]] = {}
    for kind in ("school", "teacher"):
        scheme = RULES.object(kind)
        for first, second in draw(st.lists(st.sampled_from(PAIRS), unique=True)):
            more = draw(st.sampled_from([0.25, 0.5, 0.75]))
            out[kind, first] = {"points": scheme.indicator(first).points + more}
            out[kind, second] = {"points": scheme.indicator(second).points - more}
        if draw(st.booleans()):
            out.setdefault((kind, "成绩管理"), {})["target"] = draw(st.sampled_from([1, 3, 2.5]))
        if draw(st.booleans()):
            out.setdefault((kind, "作业管理"), {})["target"] = draw(st.sampled_from([3, 7]))
        if draw(st.booleans()):
            out.setdefault((kind, "在线撰写教案"), {})["per"] = draw(st.sampled_from([0.5, 2]))
    if draw(st.booleans()):
        bound = draw(st.sampled_from([0.855, 0.9]))
        out["school", "完成作业"] = {"bands": (Band(bound, 20.0), Band(0.6, 12.5), Band(0.0, 0.0))}
    return out


CHOICES = st.tuples(READINGS, _edits())


@settings(max_examples=40, deadline=None)
@given(CHOICES, CHOICES)
def test_rules_are_read_back_from_words_and_can_be_undone(before: Any, now: Any) -> None:
    old, new = resolve(RULES, *before), resolve(RULES, *now)
    told = (old.version, readings_in_words(old), edits_in_words(old))
    assert rule_changes(*told, old) == ()
    changes = rule_changes(*told, new)
    assert changes is not None
    back = undone(new, changes)
    assert (back.school, back.teacher, back.chosen) == (old.school, old.teacher, old.chosen)
    assert (changes == ()) == ((old.school, old.teacher, old.chosen) == (new.school, new.teacher, new.chosen))
    readings = [c.reading for c in changes if c.reading]
    assert readings == [r.id for r in RULES.readings if old.chosen[r.id] != new.chosen[r.id]]


@pytest.mark.parametrize(
    ("readings", "edits"),
    [("", ""), ("作业管理", ""), ("全部默认", "分值10→12"), ("全部默认", "教师 制作课件 分值x→12")],
)
def test_words_that_a_hand_wrote_tell_nothing(readings: str, edits: str) -> None:
    assert rule_changes(RULES.version, readings, edits, RULES) is None


def test_another_version_of_the_rule_files_is_named() -> None:
    book = Held(small_city())
    book.calculate()
    rules = RULES.replace(scheme=type(RULES.scheme)(**{**vars(RULES.scheme), "version": "2021.1"}))
    fewer = resolve(rules, {}, {("teacher", "在线授课"): {"target": 15}})
    run = book.calculate(fewer)
    assert [c.text for c in run.changes.rules or ()] == [
        f"规则版本由{RULES.version}改为2021.1",
        "教师“在线授课”目标40→15",
    ]
    assert all("规则版本由" in why for why in run.change_sheet.rows["原因"])
    assert run.change_sheet.rows.height == 12


def test_an_award_that_other_bounds_give_is_news() -> None:
    """The eleventh of twelve becomes an expert though nobody's score or rank is another."""
    book = Held(small_city())
    book.calculate()
    awards = tuple(
        dataclasses.replace(a, last=11)
        if a.last == 10
        else dataclasses.replace(a, first=12)
        if a.first == 11
        else a
        for a in RULES.awards
    )
    scheme = dataclasses.replace(RULES.scheme, version="2021.1")
    run = book.calculate(RULES.replace(scheme=scheme, awards=awards))
    why = f"规则改了（规则版本由{RULES.version}改为2021.1）；由“网络学习空间应用优秀教师”变为“网络学习空间应用专家”"
    assert reasons(run) == {"师1": f"新进：{why}"}


def test_where_nobody_was_ranked_all_are_new_and_stay_so() -> None:
    city = small_city(3)
    book = Held({**city, "teachers": []})
    book.calculate()
    book.put("教师数据", [TEACHERS, *city["teachers"]])
    expert = "新获“网络学习空间应用专家”"
    for _ in range(2):
        run = book.calculate()
        assert run.results.tables["TeacherRanking"]["变化"].tolist() == ["新进"] * 3
        assert reasons(run) == {f"师{k}": f"新进：“教师数据”第{4 + k}行是新增的；{expert}" for k in range(3)}


def test_how_classes_are_weighted_is_no_change_of_the_data() -> None:
    city = small_city()
    names = RULES.table("classes").names
    rate = [("1班", 10, 0.9), ("2班", 30, 0.5)]
    given = {"学校名称": "第0小学", "年级": "三年级"}
    keys = ("班级", "学生数", "作业完成率")
    rows = [{**given, **dict(zip(keys, one, strict=True))} for one in rate]
    city["classes"] = [[row.get(n, "") for n in names] for row in rows]
    book = Held(city)
    book.calculate()
    city["classes"][0][names.index("作业完成率")] = 1.0
    book.put("班级数据", [names, *city["classes"]])
    run = book.calculate(resolve(RULES, {"class_weight": "classes"}))
    assert run.results.tables["SchoolMeasures"]["作业完成率"][0] == 0.75
    assert [c.text for c in run.changes.sides["school"].data] == ["作业完成率60.00%→62.50%（由班级数据推算）"]


def test_people_whom_nothing_tells_apart_claim_no_cell() -> None:
    city = small_city(4)
    for k, line in enumerate(city["teachers"]):
        line[0], line[1], line[2] = "第0小学", "王芳" if k < 2 else f"师{k}", ""
    city["monthly"] = []
    rules = resolve(RULES, {"rank_among": "all"})
    book = Held(city)
    book.calculate(rules)
    city["teachers"][3][TEACHERS.index("在线授课")] = 30.0
    city["teachers"].reverse()
    book.put("教师数据", [TEACHERS, *city["teachers"]])
    run = book.calculate(rules)
    assert [(c.cell, c.words) for c in run.changes.sides["teacher"].data] == [("H4", "在线授课28→30")]
    assert reasons(run) == {"师3": "得分变：教师数据!H4 在线授课28→30"}


def test_accounts_that_excel_has_damaged_are_found_again() -> None:
    city = small_city(3)
    city["teachers"][1][2] = 4.21281199001012e17
    rules = resolve(RULES, {"rank_among": "all"})
    book = Held(city)
    book.calculate(rules)
    city["teachers"][0][TEACHERS.index("在线授课")] = 30.0
    book.put("教师数据", [TEACHERS, *city["teachers"]])
    assert reasons(book.calculate(rules)) == {
        "师0": "升：教师数据!H4 在线授课25→30",
        "师2": "降：得分没有变，名次被师0超过",
        "师1": "降：得分没有变，名次被师0超过",
    }


def test_the_whole_city() -> None:
    data = demo_data(RULES)
    lines: dict[str, list[list[Cell]]] = {}
    headers = {t.id: list(data[t.id].headers) or t.names for t in RULES.tables}
    for table in RULES.tables:
        lines[table.id] = [list(row) for row in data[table.id].rows]
    book = Held({})
    for table in RULES.tables:
        book.put(table.sheet, [headers[table.id], *lines[table.id]])
    rules = resolve(RULES, {"rank_among": "all"})
    book.calculate(rules)
    assert not book.calculate(rules).change_sheet.rows.height
    other = resolve(rules, {"rank_among": "all", "homework": "fifteen"})
    run = book.calculate(other)
    ranking, rows = run.results.tables["TeacherRanking"], run.change_sheet.rows
    assert ranking.height > 3000
    assert (ranking["名次"] != ranking["上次名次"]).sum() <= rows.height
    why = "规则改了（口径“作业管理”由按原文改为目标15次）"
    assert sum(why in w for w in rows["原因"]) > 100
    assert all(why in w or "超过" in w or "不再排在前面" in w for w in rows["原因"])
    assert run.changes.sides["teacher"].data == ()
    kept = {s: book.grids[s].rows[s != "与上次相比" :] for s in ("学校排名", "教师排名", "与上次相比")}
    assert book.calculate(other).changes.same
    assert {s: book.grids[s].rows[s != "与上次相比" :] for s in kept} == kept


def changed(
    cells: dict[tuple[int, str], Cell], before: Rules = RULES, now: Rules = RULES, **columns: list[Cell]
) -> dict[str, str]:
    """变化 and 原因 of the teachers of a small city after some cells, by row from 0 and name, and the rules changed."""
    city = small_city(4)
    for name, values in columns.items():
        for line, value in zip(city["teachers"], values, strict=True):
            line[TEACHERS.index(name)] = value
    book = Held(city)
    book.calculate(before)
    for (row, name), value in cells.items():
        city["teachers"][row][TEACHERS.index(name)] = value
    book.put("教师数据", [TEACHERS, *city["teachers"]])
    return reasons(book.calculate(now))


def reasons(run: Run) -> dict[str, str]:
    """变化 and 原因 of the teachers in the sheet."""
    rows = run.change_sheet.rows
    ways = (f"{way}：{why}" for way, why in zip(rows["变化"], rows["原因"], strict=True))
    return {name: words for name, words in zip(rows["教师姓名"], ways, strict=True) if name}


def test_own_data_that_moved_nothing_are_no_reason() -> None:
    words = changed({(0, "在线授课"): 40.0, (3, "通知公告"): 9.0})
    assert words["师0"] == "升：教师数据!H4 在线授课25→40"
    assert words["师3"] == "降：得分没有变，名次被师0超过"


def test_among_equals_the_compared_scores_are_a_reason() -> None:
    """One lesson more and one draft less: the same total, and another place among equals."""
    order = resolve(RULES, {"ties": "order"})
    same = {"在线授课": [30.0] * 4, "在线撰写教案": [30.0] * 4}
    words = changed({(3, "在线授课"): 31.0, (3, "在线撰写教案"): 29.0}, order, order, **same)
    assert words == dict.fromkeys(("师0", "师1", "师2"), "降：得分没有变，名次被师3超过")
    words = changed(
        {(3, "在线授课"): 33.0, (3, "在线撰写教案"): 27.0},
        order, order, 在线授课=[30.0, 31.0, 32.0, 30.0], 在线撰写教案=[30.0, 29.0, 28.0, 30.0],
    )  # fmt: skip
    assert words["师3"] == "升：师2、师1不再排在前面；教师数据!G7 在线撰写教案30→27，H7 在线授课30→33"
    assert words["师2"] == "降：得分没有变，名次被师3超过"


def test_a_rule_that_let_nobody_in_is_no_reason_to_be_new() -> None:
    city = small_city(2)
    city["monthly"][0][RULES.table("monthly").names.index("得分")] = 70.0
    book = Held(city)
    book.calculate()
    run = book.calculate(resolve(RULES, {"rank_among": "all", "homework": "fifteen"}))
    assert reasons(run)["师0"] == "新进：规则改了（口径“排名范围”由达标者改为全部）"


def test_of_several_parameters_those_are_named_that_moved_the_unit() -> None:
    edits = {("teacher", "制作课件"): {"points": 4}, ("teacher", "在线授课"): {"points": 26}}
    words = changed({}, now=resolve(RULES, {}, edits), 制作课件=[0.0] * 4)
    why = "规则改了（教师“在线授课”分值20→26）"
    assert words["师3"].endswith(why)
    assert "制作课件" not in words["师3"]


def test_the_same_data_are_no_change_whatever_the_results_look_like() -> None:
    """A workbook of the first version, whose results carry no code, with a number changed by hand."""
    book = Held(small_city(4))
    book.calculate()
    grid = book.grids["教师指标"]
    rows = [list(row) for row in grid.rows]
    rows[1][0], rows[3][7] = "", 1.0
    book.grids["教师指标"] = Grid(rows)
    run = book.calculate(resolve(RULES, {"homework": "fifteen"}))
    assert run.changes.same_data
    assert run.changes.sides["teacher"].data == ()
