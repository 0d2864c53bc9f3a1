"""Application forms for tests: the program's own, and what a unit makes of them."""

from __future__ import annotations

import datetime as dt
import functools
import io
import subprocess
from pathlib import Path

import openpyxl
from xlsxwriter import Workbook

from kongjian.forms.applications import jobs
from kongjian.forms.design import draw_applications
from kongjian.forms.design.looks import Looks
from kongjian.forms.template.filled_workbook import Note, Template
from kongjian.rules import Rules, load_rules
from kongjian.workbook.recalculate import check
from kongjian.workbook.run import Run
from workbooks import SCHOOL_NAMES, everything, small_book, teacher

DAY = dt.date(2021, 7, 20)
DRAWN = {"school": draw_applications.draw_school, "teacher": draw_applications.draw_teacher}
TWIN = "421281199001019999"
MEMBER = ["王芳", "高级教师", "主任", "数学", "数学", "0715-5353535", "wang@example.com"]
RESUME = ["2005年至今", "赤壁市第一小学", "数学教学", ""]
SCHOOL_ANSWERS = {
    "FormAddress": "赤壁市河北大道1号", "FormPostal": "赤壁市河北大道1号", "FormPostcode": "437300",
    "FormLegal": "李明", "FormLegalPhone": "0715-5353535", "FormLegalEmail": "li@example.com",
    "FormLeader": "王芳", "FormLeaderPhone": "13812345678", "FormLeaderEmail": "wang@example.com",
    "FormBasics": "教师总数：20人\n我校创办于1950年。", "FormEquipment": "千兆校园网。", "FormProcess": "分三步走。",
    "FormSupport": "成立领导小组。", "FormResults": "获市级表彰。",
}  # fmt: skip
TEACHER_ANSWERS = {
    "FormSex": "女", "FormEthnicity": "汉族", "FormBirthday": "1985年3月2日", "FormDeeds": "坚持在线备课。",
    "FormUnitOpinion": "同意推荐。", "FormUnitDate": "2021年7月25日",
}  # fmt: skip


@functools.cache
def rules() -> Rules:
    return load_rules()


def run_of(folder: Path) -> Run:
    """Four schools and seven teachers qualify; two teachers of the first school have one name."""
    rows = everything()
    rows["teachers"] = [*rows["teachers"], teacher(SCHOOL_NAMES[0], "教师00", TWIN, 90)]
    return check(small_book(folder / "book.xlsx", rows))


def template(kind: str, folder: Path) -> Path:
    buffer = io.BytesIO()
    book = Workbook(buffer, {"in_memory": True})
    DRAWN[kind](book, Looks(book), rules())
    book.close()
    path = folder / f"{kind}-template.xlsx"
    path.write_bytes(buffer.getvalue())
    return path


def sent(run: Run, kind: str, at: int, folder: Path, name: str = "") -> tuple[Path, list[Note]]:
    """The form of the unit in place `at`, as it is sent out."""
    job = jobs(run, DAY)[kind == "teacher"]
    document = job.documents[at]
    path = folder / f"{name or document.stem}.xlsx"
    with Template(template(kind, folder)) as opened:
        return path, opened.write(path, document.sheets, document.names)


def answer(path: Path, answers: dict[str, object], blocks: dict[str, list[str]]) -> Path:
    """Fills in named cells, and the first row of blocks, with another program, as a unit would."""
    book = openpyxl.load_workbook(path)
    for name, value in {**answers, **blocks}.items():
        [(sheet, area)] = book.defined_names[name].destinations
        first = area.replace("$", "").partition(":")[0]
        cell = book[sheet][first]
        if not isinstance(value, list):
            cell.value = value
            continue
        merged = [str(m) for m in book[sheet].merged_cells.ranges]
        column = cell.column
        for word in value:
            here = book[sheet].cell(cell.row, column)
            here.value = word or None
            wide = any(m.startswith(f"{here.coordinate}:") for m in merged)
            column += 2 if wide else 1
    book.save(path)
    return path


def answered(run: Run, kind: str, folder: Path, at: int = 0, name: str = "", **changed: object) -> Path:
    """A form that a unit has filled in completely, but for what is changed."""
    path, _ = sent(run, kind, at, folder, name)
    if kind == "school":
        return answer(path, {**SCHOOL_ANSWERS, **changed}, {"FormMembers": MEMBER})
    return answer(path, {**TEACHER_ANSWERS, **changed}, {"FormResume": RESUME})


def raw_text(pdf: Path) -> str:
    """The text of a PDF in the order in which it was set."""
    done = subprocess.run(["pdftotext", "-raw", str(pdf), "-"], capture_output=True, check=True)
    return done.stdout.decode()
