"""Every comparison of this folder in one table: `python benchmarks/run.py [--quick]`.

`--quick` leaves out the city of fifty times the size, whose workbook takes minutes to make.
"""

from __future__ import annotations

import platform
import sys
import tempfile
from datetime import date
from os import cpu_count
from pathlib import Path

import buttons
import calls
import copies
import functions
import growth
import imports
import packages
import ranking
import readings
import recalc
import scale
import scoring
import selfcheck
import startup
from measure import table


def main() -> None:
    rows = scoring.measure() + ranking.measure()
    with tempfile.TemporaryDirectory() as folder:
        rows += recalc.measure(Path(folder))
        rows += buttons.measure(Path(folder))
        rows += calls.measure(Path(folder), calls.SOME)
        rows += copies.measure(Path(folder))
        rows += packages.measure(Path(folder))
        rows += selfcheck.measure(Path(folder))
        rows += imports.measure(Path(folder))
        rows += scale.measure(Path(folder), scale.SMALL)
    rows += readings.measure()
    rows += functions.measure()
    rows += growth.measure("--quick" in sys.argv) + startup.measure()
    print(f"{date.today()} · Python {platform.python_version()} · {platform.system()} · {cpu_count()}核")
    print("时间：最短（中位）；比值：最短之比（中位之比），以最短之比判断。times: smallest (median)\n")
    print(table(rows))


if __name__ == "__main__":
    main()
