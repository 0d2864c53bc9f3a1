"""One file of a log counted once: its partial, beside which stands what became of every line.

A partial has a row for each school, account, role, behaviour, class and month as the file spells them: the days as bits,
how many lines, the first of them. What the words mean is asked when partials are put together, so that a partial
outlives every change of the rules but that of a header's names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kongjian.base.errors import KongjianError
from kongjian.base.files import own_place, settle
from kongjian.base.grid import Cell, is_blank
from kongjian.intake.events.columns import FIELDS, Layout, layout_of_lines, layout_of_rows, places_of
from kongjian.intake.events.count_sql import BLANK, CELL, COUNT, HEAD, REASONS, TOGETHER, quoted
from kongjian.intake.events.engine import counting
from kongjian.intake.events.line_accounts import (
    FIRST,
    SAMPLES,
    SUMS,
    Account,
    account_for,
    keep_account,
    keep_samples,
    refuse_changed,
)
from kongjian.intake.events.log_files import BAD, SEPARATOR, Lines, Seen, as_lines, copied, in_pieces, kind_of
from kongjian.intake.importing.sources import read_source
from kongjian.intake.values import show
from kongjian.rules.model import Rules

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Sums = Sequence[tuple[Any, ...]]


_MANY = 100_000
"""Lines from which it pays to try the reader's own columns first."""
PIECE = 25_000_000
"""Lines of a file that are counted at once: what is in memory grows with them."""


def count_file(
    path: Path, target: Path, scratch: Path, rules: Rules, memory: str, seen: Seen | None = None
) -> Account:
    """Counts a file into the partial `target` and its account; neither is there before both are whole.

    `seen` is the file as it was looked at. Raises KongjianError for a file that cannot be read, that is another by now,
    or whose lines do not add up.
    """
    before = seen.about if seen else path.stat()
    with counting(scratch, memory) as held:
        lines, sums = _counted(held, path, scratch, rules, seen)
        refuse_changed(path, before)
        account = account_for(path, lines, sums)
        if account.lost:
            keep_samples(path, target, held.execute(f"from samples {FIRST}").fetchall())
        with own_place(target) as own:
            held.execute(
                "copy (select * exclude (reason) from counted where reason = '' order by all)"
                f" to {quoted(own)} (format parquet, compression zstd)"
            )
            keep_account(account, target)
            settle(own, target)
    return account


def _counted(
    held: DuckDBPyConnection, path: Path, scratch: Path, rules: Rules, seen: Seen | None
) -> tuple[int, Sums]:
    """Makes the table `counted`, see COUNT; returns how many lines there are and what became of them, see SUMS.

    Beside it `samples`, among them the first lines that are not counted.
    """
    held.execute("create temp table samples (row_no bigint, reason varchar, line varchar)")
    kind = kind_of(path)
    if kind == "parquet":
        return _of_parquet(held, path, rules)
    if kind == "sheets":
        return _of_sheets(held, path, scratch, rules)
    import duckdb

    lines = as_lines(path, scratch, seen)
    layout = layout_of_lines(path, lines.place, rules)
    try:
        return lines.count, _of_text(held, lines, layout, scratch, rules)
    except duckdb.InvalidInputException:  # no UTF-8 further down
        lines = copied(path, scratch / "lines.txt")
        return lines.count, _of_text(held, lines, layout, scratch, rules)


def _of_text(held: DuckDBPyConnection, lines: Lines, layout: Layout, scratch: Path, rules: Rules) -> Sums:
    held.execute("delete from samples")  # of what was no UTF-8
    before, reaches, number = 0, layout.reaches(rules), 0
    for number, piece in enumerate(in_pieces(lines, PIECE, scratch / "piece.txt")):
        if piece.count < _MANY or not _is_clean(held, piece, layout, before, number):
            _of_lines(held, piece, layout, reaches, before)
            _count_piece(held, number)
        before += piece.count
    return _together(held, number + 1)


def _count_piece(held: DuckDBPyConnection, number: int) -> None:
    """Counts what is in the view `given` into a table of its own, and keeps the first lines that are not counted."""
    _group(held, number)
    if any(reason in REASONS for reason, *_ in _reasons(held, number)):
        held.execute(f"insert into samples {SAMPLES}")


def _group(held: DuckDBPyConnection, number: int) -> None:
    held.execute(f"create or replace temp table piece{number} as {COUNT}")


def _reasons(held: DuckDBPyConnection, number: int) -> Sums:
    return held.execute(f"select reason, sum(lines) from piece{number} group by reason").fetchall()


def _together(held: DuckDBPyConnection, pieces: int) -> Sums:
    one = " union all ".join(f"from piece{k}" for k in range(pieces))
    held.execute(
        f"create or replace temp view counted as {one}"
        if pieces == 1
        else f"create or replace temp table counted as {TOGETHER.format(pieces=one)}"
    )
    return held.execute(SUMS).fetchall()


def _is_clean(held: DuckDBPyConnection, lines: Lines, layout: Layout, before: int, number: int) -> bool:
    """Counts a piece (`before`: the lines before it) without a line to reject, cut by the reader on all cores; false for others.

    Which line is which is not known here, so that whatever is not as plain as that is looked at line by line: also a quote
    that does not stand around a whole cell, and one that is not closed, since then there are fewer rows than lines.
    """
    import duckdb

    if lines.marked:
        return False
    head = max(layout.row - before, 0)
    names = [f"c{k}" for k in range(1, layout.width + 1)]
    fields = ", ".join(
        f"coalesce(c{layout.places[name]}, '') as {name}" if name in layout.places else f"'' as {name}"
        for name, _ in FIELDS
    )
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    quote, within = "", ""
    if lines.quotes:
        quote, within = '"', f"when contains(concat({', '.join(names)}), '\"') then 'quote'"
    held.execute(f"""
create or replace temp view given as select null::bigint as row_no, null::varchar as line, null::date as typed, {fields},
  case when trim(left(coalesce(c{layout.places["happened"]}, ''), 1)) = ''
    and regexp_full_match(concat({", ".join(names)}), '\\s*') then {quoted(BLANK)} {within} else '' end as fault
from read_csv({quoted(lines.place)}, columns = {{{columns}}}, delim = {quoted(layout.separator)}, quote = '{quote}', escape = '{quote}',
              header = false, skip = {head}, auto_detect = false, new_line = '{lines.end}', max_line_size = 2097152)""")
    try:
        _group(held, number)
    except duckdb.InvalidInputException:
        return False
    sums = _reasons(held, number)
    if any(reason not in ("", BLANK) for reason, _ in sums):
        return False
    if head:
        held.execute(f"insert into piece{number} (reason, lines, first) values ({quoted(HEAD)}, {head}, 1)")
    return bool(sum(some for _, some in sums) + head == lines.count)


def _of_lines(held: DuckDBPyConnection, lines: Lines, layout: Layout, reaches: int, before: int = 0) -> None:
    cut = f"string_split(line, {quoted(layout.separator)})"
    if lines.quotes:
        cell = CELL.format(re.escape(layout.separator))
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
create or replace temp view given as select row_no, fault, line, null::date as typed, {fields} from (
  select row_no, line, cells, case
    when row_no <= {layout.row} then {quoted(HEAD)}
    when line is null then {quoted(BLANK)}
    when trim(left(coalesce(cells[{layout.places["happened"]}], ''), 1)) = '' and regexp_full_match(line, {blank}) then {quoted(BLANK)}
    {marked}
    when cells is null then 'quote'
    when len(cells) < {reaches} then 'few'
    when len(cells) > {layout.width} and len(list_filter(cells[{layout.width + 1}:], lambda x: trim(x) <> '')) > 0
      then 'many' else '' end as fault
  from (
    select row_number() over () + {before} as row_no, line, {cut} as cells
    from read_csv({quoted(lines.place)}, columns = {{'line': 'VARCHAR'}}, delim = '{SEPARATOR}', quote = '', escape = '',
                  header = false, auto_detect = false, strict_mode = false, new_line = '{lines.end}', max_line_size = 2097152)
  )
)""")


def _of_parquet(held: DuckDBPyConnection, path: Path, rules: Rules) -> tuple[int, Sums]:
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
        given[name] = f"coalesce({text if kind == 'VARCHAR' else f'cast({text} as varchar)'}, '')"
    fields = {name: given.get(name, "''") for name, _ in FIELDS}
    line = " || ',' || ".join(fields.values())
    none = {name: f"{text} = ''" for name, text in given.items()}
    if typed != "null":  # a day is one, or there is none: no text to be read
        fields[FIELDS[0][0]] = "''"
        none[FIELDS[0][0]] = f"{typed} is null"
    dateless, others = none.pop(FIELDS[0][0]), " and ".join(none.values())
    starts = range(0, max(int(count), 1), PIECE)
    for number, start in enumerate(starts):
        piece = f" where file_row_number between {start} and {start + PIECE - 1}" if len(starts) > 1 else ""
        held.execute(
            f"create or replace temp view given as select file_row_number + 1 as row_no, {line} as line, cast({typed} as date) as typed,"
            f" case when not ({dateless}) then '' when {others} then '{BLANK}' else '' end as fault,"
            f" {', '.join(f'{text} as {name}' for name, text in fields.items())} from {source}{piece}"
        )
        _count_piece(held, number)
    return int(count), _together(held, len(starts))


def _of_sheets(held: DuckDBPyConnection, path: Path, scratch: Path, rules: Rules) -> tuple[int, Sums]:
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
    _of_lines(
        held, Lines(place, "\\n", count, quotes=False, marked=True), Layout(0, "\t", len(FIELDS), order), 1
    )
    _count_piece(held, 0)
    return count, _together(held, 1)


def _line(row: Sequence[Cell], layout: Layout) -> str:
    cells = [row[layout.places[name] - 1] if name in layout.places else "" for name, _ in FIELDS]
    if all(is_blank(c) for c in row):
        return "\n"
    return "\t".join(" ".join(show(c).split()) for c in cells) + "\n"
