"""分校包: a folder with all that one school gets and nothing of another, its letter, a draft that is addressed; long because copy, forms, letter and draft are one package."""

from __future__ import annotations

import datetime as dt
import re
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from kongjian.base import libreoffice
from kongjian.base.errors import KongjianError
from kongjian.base.folders import place_folder
from kongjian.entry.cli import outgoing
from kongjian.entry.cli.main import cli
from kongjian.forms.returned.returned_forms import read_returned
from kongjian.mailing import by_school, proof, school_formulas, school_packages
from kongjian.mailing.by_school import school_copies
from kongjian.mailing.live_copy import contents
from kongjian.mailing.package_texts import texts
from kongjian.mailing.school_formulas import signature
from kongjian.mailing.school_letters import contacts
from kongjian.mailing.strangers import Sighting
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import check
from kongjian.xlsx.finished_parts import read_parts, write_parts
from kongjian.xlsx.package import Package
from mail_drafts import draft_of
from native_engines import differences, iron_calc, spoil
from workbooks import SCHOOL_NAMES, opened, school, small_book, teacher

RULES = load_rules()
FIRST, SECOND, THIRD = SCHOOL_NAMES[:3]
CONTACTS = {
    FIRST: ("韩梅梅", "13900001234", "hanmeimei@school1.example.cn; second@school1.example.cn"),
    SECOND: ("", "", "no address"),
}
SHARED = "421281199001017777"


pytestmark = pytest.mark.usefixtures("without_libreoffice")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three schools, an unreadable count in the first, an account that the first and the second share, contacts."""
    rows = {
        "schools": [school(FIRST, 95.5), school(SECOND, 91), school(THIRD, 60)],
        "teachers": [
            teacher(FIRST, "诸葛孔明", "hb421281000001", 90, 在线授课="约5"),
            teacher(FIRST, "欧阳静", SHARED, 88),
            teacher(SECOND, "司马懿", SHARED, 87),
            teacher(SECOND, "上官云", "hb421281000002", 86),
            teacher(THIRD, "夏侯惇", "hb421281000003", 41),
        ],
    }
    path = small_book(tmp_path_factory.mktemp("packages") / "评比.xlsm", rows)
    made = opened(path)
    sheet = made["学校数据"]
    left = sheet.max_column + 2
    for column, name in enumerate(("联系人", "联系电话", "电子邮箱"), start=left):
        sheet.cell(3, column).value = name
    names = {sheet.cell(row, 1).value: row for row in range(4, 8)}
    for name, cells in CONTACTS.items():
        for column, value in enumerate(cells, start=left):
            sheet.cell(names[name], column).value = value
    made.save(path)
    return path


@pytest.fixture(scope="module")
def sent(book: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    out, steps = tmp_path_factory.mktemp("out"), list[str]()
    with pytest.MonkeyPatch.context() as m:
        for module in (proof, by_school, libreoffice):
            m.setattr(module, "find_office", lambda: None)
        m.setattr(outgoing, "step", steps.append)
        done = CliRunner().invoke(cli, ["mail", str(book), "--by-school", "-o", str(out)])
    assert done.exit_code in (0, 1), (done.output, done.exception)
    return out / "分校版", "\n".join([*steps, done.output])


def letter_of(folder: Path) -> list[str]:
    sheet = openpyxl.load_workbook(folder / RULES.forms.letter.template)["信"]
    return [str(c.value).strip() for (c,) in sheet.iter_rows() if c.value]


def problems_of(folder: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(folder / RULES.forms.letter.template)["问题清单"]
    return [[c.value for c in row] for row in sheet.iter_rows(min_row=3)]


def test_a_folder_holds_the_copy_the_letter_and_the_forms_of_who_qualifies(sent: tuple[Path, str]) -> None:
    folder, _ = sent
    letter = RULES.forms.letter.template
    own, person = (RULES.forms.form(f"{kind}_application").annex for kind in ("school", "teacher"))
    wanted = {
        FIRST: {f"{own} {FIRST}.xlsx", f"{person} 诸葛孔明.xlsx", f"{person} 欧阳静.xlsx"},
        SECOND: {f"{own} {SECOND}.xlsx", f"{person} 上官云.xlsx"},
        THIRD: set(),
    }
    for name, forms in wanted.items():
        files = {p.name for p in (folder / name).iterdir()}
        assert files == {f"{name}.xlsx", letter} | forms
        units = [r.unit for p in (folder / name).iterdir() for r in read_returned(p, RULES) if r.form]
        assert len(units) == len(forms)
        attached = [a.get_filename() for a in draft_of(folder / f"{name}.eml").iter_attachments()]
        assert set(attached) == files
        assert attached[:2] == [f"{name}.xlsx", letter]


def test_the_letter_says_what_to_mend_by_when_to_whom(sent: tuple[Path, str]) -> None:
    folder, _ = sent
    said = letter_of(folder / FIRST)
    assert said[0] == RULES.forms.letter.title
    assert said[1] == f"{FIRST}（韩梅梅收）："
    text = "\n".join(said)
    errors = [row for row in problems_of(folder / FIRST) if row[1] == "错误"]
    assert f"查出要改的错误{len(errors)}处" in text
    assert "贵校学校、2名教师达标" in text
    due = dt.date.fromisoformat(RULES.scheme.apply_by)
    assert (
        f"请于{due.year}年{due.month}月{due.day}日前把改过的文件和填好的申报表发回{RULES.scheme.handled_by}。"
        in text
    )
    assert "填好的申报表" not in "\n".join(letter_of(folder / THIRD))
    body = draft_of(folder / f"{FIRST}.eml").get_body()
    assert body is not None
    mail = body.get_content()
    assert all(line in mail for line in said[1:-2])


def test_the_dates_and_offices_are_those_of_the_workbook(book: Path, tmp_path: Path) -> None:
    """Whoever answers at the office is no stranger in a school's letter, though a teacher of another has the name."""
    changed = opened(book)
    new = {
        "申报截止": "2021-09-10",
        "受理单位": "赤壁市电教馆",
        "联系人": "司马懿",
        "联系电话": "0715-5330000",
    }
    for row in changed["规则"].iter_rows():
        for cell in row:
            if cell.value in new:
                changed["规则"].cell(cell.row, cell.column + 1).value = new[cell.value]
    path = tmp_path / "评比.xlsm"
    changed.save(path)
    assert CliRunner().invoke(cli, ["mail", str(path), "--by-school", "-q"]).exit_code in (0, 1)
    said = letter_of(tmp_path / "分发" / "分校版" / THIRD)
    assert "请于2021年9月10日前把改过的文件" in "".join(said)
    assert said[-3:-1] == ["联系人：司马懿，联系电话：0715-5330000", "赤壁市电教馆"]
    told = draft_of(tmp_path / "分发" / "分校版" / f"{THIRD}.eml").get_body()
    assert told is not None
    assert "\n联系人：司马懿，联系电话：0715-5330000\n\n赤壁市电教馆" in told.get_content().replace("\r", "")


def test_drafts_are_addressed_and_what_is_no_address_is_told(sent: tuple[Path, str]) -> None:
    folder, said = sent
    first = draft_of(folder / f"{FIRST}.eml")
    assert first["To"] == "hanmeimei@school1.example.cn, second@school1.example.cn"
    assert (first["X-Unsent"], first["From"]) == ("1", None)
    assert [draft_of(folder / f"{n}.eml")["To"] for n in (SECOND, THIRD)] == [None, None]
    assert f"{SECOND}：“no、address”不像邮箱，没有写进收件人" in said
    assert "2所学校没有邮箱，草稿没有收件人" in said


def test_the_problems_are_the_school_s_own_and_one_that_names_others_is_told_in_other_words(
    sent: tuple[Path, str],
) -> None:
    folder, _ = sent
    for name in (FIRST, SECOND):
        rows = problems_of(folder / name)
        assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
        assert {str(row[2]).split(" ")[0] for row in rows if row[2]} == {name}
    first, second = problems_of(folder / FIRST), problems_of(folder / SECOND)
    assert any("约5" in str(row) for row in first)
    assert not any("约5" in str(row) for row in second)
    told = [row[4] for row in (*first, *second) if str(row[4]).startswith("这一处和别的学校的数据有关")]
    assert set(told) == {f"这一处和别的学校的数据有关，请向{RULES.scheme.handled_by}核对"}
    for rows, others in ((first, ("司马懿", SECOND)), (second, ("欧阳静", FIRST))):
        assert not any(other in str(row) for row in rows for other in others)


def test_no_contact_stands_in_a_file_of_anybody_else(
    book: Path, sent: tuple[Path, str], tmp_path: Path
) -> None:
    folder, _ = sent
    for option in ([], ["--public"], ["--values"]):
        done = CliRunner().invoke(cli, ["mail", str(book), "-o", str(tmp_path), "--anyway", *option])
        assert done.exit_code == 0, (done.output, done.exception)
    files = [p for p in folder.glob("*/*") if p.parent.name != FIRST] + list(tmp_path.glob("*.xlsx"))
    assert len(files) >= 9
    for path in [*files, folder / FIRST / f"{FIRST}.xlsx"]:
        everything = "\n".join(t.text for t in texts(path))
        assert not any(word in everything for word in ("韩梅梅", "13900001234", "hanmeimei")), path


def test_the_search_knows_the_contacts_of_the_others(book: Path) -> None:
    run = check(book)
    known = contacts(run)
    assert [c.person for c in known.values()] == ["韩梅梅", ""]
    census = school_packages.Census(run, (), school_packages._names(known))
    said = ["联系人：韩梅梅", "电话13900001234", "second@school1.example.cn"]
    assert len(census.strangers(THIRD).named_in(said)) == 3
    assert census.strangers(FIRST).named_in(said) == []


@pytest.mark.parametrize("certain", [True, False])
def test_a_stranger_in_any_file_keeps_the_whole_folder(
    certain: bool, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = RULES.forms.letter.template
    real = school_packages.found_in

    def seen(path: Path, wanted: Any) -> list[Sighting]:
        spoilt = path.name == letter and path.parent.name == FIRST
        return [Sighting("司马懿", "信 A2", certain)] if spoilt else real(path, wanted)

    monkeypatch.setattr(school_packages, "found_in", seen)
    done = CliRunner().invoke(cli, ["mail", str(book), "--by-school", "-o", str(tmp_path)])
    assert done.exit_code == (2 if certain else 1), (done.output, done.exception)
    assert f"{letter}：" in done.output
    made = {p.name for p in (tmp_path / "分校版").iterdir()}
    assert made == {SECOND, THIRD, f"{SECOND}.eml", f"{THIRD}.eml"}


# ------------------------------------------------------------------ folders
def folder_of(place: Path, **files: str) -> Path:
    place.mkdir(parents=True)
    for name, text in files.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


def test_a_folder_is_put_in_its_place_whole_and_the_earlier_one_kept(tmp_path: Path) -> None:
    target = tmp_path / "out" / "第一小学"
    assert place_folder(folder_of(tmp_path / "a", x="1", y="2"), target)
    assert not place_folder(tmp_path / "a", target), "the same again"
    assert place_folder(folder_of(tmp_path / "b", x="3"), target)
    assert place_folder(folder_of(tmp_path / "c", x="4"), target)
    kept = {p.name: (p / "x").read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir() if p.is_dir()}
    assert kept == {"第一小学": "4", "第一小学.bak": "1", "第一小学.1.bak": "3"}
    assert not (target / "y").exists()


def test_a_folder_that_cannot_be_put_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "第一小学"
    place_folder(folder_of(tmp_path / "a", x="1"), target)
    rename = Path.rename

    def refuse(self: Path, other: Path) -> Path:
        if self.name.endswith(".tmp"):
            raise PermissionError(13, "open", str(self))
        return rename(self, other)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(KongjianError, match="写不了文件夹 .*第一小学.*请先关闭再试"):
        place_folder(folder_of(tmp_path / "b", x="2"), target)
    assert {p.name for p in tmp_path.iterdir() if p.is_dir()} == {"a", "b", "第一小学"}
    assert (target / "x").read_text(encoding="utf-8") == "1"


# ------------------------------------------------------------------ formulas together
def test_formulas_of_schools_with_the_same_columns_are_alike_and_another_one_is_seen(book: Path) -> None:
    run = check(book)
    made = [contents(run, only_school=name) for name in (FIRST, SECOND)]
    one, other = map(school_formulas.signature, made)
    assert one is not None
    assert one == other == school_formulas.signature(contents(run, only_school=[FIRST, SECOND]))
    sheet = next(s for s in made[0].sheets if s.place.sheet == "教师得分")
    at = next(k for k, c in enumerate(sheet.columns) if c.formulas)
    for formulas, alike in (
        ([f"{f}+0" for f in sheet.columns[at].formulas], False),  # another template
        ([*sheet.columns[at].formulas[:-1], "1"], None),  # one row of its own
    ):
        columns = list(sheet.columns)
        columns[at] = replace(columns[at], formulas=formulas)
        spoilt = replace(sheet, columns=tuple(columns))
        sheets = tuple(spoilt if s is sheet else s for s in made[0].sheets)
        found = school_formulas.signature(replace(made[0], sheets=sheets))
        assert (found is None) if alike is None else (found not in (None, one))


def test_the_common_file_gives_every_school_what_its_own_shows(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proof, "find_office", lambda: None)
    run = check(book)
    found = {n: contents(run, only_school=n) for n in (FIRST, SECOND)}
    lookups = {n: one.lookup for n, one in found.items() if one.lookup}
    kind = signature(found[FIRST])
    assert kind
    together = school_formulas.together(run, kind, lookups, tmp_path / "together.xlsx")
    assert together
    assert proof.examined(tmp_path / "together.xlsx", together).reasons == ()
    spoil(tmp_path / "together.xlsx")
    shown = iron_calc(tmp_path / "together.xlsx")
    for k, (name, one) in enumerate(lookups.items(), start=1):
        for sheet, cells in one.values().items():
            wanted = {at: value for at, value in cells.items() if value != ""}
            assert differences({f"{sheet} {k}": wanted}, shown) == []
        assert shown[f"单位查询 {k}"][3, 0] == name


def with_another_score(copy: Path, sheet: str) -> None:
    """The last number that a formula of this sheet gives is another one."""
    with Package(copy) as package:
        part = package.sheets[sheet]
    parts = read_parts(copy.read_bytes())
    parts[part], changed = re.subn(
        rb"(.*</f><v>)[\d.]+(</v>)", rb"\g<1>77\2", parts[part], count=1, flags=re.DOTALL
    )
    assert changed
    write_parts(parts, copy)


@pytest.mark.parametrize("fault", ["", "together", "look-up", "signature"])
def test_libreoffice_calculates_all_schools_together_and_alone_where_that_is_refused(
    fault: str, book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run, asked = check(book), []

    def calculated(copy: Path) -> Path:
        asked.append(copy.name)
        if fault == "together" and copy.name == "together 0.xlsx":
            raise KongjianError("LibreOffice 没有打开")
        if fault == "look-up" and copy.name == "together 0.xlsx":
            with_another_score(copy, "单位查询 2")
        return copy

    for module in (proof, by_school):
        monkeypatch.setattr(module, "find_office", lambda: "soffice")
    for one in (proof, school_formulas):
        monkeypatch.setattr(one, "calculating", lambda *_: nullcontext(calculated))
    if fault == "signature":
        for two in (by_school, school_formulas):
            monkeypatch.setattr(two, "signature", lambda _: None)
    copies = school_copies(run, tmp_path, dt.datetime(2021, 8, 1, 9, 0))
    alone = [f"{n}.xlsx" for n in (FIRST, SECOND, THIRD)]
    refused = ["together 0.xlsx", *alone]
    wanted = {"": ["together 0.xlsx"], "together": refused, "look-up": refused, "signature": alone}
    assert asked == wanted[fault]
    assert [c.proof.recalculated for c in copies] == [c.proof.formulas for c in copies]
    assert all(c.proof.formulas for c in copies)


def test_each_school_is_a_step_that_is_told(sent: tuple[Path, str]) -> None:
    _, said = sent
    for k, name in enumerate((FIRST, SECOND, THIRD), start=1):
        assert f"正在生成、核对分校版 {name}（{k}/3）…\n" in said
