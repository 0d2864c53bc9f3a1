"""Reads out of a workbook what its last calculation left in it, before the next one writes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np

from kongjian.base.grid import YES_NO, Cell, Grid, is_blank
from kongjian.base.text import clean, fold
from kongjian.engine.awards import AWARD_COLUMNS, REMARK, STATE, WHY
from kongjian.engine.declined import Decline, declining, own_remark
from kongjian.engine.evidence.change_table import COLUMNS, as_frame
from kongjian.engine.evidence.changes import once
from kongjian.engine.frame import Bools, Frame, texts
from kongjian.engine.last_run import KEY, ChangeSheet, Earlier, Previous, numbered, plain, table_code
from kongjian.engine.matching import school_keys
from kongjian.engine.outcome import NAME_COLUMNS, own_names, shown_keys
from kongjian.intake.sheets import Sheets, header_row, line_above, rows_below_header
from kongjian.rules.model import Rules
from kongjian.rules.model_tables import Words
from kongjian.rules.objects import OBJECT_LABELS
from kongjian.workbook.layout import CHANGES, output_sheets
from kongjian.xlsx.table_parts import SUBTITLE_ROW, OutputSheet

CODE = "核对码"
RUNS = "运行记录"
BEING_WRITTEN = "正在写入，写完以前请不要使用"
"""What every result sheet says above its table while an open workbook is written; 运行记录 is the last."""
_CODE = re.compile(rf"{CODE} ([0-9a-f]+)")
_KINDS = {"学校指标": "school", "教师指标": "teacher", "学校得分": "school", "教师得分": "teacher"}
_WORDS = {word: value for value, word in YES_NO.items()}
_COMPARED = "#compared"
SAID_OF_AWARDS = tuple(name for name in AWARD_COLUMNS if name not in (REMARK, WHY))
Renames = Mapping[str, str]
"""Names of schools, folded, and the names that they are read as."""
_TEXTS = ("text", "account", "time", "link")


def previous_run(sheets: Sheets, rules: Rules | None = None) -> Previous:
    """The ranks that the workbook shows now and the run that they came from.

    With `rules` the numbers behind the ranks can be asked for, too.
    """
    now = {kind: _names_now(sheets, kind, rules) for kind in OBJECT_LABELS}
    rankings = {k: table for k in OBJECT_LABELS if (table := _ranking(sheets, k, now[k])) is not None}
    ranks = {kind: _column(table, "名次", ~np.isnan(table["名次"])) for kind, table in rankings.items()}
    earlier = {kind: _column(table, "上次名次", table[_COMPARED]) for kind, table in rankings.items()}
    runs = rows_below_header(sheets, RUNS, ["数据指纹", "规则版本"], ["口径", "规则修改"])
    fingerprint, version, readings, edits = (clean(str(c)) for c in (runs[0] if runs else [""] * 4))
    tables = partial(earlier_tables, sheets, rules, rankings) if rules else dict
    kept = partial(_change_sheet, sheets)
    declines, since = _declines(sheets, rules, rankings, now) if rules else ([], False)
    if half_written(sheets):  # its sheets are of two runs
        return Previous(declines=declines, declined_since=since)
    return Previous(fingerprint, version, ranks, earlier, readings, edits, declines, since, tables, kept)


def half_written(sheets: Sheets) -> bool:
    """Whether results are being written, or were not written to the end."""
    grid = sheets.grid(RUNS)
    above = grid.rows[SUBTITLE_ROW - 1][:1] if grid and len(grid.rows) >= SUBTITLE_ROW else []
    return any(str(cell).startswith(BEING_WRITTEN) for cell in above)


def _names_now(sheets: Sheets, kind: str, rules: Rules | None) -> Renames:
    """The names of schools in the last run's sheets that 学校更名 reads as others, folded → as they are read.

    A school takes over the ranks of one that has its name now, not of one that was merged into it.
    """
    said = {fold(one.old): one.new for one in rules.renamed} if rules else {}
    if kind != "school" or not said:
        return said
    there = {fold(clean(str(name))) for (name,) in _rows(sheets, "学校得分", ["学校名称"]) or ()}
    taken = Counter(fold(new) for old, new in said.items() if old in there)
    return {old: new for old, new in said.items() if fold(new) not in there and taken[fold(new)] == 1}


def _declines(
    sheets: Sheets, rules: Rules, rankings: Mapping[str, Frame], now: Mapping[str, Renames]
) -> tuple[list[Decline], bool]:
    """What staff wrote beside the awards, and whether that is not what the last run went by."""
    rows = _rows(sheets, "获奖名单", (*AWARD_COLUMNS[:4], REMARK, STATE)) or []
    kinds = {award.name: award.object for award in rules.awards}
    out, since = [], False
    for award, rank, *cells in rows:
        name = clean(str(award))
        school, person, remark, state = (clean(str(c)) for c in cells)
        said = own_remark(remark, rules.words)
        word = declining(said, rules.words)
        since |= (state in rules.words.declined) != bool(word)
        if word is not None and name in kinds:
            kind = kinds[name]
            school = now[kind].get(fold(school), school)
            key = _key_of(kind, rankings.get(kind), _rank(rank), school, person)
            out.append(Decline(name, school, person, key, said, word))
    return out, since


def _key_of(kind: str, ranking: Frame | None, rank: float, school: str, person: str) -> str:
    """What the one unit of that rank and name is known by; "" where there is none or several.

    A school is known by its name; whatever name its administrator's row has.
    """
    if ranking is None:
        return ""
    same = np.array([fold(s) == fold(school) for s in ranking["学校名称"]], dtype=bool)
    if kind == "teacher":
        same &= (ranking["名次"] == rank) & (ranking["教师姓名"] == person)
    keys = ranking[KEY][same]
    return plain(keys[0]) if len(keys) == 1 else ""


def _ranking(sheets: Sheets, kind: str, now: Renames) -> Frame | None:
    """名次, 上次名次 and the names of a ranking's rows by `numbered` KEY, and which were compared with a run before."""
    columns = ["名次", "上次名次", "变化", *NAME_COLUMNS[kind]]
    rows = _rows(sheets, f"{OBJECT_LABELS[kind]}排名", columns)
    if rows is None:
        return None
    rows = [row for row in rows if not is_blank(row[0])]  # 学校排名 has those without a rank, too
    names = _read_so(_names(kind, [row[3:] for row in rows]), now)
    ranks, before = (np.array([_rank(row[k]) for row in rows], dtype=np.float64) for k in (0, 1))
    compared = np.array([not is_blank(row[2]) for row in rows], dtype=bool) | ~np.isnan(before)
    keys = texts(numbered(shown_keys(kind, names)))
    return names.having(**{"名次": ranks, "上次名次": before, _COMPARED: compared, KEY: keys})


def _rank(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else float("nan")


def _rows(sheets: Sheets, sheet: str, columns: Sequence[str]) -> list[list[Cell]] | None:
    """The named columns of an output sheet's rows; None where the sheet or a column is missing."""
    grid = sheets.grid(sheet)
    found = header_row(grid, columns) if grid else None
    return rows_below_header(sheets, sheet, columns) if found else None


def _column(table: Frame, name: str, some: Bools) -> dict[str, float]:
    """The ranks of one column by unit."""
    return dict(zip(table[KEY][some], table[name][some].tolist(), strict=True))


def _change_sheet(sheets: Sheets) -> ChangeSheet:
    """与上次相比 as it is."""
    rows = rows_below_header(sheets, CHANGES, COLUMNS)
    return ChangeSheet(as_frame(rows), line_above(sheets, CHANGES, COLUMNS))


def earlier_tables(sheets: Sheets, rules: Rules, rankings: Mapping[str, Frame]) -> dict[str, Earlier]:
    """What the last run wrote of each kind; None for a sheet that a hand has changed since."""
    now = {kind: _names_now(sheets, kind, rules) for kind in OBJECT_LABELS}
    found = {}
    for spec in output_sheets(rules):
        if spec.sheet in _KINDS:
            found[spec.sheet] = _earlier(sheets.grid(spec.sheet), spec, rules, now[_KINDS[spec.sheet]])
    awards = _awards(sheets, rules.words, now["school"])
    return {
        kind: Earlier(
            found[f"{label}指标"],
            found[f"{label}得分"],
            rankings.get(kind),
            awards,
            _qualified(sheets, kind, now[kind]),
        )
        for kind, label in OBJECT_LABELS.items()
    }


def _awards(sheets: Sheets, words: Words, now: Renames) -> Frame | None:
    """获奖名单: which award, at which rank, to whom."""
    rows = _rows(sheets, "获奖名单", AWARD_COLUMNS[:4])
    if rows is None:
        return None
    states = rows_below_header(sheets, "获奖名单", AWARD_COLUMNS[:1], [STATE])
    # who declined before the last run held nothing then
    rows = [r for r, (_, state) in zip(rows, states, strict=True) if str(state) not in words.declined]
    award, rank, school, person = zip(*rows, strict=True) if rows else [()] * 4
    named = {"奖项": award, "学校名称": school, "姓名": person}
    out = Frame({name: texts(clean(str(c)) for c in column) for name, column in named.items()})
    return _read_so(out, now).having(名次=np.array([_rank(c) for c in rank], dtype=np.float64))


def shown_awards(sheets: Sheets) -> Counter[tuple[str, ...]] | None:
    """What 获奖名单 says, its remarks and reasons apart, in whatever order; None where the sheet is not there."""
    rows = _rows(sheets, "获奖名单", SAID_OF_AWARDS)
    return None if rows is None else Counter(tuple(map(_said, row)) for row in rows)


def said_of_awards(awards: Frame) -> Counter[tuple[str, ...]]:
    """The same of the table that a calculation would write."""
    columns = (awards[name].tolist() for name in SAID_OF_AWARDS)
    return Counter(tuple(map(_said, row)) for row in zip(*columns, strict=True))


def _said(cell: Cell) -> str:
    return "" if cell != cell else f"{cell:.2f}" if isinstance(cell, int | float) else clean(str(cell))


def _qualified(sheets: Sheets, kind: str, now: Renames) -> frozenset[str]:
    """The keys of those who qualified, by 资格审核; nobody whom another row may mean as well."""
    rows = rows_below_header(sheets, "资格审核", ["类别", "是否达标", *NAME_COLUMNS[kind]])
    own = [row[1:] for row in rows if row[0] == OBJECT_LABELS[kind]]
    keys = once(shown_keys(kind, _read_so(_names(kind, [row[1:] for row in own]), now)))
    return frozenset(key for key, row in zip(keys, own, strict=True) if row[0] == "达标")


def code_of(spec: OutputSheet, frame: Frame, rules: Rules) -> str:
    """The words that go into the subtitle of a table that the next run reads back; "" for other tables."""
    kind = _KINDS.get(spec.sheet, "")
    if not kind:
        return ""
    names = Frame({name: frame[column] for name, column in _name_columns(spec, rules).items()})
    return f"{CODE} {table_code(shown_keys(kind, names), frame, _numbers(spec, rules))}"


def _name_columns(spec: OutputSheet, rules: Rules) -> dict[str, str]:
    """What names a unit → the sheet's own column: 指标 has the names of the scheme's input tables."""
    kind = _KINDS[spec.sheet]
    return own_names(kind, rules) if _is_measures(spec) else {name: name for name in NAME_COLUMNS[kind]}


def _is_measures(spec: OutputSheet) -> bool:
    return spec.table.endswith("Measures")


def _numbers(spec: OutputSheet, rules: Rules) -> list[str]:
    """The columns that hold numbers or 是/否."""
    answers = {c.name for t in rules.tables for c in t.columns if c.kind == "yes_no"}
    return [
        c.name for c in spec.columns if c.kind not in _TEXTS or (_is_measures(spec) and c.name in answers)
    ]


def _earlier(grid: Grid | None, spec: OutputSheet, rules: Rules, now: Renames) -> Frame | None:
    columns, named = _numbers(spec, rules), list(_name_columns(spec, rules).values())
    found = header_row(grid, [*named, *columns]) if grid else None
    if grid is None or found is None:
        return None
    top, header = found
    rows = [row for row in grid.rows[top:] if not all(is_blank(c) for c in row)]
    names = _names(_KINDS[spec.sheet], [[row[header[n]] for n in named] for row in rows])
    frame = _frame(names.having(**{KEY: texts(shown_keys(_KINDS[spec.sheet], names))}), columns, rows, header)
    if frame is None or not _is_untouched(grid.rows[: top - 1], frame, columns):
        return None
    frame = _read_so(frame, now)  # the code above them is over the names that stand there
    return frame.having(**{KEY: texts(shown_keys(_KINDS[spec.sheet], frame))})


def _frame(
    frame: Frame, columns: Sequence[str], rows: Sequence[Sequence[Cell]], header: Mapping[str, int]
) -> Frame | None:
    """The names of the units with their numbers; None where a cell holds what no calculation writes."""
    for name in columns:
        cells = [row[header[name]] for row in rows]
        known = {cell: _number(cell) for cell in set(cells)}
        if None in known.values():
            return None
        frame[name] = np.array([known[cell] for cell in cells], dtype=np.float64)
    return frame


def _is_untouched(above: Sequence[Sequence[Cell]], frame: Frame, columns: Sequence[str]) -> bool:
    """Whether the numbers are still those of the code above them; older workbooks have none."""
    text = " ".join(str(c) for row in above for c in row)
    code = _CODE.search(text)
    return code is None or code[1] == table_code(frame[KEY].tolist(), frame, columns)


def _number(cell: Cell) -> float | None:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell)
    if is_blank(cell):
        return float("nan")
    return _WORDS.get(cell) if isinstance(cell, str) else None


def _read_so(frame: Frame, now: Renames) -> Frame:
    """The rows with each school by the name that it has now."""
    if not now:
        return frame
    schools = zip(frame["学校名称"].tolist(), school_keys(frame["学校名称"]), strict=True)
    return frame.having(学校名称=texts(now.get(key, name) for name, key in schools))


def _names(kind: str, rows: Sequence[Sequence[Cell]]) -> Frame:
    columns = zip(*rows, strict=True) if rows else [()] * len(NAME_COLUMNS[kind])
    named = zip(NAME_COLUMNS[kind], columns, strict=True)
    return Frame({name: texts(clean(str(c)) for c in column) for name, column in named})
