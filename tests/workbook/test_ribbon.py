"""The ribbon: every command in its group, and the rules that Excel checks a ribbon by."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from kongjian.entry.excel.presses import PRESSES
from kongjian.rules import load_rules
from kongjian.workbook.layout import FUNCTIONS_TABLE, output_sheets
from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, TAB
from kongjian.workbook.shipped.help_sheet import messages
from kongjian.workbook.shipped.ribbon import ribbon_xml
from kongjian.workbook.shipped.vba_project import sources
from ribbon_check import procedures, validate

SPACE = "{http://schemas.microsoft.com/office/2006/01/customui}"
XML = ribbon_xml()
PROCEDURES = procedures(sources().values())


def test_the_tab_stands_right_of_home_with_the_groups_in_working_order() -> None:
    (tab,) = ElementTree.fromstring(XML).iter(f"{SPACE}tab")
    assert (tab.get("label"), tab.get("insertAfterMso")) == (TAB, "TabHome")
    assert (
        [g.get("label") for g in tab]
        == ["数据", "计算", "结果", "核对", "评审", "分发", "帮助"]
        == list(GROUPS)
    )


def test_every_command_is_a_button_in_its_group() -> None:
    for group in ElementTree.fromstring(XML).iter(f"{SPACE}group"):
        wanted = [c for c in COMMANDS if c.group == group.get("label")]
        presses = list(group.iter(f"{SPACE}button"))
        assert [b.get("id") for b in presses] == [c.id for c in wanted]
        for command, button in zip(wanted, presses, strict=True):
            shown = [button.get(k) for k in ("label", "imageMso", "screentip", "onAction")]
            assert shown == [command.label, command.image, command.screentip, f"Kongjian_{command.id}"]


def test_a_command_with_others_below_it_has_them_in_its_menu() -> None:
    """The key tip and the size of such a button belong to the pair, not to the button."""
    pairs = {p.get("id"): p for p in ElementTree.fromstring(XML).iter(f"{SPACE}splitButton")}
    leading = {c.under for c in COMMANDS if c.under}
    assert set(pairs) == {f"{one}Pair" for one in leading} != set()
    for command in (c for c in COMMANDS if c.id in leading):
        button, menu = pairs[f"{command.id}Pair"]
        assert (button.get("id"), button.get("keytip"), button.get("size")) == (command.id, None, None)
        assert pairs[f"{command.id}Pair"].get("keytip") == command.keytip
        inside = [(b.get("id"), b.get("keytip"), b.get("size")) for b in menu]
        assert inside == [(c.id, c.keytip, None) for c in COMMANDS if c.under == command.id]
        assert {c.group for c in COMMANDS if c.under == command.id} == {command.group}


def test_only_recalculating_is_large_and_named_in_english_too() -> None:
    large = [c for c in COMMANDS if c.large]
    assert [(c.label, c.screentip) for c in large] == [
        ("重新计算排名", "重新计算排名 (Recalculate rankings)")
    ]
    assert XML.count(b'size="large"') == 1


def test_commands_that_need_data_ask_whether_there_is_any() -> None:
    for button in ElementTree.fromstring(XML).iter(f"{SPACE}button"):
        command = next(c for c in COMMANDS if c.id == button.get("id"))
        says = button.get("getSupertip"), button.get("getEnabled"), button.get("supertip")
        asks = ("KongjianSupertip", "KongjianEnabled", None)
        assert says == (asks if command.needs_data else (None, None, command.supertip))
        if command.needs_data:
            assert messages()[f"Tip{command.id}"] == command.supertip


def test_every_command_does_one_thing_that_is_there() -> None:
    tables = {s.table for s in output_sheets(load_rules())} | {t.name for t in load_rules().tables}
    for command in COMMANDS:
        assert sum(map(bool, (command.entry, command.table, command.macro))) == 1, command.id
        assert not command.table or command.table in tables | {FUNCTIONS_TABLE}
        assert not command.entry or command.entry in PRESSES
        assert not command.macro or command.macro in PROCEDURES


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_the_supertip_says_what_is_read_and_written(command: object) -> None:
    text = command.supertip  # type: ignore[attr-defined]
    assert re.search("读|检查", text)
    assert re.search("写|不改动", text)


def test_the_ribbon_is_as_excel_wants_it() -> None:
    assert validate(XML, PROCEDURES) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('id="GoAwards"', 'id="GoHelp"', "id GoHelp comes twice"),
        ('id="GoAwards"', 'id="1 Awards"', "button 1 Awards: id '1 Awards'"),
        ('keytip="R"', 'keytip="C"', "keytip C comes twice"),
        ('keytip="R"', 'keytip="RRRR"', "button Recalculate: keytip 'RRRR'"),
        ('keytip="R"', 'keytip="重"', "button Recalculate: keytip '重'"),
        ('imageMso="CalculateNow"', 'imageMso=""', "button Recalculate: no imageMso"),
        ('size="large"', 'size="huge"', "button Recalculate: size 'huge'"),
        ('size="large"', 'tooltip="x"', "button Recalculate: unknown attribute tooltip"),
        ('size="large"', 'getLabel="KongjianEnabled"', "button Recalculate: both label and getLabel"),
        ('size="large"', 'supertip="x"', "button Recalculate: both supertip and getSupertip"),
        ('size="large"', 'enabled="true"', "button Recalculate: both enabled and getEnabled"),
        ('label="获奖名单"', f'label="{"长" * 1025}"', "button GoAwards: label longer than 1024"),
        ('onAction="Kongjian_GoAwards"', "", "button GoAwards: no onAction"),
        ('onAction="Kongjian_GoAwards"', 'onAction="Gone"', "button GoAwards: no procedure Gone"),
        ('onLoad="KongjianRibbonLoaded"', 'onLoad="Gone"', "customUI: no procedure Gone"),
        ('id="MakeReviewPair"', 'id="MakeReviewPair" size="x"', "splitButton MakeReviewPair: size 'x'"),
        ('<menu id="MakeReviewMenu">', "<menu>", "menu: no id"),
        (
            "</menu>",
            "<splitButton id='A'/></menu>",
            "menu ImportDataMenu: splitButton may not stand here",
        ),
        ('keytip="N2"', 'keytip="N"', "keytip N comes twice"),
        ("</group></tab>", "<tab/></group></tab>", "group KongjianGroup7: tab may not stand here"),
        ("2006/01", "2005/01", "the root is {http://schemas.microsoft.com/office/2005/01/customui}customUI"),
    ],
)
def test_a_seeded_fault_is_found(old: str, new: str, fault: str) -> None:
    text = XML.decode()
    assert old in text
    assert validate(text.replace(old, new, 1).encode(), PROCEDURES) == [fault]
