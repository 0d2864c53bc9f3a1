"""Writes forms: one file for each unit, one workbook with a sheet for each, or one PDF."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from kongjian.base import disk, places
from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_file
from kongjian.base.scratch import scratch
from kongjian.forms.file_names import LONGEST_FILE, LONGEST_SHEET, distinct, file_name
from kongjian.forms.job import Document, Job
from kongjian.forms.template.filled_workbook import Note, Template, untouched
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules

FILES, WORKBOOK, PDF = SHAPES = ("文件", "工作簿", "PDF")
OWN_TEMPLATES = "模板"
"""The folder beside the user's workbook whose templates win over those of the scheme."""
SCHEME_TEMPLATES = "templates"
"""The folder of a scheme that holds its templates; those of the default one stand beside `rules`."""

ToPdf = Callable[[Path, Path], None]
"""Turns a workbook file into a PDF file."""


@dataclass
class Made:
    """What was written, what stood there already unchanged or filled in, and what the user should look at."""

    written: list[Path] = field(default_factory=list)
    unchanged: list[Path] = field(default_factory=list)
    kept: list[Path] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def message(self) -> str:
        """The outcome in one sentence."""
        parts = [f"写了{len(self.written)}个文件"]
        if self.unchanged:
            parts.append(f"{len(self.unchanged)}个没有变化，不用重写")
        if self.kept:
            names = "、".join(p.name for p in self.kept[:3])
            parts.append(f"{len(self.kept)}个有人填写过，没有覆盖（{names}）；要重新生成请先移走")
        if self.failed:
            parts.append(f"{len(self.failed)}个没有写成：{'；'.join(self.failed[:3])}")
        if self.notes:
            parts.append(f"{len(self.notes)}处要看一看：{'；'.join(self.notes[:3])}")
        return "；".join(parts)


def template_path(name: str, book: Path | None, rules: Rules, folder: Path | None = None) -> Path:
    """The template of this name: in the folder given, in 模板 beside the workbook, or the scheme's own."""
    own = [book.resolve().parent / OWN_TEMPLATES] if book else []
    usual = (
        places.templates() if rules.scheme.id == places.default_scheme() else rules.folder / SCHEME_TEMPLATES
    )
    for place in [folder] if folder else [*own, usual]:
        if (place / name).is_file():
            return place / name
    made = "" if folder else f"，或运行 kongjian build --templates {usual} --scheme {rules.scheme.id}"
    raise KongjianError(f"找不到模板“{name}”；请把它放进 {folder or usual}{made}")


def produce(
    jobs: Sequence[Job],
    out: Path,
    template_of: Callable[[str], Path],
    shape: str = FILES,
    to_pdf: ToPdf | None = None,
    progress: Progress = lambda _: None,
) -> Made:
    """Writes the jobs' documents below `out`. Files that are there are kept as .bak, unchanged ones left alone,

    and so are those that somebody filled in.

    A file that cannot be written (open in Excel, say) is named in `failed`; the others are written.
    Raises KongjianError for a template that is missing, has unknown placeholders or is of another form, before anything
    is written.
    """
    for job in jobs:  # a faulty template is told before the first file
        with Template(template_of(job.template)) as template:
            check_template(template, job)
    made, steps, k = Made(), count(jobs, shape), 0
    with scratch() as folder:
        for job in jobs:
            if job.documents:
                documents, suffix = _in_shape(job, shape)
                with Template(template_of(job.template)) as template:
                    for document in documents:
                        k += 1
                        stem = document.stem if job.label in document.stem else f"{job.label} {document.stem}"
                        progress(f"正在生成{stem}（{k}/{steps}）…")
                        _write(template, document, suffix, folder, out, to_pdf, made)
    return made


def check_template(template: Template, job: Job) -> None:
    """Raises KongjianError for one that has unknown placeholders or is of another form."""
    for sheet in job.documents[0].sheets if job.documents else ():
        template.check(sheet.template, sheet.context, job.title)


def count(jobs: Sequence[Job], shape: str) -> int:
    """How many files `produce` would write."""
    return sum(len(_in_shape(job, shape)[0]) for job in jobs if job.documents)


def _in_shape(job: Job, shape: str) -> tuple[list[Document], str]:
    """The documents as they are to be written, names safe and distinct, and their extension."""
    if shape == FILES or not job.together:
        safe = [
            replace(
                d, folder="/".join(file_name(f) for f in d.folder.split("/") if f), stem=file_name(d.stem)
            )
            for d in job.documents
        ]
        stems = distinct((f"{d.folder}/{d.stem}" for d in safe), LONGEST_FILE * 4)
        return [replace(d, stem=s.rpartition("/")[2]) for d, s in zip(safe, stems, strict=True)], ".xlsx"
    sheets = [s for d in job.documents for s in d.sheets]
    names = distinct((s.name for s in sheets), LONGEST_SHEET)
    together = [replace(s, name=n) for s, n in zip(sheets, names, strict=True)]
    return [Document("", file_name(job.together), together)], ".pdf" if shape == PDF else ".xlsx"


def _write(
    template: Template,
    document: Document,
    suffix: str,
    folder: Path,
    out: Path,
    to_pdf: ToPdf | None,
    made: Made,
) -> None:
    target = out / document.folder / f"{document.stem}{suffix}"
    if document.names and target.is_file() and not untouched(target):
        made.kept.append(target)
        return
    fresh = folder / "form.xlsx"
    fresh.unlink(missing_ok=True)
    notes = template.write(fresh, document.sheets, document.names)
    made.notes += [_said(target, n) for n in notes]
    if suffix == ".pdf":
        assert to_pdf is not None
        to_pdf(fresh, folder / "form.pdf")
        fresh = folder / "form.pdf"
    try:
        place(fresh, target, made)
    except KongjianError as error:
        made.failed.append(str(error))


def _said(target: Path, note: Note) -> str:
    return f"{target.name} {note.sheet}!{note.cell} {note.text}"


def place(fresh: Path, target: Path, made: Made) -> None:
    """Puts a finished file in its place; no earlier file is lost, not even an earlier backup."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.read_bytes() == fresh.read_bytes():
            made.unchanged.append(target)
            return
        backup = target.with_name(f"{target.name}.bak")
        if target.is_file() and backup.is_file() and backup.read_bytes() != target.read_bytes():
            number = 1
            while (kept := target.with_name(f"{target.name}.{number}.bak")).exists():
                number += 1
            backup.rename(kept)
    except OSError as error:
        raise KongjianError(f"写不了 {target.name}：{disk.said(error)}") from None
    replace_file(target, lambda temporary: _copied(fresh, temporary))
    made.written.append(target)


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
