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
from kongjian.entry.setup import macro_policy, xlwings_config

ADD_IN = "xlwings.xlam"
OLDEST = (3, 11)
INSTALL = "运行 kongjian install"


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
        ("Excel 加载项", lambda: _add_in(system)),
        ("Python 设置", lambda: _settings(system)),
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


def _existing(folder: Path) -> Path:
    return next(f for f in (folder, *folder.parents) if f.is_dir())


def _python() -> Iterator[Line]:
    bits = struct.calcsize("P") * 8
    state = GOOD if sys.version_info >= OLDEST else BAD
    wanted = ".".join(map(str, OLDEST))
    text = f"{platform.python_version()}，{bits}位，{sys.executable}"
    yield Line(state, "Python", text, f"安装 Python {wanted} 或更新的版本")


def _program() -> Iterator[Line]:
    kind = "解压的文件夹" if places.unzipped_python() else "已安装的软件包"
    yield Line(GOOD, "kongjian", f"{__version__}，{kind}，{Path(__file__).parent}")
    yield Line(GOOD, "空白工作簿", str(places.shipped_workbook()))


def _xlwings(system: str) -> Iterator[Line]:
    version = xlwings_config.xlwings_version()
    if version is None:
        state = BAD if system in ("win32", "darwin") else MIND
        yield Line(state, "xlwings", "没有安装", f"运行 {sys.executable} -m pip install xlwings")
        return
    yield Line(GOOD, "xlwings", version)
    if system == "win32":
        here = Path(sys.executable).parent
        missing = [n for n in (f"xlwings{b}-{version}.dll" for b in (32, 64)) if not _near(here, n)]
        text = f"缺少 {'、'.join(missing)}" if missing else "齐全"
        again = (
            f"运行 {sys.executable} -m pip install --force-reinstall xlwings=={version}；"
            "Python 装在 Program Files 里时，用管理员命令窗口运行，或改用虚拟环境"
        )
        yield Line(BAD if missing else GOOD, "xlwings 动态库", text, again)


def _near(folder: Path, name: str) -> bool:
    """Beside the interpreter, or one folder up in a virtual environment: where the add-in looks."""
    return (folder / name).is_file() or (folder.parent / name).is_file()


def _add_in(system: str) -> Iterator[Line]:
    folders = xlwings_config.add_in_folders(system)
    if not folders:
        yield Line(GOOD, "Excel 加载项", "不适用（本系统没有 Excel）")
        return
    installed = next((f / ADD_IN for f in folders if (f / ADD_IN).is_file()), None)
    package = xlwings_config.xlwings_folder()
    if installed is None:
        yield Line(BAD, "Excel 加载项", f"{folders[0]} 里没有 {ADD_IN}", INSTALL)
    elif package is None or installed.read_bytes() != (package / "addin" / ADD_IN).read_bytes():
        yield Line(
            BAD, "Excel 加载项", f"{installed} 与 xlwings 软件包不是同一版本", f"关闭 Excel，{INSTALL}"
        )
    else:
        yield Line(GOOD, "Excel 加载项", f"{installed}，与 xlwings 软件包同一版本")


def _settings(system: str) -> Iterator[Line]:
    key = {"win32": "INTERPRETER_WIN", "darwin": "INTERPRETER_MAC"}.get(system)
    if key is None:
        yield Line(GOOD, "Python 设置", "不适用（本系统没有 Excel）")
        return
    file = xlwings_config.settings_file(system)
    settings = xlwings_config.read(file)
    python = settings.get(key, "")
    if not python:
        yield Line(BAD, "Python 设置", f"{file} 没有 {key}", INSTALL)
    elif os.path.normcase(python) != os.path.normcase(sys.executable):
        yield Line(MIND, "Python 设置", f"Excel 用的是 {python}，不是现在这个 Python", INSTALL)
    else:
        yield Line(GOOD, "Python 设置", f"{file}")
    folder = places.unzipped_python()
    if folder and str(folder) not in settings.get("PYTHONPATH", "").split(";"):
        yield Line(MIND, "PYTHONPATH", f"{file} 里没有 {folder}", INSTALL)


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
        text = f"{folder} 在 OneDrive 里，按钮可能找不到工作簿"
        yield Line(MIND, "文件夹", text, "把工作簿放到不同步的文件夹，例如 C:\\空间评比")


def _book(book: Path | None, system: str) -> Iterator[Line]:
    if book is None:
        return
    if not book.is_file():
        yield Line(BAD, "工作簿", f"没有 {book}", "检查文件名")
    elif system == "win32" and Path(f"{book}:Zone.Identifier").exists():
        yield Line(BAD, "工作簿", f"{book} 带网络标记，宏被禁止", "右键文件→属性→勾选“解除锁定”，再打开")
    else:
        yield Line(GOOD, "工作簿", str(book))
