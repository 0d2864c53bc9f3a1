"""The packages for 64-bit Windows: which, by the lock file; fetched by pip, whatever the system here; complete or told."""

from __future__ import annotations

import ast
import csv
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from email.parser import HeaderParser
from pathlib import Path, PurePosixPath

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name, parse_wheel_filename

from kongjian.base.errors import KongjianError
from kongjian.entry.setup.bundle.on_site import placed

OPTIONAL = {"pyspark"}
"""Asked for by name only, and installed apart: kongjian[spark]."""
NOT_EMBEDDED = {"tkinter", "turtle", "turtledemo", "idlelib", "ensurepip", "venv", "lib2to3", "test"}
"""Parts of the standard library that the embeddable Python leaves out."""
_PATIENCE = 1800  # seconds for all packages
_NETWORK = ("Connection", "connection", "Network", "network", "timed out", "resolve", "Proxy", "SSL")


def target(version: tuple[int, int]) -> dict[str, str]:
    """What markers say on 64-bit Windows with this Python."""
    short = "{}.{}".format(*version)
    return {
        "os_name": "nt", "sys_platform": "win32", "platform_system": "Windows", "platform_machine": "AMD64",
        "platform_release": "10", "platform_version": "", "implementation_name": "cpython",
        "platform_python_implementation": "CPython", "implementation_version": f"{short}.0",
        "python_version": short, "python_full_version": f"{short}.0", "extra": "",
    }  # fmt: skip


def wanted(lock: str, version: tuple[int, int]) -> dict[str, str]:
    """The lines of a lock file that hold on that Windows, hashes and all, by `name==version`."""
    lines = {}
    for line in lock.replace("\\\n", " ").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        head, mark, hashes = line.partition("--hash=")
        pinned, _, marker = head.partition(";")
        if not marker.strip() or Marker(marker.strip()).evaluate(target(version)):
            lines[pinned.strip()] = f"{pinned.strip()} {mark}{hashes.strip()}"
    return lines


def collect(lines: dict[str, str], version: tuple[int, int], folder: Path, local: Path | None) -> list[Path]:
    """Has pip fetch these packages, or take them out of the folder `local`. Raises KongjianError, naming what is missing."""
    folder.mkdir(parents=True)
    if trouble := _fetch(list(lines.values()), version, folder, local):
        whence = f"{local} 里" if local else "软件库（PyPI）里"
        if not local and "DO NOT MATCH" not in trouble and any(word in trouble for word in _NETWORK):
            raise KongjianError(
                f"连不上软件库（PyPI），没有取到：{'、'.join(lines)}。怎么办：在有网络的电脑上运行；"
                "或者把这些软件包的 win_amd64 轮子（.whl）放进一个文件夹，加 --wheels 文件夹"
            )
        missing = {
            name: said for name, line in lines.items() if (said := _fetch([line], version, folder, local))
        }
        changed = [name for name, said in missing.items() if "DO NOT MATCH" in said]
        if changed:
            raise KongjianError(
                f"{whence}的这些软件包和锁定文件里的校验值不同，没有采用：{'、'.join(changed)}"
            )
        if missing:
            raise KongjianError(
                f"{whence}没有适合 64 位 Windows、Python {version[0]}.{version[1]} 的：{'、'.join(missing)}"
            )
        raise KongjianError("取软件包中断了，请再运行一次")
    return sorted(folder.glob("*.whl"))


def _fetch(lines: list[str], version: tuple[int, int], folder: Path, local: Path | None) -> str:
    """What pip complains of; empty when it has fetched all."""
    listed = folder.parent / "wanted.txt"
    listed.write_text("\n".join(lines), encoding="utf-8")
    whence = (
        ["--no-index", "--find-links", str(local.resolve())]
        if local
        else ["--retries", "1", "--timeout", "20"]
    )
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input", "--no-deps",
        "--require-hashes", "--only-binary=:all:", "--platform", "win_amd64", "--python-version", "{}.{}".format(*version),
        "--implementation", "cp", "--dest", str(folder), "--requirement", str(listed), *whence,
    ]  # fmt: skip
    try:
        run = subprocess.run(
            command, capture_output=True, encoding="utf-8", errors="replace", timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return "timed out"
    finally:
        listed.unlink()
    if "No module named pip" in run.stderr:
        raise KongjianError(f"{sys.executable} 没有 pip，请换一个有 pip 的 Python 运行本命令")
    return "" if run.returncode == 0 else run.stderr or "?"


def lacking(wheels: list[Path], version: tuple[int, int], lines: dict[str, str]) -> list[str]:
    """What the lock or a package asks for on that Windows that none of these wheels is."""
    have = {name: number for name, number, *_ in (parse_wheel_filename(w.name) for w in wheels)}
    asked = [(Requirement(pinned), "锁定文件") for pinned in lines]
    asked += [(need, wheel.name) for wheel in wheels for need in _needs(wheel, version)]
    return [
        f"{who} 要 {need}"
        for need, who in asked
        if (number := have.get(canonicalize_name(need.name))) is None
        or not need.specifier.contains(number, True)
    ]


def _needs(wheel: Path, version: tuple[int, int]) -> Iterator[Requirement]:
    with zipfile.ZipFile(wheel) as packed:
        name = next(n for n in packed.namelist() if n.endswith(".dist-info/METADATA"))
        told = HeaderParser().parsestr(packed.read(name).decode())
    for line in told.get_all("Requires-Dist") or ():
        need = Requirement(line)
        if need.marker is None or need.marker.evaluate(target(version)):
            yield need


def modules(wheel: Path) -> set[str]:
    """The names that can be imported when this wheel is unpacked, by its RECORD and its .pth files; small letters."""
    with zipfile.ZipFile(wheel) as packed:
        record = next(n for n in packed.namelist() if n.endswith(".dist-info/RECORD"))
        rows = csv.reader(packed.read(record).decode().splitlines())
        # some are written on Windows with its own separator
        files = [inner for row in rows if row and (inner := placed(row[0].replace("\\", "/")))]
        folders = [
            f"{line.strip()}/".replace("\\", "/").lower()
            for name in packed.namelist()
            if name.endswith(".pth")
            for line in packed.read(name).decode().splitlines()
            if line.strip() and not line.startswith(("import ", "#"))
        ]
    found = set()
    for file in map(str.lower, files):
        for folder in ("", *folders):
            if file.startswith(folder) and ".dist-info" not in file:
                first, *more = PurePosixPath(file[len(folder) :]).parts
                if more or first.endswith((".py", ".pyd")):
                    found.add(first.partition(".")[0])
    return found


def unresolved(package: Path, found: set[str]) -> list[str]:
    """The imports of this package that neither Python nor any of the `found` modules gives, each with a file."""
    here = (set(sys.stdlib_module_names) - NOT_EMBEDDED) | found | OPTIONAL | {package.name}
    missing = {
        name: file.relative_to(package)
        for file in sorted(package.rglob("*.py"))
        for name in _imports(file)
        if name not in here and name.lower() not in here
    }
    return [f"{file} 要 {name}" for name, file in missing.items()]


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_bytes())):
        match node:
            case ast.Import(names):
                yield from (n.name.partition(".")[0] for n in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case ast.Call(ast.Name("import_module"), [ast.Constant(str(name)), *_]):
                yield name.partition(".")[0]
