"""The sheets, tables and columns of the workbook, in their order. One place for builder and writers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import APPEALS, COLUMN_NAMES, RECORDS
from kongjian.intake.sheets import out_columns as _columns
from kongjian.rules import Rules
from kongjian.rules.ladders import change_columns, groups
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role
from kongjian.rules.wording import rank_in, shown_for
from kongjian.workbook.next_step import STEPS
from kongjian.xlsx.table_parts import ColumnKind, OutColumn, OutputSheet

HOME = "首页"
RULES = RULE_SHEET
HELP = "帮助"
CHANGES = "与上次相比"
LOOKUP = "单位查询"
TEXTS = "程序文字"
"""What only macros read; very hidden, as nobody else has use for it."""
_SHOWN_RESULTS = ("学校排名", "教师排名", "获奖名单", "问题清单", LOOKUP)
ROBUSTNESS = "名次稳健性"
MONTHS = "月度跟踪"
# Beside its table, for its chart: the months of the schools, a row each, headed by the months; the line in colour, and whose it is.
MONTH_CURVES, CHOSEN_CURVE, CURVE_OF = "MonthCurves", "MonthCurve", "MonthCurveOf"


# What 首页 shows of the last run: a defined name for each value cell, so that staff may move the cells.
# Name → caption. The calculation writes the cells that these names point to.
HOME_STATE = {
    "HomeRunTime": "最近计算",
    "HomeVersion": "规则版本",
    "HomeSchools": "学校",
    "HomeTeachers": "教师",
    "HomeClasses": "班级",
    "HomeSchoolsEligible": "达标学校",
    "HomeTeachersEligible": "达标教师",
    "HomeErrors": "错误",
    "HomeWarnings": "警告",
    "HomeNotes": "提示",
    "HomeMessage": "结论",
    "HomeSchoolWinners": "学校奖项",
    "HomeTeacherWinners": "教师奖项",
    "HomeAwards": "奖项",
    "HomeProvisional": "待核实",
}
HOME_MESSAGE = "HomeMessage"
# How far each step is: its state, and a few words below it.
HOME_STEPS = {
    f"{name}{number}": step for number, step in enumerate(STEPS, 1) for name in ("HomeStep", "HomeStepNote")
}
# The score distribution on 首页: one name for the block, rows = score ranges, columns = 学校, 教师 and the shares of both.
HOME_DISTRIBUTION = "HomeDistribution"
# The schools' scores for the chart on 首页, highest first.
HOME_SCORES = "HomeScores"
SCORES_COLUMNS = ("获奖", "达标", "未达标", "获奖线", "达标线", "学校")
MOST_SCORES = 30
_RANGES = (0.6, 0.7, 0.8, 0.9)
"""The shares of the full points at which a further range of scores begins."""


def _full_points(rules: Rules, kind: str) -> float:
    """As the scheme has them: a workbook that changed them still shows the ranges that it was built with."""
    scheme = rules.object(kind)
    return float(rules.unedited.get(("scheme", f"{scheme.label}满分"), {}).get("value", scheme.points))


def range_bounds(rules: Rules, kind: str) -> list[float]:
    """Where each range of one object's scores begins, and behind them infinity."""
    full = _full_points(rules, kind)
    return [0.0, *(round(share * full, 2) for share in _RANGES), math.inf]


def range_labels(rules: Rules) -> list[str]:
    """The ranges of scores in points, in shares of the full points where schools and teachers have others."""
    same = _full_points(rules, "school") == _full_points(rules, "teacher")
    full = _full_points(rules, "school") if same else 100.0
    at, unit = [round(share * full, 2) for share in (*_RANGES, 1.0)], "分" if same else "%"
    whole = all(bound == int(bound) for bound in at)
    ends = [*(bound - whole for bound in at[1:-1]), at[-1]]
    steps = zip(at, ends, strict=False)
    return [f"{at[0]:g}{unit}以下", *(f"{low:g}–{high:g}{'' if same else unit}" for low, high in steps)]


_KIND: dict[str, ColumnKind] = {
    "text": "text", "yes_no": "text", "choice": "text", "month": "text", "date": "time", "account": "account",
    "count": "count", "average": "average", "share": "rate", "rate": "rate", "score": "score",
}  # fmt: skip
_MEASURE_WIDTH: dict[Role | None, float] = {
    Role.STAGE: 16, Role.SCHOOL: 24, Role.PERSON: 11, Role.ACCOUNT: 22,
}  # fmt: skip


_ROOM_FOR_CHANGES = 92
"""Characters for what each award would change, so that what is said of it stays on the screen."""


def _two_lines(header: str) -> float:
    """The width that shows a Chinese header in two lines beside its filter button."""
    return max(9.0, 2.0 * math.ceil(len(header) / 2) + 3)


def measure_columns(rules: Rules, table_id: str) -> tuple[OutColumn, ...]:
    """The columns of 学校指标 or 教师指标: those of the input table, in canonical order."""
    return tuple(
        OutColumn(c.name, _KIND[c.kind], _MEASURE_WIDTH.get(c.role, _two_lines(c.name)))
        for c in rules.table(table_id).columns
    )


def _scores(names: Sequence[str]) -> str:
    return " ".join(f"{n}:score:{_two_lines(n)}" for n in names)


def _group_columns(rules: Rules, kind: str) -> str:
    """The columns of a ranking for the groups in which awards are given."""
    shown = [(name, rank_in(c)) for c in groups(rules.awards, kind) for name in shown_for(c)]
    return "".join(
        f"{name}:rank:{_two_lines(name)} " if name == ranked else f"{name}:text:12~ "
        for name, ranked in shown
    )


def output_sheets(rules: Rules) -> list[OutputSheet]:
    """Every output sheet of the workbook in tab order."""
    school = _scores([i.name for i in rules.school.indicators])
    teacher = _scores([i.name for i in rules.teacher.indicators])
    totals = "计算得分:score 平台得分:score 得分:score 月均得分:score 数据完整:text:10"
    columns = change_columns(rules.awards).values()
    each = min(36, round(_ROOM_FOR_CHANGES / len(columns)) if columns else 36)
    changes = " ".join(f"{column}:text:{each:g}~" for column in columns)
    person = "学校名称:text 教师姓名:text 账号:account"
    narrow = "类别:text:6 学校名称:text:18~ 教师姓名:text:9 账号:account:13~"
    months = " ".join(f"{month}:score:9" for month in rules.counted_months())
    return [
        OutputSheet("学校排名", "SchoolRanking", _columns(f"名次:rank 学校名称:text 得分:score 月均得分:score 并列:text:8 {_group_columns(rules, 'school')}上次名次:rank:10 变化:text:8"), "result", "学校的名次，未达标的列在后面"),
        OutputSheet("教师排名", "TeacherRanking", _columns(f"名次:rank {person} 得分:score 月均得分:score 并列:text:8 {_group_columns(rules, 'teacher')}上次名次:rank:10 变化:text:8"), "result", "达标教师的名次"),
        OutputSheet("获奖名单", "Awards", _columns("奖项:text:28~ 名次:rank:6 学校名称:text 姓名:text:9 得分:score:9 备注:text:24~ 状态:text:8 待核实原因:text:60"), "result", "按名次得出的获奖名单"),
        OutputSheet("资格审核", "Eligibility", _columns(f"类别:text {person} 是否达标:text:11 未达标原因:text:60"), "result", "谁达标，谁没有达标，为什么"),
        OutputSheet("学校得分", "SchoolScores", _columns(f"学校名称:text {school} {totals}"), "result", "每所学校各指标的得分"),
        OutputSheet("教师得分", "TeacherScores", _columns(f"{person} {teacher} {totals}"), "result", "每名教师各指标的得分"),
        OutputSheet("问题清单", "Problems", _columns("级别:text:7 影响:text:6 工作表:text:10 单元格:link:16 对象:text:22~ 原值:text:15~ 内容:text:42 建议:text:32 已确认保留:answer:11 条款:text:18~"), "result", "粘贴的数据里要核对的地方", protected=False),
        OutputSheet(CHANGES, "Changes", _columns(f"类别:text {person} 上次名次:rank:10 本次名次:rank:10 上次得分:score 本次得分:score 变化:text:8 原因:text:56"), "evidence", "名次、得分和上次不同的，为什么"),
        OutputSheet("学校指标", "SchoolMeasures", measure_columns(rules, "schools"), "evidence", "实际用来给学校计分的数"),
        OutputSheet("教师指标", "TeacherMeasures", measure_columns(rules, "teachers"), "evidence", "实际用来给教师计分的数"),
        OutputSheet("有效次数", "EffectiveCounts", _columns("学校名称:text 账号:account 角色:text:9 行为:text 月份:text:10 有效次数:count 出处:text:8 记录数:count 新增学生:count 计入次数:count 计入月数:count 每人上限:count"), "evidence", "由行为明细得出的有效次数，和导入时数好的"),
        OutputSheet("数据覆盖", "Coverage", _columns("学校名称:text 角色:text:9 行为:text 应有:count 有数:count 粘贴:count 行为明细:count 按0次:count 缺:count 月份:text:20 说明:text:44"), "evidence", "每个平均数应有多少名、有多少名的数，各从哪里来"),
        OutputSheet(MONTHS, "MonthTracking", _columns(f"类别:text {person} {months} 月均得分:score 已有月数:count:9 还剩月数:count:9 余下每月至少:score 状态:text:10"), "evidence", "各月得分，余下每月至少多少分才达标"),
        OutputSheet("平台核对", "Reconcile", _columns(f"类别:text {person} 指标:text 计算得分:score 平台得分:score 差额:score 可能原因:text:50 采用:text:10"), "evidence", "计算得分与平台得分的差别"),
        OutputSheet("得分说明", "Explanations", _columns(f"{narrow} 指标:text:12 条款:text:26~ 取值:average:8 来源:text:14~ 规则:text:22~ 分值:score:6 得分:score:7 扣分:score:7 还差:text:24~"), "evidence", "每一分从哪里来"),
        OutputSheet("临界名单", "NearMisses", _columns(f"类别:text:6 {person} 界线:text:16 数值:score:9 差距:score:9 竞赛名次:rank:9 中国式名次:rank:9 说明:text:54"), "evidence", "在界线附近的学校和教师"),
        OutputSheet("口径影响", "ReadingEffects", _columns(f"口径:text:14~ 取值:text:12~ {changes} 说明:text:56"), "evidence", "换一种算法会怎样"),
        OutputSheet(ROBUSTNESS, "Robustness", _columns(f"类别:text {person} 名次:rank 最好名次:rank:10 最差名次:rank:10 仍获奖的口径组合:rank:13 口径组合总数:rank:11 说明:text:60"), "evidence", "换一个或两个口径，名次和奖项变不变"),
        OutputSheet("运行记录", "Runs", _columns("时间:time 规则版本:text:20 数据指纹:text:16 学校数:count 教师数:count 班级数:count 错误:count:8 警告:count:8 用时秒:seconds 口径:text:40 规则修改:text:40"), "evidence", "每次计算的时间、规则和数据"),
        RECORDS,
        COLUMN_NAMES,
        APPEALS,
    ]  # fmt: skip


NOTES = {
    "MonthTracking": "只看月均，别的达标条件见“资格审核”",
    "NearMisses": "竞赛名次：并列占名次（1、2、2、4）；中国式名次：并列不占名次（1、2、2、3）",
    "ReadingEffects": "换一种算法会怎样；“取值”是要换成的选择",
    "Runs": "数据指纹是数据编号：数据一样，编号就一样",
}
"""What the subtitles of output tables explain: column names that are no plain words, what is not looked at."""


def sheets_read(rules: Rules) -> list[str]:
    """The sheets that every calculation reads, in about the order in which it does."""
    before = ("问题清单", *(f"{label}排名" for label in OBJECT_LABELS.values()), "获奖名单", "运行记录")
    return [COLUMN_NAMES.sheet, *before, *(t.sheet for t in rules.tables), "有效次数"]


def shown_at_opening(rules: Rules) -> tuple[str, ...]:
    """The sheets whose tabs are there when the workbook is opened for the first time; the others wait, hidden."""
    return (HOME, *(t.sheet for t in rules.tables), *_SHOWN_RESULTS, RULES)


def evidence_tables(rules: Rules) -> list[str]:
    """The tables by which the macros find the sheets that 显示依据表 shows and hides again."""
    shown = shown_at_opening(rules)
    return [*(s.table for s in output_sheets(rules) if s.sheet not in shown), FUNCTIONS_TABLE]


def output_sheet(rules: Rules, sheet: str) -> OutputSheet:
    return next(s for s in output_sheets(rules) if s.sheet == sheet)


# 规则 holds below its title Readings, the tables that carry the scheme (intake.scheme_tables), and Indicators.
READINGS_TABLE = "Readings"
READINGS_COLUMNS = ("口径", "取值", "可选值", "说明", "影响")
INDICATORS_TABLE = "Indicators"
INDICATORS_COLUMNS = (
    "对象", "一级指标", "指标", "条款原文", "分值", "计分方式", "目标", "每少扣分", "分档", "出处", "疑点",
)  # fmt: skip
SCHEME_NAME = "KongjianScheme"
"""The defined name of the cell with the scheme's id."""
PLACES = {"school": ("SchoolPlaces1", "SchoolPlaces2"), "teacher": ("TeacherPlaces1", "TeacherPlaces2")}
"""The defined names of the last ranks of each kind's first two awards: the ranking sheets mark what they reach."""

FUNCTIONS_TABLE = "Functions"
"""The functions on 帮助, by which its sheet is found."""
FUNCTIONS_COLUMNS = ("函数", "写法", "说明", "例")
# 程序文字 holds two tables that the macros read.
FUNCTION_HELP_TABLE = "FunctionHelp"
FUNCTION_HELP_COLUMNS = ("函数", "参数", "说明", "写法")
MESSAGES_TABLE = "Messages"
MESSAGES_COLUMNS = ("代号", "文字")
