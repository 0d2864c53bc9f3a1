"""A workbook whose scheme is not here, or is another than its sheets': every command and every button says so in one sentence."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner

from changed_books import edit, put
from kongjian.base import backups, files, places
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.excel.presses import PRESSES
from kongjian.workbook.shipped.commands import COMMANDS
from remote import press
from small_scheme import SMALL
from workbooks import cells, everything, small_book

BOOK, FILE, NOWHERE = "评比.xlsm", "甲.csv", "nowhere-1999"
WORDS: dict[str, list[str]] = {
    "import": [BOOK, FILE],
    "import-events": [FILE, BOOK],
    "collect": ["表格", "--book", BOOK],
    "new-scheme": ["next-2032", "--from", BOOK],
}
"""What is written behind a command, where it is more than the workbook."""
BY_NAME = {
    "rules": ["--scheme"],
    "build": ["新.xlsm", "--scheme"],
    "demo": ["示范", "--scheme"],
    "score": ["--tables", "表", "--out", "出", "--rules"],
}
"""Commands that can be given a scheme by its id."""
NO_SCHEME = {"schemes", "install", "uninstall", "bundle"}
WAYS_OUT = {"restore", "restore_backup", "diagnose"}
"""A workbook that has lost its scheme comes back from its copies; the diagnosis is a report."""
COMMANDS_OF_A_BOOK = sorted(set(cli.commands) - set(BY_NAME) - NO_SCHEME - WAYS_OUT)
ENTRIES = sorted(set(PRESSES) - WAYS_OUT)
OF_EACH_KIND = {"recalculate", "import_data", "application_forms", "send_live", "selfcheck", "undo_import"}
"""Buttons that are pressed in a workbook of a different scheme, too: all open their workbook by one way."""
GIVEN_FILES = {"import_data", "preview_import", "import_logs"}


class World(NamedTuple):
    """A folder with a workbook, and what of the sentence that its scheme leads to."""

    folder: Path
    here: bool
    words: tuple[str, ...]

    def state(self) -> dict[Path, bytes]:
        return {p: p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}

    def holds(self, said: str) -> None:
        """It names its cell, what is wrong and the way out, in one line."""
        assert "规则!B" in said
        assert "\n" not in said
        for word in self.words:
            assert word in said


@pytest.fixture(scope="module", params=["unknown", "different"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    with pytest.MonkeyPatch.context() as m:
        m.delenv("LOCALAPPDATA", raising=False)
        m.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        m.chdir(folder)
        book = small_book(folder / BOOK, everything())
        row = next(n for n, line in enumerate(cells(book, "规则"), start=1) if line[0] == "方案编号")
        if request.param == "unknown":
            here, scheme = False, NOWHERE
            words = (f"有：{places.default_scheme()}；", str(folder / "方案"), "编号写错了就改回来")
        else:
            here, scheme = True, SMALL.name
            words = ("与本簿的在指标", "不能用来重算", "或把数据粘贴到新的 kongjian.xlsm")
            shutil.copytree(SMALL, places.own_schemes() / SMALL.name)
        edit(book, put("规则", **{f"B{row}": scheme}))
        (folder / FILE).write_text("学校名称,学段\n甲校,小学\n", encoding="utf-8")
        for name in ("表", "表格"):
            (folder / name).mkdir()
        yield World(folder, here, (f"“{scheme}”", *words))


def test_every_button_has_its_turn() -> None:
    assert {c.entry for c in COMMANDS if c.entry} == set(ENTRIES) | (WAYS_OUT & set(PRESSES))


@pytest.mark.parametrize("command", COMMANDS_OF_A_BOOK)
def test_a_command_ends_with_the_sentence(command: str, world: World) -> None:
    before = world.state()
    done = CliRunner().invoke(cli, [command, *WORDS.get(command, [BOOK])])
    if command == "doctor":  # a report, which goes on
        assert done.exit_code == 1
        [said] = [line for line in done.output.splitlines() if line.startswith("不对 方案")]
    else:
        assert isinstance(done.exception, KongjianError), done.output
        said = str(done.exception)
    world.holds(said)
    assert world.state() == before


@pytest.mark.parametrize("command", sorted(BY_NAME))
def test_a_command_that_is_given_an_id_ends_with_it(command: str, world: World) -> None:
    before = world.state()
    done = CliRunner().invoke(cli, [command, *BY_NAME[command], NOWHERE])
    assert isinstance(done.exception, KongjianError)
    assert str(done.exception).startswith(f"没有方案“{NOWHERE}”，这台电脑有：")
    assert world.state() == before


@pytest.mark.parametrize(
    ("world", "entry"),
    [("unknown", e) for e in ENTRIES] + [("different", e) for e in sorted(OF_EACH_KIND)],
    indirect=["world"],
)
def test_a_button_ends_with_the_sentence(entry: str, world: World) -> None:
    before = world.state()
    pressed = press(entry, world.folder / BOOK, str(world.folder / FILE) * (entry in GIVEN_FILES), saved=True)
    [(text, kind)] = pressed.alerts
    assert kind == "error"
    world.holds(text)
    assert (world.state(), pressed.written) == (before, set())


def test_a_shell_sees_two(world: World) -> None:
    words = [sys.executable, "-m", "kongjian", "coverage", BOOK]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    world.holds(done.stderr.splitlines()[-1])


def test_the_way_back_stays_open(world: World, tmp_path: Path) -> None:
    """Whoever mistyped the id gets the workbook back from its copies, by the button and by the command."""
    book, lost = tmp_path / BOOK, (world.folder / BOOK).read_bytes()
    good = small_book(book, everything()).read_bytes()
    files.replace_bytes(book, lost, backups.keep)
    asked = press("restore_backup", book, saved=True).said
    assert "现在的工作簿读不出来，没有比较" in str(asked)
    press("restore_backup", book, "1", saved=True)
    [beside] = tmp_path.glob("评比（备份*.xlsm")
    assert beside.read_bytes() == good
    assert CliRunner().invoke(cli, ["restore", str(book), "1"]).exit_code == 0
    assert book.read_bytes() == good
