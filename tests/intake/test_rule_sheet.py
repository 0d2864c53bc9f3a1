"""The 规则 sheet of a workbook: chosen readings and changed indicators win over the rule files; long because each kind of cell has its edits."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edited_scheme import sheet_of
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, letter
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.rules import Rules, resolve
from kongjian.rules.differences import edits_in_words
from kongjian.rules.model import Band
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS
from kongjian.workbook.recalculate import check
from kongjian.workbook.shipped.build_workbook import Pasted, build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from pasting import CLEAN, RULES, read
from pinned_rules import pinned_beside
from rules_texts import table

VALUES = [(r.id, v.id) for r in RULES.readings for v in r.values]
CHOICES = st.fixed_dictionaries({r.id: st.sampled_from([v.id for v in r.values]) for r in RULES.readings})
KINDS = {"学校": "school", "教师": "teacher"}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = pinned_beside(tmp_path_factory.mktemp("rules") / "book.xlsx")
    build(
        RULES, path, {t: Pasted(list(CLEAN[t]), [list(CLEAN[t].values())]) for t in ("schools", "teachers")}
    )
    return path


@pytest.fixture(scope="module")
def grid(built: Path) -> Grid:
    return sheet_of(built)


def place(grid: Grid, header: tuple[str, ...], row: dict[str, str], column: str) -> tuple[int, int]:
    """Where (from 0) a table's cell stands: the row with these values, this column."""
    rows = [list(cells) for cells in grid.rows]
    top = next(r for r, cells in enumerate(rows) if set(header) <= set(cells))
    at = {name: rows[top].index(name) for name in header}
    found = [r for r in range(top + 1, len(rows)) if all(rows[r][at[k]] == v for k, v in row.items())]
    return found[0], at[column]


def changed(grid: Grid, *cells: tuple[tuple[int, int], Cell]) -> Grid:
    rows = [list(line) for line in grid.rows]
    for (row, column), value in cells:
        rows[row][column] = value
    return Grid(rows)


def choose(grid: Grid, **texts: Cell) -> Grid:
    """The sheet with other values typed for these readings."""
    labels = {r.id: r.label for r in RULES.readings}
    return changed(
        grid, *((place(grid, READINGS_COLUMNS, {"口径": labels[k]}, "取值"), v) for k, v in texts.items())
    )


def edited(grid: Grid, *cells: tuple[str, str, str, Cell]) -> Grid:
    """The sheet with these (对象, 指标, column, value) typed."""
    return changed(
        grid,
        *((place(grid, INDICATORS_COLUMNS, {"对象": k, "指标": n}, c), v) for k, n, c, v in cells),
    )


def cell(grid: Grid, kind: str, name: str, column: str) -> str:
    """The cell of an indicator's parameter as faults name it."""
    row, at = place(grid, INDICATORS_COLUMNS, {"对象": kind, "指标": name}, column)
    return f"规则!{letter(at + 1)}{row + 1}"


def first_edition(grid: Grid) -> Grid:
    """The sheet as workbooks of the first edition have it: readings and indicators, nothing else."""
    width = len(INDICATORS_COLUMNS)
    tables = [table(grid, columns) for columns in (READINGS_COLUMNS, INDICATORS_COLUMNS)]
    rows = [[*row, *[""] * (width - len(row))] for rows in tables for row in [*rows, []]]
    return Grid(rows)


def fault(grid: Grid) -> str:
    with pytest.raises(KongjianError) as caught:
        apply_rule_sheet(grid, RULES)
    return str(caught.value)


# as it is built


def test_a_new_workbook_changes_nothing(grid: Grid) -> None:
    found = apply_rule_sheet(grid, RULES)
    assert found == resolve(RULES, {})
    assert not found.edits
    assert found.version == RULES.scheme.version


def test_without_a_rule_sheet_the_files_hold() -> None:
    assert apply_rule_sheet(None, RULES) is RULES
    assert apply_rule_sheet(Grid([]), RULES) == resolve(RULES, {})
    assert apply_rule_sheet(Grid([["说明"], ["没有表"]]), RULES) == resolve(RULES, {})


# readings


@pytest.mark.parametrize(("reading", "value"), VALUES)
def test_a_reading_is_chosen_by_its_label_or_its_id(grid: Grid, reading: str, value: str) -> None:
    wanted = resolve(RULES, {reading: value})
    label = RULES.reading(reading).value(value).label
    for text in (value, label, f" {label}\u3000", value.upper()):
        found = apply_rule_sheet(choose(grid, **{reading: text}), RULES)
        assert found == wanted
        assert found.version == RULES.scheme.version


@settings(max_examples=40, deadline=None)
@given(chosen=CHOICES, by_label=st.booleans())
def test_readings_of_the_sheet_are_those_of_the_files(
    grid: Grid, chosen: dict[str, str], by_label: bool
) -> None:
    texts = {k: RULES.reading(k).value(v).label if by_label else v for k, v in chosen.items()}
    assert apply_rule_sheet(choose(grid, **texts), RULES) == resolve(RULES, chosen)


@pytest.mark.parametrize("blank", ["", None, " ", "\u3000"])
def test_a_blank_choice_is_the_default(grid: Grid, blank: Cell) -> None:
    assert apply_rule_sheet(choose(grid, homework=blank), RULES) == resolve(RULES, {})


def test_the_sheet_wins_over_rules_chosen_before(grid: Grid) -> None:
    before = resolve(RULES, {"homework": "fifteen"})
    assert apply_rule_sheet(grid, before).chosen["homework"] == "literal"


def test_an_unknown_value_is_refused_with_cell_and_choices(grid: Grid) -> None:
    row, _ = place(grid, READINGS_COLUMNS, {"口径": "月均"}, "取值")
    assert (
        fault(choose(grid, monthly_rule="随便"))
        == f"规则!B{row + 1}：口径“月均”没有“随便”，请选各月平均、每月都达"
    )


def test_an_unknown_reading_is_refused(grid: Grid) -> None:
    at = place(grid, READINGS_COLUMNS, {"口径": "月均"}, "口径")
    assert fault(changed(grid, (at, "月平均"))) == f"规则!A{at[0] + 1}：没有口径“月平均”"


def test_all_faults_of_the_sheet_come_at_once(grid: Grid) -> None:
    found = fault(edited(choose(grid, ties="抽签", homework="免"), ("学校", "在线授课", "目标", "四十")))
    assert found.count("；") == 2
    assert all(text in found for text in ("没有“抽签”", "没有“免”", "在线授课的目标不是可用的数字"))


def test_an_error_value_is_no_blank(grid: Grid) -> None:
    row, column = place(grid, READINGS_COLUMNS, {"口径": "月均"}, "取值")
    blank = choose(grid, monthly_rule="")
    found = fault(Grid(blank.rows, {(row + 1, column + 1): "#REF!"}))
    assert found == f"规则!B{row + 1}：取值是错误值#REF!"
    row, column = place(grid, INDICATORS_COLUMNS, {"对象": "教师", "指标": "在线授课"}, "目标")
    assert fault(Grid(grid.rows, {(row + 1, column + 1): "#N/A"})) == f"规则!G{row + 1}：目标是错误值#N/A"
    beside = Grid(grid.rows, {(row + 1, 30): "#N/A", (len(grid.rows) + 9, 2): "#N/A"})
    assert apply_rule_sheet(beside, RULES) == resolve(RULES, {})


# indicators


@pytest.mark.parametrize(
    ("kind", "name", "column", "typed", "attribute", "value"),
    [
        ("学校", "在线授课", "目标", 30.0, "target", 30.0),
        ("学校", "在线授课", "目标", "３０", "target", 30.0),
        ("教师", "在线授课", "目标", 35, "target", 35.0),
        ("教师", "制作课件", "每少扣分", 1.5, "per", 1.5),
        ("学校", "参与活动", "目标", 2.0, "target", 2.0),
        (
            "学校",
            "课程学习",
            "分档",
            "≥90%→10；≥50%→4；其余0",
            "bands",
            (Band(0.9, 10), Band(0.5, 4), Band(0, 0)),
        ),
        ("教师", "作业管理", "目标", 10.0, "target", 10.0),
    ],
)
def test_an_edited_parameter_wins(
    grid: Grid, kind: str, name: str, column: str, typed: Cell, attribute: str, value: object
) -> None:
    found = apply_rule_sheet(edited(grid, (kind, name, column, typed)), RULES)
    assert getattr(found.object(KINDS[kind]).indicator(name), attribute) == value
    other = "teacher" if kind == "学校" else "school"
    assert found.object(other) == resolve(RULES, {}).object(other)
    assert found.version == f"{RULES.scheme.version}+本簿修改"


def test_edited_points_move_between_indicators(grid: Grid) -> None:
    cells = (("学校", "在线授课", "分值", 12.0), ("学校", "在线撰写教案", "分值", "8"))
    found = apply_rule_sheet(edited(grid, *cells), RULES)
    points = {i.name: i.points for i in found.school.indicators}
    assert (points["在线授课"], points["在线撰写教案"], sum(points.values())) == (12.0, 8.0, 100.0)
    assert found.version.endswith("+本簿修改")


@pytest.mark.parametrize(("typed", "total"), [(11.0, "101"), (9.5, "99.5"), ("1", "91")])
def test_points_must_add_up_to_a_hundred(grid: Grid, typed: Cell, total: str) -> None:
    where = cell(grid, "学校", "在线授课", "分值")
    moved = f"改过的格子：{where}（在线授课由10改成{float(typed):g}）"
    found = fault(edited(grid, ("学校", "在线授课", "分值", typed)))
    assert found == f"学校各指标分值合计{total}，应为100，{moved}"


def test_edited_points_and_bands_agree(grid: Grid) -> None:
    more = [("学校", "课程学习", "分值", 12.0), ("学校", "在线授课", "分值", 8.0)]
    assert "课程学习最高一档应等于分值" in fault(edited(grid, *more))
    found = apply_rule_sheet(edited(grid, *more, ("学校", "课程学习", "分档", "≥80%→12；其余0")), RULES)
    assert found.school.indicator("课程学习").bands == (Band(0.8, 12), Band(0, 0))


@pytest.mark.parametrize(
    ("column", "typed"),
    [("分值", "两分"), ("分值", 0.0), ("分值", -1.0), ("分值", "nan"), ("分值", "inf"), ("目标", "很多"), ("目标", -1.0), ("目标", "1e999"), ("目标", True), ("每少扣分", "无"), ("每少扣分", -1)],
)  # fmt: skip
def test_a_parameter_that_is_no_number_is_refused(grid: Grid, column: str, typed: Cell) -> None:
    row, at = place(grid, INDICATORS_COLUMNS, {"对象": "教师", "指标": "在线授课"}, column)
    letters = "ABCDEFGHIJK"[at]
    wanted = f"规则!{letters}{row + 1}：在线授课的{column}不是可用的数字"
    assert fault(edited(grid, ("教师", "在线授课", column, typed))) == wanted


@pytest.mark.parametrize("typed", ["八成得10分", "≥80%→10", "≥80%→10；≥90%→12；其余0；其余1"])
def test_bands_that_cannot_be_read_are_refused(grid: Grid, typed: str) -> None:
    row, _ = place(grid, INDICATORS_COLUMNS, {"对象": "学校", "指标": "完成作业"}, "分档")
    assert fault(edited(grid, ("学校", "完成作业", "分档", typed))).startswith(
        f"规则!I{row + 1}：分档“{typed}”"
    )


@pytest.mark.parametrize(("column", "typed"), [("指标", "在线备课"), ("对象", "家长")])
def test_an_unknown_indicator_is_refused(grid: Grid, column: str, typed: str) -> None:
    row, _ = place(grid, INDICATORS_COLUMNS, {"对象": "教师", "指标": "在线授课"}, column)
    name = typed if column == "指标" else "在线授课"
    assert (
        fault(edited(grid, ("教师", "在线授课", column, typed)))
        == f"规则!C{row + 1}：没有指标“{name}”（要增加，请用“新建下一年方案”）"
    )


BLANKS = [
    *(("教师", "在线授课", c, "") for c in ("分值", "目标", "每少扣分")),
    ("学校", "完成作业", "分档", " "),
]


def test_blank_parameters_are_refused(grid: Grid) -> None:
    assert fault(edited(grid, *BLANKS)).split("；") == [
        f"{cell(grid, kind, name, column)}：{name}的{column}空白，请填写"
        for kind, name, column, _ in (BLANKS[-1], *BLANKS[:-1])
    ]


def test_blank_parameters_of_the_first_edition_leave_the_rule(grid: Grid) -> None:
    found = apply_rule_sheet(first_edition(edited(grid, *BLANKS)), RULES)
    assert found == resolve(RULES, {})
    assert not found.edits


def test_the_same_value_typed_again_is_no_edit(grid: Grid) -> None:
    cells = [
        ("教师", "在线授课", "目标", "40"),
        ("教师", "在线授课", "分值", "２０"),
        ("学校", "课程学习", "分档", "80%以上得10，60%以上得8,40%以上得5,其余0分"),
    ]
    assert not apply_rule_sheet(edited(grid, *cells), RULES).edits


UNUSED = [
    ("学校", "组织机构", "目标", 3.0),
    ("学校", "组织机构", "每少扣分", "五"),
    ("学校", "参与活动", "每少扣分", 9.0),
    ("教师", "在线授课", "分档", "≥80%→20；其余0"),
]


def test_parameters_that_do_not_count_for_a_kind_are_refused(grid: Grid) -> None:
    kinds = {"组织机构": "是否得分", "参与活动": "达标得分", "在线授课": "每少扣分"}
    assert fault(edited(grid, *UNUSED)).split("；") == [
        f"{cell(grid, kind, name, column)}：{name}按“{kinds[name]}”计分，不用{column}，请清空这一格"
        for kind, name, column, _ in UNUSED
    ]
    assert not apply_rule_sheet(first_edition(edited(grid, *UNUSED)), RULES).edits


@pytest.mark.parametrize("typed", ["按口径", "", " 按口径 "])
@pytest.mark.parametrize("reading", ["literal", "none_is_zero", "fifteen"])
def test_without_a_number_the_reading_sets_the_target_of_homework(
    grid: Grid, typed: Cell, reading: str
) -> None:
    cells = [(kind, "作业管理", "目标", typed) for kind in KINDS]
    found = apply_rule_sheet(edited(choose(grid, homework=reading), *cells), RULES)
    assert found == resolve(RULES, {"homework": reading})
    assert not found.edits


@pytest.mark.parametrize("typed", [1, 1.0, "1", 15.0, "15", 7])
@pytest.mark.parametrize("reading", ["literal", "none_is_zero", "fifteen"])
@pytest.mark.parametrize("edition", ["first", "second"])
def test_a_target_of_homework_counts_whatever_the_reading_says(
    grid: Grid, typed: Cell, reading: str, edition: str
) -> None:
    changed_ = edited(choose(grid, homework=reading), ("学校", "作业管理", "目标", typed))
    found = apply_rule_sheet(first_edition(changed_) if edition == "first" else changed_, RULES)
    target = float(typed)
    assert found == resolve(RULES, {"homework": reading}, {("school", "作业管理"): {"target": target}})
    homework = found.school.indicator("作业管理")
    assert (homework.target, homework.none_is_zero) == (target, reading == "none_is_zero")
    assert found.teacher.indicator("作业管理").target == (15.0 if reading == "fifteen" else 1.0)
    assert edits_in_words(found) == f"学校 作业管理 目标按口径→{target:g}"
    assert found.version.endswith("+本簿修改")


def test_a_target_of_homework_that_is_no_number_is_refused(grid: Grid) -> None:
    where = cell(grid, "学校", "作业管理", "目标")
    assert (
        fault(edited(grid, ("学校", "作业管理", "目标", "见上"))) == f"{where}：作业管理的目标不是可用的数字"
    )


def test_how_an_indicator_scores_and_what_a_reading_may_be_are_not_for_the_sheet(grid: Grid) -> None:
    where = cell(grid, "学校", "参与活动", "计分方式")
    said = "参与活动的计分方式由方案定，应为“达标得分”"
    assert fault(edited(grid, ("学校", "参与活动", "计分方式", "每少扣分"))) == f"{where}：{said}"
    at = place(grid, READINGS_COLUMNS, {"口径": "月均"}, "可选值")
    found = fault(changed(grid, (at, "各月平均、每月都达、最好三个月")))
    assert found == f"规则!C{at[0] + 1}：口径“月均”的可选值由方案定，应为各月平均、每月都达"


def test_texts_that_results_show_take_effect(grid: Grid) -> None:
    cells = (
        ("学校", "在线授课", "出处", "附件1/2022年修订"),
        ("学校", "在线授课", "条款原文", "全校 期均40节次。"),
    )
    before = RULES.school.indicator("在线授课")
    found = apply_rule_sheet(edited(grid, *cells), RULES)
    lesson = found.school.indicator("在线授课")
    assert (lesson.clause, lesson.sentence) == ("附件1/2022年修订", "全校 期均40节次。")
    assert edits_in_words(found) == (
        f"学校 在线授课 条款原文（{before.sentence}）→（全校 期均40节次。）；"
        "学校 在线授课 出处（附件1/空间应用（40分）/在线授课）→（附件1/2022年修订）"
    )
    long = f"{'长' * 120}。"
    edits_ = [("学校", "在线授课", "条款原文", long)]
    assert "条款原文" in edits_in_words(apply_rule_sheet(edited(grid, *edits_), RULES))
    # a note on the sheet alone
    assert not apply_rule_sheet(edited(grid, ("学校", "在线授课", "疑点", "问过平台")), RULES).edits


def test_rows_that_are_gone_or_twice_are_refused(grid: Grid) -> None:
    row, _ = place(grid, INDICATORS_COLUMNS, {"对象": "教师", "指标": "成绩管理"}, "指标")
    without = Grid([r for k, r in enumerate(grid.rows) if k != row])
    assert fault(without) == "规则：缺指标“教师 成绩管理”，请补上这一行"
    twice = edited(grid, ("教师", "成绩管理", "指标", "网络教研"))
    assert fault(twice) == f"规则!C{row + 1}：指标“网络教研”有两行，请只留一行"
    row, _ = place(grid, READINGS_COLUMNS, {"口径": "月均"}, "口径")
    assert fault(Grid([r for k, r in enumerate(grid.rows) if k != row])) == "规则：缺口径“月均”，请补上这一行"


def test_a_moved_and_filtered_sheet_is_still_found(grid: Grid) -> None:
    shifted = Grid(
        [["", "", ""] + [""] * len(grid.rows[0])] * 3
        + [["", "", "", *row] for row in choose(grid, ties="order").rows]
    )
    assert apply_rule_sheet(shifted, RULES) == resolve(RULES, {"ties": "order"})


# through a workbook file


def test_the_workbook_scores_by_its_own_rules(built: Path, grid: Grid, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(built)
    page = book[RULE_SHEET]
    for where, value in (
        (place(grid, READINGS_COLUMNS, {"口径": "作业管理"}, "取值"), "目标15次"),
        (place(grid, INDICATORS_COLUMNS, {"对象": "教师", "指标": "在线授课"}, "目标"), 50),
    ):
        page.cell(where[0] + 1, where[1] + 1).value = value
    edited_book = pinned_beside(tmp_path / "edited.xlsx")
    book.save(edited_book)
    before, after = check(built), check(edited_book)
    assert before.results.tables["TeacherScores"]["得分"].tolist() == [100.0]
    assert after.results.tables["TeacherScores"]["得分"].tolist() == [76.0]
    assert after.results.tables["SchoolScores"]["得分"].tolist() == [95.0]
    assert before.results.version == RULES.scheme.version
    assert after.results.version == f"{RULES.scheme.version}+本簿修改"


def test_rules_built_with_other_readings_show_and_keep_them(tmp_path: Path) -> None:
    rules: Rules = resolve(RULES, {"homework": "fifteen", "ties": "order"})
    build(rules, tmp_path / "b.xlsx")
    with Package(tmp_path / "b.xlsx") as package:
        found = apply_rule_sheet(Reader(package).grid(RULE_SHEET), RULES)
    assert found == rules
    assert read(found).output("TeacherScores", "作业管理") == [1.0]
