"""What the command and the buttons do to send results: write the copies, prove them, draft the mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kongjian.base.errors import KongjianError
from kongjian.base.files import save_text
from kongjian.base.folders import place_folder
from kongjian.base.scratch import scratch
from kongjian.forms import lists
from kongjian.forms.kinds import PUBLICITY
from kongjian.forms.produce import Made, place, template_path
from kongjian.intake.sheets import Progress
from kongjian.mailing import answers, school_letters
from kongjian.mailing.live_copy import live_copy
from kongjian.mailing.mail_draft import Draft, write_draft
from kongjian.mailing.proof import Proof, prove, together
from kongjian.mailing.school_packages import school_packages
from kongjian.rules.wording import results_name
from kongjian.workbook.run import Run

LIVE, VALUES, BY_SCHOOL, PUBLIC = ("分发版", "数值版", "分校版", "公示版")
FOLDER = "分发"
"""Where the copies go unless the user says otherwise: this folder beside the workbook."""
RECORD = f"{BY_SCHOOL}核对记录.txt"
"""What the check of each school's copy found, the last time; it is the office's own and goes out with none."""


@dataclass
class Sent:
    """The copies that may be sent, their mail drafts, why others may not, and which wait; `still_open` is what they say is open."""

    made: Made = field(default_factory=Made)
    files: list[Path] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)
    """Schools whose file waits for somebody to look at what its proof names."""
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """What the letters leave unsaid, for those who send them."""
    still_open: str = ""
    packages: int = 0
    """Of the schools, each with several files."""

    @property
    def message(self) -> str:
        """The outcome in one sentence."""
        count = f"{len(self.files)}个文件"
        if self.packages:
            count = f"{self.packages}所学校的分校包，共{count}"
        good = f"可以发送{count}" if self.files else "没有可以发送的文件"
        if self.files and self.still_open:
            good = f"生成了{count}，核对无误。但{self.still_open}（文件里已写明），请先处理"
        bad = f"；不能发送：{'；'.join(self.reasons[:3])}" if self.reasons else ""
        failed = f"；{'；'.join(self.made.failed[:3])}" if self.made.failed else ""
        open_ = f"；{len(self.doubtful)}份先不发送，请先看过" if self.doubtful else ""
        return good + bad + open_ + failed


def send(
    run: Run,
    book: Path,
    out: Path,
    edition: str,
    moment: dt.datetime,
    drafts: bool = True,
    progress: Progress = lambda _: None,
    checked: bool = False,
    schools: Sequence[str] | None = None,
    final: str = "",
) -> Sent:
    """Writes one edition below `out` and a mail draft (.eml) beside each file, of 分校版 those of `schools` or all.

    `final` is the day on which these results were made final, "" for others.

    Each file is written elsewhere first, opened again and proven; only what may be sent is put into its place.
    `checked` says that somebody has looked at what the proofs have doubts about.
    """
    if run.schools + run.teachers == 0:
        raise KongjianError("还没有数据，没有结果可发；请先把平台导出的数据粘贴到输入表")
    sent = Sent(still_open=run.still_open)
    with scratch() as folder:
        if edition == BY_SCHOOL:
            _send_packages(run, book, folder, out / BY_SCHOOL, moment, progress, checked, schools, sent)
            if final and sent.files:
                sent.notes.append(f"结果已定稿（{final}），信里仍请学校核对、改正；不再收更正的请不要发送")
            return sent
        fresh, name, proof = _copy(run, book, folder, edition, moment, progress, final)
        sent.lines.append(f"{name}：{proof.message}")
        if not proof.can_be_sent:
            sent.reasons += [f"{name}：{reason}" for reason in proof.reasons]
            return sent
        target = out / name
        try:
            place(fresh, target, sent.made)
            sent.files.append(target)
            sent.drafts.append(_draft(run, edition, target, moment, final))
            sent.notes += answers.untold(
                run.rules.scheme, None if edition == PUBLIC or final else moment.date()
            )
            if drafts:
                write_draft(sent.drafts[-1], target.with_suffix(".eml"))
        except KongjianError as error:  # open in Excel, say
            sent.made.failed.append(str(error))
    return sent


def _send_packages(
    run: Run,
    book: Path,
    folder: Path,
    out: Path,
    moment: dt.datetime,
    progress: Progress,
    checked: bool,
    schools: Sequence[str] | None,
    sent: Sent,
) -> None:
    """A folder for each school below `out`, its draft beside it; beside `out` the record of the checks."""
    made = school_packages(
        run, folder, lambda name: template_path(name, book, run.rules), moment, progress, schools, checked
    )
    names, proofs = [], {}
    for one in made:
        name = f"{BY_SCHOOL}/{one.folder.name}"
        proofs[name] = one.proof
        names.append(one.school)
        if not one.proof.can_be_sent:
            sent.reasons += [f"{name}：{reason}" for reason in one.proof.reasons]
            sent.doubtful += [] if one.proof.reasons else [one.school]
            continue
        target = out / one.folder.name
        try:
            place_folder(one.folder, target)
            files = [target / path.name for path in one.files]
            sent.files += files
            sent.packages += 1
            text = school_letters.body(one.letter, run.rules.scheme.handled_by)
            sent.drafts.append(Draft(one.letter.subject, text, files, one.to))
            write_draft(sent.drafts[-1], out / f"{one.folder.name}.eml")
        except KongjianError as error:  # open in Excel, say: the others are written all the same
            sent.made.failed.append(str(error))
    _record(proofs, out.with_name(RECORD), moment, sent)
    sent.lines += school_letters.addresses(school_letters.contacts(run), names)
    if sent.drafts:
        sent.notes += answers.untold(run.rules.scheme, moment.date(), letters=True)


def _record(proofs: Mapping[str, Proof], target: Path, moment: dt.datetime, sent: Sent) -> None:
    """Tells of all proofs together, and writes what each found."""
    sent.lines += together(proofs)
    try:
        said = [f"{name}：{proof.message}" for name, proof in proofs.items()]
        save_text(target, "\n".join([f"{moment:%Y-%m-%d %H:%M} 核对", *said, ""]))
        sent.lines.append(f"每一份核对了多少个数、多少个公式：{target}")
    except KongjianError as error:
        sent.made.failed.append(str(error))


def _copy(
    run: Run, book: Path, folder: Path, edition: str, moment: dt.datetime, progress: Progress, final: str
) -> tuple[Path, str, Proof]:
    """The one file of another edition, which is no school's."""
    name = f"{book.stem}-{edition}.xlsx"
    fresh = folder / name
    progress(f"正在生成{edition}…")
    if edition == PUBLIC:
        from kongjian.mailing.public_copy import public_copy  # its patterns are slow to compile

        [job] = [j for j in lists.jobs(run, moment.date()) if j.label == PUBLICITY]
        accounts = run.results.teacher.names["账号"].tolist()
        return fresh, name, public_copy(job, template_path(job.template, book, run.rules), fresh, accounts)
    live_copy(run, fresh, formulas=edition == LIVE, moment=moment, final=final)
    progress("正在核对…")
    return fresh, name, prove(fresh, run, formulas=edition == LIVE)


def _draft(run: Run, edition: str, target: Path, moment: dt.datetime, final: str) -> Draft:
    scheme = run.rules.scheme
    whom = answers.contact_line(scheme)
    body: Sequence[str] = (
        "您好：",
        "",
        f"附件是{results_name(scheme)}（{edition}，{moment:%Y-%m-%d %H:%M}生成，规则版本{run.rules.version}）。",
        *([f"结果已经定稿（{final}）。"] if final else []),
        *([f"请注意：发出时{run.still_open}。"] if run.still_open else []),
        *_ABOUT[edition],
        (_OF_FINAL if final else _ANSWER[edition]).format(
            due=answers.due_day(scheme), office=scheme.handled_by
        ),
        *([whom] if whom else []),
        "",
        scheme.handled_by,
    )
    return Draft(f"{results_name(scheme)}（{target.stem}）", "\n".join(body), (target,))


_ABOUT = {
    LIVE: ("用 Excel、WPS 都能打开，不需要启用宏。得分、名次都是公式，点开就能看到怎样算出来的。",),
    VALUES: ("用 Excel、WPS 都能打开，不需要启用宏。表里只有数值，没有公式。",),
    PUBLIC: ("名单里的电话、证件号、银行卡号、邮箱、QQ、微信号和账号已经遮去。",),
}
_WRONG = "有不对的地方，请于{due}前告诉{office}。"
# how long names are made public is not the scheme's own to say
_ANSWER = {LIVE: _WRONG, VALUES: _WRONG, PUBLIC: "对名单有异议的，请在公示期内向{office}提出。"}
_OF_FINAL = "对结果有疑问的，请向{office}提出。"
