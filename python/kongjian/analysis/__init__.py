"""The Python interface: a workbook's inputs and results as pandas tables, and the calculation over such tables."""

from kongjian.analysis.interface import Book, effects, explain, open_book, score

__all__ = ["Book", "effects", "explain", "open_book", "score"]
