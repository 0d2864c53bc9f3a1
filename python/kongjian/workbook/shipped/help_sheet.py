"""The sheet 帮助: what to do and the functions; and 程序文字, which holds what macros read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kongjian.base.grid import letter
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.functions.function_help import FunctionHelp
from kongjian.workbook.layout import (
    FUNCTION_HELP_COLUMNS,
    FUNCTION_HELP_TABLE,
    FUNCTIONS_COLUMNS,
    FUNCTIONS_TABLE,
    HELP,
    MESSAGES_COLUMNS,
    MESSAGES_TABLE,
    TEXTS,
    evidence_tables,
)
from kongjian.workbook.look.build_paper import only_these
from kongjian.workbook.look.build_styles import (
    GREY,
    INK,
    LINE,
    PALE,
    SHADES,
    Styles,
    add_table,
    frame,
    print_setup,
)
from kongjian.workbook.next_step import STEPS
from kongjian.workbook.shipped.commands import COMMANDS, TAB
from kongjian.xlsx.table_parts import HEADER_ROW, SUBTITLE_ROW
from kongjian.xlsx.text_heights import row_height

_WIDTHS = (24, 54, 62, 56)
_ASK = "仍不行，请按“诊断”，把报告发给本单位的技术人员。"
GUIDE = (
    *((f"{'①②③④⑤'[k]} {step}", how) for k, (step, how) in enumerate(STEPS.items())),
    ("自己粘贴", "也可以把数据粘贴到“学校数据”“教师数据”等输入表的表头下面，从第4行起。表头的顺序可以不同，多余的列不影响结果。"),
    ("和上次不同", "和上次有什么不同、为什么，看“与上次相比”。"),
    ("发给谁什么", "分发版是不含宏的结果，对方没有Python也能看到全部。菜单里有数值版、分校版和公示版。"),
    ("依据表", "得分、依据和记录各表平时收起：按“显示依据表”全部出现，再按收起；没有按钮时，在任一表名上按右键，选“取消隐藏”。"),
    ("公示以后", "收到的异议记在“异议登记”，要打印按“异议登记表”。没有异议或处理完了，按“定稿”：旁边留一份带日期的存档，以后重新计算、导入都会先问。"),
    ("做得久的按钮", "做到哪里写在左下角的状态栏，可以照常用Excel；再按一次任何按钮，可以停下来。结果表上面写着“正在写入”时，写完以前请不要使用或发送。"),
    ("看不到选项卡", f"没有“{TAB}”选项卡时，用首页的按钮，作用一样。"),
    ("宏被禁用", "打开时出现黄色提示条，按“启用内容”。没有提示条、直接说宏被阻止时：关闭文件，在文件上按右键，选“属性”，勾选“解除锁定”，再打开；或把文件放到技术人员设好的受信任位置。"),
    ("没有Python", f"只看结果不需要Python。要按钮和函数起作用，请技术人员在这台电脑上安装Python，再运行 kongjian install。{_ASK}"),
    ("函数显示#N/A", "表示算不出来：缺指标、列数不对、指标名称写错，或这台电脑没有装好Python（装好后按Ctrl+Alt+F9重算）。不会显示成0分。"),
    ("改口径和分值", "口径是方案没有写明、需要局里定的地方。在“规则”表改浅黄色的格子；函数马上按新规则重算，名次要再按一次“重新计算排名”。"),
    ("用WPS打开", "可以看结果、粘贴数据、改规则；按钮和函数要在Windows的Excel里用。"),
    ("备份", "每次写入以前，最后保存的那一份复制到工作簿旁边的“备份”文件夹，最新的10份。写错了按“恢复备份”，选一份，先说出以后改的哪些那一份里没有，再另存在旁边；没有保存的改动不在备份里。"),
    ("清理", "评选结束、材料归档以后，删去工作簿旁边的“备份”“表格”“分发”“行为日志”文件夹、不用的定稿存档和 .bak 文件，再删去临时文件夹（%TEMP%）里以kongjian开头的文件；里面有姓名、账号。"),
    ("找谁", _ASK),
)  # fmt: skip
_BEFORE_TOTAL = 4
"""Columns of 学校得分 beside the indicators' up to 得分."""
LAST_WORD = "操作没有完成，请找技术人员。"
LAST_WORD_NAME = "KongjianLastWord"
EVIDENCE_MESSAGE = "EvidenceTables"
"""What macros say where staff deleted the table of texts: a name of the workbook keeps it."""
_AS_BEFORE = "输入表没有改动。"
_MESSAGES = {
    "Category": TAB,
    "NotRegistered": f"这台电脑还没有登记本程序（错误号{{number}}）。{_AS_BEFORE}请技术人员运行 kongjian install；已经装过的，请正常打开Excel，不要“以管理员身份运行”。",
    "PythonMoved": f"登记的Python已不在原来的地方（错误号{{number}}）。{_AS_BEFORE}请技术人员重新运行 kongjian install。",
    "StartRefused": f"Windows不让Python启动，可能被杀毒软件或单位的安全策略拦住（错误号{{number}}）。{_AS_BEFORE}请技术人员运行 kongjian doctor 查看。",
    "NoAnswer": f"Python启动了，但没有应答（错误号{{number}}）。{_AS_BEFORE}请再按一次；仍不行请技术人员运行 kongjian doctor 查看。",
    "ServerDied": "Python中途停止了，这次没有完成（错误号{number}）。请再按一次；仍不行请关闭Excel，不要保存，重新打开再试。",
    "NoPython": "Python里出错，这次没有完成（错误号{number}：{reason}）。请把这句话发给技术人员。",
    "NoMacPython": f"Python没有运行起来，这次没有完成。{_AS_BEFORE}请看“{HELP}”表的“没有Python”。",
    "Stop": "刚才按的还没有做完，进度在左下角的状态栏。要停下来吗？",
    "Closing": "刚才按的还没有做完。现在关闭就停下来，已经开始写入的会先写完。仍要关闭吗？",
    "NoData": "还没有数据：请先把平台数据粘贴到“学校数据”或“教师数据”，从第4行起。",
    "NoSheet": "找不到这张表，它可能已被隐藏或删除。请取消隐藏，或用原来的kongjian.xlsm。",
    "NameSchool": "学校名称",
    "NamePerson": "教师姓名",
    "NameAccount": "账号",
    "NameAsSchool": OBJECT_LABELS["school"],
    "NameTeacher": OBJECT_LABELS["teacher"],
    "NoPrint": "打印不了这张表。请检查有没有装打印机，或用“文件”里的“打印”。",
    "NoTable": "请先点表格里的一格，要按哪一列排就点哪一列。",
    "NotSorted": "没有排序。表里可能有合并的单元格，或这张表有密码保护。",
    "NoFolder": "打不开文件夹。工作簿可能还没有保存，请先保存。",
}


def messages() -> dict[str, str]:
    """Every text that a macro shows, by its code."""
    return _MESSAGES | {f"Tip{c.id}": c.supertip for c in COMMANDS if c.needs_data}


def _examples(rules: Rules) -> dict[str, str]:
    """One use of each function, over the whole rows of the scheme's sheets."""
    school, teacher = (letter(len(rules.table(t).names)) for t in ("schools", "teachers"))
    total = letter(len(rules.school.indicators) + _BEFORE_TOTAL)
    indicator = (*rules.tie_breakers, rules.school.indicators[0].name)[0]
    mark = rules.school.points * 0.855
    return {
        "SCHOOL_SCORE": f'=SCHOOL_SCORE(学校指标!A4:{school}4)；一个指标：=SCHOOL_SCORE(学校指标!A4:{school}4,,"{indicator}")',
        "TEACHER_SCORE": f"=TEACHER_SCORE(教师指标!A4:{teacher}4)",
        "SCHOOL_SCORES": f"=SCHOOL_SCORES(学校指标!A4:{school}50)",
        "TEACHER_SCORES": f"=TEACHER_SCORES(教师指标!A4:{teacher}500)",
        "SCHOOL_ELIGIBLE": f"=SCHOOL_ELIGIBLE(学校指标!A4:{school}4,,{mark:g})",
        "SCORE_EXPLAIN": f'=SCORE_EXPLAIN("学校",学校指标!A4:{school}4)',
        "RANK_SCORES": f"=RANK_SCORES(学校得分!{total}4:{total}50)",
        "AWARD": '=AWARD("教师",8)',
    }


def function_rows(functions: Iterable[FunctionHelp], rules: Rules) -> list[tuple[str, str, str, str]]:
    """One row for each function, then one for each of its arguments."""
    rows, examples = [], _examples(rules)
    for function in functions:
        rows.append((function.name, "", function.doc, f"{function.usage}\n例：{examples[function.name]}"))
        for argument in function.arguments:
            needed = "可以省略" if argument.optional else "必填"
            rows.append((function.name, argument.name, argument.doc, needed))
    return rows


def add_help(book: Workbook, styles: Styles, rules: Rules) -> None:
    from kongjian.workbook.functions.worksheet import (
        FUNCTIONS,  # brings xlwings, which only building needs here
    )

    sheet = book.add_worksheet(HELP)
    sheet.hide_gridlines(2)
    for index, width in enumerate(_WIDTHS):
        sheet.set_column(index, index, width)
    frame(sheet, styles, "rules", HELP, "步骤、函数说明、出错时怎么办", _WIDTHS)
    behind = _guide(sheet, styles, HEADER_ROW - 1)
    row = _heading(sheet, styles, behind + 1, "函数：在任何单元格里都可以用")
    examples = _examples(rules)
    rows = [(f.name, f.usage_in_words, f.told, examples[f.name]) for f in FUNCTIONS.values()]
    _table(sheet, styles, row, FUNCTIONS_TABLE, FUNCTIONS_COLUMNS, rows)
    sheet.freeze_panes(SUBTITLE_ROW, 0)
    print_setup(sheet, landscape=True, scheme=rules.scheme.name, repeat=SUBTITLE_ROW)
    only_these(sheet, behind, 3)


def add_texts(book: Workbook, styles: Styles, rules: Rules) -> None:
    """程序文字: the function wizard's texts and what macros show; nothing for staff."""
    from kongjian.workbook.functions.worksheet import FUNCTIONS

    sheet = book.add_worksheet(TEXTS)
    frame(sheet, styles, "rules", TEXTS, "宏显示的话，请不要删除", _WIDTHS)
    rows = function_rows(FUNCTIONS.values(), rules)
    row = _table(sheet, styles, HEADER_ROW - 1, FUNCTION_HELP_TABLE, FUNCTION_HELP_COLUMNS, rows)
    texts = messages() | {EVIDENCE_MESSAGE: " ".join(evidence_tables(rules))}
    _table(sheet, styles, row + 1, MESSAGES_TABLE, MESSAGES_COLUMNS, list(texts.items()))
    book.define_name(LAST_WORD_NAME, f'="{LAST_WORD}"')
    print_setup(sheet, landscape=True, scheme=rules.scheme.name, repeat=SUBTITLE_ROW)


def _guide(sheet: Worksheet, styles: Styles, row: int) -> int:
    """What to do, a line for each case; returns the next free row."""
    look = {"border": 1, "border_color": LINE, "text_wrap": True, "align": "left", "indent": 1}
    title, text = styles.get(**look, bold=True, bg_color=PALE), styles.get(**look, font_color=INK)
    for at, (name, what) in enumerate(GUIDE, start=row):
        sheet.set_row(at, row_height([(what, _WIDTHS[1] + _WIDTHS[2])], 22))
        sheet.write_string(at, 0, name, title)
        sheet.merge_range(at, 1, at, 2, what, text)
    return row + len(GUIDE)


def _heading(sheet: Worksheet, styles: Styles, row: int, text: str) -> int:
    sheet.set_row(row, 26)
    sheet.write_string(row, 0, text, styles.get(bold=True, font_size=13, font_color=SHADES["rules"].tab))
    return row + 1


def _table(
    sheet: Worksheet,
    styles: Styles,
    top: int,
    name: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
) -> int:
    """A table with its header in row `top` (0-based); returns the next free row."""
    add_table(sheet, name, top + 1, dict.fromkeys(columns, styles.header("rules")), len(rows), filtered=False)
    sheet.set_row(top, 24)
    for at, texts in enumerate(rows, start=top + 1):
        sheet.set_row(at, row_height(zip(texts, _WIDTHS, strict=False)))
        for index, text in enumerate(texts):
            sheet.write_string(at, index, text, _cell(styles, head=index == 0, quiet=index > 2))
    return top + 1 + len(rows)


def _cell(styles: Styles, head: bool, quiet: bool) -> Format:
    look = {"border": 1, "border_color": LINE, "align": "left", "text_wrap": True, "bold": head}
    return styles.get(**look, font_color=GREY if quiet else INK)
