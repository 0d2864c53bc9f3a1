"""分校版: one file for each school with only its own rows, where it stands and its explanation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from kongjian.base.libreoffice import find_office
from kongjian.base.scratch import scratch
from kongjian.engine.matching import school_keys
from kongjian.forms.file_names import LONGEST_FILE, distinct, file_name
from kongjian.forms.template.filled_workbook import MADE_NAME
from kongjian.intake.sheets import Progress
from kongjian.mailing.corrections import COPY_NAME
from kongjian.mailing.live_copy import Contents, contents, finished
from kongjian.mailing.lookup_copy import CopiedLookup
from kongjian.mailing.position_sheet import EXPLAINED, POSITION, own_sheets
from kongjian.mailing.proof import Proof, prove
from kongjian.mailing.school_formulas import Signature, proven_together, signature
from kongjian.mailing.sent_values import kept
from kongjian.mailing.strangers import Census, found_in
from kongjian.workbook.run import Run
from kongjian.xlsx.defined_names import read_names, text_name, with_names
from kongjian.xlsx.finished_parts import write_parts

_WORKBOOK = "xl/workbook.xml"
_FILTER = "_xlnm._FilterDatabase"
Names = tuple[Mapping[str, str], Mapping[str, str]]
"""Defined names, shown and hidden, with the text that each carries."""
Formulas = tuple[Signature | None, CopiedLookup | None]
"""What of a copy's formulas is shared with those of other schools, and its look-up."""


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
    out: list[SchoolCopy] = []
    held: list[Formulas] = []
    for k, (school, file) in enumerate(zip(names, files, strict=True), start=1):
        progress(f"正在生成、核对分校版 {school}（{k}/{len(names)}）…")
        target = folder / f"{file}.xlsx"
        proof, own = _make(run, school, target, moment, census)
        out.append(SchoolCopy(school, target, replace(proof, checked=checked)))
        held.append(own)
    if recalculate and find_office():
        progress("正在用 LibreOffice 重算分校版的公式…")
        out = list(_recalculated(run, out, held))
    return out


def _make(run: Run, school: str, target: Path, moment: dt.datetime, census: Census) -> tuple[Proof, Formulas]:
    """The copy, written and proven but for LibreOffice, and its formulas."""
    found = contents(run, only_school=school, moment=moment)
    second, last = own_sheets(run, school)
    shown, hidden = names = _names(run, school)
    parts = finished(found, second, last)
    parts[_WORKBOOK] = _named(parts[_WORKBOOK], shown, hidden)
    write_parts(parts, target)
    proof = _proved(run, school, target, found, names, recalculate=False)
    seen = found_in(target, census.strangers(school))
    reasons = (*proof.reasons, *(s.text for s in seen if s.certain))
    doubts = tuple(s.text for s in seen if not s.certain)
    return replace(proof, reasons=tuple(dict.fromkeys(reasons)), doubts=doubts), (
        signature(found),
        found.lookup,
    )


def _names(run: Run, school: str) -> Names:
    """The defined names of a school's copy, shown and hidden, with the text that each carries."""
    mark = f"{school_keys([school])[0]}|{run.results.fingerprint}"
    return {COPY_NAME: mark, MADE_NAME: "copy"}, kept(run, school, mark)


def _proved(run: Run, school: str, path: Path, found: Contents, names: Names, recalculate: bool) -> Proof:
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


def _recalculated(run: Run, copies: Sequence[SchoolCopy], held: Sequence[Formulas]) -> Iterator[SchoolCopy]:
    """The copies with what LibreOffice says of their formulas: together where it can, by itself where that is refused."""
    together: dict[Signature, bool] = {}
    with scratch() as folder:
        for kind in {k for k, _ in held if k is not None}:
            mine = {
                c.school: looked
                for c, (own, looked) in zip(copies, held, strict=True)
                if own == kind and looked
            }
            proof = proven_together(run, mine, kind, folder)
            together[kind] = proof is not None and not proof.reasons and proof.recalculated is not None
    for copy, (own, _) in zip(copies, held, strict=True):
        yield replace(copy, proof=_with_office(run, copy, own is not None and together[own]))


def _with_office(run: Run, copy: SchoolCopy, together: bool) -> Proof:
    if copy.proof.reasons or not copy.proof.formulas:
        return copy.proof
    if together:
        return replace(copy.proof, recalculated=copy.proof.formulas)
    found = contents(run, only_school=copy.school)
    alone = _proved(run, copy.school, copy.path, found, _names(run, copy.school), recalculate=True)
    return replace(copy.proof, reasons=alone.reasons, recalculated=alone.recalculated)
