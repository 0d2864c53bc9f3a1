"""A press as the macros call it on Windows: through xlwings' own CallUDF, which converts arguments and answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys

from where import ROOT


def test_the_rows_come_back_whole_and_the_press_works_on_the_calling_book() -> None:
    env = {k: v for k, v in os.environ.items() if k != "XLWINGS_LICENSE_KEY"}
    script = str(ROOT / "tests" / "shared" / "com_press.py")
    done = subprocess.run([sys.executable, script], env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    title = ["title", "空间评比", "", ""]
    told, asks = [title, ["info", "一\n二", "", ""]], [title, ["files", "选", "表,*.x", ""]]
    assert found["back"] == [told, told, asks, asks, told, told]
    files = "C:\\甲.xlsx\nC:\\乙.csv"
    wanted = [[True, "recalculate", ""], [True, "import_data", ""], [True, "import_data", files]]
    assert found["asked"] == [call for call in wanted for _ in range(2)]
