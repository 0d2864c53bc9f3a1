"""生成分发版 and the other editions, 采纳更正: the copies that go out and the corrections that are taken from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from kongjian.entry.plans import sending_gate
from kongjian.entry.plans.plan_model import ERROR, INFO, WARNING, Plan, Question, Told
from kongjian.intake.sheets import Progress, Sheets
from kongjian.mailing import returns, send_copies
from kongjian.rules import Rules
from kongjian.workbook import pages
from kongjian.workbook.finalised import FINAL_NAME, Final, codes_of, differing, finalised, said
from kongjian.workbook.identity import Named
from kongjian.workbook.next_step import NEXT_NAME
from kongjian.workbook.pages import Writing
from kongjian.workbook.run import Run

CHECKED = "已核对，仍要发送"


def edition(
    run: Run,
    sheets: Named,
    book: Path,
    out: Path,
    wanted: str,
    now: dt.datetime,
    answer: str = "",
    checked: bool = False,
    schools: Sequence[str] | None = None,
) -> Plan | Question:
    """One edition below `out`, each file proven and with a mail draft beside it; or what is asked before.

    分校版 goes out whatever is open: it serves to mend that; of it those of `schools` or all. What a proof has doubts
    about is asked, unless staff have `checked` it; a yes makes the schools' files in question.
    Raises KongjianError while the results are half written.
    """
    sending_gate.refuse_half_written(sheets)
    if wanted != send_copies.BY_SCHOOL and (asked := sending_gate.gate(run, sheets, wanted, answer)):
        return asked
    final, changed = _of_final(run, sheets)

    def make(progress: Progress) -> Iterable[Told]:
        sent = send_copies.send(
            run, book, out, wanted, now, progress=progress, checked=checked, schools=schools, final=final
        )
        mode = ERROR if sent.reasons or sent.made.failed else WARNING if sent.doubtful else INFO
        folder = out if sent.drafts else None
        ask = (
            Question(CHECKED, answer="\n".join(sent.doubtful), option="--checked") if sent.doubtful else None
        )
        said_of_all = (f"{sent.message}（{out}）", *sent.notes, changed if sent.files else "")
        text = "\n".join(filter(None, said_of_all))
        yield Told(text, mode, sent.lines, sent.drafts, folder, ask)

    count = 2 * (run.schools if schools is None else len(schools)) + 1  # its copy, then what goes with it
    return Plan(make=make, steps=count if wanted == send_copies.BY_SCHOOL else 2)


def recorded(run: Run, sheets: Named, wanted: str, told: Sequence[Told], moment: dt.datetime) -> Plan | None:
    """What 首页 keeps of an edition with all results that was made of a final workbook; None where there is nothing to keep."""
    final = _settled(run, sheets)
    if (
        final is None
        or wanted not in (send_copies.LIVE, send_copies.VALUES)
        or not any(t.mails for t in told)
    ):
        return None
    text = replace(final, sent=f"{moment:%Y-%m-%dT%H:%M}").text
    steps, command = pages.how_far_with(run, text)
    return Plan(Writing("首页", home=steps, names={FINAL_NAME: text, NEXT_NAME: command}, again=True))


def _of_final(run: Run, sheets: Named) -> tuple[str, str]:
    """The day on which these very results were made final, and what to say where they are no longer the final ones; or ""."""
    if settled := _settled(run, sheets):
        return settled.day, ""
    final = finalised(sheets.carried(FINAL_NAME))
    return "", said(final, codes_of(run), run.rules, run.results.same_run)


def _settled(run: Run, sheets: Named) -> Final | None:
    """That these very results are final; None where they are not."""
    final = finalised(sheets.carried(FINAL_NAME))
    return None if final is None or differing(final.codes, codes_of(run), run.rules) else final


def corrections(folder: Path, sheets: Sheets, rules: Rules, now: dt.datetime) -> Plan:
    """The cells of the corrections that staff accepted, then their list with a note of what became of each.

    Raises KongjianError where there is no list, or none is accepted.
    """
    chosen = returns.accepted(folder, sheets, rules)
    writing = Writing("更正", cells=chosen.cells, again=False) if chosen.cells else None
    return Plan(writing, make=lambda _: [Told("\n".join(returns.note(chosen, now)))])
