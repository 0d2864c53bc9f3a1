"""The documents say what the code does."""

from __future__ import annotations

import ast
import re
import runpy
import tomllib
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from kongjian.base import backups
from kongjian.base.grid import letter
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration
from kongjian.forms import kinds
from kongjian.intake.events import import_logs
from kongjian.mailing import send_copies
from kongjian.rules import load_rules
from kongjian.workbook.functions import worksheet
from kongjian.workbook.shipped import help_sheet
from kongjian.workbook.shipped.commands import COMMANDS, GROUPS, Command
from where import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
CHECKLIST = (ROOT / "docs" / "windows-checklist.md").read_text(encoding="utf-8")
FOLDERS = {p.name for p in (ROOT / "python" / "kongjian").iterdir() if p.is_dir() and p.name != "__pycache__"}
PICTURES = ROOT / "docs" / "pictures"
MAKE = runpy.run_path(str(PICTURES / "make.py"))
LARGEST_PICTURE = 160_000
LONGEST_MODULE, LONGEST_FUNCTION = 350, 40
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
    for path in (ROOT / "python").rglob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= LONGEST_MODULE or "long because" in lines[0], (path, len(lines))


def test_a_long_function_says_why_in_its_first_line() -> None:
    """Its lines without those of its docstring."""
    for path in (ROOT / "python").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.FunctionDef):
                continue
            said = (ast.get_docstring(node) or "").splitlines()
            length = node.end_lineno - node.lineno + 1 - len(said)  # type: ignore[operator]
            assert length <= LONGEST_FUNCTION or "long because" in said[0], (path, node.name, length)


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
    for number, do, see, proves, _ in rows:
        assert all(CHINESE.search(text) for text in (do, see, proves)), number
    _, first, *others = re.split(r"^## ", CHECKLIST, flags=re.MULTILINE)
    assert first.startswith("先做这十条（甲，15 分钟）")
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
