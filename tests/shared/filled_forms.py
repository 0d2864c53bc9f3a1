"""The demo city's run, and its forms filled as the program fills them."""

from __future__ import annotations

import functools
from pathlib import Path
from xml.etree import ElementTree

from kongjian.base.grid import Grid
from kongjian.demo.generate import demo_data
from kongjian.engine.last_run import Previous
from kongjian.forms.design.make_templates import Design, _drawn
from kongjian.forms.job import Job
from kongjian.forms.template.filled_workbook import Note, Template
from kongjian.rules import Rules
from kongjian.workbook.run import Run, calculate_grids
from kongjian.xlsx.finished_parts import no_calculation_on_load, read_parts, write_parts
from pinned_rules import pinned_rules
from workbooks import read


@functools.cache
def city_grids() -> dict[str, Grid | None]:
    """The demo's input sheets as a reader hands them over."""
    rules = pinned_rules()
    out: dict[str, Grid | None] = {}
    for table, pasted in demo_data(rules).items():
        rows = [list(pasted.headers), *(list(row) for row in pasted.rows)]
        width = max(map(len, rows))
        out[table] = Grid([["" if v is None else v for v in row] + [""] * (width - len(row)) for row in rows])
    return out


def city_run(rules: Rules) -> Run:
    return calculate_grids(city_grids(), rules, Previous())


def empty_run(rules: Rules) -> Run:
    """A run over input sheets that hold nothing but headers."""
    grids: dict[str, Grid | None] = {t.id: Grid([list(t.names)]) for t in rules.tables}
    return calculate_grids(grids, rules, Previous())


def draw_template(design: Design, rules: Rules, path: Path) -> Path:
    parts = read_parts(_drawn(design, rules))
    no_calculation_on_load(parts)
    write_parts(parts, path)
    return path


def fill(job: Job, template: Path, folder: Path) -> tuple[Path, list[Note]]:
    """The job's one document, written into the folder."""
    (document,) = job.documents
    out = folder / f"{document.stem}.xlsx"
    with Template(template) as opened:
        notes = opened.write(out, document.sheets, document.names)
    return out, notes


def chart_references(path: Path) -> list[list[str]]:
    """Of every chart of a package, in the order of its parts, all references to cells."""
    charts = sorted((n, x) for n, x in read(path).items() if n.startswith("xl/charts/chart"))
    tag = "{http://schemas.openxmlformats.org/drawingml/2006/chart}f"
    return [[f.text or "" for f in ElementTree.fromstring(xml).iter(tag)] for _, xml in charts]
