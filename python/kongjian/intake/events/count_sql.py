"""The one text of SQL that counts lines, whichever engine runs it: DuckDB here, Spark on many machines.

It asks for a view `given` (row_no, fault, typed and the fields of each line, see partials) and knows no function that only
one of them has; DuckDB is taught `regexp_like`, Spark to leave the backslashes of literals alone.
"""

from __future__ import annotations

from kongjian.intake.events.columns import FIELDS

BLANK, HEAD = "blank", "head"
REASONS = {
    "bytes": "有认不出的字、控制字符或太长", "quote": "引号不成对", "few": "列数不够", "many": "列数太多",
    "date": "日期认不出", "zone": "时间写着别的时区",
}  # fmt: skip
"""Why a line is not counted whatever the rules say, as staff read it."""
_DATE = r"\s*(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?"
_TIME = r"(?:[T\s]\s*(?:\d{1,2}(?::\d{1,2}(?::\d{1,2}(?:[.,]\d+)?)?)?)?)?\s*"
_HERE = r"(?:\+0?8(?::?00)?)?\s*"
_THERE = r"(?:Z|[+-]\d{1,2}(?::?\d{2})?)\s*"
_DIGITS = r"\s*(20\d\d)(\d\d)(\d\d)(?:\d{6})?\s*"
CELL = r'("(?:[^"]|"")*"|[^"{0}]*)(?:{0}|$)'
"""One cell of a line and what ends it; {0} is the separator, escaped."""


def quoted(text: object) -> str:
    """A text within SQL."""
    return "'" + str(text).replace("'", "''") + "'"


def _whole(pattern: str) -> str:
    return quoted(f"^(?:{pattern})$")


def _date(pattern: str) -> str:
    """The date of which a pattern finds year, month and day."""
    parts = (f"regexp_extract(happened, {quoted('^' + pattern)}, {k})" for k in (1, 2, 3))
    joined = " || '-' || ".join(parts)
    return f"try_cast({joined} as date)"


DATED = f"""
select *, case when fault <> '' then fault when day is not null then ''
               when regexp_like(happened, {_whole(_DATE + _TIME + _THERE)}) then 'zone' else 'date' end as reason
from (
  select *, case
    when fault <> '' then null
    when typed is not null then typed
    when happened like '____-__-__' or happened like '____-__-__ __:__:__' then try_cast(left(happened, 10) as date)
    when regexp_like(happened, {_whole(_DATE + _TIME + _HERE)}) then {_date(_DATE)}
    when regexp_like(happened, {_whole(_DIGITS)}) then {_date(_DIGITS)} end as day
  from given
) dated
"""
"""Each line with its day as it is written, and why it is not counted; "" for one that is."""
_KEYS = ", ".join(name for name, _ in FIELDS[1:])
COUNT = f"""
select reason, {_KEYS}, cast(coalesce(ym, 0) as int) as ym, cast(coalesce(days, 0) as int) as days, lines, first
from (
  select reason, {_KEYS}, year(day) * 100 + month(day) as ym, bit_or(1 << cast(day(day) - 1 as int)) as days,
         cast(count(*) as bigint) as lines, cast(min(row_no) as bigint) as first
  from ({DATED}) counted
  group by reason, {_KEYS}, year(day) * 100 + month(day)
) grouped
"""
"""The days of each reason, school, account, role, behaviour, class and month as bits; a line that is not counted has none.

What a blank is, is said of the groups: of each line it would take a quarter more time.
"""
TOGETHER = f"""
select reason, {_KEYS}, ym, bit_or(days) as days, cast(sum(lines) as bigint) as lines,
       case when count(first) = count(*) then min(first) end as first
from ({{pieces}}) pieces group by reason, {_KEYS}, ym
"""
"""What COUNT says of a file's pieces as one; where of one piece nobody knows the lines, nobody knows the first."""
