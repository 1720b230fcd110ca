#!/usr/bin/env python3
"""Idle: memory (PSS) and CPU seconds a minute of each trouped, its children apart; three nodes, 20 resources. Needs root.
"""
import argparse
import os
import pathlib
import statistics
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import measure  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")


def daemon_of(machine):
    children = pathlib.Path(f"/proc/{machine.first}/task/{machine.first}/children").read_text().split()
    return next(int(p) for p in children if pathlib.Path(f"/proc/{p}/comm").read_text().strip() == "trouped")


def pss(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/bench idle")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=30, help="of one run")
    parser.add_argument("--resources", type=int, default=20)
    parser.add_argument("--bin", default=SOURCE / "build/bin")
    o = parser.parse_args()
    print(f"{measure.machine_line()}; {o.resources} resources, monitored every 10 s")
    with measure.Bench(o.bin) as c:
        leader = c.form(c.config_of(c.services(o.resources)))
        c.quiet(o.resources)
        pids = {n.name: daemon_of(n.machine) for n in c}
        seen = {name: ([], []) for name in pids}
        for _ in range(o.runs):
            before = {name: cpu(pid) for name, pid in pids.items()}
            began = time.monotonic()
            time.sleep(o.seconds)  # what is measured is that time passes
            minutes = (time.monotonic() - began) / 60
            for name, pid in pids.items():
                seen[name][0].append((cpu(pid) - before[name]) / minutes)
                seen[name][1].append(pss(pid))
        for name, (seconds, memory) in seen.items():
            what = f"{name}{' (leads)' if name == leader else ''}"
            measure.tell(f"{what}: CPU seconds a minute", seconds, 0.0, 0.3)
            measure.tell(f"{what}: memory (PSS)", memory, 0.0, 30, "MiB", 1)
        assert statistics.median(seen[leader][0]) > 0, "nothing was measured"


main()
