"""The scheme with numbers of the tests' own: what was worked out by hand stays right whatever the scheme's files say."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from kongjian.base import places
from kongjian.rules import Rules, load_rules
from kongjian.rules.catalog import BESIDE

POINTS: dict[str, dict[str, float]] = {
    "school": {
        "组织机构": 5, "应用考核": 5, "应用推进": 5, "学籍管理": 2, "部门管理": 2, "家长管理": 2,
        "教职工管理": 2, "教师管理": 2, "教材管理": 2, "课程管理": 3, "制作课件": 4, "在线撰写教案": 10,
        "在线授课": 10, "网络教研": 4, "作业管理": 5, "成绩管理": 2, "学生评价": 2, "通知公告": 1,
        "活动发布": 1, "参与活动": 1, "课程学习": 10, "完成作业": 20,
    },
    "teacher": {
        "制作课件": 10, "在线撰写教案": 20, "在线授课": 20, "网络教研": 8, "作业管理": 15, "成绩管理": 4,
        "学生评价": 15, "通知公告": 2, "活动发布": 3, "参与活动": 3,
    },
}  # fmt: skip
"""The indicators that these tests know, others are left out; those in steps give shares of theirs."""
LINES = {"rate": 0.9, "monthly_average": 80, "every_month": 80}
"""What qualifies, by the kind of the condition."""
FIRST = {
    "homework": "literal", "shortfall": "exact", "opening_rate": "each", "monthly_rule": "mean",
    "rank_among": "eligible", "rank_by": "total", "authority": "platform_if_present", "log_coverage": "complete",
    "blank_count": "missing", "student_effective": "tallied", "missing_months": "given", "log_months": "none",
    "pass_mark": "rounded", "class_weight": "students", "non_homeroom": "zero", "rank_method": "competition",
    "ties": "include",
}  # fmt: skip
"""The values that hold where nobody chose."""


@functools.cache
def pinned_rules() -> Rules:
    """The scheme that came with the program, with these numbers."""
    kept = Path(tempfile.mkdtemp(prefix="kongjian-pinned-"))
    atexit.register(shutil.rmtree, kept, ignore_errors=True)
    shutil.copy(places.schemes() / "default.txt", kept)
    folder = Path(shutil.copytree(places.rules(), kept / places.default_scheme()))
    known, new = {name for points in POINTS.values() for name in points}, set[str]()
    for kind, points in POINTS.items():
        scheme = _read(folder / f"{kind}.yaml")
        more = (i for i in scheme["indicators"] if i["name"] not in known)
        new |= {name for i in more for name in (i["name"], i.get("column", i["name"]))}
        scheme["indicators"] = [i for i in scheme["indicators"] if i["name"] in points]
        for indicator in scheme["indicators"]:
            given = points[indicator["name"]]
            for band in indicator.get("bands", ()):
                band["points"] = band["points"] * given / indicator["points"]
            indicator["points"] = given
        _write(folder / f"{kind}.yaml", scheme)
    _leave_out(new, folder)
    eligibility = _read(folder / "eligibility.yaml")
    for condition in eligibility["conditions"]:
        if condition["kind"] in LINES:
            condition["at_least"] = LINES[condition["kind"]]
    _write(folder / "eligibility.yaml", eligibility)
    readings = _read(folder / "readings.yaml")
    for reading in readings["readings"]:
        first = FIRST.get(reading["id"])
        reading["values"].sort(key=lambda value, first=first: value["id"] != first)
    _write(folder / "readings.yaml", readings)
    return load_rules(folder)


@contextmanager
def pinned_default() -> Iterator[None]:
    """Meanwhile these are the rules that came with the program: for tests of what takes no rules."""
    rules = pinned_rules()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "schemes", lambda: rules.folder.parent)
        yield


def pinned_beside(book: Path) -> Path:
    """The workbook's path; the folder that it stands in gets these rules, which it then goes by."""
    rules = pinned_rules()
    shutil.copytree(rules.folder, book.parent / BESIDE / rules.scheme.id)
    return book


def _leave_out(new: set[str], folder: Path) -> None:
    """Columns, behaviours and means of these."""
    tables, effective, measures = (_read(folder / f"{f}.yaml") for f in ("tables", "effective", "measures"))
    for table in tables["tables"]:
        table["columns"] = [c for c in table["columns"] if c["name"] not in new]
    for role in effective["roles"]:
        role["behaviours"] = [b for b in role["behaviours"] if b not in new]
    for name in new:
        effective["behaviour_aliases"].pop(name, None)
    measures["teacher_means"] = [m for m in measures["teacher_means"] if m["measure"] not in new]
    for file, content in (("tables", tables), ("effective", effective), ("measures", measures)):
        _write(folder / f"{file}.yaml", content)


def _read(file: Path) -> Any:
    return yaml.safe_load(file.read_text(encoding="utf-8"))


def _write(file: Path, scheme: Any) -> None:
    file.write_text(json.dumps(scheme, ensure_ascii=False), encoding="utf-8")
