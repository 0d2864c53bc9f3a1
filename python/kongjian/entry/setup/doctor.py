"""`kongjian doctor`: is this computer ready? A plain-text report to send to IT, without data of any workbook."""

from __future__ import annotations

import datetime as dt
import os
import platform
import struct
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from kongjian import __version__
from kongjian.base import disk, places
from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.base.errors import KongjianError
from kongjian.base.scratch import scratch
from kongjian.entry.setup import excel_side, macro_policy, xlwings_config
from kongjian.entry.setup.bundle.embedded import OLDEST


def word(lines: list[Line]) -> str:
    """The report as text: a heading, one line for each check, the conclusion."""
    heading = f"kongjian 诊断报告 {dt.datetime.now():%Y-%m-%d %H:%M} {platform.platform()}"
    bad = sum(line.state == BAD for line in lines)
    mind = sum(line.state == MIND for line in lines)
    if bad:
        end = f"结论：有{bad}处不对，请按“怎么办”处理；处理不了请把本报告发给技术人员"
    else:
        end = f"结论：可以使用{f'，另有{mind}处请注意' if mind else ''}"
    return "\n".join([heading, *map(str, lines), end]) + "\n"


def examine(book: Path | None = None, system: str = sys.platform) -> list[Line]:
    """Every check, whatever the others found. `book` is the workbook whose folder is looked at."""
    folder = book.resolve().parent if book else _existing(places.documents(system))
    checks: list[tuple[str, Callable[[], Iterator[Line]]]] = [
        ("Python", _python),
        ("kongjian", _program),
        ("xlwings", lambda: _xlwings(system)),
        *(_windows(folder) if system == "win32" else []),
        ("Excel 加载项", lambda: excel_side.add_in(system)),
        ("加载项设置", lambda: excel_side.settings(system)),
        ("宏设置", lambda: _macros(system)),
        ("评分规则", _rules),
        ("工作表函数", _function),
        ("试算", _trial),
        ("文件夹", lambda: _folder(folder)),
        ("工作簿", lambda: _book(book, system)),
    ]
    lines: list[Line] = []
    for title, check in checks:
        try:
            lines += check()
        except Exception as error:  # a report must come out whatever is broken; this is one of its lines
            text = str(error) if isinstance(error, KongjianError) else f"{type(error).__name__}: {error}"
            lines.append(
                Line(BAD, title, text, "重新安装，再运行 kongjian doctor；仍不行请把本报告发给技术人员")
            )
    return lines


def _windows(folder: Path) -> list[tuple[str, Callable[[], Iterator[Line]]]]:
    return [
        ("Excel 登记", excel_side.registration),
        ("Excel 服务", lambda: excel_side.server(_full_row(), 100)),
        ("Excel 位数", lambda: excel_side.bits(_bits())),
        ("攻击面减少规则", excel_side.attack_rules),
        ("杀毒软件", lambda: excel_side.antivirus(folder)),
    ]


def _bits() -> int:
    return struct.calcsize("P") * 8


def _existing(folder: Path) -> Path:
    return next(f for f in (folder, *folder.parents) if f.is_dir())


def _python() -> Iterator[Line]:
    state = GOOD if sys.version_info >= OLDEST else BAD
    wanted = ".".join(map(str, OLDEST))
    text = f"{platform.python_version()}，{_bits()}位，{sys.executable}"
    yield Line(state, "Python", text, f"安装 Python {wanted} 或更新的版本")


def _program() -> Iterator[Line]:
    kind = "解压的文件夹" if places.unzipped_python() else "已安装的软件包"
    yield Line(GOOD, "kongjian", f"{__version__}，{kind}，{Path(__file__).parent}")
    yield Line(GOOD, "空白工作簿", str(places.shipped_workbook()))
    yield from excel_side.copies()


def _xlwings(system: str) -> Iterator[Line]:
    version = xlwings_config.xlwings_version()
    if version is None:
        state = BAD if system in ("win32", "darwin") else MIND
        yield Line(state, "xlwings", "没有安装", f"运行 {sys.executable} -m pip install xlwings")
        return
    yield Line(GOOD, "xlwings", version)


def _macros(system: str) -> Iterator[Line]:
    if system != "win32":
        yield Line(GOOD, "宏设置", "不适用（只在 Windows 上检查）")
        return
    for fine, text, advice in macro_policy.findings(macro_policy.registry):
        yield Line(GOOD if fine else MIND, "宏设置", text, advice)


def _rules() -> Iterator[Line]:
    from kongjian.rules import load_rules
    from kongjian.rules.lint import whole

    folder = places.rules()
    rules = load_rules(folder)
    faults = whole.lint(folder, None)
    if faults:
        yield Line(
            BAD,
            "评分规则",
            f"有{len(faults)}处问题，第一处：{faults[0]}",
            "重新安装，或运行 kongjian rules --lint",
        )
    else:
        yield Line(
            GOOD, "评分规则", f"版本{rules.version}，{rules.period.start}至{rules.period.end}，{folder}"
        )


def _full_row() -> list[object]:
    """A teacher who has done everything: a row of 教师数据 that scores 100."""
    from kongjian.rules import load_rules

    kinds: dict[str, object] = {
        "text": "诊断",
        "account": "1",
        "yes_no": "是",
        "count": 1000,
        "share": 1,
        "score": None,
    }
    table = next(t for t in load_rules().tables if t.id == "teachers")
    return [kinds.get(c.kind, 1000) for c in table.columns]


def _function() -> Iterator[Line]:
    from kongjian.workbook.functions.worksheet import TEACHER_SCORE

    score = TEACHER_SCORE(_full_row())
    if score == 100:
        yield Line(GOOD, "工作表函数", "TEACHER_SCORE 满分行得 100")
    else:
        yield Line(BAD, "工作表函数", f"TEACHER_SCORE 满分行得 {score}，应为 100", "重新安装")


def _trial() -> Iterator[Line]:
    """Calculates a workbook of one row in a folder of its own."""
    from xlsxwriter import Workbook

    from kongjian.rules import load_rules
    from kongjian.workbook.recalculate import recalculate

    with scratch() as folder:
        file = folder / "试算.xlsx"
        with Workbook(str(file), {"in_memory": True}) as book:
            for table in load_rules().tables:
                sheet = book.add_worksheet(table.sheet)
                sheet.write_row(2, 0, table.names)
                if table.id == "teachers":
                    sheet.write_row(3, 0, _full_row())
        cents = recalculate(file).results.teacher.score_cents.tolist()
    if cents == [10_000]:
        yield Line(GOOD, "试算", "读、算、写都正常，满分行得 100")
    else:
        yield Line(BAD, "试算", f"满分行得 {[c / 100 for c in cents]}，应为 100", "重新安装")


def _folder(folder: Path) -> Iterator[Line]:
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        yield Line(BAD, "文件夹", f"不能写 {folder}（{disk.said(error)}）", "把工作簿移到能写的文件夹")
        return
    yield Line(GOOD, "文件夹", f"能写 {folder}")
    clouds = [v for k, v in os.environ.items() if k.upper().startswith("ONEDRIVE") and v]
    if any(folder.is_relative_to(cloud) for cloud in clouds):
        text = f"{folder} 在 OneDrive 里：函数和重新计算照常，写文件的按钮可能找不到这个文件夹"
        yield Line(MIND, "文件夹", text, "把工作簿放到不同步的文件夹，例如 C:\\空间评比")


def _book(book: Path | None, system: str) -> Iterator[Line]:
    """The workbook that was named, else those that `install` laid into 文档."""
    if book is not None and not book.is_file():
        yield Line(BAD, "工作簿", f"没有 {book}", "检查文件名")
        return
    documents = places.documents(system)
    for file in [book] if book else sorted(documents.glob(f"{Path(places.BOOK).stem}*.xlsm")):
        if system == "win32" and Path(f"{file}:Zone.Identifier").exists():
            yield Line(BAD, "工作簿", f"{file} 带网络标记，宏被禁止", "右键文件→属性→勾选“解除锁定”，再打开")
        else:
            yield Line(GOOD, "工作簿", str(file))
        yield from _scheme_of(file)


def _scheme_of(file: Path) -> Iterator[Line]:
    """Whether the scheme that a workbook names is on this computer."""
    from kongjian.workbook.identity import book_rules
    from kongjian.xlsx.package import Package
    from kongjian.xlsx.reader import Reader

    try:
        with Package(file) as package:
            rules = book_rules(Reader(package), file.resolve().parent)
    except KongjianError as error:
        yield Line(BAD, "方案", f"{file.name}：{error}", "按这句话处理，再打开工作簿")
        return
    said = f"{file.name} 的方案是 {rules.scheme.id}，在 {rules.folder}"
    if rules.folder.parent.parent == file.resolve().parent:
        said = f"{said}；宏是以前的工作簿，工作表函数找不到这里，要把它也复制到 {places.own_schemes()}"
    yield Line(GOOD, "方案", said)
