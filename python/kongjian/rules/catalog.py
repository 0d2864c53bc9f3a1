"""Which schemes there are: a folder of rule files each, called by the scheme's id.

Looked for beside the workbook, in the user's own folder and in what came with this program; of one id the first counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.base.text import fold

BESIDE = "方案"
"""The folder beside a workbook that holds its schemes."""
CASES = "cases"
"""The folder of a scheme that holds its worked cases."""
_ESSENTIAL = "scheme.yaml"


@dataclass(frozen=True)
class Scheme:
    """A scheme that there is: its id, its folder, and in words where that was found."""

    id: str
    folder: Path
    where: str


def schemes(beside: Path | None = None) -> list[Scheme]:
    """Every scheme, by the order in which they are looked for; `beside` is the folder that the workbook stands in."""
    found: dict[str, Scheme] = {}
    for where, parent in _looked_in(beside):
        folders = sorted(parent.iterdir()) if parent.is_dir() else []
        for folder in folders:
            if (
                folder.name[0] != "." and (folder / _ESSENTIAL).is_file()
            ):  # a half one of a run that was killed
                found.setdefault(fold(folder.name), Scheme(folder.name, folder, where))
    return list(found.values())


def scheme_folder(scheme_id: str, beside: Path | None = None) -> Path:
    """The folder of this scheme. Raises KongjianError naming those that there are."""
    known = schemes(beside)
    for scheme in known:
        if fold(scheme.id) == fold(scheme_id):
            return scheme.folder
    near = f"“{beside / BESIDE}”或" if beside else ""
    raise KongjianError(
        f"没有方案“{scheme_id}”，这台电脑有：{'、'.join(s.id for s in known)}；"
        f"请把方案文件夹“{scheme_id}”放到{near}“{places.own_schemes()}”，编号写错了就改回来"
    )


def _looked_in(beside: Path | None) -> Iterator[tuple[str, Path]]:
    if beside:
        yield "工作簿旁边", beside / BESIDE
    yield "用户文件夹", places.own_schemes()
    yield "随程序安装", places.schemes()
