"""The embeddable Python that a technician adds: checked to be one, unpacked, told where the packages are."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from kongjian.base.errors import KongjianError

OLDEST = (3, 11)
SITE = "Lib\\site-packages"
PROGRAM = "..\\python"
"""Both as seen from the folder of python.exe."""
_LARGEST = 100_000_000  # unpacked, far above a real one
_AMD64 = 0x8664
_WHERE = "请从 python.org 下载 Windows 的 64 位嵌入版（embeddable），名字像 python-3.13.1-embed-amd64.zip"


@dataclass(frozen=True)
class Embedded:
    """An embeddable Python: its version, its files by their names."""

    version: tuple[int, int]
    files: dict[str, bytes]

    @property
    def short(self) -> str:
        """The version as in the names of its files, 313."""
        return "{}{}".format(*self.version)


def read(file: Path) -> Embedded:
    """Reads the zip. Raises KongjianError where it is none, or not that of 64-bit Windows, or too old."""
    try:
        with zipfile.ZipFile(file) as packed:
            if sum(i.file_size for i in packed.infolist()) > _LARGEST:
                raise KongjianError(f"{file} 不是嵌入版 Python：内容太大；{_WHERE}")
            files = {i.filename: packed.read(i) for i in packed.infolist() if not i.is_dir()}
    except FileNotFoundError:
        raise KongjianError(f"没有 {file}；{_WHERE}") from None
    except (OSError, zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, NotImplementedError):
        raise KongjianError(f"{file} 打不开，不是完好的 zip 文件；{_WHERE}") from None
    for name in files:
        if not inside(name):
            raise KongjianError(f"{file} 里有不安全的路径 {name}；{_WHERE}")
    found = [m for name in files if (m := re.fullmatch(r"python(3)(\d+)\._pth", name))]
    wanted = {
        "python.exe",
        "pythonw.exe",
        *(f"python{m[1]}{m[2]}{tail}" for m in found for tail in (".dll", ".zip")),
    }
    if len(found) != 1 or wanted - set(files):
        missing = "、".join(sorted(wanted - set(files))) or "python3…._pth"
        raise KongjianError(f"{file} 不是嵌入版 Python：缺少 {missing}；{_WHERE}")
    version = int(found[0][1]), int(found[0][2])
    if version < OLDEST:
        raise KongjianError(
            f"{file} 是 Python {version[0]}.{version[1]}，要 {OLDEST[0]}.{OLDEST[1]} 或更新的"
        )
    if _machine(files["python.exe"]) != _AMD64:
        raise KongjianError(f"{file} 里的 python.exe 不是 64 位 Windows 的；{_WHERE}")
    return Embedded(version, files)


def unpack(python: Embedded, folder: Path) -> None:
    """Writes the files, with a `._pth` that finds the packages and this program."""
    for name, data in python.files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    paths = folder / f"python{python.short}._pth"
    paths.write_bytes(with_packages(paths.read_text(encoding="utf-8-sig")).encode())


def with_packages(text: str) -> str:
    """A `._pth` that also finds the packages and this program, and runs `site`: pywin32 is found by its own .pth."""
    lines = [line.strip() for line in text.splitlines()]
    kept = [line for line in lines if line and not line.startswith("#") and line != "import site"]
    added = [line for line in (SITE, PROGRAM) if line not in kept]
    return "".join(f"{line}\r\n" for line in [*kept, *added, "import site"])


def inside(name: str) -> bool:
    """Whether a name in a zip stays in the folder it is unpacked to."""
    parts = name.replace("\\", "/").split("/")
    return bool(name) and not name.startswith(("/", "\\")) and ".." not in parts and ":" not in name


def _machine(program: bytes) -> int:
    """For which processor a Windows program is; 0 where it is none."""
    at = int.from_bytes(program[0x3C:0x40], "little")
    if program[:2] != b"MZ" or program[at : at + 4] != b"PE\0\0":
        return 0
    return int.from_bytes(program[at + 4 : at + 6], "little")
