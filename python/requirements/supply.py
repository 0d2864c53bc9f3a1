"""What this program is made of: lock files, known vulnerabilities, licences, the list of parts.

    python python/requirements/supply.py lock | audit | licences | sbom

`run.txt` is what staff need, `test.txt` the whole environment that is tested, `mutants.txt` the same with what sets faults
in, `supply.txt` the tools used here; each for all systems and Pythons from 3.11 on, every file with its checksums.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import tomllib
import venv
from importlib import metadata
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[2]
LOCKS = Path(__file__).resolve().parent
LICENCES = ROOT / "docs" / "licences.md"
SERVICES = ("pypi", "osv")
# packages of other systems, which cannot be asked here: what their own metadata says
ELSEWHERE = {
    "pywin32": "Python Software Foundation License",
    "appscript": "Public Domain",
    "colorama": "BSD License",
    "win-unicode-console": "MIT",
}


def packages(lock: str) -> dict[str, tuple[str, str]]:
    """Version and marker of each package of a lock file, by its name."""
    text = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    found = {}
    for line in text.splitlines():
        pinned, _, marker = line.partition("--hash=")[0].partition(";")
        if pinned.strip() and not line.lstrip().startswith("#"):
            name, _, version = pinned.strip().partition("==")
            found[name] = (version, marker.strip())
    return found


def here(lock: str) -> dict[str, str]:
    """The packages that this computer needs, with their versions."""
    return {n: v for n, (v, marker) in packages(lock).items() if not marker or Marker(marker).evaluate()}


def lock() -> int:
    """Writes the lock files anew: as they are where the bounds of pyproject.toml still allow it; UPGRADE=1 takes the newest."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    run, extras = told["dependencies"], told["optional-dependencies"]
    wanted = {
        "run": run,
        "test": [*run, *extras["test"]],
        "mutants": [*run, *extras["test"], *extras["mutants"]],
        "supply": extras["supply"],
    }
    within = {"test": "run", "mutants": "test"}
    options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-annotate", "--no-header"]
    options += ["--upgrade"] if os.environ.get("UPGRADE") else []
    for name, lines in wanted.items():
        held = ["--constraint", str(LOCKS / f"{within[name]}.txt")] if name in within else []
        command = [
            _tool("uv"),
            "pip",
            "compile",
            "--quiet",
            *options,
            *held,
            "-",
            "--output-file",
            str(LOCKS / f"{name}.txt"),
        ]
        if code := subprocess.run(command, input="\n".join(lines), encoding="utf-8", check=False).returncode:
            return code
        print(f"python/requirements/{name}.txt：{len(packages(name))}个软件包")
    return 0


def audit() -> int:
    """Asks for known vulnerabilities of all locked packages, those of other systems, too; 1 where there are any, 2 where nobody answers."""
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "all.txt"
        every = {n: v for lock in ("mutants", "supply") for n, (v, _) in packages(lock).items()}
        plain.write_text("".join(f"{n}=={v}\n" for n, v in every.items()), encoding="utf-8")
        silent = []
        for service in SERVICES:
            command = [
                _tool("pip-audit"),
                "--requirement",
                str(plain),
                "--no-deps",
                "--disable-pip",
                "--vulnerability-service",
                service,
            ]
            command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
            run = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", check=False
            )
            code, said = answer(run.stdout, run.stderr, len(every))
            if code < 2:
                print(said)
                return code
            silent.append(f"{service}（{said}）")
    print(
        f"漏洞数据库没有回答：{'、'.join(silent)}；{len(every)}个软件包没有核对，请在能上网的电脑上再运行 make audit"
    )
    return 2


def answer(output: str, complaint: str, asked: int) -> tuple[int, str]:
    """What pip-audit found: 0 nothing, 1 the vulnerabilities, 2 where it was not told of every package."""
    try:
        told = json.loads(output)["dependencies"]
    except (ValueError, KeyError, TypeError):
        network = re.search("connect|resolve|timed out|timeout", complaint, re.IGNORECASE)
        return 2, "连不上" if network else f"没有做完：{complaint.strip().rpartition(chr(10))[2]}"
    skipped = [d["name"] for d in told if "skip_reason" in d]
    bad = [
        f"{d['name']} {d['version']}：{', '.join(v['id'] for v in d['vulns'])}"
        for d in told
        if d.get("vulns")
    ]
    if bad:
        return 1, "\n".join([f"{len(bad)}个软件包有已知漏洞：", *bad])
    if skipped or len(told) < asked:
        return 2, f"{len(skipped) or asked - len(told)}个没有查到"
    return 0, f"{asked}个软件包没有已知漏洞"


def licences() -> int:
    """Writes docs/licences.md from what the packages say of themselves."""
    LICENCES.write_text(licence_page(), encoding="utf-8")
    print(f"已写入 {LICENCES.relative_to(ROOT)}")
    return 0


def licence_page() -> str:
    """The page: what staff's computers get first, then what the tests use. KeyError for a package that is not here."""
    run, test = packages("run"), packages("test")
    only = {n: v for n, v in test.items() if n not in run}
    return (
        "# Licences\n\nWhat each locked package says of its licence (`make licences`). kongjian itself is MIT. The tools of `make mutants`, `make lock`, `make audit`,\n`make sbom` and `make docs` are installed by those commands alone and not listed.\n\n"
        "## On staff's computers\n\n" + _table(run) + "\n## For the tests only\n\n" + _table(only)
    )


def _table(found: dict[str, tuple[str, str]]) -> str:
    rows = [f"| {name} | {version} | {licence(name)} |" for name, (version, _) in found.items()]
    return "\n".join(["| package | version | licence |", "|---|---|---|", *rows, ""])


def licence(name: str) -> str:
    """The licence of a package: its SPDX expression, else its classifiers, else the first line of its own words."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ELSEWHERE[name]
    classified = [
        c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or () if c.startswith("License ::")
    ]
    classified = [c for c in classified if c != "OSI Approved"]
    own = next(iter((told.get("License") or "").strip().splitlines()), "")
    return told.get("License-Expression") or " / ".join(classified) or own or _from_text(name)


def _from_text(name: str) -> str:
    """By the head of the licence's text, where a package says nothing else."""
    for file in metadata.files(name) or ():
        if re.search(r"licen[cs]e", file.name, re.IGNORECASE):
            return " ".join(file.read_text().split()[:3])
    return ""


def empty_environment(folder: Path) -> Path:
    """A Python with the locked packages that staff get and nothing else, as hard links; its interpreter.

    It proves what is in a wheel and what it needs, without network; not that pip fetches the same from elsewhere.
    """
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*")) / "site-packages"
    for name in here("run"):
        for file in metadata.files(name) or ():
            source, target = Path(str(file.locate())), site / str(file)
            if ".." in file.parts or not source.is_file():
                continue  # scripts
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(source, target)
            except OSError:  # another disk
                target.write_bytes(source.read_bytes())
    return folder / "bin" / "python"


def sbom() -> int:
    """Writes dist/kongjian.cdx.json: what staff's computers get, with licences, as it is on this system."""
    out = ROOT / "dist" / "kongjian.cdx.json"
    out.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        python = empty_environment(Path(folder))
        command = [_tool("cyclonedx-py"), "environment", "--pyproject", str(ROOT / "pyproject.toml")]
        command += ["--output-reproducible", "--output-file", str(out), str(python)]
        run = subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", check=False)
    if run.returncode:
        print(f"没有写成：{run.stderr.strip().splitlines()[-1]}")
        return run.returncode
    parts = json.loads(out.read_text(encoding="utf-8"))["components"]
    print(f"已写入 {out.relative_to(ROOT)}：{len(parts)}个部件")
    return 0


def _tool(name: str) -> str:
    """A tool of supply.txt: that of `.tools`, which make sets up, or of this environment."""
    beside = ROOT / ".tools" / "bin" / name
    return str(beside) if beside.is_file() else str(Path(sys.executable).with_name(name))


COMMANDS = {"lock": lock, "audit": audit, "licences": licences, "sbom": sbom}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"用法：python python/requirements/supply.py {' | '.join(COMMANDS)}")
    sys.exit(COMMANDS[sys.argv[1]]())
