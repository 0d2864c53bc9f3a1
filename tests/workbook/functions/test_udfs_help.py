"""What Excel and the reference say of the functions, and what importing them costs."""

from __future__ import annotations

import subprocess
import sys

from excel_caller import UDFS
from kongjian.workbook.functions import worksheet
from kongjian.workbook.functions.function_help import RULES_VBA
from kongjian.workbook.shipped.function_page import page
from where import ROOT

LONGEST = 255
"""Characters that Excel takes for one description."""


def test_the_help_fits_into_excel_and_leaves_the_rules_out() -> None:
    names = "SCHOOL_SCORE TEACHER_SCORE SCHOOL_SCORES TEACHER_SCORES SCHOOL_ELIGIBLE SCORE_EXPLAIN RANK_SCORES AWARD"
    assert list(worksheet.FUNCTIONS) == names.split()
    for name, found in worksheet.FUNCTIONS.items():
        assert len(getattr(worksheet, name).__doc__) <= LONGEST
        assert all(0 < len(text) <= LONGEST for text in (found.doc, *(a.doc for a in found.arguments)))
        assert "rules" not in [a.name for a in found.arguments]
        listed = getattr(UDFS, name).__xlfunc__["args"]
        assert [a["name"] for a in listed] == [*(a.name for a in found.arguments), "rules"]
        assert [a["name"] for a in listed if "optional" in a] == [
            *(a.name for a in found.arguments if a.optional),
            "rules",
        ]
        assert listed[-1]["options"]["vba"] == RULES_VBA
    assert worksheet.FUNCTIONS["AWARD"].usage == "=AWARD(kind, rank)"


def test_every_argument_has_a_converter_that_xlwings_knows() -> None:
    """An annotation such as `str | None` would otherwise reach xlwings on Windows as a converter."""
    for name in worksheet.FUNCTIONS:
        for argument in getattr(UDFS, name).__xlfunc__["args"]:
            assert argument["options"]["convert"] in (str, list), (name, argument["name"])


def test_the_reference_is_current() -> None:
    text = (ROOT / "docs" / "functions.md").read_text(encoding="utf-8")
    assert text == page(worksheet.FUNCTIONS.values())
    for found in worksheet.FUNCTIONS.values():
        assert all(s in text for s in (f"\n## {found.name}\n", found.usage, found.doc))
        assert all(f"| `{a.name}` |" in text and a.doc in text for a in found.arguments)


def test_the_functions_bring_no_heavy_import_and_need_no_key() -> None:
    """Without a licence key, as on a user's computer; rules and pydantic only when a function is called."""
    code = (
        "import sys, xlwings; before = set(sys.modules); import kongjian.workbook.functions.worksheet as u; "
        "new = {m.partition('.')[0] for m in set(sys.modules) - before}; "
        "print(*sorted(new & {'pandas', 'pydantic', 'yaml', 'xlsxwriter', 'python_calamine', 'click'})); "
        "print(u.computing.ready_for.cache_info().currsize, len(u.FUNCTIONS))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"PATH": ""}
    )
    assert done.stdout.split("\n")[:2] == ["", "0 8"]


_ON_WINDOWS = """
import sys, types
for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):
    sys.modules[name] = types.ModuleType(name)
sys.modules["pythoncom"].CoInitialize = None
sys.modules["win32com.client"].Dispatch = None
import xlwings as xw
from xlwings import udfs as desktop
xw.func, xw.arg, xw.ret = desktop.xlfunc, desktop.xlarg, desktop.xlret
import kongjian.workbook.functions.worksheet as u
for name in u.FUNCTIONS:
    info = getattr(u, name).__xlfunc__
    last = info["args"][-1]
    converters = {a["options"]["convert"].__name__ for a in info["args"]}
    print(name, info["category"], info["volatile"], last["vba"], last["optional"], *sorted(converters),
          getattr(info["ret"]["options"]["convert"], "__name__", None))
"""


def test_xlwings_for_windows_reads_the_same_functions() -> None:
    """Its decorators alone, which need no Excel; only the names that they import from pywin32 are stood in for."""
    done = subprocess.run([sys.executable, "-c", _ON_WINDOWS], capture_output=True, text=True, check=True)
    found = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert list(found) == list(worksheet.FUNCTIONS)
    for name, (category, volatile, vba, default, *converters, given_back) in found.items():
        assert (category, volatile, vba, default) == ("空间评比", "False", RULES_VBA, "None")
        assert set(converters) <= {"list", "str"}
        arrays = {"SCHOOL_SCORES", "TEACHER_SCORES", "SCORE_EXPLAIN", "RANK_SCORES"}
        assert (given_back == "ErrorCells") == (name in arrays)
