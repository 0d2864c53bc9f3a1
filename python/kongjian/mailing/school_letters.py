"""What a school is told with its files: to whom it goes, what is to be mended, by when, to whom back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kongjian.base.text import fold
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, texts
from kongjian.engine.matching import school_keys
from kongjian.forms.design.draw_letter import LETTER, PROBLEMS
from kongjian.forms.known import scheme_facts
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.intake import problem_list
from kongjian.intake.where import shown
from kongjian.mailing import answers
from kongjian.mailing.strangers import Strangers
from kongjian.rules.model_forms import Letter as Words
from kongjian.rules.roles import Role
from kongjian.workbook.run import Run

SHOWN = ("级别", "对象", "原值", "内容", "建议")
"""Of 问题清单 what means something without the workbook."""
_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_BETWEEN = re.compile(r"[\s;；,，、]+")
_ABOUT_OTHERS = "这一处和别的学校的数据有关，请向{office}核对"


@dataclass(frozen=True)
class Contact:
    """Who takes in a school's letter; `wrong` is what stands under 邮箱 and is no address."""

    person: str = ""
    phone: str = ""
    mails: tuple[str, ...] = ()
    wrong: str = ""


@dataclass(frozen=True)
class Letter:
    """A letter: subject, lines, what is to be mended."""

    school: str
    subject: str
    greeting: str
    lines: tuple[str, ...]
    problems: Frame

    @property
    def texts(self) -> list[str]:
        """All that it says."""
        cells = (str(v) for name in self.problems for v in self.problems[name].tolist())
        return [self.subject, self.greeting, *self.lines, *cells]


def contacts(run: Run) -> dict[str, Contact]:
    """By school, as it is compared, what 学校数据 says in the columns for letters; the first row of a school counts."""
    column = run.rules.table("schools").by_role(Role.SCHOOL)
    if run.noted is None or column is None:
        return {}
    where, wanted = run.noted.where, run.rules.forms.letter.columns
    grid, top = where.grids.get("schools"), where.header_rows.get("schools", 0)
    if grid is None or not top:
        return {}
    header = [fold(str(cell)) for cell in grid.rows[top - 1]]

    def find(names: Sequence[str]) -> int | None:
        return next((header.index(fold(n)) for n in names if fold(n) in header), None)

    at = [find((column.name, *column.aliases)), *map(find, (wanted.person, wanted.phone, wanted.mail))]
    if at[0] is None:
        return {}
    out: dict[str, Contact] = {}
    for row in grid.rows[top:]:
        school, person, phone, mail = (shown(row[k]) if k is not None and k < len(row) else "" for k in at)
        given = [m for m in _BETWEEN.split(mail) if m]
        good = tuple(m for m in given if _MAIL.fullmatch(m))
        wrong = "、".join(m for m in given if m not in good)
        if school and (person or phone or mail):
            out.setdefault(school_keys([school])[0], Contact(person, phone, good, wrong))
    return out


def problems_of(run: Run) -> dict[str, list[problem_list.Line]]:
    """By school, as it is compared, the rows of 问题清单 that its own rows alone would give; not what staff accept."""
    if run.noted is None:
        return {}
    noted = run.noted
    mine: dict[str, Findings] = {}
    for finding in noted.findings:
        if school := noted.where.school(finding):
            mine.setdefault(school, Findings()).append(finding)
    found = {s: problem_list.lines(own, noted.where, noted.accepted) for s, own in mine.items()}
    return {school: [line for line in lines if not line.accepted] for school, lines in found.items()}


def letter(
    run: Run,
    school: str,
    contact: Contact,
    found: Sequence[problem_list.Line],
    strangers: Strangers,
    copy: str,
    school_form: bool,
    teacher_forms: int,
) -> Letter:
    """`copy` is the name of the school's copy; a form goes with it for the school and for so many teachers."""
    said, scheme = run.rules.forms.letter, run.rules.scheme
    levels = [line.level for line in found]
    words = {
        "school": school,
        "person": said.person.format(person=contact.person) if contact.person else "",
        "name": scheme.name,
        "office": scheme.handled_by,
        "due": answers.due_day(scheme),
        "copy": copy,
        "errors": levels.count(problem_list.LEVELS[0]),
        "warnings": levels.count(problem_list.LEVELS[1]),
        "open": run.still_open,
    }
    forms = [said.school_unit] * school_form
    forms += [said.teacher_units.format(count=teacher_forms)] * bool(teacher_forms)
    lines = [line.format(**words) for line in _body(said, words, forms)]
    if whom := answers.contact_line(scheme):
        lines.append(whom)
    return Letter(
        school,
        said.subject.format(**words),
        said.greeting.format(**words),
        tuple(lines),
        _listed(found, strangers, _ABOUT_OTHERS.format(office=scheme.handled_by)),
    )


def _body(said: Words, words: Mapping[str, object], forms: list[str]) -> list[str]:
    """The letter's sentences with their fields; `forms` are the units whose form goes with it."""
    body = [said.opening, said.to_mend if words["errors"] or words["warnings"] else said.nothing_to_mend]
    body += [said.how]
    if forms:
        body.append(said.applications.format(**words, who="、".join(forms)))
    body.append(said.due if forms else said.due_mending)
    return body + [said.open] * bool(words["open"])


def _listed(lines: Sequence[problem_list.Line], strangers: Strangers, instead: str) -> Frame:
    """The problems by level; of one whose words name anybody of another school only its level and whom it is about."""
    rows = []
    for line in lines:
        told = (line.level, line.subject, line.value, line.text, line.advice)
        if strangers.named_in(told):
            told = (line.level, "" if strangers.named_in([line.subject]) else line.subject, "", instead, "")
        rows.append(told)
    rows = rows or [("", "", "", "没有查出问题", "")]
    return Frame({name: texts(row[k] for row in rows) for k, name in enumerate(SHOWN)})


def sheets(run: Run, made: Letter, today: dt.date) -> list[Sheet]:
    """The letter and the list behind it, for its template."""
    facts = {
        **scheme_facts(run.rules, today),
        "标题": run.rules.forms.letter.title,
        "抬头": made.greeting,
        "正文": Frame({"段": texts(f"　　{line}" for line in made.lines)}),
    }
    rows = np.arange(1.0, made.problems.height + 1)
    listed = Frame({"序号": rows, **{name: made.problems[name] for name in made.problems}})
    return [
        Sheet(LETTER, LETTER, facts),
        Sheet(PROBLEMS, PROBLEMS, {"问题": listed, "学校名称": made.school}),
    ]


def body(made: Letter, office: str) -> str:
    """The same letter as a message."""
    return "\n".join([made.greeting, "", *made.lines, "", office])


def addresses(found: Mapping[str, Contact], schools: Sequence[str]) -> Iterator[str]:
    """What keeps drafts from being addressed, in words."""
    keys = school_keys(schools)
    known = [found.get(key, Contact()) for key in keys]
    for school, contact in zip(schools, known, strict=True):
        if contact.wrong:
            yield f"{school}：“{contact.wrong}”不像邮箱，没有写进收件人"
    if without := sum(not c.mails for c in known):
        yield f"{without}所学校没有邮箱，草稿没有收件人；在“学校数据”加“邮箱”一列就会写上"
