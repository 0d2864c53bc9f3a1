"""A workbook's sheets as grids, whoever holds it; rows of a table found by its headers; moments as cells hold them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, is_blank
from kongjian.engine.frame import Frame
from kongjian.intake.headers import SEARCHED_ROWS
from kongjian.xlsx.table_parts import OutColumn, OutputSheet

Progress = Callable[[str], None]
WIDTHS: dict[str, float] = {"学校名称": 27, "教师姓名": 11, "姓名": 11, "账号": 20, "类别": 8}


class Sheets(Protocol):
    """A workbook's sheets by the names that the layout gives them."""

    def name(self, sheet: str) -> str | None:
        """The sheet's name as the workbook spells it, None where there is no such sheet."""

    def grid(self, sheet: str) -> Grid | None:
        """A sheet from A1 to its last cell; None where there is no such sheet."""


def rows_below_header(
    sheets: Sheets, sheet: str, columns: Sequence[str], newer: Sequence[str] = ()
) -> list[list[Cell]]:
    """The named columns of an output sheet's rows; [] where the sheet or a column is missing.

    The columns of `newer` follow; they are blank where an older workbook does not have them.
    """
    grid = sheets.grid(sheet)
    found = header_row(grid, columns) if grid else None
    if grid is None or found is None:
        return []
    top, header = found
    at = [header.get(c) for c in (*columns, *newer)]
    rows = [["" if k is None else row[k] for k in at] for row in grid.rows[top:]]
    return [row for row in rows if not all(is_blank(c) for c in row)]


def line_above(sheets: Sheets, sheet: str, columns: Sequence[str]) -> str:
    """What a table's sheet says in the row above its header; "" where there is no table, or no such row."""
    grid = sheets.grid(sheet)
    found = header_row(grid, columns) if grid else None
    return str(grid.rows[found[0] - 2][0]) if grid and found and found[0] > 1 else ""


def header_row(grid: Grid, columns: Sequence[str]) -> tuple[int, dict[str, int]] | None:
    """The row (1-based) that names all these columns and where it has each name (0-based); None where there is none."""
    for top, cells in enumerate(grid.rows[:SEARCHED_ROWS], start=1):  # staff may have put rows above it
        header = {str(c).strip(): k for k, c in reversed(list(enumerate(cells)))}
        if all(c in header for c in columns):
            return top, header
    return None


def no_sheet(sheet: str) -> KongjianError:
    """What to say of an input sheet that is not there."""
    return KongjianError(f"工作簿里没有工作表“{sheet}”；请用 kongjian.xlsm，或把这张表的名字改回“{sheet}”")


@dataclass(frozen=True)
class Page:
    """One output table as it is to be written. `links` leads from rows (from 0) to a sheet and a cell.

    From the row `folded` (from 0) on the rows are one outline group, collapsed; None for none.
    """

    spec: OutputSheet
    frame: Frame
    subtitle: str
    yes_no: frozenset[str] = frozenset()
    links: tuple[tuple[int, str, str], ...] = ()
    folded: int | None = None


@cache
def out_columns(spec: str) -> tuple[OutColumn, ...]:
    """Columns from "name:kind[:width]" words; the kind's usual width unless given, ~ behind it where texts fold."""
    usual: dict[str, float] = {
        "text": 14, "account": 22, "rank": 8, "count": 10, "average": 10, "score": 11, "rate": 10,
        "seconds": 9, "time": 19, "link": 11, "answer": 14,
    }  # fmt: skip
    out = []
    for word in spec.split():
        name, kind, *given = word.removesuffix("~").split(":")
        width = float(given[0]) if given else WIDTHS.get(name, usual[kind])
        out.append(OutColumn(name, kind, width, word.endswith("~")))  # type: ignore[arg-type]
    return tuple(out)


# What an import leaves. Texts from files stand in columns of texts, so that no cell of them ever becomes a formula.
RECORDS = OutputSheet("导入记录", "Imports", out_columns("时间:time 文件:account:26 工作表:text:12 单元格:text:14 原值:account:20 写入:account:20 说明:text:60"), "evidence", "每次导入改了哪些格")  # fmt: skip
COLUMN_NAMES = OutputSheet("列名对应", "ColumnNames", out_columns("工作表:text:12 文件里的列名:account:28 对应列:text:22 确认:answer 来自文件:account:30"), "evidence", "导出文件里的列名是哪一列", protected=False)  # fmt: skip
# What staff keep by hand: no calculation and no import writes it.
APPEALS = OutputSheet("异议登记", "Appeals", out_columns("收到日期:text:13 提出人:text:11 联系方式:account:18 学校名称:text 教师姓名:text 异议内容:text:44 答复:text:44 是否更改:answer:10 答复日期:text:13 经办人:text:11"), "evidence", "公示期间收到的异议和答复，一行一件；计算不改动", protected=False)  # fmt: skip
