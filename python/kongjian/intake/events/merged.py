"""Partials of many files as rows 导入 of 有效次数, and what their words are that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kongjian.base.text import clean, fold
from kongjian.engine.event_lines import behaviour_codes, behaviours, once_per, role_behaviours, role_codes
from kongjian.engine.event_log import COLUMNS, COUNTED, NUMBERS
from kongjian.engine.findings import Findings
from kongjian.engine.frame import Frame, Texts, texts
from kongjian.engine.imported_counts import ORIGIN
from kongjian.engine.matching import ROW, accounts, school_keys
from kongjian.engine.outcome import Inputs
from kongjian.intake.events.count_sql import quoted
from kongjian.intake.events.engine import counting
from kongjian.intake.grades import counted_events
from kongjian.intake.school_names import renamed
from kongjian.intake.values import Cells
from kongjian.intake.values import accounts as read_accounts
from kongjian.rules.model import Rules
from kongjian.rules.model_measures import EventRole
from kongjian.rules.roles import Role

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

NOT_COUNTED = ("角色", "行为", "别的角色的行为", "评选时间以外的月份", "损坏的账号", "账号空白", "低年级学生")
"""What of the lines does not count whatever the workbook's tables hold."""
TWO_SCHOOLS = "在几所学校的教师账号"
_NOWHERE = (1 << 32) - 1
"""Where a line stands of which nobody knows it: behind all others."""


@dataclass(frozen=True)
class Unknown:
    """One word that is not known, on how many lines it stands and on which of which file first; 0 where that is not known."""

    kind: str
    found: str
    lines: int
    file: int
    first: int


@dataclass(frozen=True)
class Merged:
    """The rows for 有效次数, as its columns want them, and what is not known, most lines first within its kind.

    `overlaps` are files, by position, that both tell of pupils of one school on one day, and of how many schools.
    """

    rows: Frame
    unknown: Sequence[Unknown]
    overlaps: Sequence[tuple[int, int, int]] = ()


def merged(partials: Sequence[Path], inputs: Inputs, rules: Rules, scratch: Path, memory: str) -> Merged:
    """All partials as one, by the words of the rules and the names of the workbook's own tables (`inputs`)."""
    with counting(scratch, memory) as held:
        held.execute(
            "create temp table said as select school, account, role, behaviour, grade, class, ym, file,"
            f" bit_or(days)::uinteger as days, sum(lines)::bigint as lines, coalesce(min(first), {_NOWHERE})::bigint as first from ("
            + " union all ".join(
                f"select *, {k} as file from read_parquet({quoted(p)})" for k, p in enumerate(partials)
            )
            + ") group by all"
        )
        _name_words(held, inputs, rules)
        held.execute(_CODED)
        return Merged(_rows(held, rules), list(_unknown(held, inputs)), _overlaps(held, rules))


def _name_words(held: DuckDBPyConnection, inputs: Inputs, rules: Rules) -> None:
    """Tables of the log's own words and what they mean: roles, behaviours, months, schools, classes, accounts."""
    words = _distinct(held, "role")
    _table(held, "roles", {"word": words, "code": role_codes(words, rules)})
    words = _distinct(held, "behaviour")
    code = behaviour_codes(rules)
    _table(held, "behaviours", {"word": words, "code": np.array([code(w) for w in words], dtype=np.int64)})
    own = [k for k, *_ in role_behaviours(rules)]
    limits = {r.behaviour: r.per_student for r in rules.measures.class_rates}
    names = behaviours(rules)
    _table(
        held, "own",
        {"code": np.arange(len(own)), "role": np.array(own), "most": np.array([limits.get(n, 0.0) for n in names])},
    )  # fmt: skip
    teachers = [k for k, r in enumerate(rules.effective.roles) if r.fills == "teacher"]
    _table(held, "teacher_roles", {"code": np.array(teachers)})
    months = np.array([int(m.replace("-", "")) for m in rules.period.months()])
    _table(held, "months", {"ym": months})
    _schools(held, inputs, rules)
    _classes(held, inputs, rules)
    _accounts(held, rules)


def _distinct(held: DuckDBPyConnection, column: str, where: str = "true") -> Texts:
    found = held.execute(f"select distinct {column} from said where {where} order by 1").fetchall()
    return texts(row[0] for row in found)


def _table(held: DuckDBPyConnection, name: str, columns: dict[str, Any]) -> None:
    """A small table from columns of one length."""
    held.register("given_columns", {n: np.asarray(v) for n, v in columns.items()})
    held.execute(f"create temp table {name} as select * from given_columns")
    held.unregister("given_columns")


def _schools(held: DuckDBPyConnection, inputs: Inputs, rules: Rules) -> None:
    column = rules.table("events").name_of(Role.SCHOOL)
    words = _distinct(held, "school")
    frames = {"schools": inputs.schools, "events": Frame({column: texts(clean(w) for w in words)})}
    names = renamed(frames, rules, Findings())["events"][column]
    keys = school_keys(names)
    known = set(school_keys(inputs.schools[rules.table("schools").name_of(Role.SCHOOL)]))
    first: dict[str, str] = {}
    shown = texts(first.setdefault(k, n) for k, n in zip(keys, names, strict=True))
    _table(
        held, "schools",
        {"word": words, "name": shown, "known": np.array([k in known for k in keys], dtype=bool)},
    )  # fmt: skip


def _classes(held: DuckDBPyConnection, inputs: Inputs, rules: Rules) -> None:
    """The classes by their keys, and whether their pupils count: those of the first grades do not."""
    table = rules.table("events")
    found = held.execute(
        "select distinct role, school, grade, class from said where grade || class <> '' order by all"
    ).fetchall()
    columns = [
        c.name if c else ""
        for c in map(table.by_role, (Role.EVENT_ROLE, Role.SCHOOL, Role.GRADE, Role.CLASS_NAME))
    ]
    frame = Frame({ROW: np.arange(len(found))})
    for k, name in enumerate(columns):
        frame[name] = texts(clean(row[k]) for row in found)
    if found:
        frame = renamed({"schools": inputs.schools, "events": frame}, rules, Findings())["events"]
        counted = set(counted_events(frame, inputs.schools, rules, Findings())[ROW].tolist())
    else:
        counted = set()
    keys = texts("".join(map(fold, row[2:])) for row in found)
    parts = {n: texts(row[k] for row in found) for k, n in enumerate(("role", "school", "grade", "class"))}
    use = np.array([k in counted for k in range(len(found))], dtype=bool)
    _table(held, "classes", {**parts, "name": keys, "counts": use})


def _accounts(held: DuckDBPyConnection, rules: Rules) -> None:
    """Accounts that are not plain letters and digits, as a pasted cell would be read; "" and `bad` for a damaged one."""
    words = _distinct(held, "account", "not regexp_full_match(account, '[0-9A-Za-z]+')")
    column = rules.table("events").column(rules.table("events").name_of(Role.ACCOUNT))
    cells = Cells("events", column, words.tolist(), np.arange(len(words)), {}, Findings())
    shown, trusted = read_accounts(cells, rules.words)
    _table(
        held, "accounts", {"word": words, "name": trusted, "bad": np.asarray(shown != trusted, dtype=bool)}
    )


_CODED = """
create temp table coded as
select s.school as said_school, s.account as said_account, s.role as said_role, s.behaviour as said_behaviour,
       coalesce(c.name, '') as class_key, coalesce(a.name, s.account) as account, h.name as school, h.known,
       r.code as role, b.code as behaviour, o.most, s.ym, s.days, s.lines, s.file, s.first,
       case when r.code < 0 then '角色' when b.code < 0 then '行为' when o.role <> r.code then '别的角色的行为'
            when m.ym is null then '评选时间以外的月份' when coalesce(a.bad, false) then '损坏的账号'
            when not coalesce(c.counts, true) then '低年级学生'
            when coalesce(a.name, s.account) = '' then '账号空白' else '' end as fault
from said s
join roles r on r.word = s.role
join behaviours b on b.word = s.behaviour
left join own o on o.code = b.code
left join months m on m.ym = s.ym
join schools h on h.word = s.school
left join classes c on c.role = s.role and c.school = s.school and c.grade = s.grade and c.class = s.class
left join accounts a on a.word = s.account
"""
"""Every row of the partials with what it means; `fault` is why it does not count."""


def _rows(held: DuckDBPyConnection, rules: Rules) -> Frame:
    parts = [_of_role(k, role, rules) for k, role in enumerate(rules.effective.roles)]
    found = held.execute(
        " union all ".join(parts) + " order by role, school, account, behaviour, month"
    ).fetchnumpy()
    labels, names = texts(r.label for r in rules.effective.roles), texts(behaviours(rules))
    out: dict[str, Any] = {
        "学校名称": texts(found["school"]), "账号": texts(found["account"]), "角色": labels[found["role"]],
        "行为": names[found["behaviour"]],
        "月份": texts(f"{m // 100:04d}-{m % 100:02d}" for m in found["month"].tolist()),
        "出处": texts([ORIGIN] * len(found["role"])),
    }  # fmt: skip
    for name, column in zip(
        NUMBERS, ("effective", "lines", "people", "times", "months", "most"), strict=True
    ):
        out[name] = np.ma.filled(np.ma.asarray(found[column], dtype=np.float64), np.nan)
    return Frame({name: out[name] for name in (*COLUMNS, *COUNTED)})


_ONCE = {"day": "bit_count(days)", "month": "1", "": "lines"}


def _of_role(code: int, role: EventRole, rules: Rules) -> str:
    """The rows of one role. Lines without account count for nobody, yet tell that there were such lines."""
    whose = f"from coded where role = {code} and fault in ('', '账号空白')"
    once = _ONCE[once_per(code, rules)]
    if role.fills != "pupil":
        place = "school, " if role.per_school else ""
        return f"""
select school, account, role, behaviour, ym as month, lines::double as lines, null::double as people,
       null::double as times, null::double as months, null::double as most,
       case when account = '' then 0 else {_fresh(once)} end::double as effective
from (
  select *, coalesce(bit_or(days) over (partition by {place}account, behaviour, ym order by school
                     rows between unbounded preceding and 1 preceding), 0::uinteger) as earlier
  from (select school, account, role, behaviour, ym, bit_or(days)::uinteger as days, sum(lines) as lines {whose} group by all)
)"""
    return f"""
select school, class_key as account, role, behaviour, ym as month, sum(lines)::double as lines,
       sum(case when yes and times = 0 then 1 else 0 end)::double as people,
       sum(case when yes then least(most, times + lines) - least(most, times) else 0 end)::double as times,
       sum(case when yes then least(most, months + 1) - least(most, months) else 0 end)::double as months,
       max(most)::double as most, sum(case when yes then {once} else 0 end)::double as effective
from (
  select *, account <> '' as yes, coalesce(sum(lines) over earlier, 0) as times, count(*) over earlier as months
  from (select school, class_key, account, role, behaviour, ym, most, bit_or(days)::uinteger as days, sum(lines) as lines
        {whose} group by all)
  window earlier as (partition by school, class_key, account, behaviour order by ym
                     rows between unbounded preceding and 1 preceding)
) group by school, class_key, role, behaviour, ym"""


def _fresh(once: str) -> str:
    """What a row adds to those of other schools: days that none of them has, a month that none of them has."""
    if once == _ONCE["day"]:
        return "bit_count(days & ~earlier)"
    return "case when earlier = 0 then 1 else 0 end" if once == _ONCE["month"] else once


def _overlaps(held: DuckDBPyConnection, rules: Rules) -> list[tuple[int, int, int]]:
    """Where the same lines may have been given twice: every line of a pupil counts, a day of a teacher once anyway."""
    tallied = [
        k for k, r in enumerate(rules.effective.roles) if r.fills == "pupil" and once_per(k, rules) == ""
    ]
    if not tallied:
        return []
    return held.execute(f"""
with seen as (select file, school, ym, bit_or(days) as days from coded
              where fault = '' and role in ({", ".join(map(str, tallied))}) group by all)
select a.file, b.file, count(distinct a.school)
from seen a join seen b on a.school = b.school and a.ym = b.ym and a.file < b.file and (a.days & b.days) <> 0
group by all order by all""").fetchall()


def _unknown(held: DuckDBPyConnection, inputs: Inputs) -> Iterable[Unknown]:
    """Each word that is not known once."""
    shown = {
        "角色": "said_role", "行为": "said_behaviour", "别的角色的行为": "said_role || ' ' || said_behaviour",
        "评选时间以外的月份": "format('{:04d}-{:02d}', ym // 100, ym % 100)", "损坏的账号": "said_account",
        "账号空白": "school", "低年级学生": "school || ' ' || class_key",
    }  # fmt: skip
    for kind, what in shown.items():
        yield from _words(held, kind, what, f"fault = {quoted(kind)}")
    teachers = "fault = '' and role in (select code from teacher_roles)"
    several = f"select account from coded where {teachers} and school <> '' group by 1 having count(distinct school) > 1"
    yield from _words(held, TWO_SCHOOLS, "account", f"{teachers} and account in ({several})")
    if inputs.schools.height:
        yield from _words(held, "学校", "school", "fault = '' and not known and school <> ''")
    if inputs.teachers.height:
        _table(held, "own_accounts", {"name": texts(dict.fromkeys(accounts(inputs.teachers)))})
        strange = (
            "fault = '' and role in (select code from teacher_roles) and account not in (from own_accounts)"
        )
        yield from _words(held, "教师账号", "account", strange)


def _words(held: DuckDBPyConnection, kind: str, what: str, where: str) -> Iterable[Unknown]:
    found = held.execute(
        f"select {what}, sum(lines), arg_min(file, file * 4294967296 + first), arg_min(first, file * 4294967296 + first)"
        f" from coded where {where} group by 1 order by 2 desc, 1"
    ).fetchall()
    for word, lines, file, first in found:
        yield Unknown(kind, word, int(lines), int(file), int(first) % _NOWHERE)
