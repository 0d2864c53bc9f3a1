"""One file of a log counted once: its partial, beside which stands what became of every line.

A partial has a row for each school, account, role, behaviour, class and month as the file spells them: the days as bits,
how many lines, the first of them. What the words mean is asked when partials are put together, so that a partial
outlives every change of the rules but that of a header's names.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, is_blank
from kongjian.intake.events.columns import FIELDS, Layout, layout_of_lines, layout_of_rows, places_of
from kongjian.intake.events.engine import counting, quoted
from kongjian.intake.events.log_files import BAD, SEPARATOR, Lines, as_lines, kind_of
from kongjian.intake.importing.sources import read_source
from kongjian.intake.values import show
from kongjian.rules.model import Rules

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SAMPLES = 1000
REASONS = {
    "bytes": "有认不出的字、控制字符或太长", "quote": "引号不成对", "few": "列数不够", "many": "列数太多",
    "date": "日期认不出", "zone": "时间写着别的时区",
}  # fmt: skip
"""Why a line is not counted whatever the rules say, as staff read it."""
_BLANK, _HEAD = "blank", "head"
_DATE = r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_TIME = r"(?:[T\s]\s*(?:\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?)?)?)?\s*"
_HERE = r"(?:\+0?8(?::?00)?)?\s*"
_THERE = r"(?:Z|[+-]\d{1,2}(?::?\d{2})?)\s*"
_DIGITS = r"\s*(20\d\d)(\d\d)(\d\d)(?:\d{6})?\s*"
_CELL = r'("(?:[^"]|"")*"|[^"{0}]*)(?:{0}|$)'


@dataclass(frozen=True)
class Account:
    """What became of a file's lines: `lines` = accepted + rejected + blank + those down to the header."""

    file: str
    lines: int
    accepted: int
    blank: int
    head: int
    rejected: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return sum(self.rejected.values())


def count_file(path: Path, target: Path, scratch: Path, rules: Rules, memory: str) -> Account:
    """Counts a file into the partial `target` and its account; neither is there before both are whole.

    Raises KongjianError for a file that cannot be read, that changes meanwhile, or whose lines do not add up.
    """
    before = path.stat()
    with counting(scratch, memory) as held:
        lines = _view(held, path, scratch, rules)
        held.execute(f"create temp table counted as {_COUNT}")
        if _changed(path, before):
            raise KongjianError(f"{path.name} 读的时候还在变，没有计入；请等它写完再导入")
        account = _account(held, path, lines)
        if account.lost:
            _keep_samples(held, path, target.with_suffix(".csv"))
        own = _own(target)
        held.execute(
            "copy (select * exclude (reason) from counted where reason = '' order by all)"
            f" to {quoted(own)} (format parquet, compression zstd)"
        )
    _put(target.with_suffix(".json"), json.dumps(asdict(account), ensure_ascii=False, indent=1))
    own.replace(target)
    return account


def account_of(partial: Path) -> Account | None:
    """The account beside a partial; None where either is missing or not whole."""
    try:
        found = Account(**json.loads(partial.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if partial.is_file() else None


def _changed(path: Path, before: os.stat_result) -> bool:
    now = path.stat()
    return (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns)


def _own(place: Path) -> Path:
    """Where a file stands until it is whole."""
    return place.with_name(f"{place.name}.{os.getpid()}.tmp")


def _put(place: Path, text: str) -> None:
    own = _own(place)
    own.write_text(text, encoding="utf-8")
    own.replace(place)


_DATED = f"""
select *, case when fault <> '' then fault when day is not null then ''
               when regexp_full_match(happened, {quoted(_DATE + _TIME + _THERE)}) then 'zone' else 'date' end as reason
from (
  select *, case
    when fault <> '' then null
    when typed is not null then typed
    when happened like '____-__-__' or happened like '____-__-__ __:__:__' then try_cast(left(happened, 10) as date)
    when regexp_full_match(happened, {quoted(_DATE + _TIME + _HERE)})
      then try_cast(regexp_replace(happened, {quoted(_DATE + ".*")}, '\\1-\\2-\\3') as date)
    when regexp_full_match(happened, {quoted(_DIGITS)})
      then try_cast(regexp_replace(happened, {quoted(_DIGITS)}, '\\1-\\2-\\3') as date) end as day
  from given
)
"""
"""Each line with its day as it is written, and why it is not counted; "" for one that is."""
_COUNT = f"""
select reason, {", ".join(name for name, _ in FIELDS[1:])},
       case when reason = '' then year(day) * 100 + month(day) else 0 end::integer as ym,
       bit_or(case when reason = '' then 1::uinteger << (day(day) - 1)::uinteger else 0::uinteger end)::uinteger as days,
       count(*)::bigint as lines, min(row_no)::bigint as first
from ({_DATED}) group by all
"""


def _view(held: DuckDBPyConnection, path: Path, scratch: Path, rules: Rules) -> int:
    """Makes the view `given`: row_no, fault, line and the fields of each line; returns how many lines there are."""
    kind = kind_of(path)
    if kind == "parquet":
        return _of_parquet(held, path, rules)
    if kind == "sheets":
        return _of_sheets(held, path, scratch, rules)
    lines = as_lines(path, scratch)
    layout = layout_of_lines(path, lines.place, rules)
    _of_lines(held, lines, layout, layout.reaches(rules))
    return lines.count


def _of_lines(held: DuckDBPyConnection, lines: Lines, layout: Layout, reaches: int) -> None:
    cut = f"string_split(line, {quoted(layout.separator)})"
    if lines.quotes:
        cell = _CELL.format(re.escape(layout.separator))
        one, whole = quoted(cell), quoted(f"(?:{cell})+")
        taken = (
            f"list_transform(regexp_extract_all(line, {one}, 1), lambda x: case when starts_with(x, '\"')"
            " then replace(x[2:-2], '\"\"', '\"') else x end)"
        )
        cut = f"case when not contains(line, '\"') then {cut} when regexp_full_match(line, {whole}) then {taken} end"
    blank = quoted(rf"[\s{re.escape(layout.separator)}]*")
    marked = f"when contains(line, '{BAD}') then 'bytes'" if lines.marked else ""
    fields = ", ".join(
        f"coalesce(cells[{layout.places[name]}], '') as {name}" if name in layout.places else f"'' as {name}"
        for name, _ in FIELDS
    )
    held.execute(f"""
create temp view given as select row_no, fault, line, null::date as typed, {fields} from (
  select row_no, line, cells, case
    when row_no <= {layout.row} then {quoted(_HEAD)}
    when line is null then {quoted(_BLANK)}
    when trim(left(cells[{layout.places["happened"]}], 1)) = '' and regexp_full_match(line, {blank}) then {quoted(_BLANK)}
    {marked}
    when cells is null then 'quote'
    when len(cells) < {reaches} then 'few'
    when len(cells) > {layout.width} and len(list_filter(cells[{layout.width + 1}:], lambda x: trim(x) <> '')) > 0
      then 'many' else '' end as fault
  from (
    select row_number() over () as row_no, line, {cut} as cells
    from read_csv({quoted(lines.place)}, columns = {{'line': 'VARCHAR'}}, delim = '{SEPARATOR}', quote = '', escape = '',
                  header = false, auto_detect = false, strict_mode = false, new_line = '{lines.end}', max_line_size = 8388608)
  )
)""")


def _of_parquet(held: DuckDBPyConnection, path: Path, rules: Rules) -> int:
    import duckdb

    source = f"read_parquet({quoted(path)}, file_row_number = true)"
    try:
        found = held.execute(f"describe select * from {source}").fetchall()
        count = held.execute(f"select count(*) from {source}").fetchall()[0][0]
    except duckdb.Error:
        raise KongjianError(f"{path.name} 不完整或不是 Parquet，没有计入；请重新复制或重新导出") from None
    names = [row[0] for row in found]
    layout = layout_of_rows(path, [names], rules)
    given = {}
    typed = "null"
    for name, place in layout.places.items():
        text, kind = f'"{names[place - 1].replace(chr(34), chr(34) * 2)}"', found[place - 1][1]
        if "WITH TIME ZONE" in kind:
            text = f"timezone('Asia/Shanghai', {text})"
        if name == FIELDS[0][0] and kind.startswith(("TIMESTAMP", "DATE")):
            typed = text
        given[name] = f"coalesce(cast({text} as varchar), '')"
    fields = {name: given.get(name, "''") for name, _ in FIELDS}
    line = " || ',' || ".join(fields.values())
    blank = " and ".join(f"{text} = ''" for text in given.values())
    if typed != "null":  # a day is one, or there is none: no text to be read
        fields[FIELDS[0][0]] = "''"
        blank = blank.replace(f"{given[FIELDS[0][0]]} = ''", f"{typed} is null")
    held.execute(
        f"create temp view given as select file_row_number + 1 as row_no, {line} as line, cast({typed} as date) as typed,"
        f" case when {blank} then '{_BLANK}' else '' end as fault,"
        f" {', '.join(f'{text} as {name}' for name, text in fields.items())} from {source}"
    )
    return int(count)


def _of_sheets(held: DuckDBPyConnection, path: Path, scratch: Path, rules: Rules) -> int:
    """The sheets of a workbook that name the columns, one below the other."""
    place, count = scratch / "lines.txt", 0
    source = read_source(path, rules.importing.limits)
    grids = [
        s.grid.rows
        for s in source.sheets
        if any(len(places_of([str(c) for c in r], rules)) > 1 for r in s.grid.rows[:10])
    ]
    layouts = [layout_of_rows(path, rows, rules) for rows in grids or [[]]]
    with place.open("w", encoding="utf-8", newline="") as out:
        for rows, layout in zip(grids, layouts, strict=True):
            for number, row in enumerate(rows, start=1):
                out.write("\n" if number <= layout.row else _line(row, layout))
            count += len(rows)
    order = {name: k for k, (name, _) in enumerate(FIELDS, start=1)}
    _of_lines(held, Lines(place, "\\n", count, quotes=False), Layout(0, "\t", len(FIELDS), order), 1)
    return count


def _line(row: Sequence[Cell], layout: Layout) -> str:
    cells = [row[layout.places[name] - 1] if name in layout.places else "" for name, _ in FIELDS]
    if all(is_blank(c) for c in row):
        return "\n"
    return "\t".join(" ".join(show(c).split()) for c in cells) + "\n"


def _account(held: DuckDBPyConnection, path: Path, lines: int) -> Account:
    found = {
        reason: (int(some), int(first))
        for reason, some, first in held.execute(
            "select reason, sum(lines), min(first) from counted group by reason"
        ).fetchall()
    }
    if (seen := sum(some for some, _ in found.values())) != lines:
        raise KongjianError(
            f"{path.name} 有{lines}行，只读到{seen}行，没有计入；请用UTF-8编码的CSV重新导出这个文件"
        )
    none = (0, 0)
    rejected = {r: found[r] for r in REASONS if r in found}
    return Account(
        path.name, lines, found.get("", none)[0], found.get(_BLANK, none)[0], found.get(_HEAD, none)[0],
        {r: some for r, (some, _) in rejected.items()}, {r: first for r, (_, first) in rejected.items()},
    )  # fmt: skip


def _keep_samples(held: DuckDBPyConnection, path: Path, place: Path) -> None:
    """The first rejected lines as a table that Excel opens."""
    found = held.execute(
        f"select row_no, reason, line from ({_DATED}) where reason in ({', '.join(map(quoted, REASONS))})"
        f" order by row_no limit {SAMPLES}"
    ).fetchall()
    with place.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("文件", "行号", "原因", "内容"))
        writer.writerows((path.name, at, REASONS[reason], str(line)[:500]) for at, reason, line in found)


def rejected_first(account: Account) -> Iterator[str]:
    """The reasons in words, each with how many lines and the first."""
    for reason, some in account.rejected.items():
        yield f"{REASONS[reason]}{some}行（从第{account.first[reason]}行起）"
