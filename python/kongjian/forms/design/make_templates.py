"""Makes the template files: one module for each kind, drawn with XlsxWriter, the same bytes every time."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from xlsxwriter import Workbook

from kongjian.forms.design import (
    draw_appeals,
    draw_applications,
    draw_award_lists,
    draw_letter,
    draw_monthly,
    draw_review,
    draw_score_cards,
    draw_summary,
)
from kongjian.forms.design.looks import Looks
from kongjian.rules import Rules
from kongjian.xlsx.finished_parts import no_calculation_on_load, read_parts, write_parts

Design = Callable[[Workbook, Looks, Rules], None]
_OTHERS: dict[str, Design] = {
    "学校评分表.xlsx": draw_score_cards.school,
    "教师评分表.xlsx": draw_score_cards.teacher,
    "专家评审汇总表.xlsx": draw_review.draw,
    "公示名单.xlsx": draw_award_lists.draw_publicity,
    "表彰名单.xlsx": draw_award_lists.draw_commendation,
    "工作总结统计表.xlsx": draw_summary.draw,
    "异议登记表.xlsx": draw_appeals.draw,
    "月度通报.xlsx": draw_monthly.draw,
}


def designs(rules: Rules) -> dict[str, Design]:
    """The template files by name and what draws each; those of the applications are called as the scheme says."""
    forms = {
        "school_application": draw_applications.draw_school,
        "teacher_application": draw_applications.draw_teacher,
    }
    named = {rules.forms.form(name).template: design for name, design in forms.items()}
    return {**named, rules.forms.letter.template: draw_letter.draw, **_OTHERS}


def make_templates(rules: Rules, folder: Path) -> list[Path]:
    """Writes every template into a folder; files that were there are kept as .bak."""
    made = []
    for name, design in designs(rules).items():
        parts = read_parts(_drawn(design, rules))
        no_calculation_on_load(parts)
        write_parts(parts, folder / name)
        made.append(folder / name)
    return made


def _drawn(design: Design, rules: Rules) -> bytes:
    buffer = io.BytesIO()
    with warnings.catch_warnings():
        # XlsxWriter only warns where it leaves something out
        warnings.simplefilter("error", UserWarning)
        book = Workbook(buffer, {"in_memory": True})
        book.set_properties({"created": datetime.fromisoformat(rules.scheme.checked)})
        design(book, Looks(book), rules)
        book.close()
    return buffer.getvalue()
