"""What became of every line of a file, kept beside its partial."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

from kongjian.base.errors import KongjianError
from kongjian.base.files import own_place, settle
from kongjian.intake.events.count_sql import BLANK, DATED, HEAD, REASONS, quoted

SUMS = "select reason, sum(lines), min(first) from counted group by reason"
"""How many lines are of each reason and the first of them, of a table `counted`, see COUNT."""
FIRST = "order by row_no limit 1000"
"""So many lines that are not counted are kept to be looked at."""
SAMPLES = f"""
select row_no, reason, line from ({DATED}) counted where reason in ({", ".join(map(quoted, REASONS))}) {FIRST}
"""
"""The first lines that are not counted."""


@dataclass(frozen=True)
class Account:
    """What became of a file's lines: `lines` = accepted + rejected + blank + those down to the header."""

    file: str
    lines: int
    accepted: int
    blank: int
    head: int
    rejected: dict[str, int] = field(default_factory=dict)
    first: dict[str, int] = field(default_factory=dict)

    @property
    def lost(self) -> int:
        return sum(self.rejected.values())


def account_for(path: Path, lines: int, sums: Iterable[Sequence[object]]) -> Account:
    """The account of a file with so many lines, from SUMS. Raises KongjianError where they do not add up to them."""
    found = {str(reason): (int(str(some)), int(str(first or 0))) for reason, some, first in sums}
    if (seen := sum(some for some, _ in found.values())) != lines:
        raise KongjianError(
            f"{path.name} 有{lines}行，只读到{seen}行，没有计入；请用UTF-8编码的CSV重新导出这个文件"
        )
    none = (0, 0)
    rejected = {r: found[r] for r in REASONS if r in found}
    return Account(
        path.name, lines, found.get("", none)[0], found.get(BLANK, none)[0], found.get(HEAD, none)[0],
        {r: some for r, (some, _) in rejected.items()}, {r: first for r, (_, first) in rejected.items()},
    )  # fmt: skip


def keep_account(account: Account, partial: Path) -> None:
    """Writes an account beside its partial, whole or not at all."""
    place = partial.with_suffix(".json")
    with own_place(place) as own:
        own.write_text(json.dumps(asdict(account), ensure_ascii=False, indent=1), encoding="utf-8")
        settle(own, place)


def keep_samples(path: Path, partial: Path, samples: Iterable[Sequence[object]]) -> None:
    """The first rejected lines, from SAMPLES, as a table beside the partial that Excel opens."""
    with table_of_lines(partial.with_suffix(".csv")) as out:
        writer = csv.writer(out)
        writer.writerow(("文件", "行号", "原因", "内容"))
        writer.writerows(
            (path.name, at, REASONS[str(reason)], str(line)[:500]) for at, reason, line in samples
        )


def account_of(partial: Path) -> Account | None:
    """The account beside a partial; None where either is missing or not whole."""
    try:
        found = Account(**json.loads(partial.with_suffix(".json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return found if partial.is_file() else None


def refuse_changed(path: Path, before: os.stat_result) -> None:
    """Raises KongjianError where a file is not the one that it was."""
    now = path.stat()
    if (now.st_size, now.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise KongjianError(f"{path.name} 读的时候还在变，没有计入；请等它写完再导入")


@contextmanager
def table_of_lines(place: Path) -> Iterator[TextIO]:
    """A table that Excel opens, written whole or not at all."""
    with own_place(place) as own:
        with own.open("w", encoding="utf-8-sig", newline="") as out:
            yield out
        settle(own, place)


def rejected_first(account: Account) -> Iterator[str]:
    """The reasons in words, each with how many lines and, where it is known, the first."""
    for reason, some in account.rejected.items():
        first = account.first[reason]
        yield f"{REASONS[reason]}{some}行" + (f"（从第{first}行起）" if first else "")
