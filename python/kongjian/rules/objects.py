"""What the dataclasses of all rule files share."""

from __future__ import annotations

from typing import Literal

STRICT = {"extra": "forbid", "strict": True}

Object = Literal["school", "teacher"]
OBJECT_LABELS: dict[str, str] = {"school": "学校", "teacher": "教师"}
