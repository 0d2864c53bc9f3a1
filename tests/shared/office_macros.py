"""Run by the system's Python, which has LibreOffice's interface: formulas in a workbook whose macros run.

Arguments: the folder of the profile, the workbook, and as many formulas as wanted. Writes what each cell shows,
as JSON, then the number of sheets.
"""

import json
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

PATIENCE = 180  # seconds; the first start with a new profile is slow
RUN_MACROS = 4  # without asking


def main(profile, workbook, *formulas):
    with desktop(profile) as office:
        options = (PropertyValue("Hidden", 0, True, 0), PropertyValue("MacroExecutionMode", 0, RUN_MACROS, 0))
        book = office.loadComponentFromURL(Path(workbook).as_uri(), "_blank", 0, options)
        sheet = book.Sheets.getByIndex(0)
        for row, formula in enumerate(formulas):
            sheet.getCellByPosition(20, row).setFormula(formula)
        book.calculateAll()
        shown = [sheet.getCellByPosition(20, row).String for row in range(len(formulas))]
        print(json.dumps({"shown": shown, "sheets": book.Sheets.Count}))
        book.close(True)


@contextmanager
def desktop(profile):
    """LibreOffice with a profile of its own, ended whatever happens."""
    pipe = f"kongjian{uuid.uuid4().hex}"
    command = ["soffice", f"-env:UserInstallation={Path(profile).as_uri()}", "--headless", "--norestore"]
    process = subprocess.Popen([*command, f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"])
    office = None
    try:
        office = connect(pipe)
        yield office
    finally:
        if office is not None:
            office.terminate()
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
    until = time.monotonic() + PATIENCE
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except Exception:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


if __name__ == "__main__":
    main(*sys.argv[1:])
