"""Run by the system's Python, which has LibreOffice's interface: puts texts into a sheet's cells, again and again.

Arguments: the folder of the profile, the workbook, and a JSON file with the sheet, its area, the cells and the texts of
each turn. Writes what the area shows after each turn, as a line of JSON.
"""

import json
import sys
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue

from office_macros import desktop


def main(profile, workbook, asked):
    wanted = json.loads(Path(asked).read_text(encoding="utf-8"))
    with desktop(profile) as office:
        hidden = (PropertyValue("Hidden", 0, True, 0),)
        book = office.loadComponentFromURL(Path(workbook).as_uri(), "_blank", 0, hidden)
        sheet = book.Sheets.getByName(wanted["sheet"])
        sheet.unprotect("")
        book.calculateAll()
        for texts in wanted["turns"]:
            book.enableAutomaticCalculation(False)
            for (row, column), text in zip(wanted["cells"], texts, strict=True):
                sheet.getCellByPosition(column - 1, row - 1).String = text
            book.enableAutomaticCalculation(True)
            book.calculate()
            print(json.dumps(sheet.getCellRangeByName(wanted["area"]).DataArray))
        book.close(True)


if __name__ == "__main__":
    assert uno
    main(*sys.argv[1:])
