"""附件3 and 附件4: the scheme's own captions in its order, filled with what is known, whole in print."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from application_forms import (
    DAY,
    answered,
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
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


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
    assert len(pdf_pages(pdf)) == 2
    heading, *captions = scheme_captions(kind)
    assert len(captions) + 1 == count
    assert squeezed(pdf_pages(pdf)[0]).startswith(heading)
    # cells of one row in a line; captions beside higher rows take several lines and are set by themselves
    lines, set_apart = squeezed("".join(pdf_pages(pdf))), squeezed(raw_text(pdf))
    printed, place = set_apart if kind == "teacher" else lines, 0
    stamps = ("（盖章）", "年月日")  # two boxes stand side by side, so their lines alternate
    for caption in (c for c in captions if c not in stamps):
        if kind == "school" and caption.startswith("2-1"):
            printed, place = set_apart, 0
        elif kind == "school" and caption.startswith("注"):
            printed, place = lines, lines.index("2-4")
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
            page = sheet[sheet.print_area.rpartition("!")[2].replace("$", "")]
            assert field.hint not in str([c.value for row in page for c in row])
        if field.kind in ("phone", "postcode", "email", "date"):
            assert sheet[first].number_format == "@"
    heights = {r: d.height for r, d in sheet.row_dimensions.items()}
    assert max(heights.values()) <= 409
    breaks = {"school": [0, 15, 19], "teacher": [0, 10, sheet.max_row]}[kind]
    assert [b.id for b in sheet.row_breaks.brk] == ([] if kind == "school" else breaks[1:2])
    for top, bottom in zip(breaks, breaks[1:], strict=False):
        assert sum(h for r, h in heights.items() if top < r <= bottom) <= PAGE
    last = sheet.print_area.rpartition("$")[0].rpartition("$")[2]
    assert sum(d.width * 7 for name, d in sheet.column_dimensions.items() if name <= last) <= WIDTH
    assert {cell.fill.fill_type for row in sheet for cell in row} == {None}, "a ground would be printed"
    assert sheet.page_setup.paperSize == 9
    if kind == "teacher":
        assert names["FormResume"] == "B6:F8"
        assert "<=2000" in prompts["B9"].formula1


def test_what_is_known_is_filled_in_and_nothing_else(run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, "school", 0, tmp_path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    assert (sheet.title, sheet["B3"].value, sheet["B4"].value) == ("赤壁市第一小学", "赤壁市第一小学", None)
    lines = [sheet[cell].value for cell in ("B14", "B15", "B18")]
    assert lines == [
        "教师总数：20人　适龄学生数：300人　教师开通率：100%　学生开通率：96.67%",
        "互联网接入：是　多媒体教学环境：是",
        "得分：99.99分　月均得分：94分　全市名次：第1名",
    ]
    sent_with = sent_facts(run.rules)
    assert all(map(sent_with.fullmatch, [*lines, *" ".join(lines).split()]))
    assert not any(sent_with.fullmatch(f"{line}{own}") for line in lines for own in ("，有增加", "　有增加"))
    assert (sheet["B16"].value, sheet["B17"].value) == (None, None)


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


def paragraphs(characters: int, each: int) -> str:
    """So many characters, numbered at the end of each paragraph, so that a text that is cut off is missed."""
    ends = [f"【第{k}段完】" for k in range(1, characters // each + 1)]
    return "\n".join(f"　　{LONG[: each - len(end)]}{end}" for end in ends)


def test_filled_forms_print_all_of_the_text_on_two_pages(run: Run, tmp_path: Path) -> None:
    """2,000 characters, and 600 in each of five boxes, as a program leaves them that grows no row."""
    boxes = [f.name for f in rules().forms.form("school_application").fields if f.kind == "long_text"]
    sheet = openpyxl.load_workbook(sent(run, "school", 1, tmp_path)[0]).worksheets[0]
    known = [sheet[f"B{row}"].value for row in range(14, 19)]
    texts = [f"{line or ''}\n{paragraphs(600, 150)}".strip("\n") for line in known]
    teacher = answered(run, "teacher", tmp_path, 1, FormDeeds=paragraphs(2000, 250))
    school = answered(run, "school", tmp_path, 1, **dict(zip(boxes, texts, strict=True)))
    for path, ends, title in ((teacher, 8, "优秀教师"), (school, 5 * 4, "示范学校")):
        pages = [squeezed(p) for p in pdf_pages(convert(path, "pdf", tmp_path))]
        assert len(pages) == 2
        assert title in pages[0]
        printed = squeezed(raw_text(tmp_path / f"{path.stem}.pdf"))
        assert len(re.findall(r"【第\d段完】", printed)) == ends
        assert "要填" not in printed, "what helps to fill in is not printed"
    assert "第8段完" in squeezed(pdf_pages(tmp_path / f"{teacher.stem}.pdf")[0]), "no page parts the deeds"


def test_beside_the_page_stands_what_is_to_be_filled_in(run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, "school", 0, tmp_path)
    sheet = openpyxl.load_workbook(path).worksheets[0]
    told = {row: sheet[f"I{row}"].value for row in range(1, 20) if sheet[f"I{row}"].value}
    assert set(told) == {3, 4, 5, 6, 7, 10, 14, 15, 16, 17, 18}
    assert (told[5], told[17]) == ("← 要填：通信地址、邮编", "← 要填：2-4保障措施")
    [hidden] = [
        r.formula for area, [r] in sheet.conditional_formatting._cf_rules.items() if "I5" in str(area.sqref)
    ]
    assert hidden == ["AND(SUMPRODUCT(LEN(B5:E5))>0,SUMPRODUCT(LEN(G5))>0)"]
    assert sheet.print_area == "'赤壁市第一小学'!$A$1:$G$19"


def test_a_row_grows_by_the_cell_that_mirrors_its_text(run: Run, tmp_path: Path) -> None:
    """Excel makes a row as high as its cells that are not merged, unless its height is fixed."""
    path, _ = sent(run, "school", 0, tmp_path)
    rows = ElementTree.fromstring(zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")).iter(
        f"{{{MAIN}}}row"
    )
    mirrored = {}
    for row in rows:
        mirrors = {c.get("r"): f.text for c in row if (f := c.find(f"{{{MAIN}}}f")) is not None}
        if mirrors.get(f"J{row.get('r')}"):
            mirrored[row.get("r")] = (mirrors[f"J{row.get('r')}"], row.get("customHeight"))
    assert mirrored == {str(r): (f"B{r}", None) for r in range(14, 19)}
    sheet = openpyxl.load_workbook(path, data_only=True).worksheets[0]
    assert [sheet[f"J{r}"].value or None for r in range(14, 19)] == [
        sheet[f"B{r}"].value for r in range(14, 19)
    ]


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_a_filled_form_is_a_valid_package(kind: str, run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, kind, 1, tmp_path)
    result = OpenXmlValidator().validate(path)
    assert [str(e) for e in result.errors] == []
