#!/usr/bin/env python3
"""Failover: from the loss of a machine (SIGKILL to its process 1 and its cable cut: only silence) to its services
started elsewhere; a process that dies; a planned move. Needs root.
"""
import argparse
import pathlib
import sys
import time

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import measure  # noqa: E402
from lab.demo_story import seconds  # noqa: E402

PARALLEL = 8  # operations at a time on one node


def formed(c, count, leads, tolerate):
    """All on one node, which leads or not: its name."""
    leader = c.form(c.config_of("", tolerate))
    node = leader if leads else next(n.name for n in c if n.name != leader)
    c[leader].order("apply", c.config_of(c.services(count, on=node), tolerate))
    c.quiet(count, on=node)
    return node


def loss(programs, count, leads, tolerate):
    """(seconds from the loss to the last start, of these after NodeLost was proposed, the stages)."""
    with measure.Bench(programs) as c:
        gone = formed(c, count, leads, tolerate)
        other = next(n for n in c if n.name != gone)
        killed, at = time.monotonic(), time.time()
        c[gone].machine.crash()
        last = c.started(count, since=killed, but=gone)
        lost = c.wait("it is in the history", lambda: [
            e for e in other.history() if e["what"].startswith(f"{gone} is lost") and e["outcome"] == "applied"])[0]
        stages = {f"{t.what}": t.at - killed for t in c.ear.after(killed) if t.resource == "-"}
        first = min(t.at for t in c.ear.after(killed) if t.what == "start")
        lost_after = seconds(lost["at"]) - at
        stages = {"lost": lost_after, **stages, "first start": first - killed, "last start": last - killed}
        return last - killed, last - killed - lost_after, stages


def process_death(programs):
    """(from the monitor that finds it to running again, the stages)."""
    with measure.Bench(programs) as c:
        node = formed(c, 1, False, "2s")
        c[node].order("apply", c.config_of(c.services(1, on=node, interval="1s")))
        c.quiet(1, on=node)
        since = time.monotonic()
        c[node].machine.path("/run/marker-r0").write_text("0\n")
        told = c.ear.wait("it is started again", lambda told: any(t.what == "start" for t in told), since)
        at = {t.what: t.at for t in told}
        return at["start"] - at["lost"], {"stop": at["stop"] - at["lost"], "start": at["start"] - at["lost"]}


def move(programs):
    with measure.Bench(programs) as c:
        node = formed(c, 1, False, "2s")
        since, at = time.monotonic(), time.time()
        c[node].order("standby", node)
        moved = c.started(1, since=since, but=node)
        order = next(e for e in c[node].history() if e["what"].startswith("standby"))
        return moved - since - (seconds(order["at"]) - at), moved - since


def stages_of(runs):
    """Medians of each stage, in the order of their times."""
    names = {name for stages in runs for name in stages}
    medians = {n: measure.statistics.median([s[n] for s in runs if n in s]) for n in names}
    return ", ".join(f"{n} {medians[n]:.3f}" for n in sorted(medians, key=medians.get))


def main():
    parser = argparse.ArgumentParser(description=__doc__, prog="tools/bench failover")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tolerate", type=float, default=2.0, help="seconds")
    parser.add_argument("--bin", default=SOURCE / "build/bin")
    parser.add_argument("--only", choices=("loss", "process", "move"))
    o = parser.parse_args()
    tolerate = f"{round(o.tolerate * 1000)}ms"
    print(f"{measure.machine_line()}; tolerate {tolerate}; all times net of agents")
    for count in (1, 50) if o.only in (None, "loss") else ():
        agents = measure.bare(measure.fence_calls() + measure.start_calls(count), PARALLEL)
        for leads in (False, True):
            runs = [loss(o.bin, count, leads, tolerate) for _ in range(o.runs)]
            name = f"loss of the holder of {count}, {'which leads' if leads else 'another leads'}"
            measure.tell(name, [r[0] for r in runs], agents, o.tolerate + (0.3 if count == 1 else 1.0))
            measure.tell("  of which after NodeLost", [r[1] for r in runs], agents, 0.1 if count == 1 else None)
            print(f"  stages, gross: {stages_of([r[2] for r in runs])}", flush=True)
    again = measure.bare(measure.stop_calls(1) + measure.start_calls(1), 1)
    if o.only in (None, "process"):
        runs = [process_death(o.bin) for _ in range(o.runs)]
        measure.tell("a process dies: from its detection to running again", [r[0] for r in runs], again, 0.05)
        print(f"  stages, gross: {stages_of([r[1] for r in runs])}", flush=True)
    if o.only in (None, "move"):
        runs = [move(o.bin) for _ in range(o.runs)]
        measure.tell("planned move, from the order's stamp", [r[0] for r in runs], again, 0.06)
        measure.tell("  the same from the start of the `troupe` command", [r[1] for r in runs], again, None)


main()
