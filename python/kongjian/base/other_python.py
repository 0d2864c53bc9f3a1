"""Another Python for one module: without a window, without a console, with this one's packages."""

from __future__ import annotations

import os
import subprocess
import sys


def started(module: str, *words: str) -> subprocess.Popen[bytes]:
    """The process, begun. Raises OSError where none can be started."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
