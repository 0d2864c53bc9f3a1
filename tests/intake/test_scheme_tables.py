"""The tables of 规则 that carry the whole scheme: every edit takes effect or is refused with its cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from edited_scheme import (
    AWARDS,
    BY_TEACHERS,
    CONDITIONS,
    FIVE_PLACES,
    MONTHS,
    RULES,
    SCHEME,
    Edit,
    applied,
    at,
    built_grid,
    fault,
    place,
    sheet_of,
    typed,
)
from kongjian.base.errors import KongjianError
from kongjian.base.grid import Cell, Grid
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.scheme_tables import COLUMNS
from kongjian.rules.differences import edits_in_words, readings_in_words, rule_changes, undone
from kongjian.rules.identity import fingerprint
from kongjian.workbook.layout import INDICATORS_COLUMNS, READINGS_COLUMNS
from kongjian.workbook.shipped.build_workbook import build
from rules_texts import table
from workbooks import cells


@pytest.fixture(scope="module")
def grid(tmp_path_factory: pytest.TempPathFactory) -> Grid:
    return built_grid(tmp_path_factory.mktemp("rules"))


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
