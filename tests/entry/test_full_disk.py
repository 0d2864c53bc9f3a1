"""Every command that writes, on a disk that takes no more: one true sentence, nothing half, nothing left."""

from __future__ import annotations

import errno

import pytest

from kill_world import COMMANDS, World

QUOTA, READ_ONLY, TOO_BIG = "磁盘配额用完了", "磁盘是只读的", "文件超过了这个磁盘或系统允许的大小"
NO_FILE = -1
DEEP = {"restore": 0.5, "undo-import": 0.5, "import-events": 0.5, "explain": 0.2, "collect": 0.02}
"""The share of all that a command writes at which the quota ends: in the middle; by default at three fifths."""
NATIVE = ("score",)
"""Whose tables are written by a library past Python."""


@pytest.mark.parametrize("command", COMMANDS)
def test_no_more_may_be_written(command: str, world: World) -> None:
    world.whole(command)
    depths = [
        (0, errno.EDQUOT, QUOTA),
        (int(world.size(command) * DEEP.get(command, 0.6)), errno.EDQUOT, QUOTA),
    ]
    if command in NATIVE:
        depths = []
    for most, number, expected in (
        (NO_FILE, errno.EDQUOT, QUOTA),
        (NO_FILE, errno.EROFS, READ_ONLY),
        (4000, errno.EFBIG, TOO_BIG),
        *depths,
    ):
        world.reset()
        ended = world.run_on_full_disk(command, most, number)
        assert ended.status == 2, (most, ended)
        last = ended.said.splitlines()[-1]
        assert last.startswith("错误："), ended.said
        assert expected in last, (most, ended.said)
        assert "程序内部出错" not in ended.said
        assert "Traceback" not in ended.said
        assert world.check(command).wrong == (), (most, ended)
        assert world.at_once().wrong == (), (most, ended)
