"""Every command that writes, killed at any moment: no file half, none invented, nothing left of what was only in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest

from kill_world import BOOK, COMMANDS, INT, KILL, PARTS, SHARES, TERM, World
from kongjian.base.scratch import end_programs, scratch, sweep

KILLS = {
    "recalc": 24, "check": 24, "import": 24, "undo-import": 16, "import-events": 16, "restore": 16, "finalise": 12, "explain": 12,
    "robust": 8, "score": 12, "forms": 10, "mail": 6, "collect": 16, "new-scheme": 3, "build": 8, "demo": 2,
}  # fmt: skip
"""`make torture` does more."""


@pytest.mark.parametrize("command", COMMANDS)
def test_killed_at_any_moment(command: str, world: World) -> None:
    whole, done = world.whole(command), set()
    for k in range(KILLS[command]):
        world.reset()
        by = (TERM, KILL, INT, KILL)[k % 4]
        ended = world.run(command, after=whole * ((k * 7919) % 97 + 0.5) / 97, by=by)
        done.add(ended.status)
        assert world.check(command).wrong == (), (k, ended)
        assert "Traceback" not in ended.said, ended.said
        if ended.status in (128 + TERM, 128 + INT):
            assert ended.said.splitlines()[-1].startswith("已中断，"), ended.said
            assert world.at_once().wrong == (), (k, ended)
        if ended.status == -KILL:
            world.killer.run("rules", "--month", "2021-01")
            assert world.after_the_next_run().wrong == (), (k, ended)
        if k % 8 == 0 and world.again(command):
            assert world.beside().wrong == (), (k, ended)
            assert world.check(command).wrong == ()
    assert -KILL in done
    for share in (
        0.3,
        0.6,
        1.0,
        1.5,
    ):  # on a busy computer the signals above may all have come before the command heard them
        if not {128 + TERM, 128 + INT} & done:
            world.reset()
            done.add(world.run(command, after=whole * share, by=TERM).status)
    assert {128 + TERM, 128 + INT} & done


def test_there_are_enough_kills_of_every_command() -> None:
    assert set(KILLS) == set(COMMANDS)
    assert sum(KILLS.values()) >= 200
    assert min(SHARES.values()) >= 20
    assert sum(SHARES.values()) >= 1000
    assert sorted(c for part in PARTS for c in part) == sorted(SHARES) == sorted(COMMANDS)


def test_what_is_finished_is_told(world: World) -> None:
    world.whole("forms")
    world.reset()
    ended = world.run("forms", by=INT, after=0.05)
    assert (ended.status, ended.said) == (130, "已中断，文件没有改动\n")
    world.reset()
    for pause in (0.1, 0.2, 0.3, 0.4):
        ended = world.run("forms", after=pause, by=INT, first=f"{world.at}/表格")
        made = [p for p in (world.at / "表格").rglob("*") if p.is_file()]
        if ended.status == 130 and made:
            # one more may stand there whole that was not yet counted
            told = [
                f"已中断，已写完{k}份，其余的没有改动；可以再运行一次\n" for k in (len(made), len(made) - 1)
            ]
            assert ended.said in told
            return
        world.reset()
    pytest.fail("no run was stopped in the middle")


def test_an_early_stop_of_the_command_itself(tmp_path: Path) -> None:
    """While the libraries are still being imported."""
    command = [
        sys.executable,
        "-c",
        "import kongjian.__main__ as m; t = m._command; m._command = lambda: (print(flush=True), t()); m.main()",
        "recalc",
        "x",
    ]
    codes = set()
    # a shell's background job hands down that interrupts are ignored
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    for pause in (0.0, 0.01, 0.03, 0.06):
        run = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, preexec_fn=heard
        )
        assert run.stdout
        assert run.stderr
        run.stdout.readline()
        time.sleep(pause + 0.002)
        run.send_signal(signal.SIGINT)
        said = run.stderr.read().decode()
        codes.add(run.wait(timeout=30))
        assert said in ("已中断，文件没有改动\n", "错误：找不到文件 x\n"), said
        run.stdout.close()
        run.stderr.close()
    assert 130 in codes


def test_only_what_dead_runs_left_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    dead = tmp_path / f"kongjian-{gone.pid}-123-abcdefgh"
    reused = tmp_path / f"kongjian-{os.getpid()}-123-abcdefgh"
    former, young = tmp_path / "kongjian-abcdefgh", tmp_path / "kongjian-hgfedcba"
    others = tmp_path / "kongjian-own notes"
    for folder in (dead, reused, former, young, others):
        (folder / "名单").mkdir(parents=True)
    os.utime(former, (0, 0))
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / f"kongjian-{gone.pid}-124-abcdefgh").symlink_to(outside)
    with scratch() as mine:
        assert mine.stat().st_mode & 0o777 == 0o700
        sweep()
        left = {p.name for p in tmp_path.iterdir()}
        assert left == {mine.name, young.name, others.name, "outside", f"kongjian-{gone.pid}-124-abcdefgh"}


def test_a_program_that_is_just_starting_is_looked_for_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it starts its command line is empty."""
    import psutil

    folder = tmp_path / "kongjian-99999999-1-abcdefgh"
    left = subprocess.Popen(["sh", "-c", "sleep 60; :", f"-env:UserInstallation=file://{folder}/profile"])
    looks: list[int] = []
    real = psutil.process_iter

    def look(attrs: list[str]) -> list[psutil.Process]:
        looks.append(len(looks))
        return [] if len(looks) == 1 else list(real(attrs))

    monkeypatch.setattr(psutil, "process_iter", look)
    end_programs(folder)
    assert not psutil.pid_exists(left.pid)
    left.wait(timeout=10)
    assert looks == [0, 1, 2, 3], "and twice nothing before it is done"


def test_a_program_that_outlives_its_starter_is_ended(world: World) -> None:
    """A LibreOffice whose caller was killed: gone when the next run has begun."""
    world.whole("mail")
    world.reset()
    for pause in (0.0, 0.05, 0.02):
        ended = world.run("mail", after=pause, first=f"{world.killer.temporary}/kongjian-")
        if ended.status == -KILL:
            break
    folder = world.killer.temporary / "kongjian-99999999-1-abcdefgh"
    folder.mkdir()
    left = subprocess.Popen(
        ["sh", "-c", "sleep 60; :", f"-env:UserInstallation=file://{folder}/profile"], start_new_session=True
    )
    until = time.monotonic() + 10
    while not world.programs():  # its command line is readable a moment after it was started
        assert time.monotonic() < until
    world.killer.run("rules", "--month", "2021-01")
    assert left.wait(timeout=10) == -KILL
    assert world.after_the_next_run().wrong == ()
    assert (world.at / BOOK).is_file()
