"""Another city's scheme as docs/新方案.md tells a new user to make it: a folder copied and edited, three commands, no Python."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from kongjian.base import libreoffice, places
from kongjian.demo.generate import demo_data
from kongjian.entry.cli.main import cli
from kongjian.mailing import by_school, proof
from kongjian.rules import load_rules
from kongjian.selfcheck.checked_book import GOOD
from kongjian.selfcheck.scheme_cases import folder_of, scheme_cases
from kongjian.workbook.functions.worksheet import AWARD, SCHOOL_SCORE
from kongjian.workbook.recalculate import check
from kongjian.workbook.shipped.build_workbook import build
from vba_host import VbaHost
from where import ROOT
from workbooks import everything, pasted

NEW = "xishan-2033"
OLD = "chibi-2020"
GUIDE = (ROOT / "docs" / "新方案.md").read_text(encoding="utf-8")
# what the user's own city calls things, changed in an editor over all files, the text of the scheme first
WORDS = {
    "赤壁": "西山", "湖北教育云": "楚天教育云", "网络学习空间应用专家": "智慧教学名师", OLD: NEW,
    "2020-": "2032-", "2021-": "2033-", "2022-": "2034-", "2020年": "2032年", "2021年": "2033年", '"2020.1"': '"2033.1"',
}  # fmt: skip
# one point more for 教材管理 and one less for 教职工管理: the clause and the number
POINTS = {
    "教材（含校本教材）添加1次得2分": "教材（含校本教材）添加1次得3分", "教职工导入编辑保存得2分": "教职工导入编辑保存得1分",
}  # fmt: skip


def edited(folder: Path) -> None:
    """What is done by hand."""
    for path in folder.rglob("*"):
        if path.suffix in (".yaml", ".txt"):
            text = path.read_text(encoding="utf-8")
            for old, new in {**WORDS, **POINTS}.items():
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
    school = folder / "school.yaml"
    text = school.read_text(encoding="utf-8")
    for name, points in (("教材管理", 3), ("教职工管理", 1)):
        text = re.sub(rf"(name: {name}\n(?:.*\n){{3}}    points: )2", rf"\g<1>{points}", text)
    school.write_text(text, encoding="utf-8")
    cases = folder / "cases" / "school_indicators.yaml"
    text = cases.read_text(encoding="utf-8")
    for name, points in (("教材管理", 3), ("教职工管理", 1)):
        text = re.sub(
            rf"得2分(, object: school, indicator: {name}, value: \"是\", score: )2",
            rf"得{points}分\g<1>{points}",
            text,
        )
    cases.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folder, in which the scheme was copied and edited."""
    made = tmp_path_factory.mktemp("西山")
    scheme = made / "方案" / NEW
    shutil.copytree(places.schemes() / OLD, scheme)
    edited(scheme)
    return made


@pytest.fixture(autouse=True)
def there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "own"))
    monkeypatch.chdir(folder)
    for module in (proof, by_school, libreoffice):
        monkeypatch.setattr(module, "find_office", lambda: None)


def run(line: str) -> str:
    """A command as it is typed in that folder; it must be told in the guide, with the guide's names in place of ours."""
    done = CliRunner().invoke(cli, line.split()[1:])
    assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.exception)
    assert done.exit_code == 0, (line, done.output)
    return done.output


def told(line: str) -> bool:
    return (
        line.replace(NEW, "dongling-2031")
        .replace(f"方案/{'dongling-2031'}/", "方案文件夹/")
        .replace("西山.xlsm", "工作簿.xlsm")
        in GUIDE
    )


COMMANDS = (
    f"kongjian rules --lint --scheme {NEW}",
    f"kongjian build --templates 方案/{NEW}/templates --scheme {NEW}",
    f"kongjian build 西山.xlsm --scheme {NEW}",
)


def test_three_commands_give_a_working_workbook_with_forms_and_copies(folder: Path) -> None:
    for line in COMMANDS:
        assert told(line), line
    assert run(COMMANDS[0]) == "规则没有问题\n"
    for line in COMMANDS[1:]:
        run(line)
    rules = load_rules(NEW, folder)
    assert (rules.scheme.city, rules.period.start, rules.period.end) == ("西山市", "2032-12", "2033-07")
    cases = scheme_cases(folder_of(rules), rules, False)
    assert cases.state == GOOD, cases.text
    # data are pasted into it
    rows = json.loads(
        json.dumps(everything(), ensure_ascii=False).replace("2021-", "2033-").replace("赤壁", "西山")
    )
    rows["schools"][0] |= {"教材管理": "是", "教职工管理": "否"}
    build(rules, folder / "西山.xlsm", pasted(rules, rows))
    for line in (
        "recalc 西山.xlsm",
        "forms 西山.xlsm --anyway",
        "mail 西山.xlsm --anyway",
        "mail 西山.xlsm --by-school",
    ):
        done = CliRunner().invoke(cli, line.split())
        assert done.exception is None or isinstance(done.exception, SystemExit), (line, done.exception)
        assert done.exit_code in (0, 1), (line, done.output)
    found = check(folder / "西山.xlsm")
    assert found.results.school.scores.of("教材管理")[0] == 3
    assert found.rules.scheme.id == NEW
    assert "智慧教学名师" in found.results.tables["Awards"]["奖项"].tolist()
    text = VbaHost(folder / "西山.xlsm").run("KongjianRules")
    assert AWARD("教师", 1, rules=text) == "智慧教学名师"
    assert SCHOOL_SCORE([1, 0], ["教材管理", "教职工管理"], "教材管理", rules=text) == 3


def test_its_demo_city_is_of_its_own_period(folder: Path) -> None:
    rules = load_rules(NEW, folder)
    data = demo_data(rules, teachers=1000)
    months = {str(row[data["monthly"].headers.index("统计月份")])[:7] for row in data["monthly"].rows}
    assert {"2032-12", "2033-07", "2033.3"} <= months
    assert {m[:4] for m in months if m[:2] == "20"} == {"2032", "2033"}
    assert not re.search(r"赤壁|202[01]-", str([s.rows for s in data.values()]))


@pytest.mark.parametrize("gone", ["参与活动", "网络教研"])
def test_a_scheme_without_a_column_of_the_demo_city_has_a_plain_one(folder: Path, gone: str) -> None:
    rules = load_rules(NEW, folder)
    fewer = [
        dataclasses.replace(t, columns=tuple(c for c in t.columns if c.name != gone)) for t in rules.tables
    ]
    kept = tuple(i for i in rules.teacher.indicators if i.name != gone)
    own = tuple(i for i in rules.school.indicators if i.name != gone)
    changed = rules.replace(
        tables=tuple(fewer),
        teacher=dataclasses.replace(rules.teacher, indicators=kept),
        school=dataclasses.replace(rules.school, indicators=own),
    )
    data = demo_data(changed, teachers=1000)
    assert len(data["teachers"].rows) == 1000
    assert gone not in data["teachers"].headers


def test_forms_and_copies_are_of_the_new_city_alone(folder: Path) -> None:
    """After the test above."""
    made = [*(folder / "表格").rglob("*.xlsx"), *(folder / "分发").rglob("*.xlsx"), folder / "西山.xlsm"]
    assert len(made) > 12
    held = 0
    for path in made:
        with zipfile.ZipFile(path) as archive:
            parts = {
                n: archive.read(n).decode("utf-8", "replace")
                for n in archive.namelist()
                if n.endswith((".xml", ".rels"))
            }
        whole = "".join(parts.values())
        held += "西山" in whole
        for word in ("赤壁", "湖北教育云", "2020-12", "2021年", "网络学习空间应用专家"):
            assert word not in whole, (path.name, word, [n for n, t in parts.items() if word in t])
    assert held > 12
