"""docs/functions.md, the reference of the worksheet functions, from their own signatures and docstrings."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from kongjian.rules import load_rules
from kongjian.workbook.functions.function_help import FunctionHelp

_HEAD = """# 工作表函数

在 `kongjian.xlsm` 的任何单元格里都可以用。函数按本簿“规则”表的口径和参数计算，与“重新计算排名”的结果一位不差。

- 一行数据按“学校数据”或“教师数据”的标准列序给出；列序不同时，把表头作为 `headers` 一起给出，多余的列不影响结果。
- 单元格的写法与粘贴的数据一样对待：文字形式的数字、85%、有、√、全角字符都能识别；{blanks}。
- 算不出来的显示 `#N/A`：缺指标、列数不对、没有这个指标、单元格是错误值。不会显示文字，也不会显示 0。
- 得分一律是计算得分，不是平台得分。整列计算请用 `SCHOOL_SCORES`、`TEACHER_SCORES`，一次算完，比逐行写公式快得多。
"""


def page(functions: Iterable[FunctionHelp]) -> str:
    """The function reference as Markdown; its examples are of the scheme that came with the program."""
    columns = load_rules().table("teachers").columns
    parts = [_HEAD.format(blanks="、".join(f"空白的{c.name}按“{c.blank}”" for c in columns if c.blank))]
    for function in functions:
        rows = "\n".join(
            f"| `{a.name}` | {'可以省略' if a.optional else '必填'} | {a.doc} |" for a in function.arguments
        )
        parts.append(
            f"## {function.name}\n\n`{function.usage}`\n\n{function.doc}\n\n"
            f"| 参数 | 是否必填 | 说明 |\n|---|---|---|\n{rows}\n"
        )
    return "\n".join(parts)


def main() -> None:
    """Writes the function reference to the file named on the command line."""
    from kongjian.workbook.functions.worksheet import FUNCTIONS

    Path(sys.argv[1]).write_text(page(FUNCTIONS.values()), encoding="utf-8")


if __name__ == "__main__":
    main()
