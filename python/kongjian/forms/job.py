"""What is to be made: one job for each kind of form, one document for each file of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kongjian.forms.template.filled_workbook import Sheet


@dataclass(frozen=True)
class Document:
    """One file: its folder below the output folder (parts joined by /), its name without extension, its sheets.

    `names` are defined names with a text each. Folder and stem may hold any character; they are made safe.
    """

    folder: str
    stem: str
    sheets: Sequence[Sheet]
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """All documents of one kind. `together` is the file's name when they are put into one workbook.

    `title` is what the template must say: one of another scheme's form does not.
    """

    label: str
    template: str
    documents: Sequence[Document]
    together: str
    title: str = ""
