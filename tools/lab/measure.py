"""For benchmarks: a cluster whose agents cost next to nothing and tell when they ran, the same calls bare, and figures.

All figures are net of agents: the same agent calls are made bare, at the same parallelism, and subtracted.
"""
import os
import pathlib
import platform
import select
import statistics
import subprocess
import tempfile
import threading
import time
from collections import namedtuple

from .cluster import Cluster, DEADLINE, toml

BENCH = pathlib.Path(__file__).resolve().parents[1] / "bench.d"
AGENT, FENCE_AGENT = BENCH / "agents/bench/marker", BENCH / "agents/fence_marker"
Told = namedtuple("Told", "at node resource what")  # `at`: monotonic seconds


class Ear:
    """Reads the pipe into which the agents tell what they did."""

    def __init__(self, path):
        self.path = path
        os.mkfifo(path)
        self.pipe = os.open(path, os.O_RDWR)
        self.told, self.changed, self.over = [], threading.Condition(), False
        self.thread = threading.Thread(target=self.listen, daemon=True)
        self.thread.start()

    def listen(self):
        rest = b""
        while not self.over:
            if not select.select([self.pipe], [], [], 0.2)[0]:
                continue
            more, at = os.read(self.pipe, 65536), time.monotonic()
            *lines, rest = (rest + more).split(b"\n")
            with self.changed:
                self.told += [Told(at, *line.decode().split()) for line in lines]
                self.changed.notify_all()

    def wait(self, what, so, since=0, limit=DEADLINE):
        """The first list of what was told after `since` of which `so` says yes."""
        with self.changed:
            if not self.changed.wait_for(lambda: so(self.after(since)), limit):
                raise AssertionError(f"not within {limit}s: {what}; told: {self.after(since)[-20:]}")
            return self.after(since)

    def after(self, since):
        return [t for t in self.told if t.at > since]

    def end(self):
        self.over = True
        self.thread.join()
        os.close(self.pipe)


class Bench(Cluster):
    """Three machines behind a switch, with agents that only tell."""

    def __init__(self, programs, **how):
        super().__init__(programs, switched=True, resource_agents=[BENCH / "agents"],
                         fence_agents=[BENCH / "agents"], **how)
        self.ear = Ear(self.folder / "told")
        self.undo.callback(self.ear.end)
        (self.folder / "power").mkdir()
        for n in self:
            self.mark(n.name, "on")
            n.machine.on_death = lambda name: self.mark(name, "off")

    def mark(self, name, power):
        (self.folder / "power" / name).write_text(power + "\n")

    def services(self, count, on=None, interval="10s"):
        """`count` resources r0, r1, ...; with `on` all of them on this node, as long as it is there."""
        text = "".join(f'[resource.r{i}]\nagent = "ocf:bench:marker"\nparams = {{ told = {toml(self.ear.path)} }}\n'
                       f'monitor = {{ interval = "{interval}" }}\n' for i in range(count))
        return text + "".join(f'[[location]]\nresource = "r{i}"\nnode = "{on}"\nscore = 1000\n'
                              for i in range(count if on else 0))

    def settings(self, tolerate="2s"):
        return {"name": "bench", "tolerate": tolerate, "late_margin": "1s"}

    def config_of(self, text, tolerate="2s"):
        fencing = (f'[fence.power]\nagent = "fence_marker"\ntargets = {toml(list(self.nodes))}\naction = "off"\n'
                   f'params = {{ folder = {toml(self.folder / "power")}, told = {toml(self.ear.path)} }}\n')
        return self.config(text, fencing=fencing, **self.settings(tolerate))

    def started(self, count, since=0, but=None):
        """When the last of `count` resources was started after `since`, on a node that is not `but`."""
        def so(told):
            return len({t.resource for t in told if t.what == "start" and t.node != but}) == count
        return self.ear.wait(f"{count} resources are started", so, since)[-1].at

    def quiet(self, count, on=None):
        """All of them run, and nothing is under way."""
        def so():
            h = self.holders()
            return h is not None and len(h) == count and (on is None or all(nodes == [on] for nodes in h.values()))
        self.wait(f"{count} resources run", so)


# --- the same calls bare ---
def agent_environment(folder, resource="r0"):
    return {"OCF_RESOURCE_INSTANCE": resource, "OCF_RESKEY_told": str(folder / "bare"),
            "OCF_RESKEY_state": str(folder), "PATH": "/usr/bin:/bin"}


Call = namedtuple("Call", "program argument said count")  # `said`: on standard input; `count` times


def bare(calls, parallel, repeats=7):
    """Median seconds of these calls, one after the other, each `count` times and `parallel` of these at a time. By
    xargs, which adds little of its own."""
    times = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "n1").write_text("off\n")
        ear = Ear(folder / "bare")
        for _ in range(repeats):
            began = time.monotonic()
            for c in calls:
                program = [c.program, *([c.argument] if c.argument else [])]
                said = c.said.format(folder=folder, told=folder / "bare")
                if c.count > 1:
                    program, said = ["xargs", "-P", str(parallel), "-I", "{}", *program], "x\n" * c.count
                subprocess.run(program, input=said.encode(), capture_output=True, env=agent_environment(folder))
            times.append(time.monotonic() - began)
        ear.end()
    return statistics.median(times)


def start_calls(count):
    return [Call(AGENT, "start", "", count)]


def probe_calls(count):
    return [Call(AGENT, "monitor", "", count)]


def stop_calls(count):
    return [Call(AGENT, "stop", "", count)]


def fence_calls():
    """Off, and what is read back."""
    return [Call(FENCE_AGENT, "", f"action={action}\nplug=n1\nfolder={{folder}}\ntold={{told}}\n", 1)
            for action in ("off", "status")]


# --- figures ---
def machine_line():
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB, Linux {platform.release()}, "
            f"load {os.getloadavg()[0]:.1f}")


def tell(name, gross, agents, target, unit="s", digits=3):
    """A figure: the median of what was measured, less the agents' part."""
    net = statistics.median(gross) - agents
    good = "" if target is None else (f"   target {target:g} {unit}" + ("" if net <= target else "   MISSED"))
    print(f"{name:<58} {net:8.{digits}f} {unit}   (gross {statistics.median(gross):.{digits}f}, "
          f"{min(gross):.{digits}f} to {max(gross):.{digits}f}, n={len(gross)}; agents {agents:.{digits}f}){good}",
          flush=True)
    return net
