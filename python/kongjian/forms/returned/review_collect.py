"""Takes in the experts' files that came back: reads, checks, and writes the summary anew (方案 五、评选程序/2).

A file is known by its defined name, its cells by theirs, so files may be renamed and saved by Excel, WPS or
LibreOffice. A file with changed units or a score that is none is refused as a whole, for a mean over part of an
expert's scores would decide differently; blanks (an expert stands back from their own school) and a missing
signature are only told.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from kongjian.base.errors import KongjianError
from kongjian.base.files import replace_bytes
from kongjian.base.grid import Cell, is_blank
from kongjian.base.scratch import scratch
from kongjian.base.text import fold
from kongjian.engine.frame import Frame, texts
from kongjian.forms.returned.review_papers import Line, Paper, ReviewFile, review_files
from kongjian.forms.review_sheets import (  # fmt: skip
    MOST_EXPERTS,
    TEMPLATE,
    Expert,
    Panel,
    Standing,
    standing,
    summary_document,
)
from kongjian.forms.template.filled_workbook import MADE_NAME, Template
from kongjian.forms.template.placeholders import words
from kongjian.rules.model import Rules
from kongjian.rules.objects import OBJECT_LABELS

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_FEW = 5  # so many cells are named one by one


@dataclass
class ReviewResult:
    """What came back: who is in, who is still out, what was refused and why, and the standings by kind."""

    written: list[Path] = field(default_factory=list)
    collected: dict[str, list[str]] = field(default_factory=dict)
    waiting: dict[str, list[str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    panels: dict[str, Panel] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """What to tell, line by line."""
        out = []
        for kind, names in self.collected.items():
            line = f"{OBJECT_LABELS[kind]}评审：收下{len(names)}名专家的评审表"
            line += f"（{'、'.join(names)}）" if names else ""
            waiting = self.waiting[kind]
            out.append(line + (f"，还差{len(waiting)}名：{'、'.join(waiting)}" if waiting else ""))
        out += [f"退回：{r}" for r in self.refused]
        out += [f"注意：{n}" for n in self.notes]
        return out + [f"专家评审汇总表：{path}" for path in self.written]


def collect(folder: Path, rules: Rules, template: Path) -> ReviewResult:
    """Reads every review file below `folder` and writes the summaries with the scores of those that are right.

    Raises KongjianError where a summary cannot be written.
    """
    result = ReviewResult()
    files = list(review_files(folder, result.refused))
    for kind in OBJECT_LABELS:
        own = [f for f in files if f.kind == kind]
        if own:
            _collect_kind(kind, own, folder, rules, template, result)
    return result


def _collect_kind(
    kind: str, files: Sequence[ReviewFile], folder: Path, rules: Rules, template: Path, result: ReviewResult
) -> None:
    handed_in = [f for f in files if f.expert]
    summary = _newest_summary([f for f in files if not f.expert], result)
    lines = summary.papers[0].lines if summary and summary.papers else _usual_lines(handed_in)
    units = _units(lines)
    experts = {p.expert: _kept(p, units, rules, summary, result) for p in (summary.papers if summary else ())}
    accepted = []
    for file in _newest(handed_in, result):
        if paper := _accepted(file, units, rules, result):
            experts[file.expert] = paper
            accepted.append(file.expert)
        else:
            experts.setdefault(file.expert, Expert(file.expert))
    result.collected[kind] = accepted
    result.waiting[kind] = [e.name for e in experts.values() if np.isnan(_full(e, units)).all()]
    if len(experts) > MOST_EXPERTS:
        raise KongjianError(
            f"{folder} 里有{len(experts)}名专家的{OBJECT_LABELS[kind]}评审表，汇总表最多放{MOST_EXPERTS}名；请移走多余的"
        )
    panel = Panel(kind, units, tuple(experts.values()), summary.drop if summary else True)
    result.panels[kind], result.standings[kind] = panel, standing(panel, rules)
    if accepted:
        place = summary.path if summary else handed_in[0].path.parent / f"专家评审汇总表-{panel.label}"
        target = place.with_suffix(".xlsx")
        _write(panel, rules, template, target, result)


def _newest_summary(summaries: Sequence[ReviewFile], result: ReviewResult) -> ReviewFile | None:
    newest = max(summaries, key=lambda f: f.stamp, default=None)
    if newest and len(summaries) > 1:
        label = OBJECT_LABELS[newest.kind]
        result.notes.append(f"{label}有{len(summaries)}份汇总表，用最新的 {newest.path.name}")
    return newest


def _write(panel: Panel, rules: Rules, template: Path, target: Path, result: ReviewResult) -> None:
    """The summary in the place of the one before, which is kept as .bak; left alone where nothing changed."""
    document = summary_document(panel, rules)
    with scratch() as folder, Template(template) as opened:
        fresh = folder / "summary.xlsx"
        # it holds collected scores: making the blank forms again must leave it alone
        opened.write(fresh, document.sheets, {**document.names, MADE_NAME: "collected"})
        made = fresh.read_bytes()
    if not (target.is_file() and target.read_bytes() == made):
        replace_bytes(target, made)
    result.written.append(target)


def _newest(files: Iterable[ReviewFile], result: ReviewResult) -> list[ReviewFile]:
    """One file for each expert: the one saved last among those that are filled in."""
    by_expert: dict[str, list[ReviewFile]] = {}
    for file in sorted(files, key=lambda f: f.stamp):
        if not all(p.blank for p in file.papers):
            by_expert.setdefault(file.expert, []).append(file)
    for name, found in by_expert.items():
        if len(found) > 1:
            others = "、".join(f.path.name for f in found[:-1])
            result.notes.append(
                f"{name} 交了{len(found)}份，用最后保存的 {found[-1].path.name}，没有用 {others}"
            )
    empty = {f.expert: f for f in files if f.expert not in by_expert}
    return [found[-1] for found in by_expert.values()] + list(empty.values())


def _accepted(file: ReviewFile, units: Frame, rules: Rules, result: ReviewResult) -> Expert | None:
    """The expert's scores, None where the file is refused or not filled in."""
    if not file.papers:
        result.refused.append(f"{file.path.name}：表里的栏目被删掉了，读不了；请用原来的文件重填")
        return None
    [paper, *_] = file.papers
    if paper.blank:
        return None
    faults = list(_unit_faults(paper, units))
    scores, wrong, odd = _scores(paper, rules)
    faults += _cells(wrong)
    if faults:
        result.refused.append(f"{file.path.name}（{file.expert}）：{'；'.join(faults)}")
        return None
    if blanks := [line.cell for line in paper.lines if is_blank(line.score)]:
        odd.append(f"{len(blanks)}个单位没有评分（{_some(blanks)}），按回避计")
    if not paper.signature:
        odd.append("没有签名，请补签")
    result.notes += [f"{file.path.name}（{file.expert}）：{o}" for o in odd]
    return _expert(paper, file.expert, units, scores)


def _kept(
    paper: Paper, units: Frame, rules: Rules, summary: ReviewFile | None, result: ReviewResult
) -> Expert:
    """What the summary itself holds of an expert; scores that are none are left out and told."""
    scores, wrong, _ = _scores(paper, rules)
    if wrong and summary:
        result.notes.append(f"{summary.path.name} 的“{paper.expert}”：{'；'.join(_cells(wrong))}，没有采用")
    return _expert(paper, paper.expert, units, scores)


def _expert(paper: Paper, name: str, units: Frame, scores: Sequence[float]) -> Expert:
    """Scores and opinions in the order of the units, whatever the order of the lines."""
    at = {_whole(line.number): k for k, line in enumerate(paper.lines)}
    order = [at.get(int(n)) for n in units["序号"]]
    values = np.array([scores[k] if k is not None else np.nan for k in order], dtype=np.float64)
    opinions = [paper.lines[k].opinion if k is not None else "" for k in order]
    return Expert(name, values, opinions, paper.signature, paper.day)


def _full(expert: Expert, units: Frame) -> np.ndarray:
    return expert.scores if len(expert.scores) else np.full(units.height, np.nan)


def _unit_faults(paper: Paper, units: Frame) -> Iterator[str]:
    """Where the lines are not those of the summary: matched by 序号 and names, in any order."""
    expected = {
        int(n): f"{s} {p}".strip() for n, s, p in zip(units["序号"], units["学校名称"], units["姓名"], strict=True)
    }  # fmt: skip
    found = Counter(_whole(line.number) for line in paper.lines)
    for line in paper.lines:
        number = _whole(line.number)
        if number not in expected:
            yield f"第{re.sub('[A-Z]', '', line.cell)}行的序号“{words(line.number)}”汇总表里没有"
        elif fold(line.who) != fold(expected[number]):
            yield f"序号{number}应是“{expected[number]}”，表里是“{line.who}”"
    if twice := [str(n) for n, times in found.items() if times > 1 and n in expected]:
        yield f"序号{_some(twice)}有两行"
    if absent := [str(n) for n in expected if n not in found]:
        yield f"缺少序号{_some(absent)}"


def _scores(paper: Paper, rules: Rules) -> tuple[list[float], dict[str, str], list[str]]:
    """Scores by line, the cells that hold none with what they hold, and what is odd but readable."""
    review = rules.forms.review
    scores, wrong, odd = [], {}, []
    for line in paper.lines:
        value, text = (
            line.score,
            words(line.score) if isinstance(line.score, (int, float)) else str(line.score),
        )
        if isinstance(value, str) and NUMBER.fullmatch(fold(value)):
            value = float(fold(value))
            odd.append(f"{line.cell} 的“{text}”是文本，按数字收下")
        score = np.nan
        if isinstance(value, bool) or not (is_blank(value) or isinstance(value, (int, float))):
            wrong[line.cell] = f"是“{text}”，不是数字"
        elif not is_blank(value):
            score = float(value)
            if not review.lowest <= score <= review.highest:
                wrong[line.cell] = f"是{text}，不在{review.lowest:g}到{review.highest:g}之间"
                score = np.nan
        scores.append(score)
    return scores, wrong, odd


def _cells(wrong: dict[str, str]) -> list[str]:
    more = len(wrong) - _FEW
    return [f"{c} {w}" for c, w in list(wrong.items())[:_FEW]] + ([f"另有{more}格也不对"] if more > 0 else [])


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:_FEW]) + ("等" if len(names) > _FEW else "")


def _usual_lines(files: Sequence[ReviewFile]) -> Sequence[Line]:
    """Without a summary: the units on which most of the files agree."""
    lists = [tuple(sorted(f.papers[0].lines, key=lambda x: _whole(x.number))) for f in files if f.papers]
    if not lists:
        return ()
    keys = [tuple((_whole(x.number), fold(x.who)) for x in one) for one in lists]
    [(most, _)] = Counter(keys).most_common(1)
    return lists[keys.index(most)]


def _units(lines: Sequence[Line]) -> Frame:
    known = sorted((x for x in lines if _whole(x.number)), key=lambda x: _whole(x.number))

    def number(value: Cell) -> float:
        return float(value) if isinstance(value, (int, float)) else float("nan")

    return Frame(
        {
            "序号": np.array([float(_whole(x.number)) for x in known]),
            "学校名称": texts(x.school for x in known),
            "姓名": texts(x.person for x in known),
            "得分": np.array([number(x.points) for x in known]),
            "名次": np.array([number(x.rank) for x in known]),
        }
    )


def _whole(value: Cell) -> int:
    """A 序号 as a number; 0 for what is none."""
    if isinstance(value, str) and NUMBER.fullmatch(fold(value)):
        value = float(fold(value))
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return int(value) if is_number and value == int(value) else 0


__all__ = ["TEMPLATE", "ReviewResult", "collect"]
