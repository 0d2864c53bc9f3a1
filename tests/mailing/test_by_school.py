"""分校版: a school's file holds its own rows and nothing of another school, and the search would tell."""

from __future__ import annotations

import dataclasses
import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pytest

from filled_forms import city_run
from kongjian.forms import known
from kongjian.forms.returned.returned_forms import read_returned
from kongjian.mailing.by_school import SchoolCopy, school_copies
from kongjian.mailing.corrections import read_copy
from kongjian.mailing.position_sheet import cut_lines, position_entries
from kongjian.mailing.strangers import Census, found_in
from kongjian.rules import load_rules
from kongjian.workbook.look.build_paper import IN_A_COPY
from kongjian.workbook.run import Run
from native_engines import run_of
from package_lint import lint

RULES = load_rules()
MOMENT = dt.datetime(2021, 8, 1, 9, 0)
# one name within another, one that Windows does not take, and people who share a name
NAMES = ["赤壁市第一小学", "第一小学", "三/中", "官塘驿镇中心小学", "车埠镇初级中学", "神山镇教学点"]


def small_city() -> Run:
    count = len(NAMES)
    school = {
        "学校名称": NAMES,
        "管理员姓名": ["高峰", "李明", "李明", "赵钱", "孙李", "周吴"],
        "平台得分": [99.0, 95.5, 91.0, 88.0, 70.0, np.nan],
        **{c: np.ones(count) for c in ("互联网接入", "多媒体教学环境", "管理员实名认证")},
        **{c: np.full(count, 20.0) for c in ("教师总数", "教师开通空间数", "适龄学生数", "学生开通空间数")},
    }
    at = [0, 0, 1, 1, 2, 3, 4, 5]
    teacher = {
        "学校名称": [NAMES[k] for k in at],
        "教师姓名": ["张三", "王芳", "王芳", "计划", "课件", "诸葛孔明", "欧阳", "司马"],
        "账号": [f"42128119900101{k:04d}" for k in range(7)] + ["teacher007"],
        "在线授课": np.linspace(10, 45, 8),
        "平台得分": np.linspace(70, 98, 8),
    }
    return run_of({"schools": school, "teachers": teacher}, RULES)


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> list[SchoolCopy]:
    folder = tmp_path_factory.mktemp("copies")
    return school_copies(small_city(), folder, MOMENT, recalculate=False)


def test_each_school_has_a_clean_file_that_may_be_sent(copies: list[SchoolCopy]) -> None:
    assert [c.path.name for c in copies] == [f"{n.replace('/', '_')}.xlsx" for n in NAMES]
    for copy in copies:
        assert copy.proof.can_be_sent, copy.proof.message
        assert lint(copy.path) == []
    assert len(list(copies[0].path.parent.iterdir())) == len(NAMES), "no backups, nothing left over"


def test_the_first_sheets_and_what_comes_back(copies: list[SchoolCopy]) -> None:
    run = small_city()
    for k, copy in enumerate(copies):
        book = openpyxl.load_workbook(copy.path)
        assert book.sheetnames[:2] == ["说明", "本校位置"]
        assert book.sheetnames[-2:] == ["得分说明", "查询数据"]
        for sheet in ("学校指标", "教师指标"):
            assert not book[sheet].protection.sheet
        back = read_copy(copy.path, RULES)
        assert back is not None
        assert (back.school, back.fingerprint) == (
            known.unit_key(run, "school", k)[7:],
            run.results.fingerprint,
        )
        assert back.intake.inputs.schools["学校名称"].tolist() == [NAMES[k]]
        assert [r.form for r in read_returned(copy.path, RULES) if r.form] == []


def test_the_position_is_the_engine_s(copies: list[SchoolCopy]) -> None:
    run = small_city()
    o = run.results.school
    for k, copy in enumerate(copies):
        sheet = openpyxl.load_workbook(copy.path, data_only=True)["本校位置"]
        rows = {row[0]: row for row in sheet.iter_rows(values_only=True) if row[0]}
        rank = int(o.standing.rank[k])
        assert rows["名次"][2] == (rank or "没有排名")
        shown = next(r for r in sheet.iter_rows(values_only=True) if r[0] == "得分")
        assert shown[2] == pytest.approx(o.score_cents[k] / 100)
        assert (shown[3:6], shown[7][:10]) == ((None,) * 3, "全市不足10所学校，")
        assert not any("获奖线" in name for name in rows if name != "全市教师")
        explained = openpyxl.load_workbook(copy.path)["得分说明"]
        assert (IN_A_COPY in str(explained.oddHeader.right.text)) == (explained.max_row > 100)
        scores = [r[10] for r in explained.iter_rows(min_row=4, values_only=True) if r[0] == "学校"]
        missing = o.scores.missing[:, k]
        assert [s for s in scores if s is not None] == [float(v) for v in o.scores.by_indicator[~missing, k]]


def test_in_a_city_of_ten_schools_the_position_has_its_lines() -> None:
    run = small_city()
    evidence = dataclasses.replace(RULES.evidence, schools_to_show_lines=len(NAMES))
    run = dataclasses.replace(run, rules=RULES.replace(evidence=evidence))
    o = run.results.school
    cells = {(e.row, e.column): e.value for e in position_entries(run, NAMES[4])}
    rows = {cells[row, 1]: row for row, column in reversed(cells) if column == 1}
    assert cells[rows["得分"], 4] == pytest.approx(np.median(o.score_cents) / 100, abs=0.006)
    [cut] = cut_lines(run, "school")
    row = rows["前3名的获奖线"]
    assert cells[row, 3] == cut.line == 91.0
    assert cells[row, 7] == pytest.approx(91.0 - o.standing.key[4] / 100)


def put(member: str, old: bytes, new: str) -> Callable[[dict[str, bytes]], None]:
    def edit(parts: dict[str, bytes]) -> None:
        assert old in parts[member], member
        parts[member] = parts[member].replace(old, new.encode(), 1)

    return edit


SEEDS: dict[str, tuple[str, Callable[[dict[str, bytes]], None]]] = {
    "文字": ("官塘驿镇中心小学", put("xl/sharedStrings.xml", b"</sst>", "<si><t>见官塘驿镇中心小学的表</t></si></sst>")),
    "分段文字": ("官塘驿镇中心小学", put("xl/sharedStrings.xml", b"</sst>", "<si><r><t>官塘驿镇</t></r><r><rPr><b/></rPr><t>中心小学</t></r></si></sst>")),
    "全角和空格": ("官塘驿镇中心小学", put("xl/sharedStrings.xml", b"</sst>", "<si><t>官塘驿镇 中心小学</t></si></sst>")),
    "名字在另一校名里": ("第一小学", put("xl/sharedStrings.xml", b"</sst>", "<si><t>第一小学</t></si></sst>")),
    "短名": ("计划", put("xl/sharedStrings.xml", b"</sst>", "<si><t>计划</t></si></sst>")),
    "名单里的人": ("欧阳", put("xl/sharedStrings.xml", b"</sst>", "<si><t>联系人：欧阳（主任）</t></si></sst>")),
    "账号": ("421281199001010003", put("xl/sharedStrings.xml", b"</sst>", "<si><t>账号421281199001010003</t></si></sst>")),
    "属性": ("诸葛孔明", put("docProps/core.xml", b"</cp:coreProperties>", "<cp:category>诸葛孔明</cp:category></cp:coreProperties>")),
    "注释": ("诸葛孔明", put("xl/styles.xml", b"</styleSheet>", "<!-- 诸葛孔明 --></styleSheet>")),
    "名称": ("官塘驿镇中心小学", put("xl/workbook.xml", b"</definedNames>", '<definedName name="x">"&#23448;塘驿镇中心小学"</definedName></definedNames>')),
    "属性值": ("诸葛孔明", put("xl/worksheets/sheet1.xml", b"<sheetData", '<!----><sheetData x="诸葛孔明"')),
}  # fmt: skip


@pytest.mark.parametrize("where", SEEDS)
def test_the_search_finds_a_stranger_in_each_kind_of_place(
    copies: list[SchoolCopy], tmp_path: Path, where: str
) -> None:
    wanted = Census(small_city()).strangers(NAMES[0])
    assert found_in(copies[0].path, wanted) == []
    with zipfile.ZipFile(copies[0].path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    name, edit = SEEDS[where]
    edit(parts)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for part, data in parts.items():
            archive.writestr(part, data)
    assert name in {seen.name for seen in found_in(path, wanted)}, found_in(path, wanted)


@pytest.mark.parametrize("coding", ["utf-16-le", "utf-16-be", "utf-8", "gb18030"])
def test_the_search_reads_binary_parts_and_packages_within(
    copies: list[SchoolCopy], tmp_path: Path, coding: str
) -> None:
    wanted = Census(small_city()).strangers(NAMES[0])
    for k, data in enumerate(("官塘驿镇中心小学".encode(coding), copies[3].path.read_bytes())):
        path = tmp_path / f"{k}.xlsx"
        path.write_bytes(copies[0].path.read_bytes())
        with zipfile.ZipFile(path, "a") as archive:
            archive.writestr("xl/embeddings/a.bin", data)
        found = {seen.name: seen.where for seen in found_in(path, wanted)}
        assert found["官塘驿镇中心小学"].startswith("xl/embeddings/a.bin")


def test_who_shares_a_name_with_the_school_or_the_scheme_is_no_false_alarm() -> None:
    run = small_city()
    run.results.school.units["学校名称"][3] = "&lt;校"  # which a file holds escaped twice
    wanted = Census(run).strangers(NAMES[1])
    assert wanted.others.people == {
        "张三",
        "高峰",
        "课件",
        "诸葛孔明",
        "欧阳",
        "司马",
        "赵钱",
        "孙李",
        "周吴",
    }
    assert wanted.own.people == {"王芳", "李明", "计划"}, "which others are called, too"
    assert wanted.others.schools == {
        "赤壁市第一小学",
        "三/中",
        "<校",
        "官塘驿镇中心小学",
        "车埠镇初级中学",
        "神山镇教学点",
    }
    assert wanted.own.schools == {"第一小学"}
    assert wanted.own.accounts == {f"42128119900101{k:04d}" for k in (2, 3)}
    assert wanted.others.accounts == {f"42128119900101{k:04d}" for k in (0, 1, 4, 5, 6)} | {"TEACHER007"}
    assert {"王芳", "数据完整", "SHEET.XML"} <= wanted.texts
    assert not {"张三", "A1", "10"} & wanted.texts


def test_a_school_of_the_demo_city(tmp_path: Path) -> None:
    run = city_run(RULES)
    best = str(run.results.school.units["学校名称"][run.results.school.order[0]])
    [copy] = school_copies(run, tmp_path, MOMENT, schools=[best], recalculate=False)
    assert copy.proof.can_be_sent, copy.proof.message
    assert lint(copy.path) == []
    before = copy.path.read_bytes()
    [again] = school_copies(run, tmp_path, MOMENT, schools=[best], recalculate=False)
    assert again.path.read_bytes() == before
