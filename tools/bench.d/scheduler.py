#!/usr/bin/env python3
"""The scheduler's speed: `troupe simulate --cib` beside Pacemaker's `crm_simulate` on the same CIBs, in one run, as whole
processes (CPU seconds and the peak of their memory), and place() and ready() alone, state in memory.

What the peer is not asked (it would take minutes), or where it is not installed, its column says so.
"""
import argparse
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[1]
sys.path[:0] = [str(HERE), str(SOURCE / "tools")]
from lab import measure  # noqa: E402
from scheduler_bench import process  # noqa: E402

# nodes, resources, state, how often less CPU, how often less memory; CPU seconds at most where the peer takes minutes
WHOLE = ((16, 200, "running", None, None, None),
         (32, 1000, "running", 30, 5, None),
         (32, 1000, "fresh", 300, None, None),
         (100, 2000, "running", 50, None, None),
         (100, 5000, "running", None, None, 3.0))
EXECUTED = ((16, 200, "fresh"), (32, 1000, "fresh"))  # with the simulated execution
CURVE = ((10, 100), (32, 1000), (100, 2000), (100, 5000), (200, 10000), (200, 20000))
GENERATE = ("import sys; sys.path.insert(0, sys.argv[1]); from scheduler_bench import cluster_cib; "
            "cluster_cib.write(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5])")


class Inputs:
    """The CIBs, made when first asked for, by a process of their own: ours stays small, and so do its children."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    def path(self, nodes, resources, state):
        path = self.folder / f"{nodes}x{resources}-{state}.xml"
        if not path.exists():
            subprocess.run([sys.executable, "-c", GENERATE, str(HERE), str(path), str(nodes), str(resources), state],
                           check=True)
        return path


def verdict(good):
    return "" if good is None else "reached" if good else "MISSED"


def shown(cost):
    if cost is None:
        return f"{'-':>9} {'-':>8}"
    return f"{'' if cost.ended else '>'}{cost.cpu:.3f}".rjust(9) + f" {cost.mib:8.0f}"


def whole_processes(inputs, troupe, peer, o):
    print(f"\n{'whole processes':<26}{'troupe':>9} {'MiB':>8} {'peer':>9} {'MiB':>8} {'CPU':>8} {'memory':>8}   target")
    for nodes, resources, state, cpu, memory, seconds in WHOLE:
        if nodes * resources > o.largest:
            continue
        path = inputs.path(nodes, resources, state)
        ours = process.cost([troupe, "simulate", "--cib", path])
        theirs = peer and process.cost([peer, "-R", "-x", path], limit=o.limit, repeats=3)
        goal, good = "", None
        if seconds:
            goal, good = f"under {seconds:g} s", ours.cpu < seconds
        elif cpu:
            goal = f"CPU 1/{cpu}" + (f", memory 1/{memory}" if memory else "")
            if theirs:
                good = theirs.cpu / ours.cpu >= cpu and (not memory or theirs.mib / ours.mib >= memory)
        line(f"{nodes} x {resources} {state}", ours, theirs, goal, verdict(good))


def line(name, ours, theirs, goal, word):
    ratio = "".join(f"{a / b:8.1f} " for a, b in ((theirs.cpu, ours.cpu), (theirs.mib, ours.mib))) if theirs else " " * 18
    print(f"{name:<26}{shown(ours)} {shown(theirs)} {ratio}  {goal}   {word}".rstrip(), flush=True)


def executed(inputs, troupe, peer, o):
    """Ours always executes; the peer does with -S."""
    print("\nwith simulated execution")
    for nodes, resources, state in EXECUTED:
        path = inputs.path(nodes, resources, state)
        ours = process.cost([troupe, "simulate", "--cib", path])
        theirs = peer and process.cost([peer, "-S", "-x", path], limit=o.limit, repeats=1)
        line(f"{nodes} x {resources} {state}", ours, theirs, "linear in the actions", "")


def in_memory(program, o):
    sizes = [s for s in ((5, 50), *CURVE) if s[0] * s[1] <= o.largest_curve]
    done = subprocess.run([program, *[str(n) for size in sizes for n in size]], capture_output=True, text=True, check=True)
    print(f"\n{'in memory, ms':<18}{'place()':>9}{'ready()':>9}{'both':>9}{'us/1000 cells':>15}{'one failed':>12}"
          f"{'node lost':>11}{'all to start':>14}   target")
    for row in (dict(word.split("=") for word in text.split()) for text in done.stdout.splitlines()):
        f = {k: float(v) for k, v in row.items()}
        size = (int(f["nodes"]), int(f["resources"]))
        both = f["place_cluster"] + f["ready"]
        goals = {(5, 50): [("both under 1", both < 1)],
                 (100, 5000): [("both under 50", both < 50), ("one failed under 5", f["replan"] < 5)]}.get(size, [])
        print(f"{size[0]:5} x {size[1]:<8}{f['place_cluster']:11.3f}{f['ready']:9.3f}{both:9.3f}"
              f"{both * 1e6 / size[0] / size[1]:15.1f}{f['replan']:12.3f}{f['lost_node']:11.3f}{f['ready_cold']:14.3f}   "
              + ", ".join(f"{goal}: {verdict(good)}" for goal, good in goals), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/bench scheduler")
    parser.add_argument("--part", choices=["all", "processes", "executed", "memory"], default="all")
    parser.add_argument("--limit", type=float, default=90, help="seconds after which the peer is stopped")
    parser.add_argument("--largest", type=int, default=500_000, help="nodes x resources of a CIB, at most")
    parser.add_argument("--largest-curve", type=int, default=4_000_000, help="the same, in memory")
    parser.add_argument("--build", default=SOURCE / "build", type=pathlib.Path)
    o = parser.parse_args()
    print(measure.machine_line())
    troupe, peer = o.build / "bin/troupe", shutil.which("crm_simulate")
    if not peer:
        print("crm_simulate is not installed (package pacemaker-cli-utils): there is nothing to compare with")
    with tempfile.TemporaryDirectory() as folder:
        inputs = Inputs(folder)
        if o.part in ("all", "processes"):
            whole_processes(inputs, troupe, peer, o)
        if o.part in ("all", "executed"):
            executed(inputs, troupe, peer, o)
    if o.part in ("all", "memory"):
        in_memory(o.build / "tools/bench-scheduler", o)
    return 0


sys.exit(main())
