"""What an error of the disk or the system means, in words that are true: full, read-only, too long a name."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

_FULL = ("磁盘空间不够", "请腾出空间")
_NOT_ALLOWED = ("没有权限", "请换一个能写的文件夹")
_GONE = ("连不上这个磁盘", "请检查移动盘或网络盘")
_WHY = {
    errno.ENOSPC: _FULL,
    errno.EDQUOT: ("磁盘配额用完了", "请腾出空间，或请管理员加大配额"),
    errno.EFBIG: ("文件超过了这个磁盘或系统允许的大小", "请换一个磁盘"),
    errno.EROFS: ("磁盘是只读的", "请换一个能写的文件夹"),
    errno.EACCES: _NOT_ALLOWED,
    errno.EPERM: _NOT_ALLOWED,
    errno.ENAMETOOLONG: ("名字太长", "请改短文件名或文件夹名"),
    errno.EINVAL: ("名字里有不能用的字符", "请改名"),
    errno.EILSEQ: ("名字里有不能用的字符", "请改名"),
    errno.EMFILE: ("打开的文件太多", "请关闭其他程序"),
    errno.ENFILE: ("打开的文件太多", "请关闭其他程序"),
    errno.EIO: ("磁盘读写出错", "请换一个磁盘"),
    errno.EBUSY: ("正被别的程序使用", "请关闭它"),
    errno.ENOMEM: ("内存不够", "请关闭其他程序"),
    **dict.fromkeys((errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ENOTCONN, errno.EHOSTDOWN), _GONE),
}
_WINDOWS = {
    32: ("正被别的程序使用", "请关闭它"),
    33: ("正被别的程序使用", "请关闭它"),
    112: _FULL,
    123: ("名字里有不能用的字符", "请改名"),
    206: ("名字太长", "请改短文件名或文件夹名"),
}
"""By Windows' own number, where several share one of the C library."""


def reason(error: OSError, folder: Path | None = None) -> tuple[str, str]:
    """What is wrong and what to do, each part of a sentence; ("", "") for an error that says nothing of the disk."""
    number, windows = _numbers(error)
    if number == errno.ENOSPC and folder and _no_more_files(folder):
        return "磁盘上的文件个数到了上限", "请删去不用的文件"
    return _WINDOWS.get(windows) or _WHY.get(number) or ("", "")


def said(error: OSError) -> str:
    """The reason alone, in Chinese whatever it is."""
    return reason(error)[0] or f"系统错误{_numbers(error)[0] or ''}"


def _numbers(error: OSError) -> tuple[int, int]:
    """The C library's number of an error and Windows' own, 0 for none; of a copied folder's errors only the texts are left."""
    numbers = {"Errno": error.errno, "WinError": getattr(error, "winerror", None)}
    if not any(numbers.values()):
        numbers |= {kind: int(n) for kind, n in re.findall(r"\[(Errno|WinError) (\d+)\]", str(error))}
    return numbers["Errno"] or 0, numbers["WinError"] or 0


def behind(error: BaseException | None) -> OSError | None:
    """The error of the disk from which another one comes, XlsxWriter's own say; None where there is none."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        for one in (error, *error.args):
            if isinstance(one, OSError) and reason(one)[0]:
                return one
        error = error.__cause__ or error.__context__
    return None


def _no_more_files(folder: Path) -> bool:
    if not hasattr(os, "statvfs"):
        return False
    try:
        found = os.statvfs(folder)
    except OSError:
        return False
    return found.f_files > 0 and found.f_ffree == 0
