"""What decides is on the screen without scrolling: a window of 1366 pixels, whatever the scheme."""

from __future__ import annotations

import pytest

from kongjian.rules import Rules, load_rules
from kongjian.workbook.layout import output_sheet
from small_scheme import SMALL

SCREEN = 1366 - 30 - 20
"""Pixels beside the row numbers and the scroll bar."""
DECISIVE = {
    "学校排名": ["名次", "学校名称", "得分", "并列", "变化"],
    "教师排名": ["名次", "教师姓名", "账号", "得分", "并列", "变化"],
    "获奖名单": ["备注", "状态", "待核实原因"],
    "资格审核": ["是否达标", "未达标原因"],
    "问题清单": ["内容", "建议", "已确认保留"],
    "与上次相比": ["变化", "原因"],
    "数据覆盖": ["缺", "说明"],
    "平台核对": ["差额", "可能原因", "采用"],
    "得分说明": ["得分", "还差"],
    "临界名单": ["差距", "说明"],
    "口径影响": ["说明"],
    "运行记录": ["错误", "警告"],
    "导入记录": ["写入", "说明"],
    "列名对应": ["对应列", "确认"],
}


@pytest.mark.parametrize("rules", [load_rules(), load_rules(SMALL)], ids=["ours", "another"])
@pytest.mark.parametrize("sheet", DECISIVE)
def test_the_decisive_columns_are_on_the_screen(sheet: str, rules: Rules) -> None:
    spec = output_sheet(rules, sheet)
    ends = {
        name: sum(round(c.width * 7 + 5) for c in spec.columns[: k + 1]) for k, name in enumerate(spec.names)
    }
    assert [(n, ends[n]) for n in DECISIVE[sheet] if ends[n] > SCREEN] == []
    for column in spec.columns:  # a header shows in two lines beside its filter button
        assert column.width >= len(column.name) + 2 or column.name in ("竞赛名次", "中国式名次"), column
