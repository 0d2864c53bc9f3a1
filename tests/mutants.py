"""`make mutants`: does a test notice when a line is wrong? Faults made by cosmic-ray's operators, one at a time; long because
it stands alone: draws, carries out and judges.

    python tests/mutants.py [--seed N] [--at-once 2] [--only FILE] [ROOM …]

Rooms, their modules, their quick tests and how many are wanted stand in pyproject.toml under tool.mutants. Each faulty module is
only handed to Python when a process of its own imports it: nothing is written over. All work in a copy of this tree, with homes
and temporary folders of their own, outside of which they may change nothing, and bounds for time, memory and file sizes.
Prints the survivors as docs/mutants.md has them, and ends with 1 where too many survive, one is not told of there, or one is
noticed that is said to change nothing. --only FILE: of all that would be tried only those whose row stands in the file.
"""

from __future__ import annotations

import argparse
import difflib
import importlib.abc
import importlib.machinery
import importlib.util
import json
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "mutants.md"
NOTHING = "\n## What changes nothing\n"
GIGABYTE = 1 << 30
_CHANGES = os.O_WRONLY | os.O_RDWR | os.O_CREAT
# what changes files, and how many of its arguments are paths
_PATHS = dict.fromkeys(("open", "os.remove", "os.rmdir", "os.truncate", "os.chmod", "os.mkdir"), 1) | {
    "os.rename": 2
}
# not of this program, and slow to import: once for all
ALREADY = "pytest hypothesis numpy yaml click pydantic lxml.etree openpyxl xlsxwriter python_calamine".split()


# a module, one of the operators, the how manieth of its faults there
Fault = tuple[str, str, int]


@dataclass(frozen=True)
class Mutant:
    """A module with one fault: the line as it is and as it becomes."""

    module: str
    line: int
    before: str
    after: str
    code: str

    @property
    def told(self) -> str:
        """As a row of docs/mutants.md begins: lines may move, so the number is not in it."""
        return f"| `{self.module}` | `{_cell(self.before)}` | `{_cell(self.after)}` |"


@dataclass(frozen=True)
class Room:
    """Modules that are looked at together, and the tests that have to notice."""

    name: str
    modules: tuple[str, ...]
    tests: tuple[str, ...]
    least: float
    """How many of a hundred have to be noticed."""
    sample: int = 0
    """How many are drawn; 0: all."""


@dataclass
class Outcome:
    """What the tests did not notice, what their failing noticed (not: what ran out of time), and of how many by module."""

    of: Counter[str]
    survivors: list[Mutant] = field(default_factory=list)
    failed: list[Mutant] = field(default_factory=list)

    def told(self, changes_nothing: str, module: str = "") -> tuple[str, float]:
        """Of all or of one module: in words, and how many of a hundred were noticed of those that change something."""
        mutants = self.of[module] if module else self.of.total()
        left = [m for m in self.survivors if module in ("", m.module)]
        nothing = sum(m.told in changes_nothing for m in left)
        noticed, share = mutants - len(left), 100 * (1 - (len(left) - nothing) / max(mutants - nothing, 1))
        words = f"{mutants} mutants, {noticed} killed, {100 * noticed / max(mutants, 1):.1f} %; without {nothing} that change nothing "
        return f"{words}{noticed} of {mutants - nothing}, {share:.1f} %", share


class _Faulty(importlib.machinery.SourceFileLoader):
    code = ""

    def get_code(self, _: str) -> CodeType:
        with warnings.catch_warnings(action="ignore"):
            return compile(self.code, self.path, "exec", dont_inherit=True)


class _Swap(importlib.abc.MetaPathFinder):
    def __init__(self, module: str, place: Path, code: str) -> None:
        self._name = ".".join(Path(module).with_suffix("").parts)
        self._loader = _Faulty(self._name, str(place / "python" / module))
        self._loader.code = code

    def find_spec(self, name: str, *_: object) -> object:
        if name != self._name:
            return None
        return importlib.util.spec_from_file_location(name, self._loader.path, loader=self._loader)


class _Order:
    """Pytest's tests in the order in which they are likely to fail at little cost: files that name the module first, quick
    files and tests before slow ones. The first run, without any fault, says how long each takes."""

    def __init__(self, file: Path, module: str) -> None:
        self._file, self._name = file, Path(module).stem
        self._took = Counter[str](json.loads(file.read_text()) if module else {})

    def pytest_collection_modifyitems(self, items: list[Any]) -> None:
        files = Counter[Path]()
        for item in items:
            files[item.path] += self._took[item.nodeid]
        named = {path: self._name in path.read_text(encoding="utf-8") for path in files}
        items.sort(key=lambda i: (not named[i.path], files[i.path], i.path, self._took[i.nodeid]))

    def pytest_runtest_logreport(self, report: Any) -> None:
        self._took[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        if not self._name:
            self._file.write_text(json.dumps(self._took))


def faults(place: Path, module: str, operators: Iterable[str]) -> Iterator[tuple[Fault, str]]:
    """Every fault that the operators make in a module: the module, the operator, its how manieth; and what tells it from
    others wherever its line stands. Types are no code."""
    source = (place / "python" / module).read_text(encoding="utf-8")
    lines = source.splitlines()
    nodes = [(node, _in_a_type(node)) for node in ast_nodes(get_ast(source))]
    for name in operators:
        operator, occurrence, same = get_operator(name)(), 0, Counter[str]()
        for node, in_a_type in nodes:
            for _ in operator.mutation_positions(node):
                known = f"{module} {name} {lines[node.start_pos[0] - 1].strip()}"
                if not in_a_type:
                    yield (module, name, occurrence), f"{known} {same[known]}"
                occurrence += 1
                same[known] += 1


def _drawn(room: Room, place: Path, operators: Sequence[str], seed: int) -> list[Fault]:
    """The room's faults, or its sample. Each draws its own number: where a line changes the other faults stay drawn."""
    found = [f for module in _modules(place, room) for f in faults(place, module, operators)]
    if room.sample:
        found = sorted(found, key=lambda f: random.Random(f"{seed} {f[1]}").random())[: room.sample]
    return [fault for fault, _ in found]


def mutant(place: Path, module: str, operator: str, occurrence: int) -> Mutant | None:
    """None where the operator fails over its own fault: it knows no exception that is named with its module."""
    source = (place / "python" / module).read_text(encoding="utf-8")
    try:
        code = mutate_code(source, get_operator(operator)(), occurrence)
    except AttributeError:
        return None
    return Mutant(module.removeprefix("kongjian/"), *_changed(source, code), code)


def _in_a_type(node: object) -> bool:
    """Whether a node belongs to an annotation, which is never carried out."""
    child, above = node, getattr(node, "parent", None)
    while above is not None:
        at = [getattr(c, "value", "") for c in above.children]
        place = next(k for k, c in enumerate(above.children) if c is child)
        if (
            above.type in ("tfpdef", "annassign", "funcdef")
            and place
            and at[place - 1] in (":", "->")
            and child.type != "suite"
        ):
            return True
        child, above = above, above.parent
    return False


def _changed(source: str, code: str) -> tuple[int, str, str]:
    old, new = source.splitlines(), code.splitlines()
    spans = [
        s for s in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if s[0] != "equal"
    ]
    _, a, b, c, d = spans[0]
    return a + 1, *(" ".join(filter(None, map(str.strip, lines))) for lines in (old[a:b], new[c:d]))


def _cell(code: str) -> str:
    return re.sub(r"\s+", " ", code).replace("|", "\\|")


def _copy(place: Path) -> None:
    """The tree as it stands, without what git does not know."""
    named = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    for name in filter(None, named.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, place / name)
    place.chmod(0o755)


def _start(place: Path, room: Room, made: Mutant | None, seconds: float) -> tuple[int, Path]:
    """A process that runs the room's tests over one mutant (None: over the modules as they are), and its own folder."""
    own = Path(tempfile.mkdtemp(prefix="own-", dir=place.parent))
    pid = os.fork()
    if pid:
        return pid, own
    status = 99
    try:
        status = _tests_in_child(place, own, room, made, seconds)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


def _tests_in_child(place: Path, own: Path, room: Room, made: Mutant | None, seconds: float) -> int:
    # rules as they were checked once, but never by a faulty check
    cache = own if any(m.startswith("rules/") for m in room.modules) else place.parent / "cache"
    _settle_in(place, own, cache, seconds)
    sys.dont_write_bytecode = made is not None  # the first run leaves all that is compiled to the others
    if made:
        sys.meta_path.insert(0, _Swap(f"kongjian/{made.module}", place, made.code))
    import hypothesis
    import pytest

    _only_within(own, place, cache)
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", database=None, derandomize=True, phases=phases)
    hypothesis.settings.load_profile("mutants")
    already = ("-W", "ignore::pytest.PytestAssertRewriteWarning")  # hypothesis is imported once for all
    without = ("-p", "no:cacheprovider", "-p", "no:xdist")
    order = _Order(place / f"{room.name}.json", made.module if made else "")
    asked = ["-x", *already, *without, f"--basetemp={own / 'tests'}", *room.tests]
    return int(pytest.main(asked, plugins=[order]))


def _settle_in(place: Path, own: Path, cache: Path, seconds: float) -> None:
    """In the copy of the tree, with a home of its own, what is said in a file, and no more than this time and room."""
    os.setsid()
    out = os.open(own / "said", os.O_WRONLY | os.O_CREAT, 0o600)
    for number in (1, 2):
        os.dup2(out, number)
    for what, most in (
        (resource.RLIMIT_CPU, math.ceil(seconds)),
        (resource.RLIMIT_FSIZE, GIGABYTE),
        (resource.RLIMIT_AS, 6 * GIGABYTE),
    ):
        resource.setrlimit(what, (most, most))
    os.environ.update(TMPDIR=str(own), HOME=str(own), XDG_CACHE_HOME=str(cache), XDG_STATE_HOME=str(own))
    os.environ["PYTHONPATH"] = str(place / "python")
    tempfile.tempdir = None
    os.chdir(place)
    others = [p for p in sys.path if not p.startswith(str(ROOT)) or "site-packages" in p]
    sys.path[:] = [str(place / "python"), *others]


def _only_within(*places: Path) -> None:
    """Whatever a fault makes of a path: nothing is written, renamed or removed elsewhere by this process."""
    allowed = (*(f"{p.resolve()}/" for p in places), "/dev/")

    def look(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & _CHANGES):
            return
        for path in arguments[: _PATHS.get(event, 0)]:
            if isinstance(path, (str, bytes)) and not f"{Path(os.fsdecode(path)).resolve()}/".startswith(
                allowed
            ):
                raise PermissionError(13, "outside", path)

    sys.addaudithook(look)


def _ended(running: dict[int, tuple[Mutant | None, Path, float]]) -> tuple[Mutant | None, int, float, str]:
    """Waits for one of these: its mutant, how it ended, after how much processor time, what it said."""
    while True:
        for pid, (mutant, own, due) in list(running.items()):
            done, status, used = os.wait4(pid, os.WNOHANG)
            if not done and time.monotonic() > due:
                os.killpg(pid, 9)
                done, status, used = os.wait4(pid, 0)
            if done:
                del running[pid]
                said = (own / "said").read_text(encoding="utf-8", errors="replace")
                shutil.rmtree(own, ignore_errors=True)
                return mutant, status, used.ru_utime + used.ru_stime, said
        time.sleep(0.01)


def try_out(room: Room, drawn: Sequence[Fault], place: Path, at_once: int) -> Outcome:
    """How many of the mutants the room's tests notice. A mutant that takes too long is noticed."""
    pid, own = _start(place, room, None, 600)
    _, status, alone, said = _ended({pid: (None, own, time.monotonic() + 600)})
    if status:
        sys.exit(f"{room.name}: the tests fail without any fault\n{said[-3000:]}")
    seconds = 5 + 3 * alone
    outcome, running, waiting = (
        Outcome(Counter(f[0].removeprefix("kongjian/") for f in drawn)),
        {},
        list(reversed(drawn)),
    )
    while waiting or running:
        while waiting and len(running) < at_once:
            fault = waiting.pop()
            made = mutant(place, *fault)
            if made is None:
                outcome.of[fault[0].removeprefix("kongjian/")] -= 1
                continue
            pid, own = _start(place, room, made, seconds)
            running[pid] = (made, own, time.monotonic() + 10 * seconds)
        found, status, _, _ = _ended(running)
        if found and status == 0:
            outcome.survivors.append(found)
            print(f"{found.line:5}: {found.told}", flush=True)
        elif found and os.waitstatus_to_exitcode(status) == 1:
            outcome.failed.append(found)
    return outcome


def main() -> int:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mutants"]
    rooms = {
        name: Room(name, **{k: tuple(v) if isinstance(v, list) else v for k, v in r.items()})
        for name, r in told["rooms"].items()
    }
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("rooms", nargs="*", choices=[[], *rooms])
    asked.add_argument("--seed", type=int, default=told["seed"])
    asked.add_argument("--at-once", type=int, default=2)
    asked.add_argument("--only", type=Path)
    given = asked.parse_args()
    wanted = re.compile("|".join(told["operators"]))
    operators = [n for n in operator_names() if wanted.fullmatch(n.partition("/")[2])]
    for name in ALREADY:
        importlib.import_module(name)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        Path(folder).chmod(0o755)
        place = Path(folder) / "tree"
        _copy(place)
        for room in (rooms[n] for n in given.rooms or rooms):
            drawn = _drawn(room, place, operators, given.seed)
            if given.only:
                only = given.only.read_text(encoding="utf-8")
                drawn = [f for f in drawn if (made := mutant(place, *f)) and made.told in only]
            begun = time.monotonic()
            print(f"{room.name}: {len(drawn)} mutants", flush=True)
            outcome = try_out(room, drawn, place, given.at_once)
            wrong += _judged(room, outcome, PAGE.read_text(encoding="utf-8"))
            print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    return int(bool(wrong))


def _judged(room: Room, outcome: Outcome, page: str) -> bool:
    """Whether something is wrong with what came out; prints it all. What changes nothing cannot be noticed and is not counted."""
    changes_nothing = page.partition(NOTHING)[2].partition("\n## ")[0]
    new = [m for m in outcome.survivors if m.told not in page]
    false = [m for m in outcome.failed if m.told in changes_nothing]
    for words, mutants in (("not in docs/mutants.md", new), ("changes something after all", false)):
        for one in mutants:
            print(f"  {words}:\n{one.told}")
    for module in outcome.of if not room.sample and len(outcome.of) > 1 else ():
        print(f"  {module}: {outcome.told(changes_nothing, module)[0]}")
    words, share = outcome.told(changes_nothing)
    print(f"{room.name}: {words} (at least {room.least} %)")
    return share < room.least or bool(new or false)


def _modules(place: Path, room: Room) -> list[str]:
    """The files that a room names, by patterns; one with ! in front is left out."""
    base = place / "python"
    found = {
        str(p.relative_to(base)) for m in room.modules if m[0] != "!" for p in base.glob(f"kongjian/{m}")
    }
    out = {
        str(p.relative_to(base)) for m in room.modules if m[0] == "!" for p in base.glob(f"kongjian/{m[1:]}")
    }
    return sorted(f for f in found - out if not f.endswith("__init__.py"))


if __name__ == "__main__":
    sys.exit(main())
