"""The experts' review: formulas against Python, what may be filled in, and what comes back; long because the papers go out and come back."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from filled_forms import draw_template
from kongjian.base.errors import KongjianError
from kongjian.engine.frame import Frame, texts
from kongjian.forms import review_sheets
from kongjian.forms.design import draw_review as design
from kongjian.forms.job import Document
from kongjian.forms.returned.review_collect import collect
from kongjian.forms.review_sheets import Expert, Panel, expert_document, jobs, standing, summary_document
from kongjian.forms.template.filled_workbook import Template
from kongjian.rules import Rules
from kongjian.workbook.run import Run
from office import convert, pdf_pages
from package_lint import lint

TODAY = dt.date(2021, 8, 1)
SCHOOLS = ("甲校", "乙校", "丙校", "丁'校", "戊校")


@pytest.fixture(scope="module")
def template(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_template(design.draw, rules, tmp_path_factory.mktemp("review") / review_sheets.TEMPLATE)


def units(points: Sequence[float]) -> Frame:
    names = [f"{k}校" if k > len(SCHOOLS) else SCHOOLS[k - 1] for k in range(1, len(points) + 1)]
    return Frame(
        {
            "序号": np.arange(1.0, len(points) + 1),
            "学校名称": texts(names),
            "姓名": texts(f"管理员{k}" for k in range(len(points))),
            "得分": np.array(points),
            "名次": np.arange(1.0, len(points) + 1),
        }
    )


def write(document: Document, template: Path, folder: Path) -> Path:
    path = folder / f"{document.stem}.xlsx"
    with Template(template) as opened:
        assert opened.write(path, document.sheets, document.names) == []
    return path


def recalculated(path: Path, folder: Path) -> Any:
    """The workbook as LibreOffice calculates it; openpyxl has dropped the values that were there before."""
    folder = folder.with_name(f"{folder.name}-calculated")  # beside what is collected
    folder.mkdir(exist_ok=True)
    bare = folder / f"bare-{path.name}"
    openpyxl.load_workbook(path).save(bare)
    return openpyxl.load_workbook(convert(bare, "xlsx", folder / "out"), data_only=True)


def table(sheet: Any, head: str) -> list[dict[str, Any]]:
    """The rows below the captions, by caption; captions may have line breaks."""
    top = next(r for r in range(1, 8) if str(sheet.cell(r, 1).value or "").replace("\n", "") == head)
    captions = [str(c.value or "").replace("\n", "") for c in sheet[top]]
    out = []
    for row in sheet.iter_rows(top + 1, sheet.max_row, values_only=True):
        if isinstance(row[0], str) and row[0]:
            break
        out.append(dict(zip(captions, row, strict=True)))
    return out


def panel(experts: int, drop: bool, seed: int) -> Panel:
    """Twelve units with half cents, blanks, whole blank lines, equal means and equal scores."""
    rng = np.random.default_rng(seed)
    points = [95.5, 95.5, 90, 88, 88, 88, 85, 84, 83.25, 83.25, 80, 79.5]
    scores = np.round(rng.integers(800, 990, (12, experts)) / 10, 1)
    scores[1] = scores[0]  # a tie in both
    scores[3] = scores[2]  # the same mean, another score
    scores[4, :] = 90.1
    scores[4, 1:] = 90.0  # a half cent with four experts
    scores[5, rng.random(experts) < 0.5] = np.nan
    scores[6] = np.nan  # nobody
    scores[7, 1:] = np.nan  # one alone
    scores[8], scores[9] = 0.0, 100.0
    made = tuple(Expert(f"专家{k + 1}", scores[:, k]) for k in range(experts))
    return Panel("school", units(points), made, drop)


@pytest.mark.parametrize(("experts", "drop"), [(3, True), (4, False), (5, True), (5, False), (9, True)])
def test_the_formulas_give_the_same_means_and_order(
    template: Path, rules: Rules, tmp_path: Path, experts: int, drop: bool
) -> None:
    given = panel(experts, drop, experts)
    path = write(summary_document(given, rules), template, tmp_path)
    book, wanted = recalculated(path, tmp_path), standing(given, rules)
    lines = table(book["汇总"], "序号")
    assert len(lines) == 12
    for i, line in enumerate(lines):
        scores = [line[e.name] for e in given.experts]
        assert [s if s not in (None, "") else None for s in scores] == [
            None if e.scores[i] != e.scores[i] else e.scores[i] for e in given.experts
        ]
        assert line["专家人数"] == sum(e.scores[i] == e.scores[i] for e in given.experts)
        assert (line["平均分"] or None) == (
            None if wanted.mean[i] != wanted.mean[i] or wanted.mean[i] == 0 else wanted.mean[i]
        )
        assert (line["评审名次"] or 0) == wanted.rank[i]
        assert (line["并列"] or "") == ("并列" if wanted.tied[i] else "")
    final = table(book["评审结果"], "评审名次")
    shown = [(r["学校名称"], r["评审名次"], r["平均分"]) for r in final if r["评审名次"]]
    assert shown == [(given.units["学校名称"][i], wanted.rank[i], wanted.mean[i]) for i in wanted.order]
    stored = openpyxl.load_workbook(path, data_only=True)
    for name in ("汇总", "评审结果"):
        pairs = zip(stored[name].iter_rows(), book[name].iter_rows(), strict=False)
        assert all(
            (a.value or None) == (b.value or None) for x, y in pairs for a, b in zip(x, y, strict=False)
        )


def test_python_knows_the_mean_by_hand(rules: Rules) -> None:
    rows = np.array([[90.1, 90, 90, 90, np.nan], [60, 90, 91, 92, 100], [60, 90, 91, 92, np.nan]])
    given = Panel("school", units([90, 80, 80]), tuple(Expert(f"专{k}", rows[:, k]) for k in range(5)))
    assert standing(given, rules).mean.tolist() == [90.03, 91.0, 83.25]
    without = Panel("school", given.units, given.experts, drop=False)
    assert standing(without, rules).mean.tolist() == [90.03, 86.6, 83.25]
    assert standing(given, rules).rank.tolist() == [2, 1, 3]
    two = Panel("school", units([90, 80, 90]), (Expert("甲", np.array([88.0, 88.0, 88.0])),))
    assert standing(two, rules).rank.tolist() == [1, 3, 1]
    assert standing(two, rules).tied.tolist() == [True, False, True]


def test_a_score_typed_later_moves_everything(template: Path, rules: Rules, tmp_path: Path) -> None:
    """In the summary itself: the switch, a text in a score cell, a sheet that somebody sorted."""
    given = panel(5, True, 7)
    path = write(summary_document(given, rules), template, tmp_path)
    book = openpyxl.load_workbook(path)
    book["汇总"]["C3"] = "否"
    sheet = book["专家2"]
    swapped = [[c.value for c in sheet[r]] for r in (6, 17)]
    for row, values in zip((17, 6), swapped, strict=True):
        for k, value in enumerate(values, start=1):
            if not isinstance(sheet.cell(row, k), openpyxl.cell.cell.MergedCell):
                sheet.cell(row, k).value = value
    book["专家3"]["F7"] = "95分"
    book.save(path)
    lines = table(recalculated(path, tmp_path)["汇总"], "序号")
    changed = [Expert(e.name, e.scores.copy()) for e in given.experts]
    changed[2].scores[1] = np.nan
    wanted = standing(Panel("school", given.units, tuple(changed), False), rules)
    assert [line["平均分"] or None for line in lines] == [m if m == m and m else None for m in wanted.mean]
    assert lines[1]["专家3"] == "95分"
    assert lines[0]["专家2"] == given.experts[1].scores[0]


def test_the_jobs_cover_the_qualified_units_by_rank(run: Run) -> None:
    school, teacher = jobs(run, TODAY)
    assert [d.stem for d in school.documents] == [
        "专家评审汇总表-学校", *(f"评审表-学校-专家{k}" for k in range(1, 6)),
    ]  # fmt: skip
    assert [d.names for d in school.documents][:2] == [
        {"KongjianReview": "school|"},
        {"KongjianReview": "school|专家1"},
    ]
    sheets = school.documents[0].sheets
    assert [s.name for s in sheets] == ["汇总", "评审结果", "专家1", "专家2", "专家3", "专家4", "专家5"]
    assert school.together == ""
    ranking = run.results.tables["TeacherRanking"]
    listed = teacher.documents[1].sheets[0].context["单位"]
    assert listed["姓名"].tolist() == ranking["教师姓名"].tolist()
    assert listed["得分"].tolist() == ranking["得分"].tolist()
    few = jobs(run, TODAY, ["王'芳", "李明"], 10)[1]
    assert [d.stem for d in few.documents[1:]] == ["评审表-教师-王'芳", "评审表-教师-李明"]
    assert few.documents[1].sheets[0].context["单位"]["名次"].tolist() == [
        r for r in ranking["名次"] if r <= 10
    ]
    with pytest.raises(KongjianError, match="“李明”写了两次"):
        jobs(run, TODAY, ["李明", "李明"])
    with pytest.raises(KongjianError, match="有10名专家"):
        jobs(run, TODAY, [f"甲{k}" for k in range(10)])


def test_only_the_experts_cells_are_open(run: Run, template: Path, rules: Rules, tmp_path: Path) -> None:
    summary, file, *_ = jobs(run, TODAY)[0].documents
    height = summary.sheets[2].context["单位"].height
    last = 5 + height
    for document in (summary, file):
        path = write(document, template, tmp_path)
        book = openpyxl.load_workbook(path)
        for sheet in book.worksheets:
            assert sheet.protection.sheet
            assert not sheet.protection.password
        sheet = book["专家1"]
        assert not sheet.protection.autoFilter  # False: it may be used
        assert sheet.auto_filter.ref == f"A5:G{last}"
        opened = {c.coordinate for row in sheet.iter_rows() for c in row if not c.protection.locked}
        scores = {f"{c}{r}" for r in range(6, last + 1) for c in "FG"}
        assert opened == scores | {f"{c}{last + 1}" for c in "CDEG"}
        [bound] = sheet.data_validations.dataValidation
        assert (bound.type, bound.operator, str(bound.sqref)) == ("decimal", None, f"F6:F{last}")
        assert (float(bound.formula1), float(bound.formula2)) == (
            rules.forms.review.lowest,
            rules.forms.review.highest,
        )
        assert "0到100" in bound.error
        assert lint(path) == []
        audit = OpenXmlValidator().validate(path)
        assert (audit.errors, audit.warning_count) == ([], 0)
    book = openpyxl.load_workbook(tmp_path / f"{summary.stem}.xlsx")
    sheet = book["汇总"]
    assert book.defined_names["ReviewDropExtremes"].attr_text == "'汇总'!$C$3"
    assert sheet["R3"].value == rules.forms.review.drop_extremes_from
    assert [v.formula1 for v in sheet.data_validations.dataValidation] == ['"是,否"']
    assert not sheet["C3"].protection.locked
    hidden = {k for k, d in sheet.column_dimensions.items() if d.hidden}
    assert hidden == {"K", "L", "M", "N", "U"}


def test_the_pages_print_whole(run: Run, template: Path, tmp_path: Path) -> None:
    document = jobs(run, TODAY, ["甲", "乙"], 40)[1].documents[0]
    pages = pdf_pages(convert(write(document, template, tmp_path), "pdf", tmp_path))
    units = document.sheets[2].context["单位"]
    assert ["专家评审汇总表（教师）" in pages[0], "评审组签名" in "".join(pages)] == [True, True]
    assert len(pages) == 3 + 2 + 2 * 2  # the summary lies across
    for name in units["姓名"]:
        assert sum(name in p for p in pages) >= 3


# what comes back


def returned(template: Path, rules: Rules, folder: Path, count: int = 3) -> tuple[Panel, list[Path]]:
    """A blank summary and the experts' files, filled in and signed as people do."""
    rng = np.random.default_rng(5)
    blank = Panel("school", units([95, 90, 90, 85, 80]), tuple(Expert(f"专家{k + 1}") for k in range(count)))
    write(summary_document(blank, rules), template, folder)
    made = []
    for k, expert in enumerate(blank.experts):
        path = write(expert_document(blank, expert, rules), template, folder)
        scores = np.round(rng.uniform(80, 99, 5), 1)
        change(path, lambda s, scores=scores: fill_in(s, scores.tolist()))
        made.append(path)
        object.__setattr__(blank.experts[k], "scores", scores)
    return blank, made


def fill_in(sheet: Any, scores: Sequence[float | str]) -> None:
    for k, score in enumerate(scores):
        sheet.cell(6 + k, 6).value = score
    sheet["G6"] = "好"
    sheet["C11"] = "张三"
    sheet["G11"] = dt.date(2021, 8, 20)


def change(path: Path, edit: Callable[[Any], None]) -> None:
    book = openpyxl.load_workbook(path)
    edit(book.worksheets[0])
    book.save(path)


def test_files_come_back_from_another_program_under_any_name(
    template: Path, rules: Rules, tmp_path: Path
) -> None:
    given, files = returned(template, rules, tmp_path)
    away = tmp_path / "收到" / "邮件"
    for k, path in enumerate(files):
        convert(path, "xlsx", away)  # LibreOffice writes names, formats and dates its own way
        (away / path.name).rename(away / f"附件{k}.xlsx")
        path.unlink()
    openpyxl.Workbook().save(tmp_path / "别的.xlsx")
    result = collect(tmp_path, rules, template)
    assert (result.refused, result.notes, result.waiting) == ([], [], {"school": []})
    assert sorted(result.collected["school"]) == ["专家1", "专家2", "专家3"]
    [path] = result.written
    assert path == tmp_path / "专家评审汇总表-学校.xlsx"
    assert path.with_name(f"{path.name}.bak").is_file()
    wanted = standing(given, rules)
    lines = table(recalculated(path, tmp_path)["汇总"], "序号")
    assert (
        [line["平均分"] for line in lines] == wanted.mean.tolist() == result.standings["school"].mean.tolist()
    )
    sheet = openpyxl.load_workbook(path)["专家2"]
    assert [sheet["G6"].value, sheet["C11"].value, sheet["G11"].value] == ["好", "张三", "2021年8月20日"]
    before = path.read_bytes()
    again = collect(tmp_path, rules, template)
    assert (again.lines, path.read_bytes()) == (result.lines, before)


def blank_score(sheet: Any) -> None:
    sheet["F8"] = None


def sort_rows(sheet: Any) -> None:
    found = [[sheet.cell(r, c).value for c in range(1, 8)] for r in range(6, 11)]
    for r, values in enumerate(reversed(found), start=6):
        for c, value in enumerate(values, start=1):
            sheet.cell(r, c).value = value


def setter(cell: str, value: Any) -> Callable[[Any], None]:
    return lambda sheet: sheet.__setitem__(cell, value)


@pytest.mark.parametrize(
    ("edit", "refused", "told"),
    [
        (sort_rows, "", ""),
        (blank_score, "", "1个单位没有评分（F8），按回避计"),
        (setter("C11", None), "", "没有签名，请补签"),
        (setter("F7", " ９５ "), "", "F7 的“ ９５ ”是文本，按数字收下"),
        (setter("F7", "95分"), "F7 是“95分”，不是数字", ""),
        (setter("F7", 100.5), "F7 是100.5，不在0到100之间", ""),
        (setter("F7", -1), "F7 是-1，不在0到100之间", ""),
        (setter("F7", True), "F7 是“True”，不是数字", ""),
        (setter("F7", dt.date(2021, 9, 5)), "不是数字", ""),
        (setter("B8", "别校"), "序号3应是“丙校 管理员2”，表里是“别校 管理员2”", ""),
        (setter("A8", 9), "第8行的序号“9”汇总表里没有；缺少序号3", ""),
        (setter("A8", 2), "序号2应是“乙校 管理员1”，表里是“丙校 管理员2”；序号2有两行；缺少序号3", ""),
        (lambda s: s.delete_rows(8), "缺少序号", ""),
    ],
)  # fmt: skip
def test_each_fault_is_named_with_its_cell(
    template: Path, rules: Rules, tmp_path: Path, edit: Callable[[Any], None], refused: str, told: str
) -> None:
    given, files = returned(template, rules, tmp_path, 2)
    change(files[1], edit)
    result = collect(tmp_path, rules, template)
    assert result.collected["school"] == (["专家1"] if refused else ["专家1", "专家2"])
    assert (len(result.refused), len(result.notes)) == (bool(refused), bool(told))
    assert refused in "".join(result.refused)
    assert told in "".join(result.notes)
    if refused:
        assert "评审表-学校-专家2.xlsx（专家2）" in result.refused[0]
        assert result.waiting["school"] == ["专家2"]
    scores = result.panels["school"].scores()
    assert scores[:, 0].tolist() == given.experts[0].scores.tolist()
    if edit is sort_rows:
        assert scores[:, 1].tolist() == given.experts[1].scores.tolist()


def test_the_newest_of_an_experts_files_counts(template: Path, rules: Rules, tmp_path: Path) -> None:
    _, files = returned(template, rules, tmp_path, 2)
    newer = tmp_path / "改过的.xlsx"
    book = openpyxl.load_workbook(files[0])
    book.worksheets[0]["F6"] = 77
    book.properties.modified = dt.datetime(2031, 1, 1)
    book.save(newer)
    set_modified(newer, b"2031-01-01T00:00:00Z")
    os.utime(newer, (1, 1))  # a download's day says nothing
    result = collect(tmp_path, rules, template)
    assert result.panels["school"].scores()[0, 0] == 77
    assert result.notes == ["专家1 交了2份，用最后保存的 改过的.xlsx，没有用 评审表-学校-专家1.xlsx"]
    # a fresh file that nobody has filled in says nothing
    blank = Panel("school", result.panels["school"].units, (Expert("专家2"),))
    (tmp_path / "新发").mkdir()
    write(expert_document(blank, blank.experts[0], rules), template, tmp_path / "新发")
    assert len(collect(tmp_path, rules, template).collected["school"]) == 2


def set_modified(path: Path, stamp: bytes) -> None:
    """openpyxl notes the moment of saving whatever it was told."""
    import re
    import zipfile

    with zipfile.ZipFile(path) as package:
        parts = {n: package.read(n) for n in package.namelist()}
    core = parts["docProps/core.xml"]
    parts["docProps/core.xml"] = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, core)
    with zipfile.ZipFile(path, "w") as package:
        for name, data in parts.items():
            package.writestr(name, data)


def test_without_the_summary_the_files_agree_on_the_units(
    template: Path, rules: Rules, tmp_path: Path
) -> None:
    given, files = returned(template, rules, tmp_path, 3)
    (tmp_path / "专家评审汇总表-学校.xlsx").unlink()
    change(files[2], setter("B6", "改名校"))
    (tmp_path / "评审表-专家4.ods").write_bytes(b"PK")
    (tmp_path / "坏了.xlsx").write_bytes(b"PK\x03\x04")
    result = collect(tmp_path, rules, template)
    assert sorted(result.collected["school"]) == ["专家1", "专家2"]
    assert result.panels["school"].units["得分"].tolist() == given.units["得分"].tolist()
    assert [p.name for p in result.written] == ["专家评审汇总表-学校.xlsx"]
    assert len(result.refused) == 3
    assert {"另存为 .xlsx" in r or "已损坏" in r or "改名校" in r for r in result.refused} == {True}


def test_what_the_summary_holds_is_kept(template: Path, rules: Rules, tmp_path: Path) -> None:
    """Scores of a paper sheet, typed into the summary; its switch; an expert who is not in it."""
    given, files = returned(template, rules, tmp_path, 3)
    files[2].unlink()
    path = tmp_path / "专家评审汇总表-学校.xlsx"
    book = openpyxl.load_workbook(path)
    fill_in(book["专家3"], [81, 82, 83, 84, "85分"])
    book["汇总"]["C3"] = "否"
    book.save(path)
    extra = Panel(
        "school", given.units, (Expert("钱七", np.array([70.0, 71, 72, 73, 74]), ["中"] * 5, "钱七"),)
    )
    write(expert_document(extra, extra.experts[0], rules), template, tmp_path)
    result = collect(tmp_path, rules, template)
    found = result.panels["school"]
    assert [e.name for e in found.experts] == ["专家1", "专家2", "专家3", "钱七"]
    assert not found.drop
    assert np.nan_to_num(found.scores()[:, 2]).tolist() == [81, 82, 83, 84, 0]
    assert any("“专家3”：F10 是“85分”，不是数字" in n for n in result.notes)
    made = openpyxl.load_workbook(path)
    assert made["汇总"]["C3"].value == "否"
    assert made.sheetnames == ["汇总", "评审结果", "专家1", "专家2", "专家3", "钱七"]


def test_a_folder_without_review_files_says_nothing(template: Path, rules: Rules, tmp_path: Path) -> None:
    assert collect(tmp_path, rules, template).lines == []


def test_a_restyled_template_still_adds_up(template: Path, rules: Rules, tmp_path: Path) -> None:
    """Columns and rows moved by the user: formulas and names go where the marks are."""
    own = tmp_path / "模板.xlsx"
    book = openpyxl.load_workbook(template)
    for sheet in (book["专家"], book["汇总"]):
        for merged in list(sheet.merged_cells.ranges):
            sheet.unmerge_cells(str(merged))
    book["专家"].move_range("F5:F6", cols=4)
    book["汇总"].move_range("R4:R5", cols=8)
    book["汇总"].insert_rows(1)
    for name, ref in (
        ("ReviewScore", "专家!$J$6:$J$6"),
        ("ReviewDropExtremes", "汇总!$C$4"),
        ("ReviewDropFrom", "汇总!$R$4"),
    ):
        book.defined_names[name].attr_text = ref
    book.save(own)
    given = panel(5, True, 3)
    path = tmp_path / "summary.xlsx"
    with Template(own) as opened:
        opened.write(path, summary_document(given, rules).sheets, {"KongjianReview": "school|"})
    sheet = recalculated(path, tmp_path)["汇总"]
    means = [sheet.cell(r, 26).value or None for r in range(6, 18)]
    assert means == [m if m == m and m else None for m in standing(given, rules).mean]
    kept = collect(tmp_path, rules, template).panels["school"]
    assert np.nan_to_num(kept.scores()).tolist() == np.nan_to_num(given.scores()).tolist()


def test_a_template_without_the_marks_that_formulas_need_is_refused(
    template: Path, rules: Rules, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(template)
    book["专家"]["A6"] = "序号"
    own = tmp_path / "模板.xlsx"
    book.save(own)
    document = summary_document(panel(3, True, 1), rules)
    with Template(own) as opened, pytest.raises(KongjianError, match="没有 {{ 单位.序号 }}"):
        opened.write(tmp_path / "out.xlsx", document.sheets, document.names)
    assert not (tmp_path / "out.xlsx").exists()
