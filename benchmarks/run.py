"""Every comparison of this folder in one table, in at most a quarter of an hour: `python benchmarks/run.py [--write] [--large]`.

`--write` puts the table of this run in the place of that in README.md, with day and machine. `--large` measures the city
of fifty times the size as well, whose workbook takes minutes to make.
"""

from __future__ import annotations

import platform
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import date
from os import cpu_count
from pathlib import Path

from measure import Row, table

README = Path(__file__).with_name("README.md")
OPENING, CLOSING = "<!-- 表：run.py --write 写在这里 -->", "<!-- 表完 -->"
UNMEASURED = "（还没有测：运行 `.venv/bin/python benchmarks/run.py --write`）"
_CITY = "示范数据"
ROWS: dict[str, Sequence[str]] = {
    "scoring": ["教师1,000,000名计分并排名", "教师1,000,000名计分并排名，空白按行为明细补"],
    "ranking": ["1,000,000个得分排名"],
    "recalc": [f"{_CITY}重新计算（进程内）", f"{_CITY}重新计算（命令）"],
    "held_commands": [f"{_CITY}自检（命令）", f"{_CITY}分发版，连同核对（命令自己的处理器时间）", f"{_CITY}全部申报表和评审表（命令）"],
    "packages": [f"{_CITY}分校包（60所学校）", f"{_CITY}分校包（60所学校）接到管道时第一行"],
    "buttons": [f"{_CITY}重新计算（按钮）"],
    "calls": [f"按钮“{name}”的调用" for name in ("检查数据", "重新计算排名", "数值版")],
    "copies": [f"{_CITY}分发版写出", f"{_CITY}计算（已读入内存）"],
    "selfcheck": [f"{_CITY}自检（五项，公式由formualizer算）"],
    "imports": [
        *(f"导入3500名教师 .{kind}" for kind in ("xlsx", "xls", "xlsb", "ods", "csv", "xml", "htm", "mht")),
        "导入150,000条行为 .xlsx", "导入150,000条行为 .csv",
    ],
    "opening": [
        f"打开{what}{measured}"
        for what in (_CITY, "最大的（短数1390万格）", "最大的（小数900万格）", "最大的（文字450万格）")
        for measured in ("", "，最大内存")
    ],
    "scale": [
        "200,000行行为日志计数（CSV）", "200,000行行为日志计数（Parquet）", "200,000行",
        "200,000行 GB18030", "最大内存（200,000行，上限1GB）",
    ],
    "readings": [f"{_CITY}口径影响，每个取值", f"{_CITY}临界名单", f"{_CITY}名次稳健性，整张表"],
    "functions": [
        "SCHOOL_SCORE一次", "SCHOOL_SCORE一次，微秒", "TEACHER_SCORES，5,000行一次",
        "TEACHER_SCORES，5,000行，连同xlwings转换",
    ],
    "growth": ["每千名教师计算（10倍）", "每千名教师重新计算（10倍）", "最大内存（1倍）", "最大内存（10倍）"],
    "startup": ["kongjian --version", "import kongjian.workbook.recalculate"],
}  # fmt: skip
"""By module the rows of a usual run; a row may stand there several times, each compared with something else."""


def measures(large: bool) -> dict[str, Callable[[Path], list[Row]]]:
    """What measures each module's rows, in the order of the table."""
    import buttons
    import calls
    import copies
    import functions
    import growth
    import held_commands
    import imports
    import opening
    import packages
    import ranking
    import readings
    import recalc
    import scale
    import scoring
    import selfcheck
    import startup

    return {
        "scoring": lambda _: scoring.measure(),
        "ranking": lambda _: ranking.measure(),
        "recalc": recalc.measure,
        "held_commands": held_commands.measure,
        "packages": packages.measure,
        "buttons": buttons.measure,
        "calls": lambda folder: calls.measure(folder, calls.SOME),
        "copies": copies.measure,
        "selfcheck": selfcheck.measure,
        "imports": imports.measure,
        "opening": opening.measure,
        "scale": lambda folder: scale.measure(folder, scale.SMALL),
        "readings": lambda _: readings.measure(),
        "functions": lambda _: functions.measure(),
        "growth": lambda _: growth.measure(large),
        "startup": lambda _: startup.measure(),
    }


def main() -> int:
    started, rows, missing = time.perf_counter(), list[Row](), list[str]()
    for name, measure in measures("--large" in sys.argv).items():
        begun = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            try:
                found = measure(Path(folder))
            except Exception:  # what cannot be measured leaves the others alone
                traceback.print_exc()
                found = [Row(what, "没有测成", "", "") for what in ROWS[name]]
        rows += found
        unlike = {r.what for r in found} ^ set(ROWS[name])
        missing += sorted(unlike if "--large" not in sys.argv else set(ROWS[name]) - {r.what for r in found})
        missing += [r.what for r in found if r.ours == "没有测成"]
        print(f"{name}: {time.perf_counter() - begun:.0f} s", file=sys.stderr, flush=True)
    whole = time.perf_counter() - started
    machine = f"{date.today()}，Python {platform.python_version()}，{platform.system()}，{cpu_count()}核；整个运行{whole / 60:.1f}分钟"
    text = f"{machine}。时间：最短（中位）；比值：最短之比（中位之比），以最短之比判断。\n\n{table(rows)}"
    print(text)
    if "--write" in sys.argv:
        write(text)
    if missing:
        print(f"没有测成，或run.py不知道的行：{'、'.join(missing)}", file=sys.stderr)
    return 1 if missing else 0


def parts(page: str) -> tuple[str, str, str]:
    """What stands before, between and behind the marks of README.md."""
    before, _, rest = page.partition(OPENING)
    between, _, behind = rest.partition(CLOSING)
    return before, between.strip(), behind


def write(text: str) -> None:
    before, _, behind = parts(README.read_text(encoding="utf-8"))
    README.write_text(f"{before}{OPENING}\n\n{text}\n\n{CLOSING}{behind}", encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
