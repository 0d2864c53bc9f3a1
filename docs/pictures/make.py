"""Draws the pictures of the README and its table of commands: `python docs/pictures/make.py`.

`ribbon.svg` and the table come from the list of commands; the drawing is a scheme, not a photograph of Excel.
With `--ribbon` only these two are made. The sheets need LibreOffice and pdftoppm; they are real: the
demo city, calculated, printed to PDF by LibreOffice, one page each.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from html import escape
from pathlib import Path

from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, TAB, Command

HERE = Path(__file__).resolve().parent
RIBBON = HERE / "ribbon.svg"
README = HERE.parents[1] / "README.md"
SHEETS = {
    "首页": "home",
    "学校排名": "ranking",
    "获奖名单": "awards",
    "问题清单": "problems",
    "规则": "rules",
}
RESOLUTION = 68  # dots per inch: readable, and small files
TEACHERS = 1000
NOW = dt.datetime(2021, 7, 20, 9, 30)
_COLUMN, _ROW, _PAD, _TOP = 118, 30, 12, 46


def draw_ribbon() -> str:
    """The tab as SVG: groups in their order, large commands large, those in a menu grey, key tips in brackets."""
    parts: list[str] = []
    left = _PAD
    for group in GROUPS:
        mine = [c for c in COMMANDS if c.group == group]
        width = _group_width(mine)
        parts += _draw_group(group, mine, left, width)
        left += width + _PAD
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left}" height="188" viewBox="0 0 {left} 188" '
        'font-family="Microsoft YaHei, Noto Sans CJK SC, sans-serif" font-size="14">'
    )
    frame = [
        f"<title>功能区“{escape(TAB)}”示意图</title>",
        f'<rect width="{left}" height="188" fill="#ffffff"/>',
        f'<text x="{_PAD}" y="22" font-weight="bold" fill="#1f6b45">{escape(TAB)}</text>',
        f'<text x="{left - _PAD}" y="22" text-anchor="end" fill="#767676">示意图；括号里是按键提示，灰底的在左边或上面那个按钮的菜单里</text>',
        f'<rect x="{_PAD}" y="28" width="64" height="3" fill="#1f6b45"/>',
    ]
    return "\n".join([head, *frame, *parts, "</svg>"]) + "\n"


def _group_width(commands: list[Command]) -> int:
    large = sum(c.large for c in commands)
    columns = -(-(len(commands) - large) // 3)
    return max(large + columns, 1) * _COLUMN


def _draw_group(group: str, commands: list[Command], left: int, width: int) -> list[str]:
    parts = [
        f'<rect x="{left}" y="{_TOP - 6}" width="{width}" height="134" fill="#f6f8f7" stroke="#d0d7d3"/>',
        f'<text x="{left + width // 2}" y="{_TOP + 120}" text-anchor="middle" fill="#595959">{group}</text>',
    ]
    x = left + 6
    for command in (c for c in commands if c.large):
        parts.append(_box(command, x, _TOP, 3 * _ROW + 4))
        x += _COLUMN
    for number, command in enumerate(c for c in commands if not c.large):
        parts.append(_box(command, x + number // 3 * _COLUMN, _TOP + number % 3 * (_ROW + 2), _ROW))
    return parts


def _box(command: Command, x: int, y: int, height: int) -> str:
    text = f"{escape(command.label)} ({command.keytip})"
    fill = "#d9efe2" if command.large else "#eef2f0" if command.under else "#ffffff"
    tip = escape(command.supertip)
    size = "13" if len(command.label) < 6 and not command.under else "12"
    return (
        f'<g><title>{tip}</title><rect x="{x}" y="{y}" width="{_COLUMN - 12}" height="{height}" rx="3" fill="{fill}" '
        f'stroke="#9bb5a6"/><text x="{x + (_COLUMN - 12) // 2}" y="{y + height // 2 + 5}" text-anchor="middle" '
        f'font-size="{size}">{text}</text></g>'
    )


def command_table() -> str:
    """The commands of the tab as the README's table; what its button says, letter for letter."""
    rows = [f"| {c.group} | {'**' * c.large}{c.label}{'**' * c.large} | {c.supertip} |" for c in COMMANDS]
    return "\n".join(["| 组 | 命令 | 读什么，写什么 |", "|---|---|---|", *rows])


def write_readme() -> None:
    """Puts the table between its two marks."""
    text = README.read_text(encoding="utf-8")
    table = f"<!-- commands -->\n{command_table()}\n<!-- /commands -->"
    new = re.sub(r"<!-- commands -->.*<!-- /commands -->", lambda _: table, text, flags=re.DOTALL)
    README.write_text(new, encoding="utf-8")


def draw_sheets() -> None:
    """One PNG for each sheet of SHEETS."""
    from kongjian.demo.generate import demo_data
    from kongjian.rules import load_rules
    from kongjian.workbook.recalculate import recalculate
    from kongjian.workbook.shipped.build_workbook import build

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        book = folder / "demo.xlsm"
        rules = load_rules()
        build(rules, book, demo_data(rules, teachers=TEACHERS))
        recalculate(book, now=NOW)
        _show_only(book, SHEETS)
        profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
        office = ["soffice", profile, "--headless", "--norestore", "--convert-to", "pdf", "--outdir", name]
        subprocess.run([*office, str(book)], check=True, capture_output=True)
        pdf = folder / "demo.pdf"
        pages = _pages(pdf)
        for sheet, picture in SHEETS.items():
            page = next(n for n, text in enumerate(pages, start=1) if _is_first_page(text, sheet))
            _draw_page(pdf, page, HERE / picture)


def _show_only(book: Path, sheets: Collection[str]) -> None:
    """Hides the other sheets, which LibreOffice then does not print: thousands of pages."""
    from kongjian.xlsx.finished_parts import read_parts, write_parts

    def state(found: re.Match[str]) -> str:
        plain = re.sub(r' state="\w+"', "", found[0])
        return plain if found[1] in sheets else plain.replace("<sheet ", '<sheet state="hidden" ')

    parts = read_parts(book.read_bytes())
    text = parts["xl/workbook.xml"].decode()
    parts["xl/workbook.xml"] = re.sub(r'<sheet name="([^"]*)"[^>]*>', state, text).encode()
    write_parts(parts, book)


def _pages(pdf: Path) -> list[str]:
    run = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True)
    return run.stdout.decode().split("\f")


def _is_first_page(text: str, sheet: str) -> bool:
    """Whether the page begins with the sheet's title; 首页 begins with the name of the scheme."""
    title = next((line.split()[0] for line in text.splitlines() if line.strip()), "")
    return title == sheet or (sheet == "首页" and title.endswith("应用评比"))


def _draw_page(pdf: Path, page: int, target: Path) -> None:
    number = str(page)
    command = ["pdftoppm", "-png", "-r", str(RESOLUTION), "-f", number, "-l", number, "-singlefile"]
    subprocess.run([*command, str(pdf), str(target)], check=True)


if __name__ == "__main__":
    RIBBON.write_text(draw_ribbon(), encoding="utf-8")
    write_readme()
    if "--ribbon" not in sys.argv:
        draw_sheets()
