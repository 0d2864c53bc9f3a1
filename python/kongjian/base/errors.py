"""The one error class whose text is shown to staff as it is written."""

from __future__ import annotations


class KongjianError(Exception):
    """A fault that the user can mend. Its text is plain Chinese: where, what, what to do."""


class RuleFileError(KongjianError):
    """A rule file is wrong; the text names file, line, key and what is allowed."""


class OutsidePeriodError(KongjianError):
    """A rule was asked for outside the period in which the scheme holds."""
