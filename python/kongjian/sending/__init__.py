"""Copies of the results that can be mailed to people with neither Python nor macros, and their proof."""
