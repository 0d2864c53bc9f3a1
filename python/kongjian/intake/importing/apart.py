"""Reads a binary workbook in a process of its own: what damages or fills that process does not reach this one.

It may use so much memory (on Windows by a job object, elsewhere by a resource limit) and so much time, then it is
ended. The two processes talk through files, as a process without a console has nothing else.
"""

from __future__ import annotations

import pickle
import subprocess
from pathlib import Path

from kongjian.base import disk, other_python
from kongjian.base.errors import KongjianError
from kongjian.base.scratch import scratch
from kongjian.intake.importing import calamine_sheets
from kongjian.intake.importing.calamine_sheets import FoundSheet
from kongjian.rules.model_importing import ImportLimits


def read_apart(path: Path, data: bytes, limits: ImportLimits) -> list[FoundSheet]:
    """The worksheets in `data`. Raises KongjianError where the other process fails or takes too much."""
    with scratch() as folder:
        source, target = folder / "in", folder / "out"
        source.write_bytes(data)
        bounds = [limits.memory_megabytes, limits.seconds, limits.rows, limits.cells]
        try:
            words = map(str, (source, target, *bounds))
            with other_python.started(calamine_sheets.__name__, *words) as process:
                try:
                    failed = process.wait(limits.seconds)
                finally:
                    process.kill()
        except subprocess.TimeoutExpired:
            raise KongjianError(
                f"{path.name} 读了{limits.seconds}秒还没有读完，已经停下；请用Excel打开它，另存为 .xlsx 再导入"
            ) from None
        except OSError as error:
            raise KongjianError(
                f"{path.name} 是旧格式，这台电脑上读不了（{disk.said(error)}）；请用Excel另存为 .xlsx 再导入"
            ) from None
        if failed:
            raise KongjianError(
                f"{path.name} 已损坏（或大得不正常），读不了；请从平台重新导出，或用Excel打开它，另存为 .xlsx 再导入"
            )
        return [FoundSheet(*sheet) for sheet in pickle.loads(target.read_bytes())]
