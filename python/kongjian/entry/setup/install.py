"""`kongjian install` and `uninstall`: a plan as plain data for each platform, and what carries the plan out.

The plan depends on `Surroundings` alone, so that the steps for Windows can be checked anywhere. xlwings is
only ever called through its own command line, on macOS.
"""

from __future__ import annotations

import datetime as dt
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.entry.setup import com_registration, xlwings_config

DONE, SKIPPED, FAILED = "完成", "跳过", "失败"
SUCCESS = "Successfully"
"""xlwings' command line ends with exit code 0 even when it failed; only this word tells."""
PATIENCE = 180  # seconds; xlwings starts an Excel of its own to find the add-in folder

TRUST = (
    "不改动安全设置。打开工作簿时点“启用内容”即可；单位若要求受信任位置：Excel“文件→选项→信任中心→信任中心设置→"
    "受信任位置→添加新位置”，只加放工作簿的文件夹"
)
ORDINARY = "正常打开，不要“以管理员身份运行”，那样看不到登记"
UNBLOCK_HELP = "右键工作簿→属性→勾选“解除锁定”，或在 PowerShell 运行 Unblock-File -LiteralPath '{}'"


@dataclass(frozen=True)
class Surroundings:
    """All that a plan depends on."""

    platform: str
    python: str
    windowless: str
    config: Path
    documents: Path
    book: Path
    python_folder: Path | None
    xlwings: bool
    today: dt.date
    add_in: bool = False
    names_taken: frozenset[str] = frozenset()
    copy_there: str = ""
    bundle: bool = False


@dataclass(frozen=True)
class Register:
    """Tells Windows which line starts the COM server."""

    command: str


@dataclass(frozen=True)
class Unregister:
    """Takes that away again."""


@dataclass(frozen=True)
class Refuse:
    """Cannot be done here; the step's detail says why."""


@dataclass(frozen=True)
class Configure:
    """Sets keys of xlwings.conf; all other keys stay."""

    file: Path
    settings: dict[str, str]
    python_folder: Path | None


@dataclass(frozen=True)
class RunXlwings:
    """Runs a command of xlwings."""

    command: tuple[str, ...]


@dataclass(frozen=True)
class Copy:
    """Copies the workbook to a name that is free."""

    source: Path
    target: Path


@dataclass(frozen=True)
class Unblock:
    """Takes Windows' mark of the web off a file."""

    file: Path


@dataclass(frozen=True)
class Skip:
    """Nothing to do, and why."""


Action = Register | Unregister | Configure | RunXlwings | Copy | Unblock | Refuse | Skip


@dataclass(frozen=True)
class Step:
    """One line for the user: what it is about, what is done, what to do when that fails."""

    title: str
    action: Action
    detail: str
    advice: str = ""


@dataclass(frozen=True)
class Ending:
    """How a step ended."""

    step: Step
    state: str
    text: str

    @property
    def line(self) -> str:
        advice = f"。怎么办：{self.step.advice}" if self.state == FAILED and self.step.advice else ""
        return f"{self.state} {self.step.title}：{self.text}{advice}"


def look() -> Surroundings:
    """This computer."""
    book, documents = places.shipped_workbook(), places.documents()
    names = frozenset(p.name for p in documents.glob("*.xlsm")) if documents.is_dir() else frozenset()
    there = next((n for n in sorted(names) if _same(documents / n, book)), "")
    return Surroundings(
        platform=sys.platform,
        python=sys.executable,
        windowless=com_registration.windowless(sys.executable),
        config=xlwings_config.settings_file(),
        documents=documents,
        book=book,
        python_folder=places.unzipped_python(),
        xlwings=xlwings_config.xlwings_version() is not None,
        today=dt.date.today(),
        add_in=xlwings_config.add_in() is not None,
        names_taken=names,
        copy_there=there,
        bundle=places.bundled(),
    )


def plan(here: Surroundings) -> list[Step]:
    """The steps for this platform, in order."""
    if here.platform == "win32":
        target = here.documents / (here.copy_there or free_name(here))
        mark = UNBLOCK_HELP.format(target)
        return [
            _register(here),
            # workbooks that were sent out before ask the add-in, and so do ours where the server cannot be had
            *([_configure(here, "INTERPRETER_WIN")] if here.add_in else []),
            _copy(here),
            Step("网络标记", Unblock(target), f"解除 {target} 的锁定", mark),
            Step("受信任位置", Skip(), TRUST),
            Step("下一步", Skip(), f"重新启动 Excel（{ORDINARY}），打开工作簿，运行 kongjian doctor 检查"),
        ]
    if here.platform == "darwin":
        functions = "macOS 上只有按钮可用，=SCHOOL_SCORE 等函数只在 Windows 上能算（单元格里显示 #N/A）"
        return [
            _configure(here, "INTERPRETER_MAC"),
            _add_in(here),
            _copy(here),
            Step("工作表函数", Skip(), functions),
        ]
    return [
        Step("Excel 加载项", Skip(), "本系统没有 Excel，功能区按钮和工作表函数在这里不能用"),
        _copy(here),
        Step("计算", Skip(), "用命令：kongjian recalc 工作簿，结果与 Excel 里的按钮相同"),
    ]


def removal(here: Surroundings) -> list[Step]:
    """What takes back what was told to Windows; files and settings of the user stay."""
    kept = f"{here.documents} 里的工作簿是您的文件，没有删除"
    if here.platform != "win32":
        return [Step("Excel 登记", Skip(), "本系统没有登记"), Step("工作簿", Skip(), kept)]
    pip = f"再运行：{_quoted(here.python)} -m pip uninstall kongjian"
    return [
        Step(
            "Excel 登记",
            Unregister(),
            f"已取消 {com_registration.NAME} 的登记",
            "关闭 Excel，再运行 kongjian uninstall",
        ),
        Step("工作簿", Skip(), kept),
        Step("软件包", Skip(), f"要删除程序，{'双击“卸载.cmd”' if here.bundle else pip}"),
    ]


def free_name(here: Surroundings) -> str:
    """A file name that overwrites nothing: the plain one, with the date, with a number."""
    stem, suffix = here.book.stem, here.book.suffix
    dated = f"{stem}-{here.today:%Y%m%d}"
    wanted = [stem, dated, *(f"{dated}-{n}" for n in range(2, len(here.names_taken) + 3))]
    taken = {n.casefold() for n in here.names_taken}
    return next(f"{w}{suffix}" for w in wanted if f"{w}{suffix}".casefold() not in taken)


def carry_out(steps: list[Step]) -> Iterator[Ending]:
    """Does one step after the other; a failed step does not keep the next from being tried."""
    for step in steps:
        try:
            yield _perform(step)
        except (OSError, UnicodeError, KongjianError, subprocess.SubprocessError) as error:
            yield Ending(step, FAILED, _reason(error))


def _register(here: Surroundings) -> Step:
    if com_registration.private_registry(here.python):
        why = "这是微软商店的 Python，它登记的内容 Excel 看不到"
        return Step("Excel 登记", Refuse(), why, "从 python.org 安装 Python，用它再装一次 kongjian")
    if not here.xlwings:
        line = f"请运行：{_quoted(here.python)} -m pip install xlwings，再运行 kongjian install"
        return Step("Excel 登记", Refuse(), "没有安装 xlwings", line)
    return Step(
        "Excel 登记",
        Register(com_registration.command(here.windowless, here.python_folder)),
        f"登记 {com_registration.NAME}，由 {here.windowless} 应答（只写当前用户，不用管理员）",
        "把报告发给技术人员：注册表 HKEY_CURRENT_USER\\Software\\Classes 不能写",
    )


def _configure(here: Surroundings, key: str) -> Step:
    # a web address as the workbook's folder stops the add-in, and files beside a workbook are no part of a program
    settings = {key: here.python, "ADD_WORKBOOK_TO_PYTHONPATH": "False"}
    if key == "INTERPRETER_WIN":
        settings["USE UDF SERVER"] = "True"  # buttons reuse the Python that is already running
    return Step(
        "Python 设置",
        Configure(here.config, settings, here.python_folder),
        f"写入 {here.config}（别的设置不变，原文件留一份）",
        f"关闭 Excel 再试；仍不行请在 Excel 的 xlwings 选项卡把 Interpreter 填为 {here.python}",
    )


def _add_in(here: Surroundings) -> Step:
    if not here.xlwings:
        line = f"请运行：{_quoted(here.python)} -m pip install xlwings，再运行 kongjian install"
        return Step("Excel 加载项", Refuse(), "没有安装 xlwings", line)
    # on macOS this command also puts down the script that lets buttons start Python
    command = (here.python, "-m", "xlwings.cli", "addin", "install")
    return Step(
        "Excel 加载项",
        RunXlwings(command),
        "安装 xlwings 加载项（xlwings addin install，会短暂启动 Excel）",
        f"先装好并关闭 Excel，再运行：{_quoted(here.python)} -m xlwings.cli addin install",
    )


def _copy(here: Surroundings) -> Step:
    if here.copy_there:
        return Step("工作簿", Skip(), f"{here.documents / here.copy_there} 已是这一版，不覆盖")
    target = here.documents / free_name(here)
    return Step(
        "工作簿", Copy(here.book, target), f"复制到 {target}", f"请自己把 {here.book} 复制到能写的文件夹"
    )


def _perform(step: Step) -> Ending:
    match step.action:
        case Register(command):
            changed = com_registration.register(command)
            return Ending(step, DONE if changed else SKIPPED, step.detail if changed else "已经登记好")
        case Unregister():
            found = com_registration.unregister()
            return Ending(step, DONE if found else SKIPPED, step.detail if found else "没有登记过")
        case Refuse():
            return Ending(step, FAILED, step.detail)
        case Configure(file, settings, folder):
            changed = xlwings_config.update(file, settings, folder)
            return Ending(step, DONE if changed else SKIPPED, step.detail if changed else f"{file} 已经设好")
        case RunXlwings(command):
            return _run(step, command)
        case Copy(source, target):
            _copy_new(source, target)
            return Ending(step, DONE, step.detail)
        case Unblock(file):
            return _unblock(step, file)
    return Ending(step, SKIPPED, step.detail)


def _run(step: Step, command: tuple[str, ...]) -> Ending:
    env = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=PATIENCE,
        env=env,
        check=False,
    )
    if run.returncode == 0 and SUCCESS in run.stdout:
        return Ending(step, DONE, step.detail)
    said = (run.stderr.strip() or run.stdout.strip()).splitlines()
    return Ending(step, FAILED, said[-1] if said else f"xlwings 返回 {run.returncode}")


def _copy_new(source: Path, target: Path) -> None:
    """Copies the contents only: a downloaded file's mark of the web stays behind. Never overwrites."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as old, target.open("xb") as new:
        shutil.copyfileobj(old, new)


def _unblock(step: Step, file: Path) -> Ending:
    if not file.is_file():
        return Ending(step, FAILED, f"没有 {file}")
    try:
        Path(f"{file}:Zone.Identifier").unlink()
    except FileNotFoundError:
        return Ending(step, SKIPPED, f"{file} 没有网络标记")
    return Ending(step, DONE, step.detail)


def _same(one: Path, other: Path) -> bool:
    try:
        return one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()
    except OSError:
        return False


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.TimeoutExpired):
        return f"{PATIENCE}秒没有完成"
    if isinstance(error, UnicodeError):
        return f"路径里有本机编码 {locale.getencoding()} 写不出的字"
    if isinstance(error, OSError):
        return f"{error.strerror or error}（{error.filename}）" if error.filename else str(error)
    return str(error)


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
