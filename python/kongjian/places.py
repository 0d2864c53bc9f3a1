"""Where things are on this computer: the shipped workbook, 文档, xlwings' settings and its add-in."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path

from kongjian.errors import KongjianError

BOOK = "kongjian.xlsm"
_HERE = Path(__file__).resolve().parent


def unzipped_python() -> Path | None:
    """The folder `python` when this is an unzipped copy, else None (installed from a wheel)."""
    return _HERE.parent if (_HERE.parents[1] / "rules" / "scheme.yaml").is_file() else None


def shipped_workbook() -> Path:
    """The empty workbook that came with this program: beside `python`, or inside the wheel."""
    book = (_HERE.parents[1] if unzipped_python() else _HERE) / BOOK
    if not book.is_file():
        raise KongjianError(f"找不到 {book}；请重新解压或重新安装，或运行 kongjian build {BOOK}")
    return book


def templates() -> Path:
    """The templates of the review sheets that came with this program."""
    return _HERE.parents[1] / "templates" if unzipped_python() else _HERE / "template_files"


def documents(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Path:
    """The user's 文档 folder, where Windows says it is even after it was moved."""
    home = Path.home()
    if platform == "win32":
        told = os.path.expandvars(_shell_folder("Personal"))
        return Path(told) if told else home / "Documents"
    if "XDG_DOCUMENTS_DIR" in environ:
        return Path(environ["XDG_DOCUMENTS_DIR"])
    chinese = home / "文档"
    return chinese if chinese.is_dir() else home / "Documents"


def xlwings_config(platform: str = sys.platform) -> Path:
    """The user's xlwings.conf, where the add-in reads it."""
    if platform == "darwin":
        return Path.home() / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / "xlwings.conf"
    return Path.home() / ".xlwings" / "xlwings.conf"


def add_in_folders(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> list[Path]:
    """Where Excel looks for add-ins when it starts."""
    if platform == "win32":
        roaming = Path(environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "Microsoft"
        return [roaming / "Excel" / "XLSTART", roaming / "AddIns"]
    if platform == "darwin":
        office = Path.home() / "Library" / "Group Containers" / "UBF8T346G9.Office"
        return [office / "User Content.localized" / "Startup.localized" / "Excel"]
    return []


def xlwings_version() -> str | None:
    """The version of the xlwings package, without importing it."""
    try:
        return metadata.version("xlwings")
    except metadata.PackageNotFoundError:
        return None


def xlwings_folder() -> Path | None:
    """Where the xlwings package stands, without importing it."""
    found = util.find_spec("xlwings")
    return Path(found.origin).parent if found and found.origin else None


def _shell_folder(name: str) -> str:
    if sys.platform != "win32":
        return ""
    import winreg

    key = r"Software\Microsoft\Windows\CurrentVersion\Explorer\User Shell Folders"
    try:
        with winreg.OpenKey(winreg.HKEY_CURRENT_USER, key) as folders:
            return str(winreg.QueryValueEx(folders, name)[0])
    except OSError:
        return ""
