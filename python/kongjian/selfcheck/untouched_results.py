"""结果表没有人工改动: what differs from a fresh calculation, and whether a hand did it or the data came later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from kongjian.intake.sheets import Page, Progress
from kongjian.rules import Rules
from kongjian.selfcheck import last_ranks
from kongjian.selfcheck.checked_book import BAD, GOOD, MIND, Book, Line, first_few
from kongjian.selfcheck.fresh_run import (
    STATE,
    Record,
    earlier_acceptances,
    fresh_pages,
    fresh_run,
    records,
    state_now,
)
from kongjian.selfcheck.home_numbers import curve_differences, home_differences
from kongjian.selfcheck.looked_up import lookup_differences
from kongjian.selfcheck.result_sheets import Difference, differences
from kongjian.workbook import robustness_page
from kongjian.workbook.last_run_sheets import RUNS, earlier_tables
from kongjian.workbook.layout import HOME, ROBUSTNESS, output_sheets
from kongjian.workbook.pages import lookup_subtitle
from kongjian.workbook.run import Run

TITLE = "结果表没有人工改动"
_MOST = 20
_AGAIN = "重新计算排名，再自检"
_CODED = ("学校指标", "教师指标", "学校得分", "教师得分")
"""The sheets whose numbers the code in their subtitle seals."""
_DERIVED: dict[str, tuple[str, ...]] = {
    "资格审核": ("未达标原因",),
    "学校排名": (),
    "教师排名": (),
    "获奖名单": ("备注", "状态", "待核实原因"),
}
"""What follows from the sealed sheets and the rules alone → the columns that do not."""


def untouched_results(
    run: Run, rules: Rules, book: Book, names: Mapping[str, str] | None, progress: Progress
) -> Line:
    """Compares all that a calculation writes with what the workbook shows, whatever 运行记录 says of its data.

    `names` are the workbook's defined names, None where nobody can tell them.
    """
    history = records(book)
    if not history and book.name(RUNS) is not None:
        return Line(MIND, TITLE, f"“{RUNS}”里没有计算过的记录，没有核对结果表", _AGAIN)
    last = history[0] if history else Record(dict.fromkeys([*STATE, "时间", "错误", "警告"], ""))
    pages = fresh_pages(run, book, last)
    found = list(_everything(run, pages, book, names, last, history))
    unchecked = list(_unchecked(run, book, names, history))
    if found and (reason := _stale(run, rules, book, last, found)):
        others = _spread([d for d in found if d.sheet != RUNS])
        more = f"；和现在的数据算出的有{len(others)}处不同：{first_few(others, _MOST)}" if others else ""
        return Line(MIND, TITLE, f"{reason}，请先重新计算，结果表没有核对完{more}", _AGAIN)
    if (
        found
        and last.state == state_now(run)
        and _accepted_later(rules, book, names, last, history, progress)
    ):
        text = "“已确认保留”在上次计算以后改过，请先重新计算；除此以外结果表和重新计算的相同"
        return Line(MIND, TITLE, text, _AGAIN)
    if found:
        told = first_few([*_spread(found), *unchecked], _MOST)
        advice = "重新计算排名，会按数据重写结果表；要改分请改输入表的数据"
        return Line(BAD, TITLE, f"有{len(found)}处和重新计算的不同：{told}", advice)
    rows = sum(max(page.frame.height, 1) for page in pages)
    same = f"{len(pages)}张结果表共{rows}行，和重新计算的逐格相同"
    if unchecked:
        return Line(MIND, TITLE, f"{same}；{'；'.join(unchecked)}", "按上面说的补上，再自检")
    return Line(GOOD, TITLE, f"{same}，也没有公式")


def _spread(found: Sequence[Difference]) -> list[str]:
    """What is told, the first of each column before the second of any."""
    seen: Counter[tuple[str, str]] = Counter()
    turns = []
    for d in found:
        seen[d.sheet, d.column] += 1
        turns.append(seen[d.sheet, d.column])
    return [d.text for _, d in sorted(zip(turns, found, strict=True), key=lambda pair: pair[0])]


def _everything(
    run: Run,
    pages: Sequence[Page],
    book: Book,
    names: Mapping[str, str] | None,
    last: Record,
    history: Sequence[Record],
) -> Iterator[Difference]:
    for page in pages:
        yield from differences(page, book, book.formulas(page.spec.sheet) or frozenset())
    moment = last.moment
    if moment is not None:
        yield from lookup_differences(run, book, lookup_subtitle(run, moment))
    if history:
        if moment is None:
            yield Difference(RUNS, "时间", f"“{RUNS}”最新一行的时间不是时间")
        yield from last_ranks.last_ranks(run, book, history)
    if names is not None:
        yield from home_differences(run, last, book, names)
        yield from curve_differences(run, book, names)


def _unchecked(
    run: Run, book: Book, names: Mapping[str, str] | None, history: Sequence[Record]
) -> Iterator[str]:
    """What nobody can check here, in words."""
    if not robustness_page.is_of(run, book):
        yield f"“{ROBUSTNESS}”是按以前的数据或规则算的，没有核对，再按一次“{ROBUSTNESS}”就能核对"
    if any(book.formulas(sheet.sheet) is None for sheet in output_sheets(run.rules)):
        yield "这里看不到公式，没有查结果表里有没有公式"
    if book.name(HOME) is None:
        yield f"没有工作表“{HOME}”，没有核对它的数"
    elif names is None:
        yield f"看不到名称，没有核对{HOME}的数"
    if history and (reason := last_ranks.unknown(book, history)):
        yield reason


def _stale(run: Run, rules: Rules, book: Book, last: Record, found: Sequence[Difference]) -> str:
    """Why the results shown are those of other data or rules, "" where a hand must have changed them.

    The fingerprint alone proves nothing, since a hand can change it, too.
    """
    now = dict(zip(STATE, state_now(run), strict=True))
    other = [c for c, then in zip(STATE, last.state, strict=True) if then != now[c]]
    if not other or book.name(RUNS) is None:
        return ""
    if _touched(rules, book):
        return ""
    differing = {d.sheet for d in found}
    derived = any(d.sheet in _DERIVED and d.column not in _DERIVED[d.sheet] for d in found)
    # the same numbers to score: what follows from them must be the same
    if other == ["数据指纹"] and not differing & set(_CODED) and derived:
        return ""
    what = "数据" if "数据指纹" in other else "规则"
    if differing == {RUNS}:
        return f"{what}在上次计算以后改过，或者“{RUNS}”的{'、'.join(other)}被改过；结果都和现在的相同"
    return f"{what}在上次计算以后改过"


def _touched(rules: Rules, book: Book) -> bool:
    """Whether a hand has changed a sheet that its own code seals."""
    present = [sheet for sheet in _CODED if book.name(sheet) is not None]
    earlier = earlier_tables(book, rules, {}).values()
    sealed = [frame for e in earlier for frame in (e.measures, e.scores)]
    return len(present) < len(_CODED) or any(frame is None for frame in sealed)


def _accepted_later(
    rules: Rules,
    book: Book,
    names: Mapping[str, str] | None,
    last: Record,
    history: Sequence[Record],
    progress: Progress,
) -> bool:
    """Whether all is right but for what staff have accepted, or no longer accept, since the last calculation."""
    for accepted in earlier_acceptances(book, rules, last):
        then = fresh_run(book, rules, progress, accepted)
        if not any(_everything(then, fresh_pages(then, book, last), book, names, last, history)):
            return True
    return False
