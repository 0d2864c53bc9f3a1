"""What 公示名单 and 表彰名单 show: the awards of 获奖名单 in the order of the rules, ties flagged.

Names and scores only: accounts and telephone numbers have no place in a published list.
"""

from __future__ import annotations

import datetime as dt

import numpy as np

from kongjian.engine.awards import HANDED_ON, NOTE_JOIN, REMARK
from kongjian.engine.frame import Frame, texts
from kongjian.engine.ranking import TIED
from kongjian.forms.job import Document, Job
from kongjian.forms.known import scheme_facts
from kongjian.forms.template.filled_workbook import Sheet
from kongjian.forms.template.placeholders import Context, Scalar
from kongjian.rules import Rules
from kongjian.rules.model import Award
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.run import Run

PUBLICITY, COMMENDATION, CERTIFICATES = "公示名单", "表彰名单", "证书数据"
VACANT = "空缺"


def jobs(run: Run, today: dt.date) -> list[Job]:
    """公示名单 and 表彰名单, one file each."""
    return publicity(run, today) + commendation(run, today)


def publicity(run: Run, today: dt.date) -> list[Job]:
    """The notice with names and scores."""
    return [_job(PUBLICITY, [Sheet(PUBLICITY, PUBLICITY, award_facts(run, today))])]


def commendation(run: Run, today: dt.date) -> list[Job]:
    """The annex of the commendation, and the certificates' data beside it."""
    listed = Sheet(COMMENDATION, COMMENDATION, award_facts(run, today))
    data = Sheet(CERTIFICATES, CERTIFICATES, {"证书": certificates(run, today)})
    return [_job(COMMENDATION, [listed, data])]


def _job(name: str, sheets: list[Sheet]) -> Job:
    return Job(name, f"{name}.xlsx", [Document("", name, sheets)], name)


def count_mark(rules: Rules) -> str:
    """A value whose name holds the number of awards: a template made for more or fewer is refused."""
    return f"{len(rules.awards)}个奖项"


def number_mark(award: Award, position: int) -> str:
    """The name of an award's number of winners: a template made for another kind of winner is refused."""
    return f"奖项{position}人数" if has_person(award) else f"奖项{position}学校数"


def has_person(award: Award) -> bool:
    """Whether people receive the award; else a school does."""
    return award.object == "teacher" or award.to_person


def award_facts(run: Run, today: dt.date) -> Context:
    """The scheme, and for each award by its position: its name, its number of winners, its list (one row 空缺 without any)."""
    name = run.rules.scheme.name
    won = [winners(run, award) for award in run.rules.awards]
    facts: dict[str, Scalar | Frame] = {
        **scheme_facts(run.rules, today),
        "评比名称": name.removesuffix("方案"),
        count_mark(run.rules): count_mark(run.rules)
        + (f"（{run.provisional_said}）" if run.provisional else ""),
        "并列说明": f"备注栏注明“{TIED}”的，名次相同。"
        if any(TIED in r for w in won for r in w["并列"])
        else "",
    }
    for k, (award, rows) in enumerate(zip(run.rules.awards, won, strict=True), start=1):
        facts[f"奖项{k}名称"] = award.name
        facts[number_mark(award, k)] = rows.height
        facts[f"奖项{k}"] = rows if rows.height else _vacant()
    return facts


def winners(run: Run, award: Award) -> Frame:
    """The rows of 获奖名单 for one award, numbered."""
    table = run.results.tables["Awards"]
    mine = table.take(np.flatnonzero(table["奖项"] == award.name))
    notes = [[part.partition("，")[0] for part in remark.split(NOTE_JOIN) if part] for remark in mine[REMARK]]
    tied = [any(TIED in n for n in said) for said in notes]
    return Frame(
        {
            "序号": np.arange(1.0, mine.height + 1),
            "学校名称": mine["学校名称"],
            "姓名": mine["姓名"],
            "得分": mine["得分"],
            "并列": texts(
                "、".join(filter(None, (HANDED_ON * (HANDED_ON in said), TIED * t)))
                for said, t in zip(notes, tied, strict=True)
            ),
            "备注": texts("、".join(said) for said in notes),
        }
    )


def _vacant() -> Frame:
    blank = texts([""])
    nothing = np.array([np.nan])
    return Frame(
        {
            "序号": nothing,
            "学校名称": texts([VACANT]),
            "姓名": blank,
            "得分": nothing,
            "并列": blank,
            "备注": blank,
        }
    )


def certificates(run: Run, today: dt.date) -> Frame:
    """One row for each certificate, as a mail merge of Word reads it; all texts, so that none is reformatted."""
    year = run.rules.period.end[:4]
    day = str(scheme_facts(run.rules, today)["日期"])
    rows = []
    for k, award in enumerate(run.rules.awards, start=1):
        won, label = winners(run, award), OBJECT_LABELS[award.object]
        for i in range(won.height):
            number = f"{year}-{label}{k}-{i + 1:03d}"
            rows.append(
                (number, award.name, won["学校名称"][i], won["姓名"][i], issuer(award, run.rules), day)
            )
    names = ("证书编号", "奖项", "学校名称", "姓名", "发证单位", "日期")
    columns = {name: texts(row[c] for row in rows) for c, name in enumerate(names)}
    return Frame({"序号": np.arange(1.0, len(rows) + 1), **columns})


def issuer(award: Award, rules: Rules) -> str:
    """Who awards it, the issuing office by its full name."""
    office = rules.scheme.issued_by
    return office if office.endswith(award.granted_by) else award.granted_by
