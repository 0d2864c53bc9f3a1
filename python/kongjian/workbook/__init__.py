"""Workbook files: their layout, building them, reading inputs and writing results."""
