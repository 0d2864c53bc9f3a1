"""Where things are on this computer: what came with this program, and the user's 文档."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from kongjian.base.errors import KongjianError

BOOK = "kongjian.xlsm"
BUNDLE = "bundle.json"
"""Beside `python` in a folder that `kongjian bundle` made: the checksums of its files."""
_PACKAGE = Path(__file__).resolve().parents[1]
_COPY = _PACKAGE.parents[1]
"""The unzipped copy around `python`, where this is one."""
_DEFAULT = "default.txt"
"""Beside the schemes that came with this program: the id of the one that holds where nothing names another."""


def unzipped_python() -> Path | None:
    """The folder `python` when this is an unzipped copy, else None (installed from a wheel)."""
    return _PACKAGE.parent if (_COPY / "rules" / _DEFAULT).is_file() else None


def bundled() -> bool:
    """Whether this copy comes from a folder that `kongjian bundle` made."""
    return (_COPY / BUNDLE).is_file() and unzipped_python() is not None


def shipped_workbook() -> Path:
    """The empty workbook that came with this program."""
    book = _shipped(BOOK, BOOK)
    if not book.is_file():
        raise KongjianError(f"找不到 {book}；请重新解压或重新安装，或运行 kongjian build {BOOK}")
    return book


def schemes() -> Path:
    """The folder of the schemes that came with this program."""
    return _shipped("rules", "rule_files")


def own_schemes() -> Path:
    """The folder of the schemes that the user keeps for all workbooks."""
    return own_folder() / "方案"


def default_scheme() -> str:
    """The id of the scheme of a new workbook, and of the workbooks of the first edition, which name none."""
    return (schemes() / _DEFAULT).read_text(encoding="utf-8").strip()


def rules() -> Path:
    """The rule files of that scheme."""
    return schemes() / default_scheme()


def templates() -> Path:
    """The templates of the review sheets that came with this program."""
    return _shipped("templates", "template_files")


def _shipped(beside: str, inside: str) -> Path:
    """Beside `python` in an unzipped copy, or inside the wheel."""
    return _COPY / beside if unzipped_python() else _PACKAGE / inside


def locked_requirements() -> Path:
    """The packages that the tests ran with, their versions and checksums."""
    return _shipped("python/requirements/run.txt", "requirements.txt")


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


def own_folder(platform: str = sys.platform, environ: Mapping[str, str] = os.environ) -> Path:
    """Where this program keeps what is the user's own and no document: records of errors, schemes."""
    if platform == "win32" and environ.get("LOCALAPPDATA"):
        return Path(environ["LOCALAPPDATA"]) / "kongjian"
    return Path(environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "kongjian"


def cache_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Where this program keeps what it can make again: rules that were read and checked."""
    base = environ.get("LOCALAPPDATA") or environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "kongjian"


def error_log() -> Path:
    """The record of the last fault inside this program."""
    return own_folder() / "错误记录.txt"


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
