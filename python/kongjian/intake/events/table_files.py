"""Input tables and results as files: a folder of CSV or Parquet where a workbook's sheets would be too small."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_file
from kongjian.base.grid import Cell
from kongjian.engine.event_lines import behaviour_codes, behaviours, role_behaviours
from kongjian.engine.event_log import COLUMNS, COUNTED, COUNTS_SHEET, NUMBERS
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.imported_counts import ORIGIN, UNTIL
from kongjian.engine.matching import NOT_FOUND, ROW
from kongjian.engine.outcome import Inputs
from kongjian.intake.checks import check
from kongjian.intake.effective_rows import COUNTS
from kongjian.intake.events.count_sql import quoted
from kongjian.intake.events.engine import counting
from kongjian.intake.events.line_accounts import account_of, rejected_first
from kongjian.intake.events.log_files import CACHE, as_lines, has_logs, kind_of, log_files, look_at
from kongjian.intake.events.log_index import FOLDER, form_of
from kongjian.intake.events.merged import merged
from kongjian.intake.events.partials import count_file
from kongjian.intake.headers import header_name
from kongjian.intake.school_names import renamed
from kongjian.intake.sheets import Progress
from kongjian.intake.tables import convert
from kongjian.intake.values import Cells
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Column, InputTable

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".csv.zst")
_NUMERIC = ("count", "average", "share", "rate", "score")
_FIRST = 2
"""The row of a file's first line of data, as a text editor counts: below the header."""


@dataclass(frozen=True)
class Tables:
    """The inputs that the files hold, what was found in them, and what is said of logs that were counted."""

    inputs: Inputs
    findings: Findings
    lines: Sequence[str]


def read_tables(folder: Path, rules: Rules, scratch: Path, memory: str, progress: Progress) -> Tables:
    """The five tables by the names of their sheets, effective counts as 有效次数, logs in a folder 行为日志.

    Raises KongjianError where a required table is missing or a file cannot be read.
    """
    findings, frames, lines = Findings(), dict[str, Frame](), list[str]()
    for table in rules.tables:
        path = _file_of(folder, (table.sheet, table.name, table.id))
        if path is None and table.required:
            raise KongjianError(
                f"{folder} 里没有“{table.sheet}”：请放 {table.sheet}.csv 或 {table.sheet}.parquet"
            )
        if path is None:
            continue
        progress(f"正在读取{path.name}…")
        with counting(scratch, memory) as held:
            frames[table.id] = _table(held, path, scratch, table, rules, findings)
    frames = renamed(frames, rules, findings)
    inputs = check(Inputs.of(rules, **frames), rules, findings)
    counts = []
    if path := _file_of(folder, (COUNTS_SHEET, "EffectiveCounts")):
        with counting(scratch, memory) as held:
            counts.append(_counts(held, path, scratch, rules, lines))
    if (logs := folder / FOLDER).is_dir():
        counts.append(_of_logs(logs, inputs, rules, scratch, memory, lines, progress))
    if counts:
        whole = Frame({c: np.concatenate([f[c] for f in counts]) for c in (*COLUMNS, *COUNTED)})
        inputs = Inputs.of(rules, **{**vars(inputs), COUNTS: whole})
    return Tables(inputs, findings, lines)


def _of_logs(
    logs: Path, inputs: Inputs, rules: Rules, scratch: Path, memory: str, lines: list[str], progress: Progress
) -> Frame:
    """The effective counts of a folder's logs, and of the partials that an import has left in it."""
    form = form_of(rules)
    left = [p for p in sorted((logs / CACHE).glob("*.parquet")) if account_of(p)]
    if other := [p.name for p in left if not p.stem.endswith(f"-{form}")]:
        raise KongjianError(f"{logs / CACHE} 里的{other[0]}是按别的列名数的；请给日志本身，或删去{CACHE}")
    partials = {p.stem.partition("-")[0]: p for p in left}
    for log in log_files([logs], logs) if not left or has_logs(logs) else ():
        progress(f"正在数{log.name}…")
        seen = look_at(log)
        place = partials.setdefault(seen.digest, scratch / f"{seen.digest}.parquet")
        if account_of(place) is None:
            count_file(log, place, scratch, rules, memory, seen)
    for place in partials.values():
        if account := account_of(place):
            said = "；".join([f"{account.lines}行，读入{account.accepted}行", *rejected_first(account)])
            lines.append(f"{account.file}：{said}")
    done = merged(list(partials.values()), inputs, rules, scratch, memory)
    lines += [f"{u.kind}：{u.found or '空白'}（{u.lines}行）" for u in done.unknown[:50]]
    return done.rows


def write_tables(tables: Mapping[str, Frame], folder: Path, kind: str, scratch: Path, memory: str) -> None:
    """Each table as a file of its name, replaced whole. Columns that begin with # are the calculation's own."""
    for name, frame in tables.items():
        shown = {c: v for c, v in frame.items() if not c.startswith("#")}
        with counting(scratch, memory) as held:
            held.register("given", {c: _plain(v) for c, v in shown.items()})

            def write(place: Path, held: DuckDBPyConnection = held) -> None:
                options = "format parquet, compression zstd" if kind == "parquet" else "format csv, header"
                held.execute(f"copy (from given) to {quoted(place)} ({options})")

            replace_file(folder / f"{name}.{kind}", write)


def _plain(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Numbers with blanks as blanks, texts as they are."""
    if values.dtype.kind == "f":
        return np.ma.masked_invalid(values)
    return values


def _file_of(folder: Path, names: Sequence[str]) -> Path | None:
    found = [p for n in names for s in _SUFFIXES if (p := folder / f"{n}{s}").is_file()]
    if len(found) > 1:
        raise KongjianError(f"{folder} 里{found[0].name}和{found[1].name}是同一张表，请只留一个")
    return found[0] if found else None


def _source(held: DuckDBPyConnection, path: Path, scratch: Path) -> list[str]:
    """Makes the view `given` of a file; returns its columns' names."""
    import duckdb

    if kind_of(path) == "parquet":
        source = f"read_parquet({quoted(path)})"
    else:
        place = as_lines(path, scratch).place
        between = "\\t" if path.suffix == ".tsv" else ","
        source = (
            f"read_csv({quoted(place)}, header = true, all_varchar = true, delim = '{between}', quote = '\"',"
            " escape = '\"', auto_detect = true)"
        )
    try:
        held.execute(f"create temp view given as select * from {source}")
        return [row[0] for row in held.execute("describe given").fetchall()]
    except duckdb.Error as error:
        raise _unreadable(path, error) from None


def _unreadable(path: Path, error: Exception) -> KongjianError:
    line = next((w for w in str(error).split("Line: ")[1:]), "").split("\n")[0].strip()
    return KongjianError(
        f"{path.name} 读不了{f'（第{line}行起）' if line.isdigit() else ''}；请核对列数和引号，重新导出"
    )


def _table(
    held: DuckDBPyConnection, path: Path, scratch: Path, table: InputTable, rules: Rules, findings: Findings
) -> Frame:  # fmt: skip
    import duckdb

    places: dict[str, str] = {}
    for header in _source(held, path, scratch):
        if name := header_name(table, header):
            places.setdefault(name, header)
    if lacking := [c.name for c in table.columns if c.key and c.name not in places]:
        raise KongjianError(f"{path.name} 没有列“{'”“'.join(lacking)}”；请核对列名")
    try:
        height = held.execute("select count(*) from given").fetchall()[0][0]
        out = Frame({ROW: np.arange(height, dtype=np.int64) + _FIRST})
        for column in table.columns:
            if column.name in places:
                values = list(_cells(held, places[column.name], column))
                cells = Cells(table.id, column, values, out[ROW], {}, findings, places[column.name])
                out.update(convert(cells, rules.words))
    except duckdb.Error as error:
        raise _unreadable(path, error) from None
    return out


def _cells(held: DuckDBPyConnection, header: str, column: Column) -> Iterator[Cell]:
    """A column's cells: numbers where they are, else texts; dates as they are."""
    name = '"' + header.replace('"', '""') + '"'
    if column.kind in _NUMERIC:
        odd = held.execute(
            f"select count(*) from given where {name} is not null and try_cast({name} as double) is null"
            f" and cast({name} as varchar) <> ''"
        ).fetchall()[0][0]
        if not odd:
            found = held.execute(f"select try_cast({name} as double) from given").fetchnumpy()
            values = next(iter(found.values()))
            numbers = np.ma.filled(np.ma.asarray(values, dtype=np.float64), np.nan)
            return iter([v if v == v else "" for v in numbers.tolist()])
    found = held.execute(f"select coalesce(cast({name} as varchar), '') from given").fetchnumpy()
    return iter(next(iter(found.values())).tolist())


def _counts(held: DuckDBPyConnection, path: Path, scratch: Path, rules: Rules, lines: list[str]) -> Frame:
    """Effective counts that somebody has counted; every row is one of an import, whatever 出处 says."""
    headers = _long(held, path, _source(held, path, scratch), rules, lines)
    if lacking := [c for c in COLUMNS[:6] if c not in headers]:
        raise KongjianError(f"{path.name} 没有列“{'”“'.join(lacking)}”；请核对列名")
    out = {}
    height = held.execute("select count(*) from given").fetchall()[0][0]
    for name in (*COLUMNS, *COUNTED):
        if name == "出处":
            out[name] = texts([ORIGIN] * height)
        elif name in NUMBERS:
            column = f'try_cast("{name}" as double)' if name in headers else "null::double"
            found = held.execute(f"select {column} as v from given").fetchnumpy()["v"]
            out[name] = np.ma.filled(np.ma.asarray(found, dtype=np.float64), np.nan)
        else:
            found = held.execute(
                f"select coalesce(cast(\"{name}\" as varchar), '') as v from given"
            ).fetchnumpy()["v"]
            out[name] = texts(found.tolist())
    return Frame(out)


def _long(
    held: DuckDBPyConnection, path: Path, headers: list[str], rules: Rules, lines: list[str]
) -> list[str]:
    """Makes `given` long where it is wide, a column for each behaviour: a row for each count that is not 0.

    A count without a month is the whole term's. Returns the columns' names.
    """
    school, account, role, behaviour, month, number = COLUMNS[:6]
    code = behaviour_codes(rules)
    wide = [h for h in headers if code(h) != NOT_FOUND]
    if behaviour in headers or not wide:
        return headers
    for name in wide:
        quoted_name = '"' + name.replace('"', '""') + '"'
        odd = held.execute(
            f"select count(*) from given where trim(coalesce(cast({quoted_name} as varchar), '')) <> ''"
            f" and try_cast({quoted_name} as double) is null"
        ).fetchall()[0][0]
        if odd:
            raise KongjianError(f"{path.name} 的“{name}”有{odd}格不是数字；请改正，或留空")
    if lacking := [c for c in (school, account) if c not in headers]:
        raise KongjianError(f"{path.name} 没有列“{'”“'.join(lacking)}”；请核对列名")
    labels = {name: own.label for _, own, _, name in role_behaviours(rules)}
    names = behaviours(rules)
    whole = UNTIL.join((rules.period.months()[0], rules.period.months()[-1]))
    said_month = f"coalesce(cast(\"{month}\" as varchar), '')" if month in headers else "''"
    parts = [
        f'select "{school}", "{account}",'
        f' {f"{role}" if role in headers else quoted(labels[names[code(h)]])} as "{role}",'
        f' {quoted(names[code(h)])} as "{behaviour}", {said_month} as said,'
        f' try_cast("{h}" as double) as "{number}" from given'
        for h in wide
    ]
    held.execute(
        f"create temp table counts_long as select *, case when said = '' then {quoted(whole)} else said end as \"{month}\""
        f' from ({" union all ".join(parts)}) where "{number}" <> 0'
    )
    blank = held.execute("select count(*) from counts_long where said = ''").fetchall()[0][0]
    if blank:
        lines.append(f"{path.name}：{blank}个次数没有月份，按整个学期计，看不出日志有哪几个月")
    held.execute("create or replace temp view given as from counts_long")
    return [*COLUMNS[:6]]
