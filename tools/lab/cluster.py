"""A cluster of machines: their files, questions through the `troupe` command, and the end of it all.

Nothing here waits for time to pass: what is awaited is asked for again until it is so, with a generous deadline.
"""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from . import machine, network, power, run_log

DEADLINE = 60  # seconds for anything that is awaited
SOURCE = pathlib.Path(__file__).resolve().parents[2]
CONTROL = "/run/troupe/control.sock"  # on each machine
AGENTS = SOURCE / "agents/resource.d"
FENCE_AGENTS = SOURCE / "agents/fence"


class Answer:
    def __init__(self, done):
        self.status, self.out, self.err = done.returncode, done.stdout, done.stderr

    @property
    def json(self):
        return json.loads(self.out)

    def __repr__(self):
        return f"status {self.status}\n{self.out}{self.err}"


class Node:
    """A machine, and what is asked of the daemon on it."""

    def __init__(self, cluster, name, cable):
        self.cluster, self.name, self.cable = cluster, name, cable
        self.folder = cluster.folder / name
        base = cluster.cgroup / name if cluster.cgroup else None
        program = [str(cluster.bin / "trouped"), "--config", str(self.folder / "node.toml"), *cluster.daemon_options]
        self.machine = machine.Machine(name, self.folder, program, cluster.root, cable, base)
        self.key = self.cluster.run("keygen", self.folder / "identity.key").out.strip()

    @property
    def control(self):
        """The daemon's socket, which lies in this boot's /run."""
        return self.machine.path(CONTROL)

    @property
    def address(self):
        return f"{self.cable.host}:{self.cable.port}"

    def write_config(self):
        said = {"name": self.name, "listen": [self.address], "identity": self.folder / "identity.key",
                "machine-id": self.folder / "machine-id", "data": self.folder / "data", "control": CONTROL,
                "resource-agents": [*self.cluster.resource_agents, AGENTS, "/usr/lib/ocf/resource.d"],
                "fence-agents": [*self.cluster.fence_agents, FENCE_AGENTS, "/usr/sbin"]}
        if self.machine.cgroup:
            said["cgroup"] = self.machine.cgroup
        text = "".join(f"{key} = {toml(value)}\n" for key, value in said.items())
        for other in self.cluster.nodes.values():
            text += f"[seed.{other.name}]\naddresses = {toml([other.address])}\nkey = {toml(other.key)}\n"
        (self.folder / "node.toml").write_text(text)

    def troupe(self, command, *args):
        return self.cluster.run(command, *args, "--socket", self.control)

    def order(self, command, *args):
        """What must not be refused."""
        answer = self.troupe(command, *args)
        assert answer.status == 0, f"troupe {command} {args}: {answer}"
        return answer

    def status(self):
        """None: it cannot say."""
        answer = self.troupe("status", "--json")
        return answer.json if answer.status in (0, 1) and answer.out else None

    def history(self, last=1000):
        answer = self.troupe("history", "--json", "--last", last)
        return answer.json if answer.status == 0 else []


def toml(value):
    return json.dumps([str(v) for v in value] if isinstance(value, list) else str(value))


def cgroup2():
    """Where it is mounted, if we may make groups there."""
    for line in pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2":
            return pathlib.Path(where) if os.access(where, os.W_OK) else None
    return None


class Cluster:
    def __init__(self, programs, folder=None, switched=False, root=None, names=("n1", "n2", "n3"), resource_agents=(),
                 fence_agents=(), daemon_options=()):
        """`switched`: a network namespace a machine (needs root). `root`: plain namespaces; by default if we are root."""
        self.bin = pathlib.Path(programs).resolve()
        self.root = os.geteuid() == 0 if root is None else root
        machine.check_possible(self.root)
        self.resource_agents, self.fence_agents = list(resource_agents), list(fence_agents)
        self.daemon_options = list(daemon_options)
        with contextlib.ExitStack() as undo:
            self.folder = pathlib.Path(folder or tempfile.mkdtemp(prefix="troupe-lab-"))
            undo.callback(shutil.rmtree, self.folder)
            mount = cgroup2()
            self.cgroup = mount / f"troupe-lab-{os.getpid()}-{self.folder.name}" if mount else None
            undo.callback(self.remove_cgroup)
            self.run_log = run_log.RunLog(self.folder / "runs.log")
            self.network = network.Switch() if switched else network.Loopback(len(names))
            undo.callback(self.network.end)
            self.nodes = {name: Node(self, name, self.network.cable(i)) for i, name in enumerate(names)}
            if switched:
                self.name_machines()
            for node in self:
                node.write_config()
                node.machine.on_death = self.run_log.dead
                undo.callback(node.machine.end)
            self.power = power.PowerStrip(self.folder / "power.sock", {n.name: n.machine for n in self})
            undo.callback(self.power.end)
            self.undo = undo.pop_all()  # in the inverse order, each whatever becomes of the others

    def name_machines(self):
        """Services find each other by the nodes' names, as on real machines."""
        hosts = self.folder / "hosts"
        hosts.write_text("127.0.0.1 localhost\n" + "".join(f"{n.cable.host} {n.name}\n" for n in self))
        for n in self:
            n.cable.hosts = hosts

    def __iter__(self):
        return iter(self.nodes.values())

    def __getitem__(self, name):
        return self.nodes[name]

    def __enter__(self):
        return self

    def __exit__(self, failed, *_):
        if failed is AssertionError:
            print(self.story(), file=sys.stderr)
        self.end()

    def run(self, *args):
        return Answer(subprocess.run([str(self.bin / "troupe"), *map(str, args)], capture_output=True, text=True,
                                     timeout=2 * DEADLINE))

    def config(self, services, file="cluster.toml", fencing=None, **settings):
        """cluster.toml of these machines and the text `services`. fence_pid fences, unless `fencing` says otherwise."""
        text = "[cluster]\n" + "".join(f"{key.replace('_', '-')} = {toml(value)}\n" for key, value in
                                       {"name": "lab", **settings}.items())
        for n in self:
            text += f"[node.{n.name}]\naddresses = {toml([n.address])}\nkey = {toml(n.key)}\n"
        text += fencing if fencing is not None else (
            f'[fence.power]\nagent = "fence_pid"\ntargets = {toml(list(self.nodes))}\n'
            f'params = {{ switch = {toml(self.power.path)} }}\ntimeout = "20s"\n')
        path = self.folder / file
        path.write_text(text + services)
        return path

    def boot(self):
        for n in self:
            n.machine.boot()
        for n in self:
            self.wait(f"{n.name} answers", lambda: n.troupe("actors").status == 0)

    def form(self, config):
        self.boot()
        answer = next(iter(self)).troupe("init", config)
        assert answer.status == 0, answer
        return self.settled()

    def wait(self, what, so, limit=DEADLINE):
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline:
            if result := so():
                return result
            time.sleep(0.02)
        raise AssertionError(f"not within {limit}s: {what}")

    def story(self):
        """For whoever has to find out what went wrong."""
        texts = []
        for n in self:
            texts += [f"--- {n.name}", repr(n.troupe("status")), repr(n.troupe("history", "--last", 40))]
            texts += [n.machine.log.read_text(errors="replace")[-3000:]]
        return "\n".join([*texts, "--- starts and stops", self.run_log.path.read_text()])

    def up(self):
        return [n for n in self if n.machine.on()]

    def leader(self, among=None):
        """The name that all of these agree on, and None while they do not."""
        seen = {(s := n.status()) and s["leader"] for n in (among or self.up())}
        return seen.pop() if len(seen) == 1 else None

    def settled(self, among=None):
        """These are joined and agree on a leader: its name."""
        def so():
            if not all((s := n.status()) and s["session"] for n in (among or self)):
                return None
            return self.leader(among)
        return self.wait("all are joined and know one leader", so)

    def holders(self, node=None):
        """{resource: [node, ...]} of what runs healthily with nothing under way, as this node knows it (or the first
        that can say); None: it cannot say, or something is under way."""
        told = (n.status() for n in ([node] if node else self.up()))
        s = next((s for s in told if s and s["cluster"]), None)
        if s is None:
            return None
        found = {}
        for h in s["cluster"]["holders"]:
            if h["phase"] != "running" or h["open_act"]:
                return None
            found.setdefault(h["resource"], []).append(h["node"])
        return {name: sorted(nodes) for name, nodes in found.items()}

    def remove_cgroup(self):
        if self.cgroup and self.cgroup.exists():
            self.cgroup.rmdir()

    def end(self):
        self.undo.close()
