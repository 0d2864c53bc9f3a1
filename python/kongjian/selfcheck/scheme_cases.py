"""照方案手算的例子: the worked cases of the scheme hold under the installed rules."""

from __future__ import annotations

from pathlib import Path

from kongjian.base.errors import RuleFileError
from kongjian.rules import Rules
from kongjian.rules.catalog import CASES
from kongjian.selfcheck.case_files import CaseError, load_cases
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Line, first_few
from kongjian.selfcheck.worked_cases import run_cases

TITLE = "照方案手算的例子"
_AGAIN = "重新安装 kongjian；仍不行请把本报告发给技术人员"
_MOST = 5


def folder_of(rules: Rules) -> Path:
    """The folder of a scheme's worked cases."""
    return rules.folder / CASES


def scheme_cases(folder: Path, rules: Rules, edited: bool) -> Line:
    """Runs every case of the folder under the rules as installed; `edited` says that the workbook has its own."""
    try:
        cases = load_cases(folder)
        wrong = [f"{c.file}“{c.name}”：{text}" for c, text in run_cases(cases, rules)]
    except (CaseError, RuleFileError) as error:
        return Line(BAD, TITLE, f"算例本身写错了：{error}", _AGAIN)
    if not cases:
        return Line(MIND, TITLE, f"{folder} 里没有算例，没有核对", _AGAIN)
    own = "；本工作簿改过规则页，算例按没有改过的方案核对" if edited else ""
    if wrong:
        return Line(
            BAD, TITLE, f"{len(cases)}个算例有{len(wrong)}处不符：{first_few(wrong, _MOST)}{own}", _AGAIN
        )
    return Line(GOOD, TITLE, f"{len(cases)}个算例全部相符{own}")
