"""The VBA project of the workbook: the sources beside this file, and what is made from the lists in Python."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources

from kongjian.base.scratch import scratch
from kongjian.workbook.functions.function_help import MODULE, RULES_VBA, FunctionHelp
from kongjian.workbook.next_step import NEXT_COMMANDS
from kongjian.workbook.shipped.commands import COMMANDS, Command

BOOK_MODULE = "ThisWorkbook"
FUNCTIONS_MODULE = "KongjianFunctions"
COMMANDS_MODULE = "KongjianCommands"
MODULES = (
    "KongjianShared",
    "KongjianRemember",
    "KongjianEvents",
    "KongjianPress",
    "KongjianSort",
    COMMANDS_MODULE,
)


def callback(command: Command) -> str:
    """The procedure that the ribbon's button calls."""
    return f"Kongjian_{command.id}"


def macro(command: Command) -> str:
    """The procedure that does it: the callback calls it, and so does the button on 首页."""
    return f"KongjianRun_{command.id}"


def sources() -> dict[str, str]:
    """Every module's source by its name, as it is put into the project; ThisWorkbook's without its attributes."""
    from kongjian.workbook.functions.worksheet import (
        FUNCTIONS,  # brings xlwings, which only building needs here
    )

    texts = {name: _static(name) for name in (BOOK_MODULE, *MODULES)}
    texts[COMMANDS_MODULE] += "".join(map(_command, COMMANDS)) + _next_commands()
    texts[FUNCTIONS_MODULE] = functions(FUNCTIONS.values())
    return {name: _checked(name, text) for name, text in texts.items()}


def functions(listed: Iterable[FunctionHelp]) -> str:
    """The module of the worksheet functions: a wrapper for each, and their names and arguments."""
    listed = list(listed)
    head = (
        f'Attribute VB_Name = "{FUNCTIONS_MODULE}"\nOption Explicit\n'
        f"' Made from the functions of {MODULE}: each hands over its arguments and this workbook's rules.\n"
    )
    return head + "".join(map(_wrapper, listed)) + _signatures(listed)


def _wrapper(function: FunctionHelp) -> str:
    name = function.name
    declared = ", ".join(f"{'Optional ' * a.optional}{a.name} As Variant" for a in function.arguments)
    passed = ", ".join([*(a.name for a in function.arguments), RULES_VBA])
    return (
        f"\nPublic Function {name}({declared}) As Variant\n"
        "    On Error GoTo failed\n"
        f'    {name} = KongjianCall("{name}", Array({passed}))\n'
        "    Exit Function\n"
        "failed:\n"
        f"    {name} = CVErr(xlErrNA)\n"
        "End Function\n"
    )


def _signatures(listed: Iterable[FunctionHelp]) -> str:
    texts = ['"' + "|".join([f.name, *(a.name for a in f.arguments)]) + '"' for f in listed]
    lines = ", _\n        ".join(texts)
    return (
        "\n' Each function's name, then those of its arguments.\n"
        "Public Function KongjianSignatures() As Variant\n"
        f"    KongjianSignatures = Array( _\n        {lines})\n"
        "End Function\n"
    )


def _command(command: Command) -> str:
    if command.entry:
        does = f'KongjianPython "{command.entry}"'
    elif command.table:
        does = f'KongjianShow "{command.table}"'
    else:
        does = command.macro
    return (
        f"\nPublic Sub {callback(command)}(control As Object)\n    {macro(command)}\nEnd Sub\n"
        f"\nPublic Sub {macro(command)}()\n    {does}\nEnd Sub\n"
    )


def _next_commands() -> str:
    """The commands that 下一步 may stand for, and no others, by their names; the first where the name is none of them."""
    cases = "".join(f'        Case "{id_}"\n            KongjianRun_{id_}\n' for id_ in NEXT_COMMANDS[1:])
    return (
        "\nPrivate Sub KongjianDo(id As String)\n    Select Case id\n"
        f"{cases}        Case Else\n            KongjianRun_{NEXT_COMMANDS[0]}\n    End Select\nEnd Sub\n"
    )


def _static(name: str) -> str:
    return (resources.files("kongjian.workbook.shipped") / "vba" / f"{name}.bas").read_text(encoding="ascii")


def _checked(name: str, text: str) -> str:
    """With the line ends of VBA; the project's code page would turn other characters into question marks."""
    if not text.isascii():
        raise ValueError(f"{name}: VBA sources are ASCII")
    return text.replace("\r\n", "\n").replace("\n", "\r\n")


def with_project(package: bytes) -> bytes:
    """The macro-enabled package with its VBA project and the code names that tie it to the sheets."""
    from pyopenvba import ExcelFile  # only building needs it

    with scratch() as folder:
        path = folder / "book.xlsm"
        path.write_bytes(package)
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            for name, text in sources().items():
                if name == BOOK_MODULE:
                    book.set_module(name, text)
                else:
                    project.add_module(name, text)
            book.save()
        return path.read_bytes()
