"""Parts packed beside the other work: while it deflates, zlib leaves Python to others, so a second processor can do it."""

from __future__ import annotations

import threading
import zlib

LEVEL = 3  # deflate: a third of the time of the default for a few per cent more bytes
_WORTHWHILE = 100_000
"""Bytes from which on a thread costs less than it saves."""


def packed(data: bytes) -> bytes:
    """A part as it stands in the file."""
    work = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
    return work.compress(data) + work.flush()


class _Begun(threading.Thread):
    """One part as it was when its packing began, and what became of it."""

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self.data = data
        self.done: bytes | None = None

    def run(self) -> None:
        self.done = packed(self.data)


class Packing:
    """Parts of one package that are being packed."""

    def __init__(self) -> None:
        self._begun: dict[str, _Begun] = {}

    def begin(self, name: str, data: bytes) -> None:
        """Packs a part that will hardly change any more. Nothing else has to know of it: `take` sees what it gets."""
        begun = self._begun.get(name)
        if len(data) >= _WORTHWHILE and (begun is None or begun.data is not data):
            self._begun[name] = begun = _Begun(data)
            begun.start()

    def take(self, name: str, data: bytes) -> bytes:
        """A part packed, as begun if these are still its bytes, else now."""
        begun = self._begun.pop(name, None)
        if begun is None or begun.data is not data:
            return packed(data)
        begun.join()
        return packed(data) if begun.done is None else begun.done
