"""月度通报: the ranks of one month and what they were the month before, by a plain reading of 月度得分."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest

from filled_forms import draw_template, empty_run, fill
from kongjian.base.errors import KongjianError
from kongjian.engine.last_run import Previous
from kongjian.forms import kinds, monthly_report
from kongjian.forms.design import draw_monthly
from kongjian.rules import Rules, load_rules
from kongjian.rules.choices import resolve
from kongjian.workbook.run import Run, calculate_grids
from native_engines import run_of
from office import convert, pdf_pages
from small_scheme import MONTHS, small_grids, small_rules
from sound_packages import is_sound

TODAY = dt.date(2021, 8, 2)
HEAD = ["名次", "学校名称", "本月得分", "上月得分", "得分变化", "上月名次", "名次变化", "至今月均"]
Row = dict[str, Any]


def written(run: Run, folder: Path, month: str = "") -> Path:
    [job] = monthly_report.jobs(run, TODAY, month)
    template = draw_template(draw_monthly.draw, run.rules, folder / "模板.xlsx")
    out, notes = fill(job, template, folder)
    assert notes == []
    return out


def listed(path: Path, sheet: str) -> tuple[list[str], list[Row]]:
    """The lines above the list, and its rows by caption."""
    above: list[str] = []
    rows: list[Row] = []
    captions: Sequence[Any] = ()
    for cells in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True):
        if cells[0] == "名次":
            captions = cells
        elif not captions and cells[0]:
            above.append(str(cells[0]).strip("　"))
        elif captions and isinstance(cells[0], int | float):
            rows.append(dict(zip(captions, cells, strict=True)))
    return above, rows


def scores(run: Run, kind: str, month: str) -> dict[tuple[str, ...], float]:
    """Each unit's first score of a month, by school and account."""
    table, label = run.inputs.monthly, {"school": "学校", "teacher": "教师"}[kind]
    out: dict[tuple[str, ...], float] = {}
    columns = (table[c] for c in ("类别", "学校名称", "账号", "月份", "得分"))
    names = run.results.of(kind).names
    own = names["账号"] if kind == "teacher" else names["学校名称"]
    known = set(own.tolist())
    for k, school, account, when, score in zip(*columns, strict=True):
        key = (account,) if kind == "teacher" else (school,)
        if (k, when) == (label, month) and key[0] in known and score == score:
            out.setdefault(key, score)
    return out


def ranks(given: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], int]:
    cents = {key: int(np.floor(score * 100 + 0.5 + 1e-7)) for key, score in given.items()}
    return {key: 1 + sum(c > mine for c in cents.values()) for key, mine in cents.items()}


def change(now: int, before: int | None) -> str | None:
    if before is None:
        return "新进"
    return None if now == before else f"升{before - now}" if now < before else f"降{now - before}"


@pytest.fixture(scope="module")
def made(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(run, tmp_path_factory.mktemp("monthly"))


def test_the_latest_month_is_told_unless_another_is_asked_for(run: Run, made: Path, tmp_path: Path) -> None:
    assert made.name == "月度通报 2021-07.xlsx"
    assert written(run, tmp_path, "2021-03").name == "月度通报 2021-03.xlsx"


def test_schools_stand_by_their_rank_of_the_month_with_that_of_the_month_before(run: Run, made: Path) -> None:
    above, rows = listed(made, "学校")
    now, before = scores(run, "school", "2021-07"), scores(run, "school", "2021-06")
    first, then = ranks(before), ranks(now)
    assert list(rows[0]) == HEAD
    assert {r["学校名称"] for r in rows} == {key[0] for key in now}
    for row in rows:
        key = (row["学校名称"],)
        assert row["名次"] == then[key]
        assert row["本月得分"] == pytest.approx(now[key])
        assert row["上月名次"] == first.get(key)
        assert row["名次变化"] == change(then[key], first.get(key))
        assert row["得分变化"] == pytest.approx(now[key] - before[key], abs=0.011)
    assert [r["名次"] for r in rows] == sorted(r["名次"] for r in rows)
    averages = dict(
        zip(
            run.results.school.names["学校名称"], run.results.tables["SchoolScores"]["月均得分"].tolist(), strict=True
        )
    )  # fmt: skip
    assert {r["学校名称"]: r["至今月均"] for r in rows} == pytest.approx(
        {n: averages[n] for n in (r["学校名称"] for r in rows)}
    )
    assert above[:2] == [run.rules.forms.monthly[0].title, "（2021年7月）"]
    assert above[2].startswith(f"{len(rows)}所学校有得分，平均")
    reached = sum(score >= 80 for score in now.values())
    assert above[2].endswith(f"；{reached}所不低于80分。")


def test_the_teachers_go_down_to_the_rank_that_the_scheme_says(run: Run, made: Path) -> None:
    above, rows = listed(made, "教师")
    now = scores(run, "teacher", "2021-07")
    then = ranks(now)
    assert run.rules.forms.monthly[1].ranks == 100
    assert len(rows) == sum(rank <= 100 for rank in then.values())
    assert [r["名次"] for r in rows] == sorted(rank for rank in then.values() if rank <= 100)
    assert rows[0]["姓名"]
    assert "列到第100名" in above[3]
    accounts = {a for a in run.results.teacher.units["账号"] if a}
    texts = {str(c) for row in openpyxl.load_workbook(made)["教师"].iter_rows(values_only=True) for c in row}
    assert not accounts & texts


def test_the_first_month_has_none_before_it(run: Run, tmp_path: Path) -> None:
    above, rows = listed(written(run, tmp_path, "2020-12"), "学校")
    for row in rows:
        assert [row[c] for c in ("上月得分", "得分变化", "上月名次", "名次变化")] == [None] * 4
        assert row["至今月均"] == row["本月得分"]
    assert "比上月" not in above[2]


def few(rules: Rules) -> Run:
    """Four schools: 甲 and 乙 equal in January, 丙 is new in it, 丁 has no score any more."""
    names = ["甲校", "乙校", "丙校", "丁校"]
    rows = [
        ("甲校", "2020-12", 80.0), ("乙校", "2020-12", 90.0), ("丁校", "2020-12", 70.0),
        ("甲校", "2021-01", 85.0), ("乙校", "2021-01", 85.0), ("丙校", "2021-01", 60.0),
    ]  # fmt: skip
    school, month, score = zip(*rows, strict=True)
    monthly = {"类别": ["学校"] * 6, "学校名称": school, "月份": month, "得分": np.array(score)}
    return run_of({"schools": {"学校名称": names}, "monthly": monthly}, rules)


@pytest.mark.parametrize(("method", "third"), [("competition", 3), ("dense", 2)])
def test_equal_scores_share_a_rank_and_who_is_new_or_gone_is_said(
    method: str, third: int, tmp_path: Path
) -> None:
    run = few(resolve(load_rules(), {"rank_method": method}))
    above, rows = listed(written(run, tmp_path), "学校")
    columns = ("名次", "学校名称", "得分变化", "上月名次", "名次变化")
    assert [tuple(r[c] for c in columns) for r in rows] == [
        (1, "乙校", -5, 1, None), (1, "甲校", 5, 2, "升1"), (third, "丙校", None, None, "新进"),
    ]  # fmt: skip
    assert above[2] == "3所学校有得分，平均76.67分，比上月低3.33分；2所不低于80分。"
    assert above[3].endswith("本月没有得分的学校1所：丁校。")
    _, teachers = listed(written(run, tmp_path), "教师")
    assert teachers == []


def test_another_scheme_has_its_own_titles_and_lists_everybody(tmp_path: Path) -> None:
    rules = small_rules()
    run = calculate_grids(small_grids(rules), rules, Previous())
    path = written(run, tmp_path)
    assert path.name == f"月度通报 {MONTHS[-1]}.xlsx"
    for one, sheet, count in zip(rules.forms.monthly, ("学校", "教师"), (6, 8), strict=True):
        above, rows = listed(path, sheet)
        assert above[:2] == [one.title, "（2031年6月）"]
        assert len(rows) == count


def test_a_month_without_scores_is_refused_with_those_that_have_some(run: Run) -> None:
    with pytest.raises(KongjianError, match=r"2021-08没有月度得分，写不了月度通报；有得分的月份：2020-12、"):
        monthly_report.jobs(run, TODAY, "2021-08")
    nothing = empty_run(load_rules())
    with pytest.raises(KongjianError, match="各月都没有月度得分，写不了月度通报"):
        kinds.jobs(nothing, [kinds.MONTHLY], TODAY)
    [job] = [j for j in kinds.jobs(nothing, [kinds.SUMMARY, kinds.MONTHLY], TODAY) if j.label == "月度通报"]
    assert list(job.documents) == []


def test_it_prints_with_its_heading_on_every_page(made: Path, tmp_path: Path) -> None:
    pages = pdf_pages(convert(made, "pdf", tmp_path))
    assert len(pages) == 5
    assert all("本月得分" in page and "名次变化" in page for page in pages)
    assert not any("###" in page for page in pages)
    assert "赤壁市教育局装备站" in pages[1]


def test_the_file_is_a_clean_package(made: Path) -> None:
    assert is_sound(made)


def test_a_scheme_that_wants_no_list_gets_none(run: Run) -> None:
    forms = dataclasses.replace(run.rules.forms, monthly=())
    other = dataclasses.replace(run, rules=run.rules.replace(forms=forms))
    assert [list(job.documents) for job in monthly_report.jobs(other, TODAY)] == [[]]
