#!/usr/bin/env python3
"""The main job with real processes: three machines, each a PID and a network namespace, services that leave a log of
their starts and stops, and what happens to clusters. Whatever a case does: the log must show that nothing ran twice.

Usage: whole_cluster.py BIN [CASE...]. Needs root; elsewhere it says why it skips (status 77). Closes with
`N passed, N failed`.
"""
import errno
import pathlib
import random
import signal
import subprocess
import sys
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import network  # noqa: E402
from lab.cluster import Cluster, toml  # noqa: E402

CLONES = ("cache", "worker")


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def service(c, name, agent="ocf:troupe:service", more=""):
    return (f'[resource.{name}]\nagent = "{agent}"\nparams = {{ log = {toml(c.run_log.path)}, run = "/run" }}\n'
            f'monitor = {{ interval = "1s", timeout = "20s" }}\n{more}')


def services(c, db_on=None, more=""):
    """A service that can refuse to stop, a group of two, a clone."""
    text = service(c, "db", "ocf:troupe-test:stubborn") + service(c, "address") + service(c, "site")
    text += '[group.front]\nmembers = ["address", "site"]\n' + service(c, "cache", more="clone = {}\n")
    if db_on:
        text += f'[[location]]\nresource = "db"\nnode = "{db_on}"\nscore = 1000\n'
    return text + more


def config(c, **how):
    return c.config(services(c, **how), tolerate="2s", restart_grace="5s", late_margin="1s")


def where(c, of="db", node=None):
    """The one node that runs it; None: none does, or something is under way."""
    nodes = (c.holders(node) or {}).get(of, [])
    return nodes[0] if len(nodes) == 1 else None


def all_run(c, nodes=("n1", "n2", "n3"), db_on=None):
    def so():
        h = c.holders()
        return h and set(h) == {"db", "address", "site", "cache"} and h["address"] == h["site"] and (
            h["cache"] == list(nodes) and h["db"][0] in ([db_on] if db_on else nodes) and h["site"][0] in nodes)
    c.wait(f"all services run on {nodes}", so)


def start(c, **how):
    c.form(config(c, **how))
    all_run(c, db_on=how.get("db_on"))


def place_db(c, leads):
    """db runs on the node that leads, or on one that does not: that node."""
    leader = c.leader()
    node = leader if leads else next(n.name for n in c if n.name != leader)
    c[node].order("apply", config(c, db_on=node))
    all_run(c, db_on=node)
    return node


def shots(c):
    """The machines that were switched off, in order."""
    return [name for _, action, name in c.power.acts if action == "off"]


def told(c, node, *parts):
    """Indexes of the history's lines that hold all of this, applied."""
    return [e["index"] for e in node.history() if all(p in e["what"] for p in parts) and e["outcome"] == "applied"]


def lost_and_fenced(c, gone):
    """Its services run elsewhere, after a proof and not before; it is back at last."""
    rest = [n for n in c if n.name != gone]
    other = c.wait("db runs elsewhere", lambda: (w := where(c, node=rest[0])) != gone and w)
    equal(c.run_log.starts("db")[-1], other)
    lost, dead, again = (told(c, rest[0], *what) for what in
                         ((gone, "is lost"), (f"of {gone} is dead", "power"), (f"start db on {other}",)))
    assert lost and dead and lost[-1] < dead[-1] < again[-1], (lost, dead, again, rest[0].history())
    equal(shots(c), [gone])
    c.wait("the strip switched it on again", c[gone].machine.on)
    c.settled()
    all_run(c)


def test_holder_killed(c):
    start(c)
    gone = place_db(c, leads=False)
    c[gone].machine.crash()
    lost_and_fenced(c, gone)


def test_holder_that_leads_killed(c):
    start(c)
    gone = place_db(c, leads=True)
    c[gone].machine.crash()
    lost_and_fenced(c, gone)


def test_leader_killed_that_does_not_hold_it(c):
    start(c)
    place_db(c, leads=False)
    leader, starts = c.leader(), len(c.run_log.starts("db"))
    c[leader].machine.crash()
    c.wait("it is fenced and back", lambda: shots(c) == [leader] and c[leader].machine.on())
    c.settled()
    all_run(c)
    equal(len(c.run_log.starts("db")), starts)


def test_holder_cut_off(c):
    """It lives, and its services with it, until it is switched off; nothing starts elsewhere before."""
    start(c)
    gone = place_db(c, leads=False)
    c[gone].cable.cut()
    lost_and_fenced(c, gone)


def test_leader_cut_off(c):
    start(c)
    gone = place_db(c, leads=True)
    c[gone].cable.cut()
    lost_and_fenced(c, gone)


def process_of(c, node, resource):
    return int(c[node].machine.path(f"/run/troupe-service-{resource}").read_text().split()[0])


def test_daemon_restarted(c):
    """Its services go on, and are the same processes; nobody is fenced."""
    start(c)
    node = where(c)
    before = process_of(c, node, "db"), c.run_log.lines(), c[node].status()["session"]
    c[node].machine.restart_daemon()
    c.wait("it joins anew", lambda: (s := c[node].status()) and s["session"] and s["session"] > before[2])
    all_run(c, db_on=node)
    equal((process_of(c, node, "db"), c.run_log.lines()), before[:2])
    equal(shots(c), [])


def test_all_down_and_up(c):
    start(c)
    for n in c:
        n.machine.crash()
    for n in c:
        n.machine.boot()
    c.settled()
    all_run(c)
    equal(shots(c), [])


def test_apply_from_any_node(c):
    start(c)
    extra = ""
    for n in c:
        extra += service(c, f"by-{n.name}")
        n.order("apply", config(c, more=extra))
        c.wait(f"what {n.name} brought runs", lambda: where(c, f"by-{n.name}"))
    n.order("apply", config(c))
    c.wait("what is no longer wanted is stopped", lambda: not any(r.startswith("by-") for r in c.run_log.running()))
    all_run(c)
    equal(shots(c), [])


def test_failed_stop_is_fenced(c):
    start(c)
    gone = where(c)
    c[gone].machine.path("/run/refuse-stop").touch()
    c[gone].order("standby", gone)
    c.wait("db runs elsewhere", lambda: c.run_log.running().get("db", [gone]) != [gone])
    equal(shots(c), [gone])
    c.wait("it is on again", c[gone].machine.on)
    c.settled()
    c[gone].order("unstandby", gone)
    all_run(c)


def test_process_dies(c):
    """It is started again where it was."""
    start(c)
    node, starts = where(c), c.run_log.starts("db")
    dead = process_of(c, node, "db")
    c[node].machine.kill_inside(dead)
    c.wait("it is started again", lambda: len(c.run_log.starts("db")) > len(starts))
    all_run(c, db_on=node)
    equal(c.run_log.starts("db"), starts + [node])
    assert process_of(c, node, "db") != dead
    equal(shots(c), [])


def test_standby_moves(c):
    start(c)
    node = where(c)
    rest = tuple(n.name for n in c if n.name != node)
    c[node].order("standby", node)
    all_run(c, nodes=rest)
    assert all(node not in nodes for nodes in c.run_log.running().values()), c.run_log.running()
    c[node].order("unstandby", node)
    all_run(c)
    equal(shots(c), [])


def test_group_keeps_its_order(c):
    start(c)
    node = where(c, "site")
    c[node].order("standby", node)
    all_run(c, nodes=tuple(n.name for n in c if n.name != node))
    acts = [(what, act) for _, _, what, act in c.run_log.lines() if what in ("address", "site")]
    equal(acts, [("address", "start"), ("site", "start"), ("site", "stop"), ("address", "stop"), ("address", "start"),
                 ("site", "start")])


def test_asked_to_end(c):
    """SIGTERM drains a node: what runs there goes elsewhere first, and nobody is fenced."""
    start(c)
    node = where(c)
    rest = tuple(n.name for n in c if n.name != node)
    equal(c[node].machine.signal_daemon(signal.SIGTERM), 0)
    assert all(node not in nodes for nodes in c.run_log.running().values()), c.run_log.running()
    all_run(c, nodes=rest)
    c[node].machine.start_daemon()
    c.settled()
    all_run(c)
    equal(shots(c), [])
    refused = [e for n in c for e in n.history() if e["outcome"] != "applied"]
    equal(refused, [])  # of an everyday restart nothing reads like a fault


def test_leaves_although_its_standby_is_lifted(c):
    """A node that an operator has on standby is asked to end; then the standby is lifted, while a stop is under way."""
    start(c)
    node = where(c)
    rest = tuple(n.name for n in c if n.name != node)
    other = c[rest[0]]
    hold = c[node].machine.path("/run/hold-stop")
    hold.touch()
    other.order("standby", node)

    def pending(what):
        return any(p.startswith(what) for p in other.status()["pending"])
    c.wait("its stop is under way", lambda: pending(f"db on {node}: stop"))
    c[node].machine.tell(str(int(signal.SIGTERM)))
    c.wait("it has begun to leave", lambda: "leaves the cluster" in c[node].machine.log.read_text())
    other.order("unstandby", node)
    c.wait("it leaves all the same", lambda: pending(f"{node} leaves"))
    hold.unlink()
    equal(int(c[node].machine.expect("ended")), 0)
    c.wait("it has left", lambda: {m["node"]: m["state"] for m in other.status()["cluster"]["members"]}[node] == "left")
    all_run(c, nodes=rest)
    equal(shots(c), [])
    c[node].machine.start_daemon()
    c.settled()
    all_run(c)


def test_found_lost_while_it_leaves(c):
    """Its last word is refused, for its session is over: it takes another one, instead of saying it again and again."""
    start(c)
    node = next(n.name for n in c if n.name != c.leader())
    rest = tuple(n.name for n in c if n.name != node)
    other = c[c.leader()]

    def state():
        return {m["node"]: m["state"] for m in other.status()["cluster"]["members"]}[node]
    other.order("standby", node)
    all_run(c, nodes=rest)
    for number in (signal.SIGSTOP, signal.SIGTERM):
        c[node].machine.tell(str(int(number)))
    c.wait("it is lost", lambda: state() == "lost")
    c[node].machine.tell(str(int(signal.SIGCONT)))
    c.wait("it has left", lambda: state() == "left")
    equal(int(c[node].machine.expect("ended")), 0)
    refused = [e for e in other.history() if e["outcome"] != "applied"]
    assert len(refused) <= 3, refused
    equal(shots(c), [])


def test_daemon_exchanged_in_maintenance(c):
    """In maintenance SIGTERM leaves the services running, and the next daemon has them again: nothing is started, stopped
    or fenced. Who is still away when maintenance ends is lost like others: its services are wanted again."""
    start(c)
    node = where(c)
    other = c[next(n.name for n in c if n.name != node)]
    acts = list(c.run_log.lines())

    def ends_for_a_while():
        equal(c[node].machine.signal_daemon(signal.SIGTERM), 0)
        c.wait("the others know that it comes back", lambda: {m["node"]: m["state"] for m in other.status()["cluster"][
            "members"]}[node] == "detached")
    other.order("maintenance", "on")
    ends_for_a_while()
    c[node].machine.start_daemon()
    c.settled()
    c.wait("it is on standby no more", lambda: "standby" not in other.troupe("status").out)
    other.order("maintenance", "off")
    all_run(c)
    equal(list(c.run_log.lines()), acts)
    equal(shots(c), [])
    other.order("maintenance", "on")
    ends_for_a_while()
    other.order("maintenance", "off")
    lost_and_fenced(c, node)


def fill_disk(c, node):
    """Nothing more gets onto its data disk; what lies there already has its room."""
    with open(c[node].folder / "data/fill", "wb", buffering=0) as fill:
        try:
            while True:
                fill.write(bytes(4096))
        except OSError as e:
            equal(e.errno, errno.ENOSPC)


def grow_journals(c, node):
    """Large configurations, one after the other, until the next segment is due."""
    note = '[resource.idle-{}]\nagent = "ocf:heartbeat:Dummy"\ntarget = "stopped"\nmonitor = {{ interval = "10s" }}\n'
    for i in range(3):
        more = "".join(f'{note.format(k)}params = {{ note = "{random.randbytes(20000).hex()}" }}\n' for k in range(40))
        c[node].order("apply", config(c, more=more), "--no-agents")  # none has such a parameter


def test_agents_have_their_folder(c):
    """/run is empty when a machine has booted, and agents expect the cluster to make their folder there."""
    start(c)
    note = '[resource.note]\nagent = "ocf:heartbeat:Dummy"\nmonitor = { interval = "10s" }\n'
    c["n1"].order("apply", config(c, more=note))
    node = c.wait("note runs", lambda: where(c, "note"))
    assert c[node].machine.path("/run/resource-agents/Dummy-note.state").exists()


def test_full_disk(c):
    """The data disk of a node that leads and serves is full: it is drained, not fenced, and says why; with room it
    comes back, and votes."""
    for n in c:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m", "none", n.folder / "data"], check=True)
        c.undo.callback(subprocess.run, ["umount", "--lazy", n.folder / "data"], check=True)
    start(c)
    node = place_db(c, leads=True)
    other = next(n.name for n in c if n.name != node)
    fill_disk(c, node)

    def history_is_told_off():
        for state in ("on", "off"):  # each is a line of the history
            c[other].order("maintenance", state, "cache")
        return f"the history of {node} is not written any more: " in c[node].troupe("status").out
    c.wait("its status says that the history ends", history_is_told_off)
    equal(c[node].troupe("status").status, 1)
    grow_journals(c, other)
    equal(c[node].machine.expect("ended"), "1")
    rest = [n for n in c if n.name != node]
    c.wait("db runs elsewhere", lambda: where(c, node=rest[0]) not in (None, node))
    assert told(c, rest[0], f"standby {node}", "its data disk is full"), rest[0].history()
    assert "its data disk is full" in rest[0].troupe("why", node).out
    (c[node].folder / "data/fill").unlink()
    c[node].machine.start_daemon()
    leader = c.settled()  # who votes, it knows

    def standings():
        return {v["node"]: v["standing"] for v in c[leader].status()["cluster"]["voters"]}
    c.wait("all vote again", lambda: standings() == {"n1": "votes", "n2": "votes", "n3": "votes"})
    c.wait("it is on standby no more", lambda: not rest[0].status()["cluster"]["directives"])
    equal(shots(c), [])


def test_broken_configuration(c):
    """What can be neither started nor stopped has one node fenced, and not one after the other."""
    start(c)
    leader = c[c.leader()]
    leader.order("apply", config(c, more=service(c, "broken", "ocf:troupe-test:broken")))
    c.wait("one was fenced", lambda: shots(c))
    spared = c.wait("the next one is spared", lambda: next(
        (n.name for n in c.up() if "is not fenced for it: mend broken" in n.troupe("status").out), None))
    c.wait("the strip switched it on again", c[shots(c)[0]].machine.on)
    leader = c[c.settled()]
    c.wait("all else runs", lambda: {s: len(on) for s, on in c.run_log.running().items()} ==
           {"db": 1, "address": 1, "site": 1, "cache": 3})
    equal(len(shots(c)), 1)
    stopped = next(p["node"] for p in leader.status()["cluster"]["holders"] if p["resource"] == "broken")
    assert "is not fenced for it" in leader.troupe("why", stopped).out, (spared, leader.troupe("why", stopped))
    leader.order("fence", stopped)  # an operator may
    c.wait("it was fenced", lambda: shots(c)[1:] == [stopped])


def test_agent_gone(c):
    """What could be started and cannot be stopped any more, anywhere, has one node fenced, and not all."""
    start(c)
    worker = service(c, "worker", "ocf:troupe-test:vanishing", more="clone = {}\n")
    c[c.leader()].order("apply", config(c, more=worker))
    c.wait("it runs everywhere", lambda: len((c.holders() or {}).get("worker", [])) == 3)
    pathlib.Path(f"{c.run_log.path}.gone").touch()
    c.wait("one was fenced", lambda: shots(c))
    held = "worker could not be stopped on "
    c.wait("the other two are spared", lambda: any(
        sum(line.strip().startswith(held) and "is not fenced for it" in line for line in n.troupe("status").out.splitlines()) == 2
        for n in c.up()))
    c.wait("the strip switched it on again", c[shots(c)[0]].machine.on)
    c.settled()
    c.wait("all else runs", lambda: {s: len(on) for s, on in c.run_log.running().items() if s != "worker"} ==
           {"db": 1, "address": 1, "site": 1, "cache": 3})
    equal(len(shots(c)), 1)
    pathlib.Path(f"{c.run_log.path}.gone").unlink()  # mended: what is held is stopped, and nobody else fenced
    c[c.leader()].order("cleanup", "worker")
    c.wait("it runs everywhere again", lambda: len((c.holders() or {}).get("worker", [])) == 3)
    equal(len(shots(c)), 1)


def test_agent_broken(c):
    """What no call of its agent can be asked about, on any node and after any boot: one node is fenced for it, once,
    however soon its failures are forgotten."""
    start(c)
    worker = service(c, "worker", "ocf:troupe-test:vanishing", more='clone = {}\nfailure-timeout = "3s"\n')
    c[c.leader()].order("apply", config(c, more=worker))
    c.wait("it runs everywhere", lambda: len((c.holders() or {}).get("worker", [])) == 3)
    pathlib.Path(f"{c.run_log.path}.gone").write_text("2")
    c.wait("one was fenced", lambda: shots(c))
    c.wait("the strip switched it on again", c[shots(c)[0]].machine.on)
    again = f"worker could not be stopped on {shots(c)[0]}, although {shots(c)[0]} has died for that moments ago"
    c.wait("what its next boot found cannot be stopped either", lambda: any(again in n.troupe("status").out for n in c.up()))
    c.settled()
    c.wait("all else runs", lambda: {s: len(on) for s, on in c.run_log.running().items() if s != "worker"} ==
           {"db": 1, "address": 1, "site": 1, "cache": 3})
    equal(len(shots(c)), 1)
    pathlib.Path(f"{c.run_log.path}.gone").unlink()
    c[c.leader()].order("cleanup", "worker")
    c.wait("it runs everywhere again", lambda: len((c.holders() or {}).get("worker", [])) == 3)
    equal(len(shots(c)), 1)


def test_short_partition(c):
    """Cut off for less than `tolerate`: nobody is lost, and the leader's stream, which TCP would try again only much
    later, is dialled anew at once. Whether it is stuck at that moment is chance: so more than once. With 16s silence
    shows after 8s: TCP tries again 6.2s and 12.6s after the first loss, and gives a stream up after 10s."""
    tolerate = {"tolerate": "16s", "restart_grace": "5s", "late_margin": "1s"}
    c.form(c.config(services(c), **tolerate))
    all_run(c)
    leader = c[c.leader()]
    follower = next(n for n in c if n is not leader)

    def heard():
        return {li["peer"]: li["datagrams"] for li in leader.status()["links"]}[follower.name]

    def stuck():  # whoever hears of the other first ends it
        return any(f"{other.name} answers again, but the stream with it is stuck" in one.machine.log.read_text()
                   for one, other in ((leader, follower), (follower, leader)))

    def caught_up():
        return follower.status()["chosen"] == leader.status()["chosen"]
    for number in range(6):
        follower.cable.cut()
        note = f'[resource.idle-{number}]\nagent = "ocf:heartbeat:Dummy"\ntarget = "stopped"\n'
        leader.order("apply", c.config(services(c, more=note), **tolerate))  # goes into the stream
        c.wait("it is silent", lambda: not heard())
        follower.cable.mend()
        c.wait("it is heard", heard)
        c.wait("it knows what was applied", caught_up)
        if stuck():
            break
    assert stuck(), leader.machine.log.read_text()
    equal(told(c, leader, follower.name, "is lost"), [])
    equal(shots(c), [])
    all_run(c)


def main():
    why = network.check_possible()
    if why:
        print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 77
    cases = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    if sys.argv[2:]:
        cases = [each for each in cases if each[0] in sys.argv[2:]]
    failed = 0
    for name, case in cases:
        try:
            with Cluster(sys.argv[1], switched=True, resource_agents=[SOURCE / "tests/resource.d"]) as c:
                case(c)
                equal(c.run_log.faults(CLONES), [])
        except Exception:  # whatever it was, the others are still to be run
            print(f"{name}:\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
