"""Runs the command as a shell would, in this process."""

from __future__ import annotations

from click.testing import CliRunner

from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli


def run(*words: object, code: int = 0) -> str:
    """What the command prints, or the sentence with which it refuses."""
    done = CliRunner().invoke(cli, list(map(str, words)))
    if isinstance(done.exception, KongjianError):
        assert code == 2, done.exception
        return str(done.exception)
    assert done.exit_code == code, (done.output, done.exception)
    return done.output
