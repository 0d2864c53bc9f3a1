"""Reads a binary workbook in a process of its own: what damages or fills that process does not reach this one.

It may use so much memory (on Windows by a job object, elsewhere by a resource limit) and so much time, then it is
ended. The two processes talk through files, as a process without a console has nothing else.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.intake.importing.calamine_sheets import FoundSheet, found_sheets
from kongjian.rules.model_importing import ImportLimits


def read_apart(path: Path, data: bytes, limits: ImportLimits) -> list[FoundSheet]:
    """The worksheets in `data`. Raises KongjianError where the other process fails or takes too much."""
    with tempfile.TemporaryDirectory(prefix="kongjian-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder, "in"), Path(folder, "out")
        source.write_bytes(data)
        bounds = [limits.memory_megabytes, limits.seconds, limits.rows, limits.cells]
        try:
            subprocess.run(
                [sys.executable, "-P", "-m", __name__, str(source), str(target), *map(str, bounds)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=limits.seconds,
                check=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
        except subprocess.TimeoutExpired:
            raise KongjianError(
                f"{path.name} 读了{limits.seconds}秒还没有读完，已经停下；请用Excel打开它，另存为 .xlsx 再导入"
            ) from None
        except subprocess.CalledProcessError:
            raise KongjianError(
                f"{path.name} 已损坏（或大得不正常），读不了；请从平台重新导出，或用Excel打开它，另存为 .xlsx 再导入"
            ) from None
        except OSError as error:
            raise KongjianError(
                f"{path.name} 是旧格式，这台电脑上读不了（{error.strerror or error}）；请用Excel另存为 .xlsx 再导入"
            ) from None
        found: list[FoundSheet] = pickle.loads(target.read_bytes())
        return found


def _bound(megabytes: int, seconds: int) -> None:
    """From here on this process gets no more memory and processor time than this."""
    if sys.platform == "win32":
        import win32api
        import win32job

        win32api.SetErrorMode(3)  # no window when it dies
        job, kind = win32job.CreateJobObject(None, ""), win32job.JobObjectExtendedLimitInformation
        about = win32job.QueryInformationJobObject(job, kind)
        about["BasicLimitInformation"]["LimitFlags"] |= win32job.JOB_OBJECT_LIMIT_PROCESS_MEMORY
        about["ProcessMemoryLimit"] = megabytes << 20
        win32job.SetInformationJobObject(job, kind, about)
        win32job.AssignProcessToJobObject(job, win32api.GetCurrentProcess())
    else:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: Sequence[str]) -> None:
    """The other process: file in, file out, megabytes, seconds, rows, cells."""
    source, target, (megabytes, seconds, rows, cells) = *arguments[:2], map(int, arguments[2:])
    with contextlib.suppress(Exception):  # without a limit of memory the one of time still holds
        _bound(megabytes, seconds)
    found = found_sheets(io.BytesIO(Path(source).read_bytes()), rows, cells)
    Path(target).write_bytes(pickle.dumps(found, pickle.HIGHEST_PROTOCOL))


if __name__ == "__main__":
    main(sys.argv[1:])
