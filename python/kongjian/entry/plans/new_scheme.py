"""新建方案: a scheme's folder, its templates and its empty workbook, and what is left to be done by hand."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import rmtree

from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_bytes, save_text
from kongjian.base.folders import place_folder
from kongjian.base.scratch import scratch
from kongjian.base.text import capped
from kongjian.entry.plans.plan_model import INFO, SURE, WARNING, Plan, Question, Told
from kongjian.forms.design.make_templates import make_templates
from kongjian.forms.produce import SCHEME_TEMPLATES
from kongjian.intake.redrawn_rules import redrawn_rules
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.sheets import Progress, Sheets
from kongjian.rules import Rules, load_rules
from kongjian.rules.catalog import CASES
from kongjian.rules.differences import ALL_DEFAULT, readings_in_words
from kongjian.rules.lint.whole import lint
from kongjian.rules.new_package import check_id, next_facts, write_package
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.selfcheck.checked_book import GOOD
from kongjian.selfcheck.scheme_cases import scheme_cases
from kongjian.workbook.shipped.build_workbook import build

_MOST_NAMED = 8


def which(rules: Rules) -> Question:
    """The id is to be typed."""
    scheme_id = next_facts(rules).scheme_id
    return Question(
        f"新方案的编号（小写字母、数字和连字符，如 {scheme_id}）。“规则”里改的数、增减的指标和奖项都写进新方案，"
        "评选时间推后一年；这个工作簿不改动",
        option="new-scheme 编号 --from 工作簿",
    )


def of_book(sheets: Sheets, rules: Rules) -> Rules:
    """The rules that a workbook describes; `rules` are those of its scheme. Raises KongjianError for what is none."""
    return redrawn_rules(sheets.grid(RULE_SHEET), rules)


def planned(
    rules: Rules, before: Rules, scheme_id: str, parent: Path, book: Path, sure: bool = True
) -> Plan | Question:
    """The folder of this id below `parent` and its empty workbook; unless somebody is `sure`, what it will be is asked first.

    `before` are the rules of the scheme that it is made from. Raises KongjianError where either is there already.
    """
    check_id(scheme_id, rules)
    folder = parent / scheme_id
    for target in (folder, book):
        if target.exists():
            raise KongjianError(f"{target} 已经有了；请换一个编号，或先移走它")
    if not sure:
        facts = next_facts(rules)
        words = [f"新方案 {scheme_id}，评选时间{facts.start}至{facts.end}", *_redrawn(rules, before)]
        if rules.edits:
            words.append(f"带上“规则”里改过的{sum(map(len, rules.edits.values()))}处")
        words.append(f"方案放在 {folder}，空白工作簿是 {book.name}")
        return Question("\n".join(words), answer=f"{scheme_id}{SURE}", yes="新建")
    return Plan(make=lambda progress: _made(rules, before, folder, book, progress), steps=1)


def _redrawn(rules: Rules, before: Rules) -> Iterator[str]:
    """The indicators and awards that are more or fewer than before."""
    for what, names, old in (
        *(
            (f"{label}指标", _names(rules, kind), _names(before, kind))
            for kind, label in OBJECT_LABELS.items()
        ),
        ("奖项", [a.name for a in rules.awards], [a.name for a in before.awards]),
    ):
        for verb, some in (
            ("增加", [n for n in names if n not in old]),
            ("去掉", [n for n in old if n not in names]),
        ):
            if some:
                yield f"{verb}{what}：{capped(some, _MOST_NAMED, '个')}"


def _names(rules: Rules, kind: str) -> list[str]:
    return [i.name for i in rules.object(kind).indicators]


def _made(rules: Rules, before: Rules, folder: Path, book: Path, progress: Progress) -> Iterator[Told]:
    """Makes both or neither. Raises KongjianError for what makes no scheme."""
    progress("正在写方案…")
    with scratch() as work:
        fresh = work / folder.name
        left = write_package(rules, folder.name, fresh)
        made = load_rules(fresh)
        (fresh / SCHEME_TEMPLATES).mkdir(exist_ok=True)
        make_templates(made, fresh / SCHEME_TEMPLATES)
        progress("正在生成空白工作簿…")
        build(made, work / book.name)
        place_folder(fresh, folder)
        try:
            replace_bytes(book, (work / book.name).read_bytes())
        except BaseException:
            rmtree(folder, ignore_errors=True)
            raise
    if (chosen := readings_in_words(rules)) != ALL_DEFAULT:
        left.append(f"口径 {chosen}：新工作簿里仍是默认值，请在“规则”里再选")
    progress("正在检查方案…")
    faults = lint(folder, folder / CASES)
    cases = scheme_cases(folder / CASES, made, False)
    period = made.period
    yield Told(f"已生成方案 {folder}（评选时间{period.start}至{period.end}，版本{made.version}）")
    yield Told(f"已生成空白工作簿 {book}", folder=book.parent)
    yield from map(Told, _redrawn(rules, before))
    if left:
        yield Told(f"有{len(left)}处没有写进方案，或还要再写", INFO, left)
    if faults:
        yield Told(
            f"还有{len(faults)}处要改（先改原文 {made.scheme.text_file}，再改引用它的句子）", WARNING, faults
        )
    if cases.state != GOOD:
        faults.append(f"{cases.title}：{cases.text}；请按新方案改 {CASES}")
        yield Told(faults[-1], WARNING)
    if left or faults:
        yield _kept([*left, *faults], folder, book)


def _kept(lines: Sequence[str], folder: Path, book: Path) -> Told:
    """All that is left to be done as a text beside the workbook, as a box of Excel has no room for it."""
    note = book.with_name(f"{book.stem} 还要改的.txt")
    save_text(note, "\n".join([f"方案文件夹：{folder}", *lines]))
    return Told(f"要改的写在“{note}”；改好后运行 kongjian rules --lint --scheme {folder}")
