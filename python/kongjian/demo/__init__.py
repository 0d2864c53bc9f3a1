"""Invented data of a whole city: for trying the workbook out, for its tests and for its benchmarks."""

from kongjian.demo.generate import demo_data

__all__ = ["demo_data"]
