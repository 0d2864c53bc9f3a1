"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kongjian.cli import cli
from kongjian.rules import load_rules

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_readme_tells_of_every_command_and_of_no_other() -> None:
    assert set(re.findall(r"^\| `kongjian ([a-z-]+)", README, re.MULTILINE)) == set(cli.commands)


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_and_option_is_explained_in_chinese(name: str) -> None:
    command = cli.commands[name]
    assert CHINESE.search(command.help or "")
    for option in (p for p in command.params if isinstance(p, click.Option)):
        assert CHINESE.search(option.help or ""), option.name
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    assert shown.startswith("用法：")
    assert not re.search(r"Usage|Options|Show this message", shown)


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    shown = README.split("<!-- demo -->")[1].split("<!-- /demo -->")[0].strip().strip("`").strip()
    runner = CliRunner()
    assert runner.invoke(cli, ["demo", str(tmp_path)]).exit_code == 0
    printed = runner.invoke(cli, ["recalc", str(tmp_path / "赤壁市示范数据.xlsm")]).output
    assert shown == printed.rsplit("\n已写入", 1)[0].strip()


def test_continuous_integration_calls_the_test_command_of_the_readme() -> None:
    assert re.search(r"^ +make test ", README, re.MULTILINE)
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")


def test_the_files_that_the_architecture_names_exist() -> None:
    here = ROOT / "python" / "kongjian"
    named = re.findall(r"`((?:engine|workbook|intake|rules|tests)/[\w./]+?\.(?:py|yaml))`", ARCHITECTURE)
    assert len(named) > 10
    for name in named:
        assert (ROOT / name).exists() or (here / name).exists(), name


def test_every_input_sheet_and_reading_has_its_place_in_the_rules() -> None:
    rules = load_rules()
    assert [t.sheet for t in rules.tables] == ["学校数据", "教师数据", "班级数据", "月度得分", "行为明细"]
    assert len(rules.readings) == 11
