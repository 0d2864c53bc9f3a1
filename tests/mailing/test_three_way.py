"""What was sent, what the school made of it, what the book has now: who proposes what, by hand for every combination."""

from __future__ import annotations

import copy as copying
import datetime as dt
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kongjian.engine.measures import PLATFORM
from kongjian.entry.cli.main import cli
from kongjian.mailing.by_school import school_copies
from kongjian.mailing.corrections import DAMAGED, FIRST_EDITION, UNKNOWN, Correction, corrections, read_copy
from kongjian.mailing.corrections_list import FILE, read_list
from kongjian.mailing.sent_values import DamagedError, kept, recalled
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check
from kongjian.workbook.run import Run
from native_engines import run_of
from office import convert
from workbooks import SCHOOL_NAMES, opened, school, small_book, teacher

RULES = load_rules()
MOMENT = dt.datetime(2021, 8, 1, 9, 0)
FIRST, OTHER = SCHOOL_NAMES[:2]
BOTH = "发出以后学校和本簿都改过，请核对三个数"
# sent, written by the school, in the book now → the proposal's (sent, wanted, now, note); None for none
TABLE: list[tuple[Any, Any, Any, Any]] = [
    (20, 20, 20, None),
    (20, 20, 22, None),
    (20, 20, None, None),
    (20, "20", 22, None),
    (20, 25, 20, (20.0, 25.0, 20.0, "")),
    (20, 25, 25, None),
    (20, 25, 22, (20.0, 25.0, 22.0, BOTH)),
    (20, 25, None, (20.0, 25.0, "", BOTH)),
    (20, None, 20, (20.0, "", 20.0, "")),
    (20, None, 22, (20.0, "", 22.0, BOTH)),
    (20, None, None, None),
    (None, None, None, None),
    (None, None, 22, None),
    (None, 25, None, ("", 25.0, "", "")),
    (None, 25, 25, None),
    (None, 25, 22, ("", 25.0, 22.0, BOTH)),
    (0, None, 0, (0.0, "", 0.0, "")),
    (0, 0, None, None),
]


def people(values: list[Any], **more: object) -> list[dict[str, object]]:
    return [
        teacher(FIRST, f"教师{k:02d}", f"42128119900101{k:04d}", 90, 在线授课=value, **more)
        for k, value in enumerate(values)
    ]


def book(path: Path, teachers: list[dict[str, object]], **first: object) -> Path:
    return small_book(
        path, {"schools": [school(FIRST, 95, **first), school(OTHER, 90)], "teachers": teachers}
    )


def sent_copy(run: Run, folder: Path) -> Path:
    """The first school's copy as it goes out."""
    folder.mkdir()
    [made] = school_copies(run, folder, MOMENT, schools=[FIRST], recalculate=False)
    assert made.proof.can_be_sent, made.proof.message
    return made.path


def edit(path: Path, sheet: str, cells: dict[tuple[int, str], object]) -> None:
    """The copy as the school sends it back; rows count from 0, a text stays a text."""
    held = opened(path)
    header = [c.value for c in held[sheet][3]]
    for (row, item), value in cells.items():
        cell = held[sheet].cell(4 + row, header.index(item) + 1)
        cell.value = value  # type: ignore[assignment]
        if isinstance(value, str):
            cell.data_type = "s"
    held.save(path)


def proposed(path: Path, run: Run) -> list[Correction]:
    back = read_copy(path, RULES)
    assert back is not None
    return corrections([back], run)


def test_every_combination_of_the_three(tmp_path: Path) -> None:
    before = check(book(tmp_path / "前.xlsm", people([sent for sent, *_ in TABLE])))
    path = sent_copy(before, tmp_path / "分校版")
    edit(path, "教师指标", {(k, "在线授课"): theirs for k, (_, theirs, *_) in enumerate(TABLE)})
    now = check(book(tmp_path / "后.xlsm", people([ours for *_, ours, _ in TABLE])))
    found = {c.teacher: (c.sent, c.wanted, c.now, c.note) for c in proposed(path, now)}
    assert found == {f"教师{k:02d}": line for k, (*_, line) in enumerate(TABLE) if line}


def test_rows_that_came_went_and_were_renamed(tmp_path: Path) -> None:
    before = check(book(tmp_path / "前.xlsm", people([10, 11, 12, 13])))
    path = sent_copy(before, tmp_path / "分校版")
    held = opened(path)
    held["教师指标"].delete_rows(5)  # the school strikes out the second
    held.save(path)
    edit(
        path,
        "教师指标",
        {(1, "在线授课"): 50, (3, "学校名称"): FIRST, (3, "教师姓名"): "新来的", (3, "账号"): "x9"},
    )
    later = people([10, 11, 12, 13])
    del later[2]  # and the office the third, which the school has changed
    found = [(c.teacher, c.item, c.note) for c in proposed(path, check(book(tmp_path / "后.xlsm", later)))]
    assert found == [
        ("教师02", "", "本簿没有的教师，不能采纳"),
        ("新来的", "", "本簿没有的教师，不能采纳"),
        ("教师01", "", "发出时有这一行，交回的文件里没有了；不能采纳"),
    ]


def test_what_is_derived_is_told_and_cannot_be_accepted(tmp_path: Path) -> None:
    """The school's 在线授课 is the mean of its teachers: 20, as the cell of the book is blank."""
    first = book(tmp_path / "评比.xlsm", people([10, 30]))
    run = check(first)
    path = sent_copy(run, tmp_path / "分校版")
    edit(path, "学校指标", {(0, "在线授课"): 30})
    edit(path, "教师指标", {(0, "在线授课"): 40})
    told, wanted = proposed(path, run)
    assert (told.item, told.now, told.wanted) == ("", 20.0, 30.0)
    assert told.note == "“在线授课”在本簿是空的，由别的数算出；要改请改那些数，不能采纳"
    assert (wanted.teacher, wanted.item, wanted.wanted) == ("教师00", "在线授课", 40.0)


def test_an_old_list_cannot_freeze_a_derived_cell_either(tmp_path: Path) -> None:
    from kongjian.intake.tables import read_inputs
    from kongjian.mailing.corrections import changes
    from kongjian.workbook.run import input_grids
    from kongjian.xlsx.package import Package
    from kongjian.xlsx.reader import Reader

    with Package(book(tmp_path / "评比.xlsm", people([10, 30]))) as package:
        intake = read_inputs(input_grids(Reader(package), RULES), RULES)
    old = Correction("school", FIRST, "", "", "在线授课", 20.0, 30.0, "旧.xlsx")
    todo, refused = changes([old], intake, RULES, {t.id: t.sheet for t in RULES.tables})
    assert (todo, [why for _, why in refused]) == ([], ["这一格在本簿是空的，由别的数算出，写进去就不再变动"])


def without_memory(path: Path, change: str) -> None:
    """The copy without what was sent, or with one number of it made another."""
    held = opened(path)
    for name in [n for n in held.defined_names if n.startswith("KongjianSent")]:
        if change == "gone":
            del held.defined_names[name]
        elif change == "altered":
            held.defined_names[name].value = held.defined_names[name].value.replace("10.0", "11.0")
        elif name != "KongjianSent":
            del held.defined_names[name]
    held.save(path)


@pytest.mark.parametrize(("change", "why"), [("gone", FIRST_EDITION), ("altered", DAMAGED), ("cut", DAMAGED)])
def test_a_copy_that_does_not_say_what_was_sent(change: str, why: str, tmp_path: Path) -> None:
    book_ = book(tmp_path / "评比.xlsm", people([10, 30]))
    path = sent_copy(check(book_), tmp_path / "分校版")
    without_memory(path, change)
    edit(path, "教师指标", {(0, "在线授课"): 40})
    later = check(book(tmp_path / "后.xlsm", people([10, 31])))
    found = [(c.teacher, c.sent, c.wanted, c.now, c.note) for c in proposed(path, later)]
    note = f"{why}，只与本簿现在的数比较；发出以后本簿的数据改过"
    assert found == [("教师00", UNKNOWN, 40.0, 10.0, note), ("教师01", UNKNOWN, 30.0, 31.0, note)]
    (tmp_path / "表格").mkdir()
    shutil.move(path, tmp_path / "表格" / path.name)
    said = CliRunner().invoke(cli, ["collect", str(tmp_path / "表格"), "--book", str(book_)]).output
    assert f"1份{why}，只能与本簿现在的数比较，请逐处核对：{path.name}" in said


def test_the_memory_lives_through_libreoffice(tmp_path: Path) -> None:
    run = check(book(tmp_path / "评比.xlsm", people([10, 30])))
    path = sent_copy(run, tmp_path / "分校版")
    saved = convert(path, "xlsx", tmp_path / "存过")
    mine, theirs = (read_copy(p, RULES) for p in (path, saved))
    assert mine is not None
    assert theirs is not None
    assert mine.sent == theirs.sent
    assert mine.sent is not None
    assert proposed(saved, run) == []


def test_every_text_of_the_memory_fits_a_name_and_is_found_again() -> None:
    long = '说"好"' * 90 + "][" + "😀"
    run = run_of(
        {
            "schools": {"学校名称": [FIRST, OTHER], "管理员姓名": [long, "别人"], "教师总数": [20.5, 3.0]},
            "teachers": {"学校名称": [FIRST, OTHER], "教师姓名": ['王"', "别人"], "账号": ["1", "2"]},
        },
        RULES,
    )
    names = kept(run, FIRST, "甲|1")
    assert max(len(text.replace('"', '""')) for text in names.values()) <= 255
    assert not any("别人" in text or OTHER in text for text in names.values())
    sent = recalled(names, "甲|1")
    assert sent is not None
    [row] = sent["school"][FIRST]
    assert [row.values[c] for c in ("管理员姓名", "教师总数", "互联网接入", "平台得分")] == [
        long,
        20.5,
        "",
        "",
    ]
    assert [r.names for rows in sent["teacher"].values() for r in rows] == [(FIRST, '王"', "1")]
    with pytest.raises(DamagedError):
        recalled(names, "乙|1")


# ------------------------------------------------------------------ whatever happened to the book
ITEMS = {"schools": ("教师总数", "在线授课", "作业完成率", "平台得分", "互联网接入"), "teachers": ("在线授课", "学生评价", "平台得分", "班主任")}  # fmt: skip


def city() -> dict[str, dict[str, list[Any]]]:
    return {
        "schools": {
            "学校名称": [FIRST, OTHER], "教师总数": [20.0, None], "在线授课": [None, 12.0],
            "作业完成率": [0.85, None], "平台得分": [95.5, 90.0], "互联网接入": [1.0, 0.0],
        },
        "teachers": {
            "学校名称": [FIRST, FIRST, FIRST, OTHER], "教师姓名": ["甲", "乙", "乙", "丙"], "账号": ["421281A11", "421281A12", "", "421281A21"],
            "任课": [1.0] * 4, "班主任": [1.0, 0.0, 0.0, 1.0], "在线授课": [10.0, 30.0, None, 5.0],
            "学生评价": [1.0, 0.25, None, 2.0], "平台得分": [90.0, None, 70.5, 80.0],
        },
        "events": {
            "日期": ["2021-03-01"] * 2, "学校名称": [FIRST] * 2, "账号": ["421281A11", "421281A12"], "角色": ["教师"] * 2, "行为": ["作业管理"] * 2,
        },
    }  # fmt: skip


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sent_copy(run_of(city(), RULES), tmp_path_factory.mktemp("property") / "分校版")


EDITS = st.lists(
    st.tuples(
        st.sampled_from(sorted(ITEMS)),
        st.integers(0, 3),
        st.integers(0, 4),
        st.sampled_from([None, 0.0, 1.0, 0.5, 37.0]),
    ),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=EDITS, gone=st.sets(st.integers(0, 3)), renamed=st.booleans(), log=st.booleans())
def test_an_unchanged_copy_never_proposes_anything(
    unchanged: Path, edits: list[Any], gone: set[int], renamed: bool, log: bool
) -> None:
    now = copying.deepcopy(city())
    for table, row, at, value in edits:
        column = now[table][ITEMS[table][at % len(ITEMS[table])]]
        column[row % len(column)] = value
    now["teachers"] = {n: [v for k, v in enumerate(c) if k not in gone] for n, c in now["teachers"].items()}
    if renamed:
        now["schools"]["学校名称"][0] = "改了名的学校"
    if not log:
        del now["events"]
    assert proposed(unchanged, run_of(now, RULES)) == []


def test_a_column_that_the_book_or_the_copy_lost_since(tmp_path: Path) -> None:
    before = city()
    before["teachers"][f"{PLATFORM}制作课件"] = [8.0, 7.0, float("nan"), 6.0]
    path = sent_copy(run_of(before, RULES), tmp_path / "分校版")
    assert proposed(path, run_of(before, RULES)) == proposed(path, run_of(city(), RULES)) == []
    edit(path, "教师指标", {(0, "制作课件平台得分"): 9.5, (1, "在线授课"): 31})
    edit(path, "教师指标", {(-1, "平台得分"): "别的列"})
    found = [(c.teacher, c.item, c.note) for c in proposed(path, run_of(city(), RULES))]
    assert found == [
        ("", "", "交回的文件里没有“平台得分”列了，没有比较"),
        ("甲", "", "本簿没有“制作课件得分”列了，不能采纳"),
        ("乙", "在线授课", ""),
    ]


# ------------------------------------------------------------------ the whole way, in files
def test_sent_edited_collected_accepted_and_not_back_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("proof", "by_school"):
        monkeypatch.setattr(f"kongjian.mailing.{module}.find_office", lambda: None)
    path = book(tmp_path / "评比.xlsm", people([10, 20, 30]))

    def run(*words: str) -> str:
        done = CliRunner().invoke(cli, list(words))
        assert done.exit_code == 0, (done.output, done.exception)
        return done.output

    run("mail", str(path), "--by-school")
    folder = tmp_path / "表格"
    folder.mkdir()
    back = Path(shutil.copy(tmp_path / "分发" / "分校版" / FIRST / f"{FIRST}.xlsx", folder))
    shutil.copy(tmp_path / "分发" / "分校版" / OTHER / f"{OTHER}.xlsx", folder)
    edit(path, "教师数据", {(0, "在线授课"): 11, (1, "在线授课"): 21, (2, "平台得分"): 91})
    edit(path, "学校数据", {(1, "平台得分"): 77})
    edit(back, "教师指标", {(1, "在线授课"): 25, (2, "在线授课"): 35})
    collect = ("collect", str(folder), "--book", str(path))
    assert "更正建议：2处，在" in run(*collect)
    listed = [one.correction for one in read_list(folder / FILE)]
    assert [(c.teacher, c.sent, c.wanted, c.now) for c in listed] == [
        ("教师01", 20.0, 25.0, 21.0), ("教师02", 30.0, 35.0, 30.0),
    ]  # fmt: skip
    held = opened(folder / FILE)
    header = [c.value for c in held["更正建议"][3]]
    held["更正建议"].cell(5, header.index("采纳") + 1).value = "是"
    held.save(folder / FILE)
    assert "采纳了1处更正" in run(*collect, "--apply")
    edit(path, "教师数据", {(2, "在线授课"): 36})
    assert "更正建议：1处，在" in run(*collect), "what was accepted does not undo a later change"
    assert [(one.correction.teacher, one.state) for one in read_list(folder / FILE)] == [
        ("教师01", ""), ("教师02", "已采纳"),
    ]  # fmt: skip
    with zipfile.ZipFile(back) as archive:
        assert archive.testzip() is None
