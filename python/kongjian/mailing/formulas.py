"""Rules compiled to native formulas: an indicator, a total or a condition as text over cells.

Only functions that Excel 2010, WPS and LibreOffice share (`FUNCTIONS`). Parameters are cells of the sheet 规则; the
readings in force are compiled in. Every formula repeats the engine's arithmetic, its tolerance included, so that
no mean of decimals falls on the other side of a bound or of a half cent.
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kongjian.engine.eligibility import JOIN, NOISE
from kongjian.engine.rounding import NUDGE, TOLERANCE
from kongjian.mailing.copy_sheets import Place, quoted
from kongjian.rules.model import Condition, Indicator, Rules
from kongjian.rules.readings import NonHomeroom, Shortfall

FUNCTIONS = frozenset(
    "ABS AND AVERAGE COUNT COUNTA COUNTIFS FIND IF IFERROR INDEX INT ISNUMBER MATCH MAX MID MIN N NA OR RANK ROUND "
    "ROW ROWS SUBSTITUTE SUM SUMPRODUCT TEXT".split()
)
"""All functions that a copy may use."""
SHADE = f"{TOLERANCE:.9f}"
"""The engine's tolerance as a formula writes it: it takes up the noise in a decimal's last bits."""
# what is short, at least 0, becomes what is deducted for
_SHORTFALL = {
    Shortfall.EXACT: "{short}",
    Shortfall.WHOLE: f"INT({{short}}+{SHADE})",
    Shortfall.STARTED: f"MAX(0,-INT({SHADE}-{{short}}))",  # rounded up
}
# what a teacher without a class gets for an indicator, and whether the rest is scaled up
_NON_HOMEROOM = {
    NonHomeroom.ZERO: ("0", False),
    NonHomeroom.FULL: ("{points}", False),
    NonHomeroom.RESCALE: ("0", True),
}


@dataclass(frozen=True)
class IndicatorCells:
    """The cells of 规则 that hold an indicator's parameters; bands from the highest down: (bound, points)."""

    points: str
    target: str
    per: str
    bands: tuple[tuple[str, str], ...]


def rounded(value: str, factor: str = "") -> str:
    """A score rounded half up to two decimals."""
    return f"ROUND({value}{factor}+{SHADE},2)"


def indicator_formula(
    indicator: Indicator, cells: IndicatorCells, measure: str, rules: Rules, homeroom: str
) -> str:
    """The exact score of one measure cell; a blank is asked for first and scores 0."""
    kinds = {
        "yes_no": _yes_no, "threshold": _threshold, "bands": _bands, "deduct": _deduct, "bonus": _bonus,
        "veto": lambda *_: "0",
    }  # fmt: skip
    scored = kinds[indicator.kind](indicator, cells, measure, rules)
    if not indicator.homeroom_only:
        return scored
    other = _NON_HOMEROOM[rules.choice(NonHomeroom)][0].format(points=cells.points)
    return f'IF({homeroom}="是",{scored},{other})'


def rest_is_scaled(rules: Rules) -> bool:
    """Whether the points that a teacher without a class does not owe are made up for by the others."""
    return _NON_HOMEROOM[rules.choice(NonHomeroom)][1]


def _yes_no(_: Indicator, cells: IndicatorCells, measure: str, __: Rules) -> str:
    return f'IF({measure}="是",{cells.points},0)'


def _threshold(_: Indicator, cells: IndicatorCells, measure: str, __: Rules) -> str:
    return f'IF({measure}="",0,IF({measure}>={cells.target}-{SHADE},{cells.points},0))'


def _bands(_: Indicator, cells: IndicatorCells, measure: str, __: Rules) -> str:
    scored = "0"
    for bound, points in reversed(cells.bands):
        scored = f"IF({measure}>={bound}-{SHADE},{points},{scored})"
    return f'IF({measure}="",0,{scored})'


def _deduct(indicator: Indicator, cells: IndicatorCells, measure: str, rules: Rules) -> str:
    short = f"MAX(0,{cells.target}-{measure})"
    short = _SHORTFALL[rules.choice(Shortfall)].format(short=short)
    scored = f"MAX(0,{cells.points}-{cells.per}*{short})"
    if indicator.none_is_zero:
        scored = f"IF({measure}<={SHADE},0,{scored})"
    return f'IF({measure}="",0,{scored})'


def _bonus(_: Indicator, cells: IndicatorCells, measure: str, __: Rules) -> str:
    return f'IF({measure}="",0,MAX(0,MIN({cells.points},{cells.per}*{measure})))'


@dataclass(frozen=True)
class TotalCells:
    """The scores from `first` to `last`; `others` are the points that nobody but a homeroom teacher owes, where the

    reading scales the rest up to `full`; `bonuses` the scores that are added to all that.
    """

    first: str
    last: str
    full: str
    others: Sequence[str]
    homeroom: str
    bonuses: Sequence[str] = ()


def exact_total(cells: TotalCells, parts: Mapping[str, str] | None = None) -> str:
    """The unrounded total. `parts`: an indicator's score → the platform's score of it, which counts where given."""
    total = f"SUM({cells.first}:{cells.last})"
    added = "".join(f"+{b}" for b in cells.bonuses)
    for own, part in (parts or {}).items():
        instead = f'+IF({part}="",0,{part}-{own})'
        if own in cells.bonuses:
            added += instead
        else:
            total += instead
    if not cells.others:
        return total + added
    rest = "-".join([cells.full, *cells.others])
    total = f"({total})" if parts else total
    return f'{total}*IF({cells.homeroom}="是",1,{cells.full}/({rest})){added}'


@dataclass(frozen=True)
class Owed:
    """An indicator's measure cell, whether only homeroom teachers owe it, the cell that says of a mean over some only

    ("" where there is none), and the cell of the platform's own score, which settles both ("" where it never does).
    """

    measure: str
    homeroom_only: bool
    partial: str
    part: str


def complete_formula(owed: Sequence[Owed], homeroom: str, platform: str) -> str:
    """Whether every measure that is owed is given and no mean over some only, or the platform's score counts instead.

    `platform` is the cell of its total, "" where that does not count.
    """
    plain = [o for o in owed if not o.part]
    tests = [_all_given(plain, homeroom)] if plain else []
    if some := list(dict.fromkeys(o.partial for o in plain if o.partial)):
        tests.append(f"COUNT({','.join(some)})=0")
    tests += [f'OR({o.part}<>"",{_is_given(o, homeroom)})' for o in owed if o.part]
    whole = tests[0] if len(tests) == 1 else f"AND({','.join(tests)})" if tests else "1=1"
    return f'IF(OR({platform}<>"",{whole}),"是","否")' if platform else f'IF({whole},"是","否")'


def _all_given(owed: Sequence[Owed], homeroom: str) -> str:
    """Every measure cell is asked once, those that all owe before those of homeroom teachers alone."""
    all_owe = list(dict.fromkeys(o.measure for o in owed if not o.homeroom_only))
    some_owe = [m for m in dict.fromkeys(o.measure for o in owed if o.homeroom_only) if m not in all_owe]
    given = f"COUNTA({','.join(all_owe)})" if all_owe else "0"
    if some_owe:
        given += f'+IF({homeroom}="是",COUNTA({",".join(some_owe)}),{len(some_owe)})'
    return f"{given}={len(all_owe) + len(some_owe)}"


def _is_given(owed: Owed, homeroom: str) -> str:
    tests = [f'OR({owed.measure}<>"",{homeroom}<>"是")' if owed.homeroom_only else f'{owed.measure}<>""']
    tests += [f'{owed.partial}=""'] if owed.partial else []
    return f"AND({','.join(tests)})" if len(tests) > 1 else tests[0]


@dataclass(frozen=True)
class ConditionCells:
    """Where a unit's measures, its 月均得分 and its lowest month stand, and each condition's bound on 规则.

    `exact` is its unrounded average, where that is compared; `lacking` the months that it lacks, where they keep it
    from qualifying; else "".
    """

    measures: Place
    average: str
    exact: str
    lacking: str
    lowest: str
    bounds: Mapping[str, str]


def eligible_formula(conditions: Sequence[Condition], cells: ConditionCells) -> str:
    if not conditions:
        return '"达标"'
    return f'IF(AND({",".join(_met(c, cells) for c in conditions)}),"达标","未达标")'


def reasons_formula(conditions: Sequence[Condition], cells: ConditionCells) -> str:
    """Why a unit does not qualify, joined by ；; an empty text when it does."""
    if not conditions:
        return '""'
    pieces = [f'IF({_met(c, cells)},"",{quoted(JOIN)}&{_why(c, cells)})' for c in conditions]
    return f"MID({'&'.join(pieces)},{len(JOIN) + 1},999)"


def _met(condition: Condition, cells: ConditionCells) -> str:
    if condition.kind == "veto":
        return f'{cells.measures.cell(condition.columns[0])}<>"是"'
    if condition.kind == "yes_no":
        return f'{cells.measures.cell(condition.columns[0])}="是"'
    bound = cells.bounds[condition.id]
    if condition.kind == "rate":
        return f"IF({_sound(condition, cells)},{_rate(condition, cells)}>={bound},1=0)"
    met = f"{_compared(condition, cells)}>={bound}"
    if cells.exact:
        met += f"-{SHADE}"
    return f'AND({cells.lacking}="",{met})' if cells.lacking else met


def _why(condition: Condition, cells: ConditionCells) -> str:
    if condition.kind == "veto":
        return quoted(condition.reason)
    if condition.kind == "yes_no":
        unknown = quoted(f"{condition.label}未填")
        return f'IF({cells.measures.cell(condition.columns[0])}="",{unknown},{quoted(condition.reason)})'
    bound = cells.bounds[condition.id]
    if condition.kind == "rate":
        said = _said(condition.reason, _percent(_rate(condition, cells), bound), f'ROUND({bound}*100,2)&"%"')
        return f"IF({_sound(condition, cells)},{said},{quoted(f'{condition.label}无法计算')})"
    value = shown = f'TEXT({_monthly(condition, cells)},"0.00")'
    if cells.exact and not _is_lowest(condition):
        # where the rounded number would read as the bound, one with more decimals, cut
        cut = f'TEXT(INT({cells.exact}*10000+{NOISE:.7f})/10000,"0.0000")'
        value = f"IF({cells.average}<{bound},{shown},{cut})"
    said = _said(condition.reason, f'{value}&"分"', f'{bound}&"分"')
    return f'IF({cells.lacking}="",{said},"缺"&{cells.lacking}&"的月度得分")' if cells.lacking else said


def _percent(rate: str, bound: str) -> str:
    """A rate below its bound, rounded at two decimals; cut at three where it would read as the bound."""
    hundredths = f"INT({rate}*10000+{0.5 + NUDGE:.7f})"
    cut = f'TEXT(INT({rate}*100000+{NUDGE:.7f})/1000,"0.000")'
    return f'IF({hundredths}<{bound}*10000-{NUDGE:.7f},TEXT({hundredths}/100,"0.00"),{cut})&"%"'


def _said(reason: str, value: str, at_least: str) -> str:
    """The reason's sentence with formulas for its {value} and {at_least}."""
    fields = {"value": value, "at_least": at_least}
    pieces = []
    for text, field, _, _ in string.Formatter().parse(reason):
        pieces += [quoted(text)] if text else []
        pieces += [fields[field]] if field else []
    return "&".join(pieces)


def _is_lowest(condition: Condition) -> bool:
    return condition.kind == "every_month"


def _monthly(condition: Condition, cells: ConditionCells) -> str:
    """What is shown of the months."""
    return cells.lowest if _is_lowest(condition) else cells.average


def _compared(condition: Condition, cells: ConditionCells) -> str:
    return cells.lowest if _is_lowest(condition) else cells.exact or cells.average


def _counts(condition: Condition, cells: ConditionCells) -> tuple[list[str], list[str]]:
    return [cells.measures.cell(c) for c in condition.opened], [
        cells.measures.cell(c) for c in condition.total
    ]


def _sound(condition: Condition, cells: ConditionCells) -> str:
    """Whether every count is given, somebody is there, and no more accounts are opened than people are."""
    opened, total = _counts(condition, cells)
    tests = [f"COUNT({','.join(opened + total)})={len(opened + total)}"]
    tests += [f"{o}<={t}" for o, t in zip(opened, total, strict=True)]
    return f"AND({','.join(tests)},{'+'.join(total)}>0)"


def _rate(condition: Condition, cells: ConditionCells) -> str:
    opened, total = _counts(condition, cells)
    return f"({'+'.join(opened)})/({'+'.join(total)})"
