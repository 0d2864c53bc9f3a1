"""Accounts that Excel has damaged: it keeps fifteen digits of a number, so an 18-digit id loses its last three."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kongjian.base.errors import KongjianError
from kongjian.base.grid import letter
from kongjian.intake.importing.convert import DAMAGED, SUSPECT, Converted, ReadCell
from kongjian.intake.importing.recognise import Recognised
from kongjian.intake.values import show
from kongjian.rules.model_importing import ImportingFile

_SHOWN = 3
_DIGITS = 18


def refuse_damaged(parts: Iterable[tuple[str, Recognised, Converted]], rule: ImportingFile) -> None:
    """Raises KongjianError that lists damaged accounts, (file, what it is, its rows) by file: nothing is imported."""
    faults = []
    for name, found, rows in parts:
        for column in (c.name for c in found.table.columns if c.kind == "account" and c.name in rows.columns):
            assert found.header is not None
            cells = _damaged(rows.columns[column], rule)
            place = letter(found.header.columns[column])
            shown = "、".join(
                f"{place}{rows.rows[k]}（{show(rows.columns[column][k].found)}）" for k in cells[:_SHOWN]
            )
            if cells:
                faults.append(
                    f"{name}有{len(cells)}个账号末尾几位已被Excel改掉：{shown}{'等' if len(cells) > _SHOWN else ''}"
                )
    if faults:
        raise KongjianError(
            f"{'；'.join(faults)}。所有文件都没有导入；请从平台重新导出，直接导入，不要先用Excel打开再保存"
        )


def _damaged(readings: Sequence[ReadCell], rule: ImportingFile) -> list[int]:
    """Positions of the damaged ones: by their form, or because far too many long ids end in 000."""
    certain = [k for k, r in enumerate(readings) if r.has(DAMAGED)]
    suspect = [k for k, r in enumerate(readings) if r.has(SUSPECT)]
    distinct = {str(readings[k].value) for k in suspect}
    long = {v for r in readings if isinstance(v := r.value, str) and len(v) == _DIGITS and v.isdigit()}
    many = len(distinct) >= rule.damaged_from and len(distinct) >= rule.damaged_share * len(long)
    return sorted(certain + suspect) if many else certain
