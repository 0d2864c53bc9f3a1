"""Logs of events into 有效次数: every file counted once, all that a workbook has ever been given put together.

Beside the workbook stands 行为日志: 缓存 with the partials, 目录.json which says what is counted already, and two tables
that say what of the lines is not counted. All of it may be thrown away; then the logs are to be given once more.
"""

from __future__ import annotations

import csv
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.files import make_folder
from kongjian.base.one_writer import alone_in
from kongjian.base.scratch import scratch
from kongjian.base.text import capped
from kongjian.engine.event_log import COLUMNS, COUNTED, COUNTS_SHEET, NUMBERS
from kongjian.engine.frame import Frame, texts
from kongjian.engine.imported_counts import by_term
from kongjian.engine.outcome import Inputs
from kongjian.intake.effective_rows import imported_counts, other_rows
from kongjian.intake.events.line_accounts import Account, account_of, rejected_first, table_of_lines
from kongjian.intake.events.log_files import CACHE, LEFT_OUT, UNKNOWN_WORDS, Seen, log_files
from kongjian.intake.events.log_index import FOLDER, INDEX, How, Index, ahead, form_of, partial_of
from kongjian.intake.events.merged import NOT_COUNTED, TWO_SCHOOLS, Merged, Unknown, merged
from kongjian.intake.events.partials import count_file
from kongjian.intake.sheets import Progress, Sheets
from kongjian.rules.model import Rules

MOST_ROWS = 1_048_000
"""Rows that fit below the header of a sheet."""
_NAMED = 5
_BY_TERM = "按月有{}行，一张工作表放不下，有效次数写成每个账号、每种行为一行，几个月合计；要按月的，请按学校分成几本工作簿"
_UNRECORDED = (
    f"“{COUNTS_SHEET}”里有以前导入的次数，旁边的“{FOLDER}”却没有它们的记录（换过名字、移动或删除过）；"
    "请把全部日志一起给出并加 --anew，只按这些日志重新数"
)


@dataclass(frozen=True)
class Logs:
    """What an import is to do: the rows of 有效次数, None where they stay as they are, and what is told.

    `keep` notes what the workbook now has; it is called when the workbook is written.
    """

    rows: Frame | None
    lines: Sequence[str]
    doubtful: bool
    keep: Callable[[], None]


Counter = Callable[[Path, Path, Seen | None], Account]
"""Counts a file, as it was seen, into a partial, see count_file."""


def import_logs(
    paths: Sequence[Path],
    book: Path,
    sheets: Sheets,
    inputs: Inputs,
    rules: Rules,
    how: How,
    target: str = "",
    progress: Progress = lambda _: None,
) -> Logs:
    """Counts the files that are not counted yet and puts them together with those that the workbook has already.

    `target` is the name of the workbook that is written, if it is another one. Raises KongjianError where any file cannot
    be counted, naming each; what is counted by then is not counted again.
    """
    files = log_files(paths, book)
    folder = book.resolve().parent / FOLDER
    make_folder(folder / CACHE)
    with alone_in(folder), scratch() as temporary, _counter(how, temporary, rules) as count:
        _sweep(folder / CACHE)
        index = Index.at(folder / INDEX)
        before = imported_counts(sheets.grid(COUNTS_SHEET))
        had = index.books.get(book.name, {}) if before.height and not how.anew else {}
        if before.height and not had and not how.anew:
            raise KongjianError(_UNRECORDED)
        form = form_of(rules)
        own, same = _count_all(files, folder, form, index, count, how.verify, progress)
        names = {**had, **own}
        accounts = _accounts(names, partials := [partial_of(folder, digest, form) for digest in names])
        progress("正在合并…")
        whole = merged(partials, inputs, rules, temporary, how.memory)
        done = _fitting(whole, rules)
        _write_tables(folder, book.stem, partials, accounts, done.unknown)
    rows = None if _equal(before, done.rows) else _below(other_rows(sheets.grid(COUNTS_SHEET)), done.rows)

    def keep() -> None:
        index.save(books={target or book.name: names})

    lines = list(_told(accounts, own, had, same, done, rows is not None, folder, book.stem))
    if done.rows.height < whole.rows.height:
        lines.append(_BY_TERM.format(whole.rows.height))
    strange = any(u.kind in ("角色", "行为") for u in done.unknown)
    return Logs(rows, lines, strange or bool(done.overlaps) or any(a.lost for a in accounts), keep)


def _accounts(names: Mapping[str, str], partials: Sequence[Path]) -> list[Account]:
    """What became of every file's lines. Raises KongjianError where a record is gone, naming the files."""
    found = [account_of(partial) for partial in partials]
    if lost := [name for name, account in zip(names.values(), found, strict=True) if account is None]:
        raise KongjianError(
            f"以前导入的{capped(lost, _NAMED, '个文件')}的记录不在了；请把这些日志也一起给出，或加 --anew 只按这次的日志数"
        )
    return [account for account in found if account]


def _fitting(whole: Merged, rules: Rules) -> Merged:
    """By months where a sheet has room for it, else by the whole term. Raises KongjianError where that is too long, too."""
    done = whole if whole.rows.height <= MOST_ROWS else replace(whole, rows=by_term(whole.rows, rules))
    if done.rows.height > MOST_ROWS:
        raise KongjianError(
            f"有效次数有{done.rows.height}行，一张工作表放不下，没有写入；请按学校分成几本工作簿，或用 kongjian score 从表和日志直接算到结果表"
        )
    return done


def _count_all(
    files: Sequence[Path], folder: Path, form: str, index: Index, count: Counter, verify: bool, progress: Progress
) -> tuple[dict[str, str], list[str]]:  # fmt: skip
    """Digest → name of each file, every one counted; and the names of those that are others' copies."""
    own: dict[str, str] = {}
    same, refused = [], []
    total, done, started = sum(p.stat().st_size for p in files), 0, time.monotonic()
    with ahead(files, lambda path: index.seen(path, verify)) as looked:
        for k, path in enumerate(files, start=1):
            rate = done / max(time.monotonic() - started, 0.001)
            rest = f"，每秒{rate / 1e6:.0f}MB，约还要{(total - done) / rate:.0f}秒" if done else ""
            progress(f"正在数{path.name}（{k}/{len(files)}{rest}）…")
            try:
                seen = looked(path)
                digest = index.digest(path, seen)
                if digest in own:
                    same.append(path.name)
                target = partial_of(folder, digest, form)
                if account_of(target) is None:
                    count(path, target, seen if isinstance(seen, Seen) else None)
                own.setdefault(digest, path.name)
                index.save()
            except KongjianError as error:
                refused.append(str(error))
            done += path.stat().st_size
    if refused:
        raise KongjianError("；".join([*refused, "什么都没有写入，数完的下次不用再数"]))
    return own, same


@contextmanager
def _counter(how: How, temporary: Path, rules: Rules) -> Iterator[Counter]:
    """What counts one file: here, or on the master that was named."""
    if not how.master:
        yield lambda path, target, seen: count_file(path, target, temporary, rules, how.memory, seen)
        return
    from kongjian.intake.events.spark_counts import count_on_spark, on_spark

    with on_spark(how.master) as session:
        yield lambda path, target, seen: count_on_spark(
            session, path, target, temporary, rules, how.memory, seen
        )


def _sweep(cache: Path) -> None:
    """Removes what a killed import left half written; no other one is at work here."""
    for left in [*cache.glob("*.tmp"), *cache.glob("lines.txt")]:
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def _equal(before: Frame, rows: Frame) -> bool:
    if before.height != rows.height:
        return False
    return not rows.height or all(
        np.array_equal(before[c], rows[c], equal_nan=c in NUMBERS) for c in (*COLUMNS, *COUNTED)
    )


def _below(others: Mapping[str, Sequence[object]], rows: Frame) -> Frame:
    """The rows that are not an import's, and below them these."""
    out = {}
    for name in (*COLUMNS, *COUNTED):
        above = others[name]
        kept = np.array(above, dtype=np.float64) if name in NUMBERS else texts(map(str, above))
        out[name] = np.concatenate([kept, rows[name]])
    return Frame(out)


def _write_tables(
    folder: Path, stem: str, partials: Sequence[Path], accounts: Sequence[Account], unknown: Sequence[Unknown]
) -> None:
    """The words that are not known, each once, and the first of the lines that are not counted."""
    with table_of_lines(folder / f"{stem} {UNKNOWN_WORDS}.csv") as out:
        writer = csv.writer(out)
        writer.writerow(("类别", "写法", "行数", "先见于文件", "行号"))
        writer.writerows((u.kind, u.found, u.lines, accounts[u.file].file, u.first or "") for u in unknown)
    samples = [p.with_suffix(".csv") for p, a in zip(partials, accounts, strict=True) if a.lost]
    with table_of_lines(folder / f"{stem} {LEFT_OUT}.csv") as out:
        out.write("文件,行号,原因,内容\r\n")
        for sample in samples:
            with suppress(OSError):
                out.write(sample.read_bytes().decode("utf-8-sig").partition("\r\n")[2])


def _told(
    accounts: Sequence[Account], own: Mapping[str, str], had: Mapping[str, str], same: Sequence[str], done: Merged,
    changed: bool, folder: Path, stem: str,
) -> Iterator[str]:  # fmt: skip
    lines, accepted, lost = (
        sum(v) for v in zip(*((a.lines, a.accepted, a.lost) for a in accounts), strict=True)
    )
    other = sum(a.blank + a.head for a in accounts)
    yield f"{len(accounts)}个文件共{lines}行：读入{accepted}行，没有计入{lost}行，空行和表头{other}行"
    if more := [n for d, n in had.items() if d not in own]:
        yield f"其中{capped(more, _NAMED, '个文件')}是以前导入的"
    if same:
        yield f"{capped(same, _NAMED, '个文件')}和别的文件内容相同，只计一次"
    for account in accounts:
        if account.lost:
            yield f"{account.file}：{'；'.join(rejected_first(account))}"
    for one, other_file, schools in done.overlaps:
        yield (
            f"{accounts[one].file}和{accounts[other_file].file}都有{schools}所学校同一天的学生行为；"
            "如果是同一批数据，学生次数会重复，请去掉一个，加 --anew 重新导入"
        )
    for kind in dict.fromkeys(u.kind for u in done.unknown):
        mine = [u for u in done.unknown if u.kind == kind]
        words = capped([f"{u.found or '空白'}（{u.lines}行）" for u in mine], _NAMED, "种")
        state = (
            "不计次数" if kind in NOT_COUNTED else "每天仍只计1次" if kind == TWO_SCHOOLS else "不在输入表里"
        )
        yield f"读入的行里，{kind}{state}：{words}，共{sum(u.lines for u in mine)}行"
    if done.unknown or lost:
        yield f"全部写法和行见 {folder}（“{stem} {UNKNOWN_WORDS}”“{stem} {LEFT_OUT}”）"
    yield (
        f"有效次数里导入的现在有{done.rows.height}行，请重新计算"
        if changed
        else "有效次数没有变化，什么都没有写入"
    )
