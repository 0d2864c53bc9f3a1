"""行为日志 of every format into 有效次数: the same counts, once, whole or not at all, and not a line lost in silence."""

from __future__ import annotations

import datetime as dt
import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import duckdb
import openpyxl
import pytest
import zstandard
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from xlsxwriter import Workbook

from kongjian.base.errors import KongjianError
from kongjian.base.one_writer import alone_in
from kongjian.entry.cli.main import cli
from kongjian.intake.events import import_logs as importing
from kongjian.intake.events.line_accounts import Account, account_of
from kongjian.intake.events.log_files import Seen, as_lines, look_at
from kongjian.intake.events.log_index import Index
from kongjian.intake.events.partials import count_file
from pasting import ACCOUNT, RULES, SCHOOL, lines_of, recalculated, write_book
from spoilt_logs import HEADER, LINES, ROWS, SPOILT, rows, text
from spoilt_logs import run_import as run


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_book(tmp_path / "b.xlsx", {"teachers": lines_of("teachers", {"在线授课": ""})})


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


CLEAN = [f"2021-03-{k % 28 + 1:02d} 08:00:00,甲校{k % 7},a{k % 5},教师,在线授课,," for k in range(300)]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: lines, lambda lines: [*lines, *[",,,,,,"] * 3], lambda lines: [*lines, ""],
        lambda lines: [*lines[:150], "2021-03-01,甲校", *lines[150:]],
        lambda lines: [*lines[:150], '2021-03-01,"甲,校",a,教师,在线授课,,', *lines[150:]],
        lambda lines: ['"' + line.replace(",", '","') + '"' for line in lines],
        lambda lines: [*lines[:150], '2021-03-01,"甲校,a,教师,在线授课,,', *lines[150:], '2021-03-01,甲校",a,教师,在线授课,,'],
        lambda lines: [*lines, '2021-03-01,甲"校,a,教师,在线授课,,', '2021-03-01,"甲""校",a,教师,在线授课,,'],
        lambda lines: [*lines, '2021-03-01,甲校,a,教师,在线授课,,"", '],
        lambda lines: [*lines, "昨天,甲校,a,教师,在线授课,,"], lambda lines: [*lines, "2021-03-01,甲校,a,教师,在线授课,,,多"],
    ],
)  # fmt: skip
def test_a_long_text_is_counted_like_a_short_one(
    spoil: Callable[[list[str]], list[str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [",".join(HEADER), *spoil(CLEAN)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    rows, accounts = [], []
    for many in (1, 10**6):
        monkeypatch.setattr("kongjian.intake.events.partials._MANY", many)
        accounts.append(count_file(tmp_path / "a.csv", tmp_path / "p.parquet", tmp_path, RULES, "200MB"))
        kept = "select * exclude (first) from '{}' order by all"
        rows.append(duckdb.sql(kept.format(tmp_path / "p.parquet")).fetchall())
    assert rows[0] == rows[1]
    assert accounts[0] == accounts[1]
    assert accounts[0].accepted >= len(CLEAN)


def counted(path: Path, folder: Path) -> tuple[list[tuple[object, ...]], Account, bytes]:
    """The rows, the account and the samples that counting a file gives."""
    folder.mkdir()
    target = folder / "p.parquet"
    account = count_file(path, target, folder, RULES, "200MB")
    assert not list(folder.glob("piece*"))
    samples = target.with_suffix(".csv")
    return (
        duckdb.sql(f"from '{target}' order by all").fetchall(),
        account,
        samples.read_bytes() if samples.exists() else b"",
    )


@pytest.mark.parametrize("most", [1, 7, 150, 299, 303])
@pytest.mark.parametrize("name", ["a.csv", "gb.csv", "ends.csv", "bad.csv", "a.parquet"])
def test_a_file_counted_in_pieces_is_counted_as_a_whole(
    most: int, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.intake.events.log_files._CHUNK", 1000)
    spoilt = [
        *CLEAN[:200],
        "昨天,甲校0,a1,教师,在线授课,,",
        '2021-03-01,"甲校,a,教师,在线授课,,',
        *CLEAN[200:],
    ]
    lines = "\n".join([",".join(HEADER), *spoilt])
    place = tmp_path / name
    if name == "a.parquet":
        (tmp_path / "p.txt").write_text(
            "\n".join([",".join(HEADER), *spoilt[:201], *CLEAN[200:]]), encoding="utf-8"
        )
        duckdb.sql(
            f"copy (from read_csv('{tmp_path / 'p.txt'}', header = true, all_varchar = true)) to '{place}' (format parquet)"
        )
    elif name == "bad.csv":
        place.write_bytes(lines.encode() + b"\n2021-03-01,\xff,a,,,,")
    else:
        ended = lines.replace("\n", "\r\n") + "\r\n" if name == "ends.csv" else lines
        place.write_bytes(ended.encode("gb18030" if name == "gb.csv" else "utf-8"))
    whole = counted(place, tmp_path / "whole")
    assert whole[1].accepted == len(CLEAN)
    assert whole[1].lost == {"a.parquet": 1, "bad.csv": 3}.get(name, 2)
    monkeypatch.setattr("kongjian.intake.events.partials.PIECE", most)
    assert counted(place, tmp_path / "pieces") == whole


def test_pieces_of_a_long_text_are_counted_like_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.intake.events.partials.PIECE", 90)
    lines = ["流水", ",".join(HEADER), *CLEAN, "昨天,甲校0,a1,教师,在线授课,,"]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-8")
    by_lines = counted(tmp_path / "a.csv", tmp_path / "lines")
    monkeypatch.setattr("kongjian.intake.events.partials._MANY", 1)
    by_columns = counted(tmp_path / "a.csv", tmp_path / "columns")
    assert by_columns[1:] == by_lines[1:]
    assert by_columns[1].first == {"date": 303}
    assert [r[:-1] for r in by_columns[0]] == [r[:-1] for r in by_lines[0]]
    assert {r[-1] for r in by_columns[0]} == {None}  # all are in pieces that were read by columns, too
    assert by_columns[1].accepted == len(CLEAN)


@pytest.mark.parametrize("many", [1, 10**6])
def test_a_bad_byte_far_down_rejects_its_own_line(
    many: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.intake.events.partials._MANY", many)
    monkeypatch.setattr("kongjian.intake.events.log_files._CHUNK", 1000)
    lines = [line.encode() for line in [",".join(HEADER), *CLEAN]]
    lines[200] = lines[200].replace("甲校".encode(), "甲校".encode("gb18030"))
    (tmp_path / "a.csv").write_bytes(b"\n".join(lines))
    found = count_file(tmp_path / "a.csv", tmp_path / "p.parquet", tmp_path, RULES, "200MB")
    assert (found.accepted, found.rejected, found.first) == (299, {"bytes": 1}, {"bytes": 201})


def test_words_of_a_long_text_are_told_without_their_line(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kongjian.intake.events.partials._MANY", 1)
    (tmp_path / "a.csv").write_text("\n".join([",".join(HEADER), *CLEAN]), encoding="utf-8")
    run(tmp_path / "a.csv", book)
    kept = (tmp_path / "行为日志" / "b 不认识的写法.csv").read_text(encoding="utf-8-sig").splitlines()
    assert "教师账号,a0,60,a.csv," in kept


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


def truncated(data: bytes) -> bytes:
    return data[: len(data) * 2 // 3]


def parquet() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        as_parquet(Path(folder) / "a.parquet")
        return (Path(folder) / "a.parquet").read_bytes()


@pytest.mark.parametrize(
    ("name", "spoil", "said"),
    [
        ("a.csv.gz", lambda: truncated(gzip.compress(text().encode())), "a.csv.gz 不完整，解压不到末尾"),
        (
            "a.csv.zst",
            lambda: truncated(zstandard.compress(text().encode())),
            "a.csv.zst 不完整，解压不到末尾",
        ),
        ("a.parquet", lambda: b"PAR1" + bytes(50), "a.parquet 不完整或不是 Parquet"),
        ("a.parquet", lambda: truncated(parquet()), "a.parquet 不完整或不是 Parquet"),
        ("a.csv", lambda: text(delimiter="#").encode(), "a.csv 前10行里没有找到列名“日期”“账号”“角色”“行为”"),
        ("a.csv", lambda: b"", "a.csv 前10行里没有找到列名"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_and_nothing_is_written(
    name: str, spoil: Callable[[], bytes], said: str, book: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / name).write_bytes(spoil())
    (folder / "good.csv").write_text(text(), encoding="utf-8")
    before = book.read_bytes()
    with pytest.raises(KongjianError) as error:
        run(folder, book)
    assert said in str(error.value)
    assert "什么都没有写入，数完的下次不用再数" in str(error.value)
    assert book.read_bytes() == before
    (folder / name).unlink()
    run(folder, book)
    assert rows(book) == ROWS


def test_lines_of_another_encoding_are_rejected_not_guessed(book: Path, tmp_path: Path) -> None:
    lines = text().splitlines()
    data = b"\n".join(line.encode("gb18030" if k == 3 else "utf-8") for k, line in enumerate(lines))
    (tmp_path / "a.csv").write_bytes(data)
    code, said = run(tmp_path / "a.csv", book)
    assert code == 1
    assert "a.csv：有认不出的字、控制字符或太长1行（从第4行起）" in said


def test_a_file_that_changes_while_it_is_read_is_refused(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "a.csv"
    place.write_text(text(), encoding="utf-8")

    def grows(path: Path, folder: Path, seen: Seen | None) -> object:
        found = as_lines(path, folder, seen)
        with path.open("a", encoding="utf-8") as out:
            out.write("\n")
        return found

    monkeypatch.setattr("kongjian.intake.events.partials.as_lines", grows)
    with pytest.raises(KongjianError, match="读的时候还在变"):
        run(place, book)


def test_a_killed_import_goes_on_where_it_stopped(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(4):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k : k + 1 if k < 3 else 5]), encoding="utf-8")
    counted: list[str] = []

    def stops(path: Path, *rest: object) -> Account:
        counted.append(path.name)
        if len(counted) == 3:
            (tmp_path / "行为日志" / "缓存" / "half.1.tmp").write_bytes(b"half")
            raise KeyboardInterrupt
        return count_file(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(importing, "count_file", stops)
    before = book.read_bytes()
    with pytest.raises(BaseException):  # noqa: B017
        CliRunner().invoke(
            cli,
            ["import-events", str(tmp_path / "*.csv"), str(book)],
            catch_exceptions=False,
            standalone_mode=False,
        )
    assert book.read_bytes() == before
    run(tmp_path / "*.csv", book)
    assert counted == ["0.csv", "1.csv", "2.csv", "2.csv", "3.csv"]
    assert rows(book) == ROWS
    assert not list((tmp_path / "行为日志").rglob("*.tmp"))


def test_killed_at_any_renaming_the_book_is_the_old_one_or_the_new_one(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for k in range(3):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k::3]), encoding="utf-8")
    before, real, killed = rows_or_none(book), Path.replace, 0

    class Killed(BaseException):
        pass

    for moment in range(1, 40):
        left = moment

        def replace(self: Path, target: Path) -> Path:
            nonlocal left
            left -= 1
            if not left:
                raise Killed
            return real(self, target)

        shutil.rmtree(tmp_path / "行为日志", ignore_errors=True)
        with monkeypatch.context() as patched:
            patched.setattr(Path, "replace", replace)
            try:
                run("--anew", tmp_path / "?.csv", book)
            except Killed:
                killed += 1
            else:
                break
        assert rows_or_none(book) in (before, ROWS)
        run("--anew", tmp_path / "?.csv", book)
        assert rows(book) == ROWS
    assert killed >= 10


def rows_or_none(book: Path) -> list[tuple[object, ...]] | None:
    return rows(book) if "有效次数" in openpyxl.load_workbook(book).sheetnames else None


def test_two_imports_at_once_do_not_meet(book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    (tmp_path / "行为日志").mkdir()
    monkeypatch.setattr("kongjian.base.one_writer._PATIENCE", 0.05)
    with alone_in(tmp_path / "行为日志"), pytest.raises(KongjianError, match="另一个程序正在写"):
        run(tmp_path / "a.csv", book)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_and_leaves_no_partial(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    monkeypatch.setattr("kongjian.intake.events.partials.own_place", lambda _: nullcontext(Path("/dev/full")))
    with pytest.raises(KongjianError, match="请腾出空间再试"):
        run(tmp_path / "a.csv", book)
    assert not list((tmp_path / "行为日志" / "缓存").glob("*.parquet"))


def test_bounds_that_make_no_sense_are_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    with pytest.raises(KongjianError, match="内存上限“许多”看不懂"):
        run("--memory", "许多", tmp_path / "a.csv", book)
    with pytest.raises(KongjianError, match="找不到行为日志"):
        run(tmp_path / "none*.csv", book)
    assert os.listdir(tmp_path / "行为日志" / "缓存") == []  # noqa: PTH208


@pytest.mark.parametrize("kind", ["timestamp", "timestamptz", "date", "varchar"])
def test_days_of_every_type_of_a_column_are_those_here(kind: str, tmp_path: Path) -> None:
    duckdb.sql(
        f"copy (select cast(d as {kind}) as 日期, '甲校' as 学校, 'a' as 账号, '教师' as 角色, b as 行为"
        " from (values ('2021-03-01 07:30:00+08', '在线授课'), (null, '教研'), (null, null)) t(d, b)"
        f" union all select null, null, null, null, null) to '{tmp_path / 'a.parquet'}' (format parquet)"
        if kind != "timestamptz"
        else "set timezone = 'UTC'; copy (select cast('2021-02-28 23:30:00+00' as timestamptz) as 日期, '甲校' as 学校,"
        " 'a' as 账号, '教师' as 角色, '在线授课' as 行为 union all select null, '甲校', 'a', '教师', '教研'"
        " union all select null, '甲校', 'a', '教师', null union all select null, null, null, null, null)"
        f" to '{tmp_path / 'a.parquet'}' (format parquet)"
    )
    found = count_file(tmp_path / "a.parquet", tmp_path / "p.parquet", tmp_path, RULES, "200MB")
    assert (found.lines, found.accepted, found.blank, found.rejected) == (4, 1, 1, {"date": 2})
    assert duckdb.sql(f"select ym, days from '{tmp_path / 'p.parquet'}'").fetchall() == [(202103, 1)]


@pytest.mark.parametrize(
    "day",
    [
        "2021-03-03", "2021-03-03 24:00", "2021-03-03 24:00:00", "2021/3/3 8:00", "2021-03-03T23:59:59+08:00", "2021-03-03 00:30+0800",
        "2021年3月3日", "2021.3.3", "20210303", "20210303235959", "2021-03-03 08:00:00.123", " 2021-3-3 ",
    ],
)  # fmt: skip
def test_a_day_is_the_one_that_is_written(day: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text([[day, *LINES[0][1:]]]), encoding="utf-8")
    count_file(tmp_path / "a.csv", tmp_path / "p.parquet", tmp_path, RULES, "200MB")
    assert duckdb.sql(f"select ym, days from '{tmp_path / 'p.parquet'}'").fetchall() == [(202103, 1 << 2)]


def test_a_file_that_is_another_since_it_was_looked_at_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "a.csv"
    place.write_text(text(), encoding="utf-8")
    seen = look_at(place)
    place.write_text(text(LINES[:3]), encoding="utf-8")
    with pytest.raises(KongjianError, match="读的时候还在变"):
        count_file(place, tmp_path / "p.parquet", tmp_path, RULES, "200MB", seen)
    assert not (tmp_path / "p.parquet").exists()


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


def test_counts_that_no_sheet_holds_are_refused_with_what_to_do(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    monkeypatch.setattr(importing, "MOST_ROWS", 1)
    before = book.read_bytes()
    with pytest.raises(KongjianError, match="有效次数有3行，一张工作表放不下，没有写入；.*kongjian score"):
        run(tmp_path / "a.csv", book)
    assert book.read_bytes() == before


def test_two_imports_at_once_both_end_in_the_same_counts(book: Path, tmp_path: Path) -> None:
    for k in range(2):
        (tmp_path / f"{k}.csv").write_text(text(LINES[k::2]), encoding="utf-8")
    command = [sys.executable, "-m", "kongjian", "import-events", str(tmp_path / "?.csv"), str(book)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    said = [one.communicate()[0].decode() for one in both]
    codes = [one.returncode for one in both]
    assert 0 in codes, said
    assert all(code == 0 or "Traceback" not in words for code, words in zip(codes, said, strict=True)), said
    assert rows(book) == ROWS
    assert "没有变化" in run("--verify", tmp_path / "?.csv", book)[1]


def test_what_two_runs_know_of_files_and_workbooks_is_kept_together(tmp_path: Path) -> None:
    (tmp_path / "缓存").mkdir()
    one, other = (Index.at(tmp_path / "目录.json") for _ in range(2))
    one.files["a.csv"], other.files["b.csv"] = [1, 2, 3, "x"], [4, 5, 6, "y"]
    one.save(books={"一.xlsm": {"x": "a.csv"}})
    other.save(states={"二.xlsm": [7]})
    one.save(books={"一.xlsm": {"z": "c.csv"}})
    found = Index.at(tmp_path / "目录.json")
    assert found.files == one.files | other.files
    assert (found.books, found.states) == ({"一.xlsm": {"z": "c.csv"}}, {"二.xlsm": [7]})


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
