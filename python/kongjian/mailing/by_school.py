"""分校版: one file for each school with only its own rows, where it stands and its explanation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path

from kongjian.base.libreoffice import find_office
from kongjian.engine.matching import school_keys
from kongjian.forms.file_names import LONGEST_FILE, distinct, file_name
from kongjian.forms.template.filled_workbook import MADE_NAME
from kongjian.intake.sheets import Progress
from kongjian.mailing.corrections import COPY_NAME
from kongjian.mailing.live_copy import Contents, contents, finished
from kongjian.mailing.position_sheet import EXPLAINED, POSITION, own_sheets
from kongjian.mailing.proof import Proof, prove
from kongjian.mailing.school_formulas import Signature, calculated_together, signature
from kongjian.mailing.sent_values import kept
from kongjian.mailing.strangers import Census, found_in
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import read_names, text_name, with_names
from kongjian.xlsx.finished_parts import write_parts

_WORKBOOK = "xl/workbook.xml"
_FILTER = "_xlnm._FilterDatabase"
DefinedNames = tuple[Mapping[str, str], Mapping[str, str]]
"""Defined names, shown and hidden, with the text that each carries."""


@dataclass(frozen=True)
class SchoolCopy:
    """One school's file and what its check found."""

    school: str
    path: Path
    proof: Proof


def school_copies(
    run: Run,
    folder: Path,
    moment: dt.datetime | None = None,
    progress: Progress = lambda _: None,
    schools: Sequence[str] | None = None,
    recalculate: bool = True,
    checked: bool = False,
    census: Census | None = None,
) -> list[SchoolCopy]:
    """Writes a file for every school (or those named) into `folder` and proves each.

    A file that a proof refuses is written, too; its proof says why it must not be sent. `checked` says that somebody
    has looked at what the proofs have doubts about.
    """
    moment = (moment or dt.datetime.now()).replace(microsecond=0)
    names = [str(n) for n in run.results.school.names["学校名称"]] if schools is None else list(schools)
    files = distinct((file_name(n) for n in names), LONGEST_FILE)
    census = census or Census(run)
    found = {school: contents(run, only_school=school, moment=moment) for school in names}
    office = find_office() if recalculate else None
    if office:
        progress("正在把各校的公式交给 LibreOffice 重算…")
    out: list[SchoolCopy] = []
    with calculated_together(run, found, office) if office else nullcontext() as agreed:
        for k, (school, file) in enumerate(zip(names, files, strict=True), start=1):
            progress(f"正在生成、核对分校版 {school}（{k}/{len(names)}）…")
            target = folder / f"{file}.xlsx"
            proof = _make(run, school, target, found[school], census)
            out.append(SchoolCopy(school, target, replace(proof, checked=checked)))
        if agreed:
            good = agreed()
            out = [replace(c, proof=_with_office(run, c, found[c.school], good)) for c in out]
    return out


def _make(run: Run, school: str, target: Path, found: Contents, census: Census) -> Proof:
    """The copy, written and proven but for LibreOffice."""
    second, last = own_sheets(run, school)
    shown, hidden = names = _names(run, school)
    parts = finished(found, second, last)
    parts[_WORKBOOK] = _named(parts[_WORKBOOK], shown, hidden)
    write_parts(parts, target)
    proof = _proved(run, school, target, found, names, recalculate=False)
    seen = found_in(target, census.strangers(school))
    reasons = (*proof.reasons, *(s.text for s in seen if s.certain))
    doubts = tuple(s.text for s in seen if not s.certain)
    return replace(proof, reasons=tuple(dict.fromkeys(reasons)), doubts=doubts)


def _names(run: Run, school: str) -> DefinedNames:
    """The defined names of a school's copy, shown and hidden, with the text that each carries."""
    mark = f"{school_keys([school])[0]}|{run.results.fingerprint}"
    return {COPY_NAME: mark, MADE_NAME: "copy"}, kept(run, school, mark)


def _proved(
    run: Run, school: str, path: Path, found: Contents, names: DefinedNames, recalculate: bool
) -> Proof:
    shown, hidden = names
    return prove(
        path,
        run,
        only_school=school,
        recalculate=recalculate,
        expected=found,
        further=(POSITION, EXPLAINED),
        own_names=(*shown, *hidden, _FILTER),
    )


def _named(workbook: bytes, shown: Mapping[str, str], hidden: Mapping[str, str]) -> bytes:
    """The workbook's part with more names that carry texts."""
    names = [text_name(name, text) for name, text in shown.items()]
    names += [text_name(name, text, hidden="1") for name, text in hidden.items()]
    return with_names(workbook.decode(), [*read_names(workbook), *names]).encode()


def _with_office(run: Run, copy: SchoolCopy, found: Contents, good: Collection[Signature]) -> Proof:
    """The copy's proof with what LibreOffice says of its formulas: by itself where that was refused together."""
    if copy.proof.reasons or not copy.proof.formulas:
        return copy.proof
    if signature(found) in good:
        return replace(copy.proof, recalculated=copy.proof.formulas)
    alone = _proved(run, copy.school, copy.path, found, _names(run, copy.school), recalculate=True)
    return replace(copy.proof, reasons=alone.reasons, recalculated=alone.recalculated)
