"""The scheme's rules under other column names, and without some roles: what other cities' schemes are like."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from kongjian.base import places
from kongjian.rules import Rules, load_rules
from kongjian.rules.lint.whole import lint
from kongjian.rules.loader import check_rules

Files = dict[str, Any]
OTHER = {"任课": "授课岗", "班主任": "导师", "平台得分": "系统得分", "学校名称": "办学点", "账号": "工号"}


def other_name(column: str) -> str:
    """What the other scheme calls a column."""
    return OTHER.get(column, f"本地{column}")


def renamed(folder: Path) -> Rules:
    """The same rules with every column of every input table renamed; indicators keep their names."""
    return _written(folder, _rename)


def without_roles(folder: Path) -> Rules:
    """The same rules without 班主任, 任课, 平台得分, 管理员姓名 and whatever else no one must have."""
    return _written(folder, _drop)


def _written(folder: Path, change: Callable[[Files], None]) -> Rules:
    shutil.copytree(places.rules(), folder)
    names = ("tables", "school", "teacher", "measures", "eligibility", "importing", "awards")
    files = {name: yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in names}
    change(files)
    for name, value in files.items():
        (folder / f"{name}.yaml").write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
    assert lint(folder) == []
    return check_rules(folder)


def _rename(files: Files) -> None:
    for table in files["tables"]["tables"]:
        table["subject"] = [other_name(n) for n in table["subject"]]
        for column in table["columns"]:
            column["name"] = other_name(column["name"])
    for object_ in ("school", "teacher"):
        for indicator in files[object_]["indicators"]:
            indicator["measure"] = other_name(indicator.get("measure", indicator["name"]))
    for derived in (*files["measures"]["teacher_means"], *files["measures"]["class_rates"]):
        derived.update({key: other_name(derived[key]) for key in ("measure", "count") if key in derived})
    for condition in files["eligibility"]["conditions"]:
        for key in ("columns", "opened", "total"):
            if key in condition:
                condition[key] = [other_name(n) for n in condition[key]]
    keys = files["importing"]["keys"]
    files["importing"]["keys"] = {
        t: [[other_name(n) for n in key] for key in some] for t, some in keys.items()
    }


def _drop(files: Files) -> None:
    asked = {
        n
        for c in files["eligibility"]["conditions"]
        for k in ("columns", "opened", "total")
        for n in c.get(k, ())
    }
    scored = {i.get("measure", i["name"]) for o in ("school", "teacher") for i in files[o]["indicators"]}
    rules = load_rules()
    kept = {
        "schools": {"school"},
        "teachers": {"school", "person", "account"},
        "classes": {"school", "students"},
        "monthly": {c.role for c in rules.table("monthly").columns},
        "events": {c.role for c in rules.table("events").columns},
    }
    for table in files["tables"]["tables"]:
        own = kept[table["id"]]
        table["columns"] = [
            c for c in table["columns"] if "role" not in c or c["role"] in own or c["name"] in asked | scored
        ]
        for column in table["columns"]:
            if column.get("role") not in own:
                column.pop("role", None)
        names = [c["name"] for c in table["columns"]]
        table["subject"] = [n for n in table["subject"] if n in names]
        keys = files["importing"]["keys"]
        keys[table["id"]] = [[n for n in key if n in names] for key in keys[table["id"]]]
    for mean in files["measures"]["teacher_means"]:
        mean["over"] = "everyone"
    for indicator in files["teacher"]["indicators"]:
        indicator.pop("homeroom_only", None)
    files["awards"]["awards"] = [a for a in files["awards"]["awards"] if a["recipient"] == "unit"]
