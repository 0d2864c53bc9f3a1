"""What the dataclasses of all rule files share."""

from __future__ import annotations

from typing import Literal

from kongjian.base.text import fold

STRICT = {"extra": "forbid", "strict": True}

Object = Literal["school", "teacher"]
OBJECT_LABELS: dict[str, str] = {"school": "学校", "teacher": "教师"}
OBJECT_BY_NAME = {fold(name): kind for kind, label in OBJECT_LABELS.items() for name in (kind, label)}
"""By its label or its own name, folded."""
