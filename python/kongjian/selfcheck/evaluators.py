"""The scores of a run's own schools and teachers, each time by other code: by columns, row by row."""

from __future__ import annotations

import numpy as np

from kongjian.engine.row_scoring import compile_row
from kongjian.engine.scoring import score
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.selfcheck.model import Scored
from kongjian.workbook.run import Run


def by_columns(run: Run) -> Scored:
    """The vectorised engine, whose scores the sheets show."""
    out = {}
    for kind in OBJECT_LABELS:
        scored = score(run.results.of(kind).units, run.rules.object(kind), run.rules)
        out[kind] = np.vstack([scored.by_indicator, scored.total])
    return out


def by_row(run: Run) -> Scored:
    """The precompiled scorer of single rows, which the worksheet functions use."""
    out = {}
    for kind in OBJECT_LABELS:
        units, scorer = run.results.of(kind).units, compile_row(run.rules.object(kind), run.rules)
        scored = map(scorer, zip(*(units[c].tolist() for c in scorer.columns), strict=True))
        rows = [[*s.by_indicator, s.total] for s in scored]
        out[kind] = np.array(rows, dtype=np.float64).reshape(len(rows), len(scorer.names) + 1).T
    return out
