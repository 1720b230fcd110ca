#!/usr/bin/env python3
"""The simulator: virtual seconds per wall second, for 5 nodes and 20 resources, everything on (sealing, codec, journal,
observers): with the faults and operators that a seed draws, and at rest (no faults, operators who seldom speak, the default
tolerate)."""
import argparse
import pathlib
import statistics
import subprocess
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import measure  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/bench sim")
    parser.add_argument("--runs", type=int, default=5, help="seeds 1 to this")
    parser.add_argument("--seconds", type=int, default=600, help="virtual seconds of faults")
    parser.add_argument("--quiet", type=int, default=60, help="virtual seconds after them")
    parser.add_argument("--nodes", type=int, default=5)
    parser.add_argument("--bin", default=SOURCE / "build/bin", type=pathlib.Path)
    o = parser.parse_args()
    print(measure.machine_line())
    with_faults = measured(o)
    at_rest = measured(o, "--calm")
    for what, (speeds, _) in (("with drawn faults", with_faults), ("at rest", at_rest)):
        print(f"{o.nodes} nodes, {4 * o.nodes} resources, {what}: {statistics.median(speeds):.0f} virtual seconds per wall "
              f"second ({min(speeds):.0f} to {max(speeds):.0f}, n={len(speeds)}), target 1000")
    violated = with_faults[1] + at_rest[1]
    if violated:
        print(f"seeds {violated} violate an invariant: `troupe-sim run` tells the story; their time counts all the same")
    return 1 if violated else 0


def measured(o, *more):
    """Virtual seconds per wall second, for each seed; and the seeds that violate an invariant."""
    speeds, violated = [], []
    for seed in range(1, o.runs + 1):
        began = time.monotonic()
        done = subprocess.run([o.bin / "troupe-sim", "run", "--seed", str(seed), "--nodes", str(o.nodes), "--seconds",
                               str(o.seconds), "--quiet", str(o.quiet), *more], capture_output=True, text=True)
        wall = time.monotonic() - began
        if done.returncode != 0:
            violated.append(seed)
        speeds.append((o.seconds + o.quiet) / wall)
    return speeds, violated


sys.exit(main())
