"""`kongjian score`: tables in, results out, the same as a workbook gives, and every kind of finding once."""

from __future__ import annotations

import csv
import datetime as dt
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from pasting import CLEAN, RULES, SCHOOL, Changes, Read, lines_of, read, sheet, write_book
from small_scheme import SMALL, small_rows, small_rules
from spoilt_logs import run_import

pytestmark = pytest.mark.usefixtures("own_numbers")
TEACHERS: list[Changes] = [
    {}, {"账号": "t2", "教师姓名": "王强", "在线授课": "", "作业管理": "三次"}, {"账号": "t3", "教师姓名": "李红", "在线授课": "", "学校名称": "别校"},
]  # fmt: skip
EVENTS: list[Changes] = [
    {"账号": "t2", "日期": dt.date(2021, 3, d % 5 + 1), "行为": "授课" if d % 2 else "在线授课"}
    for d in range(9)
]
GIVEN: dict[str, Sequence[Changes]] = {
    "schools": [{}, {"学校名称": "乙校", "在线授课": ""}], "teachers": TEACHERS, "classes": [{}],
    "monthly": [{"月份": "2020-12"}, {"月份": "2021-01", "得分": 80.0}], "events": EVENTS,
}  # fmt: skip


def pasted() -> Read:
    return read(**{name: sheet(*lines_of(name, *rows)) for name, rows in GIVEN.items()})


def put(folder: Path, kind: str, leave_out: str = "") -> Path:
    folder.mkdir()
    for table in RULES.tables:
        if table.id == leave_out:
            continue
        place = folder / f"{table.sheet}.csv"
        with place.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(table.names)
            writer.writerows(
                [{**CLEAN[table.id], **row}.get(n, "") for n in table.names] for row in GIVEN[table.id]
            )
        if kind == "parquet":
            duckdb.sql(f"copy (from read_csv('{place}', header = true)) to '{place.with_suffix('.parquet')}'")
            place.unlink()
    return folder


def run(folder: Path, *more: str) -> tuple[int, str]:
    found = CliRunner().invoke(cli, ["score", "--tables", str(folder), "--out", str(folder / "结果"), *more])
    if found.exception and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.output


def table(place: Path) -> list[tuple[Any, ...]]:
    source = f"read_csv('{place}', header = true)" if place.suffix == ".csv" else f"'{place}'"
    rows = duckdb.sql(f"from {source}").fetchall()
    return [tuple("" if v is None or v != v else v for v in row) for row in rows]


def shown(frame: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    columns = [[("" if v != v else v) for v in v.tolist()] for c, v in frame.items() if not c.startswith("#")]
    return list(zip(*columns, strict=True))


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_results_are_those_of_a_workbook(kind: str, tmp_path: Path) -> None:
    folder = put(tmp_path / "t", kind)
    code, said = run(folder, "--format", kind)
    results = pasted().results
    for name, sheet_name in (
        ("TeacherScores", "教师得分"),
        ("SchoolScores", "学校得分"),
        ("TeacherRanking", "教师排名"),
        ("Awards", "获奖名单"),
        ("Coverage", "数据覆盖"),
    ):
        assert table(folder / "结果" / f"{sheet_name}.{kind}") == shown(results.tables[name]), sheet_name
    assert code == 1
    assert "2所学校、3名教师" in said
    problems = {(p[0], p[1], p[2], p[3]): p[4:6] for p in table(folder / "结果" / f"问题汇总.{kind}")}
    found = [k for k in problems if "三次" in k[3]]
    assert found == [("错误", "教师数据", "作业管理", "“三次”不是数字，按空白处理")]
    assert [str(v) for v in problems[found[0]]] == ["1", "3"]
    repeated = next(v for k, v in problems.items() if k[3].startswith("同一天重复的行为"))
    assert str(repeated[0]) == "4"


def test_logs_in_a_folder_count_as_events_do(tmp_path: Path) -> None:
    folder = put(tmp_path / "t", "csv", leave_out="events")
    (folder / "行为日志").mkdir()
    names = ("日期", "学校名称", "账号", "角色", "行为")
    for k in range(2):
        lines = [",".join(str({**CLEAN["events"], **e}[n]) for n in names) for e in EVENTS[k::2]]
        (folder / "行为日志" / f"{k}.csv").write_text(
            "\n".join([",".join(names), *lines]), encoding="gb18030"
        )
    _, said = run(folder)
    assert "0.csv：6行，读入5行" in said
    assert table(folder / "结果" / "教师得分.parquet") == shown(pasted().results.tables["TeacherScores"])
    counted = [r[1:6] for r in table(folder / "结果" / "有效次数.parquet")]
    assert counted == [("t2", "教师", "在线授课", "2021-03", 5.0)]
    (folder / "行为日志" / "0.csv").unlink()
    (folder / "行为日志" / "1.csv").unlink()
    (folder / "行为日志").rmdir()
    (folder / "结果" / "有效次数.parquet").rename(folder / "有效次数.parquet")
    run(folder)
    assert table(folder / "结果" / "教师得分.parquet") == shown(pasted().results.tables["TeacherScores"])


def test_the_partials_of_an_import_stand_for_its_logs(tmp_path: Path) -> None:
    folder = put(tmp_path / "t", "csv", leave_out="events")
    names = ("日期", "学校名称", "账号", "角色", "行为")
    for k in range(2):
        lines = [",".join(str({**CLEAN["events"], **e}[n]) for n in names) for e in EVENTS[k::2]]
        (tmp_path / f"{k}.csv").write_text("\n".join([",".join(names), *lines]), encoding="utf-8")
    run_import(tmp_path / "?.csv", write_book(tmp_path / "b.xlsx", {}))
    (tmp_path / "行为日志").rename(folder / "行为日志")
    (tmp_path / "1.csv").rename(folder / "行为日志" / "again.csv")  # the same content as one that is counted
    code, said = run(folder)
    assert code == 1
    assert sorted(line for line in said.splitlines() if "csv：" in line) == [
        "0.csv：6行，读入5行",
        "1.csv：5行，读入4行",
    ]
    assert table(folder / "结果" / "教师得分.parquet") == shown(pasted().results.tables["TeacherScores"])
    for partial in (folder / "行为日志" / "缓存").iterdir():
        partial.rename(partial.with_name(f"{partial.name.partition('-')[0]}-0{partial.suffix}"))
    with pytest.raises(KongjianError, match="是按别的列名数的"):
        run(folder)


@pytest.mark.parametrize("with_months", [True, False])
def test_counts_may_be_wide(with_months: bool, tmp_path: Path) -> None:
    folder = put(tmp_path / "t", "csv", leave_out="events")
    month = ["月份"] if with_months else []
    rows = [
        ["学校名称", "账号", *month, "授课", "网络教研"],
        [SCHOOL, "t2", *(["2021-03"] * len(month)), "5", "0"],
    ]
    wide = folder / "有效次数.csv"
    wide.write_text("\n".join(map(",".join, rows)), encoding="utf-8")
    _, said = run(folder)
    assert table(folder / "结果" / "教师得分.parquet") == shown(pasted().results.tables["TeacherScores"])
    counted = [r[1:6] for r in table(folder / "结果" / "有效次数.parquet")]
    assert counted == [("t2", "教师", "在线授课", "2021-03" if with_months else "2020-12至2021-07", 5.0)]
    assert ("有效次数.csv：1个次数没有月份，按整个学期计" in said) == (not with_months)
    wide.write_text(wide.read_text(encoding="utf-8").replace(",5,", ",五次,"), encoding="utf-8")
    with pytest.raises(KongjianError, match="有效次数.csv 的“授课”有1格不是数字"):
        run(folder)


def test_the_tops_of_the_lists_go_into_a_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, book = put(tmp_path / "t", "csv"), tmp_path / "名单.xlsx"
    monkeypatch.setattr("kongjian.workbook.top_lists.MOST_ROWS", 1)
    _, said = run(folder, "--book", str(book))
    assert f"已写入 {folder / '结果'}、{book}" in said
    made = openpyxl.load_workbook(book)
    assert made.sheetnames == ["学校排名", "教师排名", "获奖名单", "问题汇总"]
    page = made["教师排名"]
    found = table(folder / "结果" / "教师排名.parquet")
    assert page["A2"].value == f"共{len(found)}行，这里是前1行，全部见结果表"
    assert [c.value or "" for c in page[4]] == list(found[0])
    assert page["A5"].value is None
    problems = made["问题汇总"]
    assert problems["A4"].value == table(folder / "结果" / "问题汇总.parquet")[0][0]
    with pytest.raises(KongjianError, match="扩展名应是 .xlsx"):
        run(folder, "--book", str(tmp_path / "名单.csv"))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda f: (f / "教师数据.csv").unlink(), "里没有“教师数据”：请放 教师数据.csv 或 教师数据.parquet"),
        (
            lambda f: (f / "Teachers.csv").write_text("学校名称,教师姓名\n"),
            "教师数据.csv和Teachers.csv是同一张表",
        ),
        (
            lambda f: (f / "教师数据.csv").write_text("学校,得分\n甲,1\n"),
            "教师数据.csv 没有列“教师姓名”；请核对列名",
        ),
        (lambda f: (f / "班级数据.csv").write_text('学校名称,班级\n"甲,1\n' * 3), "班级数据.csv 读不了"),
    ],
)
def test_what_cannot_be_read_is_named(spoil: Any, said: str, tmp_path: Path) -> None:
    folder = put(tmp_path / "t", "csv")
    spoil(folder)
    with pytest.raises(KongjianError) as error:
        run(folder)
    assert said in str(error.value)
    assert not (folder / "结果").exists()


def test_the_school_of_the_paste_is_there(tmp_path: Path) -> None:
    folder = put(tmp_path / "t", "csv")
    run(folder)
    assert [r[0] for r in table(folder / "结果" / "学校得分.parquet")] == [SCHOOL, "乙校"]


def put_small(folder: Path) -> Path:
    """The rows of the invented scheme as files."""
    folder.mkdir()
    for kind in small_rules().tables:
        with (folder / f"{kind.sheet}.csv").open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(kind.names)
            writer.writerows(
                ["" if row.get(n) is None else row[n] for n in kind.names] for row in small_rows()[kind.id]
            )
    return folder


def test_tables_of_another_scheme_are_scored_by_it(tmp_path: Path) -> None:
    folder = put_small(tmp_path / "表")
    shutil.copytree(SMALL, tmp_path / "方案" / SMALL.name)  # beside the tables
    for named in (SMALL.name, str(SMALL)):
        code, said = run(folder, "--rules", named, "--format", "csv")
        assert (code, "6所学校、8名教师" in said) == (0, True), said
        with (folder / "结果" / "教师得分.csv").open(encoding="utf-8-sig") as made:
            scores = {row["教师姓名"]: row for row in csv.DictReader(made)}
        assert (float(scores["师寅"]["计算得分"]), float(scores["师寅"]["共建"])) == (58, 18)
    with pytest.raises(KongjianError, match="没有方案“nowhere-1”"):
        run(folder, "--rules", "nowhere-1")
    with pytest.raises(KongjianError, match="像是另一年的数据"):  # by the scheme that came with the program
        run(folder)
