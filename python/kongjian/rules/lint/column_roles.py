"""Checks of the roles that tables.yaml gives to columns, and of what the other files do that needs one."""

from __future__ import annotations

from collections.abc import Iterator

from kongjian.rules import model_tables
from kongjian.rules.lint.common import Files, twice
from kongjian.rules.roles import ROLE_COLUMNS, Role


def column_roles(files: Files) -> Iterator[str]:
    for table in files.tables.tables:
        where = f"tables.yaml “{table.sheet}”"
        yield from twice(f"{where} role", (c.role for c in table.columns if c.role))
        for column in table.columns:
            yield from _misplaced(where, table.id, column)
        for role, wanted in ROLE_COLUMNS.items():
            if table.id in wanted.required:
                yield from _lacking("tables.yaml", table.id, role, files)
    for file, scheme in files.objects:
        for indicator in scheme.indicators:
            if indicator.homeroom_only:
                where = f"{file} “{indicator.name}” homeroom_only"
                yield from _lacking(where, f"{scheme.object}s", Role.HOMEROOM, files)
    for mean in files.measures.teacher_means:
        if mean.counted:
            yield from _lacking(f"measures.yaml “{mean.measure}” over", "teachers", mean.counted, files)
    for rate in files.measures.class_rates:
        yield from _lacking(f"measures.yaml “{rate.measure}”", "classes", Role.STUDENTS, files)
    for award in files.awards.awards:
        if award.to_person:
            where = f"awards.yaml “{award.name}” recipient"
            yield from _lacking(where, f"{award.object}s", award.named_by, files)


def _misplaced(where: str, table_id: str, column: model_tables.Column) -> Iterator[str]:
    if column.blank and column.role not in (Role.TEACHING, Role.HOMEROOM):
        yield f"{where} “{column.name}” blank：只有 role 是 teaching 或 homeroom 的列可以写"
    if column.role is None:
        return
    wanted = ROLE_COLUMNS[column.role]
    if table_id not in (*wanted.required, *wanted.optional):
        yield f"{where} “{column.name}” role：这张表没有角色 {column.role}"
    elif column.kind != wanted.kind:
        yield f"{where} “{column.name}” role：{column.role} 的 kind 应为 {wanted.kind}，不是 {column.kind}"


def _lacking(where: str, table_id: str, role: Role, files: Files) -> Iterator[str]:
    if role not in {c.role for c in files.columns(table_id).values()}:
        sheet = next((t.sheet for t in files.tables.tables if t.id == table_id), table_id)
        yield f"{where}：“{sheet}”没有 role 是 {role} 的列"
