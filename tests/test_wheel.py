"""The wheel, built and installed where nothing else is, runs for a user who may write nothing of it.

Its packages are the locked ones of this environment, linked: no network is wanted. That shows what is in the wheel and
that the declared packages are enough, not that pip fetches the same elsewhere (the lock file's checksums see to that).
"""

from __future__ import annotations

import json
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from where import ROOT

SUPPLY: dict[str, Any] = runpy.run_path(str(ROOT / "python" / "requirements" / "supply.py"))
TOLD = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
NOBODY = 65534
RIGHTS: dict[str, Any] = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}
"""What makes of root a normal user."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--no-build-isolation",
    ]
    subprocess.run([*command, "--wheel-dir", out, ROOT], check=True)
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Iterator[Path]:
    """An environment that others can reach, as a folder that only its owner may write."""
    folder = Path(tempfile.mkdtemp(prefix="kongjian-wheel-"))
    try:
        folder.chmod(0o755)
        python = SUPPLY["empty_environment"](folder / "环 境")
        if os.geteuid() == 0 and not works(python):
            others_can_reach(python, folder / "base")
        command = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
        ]
        subprocess.run([*command, wheel], check=True)
        for place in [folder, *(p for p in folder.rglob("*") if p.is_dir() and not p.is_symlink())]:
            place.chmod(0o555)
        yield folder / "环 境"
    finally:
        for place in [folder, *(p for p in folder.rglob("*") if p.is_dir() and not p.is_symlink())]:
            place.chmod(0o755)
        shutil.rmtree(folder)


def works(python: Path) -> bool:
    """Whether a normal user can start this Python."""
    try:
        command = [python, "-c", f"import os; assert os.geteuid() == {NOBODY}"]
        return subprocess.run(command, capture_output=True, check=False, **RIGHTS).returncode == 0
    except OSError:
        return False


def others_can_reach(python: Path, base: Path) -> None:
    """Gives an environment a base of its own in place of one that lies in root's own folder."""
    inner = f"lib/python{sys.version_info[0]}.{sys.version_info[1]}"
    left_out = shutil.ignore_patterns("test", "site-packages", "__pycache__")
    shutil.copytree(Path(sys.base_prefix) / inner, base / inner, ignore=left_out, copy_function=os.link)
    program = base / "bin" / Path(os.path.realpath(sys.executable)).name
    program.parent.mkdir()
    shutil.copyfile(os.path.realpath(sys.executable), program)
    program.chmod(0o755)
    python.unlink()
    python.symlink_to(program)
    (python.parents[1] / "pyvenv.cfg").write_text(f"home = {program.parent}\n", encoding="utf-8")


def test_the_wheel_has_all_that_the_program_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    package = ROOT / "python"
    wanted = {
        p.relative_to(package).as_posix()
        for p in (package / "kongjian").rglob("*")
        if p.is_file() and "__pycache__" not in p.parts
    }
    for folder, inside in (("rules", "rule_files"), ("templates", "template_files")):
        top = ROOT / folder
        wanted |= {
            f"kongjian/{inside}/{p.relative_to(top).as_posix()}" for p in top.rglob("*") if p.is_file()
        }
    wanted |= {"kongjian/kongjian.xlsm", "kongjian/requirements.txt"}
    assert {n for n in names if ".dist-info/" not in n} == wanted


def test_a_normal_user_works_with_it_in_a_folder_with_a_chinese_name_and_spaces(installed: Path) -> None:
    """Root gives up its rights; anybody else may not write the folders either."""
    home = Path(tempfile.mkdtemp(prefix="kongjian-user-"))
    if RIGHTS:
        assert works(installed / "bin" / "python")
        os.chown(home, NOBODY, NOBODY)
    env = {"HOME": str(home), "PATH": "/usr/bin:/bin", "TMPDIR": str(home), "LANG": "C.UTF-8"}

    def run(*arguments: str) -> str:
        place = home / "评 比 2021"
        command = [installed / "bin" / "kongjian", *arguments, "-q"]
        done = subprocess.run(command, cwd=place if place.is_dir() else home, env=env, capture_output=True, text=True, check=False, **RIGHTS)  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), (arguments, done.stdout, done.stderr)
        return done.stdout

    before = state(installed)
    try:
        run("demo", "评 比 2021", "--teachers", "1000")
        book = "赤壁市示范数据.xlsm"
        run("recalc", book)
        assert "写了3个文件" in run(
            "forms", book, "--anyway", "--as", "工作簿", "--kind", "评分表", "--kind", "公示名单"
        )
        assert "核对无误" in run("mail", book, "--anyway")
        assert "自检通过" in run("selfcheck", book)
        made = {p.suffix for p in (home / "评 比 2021").rglob("*") if p.is_file()}
        assert made >= {".xlsm", ".xlsx", ".eml"}
    finally:
        shutil.rmtree(home)
    assert state(installed) == before


def state(folder: Path) -> dict[str, float]:
    return {str(p.relative_to(folder)): p.lstat().st_mtime for p in folder.rglob("*")}


# ---- the lock files


@pytest.mark.parametrize("lock", ["run", "test", "mutants", "supply"])
def test_every_locked_package_has_checksums_and_a_version(lock: str) -> None:
    text = (ROOT / "python" / "requirements" / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip()]
    assert len(lines) == len(SUPPLY["packages"](lock)) > 15
    for line in lines:
        assert "==" in line
        assert "--hash=sha256:" in line


def test_the_locks_keep_the_bounds_of_pyproject_and_agree() -> None:
    run, test, mutants, supply = (SUPPLY["packages"](name) for name in ("run", "test", "mutants", "supply"))
    extras = TOLD["optional-dependencies"]
    for lines, locked in (
        (TOLD["dependencies"], run),
        (extras["test"], test),
        (extras["spark"], test),
        (extras["mutants"], mutants),
        (extras["supply"], supply),
    ):
        for need in map(Requirement, lines):
            version = locked[canonicalize_name(need.name)][0]
            assert need.specifier.contains(version), f"{need}: {version}; make lock"
    assert {n: v for n, v in test.items() if n in run} == run
    assert {n: v for n, v in mutants.items() if n in test} == test


def test_what_is_tested_is_what_is_locked() -> None:
    wrong = {
        n: (v, metadata.version(n)) for n, v in SUPPLY["here"]("test").items() if metadata.version(n) != v
    }
    assert wrong == {}, "make lock, or make setup"


def test_setup_and_readme_install_from_the_locks() -> None:
    make, readme = ((ROOT / n).read_text(encoding="utf-8") for n in ("Makefile", "README.md"))
    assert "--require-hashes -r python/requirements/test.txt" in make
    assert "--require-hashes -r python/requirements/supply.txt" in make
    assert "--require-hashes -r python\\requirements\\run.txt" in readme
    assert "--require-hashes -r python/requirements/mutants.txt" in make
    for name in ("lock", "audit", "licences", "sbom"):
        assert f"python/requirements/supply.py {name}" in make


# ---- licences and vulnerabilities


def test_the_licences_are_those_of_the_locked_packages_and_none_on_staffs_computers_binds_the_program() -> (
    None
):
    page = SUPPLY["LICENCES"].read_text(encoding="utf-8")
    assert page == SUPPLY["licence_page"](), "make licences"
    rows = [line.strip("| ").split(" | ") for line in page.splitlines() if line.startswith("| ")]
    assert all(len(row) == 3 and row[2] for row in rows)
    staff = page.partition("## For the tests")[0]
    assert "GPL" not in staff
    assert "GNU" not in staff


PACKAGE = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "2", "vulns": [{"id": "PYSEC-1"}, {"id": "PYSEC-2"}]}
SKIPPED = {"name": "c", "skip_reason": "not found"}


@pytest.mark.parametrize(
    ("told", "complaint", "expected"),
    [
        ([PACKAGE, PACKAGE], "", (0, "2个软件包没有已知漏洞")),
        ([PACKAGE, BAD], "", (1, "1个软件包有已知漏洞：\nb 2：PYSEC-1, PYSEC-2")),
        ([BAD, SKIPPED], "", (1, "1个软件包有已知漏洞：\nb 2：PYSEC-1, PYSEC-2")),
        ([PACKAGE, SKIPPED], "", (2, "1个没有查到")),
        ([PACKAGE], "", (2, "1个没有查到")),
        (None, "…: Failed to resolve 'api.osv.dev'", (2, "连不上")),
        (None, "usage: …\npip-audit: error: argument x", (2, "没有做完：pip-audit: error: argument x")),
        (None, "", (2, "没有做完：")),
    ],
)
def test_an_audit_without_an_answer_for_every_package_is_no_good_one(
    told: list[dict[str, object]] | None, complaint: str, expected: tuple[int, str]
) -> None:
    output = "" if told is None else json.dumps({"dependencies": told})
    assert SUPPLY["answer"](output, complaint, 2) == expected


AUDITOR = """#!{python}
import json, sys
service = sys.argv[sys.argv.index("--vulnerability-service") + 1]
asked = [line.strip().split("==") for line in open(sys.argv[sys.argv.index("--requirement") + 1])]
if service in {silent!r}:
    sys.exit("Failed to resolve " + service)
print(json.dumps({{"dependencies": [{{"name": n, "version": v, "vulns": []}} for n, v in asked]}}))
"""


@pytest.mark.parametrize(
    ("silent", "code", "told"),
    [
        ((), 0, "{all}个软件包没有已知漏洞\n"),
        (("pypi",), 0, "{all}个软件包没有已知漏洞\n"),
        (("pypi", "osv"), 2, "漏洞数据库没有回答：pypi（连不上）、osv（连不上）；{all}个软件包没有核对，请在能上网的电脑上再运行 make audit\n"),
    ],
)  # fmt: skip
def test_an_audit_asks_one_database_after_the_other_for_every_locked_package(
    silent: tuple[str, ...],
    code: int,
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(AUDITOR.format(python=sys.executable, silent=silent), encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setitem(SUPPLY["audit"].__globals__, "_tool", lambda _: str(tool))
    every = {n for lock in ("run", "test", "mutants", "supply") for n in SUPPLY["packages"](lock)}
    assert SUPPLY["audit"]() == code
    assert capsys.readouterr().out == told.replace("{all}", str(len(every)))


STAND_IN = """#!{python}
import json, subprocess, sys
ask = "import json; from importlib.metadata import distributions as d; print(json.dumps([(p.name, p.version) for p in d()]))"
held = json.loads(subprocess.check_output([sys.argv[-1], "-c", ask]))
with open(sys.argv[sys.argv.index("--output-file") + 1], "w") as out:
    json.dump({{"components": [{{"name": n, "version": v}} for n, v in held]}}, out)
"""


def test_the_list_of_parts_has_what_staffs_computers_get_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the tool is given to list; the tool itself is no part of this environment."""
    tool, names = tmp_path / "cyclonedx-py", SUPPLY["sbom"].__globals__
    tool.write_text(STAND_IN.format(python=sys.executable), encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setitem(names, "_tool", lambda _: str(tool))
    monkeypatch.setitem(names, "ROOT", tmp_path)
    assert SUPPLY["sbom"]() == 0
    parts = json.loads((tmp_path / "dist" / "kongjian.cdx.json").read_text(encoding="utf-8"))["components"]
    assert {canonicalize_name(p["name"]): p["version"] for p in parts} == SUPPLY["here"]("run")
    assert capsys.readouterr().out == f"已写入 dist/kongjian.cdx.json：{len(parts)}个部件\n"
    tool.write_text("#!/bin/sh\necho cannot >&2\nexit 3\n", encoding="utf-8")
    assert SUPPLY["sbom"]() == 3
    assert capsys.readouterr().out == "没有写成：cannot\n"
