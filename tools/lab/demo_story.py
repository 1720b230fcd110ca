"""What tools/demo shows, in the order in which it is told."""
import contextlib
import datetime
import time
import urllib.request

from . import network
from .cluster import CONTROL, Cluster, toml

GRACE = "1s"
TOLERATE = "1s"


@contextlib.contextmanager
def stage(programs, folder):
    with Cluster(programs, folder=folder) as c:
        yield c


def settings():
    return {"name": "demo", "tolerate": TOLERATE, "restart_grace": GRACE, "late_margin": "1s"}


def services(c, port):
    return f"""
[resource.nameplate]              # a file that names the node which serves: it stands for a floating address
agent = "ocf:troupe:nameplate"
params = {{ file = {toml(c.folder / "nameplate")} }}
monitor = {{ interval = "2s" }}

[resource.site]                   # a web server that answers with its node's name
agent = "ocf:troupe:service"
params = {{ port = {port}, log = {toml(c.run_log.path)}, run = "/run" }}
monitor = {{ interval = "2s" }}

[group.web]                       # both on one node, in this order
members = ["nameplate", "site"]

[resource.cache]                  # one on every node
agent = "ocf:troupe:service"
params = {{ log = {toml(c.run_log.path)}, run = "/run" }}
monitor = {{ interval = "2s" }}
clone = {{}}
"""


def say(text=""):
    print(text, flush=True)


def show(node, *words):
    """A command and what it prints, as on a terminal of that machine."""
    answer = node.troupe(*words)
    say(f"    {node.name}$ troupe {' '.join(str(w).rsplit('/', 1)[-1] for w in words)}")
    for line in (answer.out + answer.err).splitlines():
        say(f"    {line}")
    say()
    return answer


def ask_site(port):
    """What the web server answers; None: nobody does."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return answer.read().decode().strip()
    except OSError:
        return None


def all_run(c, whom):
    h = c.holders(whom)
    return h and all(len(h.get(name, ())) == 1 for name in ("nameplate", "site")) and (
        h.get("cache") == sorted(n.name for n in c.up()))


def play(c):
    port = c.port = network.free_ports(1)[0]
    say(f"Three machines on this computer, each a PID namespace with a process 1 of its own; their files: {c.folder}\n")
    c.form(c.config("", file="empty.toml", **settings()))
    n1 = c["n1"]
    c.wait("all three have joined", lambda: all(m["state"] == "joined" for m in n1.status()["cluster"]["members"]))
    say("1. They form a cluster, by `troupe init`:\n")
    show(n1, "status")

    say("2. What should run is one file: a web server and the file that names its holder, as a group; a cache on each\n"
        "   node; and how a node is made sure to be dead. It can be applied on any node:\n")
    show(n1, "apply", c.config(services(c, port), **settings()))
    c.wait("everything runs", lambda: all_run(c, n1))
    serves = c.wait("the site answers", lambda: ask_site(port))
    show(n1, "status")
    say(f"    $ curl http://127.0.0.1:{port}/\n    {serves}\n")

    fail_over(c, port, serves)


def fail_over(c, port, serves):
    other = next(n for n in c if n.name != serves)
    say(f"3. {serves} serves, and loses its power (SIGKILL to its process 1: all of its processes die):\n")
    before = max(e["index"] for e in other.history())
    killed, killed_at = time.monotonic(), time.time()
    c[serves].machine.crash()
    now = c.wait("the site answers again", lambda: (a := ask_site(port)) != serves and a)
    answered = time.monotonic() - killed
    c.wait("the machine is back, and everything runs", lambda: c[serves].machine.on() and all_run(c, other))
    say(f"     seconds after {serves} lost its power")
    for event in other.history():
        if event["index"] > before and event["outcome"] == "applied":
            say(f"    {seconds(event['at']) - killed_at:6.2f}  {event['what'][:100]}")
    say(f"    {answered:6.2f}  http://127.0.0.1:{port}/ answers: {now}\n")
    say(f"   {TOLERATE} of silence is tolerated. On loopback a dead machine's host still answers (it refuses connections), as it\n"
        f"   does while only the daemon is restarted; such a node is given restart-grace, by default 5s. The demo sets {GRACE}.\n"
        f"   Then it is fenced, and only when it is known to be dead its services start elsewhere.\n")
    say("4. Why there?\n")
    show(other, "why", "site")
    faults = c.run_log.faults(clones=("cache",))
    assert not faults, faults
    say(f"5. The services log their own starts and stops. In {len(c.run_log.lines())} lines, nothing ran twice. "
        f"{serves} was switched on again:\n")
    show(other, "status")


def seconds(stamp):
    """Of a stamp as `troupe history` prints it."""
    return datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")).timestamp()


def what_to_try(c):
    n1 = c["n1"]
    for n in c:
        path = n.folder / "troupe"
        path.write_text(f'#!/bin/sh\nTROUPE_SOCKET="/proc/$(cat {n.folder}/pid)/root{CONTROL}" exec "{c.bin}/troupe" "$@"\n')
        path.chmod(0o755)
    say(f"""The cluster stays up until `tools/demo --stop`. Try:

    {n1.folder}/troupe status              on n1; likewise n2, n3
    {n1.folder}/troupe history
    {n1.folder}/troupe standby n2          its services move; `unstandby n2` lets them return
    {n1.folder}/troupe apply {c.folder}/cluster.toml    after a change of yours
    kill -9 $(cat {c["n2"].folder}/pid)                pull the plug of n2
    curl http://127.0.0.1:{c.port}/                         who serves?
""")
