"""Which schemes there are: beside the workbook, in the user's folder, installed, in that order; and the commands that say so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from kongjian.base import places
from kongjian.base.errors import KongjianError, RuleFileError
from kongjian.entry.cli.main import cli
from kongjian.rules import load_rules
from kongjian.rules.catalog import scheme_folder, schemes

DEFAULT = places.default_scheme()


def put(parent: Path, scheme_id: str, city: str = "甲市") -> Path:
    """A scheme like the default one under another id and of another city."""
    folder = Path(shutil.copytree(places.rules(), parent / scheme_id))
    text = (folder / "scheme.yaml").read_text(encoding="utf-8")
    own = load_rules().scheme
    text = text.replace(f"id: {own.id}", f"id: {scheme_id}").replace(f"city: {own.city}", f"city: {city}")
    (folder / "scheme.yaml").write_text(text, encoding="utf-8")
    return folder


def test_of_one_id_the_folder_beside_the_workbook_counts_first_then_the_user_s_own(books: Path) -> None:
    assert scheme_folder(DEFAULT, books) == places.rules()
    own = put(places.own_schemes(), DEFAULT, "乙市")
    assert (scheme_folder(DEFAULT, books), load_rules().scheme.city) == (own, "乙市")
    near = put(books / "方案", DEFAULT, "丙市")
    assert (scheme_folder(DEFAULT, books), scheme_folder(DEFAULT)) == (near, own)
    assert [(s.id, s.where) for s in schemes(books)] == [(DEFAULT, "工作簿旁边")]


def test_two_schemes_are_loaded_side_by_side(books: Path) -> None:
    other = put(books / "方案", "else-2030")
    assert [s.id for s in schemes(books)] == ["else-2030", DEFAULT]
    theirs, ours = load_rules("ELSE-2030", books), load_rules()
    assert (theirs.scheme.id, theirs.scheme.city, theirs.folder) == ("else-2030", "甲市", other)
    assert (ours.scheme.id, ours.folder) == (DEFAULT, places.rules())
    again = load_rules("else-2030", books)  # from the cache
    assert (again, again.folder) == (theirs, other)


def test_an_unknown_scheme_and_a_misnamed_folder_are_refused_with_the_way_out(books: Path) -> None:
    with pytest.raises(KongjianError) as refused:
        load_rules("nowhere-1999", books)
    for said in ("没有方案“nowhere-1999”", f"有：{DEFAULT}", str(books / "方案"), str(places.own_schemes())):
        assert said in str(refused.value)
    put(books / "方案", "else-2030").rename(books / "方案" / "renamed")
    with pytest.raises(RuleFileError, match=r"renamed：scheme.yaml 的 id 是“else-2030”"):
        load_rules("renamed", books)


def test_the_commands_say_which_there_are_and_take_one_by_its_id_or_its_folder(books: Path) -> None:
    other, run = put(books / "方案", "else-2030"), CliRunner().invoke
    listed = run(cli, ["schemes"]).output.splitlines()
    assert [line.split()[0] for line in listed] == ["else-2030", DEFAULT]
    assert "甲市" in listed[0]
    assert listed[0].endswith(f"工作簿旁边：{other}")
    shown = [run(cli, ["rules", "--scheme", s]).output for s in ("else-2030", str(other))]
    assert shown[0] == shown[1] == run(cli, ["rules"]).output  # its numbers are the default one's
    spoilt = (other / "awards.yaml").read_text(encoding="utf-8").replace("last: 3", "last: 5", 1)
    (other / "awards.yaml").write_text(spoilt, encoding="utf-8")
    found = run(cli, ["rules", "--lint", "--scheme", "else-2030"])
    assert (found.exit_code, found.output.splitlines()[-1][:4]) == (1, "规则有3")
    assert run(cli, ["rules", "--lint"]).exit_code == 0
    (other / "school.yaml").unlink()
    listed = run(cli, ["schemes"])
    assert (listed.exit_code, "else-2030       不能用：" in listed.output) == (1, True)
