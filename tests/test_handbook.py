"""使用手册 and 一页通 say what the program has now, and their PDFs say what they say."""

from __future__ import annotations

import json
import re
import runpy
import subprocess
import unicodedata
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from kongjian.rules import load_rules
from kongjian.workbook.layout import HELP, HOME, LOOKUP, RULES, output_sheets
from kongjian.workbook.next_step import STEPS
from kongjian.workbook.shipped.commands import COMMANDS, Command
from where import ROOT

DOCS = ROOT / "docs"
HANDBOOK, ONE_PAGE = DOCS / "使用手册.md", DOCS / "一页通.md"
TEXT = HANDBOOK.read_text(encoding="utf-8")
WRITE = runpy.run_path(str(DOCS / "handbook" / "write.py"))
MAKE = WRITE["DRAWN"]
LARGEST_TOGETHER = 2_300_000
PICTURE = re.compile(r"!\[[^\]]*\]\(([^)]+)\)")
BY_HAND = re.sub(
    r"<!-- (\w+) -->.*?<!-- /\1 -->", "", TEXT + ONE_PAGE.read_text(encoding="utf-8"), flags=re.DOTALL
)
OF_EXCEL = {"启用内容"}


@pytest.mark.parametrize("page", WRITE["PAGES"], ids=lambda p: p.stem)
def test_what_the_program_knows_of_itself_is_current(page: Path) -> None:
    """Made anew by `make docs`, the texts alone by `python docs/handbook/write.py`."""
    text = page.read_text(encoding="utf-8")
    assert WRITE["current"](text) == text
    for step, how in STEPS.items():
        assert f"**{step}**：{how}" in text


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_every_button_is_in_the_handbook_with_the_words_of_its_tip(command: Command) -> None:
    told = TEXT.split(f"\n#### {command.label}\n")
    assert len(told) == 2
    assert command.supertip in told[1].split("\n#### ")[0]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_every_button_has_its_picture_as_it_stands_on_the_tab(command: Command) -> None:
    """Cut from the drawing of the tab: the same box, at another place."""
    place = f"pictures/handbook/buttons/{command.id}.svg"
    own = re.split(r"\n#+ |\n<!--", TEXT.split(f"\n#### {command.label}\n")[1])[0]
    assert PICTURE.findall(own)[0] == place
    drawing = (DOCS / place).read_text(encoding="utf-8")
    assert drawing == MAKE["draw_button"](command), "make docs"
    label = f"{command.label} ({command.keytip})<"
    assert drawing.count(label) == MAKE["RIBBON"].read_text(encoding="utf-8").count(label) == 1
    sheets = PICTURE.findall(own)[1:]
    assert (sheets == []) == (not command.table and not WRITE["SHOWN"][command.id])
    assert all((DOCS / sheet).read_bytes().startswith(b"\x89PNG") for sheet in sheets)


def test_the_pictures_of_sheets_are_of_the_sheets_that_there_are() -> None:
    """Drawn anew when a sheet, its columns or a paper's template become others: `pictures/drawn.json` says of which they are."""
    assert json.loads(MAKE["DRAWN_OF"].read_text(encoding="utf-8")) == MAKE["drawn_of"](), "make docs"


def test_a_button_that_is_added_or_says_something_else_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    new = replace(COMMANDS[0], id="New", label="新按钮", supertip="做一件新的事。")
    with pytest.raises(KeyError, match="New"):  # what it makes is to be said
        WRITE["buttons"]([new])
    monkeypatch.setitem(WRITE["SHOWN"], "New", "")
    part = WRITE["buttons"]([*COMMANDS, new])
    assert "#### 新按钮\n\n做一件新的事。" in part
    assert part not in TEXT
    assert WRITE["buttons"](COMMANDS) in TEXT
    assert WRITE["buttons"]([replace(COMMANDS[0], supertip="别的"), *COMMANDS[1:]]) not in TEXT


def test_what_is_written_by_hand_names_buttons_and_sheets_that_there_are() -> None:
    labels = {c.label for c in COMMANDS}
    pressed = set(re.findall(r"按“([^”]+)”", BY_HAND)) - OF_EXCEL
    assert len(pressed) >= 15
    assert pressed <= labels
    rules = load_rules()
    sheets = (
        {s.sheet for s in output_sheets(rules)}
        | {t.sheet for t in rules.tables}
        | {HOME, HELP, RULES, LOOKUP}
    )
    assert set(re.findall(r"看“([^”]+)”", BY_HAND)) <= sheets | labels


def test_the_handbook_has_a_chapter_for_each_task() -> None:
    chapters = re.findall(r"^## (.+)$", TEXT, re.MULTILINE)
    assert chapters[:5] == ["五步", "怎样答复申诉", "怎样公示", "定稿", "每月做什么"]
    assert {"发给学校", "出错怎么办", "每个按钮", "用语"} <= set(chapters)
    assert all(target in chapters for target in re.findall(r"\]\(#([^)]+)\)", TEXT))


def test_pictures_are_there_shown_and_small() -> None:
    shown = {page: set(PICTURE.findall(page.read_text(encoding="utf-8"))) for page in (HANDBOOK, ONE_PAGE)}
    assert len(shown[ONE_PAGE]) == 4
    drawn = DOCS / "pictures" / "handbook"
    files = {f"pictures/{p.relative_to(drawn.parent).as_posix()}" for p in drawn.rglob("*.*")}
    assert files == {s for s in shown[HANDBOOK] if "handbook/" in s}
    files = [DOCS / s for s in set.union(*shown.values())]
    assert sum(f.stat().st_size for f in files) < LARGEST_TOGETHER


def letters(text: str) -> str:
    """Chinese characters and letters alone: lines break elsewhere on paper, and pages are numbered."""
    return "".join(re.findall(r"[\u4e00-\u9fffA-Za-z]", unicodedata.normalize("NFKC", text)))


def words_of(picture: str) -> str:
    """What a drawing says; a photograph's words nobody reads."""
    if not picture.endswith(".svg"):
        return ""
    return "".join(re.findall(r"<text[^>]*>([^<]*)<", (DOCS / picture).read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", [HANDBOOK, ONE_PAGE], ids=lambda p: p.stem)
def test_the_pdf_says_what_the_page_says(page: Path) -> None:
    """Printed anew by `make docs`."""
    printed = subprocess.run(
        ["pdftotext", "-raw", page.with_suffix(".pdf"), "-"], check=True, capture_output=True
    )
    sheets = printed.stdout.decode().split("\f")[:-1]
    written = re.sub(r"<!--.*?-->", "", page.read_text(encoding="utf-8"))
    written = PICTURE.sub(lambda found: words_of(found[1]), written)
    written = re.sub(r"\[([^\]]*)\]\([^)]+\)", r"\1", written)
    # a drawing's words come at another place of their page: as many of each letter, every paragraph whole or cut by a page's end
    on_paper = letters("".join(sheets))
    assert Counter(on_paper) == Counter(letters(written))
    cut = [line for line in map(letters, written.splitlines()) if line not in on_paper]
    assert len(cut) < len(sheets), cut
    assert (letters(words_of("pictures/ribbon.svg")) in letters(written)) == (page == HANDBOOK)
    assert (len(sheets) == 1) == (page == ONE_PAGE)


def test_make_docs_makes_them_anew() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^docs: .*## .*handbook", make, re.M)
    recipe = make.split("\ndocs:")[1].split("\nclean:")[0]
    wanted = ("docs/pictures/make.py", "docs/handbook/write.py", "docs/handbook/print_pdf.py")
    assert [recipe.index(f" {script}\n") for script in wanted] == sorted(
        recipe.index(f" {s}\n") for s in wanted
    )
