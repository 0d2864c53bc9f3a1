"""One function says how far the work is and what is next; 首页, 帮助, README and the command say the same."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook

from kongjian.entry.cli.file_book import examined
from kongjian.entry.plans import recalculation
from kongjian.rules import load_rules
from kongjian.workbook.layout import HOME_SCORES, HOME_STEPS, SCORES_COLUMNS
from kongjian.workbook.next_step import DONE, NEXT_COMMANDS, NOT_YET, OPEN, STEPS, Facts, how_far, imported
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.shipped.commands import COMMANDS
from where import ROOT
from workbooks import small_book

NOW = dt.datetime(2021, 7, 9, 16, 30, 5)
CLEAN = Facts(60, 3500, 9, errors=0, warnings=0, awards=64, provisional=0)
NAMES = list(STEPS)


@pytest.mark.parametrize(
    ("facts", "states", "said", "command"),
    [
        (Facts(0, 0, 0, 0, 0, 0, 0), "还没做 还没做 还没做 还没做 还没做", "还没有数据", "ImportData"),
        (Facts(0, 0, 7, 2, 0, 0, 0), "要处理 还没做 还没做 还没做 还没做", "请先粘贴这两张表", "ImportData"),
        (
            replace(CLEAN, errors=16, provisional=3),
            "完成 要处理 要处理 还没做 还没做",
            "有16个错误",
            "GoProblems",
        ),
        (
            replace(CLEAN, errors=1, final="已定稿"),
            "完成 要处理 要处理 还没做 还没做",
            "有1个错误",
            "GoProblems",
        ),
        (
            replace(CLEAN, calculated=False),
            "完成 完成 要处理 还没做 还没做",
            "请点“重新计算排名”",
            "Recalculate",
        ),
        (replace(CLEAN, provisional=6), "完成 完成 完成 要处理 还没做", "64项奖项有6项待核实", "GoAwards"),
        (
            replace(CLEAN, warnings=3),
            "完成 完成 完成 要处理 还没做",
            "可以使用；另有3处警告",
            "MakePublicity",
        ),
        (CLEAN, "完成 完成 完成 要处理 还没做", "可以使用，没有发现错误", "MakePublicity"),
        (
            replace(CLEAN, final="已定稿（7月9日）"),
            "完成 完成 完成 完成 要处理",
            "请点“生成分发版”",
            "SendLive",
        ),
    ],
)
def test_what_is_next_follows_from_what_is_open(facts: Facts, states: str, said: str, command: str) -> None:
    found = how_far(facts)
    assert [state for state, _ in found.steps] == states.split()
    assert (said in found.said, found.command) == (True, command)
    assert set(found.home) == set(HOME_STEPS)


def test_every_next_command_is_one_and_its_sentence_names_it() -> None:
    labels = {c.id: c.label for c in COMMANDS}
    assert set(NEXT_COMMANDS) <= set(labels)
    for facts in (replace(CLEAN, calculated=False), replace(CLEAN, final="已定稿"), CLEAN):
        found = how_far(facts)
        assert f"“{labels[found.command]}”" in found.said
    assert imported().command in NEXT_COMMANDS
    assert {state for state, _ in imported().steps} == {DONE, NOT_YET}
    assert OPEN not in {state for state, _ in how_far(Facts(0, 0, 0, 0, 0, 0, 0)).steps}


def test_the_five_steps_have_the_same_words_everywhere() -> None:
    built = openpyxl.load_workbook(ROOT / "kongjian.xlsm")
    cells = {s: [c.value for row in built[s].iter_rows() for c in row if c.value] for s in ("首页", "帮助")}
    heads = [f"{'①②③④⑤'[k]} {step}" for k, step in enumerate(NAMES)]
    assert [c for c in cells["首页"] if str(c)[0] in "①②③④⑤"] == heads
    assert [c for c in cells["帮助"] if str(c)[0] in "①②③④⑤"] == heads
    readme = (ROOT / "README.md").read_text(encoding="utf-8").split("## 上手")[1].split("\n## ")[0]
    steps = re.findall(r"^(\d)\. \*\*(.+?)\*\*：(.+)$", readme, re.MULTILINE)
    assert steps == [(str(k), step, how) for k, (step, how) in enumerate(STEPS.items(), 1)]
    for how in STEPS.values():
        assert how in cells["帮助"]


def _shown(book: Workbook, name: str) -> object:
    ((sheet, place),) = book.defined_names[name].destinations
    return book[sheet][place.replace("$", "").split(":")[0]].value


def test_the_first_page_and_the_last_line_of_the_command_say_the_same(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    run = recalculate(book, now=NOW)
    shown = openpyxl.load_workbook(book, keep_vba=True)
    found = how_far(run.facts())
    assert (
        _shown(shown, "HomeMessage")
        == run.conclusion
        == recalculation.state(run, run.conclusion).splitlines()[-1]
    )
    assert run.conclusion.endswith(found.said)
    assert {name: _shown(shown, name) for name in HOME_STEPS} == found.home
    assert shown.defined_names["KongjianNext"].attr_text == f'"{found.command}"'
    assert check(book).results.same_run, "what is next changes nothing of the data"


def test_a_check_says_what_the_first_page_says_until_the_results_are_of_these_data(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    for after in ("请点“重新计算排名”", "写明已确认"):
        with examined(book) as (held, run):
            plan = recalculation.problems(run, held, NOW)
        assert plan.writing is not None
        [told] = plan.told
        said = told.text.splitlines()[-1]
        assert said == plan.writing.home["HomeMessage"]
        assert said.endswith(after)
        recalculate(book, now=NOW)


def test_the_chart_shows_each_school_once_in_the_colour_of_what_it_reaches(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    run = recalculate(book, now=NOW)
    shown = openpyxl.load_workbook(book, keep_vba=True)
    ((sheet, place),) = shown.defined_names[HOME_SCORES].destinations
    rows = [
        dict(zip(SCORES_COLUMNS, (c.value for c in r), strict=True))
        for r in shown[sheet][place.replace("$", "")]
    ]
    filled = [r for r in rows if r["学校"]]
    table = run.results.tables["SchoolScores"]
    scores = dict(zip(table["学校名称"].tolist(), table["得分"].tolist(), strict=True))
    for row in filled:
        assert [row[k] for k in ("获奖", "达标", "未达标") if row[k] is not None] == [scores[row["学校"]]]
    assert len(filled) == len(scores)
    first = load_rules().awards[0]
    assert {r["学校"] for r in filled if r["获奖"] is not None} == set(run.awarded(first)[0]) != set()
    assert {r["获奖线"] for r in filled} == {min(r["获奖"] for r in filled if r["获奖"] is not None)}
    assert {r["达标线"] for r in filled} == {80}
