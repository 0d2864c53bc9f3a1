"""Where the project's own files are, for tests that read them."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "rules" / "chibi-2020" / "cases"
GOLDEN = ROOT / "tests" / "golden"
