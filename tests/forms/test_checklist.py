"""申报材料清单: who owes what, what came in, and what staff wrote by hand."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from pathlib import Path

import openpyxl
import pytest

from application_forms import answered, rules, run_of, sent
from kongjian.base.errors import KongjianError
from kongjian.forms.make_and_collect import collect
from kongjian.forms.returned.checklist import CAME_IN, FILE, Count, Counts, expected, write
from kongjian.forms.returned.returned_forms import read_folder
from kongjian.workbook.run import Run
from package_lint import lint

TODAY = dt.date(2021, 7, 26)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(tmp_path_factory.mktemp("book"))


@pytest.fixture(scope="module")
def files(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A complete, an incomplete and a blank form, one still as it went out, a scan, and a form of somebody else."""
    folder, scratch = tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("scratch")
    made = [
        answered(run, "school", scratch, 0, "甲"),
        answered(run, "school", scratch, 1, "乙", FormPostcode=None),
        sent(run, "teacher", 0, scratch, "空")[0],
        sent(run, "teacher", 2, scratch, "原样")[0],
    ]
    openpyxl.load_workbook(made[2]).save(made[2])  # sent back with nothing written in it
    book = openpyxl.load_workbook(answered(run, "teacher", scratch, 1, "外"))
    book.defined_names["KongjianUnit"].attr_text = '"teacher|000"'
    book.save(scratch / "外.xlsx")
    for path in [*made, scratch / "外.xlsx"]:
        shutil.copy(path, folder)
    (folder / "扫描.pdf").write_bytes(b"%PDF")
    return folder


def written(folder: Path, run: Run | None, today: dt.date = TODAY) -> Counts:
    owed = expected(run, rules()) if run else None
    return write(folder / FILE, owed, read_folder(folder, rules()), today, rules())


def shown(folder: Path, name: str = FILE) -> list[dict[str, str]]:
    sheet = openpyxl.load_workbook(folder / name).active
    header = [c.value for c in sheet[3]]
    return [
        {h: c.value or "" for h, c in zip(header, row, strict=True)} for row in sheet.iter_rows(min_row=4)
    ]


@pytest.fixture
def folder(files: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(files, tmp_path / "收"))


def note(folder: Path, row: int, text: object, name: str = FILE) -> None:
    book = openpyxl.load_workbook(folder / name)
    book.active.cell(row, 10).value = text
    book.save(folder / name)


def test_states_reasons_and_counts(run: Run, folder: Path) -> None:
    counts = written(folder, run)
    assert counts["school_application"] == Count(4, 1, 1, ("官塘驿镇中心小学", "车埠镇初级中学"))
    assert (counts["teacher_application"].owed, len(counts["teacher_application"].missing)) == (7, 6)
    rows = shown(folder)
    assert [r["状态"] for r in rows[:6]] == ["已交齐", "不完整", "未交", "未交", "没有填写", "未交"]
    assert (rows[1]["问题"], rows[1]["文件"]) == ("G5 邮编没有填", "乙.xlsx")
    assert rows[4]["账号"] == "421281199001010000"
    assert [(r["文件"], r["状态"], r["问题"]) for r in rows[11:]] == [
        ("外.xlsx", "待处理", "不在应交名单里"), ("扫描.pdf", "待处理", "不是表格，请人工登记"),
    ]  # fmt: skip
    assert len(rows) == 13
    assert lint(folder / FILE) == []


@pytest.mark.parametrize(
    ("day", "said"), [(30, "还有1天"), (31, "今天截止"), (32, "已过1天"), (26, "还有5天")]
)
def test_days_left_and_over(day: int, said: str, run: Run, tmp_path: Path) -> None:
    written(tmp_path, run, dt.date(2021, 7, 1) + dt.timedelta(days=day - 1))
    first, second, review = openpyxl.load_workbook(tmp_path / FILE).active["A2"].value.split("\n")
    assert first.startswith("附件3 示范学校申报表：应交4份，已交齐0，不完整0，未交4；2021年7月31日截止")
    assert first.endswith(said)
    assert second.endswith(said)
    assert "2021年8月31日" in review


def test_what_staff_wrote_survives_and_counts(run: Run, folder: Path) -> None:
    written(folder, run)
    note(folder, 6, "7月28日收到纸质")
    note(folder, 8, dt.datetime(2021, 7, 28))
    note(folder, 15, "外校的，已退回")
    for again in (run, None):  # with the workbook, then with the list alone
        counts = written(folder, again)
        assert counts["school_application"] == Count(4, 2, 1, ("车埠镇初级中学",))
        assert counts["teacher_application"].complete == 1
        rows = shown(folder)
        assert [(rows[k]["状态"], rows[k]["人工登记"]) for k in (2, 4)] == [
            ("人工登记", "7月28日收到纸质"), ("人工登记", "7月28日"),
        ]  # fmt: skip
        assert "外校的，已退回" in [r["人工登记"] for r in rows]
        assert len(rows) == 13


def test_of_two_files_the_newer_counts_and_both_are_named(run: Run, folder: Path) -> None:
    shutil.copy(folder / "甲.xlsx", folder / "甲新.xlsx")
    os.utime(folder / "甲.xlsx", (1_600_000_000, 1_600_000_000))
    written(folder, run)
    row = shown(folder)[0]
    assert (row["文件"], row["状态"]) == ("甲新.xlsx", "已交齐")
    assert row["问题"] == "有2个文件，用了最新的；另有 甲.xlsx"


def test_a_note_of_a_unit_that_is_no_longer_owed_is_kept(run: Run, tmp_path: Path) -> None:
    written(tmp_path, run)
    note(tmp_path, 7, "已收")
    owed = expected(run, rules())
    fewer = owed.take(owed["学校名称"] != shown(tmp_path)[3]["学校名称"])
    write(tmp_path / FILE, fewer, [], TODAY, rules())
    last = shown(tmp_path)[-1]
    assert (last["人工登记"], last["状态"], last["问题"]) == ("已收", "待处理", "不在应交名单里")
    write(tmp_path / FILE, owed, [], TODAY, rules())
    assert shown(tmp_path)[3]["状态"] == "人工登记"


def test_without_a_list_or_with_a_broken_one(tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match="不知道谁应交"):
        write(tmp_path / FILE, None, [], TODAY, rules())
    (tmp_path / FILE).write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(KongjianError, match="损坏"):
        write(tmp_path / FILE, None, [], TODAY, rules())
    assert (tmp_path / FILE).read_bytes() == b"PK\x03\x04 broken"


def test_forms_are_taken_without_a_list_of_who_owes_what(run: Run, folder: Path) -> None:
    """The workbook tells who owes what; without one what came in is listed all the same, and again the next time."""
    unfit = openpyxl.load_workbook(folder / "甲.xlsx")
    unfit.active["B17"] = "组织、制度、经费、培训，" * 100
    unfit.save(folder / "甲.xlsx")
    for _ in range(2):
        said = collect(folder, rules(), TODAY)
        assert said[0] == "没有申报材料清单，也没有工作簿，不知道谁还没有交；交来的有1份齐了，3份不完整"
        assert said[1].startswith(f"交回材料清单：{folder / CAME_IN}；")
        assert said[2].startswith("甲.xlsx：B17 2-4保障措施写不下，约多出")
        assert not (folder / FILE).exists()
        rows = shown(folder, CAME_IN)
        assert [(r["材料"][:3], r["学校名称"], r["状态"], r["文件"]) for r in rows] == [
            ("附件3", "赤壁市第二小学", "不完整", "乙.xlsx"), ("附件3", "赤壁市第一小学", "不完整", "甲.xlsx"),
            ("附件4", "", "已交齐", "外.xlsx"), ("附件4", "", "没有填写", "空.xlsx"), ("", "", "待处理", "扫描.pdf"),
        ]  # fmt: skip
        assert rows[2]["账号"] == "000"
    note(folder, 4, "已电话核对", CAME_IN)
    collect(folder, rules(), TODAY)
    assert shown(folder, CAME_IN)[0]["人工登记"] == "已电话核对"
    said = collect(folder, rules(), TODAY, run=run)
    assert said[0] == "附件3 示范学校申报表：应交4，已交齐0，不完整2，未交2：官塘驿镇中心小学、车埠镇初级中学"
    assert said[2] == f"申报材料清单：{folder / FILE}"
    assert len(shown(folder)) == 13


def test_a_folder_without_forms_gets_no_list_and_tells_who_owes_one(run: Run, tmp_path: Path) -> None:
    (tmp_path / "扫描.pdf").write_bytes(b"%PDF")
    first, *rest = collect(tmp_path, rules(), TODAY, run=run)
    assert first.endswith("再把交回的文件放进去")
    names = expected(run, rules())
    schools = "、".join(names["学校名称"][:4])
    assert rest[:2] == [
        "另有1个文件不是发出的申报表，没有收：扫描.pdf",
        f"附件3 示范学校申报表：应交4，已交齐0，不完整0，未交4：{schools}",
    ]
    who = f"{names['学校名称'][4]} {names['教师姓名'][4]}"
    assert rest[2].startswith(f"附件4 优秀教师申报表：应交7，已交齐0，不完整0，未交7：{who}、")
    assert collect(tmp_path, rules(), TODAY)[-1].startswith("没有申报材料清单，也没有工作簿，不知道谁应交；")
    assert {p.name for p in tmp_path.iterdir()} == {"扫描.pdf"}
