"""The whole workbook on paper: the demo city on at most forty pages, every school on it, each cut list saying so."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from kongjian.demo.generate import demo_data
from kongjian.rules import Rules, load_rules
from kongjian.workbook.layout import HELP, HOME, MONTHS, RULES, output_sheets, shown_at_opening
from kongjian.workbook.look.build_paper import ONLY_FIRST, printed_whole
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import build
from office import convert, pdf_pages
from workbooks import read, sheet_part, write

MOST = 40


class Printed:
    """The demo city, calculated, every sheet shown, and its pages by sheet, as their feet name it."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        book = folder / "city.xlsm"
        build(rules, book, demo_data(rules))
        self.run: Run = recalculate(book, rules=rules)
        self.parts = read(book)
        names = self.parts["xl/workbook.xml"].replace(b' state="hidden"', b"")
        write(folder / "shown.xlsm", {**self.parts, "xl/workbook.xml": names})
        self.sheet = CalamineWorkbook.from_path(book).get_sheet_by_name("学校排名").to_python()
        self.pages: dict[str, list[str]] = defaultdict(list)
        for page in pdf_pages(convert(folder / "shown.xlsm", "pdf", folder)):
            self.pages[page.split()[-1]].append(page)


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory, rules: Rules) -> Printed:
    return Printed(tmp_path_factory.mktemp("paper"), rules)


def test_the_whole_workbook_takes_few_pages_even_with_every_sheet_shown(
    printed: Printed, rules: Rules
) -> None:
    every = [*(s.sheet for s in output_sheets(rules)), *(t.sheet for t in rules.tables), HOME, HELP, RULES]
    assert set(every) <= set(printed.pages)
    assert sum(map(len, printed.pages.values())) <= MOST
    shown = set(shown_at_opening(rules))
    assert sum(len(pages) for name, pages in printed.pages.items() if name in shown) <= MOST / 2


def test_the_look_up_prints_a_unit_before_anybody_chose_one(printed: Printed) -> None:
    [page] = [page for pages in printed.pages.values() for page in pages if "得分查询" in page]
    first = printed.run.results.school.names["学校名称"][0]
    assert str(first) in page.split("指标")[0]
    assert "请选" not in page


def test_inputs_and_long_lists_print_their_first_page_and_say_so(printed: Printed, rules: Rules) -> None:
    whole = {s.sheet for s in output_sheets(rules) if printed_whole(s.table)}
    cut = {t.sheet for t in rules.tables} | {s.sheet for s in output_sheets(rules)} - whole
    said = re.sub(r"\s", "", ONLY_FIRST)
    telling = {name for name, pages in printed.pages.items() if said in re.sub(r"\s", "", "".join(pages))}
    assert telling == cut | {HELP}
    assert {"教师数据", "月度得分", "教师得分", "得分说明"} <= telling
    assert {name: len(printed.pages[name]) for name in telling} == {**dict.fromkeys(telling, 1), MONTHS: 2}
    for name in ("教师数据", "月度得分"):
        rows = len(re.findall(r"小学|中学", printed.pages[name][0]))
        assert rows >= 25, f"{name} has room for more"


def test_the_ranking_shows_every_school_the_line_and_who_does_not_qualify(printed: Printed) -> None:
    text = re.sub(r"\s", "", "".join(printed.pages["学校排名"]))
    results = printed.run.results
    names = results.school.names["学校名称"].tolist()
    ranked = len(results.school.order)
    assert len(names) == 60
    assert 3 < ranked < 57
    assert [n for n in names if n not in text] == []
    assert len(printed.pages["学校排名"]) == 2
    assert text.count("未达标") == 60 - ranked
    assert f"共{ranked}行·没有名次的{60 - ranked}所列在后面" in text
    places = [row[:3] for row in printed.sheet[3:]]
    scores = [score for *_, score in places[:ranked]]
    assert [rank for rank, *_ in places] == [
        *(1 + sum(other > score for other in scores) for score in scores),
        *[""] * (60 - ranked),
    ]
    assert [row[6] for row in printed.sheet[3:]] == [*[""] * ranked, *["未达标"] * (60 - ranked)]
    rest = [score for *_, score in places[ranked:]]
    assert rest == sorted(rest, reverse=True)
    line = "AND(ISNUMBER($A4),$A4&lt;=SchoolPlaces1,NOT(AND(ISNUMBER($A5),$A5&lt;=SchoolPlaces1)))"
    rules_of = sheet_part(printed.parts, "学校排名")
    [style] = re.findall(rf'dxfId="(\d+)"[^>]*><formula>{re.escape(line)}<', printed.parts[rules_of].decode())
    drawn = re.findall(rb"<dxf>.*?</dxf>", printed.parts["xl/styles.xml"], re.DOTALL)[int(style)]
    assert b'<bottom style="thin">' in drawn
