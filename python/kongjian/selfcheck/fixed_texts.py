"""文字没有人工改动: what 首页, 规则 and 帮助 say is what this installation writes there; where the names of 首页 point."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from kongjian.base.grid import Area, Cell, Grid, letter
from kongjian.intake.rule_rows import find_columns
from kongjian.intake.sheets import Sheets
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line, first_few, said
from kongjian.selfcheck.empty_book import EmptyBook
from kongjian.selfcheck.home_numbers import areas
from kongjian.workbook.layout import (
    HELP,
    HOME,
    INDICATORS_COLUMNS,
    READINGS_COLUMNS,
    RULES,
    TEXTS,
)

TITLE = "文字没有人工改动"
_MOST = 10
_CHANGEABLE = frozenset({"取值", "分值", "目标", "每少扣分", "分档"})
"""The columns of 规则 that are for staff to change; what they say there counts, and 运行记录 tells it."""
_TABLES = ((READINGS_COLUMNS, ("口径",)), (INDICATORS_COLUMNS, ("对象", "指标")))
"""The columns of each table of 规则, and those that name its rows."""
Names = Mapping[str, str]


def fixed_texts(book: Sheets, names: Names, shipped: EmptyBook) -> Line:
    """Compares with the empty workbook that this installation ships."""
    missing = [sheet for sheet in (HOME, RULES, HELP, TEXTS) if book.grid(sheet) is None]
    shift, moved = _shift(areas(names), areas(shipped.names))
    found = [
        *(moved if book.grid(HOME) else ()),
        *_same_cells(book, shipped, HOME, shift, areas(shipped.names).values()),
    ]
    found += [*_rule_texts(book, shipped)]
    found += [told for sheet in (HELP, TEXTS) for told in _same_cells(book, shipped, sheet)]
    unchecked = [f"没有工作表“{sheet}”，没有核对它的文字" for sheet in missing]
    if found:
        text = f"有{len(found)}处和本版本的不同：{first_few([*found, *unchecked], _MOST)}"
        return Line(BAD, TITLE, text, "改回原样，或把数据导入本版本的空白工作簿；也可能是别的版本的工作簿")
    if unchecked:
        return Line(MIND, TITLE, "；".join(unchecked), "用本版本的空白工作簿可以核对它们")
    return Line(GOOD, TITLE, f"{HOME}、{RULES}（条款原文、出处、说明等）和{HELP}与本版本逐格相同")


def _shift(now: Mapping[str, Area], own: Mapping[str, Area]) -> tuple[tuple[int, int], list[str]]:
    """How far rows and columns put in above and beside have moved all that 首页 shows, and the names that moved alone."""
    moves = {n: (now[n][0] - own[n][0], now[n][1] - own[n][1]) for n in own if n in now}
    usual = max(set(moves.values()), key=list(moves.values()).count, default=(0, 0))
    alone = [
        f"名称“{n}”指着{HOME}!{letter(now[n][1])}{now[n][0]}，不是它原来的格子"
        for n, move in moves.items()
        if move != usual
    ]
    return usual, [*alone, *(f"名称“{n}”没有了，或不指着{HOME}" for n in own if n not in now)]


def _same_cells(
    book: Sheets,
    shipped: EmptyBook,
    sheet: str,
    shift: tuple[int, int] = (0, 0),
    skipped: Collection[Area] = (),
) -> Iterator[str]:
    """Every text of a shipped sheet that is not where it should be; `skipped` areas hold results."""
    grid, own = book.grid(sheet), shipped.grid(sheet)
    if grid is None or own is None:
        return
    for row, cells in enumerate(own.rows, start=1):
        for column, right in enumerate(cells, start=1):
            if right in ("", None) or any(_within(row, column, area) for area in skipped):
                continue
            at = row + shift[0], column + shift[1]
            if not _equal(now := grid.cell(*at), right):
                yield f"{sheet}!{letter(at[1])}{at[0]}是{said(now)}，应为{said(right)}"


def _rule_texts(book: Sheets, shipped: EmptyBook) -> Iterator[str]:
    """The two tables of 规则 row by row, whatever their order, but for the cells that staff may change."""
    grid, own = book.grid(RULES), shipped.grid(RULES)
    if grid is None or own is None:
        return
    for row in (1, 2):
        if not _equal(now := grid.cell(row, 1), right := own.cell(row, 1)):
            yield f"{RULES}!A{row}是{said(now)}，应为{said(right)}"
    for columns, keys in _TABLES:
        now_rows, own_rows = _table(grid, columns, keys), _table(own, columns, keys)
        for key, (_, right_cells) in own_rows.items():
            if key not in now_rows:
                yield f"{RULES}没有“{'·'.join(key)}”这一行"
                continue
            places, now_cells = now_rows[key]
            for column in columns:
                if column not in _CHANGEABLE and not _equal(now_cells[column], right_cells[column]):
                    now, right = said(now_cells[column]), said(right_cells[column])
                    yield f"{RULES}!{places[column]}（{'·'.join(key)}的{column}）是{now}，应为{right}"
        for key, (places, _) in now_rows.items():
            if key not in own_rows:
                yield f"{RULES}!{places[keys[0]]}多出一行“{'·'.join(key)}”"


def _table(
    grid: Grid, columns: tuple[str, ...], keys: tuple[str, ...]
) -> dict[tuple[str, ...], tuple[dict[str, str], dict[str, Cell]]]:
    """The rows of a table of 规则 by what names them: the cells' places and values by column."""
    found = find_columns(grid, columns)
    out: dict[tuple[str, ...], tuple[dict[str, str], dict[str, Cell]]] = {}
    if found is None:
        return out
    header, at = found
    for row, cells in enumerate(grid.rows[header:], start=header + 1):
        key = tuple(str(cells[at[k]]).strip() for k in keys)
        if not key[0]:
            break
        places = {c: f"{letter(at[c] + 1)}{row}" for c in columns}
        out[key] = places, {c: cells[at[c]] for c in columns}
    return out


def _within(row: int, column: int, area: Area) -> bool:
    return area[0] <= row <= area[2] and area[1] <= column <= area[3]


def _equal(now: Cell, right: Cell) -> bool:
    if isinstance(now, str) and isinstance(right, str):
        return now.replace("\r\n", "\n") == right.replace("\r\n", "\n")
    return now == right or (now in ("", None) and right in ("", None))
