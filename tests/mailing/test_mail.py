"""Copies to send and their mail drafts, through the command; nothing leaves that was not proven."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.excel.print_pdf import printer
from kongjian.mailing import answers, by_school, send_copies
from kongjian.mailing.mail_draft import Draft, write_draft
from kongjian.mailing.proof import Proof
from kongjian.mailing.strangers import Sighting
from kongjian.rules import load_rules
from kongjian.workbook.recalculate import recalculate
from mail_drafts import draft_of
from remote import press
from workbooks import SCHOOL_NAMES, opened, settled, small_book


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = small_book(tmp_path_factory.mktemp("book") / "评比.xlsm", settled())
    recalculate(path)
    path.with_name("评比.xlsm.bak").unlink()
    return path


pytestmark = pytest.mark.usefixtures("without_libreoffice")


def mail(book: Path, *options: str) -> Result:
    return CliRunner().invoke(cli, ["mail", str(book), *options])


@pytest.mark.parametrize(
    ("option", "name"),
    [("", "评比-分发版"), ("--values", "评比-数值版"), ("--public", "评比-公示版")],
)
def test_an_edition_and_its_draft(option: str, name: str, book: Path, tmp_path: Path) -> None:
    done = mail(book, "-o", str(tmp_path), *([option] if option else []))
    assert done.exit_code == 0, done.output
    assert f"{name}.xlsx：核对无误：" in done.output
    assert f"可以发送1个文件（{tmp_path}）" in done.output
    assert sorted(p.name for p in tmp_path.iterdir()) == [f"{name}.eml", f"{name}.xlsx"]
    message = draft_of(tmp_path / f"{name}.eml")
    assert message["X-Unsent"] == "1"
    assert [message[h] for h in ("To", "From", "Cc", "Bcc", "Date")] == [None] * 5
    assert message["Subject"] == f"赤壁市中小学“网络学习空间”应用评比结果（{name}）"
    body = message.get_body().get_content().replace("\r", "")  # type: ignore[union-attr]
    asked = (
        "对名单有异议的，请在公示期内向赤壁市教育局装备站提出。"
        if option == "--public"
        else "有不对的地方，请于2021年7月31日前告诉赤壁市教育局装备站。"
    )
    assert "您好" in body
    assert f"\n{asked}\n\n赤壁市教育局装备站" in body
    assert "邮件里没有写联系人、联系电话：" in done.output
    [attached] = message.iter_attachments()
    assert attached.get_filename() == f"{name}.xlsx"
    assert attached.get_content() == (tmp_path / f"{name}.xlsx").read_bytes()
    formulas = sum(
        str(c.value).startswith("=") for s in opened(tmp_path / f"{name}.xlsx") for r in s for c in r
    )
    assert (formulas > 500) == (not option)


def test_one_file_for_each_school(book: Path, tmp_path: Path) -> None:
    done = mail(book, "-o", str(tmp_path), "--by-school", "-q")
    assert done.exit_code == 0, done.output
    made = sorted(p.name for p in (tmp_path / "分校版").iterdir() if p.is_dir())
    assert made == sorted(SCHOOL_NAMES[:4])
    assert sorted(p.stem for p in (tmp_path / "分校版").glob("*.eml")) == made
    files = len(list((tmp_path / "分校版").glob("*/*")))
    said, *notes = done.output.splitlines()
    assert said == f"可以发送{len(made)}所学校的分校包，共{files}个文件（{tmp_path}）"
    assert notes[0] == "信和邮件里没有写联系人、联系电话：“规则”的“方案”里空着，填上再生成就会写"


@pytest.mark.parametrize(
    ("contact", "phone", "line", "lacking"),
    [
        ("何老师", "0715-5330000", "联系人：何老师，联系电话：0715-5330000", ""),
        ("何老师", "", "联系人：何老师", "联系电话"),
        ("", "0715-5330000", "联系电话：0715-5330000", "联系人"),
        ("", "", "", "联系人、联系电话"),
    ],
)
def test_who_answers_is_named_where_it_is_known_and_told_where_not(
    contact: str, phone: str, line: str, lacking: str
) -> None:
    scheme = replace(load_rules().scheme, contact=contact, phone=phone, apply_by="2021-07-31")
    assert answers.contact_line(scheme) == line
    told = list(answers.untold(scheme, dt.date(2021, 7, 31), letters=True))
    assert told == ([f"信和邮件里没有写{lacking}：“规则”的“方案”里空着，填上再生成就会写"] if lacking else [])
    late = list(answers.untold(scheme, dt.date(2021, 8, 1), letters=True))
    assert late[len(told) :] == [
        "信和邮件里写的期限2021年7月31日已经过了；要改就改“规则”里的“申报截止”再生成"
    ]


def packages(folder: Path) -> list[str]:
    """The schools that have a folder with their copy in it, and no other folder is there but those of before."""
    found = [p for p in folder.iterdir() if p.is_dir() and p.suffix != ".bak"]
    assert all((p / f"{p.name}.xlsx").is_file() for p in found)
    return sorted(p.name for p in found)


def doubtful(school: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The search sees a name of two letters in this school's copy."""
    seen = [Sighting("高峰", "得分说明 C5", False)]
    monkeypatch.setattr(by_school, "found_in", lambda path, _: seen if path.stem == school else [])


def test_a_doubt_is_named_and_goes_out_only_when_checked(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = sorted(SCHOOL_NAMES[:4])
    doubtful(first, monkeypatch)
    done = mail(book, "-o", str(tmp_path), "--by-school")
    assert done.exit_code == 1, done.output
    assert (
        f"分校版/{first}：先不发送，请先看过：\n· “高峰”（得分说明 C5）与别的学校的名称、人或账号相同\n"
        in done.output
    )
    assert f"；1份先不发送，请先看过（{tmp_path}）\n" in done.output
    assert done.output.endswith("\n已核对，仍要发送，请加 --checked\n")
    assert packages(tmp_path / "分校版") == others
    record = (tmp_path / "分校版核对记录.txt").read_text(encoding="utf-8-sig")
    assert [line.partition("：")[0] for line in record.splitlines()[1:] if line.startswith("分校版")] == [
        f"分校版/{name}" for name in SCHOOL_NAMES[:4]
    ]
    assert f"分校版/{others[0]}：核对无误：" in record
    assert f"分校版/{others[0]}：" not in done.output
    assert "3份写好后再打开，每个数都和本簿一致；公式没有用LibreOffice再算一遍\n" in done.output
    done = mail(book, "-o", str(tmp_path), "--by-school", "--checked")
    assert done.exit_code == 0, done.output
    assert "；有人核对过：\n· “高峰”（得分说明 C5）" in done.output
    assert "--checked" not in done.output
    assert packages(tmp_path / "分校版") == sorted(SCHOOL_NAMES[:4])


def test_what_is_certain_is_refused_even_when_checked(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = sorted(SCHOOL_NAMES)[0]
    seen = [Sighting("421281199001010003", "说明 A1", True), Sighting("高峰", "说明 A2", False)]
    monkeypatch.setattr(by_school, "found_in", lambda path, _: seen if path.stem == first else [])
    done = mail(book, "-o", str(tmp_path), "--by-school", "--checked")
    assert done.exit_code == 2
    assert "不能发送：\n· 文件里有别的学校的“421281199001010003”（说明 A1）\n" in done.output
    assert not (tmp_path / "分校版" / first).exists()


def test_the_button_asks_and_a_yes_sends_the_file_in_question_only(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, first = Path(shutil.copy(book, tmp_path / "评比.xlsm")), sorted(SCHOOL_NAMES)[0]
    doubtful(first, monkeypatch)
    said = press("send_by_school", own, saved=True).said
    assert said[-1] == ["ask", "已核对，仍要发送？", first, ""]
    assert [row[0] for row in said if row[0] in ("info", "warning", "error")] == ["warning"]
    shutil.rmtree(tmp_path / "分发")
    said = press("send_by_school", own, said[-1][2], saved=True).said
    assert [row[0] for row in said] == ["title", "mail", "open", "info"]
    assert packages(tmp_path / "分发" / "分校版") == [first]


def test_checked_is_for_the_schools_files(book: Path, tmp_path: Path) -> None:
    done = mail(book, "-o", str(tmp_path), "--public", "--checked")
    assert "--checked 只用于 --by-school" in str(done.exception)
    assert not list(tmp_path.iterdir())


def test_by_default_the_copies_stand_beside_the_workbook(book: Path, tmp_path: Path) -> None:
    own = Path(shutil.copy(book, tmp_path / "评比.xlsm"))
    assert mail(own, "--values").exit_code == 0
    assert (tmp_path / "分发" / "评比-数值版.xlsx").is_file()
    first = (tmp_path / "分发" / "评比-数值版.xlsx").read_bytes()
    assert mail(own, "--values").exit_code == 0
    old = tmp_path / "分发" / "评比-数值版.xlsx.bak"
    assert (tmp_path / "分发" / "评比-数值版.xlsx").read_bytes() == first or old.read_bytes() == first


def test_what_is_refused_is_told_and_not_there(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "评比-分发版.xlsx").write_bytes(b"earlier")
    monkeypatch.setattr(send_copies, "prove", lambda *_, **__: Proof(("“教师得分”C4是1，应为2",), 1, 1, None))
    done = mail(book, "-o", str(tmp_path))
    assert done.exit_code == 2
    assert "没有可以发送的文件；不能发送：评比-分发版.xlsx：“教师得分”C4是1，应为2" in done.output
    assert [p.name for p in tmp_path.iterdir()] == ["评比-分发版.xlsx"]
    assert (tmp_path / "评比-分发版.xlsx").read_bytes() == b"earlier"


def test_a_copy_that_is_open_in_excel_is_told(book: Path, tmp_path: Path) -> None:
    (tmp_path / "~$评比-数值版.xlsx").write_bytes(b"")
    done = mail(book, "-o", str(tmp_path), "--values")
    assert done.exit_code == 2
    assert "评比-数值版.xlsx 正在Excel中打开" in done.output


def test_without_data_there_is_nothing_to_send(tmp_path: Path) -> None:
    empty = small_book(tmp_path / "空.xlsm", {})
    done = mail(empty, "-o", str(tmp_path / "分发"))
    assert isinstance(done.exception, KongjianError)
    assert "还没有数据" in str(done.exception)
    assert not (tmp_path / "分发").exists()


def test_a_workbook_that_shows_other_results_is_noticed(tmp_path: Path) -> None:
    done = mail(small_book(tmp_path / "评比.xlsm"), "-o", str(tmp_path), "--values", "--anyway")
    assert "提示：工作簿还没有计算过" in done.output


def test_the_same_draft_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(b"PK")
    for name in ("a.eml", "b.eml"):
        write_draft(Draft("题目", "正文", (tmp_path / "甲.xlsx",)), tmp_path / name)
    assert (tmp_path / "a.eml").read_bytes() == (tmp_path / "b.eml").read_bytes()


class Excel:
    """Stands where Excel would open the file to print."""

    def __init__(self, fails: bool) -> None:
        self.books, self.done, self._fails = self, [], fails  # type: ignore[var-annotated]

    def open(self, path: str, **options: Any) -> Excel:
        self.done.append((path, options["read_only"]))
        return self

    def to_pdf(self, path: str) -> None:
        if self._fails:
            raise OSError("printer")
        self.done.append(path)

    def close(self) -> None:
        self.done.append("close")


@pytest.mark.parametrize("fails", [False, True])
def test_excel_prints_where_there_is_no_libreoffice_and_closes_the_file(fails: bool, tmp_path: Path) -> None:
    app, book, target = Excel(fails), tmp_path / "a.xlsx", tmp_path / "a.pdf"
    if fails:
        with pytest.raises(KongjianError, match="没有生成 PDF"):
            printer(app)(book, target)  # type: ignore[arg-type]
    else:
        printer(app)(book, target)  # type: ignore[arg-type]
    assert app.done == [(str(book), True), *([] if fails else [str(target)]), "close"]
