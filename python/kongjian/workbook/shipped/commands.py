"""Every command of the workbook, once: ribbon, buttons on 首页, VBA callbacks and documents come from this list."""

from __future__ import annotations

from dataclasses import dataclass

TAB = "空间评比"
GROUPS = ("数据", "计算", "结果", "核对", "评审", "分发", "帮助")


@dataclass(frozen=True)
class Command:
    """One command. `id` is ASCII and names the ribbon control and the VBA callback.

    Exactly one of these says what it does: `entry` one of kongjian.buttons, `table` the table whose
    sheet it shows, `macro` a public VBA procedure of its own. `needs_data` disables it while there is nothing to work on.
    `under` is the command beside which it stands in a menu.
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
    under: str = ""


def below(command: Command) -> list[Command]:
    """What the menu of a button offers besides the button itself."""
    return [c for c in COMMANDS if c.under == command.id]


COMMANDS = (
    Command(
        "ImportData", "数据", "导入平台数据", "I", "FileOpen",
        "导入平台数据 (Import platform data)",
        "读选中的一个或几个平台导出的文件（.xlsx、.xls、CSV），认出是哪张表，写在输入表已有的行下面；已有的行不改。转换了什么写进“导入记录”，拿不准的列名写进“列名对应”。写入后不能用“撤消”退回，可以按“撤消上次导入”。",
        entry="import_data", on_home=True,
    ),
    Command(
        "PreviewImport", "数据", "预览导入", "I4", "FilePrintPreview",
        "预览导入 (Preview import)",
        "读选中的文件，说明是哪张表、每一列到哪里、前几行会写成什么。什么都不写入。",
        entry="preview_import", under="ImportData",
    ),
    Command(
        "UndoImport", "数据", "撤消上次导入", "I5", "Undo",
        "撤消上次导入 (Undo last import)",
        "读“导入记录”，去掉最近一次导入新增的那些行；这些行后来改动过，或下面又有了内容，就不撤消并说明。写入后不能用“撤消”退回。",
        entry="undo_import", under="ImportData",
    ),
    Command(
        "ImportLogs", "数据", "导入行为日志", "I6", "ImportTextFile",
        "导入行为日志 (Import event logs)",
        "读选中的行为日志（比工作表大的也行：CSV、.gz、.zst、Parquet、.xlsx），数成“有效次数”，出处写“导入”；数过的文件不再数，没有计入的行写在旁边的“行为日志”文件夹。输入表不改动，写完请重新计算。",
        entry="import_logs", under="ImportData",
    ),
    Command(
        "GoColumnNames", "数据", "列名对应", "I2", "DataValidation",
        "列名对应", "转到列名对应：文件里的列名对应哪一列，在“确认”列写是或否。不读也不写任何内容。",
        table="ColumnNames", under="ImportData",
    ),
    Command(
        "GoImports", "数据", "导入记录", "I3", "ReviewTrackChanges",
        "导入记录", "转到导入记录：每次导入了什么、转换了什么、没有写入什么。不读也不写任何内容。",
        table="Imports", under="ImportData",
    ),
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
        "读五张输入表和规则，不计算名次；只写“问题清单”、首页的五步和问题数，并给要核对的格子加浅色底，改好就消失。格子里的内容不会改动。写入后不能用“撤消”退回。",
        entry="check_data", needs_data=True, on_home=True,
    ),
    Command(
        "RestoreBackup", "数据", "恢复备份", "Q", "Undo",
        "恢复备份 (Restore a backup)",
        "读“备份”文件夹里的备份，列出日期和与现在不同的格、行；输入第几份，先说出以后改的哪些那一份里没有，答“是”就把它另存在本工作簿旁边。打开着的工作簿不改动。",
        entry="restore_backup",
    ),
    Command(
        "Recalculate", "计算", "重新计算排名", "R", "CalculateNow",
        "重新计算排名 (Recalculate rankings)",
        "读五张输入表和规则，重写得分、资格、名次、获奖名单、问题清单和首页。输入表不会改动。写入后不能用“撤消”退回，可以再算一次。",
        entry="recalculate", large=True, needs_data=True, on_home=True,
    ),
    Command(
        "NextStep", "计算", "下一步", "N0", "GoToNextRecord",
        "下一步 (Next step)", "做首页写的下一步：导入、检查、看问题清单、计算、看获奖名单、公示名单，或生成分发版。读什么、写什么，和那个按钮一样。",
        macro="KongjianNextStep", on_home=True,
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
        "GoLookup", "结果", "单位查询", "7", "FindDialog",
        "单位查询 (Look one up)",
        "转到单位查询：选一所学校或一名教师，看名次、离获奖线多远、每一项为什么得这些分，可以打印成一页答复申诉。在结果表里先点一行，就读那一行，查那个单位。只写那几个选择的格子，别的都不改动。",
        macro="KongjianLookUp",
    ),
    Command(
        "SortColumn", "结果", "按这一列排序", "ZX", "SortAscendingExcel",
        "按这一列排序 (Sort by this column)",
        "把选中的那一格所在的表按这一列从小到大排，再按一次从大到小；受保护的结果表也能排，排完仍受保护。只读这张表，只换行的次序，内容不改动；重新计算排名以后恢复原来的次序。",
        macro="KongjianSortColumn",
    ),
    Command(
        "ShowEvidence", "结果", "显示依据表", "ZY", "WindowUnhide",
        "显示依据表", "显示得分、依据和记录各表；都显示着时再按一次，全部收起。不读也不写任何内容。",
        macro="KongjianShowEvidence", on_home=True,
    ),
    Command(
        "PrintWhole", "结果", "打印全部", "6", "FilePrint",
        "打印全部 (Print the whole list)",
        "只读当前这张表：打印它的全部行，先看预览。输入表和长表平时只打印第一页（页眉写明），打印整个工作簿不会出几百页。不写任何内容。",
        macro="KongjianPrintWhole",
    ),
    Command(
        "GoExplanations", "核对", "得分说明", "X", "ReviewShowAllComments",
        "得分说明", "转到得分说明：每一分依据哪一条、用了什么数、从哪里来、还差多少，怎样达标。不读也不写任何内容。",
        table="Explanations",
    ),
    Command(
        "GoReconcile", "核对", "平台核对", "K", "ReviewTrackChanges",
        "平台核对", "转到平台核对：平台得分与计算得分差多少、可能原因、用了哪个。不读也不写任何内容。",
        table="Reconcile",
    ),
    Command(
        "GoNearMisses", "核对", "临界名单", "J", "SortDescendingExcel",
        "临界名单", "转到临界名单：获奖线、达标线附近的学校和教师，差多少，并列占名次、不占名次各是第几名。不读也不写任何内容。",
        table="NearMisses",
    ),
    Command(
        "GoReadingEffects", "核对", "口径影响", "O", "GoalSeek",
        "口径影响", "转到口径影响：换一种算法会怎样，谁会得奖、谁会落选。不读也不写任何内容。",
        table="ReadingEffects",
    ),
    Command(
        "GoMonths", "核对", "月度跟踪", "9", "ChartInsert",
        "月度跟踪", "转到月度跟踪：各月得分，谁已达标，余下每月至少多少分才达标，谁已无法达到；旁边有折线图。不读也不写任何内容。",
        table="MonthTracking",
    ),
    Command(
        "RankRobustness", "核对", "名次稳健性", "8", "GoalSeek",
        "名次稳健性 (How robust the ranks are)",
        "读五张输入表和规则，把每个口径换一个取值、每两个口径各换一个取值，都排一次名，只重写“名次稳健性”：名次最好、最差第几，多少种组合里仍获奖。别的表不改动。",
        entry="rank_robustness", needs_data=True,
    ),
    Command(
        "GoRobustness", "核对", "看名次稳健性", "82", "GoalSeek",
        "看名次稳健性", "转到名次稳健性：上次算出的名次范围和仍获奖的组合数。不读也不写任何内容。",
        table="Robustness", under="RankRobustness",
    ),
    Command(
        "GoChanges", "核对", "与上次相比", "Y", "ReviewTrackChanges",
        "与上次相比", "转到与上次相比：谁新进、退出、升降、得分变了，为什么；数据和规则不变，再算也不变。不读也不写任何内容。",
        table="Changes",
    ),
    Command(
        "GoRuns", "核对", "运行记录", "Y2", "ReviewTrackChanges",
        "运行记录", "转到运行记录：每次计算的时间、规则、口径和数据。不读也不写任何内容。",
        table="Runs", under="GoChanges",
    ),
    Command(
        "SelfCheck", "核对", "自检", "Z", "ErrorChecking",
        "自检 (Self-check)",
        "读全部的表，用三种方法各算一遍，看结果是不是一致、有没有人手工改过分数，把报告存成文本文件。不改动工作簿。",
        entry="selfcheck", needs_data=True,
    ),
    Command(
        "GoAwards", "评审", "获奖名单", "W", "SignatureLineInsert",
        "获奖名单", "转到获奖名单。不读也不写任何内容。", table="Awards", on_home=True,
    ),
    Command(
        "Finalise", "评审", "定稿", "W2", "SignatureLineInsert",
        "定稿", "公示以后按一次：读五张输入表和规则，核对结果是不是最新的；首页写明已定稿和日期，旁边留一份带日期的存档；以后重新计算、导入、采纳更正都会先问。输入表不改动。",
        entry="finalise", needs_data=True, under="GoAwards",
    ),
    Command(
        "GoAppeals", "评审", "异议登记", "W3", "ReviewTrackChanges",
        "异议登记", "转到异议登记：谁对哪所学校、哪名教师提出什么，怎样答复，改没改。自己填写，计算不改动。不读也不写任何内容。",
        table="Appeals", under="GoAwards",
    ),
    Command(
        "MakeAppeals", "评审", "异议登记表", "W4", "FilePrint",
        "异议登记表", "读“异议登记”，写一份可以打印、签字的登记表，放在“表格”文件夹；还没有登记时是空白的。工作簿不改动；已有的文件留作 .bak。",
        entry="appeal_record", under="GoAwards",
    ),
    Command(
        "GoEligibility", "评审", "资格审核", "E", "AcceptInvitation",
        "资格审核", "转到资格审核：谁达标，谁没有达标，为什么。不读也不写任何内容。", table="Eligibility",
    ),
    Command(
        "MakeApplications", "评审", "生成申报表", "N", "FileNew",
        "生成申报表 (Application forms)",
        "读五张输入表和规则，给每个达标的学校和教师写一份申报表，放在本工作簿旁边的“表格”文件夹，并写出申报材料清单。工作簿不改动；已有的文件留作 .bak。",
        entry="application_forms", needs_data=True,
    ),
    Command(
        "MakeApplicationsBook", "评审", "申报表工作簿", "N2", "TableSheetInsert",
        "申报表工作簿", "读五张输入表和规则，写两个工作簿：达标学校一校一表，达标教师一人一表。工作簿不改动；已有的文件留作 .bak。",
        entry="application_workbook", needs_data=True, under="MakeApplications",
    ),
    Command(
        "MakeApplicationsPdf", "评审", "申报表 PDF", "N3", "FilePrint",
        "申报表 PDF", "读五张输入表和规则，写两个可以直接打印的 PDF。工作簿不改动；已有的文件留作 .bak。",
        entry="application_pdf", needs_data=True, under="MakeApplications",
    ),
    Command(
        "MakeReview", "评审", "生成评审表", "V", "TableInsertExcel",
        "生成评审表 (Review sheets)",
        "读五张输入表和规则，给每个达标的学校和教师写评分表，给每位专家写评审表，再写专家评审汇总表，放在“表格”文件夹。工作簿不改动；已有的文件留作 .bak。",
        entry="review_forms", needs_data=True,
    ),
    Command(
        "MakeReviewBook", "评审", "评分表工作簿", "V2", "TableSheetInsert",
        "评分表工作簿", "读五张输入表和规则，写两个工作簿：达标学校一校一表，达标教师一人一表。工作簿不改动；已有的文件留作 .bak。",
        entry="score_card_workbook", needs_data=True, under="MakeReview",
    ),
    Command(
        "MakeReviewPdf", "评审", "评分表 PDF", "V3", "FilePrint",
        "评分表 PDF", "读五张输入表和规则，写两个可以直接打印的 PDF。工作簿不改动；已有的文件留作 .bak。",
        entry="score_card_pdf", needs_data=True, under="MakeReview",
    ),
    Command(
        "MakePublicity", "评审", "公示名单", "G", "ReviewShowAllComments",
        "公示名单 (Publicity list)", "读五张输入表和规则，按获奖名单写公示名单，放在“表格”文件夹。工作簿不改动；已有的文件留作 .bak。",
        entry="publicity_list", needs_data=True, on_home=True,
    ),
    Command(
        "MakeCommendation", "评审", "表彰名单", "G2", "SignatureLineInsert",
        "表彰名单", "读五张输入表和规则，按获奖名单写表彰名单，附打印证书用的数据。工作簿不改动；已有的文件留作 .bak。",
        entry="commendation_list", needs_data=True, under="MakePublicity",
    ),
    Command(
        "MakeSummary", "评审", "工作总结", "G3", "ChartInsert",
        "工作总结", "读五张输入表和规则，写开通率、各指标平均、分布、各类学校的前列和月度曲线，附图表。工作簿不改动；已有的文件留作 .bak。",
        entry="work_summary", needs_data=True, under="MakePublicity",
    ),
    Command(
        "MakeMonthly", "评审", "月度通报", "G4", "ChartInsert",
        "月度通报", "读五张输入表和规则，写最近一个有得分的月份的通报：学校、教师当月的名次，比上月升降几名、多几分少几分，放在“表格”文件夹。工作簿不改动；已有的文件留作 .bak。",
        entry="monthly_report", needs_data=True, under="MakePublicity",
    ),
    Command(
        "CollectForms", "评审", "收取材料", "M", "FileOpen",
        "收取材料 (Collect returned files)",
        "读“表格”文件夹里学校、教师和专家交回的文件，检查后写申报材料清单、专家评审汇总表和更正建议：谁交齐了，谁没交，哪里不合要求。交回的文件和工作簿都不改动。",
        entry="collect_forms",
    ),
    Command(
        "SendLive", "分发", "生成分发版", "L", "FileSendAsAttachment",
        "生成分发版 (Copy to send)",
        "读五张输入表和规则，在“分发”文件夹写一份不含宏的结果，得分、名次都是公式；重新打开核对无误才算完成，再打开一封带附件的新邮件，不会自动发出。工作簿不改动，定稿以后只在首页记下生成过。",
        entry="send_live", needs_data=True, on_home=True,
    ),
    Command(
        "SendValues", "分发", "数值版", "L2", "PasteValues",
        "数值版", "读五张输入表和规则，写一份不含宏、只有数值的结果，核对后打开新邮件。工作簿不改动，定稿以后只在首页记下生成过。",
        entry="send_values", needs_data=True, under="SendLive",
    ),
    Command(
        "SendBySchool", "分发", "分校版", "L3", "ReviewShareWorkbook",
        "分校版", "读五张输入表和规则，给每所学校写一个文件夹：只有本校数据的结果、达标的申报表、写明要改什么和期限的信，旁边是邮件草稿；逐份核对没有别校的内容，再打开文件夹。工作簿不改动。",
        entry="send_by_school", needs_data=True, under="SendLive",
    ),
    Command(
        "SendPublic", "分发", "公示版", "L4", "ReviewShowAllComments",
        "公示版", "读五张输入表和规则，写遮去电话、证件号、邮箱和账号的公示名单；还有没遮住的就不写。工作簿不改动。",
        entry="send_public", needs_data=True, under="SendLive",
    ),
    Command(
        "ApplyCorrections", "分发", "采纳更正", "U", "AcceptInvitation",
        "采纳更正 (Apply corrections)",
        "读“表格”文件夹里的更正建议，把“采纳”列写了“是”的写进输入表的那一格；别的格不改动。写入后不能用“撤消”退回，更正建议里留有原来的数。",
        entry="apply_corrections", needs_data=True,
    ),
    Command(
        "OpenFolder", "分发", "打开文件夹", "F", "FileOpen",
        "打开文件夹", "打开本工作簿所在的文件夹，便于把文件附到邮件里。不读也不写任何内容。",
        macro="KongjianOpenFolder",
    ),
    Command(
        "NewScheme", "帮助", "新建下一年方案", "8N", "FileNew",
        "新建下一年方案 (Next year's scheme)",
        "读“规则”：改的数、增减的指标和奖项都写进新方案，评选时间推后一年，要改的条款列在旁边的文本文件里；旁边生成新方案的空白工作簿。本工作簿不改动。",
        entry="new_scheme",
    ),
    Command(
        "GoHelp", "帮助", "使用说明", "H", "Help",
        "使用说明", "转到帮助表：步骤、函数说明、出错时找谁。不读也不写任何内容。", table="Functions",
    ),
    Command(
        "Diagnose", "帮助", "诊断", "D", "ControlToolboxOutlook",
        "诊断 (Diagnose)",
        "检查 Python、xlwings 和规则是否正常，把报告存成文本文件发给技术人员。不改动工作簿。",
        entry="diagnose",
    ),
)  # fmt: skip
