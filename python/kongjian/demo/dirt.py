"""What people's pastes are like: a handful of every fault, only where no award hangs on it.

Each function below soils one sheet. They take their rows from a `Clean` supply of rows about middling
schools and teachers, so that no two faults meet in one row and no award changes.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence

import numpy as np

from kongjian.demo.activity import said_of
from kongjian.demo.city import City
from kongjian.demo.events import role
from kongjian.demo.pasted_sheet import Row, Sheet
from kongjian.demo.spreads import Faults
from kongjian.engine.frame import Bools
from kongjian.rules import Rules
from kongjian.rules.model_scheme import Period
from kongjian.rules.roles import Role

NO_BREAK_SPACE, WIDE_SPACE = "\u00a0", "\u3000"
UNKNOWN_SCHOOL = "样例撤并小学"
_TWO_DAYS = datetime.timedelta(days=2)
EXACT_DIGITS = 15  # Excel keeps as many digits of a number
_GOOD_SHARES = (0.8, 0.85, 0.9, 0.95)  # 85 % scores the same
_WIDE_DIGITS = {ord("0") + k: "０１２３４５６７８９"[k] for k in range(10)}


class Clean:
    """Hands out rows that may be soiled, each once, in runs of neighbours."""

    def __init__(self, allowed: Bools) -> None:
        self._free = allowed.tolist()

    def run(self, length: int, wanted: Callable[[int], bool] = lambda _: True) -> list[int]:
        """The next `length` neighbouring rows that all are as wanted."""
        found: list[int] = []
        for row, free in enumerate(self._free):
            found = [*found, row] if free and wanted(row) else []
            if len(found) == length:
                self._free[found[0] : row + 1] = [False] * length
                return found
        raise LookupError("the city is too small for all this dirt")


def soil(sheets: dict[str, Sheet], rules: Rules, city: City) -> None:
    """Soils every sheet in place."""
    among = np.setdiff1d(city.middling, city.logged)
    plain_schools = np.isin(np.arange(city.schools.height), among)
    plain_teachers = city.plain_teachers(among)
    names = set(city.schools["学校名称"][among].tolist())
    accounts = {a for a in city.teachers["账号"][plain_teachers].tolist() if not _is_long(a)}
    in_school = [row[0] in names for row in sheets["classes"].rows]
    by_teacher = [row[2] in accounts for row in sheets["monthly"].rows]
    logged_plain = Clean(city.plain_teachers(city.logged[1:]))
    faults = said_of(rules).dirt
    _other_counts(sheets["teachers"], logged_plain, faults)
    _schools(sheets["schools"], Clean(plain_schools), rules, faults)
    _teachers(sheets["teachers"], Clean(plain_teachers), rules, faults)
    _classes(sheets["classes"], Clean(np.array(in_school)), rules)
    _monthly(sheets["monthly"], Clean(np.array(by_teacher)), rules.period)
    _events(sheets["events"], set(city.schools["学校名称"].tolist()), rules, faults)


def wide(value: object) -> str:
    """A number in full-width digits."""
    return f"{value}".translate(_WIDE_DIGITS)


def _schools(sheet: Sheet, clean: Clean, rules: Rules, faults: Faults) -> None:
    name = rules.table("schools").name_of
    staff, pupils, opened = map(name, (Role.STAFF, Role.PUPILS, Role.STAFF_OPENED))
    [row] = clean.run(1)
    sheet.put([row], staff, [wide(sheet.get(row, staff))])
    sheet.put([row], pupils, [f" {sheet.get(row, pupils)}{WIDE_SPACE}"])
    [row] = clean.run(1)
    sheet.put([row], "学校名称", [f"{sheet.get(row, '学校名称')}{NO_BREAK_SPACE}"])
    [row] = clean.run(1)
    _other_words(sheet, row, faults)
    [row] = clean.run(1)
    sheet.put([row], opened, [int(str(sheet.get(row, staff))) + 3])
    [row] = clean.run(1)
    sheet.put([row], name(Role.ADMINISTRATOR), [None])
    sheet.put([row], "平台得分", [120.5])
    first, second = _rates(rules)
    _percentages(sheet, first)
    [row] = clean.run(1)
    sheet.put([row], first, ["63%"])
    sheet.put([row], second, ["61%"])
    [row] = clean.run(1)
    sheet.put([row], faults.no_answer, ["进行中"])
    sheet.put([row], faults.no_number, ["暂无"])
    sheet.drop(faults.left_out)
    sheet.rename({"学校名称": "单位名称", **faults.renamed})
    sheet.insert_blank(len(sheet.rows) // 2, 2)
    sheet.rows.append(_total(sheet, (faults.renamed.get(staff, staff), opened)))


def _rates(rules: Rules) -> tuple[str, str]:
    """The first and the last rate that classes have."""
    rates = rules.measures.class_rates
    return rates[0].measure, rates[-1].measure


def _percentages(sheet: Sheet, column: str) -> None:
    """A column given as percentages, its last number forgotten."""
    rows = [r for r in range(len(sheet.rows)) if isinstance(sheet.get(r, column), float)]
    sheet.put(rows[:-1], column, [round(100 * float(str(sheet.get(r, column)))) for r in rows[:-1]])


def _other_words(sheet: Sheet, row: int, faults: Faults) -> None:
    """Yes and no in other words."""
    words = {"是": ("有", "√", "Y", "已完成", "1"), "否": ("无", "×", "N", "未完成", "0")}
    for column, yes, no in zip(faults.other_words, words["是"], words["否"], strict=False):
        sheet.put([row], column, [yes if sheet.get(row, column) == "是" else no])
    if sheet.get(row, faults.counted) == "是":
        sheet.put([row], faults.counted, [3])


def _teachers(sheet: Sheet, clean: Clean, rules: Rules, faults: Faults) -> None:
    teaching, homeroom, share = map(
        rules.table("teachers").name_of, (Role.TEACHING, Role.HOMEROOM, Role.CLASS_SHARE)
    )
    _teacher_accounts(sheet, clean)
    block = clean.run(4)
    sheet.put(block, faults.as_text, [f"{sheet.get(r, faults.as_text)}" for r in block])
    sheet.put(block, faults.in_wide_digits, [wide(sheet.get(r, faults.in_wide_digits)) for r in block])
    block = clean.run(2)
    sheet.put(block, faults.spaced, [f"{NO_BREAK_SPACE}{sheet.get(r, faults.spaced)} " for r in block])
    [row] = clean.run(1, lambda r: sheet.get(r, faults.nothing) == 0)
    sheet.put([row], faults.as_text, [f"{sheet.get(row, faults.as_text)}节次"])
    sheet.put([row], faults.nothing, ["未开展"])
    sheet.put(clean.run(1), faults.negative, [-12])
    sheet.put(clean.run(1), faults.about, ["约5"])
    block = clean.run(2)
    sheet.put(block, "教师姓名", [_spaced(sheet.get(r, "教师姓名")) for r in block])
    sheet.put(clean.run(4, lambda r: sheet.get(r, teaching) == "是"), teaching, [None] * 4)
    sheet.put(clean.run(3, lambda r: sheet.get(r, homeroom) == "否"), homeroom, [None] * 3)
    sheet.put(clean.run(1, lambda r: sheet.get(r, share) in _GOOD_SHARES), share, ["85%"])
    sheet.put(clean.run(1, lambda r: sheet.get(r, share) == 1), share, [1.2])
    sheet.put(clean.run(3, lambda r: sheet.get(r, homeroom) == "否"), share, [1, 0.5, 1])
    _extra_teachers(sheet, clean, faults)
    sheet.rename({"教师姓名": "姓名", "账号": "登录账号", homeroom: f"是否{homeroom}"})
    sheet.add_column("备注", [None] * len(sheet.rows))
    sheet.reorder(("登录账号", "姓名", "学校名称"))
    sheet.rows.insert(len(sheet.rows) // 3, list(sheet.headers))
    sheet.insert_blank(2 * len(sheet.rows) // 3, 1)
    total: Row = [None] * len(sheet.headers)
    total[sheet.at("登录账号")] = "合计"
    sheet.rows.append(total)


def _other_counts(sheet: Sheet, logged: Clean, faults: Faults) -> None:
    """Counts that differ from what the events say."""
    for row in (logged.run(1)[0] for _ in range(3)):
        sheet.put([row], faults.spaced, [int(str(sheet.get(row, faults.spaced))) + 2])


def _teacher_accounts(sheet: Sheet, clean: Clean) -> None:
    """Accounts damaged as numbers, left out, and two people who then cannot be told apart."""
    for damage in (_as_number, _as_number, _as_rounded_text):
        [row] = clean.run(1, lambda r: _is_long(sheet.get(r, "账号")))
        sheet.put([row], "账号", [damage(str(sheet.get(row, "账号")))])
    namesakes = clean.run(2, lambda r: not _is_long(sheet.get(r, "账号")))
    sheet.put(namesakes, "账号", [None, None])
    sheet.put(namesakes, "教师姓名", [sheet.get(namesakes[0], "教师姓名")] * 2)
    sheet.put(namesakes, "学校名称", [sheet.get(namesakes[0], "学校名称")] * 2)


def _is_long(account: object) -> bool:
    return len(str(account)) > EXACT_DIGITS


def _as_number(account: str) -> float:
    """What Excel makes of a long account in a column that is not text."""
    return float(account[:EXACT_DIGITS] + "0" * (len(account) - EXACT_DIGITS))


def _as_rounded_text(account: str) -> str:
    return account[:EXACT_DIGITS] + "0" * (len(account) - EXACT_DIGITS)


def _spaced(name: object) -> str:
    """A name of two characters spread to the width of three, with a space that nobody sees."""
    text = str(name)
    return f"{text[0]}{WIDE_SPACE}{text[1:]}{NO_BREAK_SPACE}"


def _extra_teachers(sheet: Sheet, clean: Clean, faults: Faults) -> None:
    """One account twice, and three teachers of a school that 学校数据 does not have."""
    [row] = clean.run(1)
    again = list(sheet.rows[row])
    again[sheet.at(faults.as_text)] = 12
    strangers = [list(sheet.rows[r]) for r in clean.run(3)]
    for number, stranger in enumerate(strangers, start=1):
        stranger[sheet.at("学校名称")] = UNKNOWN_SCHOOL
        stranger[sheet.at("账号")] = 42128100 + number
    sheet.rows.insert(row + 1, again)
    sheet.rows.extend(strangers)


def _classes(sheet: Sheet, clean: Clean, rules: Rules) -> None:
    (first, second), pupils = _rates(rules), rules.table("classes").name_of(Role.STUDENTS)
    block = clean.run(3, lambda r: isinstance(sheet.get(r, second), float))
    sheet.put(block, second, [f"{float(str(sheet.get(r, second))):.0%}" for r in block])
    block = clean.run(2, lambda r: isinstance(sheet.get(r, first), float))
    sheet.put(block, first, [round(100 * float(str(sheet.get(r, first)))) for r in block])
    block = clean.run(2)
    sheet.put(block, pupils, [wide(sheet.get(r, pupils)) for r in block])
    sheet.put(clean.run(1), pupils, [None])
    [row] = clean.run(1)
    sheet.rows.insert(row + 1, list(sheet.rows[row]))
    sheet.rename({"班级": "班级名称"})
    sheet.insert_blank(len(sheet.rows) // 2, 1)
    sheet.rows.append(_total(sheet, (pupils,)))
    sheet.add_column(pupils, [row[sheet.at(pupils)] for row in sheet.rows])


def _monthly(sheet: Sheet, clean: Clean, period: Period) -> None:
    months, (_, after) = period.months(), _outside(period)
    middle = _middle(months)
    block = clean.run(3)
    sheet.put(block, "月份", [_written(sheet.get(r, "月份"), "{}年{}月") for r in block])
    block = clean.run(3)
    sheet.put(block, "月份", [_written(sheet.get(r, "月份"), "{}/{}") for r in block])
    sheet.put(clean.run(2, lambda r: sheet.get(r, "月份") == middle), "月份", [_written(middle, "{}.{}")] * 2)
    block = clean.run(2)
    sheet.put(block, "月份", [datetime.date.fromisoformat(f"{sheet.get(r, '月份')}-01") for r in block])
    sheet.put(clean.run(1), "月份", ["上学期"])
    block = clean.run(4)
    sheet.put(block, "得分", [f"{sheet.get(r, '得分')}" for r in block])
    sheet.put(clean.run(1), "得分", [105])
    sheet.put(clean.run(1), "得分", [-3])
    sheet.put(clean.run(3), "类别", [None] * 3)
    strangers = [list(sheet.rows[r]) for r in clean.run(2)]
    for number, stranger in enumerate(strangers, start=1):
        stranger[sheet.at("账号")] = f"hb421299{number:06d}"
    late = [list(sheet.rows[r]) for r in clean.run(3, lambda r: sheet.get(r, "月份") == months[-1])]
    for row in late:
        row[sheet.at("月份")] = f"{after + _TWO_DAYS:%Y-%m}"
    again = [list(sheet.rows[r]) for r in clean.run(2)]
    sheet.rows.extend([*strangers, *late, *again])
    sheet.rename({"月份": "统计月份"})
    sheet.reorder(("统计月份",))


def _written(month: object, form: str) -> str:
    year, number = str(month).split("-")
    return form.format(year, int(number))


def _middle(months: Sequence[str]) -> str:
    """A month well inside the period."""
    return months[min(3, len(months) - 1)]


def _outside(period: Period) -> tuple[datetime.date, datetime.date]:
    """A day before the period and one after it."""
    first, last = (datetime.date.fromisoformat(f"{m}-01") for m in (period.start, period.end))
    after = (last + datetime.timedelta(days=31)).replace(day=1)
    return first - datetime.timedelta(days=4), after + datetime.timedelta(days=29)


def _events(sheet: Sheet, schools: set[str], rules: Rules, faults: Faults) -> None:
    school = min(schools)
    rows: list[Row] = []
    learnt, *_, done = role(rules, "student").behaviours
    for day in _outside(rules.period):
        rows += [[day, school, f"xs4212810000{k:03d}", "学生", learnt] for k in range(101, 121)]
    inside = datetime.date.fromisoformat(f"{_middle(rules.period.months())}-15")
    account = sheet.rows[0][sheet.at("账号")]
    rows += [[inside, school, account, "教师", behaviour] for behaviour in ("浏览首页", "下载资源") * 3]
    rows += [[inside, school, account, who, faults.as_text] for who in ("教研员", "家长")]
    rows += [[inside, school, None, "学生", done]] * 2
    rows += [[inside, school, f"hb421299{k:06d}", "教师", faults.as_text] for k in (7, 8)]
    y, m, d = inside.year, inside.month, inside.day + 1
    written = (f"{y}年{m}月{d}日", f"{y}/{m}/{d}", f"{y}.{m}.{d}", f"{y}-{m:02d}-{d} 10:22:31", "三月")
    otherwise = rules.effective.behaviour_aliases.get(done, (done,))[0]
    rows += [[text, school, "xs4212810000001", "同学", otherwise] for text in written]
    blank = [None] * (len(sheet.headers) - len(rows[0]))
    sheet.rows.extend([[*row, *blank] for row in rows])
    sheet.rename({"日期": "操作时间", "角色": "身份"})


def _total(sheet: Sheet, columns: Sequence[str]) -> Row:
    """A row 合计 with sums of whole numbers."""
    out: Row = [None] * len(sheet.headers)
    out[0] = "合计"
    for name in columns:
        column = sheet.at(name)
        out[column] = sum(v for row in sheet.rows if isinstance(v := row[column], int))
    return out
