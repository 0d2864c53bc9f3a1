"""A second scheme beside the first: the same one under another id, of another city, with other numbers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

from kongjian.base import places


def put_scheme(parent: Path, scheme_id: str, edits: Mapping[str, tuple[str, str]] = {}) -> Path:
    """A copy of the default scheme below `parent`; `edits` are texts to replace, by file."""
    folder = Path(shutil.copytree(places.rules(), parent / scheme_id))
    edits = {"scheme.yaml": (f"id: {places.default_scheme()}", f"id: {scheme_id}"), **edits}
    for file, (old, new) in edits.items():
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text, (file, old)
        (folder / file).write_text(text.replace(old, new), encoding="utf-8")
    return folder
