"""What a command that takes longer is doing: on stderr, a line a step."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

import click

PATIENCE = 0.7
"""Seconds until the first line, which is to come within one; a shorter command says nothing."""
PAUSE = 1.0
"""Seconds between two lines at least: of many short steps some are told."""


class Teller:
    """Tells the step at hand, from a thread of its own: a step may take long and says nothing itself."""

    def __init__(self, text: str) -> None:
        self.text, self._told = text, ""
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def _tell(self) -> None:
        wait = PATIENCE
        while not self._over.wait(wait):
            if self.text != self._told:
                self._told = self.text
                click.echo(self._told, err=True)
            wait = PAUSE

    def __enter__(self) -> Teller:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


_telling: list[Teller] = []


@contextmanager
def telling(text: str, quiet: bool) -> Iterator[None]:
    """Tells of a command as a whole, and of each step that it names."""
    if quiet:
        yield
        return
    with Teller(text) as teller:
        _telling.append(teller)
        try:
            yield
        finally:
            _telling.pop()


def step(text: str) -> None:
    """Names the step that begins."""
    for teller in _telling:
        teller.text = text


def counted(steps: int) -> Callable[[str], None]:
    """Names the steps with how many there are: each by one call."""
    number = count(1)
    return lambda text: step(f"{text.rstrip('…')}（{next(number)}/{steps}）…")
