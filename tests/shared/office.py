"""LibreOffice, as an independent program that opens the workbooks."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import subprocess
import tempfile
from pathlib import Path

_PATIENCE = 240  # seconds; the first start with a new profile is slow


@functools.cache
def _profile() -> Path:
    """One profile for all conversions of this process: a profile serves one LibreOffice at a time."""
    folder = Path(tempfile.mkdtemp(prefix="kongjian-office-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def convert(path: Path, to: str, outdir: Path) -> Path:
    """Opens the file and saves it as another kind ("pdf", "xlsx", "csv"); returns the new file."""
    outdir.mkdir(parents=True, exist_ok=True)
    command = ["soffice", f"-env:UserInstallation={_profile().as_uri()}", "--headless", "--norestore"]
    command += ["--convert-to", to, "--outdir", str(outdir), str(path)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    target = outdir / f"{path.stem}.{to.split(':')[0]}"
    if not target.is_file():
        raise AssertionError(f"LibreOffice did not convert {path.name}: {run.stdout}{run.stderr}")
    return target


def pdf_pages(pdf: Path) -> list[str]:
    """The text of each page."""
    run = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, check=True)
    return run.stdout.decode().split("\f")[:-1]


def macro_results(path: Path, formulas: list[str]) -> tuple[list[str], int]:
    """What cells with these formulas show while the workbook's macros run, and how many sheets it has."""
    script = Path(__file__).with_name("office_macros.py")
    with tempfile.TemporaryDirectory(prefix="kongjian-office-") as profile:
        # only the system's Python has LibreOffice's interface
        command = ["/usr/bin/python3", str(script), profile, str(path), *formulas]
        run = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if run.returncode:
        raise AssertionError(f"LibreOffice did not run the macros of {path.name}: {run.stdout}{run.stderr}")
    found = json.loads(run.stdout.splitlines()[-1])
    return found["shown"], found["sheets"]


def turns(
    path: Path, sheet: str, area: str, cells: list[tuple[int, int]], texts: list[tuple[str, ...]]
) -> list[list[list[str | float]]]:
    """What an area of a sheet shows after these texts have been put into its cells (row, column from 1), for each turn."""
    script = Path(__file__).with_name("office_lookup.py")
    with tempfile.TemporaryDirectory(prefix="kongjian-office-") as folder:
        asked = Path(folder) / "asked.json"
        asked.write_text(json.dumps({"sheet": sheet, "area": area, "cells": cells, "turns": texts}), "utf-8")
        command = ["/usr/bin/python3", str(script), f"{folder}/profile", str(path), str(asked)]
        run = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=False)
    if run.returncode:
        raise AssertionError(f"LibreOffice did not calculate {path.name}: {run.stdout}{run.stderr}")
    return [json.loads(line) for line in run.stdout.splitlines()]
