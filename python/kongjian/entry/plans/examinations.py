"""自检, 诊断: a report of checks, what it comes to, and the file that it is saved in."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from contextlib import suppress
from pathlib import Path

from kongjian.base.check_lines import GOOD, MIND, Line
from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text
from kongjian.entry.plans.plan_model import INFO, WARNING, Plan, Told

SELFCHECK_REPORT = "kongjian-自检报告.txt"
DIAGNOSIS = "kongjian-诊断报告.txt"


PASSED = frozenset({GOOD})
"""Of a self-check: what it could not check has not passed."""
USABLE = frozenset({GOOD, MIND})


def report(checked: Sequence[Line], text: str, passing: Collection[str] = USABLE) -> Told:
    """What the checks come to, the report's last line, and the rest of the report; a warning unless all are `passing`."""
    *lines, said = text.splitlines()
    return Told(said, INFO if all(line.state in passing for line in checked) else WARNING, lines)


def saved(
    checked: Sequence[Line], text: str, name: str, folder: Path | None, passing: Collection[str] = USABLE
) -> Plan:
    """The report as a file in this folder, or with temporary files where there is none or it cannot be written to."""
    return Plan(
        told=(report(checked, text, passing),), make=lambda _: [Told(f"报告在 {_save(text, name, folder)}")]
    )


def _save(text: str, name: str, folder: Path | None) -> Path:
    if folder:
        with suppress(KongjianError):
            save_text(folder / name, text)
            return folder / name
    temporary = Path(tempfile.gettempdir()) / name
    save_text(temporary, text, private=True)  # others may look into that folder
    return temporary
