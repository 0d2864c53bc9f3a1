"""Invented data of a whole city: for trying the workbook out, for its tests and for its benchmarks."""
