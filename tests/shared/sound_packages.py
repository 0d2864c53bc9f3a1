"""Whether a package is one that Excel opens without a word."""

from __future__ import annotations

from pathlib import Path

from openxml_audit import OpenXmlValidator

from package_lint import lint


def is_sound(path: Path) -> bool:
    audit = OpenXmlValidator().validate(path)
    assert lint(path) == []
    assert (audit.errors, audit.error_count, audit.warning_count) == ([], 0, 0)
    return True
