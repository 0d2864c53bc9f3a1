"""Wheels of a few lines, the lock file that names them, and an embeddable Python of a few bytes."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterable
from pathlib import Path

GIVEN = (
    "click", "duckdb", "formualizer", "lxml", "numpy", "olefile", "openpyxl", "packaging", "pandas", "psutil",
    "pyarrow", "pydantic", "pyopenvba", "python_calamine", "xlsxwriter", "xlwings", "yaml", "zstandard",
)  # fmt: skip
"""What this program imports from elsewhere on Windows, those of pywin32 apart."""


def program(machine: int = 0x8664) -> bytes:
    """The head of a Windows program for this processor."""
    return b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0" + machine.to_bytes(2, "little")


def embeddable(
    file: Path, short: str = "313", machine: int = 0x8664, without: str = "", more: str = ""
) -> Path:
    """What python.org packs, as far as names and the `._pth` go."""
    files = {name: program(machine) for name in ("python.exe", "pythonw.exe")}
    files |= {f"python{short}{tail}": b"x" for tail in (".dll", ".zip")}
    files[f"python{short}._pth"] = (
        f"python{short}.zip\r\n.\r\n\r\n# Uncomment to run site.main() automatically\r\n#import site\r\n".encode()
    )
    with zipfile.ZipFile(file, "w") as packed:
        for name, data in files.items():
            if name != without:
                packed.writestr(name, data)
        if more:
            packed.writestr(more, b"x")
    return file


def wheel(
    folder: Path, name: str, files: Iterable[str], tag: str = "py3-none-any", needs: str = "", pth: str = ""
) -> Path:
    """A wheel `name` 1.0 with these files; `needs` is a Requires-Dist, `pth` the lines of a .pth file."""
    info = f"{name}-1.0.dist-info"
    texts = dict.fromkeys(files, "")
    texts |= {f"{name}.pth": pth} if pth else {}
    texts[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + (
        f"Requires-Dist: {needs}\n" if needs else ""
    )
    texts[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: {tag}\n"
    sums = {
        n: base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).decode() for n, t in texts.items()
    }
    record = "".join(f"{n},sha256={s.rstrip('=')},{len(texts[n])}\n" for n, s in sums.items())
    folder.mkdir(exist_ok=True)
    made = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(made, "w") as packed:
        for inner, text in {**texts, f"{info}/RECORD": f"{record}{info}/RECORD,,\n"}.items():
            packed.writestr(inner, text)
    return made


def wheels(folder: Path) -> str:
    """Wheels that give all that this program imports on Windows; the lock file that names them."""
    win = wheel(
        folder,
        "pywin32",
        [
            "win32/win32api.pyd",
            "win32/win32job.pyd",
            "win32/lib/pywintypes.py",
            "win32com/client.py",
            "pythoncom.py",
        ],
        tag="cp313-cp313-win_amd64",
        pth="# found by site\nwin32\nwin32\\lib\nimport os\n",
    )
    rest = wheel(
        folder,
        "others",
        [*(f"{name}/__init__.py" for name in GIVEN), "others-1.0.data/scripts/run.py"],
        needs="pywin32>=1; platform_system == 'Windows'",
    )
    return (
        lock(rest)
        + lock(win, "sys_platform == 'win32'")
        + lock(rest, "sys_platform == 'darwin'", "appscript")
    )


def lock(made: Path, marker: str = "", name: str = "") -> str:
    """The lines of a lock file for a wheel, as uv writes them."""
    pinned = f"{name or made.name.split('-')[0]}==1.0"
    mark = f" ; {marker}" if marker else ""
    return f"{pinned}{mark} \\\n    --hash=sha256:{hashlib.sha256(made.read_bytes()).hexdigest()}\n"
