"""Exported files in, rows of the input sheets out."""
