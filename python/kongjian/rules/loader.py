"""Finds, checks and loads the rule files.

The files are checked with pydantic against `model`. Because that costs more than a whole calculation,
the checked result is kept in the user's cache folder under a hash of the files and of this package's
own sources; a changed file is always checked again.
"""

from __future__ import annotations

import hashlib
import pickle
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from kongjian import __version__
from kongjian.base import places
from kongjian.base.errors import KongjianError, RuleFileError
from kongjian.base.files import TEMPORARY, own_place, settle
from kongjian.rules import (
    catalog,
    model,
    model_evidence,
    model_forms,
    model_importing,
    model_measures,
    model_scheme,
    model_tables,
    readings,
)
from kongjian.rules.model import Rules
from kongjian.rules.readings import not_carried_out

FILES: dict[str, type] = {
    "scheme": model_scheme.SchemeFile,
    "school": model.ObjectScheme,
    "teacher": model.ObjectScheme,
    "readings": readings.ReadingsFile,
    "eligibility": model.EligibilityFile,
    "awards": model.AwardsFile,
    "measures": model_measures.MeasuresFile,
    "effective": model_measures.EffectiveFile,
    "tables": model_tables.TablesFile,
    "problems": model_tables.ProblemsFile,
    "forms": model_forms.FormsFile,
    "evidence": model_evidence.EvidenceFile,
    "reconcile": model_evidence.ReconcileFile,
    "importing": model_importing.ImportingFile,
}


_LONG_AGO = 3600
"""Seconds, far longer than rules take to be kept."""
# a misspelt key is also a missing one: the misspelling is what to show
_UNKNOWN_KEY = ("unexpected_keyword_argument", "extra_forbidden")


def load_rules(scheme: str | Path = "", beside: Path | None = None) -> Rules:
    """A scheme's rules with every reading at its default, checked; from the cache when unchanged.

    The scheme is named by its id, looked for `beside` a workbook, too, or by its folder; without, it is the default.
    """
    if isinstance(scheme, Path):
        return _of_folder(scheme)
    folder = catalog.scheme_folder(scheme or places.default_scheme(), beside)
    rules = _of_folder(folder)
    if rules.scheme.id != folder.name:
        raise RuleFileError(f"{folder}：scheme.yaml 的 id 是“{rules.scheme.id}”，文件夹要叫同样的名字")
    return rules


def _of_folder(folder: Path) -> Rules:
    cache = _cache_path(folder)
    try:
        rules = pickle.loads(cache.read_bytes())
        if isinstance(rules, Rules):
            return rules.replace(folder=folder)
    except Exception:  # a missing or foreign cache only means that the files are checked again
        pass
    rules = check_rules(folder)
    _keep(cache, rules)
    return rules


def check_rules(folder: Path) -> Rules:
    """Every rule file read and checked afresh. Raises RuleFileError with file, line, key, allowed keys."""
    from kongjian.rules.choices import resolve

    read = {name: check_file(folder / f"{name}.yaml", kind) for name, kind in FILES.items()}
    rules = Rules(
        scheme=read["scheme"],
        school=read["school"],
        teacher=read["teacher"],
        readings=read["readings"].readings,
        conditions=read["eligibility"].conditions,
        awards=read["awards"].awards,
        measures=read["measures"],
        effective=read["effective"],
        words=read["tables"].words,
        levels=read["tables"].levels,
        tables=tuple(replace(t, forms=read["tables"].header_forms) for t in read["tables"].tables),
        problems=read["problems"].problems,
        forms=read["forms"],
        evidence=read["evidence"],
        reconcile=read["reconcile"],
        importing=read["importing"],
        folder=folder,
    )
    for award in rules.awards:
        if not (award.share or 1 <= award.first <= award.last):
            said = f"名次{award.first}至{award.last}不成区间（first、last，或者 share）"
            raise RuleFileError(f"awards.yaml “{award.name}”：{said}")
    for reading in rules.readings:
        if not reading.values:
            raise RuleFileError(f"readings.yaml：口径“{reading.id}”没有取值")
        for fault in not_carried_out(reading):
            raise RuleFileError(fault)
    try:
        return resolve(rules, {})
    except KongjianError as error:
        raise RuleFileError(str(error)) from None


def check_file(path: Path, kind: type) -> Any:
    """One rule file as an object of `kind`."""
    import json

    import pydantic

    from kongjian.rules import strict_yaml

    value, lines = strict_yaml.read(path)
    try:
        return pydantic.TypeAdapter(kind).validate_json(json.dumps(value, ensure_ascii=False))
    except pydantic.ValidationError as error:
        faults = sorted(error.errors(), key=lambda e: e["type"] not in _UNKNOWN_KEY)
        raise RuleFileError(_say(path.name, faults[0], lines, kind)) from None


_WANTED = {
    "float": "应为数字", "int": "应为整数", "string": "应为文字（请加引号）", "bool": "应为 true 或 false",
    "tuple": "应为列表", "list": "应为列表", "dict": "应为“键: 值”", "dataclass": "应为“键: 值”",
}  # fmt: skip


def _say(name: str, error: Any, lines: dict[tuple[str | int, ...], int], kind: type) -> str:
    loc = tuple(error["loc"])
    known = loc
    while known and known not in lines:
        known = known[:-1]
    where = f"{name} 第{lines.get(known, 1)}行"
    if error["type"] in _UNKNOWN_KEY:
        return f"{where}：不认识的键“{loc[-1]}”；可用的键：{'、'.join(_allowed(kind, loc[:-1]))}"
    if error["type"] in ("missing", "missing_argument"):
        key = ".".join(map(str, loc))
        return f"{where}：缺少“{key}”；可用的键：{'、'.join(_allowed(kind, loc[:-1]))}"
    key = ".".join(map(str, known)) or "文件"
    value = repr(error["input"])
    value = value if len(value) <= 40 else f"{value[:40]}…"
    if error["type"] in ("literal_error", "enum"):
        return (
            f"{where}：“{key}”的值 {value} 不对；可用的值：{error['ctx']['expected'].replace(' or ', ', ')}"
        )
    wanted = _WANTED.get(error["type"].split("_")[0], error["msg"])
    return f"{where}：“{key}”的值 {value} 类型不对，{wanted}"


def _allowed(kind: Any, loc: tuple[Any, ...]) -> list[str]:
    """The keys that may stand at a place, found by walking the dataclasses along the path."""
    import dataclasses
    import typing

    for part in loc:
        if dataclasses.is_dataclass(kind):
            kind = typing.get_type_hints(kind)[str(part)]
        elif typing.get_origin(kind) in (tuple, dict):
            kind = [a for a in typing.get_args(kind) if a is not Ellipsis][-1]
    return [f.name for f in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []


def _cache_path(folder: Path) -> Path:
    digest = hashlib.blake2b(__version__.encode(), digest_size=16)
    for source in (*sorted(Path(__file__).parent.rglob("*.py")), *(folder / f"{n}.yaml" for n in FILES)):
        try:
            digest.update(source.read_bytes())
        except OSError:
            digest.update(b"missing")
        digest.update(b"\0")
    return places.cache_folder() / f"rules-{digest.hexdigest()}.pickle"


def _keep(cache: Path, rules: Rules) -> None:
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with own_place(cache) as own:
            own.write_bytes(pickle.dumps(rules))
            settle(own, cache)
        for left in cache.parent.glob(f"{TEMPORARY}*.tmp"):  # of killed runs that kept other rules
            if time.time() - left.stat().st_mtime > _LONG_AGO:
                left.unlink(missing_ok=True)
        for old in sorted(cache.parent.glob("rules-*.pickle"), key=lambda p: p.stat().st_mtime)[:-8]:
            old.unlink(missing_ok=True)
    except OSError:  # no cache folder: the files are checked at every start
        pass
