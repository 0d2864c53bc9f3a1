"""What a workbook held before a calculation: the ranks, the run that they came from, the numbers behind them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from kongjian.engine.declined import Decline
from kongjian.engine.frame import Frame
from kongjian.rules.differences import edits_in_words, readings_in_words, rule_changes
from kongjian.rules.model import Rules

KEY = "#key"
"""The column that names each row's unit as `unit_keys` does."""
_CODE_DECIMALS = 8


@dataclass(frozen=True)
class Earlier:
    """One kind's sheets as the last run wrote them; None where nothing can be said of them.

    The rows of 指标, 得分 and 资格审核 (`qualified`: the keys of those who did) by KEY, those of 排名 by the `numbered`
    one; `awards` is 获奖名单, of both kinds.
    """

    measures: Frame | None = None
    scores: Frame | None = None
    ranking: Frame | None = None
    awards: Frame | None = None
    qualified: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ChangeSheet:
    """与上次相比 of one run: its rows and, where it was written before, the line above them, which names the two runs."""

    rows: Frame
    subtitle: str = ""


def _nothing() -> dict[str, Earlier]:
    return {}


def _no_sheet() -> ChangeSheet:
    return ChangeSheet(Frame())


@dataclass(frozen=True)
class Previous:
    """名次 and 上次名次 (NaN for 新进) of the ranking sheets by unit (`numbered`), by kind; of 运行记录 the newest row.

    A kind whose ranking sheet is not there is not in them.
    `declines` are what staff wrote beside awards, `declined_since` whether they did since the last run, or took it back.
    `readings` is "" where 运行记录 does not tell them. `tables` reads the sheets behind the ranks, by kind: a run over
    the same data never asks for them, but for 与上次相比 as it is, which no other run asks for.
    """

    fingerprint: str = ""
    version: str = ""
    ranks: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    earlier: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    readings: str = ""
    edits: str = ""
    declines: Sequence[Decline] = ()
    declined_since: bool = False
    tables: Callable[[], Mapping[str, Earlier]] = _nothing
    change_sheet: Callable[[], ChangeSheet] = _no_sheet

    def is_same_run(self, fingerprint: str, rules: Rules, ranks: Mapping[str, Mapping[str, float]]) -> bool:
        """Whether data, rules, readings and edits are those of the last run, whose changes then still hold.

        Where 运行记录 does not tell the readings, equal ranks (by kind and unit) must do.
        """
        if self.fingerprint != fingerprint or self.declined_since:
            return False
        if not self.readings:
            same = all(self.ranks.get(kind, {}) == found for kind, found in ranks.items())
            return same and self.version == rules.version
        words = (self.version, self.readings, self.edits)
        return words == (rules.version, readings_in_words(rules), edits_in_words(rules)) or (
            rule_changes(*words, rules) == ()
        )


def numbered(keys: Iterable[str]) -> list[str]:
    """The keys of a ranking's rows; of people whom nothing tells apart the second best is found as the second."""
    seen: dict[str, int] = {}
    out = []
    for key in keys:
        seen[key] = seen.get(key, 0) + 1
        out.append(key if seen[key] == 1 else f"{key}\x1f{seen[key]}")
    return out


def plain(key: str) -> str:
    """A `numbered` key without its number."""
    return key.partition("\x1f")[0]


def table_code(keys: Sequence[str], table: Frame, columns: Sequence[str]) -> str:
    """A short code of a table's numbers, whatever the order of its rows: tells whether a hand changed them."""
    order = np.argsort(np.array(keys, dtype=str), kind="stable")
    digest = hashlib.blake2b("\x1f".join(keys[i] for i in order).encode(), digest_size=3)
    for name in columns:
        # programs that save the workbook again may keep fewer digits; -0 is 0
        values = np.round(table[name][order], _CODE_DECIMALS) + 0.0
        digest.update(np.where(np.isnan(values), np.nan, values).tobytes())
    return digest.hexdigest()
