"""Makes click speak Chinese: headings, the help option, what it says of wrong use; and has each command tell its steps."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click

from kongjian.entry.cli.progress import telling

FILE = click.Path(path_type=Path, readable=False)
"""An argument or option that names a file; the code that opens it says why it cannot be read."""
another_book = click.option(
    "-o",
    "--out",
    type=FILE,
    metavar="文件",
    help="写到另一个文件（默认写回原工作簿，原文件留一份在“备份”里）",
)
"""The option of every command that writes into a workbook."""
_HEADINGS = {"Options": "选项", "Commands": "命令"}
_QUIET = "kongjian.quiet"


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 [参数]...")
        super().write_usage(prog, args, "用法：" if prefix is None else prefix)

    def write_dl(self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        # what click adds to a help text: that an option must be given, and bounds, which the text tells itself
        told = [
            (name, re.sub(r" *\[x[<>]=?\w+\]", "", said).replace("[required]", "（必填）"))
            for name, said in rows
        ]
        super().write_dl(told, col_max, col_spacing)

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


class Whole(click.IntRange):
    """A whole number, bounded where it says so."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            least = "" if self.min is None else f"{self.min} 或更大的"
            self.fail(f"要写{least}整数，不是“{value}”", param, ctx)


class OneOf(click.Choice[str]):
    """One of a few words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"只能是 {'、'.join(self.choices)}，不是“{value}”", param, ctx)


class _Chinese(click.Command):
    context_class = _Context

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            error.ctx = error.ctx or ctx  # some come without
            raise

    def get_help_option_names(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return ["-h", "--help"]

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


class ChineseCommand(_Chinese):
    """A command whose help is Chinese, that tells what it is doing when that takes longer; -q silences it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not any("--quiet" in p.opts for p in self.params):
            quiet = ("-q", "--quiet")
            told = "不显示进度"
            self.params.append(
                click.Option(quiet, is_flag=True, expose_value=False, callback=_remember, help=told)
            )

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.allow_extra_args = True  # told below by name
        rest = super().parse_args(ctx, args)
        if rest and not ctx.resilient_parsing:
            raise click.UsageError(f"多了参数 {' '.join(rest)}（文件名有空格时请加引号）", ctx)
        return rest

    def get_short_help_str(self, limit: int = 45) -> str:  # noqa: ARG002
        """What it does, whole: click would cut a Chinese sentence, which has no blanks, down to dots."""
        return self.help or ""

    def invoke(self, ctx: click.Context) -> Any:
        quiet = bool(ctx.params.get("quiet") or ctx.meta.get(_QUIET))
        with telling(f"{_does(self)}……", quiet):
            return super().invoke(ctx)


def _remember(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    ctx.meta[_QUIET] = value


def _does(command: click.Command) -> str:
    """What a command does, in the first words of its help."""
    return re.split("[：，；。]", command.help or "", maxsplit=1)[0]


class ChineseGroup(_Chinese, click.Group):
    """A group of such commands, in the order of daily work."""

    command_class = ChineseCommand

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self.commands and not name.startswith("-"):
            raise click.UsageError(f"没有 {name} 这个命令{_meant(name, self._called(name))}", ctx)
        return super().resolve_command(ctx, args)

    def _called(self, name: str) -> Iterable[str]:
        """The commands by their names; by their Chinese ones where such a one was given."""
        chinese = [n for n, c in self.commands.items() if name in _does(c)]
        return chinese or _nearest(name, self.commands)


def _nearest(name: str, known: Iterable[str]) -> list[str]:
    from difflib import get_close_matches  # only who mistypes waits for it

    return get_close_matches(name, list(known), 1)


def complain(error: Any) -> int:
    """Says in one Chinese line how the command was used wrongly; returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 2
    context = getattr(error, "ctx", None)
    where = context.command_path if context else "kongjian"
    click.echo(f"用法不对：{_say(error)}（说明：{where} -h）", err=True)
    return 2


def _say(error: Any) -> str:
    match error:
        case click.Abort():
            return "已中断"
        case click.NoSuchOption():
            name = error.option_name
            known = [o for p in error.ctx.command.get_params(error.ctx) for o in p.opts] if error.ctx else []
            return f"没有 {name} 这个选项{_meant(name, _nearest(name, known))}"
        case click.MissingParameter():
            return f"缺少 {_called(error.param)}"
        case click.BadParameter():
            # what click itself says of a value is English; the types above say it in Chinese
            why = error.message if not error.message.isascii() else "的值不对"
            return f"{_called(error.param)} {why}"
        case click.BadOptionUsage():
            params = error.ctx.command.params if error.ctx else []
            flag = any(getattr(p, "is_flag", False) and error.option_name in p.opts for p in params)
            return f"{error.option_name} 后面{'不用写值' if flag else '缺少值'}"
        case click.FileError():
            return f"打不开文件 {error.ui_filename}"
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    return text if not text.isascii() else "这样写不行"


def _meant(name: str, alike: Iterable[str]) -> str:
    found: Sequence[str] = [a for a in alike if a != name]
    return f"，是不是 {' 或 '.join(found)}？" if found else ""


def _called(param: click.Parameter | None) -> str:
    """A parameter as the user has to write it."""
    if param is None:
        return "参数"
    said = (param.metavar or "").strip("[].")
    return " ".join([max(param.opts, key=len), said]).strip() if isinstance(param, click.Option) else said
