"""Indicators and awards added to 规则, or taken out there, are next year's scheme: its files, its workbook, its first run."""

from __future__ import annotations

import dataclasses
import shutil
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from changed_books import edit
from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.rules import Rules, load_rules
from kongjian.rules.lint.whole import lint
from kongjian.rules.new_package import write_package
from kongjian.workbook.recalculate import check
from kongjian.workbook.shipped.build_workbook import build
from remote import press
from small_scheme import SMALL, small_rows, small_rules
from workbooks import pasted

SETTINGS = {"setScreenUpdating", "setCalculation", "activateSheet", "setStatusBar"}
Sheet = openpyxl.worksheet.worksheet.Worksheet
INDICATORS = (
    "对象",
    "一级指标",
    "指标",
    "条款原文",
    "分值",
    "计分方式",
    "目标",
    "每少扣分",
    "分档",
    "出处",
    "疑点",
    "列名",
)
WATCH = ("教师", "课堂（60分）", "观摩", "观摩5次得10分，每少1次扣2分。", 10, "每少扣分", 5, 2, None, "表二/课堂（60分）/观摩", None, "观摩次数")  # fmt: skip
READ = ("教师", "课堂（60分）", "荐读", "荐读完成率90%以上得10分，其余不得分。", 10, "分档得分", None, None, "≥90%→10；其余0", "表二/课堂（60分）/荐读", None, None)  # fmt: skip
AWARD = ("智慧课堂新苗", "教师", "教师", 6, 8, None, None, None, "东陵市电教馆", "三、奖项")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the small scheme beside its workbook."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    for name in ("XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    shutil.copytree(SMALL, tmp_path / "方案" / SMALL.name)
    build(small_rules(), tmp_path / "今年.xlsm", pasted(small_rules(), small_rows()))
    return tmp_path


def row_of(sheet: Sheet, key: int, name: str, kind: str = "") -> int:
    """The row of 规则 in which a name stands in a column (from 0), of one kind of unit where there are two."""
    return next(
        r[0].row for r in sheet.iter_rows() if r[key].value == name and (not kind or r[0].value == kind)
    )


def insert(sheet: Sheet, row: int, values: Sequence[object]) -> None:
    sheet.insert_rows(row)
    for table in sheet.tables.values():
        first, last = (int("".join(filter(str.isdigit, end))) for end in table.ref.split(":"))
        if row <= last + 1:
            end = table.ref.split(":")[1].rstrip("0123456789")
            table.ref = f"A{first + (row <= first)}:{end}{last + 1}"
    for column, value in enumerate(values, start=1):
        sheet.cell(row, column).value = value


def next_year(book: openpyxl.Workbook) -> None:
    """家访 of 20 points gives way to two of 10, 阅读 scores otherwise, a third step of teachers is awarded."""
    sheet = book["规则"]
    sheet.cell(row_of(sheet, 2, "指标", "对象"), 12, "列名")
    visits = row_of(sheet, 2, "家访", "教师")
    sheet.delete_rows(visits)
    insert(sheet, visits, READ)
    insert(sheet, row_of(sheet, 2, "共建", "教师"), WATCH)
    reading = row_of(sheet, 2, "阅读", "学校")
    for column, value in ((6, "是否得分"), (9, None), (12, "阅读角")):
        sheet.cell(reading, column).value = value
    insert(sheet, row_of(sheet, 0, "智慧课堂新秀") + 1, AWARD)


def new(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["new-scheme", *map(str, arguments)])


def test_rows_of_the_sheet_are_next_year_s_scheme(folder: Path) -> None:
    edit(folder / "今年.xlsm", next_year)
    done = new("dongling-2032", "--from", folder / "今年.xlsm")
    assert isinstance(done.exception, SystemExit), done.exception
    made = load_rules("dongling-2032")
    assert [i.name for i in made.teacher.indicators] == ["培训", "观摩", "共建", "直播", "荐读"]
    watch, read = made.teacher.indicator("观摩"), made.teacher.indicator("荐读")
    assert (watch.kind, watch.points, watch.target, watch.per, watch.column) == (
        "deduct",
        10,
        5,
        2,
        "观摩次数",
    )
    assert [(b.at_least, b.points) for b in read.bands] == [(0.9, 10), (0, 0)]
    corner = made.school.indicator("阅读")
    assert (corner.kind, corner.column, corner.bands) == ("yes_no", "阅读角", ())
    kinds = {c.name: c.kind for t in ("schools", "teachers") for c in made.table(t).columns}
    assert (kinds["观摩次数"], kinds["荐读"], kinds["阅读角"]) == ("count", "rate", "yes_no")
    assert not {"家访", "阅读完成率"} & set(kinds)
    assert made.table("teachers").names[-1] == "平台积分", "what may be left out stays behind"
    assert made.effective.roles[0].behaviours == ("培训", "共建", "直播")
    # all that was not changed is as it was
    old = small_rules()
    for name in ("培训", "共建", "直播"):
        assert made.teacher.indicator(name) == old.teacher.indicator(name)
    [new_one] = [a for a in made.awards if a not in old.awards]
    assert (new_one.name, new_one.first, new_one.last) == ("智慧课堂新苗", 6, 8)
    assert [a for a in made.awards if a != new_one] == [*old.awards]
    for said in (
        "去掉教师指标：家访", "增加教师指标：观摩、荐读", "增加奖项：智慧课堂新苗",
        "教师数据加了“观摩次数”一列", "奖项“智慧课堂新苗”：请照原文写 awards.yaml 的 sentence",
        "“观摩” sentence：方案原文里没有这句话“观摩5次得10分", "“观摩”：cases 里没有它的算例",
    ):  # fmt: skip
        assert said in done.output, said
    # what is left is what a person must write: clauses that the text lacks and worked cases
    for fault in lint(made.folder, made.folder / "cases"):
        assert "原文" in fault or "算例" in fault or "条款" in fault, fault
    note = (folder / "dongling-2032 还要改的.txt").read_text(encoding="utf-8-sig")
    assert "“荐读”：cases 里没有它的算例" in note


def test_its_first_run_scores_by_the_new_rows(folder: Path) -> None:
    edit(folder / "今年.xlsm", next_year)
    new("dongling-2032", "--from", folder / "今年.xlsm")
    rules = load_rules("dongling-2032")
    rows = small_rows()
    for teacher in rows["teachers"]:
        teacher |= {"观摩次数": 4, "荐读": 0.9}
    for school in rows["schools"]:
        school |= {"阅读角": "是"}
    for row in rows["monthly"]:
        row["月份"] = str(row["月份"]).replace("2031", "2032")
    rows["events"] = []
    build(rules, folder / "明年.xlsm", pasted(rules, rows))
    done = CliRunner().invoke(cli, ["recalc", str(folder / "明年.xlsm")])
    assert done.exit_code in (0, 1), (done.output, done.exception)
    scores = check(folder / "明年.xlsm").results.teacher.scores
    assert scores.of("观摩").tolist() == [8.0] * 8
    assert scores.of("荐读").tolist() == [10.0] * 8
    for command in (["forms", "--anyway"], ["mail", "--anyway"]):
        made = CliRunner().invoke(cli, [command[0], str(folder / "明年.xlsm"), *command[1:]])
        assert made.exit_code in (0, 1), (made.output, made.exception)
    assert len(list((folder / "表格").rglob("*.xlsx"))) > 3


def test_the_button_asks_tells_and_does_the_same(folder: Path) -> None:
    book = folder / "今年.xlsm"
    edit(book, next_year)
    [question] = [r for r in press("new_scheme", book, saved=True).said if r[0] == "type"]
    assert "如 dongling-2032" in question[1]
    [asked] = [r for r in press("new_scheme", book, "dongling-2032", saved=True).said if r[0] == "ask"]
    for said in ("评选时间2032-03至2032-06", "去掉教师指标：家访", "增加奖项：智慧课堂新苗", "新建吗？"):
        assert said in asked[1]
    assert not (folder / "dongling-2032.xlsm").exists()
    done = press("new_scheme", book, asked[2], saved=True)
    assert not [a["func"] for a in done.actions if a["func"] not in SETTINGS], "the workbook stays as it is"
    told = "\n".join(text for text, _ in done.alerts)
    assert f"“{folder / 'dongling-2032 还要改的.txt'}”" in told
    assert check(folder / "dongling-2032.xlsm").rules.scheme.id == "dongling-2032"
    again = press("new_scheme", book, "dongling-2032", saved=True)
    assert "已经有了" in str(again.said)
    assert "不能用" in str(press("new_scheme", book, "东陵", saved=True).said)
    for line in ("去掉教师指标：家访", "增加教师指标：观摩、荐读", "增加奖项：智慧课堂新苗"):
        assert line in told.splitlines()


def typed(row: Sequence[object], **cells: object) -> tuple[object, ...]:
    held = dict(zip(INDICATORS, row, strict=True)) | cells
    return tuple(held.values())


REFUSED = {
    "no kind": (typed(WATCH, 计分方式="随便"), "观摩的计分方式“随便”不能用，请选是否得分"),
    "no object": (typed(WATCH, 对象="班级"), "“班级”应为学校或教师"),
    "no points": (typed(WATCH, 分值=None), "观摩的分值空白，请填写"),
    "no target": (typed(WATCH, 目标=None), "观摩的目标空白，请填写"),
    "no steps": (typed(READ, 分档=None), "荐读的分档空白，请填写"),
    "steps that are none": (typed(READ, 分档="很多"), "分档“很多”里的“很多”看不懂"),
    "steps that give other points": (typed(READ, 分档="≥90%→9；其余0"), "荐读最高一档应等于分值"),
    "no sentence": (typed(WATCH, 条款原文=None), "观摩的条款原文空白，请填写"),
    "a number too many": (typed(WATCH, 分档="≥90%→9；其余0"), "观摩按“每少扣分”计分，不用分档，请清空这一格"),
    "points over the full ones": (WATCH, "教师各指标分值合计70，应为60"),
    "twice": (typed(WATCH, 指标="家访"), "指标“家访”有两行，请只留一行"),
}  # fmt: skip


@pytest.mark.parametrize(("row", "said"), REFUSED.values(), ids=REFUSED)
def test_a_row_that_makes_no_indicator_is_refused_with_its_cell(
    row: Sequence[object], said: str, folder: Path
) -> None:
    def add(book: openpyxl.Workbook) -> None:
        sheet = book["规则"]
        insert(sheet, row_of(sheet, 2, "家访", "教师") + 1, row)

    edit(folder / "今年.xlsm", add)
    error = str(new("dongling-2032", "--from", folder / "今年.xlsm").exception)
    assert said in error
    assert "规则!" in error or "合计" in error
    assert not places.own_schemes().exists() or not list(places.own_schemes().iterdir())


def test_an_award_that_makes_no_step_is_refused(folder: Path) -> None:
    for row, said in (
        ((*AWARD[:3], 7, 8, *AWARD[5:]), "第6名至第6名没有奖项"),
        (("智慧课堂新苗", "班级", *AWARD[2:]), "智慧课堂新苗的对象“班级”应为学校或教师"),
        ((*AWARD[:2], "家长", *AWARD[3:]), "智慧课堂新苗的获奖人"),
        ((*AWARD[:8], None, AWARD[9]), "智慧课堂新苗的授予单位空白"),
    ):
        book = Path(shutil.copy(folder / "今年.xlsm", folder / "改.xlsm"))
        edit(book, lambda b, row=row: insert(b["规则"], row_of(b["规则"], 0, "智慧课堂新秀") + 1, row))  # type: ignore[misc]
        assert said in str(new("dongling-2032", "--from", book).exception), said


def test_a_calculation_takes_no_new_row_and_says_where_it_goes(folder: Path) -> None:
    edit(folder / "今年.xlsm", next_year)
    with pytest.raises(KongjianError, match=r"没有指标“观摩”.*新建下一年方案"):
        check(folder / "今年.xlsm")


def dropped(rules: Rules, kind: str, name: str) -> Rules:
    """The rules without an indicator; what it had of the full points goes to another one that is not in steps."""
    scheme = rules.object(kind)
    gone = scheme.indicator(name)
    heir = next(i.name for i in scheme.indicators if i.name != name and i.kind != "bands")
    points = gone.points if gone in scheme.owed else 0.0
    left = tuple(
        dataclasses.replace(i, points=i.points + points) if i.name == heir else i
        for i in scheme.indicators
        if i.name != name
    )
    edits = {(kind, heir): {"points": scheme.indicator(heir).points + points}}
    return rules.replace(**{kind: dataclasses.replace(scheme, indicators=left)}, edits=edits)


OURS = load_rules()
SOME = [("school", "学籍管理"), ("school", "课程学习"), ("school", "学生评价"), ("school", "作业管理"), ("teacher", "作业管理"), ("teacher", "学生评价"), ("teacher", "在线授课")]  # fmt: skip
EACH = [
    (small_rules(), s.object, i.name)
    for s in (small_rules().school, small_rules().teacher)
    for i in s.indicators
]


@pytest.mark.parametrize(
    ("rules", "kind", "name"),
    [*EACH, *((OURS, kind, name) for kind, name in SOME)],
    ids=lambda v: v if isinstance(v, str) else v.scheme.city,
)
def test_nothing_is_left_of_an_indicator_that_was_taken_out(
    rules: Rules, kind: str, name: str, tmp_path: Path
) -> None:
    write_package(dropped(rules, kind, name), "new-2044", tmp_path / "new-2044")
    made = load_rules(tmp_path / "new-2044")
    assert name not in [i.name for i in made.object(kind).indicators]
    assert len(made.object(kind).indicators) == len(rules.object(kind).indicators) - 1
    # sentences that say other points are a person's to write anew, and nothing else is wrong
    wrong = [f for f in lint(made.folder) if "条款写" not in f]
    assert wrong == []
    assert made.tables == rules.tables or len(made.table(f"{kind}s").columns) < len(
        rules.table(f"{kind}s").columns
    )
