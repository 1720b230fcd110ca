"""Real daemons on loopback, for tests: a folder for each, ports of their own, and questions through the `troupe` command.

Nothing here waits for time to pass: what is awaited is asked for again until it is so, with a deadline that is generous.
Processes are ended by their own handle, all of them at the end.
"""
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "tools"))
from lab.cluster import Answer  # noqa: E402
from lab.network import free_ports  # noqa: E402

DEADLINE = 60  # seconds for anything that is awaited
AGENTS = pathlib.Path(__file__).resolve().parent.parent / "agents"


def cgroup_base():
    """A folder for this process's clusters below where cgroup2 is mounted; None where it is not, or not ours to write."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        device, where, kind = line.split()[:3]
        if kind == "cgroup2" and os.access(where, os.W_OK):
            return pathlib.Path(where) / f"troupe-test-{os.getpid()}"
    return None


def clear_cgroup(top):
    """Ends what lives in it and removes it."""
    if not top or not top.exists():
        return
    for folder, _, _ in os.walk(top, topdown=False):
        folder = pathlib.Path(folder)
        (folder / "cgroup.kill").write_text("1")
        deadline = time.monotonic() + DEADLINE
        while "populated 1" in (folder / "cgroup.events").read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        folder.rmdir()


class Node:
    def __init__(self, cluster, name, port):
        self.cluster, self.name, self.port = cluster, name, port
        self.folder = cluster.folder / name
        self.folder.mkdir()
        self.control = self.folder / "control.sock"
        self.process = None
        self.log = self.folder / "log"
        (self.folder / "machine-id").write_text(os.urandom(16).hex() + "\n")
        self.key = self.new_key()

    def new_key(self, name="identity.key"):
        path = self.folder / name
        path.unlink(missing_ok=True)
        return cluster_run(self.cluster.troupe, "keygen", path).out.strip()

    def write_config(self, **changes):
        lines = [f'name = "{self.name}"', f'listen = ["127.0.0.1:{self.port}"]',
                 f'identity = "{self.folder / "identity.key"}"', f'machine-id = "{self.folder / "machine-id"}"',
                 f'data = "{self.folder / "data"}"', f'control = "{self.control}"',
                 f'resource-agents = ["{AGENTS / "resource.d"}", "/usr/lib/ocf/resource.d"]',
                 f'fence-agents = ["{AGENTS / "fence"}", "/usr/sbin"]']
        if self.cluster.cgroup:
            lines.append(f'cgroup = "{self.cluster.cgroup / self.name}"')
        lines = [line for line in lines if line.split(" ")[0] not in changes]
        lines += [f"{key} = {value}" for key, value in changes.items()]
        for other in self.cluster.nodes.values():
            lines += [f"[seed.{other.name}]", f'addresses = ["127.0.0.1:{other.port}"]', f'key = "{other.key}"']
        (self.folder / "node.toml").write_text("\n".join(lines) + "\n")

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([self.cluster.trouped, "--config", self.folder / "node.toml"], stderr=log,
                                            stdout=log, stdin=subprocess.DEVNULL)
        self.cluster.wait(f"{self.name} answers", lambda: self.troupe("actors").status == 0 or self.must_live())

    def must_live(self):
        assert self.process.poll() is None, f"{self.name} has ended:\n{self.log.read_text()[-2000:]}"
        return False

    def kill(self):
        self.process.kill()
        self.process.wait(DEADLINE)

    def end(self):
        """In order: the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)

    def troupe(self, command, *args):
        return cluster_run(self.cluster.troupe, command, *args, "--socket", self.control)

    def status(self):
        """None: it cannot say."""
        answer = self.troupe("status", "--json")
        return answer.json if answer.status in (0, 1) and answer.out else None

    def version(self):
        s = self.status()
        return s["cluster"]["version"] if s and s["cluster"] else None

    def session(self):
        s = self.status()
        return s and s["session"]


def cluster_run(program, *args):
    return Answer(subprocess.run([str(program), *map(str, args)], capture_output=True, text=True, timeout=DEADLINE))


class Cluster:
    def __init__(self, troupe, trouped, folder, names=("n1", "n2", "n3")):
        self.troupe, self.trouped, self.folder = troupe, trouped, pathlib.Path(folder)
        self.cgroup = cgroup_base()
        self.nodes = {}
        for name, port in zip(names, free_ports(len(names))):
            self.nodes[name] = Node(self, name, port)
        for node in self.nodes.values():
            node.write_config()

    def __iter__(self):
        return iter(self.nodes.values())

    def __getitem__(self, name):
        return self.nodes[name]

    def wait(self, what, so):
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            if result := so():
                return result
            time.sleep(0.02)
        states = "\n".join(f"--- {n.name}\n{n.troupe('status')}{n.log.read_text()[-1500:]}" for n in self)
        raise AssertionError(f"not within {DEADLINE}s: {what}\n{states}")

    def add(self, name):
        """One more, which the others do not know of yet."""
        node = self.nodes[name] = Node(self, name, free_ports(1)[0])
        node.write_config()
        return node

    def config(self, tolerate="500ms", **more):
        text = f'[cluster]\nname = "loopback"\ntolerate = "{tolerate}"\n'
        text += "".join(f"{key} = {value}\n" for key, value in more.items())
        for n in self:
            text += f'[node.{n.name}]\naddresses = ["127.0.0.1:{n.port}"]\nkey = "{n.key}"\n'
        path = self.folder / "cluster.toml"
        path.write_text(text)
        return path

    def form(self):
        for n in self:
            n.start()
        answer = next(iter(self)).troupe("init", self.config())
        assert answer.status == 0, answer
        return self.settled()

    def leader(self, among=None):
        """The name that all of these agree on, and None while they do not."""
        seen = {(s := n.status()) and s["leader"] for n in (among or self)}
        return seen.pop() if len(seen) == 1 else None

    def settled(self):
        """All are joined and agree on a leader: its name."""
        def so():
            if not all(n.session() for n in self):
                return None
            return self.leader()
        return self.wait("all are joined and know one leader", so)

    def end(self):
        for n in self:
            if n.process and n.process.poll() is None:
                n.kill()
        clear_cgroup(self.cgroup)
