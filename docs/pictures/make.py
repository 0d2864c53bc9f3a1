"""Draws the pictures of the README and the handbook, and the README's table of commands: `python docs/pictures/make.py`.

`ribbon.svg` and the table come from the list of commands; the drawing is a scheme, not a photograph of Excel.
With `--ribbon` only these two are made. The sheets need LibreOffice and pdftoppm; they are real: the
demo city, calculated, with its papers, printed to PDF by LibreOffice in one start, the first page of each.
"""

from __future__ import annotations

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Collection
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.workbook.look.build_paper import ONLY_FIRST
from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, TAB, Command

if TYPE_CHECKING:
    from kongjian.workbook.run import Run

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
"""The sheets that the README shows, too, each as a whole page."""
UPPER = {
    "学校数据": "schools",
    "教师排名": "teachers",
    "资格审核": "eligibility",
    "得分说明": "explanations",
    "平台核对": "reconcile",
    "临界名单": "near",
    "口径影响": "effects",
    "月度跟踪": "months",
    "名次稳健性": "robust",
}
"""The sheets of which the handbook shows the upper part; the pictures are in `handbook`."""
PAPERS = {
    "附件3 示范学校申报表": "application",
    "学校评分表": "score-card",
    "公示名单": "publicity",
    "工作总结统计表": "summary",
    "月度通报": "monthly",
    "异议登记表": "appeals",
}
"""The papers that the handbook shows, by their template; and 单位查询 for one teacher."""
LOOKUP_PAGE = "lookup"
HANDBOOK = HERE / "handbook"
_UPPER_SHARE = 0.62
RESOLUTION = 68  # dots per inch: readable, and small files
_PAPER_RESOLUTION = 60
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
    """One PNG for each sheet and each paper."""
    from kongjian.base.libreoffice import convert, find_office
    from kongjian.base.scratch import scratch

    HANDBOOK.mkdir(exist_ok=True)
    with scratch() as folder:
        book, papers = _calculated(folder)
        office = find_office() or sys.exit("LibreOffice is missing")
        pdf, *printed = convert(office, [book, *papers], "pdf", folder)
        pages = _pages(pdf)
        for sheet, picture in SHEETS.items():
            _draw_page(pdf, _first_page(pages, sheet), HERE / picture)
        for sheet, picture in UPPER.items():
            _draw_page(pdf, _first_page(pages, sheet), HANDBOOK / picture, _UPPER_SHARE)
        for paper in printed:
            resolution = RESOLUTION if paper.stem == LOOKUP_PAGE else _PAPER_RESOLUTION
            _draw_page(paper, 1, HANDBOOK / paper.stem, resolution=resolution)


def _calculated(folder: Path) -> tuple[Path, list[Path]]:
    """The demo's workbook with every result, and one file of each paper, named as its picture."""
    from kongjian.demo.generate import demo_data
    from kongjian.engine.evidence.explanations import by_rank
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans.plan_model import carry_out
    from kongjian.entry.plans.robust import filled
    from kongjian.rules import load_rules
    from kongjian.workbook.recalculate import recalculate
    from kongjian.workbook.shipped.build_lookup import one_page
    from kongjian.workbook.shipped.build_workbook import build

    book, rules = folder / "demo.xlsm", load_rules()
    build(rules, book, demo_data(rules, teachers=TEACHERS))
    recalculate(book, now=NOW)
    with examined(book) as (held, run):
        carry_out(filled(run, held, NOW)[0], held)
        page = folder / f"{LOOKUP_PAGE}.xlsx"
        best, second = by_rank(run.results.teacher)[:2].tolist()
        one_page(run, "teacher", second, page, NOW, str(run.results.teacher.names["账号"][best]))
        papers = [page, *_papers(run, folder)]
    _show_only(book, {*SHEETS, *UPPER})
    return book, papers


def _papers(run: Run, folder: Path) -> list[Path]:
    """The first document of each of PAPERS."""
    from kongjian.forms import kinds
    from kongjian.forms.produce import produce, template_path

    jobs = [job for wanted in (kinds.KINDS, [kinds.APPEALS]) for job in kinds.jobs(run, wanted, NOW.date())]
    made = []
    for template, job in {job.template.removesuffix(".xlsx"): job for job in jobs}.items():
        if template in PAPERS:
            first = replace(job, documents=[replace(job.documents[0], folder="", stem=PAPERS[template])])
            made += produce([first], folder, lambda name: template_path(name, folder, run.rules)).written
    return made


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


def _first_page(pages: list[str], sheet: str) -> int:
    return next(n for n, text in enumerate(pages, start=1) if _is_first_page(text, sheet))


def _is_first_page(text: str, sheet: str) -> bool:
    """Whether the page begins with the sheet's title, below what says that it is the first of many; 首页 begins with the scheme's name."""
    first, second, *_ = [*(line.split()[0] for line in text.splitlines() if line.strip()), "", ""]
    title = second if first[:5] == ONLY_FIRST[:5] else first
    return title == sheet or (sheet == "首页" and title.endswith("应用评比"))


def _draw_page(pdf: Path, page: int, target: Path, share: float = 1, resolution: int = RESOLUTION) -> None:
    """The page, or the upper `share` of an A4 page that lies on its side."""
    number, cut = str(page), []
    if share < 1:
        cut = [
            "-x",
            "0",
            "-y",
            "0",
            "-W",
            str(round(11.69 * resolution)),
            "-H",
            str(round(8.27 * resolution * share)),
        ]
    command = ["pdftoppm", "-png", "-r", str(resolution), "-f", number, "-l", number, "-singlefile", *cut]
    subprocess.run([*command, str(pdf), str(target)], check=True)


if __name__ == "__main__":
    RIBBON.write_text(draw_ribbon(), encoding="utf-8")
    write_readme()
    if "--ribbon" not in sys.argv:
        draw_sheets()
