"""自检, 诊断: a report of checks, what it comes to, and the file that it is saved in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from kongjian.base.check_lines import BAD, Line
from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text
from kongjian.entry.plans.plan_model import INFO, WARNING, Plan, Told

SELFCHECK_REPORT = "kongjian-自检报告.txt"
DIAGNOSIS = "kongjian-诊断报告.txt"


def report(checked: Sequence[Line], text: str) -> Told:
    """What the checks come to, the report's last line, and the rest of the report."""
    *lines, said = text.splitlines()
    return Told(said, WARNING if any(line.state == BAD for line in checked) else INFO, lines)


def saved(checked: Sequence[Line], text: str, name: str, folder: Path | None) -> Plan:
    """The report as a file in this folder, or with temporary files where there is none or it cannot be written to."""
    return Plan(told=(report(checked, text),), make=lambda _: [Told(f"报告在 {_save(text, name, folder)}")])


def _save(text: str, name: str, folder: Path | None) -> Path:
    temporary = Path(tempfile.gettempdir()) / name
    try:
        target = folder / name if folder else temporary
        save_text(target, text)
    except KongjianError:
        target = temporary
        save_text(target, text)
    return target
