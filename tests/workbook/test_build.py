"""The workbook as it is built: what stands where, read by other programs than the one that wrote it; long because every sheet is looked at."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl import Workbook
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from kongjian.engine.evidence.explanations import percents
from kongjian.rules import Rules, load_rules
from kongjian.rules.bands_text import parse_bands
from kongjian.workbook.layout import (
    HOME_DISTRIBUTION,
    HOME_SCORES,
    HOME_STATE,
    HOME_STEPS,
    range_bounds,
    range_labels,
)
from kongjian.workbook.shipped.build_workbook import Pasted, build
from kongjian.xlsx.finished_parts import read_parts
from office import convert, pdf_pages
from sound_packages import is_sound

RULES = load_rules()
SCHOOL, TEACHER = (" ".join(i.name for i in unit.indicators) for unit in (RULES.school, RULES.teacher))
SCHOOL_INPUT, TEACHER_INPUT = (" ".join(RULES.table(t).names) for t in ("schools", "teachers"))
TOTALS = "计算得分 平台得分 得分 月均得分 数据完整"
PERSON = "学校名称 教师姓名 账号"
# sheet → its table and columns, in tab order between 首页 and 规则
TABLES = {
    "学校数据": ("Schools", SCHOOL_INPUT),
    "教师数据": ("Teachers", TEACHER_INPUT),
    "班级数据": ("Classes", "学校名称 年级 班级 学生数 课程学习完成率 作业完成率 课程学习次数 作业完成次数"),
    "月度得分": ("Monthly", "类别 学校名称 账号 月份 得分"),
    "行为明细": ("Events", "日期 学校名称 账号 角色 行为 年级 班级"),
    "学校排名": ("SchoolRanking", "名次 学校名称 得分 月均得分 并列 上次名次 变化"),
    "教师排名": ("TeacherRanking", f"名次 {PERSON} 得分 月均得分 并列 上次名次 变化"),
    "获奖名单": ("Awards", "奖项 名次 学校名称 姓名 得分 备注 状态 待核实原因"),
    "资格审核": ("Eligibility", f"类别 {PERSON} 是否达标 未达标原因"),
    "学校得分": ("SchoolScores", f"学校名称 {SCHOOL} {TOTALS}"),
    "教师得分": ("TeacherScores", f"{PERSON} {TEACHER} {TOTALS}"),
    "问题清单": ("Problems", "级别 影响 工作表 单元格 对象 原值 内容 建议 已确认保留 条款"),
    "与上次相比": ("Changes", f"类别 {PERSON} 上次名次 本次名次 上次得分 本次得分 变化 原因"),
    "学校指标": ("SchoolMeasures", SCHOOL_INPUT),
    "教师指标": ("TeacherMeasures", TEACHER_INPUT),
    "有效次数": (
        "EffectiveCounts",
        "学校名称 账号 角色 行为 月份 有效次数 出处 记录数 新增学生 计入次数 计入月数 每人上限",
    ),
    "数据覆盖": ("Coverage", "学校名称 角色 行为 应有 有数 粘贴 行为明细 按0次 缺 月份 说明"),
    "月度跟踪": (
        "MonthTracking",
        f"类别 {PERSON} 2020-12 2021-01 2021-02 2021-03 2021-04 2021-05 2021-06 2021-07 "
        "月均得分 已有月数 还剩月数 余下每月至少 状态",
    ),
    "平台核对": ("Reconcile", f"类别 {PERSON} 指标 计算得分 平台得分 差额 可能原因 采用"),
    "得分说明": ("Explanations", f"类别 {PERSON} 指标 条款 取值 来源 规则 分值 得分 扣分 还差"),
    "临界名单": ("NearMisses", f"类别 {PERSON} 界线 数值 差距 竞赛名次 中国式名次 说明"),
    "口径影响": ("ReadingEffects", "口径 取值 示范校变化 专家变化 优秀教师变化 说明"),
    "名次稳健性": (
        "Robustness",
        f"类别 {PERSON} 名次 最好名次 最差名次 仍获奖的口径组合 口径组合总数 说明",
    ),
    "运行记录": ("Runs", "时间 规则版本 数据指纹 学校数 教师数 班级数 错误 警告 用时秒 口径 规则修改"),
    "导入记录": ("Imports", "时间 文件 工作表 单元格 原值 写入 说明"),
    "列名对应": ("ColumnNames", "工作表 文件里的列名 对应列 确认 来自文件"),
    "异议登记": (
        "Appeals",
        "收到日期 提出人 联系方式 学校名称 教师姓名 异议内容 答复 是否更改 答复日期 经办人",
    ),
}
INPUTS = list(TABLES)[:5]
INDICATORS = "对象 一级指标 指标 条款原文 分值 计分方式 目标 每少扣分 分档 出处 疑点"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="module")
def built(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("build") / "built.xlsm"
    build(rules, target)
    return target


@pytest.fixture(scope="module")
def book(built: Path) -> Workbook:
    return openpyxl.load_workbook(built, keep_vba=True)


def column(sheet: Worksheet, header: str, row: int = 3) -> str:
    """The letter of the column with this header."""
    return str(next(c.column_letter for c in sheet[row] if c.value == header))


def header_row(sheet: Worksheet, row: int = 3) -> list[str]:
    return [c.value for c in sheet[row] if c.value is not None]


def test_every_sheet_in_tab_order(book: Workbook) -> None:
    assert book.sheetnames == ["首页", *TABLES, "单位查询", "规则", "帮助", "程序文字", "查询数据"]
    assert book["查询数据"].sheet_state == "hidden"
    assert book.active == book["首页"]


def test_few_tabs_are_visible_and_only_what_macros_read_is_hidden_from_staff(book: Workbook) -> None:
    visible = [s.title for s in book.worksheets if s.sheet_state == "visible"]
    known = ["学校排名", "教师排名", "获奖名单", "问题清单", "单位查询"]
    assert visible == ["首页", *INPUTS, *[n for n in known if n in book.sheetnames], "规则"]
    assert len(visible) <= 12
    assert [s.title for s in book.worksheets if s.sheet_state == "veryHidden"] == ["程序文字"]


@pytest.mark.parametrize("sheet", TABLES)
def test_every_table_has_its_columns(sheet: str, book: Workbook) -> None:
    name, columns = TABLES[sheet]
    assert list(book[sheet].tables) == [name, *({"SchoolNames"} if name == "ColumnNames" else ())]
    assert header_row(book[sheet])[: len(columns.split())] == columns.split()
    last = book[sheet].cell(4, len(columns.split())).coordinate
    table = book[sheet].tables[name]
    assert (table.ref, table.autoFilter.ref) == (f"A3:{last}", f"A3:{last}")


@pytest.mark.parametrize("sheet", TABLES)
def test_title_guidance_and_frozen_header(sheet: str, book: Workbook, rules: Rules) -> None:
    assert book[sheet]["A1"].value == sheet
    if sheet in INPUTS:
        guidance = next(t.guidance for t in rules.tables if t.sheet == sheet)
        assert book[sheet]["A2"].value.startswith(guidance)
    else:
        # what no calculation writes does not wait for one
        kept = {
            "异议登记": "公示期间收到的异议和答复，一行一件；计算不改动",
            "导入记录": "每次导入改了哪些格",
            "列名对应": "导出文件里的列名是哪一列",
        }
        assert book[sheet]["A2"].value == kept.get(sheet, "尚未计算")
    names = {"学校数据": "B4", "教师数据": "C4", "教师排名": "D4", "资格审核": "D4", "问题清单": "B4"}
    if sheet in names:
        assert book[sheet].freeze_panes == names[sheet]
    assert book[sheet].freeze_panes.endswith("4")


@pytest.mark.parametrize("sheet", ["首页", *TABLES, "规则", "帮助"])
def test_print_set_up(sheet: str, book: Workbook) -> None:
    page = book[sheet]
    assert page.page_setup.paperSize == 9
    assert page.page_setup.fitToWidth in (None, 1)
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.oddFooter.center.text == "第&P页 共&N页"
    assert page.print_title_rows == {"首页": None, "规则": "$1:$2", "帮助": "$1:$2"}.get(sheet, "$1:$3")
    upright = {"班级数据", "月度得分", "学校排名", "列名对应"}
    assert (page.page_setup.orientation == "landscape") == (sheet not in upright)


def test_tabs_are_coloured_by_role(book: Workbook) -> None:
    of_colour: dict[str, list[str]] = {}
    for sheet in book.worksheets:
        of_colour.setdefault(sheet.sheet_properties.tabColor.rgb, []).append(sheet.title)
    home, inputs, results, evidence, explained = of_colour.values()
    assert (home, inputs, explained) == (["首页"], INPUTS, ["规则", "帮助", "程序文字"])
    assert results == [*list(TABLES)[5:12], "单位查询"]
    assert evidence == [*list(TABLES)[12:], "查询数据"]


def test_results_are_protected_without_a_password_and_inputs_are_not(book: Workbook) -> None:
    for sheet in book.worksheets:
        protection = sheet.protection
        assert protection.sheet == (
            sheet.title
            not in ["首页", "规则", "帮助", "程序文字", "列名对应", "问题清单", "异议登记", *INPUTS]
        ), sheet.title
        if protection.sheet:
            assert protection.password is None
            locked = [
                protection.autoFilter,
                protection.sort,
                protection.formatColumns,
                protection.selectLockedCells,
            ]
            assert locked == [False] * 4


def test_pasted_accounts_keep_their_digits_because_the_whole_column_is_text(book: Workbook) -> None:
    for name in ("教师数据", "月度得分", "行为明细", "教师排名"):
        sheet = book[name]
        assert sheet.column_dimensions[column(sheet, "账号")].number_format == "@"
    assert book["月度得分"].column_dimensions["D"].number_format == "@"


def test_the_first_data_row_carries_the_style_of_each_column(book: Workbook) -> None:
    expected = {
        ("教师排名", "名次"): "0",
        ("教师排名", "账号"): "@",
        ("教师排名", "得分"): "0.00",
        ("学校指标", "作业完成率"): "0.0%",
        ("学校指标", "在线授课"): "0.00",
        ("运行记录", "时间"): "yyyy-mm-dd hh:mm:ss",
        ("运行记录", "用时秒"): "0.0",
    }
    for (name, header), number_format in expected.items():
        cell = book[name][f"{column(book[name], header)}4"]
        assert (cell.value, cell.number_format.replace("\\", "")) == (None, number_format)
    assert book["问题清单"]["G4"].alignment.wrap_text
    assert book["问题清单"]["D4"].font.underline == "single"
    assert not book["教师排名"]["B4"].alignment.wrap_text


def test_values_read_as_per_cent_are_shown_so_in_the_rows_of_their_indicator(book: Workbook) -> None:
    sheet = book["得分说明"]
    [rule] = [r for area in sheet.conditional_formatting for r in area.rules if r.dxf.numFmt]
    assert rule.dxf.numFmt.formatCode == "0.0%"
    judged = set(re.findall(r'="([^"]+)",\$E4="([^"]+)"', rule.formula[0]))
    assert judged == percents(load_rules())
    assert {("学校", "学生评价"), ("学校", "课程学习"), ("教师", "学生评价")} <= judged
    assert ("教师", "在线授课") not in judged


def test_a_column_under_another_name_has_the_look_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    day = dt.date(2020, 12, 1)
    build(load_rules(), path, {"events": Pasted(["操作时间", "学校名称"], [[day, "甲校"]])})
    sheet = openpyxl.load_workbook(path)["行为明细"]
    assert (sheet["A4"].value, sheet["A4"].number_format) == (dt.datetime(2020, 12, 1), "yyyy-mm-dd hh:mm:ss")


def dropdown(sheet: Worksheet, at: str) -> DataValidation | None:
    return next((v for v in sheet.data_validations.dataValidation if at in v.sqref), None)


@pytest.mark.parametrize(
    ("sheet", "header", "listed", "asks"),
    [
        ("学校数据", "学段", "小学,初中,九年一贯制学校,高中,完全中学,中职,特殊教育学校,教学点", True),
        ("学校数据", "互联网接入", "是,否", True),
        ("学校数据", "学籍管理", "是,否", False),
        ("教师数据", "班主任", "是,否", True),
        ("月度得分", "类别", "学校,教师", True),
        ("行为明细", "角色", "管理员,教师,学生", True),
    ],
)
def test_dropdowns_of_inputs_ask_but_never_refuse(
    sheet: str, header: str, listed: str, asks: bool, book: Workbook
) -> None:
    letter = column(book[sheet], header)
    for row in (4, 50_000):
        rule = dropdown(book[sheet], f"{letter}{row}")
        assert rule is not None
        assert rule.formula1 == f'"{listed}"'
        assert (rule.errorStyle, bool(rule.showErrorMessage)) == ("warning", asks)
    assert dropdown(book[sheet], f"{letter}3") is None


def test_each_reading_offers_its_own_values(book: Workbook, rules: Rules) -> None:
    sheet = book["规则"]
    assert header_row(sheet)[:5] == ["口径", "取值", "可选值", "说明", "影响"]
    assert sheet.tables["Readings"].ref == f"A3:E{3 + len(rules.readings)}"
    for row, reading in enumerate(rules.readings, start=4):
        labels = [v.label for v in reading.values]
        shown = [reading.label, labels[0], "、".join(labels), reading.effect]
        assert [sheet.cell(row, c).value for c in (1, 2, 3, 5)] == shown
        rule = dropdown(sheet, f"B{row}")
        assert rule is not None
        assert rule.formula1 == f'"{",".join(labels)}"'
        assert sheet.cell(row, 4).value.startswith(reading.text)


def indicator_rows(book: Workbook) -> dict[tuple[str, str], dict[str, object]]:
    sheet = book["规则"]
    top = int(sheet.tables["Indicators"].ref.split(":")[0][1:])
    names = INDICATORS.split()
    rows = [dict(zip(names, [c.value for c in row], strict=False)) for row in sheet.iter_rows(min_row=top)]
    assert list(rows[0].values()) == names
    return {(str(r["对象"]), str(r["指标"])): r for r in rows[1:]}


def test_every_indicator_stands_on_the_rules_sheet(book: Workbook) -> None:
    rows = indicator_rows(book)
    listed = [*(("学校", n) for n in SCHOOL.split()), *(("教师", n) for n in TEACHER.split())]
    assert list(rows) == listed
    courseware = [rows["学校", "制作课件"][k] for k in ("分值", "计分方式", "目标", "每少扣分", "分档")]
    assert courseware == [4, "每少扣分", 5, 1, None]
    evaluation = rows["教师", "学生评价"]
    assert evaluation["分档"] == "≥100%→15；≥80%→10；≥60%→8；≥40%→5；其余0"
    assert parse_bands(str(rows["学校", "完成作业"]["分档"]))[0].points == 20
    homework = rows["教师", "作业管理"]
    assert homework["目标"] == "按口径"
    assert str(homework["疑点"]).endswith("目标：按原文 1；零次零分 1；目标15次 15")
    assert "分值栏是3分" in str(rows["学校", "课程管理"]["疑点"])


def test_cells_that_may_be_changed_look_different(book: Workbook) -> None:
    sheet = book["规则"]
    top = int(sheet.tables["Indicators"].ref.split(":")[0][1:])
    letters = {n: column(sheet, n, top) for n in INDICATORS.split()}
    used = {"是否得分": ["分值"], "每少扣分": ["分值", "目标", "每少扣分"], "达标得分": ["分值", "目标"]}
    used["分档得分"] = ["分值", "分档"]
    fills = {True: {sheet["B4"].fill.fgColor.rgb}, False: {sheet["A4"].fill.fgColor.rgb}}
    for row in range(top + 1, sheet.max_row + 1):
        kind = sheet[f"{letters['计分方式']}{row}"].value
        for name, letter in letters.items():
            cell = sheet[f"{letter}{row}"]
            fills[name in used[kind]].add(cell.fill.fgColor.rgb)
    assert [len(fills[True]), len(fills[False])] == [1, 1]
    assert fills[True] != fills[False]


def test_the_state_of_the_last_run_has_its_names(book: Workbook) -> None:
    assert set(HOME_STATE) | {HOME_DISTRIBUTION} <= set(book.defined_names)
    home = book["首页"]
    for name, caption in HOME_STATE.items():
        (sheet, place), *more = book.defined_names[name].destinations
        cell = home[place.replace("$", "")]
        assert (sheet, more) == ("首页", [])
        shown = {"HomeMessage": "尚未计算"}.get(name)
        assert (None if cell.hyperlink else cell.value) == shown
        beside = [home.cell(cell.row, cell.column - 1).value, home.cell(cell.row - 1, cell.column).value]
        assert caption in beside, name


def test_the_score_distribution_has_a_row_for_each_range(book: Workbook) -> None:
    ((sheet, place),) = book.defined_names[HOME_DISTRIBUTION].destinations
    block = book[sheet][place.replace("$", "")]
    assert [len(block), len(block[0])] == [5, 4]
    labels = [book[sheet].cell(row[0].row, row[0].column - 1).value for row in block]
    assert labels == ["60分以下", "60–69", "70–79", "80–89", "90–100"]
    first = block[0][0]
    captions = [book[sheet].cell(first.row - 1, first.column + k).value for k in range(4)]
    assert captions == ["学校", "教师", "学校占", "教师占"]


def test_the_home_page_leads_to_every_visible_sheet_names_the_others_and_every_sheet_leads_back(
    book: Workbook,
) -> None:
    cells = [c for row in book["首页"].iter_rows() for c in row if c.value]
    linked = {c.hyperlink.location for c in cells if c.hyperlink}
    visible = [s.title for s in book.worksheets[1:] if s.sheet_state == "visible"]
    assert linked == {f"'{name}'!A1" for name in visible}
    facts = {"查询数据"}  # of 单位查询, nothing to read
    hidden = {s.title for s in book.worksheets if s.sheet_state == "hidden"} - facts
    assert hidden <= {c.value for c in cells}
    for sheet in (s for s in book.worksheets[1:] if s.title not in facts):
        back, *own = [c.hyperlink.location for c in sheet[1] if c.hyperlink]
        assert back == "'首页'!A1"
        assert all(place.startswith(f"'{sheet.title}'!") for place in own)


def test_the_two_charts_read_the_scores_with_their_lines_and_the_shares(built: Path, book: Workbook) -> None:
    parts = read_parts(built.read_bytes())
    every = [parts[n].decode() for n in sorted(parts) if n.startswith("xl/charts/")]
    charts = [chart for chart in every if "首页!" in chart]
    assert len(charts) == 2

    def drawn(chart: str, axis: str) -> list[str]:
        """What each series of columns or lines reads."""
        inside = chart.split(f"<c:{axis}Chart>")[1].split(f"</c:{axis}Chart>")[0] if axis in chart else ""
        return re.findall(r"<c:val><c:numRef><c:f>(.*?)</c:f>", inside)

    def columns(name: str, wanted: slice) -> list[str]:
        ((_, place),) = book.defined_names[name].destinations
        (first, top), (last, bottom) = (p.split("$")[1:] for p in place.split(":"))
        letters = [chr(k) for k in range(ord(first), ord(last) + 1)]
        return [f"首页!${x}${top}:${x}${bottom}" for x in letters[wanted]]

    assert drawn(charts[0], "bar") == columns(HOME_SCORES, slice(0, 3))
    assert drawn(charts[0], "line") == columns(HOME_SCORES, slice(3, 5))
    assert columns(HOME_SCORES, slice(5, 6))[0] in charts[0]
    assert drawn(charts[1], "bar") == columns(HOME_DISTRIBUTION, slice(2, 4))
    assert "<c:lineChart>" not in charts[1]
    assert charts[1].count("<c:valAx>") == 1, "one axis for both"


def test_all_that_decides_is_on_the_first_screen_of_the_first_page(book: Workbook) -> None:
    """1366×768 with the ribbon open leaves 450 pixels of rows; the list of sheets may begin below."""
    home = book["首页"]
    places = {n: book.defined_names[n].destinations for n in (*HOME_STATE, *HOME_STEPS)}
    rows = {int(place.split("$")[2]) for found in places.values() for _, place in found}
    heights = [home.row_dimensions[r].height or 15 for r in range(1, max(rows) + 1)]
    assert sum(heights) * 4 / 3 <= 460
    widths = {x: d.width for x, d in home.column_dimensions.items()}
    assert list(widths) == ["A", "B", "L", "M"]  # A, ten columns, a gap, six columns
    assert widths["A"] * 7 + 10 * widths["B"] * 7 + widths["L"] * 7 + 6 * widths["M"] * 7 <= 1366 - 50
    assert [home.cell(4 + k, 2).value for k in range(3)] == ["① 导入", "还没做", "还没有数据"]
    errors = home[next(book.defined_names["HomeErrors"].destinations)[1].replace("$", "")]
    assert errors.hyperlink.location == "'问题清单'!A1"


@pytest.mark.parametrize(
    ("sheet", "header", "formulas"),
    [
        ("问题清单", "级别", ['$A4="错误"', '$A4="警告"', '$A4="提示"']),
        ("资格审核", "是否达标", ['$E4="达标"', '$E4="未达标"']),
        ("学校得分", "数据完整", ['$AB4="否"']),
        ("学校排名", "名次", ["AND(ISNUMBER($A4),$A4<=SchoolPlaces1)"]),
        ("教师排名", "名次", [f"AND(ISNUMBER($A4),$A4<=TeacherPlaces{n})" for n in (1, 2)]),
        ("教师排名", "并列", ["LEN($G4)>0"]),
    ],
)
def test_marks_reach_down_to_the_last_row(
    sheet: str, header: str, formulas: list[str], book: Workbook
) -> None:
    letter = column(book[sheet], header)
    marks = {str(f.sqref): [r.formula[0] for r in f.rules] for f in book[sheet].conditional_formatting}
    assert marks[f"{letter}4:{letter}1048576"] == formulas


def test_formulas_only_in_the_look_up_and_behind_a_chart_and_nothing_to_recalculate_on_opening(
    built: Path, book: Workbook
) -> None:
    assert b"fullCalcOnLoad" not in read_parts(built.read_bytes())["xl/workbook.xml"]
    with_formulas = {s.title for s in book.worksheets for r in s.iter_rows() for c in r if c.data_type == "f"}
    assert with_formulas == {"单位查询", "查询数据", "月度跟踪"}


def test_the_package_is_clean(built: Path) -> None:
    assert is_sound(built)


def test_libreoffice_opens_and_prints_it(built: Path, tmp_path: Path) -> None:
    pages = pdf_pages(convert(built, "pdf", tmp_path))
    assert len(pages) >= len(
        [s for s in openpyxl.load_workbook(built).worksheets if s.sheet_state == "visible"]
    )
    assert "应用评比" in pages[0]
    assert "尚未计算" in pages[0]
    assert "学校数据" in pages[1]
    assert not any("###" in page for page in pages)


@pytest.mark.parametrize(
    ("school", "teacher", "labels", "bounds"),
    [
        (100, 100, "60分以下 60–69 70–79 80–89 90–100", [0, 60, 70, 80, 90]),
        (60, 60, "36分以下 36–41 42–47 48–53 54–60", [0, 36, 42, 48, 54]),
        (75, 75, "45分以下 45–52.5 52.5–60 60–67.5 67.5–75", [0, 45, 52.5, 60, 67.5]),
        (60, 100, "60%以下 60–69% 70–79% 80–89% 90–100%", [0, 36, 42, 48, 54]),
    ],
)
def test_the_ranges_of_scores_are_shares_of_the_full_points(
    school: float, teacher: float, labels: str, bounds: list[float]
) -> None:
    rules = load_rules()
    rules = rules.replace(
        school=dataclasses.replace(rules.school, points=school),
        teacher=dataclasses.replace(rules.teacher, points=teacher),
    )
    assert range_labels(rules) == labels.split()
    assert range_bounds(rules, "school") == [*bounds, float("inf")]
