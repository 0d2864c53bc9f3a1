"""The settings file of xlwings, xlwings.conf: lines of `"KEY","value"`. Other people's keys stay as they are."""

from __future__ import annotations

import locale
import os
import re
import sys
from collections.abc import Mapping
from importlib import metadata, util
from pathlib import Path

ADD_IN = "xlwings.xlam"
_LINE = re.compile(r'\s*"([^"]*)"\s*,\s*"([^"]*)"')


def read(file: Path) -> dict[str, str]:
    """The settings by their names in capitals; empty without a file."""
    text = _decode(file.read_bytes()) if file.is_file() else ""
    return {m[1].upper(): m[2] for line in text.splitlines() if (m := _LINE.match(line))}


def merged(text: str, settings: dict[str, str]) -> str:
    """The text with these keys set, each in its old place, new ones at the end."""
    left = dict(settings)
    lines = []
    for line in text.splitlines():
        found = _LINE.match(line)
        key = found[1].upper() if found else ""
        if key in settings:
            if key in left:  # Excel takes the first of two equal keys
                lines.append(f'"{key}","{left.pop(key)}"')
        elif line.strip():
            lines.append(line)
    lines += [f'"{key}","{value}"' for key, value in left.items()]
    return "".join(f"{line}\n" for line in lines)


def search_path(old: str, folder: Path | None) -> str:
    """A PYTHONPATH with this folder (if any) first and without other copies of this program."""
    first = [] if folder is None else [str(folder)]
    others = [p for p in old.split(";") if p and p not in first]
    return ";".join([*first, *(p for p in others if not (Path(p) / "kongjian" / "__init__.py").is_file())])


def update(file: Path, settings: dict[str, str], folder: Path | None) -> bool:
    """Sets the keys in the file, keeping a copy of what was there; False when all was set already."""
    now = read(file)
    path = search_path(now.get("PYTHONPATH", ""), folder)
    wanted = {**settings, "PYTHONPATH": path} if path or "PYTHONPATH" in now else dict(settings)
    if all(now.get(key) == value for key, value in wanted.items()):
        return False
    old = file.read_bytes() if file.is_file() else b""
    new = _encode(merged(_decode(old), wanted))
    file.parent.mkdir(parents=True, exist_ok=True)
    if old:
        _free_backup(file).write_bytes(old)
    part = file.with_name(f"{file.name}.new")
    part.write_bytes(new)
    part.replace(file)
    return True


def _free_backup(file: Path) -> Path:
    names = [f"{file.name}.bak", *(f"{file.name}.bak{n}" for n in range(2, 1000))]
    return next(file.with_name(n) for n in names if not file.with_name(n).exists())


def _decode(data: bytes) -> str:
    # Excel's VBA and xlwings both use the computer's own code page; foreign bytes come back unchanged
    return data.decode(locale.getencoding(), "surrogateescape")


def _encode(text: str) -> bytes:
    return text.replace("\n", os.linesep).encode(locale.getencoding(), "surrogateescape")


def settings_file(platform: str = sys.platform) -> Path:
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


def add_in(platform: str = sys.platform) -> Path | None:
    """xlwings' add-in, where it is installed."""
    return next((f / ADD_IN for f in add_in_folders(platform) if (f / ADD_IN).is_file()), None)


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
