"""分校版: one file for each school with only its own rows, where it stands, its explanation and its form."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.libreoffice import find_office, recalculate_all
from kongjian.base.scratch import scratch
from kongjian.engine.matching import school_keys
from kongjian.forms import applications, known
from kongjian.forms.file_names import LONGEST_FILE, distinct, file_name
from kongjian.forms.job import Document
from kongjian.forms.template.filled_workbook import MADE_NAME, Template
from kongjian.intake.sheets import Progress
from kongjian.mailing.corrections import COPY_NAME
from kongjian.mailing.live_copy import live_copy
from kongjian.mailing.note_sheet import NOTE
from kongjian.mailing.package_proof import package_reasons
from kongjian.mailing.position_sheet import POSITION, write_sheets
from kongjian.mailing.proof import Proof, prove
from kongjian.mailing.sent_values import kept
from kongjian.mailing.strangers import Census, found_in
from kongjian.workbook.run import Run
from kongjian.xlsx.graft import graft
from kongjian.xlsx.package import CONTENT_TYPES, Package, relationships_part

_OWN_NAMES = ("Kongjian", "Form", "_xlnm._FilterDatabase")
"""How the defined names begin by which a returned file is read, and the one of a sheet's filter."""

_BATCH = 20
"""Copies in one start of LibreOffice."""
TemplateOf = Callable[[str], Path]


@dataclass(frozen=True)
class SchoolCopy:
    """One school's file and what its check found."""

    school: str
    path: Path
    proof: Proof


def school_copies(
    run: Run,
    folder: Path,
    template_of: TemplateOf,
    moment: dt.datetime | None = None,
    progress: Progress = lambda _: None,
    schools: Sequence[str] | None = None,
    recalculate: bool = True,
    checked: bool = False,
) -> list[SchoolCopy]:
    """Writes a file for every school (or those named) into `folder` and proves each.

    `template_of` finds a form's template by its file name. A file that a proof refuses is written, too; its proof
    says why it must not be sent. `checked` says that somebody has looked at what the proofs have doubts about.
    """
    moment = (moment or dt.datetime.now()).replace(microsecond=0)
    names = [str(n) for n in run.results.school.names["学校名称"]] if schools is None else list(schools)
    files = distinct((file_name(n) for n in names), LONGEST_FILE)
    forms = _forms(run, moment.date())
    census = Census(run, {template_of(name) for _, name in forms.values()})
    out = []
    with scratch() as place:
        makers = [_Maker(run, school, place, k, census) for k, school in enumerate(names)]
        for k, maker in enumerate(makers, start=1):
            progress(f"正在生成分校版 {maker.school}（{k}/{len(makers)}）…")
            live_copy(run, maker.base, only_school=maker.school, moment=moment)
        results = _recalculated(makers, place, progress) if recalculate else {}
        for k, (maker, file) in enumerate(zip(makers, files, strict=True), start=1):
            progress(f"正在核对分校版 {maker.school}（{k}/{len(makers)}）…")
            target = folder / f"{file}.xlsx"
            proof = maker.make(target, forms.get(_key(maker.school)), template_of, results.get(maker.base))
            out.append(SchoolCopy(maker.school, target, replace(proof, checked=checked)))
    return out


def _recalculated(makers: Sequence[_Maker], place: Path, progress: Progress) -> dict[Path, Path]:
    """The bases as LibreOffice calculates them, in batches; those that it fails at are left to their own proof."""
    office = find_office()
    out: dict[Path, Path] = {}
    for first in range(0, len(makers) if office else 0, _BATCH):
        bases = [m.base for m in makers[first : first + _BATCH]]
        progress(f"正在用 LibreOffice 重算分校版（{first + len(bases)}/{len(makers)}）…")
        with suppress(KongjianError):
            out |= dict(zip(bases, recalculate_all(bases, place, str(office)), strict=True))
    return out


def _key(school: str) -> str:
    return school_keys([school])[0]


def _forms(run: Run, today: dt.date) -> dict[str, tuple[Document, str]]:
    """The prefilled form and its template's name of each school that qualifies, by the school's key."""
    job = applications.jobs(run, today)[0]
    return {d.names[known.UNIT_NAME].partition("|")[2]: (d, job.template) for d in job.documents}


class _Maker:
    """Writes one school's file."""

    def __init__(self, run: Run, school: str, scratch: Path, number: int, census: Census) -> None:
        self._run = run
        self._census = census
        self.school = school
        self._scratch = scratch
        self.base = scratch / f"copy{number}.xlsx"

    def make(
        self, target: Path, form: tuple[Document, str] | None, template_of: TemplateOf, result: Path | None
    ) -> Proof:
        """The copy, proven; then the further sheets, which leave every part of it as it is; then the search."""
        extra = self._scratch / "extra.xlsx"
        for path in (extra, *self._scratch.glob("*.bak")):
            path.unlink(missing_ok=True)
        proof = prove(
            self.base, self._run, only_school=self.school, recalculate=result is not None, result=result
        )
        write_sheets(self._run, self.school, extra)
        sources = [extra, *([self._filled(form, template_of)] if form else [])]
        mark = f"{_key(self.school)}|{self._run.results.fingerprint}"
        # the form within brings its own mark of being ours
        names = {COPY_NAME: mark} if form else {COPY_NAME: mark, MADE_NAME: "copy"}
        sent = kept(self._run, self.school, mark)
        graft(self.base, sources, target, names, sent, order=(NOTE, POSITION), into="分校版")
        seen = found_in(target, self._census.strangers(self.school))
        reasons = (*proof.reasons, *_reasons(self.base, target), *(s.text for s in seen if s.certain))
        doubts = tuple(s.text for s in seen if not s.certain)
        return replace(proof, reasons=tuple(dict.fromkeys(reasons)), doubts=doubts)

    def _filled(self, form: tuple[Document, str], template_of: TemplateOf) -> Path:
        document, name = form
        path = self._scratch / "form.xlsx"
        path.unlink(missing_ok=True)
        sheets = [replace(s, name=s.template) for s in document.sheets]
        with Template(template_of(name)) as template:
            template.write(path, sheets, document.names)
        return path


def _reasons(base: Path, target: Path) -> Iterator[str]:
    """What keeps the finished file from being sent: a proven sheet that is no longer the same, or what may not be in it."""
    try:
        with Package(base) as before, Package(target) as after:
            grown = {before.workbook, relationships_part(before.workbook), CONTENT_TYPES}
            grown |= {"docProps/app.xml", "xl/styles.xml", "xl/sharedStrings.xml"}
            for name in before.names:
                if name not in grown and (name not in after.names or before.read(name) != after.read(name)):
                    yield f"放进其他表时改动了已经核对的部分（{name}）"
            for reason in package_reasons(after, formulas=True):
                if not any(f"名称“{own}" in reason for own in _OWN_NAMES):
                    yield reason
    except KongjianError as error:
        yield str(error)
