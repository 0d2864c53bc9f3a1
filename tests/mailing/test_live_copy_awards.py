"""Awards in groups, by a share, with a least score in a live copy, bonus and veto with them: calculated anew by two engines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.random import Generator

from kongjian.engine.declined import Decline
from kongjian.engine.last_run import Previous
from kongjian.engine.matching import school_keys
from kongjian.mailing.live_copy import contents, live_copy
from kongjian.rules import Rules, resolve
from kongjian.rules.model import Award
from kongjian.workbook.run import Run
from native_engines import Book, differences, expected, iron_calc, libreoffice, run_of, spoil
from small_scheme import small_rules

RULES = small_rules()
SCHOOLS, TEACHERS = 14, 24
TOWN = "乡镇"


def random_awards(rng: Generator) -> tuple[Award, ...]:
    """The scheme's awards with other places, shares and least scores; some by rank become awards by share."""
    out = []
    for award in RULES.awards:
        least = float(rng.choice([0, 0, 45, 50.5])) if not award.to_person else 0.0
        share = float(rng.choice([0.1, 0.25, 0.4])) if award.share else 0.0
        # a share of each school's own teachers
        group = "学校名称" if award.share and rng.random() < 0.5 else award.group
        out.append(replace(award, share=share, least=least, group=group))
    places = int(rng.integers(1, 3))
    out = [replace(a, last=places, least=0.0) if a.group == TOWN else a for a in out]
    first = next(a for a in out if a.object == "school")
    followed = [replace(a, least=first.least) if a.to_person and not a.group else a for a in out]
    town = next(a for a in RULES.awards if a.group == TOWN)
    more = replace(town, name="各乡镇四成", first=0, last=0, share=float(rng.choice([0.2, 0.4])))
    other = replace(
        RULES.awards[-3], name="学校两成", object="school", share=0.2, least=float(rng.choice([0, 48]))
    )
    return (*followed, more, other)


def random_tables(rng: Generator) -> dict[str, dict[str, Any]]:
    """Few different scores, so that many are tied; some are in no town, some are vetoed, some earn a bonus."""
    names = [f"第{k}校" for k in range(SCHOOLS)]
    schools = {
        "学校名称": names,
        "乡镇": rng.choice(["南湖镇", "北山乡", "东岭乡", ""], SCHOOLS, p=[0.4, 0.3, 0.2, 0.1]).tolist(),
        "联络员": [f"联{k}" for k in range(SCHOOLS)],
        "校长": [f"长{k}" for k in range(SCHOOLS)],
        "光纤": (rng.random(SCHOOLS) < 0.9).astype(float),
        "在编教师数": np.full(SCHOOLS, 20.0),
        "注册教师数": rng.choice([16.0, 17.0, 20.0], SCHOOLS),
        "建组": np.ones(SCHOOLS),
        "培训": rng.choice([2.0, 3.0], SCHOOLS),
        "共建": rng.choice([16.0, 18.0, 20.0], SCHOOLS),
        "直播": np.full(SCHOOLS, 2.0),
        "阅读完成率": rng.choice([0.6, 0.95], SCHOOLS),
        "获奖项数": rng.choice([0.0, 1.0, 4.0, np.nan], SCHOOLS),
        "安全事故": rng.choice([0.0, 0.0, 0.0, 1.0, np.nan], SCHOOLS),
    }
    theirs = rng.choice(names, TEACHERS).tolist()
    teachers = {
        "学校名称": theirs,
        "教师姓名": [f"师{k}" for k in range(TEACHERS)],
        "账号": [f"a{k:03d}" for k in range(TEACHERS)],
        **{c: rng.choice([9.0, 10.0, 19.0, 20.0], TEACHERS) for c in ("共建", "家访")},
        **{c: rng.choice([2.0, 3.0], TEACHERS) for c in ("培训", "直播")},
    }
    return {"schools": schools, "teachers": teachers}


def random_run(seed: int) -> Run:
    rng = np.random.default_rng(seed)
    readings = {r.id: str(rng.choice([v.id for v in r.values])) for r in RULES.readings}
    readings["rank_method"] = ("competition", "dense")[seed % 2]
    rules: Rules = resolve(RULES, readings).replace(awards=random_awards(rng))
    tables = random_tables(rng)
    keys = {"school": school_keys(tables["schools"]["学校名称"]), "teacher": tables["teachers"]["账号"]}
    often = 0.15 if seed % 3 else 0
    declines = [
        Decline(a.name, "", "", key, "放弃", "放弃")
        for a in rules.awards
        for key in keys[a.object]
        if rng.random() < often
    ]
    return run_of(tables, rules, Previous(declines=declines))


def written(seed: int, target: Path) -> Book:
    """A copy with every stored result made wrong; the engine's values."""
    run = random_run(seed)
    assert live_copy(run, target).formulas == spoil(target)
    return expected(contents(run))


@pytest.mark.parametrize("seed", range(8))
def test_the_faster_engine_gives_the_same(seed: int, tmp_path: Path) -> None:
    wanted = written(seed, tmp_path / "a.xlsx")
    assert differences(wanted, iron_calc(tmp_path / "a.xlsx")) == []


def test_libreoffice_gives_the_same(tmp_path: Path) -> None:
    books = [tmp_path / f"{seed}.xlsx" for seed in (20, 21, 22, 23)]
    wanted = [written(20 + k, book) for k, book in enumerate(books)]
    for values, found in zip(wanted, libreoffice(books, tmp_path / "out"), strict=True):
        assert differences(values, found) == []


def test_the_cases_are_worth_the_work() -> None:
    runs = [random_run(seed) for seed in range(8)]
    notes = [n for run in runs for n in run.results.tables["Awards"]["备注"]]
    for said in ("组内第1名（南湖镇）", "组内并列第", "，一并入选", "递补，原第", "校）"):
        assert any(said in n for n in notes), said
    held = {n for run in runs for n in run.results.tables["Awards"]["奖项"]}
    assert {"各乡镇四成", "学校两成", "乡镇领航校长", "智慧课堂之星"} <= held
    reasons = {r for run in runs for r in run.results.tables["Eligibility"]["未达标原因"]}
    assert any("安全，一票否决" in r for r in reasons)
