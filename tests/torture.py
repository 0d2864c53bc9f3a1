"""`make torture`: a thousand kills and more, with the real LibreOffice where there is one; bounded by its minutes.

Prints how many files were lost, invented, exposed or left behind, and ends with 1 unless all four are nothing.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "shared"))

from kill_world import COMMANDS, INT, KILL, TERM, Tally, World

SHARES = {"recalc": 30, "check": 20, "import": 20, "collect": 14, "forms": 10, "mail": 6}


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=1000)
    asked.add_argument("--minutes", type=float, default=20)
    asked.add_argument("--seed", type=int, default=20260726)
    given = asked.parse_args()
    draw, end = random.Random(given.seed), time.monotonic() + given.minutes * 60
    place = Path(tempfile.mkdtemp(prefix="torture-"))
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    worlds = [World(place / "own", teacher_count=6)]
    if shutil.which("soffice"):
        worlds.append(World(place / "office", teacher_count=3, office=False))
    for world, share in zip(worlds, (0.97, 0.03)[: len(worlds)], strict=True):
        whole = {c: world.whole(c) for c in (COMMANDS if world is worlds[0] else ("mail",))}
        for _ in range(round(given.kills * (share if len(worlds) > 1 else 1))):
            if time.monotonic() > end:
                break
            command = draw.choices(list(whole), [SHARES[c] for c in whole])[0]
            by = draw.choice((KILL, KILL, TERM, INT))
            wrong += _one(world, command, whole[command] * draw.random(), by, counts)
    for world in worlds:
        world.close()
    shutil.rmtree(place, ignore_errors=True)
    for line in wrong[:20]:
        print(line)
    kills = sum(counts[c] for c in COMMANDS)
    print("；".join(f"{c} {counts[c]}" for c in COMMANDS))
    found = "、".join(f"{counts[n]} {n}" for n in ("lost", "invented", "exposed", "left behind"))
    print(f"{kills} kills: {found}")
    return 1 if wrong or kills < given.kills else 0


def _one(world: World, command: str, after: float, by: int, counts: Counter[str]) -> list[str]:
    """One kill; what was wrong after it."""
    world.reset()
    ended = world.run(command, after=after, by=by)
    if ended.status in (0, 1):
        return []  # it was faster
    counts[command] += 1
    tallies = [world.check(command)]
    if ended.status in (128 + TERM, 128 + INT):
        tallies.append(world.at_once())
    world.killer.run("rules", "--month", "2021-01")
    tallies.append(world.after_the_next_run())
    if counts[command] % 10 == 0:
        world.run(command)
        tallies += [world.beside(), world.check(command)]
    if "Traceback" in ended.said:
        tallies.append(Tally(exposed=(f"a traceback: {ended.said[-300:]}",)))
    out = []
    for tally in tallies:
        for name, found in zip(("lost", "invented", "exposed", "left behind"), tally.four, strict=True):
            counts[name] += len(found)
            out += [f"{command} after {after:.3f} s by {by}: {name}: {one}" for one in found]
    return out


if __name__ == "__main__":
    sys.exit(main())
