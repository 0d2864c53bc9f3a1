"""What 安装.cmd and 卸载.cmd run: the bundle's own Python, from a share or a stick that may be read-only.

Nothing but the standard library: the packages lie in wheels until they are unpacked. An edition stands in a folder
named by its contents, whole or not at all, so that a running Excel keeps the one it uses.
"""

from __future__ import annotations

import compileall
import hashlib
import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from kongjian.base import disk, places
from kongjian.base.errors import KongjianError
from kongjian.base.one_writer import alone_in
from kongjian.entry.setup import install as registering
from kongjian.entry.setup import xlwings_config

PACKAGES, RUNTIME = "wheels", "runtime"
"""In the bundle: its packages, its Python."""
WHOLE = "installed.json"
"""In an installed edition: the size of each of its files, written last."""
COMMAND = "kongjian.cmd"
_ONLY_THERE = (f"{PACKAGES}/", "安装.cmd", "卸载.cmd")
_AGAIN = "请重新复制整个文件夹，再双击“安装.cmd”"


def programs(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the user's own copy stands. Raises KongjianError on a system that has no such place."""
    if not environ.get("LOCALAPPDATA"):
        raise KongjianError("这个文件夹只能装在 Windows 上；别的系统请看 README 的“安装”")
    return Path(environ["LOCALAPPDATA"]) / "Programs" / "kongjian"


def install(bundle: Path, home: Path) -> int:
    """Copies the bundle for this user, unless this edition is there and whole, and registers it; the exit code."""
    home.mkdir(parents=True, exist_ok=True)
    with alone_in(home):
        return _install(bundle, home)


def _install(bundle: Path, home: Path) -> int:
    try:
        told = json.loads((bundle / places.BUNDLE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise KongjianError(f"{bundle} 不完整，缺少 {places.BUNDLE}；{_AGAIN}") from None
    edition = home / told["id"]
    if _whole(edition):
        print(f"这一版已经在 {edition}，不再复制", flush=True)
    else:
        print("正在复制程序，要等一会儿，请不要关闭窗口……", flush=True)
        part = home / f"{told['id']}.{os.getpid()}"
        try:
            _copy(bundle, told["files"], part)
            _compile(part, edition)
            _finish(part)
            _remove(edition)
            part.replace(edition)
        finally:
            shutil.rmtree(part, ignore_errors=True)
        print(f"程序已复制到 {edition}", flush=True)
    python = edition / RUNTIME / "python.exe"
    line = f'@"%~dp0{edition.name}\\{RUNTIME}\\python.exe" -B -m kongjian %*\r\n'
    (home / COMMAND).write_bytes(line.encode("ascii"))
    code = _run(python, "install")
    if code == 0:
        _sweep(home, edition)
        code = _run(python, "doctor")
    print("装好了" if code == 0 else "没有全部装好，请看上面写着“失败”或“不对”的行", flush=True)
    return code


def uninstall(home: Path) -> int:
    """Takes back what is registered and removes every edition; workbooks and schemes of the user stay."""
    steps = [s for s in registering.removal(registering.look()) if not isinstance(s.action, registering.Skip)]
    outcomes = list(registering.carry_out(steps))
    for outcome in outcomes:
        print(outcome.line, flush=True)
    if any(o.state == registering.FAILED for o in outcomes):
        return 1
    found = home.is_dir()
    if found:
        with alone_in(home):
            for edition in sorted(f for f in home.iterdir() if f.is_dir()):
                _remove(edition)
            (home / COMMAND).unlink(missing_ok=True)
        home.rmdir()
    places.error_log().unlink(missing_ok=True)
    for read in places.cache_folder().glob("rules-*"):
        read.unlink()
    for folder in (places.cache_folder(), places.own_folder()):
        with suppress(OSError):  # schemes of the user stay there
            folder.rmdir()
    print(f"已删除 {home}" if found else "没有装过，没有要删除的程序", flush=True)
    own = f"和 {places.own_schemes()} 里自己的方案" if places.own_schemes().is_dir() else ""
    print(f"保留：“文档”里的工作簿{own}", flush=True)
    interpreter = xlwings_config.read(xlwings_config.settings_file()).get("INTERPRETER_WIN", "")
    if interpreter and home in Path(interpreter).parents:
        print(
            f"xlwings 加载项还设着 {interpreter}，用它的请在 Excel 的 xlwings 选项卡改 Interpreter",
            flush=True,
        )
    return 0


def _copy(bundle: Path, files: dict[str, str], part: Path) -> None:
    """Every file against its checksum; wheels are unpacked to where this Python looks for packages."""
    site = part / RUNTIME / "Lib" / "site-packages"
    for name, wanted in files.items():
        try:
            data = (bundle / name).read_bytes()
        except OSError as error:
            raise KongjianError(f"读不了 {bundle / name}（{disk.said(error)}）；{_AGAIN}") from None
        if hashlib.sha256(data).hexdigest() != wanted:
            raise KongjianError(f"{bundle / name} 已损坏；{_AGAIN}")
        if name.endswith(".whl"):
            _unpack(bundle / name, site)
        elif not name.startswith(_ONLY_THERE):
            target = part / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    shutil.copyfile(bundle / places.BUNDLE, part / places.BUNDLE)


def _unpack(wheel: Path, site: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        for entry in packed.infolist():
            if entry.is_dir() or not (inner := placed(entry.filename)):
                continue
            target = site / inner
            if not target.resolve().is_relative_to(site.resolve()):
                raise KongjianError(f"{wheel} 里有不安全的路径 {entry.filename}")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(packed.read(entry))


def placed(name: str) -> str:
    """Where a file of a wheel belongs in site-packages; empty for scripts and for DLLs of xlwings' add-in."""
    first, *more = name.split("/")
    if not first.endswith(".data"):
        return name
    return "/".join(more[1:]) if more[0] in ("purelib", "platlib") else ""


def _compile(part: Path, edition: Path) -> None:
    """The server starts with -B, which writes no compiled modules: without these each start would compile them anew."""
    for folder in (part / "python", part / RUNTIME / "Lib" / "site-packages"):
        compileall.compile_dir(folder, quiet=2, stripdir=str(part), prependdir=str(edition))


def _finish(part: Path) -> None:
    sizes = {f.relative_to(part).as_posix(): f.stat().st_size for f in part.rglob("*") if f.is_file()}
    (part / WHOLE).write_text(json.dumps(sizes), encoding="utf-8")


def _whole(edition: Path) -> bool:
    try:
        sizes = json.loads((edition / WHOLE).read_text(encoding="utf-8"))
        return all((edition / name).stat().st_size == size for name, size in sizes.items())
    except (OSError, ValueError):
        return False


def _remove(edition: Path) -> None:
    """Removes an edition whole or not at all: while a program of it runs, Windows does not let it be renamed."""
    if not edition.exists():
        return
    going = edition.with_name(f"{edition.name}.old")
    shutil.rmtree(going, ignore_errors=True)
    try:
        edition.replace(going)
    except OSError:
        raise KongjianError(f"{edition} 正在使用；请关闭 Excel，再运行一次") from None
    shutil.rmtree(going)


def _sweep(home: Path, kept: Path) -> None:
    """Removes earlier editions; one that a running Excel uses goes next time."""
    for edition in sorted(f for f in home.iterdir() if f.is_dir() and f != kept):
        try:
            _remove(edition)
        except (KongjianError, OSError):
            print(f"旧的 {edition} 正在使用，没有删除；下次安装时再删", flush=True)


def _run(python: Path, command: str) -> int:
    try:
        return subprocess.run([python, "-B", "-m", "kongjian", command], check=False).returncode
    except OSError as error:
        raise KongjianError(
            f"{python} 启动不了（{disk.said(error)}）；单位的安全策略可能不许运行它"
        ) from None


def main(word: str) -> int:
    """`install` or `uninstall`; whatever happens, one plain sentence. Exit code 2 where nothing could be done."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        home, python = programs(), places.unzipped_python()
        if python is None:
            raise KongjianError(f"本程序不在 kongjian bundle 做的文件夹里；{_AGAIN}")
        return install(python.parent, home) if word == "install" else uninstall(home)
    except KongjianError as error:
        print(f"错误：{error}", flush=True)
    except OSError as error:
        print(f"错误：{disk.said(error)}（{error.filename or ''}）", flush=True)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
