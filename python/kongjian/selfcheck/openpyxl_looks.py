"""What openpyxl has to say of a workbook's file; as a program it tells that beside the question, see `second_process`."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.rules import Rules
from kongjian.selfcheck import fixed_texts, seen_on_screen
from kongjian.selfcheck.checked_book import line
from kongjian.selfcheck.empty_book import empty_book, of_scheme
from kongjian.selfcheck.second_reader import SecondReader
from kongjian.workbook.identity import book_rules
from kongjian.workbook.run import own_rules
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader

TITLES = (seen_on_screen.TITLE, fixed_texts.TITLE)


def looks(file: Path, rules: Rules | None = None, shipped: Path | None = None) -> Iterator[object]:
    """The workbook's defined names, or None and why openpyxl cannot read it; then one line for each of TITLES.

    `rules` are those of the installation for its scheme, `shipped` that scheme's empty workbook: found or made if not given.
    """
    try:
        second = SecondReader(file)
    except Exception as error:  # whatever openpyxl raises of a file that it cannot read
        yield None, f"用另一个程序读不了这个文件（{type(error).__name__}）"
        return
    with second, Package(file) as package:
        yield second.names, ""
        book = Reader(package)
        own = installed = rules or book_rules(book, file.resolve().parent)
        with suppress(KongjianError):  # told by another check
            own = own_rules(book, installed)
        book.read_ahead(seen_on_screen.sheets(own))
        with nullcontext(shipped) if shipped else of_scheme(installed) as empty:
            checks = (
                lambda: seen_on_screen.seen_on_screen(book, second, empty_book(empty), own),
                lambda: fixed_texts.fixed_texts(book, second.names, empty_book(empty)),
            )
            yield [line(title, check) for title, check in zip(TITLES, checks, strict=True)]


def _answer(asked: Path) -> None:
    for number, said in enumerate(looks(*pickle.loads(asked.read_bytes()))):
        whole = asked.with_name("being written")
        whole.write_bytes(pickle.dumps(said))
        whole.rename(asked.with_name(str(number)))


if __name__ == "__main__":
    import gc

    gc.disable()  # this process ends before there is anything to collect
    _answer(Path(sys.argv[-1]))
