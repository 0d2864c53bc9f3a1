"""Makes click speak Chinese: headings, the help option, and what it says of wrong use."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

FILE = click.Path(path_type=Path, readable=False)
"""An argument or option that names a file; the code that opens it says why it cannot be read."""
_HEADINGS = {"Options": "选项", "Commands": "命令"}


class _Formatter(click.HelpFormatter):
    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        args = args.replace("[OPTIONS]", "[选项]").replace("COMMAND [ARGS]...", "命令 [参数]...")
        super().write_usage(prog, args, "用法：" if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS.get(heading, heading)}：\n")


class _Context(click.Context):
    formatter_class = _Formatter


class ChineseCommand(click.Command):
    """A command whose help is Chinese."""

    context_class = _Context

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "显示本说明"
        return option


class ChineseGroup(ChineseCommand, click.Group):
    """A group of such commands, in the order of daily work."""

    command_class = ChineseCommand

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.commands)


def complain(error: Any) -> int:
    """Says in one Chinese line how the command was used wrongly; returns the exit code."""
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.ctx.get_help() if error.ctx else "")
        return 2
    click.echo(f"用法不对：{_say(error)}；“kongjian --help”有说明", err=True)
    return 2


def _say(error: Any) -> str:
    if isinstance(error, click.Abort):
        return "已中断"
    if isinstance(error, click.NoSuchOption):
        return f"没有选项 {error.option_name}"
    if isinstance(error, click.MissingParameter):
        return f"缺少{error.param.human_readable_name if error.param else '参数'}"
    if isinstance(error, click.BadParameter):
        return f"{error.param.human_readable_name if error.param else '参数'}的值不对"
    text = error.format_message() if isinstance(error, click.ClickException) else str(error)
    if text.startswith("No such command"):
        return f"没有命令 {text.split(chr(39))[1] if chr(39) in text else ''}"
    if "unexpected extra argument" in text:
        return "多了参数（文件名有空格时请加引号）"
    if "requires an argument" in text:
        return "选项后面缺少值"
    return text
