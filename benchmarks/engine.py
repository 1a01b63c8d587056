"""How fast and how big: time for each person and tick, memory for each person, on one core and on all.

Run it with `python benchmarks/engine.py [--quick]`. Every figure is the best of several runs in this process, because
other work on a machine only ever slows a run down. Memory is what the process grew by, divided by people, between a
world of 10,000 and one of the given size, so that fixed cost is left out.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time

import simulation
from simulation import provenance
from simulation.engine import World

TOWN = 10_000


def described(people: int, weeks: int):
    """A world of so many people in places of 10,000."""
    return simulation.load("town", set={"world.people": people, "world.places": max(1, people // TOWN),
                                        "world.horizon": f"{weeks} weeks"})


def seconds_of_a_run(people: int, weeks: int, threads: int, repeats: int) -> tuple[float, float]:
    """(best seconds to build a world and its half year of burn-in, best seconds for the ticks of the horizon)."""
    scenario = described(people, weeks)
    built, stepped = [], []
    for _ in range(repeats):
        begin = time.perf_counter()
        world = World(scenario, "targets", 1, threads=threads)
        middle = time.perf_counter()
        world.step(weeks)
        built.append(middle - begin)
        stepped.append(time.perf_counter() - middle)
    return min(built), min(stepped)


def peak_bytes() -> int:
    """Most memory this process has held. Linux says it itself; elsewhere the parent's peak may be counted too."""
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def resident_bytes(people: int) -> int:
    """Peak memory of a fresh process that builds a world of so many people and steps it for eight weeks."""
    code = (f"import sys; sys.path[:0] = {sys.path[:1]!r}\n"
            "from engine import World, described, peak_bytes\n"
            f"World(described({people}, 8), 'targets', 1).step(8)\n"
            "print(peak_bytes())")
    return int(subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="leave out a million people")
    parser.add_argument("--json", action="store_true", help="print JSON")
    chosen = parser.parse_args()
    compiled = simulation.warm_up()
    cores = provenance.cores()
    build, run = seconds_of_a_run(TOWN, 260, 1, 7)
    figures = {
        "kernels ready after, s": compiled,
        "10,000 people, 260 weeks, one core: burn-in and build, s": build,
        "10,000 people, 260 weeks, one core: run, s": run,
        "10,000 people: ns a person-tick": run / TOWN / 260 * 1e9,
    }
    large = 200_000 if chosen.quick else 1_000_000
    for threads in (1, cores):
        _, run = seconds_of_a_run(large, 20, threads, 2)
        figures[f"{large:,} people, {threads} threads: ns a person-tick"] = run / large / 20 * 1e9
    grown = resident_bytes(large) - resident_bytes(TOWN)
    figures[f"bytes a person, {large:,} against 10,000"] = grown / (large - TOWN)
    if chosen.json:
        print(json.dumps({**figures, "versions": provenance.versions(), "machine": provenance.machine()}, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:70} {value:10.3f}")


if __name__ == "__main__":
    main()
