"""Counting on Apache Spark, for logs beyond one machine: the same SQL, the same partials, the same accounts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.base.errors import KongjianError
from kongjian.base.files import own_place, settle
from kongjian.intake.events.columns import FIELDS, Layout, layout_of_lines, layout_of_rows
from kongjian.intake.events.count_sql import BLANK, CELL, COUNT, HEAD, quoted
from kongjian.intake.events.line_accounts import (
    SAMPLES,
    SUMS,
    Account,
    account_for,
    keep_account,
    keep_samples,
    refuse_changed,
)
from kongjian.intake.events.log_files import BAD, Lines, Seen, as_lines, kind_of
from kongjian.intake.events.partials import count_file
from kongjian.rules.model import Rules

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_MISSING = "用 Spark 数要先安装 kongjian[spark]（pip install 'kongjian[spark]'）和 Java 17；不装也可以不加 --engine spark"
_PER_PARTITION = 1 << 33
"""monotonically_increasing_id counts on from here in the next partition."""


@contextmanager
def on_spark(master: str) -> Iterator[SparkSession]:
    """A session on this master. Raises KongjianError in one sentence where Spark, Java or the master is missing."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise KongjianError(_MISSING) from None
    if shutil.which("java") is None:
        raise KongjianError(_MISSING)
    try:
        session = (
            SparkSession.builder.master(master)
            .appName("kongjian")
            .config("spark.sql.parser.escapedStringLiterals", "true")
            .config("spark.sql.session.timeZone", "Asia/Shanghai")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
    except (PySparkException, OSError) as error:
        raise KongjianError(f"连不上 Spark（{master}）；请核对 --master，或不加 --engine spark") from error
    try:
        yield session
    finally:
        session.stop()


def count_on_spark(
    session: SparkSession,
    path: Path,
    target: Path,
    scratch: Path,
    rules: Rules,
    memory: str,
    seen: Seen | None = None,
) -> Account:
    """What `count_file` does, by the machines of a cluster, all of which must see the file and `target`'s folder.

    A workbook is counted here. Of a text the first lines' numbers are known within its first block only.
    """
    kind = kind_of(path)
    if kind == "sheets":
        return count_file(path, target, scratch, rules, memory, seen)
    before = seen.about if seen else path.stat()
    copied: Path | None = None
    if kind == "parquet":
        lines = _of_parquet(session, path, rules)
    else:
        found = as_lines(path, target.parent, seen)
        copied = found.place if found.place != path else None
        _of_lines(session, found, layout_of_lines(path, found.place, rules), rules)
        lines = found.count
    counted = session.sql(COUNT).persist()
    try:
        counted.createOrReplaceTempView("counted")
        account = account_for(path, lines, session.sql(SUMS).collect())
        refuse_changed(path, before)
        if account.lost:
            keep_samples(path, target, session.sql(SAMPLES).collect())
        with own_place(target) as own:
            counts = session.sql("select * from counted where reason = ''").drop("reason").coalesce(1)
            counts.write.mode("overwrite").parquet(str(own))
            keep_account(account, target)
            settle(next(own.glob("part-*.parquet")), target)
    finally:
        counted.unpersist()
        if copied:
            copied.unlink()
    return account


def _of_lines(session: SparkSession, lines: Lines, layout: Layout, rules: Rules) -> None:
    """The view `given` of a text, as partials makes it for DuckDB."""
    source = session.read.text(str(lines.place))
    source.selectExpr(
        "value as line", "_metadata.file_block_start as block",
        f"monotonically_increasing_id() % {_PER_PARTITION} + 1 as number",
    ).createOrReplaceTempView("raw_lines")  # fmt: skip
    between = re.escape(layout.separator)
    cell = CELL.format(between)
    cells = f"""
case when not contains(line, '"') then split(line, {quoted(between)}, -1)
     when regexp_like(line, {quoted(f"^(?:{cell})+$")}) then transform(regexp_extract_all(line, {quoted(cell)}, 1),
       x -> case when startswith(x, '"') then replace(substring(x, 2, length(x) - 2), '""', '"') else x end) end"""
    happened = layout.places[FIELDS[0][0]]
    fields = ", ".join(
        f"coalesce(get(cells, {layout.places[name] - 1}), '') as {name}"
        if name in layout.places
        else f"'' as {name}"
        for name, _ in FIELDS
    )
    session.sql(f"""
select case when block = 0 then number end as row_no, line, cast(null as date) as typed, {fields}, case
    when block = 0 and number <= {layout.row} then '{HEAD}'
    when line = '' then '{BLANK}'
    when trim(left(coalesce(get(cells, {happened - 1}), ''), 1)) = ''
      and regexp_like(line, {quoted(f"^[{chr(92)}s{between}]*$")}) then '{BLANK}'
    when contains(line, '{BAD}') then 'bytes'
    when cells is null then 'quote'
    when size(cells) < {layout.reaches(rules)} then 'few'
    when size(cells) > {layout.width}
      and exists(slice(cells, {layout.width + 1}, size(cells) - {layout.width}), x -> trim(x) <> '') then 'many'
    else '' end as fault
from (select *, {cells} as cells from raw_lines)""").createOrReplaceTempView("given")


def _of_parquet(session: SparkSession, path: Path, rules: Rules) -> int:
    """The view `given` of a Parquet file; how many lines it has."""
    from pyspark.errors import PySparkException

    try:
        source = session.read.parquet(str(path))
        count = source.count()
    except PySparkException:
        raise KongjianError(f"{path.name} 不完整或不是 Parquet，没有计入；请重新复制或重新导出") from None
    types = dict(source.dtypes)
    layout = layout_of_rows(path, [source.columns], rules)
    given, typed = {}, "null"
    for name, place in layout.places.items():
        column = source.columns[place - 1]
        text = f"`{column.replace('`', '``')}`"
        if name == FIELDS[0][0] and types[column].startswith(("timestamp", "date")):
            typed = text
        given[name] = f"coalesce(cast({text} as string), '')"
    fields = {name: given.get(name, "''") for name, _ in FIELDS}
    line = " || ',' || ".join(fields.values())
    blank = " and ".join(f"{text} = ''" for text in given.values())
    if typed != "null":
        fields[FIELDS[0][0]] = "''"
    source.selectExpr(
        "_metadata.row_index + 1 as row_no", f"{line} as line", f"cast({typed} as date) as typed",
        f"case when {blank} then '{BLANK}' else '' end as fault",
        *(f"{text} as {name}" for name, text in fields.items()),
    ).createOrReplaceTempView("given")  # fmt: skip
    return int(count)
