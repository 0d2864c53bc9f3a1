"""A log read whole, in pieces or as a table: the same lines, days and words, however long it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from kongjian.intake.events.line_accounts import Account
from kongjian.intake.events.partials import count_file
from pasting import RULES
from spoilt_logs import HEADER, LINES, text
from spoilt_logs import run_import as run

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
