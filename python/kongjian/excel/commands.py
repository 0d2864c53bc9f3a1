"""Every command of the workbook, once: ribbon, buttons on 首页, VBA callbacks and documents come from this list."""

from __future__ import annotations

from dataclasses import dataclass

TAB = "空间评比"
GROUPS = ("数据", "计算", "结果", "评审", "分发", "帮助")


@dataclass(frozen=True)
class Command:
    """One command. `id` is ASCII and names the ribbon control and the VBA callback.

    Exactly one of these says what it does: `entry` a function of kongjian.buttons, `table` the table whose
    sheet it shows, `macro` a public VBA procedure of its own. `needs_data` disables it while there is nothing to work on.
    """

    id: str
    group: str
    label: str
    keytip: str
    image: str
    screentip: str
    supertip: str
    entry: str = ""
    table: str = ""
    macro: str = ""
    large: bool = False
    needs_data: bool = False
    on_home: bool = False


COMMANDS = (
    Command(
        "GoSchools", "数据", "学校数据", "A", "TableInsertExcel",
        "学校数据", "转到学校数据，在第4行起粘贴平台导出的数据。不读也不写任何内容。",
        table="Schools",
    ),
    Command(
        "GoTeachers", "数据", "教师数据", "B", "MeetingsWorkspace",
        "教师数据", "转到教师数据，在第4行起粘贴平台导出的数据。不读也不写任何内容。",
        table="Teachers",
    ),
    Command(
        "CheckData", "数据", "检查数据", "C", "DataValidation",
        "检查数据 (Check data)",
        "读五张输入表和规则，不计算名次；只写“问题清单”。输入表不会改动。写入后不能用“撤消”退回。",
        entry="check_data", needs_data=True, on_home=True,
    ),
    Command(
        "Recalculate", "计算", "重新计算排名", "R", "CalculateNow",
        "重新计算排名 (Recalculate rankings)",
        "读五张输入表和规则，重写得分、资格、名次、获奖名单、问题清单和首页。输入表不会改动。写入后不能用“撤消”退回，可以再算一次。",
        entry="recalculate", large=True, needs_data=True, on_home=True,
    ),
    Command(
        "GoProblems", "结果", "问题清单", "P", "ReviewShowAllComments",
        "问题清单", "转到问题清单：哪一格、什么问题、怎样改。不读也不写任何内容。",
        table="Problems", on_home=True,
    ),
    Command(
        "GoSchoolRanking", "结果", "学校排名", "S", "SortDescendingExcel",
        "学校排名", "转到学校排名。不读也不写任何内容。", table="SchoolRanking",
    ),
    Command(
        "GoTeacherRanking", "结果", "教师排名", "T", "SortDescendingExcel",
        "教师排名", "转到教师排名。不读也不写任何内容。", table="TeacherRanking",
    ),
    Command(
        "GoAwards", "评审", "获奖名单", "W", "SignatureLineInsert",
        "获奖名单", "转到获奖名单。不读也不写任何内容。", table="Awards", on_home=True,
    ),
    Command(
        "GoEligibility", "评审", "资格审核", "E", "AcceptInvitation",
        "资格审核", "转到资格审核：谁达标，谁没有达标，为什么。不读也不写任何内容。", table="Eligibility",
    ),
    Command(
        "OpenFolder", "分发", "打开文件夹", "F", "FileOpen",
        "打开文件夹", "打开本工作簿所在的文件夹，便于把文件附到邮件里。不读也不写任何内容。",
        macro="KongjianOpenFolder",
    ),
    Command(
        "GoHelp", "帮助", "使用说明", "H", "Help",
        "使用说明", "转到帮助表：步骤、函数说明、出错时找谁。不读也不写任何内容。", table="FunctionHelp",
    ),
    Command(
        "Diagnose", "帮助", "诊断", "D", "ControlToolboxOutlook",
        "诊断 (Diagnose)",
        "检查 Python、xlwings 和规则是否正常，把报告存成文本文件发给技术人员。不改动工作簿。",
        entry="diagnose", on_home=True,
    ),
)  # fmt: skip
