"""DuckDB as the counting here uses it: within bounds, and nowhere else in the program."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from kongjian.base import disk
from kongjian.base.errors import KongjianError
from kongjian.intake.events.count_sql import quoted


@contextmanager
def counting(folder: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that takes no more than this and spills into `folder`.

    Raises KongjianError where memory or disk do not suffice.
    """
    try:
        with duckdb.connect(":memory:") as held:
            try:
                held.execute(f"set memory_limit = {quoted(memory)}")
            except duckdb.Error:
                raise KongjianError(f"内存上限“{memory}”看不懂；请写成 1GB、2GB 这样") from None
            held.execute(f"set temp_directory = {quoted(folder)}")
            held.execute("set enable_progress_bar = false")
            held.execute("create macro regexp_like(text, pattern) as regexp_matches(text, pattern)")
            yield held
    except duckdb.OutOfMemoryException as error:
        raise KongjianError(
            f"{memory}内存不够，或临时文件夹满了，没有数完；请加 --memory 2GB，或腾出空间"
        ) from error
    except duckdb.IOException as error:
        number = re.search(r'"errno":"(\d+)"', str(error))
        why, advice = disk.reason(OSError(int(number[1]), ""), folder) if number else ("", "")
        why, advice = why or "磁盘空间不够或读写出错", advice or "请腾出空间"
        raise KongjianError(f"{why}，没有做完；{advice}再试") from error
