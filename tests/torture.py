"""`make torture`: a thousand kills over all commands that write, some with the real LibreOffice; bounded by its minutes.

Four at once, each in a small city of its own. The moment of a kill is drawn evenly over the time that the command took alone; what
was through before its moment is tried again. Prints how many files were lost, invented, exposed or left behind, how many kills
there were for each second of a processor, and ends with 1 unless all four are nothing and all kills were reached.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))

from kill_world import COMMANDS, INT, KILL, PARTS, SHARES, TERM, Tally, World

FOUR = ("lost", "invented", "exposed", "left behind")
OFFICE = {"mail": 20}
"""Kills with the real LibreOffice."""


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=1000)
    asked.add_argument("--minutes", type=float, default=20)
    asked.add_argument("--seed", type=int, default=20260726)
    given = asked.parse_args()
    end = time.monotonic() + given.minutes * 60
    place = Path(tempfile.mkdtemp(prefix="torture-"))
    whole = sum(SHARES.values()) + (sum(OFFICE.values()) if shutil.which("soffice") else 0)
    plans = [{c: _share(SHARES[c], given.kills, whole) for c in part} for part in PARTS]
    work = [(place / f"{k}", plan, True, f"{given.seed} {k}", end) for k, plan in enumerate(plans)]
    if shutil.which("soffice"):
        plan = {c: _share(n, given.kills, whole) for c, n in OFFICE.items()}
        work.append((place / "office", plan, False, f"{given.seed} office", end))
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    with ProcessPoolExecutor(len(PARTS)) as pool:
        for some, found in pool.map(_victims, *zip(*work, strict=True)):
            counts += some
            wrong += found
    shutil.rmtree(place, ignore_errors=True)
    for line in wrong[:20]:
        print(line)
    kills = sum(counts[c] for c in COMMANDS)
    used = os.times()
    seconds = used.user + used.system + used.children_user + used.children_system
    print("；".join(f"{c} {counts[c]}" for c in COMMANDS))
    print(
        f"{kills} kills, {seconds:.0f} s of a processor, {kills / seconds:.1f} kills for each: {'、'.join(f'{counts[n]} {n}' for n in FOUR)}"
    )
    return 1 if wrong or kills < given.kills else 0


def _share(share: int, kills: int, whole: int) -> int:
    return -(-share * kills // whole)


def _victims(
    place: Path, plan: Mapping[str, int], stand_in: bool, seed: str, end: float
) -> tuple[Counter[str], list[str]]:
    """Kills each command of a plan so many times, one after the other; what was counted and what was wrong."""
    draw, counts, wrong = random.Random(seed), Counter[str](), list[str]()
    world = World(place, teacher_count=3, office=stand_in)
    for command, wanted in plan.items():
        whole = world.whole(command, exact=True)
        while counts[command] < wanted and time.monotonic() < end:
            after, by = whole * draw.random(), draw.choice((KILL, KILL, TERM, INT))
            world.reset()
            ended = world.run(command, after=after, by=by)
            if ended.status in (0, 1):  # it was faster
                whole = 0.9 * whole + 0.1 * ended.seconds
                continue
            counts[command] += 1
            for name, one in _aftermath(world, command, ended.status, ended.said, counts[command] % 10 == 0):
                counts[name] += 1
                wrong.append(f"{command} after {after:.3f} s by {by}: {name}: {one}")
    world.close()
    return counts, wrong


def _aftermath(world: World, command: str, status: int, said: str, again: bool) -> list[tuple[str, str]]:
    """What is wrong after a kill; now and then also once the same command has come to its end."""
    tallies = [world.check(command)]
    if status in (128 + TERM, 128 + INT):
        tallies.append(world.at_once())
    elif world.after_the_next_run().wrong:
        world.killer.run("rules", "--month", "2021-01")
        tallies.append(world.after_the_next_run())
    if again and world.again(command):
        tallies += [world.beside(), world.check(command)]
    if "Traceback" in said:
        tallies.append(Tally(exposed=(f"a traceback: {said[-300:]}",)))
    return [
        (name, one)
        for tally in tallies
        for name, found in zip(FOUR, tally.four, strict=True)
        for one in found
    ]


if __name__ == "__main__":
    sys.exit(main())
