"""The COM server that Excel asks for: what Windows' registry says of it, for this user only.

Windows starts it, not Excel: `pythonw` with a line that calls xlwings' own `serve`. It ends with its last object.
"""

from __future__ import annotations

import subprocess
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from types import ModuleType

NAME = "Kongjian.Server"
"""What the macros ask for; they know no path."""
CLSID = "{A2F0F847-9C31-4A8B-8B18-A87118FBE31D}"
TITLE = "kongjian"
CLASSES = r"Software\Classes"
COMMAND = rf"CLSID\{CLSID}\LocalServer32"
VIEWS = {"64位": 0x0100, "32位": 0x0200}
"""Windows keeps CLSID twice, KEY_WOW64_64KEY and KEY_WOW64_32KEY: 32-bit Excel looks into the second."""
_KEYS = (COMMAND, rf"CLSID\{CLSID}\ProgID", rf"CLSID\{CLSID}", rf"{NAME}\CLSID", NAME)
"""All that is written, what is inside before what it stands in."""


def command(python: str, folder: Path | None) -> str:
    """The line that Windows starts. `folder` is the unzipped copy's `python`, None for an installed package."""
    found = f"sys.path.insert(0, {str(folder)!r}); " if folder else ""
    # xlwings imports pandas where it finds it, slow to start and used by no button and no function
    without = "sys.modules['pandas'] = None; from xlwings.com_server import serve; del sys.modules['pandas']"
    code = f"import sys; {found}{without}; serve('{CLSID}')"
    # -B leaves no files beside the program, -P keeps the folder it is started in out of the search for modules
    return subprocess.list2cmdline([python, "-B", "-P", "-c", code])


def values(line: str) -> dict[str, str]:
    """Each key below CLASSES with its value."""
    texts = {COMMAND: line, rf"CLSID\{CLSID}\ProgID": NAME, rf"{NAME}\CLSID": CLSID}
    return dict.fromkeys(_KEYS, TITLE) | texts


def register(line: str) -> bool:
    """Writes both views; False when all stood there already. Raises OSError where the registry refuses."""
    winreg = _registry()
    if all(_read(key, view) == text for key, text in values(line).items() for view in VIEWS.values()):
        return False
    for view in VIEWS.values():
        for key, text in values(line).items():
            access = winreg.KEY_WRITE | view
            with winreg.CreateKeyEx(winreg.HKEY_CURRENT_USER, rf"{CLASSES}\{key}", 0, access) as opened:
                winreg.SetValueEx(opened, None, 0, winreg.REG_SZ, text)
    return True


def unregister() -> bool:
    """Takes every key away again, in both views; False when there was none."""
    winreg, found = _registry(), False
    for view in VIEWS.values():
        for key in _KEYS:
            with suppress(FileNotFoundError):
                winreg.DeleteKeyEx(winreg.HKEY_CURRENT_USER, rf"{CLASSES}\{key}", view, 0)
                found = True
    return found


def registered() -> dict[str, str | None]:
    """The command of each view; None where there is none."""
    return {name: _read(COMMAND, view) for name, view in VIEWS.items()}


def program(line: str) -> str:
    """The program that a command line starts."""
    return line[1:].partition('"')[0] if line.startswith('"') else line.partition(" ")[0]


def windowless(python: str) -> str:
    """The interpreter that opens no window, where it stands beside this one."""
    beside = Path(python).with_name("pythonw.exe")
    return str(beside) if beside.is_file() else python


def private_registry(python: str) -> bool:
    """Whether this Python comes from the Microsoft Store: Windows keeps what it writes from all other programs."""
    return "\\windowsapps\\" in f"{python}\\".replace("/", "\\").lower()


def _read(key: str, view: int) -> str | None:
    winreg = _registry()
    try:
        path = rf"{CLASSES}\{key}"
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, path, 0, winreg.KEY_READ | view) as opened:
            return str(winreg.QueryValueEx(opened, None)[0])
    except FileNotFoundError:
        return None


def _registry() -> ModuleType:
    return import_module("winreg")  # by its name, as other systems have none
