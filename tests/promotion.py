#!/usr/bin/env python3
"""Promotable resources with real agents, on three machines, each a PID and a network namespace: one is promoted, and
what happens to that when its node goes. ocf:pacemaker:Stateful keeps a word in a file; ocf:heartbeat:redis runs a real
primary with its replicas. Both speak to us through the commands that they know from Pacemaker.

Usage: promotion.py BIN [CASE...]. Needs root and the agents' packages; elsewhere it says why it skips (status 77).
Closes with `N passed, N failed`.
"""
import os
import pathlib
import subprocess
import sys
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import network  # noqa: E402
from lab.cluster import Cluster, toml  # noqa: E402

NODES = ("n1", "n2", "n3")
NEEDED = {"/usr/lib/ocf/resource.d/pacemaker/Stateful": "pacemaker-resource-agents",
          "/usr/lib/ocf/resource.d/heartbeat/redis": "resource-agents", "/usr/bin/redis-server": "redis-server"}
REDIS_CONFIG = """bind 0.0.0.0
protected-mode no
port 6379
dir /run/redis
save ""
repl-diskless-sync-delay 0
"""


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


# --- what the cluster says ---

def instances(c, of, node=None):
    """{node: role} where it runs healthily with nothing under way; None: it cannot be said, or something is."""
    s = next((s for n in ([node] if node else c.up()) if (s := n.status()) and s["cluster"]), None)
    mine = [h for h in s["cluster"]["holders"] if h["resource"] == of] if s else [{"phase": "unknown"}]
    if any(h["phase"] != "running" or h["open_act"] for h in mine):
        return None
    return {h["node"]: h["role"] for h in mine}


def promoted(c, of, nodes, node=None):
    """The one that is promoted, once it runs on all of these nodes and no others; None: not yet."""
    found = instances(c, of, node)
    if found is None or tuple(sorted(found)) != tuple(nodes):
        return None
    ones = [n for n, role in found.items() if role == "promoted"]
    assert len(ones) <= 1, found
    return ones[0] if ones else None


# A database takes whole seconds for each of its steps, and more of them on a machine that is busy.
PATIENCE = 240


def wait_promoted(c, of, nodes=NODES, but=None):
    asked = next(c[n] for n in nodes)
    return c.wait(f"one of {of} on {nodes} is promoted",
                  lambda: (p := promoted(c, of, nodes, asked)) and p != but and p, PATIENCE)


def told(node, *parts):
    """Indexes of the history's lines that hold all of this, applied."""
    return [e["index"] for e in node.history() if all(p in e["what"] for p in parts) and e["outcome"] == "applied"]


def in_order(*indexes):
    assert all(indexes) and all(a[-1] < b[-1] for a, b in zip(indexes, indexes[1:])), indexes


def inside(c, node, *command, text=None):
    """A command on that machine: its output."""
    done = subprocess.run(["nsenter", "-t", str(c[node].machine.first), "--net", "--pid", "--mount", *command],
                          capture_output=True, text=True, input=text, timeout=60)
    return done.stdout.strip()


# --- ocf:pacemaker:Stateful ---

def stateful(c, more=""):
    log = c.folder / "environments"
    return (f'[resource.db]\nagent = "ocf:pacemaker:Stateful"\nparams = {{ envfile = {toml(log)} }}\n'
            'clone = { notify = true }\npromotable = {}\n'
            'monitor = [{ interval = "1s", role = "promoted" }, { interval = "1100ms", role = "started" }]\n' + more)


def settings(c, services):
    return c.config(services, tolerate="2s", restart_grace="5s", late_margin="1s")


def word_of(c, node):
    return c[node].machine.path("/run/Stateful-db.state").read_text().strip()


def calls(c):
    """What the agent was called with, in order: {variable: value}, without the prefix of what is ours."""
    out = []
    for line in (c.folder / "environments").read_text(errors="replace").splitlines():
        if line.startswith("### ") and "@" in line:
            out.append({})
        name, _, value = line.partition("=")
        if out and name.startswith("OCF_RESKEY_CRM_meta_"):
            out[-1][name.removeprefix("OCF_RESKEY_CRM_meta_")] = value
    return out


def notices(c, on, since=0):
    """The notices on a node, as "pre-promote"."""
    return [f'{e["notify_type"]}-{e["notify_operation"]}' for e in calls(c)[since:]
            if e.get("name") == "notify" and e["on_node"] == on]


def test_one_is_promoted(c):
    c.form(settings(c, stateful(c)))
    one = wait_promoted(c, "db")
    for n in NODES:
        equal(word_of(c, n), "Promoted" if n == one else "Unpromoted")
        equal(inside(c, n, "env", f"TROUPE_CONTROL=/run/troupe/control.sock", f"OCF_RESKEY_CRM_meta_on_node={n}",
                     str(c.bin / "agent-commands/crm_attribute"), "-G", "-q", "-l", "reboot", "-n", "master-db"),
              "10" if n == one else "5")
    equal({a["node"]: a["value"] for a in c[one].troupe("attributes", "--json").json["attributes"]
           if (a["lasts"], a["name"]) == ("reboot", "master-db")}, {n: "10" if n == one else "5" for n in NODES})
    members = inside(c, one, "env", "TROUPE_CONTROL=/run/troupe/control.sock", str(c.bin / "agent-commands/cibadmin"),
                     "-Q", "--xpath", "//node_state[@crmd='online']//nvpair[@name='master-db']")
    equal([line.strip() for line in members.splitlines()], [
        "<xpath-query>",
        *(f'<nvpair id="status-{n}-master-db" name="master-db" value="{10 if n == one else 5}"/>' for n in sorted(NODES)),
        "</xpath-query>"])
    status = c[one].troupe("status")
    assert f"{one} (promoted)" in status.out or "promoted" in status.out, status


def test_told_of_each_promotion(c):
    c.form(settings(c, stateful(c)))
    one = wait_promoted(c, "db")
    other = next(n for n in NODES if n != one)
    c.wait("all rounds are over", lambda: notices(c, other)[-1:] == ["post-promote"])
    assert "pre-promote" in notices(c, other), notices(c, other)
    after = next(e for e in reversed(calls(c)) if e.get("name") == "notify" and e["on_node"] == other)
    equal(after["notify_promote_uname"], one)
    equal(sorted(after["notify_active_uname"].split()), sorted(NODES))
    equal(after["notify_promoted_uname"], " ")  # before the promotion there was none
    equal(after["notify_demote_uname"], " ")
    equal((after["notify"], after["promoted_max"], after["master_max"], after["clone_max"]), ("true", "1", "1", "3"))


def test_holder_killed(c):
    c.form(settings(c, stateful(c)))
    gone = wait_promoted(c, "db")
    rest = tuple(n for n in NODES if n != gone)
    c[gone].machine.crash()
    other = c.wait("another one is promoted", lambda: next(
        (n for n, role in (instances(c, "db", c[rest[0]]) or {}).items() if role == "promoted" and n != gone), None))
    in_order(told(c[rest[0]], gone, "is lost"), told(c[rest[0]], f"of {gone} is dead", "power"),
             told(c[rest[0]], f"promote db on {other}"))
    c.wait("the strip switched it on again", c[gone].machine.on)
    c.settled()
    equal(wait_promoted(c, "db"), other)  # it stays where it is: the one that came back has a lower score
    equal(word_of(c, gone), "Unpromoted")


def test_standby_demotes_first(c):
    c.form(settings(c, stateful(c)))
    one = wait_promoted(c, "db")
    rest = tuple(n for n in NODES if n != one)
    c[one].order("standby", one)
    other = wait_promoted(c, "db", rest)
    for later in (f"stop db on {one}", f"promote db on {other}"):
        in_order(told(c[other], f"demote db on {one}"), told(c[other], later))
    wanted = {"pre-demote", "post-demote", "pre-promote", "post-promote", "pre-stop", "post-stop"}
    c.wait("the replicas have been told of all of it", lambda: all(wanted <= set(notices(c, n)) for n in rest))
    c[one].order("unstandby", one)
    equal(wait_promoted(c, "db"), other)


def test_daemon_restarted_keeps_the_scores(c):
    c.form(settings(c, stateful(c)))
    one = wait_promoted(c, "db")
    acts = len(told(c[one], "demote db"))
    c[one].machine.restart_daemon()
    c.settled()
    equal(wait_promoted(c, "db"), one)
    equal(len(told(c[one], "demote db")), acts)


def test_start_promotes(c):
    """After a stop one is promoted again; an operator's word for less has it demoted."""
    c.form(settings(c, stateful(c)))
    one = wait_promoted(c, "db")
    c[one].order("start", "db", "--role", "started")
    c.wait("nobody is promoted", lambda: instances(c, "db") == {n: "started" for n in NODES})
    c[one].order("stop", "db")
    c.wait("nothing runs", lambda: instances(c, "db") == {})
    c[one].order("start", "db")
    wait_promoted(c, "db")


def test_higher_score_takes_over(c):
    """An operator's word, as an agent would say it; and with it goes what is colocated with the promoted one."""
    address = (f'[resource.address]\nagent = "ocf:troupe:service"\n'
               f'params = {{ log = {toml(c.run_log.path)}, run = "/run" }}\nmonitor = {{ interval = "1s" }}\n'
               '[[colocation]]\nresource = "address"\nwith = { promoted = "db" }\n'
               '[[order]]\nfirst = { promote = "db" }\nthen = { start = "address" }\n')
    c.form(settings(c, stateful(c, address)))
    one = wait_promoted(c, "db")
    c.wait("the address follows it", lambda: instances(c, "address") == {one: "started"})
    other = next(n for n in NODES if n != one)
    inside(c, other, "env", "TROUPE_CONTROL=/run/troupe/control.sock", f"OCF_RESKEY_CRM_meta_on_node={other}",
           str(c.bin / "agent-commands/crm_attribute"), "-l", "reboot", "-n", "master-db", "-v", "50")
    c.wait("it is promoted", lambda: promoted(c, "db", NODES) == other)
    c.wait("the address follows it", lambda: instances(c, "address") == {other: "started"})
    in_order(told(c[one], f"stop address on {one}"), told(c[one], f"demote db on {one}"),
             told(c[one], f"promote db on {other}"), told(c[one], f"start address on {other}"))


# --- a real Redis ---

def redis(c):
    os.chmod(c.folder, 0o755)  # the server runs as a user of its own
    (c.folder / "redis.conf").write_text(REDIS_CONFIG)
    return (f'[resource.redis]\nagent = "ocf:heartbeat:redis"\nparams = {{ config = {toml(c.folder / "redis.conf")} }}\n'
            'clone = { notify = true }\npromotable = {}\n'
            'start = { timeout = "60s" }\npromote = { timeout = "60s" }\ndemote = { timeout = "60s" }\n'
            'monitor = [{ interval = "3s", role = "promoted" }, { interval = "4s", role = "started" }]\n')


def ask(c, node, *words):
    return inside(c, node, "redis-cli", "-h", c[node].cable.host, *words)


def written(c, node, key, value):
    """True once a replica has it as well."""
    answer = inside(c, node, "redis-cli", "-h", c[node].cable.host, text=f"SET {key} {value}\nWAIT 1 3000\n")
    return answer.splitlines()[:1] == ["OK"] and int(answer.splitlines()[1]) >= 1


def replicate_from(c, nodes, one):
    """All others have their link to it up."""
    def so():
        return all(f"master_host:{one}" in (info := ask(c, n, "INFO", "replication")) and "master_link_status:up" in info
                   for n in nodes if n != one)
    c.wait(f"all replicate from {one}", so, PATIENCE)


def test_redis(c):
    c.form(settings(c, redis(c)))
    one = wait_promoted(c, "redis")
    replicate_from(c, NODES, one)
    c.wait("a value is written", lambda: written(c, one, "before", "1"))

    c[one].machine.crash()
    rest = tuple(n for n in NODES if n != one)
    other = c.wait("another one is promoted", lambda: next(
        (n for n, role in (instances(c, "redis", c[rest[0]]) or {}).items() if role == "promoted" and n != one), None), PATIENCE)
    in_order(told(c[rest[0]], f"of {one} is dead", "power"), told(c[rest[0]], f"promote redis on {other}"))
    replicate_from(c, rest, other)
    equal(ask(c, other, "GET", "before"), "1")
    c.wait("another value is written", lambda: written(c, other, "after", "2"))

    c.wait("the strip switched it on again", c[one].machine.on)
    c.settled()
    equal(wait_promoted(c, "redis"), other)
    replicate_from(c, NODES, other)
    equal((ask(c, one, "GET", "before"), ask(c, one, "GET", "after")), ("1", "2"))

    c[other].order("standby", other)
    last = wait_promoted(c, "redis", tuple(n for n in NODES if n != other))
    in_order(told(c[last], f"demote redis on {other}"), told(c[last], f"promote redis on {last}"))
    equal((ask(c, last, "GET", "before"), ask(c, last, "GET", "after")), ("1", "2"))
    c.wait("a last value is written", lambda: written(c, last, "last", "3"))


def main():
    why = network.check_possible() or next((f"{path} is missing: install {package}" for path, package in NEEDED.items()
                                            if not pathlib.Path(path).exists()), None)
    if why:
        print(f"skipped: {why}\n0 passed, 0 failed, 1 skipped")
        return 77
    cases = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    if sys.argv[2:]:
        cases = [each for each in cases if each[0] in sys.argv[2:]]
    failed = 0
    for name, case in cases:
        try:
            with Cluster(sys.argv[1], switched=True) as c:
                case(c)
                equal(c.run_log.faults(), [])
        except Exception:  # whatever it was, the others are still to be run
            print(f"{name}:\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
