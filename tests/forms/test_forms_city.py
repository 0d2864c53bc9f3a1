"""The review sheets from end to end: the command over the whole demo city, and what it does to files that are there."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import openpyxl
import pytest

from kongjian.base.places import templates
from kongjian.demo.generate import demo_data
from kongjian.forms import kinds
from kongjian.forms.design.make_templates import designs, make_templates
from kongjian.forms.known import UNIT_NAME, outcome, qualified, unit_key
from kongjian.forms.produce import PDF, SHAPES
from kongjian.forms.returned.checklist import FILE as CHECKLIST
from kongjian.forms.template.filled_workbook import Template
from kongjian.intake.sheets import APPEALS
from kongjian.rules import Rules, load_rules
from kongjian.workbook.recalculate import check, recalculate
from kongjian.workbook.run import Run
from kongjian.workbook.shipped.build_workbook import build
from kongjian.xlsx.defined_names import defined_names
from kongjian.xlsx.package import Package
from office import pdf_pages
from workbooks import small_book

DESIGNS = designs(load_rules())

BOOK = "book.xlsm"
FORMS_OF = {"school": "申报表/学校", "teacher": "申报表/教师"}
CARDS_OF = {"school": "评审表/学校评分表", "teacher": "评审表/教师评分表"}
LISTS = {"公示名单.xlsx", "表彰名单.xlsx", "工作总结统计表.xlsx", "月度通报 2021-07.xlsx", CHECKLIST}
UNSAFE = re.compile(r'[\\:*?"<>|\x00-\x1f]|[ .]$')


def command(*arguments: object) -> tuple[int, list[str]]:
    """The exit code of `kongjian forms` and what it said, line by line."""
    # whatever is open of the invented city: the gate has tests of its own
    line = [sys.executable, "-m", "kongjian", "forms", *map(str, arguments), "--anyway"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    said = [line for line in done.stderr.splitlines() if not line.endswith("…")]  # how far it is
    return done.returncode, [*done.stdout.splitlines(), *said]


def files(folder: Path) -> dict[str, bytes]:
    """Everything below a folder by its path."""
    found = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in found}


def owner(path: Path) -> str:
    """Whose a file is, as it says itself."""
    with Package(path) as package:
        return defined_names(package).texts.get(UNIT_NAME, "")


class City:
    """The demo city's sheets as the command wrote them."""

    def __init__(self, folder: Path, rules: Rules) -> None:
        self.book, self.out = folder / BOOK, folder / kinds.FOLDER
        build(rules, self.book, demo_data(rules))
        self.run: Run = check(self.book, rules)
        self.code, self.said = command(self.book)


@pytest.fixture(scope="module")
def city(rules: Rules, tmp_path_factory: pytest.TempPathFactory) -> City:
    return City(tmp_path_factory.mktemp("city"), rules)


@pytest.mark.parametrize("folder", [FORMS_OF, CARDS_OF], ids=["forms", "cards"])
@pytest.mark.parametrize("kind", ["school", "teacher"])
def test_every_qualified_unit_has_exactly_one(city: City, kind: str, folder: dict[str, str]) -> None:
    found = Counter(owner(p) for p in (city.out / folder[kind]).rglob("*.xlsx"))
    expected = [unit_key(city.run, kind, int(at)) for at in qualified(city.run, kind)]
    assert len(expected) > 10
    assert found == Counter(expected)


def test_every_file_is_told_and_has_a_safe_name(city: City) -> None:
    made = files(city.out)
    assert city.code == 0
    assert set(made) > LISTS
    assert city.said[-1].startswith(f"写了{len(made)}个文件")
    assert not [p for p in made for part in p.split("/") if UNSAFE.search(part)]
    assert all(p.endswith(".xlsx") for p in made)
    assert len({p.casefold() for p in made}) == len(made)


def test_a_workbook_never_calculated_is_told(city: City) -> None:
    hint = "提示：工作簿还没有计算过；这里按现在的数据生成，请再按“重新计算排名”"
    assert [line for line in city.said if line.startswith("提示：")] == [hint]


def test_a_second_run_leaves_alone_what_is_there(city: City, tmp_path: Path) -> None:
    out = Path(shutil.copytree(city.out, tmp_path / "again"))
    form = sorted((out / FORMS_OF["school"]).iterdir())[0]
    filled_in = openpyxl.load_workbook(form)
    filled_in.active["A1"] = "填过了"
    filled_in.save(form)
    card = sorted((out / CARDS_OF["school"]).iterdir())[0]
    other = sorted((out / CARDS_OF["school"]).iterdir())[1]
    fresh, changed = card.read_bytes(), other.read_bytes()
    card.unlink()
    before = files(out)
    code, said = command(city.book, "-o", out)
    after = files(out)
    assert code == 0
    assert "写了2个文件" in said[-1]  # the card that was taken away, and the list of who owes what
    assert f"1个有人填写过，没有覆盖（{form.name}）；要重新生成请先移走" in said[-1]
    assert (card.read_bytes(), other.read_bytes()) == (fresh, changed)
    listed = (CHECKLIST, f"{CHECKLIST}.bak")
    new = {name for name in after if before.get(name) != after[name]} - set(listed)
    assert new == {card.relative_to(out).as_posix()}


@pytest.fixture
def small(tmp_path: Path, rules: Rules) -> Path:
    book = small_book(tmp_path / BOOK)
    recalculate(book, rules=rules)
    return book


def own_template(book: Path, name: str, cell: str, text: str) -> Path:
    """A template of the user's own beside the workbook, with one cell changed."""
    folder = book.parent / "模板"
    folder.mkdir(exist_ok=True)
    changed = openpyxl.load_workbook(templates() / name)
    changed.worksheets[0][cell] = text
    changed.save(folder / name)
    return folder / name


def test_a_changed_file_is_kept_twice(small: Path, tmp_path: Path) -> None:
    out, name = tmp_path / "out", "公示名单.xlsx"
    versions = []
    for text in ("第一版", "第二版", "第三版"):
        own_template(small, name, "A1", text)
        assert command(small, "-o", out, "--kind", "公示名单")[0] == 0
        versions.append((out / name).read_bytes())
        assert openpyxl.load_workbook(out / name).worksheets[0]["A1"].value == text, "the own template wins"
    first, second, third = versions
    assert files(out) == {name: third, f"{name}.bak": second, f"{name}.1.bak": first}
    code, said = command(small, "-o", out, "--kind", "公示名单")
    assert (code, said) == (0, [f"写了0个文件；1个没有变化，不用重写（{out}）"])


def test_an_unknown_mark_is_told_before_anything_is_written(small: Path, tmp_path: Path) -> None:
    own_template(small, "工作总结统计表.xlsx", "A1", "{{ 方案名秤 }}")
    code, said = command(small, "-o", tmp_path / "out")
    assert code == 2
    assert len(said) == 1
    assert re.match(
        r"错误：模板“工作总结统计表\.xlsx”要改：.+!A1 的 \{\{ 方案名秤 \}\} 不认识，是不是“方案名称”", said[0]
    )
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "word", "allowed"), [("--kind", "成绩单", kinds.KINDS), ("--as", "网页", SHAPES)]
)
def test_unknown_words_are_answered_with_the_known_ones(
    small: Path, tmp_path: Path, option: str, word: str, allowed: tuple[str, ...]
) -> None:
    code, said = command(small, "-o", tmp_path / "out", option, word)
    assert (code, said) == (2, [f"错误：没有“{word}”；可用：{'、'.join(allowed)}"])
    assert not (tmp_path / "out").exists()


def test_a_file_open_in_excel_does_not_hold_up_the_others(small: Path, tmp_path: Path) -> None:
    out, name = tmp_path / "out", "表彰名单.xlsx"
    wanted = ("--kind", "公示名单", "--kind", "表彰名单", "--kind", "工作总结")
    out.mkdir()
    (out / name).write_bytes(b"old")
    (out / f"~${name}").touch()
    code, said = command(small, "-o", out, *wanted)
    assert code == 2
    assert "写了2个文件；1个没有写成" in said[-1]
    assert [line for line in said[:-1] if f"{name} 正在Excel中打开" in line]
    assert (out / name).read_bytes() == b"old"
    assert {"公示名单.xlsx", "工作总结统计表.xlsx"} < set(files(out))


def test_a_list_open_in_excel_does_not_hide_that_the_forms_were_written(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "~$申报材料清单.xlsx").touch()
    code, said = command(small, "-o", out, "--kind", "申报表")
    assert code == 2
    assert "1个没有写成：申报材料清单.xlsx 正在Excel中打开" in said[-1]
    assert len([name for name in files(out) if "附件" in name]) > 1


def test_all_units_in_one_workbook(small: Path, tmp_path: Path, rules: Rules) -> None:
    out, run = tmp_path / "out", check(small, rules)
    assert command(small, "-o", out, "--as", "工作簿", "--kind", "申报表", "--kind", "评分表")[0] == 0
    units = {kind: len(qualified(run, kind)) for kind in ("school", "teacher")}
    sheets = {name: len(openpyxl.load_workbook(out / name).sheetnames) for name in files(out)}
    assert sheets == {
        "附件3 示范学校申报表.xlsx": units["school"],
        "附件4 优秀教师申报表.xlsx": units["teacher"],
        "学校评分表.xlsx": units["school"],
        "教师评分表.xlsx": units["teacher"],
    }


def test_all_score_cards_in_one_pdf_a_page_each(small: Path, tmp_path: Path, rules: Rules) -> None:
    out, run = tmp_path / "out", check(small, rules)
    assert command(small, "-o", out, "--as", PDF, "--kind", "评分表")[0] == 0
    assert set(files(out)) == {"学校评分表.pdf", "教师评分表.pdf"}
    for kind, column in (("school", "学校名称"), ("teacher", "教师姓名")):
        units = outcome(run, kind).units[column][qualified(run, kind)].tolist()
        pages = pdf_pages(out / f"{CARDS_OF[kind].rpartition('/')[2]}.pdf")
        for page, unit in zip(pages, units, strict=True):
            printed = re.sub(r"\s", "", page)
            names = [unit, *(i.name for i in rules.object(kind).indicators)]
            assert [n for n in names if n not in printed] == []


def test_the_templates_are_those_that_the_code_draws(rules: Rules, tmp_path: Path) -> None:
    """Made anew by `kongjian build --templates templates`."""
    make_templates(rules, tmp_path)
    committed, drawn = files(templates()), files(tmp_path)
    assert set(committed) == set(drawn) == set(DESIGNS)
    assert [name for name in drawn if committed[name] != drawn[name]] == []


def test_every_mark_of_every_template_is_known(city: City) -> None:
    jobs = kinds.jobs(city.run, kinds.KINDS, dt.date(2021, 7, 20), raised=[["某某"] * len(APPEALS.names)])
    # the letter goes with what is mailed and is filled in there
    assert {j.template for j in jobs} == set(DESIGNS) - {city.run.rules.forms.letter.template}
    checked: set[tuple[str, str]] = set()
    for job in jobs:
        with Template(templates() / job.template) as template:
            for sheet in (s for d in job.documents for s in d.sheets):
                template.check(sheet.template, sheet.context)
                checked.add((job.template, sheet.template))
            assert {s for t, s in checked if t == job.template} == set(template.sheets)
