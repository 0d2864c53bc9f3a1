"""PDF files through the running Excel."""

from __future__ import annotations

from pathlib import Path

import xlwings as xw

from kongjian.base import libreoffice
from kongjian.base.errors import KongjianError
from kongjian.forms.produce import ToPdf


def printer(app: xw.App) -> ToPdf:
    """What prints a workbook file into a PDF: this Excel, else LibreOffice."""

    def to_pdf(book: Path, target: Path) -> None:
        if libreoffice.find_office():  # leaves the user's Excel alone
            libreoffice.to_pdf(book, target)
            return
        try:
            opened = app.books.open(str(book), update_links=False, read_only=True)
        except Exception as error:
            raise KongjianError(
                f"Excel 打不开要打印的工作簿，没有生成 PDF（{error}）；请改用“工作簿”样式"
            ) from None
        try:
            opened.to_pdf(str(target))
        except Exception as error:
            raise KongjianError(f"Excel 没有生成 PDF（{error}）；请改用“工作簿”样式") from None
        finally:
            opened.close()

    return to_pdf
