"""The two sheets of an import, made when the first import needs them."""

from __future__ import annotations

from kongjian.intake.column_names import SHEET
from kongjian.workbook.layout import OutColumn, OutputSheet

RECORDS = OutputSheet(
    "导入记录",
    "Imports",
    (
        OutColumn("时间", "time", 19),
        OutColumn("文件", "account", 30),
        OutColumn("工作表", "text", 12),
        OutColumn("单元格", "text", 14),
        OutColumn("原值", "account", 24),
        OutColumn("写入", "account", 24),
        OutColumn("说明", "text", 60),
    ),
    "evidence",
    "每次导入改了哪些格",
)
"""What comes from files stands in columns of texts, so that no cell of them ever becomes a formula."""

NAMES = OutputSheet(
    SHEET,
    "ColumnNames",
    (
        OutColumn("工作表", "text", 12),
        OutColumn("文件里的列名", "account", 28),
        OutColumn("对应列", "text", 22),
        OutColumn("确认", "text", 10),
        OutColumn("来自文件", "account", 30),
    ),
    "evidence",
    "导出文件里的列名是哪一列",
)
"""Staff type in it, so it is never protected."""
