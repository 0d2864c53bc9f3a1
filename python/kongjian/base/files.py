"""Files written whole or not at all, reports as texts, the record of unforeseen faults."""

from __future__ import annotations

import os
import platform
import shutil
import time
import traceback
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kongjian.base import disk, places
from kongjian.base.errors import KongjianError
from kongjian.base.one_writer import alone_in, sync_folder
from kongjian.base.scratch import holds

finished = 0
"""Files that this process has put in their place: what is told when it is stopped."""
TEMPORARY = ".kongjian-"
"""How the names of unfinished files begin."""


def keep_error(error: BaseException) -> str:
    """Writes where an error arose to a file that the user alone can read; returns what to say of it.

    The texts of errors are left out: they quote cells.
    """
    log = places.error_log()
    lines = [f"{time.strftime('%Y-%m-%d %H:%M:%S')} {platform.platform()} Python {platform.python_version()}"]
    found: BaseException | None = error
    while found is not None:
        lines += traceback.StackSummary.from_list(traceback.extract_tb(found.__traceback__)).format()
        lines.append(f"{type(found).__qualname__} {found.errno if isinstance(found, OSError) else ''}\n")
        found = found.__cause__ or found.__context__
    try:
        log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        log.unlink(missing_ok=True)
        with os.fdopen(
            os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8"
        ) as out:
            out.write("\n".join(lines))
    except OSError:
        return "记录没有写成"
    return f"记录在 {log}"


@contextmanager
def own_place(target: Path) -> Iterator[Path]:
    """Where a file, or a folder of it, stands beside `target` until it is whole; nothing is left there, of killed runs neither."""
    own = target.with_name(f"{temporary_name(target)}{os.getpid()}.tmp")
    try:
        if not holds(target):
            sweep(target)
        yield own
    finally:
        with suppress(OSError):  # on a disk that went read-only it cannot be there
            _drop(own)


def settle(own: Path, target: Path, keep_mode: bool = True) -> None:
    """Puts a finished file in the place of `target`, with the mode of the old one; after a power cut it is there.

    One that lives no longer than this run is not waited for until it is on the disk.
    """
    _flush(own, target)
    _rename(own, target, keep_mode)


def _flush(own: Path, target: Path) -> None:
    if not holds(target):
        with own.open("rb+") as out:
            os.fsync(out.fileno())


def _rename(own: Path, target: Path, keep_mode: bool = True) -> None:
    if keep_mode and target.exists():
        shutil.copymode(target, own)
    own.replace(target)
    if not holds(target):
        sync_folder(target.parent)


def save_text(path: Path, text: str, private: bool = False) -> None:
    """Writes a report, whole or not at all. Raises KongjianError where nothing can be written."""
    mode = 0o600 if private else 0o666
    try:
        with own_place(path) as own:
            with open(
                own, "x", encoding="utf-8-sig", opener=lambda name, how: os.open(name, how, mode)
            ) as out:
                out.write(text)  # the mark lets Notepad on old Windows read it
            settle(own, path, keep_mode=not private)
    except OSError as error:
        raise KongjianError(f"写不了 {path}：{disk.said(error)}") from None


def replace_bytes(target: Path, data: bytes, last: Callable[[Path], None] = lambda _: None) -> None:
    """Puts these bytes in the place of `target`: whole or not at all, the old file as .bak."""

    def write(temporary: Path) -> None:
        temporary.write_bytes(data)

    replace_file(target, write, last)


def replace_file(
    target: Path, write: Callable[[Path], None], last: Callable[[Path], None] = lambda _: None
) -> None:
    """Puts what `write` produces in the place of `target`: whole or not at all, the old file as .bak.

    At every moment `target` is the old file or the new one. `last` may still refuse: it is asked when all is written,
    and no other run puts a file into this folder between its answer and the replacing.
    """
    global finished
    target = _replaceable(target)
    backup = target.with_name(f"{target.name}.bak")
    fresh_backup = target.with_name(f"{temporary_name(target)}{os.getpid()}.bak")
    try:
        with own_place(target) as own:
            write(own)
            _flush(own, target)  # before the lock, which is held for a moment only
            with alone_in(target.parent):
                _refuse_locked(target)
                last(target)
                if target.exists():
                    _keep(target, fresh_backup, backup)
                _rename(own, target)
                finished += not holds(target)
    except KongjianError:
        raise
    except Exception as error:
        if (found := disk.behind(error)) or isinstance(error, OSError):
            raise KongjianError(_say(found or error, target)) from None
        raise
    finally:
        with suppress(OSError):
            fresh_backup.unlink(missing_ok=True)


def _replaceable(target: Path) -> Path:
    """The file to be replaced, a link followed. Raises KongjianError where there can be none."""
    _refuse_locked(target)
    if target.is_dir():
        raise KongjianError(f"{target} 是文件夹；请写出文件名")
    if not target.parent.is_dir():
        raise KongjianError(f"没有文件夹 {target.parent}；请先建好它，或换一个文件夹")
    real = behind_link(target)
    if real != target:
        _refuse_locked(real)
    return real


def behind_link(path: Path) -> Path:
    """The file that a link stands for: it is replaced and has its copies beside itself, not the link."""
    return path.resolve() if path.is_symlink() else path


def _keep(target: Path, fresh: Path, backup: Path) -> None:
    """The file as it is becomes the backup; an older one stands until then."""
    try:
        os.link(target, fresh)
    except OSError:  # a file system without links
        shutil.copy2(target, fresh)
    fresh.replace(backup)


def temporary_name(target: Path) -> str:
    """How the names of a file's temporary neighbours begin: short, as a Chinese name may fill the 255 bytes."""
    return f"{TEMPORARY}{zlib.crc32(os.fsencode(target.name)):08x}."


def sweep(target: Path) -> None:
    """Removes what an interrupted run left beside the target, unless that run is still alive."""
    beginning = temporary_name(target)
    # a folder of a thousand forms is looked through as often: names alone are quick
    with os.scandir(target.parent) as entries:
        left = [target.with_name(e.name) for e in entries if e.name.startswith(beginning)]
    for old in left:
        pid = old.name.split(".")[-2]
        if not (pid.isdigit() and _alive(int(pid), old)):
            _drop(old)


def _drop(left: Path) -> None:
    shutil.rmtree(left, ignore_errors=True) if left.is_dir() else left.unlink(missing_ok=True)


def _alive(pid: int, left: Path) -> bool:
    if os.name == "nt":  # asking would end the process there: no run takes an hour
        return time.time() - left.stat().st_mtime < 3600
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return pid != os.getpid()


def _say(error: Exception, target: Path) -> str:
    folder = target.parent.resolve()
    why, advice = disk.reason(error, folder) if isinstance(error, OSError) else ("", "")
    if why == "没有权限":
        return f"没有权限写入 {target.name}；请换一个能写的文件夹（现在是 {folder}），原文件没有改动"
    if why:
        return f"{why}，没有写入 {target.name}；{advice}（{folder}）再试，原文件没有改动"
    return f"写不了 {target.name}：系统错误{getattr(error, 'errno', '') or ''}；原文件没有改动"


def _refuse_locked(target: Path) -> None:
    for lock in (f"~${target.name}", f".~lock.{target.name}#"):
        if os.path.lexists(target.with_name(lock)):  # False, not an error, where the name is too long
            raise KongjianError(
                f"{target.name} 正在Excel中打开；请先保存并关闭它再试（其实没有打开时，删去 {lock}）"
            )


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise KongjianError(f"建不了文件夹 {folder}：{disk.said(error)}") from None
