"""The layers: what stands today is clean, and an import upwards, sideways or in a circle is refused."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from where import ROOT

BROKEN = {
    "engine/rounding.py": ("from kongjian.intake import values", "One way down BROKEN"),
    "rules/ladders.py": ("from kongjian.xlsx import package", "no Excel, no command line BROKEN"),
    "base/text.py": ("from kongjian.base import grid", "No circle between brothers BROKEN"),
    "entry/setup/doctor.py": ("from kongjian.entry.cli import main", "command and Excel over the setup BROKEN"),
    "entry/plans/copies.py": ("from kongjian.entry.excel import session", "command and Excel over the setup BROKEN"),
    "forms/template/placeholders.py": ("from kongjian.forms import kinds", "a template engine that knows none BROKEN"),
    "selfcheck/points.py": ("import pandas", "pandas only in the Python interface BROKEN"),
    "mailing/units.py": ("import xlwings", "xlwings only where Excel calls BROKEN"),
}  # fmt: skip


def contracts(folder: Path) -> subprocess.CompletedProcess[str]:
    code = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    path = {**os.environ, "PYTHONPATH": str(folder / "python")}
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    return subprocess.run(command, cwd=folder, env=path, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "python", tmp_path / "python", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_layers_hold(tree: Path) -> None:
    done = contracts(tree)
    assert (done.returncode, "0 broken" in done.stdout) == (0, True), done.stdout


def test_an_import_against_the_layers_is_refused(tree: Path) -> None:
    for name, (line, _) in BROKEN.items():
        path = tree / "python" / "kongjian" / name
        path.write_text(f"{path.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    done = contracts(tree)
    assert done.returncode == 1
    for name, (_, said) in BROKEN.items():
        assert any(said in line for line in done.stdout.splitlines()), (name, done.stdout)
