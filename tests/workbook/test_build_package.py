"""The built file as a file: its kind, its bytes, and that it is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from kongjian.base.errors import KongjianError
from kongjian.rules import Rules, load_rules
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.finished_parts import read_parts
from package_lint import lint
from where import ROOT

SHIPPED = ROOT / "kongjian.xlsm"


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


def test_the_kind_of_file_follows_its_name(rules: Rules, tmp_path: Path) -> None:
    for suffix, told in ((".xlsx", False), (".xlsm", True)):
        target = tmp_path / f"book{suffix}"
        build(rules, target)
        assert (b"macroEnabled" in read_parts(target.read_bytes())["[Content_Types].xml"]) == told
        assert lint(target) == []
        names = read_parts(target.read_bytes()).keys()
        extra = {"xl/vbaProject.bin", "customUI/customUI.xml", "xl/drawings/vmlDrawing1.vml"}
        assert extra & names == (extra if told else set())


def test_the_same_rules_build_the_same_file(rules: Rules, tmp_path: Path) -> None:
    one, two = tmp_path / "one.xlsm", tmp_path / "two.xlsm"
    build(rules, one)
    build(rules, two)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["one.xlsm", "two.xlsm"], "nothing else stays behind"


def test_the_shipped_workbook_is_what_is_built(rules: Rules, tmp_path: Path) -> None:
    built = tmp_path / "built.xlsm"
    build(rules, built)
    shipped, fresh = read_parts(SHIPPED.read_bytes()), read_parts(built.read_bytes())
    assert list(shipped) == list(fresh)
    assert [name for name in fresh if shipped[name] != fresh[name]] == [], "build kongjian.xlsm again"


def test_a_fault_while_writing_leaves_the_old_file(
    rules: Rules, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "b.xlsm"
    target.write_bytes(b"old")

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(KongjianError, match="原文件没有改动"):
        build(rules, target)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("b.xlsm", b"old")]
