"""学校评分表 and 教师评分表: the results' own numbers beside the scheme's sentences, one page each."""

from __future__ import annotations

import datetime as dt
import re
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from filled_forms import city_grids, city_run, draw_template, empty_run
from kongjian.base.grid import Grid
from kongjian.engine.evidence.explanations import used
from kongjian.engine.last_run import Previous
from kongjian.forms.design import draw_score_cards as design
from kongjian.forms.job import Job
from kongjian.forms.known import UNIT_NAME, outcome, qualified, unit_key
from kongjian.forms.score_cards import jobs
from kongjian.forms.template.filled_workbook import Template
from kongjian.forms.template.placeholders import Formula
from kongjian.rules import Rules
from kongjian.workbook.run import Run, calculate_grids
from kongjian.xlsx.text_heights import pixels, text_pixels
from office import convert, pdf_pages
from package_lint import lint

pytestmark = pytest.mark.usefixtures("own_numbers")

TODAY = dt.date(2021, 7, 25)
DRAW = {"school": design.school, "teacher": design.teacher}
PRINTED = 6  # cards of each kind that go through LibreOffice


@pytest.fixture(scope="module")
def filled(run: Run, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("cards")
    return {
        kind: write(job, kind, rules, folder)
        for kind, job in zip(("school", "teacher"), jobs(run, TODAY), strict=True)
    }


def write(job: Job, kind: str, rules: Rules, folder: Path, count: int = PRINTED) -> Path:
    """The first cards of a job in one workbook, every formula without its value."""
    template = draw_template(DRAW[kind], rules, folder / job.template)
    out = folder / f"{kind}.xlsx"
    documents = job.documents[:count]
    with Template(template) as opened:
        sheets = [s for d in documents for s in d.sheets]
        for k, sheet in enumerate(sheets):
            object.__setattr__(sheet, "name", f"{k + 1}{sheet.name}"[:31])
        assert opened.write(out, sheets, documents[0].names) == []
    return out


def rows(sheet: Any) -> list[list[Any]]:
    """The cells of the indicators."""
    first = next(r for r in range(1, 12) if sheet.cell(r, 2).value == "指标") + 1
    last = next(r for r in range(first, 60) if sheet.cell(r, 1).value == "合计")
    return [[c.value for c in row] for row in sheet.iter_rows(first, last - 1, 1, 10)]


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_every_qualified_unit_has_its_exact_numbers(run: Run, rules: Rules, kind: str) -> None:
    job = jobs(run, TODAY)[kind == "teacher"]
    o, scheme = outcome(run, kind), rules.object(kind)
    assert len(job.documents) == len(qualified(run, kind)) > 10
    for at, document in zip(qualified(run, kind), job.documents, strict=True):
        card = document.sheets[0].context
        assert card["指标"]["得分"].tolist() == o.scores.by_indicator[:, at].tolist()
        assert card["指标"]["分值"].tolist() == [i.points for i in scheme.indicators]
        assert card["计算得分"] == card["得分合计"].value == o.scores.total[at]
        assert card["得分"] == o.score_cents[at] / 100
        assert document.names == {UNIT_NAME: unit_key(run, kind, at)}
        assert document.folder == f"评审表/{job.label}"


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_an_independent_program_adds_up_the_same_totals(
    run: Run, filled: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(
        convert(stripped(filled[kind], tmp_path), "xlsx", tmp_path / "out"), data_only=True
    )
    o = outcome(run, kind)
    for at, sheet in zip(qualified(run, kind), book.worksheets, strict=False):
        foot = next(r for r in sheet.iter_rows() if r[0].value == "合计")
        assert [foot[5].value, foot[6].value] == [100, o.scores.total[at]]
        assert foot[7].value == pytest.approx(100 - o.scores.total[at], abs=0.011)
        assert not foot[8].value
        assert sum(r[6] for r in rows(sheet)) == pytest.approx(foot[6].value, abs=0.005001)


def stripped(path: Path, folder: Path) -> Path:
    """A copy without the formulas' values: what is there afterwards was calculated."""
    book = openpyxl.load_workbook(path)
    out = folder / f"bare-{path.name}"
    book.save(out)
    return out


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_a_card_is_one_page_with_every_clause(
    rules: Rules, filled: dict[str, Path], kind: str, tmp_path: Path
) -> None:
    pages = pdf_pages(convert(filled[kind], "pdf", tmp_path))
    assert len(pages) == PRINTED
    book = openpyxl.load_workbook(filled[kind])
    for page, sheet in zip(pages, book.worksheets, strict=True):
        printed = re.sub(r"\s", "", page)
        assert sheet["C3"].value in printed
        for indicator in rules.object(kind).indicators:
            assert indicator.name in printed
            # cells stand side by side in a line of print: the sentence's own words are looked for one by one
            assert all(c in printed for c in indicator.sentence)
        assert [r[2] for r in rows(sheet)] == [i.sentence for i in rules.object(kind).indicators]
        assert "评审专家" in printed
        assert not re.findall(r"\d\.\d{3,}", page)
        values = [r[3] for r in rows(sheet) if isinstance(r[3], float)]
        halves = [Decimal(repr(v)).quantize(Decimal("0.01"), ROUND_HALF_UP) for v in values]
        shown = [f"{v}" if kind == "school" else f"{v:g}" for v in (halves if kind == "school" else values)]
        assert [v for v in shown if v not in page] == []
        room = pixels(sheet.column_dimensions["D"].width) - 2 * 4  # clear of both borders
        assert max(text_pixels(v, 9) for v in [*shown, "100.00"]) < room


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_only_the_experts_cells_are_open_and_bounded_by_the_points(
    filled: dict[str, Path], rules: Rules, kind: str
) -> None:
    sheet = openpyxl.load_workbook(filled[kind]).worksheets[1]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    count = len(rules.object(kind).indicators)
    first = next(c.row for c in sheet["B"] if c.value == "指标") + 1
    open_cells = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
    wanted = {f"{c}{r}" for r in range(first, first + count) for c in "IJ"}
    signature = next(c.row for c in sheet["A"] if c.value == "评审专家")
    assert open_cells == wanted | {f"{c}{signature}" for c in "CEHIJ"}
    [bound] = sheet.data_validations.dataValidation
    assert str(bound.sqref) == f"I{first}:I{first + count - 1}"
    assert (bound.type, bound.formula1, bound.formula2) == ("decimal", "0", f"F{first}")
    assert lint(filled[kind]) == []
    audit = OpenXmlValidator().validate(filled[kind])
    assert (audit.errors, audit.warning_count) == ([], 0)


def test_values_read_as_people_read_them(run: Run) -> None:
    school, teacher = (j.documents[0].sheets[0].context["指标"] for j in jobs(run, TODAY))
    shown = dict(zip(school["指标"], school["取值"], strict=True))
    assert shown["组织机构"] in ("是", "否")
    assert shown["课程学习"].endswith("%")
    assert isinstance(shown["在线授课"], float)
    assert dict(zip(teacher["指标"], teacher["取值"], strict=True))["学生评价"].endswith("%")
    assert len(set(school["一级指标"])) == 4


@pytest.mark.parametrize(("reading", "points", "said"), [
    ("zero", 0.0, "不是班主任，得0分"), ("full", 15.0, "不是班主任，给满分"), ("rescale", 0.0, "不是班主任，不计"),
])  # fmt: skip
def test_who_has_no_class_is_told_what_counts(
    rules: Rules, tmp_path: Path, reading: str, points: float, said: str
) -> None:
    run = city_run(rules.replace(chosen={**rules.chosen, "non_homeroom": reading}))
    job = jobs(run, TODAY)[1]
    at = next(
        k for k, i in enumerate(qualified(run, "teacher")) if run.results.teacher.units["班主任"][i] != 1
    )
    card = job.documents[at].sheets[0].context
    row = {name: column[6] for name, column in card["指标"].items()}
    assert (row["指标"], row["得分"], row["备注"]) == ("学生评价", points, said)
    total = card["得分合计"]
    assert isinstance(total, Formula)
    assert total.value == run.results.teacher.scores.total[qualified(run, "teacher")[at]]
    assert ("折算成100分" in card["说明"]) == (reading == "rescale")
    if reading == "rescale":
        assert row["扣分"] != row["扣分"]
        one = Job(job.label, job.template, [job.documents[at]], "")
        path = write(one, "teacher", rules, tmp_path)
        book = openpyxl.load_workbook(
            convert(stripped(path, tmp_path), "xlsx", tmp_path / "out"), data_only=True
        )
        foot = next(r for r in book.worksheets[0].iter_rows() if r[0].value == "合计")
        assert foot[6].value == total.value


def test_what_is_missing_is_called_so(run: Run, rules: Rules) -> None:
    name = run.results.school.units["学校名称"][qualified(run, "school")[0]]
    grids = dict(city_grids())
    schools = grids["schools"]
    assert schools is not None
    changed = [list(r) for r in schools.rows]
    row = next(r for r in changed if str(r[0]).strip() == name)
    row[changed[0].index("组织机构")] = ""
    again = calculate_grids({**grids, "schools": Grid(changed)}, rules, Previous())
    card = next(d for d in jobs(again, TODAY)[0].documents if d.stem == name).sheets[0].context
    first = {n: column[0] for n, column in card["指标"].items()}
    assert (first["取值"], first["得分"], first["扣分"], first["备注"]) == ("缺", 0, 5, "缺数据，按0分计")
    assert "没有数据的指标按0分计：组织机构" in card["说明"]


def test_which_score_counts_is_said(run: Run, rules: Rules) -> None:
    computed = city_run(rules.replace(chosen={**rules.chosen, "authority": "computed"}))
    [by_platform, by_rules] = (
        jobs(r, TODAY)[0].documents[0].sheets[0].context["说明"] for r in (run, computed)
    )
    assert by_platform.startswith("得分采用平台得分（口径“得分依据”取“平台优先”")
    assert by_rules.startswith("得分采用计算得分（口径“得分依据”取“计算得分”")


def test_a_sum_of_both_is_called_so(run: Run, rules: Rules) -> None:
    """One indicator by the platform, no total from it: neither number alone is what counts."""
    name = run.results.school.units["学校名称"][qualified(run, "school")[0]]
    grids = dict(city_grids())
    assert grids["schools"] is not None
    head, *rest = [list(r) for r in grids["schools"].rows]
    for row in rest:
        if str(row[0]).strip() == name:
            row[head.index("平台得分")] = ""
    rows = [[*head, "在线授课平台得分"], *([*r, 8.25 if str(r[0]).strip() == name else ""] for r in rest)]
    again = calculate_grids({**grids, "schools": Grid(rows)}, rules, Previous())
    card = next(d for d in jobs(again, TODAY)[0].documents if d.stem == name).sheets[0].context
    assert card["说明"].startswith(
        "得分里“在线授课”采用平台得分，其余各项采用计算得分（口径“得分依据”取“平台优先”"
    )
    assert "；平台没有给出合计的得分" in card["说明"]
    o = again.results.school
    at = o.names["学校名称"].tolist().index(name)
    computed = o.scores.by_indicator[o.scores.names.index("在线授课"), at]
    total = round(float(o.scores.total[at] - computed + 8.25), 2)
    assert total != o.scores.total[at]
    assert used(o, at) == f"1项采用平台得分，其余采用计算得分，合计{total:.2f}"


def test_nobody_qualifies_nothing_is_made(rules: Rules) -> None:
    assert [list(j.documents) for j in jobs(empty_run(rules), TODAY)] == [[], []]
