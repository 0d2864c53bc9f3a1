"""What an import would do, before it does it: which table, the first rows as they would land, each column's fate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kongjian.base.grid import is_blank, letter
from kongjian.base.text import clean
from kongjian.intake.headers import header_name
from kongjian.intake.importing.gather import FileSheet
from kongjian.intake.importing.landing import Block
from kongjian.intake.importing.unused_columns import empty_columns, is_score
from kongjian.intake.problem_list import short
from kongjian.intake.values import show

_ROWS = 3


def preview_lines(parts: Sequence[FileSheet], blocks: Sequence[Block]) -> list[str]:
    """Sheet by sheet where its columns go, then the first new rows of each input sheet."""
    return [
        *(line for part in parts for line in _columns(part)),
        *(line for b in blocks for line in _rows(b)),
    ]


def _columns(part: FileSheet) -> Iterator[str]:
    table, header = part.found.table, part.found.header
    assert header is not None
    yield f"{part.name} 是{table.sheet}，表头在第{header.row}行，{len(part.rows.rows)}行数据"
    used = {place: name for name, place in header.columns.items()}
    for place, cell in enumerate(part.sheet.grid.rows[header.row - 1], start=1):
        if is_blank(cell):
            continue
        text = clean(str(cell))
        if place in used:
            fate = used[place]
        elif header_name(table, cell):
            fate = "与前面的一列相同，没有用到"
        else:
            fate = "平台给的得分，不写入" if is_score(table, text) else "没有用到"
        yield f"  {letter(place)}列“{short(text)}” → {fate}"
    if empty := empty_columns(table, header):
        yield f"  留空的列：{'、'.join(c.name for c in empty)}"


def _rows(block: Block) -> Iterator[str]:
    yield f"{block.sheet}会新增{len(block.rows)}行（第{block.first_row}—{block.last_row}行），前{min(_ROWS, len(block.rows))}行："
    for row in block.rows[:_ROWS]:
        cells = [f"{c.name} {short(show(v))}" for c, v in zip(block.kinds, row, strict=True) if v is not None]
        yield f"  {'，'.join(cells)}"
