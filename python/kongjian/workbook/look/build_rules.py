"""The 规则 sheet: the whole scheme, readings to choose from and parameters to change, with their sources."""

from __future__ import annotations

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.rules.bands_text import format_bands
from kongjian.rules.choices import targets_by_reading
from kongjian.rules.model import APART, KIND_LABELS, Indicator, Rules
from kongjian.rules.objects import OBJECT_LABELS, Object
from kongjian.rules.parameters import BY_READING, INDICATOR_NUMBERS
from kongjian.rules.readings import Reading
from kongjian.rules.wording import rule_words
from kongjian.workbook.layout import (
    INDICATORS_COLUMNS,
    INDICATORS_TABLE,
    READINGS_COLUMNS,
    READINGS_TABLE,
    RULES,
)
from kongjian.workbook.look.build_scheme import add_scheme_tables, editable, fixed, heading
from kongjian.workbook.look.build_styles import (
    HEADER_HEIGHT,
    Styles,
    add_table,
    frame,
    print_setup,
    put,
)
from kongjian.xlsx.table_parts import FIRST_ROW, HEADER_ROW, SUBTITLE_ROW
from kongjian.xlsx.text_heights import row_height

# All tables stand in the same columns, so each width suits 口径 above and 指标 below.
_WIDTHS = (13, 18, 18, 54, 14, 10, 8, 9, 24, 40, 46)
# Which parameters count for which kind of scoring; only these cells are for staff to change.
_EDITABLE = {
    "yes_no": {"分值"},
    "deduct": {"分值", "目标", "每少扣分"},
    "threshold": {"分值", "目标"},
    "bands": {"分值", "分档"},
    "bonus": {"分值", "每少扣分"},
    "veto": set[str](),
}


def add_rules(book: Workbook, styles: Styles, rules: Rules) -> None:
    sheet = book.add_worksheet(RULES)
    sheet.hide_gridlines(2)
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width)
    subtitle = (
        f"{rules.scheme.document}。口径是方案没有写明、需要局里定的地方，“取值”是现在的选择。"
        "浅黄色的格子可以改，改后重新计算排名；改了什么记在“运行记录”。"
    )
    frame(sheet, styles, "rules", RULES, subtitle, _WIDTHS)
    _readings(sheet, styles, rules)
    row = HEADER_ROW + len(rules.readings) + 2
    row = add_scheme_tables(book, sheet, styles, rules, row, _WIDTHS)
    note = f"分值合计必须等于上面的学校满分、教师满分。“{BY_READING}”的目标由口径决定，填了数字就按数字。"
    heading(sheet, styles, row, "指标", note)
    _indicators(sheet, styles, rules, row + 1)
    # row 3 heads the upper table only, so it neither stays in sight nor repeats in print
    sheet.freeze_panes(SUBTITLE_ROW, 0)
    print_setup(sheet, landscape=True, scheme=rules.scheme.name, repeat=SUBTITLE_ROW)


def _readings(sheet: Worksheet, styles: Styles, rules: Rules) -> None:
    """The table 口径; each reading's own values are its dropdown."""
    header = styles.header("rules")
    columns = dict.fromkeys(READINGS_COLUMNS, header)
    add_table(sheet, READINGS_TABLE, HEADER_ROW, columns, len(rules.readings), filtered=False)
    plain, choice = fixed(styles, wrap=True), editable(styles, center=True)
    for row, reading in enumerate(rules.readings, start=FIRST_ROW - 1):
        labels, current = [v.label for v in reading.values], rules.taken(reading).label
        texts = (reading.label, current, "、".join(labels), _meaning(reading), reading.effect)
        for index, text in enumerate(texts):
            sheet.write_string(row, index, text, choice if index == 1 else plain)
        sheet.set_row(row, row_height(zip(texts, _WIDTHS, strict=False)))
        sheet.data_validation(
            row,
            1,
            row,
            1,
            {
                "validate": "list",
                "source": labels,
                "error_title": reading.label,
                "error_message": f"只能从列表中选：{'、'.join(labels)}。",
            },
        )


def _meaning(reading: Reading) -> str:
    """What is open, then what each value does."""
    return "\n".join([reading.text, *(f"{v.label}：{v.text}" for v in reading.values)])


def _indicators(sheet: Worksheet, styles: Styles, rules: Rules, top: int) -> None:
    listed: list[tuple[Object, Indicator]] = [
        (scheme.object, indicator)
        for scheme in (rules.school, rules.teacher)
        for indicator in scheme.indicators
    ]
    header = styles.header("rules")
    add_table(sheet, INDICATORS_TABLE, top, dict.fromkeys(INDICATORS_COLUMNS, header), len(listed))
    sheet.set_row(top - 1, HEADER_HEIGHT)
    for row, (kind, indicator) in enumerate(listed, start=top):
        cells = _indicator_cells(rules, kind, indicator)
        texts = [value if isinstance(value, str) else "" for value in cells.values()]
        sheet.set_row(row, row_height(zip(texts, _WIDTHS, strict=True)))
        for index, (name, value) in enumerate(cells.items()):
            put(sheet, row, index, value, _indicator_style(styles, indicator, name))


def _indicator_cells(rules: Rules, kind: Object, indicator: Indicator) -> dict[str, str | float | None]:
    by_reading = targets_by_reading(rules, indicator.name)
    typed = "target" in rules.edits.get((kind, indicator.name), {})
    target = indicator.target if isinstance(indicator.target, int | float) else None
    values = (
        OBJECT_LABELS[kind],
        indicator.category,
        indicator.name,
        indicator.sentence,
        indicator.points or None,
        KIND_LABELS[indicator.kind],
        BY_READING if by_reading and not typed else target,
        indicator.per,
        format_bands(indicator.bands) if indicator.bands else None,
        indicator.clause,
        "\n".join([*indicator.discrepancies, *_by_reading_note(by_reading), *_apart_note(indicator, rules)]),
    )
    return dict(zip(INDICATORS_COLUMNS, values, strict=True))


def _by_reading_note(targets: dict[str, float]) -> list[str]:
    named = "；".join(f"{label} {target:g}" for label, target in targets.items())
    return [f"目标：{named}"] if targets else []


def _apart_note(indicator: Indicator, rules: Rules) -> list[str]:
    """What the cells of an indicator mean that is no part of the full points."""
    if indicator.kind not in APART:
        return []
    where = "（“每少扣分”是每1个加的分，“分值”是最多加的分）" if indicator.kind == "bonus" else ""
    return [f"{rule_words(indicator, rules)}{where}"]


def _indicator_style(styles: Styles, indicator: Indicator, name: str) -> Format:
    if name in _EDITABLE[indicator.kind]:
        return editable(styles, center=name in INDICATOR_NUMBERS.values())
    if name in ("条款原文", "分档", "出处", "疑点", "一级指标"):
        return fixed(styles, wrap=True)
    return fixed(styles, center=name != "指标", bold=name == "指标")
