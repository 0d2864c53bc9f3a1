"""The tables of 规则 that carry the whole scheme: every edit takes effect or is refused with its cell."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid, letter
from kongjian.engine.calculate import calculate
from kongjian.engine.evidence.evidence_sheets import evidence
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.forms.known import scheme_facts
from kongjian.forms.lists import certificates, issuer
from kongjian.forms.returned.checklist import OWED, expected
from kongjian.intake.rule_rows import SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.scheme_tables import COLUMNS
from kongjian.mailing.live_copy import live_copy
from kongjian.mailing.plan import month_names
from kongjian.mailing.proof import prove
from kongjian.rules import Rules, resolve
from kongjian.rules.differences import edits_in_words, readings_in_words, rule_changes, undone
from kongjian.rules.identity import fingerprint
from kongjian.workbook.functions import worksheet
from kongjian.workbook.functions.rules_text import rules_of
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from pinned_rules import pinned_beside, pinned_rules
from rules_texts import rules_text, table
from workbooks import cells, column, everything, opened, small_book

RULES = pinned_rules()
SCHEME, MONTHS, CONDITIONS, AWARDS = COLUMNS.values()
NOW = dt.datetime(2021, 7, 20, 9, 30)
Edit = tuple[Sequence[str], str, str, Cell]
"""The columns of a table, the name of a row, a column, what is typed there."""


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    path = tmp_path_factory.mktemp("rules") / "book.xlsx"
    build(RULES, path)
    return sheet_of(path)


def sheet_of(path: Path) -> Grid:
    with Package(path) as package:
        found = Reader(package).grid(SHEET)
    assert found is not None
    return found


def place(rows: Sequence[Sequence[Cell]], columns: Sequence[str], name: str, header: str) -> tuple[int, int]:
    """Row and column (from 0) of a cell: its table's columns, the name in its row, its header."""
    top, left = next(
        (r, c)
        for r, row in enumerate(rows)
        for c in range(len(row))
        if list(row[c : c + len(columns)]) == list(columns)
    )
    key = left + {"EligibilityRules": 1}.get(next((t for t, c in COLUMNS.items() if c == columns), ""), 0)
    if tuple(columns) == INDICATORS_COLUMNS:
        key = left + 2
    found = next(r for r in range(top + 1, len(rows)) if rows[r][key] == name)
    return found, left + list(columns).index(header)


def typed(grid: Grid, *edits: Edit) -> Grid:
    rows = [list(row) for row in grid.rows]
    for columns, name, header, value in edits:
        row, at = place(grid.rows, columns, name, header)
        rows[row][at] = value
    return Grid(rows)


def at(grid: Grid, columns: Sequence[str], name: str, header: str) -> str:
    row, found = place(grid.rows, columns, name, header)
    return f"规则!{letter(found + 1)}{row + 1}"


def applied(grid: Grid, *edits: Edit) -> Rules:
    return apply_rule_sheet(typed(grid, *edits), RULES)


def fault(grid: Grid, *edits: Edit, rules: Rules = RULES) -> str:
    with pytest.raises(KongjianError) as caught:
        apply_rule_sheet(typed(grid, *edits), rules)
    return str(caught.value)


BY_TEACHERS = "网络学习空间应用专家", "网络学习空间应用优秀教师"
FIVE_PLACES: list[Edit] = [
    (AWARDS, name, "止名次", 5.0)
    for name in ("网络学习空间应用示范校", "网络学习空间应用优秀管理员", "省平台信息化专家")
]

# as it is built


def test_the_sheet_tells_the_whole_scheme(grid: Grid) -> None:
    facts = {row[0]: row[1] for row in table(grid, SCHEME)[1:]}
    assert facts == {
        "方案编号": "chibi-2020", "名称": "赤壁市中小学“网络学习空间”应用评比方案", "地区": "赤壁市",
        "版本": "2020.1", "学校满分": 100, "教师满分": 100, "评选开始": "2020-12", "评选结束": "2021-07",
        "申报截止": "2021-07-31", "发文单位": "赤壁市教育局", "受理单位": "赤壁市教育局装备站",
        "联系人": "", "联系电话": "", "方案指纹": fingerprint(RULES),
    }  # fmt: skip
    assert table(grid, MONTHS)[1:] == [[m, "是"] for m in RULES.period.months()]
    bounds = {(row[0], row[1]): row[2] for row in table(grid, CONDITIONS)[1:]}
    assert bounds["学校", "教师开通率"] == 0.9
    assert bounds["教师", "教师月均得分"] == 80
    assert [row[0] for row in table(grid, CONDITIONS)[1:4]] == ["学校"] * 3
    first, *_, last = table(grid, AWARDS)[1:]
    assert first[:5] == ["网络学习空间应用示范校", "学校", "学校", 1, 3]
    assert first[5:] == ["", "", "", "教育局", "三、评选奖项/1"]
    assert last[:5] == ["网络学习空间应用优秀教师", "教师", "教师", 11, 50]
    assert [row[2] for row in table(grid, AWARDS)[2:4]] == ["管理员", "管理员"]
    assert [row[8] for row in table(grid, AWARDS)[1:]].count("湖北教育云平台") == 1


def test_the_scheme_has_its_name_in_the_workbook(tmp_path: Path) -> None:
    build(RULES, tmp_path / "k.xlsm")
    book = openpyxl.load_workbook(tmp_path / "k.xlsm")
    ((sheet, cell),) = book.defined_names["KongjianScheme"].destinations
    assert book[sheet][cell.replace("$", "")].value == "chibi-2020"
    yellow = book["规则"]["B4"].fill.fgColor.rgb
    for columns, name, header in (
        (SCHEME, "学校满分", "取值"),
        (MONTHS, "2021-02", "计入"),
        (CONDITIONS, "教师开通率", "界线"),
        (AWARDS, "省平台信息化专家", "授予单位"),
        (INDICATORS_COLUMNS, "作业管理", "目标"),
    ):
        row, found = place(cells(tmp_path / "k.xlsm", "规则"), columns, name, header)
        assert book["规则"].cell(row + 1, found + 1).fill.fgColor.rgb == yellow, name


def test_a_new_workbook_changes_nothing(grid: Grid) -> None:
    found = apply_rule_sheet(grid, RULES)
    assert (found, found.edits, found.version) == (RULES, {}, "2020.1")
    assert edits_in_words(found) == ""
    assert found.counted_months() == RULES.period.months()


# every edit takes effect


@pytest.mark.parametrize(
    ("edits", "attribute", "value", "words"),
    [
        ([(SCHEME, "名称", "取值", "2022年评比方案")], "scheme.name", "2022年评比方案", "方案 名称 取值（赤壁市中小学“网络学习空间”应用评比方案）→（2022年评比方案）"),
        ([(SCHEME, "地区", "取值", "嘉鱼县")], "scheme.city", "嘉鱼县", "方案 地区 取值（赤壁市）→（嘉鱼县）"),
        ([(SCHEME, "版本", "取值", 2022.1)], "scheme.version", "2022.1", "方案 版本 取值2020.1→2022.1"),
        ([(SCHEME, "申报截止", "取值", "2021年8月15日")], "scheme.apply_by", "2021-08-15", "方案 申报截止 取值2021-07-31→2021-08-15"),
        ([(SCHEME, "申报截止", "取值", dt.date(2021, 8, 15))], "scheme.apply_by", "2021-08-15", "方案 申报截止 取值2021-07-31→2021-08-15"),
        ([(SCHEME, "发文单位", "取值", "赤壁市人民政府")], "scheme.issued_by", "赤壁市人民政府", "方案 发文单位 取值（赤壁市教育局）→（赤壁市人民政府）"),
        ([(SCHEME, "受理单位", "取值", "赤壁市电教馆")], "scheme.handled_by", "赤壁市电教馆", "方案 受理单位 取值（赤壁市教育局装备站）→（赤壁市电教馆）"),
        ([(SCHEME, "联系人", "取值", "何老师")], "scheme.contact", "何老师", "方案 联系人 取值（）→（何老师）"),
        ([(SCHEME, "联系电话", "取值", 7155330000.0)], "scheme.phone", "7155330000", "方案 联系电话 取值（）→（7155330000）"),
        ([(SCHEME, "评选开始", "取值", "2021-01"), (MONTHS, "2020-12", "月份", "2021-7"), (MONTHS, "2021-07", "月份", "")], "scheme.period.start", "2021-01", "方案 评选开始 取值2020-12→2021-01"),
        ([(SCHEME, "评选结束", "取值", 44409.0), (MONTHS, "2020-12", "月份", "2021-08"), (SCHEME, "评选开始", "取值", dt.datetime(2021, 1, 1))], "scheme.period.end", "2021-08", "方案 评选开始 取值2020-12→2021-01；方案 评选结束 取值2021-07→2021-08"),
        ([(MONTHS, "2021-02", "计入", "否")], "uncounted", frozenset({"2021-02"}), "月份 2021-02 计入是→否"),
        ([(SCHEME, "学校满分", "取值", 102), (INDICATORS_COLUMNS, "组织机构", "分值", 7.0)], "school.points", 102.0, "方案 学校满分 取值100→102；学校 组织机构 分值5→7"),
        ([(CONDITIONS, "教师开通率", "界线", "95%")], "conditions.3.at_least", 0.95, "达标条件 教师开通率 界线90%→95%"),
        ([(CONDITIONS, "学校月均得分", "界线", 75)], "conditions.6.at_least", 75.0, "达标条件 学校月均得分 界线80→75"),
        ([(CONDITIONS, "学校月均得分", "出处", "2022年补充通知")], "conditions.6.source", "2022年补充通知", "达标条件 学校月均得分 出处（三、评选奖项/1）→（2022年补充通知）"),
        (FIVE_PLACES, "awards.0.last", 5, "奖项 网络学习空间应用示范校 止名次3→5；奖项 网络学习空间应用优秀管理员 止名次3→5；奖项 省平台信息化专家 止名次3→5"),
        ([(AWARDS, "网络学习空间应用专家", "最低分", 90)], "awards.3.least", 90.0, "奖项 网络学习空间应用专家 最低分0→90"),
        ([(AWARDS, n, "分组列", "学校名称") for n in BY_TEACHERS], "awards.4.group", "学校名称", "；".join(f"奖项 {n} 分组列（）→（学校名称）" for n in BY_TEACHERS)),
        ([(AWARDS, BY_TEACHERS[1], "占比", "10%"), (AWARDS, BY_TEACHERS[1], "起名次", ""), (AWARDS, BY_TEACHERS[1], "止名次", "")], "awards.4.share", 0.1, f"奖项 {BY_TEACHERS[1]} 起名次11→0；奖项 {BY_TEACHERS[1]} 止名次50→0；奖项 {BY_TEACHERS[1]} 占比0%→10%"),
        ([(AWARDS, "省平台信息化专家", "授予单位", "省电教馆")], "awards.2.granted_by", "省电教馆", "奖项 省平台信息化专家 授予单位（湖北教育云平台）→（省电教馆）"),
    ],
    ids=str,
)  # fmt: skip
def test_an_edit_takes_effect(
    edits: list[Edit], attribute: str, value: object, words: str, grid: Grid
) -> None:
    found: Any = applied(grid, *edits)
    assert edits_in_words(found) == words
    assert found.version == f"{found.scheme.version}+本簿修改"
    # whatever is told can be read back, named as a change and undone
    told = (RULES.version, readings_in_words(RULES), "")
    changes = rule_changes(*told, found)
    assert changes is not None
    back = undone(found, [c for c in changes if c.can_be_undone])
    for name in ("school", "teacher", "awards", "uncounted", "period"):
        if "出处" not in words:
            assert getattr(back, name) == getattr(RULES, name)
    assert rule_changes(found.version, readings_in_words(found), words, found) == ()
    for part in attribute.split("."):
        found = found[int(part)] if part.isdigit() else getattr(found, part)
    assert found == value


def test_the_edited_sheet_builds_itself_again(grid: Grid, tmp_path: Path) -> None:
    edits = [*FIVE_PLACES, (CONDITIONS, "教师开通率", "界线", 0.85), (MONTHS, "2021-02", "计入", "否")]
    wanted = applied(grid, *edits, (INDICATORS_COLUMNS, "作业管理", "目标", 7.0))
    build(wanted, tmp_path / "b.xlsx")
    assert apply_rule_sheet(sheet_of(tmp_path / "b.xlsx"), RULES) == wanted


@pytest.mark.parametrize(
    "value", ["２０２１－０２", "2021年2月", "2021/02", 44228.0, "44228", "202102", dt.date(2021, 2, 1)]
)
def test_a_month_may_be_typed_in_any_way(value: Cell, grid: Grid) -> None:
    assert applied(grid, (MONTHS, "2021-02", "月份", value)) == RULES


# every other edit is refused


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        ((SCHEME, "名称", "取值", " "), "名称空白，请填写"),
        ((SCHEME, "学校满分", "取值", "一百"), "学校满分“一百”不能用，应为大于0的数字"),
        ((SCHEME, "教师满分", "取值", -100.0), "教师满分“-100”不能用，应为大于0的数字"),
        ((SCHEME, "评选开始", "取值", "去年底"), "评选开始“去年底”不能用，请写成 2020-12 这样"),
        ((SCHEME, "申报截止", "取值", "7月底"), "申报截止“7月底”不能用，请写成 2021-07-31 这样"),
        ((SCHEME, "评选结束", "取值", "2020-11"), "评选结束2020-11早于评选开始2020-12"),
        ((SCHEME, "评选结束", "取值", "2201-07"), "2020-12至2201-07超过36个月，请核对评选开始和评选结束"),
        ((SCHEME, "地区", "项目", "城市"), "没有项目“城市”"),
        ((MONTHS, "2021-02", "月份", "二月"), "月份“二月”认不出，请写成 2020-12 这样"),
        ((MONTHS, "2021-02", "月份", "2021-08"), "2021-08不在评选开始到评选结束（2020-12至2021-07）之内，请删去这一行，或改评选开始、评选结束"),
        ((MONTHS, "2021-02", "计入", "也许"), "2021-02计入“也许”不能用，请填“是”或“否”"),
        ((MONTHS, "2021-02", "计入", ""), "2021-02计入“”不能用，请填“是”或“否”"),
        ((CONDITIONS, "互联网接入", "界线", "否"), "互联网接入“否”不能用，只能是“是”"),
        ((CONDITIONS, "教师开通率", "界线", 95.0), "教师开通率的界线“95”不能用，应大于0%、不大于100%"),
        ((CONDITIONS, "教师开通率", "界线", ""), "教师开通率的界线“”不能用，应大于0%、不大于100%"),
        ((CONDITIONS, "教师月均得分", "界线", 800.0), "教师月均得分的界线“800”不能用，应大于0、不大于满分100"),
        ((CONDITIONS, "教师月均得分", "界线", "八十"), "教师月均得分的界线“八十”不能用，应大于0、不大于满分100"),
        ((CONDITIONS, "教师月均得分", "条件", "教师平均分"), "没有达标条件“教师平均分”"),
        ((CONDITIONS, "教师月均得分", "出处", ""), "教师月均得分的出处空白，请填写"),
        ((AWARDS, "省平台信息化专家", "奖项", "省级专家"), "没有奖项“省级专家”（要增加，请用“新建下一年方案”）"),
        ((AWARDS, "省平台信息化专家", "对象", "教师"), "省平台信息化专家的对象由方案定，应为“学校”"),
        ((AWARDS, "省平台信息化专家", "获奖人", "学校"), "省平台信息化专家的获奖人由方案定，应为“管理员”"),
        ((AWARDS, "省平台信息化专家", "授予单位", ""), "省平台信息化专家的授予单位空白，请填写"),
        ((AWARDS, "网络学习空间应用示范校", "分组列", "乡镇"), "网络学习空间应用示范校的分组列“乡镇”不是学校数据里写文字的列，可用：学校名称、学段、管理员姓名"),
        ((AWARDS, "网络学习空间应用示范校", "最低分", 101), "网络学习空间应用示范校的最低分“101”不能用，应大于0、不大于100，最多两位小数"),
        ((AWARDS, "网络学习空间应用优秀教师", "止名次", 50.5), "网络学习空间应用优秀教师的止名次“50.5”不能用，应为1、2、3……"),
        ((AWARDS, "网络学习空间应用优秀教师", "止名次", ""), "网络学习空间应用优秀教师的止名次“”不能用，应为1、2、3……"),
        ((AWARDS, "网络学习空间应用优秀教师", "止名次", 9), "网络学习空间应用优秀教师的止名次9小于起名次11"),
    ],
    ids=str,
)  # fmt: skip
def test_any_other_edit_is_refused_with_its_cell(edit: Edit, said: str, grid: Grid) -> None:
    columns, name, header, _ = edit
    assert fault(grid, edit) == f"{at(grid, columns, name, header)}：{said}"


def test_a_share_beside_ranks_is_refused(grid: Grid) -> None:
    said = fault(grid, (AWARDS, BY_TEACHERS[0], "占比", 1.2))
    for header, words in (
        ("起名次", "请清空起名次"),
        ("止名次", "请清空止名次"),
        ("占比", "应大于0%、不大于100%"),
    ):
        assert f"{at(grid, AWARDS, BY_TEACHERS[0], header)}：" in said
        assert words in said


@pytest.mark.parametrize(
    ("edit", "where", "said"),
    [
        ((SCHEME, "地区", "项目", "版本"), ("版本", "项目"), "项目“版本”有两行，请只留一行"),
        ((MONTHS, "2021-02", "月份", "2021-03"), ("2021-03", "月份"), "2021-03有两行，请只留一行"),
        (
            (CONDITIONS, "教师月均得分", "对象", "学校"),
            ("教师月均得分", "条件"),
            "没有达标条件“教师月均得分”",
        ),
    ],
    ids=str,
)
def test_a_row_must_have_its_own_name(edit: Edit, where: tuple[str, str], said: str, grid: Grid) -> None:
    assert fault(grid, edit) == f"{at(grid, edit[0], *where)}：{said}"


def test_a_workbook_of_before_needs_no_contact(grid: Grid) -> None:
    row, _ = place(grid.rows, SCHEME, "联系人", "项目")
    rows = [list(r) for r in grid.rows]
    rows[row][:3] = rows[row + 2][:3]  # Months stands beside it
    for gone in (row + 1, row + 2):
        rows[gone][:3] = ["", "", ""]
    assert apply_rule_sheet(Grid(rows), RULES) == RULES


def test_ranks_must_leave_nobody_out(grid: Grid) -> None:
    first = at(grid, AWARDS, "网络学习空间应用优秀教师", "起名次")
    assert (
        fault(grid, (AWARDS, "网络学习空间应用专家", "止名次", 12))
        == f"{first}：网络学习空间应用优秀教师与前一个教师奖项的名次重叠（应从第13名起）"
    )
    admins = [at(grid, AWARDS, name, "起名次") for _, name, _, _ in FIVE_PLACES[1:]]
    assert fault(grid, FIVE_PLACES[0]).split("；") == [
        f"{where}：{name}名次与任何一个学校奖项都不一致"
        for where, (_, name, _, _) in zip(admins, FIVE_PLACES[1:], strict=True)
    ]


def test_months_are_exactly_those_of_the_period(grid: Grid) -> None:
    last = at(grid, MONTHS, "2021-07", "月份")
    said = fault(grid, (SCHEME, "评选结束", "取值", "2021-09"))
    assert said == f"{last}：还缺2021-08、2021-09；请在下面补上，“月份”要正好是评选开始到评选结束的各月"
    nobody = [(MONTHS, m, "计入", "否") for m in RULES.period.months()]
    assert fault(grid, *nobody) == f"{at(grid, MONTHS, '2021-07', '计入')}：至少要有一个月计入"


def test_full_points_that_the_points_do_not_reach_are_named(grid: Grid) -> None:
    where = at(grid, SCHEME, "教师满分", "取值")
    found = fault(grid, (SCHEME, "教师满分", "取值", 120))
    assert found == f"教师各指标分值合计100，应为120，改过的格子：{where}（教师满分由100改成120）"


def test_all_faults_come_at_once(grid: Grid) -> None:
    found = fault(
        grid,
        (READINGS_COLUMNS, "月均", "取值", "随便"),
        (MONTHS, "2021-02", "计入", "?"),
        (CONDITIONS, "教师开通率", "界线", 2),
        (AWARDS, "省平台信息化专家", "最低分", 1),
        (INDICATORS_COLUMNS, "组织机构", "分值", "五"),
    )
    assert found.count("；") == 4


@pytest.mark.parametrize(
    ("columns", "name", "said"),
    [
        (SCHEME, "地区", "缺项目“地区”，请补上这一行"),
        (CONDITIONS, "教师开通率", "缺达标条件“教师开通率”，请补上这一行"),
        (AWARDS, "省平台信息化专家", "缺奖项“省平台信息化专家”，请补上这一行"),
    ],
)
def test_a_row_that_is_gone_is_refused(columns: Sequence[str], name: str, said: str, grid: Grid) -> None:
    row, _ = place(grid.rows, columns, name, columns[0])
    rows = [list(r) for r in grid.rows]
    if columns == SCHEME:  # Months stands beside it
        for r in range(row, row + 12):
            rows[r][:3] = rows[r + 1][:3]
    else:
        del rows[row]
    with pytest.raises(KongjianError, match=f"^规则：{said}$"):
        apply_rule_sheet(Grid(rows), RULES)


@pytest.mark.parametrize("columns", [SCHEME, MONTHS, CONDITIONS, AWARDS])
def test_a_table_that_is_gone_is_refused(columns: Sequence[str], grid: Grid) -> None:
    rows = [["" if c == columns[1] and columns[0] in row else c for c in row] for row in grid.rows]
    with pytest.raises(KongjianError) as caught:
        apply_rule_sheet(Grid(rows), RULES)
    assert str(caught.value) == f"规则：找不到有“{'、'.join(columns)}”这些列的表，请从原来的工作簿补上"


def test_an_error_value_is_no_blank(grid: Grid) -> None:
    row, found = place(grid.rows, CONDITIONS, "教师开通率", "界线")
    broken = Grid(typed(grid, (CONDITIONS, "教师开通率", "界线", "")).rows, {(row + 1, found + 1): "#REF!"})
    with pytest.raises(KongjianError, match=f"规则!C{row + 1}：界线是错误值#REF!"):
        apply_rule_sheet(broken, RULES)


NOTES = ("说明", "影响", "疑点")


@pytest.mark.parametrize("value", ["改过", 7.0, ""])
def test_no_cell_of_any_table_is_ever_ignored(value: Cell, grid: Grid) -> None:
    ignored, refused = [], []
    for columns in (READINGS_COLUMNS, *COLUMNS.values(), INDICATORS_COLUMNS):
        rows = table(grid, columns)
        top, left = next(
            (r, c)
            for r, row in enumerate(grid.rows)
            for c in range(len(row))
            if list(row[c : c + len(columns)]) == list(columns)
        )
        for r, row in enumerate(rows[1:], start=top + 1):
            for c, (header, now) in enumerate(zip(columns, row, strict=True), start=left):
                changed = [list(line) for line in grid.rows]
                changed[r][c] = value
                if header in NOTES or now == value:
                    continue
                try:
                    if apply_rule_sheet(Grid(changed), RULES) == RULES:
                        ignored.append((header, rows[r - top][0], now))
                except KongjianError as error:
                    refused.append(str(error))
    assert all("规则" in text for text in refused)
    # a blank stands for the first value of a reading, and for the target that a reading sets
    first = [("取值", r.label, r.values[0].label) for r in RULES.readings]
    homework = [("目标", kind, "按口径") for kind in ("学校", "教师")]
    assert ignored == ([*first, *homework] if value == "" else [])


# whose scheme it is


def test_another_scheme_is_refused_with_the_way_out(grid: Grid) -> None:
    where = at(grid, SCHEME, "方案编号", "取值")
    assert fault(grid, (SCHEME, "方案编号", "取值", "xianning-2022")) == (
        f"{where}：本簿的方案是“xianning-2022”，这台电脑装的是“chibi-2020”（赤壁市中小学“网络学习空间”应用评比方案）；"
        "请用装有“xianning-2022”的电脑打开，写错了就改回“chibi-2020”"
    )


def other_measure(rules: Rules) -> Rules:
    first, *rest = rules.measures.teacher_means
    means = (dataclasses.replace(first, over="everyone"), *rest)
    return rules.replace(measures=dataclasses.replace(rules.measures, teacher_means=means))


def other_effective(rules: Rules) -> Rules:
    first, *rest = rules.effective.roles
    roles = (dataclasses.replace(first, once_per="month"), *rest)
    return rules.replace(effective=dataclasses.replace(rules.effective, roles=roles))


def other_condition(rules: Rules) -> Rules:
    first, *rest = rules.conditions
    return rules.replace(conditions=(dataclasses.replace(first, columns=("多媒体教学环境",)), *rest))


def other_breakers(rules: Rules) -> Rules:
    last = dataclasses.replace(rules.reading("ties"), tie_breakers=("制作课件",))
    return rules.replace(readings=(*(r for r in rules.readings if r.id != "ties"), last))


def other_target(rules: Rules) -> Rules:
    """A reading sets another target: no cell of 规则 holds that number."""
    first = rules.reading("homework")
    change = dataclasses.replace(first.values[2].indicators["作业管理"], target=20.0)
    values = (*first.values[:2], dataclasses.replace(first.values[2], indicators={"作业管理": change}))
    return rules.replace(
        readings=tuple(dataclasses.replace(r, values=values) if r is first else r for r in rules.readings)
    )


@pytest.mark.parametrize(
    "other", [other_measure, other_effective, other_condition, other_breakers, other_target]
)
def test_a_package_that_defines_the_scheme_otherwise_is_refused(other: Any, grid: Grid) -> None:
    found = fault(grid, rules=other(RULES))
    assert found == (
        f"{at(grid, SCHEME, '方案指纹', '取值')}：装的方案“chibi-2020”与本簿的在指标、推算办法、有效数据、达标条件或同分先后上不同，"
        "不能用来重算；请用生成本簿的那一版程序，或把数据粘贴到新的 kongjian.xlsm"
    )


def test_the_fingerprint_leaves_out_what_the_sheet_tells() -> None:
    edits = {("scheme", "评选结束"): {"value": "2021-09"}, ("condition", "教师开通率"): {"at_least": 0.5}}
    for readings in ({}, {"homework": "none_is_zero", "ties": "order"}):
        assert fingerprint(resolve(RULES, readings, edits)) == fingerprint(RULES)
    assert fingerprint(later_package()) == fingerprint(RULES)


# a finished workbook keeps its result


def later_package(points: bool = True) -> Rules:
    """The scheme as a later package has it: every number that the sheet tells is another."""
    school = [
        dataclasses.replace(i, points=7.0) if i.name == "组织机构" else i for i in RULES.school.indicators
    ]
    teacher = [
        dataclasses.replace(i, target=30.0) if i.name == "在线授课" else i for i in RULES.teacher.indicators
    ]
    period = dataclasses.replace(RULES.period, start="2021-09", end="2022-06")
    ranks = {1: (1, 1), 3: (1, 1), 10: (1, 2), 50: (3, 4)}
    changed = RULES.replace(
        scheme=dataclasses.replace(RULES.scheme, version="2021.1", name="另一年的方案", period=period),
        conditions=tuple(
            dataclasses.replace(c, at_least=c.at_least * 0.9) if c.at_least else c for c in RULES.conditions
        ),
        awards=tuple(
            dataclasses.replace(a, first=ranks[a.last][0], last=ranks[a.last][1], granted_by="省厅")
            for a in RULES.awards
        ),
        teacher=dataclasses.replace(RULES.teacher, indicators=tuple(teacher)),
    )
    if not points:
        return changed
    return changed.replace(school=dataclasses.replace(RULES.school, points=102.0, indicators=tuple(school)))


RESULTS = (
    "学校排名 教师排名 获奖名单 资格审核 学校得分 教师得分 问题清单 学校指标 教师指标 有效次数 平台核对 得分说明 临界名单 口径影响"
).split()


def results(path: Path) -> dict[str, list[list[Any]]]:
    """Every result sheet below its subtitle."""
    return {name: cells(path, name)[2:] for name in RESULTS}


@pytest.mark.parametrize(
    "edits", [[], [*FIVE_PLACES, (CONDITIONS, "学校月均得分", "界线", 79)]], ids=["untouched", "edited"]
)
def test_a_finished_workbook_recalculates_to_the_same_result(edits: list[Edit], tmp_path: Path) -> None:
    book = type_into(small_book(tmp_path / "book.xlsm"), edits)
    recalculate(book, now=NOW)
    before, later = results(book), later_package()
    recalculate(book, tmp_path / "later.xlsm", later, now=NOW)
    assert results(tmp_path / "later.xlsm") == before
    assert [len(before[n]) > 2 for n in ("学校排名", "获奖名单", "得分说明")] == [True] * 3
    version, words = (column(tmp_path / "later.xlsm", "运行记录", c)[0] for c in ("规则版本", "规则修改"))
    assert version == "2020.1+本簿修改"
    assert "方案 版本 取值2021.1→2020.1" in words
    assert ("止名次1→5" if edits else "止名次1→3") in words
    # and a workbook that the later package has made gives another result
    build(later, tmp_path / "new.xlsm")
    assert check(tmp_path / "new.xlsm", later).rules == later


def test_a_workbook_of_the_first_edition_works_by_the_installed_rules(tmp_path: Path) -> None:
    book = pinned_beside(tmp_path / "book.xlsm")
    small_book(book, {**everything(), "monthly": [], "events": []}, RULES)
    found = opened(book, keep_vba=True)
    sheet = found["规则"]
    for name in COLUMNS_OF_SCHEME:
        for row in sheet[sheet.tables[name].ref]:
            for cell in row:
                cell.value = None
        del sheet.tables[name]
    del found.defined_names["KongjianScheme"]
    found.save(book)
    assert check(book).rules == RULES
    later = later_package(points=False)
    run = check(book, later)
    assert (run.rules.conditions, run.rules.awards, run.rules.scheme) == (
        later.conditions,
        later.awards,
        later.scheme,
    )
    # readings and indicators are the sheet's, as ever
    assert run.rules.teacher == RULES.teacher
    assert edits_in_words(run.rules) == "教师 在线授课 目标30→40"


COLUMNS_OF_SCHEME = tuple(COLUMNS)


def type_into(path: Path, edits: Sequence[Edit]) -> Path:
    """The workbook with these cells typed."""
    found = opened(path, keep_vba=True)
    grid = cells(path, "规则")
    for columns, name, header, value in edits:
        row, at_ = place(grid, columns, name, header)
        found["规则"].cell(row + 1, at_ + 1).value = value
    found.save(path)
    return path


def test_the_same_rules_under_another_package_are_no_change(grid: Grid) -> None:
    then = applied(grid, (CONDITIONS, "学校月均得分", "界线", 79))
    told = (then.version, readings_in_words(then), edits_in_words(then))
    later = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 79)), later_package())
    assert rule_changes(*told, later) == ()
    moved = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 78)), later_package())
    assert [c.text for c in rule_changes(*told, moved) or ()] == ["达标条件“学校月均得分”界线79→78"]
    back = apply_rule_sheet(typed(grid, (CONDITIONS, "学校月均得分", "界线", 72)), later_package())
    assert [c.text for c in rule_changes(*told, back) or ()] == ["达标条件“学校月均得分”界线79→72"]


def test_words_that_name_no_parameter_tell_nothing() -> None:
    for words in ("月份 2021-02 分值1→2", "方案 地区 界线（甲）→（乙）", "奖项 甲奖 止名次三→五"):
        assert rule_changes("2020.1", "全部默认", words, RULES) is None


# what the edits do


def run_under(rules: Rules, **tables: Mapping[str, Any]) -> Results:
    return calculate(Inputs.of(rules, **tables), rules, Previous())


def teachers(*scores: float) -> Frame:
    n = len(scores)
    counts = {i.name: [0.0] * n for i in RULES.teacher.indicators}
    return Frame.of(
        {
            **counts,
            "学校名称": ["甲小学"] * n,
            "教师姓名": [f"师{k}" for k in range(n)],
            "账号": [f"a{k}" for k in range(n)],
            "平台得分": list(scores),
        }
    )


def monthly(*rows: tuple[str, str, float]) -> Mapping[str, Any]:
    accounts, months, scores = zip(*rows, strict=True)
    names = {"类别": ["教师"] * len(rows), "学校名称": ["甲小学"] * len(rows)}
    return {**names, "账号": list(accounts), "月份": list(months), "得分": list(scores)}


def test_a_month_that_does_not_count_is_left_out_of_the_mean(grid: Grid) -> None:
    rules = applied(grid, (MONTHS, "2021-02", "计入", "否"))
    assert rules.counted_months() == [m for m in RULES.period.months() if m != "2021-02"]
    rows = [("a0", m, 90.0) for m in RULES.period.months() if m != "2021-02"] + [("a0", "2021-02", 2.0)]
    counted, all_ = (run_under(r, teachers=teachers(85.0), monthly=monthly(*rows)) for r in (rules, RULES))
    assert counted.tables["TeacherScores"]["月均得分"].tolist() == [90.0]
    assert all_.tables["TeacherScores"]["月均得分"].tolist() == [79.0]  # (7 × 90 + 2) ÷ 8
    assert counted.tables["Eligibility"]["是否达标"].tolist() == ["达标"]
    assert [f.code for f in counted.findings if f.table == "monthly"] == []
    every = applied(grid, (MONTHS, "2021-02", "计入", "否"), (READINGS_COLUMNS, "月均", "取值", "每月都达"))
    assert run_under(
        every, teachers=teachers(85.0), monthly=monthly(*rows)
    ).teacher.monthly.lowest.tolist() == [9000]
    # the copy that is mailed shows the counted months alone
    assert [n for n in month_names(rules) if n.startswith("202")] == rules.counted_months()


def test_events_of_a_month_that_does_not_count_still_count(grid: Grid) -> None:
    rules = applied(grid, (MONTHS, "2021-02", "计入", "否"))
    events = {
        "日期": [dt.date(2021, 2, 3)], "学校名称": ["甲小学"], "账号": ["a0"], "角色": ["教师"], "行为": ["在线授课"],
    }  # fmt: skip
    frame = {k: v for k, v in events.items() if k != "日期"} | {
        "日期": Frame.of({"d": [0]})["d"].astype("datetime64[D]")
    }
    frame["日期"][:] = "2021-02-03"
    found = run_under(rules, teachers=teachers(85.0), events=frame)
    assert found.tables["EffectiveCounts"]["有效次数"].tolist() == [1.0]


def test_edited_bounds_and_ranks_reach_eligibility_awards_and_near_misses(grid: Grid) -> None:
    edits = [
        (CONDITIONS, "教师月均得分", "界线", 75),
        (AWARDS, "网络学习空间应用专家", "止名次", 1),
        (AWARDS, "网络学习空间应用优秀教师", "起名次", 2),
        (AWARDS, "网络学习空间应用优秀教师", "止名次", 2),
    ]
    rules = applied(grid, *edits)
    inputs = Inputs.of(rules, teachers=teachers(90.0, 75.0, 74.5))
    found = calculate(inputs, rules)
    assert found.tables["Eligibility"]["是否达标"].tolist() == ["达标", "达标", "未达标"]
    assert found.tables["Eligibility"]["未达标原因"][2] == "月均得分74.50分，低于75分"
    awarded = found.tables["Awards"]
    assert list(zip(awarded["奖项"], awarded["姓名"], strict=True)) == [
        ("网络学习空间应用专家", "师0"),
        ("网络学习空间应用优秀教师", "师1"),
    ]
    tables = evidence(inputs, found, rules)
    near = tables["NearMisses"]
    assert ("教师月均得分75分", "师2", -0.5) in list(
        zip(near["界线"], near["教师姓名"], near["差距"], strict=True)
    )
    said = dict(zip(near["教师姓名"], near["说明"], strict=True))
    assert said["师2"].startswith("差0.50分；")


def test_an_award_beyond_the_explained_ranks_is_explained(grid: Grid) -> None:
    rules = applied(grid, (AWARDS, "网络学习空间应用优秀教师", "止名次", 62))
    inputs = Inputs.of(rules, teachers=teachers(*(99.99 - k / 100 for k in range(70))))
    tables = evidence(inputs, calculate(inputs, rules), rules)
    assert len(set(tables["Explanations"]["账号"])) == 62


@pytest.fixture
def pinned_for_functions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own numbers in the user's own folder."""
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    pinned_beside(places.own_schemes())


@pytest.mark.usefixtures("pinned_for_functions")
def test_the_functions_go_by_the_edited_sheet(grid: Grid) -> None:
    changed = typed(
        grid,
        *FIVE_PLACES,
        (CONDITIONS, "学校月均得分", "界线", 70),
        (INDICATORS_COLUMNS, "作业管理", "目标", 15),
        (MONTHS, "2021-02", "计入", "否"),
    )
    text = rules_text(changed)
    assert rules_of(text) == apply_rule_sheet(changed, RULES)
    assert worksheet.AWARD("学校", 5, text) == "网络学习空间应用示范校"
    assert worksheet.AWARD("学校", 5, rules_text(grid)) == ""
    headers = [
        "互联网接入",
        "多媒体教学环境",
        "管理员实名认证",
        "教师总数",
        "教师开通空间数",
        "适龄学生数",
        "学生开通空间数",
    ]
    row = ["是", "是", "是", 10, 9, 100, 90]
    assert worksheet.SCHOOL_ELIGIBLE(row, headers, 70, text) == "达标"
    assert worksheet.SCHOOL_ELIGIBLE(row, headers, 70, rules_text(grid)) == "月均得分70.00分，低于80分"
    assert worksheet.SCHOOL_SCORE([1], ["作业管理"], "作业管理", text) == 0.0  # 14 short of 15
    assert worksheet.SCHOOL_SCORE([1], ["作业管理"], "作业管理", rules_text(grid)) == 5.0


@pytest.mark.usefixtures("pinned_for_functions")
def test_a_date_crosses_to_the_functions_as_its_number(grid: Grid) -> None:
    text = rules_text(
        typed(grid, (MONTHS, "2021-02", "月份", 44228.0), (SCHEME, "申报截止", "取值", 44408.0))
    )
    assert rules_of(text) == RULES


def test_the_copy_that_is_mailed_goes_by_the_edited_sheet(tmp_path: Path) -> None:
    edits = [
        *FIVE_PLACES,
        (CONDITIONS, "教师开通率", "界线", 0.925),
        (CONDITIONS, "学校月均得分", "界线", 79.5),
        (INDICATORS_COLUMNS, "作业管理", "目标", 15),
        (MONTHS, "2021-04", "计入", "否"),
    ]
    run = check(type_into(small_book(tmp_path / "book.xlsm"), edits))
    live_copy(run, tmp_path / "copy.xlsx")
    # opened by another reader and, where LibreOffice is there, calculated anew
    assert prove(tmp_path / "copy.xlsx", run, formulas=True).reasons == ()
    shown = [c for row in cells(tmp_path / "copy.xlsx", "规则") for c in row]
    assert [shown.count(v) for v in (0.925, 79.5, 5.0)][:2] == [1, 1]
    note = {row[0]: row[2] for row in cells(tmp_path / "copy.xlsx", "说明") if row[0]}
    assert note["规则修改"] == edits_in_words(run.rules)


def test_offices_days_and_names_reach_the_papers(tmp_path: Path) -> None:
    edits = [
        (SCHEME, "申报截止", "取值", "2021-08-15"),
        (SCHEME, "发文单位", "取值", "嘉鱼县教育局"),
        (SCHEME, "受理单位", "取值", "嘉鱼县电教馆"),
        (SCHEME, "名称", "取值", "嘉鱼县评比方案"),
        (AWARDS, "省平台信息化专家", "授予单位", "省电教馆"),
    ]
    run = check(type_into(small_book(tmp_path / "book.xlsm"), edits))
    facts = scheme_facts(run.rules, NOW.date())
    assert (facts["方案名称"], facts["主办单位"], facts["受理单位"]) == (
        "嘉鱼县评比方案",
        "嘉鱼县教育局",
        "嘉鱼县电教馆",
    )
    assert set(expected(run, run.rules)[OWED[5]]) == {"2021-08-15"}
    offices = dict(
        zip(certificates(run, NOW.date())["奖项"], certificates(run, NOW.date())["发证单位"], strict=True)
    )
    assert offices["省平台信息化专家"] == "省电教馆"
    assert offices["网络学习空间应用示范校"] == "嘉鱼县教育局"
    assert {issuer(a, RULES) for a in RULES.awards} == {"赤壁市教育局", "湖北教育云平台"}
