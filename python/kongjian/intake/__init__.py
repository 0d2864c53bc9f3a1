"""Reads what people pasted: grids of raw cells in, clean tables and findings out. Pure, no file access."""
