"""Checks of rules/evidence.yaml: how far the evidence sheets go."""

from __future__ import annotations

from collections.abc import Iterator

from kongjian.rules.lint_common import Files


def evidence(files: Files) -> Iterator[str]:
    given, near = files.evidence, files.evidence.near
    last = max((a.last for a in files.awards.awards if a.object == "teacher"), default=1)
    if given.explained_ranks < last:
        yield f"evidence.yaml explained_ranks：{given.explained_ranks}小于最后一个获奖的教师名次{last}"
    for key, count in (("named_at_most", given.named_at_most), ("near.places", near.places)):
        if count < 1:
            yield f"evidence.yaml {key}：{count}小于1"
    for key in ("rank_points", "mark_points", "opening_points"):
        if not 0 <= (margin := getattr(near, key)) <= 100:
            yield f"evidence.yaml near.{key}：{margin:g}不在0到100之间"
