"""新建方案: a scheme's folder, its templates and its empty workbook, and what is left to be done by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree

from kongjian.base.files import replace_bytes
from kongjian.base.folders import place_folder
from kongjian.base.scratch import scratch
from kongjian.entry.plans.plan_model import INFO, WARNING, Told
from kongjian.forms.design.make_templates import make_templates
from kongjian.forms.produce import SCHEME_TEMPLATES
from kongjian.rules import Rules, load_rules
from kongjian.rules.catalog import CASES
from kongjian.rules.differences import ALL_DEFAULT, readings_in_words
from kongjian.rules.lint.whole import lint
from kongjian.rules.new_package import write_package
from kongjian.selfcheck.checked_book import GOOD
from kongjian.selfcheck.scheme_cases import scheme_cases
from kongjian.workbook.shipped.build_workbook import build


def new_scheme(rules: Rules, scheme_id: str, folder: Path, book: Path) -> Iterator[Told]:
    """Makes `folder` and `book`, both or neither. Raises KongjianError for what makes no scheme."""
    with scratch() as work:
        fresh = work / scheme_id
        left = write_package(rules, scheme_id, fresh)
        made = load_rules(fresh)
        (fresh / SCHEME_TEMPLATES).mkdir(exist_ok=True)
        make_templates(made, fresh / SCHEME_TEMPLATES)
        build(made, work / book.name)
        place_folder(fresh, folder)
        try:
            replace_bytes(book, (work / book.name).read_bytes())
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
    if (chosen := readings_in_words(rules)) != ALL_DEFAULT:
        left.append(f"口径 {chosen}：新工作簿里仍是默认值，请在“规则”里再选")
    faults = lint(folder, folder / CASES)
    cases = scheme_cases(folder / CASES, made, False)
    period = made.period
    yield Told(f"已生成方案 {folder}（评选时间{period.start}至{period.end}，版本{made.version}）")
    yield Told(f"已生成空白工作簿 {book}")
    if left:
        yield Told(f"工作簿里改的有{len(left)}处没有写进方案", INFO, left)
    if faults:
        yield Told(
            f"还有{len(faults)}处要改（先改原文 {made.scheme.text_file}，再改引用它的句子）", WARNING, faults
        )
    if cases.state != GOOD:
        yield Told(f"{cases.title}：{cases.text}；请按新方案改 {CASES}", WARNING)
    if faults or cases.state != GOOD:
        yield Told(f"改好后运行 kongjian rules --lint --scheme {folder}")
