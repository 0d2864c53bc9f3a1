"""A template workbook: its placeholders checked, its sheets filled, as often as wanted, into a new workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree

from kongjian.base.errors import KongjianError
from kongjian.base.foreign import foreign
from kongjian.forms.template.active_content import active_content
from kongjian.forms.template.assembly import MADE_NAME, Assembly, MadeSheet, Sheet, digest
from kongjian.forms.template.placeholders import Context
from kongjian.forms.template.sheet_filler import Note, fill
from kongjian.forms.template.sheet_template import SheetTemplate, faults
from kongjian.xlsx.cell_xml import PARSER, tag
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from kongjian.xlsx.parts import Parts
from kongjian.xlsx.styles import StylesPart
from kongjian.xlsx.text_heights import cell_styles

_MOST = 5


class Template:
    """A template file, opened once and filled as often as wanted.

    Raises KongjianError for a damaged file, and for one with macros, outside links or active formulas.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with foreign(path):
            self._package = Package(path)
            parts = Parts(self._package)
            looks, texts = cell_styles(StylesPart(parts)), _texts(parts.strings().xml())
            self.sheets = {
                name: SheetTemplate(self._package.read(part), name, texts, looks)
                for name, part in self._package.sheets.items()
            }
            if found := list(dict.fromkeys(active_content(self._package))):
                raise KongjianError(f"模板里不能有宏、外部链接和会动的公式：{'；'.join(found[:_MOST])}")

    def close(self) -> None:
        self._package.close()

    def __enter__(self) -> Template:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def check(self, sheet: str, context: Context, title: str = "") -> None:
        """Raises KongjianError that names every placeholder of a sheet which the context does not know,

        and where there is no such sheet or it says its `title` nowhere: then it is another form.
        """
        if sheet not in self.sheets:
            raise KongjianError(
                f"模板“{self.path.name}”里没有工作表“{sheet}”，像是别的方案的；请换成本方案的模板，或把工作表改名"
            )
        if title and not self.sheets[sheet].says(title):
            raise KongjianError(
                f"模板“{self.path.name}”里没有表名“{title}”，像是别的方案的；请换成本方案的模板，或把表名改成这样"
            )
        if found := list(faults(self.sheets[sheet], context)):
            raise KongjianError(f"模板“{self.path.name}”要改：{'；'.join(found)}")

    def write(
        self, target: Path, sheets: Sequence[Sheet], names: Mapping[str, str] | None = None
    ) -> list[Note]:
        """Writes a workbook of these filled sheets to `target`, whole or not at all, an old file kept as .bak.

        `names` are defined names with a text each; MADE_NAME tells later whether the file is `untouched`.
        Returns what the writer should look at.
        """
        for sheet in sheets:
            self.check(sheet.template, sheet.context)
        parts = Parts(self._package)
        strings = parts.strings()
        with foreign(self.path):
            made = [MadeSheet(s, fill(self.sheets[s.template], s.context, strings)) for s in sheets]
            assembled = Assembly(parts, made, strings, names or {})
        assembled.save(target)
        return [Note(m.sheet.name, n.cell, n.text) for m in made for n in m.filled.notes]


def untouched(path: Path) -> bool:
    """Whether a file that was made from a template is still as it was made: nobody has saved it since."""
    try:
        with Package(path) as package:
            return as_made(package)
    except KongjianError:
        return False


def as_made(package: Package) -> bool:
    """The same of a file that is open."""
    said = defined_names(package).texts.get(MADE_NAME)
    return bool(said) and said == digest(package.read(part) for part in package.sheets.values())


def _texts(xml: bytes) -> list[str]:
    """The shared strings in order; the reading aid of a phonetic run is no part of the text."""
    root = etree.fromstring(xml, PARSER)
    return [
        "".join(t.text or "" for t in si.iter(tag("t")) if t.getparent().tag != tag("rPh"))
        for si in root.iterfind(tag("si"))
    ]


__all__ = ["MADE_NAME", "Note", "Sheet", "Template", "as_made", "untouched"]
