"""A new message in Outlook, shown and never sent; where there is no Outlook, the folder with the files."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from kongjian.mailing.mail_draft import Draft

_MAIL_ITEM = 0


def show(drafts: Sequence[Draft], folder: Path, application: Callable[[], Any] | None = None) -> str:
    """Opens a single draft in Outlook, else the folder; returns what was done, in Chinese."""
    if len(drafts) != 1:
        return _open_folder(folder, f"每个文件旁边有一份同名的邮件草稿（.eml），在 {folder}")
    [draft] = drafts
    try:
        outlook = (application or _outlook)()
        mail = outlook.CreateItem(_MAIL_ITEM)
        mail.Subject, mail.Body = draft.subject, draft.body
        for path in draft.attachments:
            mail.Attachments.Add(str(path))
        mail.Display()
    except Exception:  # no Outlook, or one that refuses: the files are there all the same
        return _open_folder(folder, f"没有打开 Outlook；文件和邮件草稿（.eml）在 {folder}")
    return "已在 Outlook 里打开一封新邮件，附件已加好；收件人请自己填，看过再发"


def _outlook() -> Any:
    from win32com.client import Dispatch  # comes with xlwings on Windows

    return Dispatch("Outlook.Application")


def _open_folder(folder: Path, told: str) -> str:
    if sys.platform == "win32":
        with suppress(OSError):  # the files are there, whether or not the folder shows
            os.startfile(folder)
    return told
