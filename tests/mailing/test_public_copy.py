"""公示版: what must not be published is covered, and nothing is written while any of it is left."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filled_forms import city_run, draw_template
from kongjian.base.errors import KongjianError
from kongjian.engine.frame import Frame, texts
from kongjian.forms import lists
from kongjian.forms.design import draw_award_lists
from kongjian.forms.job import Document, Job
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.mailing.masking import mask
from kongjian.mailing.masking import secrets as in_text
from kongjian.mailing.public_copy import public_copy, secrets
from kongjian.rules import load_rules
from package_lint import lint

RULES = load_rules()
ID, MOBILE, MAIL = "421281199001011234", "13800138000", "zhang.san@example.com"
WIDE = str.maketrans("0123456789-X", "０１２３４５６７８９－Ｘ")


harmless = st.one_of(
    st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)).map(lambda d: f"{d:%Y-%m-%d}"),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2099, 1, 1)).map(lambda d: f"{d:%Y-%m-%d %H:%M:%S}"),
    st.integers(0, 10000).map(lambda c: f"{c / 100:.2f}"),
    st.integers(1, 999).map(str),
    st.text("赤壁市第一小学张三李四网络空间，。 （）abcXYZ", max_size=12),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(harmless, max_size=6), st.sampled_from(["、", "；", " ", "，", "\n"]))
def test_dates_scores_and_names_are_not_touched(pieces: list[str], between: str) -> None:
    text = between.join(pieces)
    assert mask(text) == text


days = st.dates(dt.date(1940, 1, 1), dt.date(2005, 1, 1)).map(lambda d: f"{d:%Y%m%d}")
ids = st.builds(
    lambda a, d, n, x: f"{a}{d}{n:03d}{x}",
    st.sampled_from(["110101", "421281", "429004", "650102"]), days, st.integers(0, 999), st.sampled_from("0123456789Xx"),
)  # fmt: skip
mobiles = st.builds(lambda a, n: f"1{a}{n:09d}", st.integers(3, 9), st.integers(0, 999_999_999))
separators = st.sampled_from(["", "-", " ", "－", "\u200b", " - ", "."])
around = st.text("张三校，：（）电话a ", max_size=5)


def grouped(number: str, between: str, three: bool) -> str:
    first = (3, 4) if len(number) == 11 or three else (6, 8)
    return between.join([number[: first[0]], number[first[0] : sum(first)], number[sum(first) :]])


@settings(max_examples=180, deadline=None)
@given(st.one_of(ids, mobiles), separators, st.booleans(), around, around)
def test_no_number_survives(number: str, between: str, wide: bool, before: str, after: str) -> None:
    written = grouped(number, between, False)
    text = before + (written.translate(WIDE) if wide else written) + after
    assert list(in_text(text))
    hidden = mask(text)
    assert not list(in_text(hidden))
    assert "*" in hidden
    assert hidden.startswith(before)
    assert hidden.endswith(after)
    digits = re.sub(r"\D", "", "".join(str(int(c)) if c.isdigit() else c for c in hidden))
    assert number[:-1] not in digits


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_template(
        draw_award_lists.draw_publicity, RULES, tmp_path_factory.mktemp("t") / "公示名单.xlsx"
    )


def job(name: str = "", person: str = "") -> Job:
    """The demo city's job, its first school or first teacher named otherwise."""
    [made] = lists.publicity(city_run(RULES), dt.date(2021, 8, 20))
    (document,) = made.documents
    facts = dict(document.sheets[0].context)
    for key, value in facts.items():
        if isinstance(value, Frame) and value.height:
            column = "学校名称" if name and key == "奖项1" else "姓名" if person and key == "奖项4" else ""
            if column:
                others = value[column].tolist()
                facts[key] = value.having(
                    **{column: texts([name if key == "奖项1" else person, *others[1:]])}
                )
    sheet = Sheet(document.sheets[0].template, document.sheets[0].name, facts)
    return Job(made.label, made.template, [Document("", document.stem, [sheet])], made.together)


def test_the_list_is_written_clean_and_covered(template: Path, tmp_path: Path) -> None:
    target = tmp_path / "公示版.xlsx"
    proof = public_copy(job(name=f"一小{MOBILE}", person=f"张三（{ID}）"), template, target)
    assert proof.can_be_sent, proof.message
    assert lint(target) == []
    shown = {str(c.value) for row in openpyxl.load_workbook(target)["公示名单"].iter_rows() for c in row}
    assert any("138****8000" in s for s in shown)
    assert any("4212**********1234" in s for s in shown), sorted(shown)
    assert secrets(target) == []
    again = tmp_path / "again.xlsx"
    public_copy(job(name=f"一小{MOBILE}", person=f"张三（{ID}）"), template, again)
    assert again.read_bytes() == target.read_bytes()


def comment(book: openpyxl.Workbook) -> None:
    book.active["B5"].comment = openpyxl.comments.Comment(f"联系人{MOBILE}", "站长")  # type: ignore[index]


def cell(book: openpyxl.Workbook, value: object) -> None:
    book.active["P3"] = value  # type: ignore[index]


def rich(book: openpyxl.Workbook) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    cell(book, CellRichText("电话138", TextBlock(InlineFont(b=True), "0013"), "8000"))


SEEDS: dict[str, tuple[str, Callable[[openpyxl.Workbook], None]]] = {
    "属性": ("身份证号", lambda b: setattr(b.properties, "subject", ID)),
    "批注": ("手机号", comment),
    "数字格": ("手机号", lambda b: cell(b, int(MOBILE))),
    "科学计数": ("身份证号", lambda b: cell(b, 4.21281199001011e17)),
    "文字格": ("身份证号", lambda b: cell(b, f"身份证{ID}")),
    "分段文字": ("手机号", rich),
    "页眉": ("电子邮箱", lambda b: setattr(b.active.oddHeader.center, "text", MAIL)),
    "名称": ("身份证号", lambda b: b.defined_names.add(openpyxl.workbook.defined_name.DefinedName("X", attr_text=f'"{ID}"'))),
    "有效性": ("电子邮箱", lambda b: b.active.add_data_validation(
        openpyxl.worksheet.datavalidation.DataValidation("list", f'"{MAIL},x"', sqref="Z1")
    )),
    "座机格": ("电话", lambda b: cell(b, "联系 0715-5266789")),
    "银行卡格": ("银行卡号", lambda b: cell(b, "6222 0212 3456 7890")),
    "港澳格": ("证件号", lambda b: cell(b, "A123456(3)")),
    "微信格": ("QQ或微信号", lambda b: cell(b, "微信：zhang_san")),
    "账号格": ("账号", lambda b: cell(b, "账号 LM2020")),
}  # fmt: skip


@pytest.mark.parametrize("where", SEEDS)
def test_nothing_is_written_while_a_secret_is_left(template: Path, tmp_path: Path, where: str) -> None:
    book = openpyxl.load_workbook(template, rich_text=True)
    SEEDS[where][1](book)
    own = tmp_path / "模板.xlsx"
    book.save(own)
    target = tmp_path / "公示版.xlsx"
    target.write_bytes(b"old")
    only = job()
    with pytest.raises(KongjianError, match="公示版没有写") as told:
        public_copy(only, own, target, ["lm2020"])
    assert f"（{SEEDS[where][0]}）" in str(told.value)
    for secret in (ID, MOBILE, MAIL):
        assert secret not in str(told.value)
    if where.endswith("格") or where == "科学计数":
        assert "公示名单 P3 " in str(told.value)
    assert target.read_bytes() == b"old"
    assert not list(tmp_path.glob("*.bak"))


def test_a_sheet_s_name_and_a_hidden_sheet_are_looked_at(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_sheet(f"张三{MOBILE}")
    book.create_sheet("表2").sheet_state = "hidden"
    book["表2"]["C7"] = MAIL
    book.save(tmp_path / "a.xlsx")
    found = secrets(tmp_path / "a.xlsx")
    assert "xl/workbook.xml （手机号）" in found
    assert "表2 C7 （电子邮箱）" in found


def test_binary_parts_and_zip_comments_are_looked_through(template: Path, tmp_path: Path) -> None:
    for k, data in enumerate((MOBILE.encode("utf-16-le"), b"\0" + MOBILE.encode("utf-16-le"), MAIL.encode())):
        path = tmp_path / f"{k}.xlsx"
        path.write_bytes(template.read_bytes())
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/printerSettings/printerSettings1.bin", data)
        assert len(secrets(path)) >= 1
    path = tmp_path / "zip.xlsx"
    path.write_bytes(template.read_bytes())
    assert secrets(path) == []
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = MAIL.encode()
    assert secrets(path)
