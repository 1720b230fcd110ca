#!/usr/bin/env python3
"""Start: three machines that were off to the first resource running; 200 resources from `apply` to started. Needs root."""
import argparse
import pathlib
import sys
import threading
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import measure  # noqa: E402

PARALLEL = 3 * 8  # operations at a time on three nodes


def cold(programs):
    """(from the plug to the first start, the part until the last daemon was started: the machines' own)."""
    with measure.Bench(programs) as c:
        c.form(c.config_of(c.services(1)))
        c.quiet(1)
        for n in c:
            n.machine.crash(silently=False)
            c.mark(n.name, "on")
        began = time.monotonic()
        threads = [threading.Thread(target=n.machine.boot) for n in c]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        up = time.monotonic()
        return c.started(1, since=began) - began, up - began


def many(programs, count):
    """(from `apply` to the last start, to the first one)."""
    with measure.Bench(programs) as c:
        leader = c.form(c.config_of(""))
        path = c.config_of(c.services(count))
        began = time.monotonic()
        c[leader].order("apply", path)
        last = c.started(count, since=began)
        return last - began, min(t.at for t in c.ear.after(began) if t.what == "start") - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/bench start")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--resources", type=int, default=200)
    parser.add_argument("--bin", default=SOURCE / "build/bin")
    parser.add_argument("--only", choices=("cold", "many"))
    o = parser.parse_args()
    print(f"{measure.machine_line()}; all times net of agents")
    if o.only in (None, "cold"):
        runs = [cold(o.bin) for _ in range(o.runs)]
        agents = measure.bare(measure.probe_calls(3) + measure.start_calls(1), 3)
        measure.tell("cold start to the first resource running", [r[0] for r in runs], agents, 3.0)
        measure.tell("  of which the machines' own start", [r[1] for r in runs], 0.0, None)
    if o.only in (None, "many"):
        runs = [many(o.bin, o.resources) for _ in range(o.runs)]
        # Each node looks first whether they run there, before any is started.
        agents = measure.bare(measure.probe_calls(3 * o.resources) + measure.start_calls(o.resources), PARALLEL)
        measure.tell(f"{o.resources} resources from `apply` to started", [r[0] for r in runs], agents, 3.0)
        measure.tell("  the first of them", [r[1] for r in runs], 0.0, None)


main()
