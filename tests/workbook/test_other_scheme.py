"""A scheme with other column names, or without some roles, from the empty workbook to what is mailed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from kongjian.forms import kinds, make_and_collect
from kongjian.forms.design.make_templates import make_templates
from kongjian.mailing.by_school import school_copies
from kongjian.mailing.corrections import corrections, read_copy
from kongjian.mailing.live_copy import live_copy
from kongjian.mailing.proof import prove
from kongjian.rules import Rules, load_rules
from kongjian.selfcheck import (
    calculators,
    fixed_texts,
    looked_up,
    scheme_cases,
    seen_on_screen,
    shipped_macros,
    untouched_results,
)
from kongjian.selfcheck.checked_book import BAD, MIND
from kongjian.selfcheck.examine_book import selfcheck
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from other_scheme import OTHER, other_name, renamed, without_roles
from where import CASES
from workbooks import everything, pasted

NOW = dt.datetime(2021, 8, 2, 9, 30)
SHOWN = ("SchoolScores", "TeacherScores", "Eligibility", "SchoolRanking", "TeacherRanking", "Awards")


def calculated(folder: Path, rules: Rules, name: Callable[[str], str] = str) -> tuple[Path, Run]:
    """A handful of rows pasted under the scheme's own headers, calculated and then calculated again."""
    rows = {t: [{name(c): v for c, v in row.items()} for row in some] for t, some in everything().items()}
    book = folder / "评比.xlsm"
    build(rules, book, pasted(rules, rows))
    recalculate(book, rules=rules, now=NOW)
    return book, recalculate(book, rules=rules, now=NOW)


@pytest.fixture(scope="module", params=[renamed, without_roles])
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Run]:
    folder = tmp_path_factory.mktemp(request.param.__name__)
    return calculated(
        folder, request.param(folder / "rules"), other_name if request.param is renamed else str
    )


def test_the_second_calculation_knows_the_first(other: tuple[Path, Run]) -> None:
    _, run = other
    assert run.results.same_run
    assert run.results.tables["SchoolRanking"].height


def test_renamed_columns_change_no_result(tmp_path: Path) -> None:
    theirs = calculated(tmp_path, renamed(tmp_path / "rules"), other_name)[1].results.tables
    (tmp_path / "ours").mkdir()
    ours = calculated(tmp_path / "ours", load_rules())[1].results.tables
    for name in SHOWN:
        for column, values in ours[name].items():
            np.testing.assert_array_equal(values, theirs[name][column], err_msg=f"{name} {column}")


def test_every_form_is_written(other: tuple[Path, Run], tmp_path: Path) -> None:
    book, run = other
    templates = tmp_path / "模板"
    templates.mkdir()
    make_templates(run.rules, templates)
    jobs = make_and_collect.plan(run, kinds.KINDS, NOW.date())
    made = make_and_collect.make(run, jobs, book, tmp_path, kinds.KINDS, NOW.date(), templates=templates)
    assert made.failed == []
    assert make_and_collect.collect(tmp_path, run.rules, NOW.date(), book)[0].startswith("附件3")


def test_copies_are_proved_and_come_back_without_corrections(other: tuple[Path, Run], tmp_path: Path) -> None:
    _, run = other
    live_copy(run, tmp_path / "分发版.xlsx", moment=NOW)
    proof = prove(tmp_path / "分发版.xlsx", run)
    assert proof.can_be_sent, proof.message
    copies = school_copies(run, tmp_path, NOW, recalculate=False)
    assert [c.proof.message for c in copies if not c.proof.can_be_sent] == []
    returned = [read_copy(c.path, run.rules) for c in copies]
    assert corrections([r for r in returned if r], run) == []
    assert len(list(filter(None, returned))) == run.schools


def test_the_self_check_finds_nothing(other: tuple[Path, Run]) -> None:
    book, run = other
    with Package(book) as package:
        lines = selfcheck(Reader(package), run.rules, calculator=calculators.available(), cases=CASES)
    # the cases are written for the columns of our own scheme; what only the file itself shows is said to be unchecked
    assert [line for line in lines if line.state == BAD and line.title != scheme_cases.TITLE] == []
    assert {line.title for line in lines if line.state == MIND} == {
        looked_up.TITLE, untouched_results.TITLE, seen_on_screen.TITLE, fixed_texts.TITLE, shipped_macros.TITLE,
    }  # fmt: skip


def test_no_name_of_ours_is_left_among_the_measures(tmp_path: Path) -> None:
    _, run = calculated(tmp_path, renamed(tmp_path / "rules"), other_name)
    assert not set(OTHER) & {*run.results.tables["SchoolMeasures"], *run.results.tables["TeacherMeasures"]}
