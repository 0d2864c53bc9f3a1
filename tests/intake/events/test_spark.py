"""Spark counts what DuckDB counts, to the row and to the line; without it the command says what to install."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import duckdb
import pytest

from kongjian.base.errors import KongjianError
from kongjian.intake.events.partials import count_file
from kongjian.intake.events.spark_counts import count_on_spark, on_spark
from pasting import RULES, write_book
from spoilt_logs import HEADER, SPOILT, run_import, text

_MISSING = "用 Spark 数要先安装 kongjian\\[spark\\]"


def test_without_spark_the_command_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.csv").write_text(text(), encoding="utf-8")
    monkeypatch.setitem(sys.modules, "pyspark.errors", None)
    with pytest.raises(KongjianError, match=_MISSING):
        run_import("--engine", "spark", tmp_path / "a.csv", write_book(tmp_path / "b.xlsx", {}))


@pytest.mark.filterwarnings("ignore")
def test_the_rows_and_the_accounts_are_those_of_duckdb(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")  # half the time
    assert shutil.which("java"), "no Java: run make system"
    spoilt = ["行为流水", ",".join(HEADER), *(line for line, _ in SPOILT * 3)]
    (tmp_path / "spoilt.csv").write_bytes("\n".join(spoilt).encode("gb18030"))
    duckdb.sql(
        "copy (select timestamp '2021-03-01 23:30:00' + interval (i) hour as 日期, '甲校' as 学校名称, 'a' || i % 3 as 账号,"
        f" '教师' as 角色, '授课' as 行为 from range(100) t(i)) to '{tmp_path / 'typed.parquet'}' (format parquet)"
    )
    (tmp_path / "spark").mkdir()
    with on_spark("local[2]") as session:
        session.conf.set("spark.sql.shuffle.partitions", "1")  # a few lines: no time for compiling them
        session.conf.set("spark.sql.codegen.wholeStage", "false")
        session.conf.set("spark.sql.codegen.factoryMode", "NO_CODEGEN")
        for name in ("spoilt.csv", "typed.parquet"):
            here, there = tmp_path / f"{name}.parquet", tmp_path / "spark" / f"{name}.parquet"
            own = count_file(tmp_path / name, here, tmp_path, RULES, "200MB")
            assert count_on_spark(session, tmp_path / name, there, tmp_path, RULES, "200MB") == own
            assert own.accepted > 0
            rows = "select * replace (cast(days as int) as days) from '{}' order by all"
            assert duckdb.sql(rows.format(there)).fetchall() == duckdb.sql(rows.format(here)).fetchall()
            kept = [place.with_suffix(".csv") for place in (here, there)]
            assert not own.lost or kept[0].read_bytes() == kept[1].read_bytes()
