"""One line of a report of checks: what was found, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

GOOD, MIND, BAD = "正常", "注意", "不对"


@dataclass(frozen=True)
class Line:
    """What one check found, and what to do about it."""

    state: str
    title: str
    text: str
    advice: str = ""

    def __str__(self) -> str:
        advice = f"。怎么办：{self.advice}" if self.advice and self.state != GOOD else ""
        return f"{self.state} {self.title}：{self.text}{advice}"
