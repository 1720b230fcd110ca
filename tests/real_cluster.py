#!/usr/bin/env python3
"""Three real daemons on loopback: forming, commands, crashes, restarts, a lost disk, a wrong key.

Usage: real_cluster.py TROUPE TROUPED. Closes with `N passed, N failed`.
"""
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import traceback

from real_nodes import DEADLINE, Cluster

TROUPE, TROUPED = sys.argv[1:3]


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def standby(node, whom, reason="for the test"):
    return node.troupe("standby", whom, "--reason", reason)


def on_standby(node):
    s = node.status()
    return {d["subject"] for d in s["cluster"]["directives"]} if s and s["cluster"] else set()


def test_before_a_cluster(c):
    c["n1"].start()
    s = c["n1"].troupe("status")
    equal(s.status, 1)
    assert "belongs to no cluster" in s.out, s
    refused = standby(c["n1"], "n2")
    equal(refused.status, 1)
    assert "see `troupe init`" in refused.err, refused
    equal(c["n2"].troupe("status").status, 3)  # nobody there


def test_form_and_agree(c):
    leader = c.form()
    states = [n.status() for n in c]
    equal({s["leader"] for s in states}, {leader})
    equal(len({s["cluster"]["lineage"] for s in states}), 1)
    for s in states:
        equal([m["node"] for m in s["cluster"]["members"]], ["n1", "n2", "n3"])
    seen = {v["node"]: v["standing"] for v in c[leader].status()["cluster"]["voters"]}
    equal(seen, {"n1": "votes", "n2": "votes", "n3": "votes"})
    again = c["n2"].troupe("init", c.folder / "cluster.toml")
    equal(again.status, 1)
    assert "belongs to a cluster already" in again.err, again


def test_apply_from_any_node(c):
    c.form()
    before = c["n2"].version()
    done = c["n2"].troupe("apply", c.config(tolerate="600ms"), "--json")
    equal(done.status, 0)
    equal((done.json["applied"], done.json["replaced"]), (True, before))
    version = done.json["index"]
    for n in c:
        c.wait(f"{n.name} has the new version", lambda: n.version() == version)
    timers = {t["name"]: t["ms"] for t in c["n1"].troupe("timers", "--json").json["timers"]}
    equal(timers["tolerate"], 600.0)  # the cluster's own, not the default
    stale = c["n3"].troupe("apply", c.config(tolerate="700ms"), "--version", before)
    equal(stale.status, 1)
    assert "is not the present one" in stale.err, stale
    equal({n.version() for n in c}, {version})


def test_configuration_far_larger_than_a_slot(c):
    """Two megabytes in a few resources. (Thousands of them: tools/sim/large_command.test.cpp; here they would all be
    probed, and this is no test of how many processes a machine can start.)"""
    leader = c.form()
    other = next(n for n in c if n.name != leader)
    path = c.config()
    with open(path, "a") as f:
        for i in range(40):
            f.write(f'[resource.service-{i}]\nagent = "ocf:heartbeat:Dummy"\ntarget = "stopped"\n'
                    f'monitor = {{ interval = "10s" }}\nparams = {{ note = "{"0123456789" * 5000}" }}\n')
    done = other.troupe("apply", path, "--json", "--no-agents")  # none has such a parameter
    assert done.status == 0, done
    version = done.json["index"]
    for n in c:
        c.wait(f"{n.name} has the new version", lambda: n.version() == version)
    asked = standby(c[leader], other.name)
    assert asked.status == 0, asked
    other.kill()
    other.start()
    c.wait("it has read all pieces again", lambda: other.version() == version and other.name in on_standby(other))


def test_start_while_an_earlier_life_still_answers(c):
    """As a child does for a moment that was not its program yet when its daemon was killed."""
    node = c["n1"]
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(node.control))
    listener.listen()

    def until_it_looks():
        caller_id = None
        while node.process is None or caller_id != node.process.pid:
            caller, _ = listener.accept()
            caller_id = struct.unpack("iII", caller.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
        listener.close()

    earlier = threading.Thread(target=until_it_looks, daemon=True)
    earlier.start()
    node.start()
    earlier.join(DEADLINE)
    assert not earlier.is_alive(), "it did not look whether anybody is there"


def test_leader_killed(c):
    c.form()
    old = c.leader()
    session = c[old].session()
    c[old].kill()
    rest = [n for n in c if n.name != old]
    c.wait("another leads", lambda: (name := c.leader(rest)) != old and name)
    equal(standby(rest[0], old).status, 0)
    c[old].start()
    c.wait("it joins in a new session", lambda: (c[old].session() or 0) > session)
    c.wait("it has caught up", lambda: old in on_standby(c[old]))
    c.wait("all agree", lambda: c.leader())


def test_all_killed(c):
    c.form()
    equal(standby(c["n1"], "n2").status, 0)
    version, lineage = c["n1"].version(), c["n1"].status()["cluster"]["lineage"]
    sessions = {n.name: n.session() for n in c}
    for n in c:
        n.kill()
    for n in c:
        n.start()
    c.settled()
    for n in c:
        c.wait("what was decided is there", lambda: on_standby(n) == {"n2"})
        equal((n.version(), n.status()["cluster"]["lineage"]), (version, lineage))
        assert n.session() > sessions[n.name]
    equal(c["n3"].troupe("unstandby", "n2").status, 0)


def test_voter_lost_its_disk(c):
    c.form()
    equal(standby(c["n1"], "n2").status, 0)
    leader = c.leader()
    wiped = next(n for n in c if n.name != leader)
    wiped.kill()
    shutil.rmtree(wiped.folder / "data")
    wiped.start()
    c.wait("it has the state again", lambda: on_standby(wiped) == {"n2"})
    c.settled()
    equal(wiped.status()["part"], "learner")

    def said_by(node):
        s = node.status()
        return any(v == {"node": wiped.name, "standing": "learner"} for v in s["cluster"]["voters"]) and any(
            f"{wiped.name} was made a voter and is a learner" in line for line in s["pending"])
    c.wait("it says so", lambda: said_by(wiped))
    c.wait("all others say so", lambda: all(said_by(n) for n in c))
    equal([n.troupe("status").status for n in c], [1, 1, 1])
    equal(standby(wiped, "n1").status, 0)


def test_a_node_is_added_and_replaced(c):
    c.form()
    late = c.add("n4")
    late.start()
    equal(c["n2"].troupe("apply", c.config()).status, 0)

    def all_see_it():
        return all(any(m["node"] == "n4" and m["state"] == "joined" for m in n.status()["cluster"]["members"]) for n in c)
    c.wait("it has joined", lambda: late.session() and all_see_it())
    equal(standby(late, "n1").status, 0)  # it speaks for the cluster like any other
    # Its machine is replaced: another identity, an empty data folder.
    equal(late.end(), 0)
    del c.nodes["n4"]
    equal(c["n2"].troupe("apply", c.config()).status, 0)
    shutil.rmtree(late.folder / "data")
    late.key = late.new_key()
    c.nodes["n4"] = late
    late.start()
    equal(c["n3"].troupe("apply", c.config()).status, 0)
    c.wait("the new machine has joined", lambda: late.session() and all_see_it())
    # So may a voter's, in one step; it serves, and has no vote.
    voter = next(n for n in c if n.name not in ("n4", c.leader()))
    equal(voter.end(), 0)
    shutil.rmtree(voter.folder / "data")
    voter.key = voter.new_key()
    equal(late.troupe("apply", c.config()).status, 0)
    voter.start()
    c.wait("the new machine has joined", voter.session)
    c.wait("all know that it has no vote", lambda: all(
        {"node": voter.name, "standing": "learner"} in n.status()["cluster"]["voters"] for n in c))


def test_wrong_key(c):
    c.form()
    leader = c.leader()
    other = next(n for n in c if n.name != leader)
    other.kill()
    other.new_key()  # the others pin the one before
    other.start()

    def refused():
        return any(r["why"] == "wrong key" and r["count"] > 0 for r in c[leader].status()["refused"])
    c.wait("it is turned away, and that is counted", refused)
    text = c[leader].troupe("status").out
    line = text.split("turned away at the door of")[1].split("wrong key")[1].splitlines()[0]
    assert line.endswith(f", as {other.name}"), text
    c.wait("the pending say it", lambda: f"who called itself {other.name} was turned away by {leader}" in c[leader].troupe("status").out)
    equal(other.session(), None)
    told = c.wait("it says what may be wrong", lambda: (t := other.troupe("status").out) and "turning this node away" in t and t)
    assert "no answer from " in told, told


def test_history(c):
    c.form()
    equal(standby(c["n1"], "n2", "new disk").status, 0)
    refused = standby(c["n1"], "n9")
    equal(refused.status, 1)
    assert "there is no node 'n9'" in refused.err, refused

    def told(node):
        return [e for e in node.troupe("history", "--json").json if e["what"] == "standby n2: new disk"]
    for n in c:
        event = c.wait(f"{n.name} tells it", lambda: told(n))[0]
        equal((event["node"], event["reason"], event["outcome"]), ("n1", "operator request", "applied"))
        assert event["user"].endswith(")") and "(" in event["user"], event
    c["n3"].kill()
    c["n3"].start()
    equal(len(c.wait("a restart keeps it", lambda: told(c["n3"]))), 1)
    last = c["n1"].troupe("history", "--last", "1")
    equal(len(last.out.splitlines()), 1)


def test_fence_and_move_are_refused_with_the_way_out(c):
    c.form()
    cases = {("fence", "n2"): "no fence device has n2 as a target", ("fence", "n9"): "there is no node n9",
             ("fence", "n2", "--confirmed-off", "--reason", "unplugged"): "it talks to this cluster, so it is not off",
             ("move", "db", "n2", "--expires", "1h"): "no resource or group 'db'", ("unmove", "db"): "db was not moved"}
    for args, why in cases.items():
        done = c["n1"].troupe(*args)
        equal((args, done.status), (args, 1))
        assert why in done.err, done


def test_cleanup_of_a_group_is_that_of_its_members(c):
    c.form()
    path = c.config()
    with open(path, "a") as f:
        for name in "ab":
            f.write(f'[resource.{name}]\nagent = "ocf:troupe:nameplate"\nparams = {{ file = "/x" }}\ntarget = "stopped"\n'
                    'monitor = { interval = "10s" }\n')
        f.write('[group.g]\nmembers = ["b", "a"]\n')
    equal(c["n1"].troupe("apply", path).status, 0)
    version = c["n1"].version()
    c.wait("n2 knows the group", lambda: c["n2"].version() == version)
    done = c["n2"].troupe("cleanup", "g", "--node", "n3")
    equal(done.status, 0)
    assert done.out.startswith("failures of g on n3 are forgotten"), done
    events = c["n2"].troupe("history", "--json").json
    equal([e["what"] for e in events if e["what"].startswith("cleanup")], ["cleanup of b on n3", "cleanup of a on n3"])
    for args, why in {("h",): "there is no resource or group 'h'", ("g", "--node", "n9"): "there is no node 'n9'"}.items():
        refused = c["n2"].troupe("cleanup", *args)
        equal(refused.status, 1)
        assert why in refused.err, refused


def test_why_and_plan(c):
    c.form()
    equal(standby(c["n1"], "n2", "new disk").status, 0)
    why = c.wait("n3 knows it", lambda: (told := c["n3"].troupe("why", "n2")).out.count("new disk") == 2 and told)
    equal(why.status, 0)
    lines = why.out.splitlines()
    equal(lines[0], "n2 has joined")
    assert lines[1].startswith("n2 is on standby, by ") and lines[1].endswith(": new disk"), why
    told = c["n3"].troupe("why", "n2", "--json").json
    equal([e["reason"] for e in told["chain"]], ["operator request", "node joined"])  # and its join
    equal(c["n1"].troupe("why", "n9").status, 1)

    equal(c["n1"].troupe("plan").out.splitlines()[-1], "nothing is to be done")
    more = c.config()
    more.write_text(more.read_text() + '[resource.db]\nagent = "ocf:heartbeat:Dummy"\n')
    plan = c["n3"].troupe("plan", more, "--json")
    equal(plan.status, 0)
    equal([(s["wave"], s["what"]) for s in plan.json["steps"]],
          [(1, f"look on {n} whether db runs there already") for n in ("n1", "n2", "n3")] +
          [(1, "db: new -> n1"), (2, "start db on n1")])
    equal([c["subject"] for c in plan.json["changes"]], ["resource db"])
    equal(c["n1"].version(), c["n2"].version())
    lost = c["n3"].troupe("plan", more, "--fail", "n1", "--fail", "n2", "--json").json
    assert "NO FENCING" in " ".join(lost["notices"]), lost
    equal(lost["steps"], [])
    assert lost["others"][0].startswith("1 of 3 voters would be left"), lost
    equal(c["n3"].troupe("plan", "--standby", "n9").status, 1)


def test_init_with_a_wrong_key_of_its_own_forms_nothing(c):
    for n in c:
        n.start()
    wrong = c.config()
    wrong.write_text(wrong.read_text().replace(c["n1"].key, c["n1"].new_key("other.key")))
    refused = c["n1"].troupe("init", wrong)
    equal(refused.status, 1)
    assert "gives this node another key" in refused.err, refused
    answer = c["n1"].troupe("init", c.config())  # and nobody has kept anything of the first one
    equal(answer.status, 0)
    c.settled()


def test_what_an_apply_must_not_do(c):
    c.form()
    version = c["n1"].version()
    same = c["n2"].troupe("apply", c.config())
    equal((same.status, same.out), (0, f"nothing changed: version {version} is the same\n"))
    wrong = c.config()
    wrong.write_text(wrong.read_text().replace(c["n2"].key, c["n2"].new_key("other.key")))
    for command in ("plan", "apply"):
        refused = c["n1"].troupe(command, wrong)
        equal(refused.status, 1)
        assert "changes the key of a node that is a member" in refused.out + refused.err, refused
    equal(c["n1"].troupe("apply", "/nonexistent", "--json").json["error"], "/nonexistent cannot be used; nothing was done")
    equal(c["n1"].version(), version)


def test_what_agents_would_refuse_is_not_applied(c):
    c.form()
    version = c["n1"].version()
    path = c.config()
    with open(path, "a") as f:
        f.write('[resource.plate]\nagent = "ocf:troupe:nameplate"\nparams = { fil = "/x" }\ntarget = "stopped"\n'
                'monitor = { interval = "10s" }\n')
    for command in ("plan", "apply"):
        refused = c["n2"].troupe(command, path)
        equal((refused.status, refused.out), (1, ""))
        assert "resource.plate.params.fil: no parameter of ocf:troupe:nameplate; did you mean 'file'?" in refused.err, refused
        assert "--no-agents goes on" in refused.err, refused
    equal(c["n2"].version(), version)
    equal(c["n2"].troupe("apply", path, "--no-agents").status, 0)
    c.wait("it is applied", lambda: c["n2"].version() != version)
    path.write_text(path.read_text().replace("ocf:troupe:nameplate", "ocf:nobody:nothing"))
    done = c["n2"].troupe("apply", path)
    equal(done.status, 0)  # it need not run here
    assert "not compared with the agent on this machine: ocf:nobody:nothing: " in done.err, done
    equal(c["n2"].troupe("attributes", "n3").out, "nothing is kept of n3\n")
    nobody = c["n2"].troupe("attributes", "n4")
    equal((nobody.status, nobody.err), (1, "troupe: there is no node 'n4'; did you mean 'n1'?\n"))


def test_a_boot_that_was_proved_dead_says_so(c):
    c.form()
    other = next(n for n in c if n.name != c.leader())
    other.kill()
    one = next(n for n in c if n is not other)

    def here():
        return next(m["state"] for m in one.status()["cluster"]["members"] if m["node"] == other.name)
    c.wait("it is lost", lambda: here() == "lost")
    word = subprocess.run([TROUPE, "fence", other.name, "--confirmed-off", "--reason", "unplugged", "--socket", one.control],
                          input=other.name + "\n", text=True, capture_output=True, timeout=60)
    equal((word.returncode, word.stderr[-200:] if word.returncode else ""), (0, ""))
    other.start()
    told = c.wait("it says why it does not join", lambda: (s := other.status()) and s["kept-out"])
    assert "proved dead" in told, told
    refused = [e for e in one.troupe("history", "--json").json
               if e["what"] == f"{other.name} joins" and e["outcome"] != "applied"]
    assert len(refused) <= 2, refused


def test_ends_in_order(c):
    c.form()
    for n in c:
        equal(n.end(), 0)
        assert not n.control.exists()
        assert "ended in order" in n.log.read_text()
        equal(n.troupe("status").status, 3)


def test_no_majority(c):
    c.form()
    c["n1"].kill()
    c["n2"].kill()
    c.wait("it knows no leader", lambda: c["n3"].status()["leader"] is None)
    waits = c["n3"].troupe("standby", "n3", "--wait", "1")
    equal(waits.status, 1)
    assert "no answer within 1s" in waits.err, waits
    for question in (["why", "n3"], ["plan"]):
        told = c["n3"].troupe(*question)
        assert told.out.startswith("NO LEADER IS HEARD: what follows is the state of "), told
        assert c["n3"].troupe(*question, "--json").json["unled_as_of"], question
    equal(c["n3"].troupe("plan").status, 1)


def test_start_refused(c):
    one, two = c["n1"], c["n2"]
    one.start()
    cases = {
        "data": (f'"{one.folder / "data"}"', 1, "in use"),
        "listen": (f'["127.0.0.1:{one.port}"]', 1, "address already in use"),
        "control": (f'"{one.control}"', 1, "is in use by another daemon"),
        "identity": ('"/nonexistent/key"', 2, "/nonexistent/key"),
        "nmae": ('"n2"', 2, "did you mean 'name'?"),
    }
    if c.cgroup:
        cases["cgroup"] = (f'"{c.cgroup / "n1"}"', 1, "is in use by another daemon")
    occupied = two.folder / "occupied"  # the folder of the scopes cannot be made
    occupied.mkdir()
    (occupied / "scopes").touch()
    cases["control "] = (f'"{occupied / "control"}"', 1, f"cannot make the folder {occupied / 'scopes'}: ")
    for key, (value, status, why) in cases.items():
        two.write_config(**{key.strip(): value})
        two.log.unlink(missing_ok=True)
        with open(two.log, "wb") as log:
            done = subprocess.run([TROUPED, "--config", two.folder / "node.toml"], stderr=log, timeout=60)
        text = two.log.read_text()
        equal((key, done.returncode), (key, status))
        assert why in text, (key, text)
    equal(one.troupe("actors").status, 0)


def main():
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    if sys.argv[3:]:
        tests = [t for t in tests if t[0] in sys.argv[3:]]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            c = Cluster(TROUPE, TROUPED, folder)
            try:
                test(c)
            except Exception:  # whatever it was, the others are still to be run
                print(f"{name}:\n{traceback.format_exc()}")
                failed += 1
            finally:
                c.end()
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
