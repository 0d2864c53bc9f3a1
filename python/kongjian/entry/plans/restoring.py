"""恢复备份: the copies that there are of a workbook, what going back to one of them loses, and going back."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from kongjian.base.backups import FOLDER, Backup, backups, keep
from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_bytes
from kongjian.entry.plans.plan_model import SURE, Plan, Question, Told
from kongjian.intake.sheets import Progress
from kongjian.rules import Rules
from kongjian.workbook.earlier_state import State, counted, differences, in_words, state
from kongjian.workbook.identity import Named
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

_WIDEST = 40
"""Characters of a line: ten of them and what stands around fit one box."""
_LOST = "备份以后改的，恢复后没有了："
_MOST_ASKED = 600
"""Characters of a question: VBA's box takes about 1,024, of wide ones fewer."""
_UNREADABLE = "现在的工作簿读不出来，没有比较"


def standing(book: Named, rules: Rules) -> State | None:
    """The book as it stands; None where it is damaged: all the more reason to go back."""
    try:
        return state(book, rules)
    except KongjianError:
        return None


def listed(book: Path, now: State | None, rules: Rules, progress: Progress = lambda _: None) -> Plan:
    """The copies by number, each with its date and how the book differs; nothing is written."""
    found = backups(book)
    if not found:
        return Plan(told=(Told(f"{book.name} 还没有备份；每次写入以前会留一份在旁边的“{FOLDER}”文件夹"),))
    lines = []
    for number, one in enumerate(found, start=1):
        progress(f"正在与第{number}份备份比较…")
        lines.append(f"{number}  {_date(one)}  {_difference(one, now, rules)}")
    return Plan(told=(Told(f"{book.name} 有{len(found)}份备份，最新的是第1份", lines=lines),))


def restored(book: Path, number: int, now: State | None, rules: Rules) -> Plan:
    """The copy of this number in the place of the book, which itself is kept as the newest copy.

    Raises KongjianError where there is no such copy or it cannot be opened.
    """
    chosen, told = _chosen(book, number, now, rules)
    data = chosen.path.read_bytes()

    def make(_: Progress) -> Iterable[Told]:
        back = "；恢复以前的工作簿也留了备份，是第1份" if book.is_file() else ""
        replace_bytes(book, data, keep)
        yield Told(f"已恢复成 {_date(chosen)} 的备份{back}")

    return Plan(told=(told,), make=make)


def which(book: Path, now: State | None, rules: Rules, progress: Progress = lambda _: None) -> Question:
    """The same list as a question. Raises KongjianError where there is no copy."""
    [told] = listed(book, now, rules, progress).told
    if not told.lines:
        raise KongjianError(told.text)
    lines = [line if len(line) <= _WIDEST else f"{line[:_WIDEST]}…" for line in told.lines]
    return Question(
        "\n".join([told.text, *lines, "恢复第几份？（另存在旁边，打开着的不改动）"]),
        option="restore 工作簿 第几份",
    )


def beside(book: Path, number: int, now: State | None, rules: Rules, sure: bool) -> Plan | Question:
    """The copy of this number as a workbook beside this one, which is open in Excel: nobody can replace it there.

    Where it lacks anything of this one, that is named and asked about first, unless somebody is `sure`.
    """
    chosen, told = _chosen(book, number, now, rules)
    if told.text.startswith(_LOST) and not sure:
        text = told.text if len(told.text) <= _MOST_ASKED else f"{told.text[:_MOST_ASKED]}……"
        return Question(text, answer=f"{number}{SURE}", yes="仍要把这一份另存在旁边")
    target = book.with_name(f"{book.stem}（备份 {chosen.moment:%Y-%m-%d %H-%M-%S}）{book.suffix}")
    data = chosen.path.read_bytes()

    def make(_: Progress) -> Iterable[Told]:
        replace_bytes(target, data, keep)
        yield Told(f"已另存为 {target.name}；要用它，请关闭这一本，打开那一本", folder=book.parent)

    return Plan(told=(told,), make=make)


def _chosen(book: Path, number: int, now: State | None, rules: Rules) -> tuple[Backup, Told]:
    """The copy of this number, and what the book has that it has not."""
    found = backups(book)
    if not 1 <= number <= len(found):
        have = f"有第1至第{len(found)}份" if found else "还没有备份"
        raise KongjianError(f"没有第{number}份备份：{book.name} {have}")
    chosen = found[number - 1]
    with Package(chosen.path) as package:
        earlier = state(Reader(package), rules)
    lost = differences(now, earlier) if now else []
    words = in_words(lost) or [_UNREADABLE if now is None else counted(lost)]
    head = _LOST if lost else f"{_date(chosen)} 的备份："
    return chosen, Told("\n".join([head, *words]))


def _difference(one: Backup, now: State | None, rules: Rules) -> str:
    if now is None:
        return _UNREADABLE
    try:
        with Package(one.path) as package:
            return counted(differences(now, state(Reader(package), rules)))
    except KongjianError:
        return "这份备份打不开"


def _date(one: Backup) -> str:
    return f"{one.moment:%Y-%m-%d %H:%M:%S}"
