"""rules/importing.yaml as dataclasses: how exported files are taken in."""

from __future__ import annotations

from dataclasses import dataclass

from kongjian.rules.objects import STRICT


@dataclass(frozen=True)
class ImportLimits:
    """What one file may hold at most: bytes on disk and unpacked, rows and filled cells of a sheet, bytes that are no

    text; what the process that reads a binary workbook may take: memory, time.
    """

    file_megabytes: int
    unpacked_megabytes: int
    rows: int
    cells: int
    bad_bytes: int
    memory_megabytes: int
    seconds: int
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class HeaderParts:
    """Words above or below an indicator's name that say what the numbers of a column are."""

    counts: tuple[str, ...]
    scores: tuple[str, ...]
    rates: tuple[str, ...]
    __pydantic_config__ = STRICT


@dataclass(frozen=True)
class ImportingFile:
    """rules/importing.yaml: when a header is asked about, what makes two rows the same, how much is taken in.

    `keys` maps each input table to its keys, the best first; without any, only equal rows are the same.
    """

    similarity: float
    head_from: int
    header_parts: HeaderParts
    school_labels: tuple[str, ...]
    school_ends: tuple[str, ...]
    other_headers: tuple[str, ...]
    account_headers: tuple[str, ...]
    asked_as: dict[str, str]
    telling_apart: str
    damaged_share: float
    damaged_from: int
    shown_per_kind: int
    shown_lines: int
    limits: ImportLimits
    keys: dict[str, tuple[tuple[str, ...], ...]]
    __pydantic_config__ = STRICT
