"""One filled file of each template, part by part as it was; and each is a clean package."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openxml_audit import OpenXmlValidator

from kongjian.forms.design.make_templates import designs
from kongjian.forms.template.filled_workbook import untouched
from kongjian.rules import load_rules
from make_golden import fill_forms
from package_lint import lint
from where import GOLDEN

DESIGNS = designs(load_rules())

FORMS = GOLDEN / "forms"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("forms")
    return {path.name: path for path in fill_forms(load_rules(), folder)}


def first_difference(old: bytes, new: bytes, part: str) -> str:
    """Where two parts differ: the path of the first element that is not the same, and both; "" for equal parts."""
    if old == new:
        return ""
    if not part.endswith((".xml", ".rels", ".vml")):
        return f"{part}: {len(old)} bytes, now {len(new)}"
    found = _apart(ElementTree.fromstring(old), ElementTree.fromstring(new), "")
    return f"{part} {found}" if found else f"{part}: the same elements, written in another way"


def _apart(old: ElementTree.Element, new: ElementTree.Element, above: str) -> str:
    place = f"{above}/{old.tag.rpartition('}')[2]}"
    if old.get("r"):
        place += f"[{old.get('r')}]"
    mine, theirs = ((e.tag, dict(e.attrib), (e.text or "").strip()) for e in (old, new))
    if mine != theirs:
        return f"{place}: {mine}, now {theirs}"
    for a, b in zip(old, new, strict=False):
        if found := _apart(a, b, place):
            return found
    return "" if len(old) == len(new) else f"{place}: {len(old)} elements, now {len(new)}"


def test_each_template_has_its_golden_file(filled: dict[str, Path]) -> None:
    assert set(filled) == set(DESIGNS) == {p.name for p in FORMS.iterdir()}


@pytest.mark.parametrize("name", DESIGNS)
def test_every_part_is_as_it_was(filled: dict[str, Path], name: str) -> None:
    """Made anew by `python tests/shared/make_golden.py`."""
    with zipfile.ZipFile(FORMS / name) as old, zipfile.ZipFile(filled[name]) as new:
        assert new.namelist() == old.namelist()
        differences = [first_difference(old.read(n), new.read(n), n) for n in old.namelist()]
    assert [d for d in differences if d] == []


@pytest.mark.parametrize("name", DESIGNS)
def test_a_filled_file_is_a_clean_package(filled: dict[str, Path], name: str) -> None:
    assert lint(filled[name]) == []
    audit = OpenXmlValidator().validate(filled[name])
    assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)
    assert untouched(filled[name])


def test_a_difference_is_told_with_its_place() -> None:
    old = b'<s><row r="1"><c r="A1"><v>1</v></c></row></s>'
    assert first_difference(old, old, "sheet1.xml") == ""
    told = first_difference(old, old.replace(b"<v>1", b"<v>2"), "sheet1.xml")
    assert told == "sheet1.xml /s/row[1]/c[A1]/v: ('v', {}, '1'), now ('v', {}, '2')"
    assert (
        first_difference(old, old.replace(b"<v>1</v>", b""), "a.xml")
        == "a.xml /s/row[1]/c[A1]: 1 elements, now 0"
    )
    assert first_difference(old, old.replace(b"<s>", b"<s >"), "a.xml").endswith("written in another way")
