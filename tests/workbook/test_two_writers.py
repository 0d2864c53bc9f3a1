"""Two real processes that write one workbook at the same time: who says 已写入 has its rows in the book."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier as BarrierOf
from pathlib import Path

import pytest
from click.testing import CliRunner

from import_files import text_file
from kongjian.base.backups import backups
from kongjian.entry.cli.main import cli
from workbooks import SCHOOL_NAMES, cells, column, small_book

ROUNDS = 30
HEADER = ["学校名称", "教师姓名", "账号", "任课", "在线授课"]
_together: BarrierOf


def _meet(barrier: BarrierOf) -> None:
    global _together
    _together = barrier


def command(words: list[str]) -> str:
    """What the command says, its steps and a refusal included; both processes start at once."""
    _together.wait(60)
    done = CliRunner().invoke(cli, words)
    return f"{done.output}{done.exception or ''}"


@pytest.fixture(scope="module")
def two() -> Iterator[ProcessPoolExecutor]:
    context = get_context("spawn")
    barrier: BarrierOf = context.Barrier(2)
    with ProcessPoolExecutor(2, context, _meet, (barrier,)) as pool:
        yield pool


@pytest.mark.parametrize("other", ["import", "recalc"])
def test_nobody_s_rows_are_lost(other: str, two: ProcessPoolExecutor, tmp_path: Path) -> None:
    empty = small_book(tmp_path / "空.xlsm").read_bytes()
    files = [
        text_file(
            tmp_path / f"{name}.csv", [HEADER, [SCHOOL_NAMES[0], name, f"acc-{name}-77", "是", "12"]], "utf-8"
        )
        for name in ("先来的", "后到的")
    ]
    written = []
    for k in range(ROUNDS // 2):
        book = tmp_path / f"{k}" / "评比.xlsm"
        book.parent.mkdir()
        book.write_bytes(empty)
        jobs = [["import", str(book), str(files[0])]]
        jobs += [["recalc", str(book), "-q"] if other == "recalc" else ["import", str(book), str(files[1])]]
        said = list(two.map(command, jobs))
        there = {str(row[1]) for row in cells(book, "教师数据")}
        has = [
            "先来的" in there,
            len(column(book, "运行记录", "时间")) == 1 if other == "recalc" else "后到的" in there,
        ]
        for text, done in zip(said, has, strict=True):
            assert ("已写入" in text) == done, said
            assert done or "被别的程序改动了，没有写入" in text, said
        written.append(sum(has))
        assert len(backups(book)) == sum(has)
        assert backups(book)[-1].path.read_bytes() == empty
        shutil.rmtree(book.parent)
    assert 1 in written, "they met"
