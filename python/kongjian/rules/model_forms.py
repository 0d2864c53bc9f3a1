"""rules/forms.yaml as dataclasses: what is handed in, and how it is reviewed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kongjian.rules.objects import STRICT, Object


@dataclass(frozen=True)
class FormField:
    """One field that a unit fills in: the defined name of its cell, how it is checked; `caption` is the label as printed."""

    name: str
    label: str
    kind: Literal["text", "long_text", "phone", "postcode", "email", "date"]
    required: bool = True
    longest: int = 0
    hint: str = ""
    caption: str = ""
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Form:
    """One form that a qualified unit hands in: its template, its fields. All are due on the scheme's `apply_by`.

    `annex` is what the scheme calls it (附件3): the head of its page, its sheet and its files.
    """

    id: str
    title: str
    annex: str
    template: str
    object: Object
    source: str
    sentence: str
    fields: tuple[FormField, ...]
    __pydantic_config__ = STRICT

    @property
    def label(self) -> str:
        """The form in a few words, as its template is called, the annex left out."""
        return self.template.rpartition(".")[0].removeprefix(self.annex).strip()


@dataclass(frozen=True)
class Review:
    """The experts' review: how many experts, the scale, from how many on the extremes are dropped."""

    experts: int
    lowest: float
    highest: float
    drop_extremes_from: int
    due: str
    source: str
    sentence: str
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class MonthlyList:
    """One list of 月度通报: of whom, its title as printed, down to which rank of the month (0: all)."""

    object: Object
    title: str
    ranks: int = 0
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ContactColumns:
    """The columns of 学校数据, under any of these names, that say to whom a school's letter goes; nothing else reads them."""

    person: tuple[str, ...]
    phone: tuple[str, ...]
    mail: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class Letter:
    """The letter that goes with a school's files: its template and its sentences, with names in braces that are filled in."""

    template: str
    title: str
    subject: str
    greeting: str
    person: str
    opening: str
    to_mend: str
    nothing_to_mend: str
    how: str
    applications: str
    school_unit: str
    teacher_units: str
    due: str
    due_mending: str
    open: str
    columns: ContactColumns
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class FormsFile:
    """forms.yaml: what is handed in and reviewed, the letter to the schools, and what is told of each month."""

    forms: tuple[Form, ...]
    review: Review
    letter: Letter
    monthly: tuple[MonthlyList, ...] = ()
    __pydantic_config__ = STRICT

    def form(self, form_id: str) -> Form:
        return next(f for f in self.forms if f.id == form_id)
