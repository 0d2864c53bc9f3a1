"""Prints 使用手册 and 一页通: `.tools/bin/python docs/handbook/print_pdf.py`, with the packages of supply.txt."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt
from weasyprint import HTML

DOCS = Path(__file__).resolve().parents[1]
_LOOK = """
@page { size: A4; margin: 18mm 17mm; @bottom-center { content: counter(page); font: 9pt "Noto Sans CJK SC"; color: #666 } }
body { font: 10.5pt/1.6 "Noto Sans CJK SC", sans-serif; color: #222 }
h1 { font-size: 20pt; color: #1f6b45; margin: 0 0 4mm } h2 { font-size: 15pt; color: #1f6b45; margin: 8mm 0 2mm }
h3 { font-size: 12.5pt; margin: 6mm 0 1mm; border-bottom: 0.5pt solid #9bb5a6 } h4 { font-size: 10.5pt; margin: 3mm 0 0 }
h1, h2, h3, h4 { break-after: avoid } p, ul, ol { margin: 1mm 0 } li { break-inside: avoid }
img { display: block; max-width: 100%; max-height: 95mm; margin: 2mm auto; border: 0.5pt solid #ccc }
.with-picture { break-after: avoid } thead { display: table-row-group }
table { border-collapse: collapse; width: 100%; margin: 2mm 0 } tr { break-inside: avoid }
th, td { border: 0.5pt solid #bbb; padding: 1mm 2mm; text-align: left; vertical-align: top } th { background: #eef2f0 }
code { font-family: "Noto Sans Mono CJK SC", monospace; font-size: 9.5pt } a { color: #1f4e9c; text-decoration: none }
"""
_ONE_PAGE = """
@page { margin: 11mm; @bottom-center { content: none } } body { font-size: 9pt; line-height: 1.4 } h1 { font-size: 17pt; margin: 0 0 1mm }
table { table-layout: fixed } td { font-size: 8.5pt } img { max-height: 84mm; margin: 1mm auto }
"""


def pdf(name: str, look: str) -> None:
    page = DOCS / f"{name}.md"
    body = MarkdownIt("commonmark", {"html": True}).enable("table").render(page.read_text(encoding="utf-8"))
    body = re.sub(r"<p>((?:(?!</?p>).)*</p>\n<p><img)", r'<p class="with-picture">\1', body)
    html = f'<html lang="zh-CN"><head><title>{name}</title><style>{look}</style></head><body>{body}</body></html>'
    HTML(string=html, base_url=str(page)).write_pdf(DOCS / f"{name}.pdf", dpi=150)


if __name__ == "__main__":
    pdf("使用手册", _LOOK)
    pdf("一页通", _LOOK + _ONE_PAGE)
