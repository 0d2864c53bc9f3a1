"""看到的就是格子里的: another program reads the same values, and nothing on the screen hides or replaces them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import NamedTuple

from kongjian.base.grid import Grid, cell_number, letter
from kongjian.engine.evidence.touched import HINT
from kongjian.intake.problem_list import ACCEPTED
from kongjian.rules import Rules
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, first_few, said
from kongjian.selfcheck.empty_book import EmptyBook
from kongjian.selfcheck.result_sheets import Place, header_place
from kongjian.selfcheck.second_reader import VERY_HIDDEN, VISIBLE, Cell, Rule, SecondReader, Seen
from kongjian.selfcheck.shown_values import GENERAL, PLAIN, hidden_by, replaces_value, shows_other
from kongjian.workbook.layout import HELP, HOME, MONTHS, RULES, TEXTS, output_sheets
from kongjian.xlsx.table_parts import OutputSheet

TITLE = "看到的就是格子里的"
_MOST = 20
_DAYS = 0.5 / 86400
"""Programs read a time to the second."""
_DRAWN_BY_US = frozenset({HOME, MONTHS})


class _Told(NamedTuple):
    """What was found in cells that can be named by the first of them: the reason, the cell, whether it deceives."""

    sheet: str
    reason: str
    place: str
    wrong: bool = True


def seen_on_screen(book: Book, second: SecondReader, shipped: EmptyBook, rules: Rules) -> Line:
    """Looks at every sheet with openpyxl, and at the empty workbook for what is shown so by the program itself."""
    outputs = {sheet.sheet: sheet for sheet in output_sheets(rules)}
    inputs = {table.sheet for table in rules.tables}
    found = list(_states(second, [*outputs, *inputs, HOME, RULES, HELP], shipped.states))
    cells = 0
    for sheet in sheets(rules):
        seen, grid, name = second.sheet(sheet), book.grid(sheet), book.name(sheet)
        if seen is None or grid is None or name is None:
            continue
        cells += len(seen.cells)
        found += _other_values(name, seen, grid)
        found += _whole(name, seen)
        if sheet in inputs:
            found += _input(name, seen, second)
        else:
            found += _faces(name, seen, second, outputs.get(sheet), grid)
            found += _replaced(name, seen, partial(shipped.rules, sheet))
    wrong, told = _worded([f for f in found if f.wrong]), _worded([f for f in found if not f.wrong])
    if wrong:
        advice = "取消隐藏，清除这些格子的格式、批注和图形，重新计算排名，再自检"
        return Line(BAD, TITLE, f"有{len(wrong)}处：{first_few([*wrong, *told], _MOST)}", advice)
    same = f"用另一个程序读了{cells}个格子，和本程序读到的相同"
    if told:
        return Line(MIND, TITLE, f"{same}；请看一看：{first_few(told, _MOST)}", "确认无误，或改回原样再自检")
    return Line(GOOD, TITLE, f"{same}；没有隐藏的行列，没有让人看到别的数的格式")


def sheets(rules: Rules) -> list[str]:
    """The sheets that are looked at, where they are there."""
    own = (*(table.sheet for table in rules.tables), *(sheet.sheet for sheet in output_sheets(rules)))
    return [*own, HOME, RULES, HELP, TEXTS]


def _worded(found: list[_Told]) -> list[str]:
    """One sentence for each sheet and reason, with the first cell and how many there are."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for told in found:
        grouped.setdefault((told.sheet, told.reason), []).append(told.place)
    return [
        f"{sheet}{f'!{places[0]}' if places[0] else ''}{f'等{len(places)}处' if len(places) > 1 else ''}：{reason}"
        for (sheet, reason), places in grouped.items()
    ]


def _states(second: SecondReader, own: list[str], shipped: Mapping[str, str]) -> Iterator[_Told]:
    for sheet, state in second.states.items():
        if state == VERY_HIDDEN and shipped.get(sheet) != VERY_HIDDEN:
            yield _Told(sheet, "工作表藏得很深，Excel的菜单里看不到它", "")
        elif state != VISIBLE and sheet in own and shipped.get(sheet, VISIBLE) == VISIBLE:
            yield _Told(sheet, "工作表被隐藏", "", wrong=False)


def _other_values(name: str, seen: Seen, grid: Grid) -> Iterator[_Told]:
    """Cells that the fast reader and openpyxl do not read alike. A formula's value openpyxl does not tell."""
    rows, height, met = grid.rows, len(grid.rows), 0
    for (row, column), cell in seen.cells.items():
        line = rows[row - 1] if row <= height else ()
        now, other = line[column - 1] if column <= len(line) else "", cell[0]
        met += now != "" and now is not None
        if now == other and now.__class__ is not bool and other.__class__ is not bool:
            continue  # nearly every cell of half a million
        now = grid.errors.get((row, column), now)
        if cell.type != "f" and not _same(now, cell):
            reason = f"本程序读到{said(now)}，另一个程序读到{said(str(other))}"
            yield _Told(name, reason, f"{letter(column)}{row}")
    if sum(len(line) - line.count("") - line.count(None) for line in rows) == met:
        return
    for row, line in enumerate(rows, start=1):
        for column, now in enumerate(line, start=1):
            if now != "" and now is not None and (row, column) not in seen.cells:
                yield _Told(name, f"本程序读到{said(now)}，另一个程序读到空白", f"{letter(column)}{row}")


def _same(now: object, cell: Cell) -> bool:
    other = cell.value
    if isinstance(now, bool) or isinstance(other, bool):
        return now is other
    if isinstance(other, dt.datetime | dt.date | dt.time | dt.timedelta):
        return _same_time(now, other)
    if isinstance(other, int | float):
        number = cell_number(now)
        return math.isclose(number, other, rel_tol=1e-14, abs_tol=_DAYS if isinstance(now, dt.date) else 0.0)
    return str(now).replace("\r\n", "\n") == str(other).replace("\r\n", "\n")


def _same_time(now: object, other: object) -> bool:
    if isinstance(other, dt.time | dt.timedelta) or not isinstance(now, dt.date | int | float):
        return True  # a time without a day: the two say it in words of their own
    return abs(cell_number(now) - cell_number(other)) < _DAYS


def _whole(name: str, seen: Seen) -> Iterator[_Told]:
    """What hides parts of a sheet whatever stands in its cells."""
    if seen.no_zeros:
        yield _Told(name, "设成了不显示零", "")
    if seen.frozen_away:
        yield _Told(name, "冻结窗格把上面或左边的行列留在了屏幕外", "")
    if seen.unread:
        yield _Told(name, "有新式的条件格式，另一个程序读不了，没有核对", "", wrong=False)


def _input(name: str, seen: Seen, second: SecondReader) -> Iterator[_Told]:
    """An input sheet is the staff's own: what hides a number there is told and no more."""
    last, width = seen.reach
    yield from (
        _Told(name, "输入行被隐藏，照样计分", str(r), wrong=False) for r in seen.hidden_rows if r <= last
    )
    hidden = (c for c in seen.hidden_columns if c <= width)
    yield from (_Told(name, "输入列被隐藏，照样计分", f"{letter(c)}列", wrong=False) for c in hidden)
    looks = {style: second.look(style) for style in {cell.style for cell in seen.cells.values()}}
    told = {style for style, look in looks.items() if look.number_format not in PLAIN or hidden_by(look)}
    for (row, column), cell in seen.cells.items() if told else ():
        if cell.style not in told:
            continue
        look, place = looks[cell.style], f"{letter(column)}{row}"
        if cell.type in "ns" and replaces_value(look.number_format or GENERAL, cell.value):
            yield _Told(name, f"数字格式“{look.number_format}”显示的不是格子里的", place, wrong=False)
        if reason := hidden_by(look):
            yield _Told(name, reason, place, wrong=False)


def _faces(
    name: str, seen: Seen, second: SecondReader, spec: OutputSheet | None, grid: Grid
) -> Iterator[_Told]:
    """A sheet that the program writes: nothing of it is hidden, covered or shown otherwise."""
    place = header_place(grid, spec) if spec else None
    usual = _usual(spec, place.columns if place else ())
    top = place.row if place else 0
    plain = set[tuple[int, int]]()  # style and column of what is seen as it is whatever it holds
    for (row, column), cell in seen.cells.items():
        if (cell[2], column) in plain and row > top and cell[0].__class__ is not list:
            continue  # nearly every cell
        if place and row > top and column not in usual:
            continue  # notes beside the table
        look = second.look(cell.style)
        own = usual.get(column, GENERAL) if row > top else GENERAL
        if cell.type in "nsd" and _formatted(look.number_format or GENERAL, cell, own, fixed=spec is None):
            yield _Told(name, f"数字格式“{look.number_format}”显示的不是格子里的", f"{letter(column)}{row}")
        hidden = list(filter(None, (hidden_by(run, look.fill) for run in (look, *second.runs(cell)))))
        yield from (_Told(name, reason, f"{letter(column)}{row}") for reason in hidden)
        if row > top and not hidden and look.number_format in (*PLAIN, own):
            plain.add((cell.style, column))
    yield from _hidden(
        name, seen, usual if place else {}, _folded(spec, place, grid) if place else frozenset()
    )
    yield from _covered(name, seen, spec, usual, top)


def _usual(spec: OutputSheet | None, columns: tuple[int, ...]) -> dict[int, str]:
    """The number format of each column of an output table as it is built."""
    if spec is None:
        return {}
    from kongjian.workbook.look.build_styles import KINDS  # brings xlsxwriter

    kinds = zip(columns, spec.columns, strict=False)
    return {at: str(KINDS[column.kind].get("num_format", GENERAL)) for at, column in kinds}


def _formatted(code: str, cell: Cell, usual: str, fixed: bool) -> bool:
    value = cell_number(cell.value) if cell.type == "d" else cell.value
    if fixed:  # no column's format to hold it to: texts, whole numbers, whatever the rules hold
        return replaces_value(code, value)
    return shows_other(code, value, usual)


def _folded(spec: OutputSheet | None, place: Place, grid: Grid) -> frozenset[int]:
    """The rows of 问题清单 that the program folds away itself: hints, and what staff accepted."""
    if spec is None or ACCEPTED not in spec.names:
        return frozenset()
    level, kept = (place.columns[spec.names.index(name)] - 1 for name in (spec.names[0], ACCEPTED))
    rows = enumerate(grid.rows[place.row :], start=place.row + 1)
    return frozenset(row for row, cells in rows if cells[level] == HINT or cells[kept] not in ("", None))


def _hidden(name: str, seen: Seen, usual: Mapping[int, str], folded: frozenset[int]) -> Iterator[_Told]:
    last, width = seen.reach[0], max(usual, default=seen.reach[1])
    yield from (
        _Told(name, "行被隐藏", str(row)) for row in seen.hidden_rows if row <= last and row not in folded
    )
    hidden = (c for c in seen.hidden_columns if c <= width)
    yield from (_Told(name, "列被隐藏", f"{letter(column)}列") for column in hidden)


def _replaced(name: str, seen: Seen, own: Callable[[], Collection[Rule]]) -> Iterator[_Told]:
    """Conditional formats that show something else than the value, but for those that the program ships."""
    odd = [rule for rule in seen.rules if rule.hides_value or rule.look.number_format is not None]
    shipped = own() if odd else ()
    for rule in odd:
        if rule not in shipped:
            yield _Told(name, "条件格式让人看到的不是格子里的", rule.place)


def _covered(
    name: str, seen: Seen, spec: OutputSheet | None, usual: Mapping[int, str], top: int
) -> Iterator[_Told]:
    """Merged cells, conditional formats, comments, drawings, and a table's range that leaves rows out."""
    for rule in seen.rules:
        if (rule.look.ink or rule.look.fill) and (reason := hidden_by(rule.look)):
            yield _Told(name, f"条件格式：{reason}", rule.place)
    for place, text in seen.comments.items():
        yield _Told(name, f"有批注“{text[:30]}”，不是计算写的", place, wrong=False)
    if seen.drawn and name not in _DRAWN_BY_US:
        yield _Told(name, "有图片、图形或图表，看不出盖住了什么", "", wrong=False)
    if spec is None or not usual:
        return
    for first, left, last, right in seen.merged:
        if last >= top and left <= max(usual) and right >= min(usual):
            yield _Told(name, "合并的格子盖住了别的格子", f"{letter(left)}{first}")
    last = max((row for row, column in seen.cells if row > top and column in usual), default=top + 1)
    ref = seen.tables.get(spec.table)
    if ref is not None and _rows_of(ref) != (top, max(last, top + 1)):
        yield _Told(name, f"表格“{spec.table}”的区域不是第{top}至{max(last, top + 1)}行", ref)


def _rows_of(ref: str) -> tuple[int, int]:
    first, _, last = ref.replace("$", "").partition(":")
    return tuple(int(part.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for part in (first, last or first))  # type: ignore[return-value]
