"""宏和选项卡: the macros and the ribbon of the workbook are, byte for byte, those that this installation ships."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line, first_few
from kongjian.xlsx.package import CONTENT_TYPES, Package

TITLE = "宏和选项卡是本版本的"
_RIBBON = "/ui/extensibility"
"""How the types of the relationships to a ribbon end, of 2006 and of 2007."""
_FOREIGN = ("macrosheets/", "dialogsheets/", "activeX/", "embeddings/")
"""Folders of what runs or opens by itself; no workbook of ours has any."""
_ASSIGNED = re.compile(rb'(?:\bmacro="|FmlaMacro>)([^"<]+)')
_NO_CODE = re.compile(r"(?:Attribute .*|Option Explicit|'.*)?", re.IGNORECASE)
_MOST = 5
_AGAIN = "把数据导入本版本的空白工作簿再计算；要用别的版本的工作簿，请先更新 kongjian"


def shipped_macros(path: Path, shipped: Path) -> Line:
    """Compares the workbook's file with the empty one that this installation ships."""
    with Package(path) as package, Package(shipped) as right:
        if ".sheet.macroEnabled." not in package.read(CONTENT_TYPES).decode(errors="replace"):
            wrong = [*_foreign(package), *_extra_ribbon(package, right)]
            wrong += ["不该有宏，却有宏"] if _project(package) is not None else []
            if wrong:
                return Line(BAD, TITLE, first_few(wrong, _MOST), _AGAIN)
            return Line(GOOD, TITLE, "这是不带宏的工作簿，没有宏可以核对")
        wrong, told = [*_foreign(package), *_extra_ribbon(package, right), *_buttons(package, right)], []
        ribbon, project = _ribbons(package), _project(package)
        if not ribbon:
            told.append("没有选项卡“空间评比”（别的程序保存过的工作簿会这样）")
        if project is None:
            wrong.append("宏没有了")
        elif project != _project(right):
            differing = _other_modules(path, shipped)
            if differing:
                wrong.append(f"宏和本版本的不同：{first_few(differing, _MOST)}")
            else:
                told.append(
                    "宏的源代码和本版本逐字相同，但不是逐个字节相同（Excel保存过的工作簿会这样），编译过的部分没有办法核对"
                )
        if wrong:
            return Line(BAD, TITLE, first_few([*wrong, *told], _MOST), _AGAIN)
        if told:
            return Line(MIND, TITLE, "；".join(told), _AGAIN)
        return Line(GOOD, TITLE, f"宏（{len(project or b'')}字节）和选项卡与本版本逐个字节相同")


def _project(package: Package) -> bytes | None:
    parts = package.related(package.workbook, "vbaProject")
    return b"".join(map(package.read, parts)) if parts else None


def _ribbons(package: Package) -> dict[str, bytes]:
    """The ribbons by the type of their relationship."""
    related = package.relationships("")
    return {kind: package.read(part) for _, kind, part in related if kind.endswith(_RIBBON)}


def _extra_ribbon(package: Package, right: Package) -> Iterator[str]:
    own = _ribbons(right)
    for kind, xml in _ribbons(package).items():
        if kind not in own:
            yield "多出一个选项卡的定义"
        elif own[kind] != xml:
            yield "选项卡“空间评比”的定义和本版本的不同"


def _foreign(package: Package) -> Iterator[str]:
    for part in package.names:
        if any(f"/{folder}" in f"/{part}" for folder in _FOREIGN):
            yield f"有本程序没有的部件 {part}"


def _buttons(package: Package, right: Package) -> Iterator[str]:
    """What the buttons on sheets start: only what those of the shipped workbook start."""
    own = {name.rpartition(b"!")[2] for name in _assigned(right)}
    for name in sorted(_assigned(package)):
        if name.rpartition(b"!")[2] not in own or name.rpartition(b"!")[0] not in (b"", b"[0]"):
            yield f"按钮指定了别的宏“{name.decode(errors='replace')}”"


def _assigned(package: Package) -> set[bytes]:
    drawings = (n for n in package.names if "/drawings/" in n or "/ctrlProps/" in n)
    return {name for part in drawings for name in _ASSIGNED.findall(package.read(part))}


def _other_modules(path: Path, shipped: Path) -> list[str]:
    """The modules whose source is not that of the shipped workbook; new ones count where they hold any code."""
    from pyopenvba import ExcelFile  # only where the bytes differ

    try:
        with ExcelFile(path) as book, ExcelFile(shipped) as right:
            now = {name: book.get_module(name) for name in book.module_names()}
            own = {name: right.get_module(name) for name in right.module_names()}
    except Exception:  # whatever a damaged project does to the reader
        return ["宏的文件读不了"]
    out = [f"{name}（没有了）" for name in own if name not in now]
    for name, text in now.items():
        if name in own and _code(text) != _code(own[name]):
            out.append(name)
        elif name not in own and any(not _NO_CODE.fullmatch(line.strip()) for line in text.splitlines()):
            out.append(f"{name}（多出来的）")
    return out


def _code(source: str) -> list[str]:
    """A module's lines without the attributes that Excel writes anew."""
    return [line.rstrip() for line in source.splitlines() if not line.startswith("Attribute ")]
