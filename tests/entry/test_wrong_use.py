"""What the command says when it is called wrongly, and what it tells while it works: Chinese, to the point, on stderr."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kongjian.entry.cli import progress
from kongjian.entry.cli.chinese import ChineseCommand, ChineseGroup, OneOf, Whole, complain
from kongjian.entry.cli.main import cli

Ended = Callable[..., tuple[int, str, str]]


def exceptions(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    for below in kind.__subclasses__():
        if below.__module__.startswith("click."):
            yield below
        yield from exceptions(below)


WRONG: dict[str, tuple[list[str], str]] = {
    "misspelt command": (["recal", "一.xlsm"], "没有 recal 这个命令，是不是 recalc？（说明：kongjian -h）"),
    "one of two": (["imports"], "没有 imports 这个命令，是不是 import？（说明：kongjian -h）"),
    "Chinese name": (["分校版"], "没有 分校版 这个命令（说明：kongjian -h）"),
    "its Chinese name": (["重新计算", "一.xlsm"], "没有 重新计算 这个命令，是不是 recalc？（说明：kongjian -h）"),
    "nothing like it": (["calculate"], "没有 calculate 这个命令（说明：kongjian -h）"),
    "misspelt option": (["recalc", "一.xlsm", "--quite"], "没有 --quite 这个选项，是不是 --quiet？（说明：kongjian recalc -h）"),
    "no such option": (["recalc", "一.xlsm", "--force"], "没有 --force 这个选项（说明：kongjian recalc -h）"),
    "no such letter": (["recalc", "一.xlsm", "-z"], "没有 -z 这个选项（说明：kongjian recalc -h）"),
    "option of the whole": (["--versio"], "没有 --versio 这个选项，是不是 --version？（说明：kongjian -h）"),
    "missing argument": (["recalc"], "缺少 工作簿（说明：kongjian recalc -h）"),
    "missing arguments": (["import", "一.xlsm"], "缺少 文件（说明：kongjian import -h）"),
    "missing option": (["score"], "缺少 --tables 文件夹（说明：kongjian score -h）"),
    "missing option named otherwise": (["bundle", "包"], "缺少 --python 文件（说明：kongjian bundle -h）"),
    "missing value": (["recalc", "一.xlsm", "-o"], "-o 后面缺少值（说明：kongjian recalc -h）"),
    "a value for none": (["recalc", "一.xlsm", "--quiet=3"], "--quiet 后面不用写值（说明：kongjian recalc -h）"),
    "too many": (["recalc", "一", "二.xlsm"], "多了参数 二.xlsm（文件名有空格时请加引号）（说明：kongjian recalc -h）"),
    "not one of": (["score", "--tables", "a", "--out", "b", "--format", "xls"], "--format 只能是 parquet、csv，不是“xls”（说明：kongjian score -h）"),
    "no number": (["demo", "--seed", "abc"], "--seed 数 要写整数，不是“abc”（说明：kongjian demo -h）"),
    "too small": (["demo", "--teachers", "5"], "--teachers 数 要写1000 或更大的整数，不是“5”（说明：kongjian demo -h）"),
    "no number of a copy": (["restore", "一.xlsm", "三"], "第几份 要写整数，不是“三”（说明：kongjian restore -h）"),
}  # fmt: skip
"""How each is called; what is said after 用法不对."""


@pytest.mark.parametrize("kind", WRONG)
def test_wrong_use_is_told_in_chinese_with_what_may_have_been_meant(kind: str, ended: Ended) -> None:
    arguments, said = WRONG[kind]
    assert ended(*arguments) == (2, "", f"用法不对：{said}\n")


def _raised() -> dict[str, Exception]:
    """One of each exception that click may raise, as English as click makes it."""
    context = click.Context(
        cli.commands["recalc"], info_name="recalc", parent=click.Context(cli, info_name="kongjian")
    )
    book = cli.commands["recalc"].params[0]
    made = [
        click.ClickException("Something went wrong."), click.UsageError("Usage is wrong.", context),
        click.BadParameter("'x' is not valid.", context, book), click.BadParameter("'x' is not valid."),
        click.MissingParameter(ctx=context, param=book), click.MissingParameter(),
        click.NoSuchOption("--x", ctx=context), click.NoSuchOption("--x"),
        click.BadOptionUsage("--out", "Option '--out' requires an argument.", context),
        click.BadOptionUsage("--out", "Option '--out' requires an argument."),
        click.BadArgumentUsage("Argument 'x' takes 2 values.", context),
        click.FileError("一.xlsm", "No such file or directory"), click.Abort(),
    ]  # fmt: skip
    if later := getattr(click.exceptions, "NoSuchCommand", None):
        made.append(later("x", ctx=context))
    return {f"{type(e).__name__} {k}": e for k, e in enumerate(made)}


@pytest.mark.parametrize("name", _raised())
def test_no_exception_of_click_is_told_in_english(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert complain(_raised()[name]) == 2
    out, error = capsys.readouterr()
    assert out == ""
    assert error.startswith("用法不对：")
    assert error.count("\n") == 1
    named = re.sub(r"--\w+|-h|kongjian( recalc)?|一\.xlsm", "", error)
    assert not re.search("[A-Za-z]{2}", named), error


def test_every_kind_of_exception_that_click_has_is_among_them() -> None:
    ours = {type(e) for e in _raised().values()} | {click.exceptions.NoArgsIsHelpError}
    assert set(exceptions(click.ClickException)) <= ours


@pytest.mark.parametrize("option", ["-h", "--help"])
@pytest.mark.parametrize("name", ["", *cli.commands])
def test_every_command_explains_itself(name: str, option: str, ended: Ended) -> None:
    code, out, error = ended(*filter(None, [name]), option)
    assert (code, error) == (0, "")
    assert out.startswith(f"用法：kongjian {name}".rstrip())
    assert re.search(r"-h, --help +显示本说明", out)
    if name:
        assert re.search(r"-q, --quiet +\S", out)
    assert not re.search(
        r"\b(Usage|Options|Commands|Show|INTEGER|TEXT|PATH|required|default|range)\b", out
    ), out


def test_without_a_command_the_help_is_shown(ended: Ended) -> None:
    code, out, error = ended()
    assert (code, error) == (2, "")
    assert out.startswith("用法：kongjian [选项] 命令")


FILES = {
    "bundle": ["包", "--python", "没有.zip"],
    "collect": ["没有"],
    "import-events": ["没有.csv", "没有.xlsm"],
    "import": ["没有.xlsm", "没有.csv"],
    "new-scheme": ["x-2030", "--from", "没有.xlsm"],
    "rules": ["--scheme", "没有"],
    "score": ["--tables", "没有", "--out", "出"],
}


@pytest.mark.parametrize(
    "name", sorted(set(cli.commands) - {"schemes", "install", "uninstall", "doctor", "demo", "build"})
)
def test_a_file_that_is_not_there_is_told_in_one_chinese_sentence(
    name: str, ended: Ended, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    code, out, error = ended(name, *FILES.get(name, ["没有.xlsm"]))
    assert (code, out) == (2, "")
    assert re.fullmatch(r"错误：[^\n]*没有[^\n]*\n", error), error
    assert "程序内部出错" not in error
    assert not re.search(r"[A-Za-z]{2,} [a-z]{2,} ", error), error
    assert not [p for p in tmp_path.iterdir() if p.name != ".cache"]


# ---- progress


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A work of two steps that waits at each until it was told, or for a moment where nothing tells it."""
    monkeypatch.setattr(progress, "PATIENCE", 0.001)
    monkeypatch.setattr(progress, "PAUSE", 0.001)

    def told(text: str) -> None:
        end = time.monotonic() + 20
        while progress._telling and progress._telling[-1]._told != text and time.monotonic() < end:
            time.sleep(0.001)

    def work() -> None:
        told("慢慢算……")
        first = progress.counted(2)
        for text in ("甲", "乙"):
            first(f"正在算{text}…")
            told(f"正在算{text}（{'甲乙'.index(text) + 1}/2）…")
        click.echo("算完")

    return work


def slow_command(work: Callable[[], None]) -> click.Group:
    group = ChineseGroup("kongjian")
    group.command("slow", cls=ChineseCommand)(lambda: work())
    group.commands["slow"].help = "慢慢算：两步。"
    return group


def test_each_step_is_a_line_on_stderr_when_piped(
    slow: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    slow_command(slow).main(["slow"], standalone_mode=False)
    assert capsys.readouterr() == ("算完\n", "慢慢算……\n正在算甲（1/2）…\n正在算乙（2/2）…\n")


def test_it_is_silent_when_asked_to_be(slow: Callable[[], None], capsys: pytest.CaptureFixture[str]) -> None:
    slow_command(slow).main(["slow", "-q"], standalone_mode=False)
    assert capsys.readouterr() == ("算完\n", "")


def test_the_first_line_comes_within_a_second_and_the_teller_ends_with_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()
    group = slow_command(lambda: None)
    group.main(["slow"], standalone_mode=False)
    assert capsys.readouterr() == ("", "")
    assert progress._telling == []


def test_numbers_and_words_that_are_good_pass() -> None:
    assert Whole(min=1).convert("7", None, None) == 7
    assert OneOf(["甲", "乙"]).convert("乙", None, None) == "乙"


def test_the_list_of_commands_says_what_each_does_to_the_end() -> None:
    shown = CliRunner().invoke(cli, ["-h"]).output
    listed = "".join(shown.split("命令：")[1].split())
    assert "..." not in listed
    for name, command in cli.commands.items():
        assert f"{name}{''.join((command.help or '').split())}" in listed
