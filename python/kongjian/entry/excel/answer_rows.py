"""What a press asks and tells, as rows of texts: plain enough for every way from Python to the macros.

Each row is four texts, its kind first:

    title                  the title of the boxes
    files                  what to choose, the patterns of Excel's dialog; asked again with the chosen paths, a line each
    type                   what is to be typed, nothing, the command that takes it; asked again with it
    mail                   subject, body, paths of the attachments, a line each: a new message to be shown
    open                   a folder to be opened where no message could be shown
    info, warning, error   a box: its text, what is added where a message was shown, what is added where none was
    shown                  what the sheets say by themselves: no box
    ask                    a question, and the answer with which a yes presses again
    working                what the status bar shows, the job's number, "yes" where it waits for Excel: nothing else yet

There are always two rows or more; xlwings would hand over a single one without its outer list.
"""

from __future__ import annotations

from collections.abc import Sequence

from kongjian.entry.plans.plan_model import ERROR, INFO, SHOWN, WARNING, Question, Told

TITLE = "空间评比"
MODES = (SHOWN, INFO, WARNING, ERROR)
LONGEST = 500
"""Characters of a box: VBA's takes about 1,024, of wide ones fewer."""
MOST = 3
"""Boxes; what is said at such length stands on a sheet or in a file as well."""
_MAILED = "已在 Outlook 里打开一封新邮件，附件已加好；收件人请自己填，看过再发"
_NOT_MAILED = "没有打开 Outlook；邮件草稿（.eml）在文件旁边"
_ANYWAY = "仍要发送吗？选“是”就按现在的数据生成，里面写明还有什么没有核实"
_DRAFTS = "每个文件旁边有一份同名的邮件草稿（.eml）"


def rows(said: Sequence[Told] | Question) -> list[list[str]]:
    """The rows of one press."""
    if isinstance(said, Question) and said.answer:
        return _even(
            ["title", TITLE],
            ["ask", f"{said.text}。\n{f'{said.yes}吗？' if said.yes else _ANYWAY}", said.answer],
        )
    if isinstance(said, Question):
        return _even(
            ["title", TITLE], ["files" if said.patterns else "type", said.text, said.patterns, said.option]
        )
    drafts = [draft for one in said for draft in one.mails]
    mails = []
    if (
        len(drafts) == 1 and not drafts[0].to
    ):  # an addressed one is opened from its file, which keeps the address
        [draft] = drafts
        mails.append(["mail", draft.subject, draft.body, "\n".join(map(str, draft.attachments))])
    folders = [["open", str(one.folder)] for one in said if one.folder]
    *first, last = _pieces("\n".join(one.text for one in said))
    mode = max((one.mode for one in said), key=MODES.index)
    added = [f"\n{_MAILED}", f"\n{_NOT_MAILED if mails else _DRAFTS}"] if drafts else []
    boxes = [*([mode, text] for text in first), [mode, last, *added]]
    asked = [["ask", f"{one.ask.text}？", one.ask.answer] for one in said if one.ask]
    return _even(["title", TITLE], *mails, *folders, *boxes, *asked)


def working(text: str, number: str, wanted: bool) -> list[list[str]]:
    """The rows while a press is being worked on."""
    return _even(["title", TITLE], ["working", text, number, "yes" if wanted else ""])


def _even(*found: Sequence[str]) -> list[list[str]]:
    return [[*row, *[""] * (4 - len(row))] for row in found]


def _pieces(text: str) -> list[str]:
    """The text in boxes, cut between lines; a line that is too long by itself is cut, too."""
    lines = [line[k : k + LONGEST] for line in text.split("\n") for k in range(0, len(line) or 1, LONGEST)]
    boxes: list[list[str]] = [[]]
    for line in lines:
        if boxes[-1] and sum(map(len, boxes[-1])) + len(line) > LONGEST:
            boxes.append([])
        boxes[-1].append(line)
    if left := sum(map(len, boxes[MOST:])):
        boxes[MOST - 1].append(f"……后面还有{left}行")
    return ["\n".join(box) for box in boxes[:MOST]]
