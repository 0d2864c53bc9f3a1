# ruff: noqa: N802 — Excel writes its functions in capitals
"""The worksheet functions, called from Excel through xlwings: pure, by the workbook's own rules, #N/A on any fault.

`rules` is the text of this workbook's 规则 tables, filled by the VBA wrapper; staff never type it.
"""

from __future__ import annotations

from typing import Any

import xlwings as xw
from xlwings.conversion import Converter

from kongjian.base.grid import Cell, is_error_code
from kongjian.workbook.functions import computing, ranks
from kongjian.workbook.functions.function_help import NOT_AVAILABLE, RULES_VBA, describe

CATEGORY = "空间评比"
ERROR = "#错误"
"""An error value without a name of its own here; texts that begin with # count as errors."""


class GivenCells(Converter):
    """Rows from cells: every error value as a text, also those that came with newer Excels and that xlwings does not know."""

    @staticmethod
    def read_value(value: list[list[Cell]], _: dict[str, Any]) -> list[list[Cell]]:
        return [[ERROR if is_error_code(cell) else cell for cell in row] for row in value]


class ErrorCells(Converter):
    """Rows for cells: what cannot be computed becomes an error value, where xlwings would write "" for NaN."""

    @staticmethod
    def write_value(value: list[list[Cell]], _: dict[str, Any]) -> list[list[Cell]]:
        return [[NOT_AVAILABLE if cell != cell else cell for cell in row] for row in value]


@xw.func(category=CATEGORY)
@xw.arg("row", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("item", str, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
def SCHOOL_SCORE(
    row: list[Any], headers: list[Any] | None = None, item: str | None = None, rules: str | None = None
) -> float:
    """一所学校的计算得分，或其中一个指标的得分。缺指标时显示#N/A。

    row：学校数据或学校指标的一行
    headers：表头；列序与学校数据相同时可以省略
    item：指标名称；省略时给总分
    """
    return computing.score("school", row, headers, item, rules)


@xw.func(category=CATEGORY)
@xw.arg("row", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("item", str, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
def TEACHER_SCORE(
    row: list[Any], headers: list[Any] | None = None, item: str | None = None, rules: str | None = None
) -> float:
    """一名教师的计算得分，或其中一个指标的得分。缺指标时显示#N/A。

    row：教师数据或教师指标的一行
    headers：表头；列序与教师数据相同时可以省略
    item：指标名称；省略时给总分
    """
    return computing.score("teacher", row, headers, item, rules)


@xw.func(category=CATEGORY)
@xw.arg("rows", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
@xw.ret(ErrorCells)
def SCHOOL_SCORES(
    rows: list[Any], headers: list[Any] | None = None, rules: str | None = None
) -> list[list[Any]]:
    """一次算出多所学校：每行依次是22个指标的得分和总分。算不出的格显示#N/A，空行仍空着。

    rows：学校数据或学校指标的若干行，不含表头
    headers：表头；列序与学校数据相同时可以省略
    """
    return computing.scores("school", rows, headers, rules)


@xw.func(category=CATEGORY)
@xw.arg("rows", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
@xw.ret(ErrorCells)
def TEACHER_SCORES(
    rows: list[Any], headers: list[Any] | None = None, rules: str | None = None
) -> list[list[Any]]:
    """一次算出多名教师：每行依次是10个指标的得分和总分。算不出的格显示#N/A，空行仍空着。

    rows：教师数据或教师指标的若干行，不含表头
    headers：表头；列序与教师数据相同时可以省略
    """
    return computing.scores("teacher", rows, headers, rules)


@xw.func(category=CATEGORY)
@xw.arg("row", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("monthly_average", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
def SCHOOL_ELIGIBLE(
    row: list[Any],
    headers: list[Any] | None = None,
    monthly_average: float | list[Any] | None = None,
    rules: str | None = None,
) -> str:
    """一所学校是否达标：达标，或未达标的原因。

    row：学校数据或学校指标的一行
    headers：表头；列序与学校数据相同时可以省略
    monthly_average：月均得分，或各月得分；省略时用得分代替。口径“月均”为“每月都达”时给各月得分
    """
    return computing.eligible(row, headers, monthly_average, rules)


@xw.func(category=CATEGORY)
@xw.arg("kind", str, err_to_str=True)
@xw.arg("row", GivenCells, ndim=2, err_to_str=True)
@xw.arg("headers", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
@xw.ret(ErrorCells)
def SCORE_EXPLAIN(
    kind: str, row: list[Any], headers: list[Any] | None = None, rules: str | None = None
) -> list[list[Any]]:
    """一行得分的说明：第一行是表头，以下每个指标一行，最后一行是合计，列为指标、取值、规则、分值、得分、扣分、还差（离满分还差多少；合计行是没有月度得分时怎样到达标线）。

    kind：学校或教师
    row：学校数据或教师数据的一行
    headers：表头；列序与该表相同时可以省略
    """
    return computing.explained(kind, row, headers, rules)


@xw.func(category=CATEGORY)
@xw.arg("scores", GivenCells, ndim=2, err_to_str=True)
@xw.arg("eligible", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
@xw.ret(ErrorCells)
def RANK_SCORES(
    scores: list[Any], eligible: list[Any] | None = None, rules: str | None = None
) -> list[list[Any]]:
    """一列名次，得分高的在前。没有得分的和未达标的空着；分不出先后的显示#N/A。

    scores：一列得分；口径“并列”为“依次比较”时，右边再带这个口径写的几列得分，照它的次序
    eligible：一列是否达标，写达标、是或TRUE；省略时全部排名
    """
    return ranks.ranks(scores, eligible, rules)


@xw.func(category=CATEGORY)
@xw.arg("kind", str, err_to_str=True)
@xw.arg("rank", GivenCells, ndim=2, err_to_str=True)
@xw.arg("rules", str, vba=RULES_VBA)
def AWARD(kind: str, rank: float | str | None, rules: str | None = None) -> str:
    """某个名次的奖项名称；没有奖项或没有名次时空着，只凭名次定不了的显示#N/A（分组、按占比、有最低分的奖项）。

    kind：学校或教师
    rank：名次
    """
    return ranks.award(kind, rank, rules)


FUNCTIONS = describe(
    (
        SCHOOL_SCORE,
        TEACHER_SCORE,
        SCHOOL_SCORES,
        TEACHER_SCORES,
        SCHOOL_ELIGIBLE,
        SCORE_EXPLAIN,
        RANK_SCORES,
        AWARD,
    )
)
"""Every function's help by its name: what the VBA wrappers, the 帮助 sheet and the reference are made of."""
