"""Logs of events larger than a sheet: `python benchmarks/scale.py [--large]` (`make bench-scale`); long because each row makes its own logs.

A small size is in `run.py`.

Counting one month's file against DuckDB's own scan of every column of the same rows, against pandas, ten times as many
lines, peak memory, GB18030 against UTF-8; a term's folder of eight exports through the whole command, up to a hundred
million lines; and `score` for as many teachers as a province has. Times are the processor's, of all cores together: others at
work on the machine do not change them, and on an idle one the clock shows less. By the clock, which is what is waited for, are
`score` and the rows against pandas, which has one core; the processor's time stands beside.
"""

from __future__ import annotations

import math
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import psutil

from kongjian.engine.calculate import calculate
from kongjian.engine.frame import Texts
from kongjian.engine.outcome import Inputs
from kongjian.intake.events.partials import count_file
from kongjian.intake.events.spark_counts import count_on_spark, on_spark
from kongjian.rules import Rules, load_rules
from kongjian.rules.roles import Role
from kongjian.workbook.shipped.build_workbook import build
from measure import Row, Times, compare, fraction, in_turn, show, table, timed

SMALL, LARGE = 200_000, 10_000_000
SPARK = 3_000_000
TERM = (1_000_000, 10_000_000, 50_000_000, 100_000_000)
WHOLE = 50_000_000
"""Lines from which a term's import is held to three times a scan: below, writing the workbook is most of it."""
ROUNDS = 3
TEACHERS, SCHOOLS = 600_000, 12_000
_BEHAVIOURS = (
    "['制作课件', '在线撰写教案', '在线授课', '网络教研', '作业管理', '成绩管理', '通知公告', '参与活动']"
)


def measure(folder: Path, lines: int) -> list[Row]:
    """The rows of the table for logs of `lines` lines and a tenth of them."""
    rules = load_rules()
    few, many = (_log(folder, n) for n in (lines // 10, lines))
    ours, scan = _in_turn(lambda: _count(many, folder, rules), lambda: _scan(many))
    parquet = many.with_suffix(".parquet")
    columnar, columns = _in_turn(lambda: _count(parquet, folder, rules), lambda: _columns(parquet))
    less, _ = _in_turn(lambda: _count(few, folder, rules), lambda: None)
    full = lines >= LARGE
    rows = [
        compare(f"{lines:,}行行为日志计数（CSV）", ours, "DuckDB读同一文件所有列", scan, 3.0),
        compare(
            f"{lines:,}行行为日志计数（Parquet）",
            columnar,
            "DuckDB扫描所有列",
            columns,
            6.0 if full else None,
        ),
        _against_pandas(
            f"{lines:,}行行为日志计数（CSV）", lambda: _count(many, folder, rules), lambda: _text_frame(many)
        ),
        _against_pandas(
            f"{lines:,}行行为日志计数（Parquet）",
            lambda: _count(parquet, folder, rules),
            lambda: _typed_frame(parquet),
            0.1 if full else None,
        ),
        compare(f"{lines:,}行", ours, f"{lines // 10:,}行×10", less.scaled(10), 1.26 if full else None),
    ]
    other = many.with_suffix(".txt")
    other.write_bytes(many.read_bytes().decode().encode("gb18030"))
    gb, utf = _in_turn(lambda: _count(other, folder, rules), lambda: _count(many, folder, rules))
    return [*rows, compare(f"{lines:,}行 GB18030", gb, "UTF-8", utf), _memory(many, folder, lines)]


def _memory(log: Path, folder: Path, lines: int) -> Row:
    peak = _peak(log, folder)
    what = f"最大内存（{lines:,}行，上限1GB）"
    return Row(what, f"{peak:.0f} MB", "1,024 MB", fraction(peak / 1024), 1.0, peak <= 1024)


def _against_pandas(
    what: str, ours: Callable[[], object], read: Callable[[], pd.DataFrame], aim: float | None = None
) -> Row:
    """By the clock; the processor's seconds of both in brackets behind."""
    busy, theirs = list[float](), list[float]()
    clock, other = in_turn(_noting(busy, ours), _noting(theirs, lambda: _pandas(read())), 1)
    row = compare(what, clock, "pandas去重计数 钟上", other, aim)
    return replace(
        row,
        ours=f"钟上{row.ours}，处理器{show(min(busy))}",
        compared=f"{row.compared}，处理器{show(min(theirs))}",
    )


def _noting(busy: list[float], work: Callable[[], object]) -> Callable[[], None]:
    """The same work, which also notes the processor's seconds; it is timed by the clock."""
    return lambda: busy.append(_cost(work))


def measure_term(folder: Path, sizes: Sequence[int]) -> list[Row]:
    """The command over a term's folders of eight exports, each size once, and a scan of the same files."""
    rules, rows, spent = load_rules(), list[Row](), list[float]()
    for lines in sizes:
        logs, book = folder / f"term{lines}", folder / f"{lines}.xlsm"
        logs.mkdir()
        for month in rules.period.months():
            _log(logs, lines // 8, month, parquet=False)
        build(rules, book)
        command = (sys.executable, "-c", _WITHIN, "import-events", str(logs), str(book))
        peaks: list[float] = []
        spent.append(_cost(lambda to=command, kept=peaks: kept.append(_told(to))))
        again = _cost(_ended(command))
        scan = _cost(lambda of=logs: _scan(of / "*.csv"))
        full, peak = lines >= WHOLE, peaks[0]
        rows += [
            compare(f"8个文件{lines:,}行，整个导入", Times((spent[-1],)), "DuckDB读同样的文件", Times((scan,)), 3.0 if full else None),
            Row("再导入一次", f"{again:.1f} s", "", ""),
            Row("最大内存（上限1GB）", f"{peak:.0f} MB", "1,024 MB", fraction(peak / 1024), 1.0, peak <= 1024),
        ]  # fmt: skip
        shutil.rmtree(logs)
        shutil.rmtree(folder / "行为日志")
    for few, many, less, more in zip(sizes, sizes[1:], spent, spent[1:], strict=False):
        exponent = math.log(more / less) / math.log(many / few)
        rows.append(Row(f"{few:,}行到{many:,}行", f"指数{exponent:.2f}", "1.10", "", 1.1, exponent <= 1.1))
    return rows


def measure_spark(folder: Path, lines: int) -> list[Row]:
    """The same Parquet file on Spark's local mode, warm, and here: how much of a cluster one of these cores stands for."""
    rules, parquet = load_rules(), _log(folder, lines).with_suffix(".parquet")
    (folder / "spark").mkdir()
    with on_spark("local[2]") as session:

        def there() -> float:
            before = _of_children()
            count_on_spark(session, parquet, folder / "spark" / "p.parquet", folder, rules, "1GB")
            return _of_children() - before

        spark, here = in_turn(there, lambda: _cost(lambda: _count(parquet, folder, rules)), 1)
    rates = [f"，每核每秒{lines / t.best / 1e4:.0f}万行" for t in (spark, here)]
    row = compare(f"{lines:,}行行为日志计数（Parquet），Spark", spark, "DuckDB", here)
    return [replace(row, ours=row.ours + rates[0], compared=row.compared + rates[1])]


def measure_unknown(lines: int) -> list[Row]:
    """The calculation over pasted lines of which one in a hundred is of an account that nobody knows."""
    rules, some = load_rules(), np.random.default_rng(0)
    people = np.array([f"hb{100000 + k}" for k in range(5_000)], dtype=object)
    schools = np.array([f"第{k}小学" for k in range(60)], dtype=object)
    who = some.integers(len(people), size=lines)
    account = people[who]
    strange = np.where(np.arange(lines) % 100 == 0, account + "x", account)
    names = np.array(next(r for r in rules.effective.roles if r.fills == "teacher").behaviours, dtype=object)

    def inputs(accounts: Texts) -> Inputs:
        table, roles = rules.table, rules.effective.roles
        events = {
            Role.DATE: np.datetime64("2020-12-01") + some.integers(200, size=lines).astype("timedelta64[D]"),
            Role.SCHOOL: schools[who % len(schools)], Role.ACCOUNT: accounts,
            Role.EVENT_ROLE: np.full(lines, next(r.label for r in roles if r.fills == "teacher"), dtype=object),
            Role.BEHAVIOUR: some.choice(names, lines),
        }  # fmt: skip
        teachers = {
            Role.SCHOOL: schools[np.arange(len(people)) % len(schools)],
            Role.ACCOUNT: people,
            Role.PERSON: people,
        }
        return Inputs.of(
            rules,
            schools={table("schools").name_of(Role.SCHOOL): schools},
            teachers={table("teachers").name_of(r): v for r, v in teachers.items()},
            events={table("events").name_of(r): v for r, v in events.items()},
        )

    known, unknown = inputs(account), inputs(strange)
    with_strangers, without = _in_turn(lambda: calculate(unknown, rules), lambda: calculate(known, rules))
    return [compare(f"计算，{lines:,}行中1%是不认识的账号", with_strangers, "全部认识", without, 1.2)]


def measure_score(folder: Path, teachers: int, schools: int) -> list[Row]:
    """`kongjian score` as a process of its own, and its peak memory."""
    rules, tables = load_rules(), folder / "tables"
    tables.mkdir(exist_ok=True)
    for table_id, height in (("teachers", teachers), ("schools", schools)):
        columns = ", ".join(
            f'{_made(c.kind, c.name, schools)} as "{c.name}"' for c in rules.table(table_id).columns
        )
        place = tables / f"{rules.table(table_id).sheet}.parquet"
        duckdb.sql(f"copy (select {columns} from range({height}) r(i)) to '{place}' (format parquet)")
    command = (
        str(Path(sys.executable).with_name("kongjian")),
        "score",
        "--tables",
        str(tables),
        "--out",
        str(folder / "out"),
    )
    busy: list[float] = []
    spent = min(timed(_noting(busy, _ended(command))) for _ in range(ROUNDS))
    peak = _told((sys.executable, "-c", _WITHIN, *command[1:]))
    full = teachers >= TEACHERS
    return [
        Row(f"score {teachers:,}名教师、{schools:,}所学校", f"钟上{spent:.1f} s，处理器{min(busy):.1f} s", "10 s", fraction(spent / 10), 1.0 if full else None, spent <= 10 if full else None),
        Row(f"score {teachers:,}名教师的内存", f"{peak:.0f} MB", "2,048 MB", fraction(peak / 2048), 1.0 if full else None, peak <= 2048 if full else None),
    ]  # fmt: skip


def _ended(command: tuple[str, ...]) -> Callable[[], None]:
    def run() -> None:
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode > 1:
            raise SystemExit(done.stderr)

    return run


def _made(kind: str, name: str, schools: int) -> str:
    """Plausible values of a column, as SQL over the row number i."""
    if name == "学校名称":
        return f"'第' || (i % {schools}) || '小学'"
    values = {
        "text": f"'{name}' || i", "account": "'hb' || (10000000 + i)", "count": "cast(random() * 60 as int)",
        "yes_no": "case when random() < 0.8 then '是' else '否' end", "share": "case when random() < 0.2 then 1.0 end",
    }  # fmt: skip
    return values.get(kind, "''")


def _log(folder: Path, lines: int, month: str = "2020-12", parquet: bool = True) -> Path:
    """A month of 5,000 teachers, as CSV and beside it as Parquet."""
    place = folder / (f"{lines}.csv" if parquet else f"{month}.csv")
    made = f"""
select strftime(timestamp '{month}-01' + interval (cast(floor(random() * 2419200) as int)) second, '%Y-%m-%d %H:%M:%S') as 日期,
       '第' || (a % 60) || '小学' as 学校名称, 'hb' || (100000 + a) as 账号, '教师' as 角色,
       ({_BEHAVIOURS})[1 + cast(floor(random() * 8) as int)] as 行为
from (select cast(floor(random() * 5000) as int) as a from range({lines}))"""
    duckdb.sql(f"copy ({made}) to '{place}' (format csv, header)")
    if not parquet:
        return place
    stamps = "* replace (cast(日期 as timestamp) as 日期)"
    duckdb.sql(
        f"copy (select {stamps} from read_csv('{place}', all_varchar = true)) to '{place.with_suffix('.parquet')}'"
    )
    return place


def _count(log: Path, folder: Path, rules: Rules) -> None:
    count_file(log, folder / "partial.parquet", folder, rules, "1GB")


def _scan(log: Path) -> None:
    duckdb.sql(f"select max(columns(*)) from read_csv('{log}', header = true)").fetchall()


def _columns(log: Path) -> None:
    """Every value of every row looked at; a hash would be taken of each entry of a dictionary once."""
    texts = " + ".join(f"length({name})" for name in ("学校名称", "账号", "角色", "行为"))
    duckdb.sql(f"select count(*), sum({texts} + day(日期)) from read_parquet('{log}')").fetchall()


def _text_frame(log: Path) -> pd.DataFrame:
    frame = pd.read_csv(log, dtype=str, keep_default_na=False)
    return frame.assign(日期=pd.to_datetime(frame["日期"], errors="coerce"))


def _typed_frame(parquet: Path) -> pd.DataFrame:
    """By pyarrow where it is installed; else by DuckDB: pandas has no reader of its own for Parquet."""
    if find_spec("pyarrow"):
        return pd.read_parquet(parquet)
    return duckdb.sql(f"from read_parquet('{parquet}')").df()


def _pandas(frame: pd.DataFrame) -> None:
    """What a partial holds: different days, lines and the first line of each school, account, role, behaviour and month."""
    day = frame["日期"].dt.normalize()
    frame = frame.assign(day=day, month=day.dt.year * 100 + day.dt.month, at=frame.index)
    by = frame.groupby(["学校名称", "账号", "角色", "行为", "month"], dropna=False)
    by.agg(days=("day", "nunique"), lines=("day", "size"), first=("at", "min"))


def _in_turn(
    ours: Callable[[], object], other: Callable[[], object], rounds: int = ROUNDS
) -> tuple[Times, Times]:
    return in_turn(lambda: _cost(ours), lambda: _cost(other), rounds)


def _cost(work: Callable[[], object]) -> float:
    """Seconds of the processor, of this process and those that it started and saw ended."""
    before = _processor()
    work()
    return _processor() - before


def _of_children() -> float:
    """Seconds of the processor of those that are still at work: Spark's Java."""
    spent = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    return sum(one.user + one.system for one in spent)


def _processor() -> float:
    spent = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in spent)


_WITHIN = (
    "import gc, sys; gc.disable(); from kongjian.entry.cli.main import cli\n"
    "try: cli.main(sys.argv[1:], standalone_mode=False)\nexcept SystemExit: pass\n"
    "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))"
)
_HIGHEST = "print(next(l.split()[1] for l in open('/proc/self/status') if l.startswith('VmHWM')))"
"""The most memory that a process has had, in kilobytes; what the system says of a child counts its parent's, too."""


def _peak(log: Path, folder: Path) -> float:
    """Megabytes that a process takes at most to count a log."""
    code = (
        "import sys; from pathlib import Path; from kongjian.intake.events.partials import count_file;"
        "from kongjian.rules import load_rules; p, f = map(Path, sys.argv[1:]);"
        f"count_file(p, f / 'partial.parquet', f, load_rules(), '1GB'); {_HIGHEST}"
    )
    return _told((sys.executable, "-c", code, str(log), str(folder)))


def _told(command: tuple[str, ...]) -> float:
    """The kilobytes that a process prints in its last line, as megabytes."""
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) / 1024


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(Path(folder), LARGE if "--large" in sys.argv else SMALL * 5)
        rows += measure_term(Path(folder), TERM if "--large" in sys.argv else TERM[:1])
        rows += measure_spark(Path(folder), SPARK)
        rows += measure_unknown(1_000_000)
        rows += measure_score(Path(folder), TEACHERS, SCHOOLS)
    print(table(rows))


if __name__ == "__main__":
    main()
