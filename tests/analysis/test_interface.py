"""The Python interface: the page that documents it, whole rounds through it, and pandas nowhere else."""

from __future__ import annotations

import doctest
import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import kongjian
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration
from kongjian.rules import load_rules, resolve
from small_scheme import SMALL, small_rows
from where import ROOT
from workbooks import school, settled, small_book, teacher

RESULT = ROOT / "tests" / "golden" / "result.xlsm"
TYPED = ROOT / "tests" / "golden" / "typed.xlsx"
TOLD_OF_PASTES = ("问题清单", "运行记录")
"""What clean tables no longer tell: how things were pasted, and which runs the workbook had."""


XLWINGS_SERVER = """
import importlib.util, sys
class Finder:
    def find_spec(self, name, *_):
        if name == "xlwings.com_server": return importlib.util.spec_from_loader(name, self)
    def create_module(self, _): pass
    def exec_module(self, made): made.serve = serve
def serve(_):
    import kongjian.udfs, kongjian.buttons
sys.meta_path.insert(0, Finder())
"""
"""xlwings itself, with what serves on Windows only replaced by the two modules that Excel asks it for."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    assert CliRunner().invoke(cli, ["demo", str(folder)]).exit_code == 0
    return folder


def test_every_example_of_the_page_gives_what_it_shows(demo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    before = digest(demo)
    page = ROOT / "docs" / "python.md"
    examples = doctest.DocTestParser().get_doctest(page.read_text(encoding="utf-8"), {}, page.name, None, 0)
    said: list[str] = []
    found = doctest.DocTestRunner(verbose=False).run(examples, out=said.append)
    assert found.failed == 0, "".join(said)
    assert found.attempted > 25
    assert digest(demo) == before, "no file is written"


def digest(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in folder.iterdir()}


@pytest.mark.parametrize("path", [RESULT, TYPED], ids=lambda p: p.stem)
def test_what_was_read_gives_the_same_results_again(path: Path) -> None:
    same_again(kongjian.open_book(path))


@pytest.mark.usefixtures("own_numbers")
def test_so_do_percents_counts_as_texts_and_platform_scores_of_indicators(tmp_path: Path) -> None:
    rows = settled()
    rows["schools"].append(school("神山镇教学点", 80, 课程学习完成率="85%", 作业完成率=0.7, 组织机构="有"))
    rows["teachers"].append(teacher(str(rows["schools"][0]["学校名称"]), "甲", "0042", 91, 制作课件="5节次"))
    book = kongjian.open_book(small_book(tmp_path / "a.xlsm", rows))
    assert book.inputs["学校数据"]["课程学习完成率"].iloc[-1] == 0.85
    assert bool(book.inputs["学校数据"]["组织机构"].iloc[-1]) is True
    last = book.inputs["教师数据"].iloc[-1]
    assert (last["账号"], last["制作课件"]) == ("0042", 5.0)
    same_again(book)
    scored = book.inputs["教师数据"].assign(制作课件得分=[4.0] * len(book.inputs["教师数据"]))
    tables = kongjian.score({"教师数据": scored.drop(columns="平台得分")}, book.rules)
    assert set(tables["教师得分"]["得分"] - tables["教师得分"]["计算得分"]) == {4.0, -6.0}


def same_again(book: kongjian.Book) -> None:
    again = kongjian.score(book.inputs, book.rules)
    assert list(again) == list(book.results)
    for sheet, table in book.results.items():
        if sheet not in TOLD_OF_PASTES:
            pd.testing.assert_frame_equal(again[sheet], table, obj=sheet)


@pytest.mark.usefixtures("own_numbers")
def test_a_workbooks_own_rules_count_and_a_reading_that_is_given_wins_over_them() -> None:
    few = teachers_of_one_school()
    edited = resolve(load_rules(), {"homework": "fifteen"}, {("teacher", "制作课件"): {"target": 6.0}})
    own = kongjian.score(few, edited)["教师得分"]
    assert own[["制作课件", "作业管理"]].values.tolist() == [[8.0, 1.0]]
    given = kongjian.score(few, edited, {"homework": "literal"})["教师得分"]
    assert given[["制作课件", "作业管理"]].values.tolist() == [[8.0, 15.0]]
    effects = kongjian.effects(few, edited, {"homework": "none_is_zero"})
    assert effects.query("口径 == '作业管理'")["取值"].tolist() == ["按原文", "目标15次"]
    why = kongjian.explain(few, "A1", edited).set_index("指标")
    assert (why.loc["制作课件", "得分"], why.loc["作业管理", "得分"], len(why)) == (8.0, 1.0, 11)


def teachers_of_one_school() -> dict[str, pd.DataFrame]:
    row = {"学校名称": "甲校", "教师姓名": "子", "账号": "a1", "制作课件": np.int64(5), "作业管理": 1}
    return {"教师数据": pd.DataFrame([row])}


def test_another_scheme_goes_by_its_own_sheets_and_columns() -> None:
    rules = load_rules(SMALL)
    frames = {t.sheet: pd.DataFrame(small_rows()[t.id]) for t in rules.tables}
    by_folder = kongjian.score(frames, SMALL)
    ranking = by_folder["学校排名"].dropna(subset="名次")
    assert ranking["名次"].tolist() == sorted(ranking["名次"])
    assert set(ranking["学校名称"]) < {s["学校名称"] for s in small_rows()["schools"]}
    assert kongjian.score(frames, rules)["学校得分"].equals(by_folder["学校得分"])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: kongjian.open_book("没有.xlsm"), "没有.xlsm"),
        (lambda: kongjian.score({}, "没有的方案"), "没有的方案"),
        (lambda: kongjian.score({}, readings={"没有": "literal"}), "没有口径“没有”"),
        (lambda: kongjian.score({"Teachers": pd.DataFrame()}), "没有输入表“Teachers”"),
        (lambda: kongjian.explain({}, ""), "没有叫“”的"),
    ],
)
def test_what_cannot_be_used_is_said_in_chinese(call: Callable[[], object], said: str) -> None:
    with pytest.raises(KongjianError, match=said):
        call()


def test_nobody_else_brings_pandas(demo: Path) -> None:
    """Neither the command, nor importing this program, nor what Excel starts: there xlwings itself would bring it."""
    after = "; print(sorted(m for m in sys.modules if m == 'pandas' or m.startswith(('pandas.', 'kongjian.analysis'))))"
    book = str(demo / "赤壁市示范数据.xlsm")
    command = (
        f"import sys; sys.argv = ['kongjian', 'check', {book!r}]\n"
        "from kongjian.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        f"print(){after}"
    )
    plain = f"import sys, kongjian{after}"
    line = com_registration.command("python.exe", ROOT / "python").partition(" -c ")[2].strip('"')
    excel = f"{XLWINGS_SERVER}\n{line}{after}"
    for code in (plain, command, excel):
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert (run.stdout.splitlines()[-1:], run.returncode) == (["[]"], 0), run.stderr


def test_an_unknown_name_of_the_package_is_an_error_like_any_other() -> None:
    assert not hasattr(kongjian, "open_books")
    assert kongjian.open_book.__doc__
