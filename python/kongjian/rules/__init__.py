"""The scheme's rules: data files, their strict loader and their checks."""

from kongjian.rules.choices import resolve
from kongjian.rules.loader import load_rules
from kongjian.rules.model import Rules

__all__ = ["Rules", "load_rules", "resolve"]
