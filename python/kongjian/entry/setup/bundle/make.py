"""`kongjian bundle`: the folder that a technician carries to computers without rights or network."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from importlib import resources
from pathlib import Path

from kongjian import __version__
from kongjian.base import disk, places
from kongjian.base.errors import KongjianError
from kongjian.entry.setup.bundle import embedded, wheels
from kongjian.entry.setup.bundle.on_site import PACKAGES, RUNTIME

SUMS = "SHA256SUMS.txt"
_INSIDE_A_WHEEL = ("rule_files", "template_files", "requirements.txt", places.BOOK)
"""Parts of an installed package that stand beside `python` in this folder."""
_TEXTS = {"install.cmd": "安装.cmd", "uninstall.cmd": "卸载.cmd", "readme.txt": "说明.txt"}


def make(out: Path, python_zip: Path, local: Path | None, step: Callable[[str], None]) -> int:
    """Writes the folder, whole or not at all; returns its number of files. An earlier such folder is replaced.

    `local` is a folder of wheels; without it pip fetches them. Raises KongjianError where anything is missing.
    """
    if out.exists() and not (out.is_dir() and (_empty(out) or (out / places.BUNDLE).is_file())):
        raise KongjianError(f"{out} 里已有别的内容，请换一个新的文件夹")
    if local is not None and not local.is_dir():
        raise KongjianError(f"没有文件夹 {local}")
    step("检查嵌入版 Python")
    python = embedded.read(python_zip)
    part = out.resolve().with_name(f".kongjian-{out.name}.tmp")
    shutil.rmtree(part, ignore_errors=True)
    try:
        part.mkdir(parents=True)
        lines = wheels.wanted(places.locked_requirements().read_text(encoding="utf-8"), python.version)
        step(f"取 {len(lines)} 个软件包（64 位 Windows，Python {python.version[0]}.{python.version[1]}）")
        got = wheels.collect(lines, python.version, part / PACKAGES, local)
        step("写入程序、规则、模板和工作簿")
        embedded.unpack(python, part / RUNTIME)
        _program(part, {"version": __version__, "python": f"{python_zip.name}，SHA-256 {_sum(python_zip)}"})
        step("核对软件包是否齐全")
        _complete(part, got, python, lines)
        count = _seal(part, got)
        _put(part, out)
    except OSError as error:
        raise KongjianError(f"写不了 {out}：{disk.said(error)}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return count


def _empty(folder: Path) -> bool:
    return next(folder.iterdir(), None) is None


def _program(part: Path, told: dict[str, str]) -> None:
    """This program as an unzipped copy, and the files that staff see."""
    package = Path(str(resources.files("kongjian")))
    shutil.copytree(
        package, part / "python" / "kongjian", ignore=shutil.ignore_patterns("__pycache__", *_INSIDE_A_WHEEL)
    )
    for source, name in ((places.schemes(), "rules"), (places.templates(), "templates")):
        shutil.copytree(source, part / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copyfile(places.shipped_workbook(), part / places.BOOK)
    locks = part / "python" / "requirements"
    locks.mkdir()
    shutil.copyfile(places.locked_requirements(), locks / "run.txt")
    texts = package / "entry" / "setup" / "bundle" / "files"
    for source_name, shown in _TEXTS.items():
        text = (texts / source_name).read_text(encoding="utf-8")
        for name, value in told.items():
            text = text.replace(f"{{{{ {name} }}}}", value)
        # cmd reads the code page of Chinese Windows, Notepad asks for the mark of UTF-8; both want their line ends
        code = "gbk" if source_name.endswith(".cmd") else "utf-8-sig"
        (part / shown).write_bytes(text.replace("\n", "\r\n").encode(code))


def _complete(part: Path, got: list[Path], python: embedded.Embedded, lines: dict[str, str]) -> None:
    found = {name for wheel in got for name in wheels.modules(wheel)}
    faults = wheels.lacking(got, python.version, lines)
    faults += wheels.unresolved(part / "python" / "kongjian", found)
    if faults:
        raise KongjianError(f"软件包不齐，没有写：{'；'.join(faults)}")


def _seal(part: Path, got: list[Path]) -> int:
    """Writes the checksums: those of the packages to be read, those of all files for 安装.cmd."""
    sums = "".join(f"{_sum(wheel)}  {wheel.name}\n" for wheel in got)
    (part / PACKAGES / SUMS).write_text(sums, encoding="ascii", newline="\n")
    files = {f.relative_to(part).as_posix(): _sum(f) for f in sorted(part.rglob("*")) if f.is_file()}
    whole = hashlib.sha256(json.dumps(files).encode()).hexdigest()
    told = {"id": f"kongjian-{__version__}-{whole[:8]}", "files": files}
    (part / places.BUNDLE).write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(files) + 1


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _put(part: Path, out: Path) -> None:
    """Puts the finished folder in its place; the former one goes only then."""
    former = part.with_name(f"{part.name}.old")
    shutil.rmtree(former, ignore_errors=True)
    if out.exists():
        out.replace(former)
    part.replace(out)
    shutil.rmtree(former, ignore_errors=True)
