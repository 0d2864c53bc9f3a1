"""What Excel calls: the worksheet functions under the name that every workbook that is out knows."""

from kongjian.workbook.functions.worksheet import (
    AWARD,
    RANK_SCORES,
    SCHOOL_ELIGIBLE,
    SCHOOL_SCORE,
    SCHOOL_SCORES,
    SCORE_EXPLAIN,
    TEACHER_SCORE,
    TEACHER_SCORES,
)

__all__ = [
    "AWARD",
    "RANK_SCORES",
    "SCHOOL_ELIGIBLE",
    "SCHOOL_SCORE",
    "SCHOOL_SCORES",
    "SCORE_EXPLAIN",
    "TEACHER_SCORE",
    "TEACHER_SCORES",
]
