"""公示名单 and 表彰名单: every winner once, in the right section and order, and nothing that is not to be public."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from openxml_audit import OpenXmlValidator

from filled_forms import city_run, draw_template, empty_run, fill
from kongjian.base.errors import KongjianError
from kongjian.forms import lists
from kongjian.forms.design import draw_award_lists
from kongjian.forms.design.draw_award_lists import chinese_number
from kongjian.rules import Rules
from kongjian.rules.model import Award
from kongjian.workbook.run import Run
from office import convert, pdf_pages
from package_lint import lint
from workbooks import read

TODAY = dt.date(2021, 8, 20)
NAMES = [
    "网络学习空间应用示范校",
    "网络学习空间应用优秀管理员",
    "省平台信息化专家",
    "网络学习空间应用专家",
    "网络学习空间应用优秀教师",
]
DRAW = {"公示名单": draw_award_lists.draw_publicity, "表彰名单": draw_award_lists.draw_commendation}
Section = list[tuple[Any, ...]]


@pytest.fixture(scope="module")
def made(run: Run, rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("lists")
    return {job.label: written(job, rules, folder) for job in lists.jobs(run, TODAY)}


@pytest.fixture(scope="module")
def printed(made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    folder = tmp_path_factory.mktemp("pdf")
    return {name: pdf_pages(convert(path, "pdf", folder)) for name, path in made.items()}


def written(job: Any, rules: Rules, folder: Path) -> Path:
    template = draw_template(DRAW[job.label], rules, folder / f"模板{job.template}")
    out, notes = fill(job, template, folder)
    assert notes == []
    return out


def sections(path: Path, sheet: str) -> dict[str, Section]:
    """Heading → its rows as (caption, value) pairs in reading order: the left column down, then the right one."""
    out: dict[str, Section] = {}
    heading, captions = "", {}
    right: dict[str, Section] = {}
    for row in openpyxl.load_workbook(path)[sheet].iter_rows():
        first = row[0].value
        if isinstance(first, str) and re.match(r"[一二三四五六七八九十]+、", first):
            heading, captions = first, {}
            out[heading], right[heading] = [], []
        elif heading and first == "序号":
            captions = {c.column: c.value for c in row if c.value}
        elif heading and captions and any(captions.get(c.column) and c.value is not None for c in row):
            if isinstance(first, str):  # the lines below the last list
                heading = ""
                continue
            half = [c for c, name in captions.items() if name == "序号"]
            for k, start in enumerate(half):
                end = half[k + 1] if k + 1 < len(half) else 99
                item = tuple(c.value for c in row if c.column in captions and start <= c.column < end)
                if any(v is not None for v in item):
                    (right if k else out)[heading].append(item)
    return {h: rows + right[h] for h, rows in out.items()}


def awarded(run: Run) -> dict[str, list[dict[str, Any]]]:
    """获奖名单 by award, row by row."""
    table = run.results.tables["Awards"]
    rows = [dict(zip(table, values, strict=True)) for values in zip(*table.values(), strict=True)]
    return {name: [r for r in rows if r["奖项"] == name] for name in dict.fromkeys(table["奖项"])}


def flag(row: dict[str, Any], two_columns: bool) -> str | None:
    if not row["备注"]:
        return None
    return "并列" if two_columns else f"并列第{row['名次']:.0f}名"


def test_every_winner_stands_once_in_the_right_section_and_order(made: dict[str, Path], run: Run) -> None:
    theirs = awarded(run)
    assert [len(theirs[n]) for n in NAMES] == [4, 4, 4, 12, 39]
    headings = [f"{chinese_number(k)}、{n}" for k, n in enumerate(NAMES, start=1)]
    for sheet, with_score in (("公示名单", True), ("表彰名单", False)):
        found = sections(made[sheet], sheet)
        assert list(found) == [
            f"{h}（{c}{u}）" for h, c, u in zip(headings, (4, 4, 4, 12, 39), "所人人人人", strict=True)
        ]
        for (heading, rows), name in zip(found.items(), NAMES, strict=True):
            people = "示范校" not in name
            expected = [
                (
                    k,
                    r["学校名称"],
                    *([r["姓名"]] if people else []),
                    *([r["得分"]] if with_score else []),
                    flag(r, "优秀教师" in name),
                )
                for k, r in enumerate(theirs[name], start=1)
            ]
            assert rows == expected, heading


def test_ties_are_flagged_in_print_too(printed: dict[str, list[str]]) -> None:
    for name, pages in printed.items():
        text = "".join(pages)
        assert text.count("并列第3名") == 3 * 2, name
        assert text.count("并列第10名") == 3
        assert len(re.findall("并列(?!第)", text)) == 2 + 1  # the two ranked 50, and the note on the flag
        assert "备注栏注明“并列”的，名次相同" in text


def test_the_notice_has_its_usual_parts_in_order(printed: dict[str, list[str]], rules: Rules) -> None:
    pages = printed["公示名单"]
    text = re.sub(r"\s", "", "".join(pages))
    usual = [
        "赤壁市中小学“网络学习空间”应用评比", "拟表彰名单公示", f"根据《{rules.scheme.name}》", "2020年12月至2021年7月",
        "5个奖项", "现予公示", *(f"{chinese_number(k)}、{n}" for k, n in enumerate(NAMES, start=1)),
        "公示时间：____年__月__日至____年__月__日", "监督电话：________", "赤壁市教育局", "2021年8月20日",
    ]  # fmt: skip
    at = [text.find(part) for part in usual]
    assert -1 not in at
    assert at == sorted(at)
    assert len(pages) == 2
    heading = re.sub(r"\s", "", "".join(usual[:2]))
    assert all(re.sub(r"\s", "", page).startswith(heading) for page in pages), "each page says what it is of"
    assert text.endswith("第2页共2页")


def test_the_annex_prints_on_two_pages_and_the_certificates_on_three(printed: dict[str, list[str]]) -> None:
    pages = printed["表彰名单"]
    assert len(pages) == 5
    assert pages[0].split()[0] == "附件"
    assert "2021年8月20日" in pages[1]
    assert re.sub(r"\s", "", pages[1]).startswith("赤壁市中小学“网络学习空间”应用评比表彰名单")
    assert all("证书编号" in page for page in pages[2:])


def test_nothing_but_names_and_scores_is_published(made: dict[str, Path], run: Run) -> None:
    accounts = {a for a in run.results.teacher.units["账号"] if a}
    for path in made.values():
        for name, data in read(path).items():
            text = data.decode()
            text = re.sub('>"[0-9a-f]{16}"<', "", text)  # the digest of the sheets as they were made
            assert not re.search(r"(?<![\d.])\d{11}(?!\d)", text), name
            assert not accounts & set(re.findall(r"[\w.@-]+", text)), name
    assert len(accounts) > 3000


def test_certificates_are_a_plain_list_with_a_number_each(made: dict[str, Path], run: Run) -> None:
    sheet = openpyxl.load_workbook(made["表彰名单"])["证书数据"]
    assert sheet.merged_cells.ranges == set()
    header, *rows = list(sheet.iter_rows(values_only=True))
    assert header == ("序号", "证书编号", "奖项", "学校名称", "姓名", "发证单位", "日期")
    table = run.results.tables["Awards"]
    theirs = zip(table["奖项"], table["学校名称"], table["姓名"], strict=True)
    assert [r[2:5] for r in rows] == [(a, s, p or None) for a, s, p in theirs]
    assert [r[0] for r in rows] == list(range(1, 64))
    numbers = [r[1] for r in rows]
    assert len(set(numbers)) == 63
    assert (numbers[0], numbers[4], numbers[12], numbers[-1]) == (
        "2021-学校1-001", "2021-学校2-001", "2021-教师4-001", "2021-教师5-039",
    )  # fmt: skip
    by_award = {r[2]: r[5] for r in rows}
    assert by_award.pop("省平台信息化专家") == "湖北教育云平台"
    assert set(by_award.values()) == {"赤壁市教育局"}
    assert {r[6] for r in rows} == {"2021年8月20日"}


def other_award(name: str, kind: str, last: int, recipient: str = "unit", first: int = 1) -> Award:
    return Award(name, kind, recipient, "某条", f"市科协授予“{name}”", first, last)  # type: ignore[arg-type]


def test_another_years_awards_need_no_other_program(rules: Rules, tmp_path: Path) -> None:
    awards = (
        other_award("智慧校园", "school", 12),
        other_award("教学新秀", "teacher", 2),
        other_award("无人之奖", "teacher", 9000, first=8000),
        *(other_award(f"第{k}奖", "school", 1, "administrator") for k in range(4, 13)),
    )
    other = rules.replace(awards=awards)
    run = city_run(other)
    for job in lists.jobs(run, TODAY):
        found = sections(written(job, other, tmp_path), job.label)
        assert [h.partition("（")[0] for h in found] == [
            f"{chinese_number(k)}、{a.name}" for k, a in enumerate(awards, start=1)
        ]
        schools, people, nobody, *_, last = found.values()
        # eleven schools qualify: fewer than the award has places
        assert [row[:2] for row in schools] == list(
            enumerate(run.results.tables["SchoolRanking"]["学校名称"].tolist(), start=1)
        )
        assert [row[2] for row in people] == ["余霞", "高强"]
        assert [v for v in nobody[0] if v] == [lists.VACANT]
        assert last[0][:3] == (1, "茶庵岭镇中心小学", "汪佳怡")


def test_a_run_without_any_winner_says_vacant(rules: Rules, tmp_path: Path) -> None:
    run = empty_run(rules)
    assert lists.certificates(run, TODAY).height == 0
    for job in lists.jobs(run, TODAY):
        path = written(job, rules, tmp_path)
        found = sections(path, job.label)
        assert [[v for v in rows[0] if v] for rows in found.values()] == [["空缺"]] * 5
        assert list(found)[0].endswith("（0所）")
        assert lint(path) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda a: a[:-1], "5个奖项"),
        (lambda a: (*a, a[0]), "5个奖项"),
        (lambda a: (a[1], *a[1:]), "奖项1学校数"),
    ],
    ids=["an award less", "an award more", "people instead of schools"],
)
def test_a_template_of_other_awards_is_refused_and_loses_nobody(
    rules: Rules, run: Run, tmp_path: Path, change: Any, told: str
) -> None:
    template = draw_template(draw_award_lists.draw_publicity, rules, tmp_path / "模板.xlsx")
    other = dataclasses.replace(run, rules=rules.replace(awards=change(rules.awards)))
    with pytest.raises(KongjianError, match=told):
        fill(lists.publicity(other, TODAY)[0], template, tmp_path)


def test_the_files_are_sound(made: dict[str, Path]) -> None:
    for path in made.values():
        assert lint(path) == []
        audit = OpenXmlValidator().validate(path)
        assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)


def test_numerals() -> None:
    assert [chinese_number(k) for k in (1, 9, 10, 11, 20, 25, 90)] == [
        "一",
        "九",
        "十",
        "十一",
        "二十",
        "二十五",
        "九十",
    ]
    assert np.unique([chinese_number(k) for k in range(1, 100)]).size == 99
