"""The documents say what the code does."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from collections import Counter
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kongjian.base import backups
from kongjian.base.grid import letter
from kongjian.entry.cli.main import cli
from kongjian.entry.excel.live_list import MOST_LINKS
from kongjian.entry.setup import com_registration
from kongjian.forms import kinds
from kongjian.intake.events import import_logs
from kongjian.intake.events.partials import PIECE
from kongjian.mailing import send_copies
from kongjian.rules import load_rules
from kongjian.workbook.functions import worksheet
from kongjian.workbook.month_curves import SCHOOLS
from kongjian.workbook.shipped import help_sheet
from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, Command
from kongjian.xlsx.package import MOST_MEGABYTES
from where import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CHECKLIST = (ROOT / "docs" / "windows-checklist.md").read_text(encoding="utf-8")
FOLDERS = {p.name for p in (ROOT / "python" / "kongjian").iterdir() if p.is_dir() and p.name != "__pycache__"}
PICTURES = ROOT / "docs" / "pictures"
MAKE = runpy.run_path(str(PICTURES / "make.py"))
LARGEST_PICTURE = 160_000
LONGEST_MODULE, LONGEST_FUNCTION = 350, 40
SOURCES = sorted(
    p for folder in ("python", "tests", "benchmarks", "docs") for p in (ROOT / folder).rglob("*.py")
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def test_the_readme_tells_of_every_command_and_of_no_other() -> None:
    assert sorted(re.findall(r"^\| `kongjian ([a-z-]+)", README, re.MULTILINE)) == sorted(cli.commands)


@pytest.mark.parametrize("name", cli.commands)
def test_every_command_and_option_is_explained_in_chinese(name: str) -> None:
    command = cli.commands[name]
    assert CHINESE.search(command.help or "")
    for option in (p for p in command.params if isinstance(p, click.Option)):
        assert CHINESE.search(option.help or ""), option.name
    shown = CliRunner().invoke(cli, [name, "--help"]).output
    assert shown.startswith("用法：")
    assert not re.search(r"Usage|Options|Show this message", shown)


def test_the_readme_shows_what_the_demo_prints(tmp_path: Path) -> None:
    shown = README.split("<!-- demo -->")[1].split("<!-- /demo -->")[0].strip().strip("`").strip()
    runner = CliRunner()
    assert runner.invoke(cli, ["demo", str(tmp_path)]).exit_code == 0
    printed = runner.invoke(cli, ["recalc", str(tmp_path / "赤壁市示范数据.xlsm")]).stdout
    assert shown == printed.rsplit("\n已写入", 1)[0].strip()


def test_continuous_integration_calls_the_test_command_of_the_readme() -> None:
    assert re.search(r"^ +make test ", README, re.MULTILINE)
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").rstrip().endswith("\nmake test")


@pytest.mark.parametrize(
    "page",
    [ROOT / "docs" / "architecture.md", *sorted((ROOT / "docs" / "decisions").rglob("*.md"))],
    ids=lambda p: p.stem,
)
def test_the_files_that_the_architecture_names_exist(page: Path) -> None:
    here = ROOT / "python" / "kongjian"
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)}|tests)/[\w./*-]+?)`", page.read_text(encoding="utf-8"))
    assert len(named) > 40 or page.parent.name != "docs"
    for name in named:
        stem = name.split(".")[0] if not name.endswith((".py", ".yaml", ".md")) else name
        assert [p for base in (ROOT, here) for tail in ("", ".py") for p in base.glob(f"{stem}{tail}")], name


def test_a_long_module_says_why_in_its_first_line() -> None:
    for path in SOURCES:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= LONGEST_MODULE or "long because" in lines[0], (path, len(lines))


def test_a_long_function_says_why_in_its_first_line() -> None:
    """Its lines without those of its docstring."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            said = (ast.get_docstring(node) or "").splitlines()
            length = node.end_lineno - node.lineno + 1 - len(said)  # type: ignore[operator]
            why = "long because" in " ".join(said[:1])
            assert length <= LONGEST_FUNCTION or why, (path, node.name, length)


def test_every_folder_with_peoples_data_is_named_where_it_says_what_to_delete() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    said = dict(help_sheet.GUIDE)["清理"]
    for folder in (backups.FOLDER, kinds.FOLDER, send_copies.FOLDER, import_logs.FOLDER):
        assert f"“{folder}”" in said
        assert f"`{folder}`" in page


def test_the_picture_of_the_architecture_is_the_tree_and_what_is_checked() -> None:
    """Its lines are the layers of the contracts, its folders those of the tree."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = {c["containers"][0].rpartition(".")[2]: c["layers"] for c in contracts if c["type"] == "layers"}
    picture = ARCHITECTURE.split("## The house")[1].split("```")[1].strip("\n").splitlines()
    rows = [re.split(r"\s{2,}", line.strip(), maxsplit=1) for line in picture]
    assert [name for name, _ in rows] == layers.pop("kongjian")
    here = ROOT / "python" / "kongjian"
    drawn = {name for names, _ in rows for name in names.split(" | ")}
    assert drawn == {p.stem for p in here.iterdir() if p.stem not in ("__init__", "__pycache__", "py")}
    for name, words in rows:
        if " → " in words:
            assert words.split(" → ") == layers.pop(name), name
    assert set(layers) == {"rules", "analysis"}  # their folders are drawn beside others
    assert drawn >= FOLDERS


def test_make_tells_of_every_target_and_the_documents_of_no_other() -> None:
    make = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", make, re.MULTILINE)[1].split())  # type: ignore[index]
    assert set(re.findall(r"^([a-z-]+):.*  ## ", make, re.MULTILINE)) == targets
    contributing = (ROOT / "docs" / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^    )make ([a-z-]+)", README + contributing, re.MULTILINE)) <= targets
    quick = re.search(r"^QUICK := \$\(addprefix tests/, (.*?)\)$", make, re.MULTILINE | re.DOTALL)[1]  # type: ignore[index]
    assert all(list((ROOT / "tests").glob(name)) for name in quick.replace("\\", "").split())
    for page in (ROOT / "docs" / "decisions" / "README.md", ROOT / "docs" / "CONTRIBUTING.md"):
        for link in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).is_file(), link


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c.id)
def test_the_readme_and_the_drawing_show_every_command_of_the_ribbon(command: Command) -> None:
    table = README.split("<!-- commands -->")[1].split("<!-- /commands -->")[0]
    assert command.label in table
    assert command.supertip in table
    assert f">{command.label} ({command.keytip})<" in MAKE["draw_ribbon"]()
    assert command.table or command.label in CHECKLIST


def test_the_table_and_the_drawing_are_current() -> None:
    """Made anew by `python docs/pictures/make.py --ribbon`."""
    assert f"<!-- commands -->\n{MAKE['command_table']()}\n<!-- /commands -->" in README
    assert (PICTURES / "ribbon.svg").read_text(encoding="utf-8") == MAKE["draw_ribbon"]()
    assert {c.group for c in COMMANDS} <= set(GROUPS)


def test_every_picture_and_page_that_the_readme_links_to_is_there_and_small() -> None:
    links = re.findall(r"\]\((docs/[^)#]+)", README)
    shown = {link for link in links if "/pictures/" in link}
    assert shown == {f"docs/pictures/{p.name}" for p in PICTURES.iterdir() if p.suffix in (".svg", ".png")}
    for link in links:
        assert (ROOT / link).is_file(), link
    assert all((ROOT / link).stat().st_size <= LARGEST_PICTURE for link in shown)


def test_the_readme_gives_one_example_of_every_function() -> None:
    assert re.findall(r"^\| `=([A-Z_]+)\(", README, re.MULTILINE) == list(worksheet.FUNCTIONS)


def test_the_examples_of_the_readme_span_the_whole_row() -> None:
    """A row of an indicator sheet in full: its last column is the one that the examples name."""
    sheets = {"学校指标": "schools", "教师指标": "teachers"}
    rules = load_rules()
    for sheet, last in re.findall(r"(学校指标|教师指标)!A4:([A-Z]+)", README + CHECKLIST):
        table = next(t for t in rules.tables if t.id == sheets[sheet])
        assert last == letter(len(table.names)), (sheet, last)


def test_the_check_list_is_numbered_and_tickable_and_the_ten_that_tell_most_come_first() -> None:
    rows = [row.strip("| ").split(" | ") for row in CHECKLIST.splitlines() if row.endswith("| ☐ |")]
    numbers = [int(row[0]) for row in rows]
    assert numbers == sorted(set(numbers))
    assert numbers[:10] == list(range(1, 11))
    assert len({row[1] for row in rows}) == len(rows)
    for number, do, see, proves, _ in rows:
        assert all(CHINESE.search(text) for text in (do, see, proves)), number
    _, first, *others = re.split(r"^## ", CHECKLIST, flags=re.MULTILINE)
    assert first.startswith("先做这十条（甲）")
    assert first.count("| ☐ |") == 10
    assert f'CreateObject("{com_registration.NAME}")' in first
    assert sum(part.count("| ☐ |") for part in others) == len(rows) - 10


def test_each_decision_says_what_was_asked_chosen_and_refused_on_one_page() -> None:
    folder = ROOT / "docs" / "decisions"
    listed = re.findall(r"\[([\w-]+)\]\(\1\.md\)", (folder / "README.md").read_text(encoding="utf-8"))
    pages = sorted(p.stem for p in folder.glob("*.md") if p.stem != "README")
    assert sorted(listed) == pages
    for name in pages:
        text = (folder / f"{name}.md").read_text(encoding="utf-8")
        assert re.findall(r"^\*\*(\w+)\.\*\*", text, re.MULTILINE) == [
            "Question",
            "Choice",
            "Reasons",
            "Refused",
        ], name
        assert len(text.splitlines()) < 40, name
        assert all((folder / link).is_file() for link in re.findall(r"\]\(([\w/.-]+)\)", text)), name


def test_figures_that_the_rules_or_a_constant_decide_are_theirs() -> None:
    """Any other figure of the pages stands beside the command that prints it."""
    rules, small = load_rules(), load_rules(ROOT / "tests" / "schemes" / "dongling-2031")
    schools, teachers = (
        max(a.last or 0 for a in rules.awards if a.object == kind) for kind in ("school", "teacher")
    )
    (rate,), (average,) = (
        {c.at_least for c in rules.conditions if c.kind == kind} for kind in ("rate", "monthly_average")
    )
    kinds = Counter(i.kind for o in (small.school, small.teacher) for i in o.indicators)
    plain = kinds.total() - kinds["bonus"] - kinds["veto"]
    demo = re.search(r"^学校(\d+)所.*教师(\d+)名.*班级(\d+)个", README, re.MULTILINE)
    assert demo
    people, classes = (round(int(demo[k]), -2) for k in (2, 3))
    flips = (ROOT / "tests" / "workbook" / "test_bit_flips.py").read_text(encoding="utf-8")
    said = {
        "README.md": [
            f"开通率不低于 {rate:.0%}，月均不低于 {average:.0f} 分",
            f"前 {schools} 名学校和前 {teachers} 名教师获奖",
            f"{demo[1]} 所学校、{people:,} 名教师、{classes} 个班、{len(rules.period.months())} 个月",
        ],
        "docs/architecture.md": [f"{['Eleven', 'Twelve', 'Thirteen'][len(FOLDERS) - 11]} folders under"],
        "docs/新方案.md": [
            f"{plain} 个指标，另有加分和一票否决各一项，{len(small.awards)} 个奖项，{small.school.points:.0f} 分"
        ],
        "docs/security.md": [
            f"每本最多{backups.MOST}份",
            f"At most {MOST_MEGABYTES} MB unpacked",
            f"{re.findall(r'^FLIPS = (.*)', flips, re.MULTILINE)[0]} seeded flips of one bit",
        ],
        "docs/changelog.md": [f"全市不足{rules.evidence.schools_to_show_lines}所学校时", f"最多{SCHOOLS}所"],
        "docs/scale.md": [f"一个文件超过{PIECE // 10_000:,}万行就分块数"],
        "docs/decisions/notes/events.md": [f"more than {PIECE // 1_000_000} million lines is counted"],
        "docs/decisions/notes/excel.md": [f"at most the first {MOST_LINKS:,} rows of 问题清单 become links"],
    }
    assert (kinds["bonus"], kinds["veto"]) == (1, 1)
    for page, words in said.items():
        text = (ROOT / page).read_text(encoding="utf-8")
        assert [w for w in words if w not in text] == [], page


LIMITS = {"12 KB", "400 MB", "400MB", "1GB", "1.5 GB", "20 minutes", "0.4 s"}
"""Times and sizes that the program or a test itself sets, not measured ones."""
MEASURED = re.compile(r"\d[\d,.]* ?(?:(?:[mµ]?s|seconds|minutes|hours|times|[KMG]B)\b|毫秒|秒|分钟|小时|倍)")


def test_a_measured_time_or_size_stands_only_where_one_run_printed_it() -> None:
    """In the tables of `make bench`, `make bench-scale` and `make mutants`; elsewhere it would soon be another."""
    tables = {"scale.md", "mutants.md"}
    pages = [ROOT / "README.md", *(p for p in (ROOT / "docs").rglob("*.md") if p.name not in tables)]
    assert len(pages) > 30
    for page in pages:
        assert set(MEASURED.findall(page.read_text(encoding="utf-8"))) <= LIMITS, page


def test_the_figures_of_what_the_suite_notices_agree_with_the_survivors_that_are_listed() -> None:
    """Of rooms that were tried whole: what survived is listed, below what changes nothing or below the survivors."""
    page = (ROOT / "docs" / "mutants.md").read_text(encoding="utf-8")
    figures, listed = page.split("\n## What changes nothing\n")
    nothing, left = (
        Counter(re.findall(r"^\| `(?:\w+/)+(\w+)\.py`", part, re.MULTILINE))
        for part in listed.split("\n## Survivors\n")
    )
    whole = []
    for line in figures.split("|---|---|---|---|---|---|\n")[1].strip().splitlines():
        _, name, mutants, killed, kept, how = (cell.strip() for cell in line.strip("|").split("|"))
        noticed, of, *share = re.findall(r"[\d.]+", kept)
        assert noticed in (killed.split()[0], *re.findall(r"(\d+) since", killed)), name
        assert share in ([], [f"{100 * int(noticed) / int(of):.1f}"]), name
        if how.startswith(("whole", "of these")) and name.startswith("`"):
            module = name.strip("`")
            found = (int(mutants) - int(of), int(of) - int(noticed))
            assert found == (nothing[module], left[module]), module
            whole.append(module)
    assert len(whole) == 8
