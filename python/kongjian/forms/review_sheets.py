"""The experts' review: one sheet for each expert, the summary with means and the final order (方案 五、评选程序/2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kongjian.base.errors import KongjianError
from kongjian.base.grid import NO, YES
from kongjian.engine.frame import Floats, Frame, Ints, objects, texts
from kongjian.engine.ranking import TIED, UNRANKED
from kongjian.engine.rounding import from_cents, round_score
from kongjian.forms.file_names import LONGEST_SHEET, distinct, sheet_name
from kongjian.forms.job import Document, Job
from kongjian.forms.known import outcome, qualified
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Formula, Scalar
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.rules.roles import Role
from kongjian.workbook.run import Run
from kongjian.xlsx.references import quoted

TEMPLATE = "专家评审汇总表.xlsx"
EXPERT, SUMMARY, RESULT = "专家", "汇总", "评审结果"
"""The template's sheets."""
FOLDER = "评审表/专家评审"
NAME = "KongjianReview"
"""The defined name by which a returned file says what it is: school|专家1; the summary has no expert."""
MOST_EXPERTS = 9
"""The template's columns for experts: as many as fit across A4."""
FEWEST_LEFT = 3
"""Without the highest and the lowest there must be a score left."""
PERSON = {"school": "管理员", "teacher": "教师姓名"}
_PERSON_ROLE = {"school": Role.ADMINISTRATOR, "teacher": Role.PERSON}


@dataclass(frozen=True)
class Expert:
    """An expert and what came back: scores (NaN where none) and opinions in the order of the panel's units."""

    name: str
    scores: Floats = field(default_factory=lambda: np.array([]))
    opinions: Sequence[str] = ()
    signature: str = ""
    day: str = ""


@dataclass(frozen=True)
class Panel:
    """A review of one kind of unit. `units` has 序号, 学校名称, 姓名, 得分, 名次; `drop` is the switch for extremes."""

    kind: str
    units: Frame
    experts: tuple[Expert, ...]
    drop: bool = True

    @property
    def label(self) -> str:
        return OBJECT_LABELS[self.kind]

    def scores(self) -> Floats:
        """(units, experts), NaN where an expert gave none."""
        blank = np.full(self.units.height, np.nan)
        columns = [e.scores if len(e.scores) else blank for e in self.experts]
        return np.column_stack(columns) if columns else np.empty((self.units.height, 0))


@dataclass(frozen=True)
class Standing:
    """Means with two decimals (NaN without a score), ranks (0 without), who shares one, the positions in order."""

    mean: Floats
    rank: Ints
    tied: NDArray[np.bool_]
    order: Ints


def jobs(
    run: Run,
    today: dt.date,  # noqa: ARG001 - every kind of form is asked for in the same way
    experts: Sequence[str] = (),
    ranks: int | None = None,
) -> list[Job]:
    """For schools and for teachers: the summary with a sheet for each expert, and a file for each expert.

    `ranks` limits the units to those ranked up to it. Raises KongjianError for names that cannot be used.
    """
    names = expert_names(experts, run.rules)
    made = []
    for kind in ("school", "teacher"):
        units = reviewed(run, kind, ranks)
        if not units.height:
            continue
        panel = Panel(kind, units, tuple(Expert(n) for n in names))
        files = [expert_document(panel, e, run.rules) for e in panel.experts]
        documents = [summary_document(panel, run.rules), *files]
        # one file would hold every expert's scores: experts must not see each other's
        made.append(Job(f"专家评审（{panel.label}）", TEMPLATE, documents, ""))
    return made


def expert_names(given: Sequence[str], rules: Rules) -> list[str]:
    """The names given, else 专家1 to the number that the rules say."""
    names = [n.strip() for n in given if n.strip()]
    names = names or [f"专家{k}" for k in range(1, rules.forms.review.experts + 1)]
    if twice := next((n for n in names if names.count(n) > 1), None):
        raise KongjianError(f"专家“{twice}”写了两次；请加上单位或编号区分")
    if len(names) > MOST_EXPERTS:
        raise KongjianError(f"有{len(names)}名专家，汇总表最多放{MOST_EXPERTS}名；请分组评审")
    return names


def reviewed(run: Run, kind: str, ranks: int | None) -> Frame:
    """The qualified units by rank, those ranked up to `ranks` only."""
    o, at, person = (
        outcome(run, kind),
        qualified(run, kind),
        run.rules.table(f"{kind}s").by_role(_PERSON_ROLE[kind]),
    )
    if ranks is not None:
        at = at[(o.standing.rank[at] != UNRANKED) & (o.standing.rank[at] <= ranks)]
    rank = o.standing.rank[at].astype(np.float64)
    rank[o.standing.rank[at] == UNRANKED] = np.nan
    return Frame(
        {
            "序号": np.arange(1.0, len(at) + 1),
            "学校名称": o.names["学校名称"][at],
            "姓名": o.units[person.name][at] if person else texts([""] * len(at)),
            "得分": from_cents(o.score_cents[at]),
            "名次": rank,
        }
    )


def standing(panel: Panel, rules: Rules) -> Standing:
    """Means and order as the summary's formulas give them."""
    scores = panel.scores()
    given = (~np.isnan(scores)).sum(axis=1)
    total = np.nansum(scores, axis=1)
    count = given.astype(np.float64)
    if panel.drop and len(panel.experts):
        cut = given >= max(rules.forms.review.drop_extremes_from, FEWEST_LEFT)
        highest = np.max(np.where(np.isnan(scores), -np.inf, scores), axis=1, initial=-np.inf)
        lowest = np.min(np.where(np.isnan(scores), np.inf, scores), axis=1, initial=np.inf)
        total[cut] -= highest[cut] + lowest[cut]
        count[cut] -= 2
    mean = round_score(np.divide(total, count, out=np.full(len(total), np.nan), where=count > 0))
    keys = list(zip(mean.tolist(), np.nan_to_num(panel.units["得分"]).tolist(), strict=True))
    ranked = [k for k in keys if k[0] == k[0]]
    rank = [1 + sum(other > k for other in ranked) if k[0] == k[0] else 0 for k in keys]
    tied = [r > 0 and ranked.count(k) > 1 for r, k in zip(rank, keys, strict=True)]
    order = sorted((i for i in range(len(keys)) if rank[i]), key=lambda i: (rank[i], i))
    return Standing(mean, np.array(rank), np.array(tied, dtype=bool), np.array(order, dtype=np.int64))


def expert_document(panel: Panel, expert: Expert, rules: Rules) -> Document:
    """One expert's own file."""
    sheet = Sheet(EXPERT, sheet_name(expert.name), _expert_context(panel, expert, rules))
    stem = f"评审表-{panel.label}-{expert.name}"
    return Document(FOLDER, stem, [sheet], {NAME: f"{panel.kind}|{expert.name}"})


def summary_document(panel: Panel, rules: Rules) -> Document:
    """The summary, the final order, and a sheet for each expert."""
    heads = [SUMMARY, RESULT]
    names = distinct([*heads, *(sheet_name(e.name) for e in panel.experts)], LONGEST_SHEET)[len(heads) :]
    found = standing(panel, rules)
    unused = [f"汇总.专家{k}" for k in range(len(names) + 1, MOST_EXPERTS + 1)]
    sheets = [
        Sheet(SUMMARY, SUMMARY, _summary_context(panel, names, found, rules), unused),
        Sheet(RESULT, RESULT, _facts(panel, rules) | {"结果": _result_rows(panel, found)}),
        *(
            Sheet(EXPERT, name, _expert_context(panel, e, rules))
            for name, e in zip(names, panel.experts, strict=True)
        ),
    ]
    return Document(FOLDER, f"专家评审汇总表-{panel.label}", sheets, {NAME: f"{panel.kind}|"})


def _facts(panel: Panel, rules: Rules) -> dict[str, Any]:
    return {"方案名称": rules.scheme.name, "类别": panel.label, "姓名栏": PERSON[panel.kind]}


def _expert_context(panel: Panel, expert: Expert, rules: Rules) -> dict[str, Any]:
    review, height = rules.forms.review, panel.units.height
    scores = expert.scores if len(expert.scores) else np.full(height, np.nan)
    opinions = texts(expert.opinions or [""] * height)
    return _facts(panel, rules) | {
        "专家": expert.name,
        "交表日期": dt.date.fromisoformat(review.due),
        "最低分": review.lowest,
        "最高分": review.highest,
        "签名": expert.signature,
        "签名日期": expert.day,
        "单位": panel.units.having(评审分=scores, 意见=opinions),
    }


def _summary_context(panel: Panel, names: Sequence[str], found: Standing, rules: Rules) -> dict[str, Any]:
    heads: dict[str, Scalar] = {f"专家{k}": "" for k in range(1, MOST_EXPERTS + 1)}
    heads |= {f"专家{k}": e.name for k, e in enumerate(panel.experts, start=1)}
    extra = {
        "去掉最高分和最低分": YES if panel.drop else NO,
        "起始人数": rules.forms.review.drop_extremes_from,
        "汇总": panel.units.having(**_score_columns(panel, names), **_mean_columns(panel, found)),
    }
    return _facts(panel, rules) | heads | extra


def _score_columns(panel: Panel, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Each expert's score of the unit with this 序号, looked up in the expert's sheet; a blank stays a blank."""
    scores, height = panel.scores(), panel.units.height
    out: dict[str, NDArray[Any]] = {
        f"专家{k}": texts([""] * height) for k in range(len(names) + 1, MOST_EXPERTS + 1)
    }
    for k, name in enumerate(names):
        sheet = quoted(name)
        place = f"MATCH({{{{ @汇总.序号 }}}},{sheet}!{{{{ 单位.序号 }}}},0)"
        score = f"INDEX({sheet}!{{{{ 单位.评审分 }}}},{place})"
        text = f'IFERROR(IF({score}="","",{score}),"")'
        out[f"专家{k + 1}"] = objects(Formula(text, _or_blank(s)) for s in scores[:, k])
    return out


def _mean_columns(panel: Panel, found: Standing) -> dict[str, NDArray[Any]]:
    """The columns behind the experts', as formulas with their values."""
    cells = ",".join(f"{{{{ @汇总.专家{k} }}}}" for k in range(1, len(panel.experts) + 1))
    means, points, ranks, numbers = (f"{{{{ 汇总.{n} }}}}" for n in ("平均分", "得分", "评审名次", "序号"))
    mean, point, rank, number = (f"{{{{ @汇总.{n} }}}}" for n in ("平均分", "得分", "评审名次", "序号"))
    count, total = f"COUNT({cells})", f"SUM({cells})"
    dropped = f"({total}-MAX({cells})-MIN({cells}))/({count}-2)"
    switch = f'AND(ReviewDropExtremes="{YES}",{count}>=MAX(ReviewDropFrom,{FEWEST_LEFT}))'
    better = f"ISNUMBER({means})*(({means}>{mean})+({means}={mean})*({points}>{point}))"
    equal = f"ISNUMBER({means})*({means}={mean})*({points}={point})"
    scores = panel.scores()
    given = [row[~np.isnan(row)] for row in scores]
    place = {int(i): k for k, i in enumerate(found.order, start=1)}
    values: dict[str, tuple[str, list[str | float]]] = {
        "专家人数": (count, [float(len(g)) for g in given]),
        "最高": (f'IF({count}=0,"",MAX({cells}))', [max(g.tolist(), default="") for g in given]),
        "最低": (f'IF({count}=0,"",MIN({cells}))', [min(g.tolist(), default="") for g in given]),
        "平均分": (f'IF({count}=0,"",ROUND(IF({switch},{dropped},{total}/{count}),2))', [_or_blank(m) for m in found.mean]),
        "评审名次": (f'IF({mean}="","",1+SUMPRODUCT({better}))', [float(r) if r else "" for r in found.rank]),
        "并列": (f'IF({mean}="","",IF(SUMPRODUCT({equal})>1,"{TIED}",""))', [TIED if t else "" for t in found.tied]),
        # units that share a rank stand in the order of their numbers
        "顺序": (f'IF({rank}="","",{rank}+SUMPRODUCT(({ranks}={rank})*({numbers}<{number})))', [float(place[i]) if i in place else "" for i in range(len(given))]),
    }  # fmt: skip
    return {name: objects(Formula(text, v) for v in column) for name, (text, column) in values.items()}


def _result_rows(panel: Panel, found: Standing) -> Frame:
    """The units in their final order; lines of units without a score stay blank at the end."""
    height, units = panel.units.height, panel.units
    columns: dict[str, list[Any]] = {
        "评审名次": [float(found.rank[i]) for i in found.order],
        "学校名称": units["学校名称"][found.order].tolist(),
        "姓名": units["姓名"][found.order].tolist(),
        "平均分": found.mean[found.order].tolist(),
        "得分": [_or_blank(v) for v in units["得分"][found.order]],
        "并列": [TIED if found.tied[i] else "" for i in found.order],
    }
    out = {}
    for name, values in columns.items():
        values += [""] * (height - len(values))
        made = []
        for k, value in enumerate(values, start=1):
            cell = f"INDEX('{SUMMARY}'!{{{{ 汇总.{name} }}}},MATCH({k},'{SUMMARY}'!{{{{ 汇总.顺序 }}}},0))"
            made.append(Formula(f'IFERROR(IF({cell}="","",{cell}),"")', value))
        out[name] = objects(made)
    return Frame(out)


def _or_blank(value: float) -> float | str:
    return float(value) if value == value else ""
