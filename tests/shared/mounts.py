"""Small file systems of a test's own: full ones, those that may only be read."""

from __future__ import annotations

import subprocess


def may_mount() -> bool:
    """Whether this process may make a small file system of its own."""
    try:
        command = ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False
