"""Draws the templates of the forms, the same bytes every time."""
