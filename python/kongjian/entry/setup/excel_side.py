"""What stands between Excel and Python on Windows, for the diagnosis: registration, server, rules, bits, older add-in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from kongjian import __version__
from kongjian.base import places
from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.entry.setup import com_registration, macro_policy, xlwings_config
from kongjian.entry.setup.xlwings_config import ADD_IN

INSTALL = "运行 kongjian install"
_UAC = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
_OFFICE = r"SOFTWARE\Microsoft\Office"
_GUARD = r"Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
_RULE_PLACES = (rf"SOFTWARE\Policies\Microsoft\{_GUARD}", rf"SOFTWARE\Microsoft\{_GUARD}")
"""Rules that reduce the attack surface: an administrator's policy, then the computer's own."""
_ACTIONS = {"1": "拦截", "2": "只记录", "6": "警告"}
_CHILDREN = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
_RULES = {
    _CHILDREN: ("Office 启动子程序", "Python 由 Windows 启动，不受影响；以前的加载项会被拦住"),
    "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b": ("宏调用 Windows 函数", "本工作簿的宏不用，不受影响"),
    "3b576869-a4ec-4529-8536-b80a7769e899": ("Office 写出程序文件", "本工作簿不写，不受影响"),
    "01443614-cd74-433a-b99e-2ecdc07bfc25": ("少见的程序", ""),
}
"""Each rule that concerns macros or Python: what it stops, and why it does not stop us, where it does not."""


def registration() -> Iterator[Line]:
    """Which line Windows starts, whether it is this Python's, and what keeps Excel from seeing it."""
    title = "Excel 登记"
    found = com_registration.registered()
    lines = {line for line in found.values() if line}
    absent = [view for view, line in found.items() if not line]
    here = com_registration.command(com_registration.windowless(sys.executable), places.unzipped_python())
    if com_registration.private_registry(sys.executable):
        text = "这是微软商店的 Python，它登记的内容 Excel 看不到"
        yield Line(BAD, title, text, "从 python.org 安装 Python，用它再装一次 kongjian")
    elif absent:
        text = f"没有登记 {com_registration.NAME}（{'、'.join(absent)}）"
        yield Line(BAD, title, text, INSTALL)
    elif gone := [p for line in lines if not Path(p := com_registration.program(line)).is_file()]:
        yield Line(BAD, title, f"登记的 Python 已不在：{gone[0]}", INSTALL)
    elif lines != {here}:
        other = next(line for line in lines if line != here)
        yield Line(MIND, title, f"登记的是另一个 Python 或另一份程序：{other}", f"要用现在这一份，{INSTALL}")
    else:
        yield Line(GOOD, title, f"{com_registration.NAME}，{com_registration.program(here)}")
    if macro_policy.registry("HKLM", _UAC, "EnableLUA") == 0:
        text = "已关闭：管理员帐户里的 Excel 看不到登记"
        yield Line(MIND, "用户帐户控制", text, "请技术人员打开，或用普通帐户")


def server(row: Sequence[object], full: float) -> Iterator[Line]:
    """Has Windows start it as Excel does, and asks one function; `row` is a row that scores `full`."""
    try:
        python: Any = import_module("win32com.client").Dispatch(com_registration.NAME)
        who = python.Str(python.Eval("__import__('sys').executable"))
        version = python.Str(python.Eval("__import__('kongjian').__version__"))
        score = python.CallUDF("kongjian.udfs", "TEACHER_SCORE", ((tuple(row),), None, None, ""), None, None)
    except Exception as error:  # COM's own, and whatever Python raises behind it
        advice = f"{INSTALL}；仍不行请把本报告发给技术人员，并看“攻击面减少规则”“杀毒软件”两行"
        yield Line(BAD, "Excel 服务", f"没有应答：{' '.join(map(str, error.args))}", advice)
        return
    if score != full:
        text = f"TEACHER_SCORE 满分行得 {score}，应为 {full:g}"
        yield Line(BAD, "Excel 服务", text, "重新安装")
    elif version != __version__:
        text = f"应答的是 kongjian {version}，这里是 {__version__}（{who}）"
        yield Line(MIND, "Excel 服务", text, f"关闭 Excel，{INSTALL}")
    else:
        yield Line(GOOD, "Excel 服务", f"已由 Windows 启动并算对一次，{who}")


def copies() -> Iterator[Line]:
    """Whether this program is there more than once."""
    folders = [Path(str(d.locate_file("kongjian"))) for d in metadata.distributions(name="kongjian")]
    packages = {f.resolve() for f in folders if (f / "__init__.py").is_file()}
    packages.add(Path(__file__).resolve().parents[2])
    if len(packages) > 1:
        text = f"装了{len(packages)}份：{'、'.join(map(str, sorted(packages)))}"
        yield Line(MIND, "kongjian 份数", text, f"留下一份，删除别的，再{INSTALL}")


def bits(python_bits: int) -> Iterator[Line]:
    """Excel's, for the technician: two programs that talk through Windows need not be alike."""
    platform = macro_policy.registry("HKLM", rf"{_OFFICE}\ClickToRun\Configuration", "Platform")
    platform = platform or next(
        (
            found
            for version in macro_policy.OFFICE
            if (found := macro_policy.registry("HKLM", rf"{_OFFICE}\{version}\Outlook", "Bitness"))
        ),
        None,
    )
    if platform is None:
        text = "没有查到；微软商店的 Excel 可能看不到登记"
        yield Line(MIND, "Excel 位数", text, "按钮提示“没有登记”时，改装 office.com 的 Excel")
    else:
        excel = 64 if platform == "x64" else 32
        yield Line(GOOD, "Excel 位数", f"{excel}位，Python {python_bits}位；不同也能用")


def attack_rules() -> Iterator[Line]:
    """What Windows' rules against attacks through Office say."""
    told, stops = [], False
    for rule, (what, harmless) in _RULES.items():
        values = (macro_policy.registry("HKLM", place, rule) for place in _RULE_PLACES)
        action = _ACTIONS.get(str(next((v for v in values if v is not None), "")))
        if action:
            told.append(f"{what}：{action}{f'（{harmless}）' if harmless else ''}")
            stops |= not harmless and action != "只记录"
    advice = f"如果按钮提示“不让Python启动”，请技术人员放行 {com_registration.windowless(sys.executable)}"
    text = "；".join(told) or "没有与宏或 Python 有关的规则"
    yield Line(MIND if stops else GOOD, "攻击面减少规则", text, advice)


def antivirus(folder: Path) -> Iterator[Line]:
    """What a technician is to be asked for, if something is stopped."""
    program, package = com_registration.windowless(sys.executable), Path(__file__).resolve().parents[2]
    text = f"如果拦截按钮或导出，请技术人员把这些加入信任：{program}、{package}、{folder}"
    yield Line(GOOD, "杀毒软件", text)


def add_in(system: str) -> Iterator[Line]:
    """xlwings' add-in: what macOS needs; on Windows only workbooks that were sent out before do."""
    folders = xlwings_config.add_in_folders(system)
    installed, package = xlwings_config.add_in(system), xlwings_config.xlwings_folder()
    if not folders:
        yield Line(GOOD, "Excel 加载项", "不适用（本系统没有 Excel）")
    elif installed is None and system == "win32":
        yield Line(GOOD, "Excel 加载项", "没有安装，不需要；只有以前发出的工作簿要用")
    elif installed is None:
        yield Line(BAD, "Excel 加载项", f"{folders[0]} 里没有 {ADD_IN}", INSTALL)
    elif package is None or installed.read_bytes() != (package / "addin" / ADD_IN).read_bytes():
        state = MIND if system == "win32" else BAD
        again = f"关闭 Excel，运行 {sys.executable} -m xlwings.cli addin install"
        yield Line(state, "Excel 加载项", f"{installed} 与 xlwings 软件包不是同一版本", again)
    else:
        yield Line(GOOD, "Excel 加载项", f"{installed}，与 xlwings 软件包同一版本")
        yield from _library(system)


def _library(system: str) -> Iterator[Line]:
    """The add-in's own, beside the interpreter or one folder up in a virtual environment."""
    version, here = xlwings_config.xlwings_version(), Path(sys.executable).parent
    names = [f"xlwings{bits}-{version}.dll" for bits in (32, 64)]
    missing = [n for n in names if not ((here / n).is_file() or (here.parent / n).is_file())]
    if system == "win32" and missing:
        text = f"缺少 {'、'.join(missing)}，只影响以前发出的工作簿"
        again = f"运行 {sys.executable} -m pip install --force-reinstall xlwings=={version}"
        yield Line(MIND, "xlwings 动态库", text, again)


def settings(system: str) -> Iterator[Line]:
    """The add-in's settings, where there is an add-in."""
    key = {"win32": "INTERPRETER_WIN", "darwin": "INTERPRETER_MAC"}.get(system)
    if key is None or (system == "win32" and xlwings_config.add_in(system) is None):
        yield Line(GOOD, "加载项设置", "不适用（没有加载项）")
        return
    file = xlwings_config.settings_file(system)
    found = xlwings_config.read(file)
    python = found.get(key, "")
    if not python:
        yield Line(BAD, "加载项设置", f"{file} 没有 {key}", INSTALL)
    elif os.path.normcase(python) != os.path.normcase(sys.executable):
        yield Line(MIND, "加载项设置", f"加载项用的是 {python}，不是现在这个 Python", INSTALL)
    else:
        yield Line(GOOD, "加载项设置", f"{file}")
    folder = places.unzipped_python()
    if folder and str(folder) not in found.get("PYTHONPATH", "").split(";"):
        yield Line(MIND, "PYTHONPATH", f"{file} 里没有 {folder}", INSTALL)
