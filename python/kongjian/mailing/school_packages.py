"""分校包: all that one school gets, a folder with its copy, its applications and its letter, and a draft that carries them.

A folder and not an archive: staff see what goes out, mail programs take the files as they are, and old Windows spoils
Chinese names within archives. What is in no folder leaves with nobody: every file is searched for other schools.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from kongjian.engine.matching import school_keys
from kongjian.forms import applications
from kongjian.forms.file_names import LONGEST_FILE, distinct, file_name
from kongjian.forms.job import Document, Job
from kongjian.forms.template.filled_workbook import Template
from kongjian.intake.problem_list import Line
from kongjian.intake.sheets import Progress
from kongjian.mailing import school_letters
from kongjian.mailing.by_school import SchoolCopy, school_copies
from kongjian.mailing.proof import Proof
from kongjian.mailing.school_letters import Contact, Letter
from kongjian.mailing.strangers import Census, Strangers, found_in
from kongjian.workbook.run import Run

TemplateOf = Callable[[str], Path]


@dataclass(frozen=True)
class SchoolPackage:
    """One school's folder, its files in the order in which they are attached, what the checks found, its letter."""

    school: str
    folder: Path
    files: tuple[Path, ...]
    proof: Proof
    letter: Letter
    to: tuple[str, ...]


def school_packages(
    run: Run,
    folder: Path,
    template_of: TemplateOf,
    moment: dt.datetime,
    progress: Progress = lambda _: None,
    schools: Sequence[str] | None = None,
    checked: bool = False,
) -> Iterator[SchoolPackage]:
    """Writes a folder for every school (or those named) below `folder`; `checked` as for the copies within."""
    jobs = applications.jobs(run, moment.date())
    letter_template = template_of(run.rules.forms.letter.template)
    known = school_letters.contacts(run)
    census = Census(run, {letter_template, *(template_of(job.template) for job in jobs)}, _names(known))
    (made := folder / "copies").mkdir()
    copies = school_copies(run, made, moment, progress, schools, checked=checked, census=census)
    problems = school_letters.problems_of(run)
    with ExitStack() as after:
        opened = [(job, after.enter_context(Template(template_of(job.template)))) for job in jobs]
        letters = after.enter_context(Template(letter_template))
        forms = _by_school(opened)
        for copy in copies:
            progress(f"正在生成分校包 {copy.school}…")
            key = school_keys([copy.school])[0]
            strangers = census.strangers(copy.school)
            own = folder / "packages" / copy.path.stem
            own.mkdir(parents=True)
            files = [copy.path.rename(own / copy.path.name)]
            mine = forms.get(key, [])
            contact = known.get(key, Contact())
            words = _letter(run, copy, contact, problems.get(key, []), strangers, mine)
            files.append(own / letter_template.name)
            letters.write(files[-1], school_letters.sheets(run, words, moment.date()))
            files += _forms(own, mine)
            seen = _searched(files[1:], words, strangers, copy.proof)
            yield SchoolPackage(copy.school, own, tuple(files), seen, words, contact.mails)


_Form = tuple[Document, Template]


def _by_school(opened: Sequence[tuple[Job, Template]]) -> dict[str, list[_Form]]:
    """The applications by the school that they name, the school's own first."""
    out: dict[str, list[_Form]] = {}
    for job, template in opened:
        for document in job.documents:
            school = str(document.sheets[0].context["学校名称"])
            out.setdefault(school_keys([school])[0], []).append((document, template))
    return out


def _names(known: Mapping[str, Contact]) -> dict[str, tuple[str, ...]]:
    """By school who and what must not stand in another one's files."""
    return {key: (c.person, c.phone, *c.mails) for key, c in known.items()}


def _letter(
    run: Run,
    copy: SchoolCopy,
    contact: Contact,
    lines: Sequence[Line],
    strangers: Strangers,
    mine: Sequence[_Form],
) -> Letter:
    own = sum(str(d.sheets[0].context["类别"]) == run.rules.object("school").label for d, _ in mine)
    return school_letters.letter(
        run, copy.school, contact, lines, strangers, copy.path.name, own > 0, len(mine) - own
    )


def _forms(folder: Path, mine: Sequence[_Form]) -> list[Path]:
    """The applications as `forms` writes them, all in one folder."""
    stems = distinct((file_name(document.stem) for document, _ in mine), LONGEST_FILE)
    out = []
    for (document, template), stem in zip(mine, stems, strict=True):
        out.append(folder / f"{stem}.xlsx")
        template.write(out[-1], document.sheets, document.names)
    return out


def _searched(files: Sequence[Path], letter: Letter, strangers: Strangers, proof: Proof) -> Proof:
    """The copy's proof with what the search found in the other files and in the letter."""
    seen = [(path.name, sighting) for path in files for sighting in found_in(path, strangers)]
    reasons = [*proof.reasons, *(f"{name}：{s.text}" for name, s in seen if s.certain)]
    reasons += [f"信里有别的学校的“{name}”" for name in strangers.named_in(letter.texts, certain=True)]
    doubts = [*proof.doubts, *(f"{name}：{s.text}" for name, s in seen if not s.certain)]
    return replace(proof, reasons=tuple(dict.fromkeys(reasons)), doubts=tuple(dict.fromkeys(doubts)))
