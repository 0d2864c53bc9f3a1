"""Mail drafts: an .eml file that a mail program opens as a new, unsent message. Nothing is ever sent from here."""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from pathlib import Path

from kongjian.base.files import replace_bytes

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Draft:
    """A message without sender; without known recipients the user fills them in."""

    subject: str
    body: str
    attachments: Sequence[Path]
    to: Sequence[str] = ()


def write_draft(draft: Draft, target: Path) -> None:
    """Writes the draft to `target` (.eml), whole or not at all; a file that was there is kept as .bak."""
    message = EmailMessage(policy=policy.SMTP)
    message["Subject"] = draft.subject
    if draft.to:
        message["To"] = ", ".join(draft.to)
    message["X-Unsent"] = "1"  # Outlook and others then open it for editing
    message.set_content(draft.body)
    for path in draft.attachments:
        kind = _XLSX if path.suffix == ".xlsx" else mimetypes.guess_type(path.name)[0]
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(path.read_bytes(), maintype=main, subtype=sub, filename=path.name)
    # the usual boundary is drawn at random; two drafts of the same files are to be the same bytes
    content = hashlib.blake2b(draft.body.encode(), digest_size=12)
    for path in draft.attachments:
        content.update(path.read_bytes())
    if draft.attachments:
        message.set_boundary(f"=_{content.hexdigest()}")
    replace_bytes(target, bytes(message))
