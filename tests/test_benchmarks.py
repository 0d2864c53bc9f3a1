"""The table of benchmarks/README.md is one run's: its rows are those that run.py measures, all of them, in their order."""

import re
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
import run
from measure import Row, table

MOST_MINUTES = 15


def _names(between: str) -> list[str]:
    cells = [line.split("|")[1].strip() for line in between.splitlines() if line.startswith("|")]
    return list(dict.fromkeys(cells[2:]))


def test_the_table_has_the_rows_of_one_run() -> None:
    """Before the first run there is none, and the page says so."""
    page = run.README.read_text(encoding="utf-8")
    before, between, behind = run.parts(page)
    assert (page.count(run.OPENING), page.count(run.CLOSING)) == (1, 1)
    assert between == run.UNMEASURED or _names(between) == [n for names in run.ROWS.values() for n in names]
    assert between == run.UNMEASURED or "没有测成" not in between
    took = re.search(r"整个运行([\d.]+)分钟", between)
    assert between == run.UNMEASURED or took and float(took[1]) <= MOST_MINUTES
    assert f"不超过{MOST_MINUTES}分钟" in before
    assert "比值 ratio" not in before + behind, "figures of another run stand beside the table"


def test_a_run_takes_the_place_of_the_table_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"上面\n{run.OPENING}\n\n旧表\n\n{run.CLOSING}\n下面\n", encoding="utf-8")
    monkeypatch.setattr(run, "README", page)
    run.write(table([Row("一行", "1 s", "2 s", "0.50")]))
    before, between, behind = run.parts(page.read_text(encoding="utf-8"))
    assert (before, behind) == ("上面\n", "\n下面\n")
    assert _names(between) == ["一行"]


def test_what_cannot_be_measured_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: Path) -> list[Row]:
        raise RuntimeError

    monkeypatch.setattr(run, "ROWS", {"one": ["甲"], "two": ["乙"]})
    monkeypatch.setattr(
        run, "measures", lambda _: {"one": broken, "two": lambda _: [Row("乙", "1 s", "", "")]}
    )
    monkeypatch.setattr(sys, "argv", ["run.py"])
    assert run.main() == 1
    said = capsys.readouterr()
    assert _names(said.out) == ["甲", "乙"]
    assert "没有测成" in said.out
    assert said.err.rstrip().endswith("甲")
