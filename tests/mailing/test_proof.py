"""The proof of a copy: a good one may be sent, and each kind of damage is refused with its reason."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kongjian.base import libreoffice
from kongjian.mailing import package_proof, proof
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.mailing.proof import Proof, prove, together
from kongjian.rules import load_rules
from kongjian.xlsx.finished_parts import read_parts, write_parts
from native_engines import random_run

DEFAULTS = {r.id: r.values[0].id for r in load_rules().readings}
RUN = random_run((DEFAULTS, 40))
SCHOOL = str(RUN.results.school.units["学校名称"][1])
SCORES, MEASURES, RULE_PART = (
    "xl/worksheets/sheet6.xml",
    "xl/worksheets/sheet8.xml",
    "xl/worksheets/sheet12.xml",
)
Parts = dict[str, bytes]


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("proof") / "分发版.xlsx"
    live_copy(RUN, path)
    return path


def proved(path: Path, **options: object) -> Proof:
    return prove(path, RUN, **{"recalculate": False, **options})  # type: ignore[arg-type]


def tampered(good: Path, folder: Path, change: Callable[[Parts], None]) -> Path:
    path = folder / f"改{good.name}"
    shutil.copy(good, path)
    parts = read_parts(path.read_bytes())
    before = dict(parts)
    change(parts)
    assert parts != before, "nothing was tampered with"
    write_parts(parts, path)
    return path


def replaced(part: str, old: str, new: str) -> Callable[[Parts], None]:
    """The first match of a pattern in a part replaced."""

    def change(parts: Parts) -> None:
        parts[part] = re.sub(old.encode(), new.encode(), parts[part], count=1, flags=re.DOTALL)

    return change


def added(part: str, content: bytes) -> Callable[[Parts], None]:
    def change(parts: Parts) -> None:
        parts[part] = content

    return change


def related(part: str, target: str) -> Callable[[Parts], None]:
    relation = (
        '<Relationship Id="rIdX" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" '
        f'Target="{target}" TargetMode="External"/></Relationships>'
    )
    return replaced(part, "</Relationships>", relation)


def test_a_good_copy_may_be_sent_and_libreoffice_agrees(good: Path) -> None:
    found = proved(good, recalculate=True)
    assert found.can_be_sent
    assert found.recalculated == found.formulas > 1500
    assert found.values > 1000
    assert re.fullmatch(
        r"核对无误：\d+个数都和本簿一致；\d+个公式用LibreOffice再算一遍，也一致", found.message
    )


def test_without_libreoffice_it_says_so(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "find_office", lambda: None)
    found = proved(good, recalculate=True)
    assert found.can_be_sent
    assert found.recalculated is None
    assert found.message.endswith("；公式没有用LibreOffice再算一遍")


@pytest.mark.parametrize("formulas", [True, False])
@pytest.mark.parametrize("only", [None, SCHOOL])
def test_every_kind_of_copy_passes(tmp_path: Path, formulas: bool, only: str | None) -> None:
    live_copy(RUN, tmp_path / "a.xlsx", formulas=formulas, only_school=only)
    found = proved(tmp_path / "a.xlsx", formulas=formulas, only_school=only)
    assert found.reasons == ()
    assert (found.formulas > 0) == formulas


DAMAGE: dict[str, tuple[Callable[[Parts], None], str]] = {
    "a stored result": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>[^<]*</f><v>)[^<]*', r"\g<1>77"),
        "学校得分 B4：程序算得.*，文件里77",
    ),
    "a number over a formula": (
        replaced(SCORES, r'(<c r="B5"[^>]*>)<f>[^<]*</f>', r"\g<1>"),
        "学校得分 B5 的公式被数字或文字盖住了",
    ),
    "a measure": (
        replaced(MEASURES, r'(<c r="G4"[^>]*><v>)[^<]*', r"\g<1>4321"),
        "学校指标 G4：程序算得.*，文件里4321",
    ),
    "a parameter": (
        replaced(RULE_PART, r'(<c r="D4"[^>]*><v>)[^<]*', r"\g<1>99"),
        "规则 D4：程序算得.*，文件里99",
    ),
    "a fact of the look-up": (
        replaced("xl/worksheets/sheet13.xml", r'(<c r="E4"[^>]*><v>)[^<]*', r"\g<1>77"),
        "查询数据 E4：程序算得.*，文件里77",
    ),
    "a number over the look-up": (
        replaced("xl/worksheets/sheet11.xml", r'(<c r="C6"[^>]*>)<f>[^<]*</f>', r"\g<1>"),
        "单位查询 C6 的公式被数字或文字盖住了",
    ),
    "a formula more": (
        replaced(MEASURES, r'(<c r="G4"[^>]*>)<v>', r"\g<1><f>1+1</f><v>"),
        "学校指标 G4 多出一个公式",
    ),
    "an error cell": (
        replaced(
            SCORES, r'<c r="B4"( s="\d+")?>(<f>[^<]*</f>)<v>[^<]*', r'<c r="B4"\g<1> t="e">\g<2><v>#N/A'
        ),
        "学校得分 B4 是错误值",
    ),
    "a worksheet function of ours": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>)[^<]*', r"\g<1>SCHOOL_SCORE(A4)"),
        "学校得分 B4 用了收件人电脑上可能没有的函数 SCHOOL_SCORE",
    ),
    "a newer function": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>)[^<]*', r"\g<1>_xlfn.XLOOKUP(1,A4,A4)"),
        "可能没有的函数 _xlfn.XLOOKUP",
    ),
    "a formula into another workbook": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>)[^<]*', r"\g<1>[1]Sheet1!A1"),
        "学校得分 B4 的公式引用了别的工作簿",
    ),
    "a lost reference": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>)[^<]*', r"\g<1>#REF!+1"),
        "学校得分 B4 的公式引用了不存在的格子",
    ),
    "no stored result": (
        replaced(SCORES, r'(<c r="B4"[^>]*><f>[^<]*</f>)<v>[^<]*</v>', r"\g<1>"),
        "学校得分 B4 的公式没有存下结果",
    ),
    "an external link": (added("xl/externalLinks/externalLink1.xml", b"<x/>"), "文件链接到别的工作簿"),
    "a web address": (
        related("xl/_rels/workbook.xml.rels", "https://example.org/"),
        "文件链接到外面：https://example.org/",
    ),
    "macros": (added("xl/vbaProject.bin", b"x"), "文件里有宏（xl/vbaProject.bin）"),
    "the type of a macro file": (
        replaced(r"[Content_Types].xml", r"spreadsheetml\.sheet\.main", "sheet.macroEnabled.main"),
        "文件里有宏",
    ),
    "a ribbon": (added("customUI/customUI.xml", b"<x/>"), "文件带有自定义功能区"),
    "a comment": (added("xl/comments1.xml", b"<x/>"), "文件里有不该有的部分（xl/comments1.xml）"),
    "a hidden sheet": (
        replaced("xl/workbook.xml", '<sheet name="学校得分"', '<sheet state="veryHidden" name="学校得分"'),
        "工作表“学校得分”是隐藏的",
    ),
    "a name": (
        replaced(
            "xl/workbook.xml", "<definedNames>", '<definedNames><definedName name="Old">#REF!</definedName>'
        ),
        "有多余或失效的名称“Old”",
    ),
    "calculation on load": (
        replaced("xl/workbook.xml", "<calcPr ", '<calcPr fullCalcOnLoad="1" '),
        "文件要求打开时全部重算",
    ),
    "an author": (
        replaced("docProps/core.xml", "<dc:creator>|<dc:creator/>", "<dc:creator>张三"),
        "文件属性里有人名或单位“张三”",
    ),
    "a sheet renamed": (
        replaced("xl/workbook.xml", 'name="教师得分"', 'name="得分表"'),
        "没有工作表“教师得分”",
    ),
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_tampered_copy_is_refused_with_the_reason(good: Path, tmp_path: Path, what: str) -> None:
    change, reason = DAMAGE[what]
    found = proved(tampered(good, tmp_path, change))
    assert not found.can_be_sent
    assert any(re.search(reason.replace("(", r"\("), r) for r in found.reasons), found.reasons
    assert found.message.startswith("不能发送：\n· ")


def test_a_formula_in_the_values_copy_is_refused(good: Path) -> None:
    found = proved(good, formulas=False)
    assert any("数值版里不应有" in reason for reason in found.reasons)
    assert len(found.reasons) <= 21
    assert re.fullmatch("……另有\\d+处", found.reasons[-1])


def test_a_formula_that_calculates_to_something_else_is_found_by_libreoffice(
    good: Path, tmp_path: Path
) -> None:
    """Stored results right, formula wrong as it was made: only a calculation shows it."""
    path = tampered(good, tmp_path, replaced(SCORES, r'(<c r="B4"[^>]*><f>)([^<]*)', r"\g<1>1+\g<2>"))
    assert proved(path).reasons == ("学校得分 B4 是另一个公式",)
    made = contents(RUN)
    [scores] = [s for s in made.sheets if s.place.sheet == "学校得分"]
    first = scores.columns[1]
    wrong = replace(first, formulas=["1+" + first.formulas[0], *first.formulas[1:]])
    sheets = [
        replace(s, columns=(s.columns[0], wrong, *s.columns[2:])) if s is scores else s for s in made.sheets
    ]
    expected = replace(made, sheets=tuple(sheets))
    assert prove(path, RUN, recalculate=False, expected=expected).reasons == ()
    found = prove(path, RUN, recalculate=True, expected=expected)
    assert any(re.match("学校得分 B4：程序算得.*，LibreOffice重算为", reason) for reason in found.reasons)


def test_a_file_that_is_no_workbook_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"PK nothing")
    assert "已损坏" in proved(tmp_path / "a.xlsx").reasons[0]
    assert "找不到文件" in proved(tmp_path / "b.xlsx").reasons[0]


def test_a_libreoffice_that_fails_is_a_reason(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent = tmp_path / "soffice"
    silent.write_text("#!/bin/sh\n", encoding="utf-8")
    silent.chmod(0o755)
    monkeypatch.setattr(proof, "find_office", lambda: str(silent))
    assert proved(good, recalculate=True).reasons == (f"LibreOffice 没有打开 {good.name}",)
    silent.write_text("#!/bin/sh\nsleep 5\n", encoding="utf-8")
    monkeypatch.setattr(libreoffice, "COPIES_PATIENCE", 0.2)
    assert "秒没有算完" in proved(good, recalculate=True).reasons[0]


def test_libreoffice_is_ended_when_the_file_shows_a_fault_by_itself(
    good: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is at work while the file is read: nobody waits for the formulas of a copy that is not sent anyway."""
    patient, begun = tmp_path / "soffice", list[libreoffice.Conversion]()
    patient.write_text(f"#!{sys.executable}\nimport time\ntime.sleep(600)\n", encoding="utf-8")
    patient.chmod(0o755)

    class Watched(libreoffice.Conversion):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            begun.append(self)

    monkeypatch.setattr(libreoffice, "Conversion", Watched)
    monkeypatch.setattr(proof, "find_office", lambda: str(patient))
    path = tampered(good, tmp_path, replaced(SCORES, r'(<c r="B4"[^>]*><f>)([^<]*)', r"\g<1>1+\g<2>"))
    assert proved(path, recalculate=True).reasons == ("学校得分 B4 是另一个公式",)
    assert [one._process.poll() is None for one in begun] == [False]


@pytest.mark.parametrize("name", ["LOG10", "ROUND2", "XLOOKUP"])
def test_each_formula_is_looked_at_as_a_whole(name: str) -> None:
    """Formulas that differ in digits alone are looked at once: a digit of a function's name is none of those."""
    part = f'<c r="B4"><f>ROUND(A4,2)</f><v>1</v></c><c r="C14"><f>{name}(A14)</f><v>1</v></c>'
    part += '<c r="D4"><f>ROUND(A5,2)</f></c><c r="E4"><f>ROUND(#REF!,2)</f><v>1</v></c>'
    cells = package_proof._CELL.findall(part.encode())
    assert list(package_proof._cells("表", cells, True)) == [
        f"表 C14 用了收件人电脑上可能没有的函数 {name}",
        "表 D4 的公式没有存下结果，手机预览会是空白",
        "表 E4 的公式引用了不存在的格子",
    ]


def test_many_proofs_are_one_line_and_each_that_differs() -> None:
    right, by_values = Proof((), 3, 9, 3), Proof((), 3, 9, None)
    wrong, open_ = Proof(("得分 B4 不同",), 3, 9, 2), Proof((), 3, 9, 3, ("像别校的",))
    assert together({"甲": right, "乙": right}) == [
        "2份都用两种方法核对，结果一致：写好后再打开，每个数和本簿比较；公式用LibreOffice再算一遍"
    ]
    assert together({"甲": right, "乙": by_values, "丙": wrong, "丁": open_})[1:] == [
        "1份写好后再打开，每个数都和本簿一致；公式没有用LibreOffice再算一遍",
        "丙：不能发送：\n· 得分 B4 不同",
        "丁：先不发送，请先看过：\n· 像别校的",
    ]
