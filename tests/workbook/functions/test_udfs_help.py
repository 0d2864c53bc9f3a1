"""What Excel and the reference say of the functions, and what importing them costs."""

from __future__ import annotations

import re
import subprocess
import sys

from excel_caller import UDFS
from kongjian.workbook.functions import worksheet
from kongjian.workbook.functions.function_help import RULES_VBA
from kongjian.workbook.shipped.function_page import page
from kongjian.workbook.shipped.vba_project import sources
from where import ROOT
from windows_side import dressed, generated

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
            assert argument["options"]["convert"] in (str, UDFS.GivenCells), (name, argument["name"])


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


def test_our_wrappers_hand_over_what_those_of_xlwings_would() -> None:
    """Its own generator's text against ours: the same functions, arguments and values; ours differ in what a fault shows."""
    theirs, ours = generated("kongjian.udfs"), sources()["KongjianFunctions"].replace(" As Variant", "")
    declared = r"Function ([A-Z_]+)\((.*?)\)"
    assert sorted(re.findall(declared, theirs)) == sorted(re.findall(declared, ours))
    handed = r"= \w+(?:\.CallUDF)?\((?:\"kongjian\.udfs\", )?\"([A-Z_]+)\", (Array\(.*?\(\)\))"
    assert dict(re.findall(handed, theirs)) == dict(re.findall(handed, ours))
    assert len(re.findall(handed, ours)) == len(worksheet.FUNCTIONS)
    assert theirs.count("= Err.Description") == ours.count("= CVErr(xlErrNA)") == len(worksheet.FUNCTIONS)
    assert re.search(r"Function press\(entry, Optional answer\)", generated("kongjian.buttons"))


def test_xlwings_for_windows_reads_the_same_functions() -> None:
    for name in worksheet.FUNCTIONS:
        info = getattr(dressed("kongjian.udfs"), name).__xlfunc__
        assert (info["category"], info["volatile"]) == ("空间评比", False)
        assert (info["args"][-1]["vba"], info["args"][-1]["optional"]) == (RULES_VBA, None)
        assert {a["options"]["convert"].__name__ for a in info["args"]} <= {"GivenCells", "str"}
        given_back = getattr(info["ret"]["options"]["convert"], "__name__", None)
        arrays = {"SCHOOL_SCORES", "TEACHER_SCORES", "SCORE_EXPLAIN", "RANK_SCORES"}
        assert (given_back == "ErrorCells") == (name in arrays)
