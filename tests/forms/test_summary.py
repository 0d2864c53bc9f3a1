"""工作总结统计表: its numbers against pandas, its charts against the cells that they show, its pages in print."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl import Workbook
from openpyxl.utils import range_boundaries

from filled_forms import chart_references, city_grids, city_run, draw_template, empty_run, fill
from kongjian.engine.frame import Frame
from kongjian.forms import summary
from kongjian.forms.design import draw_summary as design
from kongjian.forms.statistics import statistics
from kongjian.rules import Rules
from kongjian.rules.choices import resolve
from kongjian.workbook.run import Run
from office import convert, pdf_pages
from package_lint import lint
from sound_packages import is_sound

pytestmark = pytest.mark.usefixtures("own_numbers")

TODAY = dt.date(2021, 8, 20)
STAGES = ["小学", "九年一贯制学校", "初中", "高中", "中职", "特殊教育学校"]
BANDS = {"60分以下": (0, 60), "60–69": (60, 70), "70–79": (70, 80), "80–89": (80, 90), "90–100": (90, 101)}


@pytest.fixture(scope="module")
def tables(run: Run) -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(frame) for name, frame in statistics(run).items()}


@pytest.fixture(scope="module")
def made(run: Run, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, rules, tmp_path_factory.mktemp("summary"))


@pytest.fixture(scope="module")
def book(made: Path) -> Workbook:
    return openpyxl.load_workbook(made)


def written(run: Run, rules: Rules, folder: Path) -> Path:
    template = draw_template(design.draw, rules, folder / "模板.xlsx")
    out, notes = fill(summary.jobs(run, TODAY)[0], template, folder)
    assert notes == []
    return out


@pytest.fixture(scope="module")
def schools(run: Run) -> pd.DataFrame:
    """学校得分 beside the counts and the 学段 of 学校指标."""
    own = pd.DataFrame(
        {k: v for k, v in run.results.tables["SchoolMeasures"].items() if not k.startswith("#")}
    )
    scores = pd.DataFrame(run.results.tables["SchoolScores"])[["得分", "月均得分"]]
    return own.assign(学段=own["学段"].replace("", "未填"), 得分=scores["得分"], 达标=qualified(run, "学校"))


@pytest.fixture(scope="module")
def teachers(run: Run, schools: pd.DataFrame) -> pd.DataFrame:
    scores = pd.DataFrame(run.results.tables["TeacherScores"]).assign(达标=qualified(run, "教师"))
    # the demo spells school names in half-width and full-width forms
    plain = str.maketrans({"（": "(", "）": ")", "　": "", " ": ""})
    stage = dict(zip(schools["学校名称"].str.translate(plain), schools["学段"], strict=True))
    return scores.assign(学段=scores["学校名称"].str.translate(plain).map(stage).fillna("未填"))


def qualified(run: Run, label: str) -> np.ndarray[Any, Any]:
    frame = pd.DataFrame(run.results.tables["Eligibility"])
    return (frame.loc[frame["类别"] == label, "是否达标"] == "达标").to_numpy()


def test_counts_means_and_opening_rates(
    tables: dict[str, pd.DataFrame], schools: pd.DataFrame, teachers: pd.DataFrame
) -> None:
    assert list(tables["概况"]["学段"]) == [*STAGES, "未填"]
    for _, line in pd.concat([tables["概况"], tables["全市"]]).iterrows():
        everywhere = line["学段"] == "全市"
        ours = schools if everywhere else schools[schools["学段"] == line["学段"]]
        staff = teachers if everywhere else teachers[teachers["学段"] == line["学段"]]
        assert line["学校数"] == len(ours)
        assert line["教师数"] == len(staff)
        assert line["达标学校"] == ours["达标"].sum()
        assert line["达标教师"] == staff["达标"].sum()
        assert line["学校平均分"] == pytest.approx(ours["得分"].mean(), nan_ok=True)
        assert line["教师平均分"] == pytest.approx(staff["得分"].mean(), nan_ok=True)
        left_out = set()
        for who, total, opened in (
            ("教师", "教师总数", "教师开通空间数"),
            ("学生", "适龄学生数", "学生开通空间数"),
        ):
            sound = ours.dropna(subset=[total, opened]).query(f"{total} > 0 and {opened} <= {total}")
            left_out |= set(ours.index) - set(sound.index)
            assert (line[f"{who}人数"], line[f"{who}开通数"]) == (sound[total].sum(), sound[opened].sum())
            rate = sound[opened].sum() / sound[total].sum() if len(sound) else float("nan")
            assert line[f"{who}开通率"] == pytest.approx(rate, nan_ok=True)
        assert line["未计学校"] == len(left_out)
    city = tables["全市"].iloc[0]
    assert (city["学校数"], city["教师数"], city["达标学校"], city["未计学校"]) == (60, 3503, 11, 1)


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_indicators(tables: dict[str, pd.DataFrame], run: Run, rules: Rules, kind: str) -> None:
    name = {"school": "School", "teacher": "Teacher"}[kind]
    scores, measures = (pd.DataFrame(run.results.tables[f"{name}{t}"]) for t in ("Scores", "Measures"))
    found = tables[{"school": "学校指标", "teacher": "教师指标"}[kind]].set_index("指标")
    assert list(found.index) == [i.name for i in rules.object(kind).indicators]
    for indicator in rules.object(kind).indicators:
        blank = measures[indicator.column].isna()
        if indicator.homeroom_only:  # who has no class owes no evaluation
            blank &= measures["班主任"] == 1
        given = scores.loc[~blank, indicator.name]
        line = found.loc[indicator.name]
        assert line["平均得分"] == pytest.approx(given.mean())
        assert line["得分率"] == pytest.approx(given.mean() / indicator.points)
        assert line["满分数"] == (given.round(9) >= indicator.points).sum()
        assert (line["计入数"], line["缺数据数"]) == (len(given), blank.sum())
    assert found["缺数据数"].sum() > 0


def test_distribution(tables: dict[str, pd.DataFrame], schools: pd.DataFrame, teachers: pd.DataFrame) -> None:
    for who, units in (("学校", schools), ("教师", teachers)):
        found = tables[f"{who}分布"].set_index("学段")
        assert list(found.index) == [s for s in [*STAGES, "未填"] if s in set(units["学段"])] + ["全市"]
        for stage, line in found.iterrows():
            own = units if stage == "全市" else units[units["学段"] == stage]
            counts = [int(own["得分"].between(a, b, inclusive="left").sum()) for a, b in BANDS.values()]
            assert line[list(BANDS)].tolist() == counts
            assert line["合计"] == len(own) == sum(counts)
        city = tables["全市分布"].set_index("分数段")
        assert city[f"{who}数"].tolist() == found.loc["全市", list(BANDS)].tolist()
        assert city[f"{who}占比"].sum() == pytest.approx(1)


def test_months(tables: dict[str, pd.DataFrame], run: Run) -> None:
    found = tables["月度"]
    assert found["月份"].tolist() == ["2020年12月", *(f"2021年{m}月" for m in range(1, 8))]
    grid = city_grids()["monthly"]
    assert grid is not None
    pasted = pd.DataFrame(grid.rows[1:], columns=[str(c) for c in grid.rows[0]])
    for who, o in (("学校", run.results.school), ("教师", run.results.teacher)):
        months = pd.DataFrame(o.monthly.by_month)
        assert found[f"{who}平均分"].tolist() == pytest.approx(months.mean().tolist())
        assert found[f"计入{who}"].tolist() == months.notna().sum().tolist()
    # schools' months as pasted, where nothing about them is dirty
    april = pasted[(pasted["类别"] == "学校") & (pasted["统计月份"].astype(str).str.contains("2021-04"))]
    assert found.loc[4, "学校平均分"] == pytest.approx(pd.to_numeric(april["得分"]).mean())


@pytest.mark.parametrize(
    ("who", "table", "top"), [("学校", "SchoolRanking", 3), ("教师", "TeacherRanking", 10)]
)
def test_leaders(
    tables: dict[str, pd.DataFrame], run: Run, schools: pd.DataFrame, teachers: pd.DataFrame,
    who: str, table: str, top: int,
) -> None:  # fmt: skip
    ranking = pd.DataFrame(run.results.tables[table])
    if who == "学校":
        stage = ranking["学校名称"].map(dict(zip(schools["学校名称"], schools["学段"], strict=True)))
    else:
        stage = ranking["账号"].map(dict(zip(teachers["账号"], teachers["学段"], strict=True)))
    found = tables[f"{who}前列"]
    for name in found["学段"].unique():
        own = ranking[stage == name]
        place = own["得分"].rank(ascending=False, method="min")
        best = own[place <= top]
        mine = found[found["学段"] == name]
        if own.empty:
            assert mine["学校名称"].tolist() == ["没有进入排名的"]
            continue
        assert mine["名次"].tolist() == place[place <= top].tolist()
        assert mine["学校名称"].tolist() == best["学校名称"].tolist()
        assert mine["全市名次"].tolist() == best["名次"].tolist()
        assert mine["得分"].tolist() == best["得分"].tolist()
        tied = place.duplicated(keep=False)[place <= top]
        assert mine["备注"].tolist() == ["并列" if t else "" for t in tied]
        if who == "教师":
            assert mine["姓名"].tolist() == best["教师姓名"].tolist()
    assert "并列" in found["备注"].tolist() or who == "学校"


CHARTS = {
    # sheet → the list whose rows it shows, the names' field, the series' fields
    "概况": ("概况", "学段", ["教师开通率", "学生开通率"]),
    "学校指标": ("学校指标", "指标", ["得分率"]),
    "教师指标": ("教师指标", "指标", ["得分率"]),
    "分布": ("全市分布", "分数段", ["学校占比", "教师占比"]),
    "月度": ("月度", "月份", ["学校平均分", "教师平均分"]),
}


def test_charts_refer_to_exactly_the_cells_with_the_data(
    made: Path, book: Workbook, tables: dict[str, pd.DataFrame]
) -> None:
    charts = chart_references(made)
    assert len(charts) == len(CHARTS)
    for references, (sheet, (table, names, fields)) in zip(charts, CHARTS.items(), strict=True):
        frame = tables[table]
        if table == "概况":
            frame = pd.concat([frame, tables["全市"]])
        shown = [cells(book, r) for r in references]
        expected = [x for f in fields for x in ([f], frame[names].tolist(), frame[f].tolist())]
        assert len(shown) == len(expected)
        for (where, values), wanted in zip(shown, expected, strict=True):
            assert where == sheet
            assert values == [
                None if isinstance(w, float) and np.isnan(w) else pytest.approx(w) for w in wanted
            ]


def cells(book: Workbook, reference: str) -> tuple[str, list[Any]]:
    """The sheet and the values of a chart's reference."""
    sheet, _, area = reference.replace("'", "").rpartition("!")
    left, top, right, bottom = range_boundaries(area)
    assert left == right
    return sheet, [book[sheet].cell(row, left).value for row in range(top, bottom + 1)]


def test_every_number_of_a_table_stands_in_its_sheet(book: Workbook, tables: dict[str, pd.DataFrame]) -> None:
    found = [c.value for c in next(book["概况"].iter_rows(min_row=4, max_row=4))]
    assert found[:2] == ["小学", 34]
    for name in ("学校指标", "教师指标"):
        rows = [
            row[:9]
            for row in book[name].iter_rows(min_row=3, max_row=2 + len(tables[name]), values_only=True)
        ]
        assert [list(r) for r in rows] == [
            pytest.approx(list(r)) for r in tables[name].itertuples(index=False)
        ]
    left_and_right = [
        row[k : k + 7]
        for k in (0, 7)
        for row in book["教师前列"].iter_rows(min_row=3, max_row=2 + (len(tables["教师前列"]) + 1) // 2, values_only=True)
    ]  # fmt: skip
    people = [r[3] for r in left_and_right if r[0] and r[3]]
    assert people == [p for p in tables["教师前列"]["姓名"] if p]


def test_it_prints_on_seven_pages_with_drawn_charts(made: Path, tmp_path: Path) -> None:
    pages = pdf_pages(convert(made, "pdf", tmp_path))
    assert len(pages) == len(summary.SHEETS) == 7
    for page, title in zip(
        pages, ("概况", "学校各指标", "教师各指标", "分布", "各月", "学校前列", "教师前列"), strict=True
    ):
        assert title in page
    # what LibreOffice writes into a chart: titles, axes and the numbers from the cells
    for page, words in (
        (0, "各学段空间开通率 开通率"),
        (1, "学校各指标得分率"),
        (3, "全市得分分布 占比"),
        (4, "各月平均得分 平均分（分） 月份"),
    ):
        for word in words.split():
            assert word in pages[page], (page, word)
    for page, number in ((0, "96.7%"), (1, "84.3%"), (2, "17.7%"), (3, "45.1%"), (4, "71.66")):
        assert pages[page].count(number) >= 2, (page, number)  # in the table and in the chart
    assert "####" not in "".join(pages)


def test_the_paragraph_says_the_citys_figures(book: Workbook) -> None:
    text = book["概况"]["A2"].value
    assert isinstance(text, str)
    for part in (
        "60所学校、3503名教师、901个班级",
        "教师空间开通率96.70%",
        "达标学校11所，占18.33%",
        "达标教师499名，占14.24%",
    ):
        assert part in text
    assert "1所学校至少一项没有计入" in str([c.value for row in book["概况"].iter_rows() for c in row])
    assert not re.search("nan|None", text)


def test_without_data_and_without_stages(rules: Rules, tmp_path: Path) -> None:
    run = empty_run(rules)
    found = statistics(run)
    assert found["概况"].height == 0
    assert np.isnan(found["全市"]["教师开通率"]).all()
    assert np.isnan(found["月度"]["学校平均分"]).all()
    path = written(run, rules, tmp_path)
    assert lint(path) == []
    text = str(openpyxl.load_workbook(path)["概况"]["A2"].value)
    assert "教师空间开通率无" in text


def test_a_blank_stage_is_named_and_readings_are_followed(rules: Rules) -> None:
    run = city_run(resolve(rules, {"rank_among": "all", "rank_method": "dense", "non_homeroom": "full"}))
    blank = np.full(run.results.school.units.height, "", dtype=object)
    run.results.school.units["学段"] = blank
    found: dict[str, Frame] = statistics(run)
    assert found["概况"]["学段"].tolist() == ["未填"]
    assert found["学校前列"]["名次"].max() == 3
    ranks = found["教师前列"]["名次"]
    assert sorted(set(ranks.tolist())) == list(range(1, 11))
    full = pd.DataFrame(found["教师指标"]).set_index("指标").loc["学生评价"]
    assert full["得分率"] > 0.8


def test_the_file_is_sound(made: Path) -> None:
    assert is_sound(made)
