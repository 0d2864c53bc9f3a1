"""One run over a workbook, whoever holds it: what a file and an open workbook in Excel have in common.

Both ends hand in their sheets as grids (`Sheets`) and take back what to write as plain data (`Page`, `home_state`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kongjian.base.grid import Grid
from kongjian.engine.awards import STATE
from kongjian.engine.calculate import calculate
from kongjian.engine.declined import listed
from kongjian.engine.event_log import COUNTS_SHEET
from kongjian.engine.evidence.change_table import change_sheet
from kongjian.engine.evidence.changes import Changes, compare
from kongjian.engine.evidence.clean_awards import CLEAN, OPEN, doubts, judged_awards
from kongjian.engine.evidence.touched import effects
from kongjian.engine.findings import Finding, Findings
from kongjian.engine.frame import Frame
from kongjian.engine.last_run import ChangeSheet, Previous
from kongjian.engine.outcome import Inputs, Results
from kongjian.engine.result_tables import with_the_others
from kongjian.intake import problem_list
from kongjian.intake.column_names import COLUMN_NAMES_SHEET, name_rows, with_confirmed
from kongjian.intake.effective_rows import COUNTS
from kongjian.intake.marks import marks
from kongjian.intake.rule_rows import RULE_SHEET
from kongjian.intake.rule_sheet import apply_rule_sheet
from kongjian.intake.school_names import with_school_names
from kongjian.intake.sheets import Progress, Sheets, no_sheet, rows_below_header
from kongjian.intake.tables import Intake, read_inputs
from kongjian.intake.where import Where
from kongjian.rules import Rules
from kongjian.rules.model import Award
from kongjian.workbook.last_run_sheets import previous_run
from kongjian.workbook.next_step import Facts, how_far
from kongjian.xlsx.fill_marks import Mark

_MOST_NAMED = 12
"""Names of one award that the command shows."""
_MOST_WINNERS = 60
"""Names of one award for which 首页 has room."""


def first_named(names: Sequence[str], most: int = _MOST_NAMED) -> str:
    """The first of some names, with …… where there are more."""
    return "、".join(names[:most]) + ("……" if len(names) > most else "")


@dataclass(frozen=True)
class Noted:
    """All findings of a run, those about awards with them, where they stand, and what staff accept."""

    findings: Sequence[Finding]
    where: Where
    accepted: Mapping[problem_list.Key, str]


@dataclass(frozen=True)
class Run:
    """What a calculation found: results, the wording of its findings, how many of each level."""

    results: Results
    rules: Rules
    problems: Frame
    levels: dict[str, int]
    inputs: Inputs
    changes: Changes = field(default_factory=Changes)
    change_sheet: ChangeSheet = field(default_factory=lambda: ChangeSheet(Frame()))
    marks: Sequence[Mark] = ()
    noted: Noted | None = None

    @property
    def tables(self) -> dict[str, Frame]:
        """The tables of the results as a calculation writes them: with who declined, and the schools without a rank."""
        own = self.results.tables
        return {
            **own,
            "SchoolRanking": with_the_others(own["SchoolRanking"], self.results.school),
            "Awards": listed(own["Awards"], self.results.declined, self.rules),
        }

    @property
    def schools(self) -> int:
        return self.results.school.units.height

    @property
    def classes(self) -> int:
        return self.inputs.classes.height

    @property
    def teachers(self) -> int:
        return self.results.teacher.units.height

    @property
    def shows_lines(self) -> bool:
        """Whether there are enough schools that a line or a median in one's file is no other's score."""
        return self.schools >= self.rules.evidence.schools_to_show_lines

    @property
    def provisional(self) -> int:
        """How many awards are 待核实."""
        return int((self.results.tables["Awards"][STATE] == OPEN).sum())

    @property
    def still_open(self) -> str:
        """What is to be settled before results go to others: errors, provisional awards; "" where there are none."""
        errors = f"还有{self.levels['错误']}处错误没有处理" if self.levels["错误"] else ""
        return "，".join(filter(None, (errors, self.provisional_said)))

    @property
    def provisional_said(self) -> str:
        """How many awards there are and how many of them 待核实; "" where none is."""
        count = self.results.tables["Awards"].height
        return f"获奖{count}项，其中{self.provisional}项{OPEN}" if self.provisional else ""

    def facts(self, calculated: bool = True, final: str = "", sent: str = "") -> Facts:
        """What decides how far the work is; see `Facts`."""
        inputs = self.inputs
        return Facts(
            self.schools,
            self.teachers,
            inputs.events.height + inputs.monthly.height + inputs.counts.height,
            self.levels["错误"],
            self.levels["警告"],
            self.results.tables["Awards"].height,
            self.provisional,
            calculated,
            final,
            sent,
        )

    @property
    def message(self) -> str:
        """The run in one sentence, for 首页 and the command line: what is next."""
        return how_far(self.facts()).said

    def awarded(self, award: Award) -> tuple[list[str], list[bool]]:
        """Whom an award goes to by name, and whether that is 待核实."""
        table = self.results.tables["Awards"]
        mine = table["奖项"] == award.name
        name = "学校名称" if award.object == "school" and not award.to_person else "姓名"
        return table[name][mine].tolist(), (table[STATE][mine] == OPEN).tolist()

    def winners(self, kind: str) -> str:
        """Who gets the awards that go by the ranks of one kind, by award, each with 待核实 where it is so."""
        said = []
        for award in self.rules.awards:
            if award.object != kind:
                continue
            who, open_ = self.awarded(award)
            names = [
                f"{name}（{OPEN}）" if doubted else name for name, doubted in zip(who, open_, strict=True)
            ]
            settled = len(names) - sum(open_)
            count = f"{len(names)}名：{CLEAN}{settled}，{OPEN}{sum(open_)}" if names else "0名"
            said.append(f"{award.name}（{count}）：{first_named(names, _MOST_WINNERS)}")
        return "；".join(said)

    @property
    def conclusion(self) -> str:
        """The message, and before it that months are still to come."""
        return "；".join(filter(None, (self.months_said, self.message)))

    @property
    def months_said(self) -> str:
        """评选期未完 while months are still to come; "" when all have passed or none is known."""
        passed = self.results.school.monthly.months.passed | self.results.teacher.monthly.months.passed
        if not passed.any() or passed.all():
            return ""
        return f"评选期未完（已有{int(passed.sum())}/{len(passed)}个月）"


def examine_sheets(sheets: Sheets, rules: Rules, progress: Progress = lambda _: None) -> Run:
    """Reads and calculates without writing anything. Raises KongjianError for what the user can mend."""
    progress("正在读取工作簿…")
    return calculate_sheets(sheets, own_rules(sheets, rules), progress)


def own_rules(sheets: Sheets, rules: Rules) -> Rules:
    """The rules as this workbook wants them: by its 列名对应 and its 规则. Raises KongjianError naming what cannot be used."""
    names = sheets.grid(COLUMN_NAMES_SHEET)
    named = with_school_names(with_confirmed(rules, name_rows(names)), names)
    return apply_rule_sheet(sheets.grid(RULE_SHEET), named)


def calculate_sheets(sheets: Sheets, rules: Rules, progress: Progress = lambda _: None) -> Run:
    """The same by rules in which 规则 has had its say."""
    kept = acceptances(sheets, rules)
    return calculate_grids(input_grids(sheets, rules), rules, previous_run(sheets, rules), progress, kept)


def acceptances(sheets: Sheets, rules: Rules) -> dict[problem_list.Key, str]:
    """What staff accept by 问题清单 as it stands."""
    listed = rows_below_header(sheets, problem_list.SHEET, list(problem_list.KEY_COLUMNS))
    return problem_list.accepted_before(listed, rules.words)


def calculate_grids(
    grids: Mapping[str, Grid | None],
    rules: Rules,
    previous: Previous,
    progress: Progress = lambda _: None,
    accepted: Mapping[problem_list.Key, str] | None = None,
) -> Run:
    """A run over the grids of the input sheets (table id → grid), by rules in which 规则 has had its say.

    `accepted` are the oddities that staff want to keep, see report.accepted_before.
    """
    intake = read_inputs(grids, rules)
    results = calculate(intake.inputs, rules, previous, intake.findings, progress)
    changes = compare(results, intake.inputs, rules, previous, intake.places)
    results, lines = _judged(results, intake, accepted)
    found = problem_list.frame(lines)
    found_of = {id(f): f for f in (*results.findings, *(f for line in lines for f in line.findings))}.values()
    return Run(
        results,
        rules,
        found,
        problem_list.count_levels(found),
        intake.inputs,
        changes,
        change_sheet(results, changes, previous, rules),
        marks(lines, intake.where),
        Noted(list(found_of), intake.where, accepted or {}),
    )


def _judged(
    results: Results, intake: Intake, accepted: Mapping[problem_list.Key, str] | None
) -> tuple[Results, list[problem_list.Line]]:
    """The results with the state of each award, and the list with a row for each reason against one."""
    rules, inputs, where = intake.where.rules, intake.inputs, intake.where
    errors = [f for f in results.findings if rules.problems[f.code].level == problem_list.LEVELS[0]]
    found = doubts(results, inputs, rules, errors)
    touched = effects(results, inputs, rules, results.findings, found)
    lines = problem_list.lines(results.findings, where, accepted, touched)
    kept = {id(f) for line in lines if line.accepted for f in line.findings}
    standing = [f for f in errors if id(f) not in kept]
    if len(standing) < len(errors):
        found = doubts(results, inputs, rules, standing)
    against = Findings(d.finding for d in found)
    at_stake = effects(results, inputs, rules, against, found)
    more = problem_list.lines(against, where, accepted, at_stake)
    settled = [f for line in more if line.accepted for f in line.findings]
    return judged_awards(results, found, settled, rules), sorted([*lines, *more], key=lambda line: line.order)


def input_grids(sheets: Sheets, rules: Rules) -> Mapping[str, Grid | None]:
    """The grids of the five input sheets and of 有效次数, each read when it is asked for.

    Raises KongjianError where a required sheet is missing.
    """
    for table in rules.tables:
        if table.required and sheets.name(table.sheet) is None:
            raise no_sheet(table.sheet)
    return _Grids(sheets, {**{table.id: table.sheet for table in rules.tables}, COUNTS: COUNTS_SHEET})


class _Grids(Mapping[str, Grid | None]):
    """Grids by table, read in turn: some are still being laid out while the first ones are looked through."""

    def __init__(self, sheets: Sheets, names: Mapping[str, str]) -> None:
        self._sheets, self._names = sheets, names
        self._read = dict[str, Grid | None]()

    def __getitem__(self, table: str) -> Grid | None:
        if (
            table not in self._read
        ):  # asked for each finding: a running Excel would tell the sheet's name every time
            self._read[table] = self._sheets.grid(self._names[table])
        return self._read[table]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)
