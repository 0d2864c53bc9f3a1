"""What works out the same scores in other ways than the engine's columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from kongjian.engine.frame import Floats
from kongjian.mailing.copy_sheets import Value
from kongjian.mailing.live_copy import Contents
from kongjian.workbook.run import Run

Scored = Mapping[str, Floats]
"""By object an array (indicators + 1, units) in points: every indicator's score, then the total."""
Evaluator = Callable[[Run], Scored]
Calculated = Mapping[str, Sequence[Sequence[Value]]]
"""By sheet of the live copy the values of each column that its formulas give; [] for a column without any."""
Calculator = Callable[[Run, Contents], Calculated]
"""Works out the live copy's formulas without looking at the results that are stored beside them."""
