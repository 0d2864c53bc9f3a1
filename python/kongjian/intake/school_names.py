"""学校更名 on 列名对应: what staff say of schools renamed or merged, and of the school of a teacher who moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from kongjian.base.grid import Grid, is_blank, letter
from kongjian.base.text import clean, fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.matching import rows, school_keys
from kongjian.intake.rule_rows import find_columns
from kongjian.intake.values import show
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import SchoolName
from kongjian.rules.roles import Role

TABLE = "SchoolNames"
COLUMNS = ("原名称", "现名称", "说明")
HINT = (
    "学校更名：学校改名或合并的，写原名称和现名称（学校数据里的写法），以后每次计算都这样读，输入表不改；"
    "教师调动的，原名称写账号，现名称写算在哪所学校"
)


def with_school_names(rules: Rules, grid: Grid | None) -> Rules:
    """The rules with what the table says; `grid` is that of 列名对应."""
    return rules.replace(renamed=tuple(_said(grid))) if grid is not None else rules


def _said(grid: Grid) -> Iterator[SchoolName]:
    """The rows that say both; the table may stand anywhere on the sheet."""
    found = find_columns(grid, COLUMNS[:2])
    if found is None:
        return
    header, at = found
    old, new = (at[fold(name)] for name in COLUMNS[:2])
    for number, cells in enumerate(grid.rows[header:], start=header + 1):
        if not is_blank(cells[old]) and not is_blank(cells[new]):
            first, then = (clean(show(cells[k])) for k in (old, new))
            yield SchoolName(first, then, f"{letter(old + 1)}{number}")


def renamed(frames: Mapping[str, Frame], rules: Rules, findings: Findings) -> dict[str, Frame]:
    """The frames of the input tables with each school by the name that it has in 学校数据; told once for each name."""
    out = dict(frames)
    names = dict(_usable(out, rules, findings))
    for table in rules.tables if names else ():
        column = table.by_role(Role.SCHOOL)
        frame = out.get(table.id)
        if table.id == "schools" or column is None or frame is None or column.name not in frame:
            continue
        found = frame[column.name]
        keys = np.array(school_keys(found), dtype=object)
        for old, one in names.items():
            mine = np.flatnonzero(keys == old)
            if len(mine):
                found = found.copy()
                found[mine] = one.new
                row, count = rows(frame)[mine[0]], len(mine)
                findings.add(
                    "school_renamed", table.id, row, column.name, found=one.old, name=one.new, count=count
                )
        out[table.id] = frame.having(**{column.name: found})
    return out


def _usable(
    frames: Mapping[str, Frame], rules: Rules, findings: Findings
) -> Iterator[tuple[str, SchoolName]]:
    """Each name to be read as another one, folded; who is named twice or as nothing known is told."""
    schools = frames.get("schools", Frame())
    known = school_keys(schools.get(rules.table("schools").name_of(Role.SCHOOL), texts([])))
    listed: dict[str, str] = {}
    for one in rules.renamed:
        old, new = fold(one.old), fold(one.new)
        if known and new not in known:
            findings.add("rename_unknown", "schools", cell=one.cell, found=one.new)
        elif listed.setdefault(old, new) != new:
            findings.add("rename_twice", "schools", cell=one.cell, found=one.old)
        elif old != new:
            yield old, one


def own_school(rules: Rules) -> dict[str, str]:
    """The accounts whose school the table names → its name, folded: of a teacher who moved. Names of schools are none."""
    return {fold(one.old): fold(one.new) for one in rules.renamed}
