"""附件3 and 附件4: the scheme's own captions in its order, filled with what is known, whole in print."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from application_forms import (
    DAY,
    MEMBER,
    RESUME,
    SCHOOL_ANSWERS,
    TEACHER_ANSWERS,
    answer,
    raw_text,
    rules,
    run_of,
    sent,
)  # fmt: skip
from kongjian.forms.applications import jobs, school_texts, sent_facts
from kongjian.forms.design.draw_fill_in import PAGE, WIDTH
from kongjian.workbook.run import Run
from office import convert, pdf_pages
from package_lint import lint
from where import ROOT

SCHEME = (ROOT / "rules/chibi-2020/source/方案原文.txt").read_text(encoding="utf-8")
LONG = "坚持使用平台备课授课，" * 200  # 2,200 characters


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(tmp_path_factory.mktemp("book"))


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def scheme_captions(kind: str) -> list[str]:
    """The captions of the form in the scheme's text, in order."""
    at = SCHEME.index("\n附件3\n“")
    middle = SCHEME.index("\n附件4：\n", at)
    text = SCHEME[at:middle] if kind == "school" else SCHEME[middle:]
    return [c for c in map(squeezed, re.split(r"[\t\n]", text)) if c]


@pytest.mark.parametrize(("kind", "count"), [("school", 26), ("teacher", 22)])
def test_every_caption_of_the_scheme_in_its_order(kind: str, count: int, run: Run, tmp_path: Path) -> None:
    path, notes = sent(run, kind, 0, tmp_path)
    assert notes == []
    assert lint(path) == []
    pdf = convert(path, "pdf", tmp_path)
    assert len(pdf_pages(pdf)) == {"school": 3, "teacher": 2}[kind]
    heading, *captions = scheme_captions(kind)
    assert len(captions) + 1 == count
    assert squeezed(pdf_pages(pdf)[0]).startswith(heading)
    # cells of one row in a line for 附件3; 附件4 has captions beside several rows, which are set first
    printed, place = squeezed("".join(pdf_pages(pdf)) if kind == "school" else raw_text(pdf)), 0
    stamps = ("（盖章）", "年月日")  # two boxes stand side by side, so their lines alternate
    for caption in (c for c in captions if c not in stamps):
        assert caption in printed[place:], caption
        place = printed.index(caption, place) + len(caption)
    for stamp in stamps:
        assert printed.count(stamp) == captions.count(stamp)


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_every_field_has_its_name_its_guidance_and_room(kind: str, run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, kind, 0, tmp_path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    form = rules().forms.form(f"{kind}_application")
    prompts = {str(v.sqref): v for v in sheet.data_validations.dataValidation}
    names = {n: d.attr_text.partition("!")[2].replace("$", "") for n, d in book.defined_names.items()}
    assert set(names) == {f.name for f in form.fields} | {"KongjianUnit", "KongjianMade"}
    for field in form.fields:
        first = names[field.name].partition(":")[0]
        if field.hint:
            prompt = next(v for area, v in prompts.items() if area.partition(":")[0] == first)
            assert field.hint.partition("；")[0][:5] in prompt.prompt
            assert field.hint not in str([c.value for row in sheet for c in row])
        if field.kind in ("phone", "postcode", "email", "date"):
            assert sheet[first].number_format == "@"
    heights = {r: d.height for r, d in sheet.row_dimensions.items()}
    assert max(heights.values()) <= 409
    breaks = [0, *(b.id for b in sheet.row_breaks.brk), sheet.max_row]
    for top, bottom in zip(breaks, breaks[1:], strict=False):
        assert sum(h for r, h in heights.items() if top < r <= bottom) <= PAGE
    assert sum(d.width * 7 for d in sheet.column_dimensions.values()) <= WIDTH
    assert sheet.page_setup.paperSize == 9
    if kind == "teacher":
        assert names["FormResume"] == "B6:F8"
        assert "<=2000" in prompts["B9"].formula1


def test_what_is_known_is_filled_in_and_nothing_else(run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, "school", 0, tmp_path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert (sheet.title, sheet["B3"].value, sheet["B4"].value) == ("赤壁市第一小学", "赤壁市第一小学", None)
    lines = [line for cell in ("A15", "A17", "A23") for line in sheet[cell].value.split("\n")]
    assert lines == [
        "教师总数：20人", "适龄学生数：300人", "教师开通率：100%", "学生开通率：96.67%", "互联网接入：是", "多媒体教学环境：是",
        "得分：99.99分", "月均得分：94分", "全市名次：第1名",
    ]  # fmt: skip
    sent_with = sent_facts(run.rules)
    assert all(map(sent_with.fullmatch, lines))
    assert not any(sent_with.fullmatch(f"{line}，有增加") for line in lines)
    assert (sheet["A19"].value, sheet["A21"].value) == (None, None)


def test_a_fact_that_is_not_known_is_left_out(run: Run) -> None:
    units = run.results.school.units
    before = units["互联网接入"].copy()
    units["互联网接入"][0] = float("nan")
    assert school_texts(run, 0)["信息化基本建设情况"] == "多媒体教学环境：是"
    units["互联网接入"] = before


def test_one_file_for_each_who_qualifies(run: Run) -> None:
    schools, teachers = jobs(run, DAY)
    assert [d.stem for d in schools.documents][:2] == ["附件3 赤壁市第一小学", "附件3 赤壁市第二小学"]
    assert (len(schools.documents), len(teachers.documents)) == (4, 7)
    assert [(d.folder, d.stem) for d in teachers.documents if "教师00" in d.stem] == [
        ("申报表/教师/赤壁市第一小学", "附件4 教师00（0000）"),
        ("申报表/教师/赤壁市第一小学", "附件4 教师00（9999）"),
    ]
    assert teachers.documents[1].names == {"KongjianUnit": "teacher|421281199001010001"}


def test_filled_forms_keep_their_pages_and_all_of_the_text(run: Run, tmp_path: Path) -> None:
    deeds = "\n".join(LONG[k : k + 200] for k in range(0, 2000, 200))
    path, _ = sent(run, "teacher", 1, tmp_path)
    answer(path, {**TEACHER_ANSWERS, "FormDeeds": deeds}, {"FormResume": RESUME})
    pages = [squeezed(p) for p in pdf_pages(convert(path, "pdf", tmp_path))]
    assert len(pages) == 2
    assert "".join(pages).count("坚持使用平台备课授课") >= 160  # those that no line end parts
    assert "所在单位意见" in pages[1]
    assert "湖北教育云、市教育局审核意见" in pages[1]
    path, _ = sent(run, "school", 1, tmp_path)
    answer(path, {**SCHOOL_ANSWERS, "FormProcess": LONG[:600]}, {"FormMembers": MEMBER})
    assert len(pdf_pages(convert(path, "pdf", tmp_path))) == 3


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_a_filled_form_is_a_valid_package(kind: str, run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, kind, 1, tmp_path)
    result = OpenXmlValidator().validate(path)
    assert [str(e) for e in result.errors] == []
