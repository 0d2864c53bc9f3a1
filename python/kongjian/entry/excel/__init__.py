"""A running Excel: what a button does, and how results reach the open workbook."""
