"""Returned forms: every field read back, every check failed and just passed, every odd file told with its reason."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import openpyxl
import pytest

from application_forms import (
    DAY,
    MEMBER,
    RESUME,
    SCHOOL_ANSWERS,
    TEACHER_ANSWERS,
    answered,
    rules,
    run_of,
    sent,
    template,
)  # fmt: skip
from kongjian.forms.applications import jobs, sent_facts
from kongjian.forms.returned import field_checks
from kongjian.forms.returned.returned_forms import (
    NOT_A_SHEET,
    NOT_FILLED,
    Returned,
    read_folder,
    read_returned,
)
from kongjian.forms.returned.review_papers import review_files
from kongjian.forms.template.filled_workbook import Template
from kongjian.mailing import returns
from kongjian.rules.model_forms import FormField
from kongjian.workbook.run import Run
from kongjian.xlsx.package import Package
from office import convert
from workbooks import read, write

SENT = sent_facts(rules())


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return run_of(tmp_path_factory.mktemp("book"))


def only(path: Path) -> Returned:
    (found,) = read_returned(path, rules())
    return found


@pytest.mark.parametrize("resaved", [False, True])
def test_a_complete_form_is_read_whole(resaved: bool, run: Run, tmp_path: Path) -> None:
    for kind, unit, answers, block in (
        ("school", "school|赤壁市第一小学", SCHOOL_ANSWERS, ("FormMembers", MEMBER)),
        ("teacher", "teacher|421281199001010000", TEACHER_ANSWERS, ("FormResume", RESUME)),
    ):
        path = answered(run, kind, tmp_path)
        if resaved:
            path = convert(path, "xlsx", tmp_path / "resaved")
        found = only(path)
        assert (found.form, found.unit, found.reasons) == (f"{kind}_application", unit, ())
        assert {n: found.values[n] for n in answers} == answers
        assert found.values[block[0]] == "、".join(w for w in block[1] if w)


def test_a_form_that_has_come_to_name_another_school_is_told(run: Run, tmp_path: Path) -> None:
    other = only(answered(run, "school", tmp_path, FormSchool="赤壁市第二小学"))
    assert other.unit == "school|赤壁市第一小学"
    [why] = other.reasons
    assert why.endswith("学校名称写的是“赤壁市第二小学”，这份表是发给“赤壁市第一小学”的，请核对")
    assert only(answered(run, "school", tmp_path, FormSchool=" 赤壁市第一小学")).reasons == ()


@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_a_form_as_it_was_sent_is_not_filled(kind: str, run: Run, tmp_path: Path) -> None:
    path, _ = sent(run, kind, 0, tmp_path)
    found = only(path)
    assert (found.reasons, found.filled) == ((NOT_FILLED,), False)


def field(kind: str, **more: object) -> FormField:
    return FormField("FormX", "某栏", kind, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("phone", ["13812345678", "138 1234 5678", "0715-5353535", "０７１５－５３５３５３５", "(0715)5353535", "02787654321"],
         ["1381234567", "138123456789", "5353535x", "7155353535", "12012345678"]),
        ("postcode", ["437300", "４３７３００", " 437300 "], ["43730", "4373000", "43730A"]),
        ("email", ["a@b.cn", "a.b-c@qq.com", "a＠b.cn"], ["a@b", "ab.cn", "a@b..cn", "a b@", "见附件"]),
        ("date", ["2021年7月25日", "2021-7-25", "2021.7.25", "2021/07/25", " 2021 年 7 月 25 日 ", "44402"],
         ["2021年7月", "2021年2月30日", "7月25日", "2021年13月1日", "今天25"]),
    ],
)  # fmt: skip
def test_each_kind_just_right_and_just_wrong(kind: str, good: list[str], bad: list[str]) -> None:
    assert [t for t in good if field_checks.fault(field(kind), t, SENT)] == []
    assert [t for t in bad if not field_checks.fault(field(kind), t, SENT)] == []


def test_days_are_understood() -> None:
    texts = ("2021年7月25日", "2021-7-25", "2021.7.25", "44402")
    assert {field_checks.date_of(t) for t in texts} == {dt.date(2021, 7, 25)}


def test_two_thousand_characters_and_one_more(run: Run, tmp_path: Path) -> None:
    text = "\n".join(["　　" + "字" * 500] * 4)  # 2,000 characters, the blank ones apart
    assert only(answered(run, "teacher", tmp_path, FormDeeds=text)).reasons == ()
    longer = only(answered(run, "teacher", tmp_path, FormDeeds=f"{text} 字"))
    assert longer.reasons == ("B9 人人通项目先进应用事迹有2001字，超过2000字",)


def test_a_text_that_is_not_printed_whole_is_told_with_what_to_do(run: Run, tmp_path: Path) -> None:
    """A line of 9 points takes 50 characters here and 11.7 points; B14 is 228 points high, so that 19 lines stand in it."""
    lines = ["字" * 50] * 19
    fits = answered(run, "school", tmp_path, FormBasics="\n".join(lines))
    assert only(fits).reasons == ()
    longer = answered(run, "school", tmp_path, FormBasics="\n".join([*lines, "多" * 20]))
    told = "B14 2-1学校基本情况写不下，约多出20字打印不出来；请把这一行拉高，或删减后再交"
    assert only(longer).reasons == only(longer).cut == (told,)
    far_longer = answered(run, "school", tmp_path, name="长", FormBasics="\n".join(lines * 2))
    assert only(far_longer).cut == ("B14 2-1学校基本情况写不下，约多出950字打印不出来；请删减后再交",)
    higher = openpyxl.load_workbook(longer)
    higher.active.row_dimensions[14].height = 234
    higher.save(longer)
    assert only(longer).reasons == ()
    member = answered(run, "school", tmp_path)
    book = openpyxl.load_workbook(member)
    book.active["E12"] = "信息技术、" * 6
    book.save(member)
    assert only(member).cut[0].startswith("E12 参与小组成员写不下，约多出1")


def test_what_is_missing_is_named_with_its_cell(run: Run, tmp_path: Path) -> None:
    # the date of the stamp is written by hand on the printed form
    blank = answered(run, "teacher", tmp_path, FormUnitDate="    年    月    日", FormSex=None)
    assert only(blank).reasons == ("E3 性别没有填",)
    odd = answered(run, "teacher", tmp_path, FormUnitDate="7月")
    assert only(odd).reasons == ("A14 所在单位盖章日期“7月”不是完整的年月日",)
    school = answered(run, "school", tmp_path, FormPostcode="4373", FormResults="全市名次：第1名")
    assert only(school).reasons == (
        "G5 邮编“4373”不是6位数字的邮编",
        "B18 2-5取得成绩只有预填的数据，请补充填写",
    )


def test_cells_that_excel_turned_into_numbers_and_dates(run: Run, tmp_path: Path) -> None:
    changed = {"FormUnitDate": dt.datetime(2021, 7, 25), "FormBirthday": dt.date(1985, 3, 2)}
    found = only(answered(run, "teacher", tmp_path, **changed))
    assert (found.reasons, found.values["FormUnitDate"]) == ((), "2021年7月25日")
    school = only(answered(run, "school", tmp_path, FormPostcode=437300, FormLeaderPhone=13812345678))
    assert (school.reasons, school.values["FormLeaderPhone"]) == ((), "13812345678")


def test_a_lost_name_and_a_form_without_its_unit(run: Run, tmp_path: Path) -> None:
    path = answered(run, "school", tmp_path)
    book = openpyxl.load_workbook(path)
    del book.defined_names["FormPostcode"], book.defined_names["KongjianUnit"]
    book.save(path)
    found = only(path)
    assert (found.unit, found.reasons) == ("school|赤壁市第一小学", ("邮编的格子不见了，请用发出的表填写",))


def test_one_workbook_with_a_sheet_for_each_school(run: Run, tmp_path: Path) -> None:
    job = jobs(run, DAY)[0]
    path = tmp_path / "together.xlsx"
    with Template(template("school", tmp_path)) as opened:
        opened.write(path, [d.sheets[0] for d in job.documents[:3]])
    found = read_returned(path, rules())
    assert sorted(r.unit for r in found) == sorted(d.names["KongjianUnit"] for d in job.documents[:3])


def test_odd_files_are_told_with_a_reason(run: Run, tmp_path: Path) -> None:
    good = answered(run, "teacher", tmp_path / ".." / tmp_path.name, name="好")
    (tmp_path / "teacher-template.xlsx").unlink()
    (tmp_path / "扫描.pdf").write_bytes(b"%PDF")
    (tmp_path / "申报.docx").write_bytes(b"PK\x03\x04")
    (tmp_path / "旧.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (tmp_path / "密.xlsx").write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le")
    )
    (tmp_path / "坏.xlsx").write_bytes(good.read_bytes()[:3000])
    openpyxl.Workbook().save(tmp_path / "别的.xlsx")
    shutil.copy(good, tmp_path / "~$好.xlsx")
    shutil.copy(good, tmp_path / "好.xlsx.bak")
    found = {r.file.name: r.reasons for r in read_folder(tmp_path, rules())}
    assert set(found) == {"好.xlsx", "扫描.pdf", "申报.docx", "旧.xls", "密.xlsx", "坏.xlsx", "别的.xlsx"}
    assert found["扫描.pdf"] == found["申报.docx"] == (NOT_A_SHEET,)
    for name, word in {
        "旧.xls": "旧的 .xls",
        "密.xlsx": "密码",
        "坏.xlsx": "损坏",
        "别的.xlsx": "不是发出的申报表",
    }.items():
        assert word in found[name][0]
    assert found["好.xlsx"] == ()


class Panic(BaseException):
    """What a reader in another language raises is no Exception."""


def test_one_odd_file_never_stops_a_folder(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Forms, review files and copies of a folder: each odd file is one line, and the next one is read."""
    (folder := tmp_path / "交回").mkdir()
    good = Path(shutil.move(answered(run, "school", tmp_path), folder))
    parts = read(good)
    sheet = next(n for n in parts if n.startswith("xl/worksheets/sheet"))
    write(folder / "a缺部件.xlsx", {n: c for n, c in parts.items() if n != sheet})
    odd = parts["xl/_rels/workbook.xml.rels"].replace(b'Target="', b'Target="../../../x/', 1)
    write(folder / "b关系.xlsx", {**parts, "xl/_rels/workbook.xml.rels": odd})
    write(folder / "c宏.xlsm", {**parts, "xl/workbook.xml": parts["xl/workbook.xml"][:-40]})
    (folder / "d截断.xlsx").write_bytes(good.read_bytes()[:-300])
    (folder / "e空.xlsx").write_bytes(b"")
    shutil.copy(good, folder / "f怪.xlsx")
    plain = Package.relationships

    def panics(self: Package, part: str) -> list[tuple[str, str, str]]:
        if self.path.name == "f怪.xlsx":
            raise Panic("index out of bounds")
        return plain(self, part)

    monkeypatch.setattr(Package, "relationships", panics)
    names = {p.name for p in folder.iterdir()} - {good.name}
    found = {r.file.name: r for r in read_folder(folder, rules())}
    assert found[good.name].unit == "school|赤壁市第一小学"
    assert {n for n, r in found.items() if r.reasons and not r.unit} == names
    refused: list[str] = []
    assert list(review_files(folder, refused)) == []
    _, faults = returns._copies(folder, rules())
    assert all(found[n].reasons[0].startswith(n) and "\n" not in found[n].reasons[0] for n in names)
    for said in (refused, faults, found["f怪.xlsx"].reasons):
        assert "f怪.xlsx：读不了（内容不合格式，可能已损坏；请让对方重新保存再交）" in said
