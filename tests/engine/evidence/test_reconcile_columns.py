"""The platform's scores of single indicators: columns found by their names, compared, and counted where they stand."""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np
import pytest

from filled_forms import city_grids, city_run
from kongjian.base.grid import Cell, Grid
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.other_readings import other_outcomes
from kongjian.engine.evidence.reconcile import reconcile
from kongjian.engine.last_run import Previous
from kongjian.engine.measures import PLATFORM
from kongjian.intake.headers import header_name
from kongjian.rules import resolve
from kongjian.workbook.run import Run, calculate_grids
from pasting import CLEAN, Read, read, sheet
from pinned_rules import pinned_rules

RULES = pinned_rules()


def with_column(header: str, cell: Cell, kind: str = "teachers", **found: Grid) -> Read:
    """A clean paste with one more column at its end, the teachers' column Q, the schools' AH."""
    names = RULES.table(kind).names
    row = [CLEAN[kind].get(n, "") for n in names]
    return read(**{kind: sheet([], [], [*names, header], [*row, cell])}, **found)


def scores(found: Read, kind: str = "teachers") -> dict[str, list[float]]:
    frame = getattr(found.intake.inputs, kind)
    return {n.removeprefix(PLATFORM): frame[n].tolist() for n in frame if n.startswith(PLATFORM)}


@pytest.mark.parametrize(
    "header",
    [
        "制作课件得分", "制作课件分", "制作课件分数", "制作课件平台得分", "制作课件平台分", "制作课件（得分）", "制作课件(得分)",
        "制作课件【分】", "制作课件（分）", "制作课件得分（分）", "制作课件-得分", "制作课件_得分", "制作课件：得分", "制作课件（个）得分",
        "制作 课件\n得分", "课件得分", "课件数得分", "上传课件分数",
    ],
)  # fmt: skip
def test_the_words_for_an_indicators_score(header: str) -> None:
    found = with_column(header, 8.5)
    assert scores(found) == {"制作课件": [8.5]}
    assert found.lines == []
    assert found.column("teachers", "制作课件") == [5.0]


@pytest.mark.parametrize("suffix", RULES.table("schools").score_suffixes)
@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_every_indicator_has_such_columns(kind: str, suffix: str) -> None:
    for indicator in RULES.object(kind).indicators:
        for name in (indicator.name, indicator.column):
            for header in (name + suffix, f"{name}（{suffix}）"):
                found = with_column(header, 1.25, f"{kind}s")
                assert scores(found, f"{kind}s") == {indicator.name: [1.25]}, header
                assert found.lines == [], header


@pytest.mark.parametrize(
    ("kind", "header", "name"),
    [
        ("teachers", "得分", "平台得分"), ("teachers", "得分（分）", "平台得分"), ("teachers", "平台得分(分)", "平台得分"),
        ("teachers", "信息化应用得分", "平台得分"), ("schools", "空间得分", "平台得分"), ("schools", "平台总分", "平台得分"),
        ("schools", "课程学习", "课程学习完成率"), ("schools", "完成作业", "作业完成率"), ("schools", "制作课件（个）", "制作课件"),
        ("monthly", "得分", "得分"), ("monthly", "平台得分（分）", "得分"), ("classes", "课程学习次数（次）", "课程学习次数"),
        ("schools", "制作课件（得分）", None), ("schools", "组织机构（分）", None), ("schools", "制作课件得分", None),
        ("teachers", "满分", None), ("teachers", "分", None),
    ],
)  # fmt: skip
def test_names_of_columns_mean_what_they_meant(kind: str, header: str, name: str | None) -> None:
    assert header_name(RULES.table(kind), header) == name


@pytest.mark.parametrize(
    "header",
    ["备注", "分", "得分率", "作业管理扣分", "学校名称得分", "教师姓名分", "任课得分", "平时分", "制作课件"],
)
def test_other_columns_are_no_scores(header: str) -> None:
    assert scores(with_column(header, 3.0)) == {}


def test_of_two_columns_the_first_is_read() -> None:
    names = [*RULES.table("teachers").names, "制作课件得分", "课件分"]
    row: list[Cell] = [CLEAN["teachers"].get(n, "") for n in names[:-2]]
    assert scores(read(teachers=sheet([], [], names, [*row, 7.0, 8.0]))) == {"制作课件": [7.0]}


@pytest.mark.parametrize(
    ("cell", "value", "line"),
    [
        ("8.5", 8.5, "提示 教师数据!Q4 文本“8.5”按数字8.5读取"),
        ("八分", np.nan, "错误 教师数据!Q4 “八分”不是数字，按空白处理"),
        ("90%", np.nan, "错误 教师数据!Q4 “90%”不是数字，按空白处理"),
        ("-", np.nan, "警告 教师数据!Q4 “-”当作空白"),
        (-1.0, np.nan, "错误 教师数据!Q4 制作课件得分是负数-1，按空白处理"),
        (100.5, np.nan, "错误 教师数据!Q4 制作课件得分100.5超出0到100，按空白处理"),
        ("", np.nan, ""),
    ],
)
def test_what_cannot_be_read_is_found_in_its_cell(cell: Cell, value: float, line: str) -> None:
    found = with_column("制作课件得分", cell)
    assert found.lines == ([line] if line else [])
    assert np.array_equal(scores(found)["制作课件"], [value], equal_nan=True)


def test_an_error_cell_is_found() -> None:
    names = [*RULES.table("schools").names, "组织机构得分"]
    row: list[Cell] = [CLEAN["schools"].get(n, "") for n in names]
    found = read(schools=sheet([], [], names, row, errors={(4, 34): "#REF!"}))
    assert found.lines == ["错误 学校数据!AH4 单元格是错误值#REF!，按空白处理"]


def test_the_scores_keep_to_their_rows() -> None:
    """Rows that do not count take their scores with them."""
    names = [*RULES.table("teachers").names, "制作课件得分"]
    row: list[Cell] = [CLEAN["teachers"].get(n, "") for n in names]
    lines = [[*row[:2], f"t{k}", *row[3:-1], float(k)] for k in range(1, 6)]
    lines[1][2] = "t1"  # twice
    lines[2][1] = ""  # nobody
    lines.insert(1, ["合计", *[""] * (len(names) - 2), 99.0])
    found = read(teachers=sheet([], [], names, *lines))
    assert found.column("teachers", "账号") == ["t1", "t4", "t5"]
    assert scores(found) == {"制作课件": [1.0, 4.0, 5.0]}


@cache
def _plain() -> Run:
    return city_run(RULES)


@cache
def _with_scores() -> Run:
    """The demo with the platform's score of every indicator: ours, but for the first teacher's and school's."""
    grids = dict(city_grids())
    for kind in ("school", "teacher"):
        o, grid = _plain().results.of(kind), grids[f"{kind}s"]
        assert grid is not None
        rows = [list(line) for line in grid.rows]
        at = o.units["#row"].tolist()
        for k, name in enumerate(o.scores.names):
            for row in rows:
                row.append("")
            rows[0][-1] = name + RULES.table(f"{kind}s").score_suffixes[k % 5]
            for i, row_number in enumerate(at):
                rows[row_number - 1][-1] = float(o.scores.by_indicator[k, i])
        rows[at[0] - 1][-1] = 0.5
        grids[f"{kind}s"] = dataclasses.replace(grid, rows=rows)
    return calculate_grids(grids, RULES, Previous())


def test_a_paste_with_the_same_scores_differs_only_in_being_complete() -> None:
    """Nothing is open where the platform's score counts; the first school and teacher have its total, which goes first."""
    plain, more = _plain(), _with_scores()
    assert more.results.fingerprint == plain.results.fingerprint
    for name, table in plain.results.tables.items():
        own = [c for c in more.results.tables[name] if not c.startswith(PLATFORM)]
        assert own == list(table)
        for column in table:
            if column == "数据完整":
                assert "否" in table[column], name
                assert set(more.results.tables[name][column]) == {"是"}, name
                continue
            wanted, found = table[column], more.results.tables[name][column]
            same = (wanted == found) | ((wanted != wanted) & (found != found))
            assert same.all(), (name, column)
    # what a header says is not among the known names stays so; all are by the platform's scores now
    unlisted = ("column_missing", "derivable_column_missing", "key_column_missing", "score_sources_mixed")
    kept = [[f for f in run.results.findings if f.code not in unlisted] for run in (plain, more)]
    assert kept[0] == kept[1]
    codes = [[f.code for f in run.results.findings] for run in (plain, more)]
    assert [c for c in codes[0] if c != "score_sources_mixed"] == codes[1]


@pytest.mark.parametrize(
    ("reading", "total", "wanted"),
    [
        ("platform_if_present", np.nan, 93.0),  # seven less for 作业管理, the rest as computed
        ("platform_if_present", 91.5, 91.5),
        ("computed", np.nan, 100.0),
        ("computed", 91.5, 100.0),
    ],
)
def test_the_score_of_an_indicator_counts_where_no_total_is_given(
    reading: str, total: float, wanted: float
) -> None:
    found = with_column("作业管理得分", 8.0).intake.inputs
    teachers = found.teachers.having(平台得分=np.array([total]))
    ours = dataclasses.replace(found, teachers=teachers)
    scores = calculate(ours, resolve(RULES, {"authority": reading})).tables["TeacherScores"]
    assert (scores["作业管理"][0], scores["计算得分"][0], scores["得分"][0]) == (15.0, 100.0, wanted)


def test_only_what_differs_of_them_is_listed() -> None:
    more = _with_scores()
    frame = reconcile(more.results, more.inputs, RULES, other_outcomes(more.inputs, more.results, RULES))
    own = [
        (frame["类别"][i], frame["指标"][i])
        for i in range(frame.height)
        if frame["指标"][i] not in ("合计", "小结")
    ]
    assert own == [("学校", "完成作业"), ("教师", "参与活动")]
