"""Folders that are put in their place whole: the new one, the old one beside it, never half of either."""

from __future__ import annotations

import filecmp
import os
import shutil
from pathlib import Path

from kongjian.base import disk, files
from kongjian.base.errors import KongjianError
from kongjian.base.one_writer import alone_in, sync_folder


def place_folder(fresh: Path, target: Path) -> bool:
    """Puts a finished folder of files in the place of `target`; False where the same is there already.

    An earlier one that differs is kept as .bak, and no earlier backup is lost. Raises KongjianError where that cannot
    be done: then `target` is as it was.
    """
    temporary = target.with_name(f"{files.temporary_name(target)}{os.getpid()}.tmp")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        files.sweep(target)
        if _same(fresh, target):
            return False
        shutil.copytree(fresh, temporary)
        with alone_in(target.parent):
            kept = _kept(target) if target.exists() else None
            if kept:
                target.rename(kept)
            try:
                temporary.rename(target)
            except OSError:
                if kept:
                    kept.rename(target)
                raise
            files.finished += sum(1 for _ in fresh.iterdir())
        sync_folder(target.parent)
    except OSError as error:
        why, advice = disk.reason(error, target.parent)
        if why in ("", "没有权限", "正被别的程序使用"):
            advice = "里面有文件正在打开的话，请先关闭"
        raise KongjianError(
            f"写不了文件夹 {target}：{why or disk.said(error)}；{advice}再试，原来的没有改动"
        ) from None
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return True


def _same(one: Path, other: Path) -> bool:
    """Whether both hold the same files, byte for byte."""
    if not other.is_dir():
        return False
    names = sorted(p.name for p in one.iterdir())
    if names != sorted(p.name for p in other.iterdir()):
        return False
    return not any(filecmp.cmpfiles(one, other, names, shallow=False)[1:])


def _kept(target: Path) -> Path:
    """A name for the earlier folder that nothing has yet."""
    kept, number = target.with_name(f"{target.name}.bak"), 1
    while kept.exists():
        kept, number = target.with_name(f"{target.name}.{number}.bak"), number + 1
    return kept
