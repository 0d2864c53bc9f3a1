"""Draws the pictures of the README and the handbook, and the README's table of commands: `python docs/pictures/make.py`; long because each is drawn here.

`ribbon.svg`, the drawings of its single buttons and the table come from the list of commands; they are a scheme, not a
photograph of Excel. With `--ribbon` only these are made. The sheets need LibreOffice and pdftoppm; they are real: the
demo city, calculated, with its papers, printed to PDF by LibreOffice in one start, the first page of each.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import zlib
from collections.abc import Collection
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from kongjian.rules import load_rules
from kongjian.workbook.layout import FUNCTIONS_TABLE, HELP, output_sheets
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
PAPERS = {
    "附件3 示范学校申报表": "application",
    "学校评分表": "score-card",
    "公示名单": "publicity",
    "工作总结统计表": "summary",
    "表彰名单": "commendation",
    "月度通报": "monthly",
    "异议登记表": "appeals",
}
"""The papers that the handbook shows, by their template."""
FURTHER = ("EffectiveCounts",)
"""Tables whose sheets the handbook shows though no button leads there."""
LOOKUP_PAGE, CHECKLIST, LETTER, COPY, CURVES = "lookup", "checklist", "letter", "copy", "curves"
"""单位查询 for one teacher, the list of what is to come in, a school's letter, the copy to send, the chart of 月度跟踪."""
HANDBOOK = HERE / "handbook"
BUTTONS = HANDBOOK / "buttons"
DRAWN_OF = HERE / "drawn.json"
_UPPER_SHARE = 0.62
RESOLUTION = 68  # dots per inch: readable, and small files
_PAPER_RESOLUTION = 60
TEACHERS = 1000
NOW = dt.datetime(2021, 7, 20, 9, 30)
_COLUMN, _ROW, _PAD, _TOP = 118, 30, 12, 46
_FONT = 'font-family="Microsoft YaHei, Noto Sans CJK SC, sans-serif" font-size="14"'
_EXPORT = """学校名称,教师姓名,账号,制作课件次数,在线撰写教案,在线授课,评价率
赤壁市第一中学,叶知秋,hb421281990001,6,41,40,0.9
赤壁市第一中学,方晓舟,hb421281990002,5,40,38,1
赤壁市蒲圻小学,沈砚,hb421281990003,7,44,42,1
"""
_RAISED = (
    ["2021-07-22", "叶知秋", "", "赤壁市第一中学", "叶知秋", "在线授课应是40节次。", "平台记录38节次，维持原来的得分。", "否", "2021-07-23", "李四"],
    ["2021-07-22", "沈砚", "", "赤壁市蒲圻小学", "沈砚", "通知公告没有计入。", "已补上，得分改为98.00。", "是", "2021-07-24", "李四"],
)  # fmt: skip
"""Invented: what is imported and what is raised, so that no sheet of the pictures is blank."""


def _upper() -> dict[str, str]:
    """The sheets that buttons lead to, and FURTHER, but for those that are shown whole: each with its picture below `handbook`."""
    rules, wanted = load_rules(), {c.table for c in COMMANDS} | {*FURTHER}
    sheets = {t.name: t.sheet for t in rules.tables} | {s.table: s.sheet for s in output_sheets(rules)}
    sheets[FUNCTIONS_TABLE] = HELP
    return {s: f"sheets/{table}" for table, s in sheets.items() if table in wanted and s not in SHEETS}


UPPER = _upper()
"""The sheets of which the handbook shows the upper part."""


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
        f"{_FONT}>"
    )
    frame = [
        f"<title>功能区“{escape(TAB)}”示意图</title>",
        f'<rect width="{left}" height="188" fill="#ffffff"/>',
        f'<text x="{_PAD}" y="22" font-weight="bold" fill="#1f6b45">{escape(TAB)}</text>',
        f'<text x="{left - _PAD}" y="22" text-anchor="end" fill="#767676">示意图；括号里是按键提示，灰底的在左边或上面那个按钮的菜单里</text>',
        f'<rect x="{_PAD}" y="28" width="64" height="3" fill="#1f6b45"/>',
    ]
    return "\n".join([head, *frame, *parts, "</svg>"]) + "\n"


def draw_button(command: Command) -> str:
    """One command as it stands in the drawing of the tab."""
    wide, high = _COLUMN - 10, (3 * _ROW + 4 if command.large else _ROW) + 2
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" {_FONT}>\n'
        f"{_box(command, 1, 1, high - 2)}\n</svg>\n"
    )


def write_buttons() -> None:
    """One drawing for each command, and none of a command that is gone."""
    BUTTONS.mkdir(parents=True, exist_ok=True)
    for old in BUTTONS.glob("*.svg"):
        old.unlink()
    for command in COMMANDS:
        (BUTTONS / f"{command.id}.svg").write_text(draw_button(command), encoding="utf-8")


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


def drawn_of() -> dict[str, str]:
    """What the pictures of sheets show: by table the columns, by template what it is, as a short number."""
    rules, pictured = load_rules(), {*SHEETS, *UPPER}
    tables = [(t.sheet, t.name, t.names) for t in rules.tables]
    tables += [(s.sheet, s.table, s.names) for s in output_sheets(rules)]
    columns = {table: "、".join(names) for sheet, table, names in tables if sheet in pictured}
    templates = {f.stem: f.read_bytes() for f in sorted((HERE.parents[1] / "templates").glob("*.xlsx"))}
    return columns | {name: f"{zlib.crc32(data):08x}" for name, data in templates.items() if name in PAPERS}


def draw_sheets() -> None:
    """One PNG for each sheet and each paper, and what they are of."""
    from kongjian.base.libreoffice import convert, find_office
    from kongjian.base.scratch import scratch

    (HANDBOOK / "sheets").mkdir(parents=True, exist_ok=True)
    with scratch() as folder:
        book, papers = _calculated(folder)
        office = find_office() or sys.exit("LibreOffice is missing")
        pdf, *printed = convert(office, [book, *papers], "pdf", folder)
        pages = _pages(pdf)
        for sheet, picture in SHEETS.items():
            _draw_page(pdf, _first_page(pages, sheet), HERE / picture)
        for sheet, picture in UPPER.items():
            _draw_page(pdf, _first_page(pages, sheet), HANDBOOK / picture, _UPPER_SHARE, _PAPER_RESOLUTION)
        _draw_page(pdf, _first_page(pages, "月度跟踪") + 1, HANDBOOK / CURVES, resolution=_PAPER_RESOLUTION)
        for paper in printed:
            resolution = RESOLUTION if paper.stem == LOOKUP_PAGE else _PAPER_RESOLUTION
            _draw_page(paper, 1, HANDBOOK / paper.stem, resolution=resolution)
    DRAWN_OF.write_text(json.dumps(drawn_of(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _calculated(folder: Path) -> tuple[Path, list[Path]]:
    """The demo's workbook with every result, an import and two appeals, and one file of each paper, named as its picture."""
    from kongjian.demo.generate import demo_data
    from kongjian.engine.evidence.explanations import by_rank
    from kongjian.engine.frame import Frame, texts
    from kongjian.entry.cli.file_book import examined
    from kongjian.entry.plans.plan_model import carry_out
    from kongjian.entry.plans.robust import filled
    from kongjian.intake.sheets import APPEALS
    from kongjian.mailing.live_copy import live_copy
    from kongjian.workbook.recalculate import recalculate
    from kongjian.workbook.shipped.build_lookup import one_page
    from kongjian.workbook.shipped.build_workbook import build
    from kongjian.xlsx.edit import Edit
    from kongjian.xlsx.package import Package

    book, rules = folder / "demo.xlsm", load_rules()
    build(rules, book, demo_data(rules, teachers=TEACHERS))
    recalculate(book, now=NOW - dt.timedelta(days=1))
    export = folder / "教师导出.csv"
    export.write_text(_EXPORT, encoding="utf-8")
    subprocess.run(
        [sys.executable, "-m", "kongjian", "import", book, export], check=False, capture_output=True
    )
    with Package(book) as package:
        edit = Edit(package)
        rows = dict(zip(APPEALS.names, map(texts, zip(*_RAISED, strict=True)), strict=True))
        edit.put_table(APPEALS, Frame(rows), APPEALS.purpose, frozenset())
        edit.save(book)
    recalculate(book, now=NOW)
    with examined(book) as (held, run):
        carry_out(filled(run, held, NOW)[0], held)
        page, copy = folder / f"{LOOKUP_PAGE}.xlsx", folder / f"{COPY}.xlsx"
        best, second = by_rank(run.results.teacher)[:2].tolist()
        one_page(run, "teacher", second, page, NOW, str(run.results.teacher.names["账号"][best]))
        live_copy(run, copy, moment=NOW)
        papers = [page, copy, *_papers(run, folder)]
    _show_only(book, {*SHEETS, *UPPER})
    return book, papers


def _papers(run: Run, folder: Path) -> list[Path]:
    """The first document of each of PAPERS, the list of what is to come in, and the letter to the first school."""
    from kongjian.forms import kinds
    from kongjian.forms.produce import produce, template_path
    from kongjian.forms.returned import checklist
    from kongjian.forms.template.filled_workbook import Template
    from kongjian.mailing import school_letters
    from kongjian.mailing.strangers import Census

    jobs = [job for wanted in (kinds.KINDS, [kinds.APPEALS]) for job in kinds.jobs(run, wanted, NOW.date())]
    made = []
    for template, job in {job.template.removesuffix(".xlsx"): job for job in jobs}.items():
        if template in PAPERS:
            first = replace(job, documents=[replace(job.documents[0], folder="", stem=PAPERS[template])])
            made += produce([first], folder, lambda name: template_path(name, folder, run.rules)).written
    owed = folder / f"{CHECKLIST}.xlsx"
    checklist.write(owed, checklist.expected(run, run.rules), [], NOW.date(), run.rules)
    told = school_letters.problems_of(run)
    school = max(sorted(told), key=lambda name: len(told[name]))
    letter = school_letters.letter(
        run, school, school_letters.Contact("韩梅梅"), told[school], Census(run).strangers(school), f"{school}.xlsx", school_form=True, teacher_forms=2
    )  # fmt: skip
    with Template(template_path(run.rules.forms.letter.template, None, run.rules)) as template:
        template.write(folder / f"{LETTER}.xlsx", school_letters.sheets(run, letter, NOW.date()))
    return [*made, owed, folder / f"{LETTER}.xlsx"]


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
    picture = target.with_suffix(".png")
    picture.write_bytes(packed(picture.read_bytes()))


def packed(picture: bytes) -> bytes:
    """A PNG with its points packed as tightly as zlib can; nothing of it is lost."""
    head, at, points, behind = picture[:8], 8, b"", b""
    while at < len(picture):
        size, kind = int.from_bytes(picture[at : at + 4], "big"), picture[at + 4 : at + 8]
        chunk, at = picture[at : at + 12 + size], at + 12 + size
        if kind == b"IDAT":
            points += chunk[8:-4]
        elif points:
            behind += chunk
        else:
            head += chunk
    body = b"IDAT" + zlib.compress(zlib.decompress(points), 9)
    return head + (len(body) - 4).to_bytes(4, "big") + body + zlib.crc32(body).to_bytes(4, "big") + behind


if __name__ == "__main__":
    RIBBON.write_text(draw_ribbon(), encoding="utf-8")
    write_buttons()
    write_readme()
    if "--ribbon" not in sys.argv:
        draw_sheets()
