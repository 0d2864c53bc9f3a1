"""行为日志 of every format into 有效次数: the same counts, once, whole or not at all, and not a line lost in silence."""

from __future__ import annotations

import datetime as dt
import gzip
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.intake.events import import_logs as importing
from kongjian.intake.events.line_accounts import account_of
from kongjian.intake.events.log_files import as_lines
from kongjian.intake.events.partials import count_file
from pasting import ACCOUNT, RULES, SCHOOL, recalculated
from spoilt_logs import HEADER, LINES, ROWS, SPOILT, rows, text
from spoilt_logs import run_import as run


def as_parquet(place: Path) -> None:
    (place.parent / "p.txt").write_text(text(), encoding="utf-8")
    duckdb.sql(
        f"copy (from read_csv('{place.parent / 'p.txt'}', header = true)) to '{place}' (format parquet)"
    )
    (place.parent / "p.txt").unlink()


def as_xlsx(place: Path) -> None:
    with Workbook(str(place)) as made:
        page = made.add_worksheet("流水")
        date = made.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        page.write_row(1, 0, HEADER)
        for r, line in enumerate(LINES, start=2):
            page.write_datetime(r, 0, dt.datetime.fromisoformat(line[0]), date)
            page.write_row(r, 1, line[1:])


FORMATS: dict[str, Callable[[Path], object]] = {
    "utf8.csv": lambda p: p.write_bytes(text().encode()),
    "bom.csv": lambda p: p.write_bytes(text().encode("utf-8-sig")),
    "gb.csv": lambda p: p.write_bytes(text().encode("gb18030")),
    "utf16.csv": lambda p: p.write_bytes(text().encode("utf-16")),
    "tabs.tsv": lambda p: p.write_bytes(text(delimiter="\t").encode()),
    "quoted.csv": lambda p: p.write_bytes(("\n".join('"' + '","'.join(c) + '"' for c in [HEADER, *LINES])).encode()),
    "mixed ends.csv": lambda p: p.write_bytes(text().replace("\r\n", "\n", 3).encode()),
    "packed.csv.gz": lambda p: p.write_bytes(gzip.compress(text().encode("gb18030"))),
    "packed.csv.zst": lambda p: p.write_bytes(zstandard.compress(text().encode())),
    "titled.csv": lambda p: p.write_bytes(("行为流水\r\n\r\n" + text()).encode()),
    "columns.csv": lambda p: p.write_bytes(
        text([[*reversed(x), "备注"] for x in LINES], [*reversed(["操作时间", "学校", "用户名", *HEADER[3:]]), "说明"]).encode()
    ),
    "table.parquet": as_parquet,
    "sheet.xlsx": as_xlsx,
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_counts(name: str, book: Path, tmp_path: Path) -> None:
    FORMATS[name](tmp_path / name)
    code, said = run(tmp_path / name, book)
    assert (code, rows(book)) == (0, ROWS), said
    assert "没有计入0行" in said


@pytest.mark.parametrize("encoding", ["big5hkscs", "gb18030", "utf-8"])
def test_a_log_is_read_in_the_encoding_that_a_pasted_file_would_be(encoding: str, tmp_path: Path) -> None:
    said = "日期,學校名稱,帳號,角色,行為\n" + "2020-12-01,赤壁市實驗中學,hb01,教師,在線授課\n" * 40
    if encoding != "big5hkscs":
        said = said.translate(str.maketrans("學稱帳號師實驗為線課", "学称账号师实验为线课"))
    (tmp_path / "log.csv").write_bytes(said.encode(encoding))
    lines = as_lines(tmp_path / "log.csv", tmp_path)
    assert (lines.place.read_text(encoding="utf-8"), lines.marked) == (said, False)


def test_what_is_imported_counts_and_stays(book: Path, tmp_path: Path) -> None:
    FORMATS["utf8.csv"](tmp_path / "a.csv")
    run(tmp_path / "a.csv", book)
    found, _ = recalculated(book)
    assert found.results.tables["TeacherMeasures"]["在线授课"].tolist() == [2.0]
    assert rows(book) == ROWS


def test_the_same_file_again_or_under_another_name_changes_nothing(book: Path, tmp_path: Path) -> None:
    FORMATS["utf8.csv"](tmp_path / "a.csv")
    run(tmp_path / "a.csv", book)
    before = book.read_bytes()
    shutil.copy(tmp_path / "a.csv", tmp_path / "b.csv")
    (tmp_path / "c.csv.gz").write_bytes(gzip.compress(text().encode()))
    code, said = run(tmp_path / "*.csv*", book)
    assert (code, book.read_bytes()) == (0, before)
    assert "b.csv、c.csv.gz和别的文件内容相同，只计一次" in said
    assert "没有变化，什么都没有写入" in said


def test_a_second_run_of_the_same_command_reads_nothing(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    run(tmp_path / "a.csv", book)
    said = "工作簿和这些日志和上次导入以后一样，什么都没有写入\n"
    with monkeypatch.context() as patched:
        patched.setattr("kongjian.entry.plans.log_import.counts", None)
        assert run(tmp_path / "a.csv", book) == (0, said)
    recalculated(book)
    assert (
        "没有变化，什么都没有写入" in run(tmp_path / "a.csv", book)[1]
    )  # another file, of which it makes sure
    assert run(tmp_path / "a.csv", book) == (0, said)
    assert "没有变化" in run("--verify", tmp_path / "a.csv", book)[1]
    (tmp_path / "a.csv").write_text(text(LINES[:1]), encoding="utf-8")
    assert "2个文件共" in run(tmp_path / "a.csv", book)[1]


def test_what_an_import_leaves_is_no_log(book: Path, tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "a.csv").write_text(text([*LINES, ["坏", *LINES[0][1:]]]), encoding="utf-8")
    book.rename(tmp_path / "b.xlsm")
    for _ in range(2):
        code, said = run(tmp_path, tmp_path / "b.xlsm")
        assert code == 1
        assert said.startswith("1个文件共7行：读入5行，没有计入1行，空行和表头1行")
    assert rows(tmp_path / "b.xlsm") == ROWS


def test_a_later_month_is_added_without_reading_the_earlier_ones(book: Path, tmp_path: Path) -> None:
    (tmp_path / "march.csv").write_text(text([x for x in LINES if "-03-" in x[0]]), encoding="utf-8")
    run(tmp_path / "march.csv", book)
    (tmp_path / "march.csv").unlink()
    (tmp_path / "april.csv").write_text(text([x for x in LINES if "-04-" in x[0]]), encoding="utf-8")
    code, said = run(tmp_path / "april.csv", book)
    assert (code, rows(book)) == (0, ROWS)
    assert "其中march.csv是以前导入的" in said
    run("--anew", tmp_path / "april.csv", book)
    assert rows(book) == ROWS[1:2]


def test_without_the_record_of_earlier_files_nothing_is_replaced(book: Path, tmp_path: Path) -> None:
    FORMATS["utf8.csv"](tmp_path / "a.csv")
    run(tmp_path / "a.csv", book)
    shutil.rmtree(tmp_path / "行为日志")
    with pytest.raises(KongjianError, match="加 --anew"):
        run(tmp_path / "a.csv", book)
    assert rows(book) == ROWS
    run("--anew", tmp_path / "a.csv", book)
    assert rows(book) == ROWS


@pytest.mark.parametrize("many", [1, 10**6])
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.sampled_from(SPOILT[:3] * 9 + SPOILT), min_size=1, max_size=40),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_every_line_is_accounted_for(
    many: int, tmp_path: Path, lines: list[tuple[str, str]], end: str, last: bool
) -> None:
    whole = end.join([",".join(HEADER), *(line for line, _ in lines)]) + (
        end if last or not lines[-1][0] else ""
    )
    (tmp_path / "a.csv").write_bytes(whole.encode())
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("kongjian.intake.events.partials._MANY", many)
        found = count_file(tmp_path / "a.csv", tmp_path / "a.parquet", tmp_path, RULES, "200MB")
    reasons = [reason for _, reason in lines]
    assert found.lines == found.accepted + found.blank + found.head + found.lost == len(lines) + 1
    assert (found.accepted, found.blank, found.head) == (reasons.count(""), reasons.count("blank"), 1)
    assert found.rejected == {r: reasons.count(r) for r in reasons if r not in ("", "blank")}
    assert found.first == {r: reasons.index(r) + 2 for r in found.rejected}
    assert account_of(tmp_path / "a.parquet") == found


def test_an_open_quote_loses_its_own_line_only_and_is_shown(book: Path, tmp_path: Path) -> None:
    lines = text([LINES[0]] * 2000).splitlines()
    lines[400] = lines[400].replace(SCHOOL, f'"{SCHOOL}')
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    code, said = run(tmp_path / "a.csv", book)
    assert code == 1
    assert "读入1999行，没有计入1行" in said
    assert "a.csv：引号不成对1行（从第401行起）" in said
    kept = (tmp_path / "行为日志" / "b 没有计入的行.csv").read_text(encoding="utf-8-sig").splitlines()
    assert kept[1].startswith("a.csv,401,引号不成对,")


def test_a_word_that_is_not_known_is_told_once_with_its_lines(book: Path, tmp_path: Path) -> None:
    more = [
        *[["2021-03-05", SCHOOL, ACCOUNT, "教师", "登录", "", ""]] * 3,
        ["2022-03-05", SCHOOL, ACCOUNT, "教师", "在线授课", "", ""],
        ["2021-03-05", "别校", "别人", "教师", "在线授课", "", ""],
        ["2021-03-05", SCHOOL, ACCOUNT, "教师", "学籍管理", "", ""],
        ["2021-03-05", SCHOOL, "4.21281E+17", "教师", "在线授课", "", ""],
        ["2021-03-05", SCHOOL, "", "教师", "在线授课", "", ""],
        ["2021-03-05", SCHOOL, "x9", "学生", "完成作业", "一年级", "1班"],
    ]  # fmt: skip
    (tmp_path / "a.csv").write_text(text([*LINES, *more]), encoding="utf-8")
    code, said = run(tmp_path / "a.csv", book)
    assert code == 1
    for line in (
        "读入的行里，行为不计次数：登录（3行），共3行", "评选时间以外的月份不计次数：2022-03（1行），共1行", "学校不在输入表里：别校（1行），共1行",
        "教师账号不在输入表里：别人（1行），共1行", "别的角色的行为不计次数：教师 学籍管理（1行），共1行",
        "损坏的账号不计次数：4.21281E+17（1行），共1行", f"账号空白不计次数：{SCHOOL}（1行），共1行",
        f"低年级学生不计次数：{SCHOOL} 一年级1班（1行），共1行",
    ):  # fmt: skip
        assert line in said
    kept = (tmp_path / "行为日志" / "b 不认识的写法.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "行为,登录,3,a.csv,7" in kept
    assert [r for r in rows(book) if r[1] not in (None, "别人")] == ROWS


def test_an_account_in_two_schools_counts_a_day_once(book: Path, tmp_path: Path) -> None:
    other = [[x[0], "乙校", *x[2:]] for x in LINES[:3]] + [["2021-03-09", "乙校", *LINES[0][2:]]]
    (tmp_path / "a.csv").write_text(text([*LINES, *other]), encoding="utf-8")
    _, said = run(tmp_path / "a.csv", book)
    assert f"在几所学校的教师账号每天仍只计1次：{ACCOUNT}（8行），共8行" in said
    assert sum(int(str(r[5])) for r in rows(book) if r[1] == ACCOUNT and r[3] == "在线授课") == 3


def test_two_files_with_the_same_pupils_days_are_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    (tmp_path / "b.csv").write_text(text(LINES[4:]), encoding="utf-8")
    code, said = run(tmp_path / "a.csv", tmp_path / "b.csv", book)
    assert code == 1
    assert "a.csv和b.csv都有1所学校同一天的学生行为" in said


def test_a_thousand_samples_at_most_are_kept_of_what_is_not_counted(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text([*LINES, *[["坏", *LINES[0][1:]]] * 1500]), encoding="utf-8")
    _, said = run(tmp_path / "a.csv", book)
    assert "日期认不出1500行（从第7行起）" in said
    kept = (tmp_path / "行为日志" / "b 没有计入的行.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(kept) == 1001
    assert kept[-1].startswith("a.csv,1006,日期认不出,")


def test_how_far_it_is_is_told_with_rate_and_rest(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(2):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k::2]), encoding="utf-8")
    told: list[str] = []
    monkeypatch.setattr("kongjian.entry.cli.import_data.step", told.append)
    run(tmp_path / "?.csv", book)
    first, second, *_ = [line for line in told if line.startswith("正在数")]
    assert first == "正在数0.csv（1/2）…"
    assert re.fullmatch(r"正在数1\.csv（2/2，每秒\d+MB，约还要\d+秒）…", second)


def test_counts_by_month_that_no_sheet_holds_are_added_up_over_months(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [["2021-04-08", *LINES[0][1:]], ["2021-06-08", *LINES[0][1:]]]
    (tmp_path / "a.csv").write_text(text([*LINES, *more]), encoding="utf-8")
    run("-o", tmp_path / "months.xlsx", tmp_path / "a.csv", book)
    monkeypatch.setattr(importing, "MOST_ROWS", 3)
    code, said = run(tmp_path / "a.csv", book)
    assert (code, "按月有5行，一张工作表放不下，有效次数写成每个账号、每种行为一行，几个月合计" in said) == (
        0,
        True,
    )
    assert [r[3:6] for r in rows(book)] == [
        ("在线授课", "2021-03至2021-06", 4), ("网络教研", "2021-04", 1), ("完成作业", "2021-03", 1),
    ]  # fmt: skip
    assert "没有变化" in run("--verify", tmp_path / "a.csv", book)[1]
    found = [recalculated(place)[0].results for place in (book, tmp_path / "months.xlsx")]
    for name in ("TeacherMeasures", "SchoolMeasures", "Coverage", "TeacherScores"):
        ours, whole = (r.tables[name] for r in found)
        assert {k: repr(v.tolist()) for k, v in ours.items()} == {
            k: repr(v.tolist()) for k, v in whole.items()
        }
