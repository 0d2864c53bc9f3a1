"""The whole self-check of the demo city against LibreOffice working out the live copy alone."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from kongjian.base.libreoffice import find_office, recalculated, scratch
from kongjian.demo.generate import demo_data
from kongjian.mailing.live_copy import live_copy
from kongjian.rules import Rules, load_rules
from kongjian.selfcheck import examine_book
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.package import Package
from kongjian.xlsx.reader import Reader
from measure import Row, compare, in_turn

ROUNDS = 2


def measure(folder: Path) -> list[Row]:
    rules = load_rules()
    book, copy = folder / "selfcheck.xlsx", folder / "selfcheck-live.xlsx"
    build(rules, book, demo_data(rules))
    run = recalculate(book)
    live_copy(run, copy)
    office = find_office()
    if office is None:
        return []
    with scratch() as name:
        whole, theirs = in_turn(
            partial(_whole, book, rules), partial(recalculated, copy, Path(name), office), ROUNDS
        )
    return [
        compare(
            "示范数据自检（五项，公式由formualizer算）", whole, "LibreOffice打开、重算、另存分发版", theirs
        )
    ]


def _whole(book: Path, rules: Rules) -> None:
    with Package(book) as package:
        examine_book.selfcheck(Reader(package), rules)


if __name__ == "__main__":
    import tempfile

    from measure import table

    with tempfile.TemporaryDirectory() as scratch_folder:
        print(table(measure(Path(scratch_folder))))
