"""Numbers against the sentences that they come from: a rule must not say 3 points where its own clause says 得5分.

An indicator's clause may contradict its number where a `discrepancy` quotes it: “得5分”.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from kongjian.rules.lint.common import Files
from kongjian.rules.model import Award, Condition, Indicator
from kongjian.rules.model_scheme import Period

_DIGITS = {c: n for n, c in enumerate("一二三四五六七八九十", start=1)} | {"两": 2}
_N = r"(\d+(?:\.\d+)?|[一二两三四五六七八九十])"
_POINTS = re.compile(rf"得{_N}分")
_EACH_MORE = re.compile(rf"每{_N}?[^，。；\d]*加{_N}分")
_AT_MOST = re.compile(rf"(?:最多|不超过)(?:加)?{_N}分")
_PER = re.compile(rf"每少{_N}[^，。；\d]*扣{_N}分")
_BANDS = (
    (re.compile(rf"{_N}%以上得{_N}分"), None),
    (re.compile(rf"{_N}%[-—–至]\d+%得{_N}分"), None),
    (re.compile(rf"{_N}%以下(?:不得分|得{_N}分)"), 0.0),
)
"""A band's bound and points in words, and the bound where it is not the number that stands there."""
_NOT_BELOW = re.compile(rf"不低于{_N}(%|分)")
_FIRST_ONES = re.compile(r"前(\d+)(?![\d.]*%)")
_SHARE = re.compile(rf"(?:前|取|的|按){_N}%")
_LEAST = re.compile(rf"(?:不低于|不少于|最低){_N}分|{_N}分以上")
_RANKS = re.compile(r"(\d+)[-—–至](\d+)名")
_PERIOD = re.compile(r"(\d{4})年(\d{1,2})月[至到](?:(\d{4})年)?(\d{1,2})月")
_MONTH = re.compile(r"(\d{4})年(\d{1,2})月")


class _Said(NamedTuple):
    """What a sentence says in these words, and how the rule has it."""

    words: str
    told: float
    key: str
    given: float


def sentences(files: Files) -> Iterator[str]:
    for file, scheme in files.objects:
        for indicator in scheme.indicators:
            where = f"{file} “{indicator.name}”"
            listed = " ".join(indicator.discrepancies)
            said = (*_indicator(indicator), *_bands(indicator))
            yield from _faults(where, (s for s in said if f"“{s.words}”" not in listed))
            yield from _untold(where, indicator)
    for condition in files.eligibility.conditions:
        yield from _faults(f"eligibility.yaml “{condition.id}”", _condition(condition))
    for award in files.awards.awards:
        yield from _faults(f"awards.yaml “{award.name}”", _award(award))
        yield from _untold_places(f"awards.yaml “{award.name}”", award)
    for rate in files.measures.class_rates:
        for found in re.finditer(rf"{_N}次", rate.sentence):
            per_student = _Said(found[0], _number(found[1]), "per_student", rate.per_student)
            yield from _faults(f"measures.yaml “{rate.measure}”", [per_student])
    yield from _period(files.scheme.period)
    for form in files.forms.forms:
        yield from due_faults("scheme.yaml apply_by", files.scheme.apply_by, form.sentence)


def due_faults(where: str, due: str, sentence: str) -> Iterator[str]:
    """A day that is not in the month that its sentence names."""
    if (found := _MONTH.search(sentence)) and not due.startswith(f"{found[1]}-{int(found[2]):02d}-"):
        yield f"{where}：条款写“{found[0]}”，这里是{due}"


def _faults(where: str, found: Iterable[_Said]) -> Iterator[str]:
    for said in found:
        if said.given != said.given:
            yield f"{where} {said.key}：条款写“{said.words}”，这里没有这一档"
        elif abs(said.told - said.given) > 1e-9:
            yield f"{where} {said.key}：条款写“{said.words}”，这里是{said.given:g}"


def _indicator(indicator: Indicator) -> Iterator[_Said]:
    sentence = indicator.sentence
    if indicator.kind == "bonus":
        if found := _EACH_MORE.search(sentence):
            each = _number(found[2]) / _number(found[1] or "1")
            yield _Said(found[0], each, "per", float(indicator.per or 0))
        if found := _AT_MOST.search(sentence):
            yield _Said(found[0], _number(found[1]), "points", indicator.points)
        return
    if found := _POINTS.search(sentence):
        yield _Said(found[0], _number(found[1]), "points", indicator.points)
    if indicator.per is not None and (found := _PER.search(sentence)):
        yield _Said(found[0], _number(found[2]) / _number(found[1]), "per", indicator.per)
    if isinstance(indicator.target, float):
        before = sentence.partition("得")[0]
        if found := re.search(f"{_N}{re.escape(indicator.unit)}", before):
            yield _Said(found[0], _number(found[1]), "target", indicator.target)


def _bands(indicator: Indicator) -> Iterator[_Said]:
    """Each band that the clause tells is one of the rule's, with its points."""
    own = {round(b.at_least, 9): b.points for b in indicator.bands}
    for bound, words, points in _told_bands(indicator):
        yield _Said(words, points, "bands", own.get(bound, float("nan")))


def _untold(where: str, indicator: Indicator) -> Iterator[str]:
    """Bands of which the clause does not tell; the highest may be told without a bound."""
    told = {bound for bound, _, _ in _told_bands(indicator)}
    for band in indicator.bands if told else ():
        if band.at_least < 1 and round(band.at_least, 9) not in told:
            yield f"{where} bands：条款没有写{band.at_least * 100:g}%这一档"


def _told_bands(indicator: Indicator) -> Iterator[tuple[float, str, float]]:
    """Bound, words and points of each band in the clause."""
    for pattern, bound in _BANDS if indicator.bands else ():
        for found in pattern.finditer(indicator.sentence):
            at = round(_number(found[1]) / 100, 9) if bound is None else bound
            yield at, found[0], _number(found[2]) if found[2] else 0.0


def _condition(condition: Condition) -> Iterator[_Said]:
    found = _NOT_BELOW.search(condition.sentence)
    if found and condition.kind != "yes_no":
        told = _number(found[1]) / (100 if found[2] == "%" else 1)
        yield _Said(found[0], told, "at_least", condition.at_least)


def _award(award: Award) -> Iterator[_Said]:
    if found := _LEAST.search(award.sentence):
        yield _Said(found[0], _number(found[1] or found[2]), "least", award.least)
    if found := _SHARE.search(award.sentence):
        yield _Said(found[0], _number(found[1]) / 100, "share", award.share)
    if found := _RANKS.search(award.sentence):
        yield _Said(found[0], float(found[1]), "first", award.first)
        yield _Said(found[0], float(found[2]), "last", award.last)
    elif found := _FIRST_ONES.search(award.sentence):
        yield _Said(found[0], 1.0, "first", award.first)
        yield _Said(found[0], float(found[1]), "last", award.last)


def _untold_places(where: str, award: Award) -> Iterator[str]:
    """A share, a least score or a grouping of which the sentence does not tell."""
    for key, pattern in (("share", _SHARE), ("least", _LEAST)):
        if getattr(award, key) and not pattern.search(award.sentence):
            yield f"{where} {key}：条款没有写{getattr(award, key):g}"
    if award.group and not re.search(rf"[各每分](?:个|所)?[{re.escape(award.group)}]", award.sentence):
        yield f"{where} group：条款没有写各{award.group}分开评"


def _period(period: Period) -> Iterator[str]:
    if found := _PERIOD.search(period.sentence):
        first, month, last, end = found.groups()
        told = f"{first}-{int(month):02d}", f"{last or first}-{int(end):02d}"
        if told != (period.start, period.end):
            yield f"scheme.yaml period：条款写“{found[0]}”，这里是{period.start}至{period.end}"


def _number(text: str) -> float:
    return float(_DIGITS[text]) if text in _DIGITS else float(text)
