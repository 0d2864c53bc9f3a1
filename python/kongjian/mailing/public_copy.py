"""公示版: the publicity list with everything covered that must not be published, refused while anything is left."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_bytes
from kongjian.base.scratch import scratch
from kongjian.base.text import capped, fold
from kongjian.engine.frame import Frame, texts
from kongjian.forms.job import Document, Job
from kongjian.forms.produce import check_template
from kongjian.forms.template.filled_workbook import Template
from kongjian.forms.template.placeholders import Context, Scalar
from kongjian.mailing import package_texts
from kongjian.mailing.masking import mask
from kongjian.mailing.masking_proof import left_in
from kongjian.mailing.package_proof import package_reasons
from kongjian.mailing.proof import Proof
from kongjian.xlsx.package import Package

_GUID = re.compile(r"\{?[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}\}?")
_CELL = re.compile(r"[A-Z]{1,3}\d+")
_MOST = 5


def public_copy(job: Job, template: Path, target: Path, accounts: Iterable[str] = ()) -> Proof:
    """Writes 公示名单 to `target` with every kind of number, address and account covered that masking knows.

    Raises KongjianError that names part, cell and kind while any of it is left anywhere in the package; then nothing
    is written; so it does for a template of another scheme's form.
    """
    (document,) = job.documents
    known = frozenset(accounts)
    safe = masked(document, known)
    with scratch() as folder:
        fresh = folder / "public.xlsx"
        with Template(template) as opened:
            check_template(opened, job)
            opened.write(fresh, safe.sheets, safe.names)
        if found := secrets(fresh, known):
            raise KongjianError(
                f"公示版没有写：里面还有不能公开的内容（{capped(found, _MOST, '处', '；')}）；请在数据或模板里删去再试"
            )
        with Package(fresh) as package:
            # the forms' own marks say what a file is; nothing of them is secret
            reasons = tuple(r for r in package_reasons(package, formulas=True) if "名称“Kongjian" not in r)
            numbers = sum(t.kind == "number" for t in package_texts.texts(fresh))
        data = fresh.read_bytes()
    replace_bytes(target, data)
    return Proof(reasons, 0, numbers, None)


def masked(document: Document, accounts: frozenset[str]) -> Document:
    """A document in which every text that is filled in is covered where it must be."""
    sheets = [
        replace(s, name=mask(s.name, accounts), context=_masked_context(s.context, accounts))
        for s in document.sheets
    ]
    names = {name: mask(text, accounts) for name, text in document.names.items()}
    return replace(document, sheets=sheets, names=names)


def _masked_context(context: Context, accounts: frozenset[str]) -> dict[str, Scalar | Frame]:
    out: dict[str, Scalar | Frame] = {}
    for name, value in context.items():
        if isinstance(value, Frame):
            out[name] = Frame(
                {
                    c: texts(mask(v, accounts) if isinstance(v, str) else v for v in column)
                    if column.dtype == object
                    else column
                    for c, column in value.items()
                }
            )
        else:
            out[name] = mask(value, accounts) if isinstance(value, str) else value
    return out


def secrets(path: Path, accounts: frozenset[str] = frozenset()) -> list[str]:
    """Everything left in a package that must not be published: sheet or part, places, kind."""
    with Package(path) as package:
        sheets = {part: name for name, part in package.sheets.items()}
    known = frozenset(fold(a) for a in accounts)
    kinds = cache(lambda text: left_in(text, known))
    places: dict[tuple[str, str], dict[str, None]] = {}
    for found in package_texts.texts(path):
        if found.kind == "markup" or (found.kind == "attribute" and _GUID.fullmatch(found.text)):
            continue
        if found.kind == "number" and not found.text.isdigit():
            continue
        for kind in kinds(found.text):
            there = places.setdefault((kind, sheets.get(found.part, found.part)), {})
            if _CELL.fullmatch(found.place):
                there[found.place] = None
    return [_said(kind, where, list(there)) for (kind, where), there in _once(places).items()]


def _once(places: dict[tuple[str, str], dict[str, None]]) -> dict[tuple[str, str], dict[str, None]]:
    """Without the string table's own mention of what cells show."""
    in_cells = {kind for (kind, _), there in places.items() if there}
    return {
        key: there
        for key, there in places.items()
        if there or not (key[1].endswith("sharedStrings.xml") and key[0] in in_cells)
    }


def _said(kind: str, where: str, places: list[str]) -> str:
    return " ".join(filter(None, (where, "、".join(places[:3]), f"（{kind}）")))
