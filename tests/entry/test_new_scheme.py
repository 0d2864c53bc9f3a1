"""Next year's scheme out of a workbook whose 规则 was changed: its numbers, its period, what is left to be done."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from changed_books import both, edit, parameter, put, reading
from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.plans import new_scheme as making
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check
from where import ROOT
from workbooks import small_book

OLD = load_rules()
# two points of a teacher's that are moved, one down and one up
MOVED = "通知公告", "活动发布"
NEXT = [OLD.teacher.indicator(n).points + k for n, k in zip(MOVED, (-1, 1), strict=True)]


def new(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["new-scheme", *arguments])


def test_the_numbers_of_the_workbook_go_into_next_year_s_scheme(books: Path) -> None:
    """Numbers, dates, what stays and what is told: long because they are of one scheme that is made once."""
    book = small_book(books / "旧.xlsm")
    own = [OLD.teacher.indicator(n).points for n in MOVED]
    less, more = NEXT
    edit(
        book,
        both(
            parameter("教师", "制作课件", "目标", 6),
            parameter("教师", "通知公告", "分值", less),
            parameter("教师", "活动发布", "分值", more),
            parameter("学校", "课程学习", "分档", "≥90%→10；≥50%→4；其余0"),
            parameter("教师", "作业管理", "目标", 9),
            reading("并列", "依次比较"),
            award("网络学习空间应用优秀教师", 60),
        ),
    )
    done = new("chibi-2021", "--from", str(book))
    assert (done.exit_code, done.exception is None or isinstance(done.exception, SystemExit)) == (1, True)
    made = load_rules("chibi-2021")
    assert made.folder == places.own_schemes() / "chibi-2021"
    assert (made.period.start, made.period.end, made.version) == ("2021-12", "2022-07", "2021.1")
    assert (made.scheme.apply_by, made.forms.review.due) == ("2022-07-31", "2022-08-31")
    teacher, course = made.teacher, made.school.indicator("课程学习")
    assert teacher.indicator("制作课件").target == 6
    assert [teacher.indicator(n).points for n in MOVED] == [less, more]
    assert [(b.at_least, b.points) for b in course.bands] == [(0.9, 10), (0.5, 4), (0, 0)]
    assert [(a.first, a.last) for a in made.awards][-1] == (11, 60)
    # all else is as it was
    changed = {"制作课件", "通知公告", "活动发布"}
    assert [i for i in teacher.indicators if i.name not in changed] == [
        i for i in OLD.teacher.indicators if i.name not in changed
    ]
    # the clauses that say otherwise, and what has no place in the files, are named
    for said in (
        "scheme.yaml period：条款写“2020年12月至2021年7月”，这里是2021-12至2022-07",
        "teacher.yaml “制作课件” target：条款写“5个”，这里是6",
        f"teacher.yaml “通知公告” points：条款写“得{own[0]:g}分”，这里是{less:g}",
        "作业管理 目标：由口径定",
        "口径 并列=依次比较：新工作簿里仍是默认值",
        "照方案手算的例子",
    ):
        assert said in done.output, said
    fresh = check(books / "chibi-2021.xlsm")
    assert (fresh.rules.scheme.id, fresh.rules.edits) == ("chibi-2021", {})
    assert {p.name for p in (made.folder / "templates").iterdir()} == {
        p.name for p in places.templates().iterdir()
    }


def award(name: str, last: int) -> object:
    def change(book: object) -> None:
        [row] = [r for r in book["规则"].iter_rows() if r[0].value == name]  # type: ignore[index]
        row[4].value = last

    return change


def test_a_scheme_out_of_another_by_its_id(books: Path) -> None:
    done = new("chibi-2021", "--from", places.default_scheme(), "-o", str(books / "方案"))
    assert done.exit_code == 1  # the old period stands in its sentence
    assert load_rules("chibi-2021", books).folder == books / "方案" / "chibi-2021"
    assert "没有写进方案" not in done.output


def test_what_makes_no_scheme_leaves_nothing(books: Path) -> None:
    book = small_book(books / "旧.xlsm")
    for arguments, said in (
        (["赤壁", "--from", str(book)], "方案编号“赤壁”不能用"),
        (["chibi-2021", "--from", "nowhere"], "没有方案“nowhere”"),
    ):
        done = new(*arguments)
        assert said in str(done.exception)
    assert new("chibi-2021", "--from", str(book)).exit_code == 1
    kept = (books / "chibi-2021.xlsm").read_bytes()
    assert "已经有了" in str(new("chibi-2021", "--from", str(book)).exception)
    assert (books / "chibi-2021.xlsm").read_bytes() == kept
    assert sorted(p.name for p in places.own_schemes().iterdir()) == ["chibi-2021"]
    edit(book, put("规则", B4="没有这个取值"))
    assert "没有“没有这个取值”" in str(new("chibi-2022", "--from", str(book)).exception)
    assert not (places.own_schemes() / "chibi-2022").exists()


def test_the_scheme_s_own_cases_are_worked_out_and_no_folder_is_left_without_its_workbook(
    books: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = new("chibi-2021", "--from", places.default_scheme())
    # the dates in the cases went a year on with the scheme's: all of them still come out
    assert "照方案手算的例子" not in done.output
    assert "2022-03" in (places.own_schemes() / "chibi-2021" / "cases" / "coverage.yaml").read_text("utf-8")

    def full(*_: object) -> None:
        raise KongjianError("磁盘已满")

    monkeypatch.setattr(making, "replace_bytes", full)
    assert "磁盘已满" in str(new("chibi-2022", "--from", places.default_scheme()).exception)
    assert sorted(p.name for p in places.own_schemes().iterdir()) == ["chibi-2021"]
    assert sorted(p.name for p in books.iterdir()) == ["chibi-2021 还要改的.txt", "chibi-2021.xlsm"]


GUIDE = (ROOT / "docs" / "新方案.md").read_text(encoding="utf-8")
# the clauses of next year, first in the text of the scheme: points and days
CLAUSES = {
    **{
        f"{text}得{OLD.teacher.indicator(name).points:g}分": f"{text}得{points:g}分"
        for text, name, points in zip(("发布一次通知公告", "开展一次活动"), MOVED, NEXT, strict=True)
    },
    "2021年": "2022年",
    "2020年": "2021年",
}


def test_the_guide_is_walked_through_to_the_letter(books: Path) -> None:
    """Every command of docs/新方案.md in its order, and between them what it says is to be changed."""
    edit(
        small_book(books / "工作簿.xlsm"),
        both(*(parameter("教师", name, "分值", points) for name, points in zip(MOVED, NEXT, strict=True))),
    )
    said: dict[str, str] = {}
    for line in re.findall(r"`kongjian ([^`]+)`", GUIDE):
        scheme = places.own_schemes() / line.rpartition(" ")[2]
        if line.startswith("rules --lint") and scheme.name == "chibi-2021":
            before = CliRunner().invoke(cli, line.split())
            assert (before.exit_code, "通知公告" in before.output) == (1, True)
            for path in (p for p in scheme.rglob("*.*") if p.suffix in (".yaml", ".txt")):
                text = path.read_text(encoding="utf-8")
                for old, new_ in CLAUSES.items():
                    text = text.replace(old, new_)
                path.write_text(text, encoding="utf-8")
        done = CliRunner().invoke(cli, line.replace("方案文件夹", str(scheme)).split())
        assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.exception)
        said[line] = done.output
    assert len(said) == 9
    assert said["rules --lint --scheme chibi-2021"] == "规则没有问题\n"
    assert "正常 分值合计" in said["selfcheck chibi-2021.xlsm"]
    assert "已生成 工作簿.xlsm" in said["build 工作簿.xlsm --scheme chibi-2021"]
    # another city's is ours until its text is its own: only the days have moved
    left = said["rules --lint --scheme dongling-2031"].splitlines()
    assert (len(left), len(set(left)), left[-1]) == (4, 4, "规则有3处问题")
    assert (places.own_schemes() / "dongling-2031" / "templates" / "学校评分表.xlsx").is_file()
    assert check(books / "工作簿.xlsm").rules.scheme.id == "dongling-2031"
    assert (check(books / "chibi-2021.xlsm").rules.period.start, len(list(books.glob("*.xlsm")))) == (
        "2021-12",
        3,
    )
