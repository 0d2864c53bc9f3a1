"""What Windows' registry says of macros in Excel. The reading is apart, so that the judgement works anywhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib import import_module

OFFICE = ("16.0", "15.0", "14.0")
PLACES = (
    ("HKLM", r"Software\Policies\Microsoft\Office\{}\Excel\Security"),
    ("HKCU", r"Software\Policies\Microsoft\Office\{}\Excel\Security"),
    ("HKCU", r"Software\Microsoft\Office\{}\Excel\Security"),
)
"""A policy, set by an administrator, goes before the user's own choice."""

_WARNINGS = {
    1: (True, "宏全部启用", ""),
    2: (True, "打开时询问（点“启用内容”）", ""),
    3: (False, "只允许有数字签名的宏，本工作簿没有签名", "请技术人员把放工作簿的文件夹设为受信任位置"),
    4: (
        False,
        "宏全部禁用，而且不提示",
        "Excel“文件→选项→信任中心→宏设置”选“通过通知禁用”；由单位统一设置的请找技术人员",
    ),
}

_ROOTS = {"HKLM": "HKEY_LOCAL_MACHINE", "HKCU": "HKEY_CURRENT_USER"}
Reader = Callable[[str, str, str], int | str | None]


def findings(read: Reader) -> Iterator[tuple[bool, str, str]]:
    """Each as: whether it is fine, what it is, what to do."""
    where, value = _first(read, "VBAWarnings")
    fine, text, advice = _WARNINGS.get(value if isinstance(value, int) else 2, _WARNINGS[2])
    yield fine, f"{text}{where}", advice
    where, value = _first(read, "blockcontentexecutionfrominternet")
    if value == 1:
        yield False, f"来自网络的文件里的宏一律禁止{where}", "收到文件后先解除锁定：右键→属性→“解除锁定”"
    else:
        yield True, "没有另行禁止来自网络的宏（新版 Excel 仍会禁止没有解除锁定的文件）", ""


def registry(root: str, key: str, name: str) -> int | str | None:
    """A value of the registry, of the view that 64-bit programs have; None where there is none, and on other systems."""
    try:
        winreg = import_module("winreg")
    except ImportError:
        return None
    try:
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        with winreg.OpenKey(getattr(winreg, _ROOTS[root]), key, 0, access) as opened:
            value = winreg.QueryValueEx(opened, name)[0]
    except OSError:
        return None
    return value if isinstance(value, int | str) else None


def _first(read: Reader, name: str) -> tuple[str, int | str | None]:
    for root, place in PLACES:
        for version in OFFICE:
            key = place.format(version)
            value = read(root, key, name)
            if value is not None:
                return f"（{root}\\{key}）", value
    return "", None
