"""Growth: time and memory per teacher for one city, ten and fifty (as many rows as a worksheet holds)."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kongjian.rules import load_rules
from kongjian.workbook.recalculate import examine, recalculate
from kongjian.xlsx.package import Package
from measure import Row, Times, compare, fraction, peak, process, without_own_settings

TEACHERS = 3_500
USUAL_ROUNDS, LARGE_ROUNDS = 4, 3
USUAL, LARGE = (1, 10), (1, 10, 50)
HERE = Path(__file__).parent
COMMAND = str(Path(sys.executable).with_name("kongjian"))
KEPT = Path(tempfile.gettempdir()) / "kongjian-benchmarks"


def measure(large: bool) -> list[Row]:
    """Time per teacher of the largest city against the next smaller one, and each city's peak memory."""
    sizes = LARGE if large else USUAL
    books = {size: _book(size * TEACHERS) for size in sizes}
    runs: dict[int, list[dict[str, float]]] = {size: [] for size in sizes}
    for _ in range(LARGE_ROUNDS if large else USUAL_ROUNDS):
        for size, book in books.items():
            runs[size].append(_child(book))
    per_thousand = {size: 1000 / (size * TEACHERS) for size in sizes}
    smaller, larger = sizes[-2:]
    aim = 1.2 if large else None
    rows = []
    for what, key in (("计算", "engine"), ("重新计算", "recalc")):
        spent = {size: Times(tuple(r[key] for r in runs[size])).scaled(per_thousand[size]) for size in sizes}
        name = f"{smaller}倍"
        rows.append(compare(f"每千名教师{what}（{larger}倍）", spent[larger], name, spent[smaller], aim))
        if len(sizes) > 2:
            rows.append(
                compare(f"每千名教师{what}（{smaller}倍）", spent[smaller], f"{sizes[0]}倍", spent[sizes[0]])
            )
    base = min(r["memory"] for r in runs[sizes[0]])
    for size in sizes:
        peak = min(r["memory"] for r in runs[size])
        each = f"{peak * per_thousand[size]:.3g} MB/千人"
        rows.append(
            Row(
                f"最大内存（{size}倍）",
                f"{peak:.0f} MB，{each}",
                f"{sizes[0]}倍 {base:.0f} MB",
                fraction(peak / base),
            )
        )
    return rows


def _book(teachers: int) -> Path:
    """The workbook of a city of this size, made once: making the large ones takes minutes."""
    book = KEPT / f"{load_rules().version}-{teachers}.xlsm"
    if not book.exists():
        KEPT.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(dir=KEPT) as folder:
            # in a process of its own: the memory that it takes is given back
            process(COMMAND, "demo", folder, "--teachers", str(teachers), "--clean")()
            next(Path(folder).glob("*.xlsm")).replace(book)
    return book


def _child(book: Path) -> dict[str, float]:
    """One recalculation in a process of its own, so that its memory is its own."""
    code = f"import sys; sys.path.insert(0, {str(HERE)!r}); import growth; growth.child(sys.argv[1])"
    done = subprocess.run(
        [sys.executable, "-c", code, str(book)],
        env=without_own_settings(), check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout))


def child(book: str) -> None:
    """Times a whole recalculation, then reading and calculating once more for the engine's own share."""
    out = KEPT / "out.xlsm"
    started = time.perf_counter()
    recalculate(Path(book), out)
    spent = {"recalc": time.perf_counter() - started}
    spent["memory"] = peak()
    spent["engine"] = _engine(Path(book))
    for made in (out, out.with_name("out.xlsm.bak")):
        made.unlink(missing_ok=True)
    print(json.dumps(spent))


def _engine(book: Path) -> float:
    """Seconds between the first and the last word of the calculation itself."""
    moments: dict[str, float] = {}
    with Package(book) as package:
        examine(package, load_rules(), lambda text: moments.setdefault(text, time.perf_counter()))
    ended = time.perf_counter()
    return ended - list(moments.values())[1]
