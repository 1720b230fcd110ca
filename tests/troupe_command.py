#!/usr/bin/env python3
"""The `troupe` command as a user runs it: exit statuses, what is on which stream, files left behind.

Usage: troupe_command.py TROUPE EXAMPLES. Closes with `N passed, N failed`.
"""
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile

TROUPE, EXAMPLES = sys.argv[1], pathlib.Path(sys.argv[2])
KEY = re.compile(r"troupe-ed25519:[A-Za-z0-9+/]{43}=\n")


def run(*args, text=None):
    done = subprocess.run([TROUPE, *map(str, args)], input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def test_usage(folder):
    for args in ([], ["chekc"], ["check"], ["check", "a", "b"], ["check", "--jsn", "a"], ["keygen"],
                 ["check", "--as", "both", "a"], ["fence", "n1", "--confirmed-off"], ["fence", "n1", "--reason", "x"],
                 ["fence", "n1", "--confirmed-off", "--reason", ""], ["move", "db", "n1", "--expires", "soon"],
                 ["unmove", "db", "--expires", "1h"], ["simulate"], ["simulate", "--cib", "a", "--status", "b"]):
        status, out, err = run(*args)
        equal((status, out), (2, ""))
        assert err, args
    equal(run("chekc")[2], "troupe: no command 'chekc'; did you mean 'check'?\n")
    for args, why in (["stats"], "no command 'stats'; did you mean 'status'?"), (["standby"], "NODE is required"):
        status, out, err = run(*args, "--json")
        equal((status, json.loads(out)), (2, {"error": why}))
        assert why in err, err


def test_what_is_no_cib_or_no_time(folder):
    cib = folder / "cib.xml"
    cib.write_text("""<cib have-quorum="1"><configuration><nodes><node id="1" uname="n1"/></nodes>
      <resources><primitive id="a" class="ocf" type="D"/><primitive id="b" class="ocf" type="D"/></resources>
      <constraints><rsc_order id="o1" first="a" then="b"/><rsc_order id="o2" first="b" then="a"/></constraints>
      </configuration><status/></cib>""")
    loop = "o1, o2: a loop of orders, in which a, b wait for each other: they are planned as if they did not"
    for time in ("", "tomorrow", "9999999999", "2026-13-01"):
        for command in (["simulate", "--cib", cib], ["import-cib", cib]):
            status, out, err = run(*command, "--now", time)
            equal((status, out), (2, ""))
            assert f'--now: "{time}" is no date; write for example 2026-11-24T12:00:00Z\n' in err, err
    equal(run("simulate", "--cib", folder), (1, "", f"troupe simulate: {folder} is a directory, no CIB\n"))
    equal(run("import-cib", folder), (1, "", f"troupe import-cib: {folder} is a directory, no CIB\n"))
    status, out, err = run("simulate", "--cib", cib, "--now", "2026-11-24T12:00:00Z", "--json")
    equal((status, err, json.loads(out)["warnings"]), (0, f"warning: {loop}\n", [loop]))
    status, out, err = run("simulate", "--cib", cib, "--why", "a", "--why", "b", "--json")
    equal((status, [answer["resource"] for answer in json.loads(out)]), (0, ["a", "b"]))
    equal(run("simulate", "--cib", cib, "--why", "ab")[::2],
          (1, f"warning: {loop}\ntroupe simulate: there is no resource ab; did you mean 'a'?\n"))
    status, out, _ = run("import-cib", cib, "--now", "2026-11-24T12:00:00Z")
    assert status == 0 and "o1, o2: a loop of orders" in out, out


def test_an_answer_that_cannot_be_written_is_a_failure(folder):
    with open("/dev/full", "w") as full:
        done = subprocess.run([TROUPE, "timers", "--tolerate", "2s"], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1 and "could not be written" in done.stderr, done
    status, _, err = run("standby", "n1", "--reason", "two\nlines")
    assert status == 2 and "one line of plain UTF-8" in err, err


def test_socket_from_the_environment(folder):
    done = subprocess.run([TROUPE, "status", "--json"], env={"TROUPE_SOCKET": "/nonexistent/s"}, capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 3 and "/nonexistent/s" in json.loads(done.stdout)["error"], done


def test_help(folder):
    status, out, _ = run("--help")
    equal(status, 0)
    for command in ("check", "keygen"):
        assert re.search(rf"^  {command} ", out, re.M), out
        status, out_of_command, _ = run(command, "--help")
        equal(status, 0)
        assert f"Examples:\n  troupe {command} " in out_of_command, out_of_command
        assert "--json" in out_of_command
    assert re.fullmatch(r"troupe \d+\.\d+\.\d+\n", run("--version")[1])


def test_check_good(folder):
    for example in sorted(EXAMPLES.iterdir()):
        status, out, err = run("check", "--no-agents", example)
        equal((status, err), (0, ""))
        kind = "node" if example.name == "node.toml" else "cluster"
        equal(out, f"{example}: {kind} file, 0 errors, 0 warnings\n")


def test_check_with_the_agents_of_this_machine(folder):
    for example in EXAMPLES.iterdir():  # if it has them; else they are named
        equal(run("check", example)[0], 0)
    agents = EXAMPLES.parent.parent / "agents"
    slow = folder / "slow" / "t" / "hangs"
    slow.parent.mkdir(parents=True)
    slow.write_text("#!/bin/sh\necho '<resource-agent>'\nsleep 1000 &\nsleep 1000\n")
    slow.chmod(0o755)
    path = folder / "cluster.toml"
    path.write_text((EXAMPLES / "cluster.toml").read_text() + """
[resource.d]
agent = "ocf:troupe:nameplate"
params = { fil = "x" }
[resource.p]
agent = "ocf:troupe:nameplate"
params = { file = "/x" }
promotable = {}
[resource.none]
agent = "ocf:nobody:nothing"
[resource.slow]
agent = "ocf:t:hangs"
[fence.f]
agent = "fence_pid"
targets = ["n1"]
params = { foldr = "/x" }
""")
    where = ["--resource-agents", agents / "resource.d", "--resource-agents", folder / "slow",
             "--fence-agents", agents / "fence"]
    status, out, err = run("check", path, *where)
    equal((status, err), (1, ""))
    assert ": error: resource.d.params.fil: no parameter of ocf:troupe:nameplate; did you mean 'file'?" in out, out
    assert ": error: resource.p.promotable: ocf:troupe:nameplate has no actions promote and demote; " in out, out
    assert ": error: fence.f.params.foldr: no parameter of fence_pid; did you mean 'folder'?" in out, out
    assert "\n  ocf:nobody:nothing: " in out, out
    assert "\n  ocf:t:hangs: does not say what it takes: no answer in time\n" in out, out
    equal(json.loads(run("check", path, "--json", *where)[1])["agents"]["compared"], ["ocf:troupe:nameplate", "fence_pid"])
    equal(run("check", path, "--no-agents")[0], 0)
    path.write_text(path.read_text() + "[resource.e]\nagnet = 1\n")  # one run names the faults of both kinds
    status, out, _ = run("check", path, *where)
    assert "error: resource.e.agnet" in out and "error: resource.d.params.fil" in out, out


def test_check_bad(folder):
    bad = folder / "node.toml"
    bad.write_text('name = "n1"\nlisten = ["10.0.0.1"]\ndta = 1\n')
    status, out, err = run("check", bad)
    equal((status, err), (1, ""))
    lines = out.splitlines()
    equal(len(lines), 4)
    assert lines[1].startswith(f"{bad}:2:11: error: listen[0]: not an address; "), lines[1]
    equal(lines[2], f"{bad}:3:1: error: dta: unknown key; did you mean 'data'?")
    equal(lines[3], f"{bad}: node file, 2 errors, 1 warning")


def test_check_warnings_are_good(folder):
    lone = folder / "lone.toml"
    lone.write_text('name = "n1"\nlisten = ["10.0.0.1:1"]\n')
    equal(run("check", lone)[0], 0)


def test_check_json(folder):
    bad = folder / "cluster.toml"
    bad.write_text('[cluster]\nnmae = "c"\n')
    status, out, err = run("check", "--json", bad)
    equal((status, err), (1, ""))
    answer = json.loads(out)
    equal({k: v for k, v in answer.items() if k not in ("diagnostics", "agents")},
          {"file": str(bad), "kind": "cluster", "good": False, "errors": 3, "warnings": 1})
    assert {"severity": "error", "line": 2, "column": 1, "key": "cluster.nmae", "what": "unknown key",
            "fix": "did you mean 'name'?"} in answer["diagnostics"], answer


def test_what_cannot_be_used_is_told_as_json_too(folder):
    bad = folder / "cluster.toml"
    bad.write_text('[cluster]\nnmae = "c"\n')
    for command in ("apply", "plan", "init"):
        status, out, err = run(command, "--json", "--no-agents", bad)
        answer = json.loads(out)
        equal((status, answer["error"]), (1, f"{bad} cannot be used; nothing was done"))
        assert {"severity": "error", "line": 2, "column": 1, "key": "cluster.nmae", "what": "unknown key",
                "fix": "did you mean 'name'?"} in answer["diagnostics"], answer
        assert f"{bad}:2:1: error: cluster.nmae: unknown key" in err, err
    status, out, err = run("apply", "--json", folder / "none")
    equal((status, [d["what"] for d in json.loads(out)["diagnostics"]]),
          (1, [f"{folder}/none: cannot be opened: No such file or directory"]))
    equal(err.splitlines()[0], f"troupe: {folder}/none: cannot be opened: No such file or directory")


def test_a_misspelt_agent(folder):
    mine = folder / "agents" / "mine"
    mine.mkdir(parents=True)
    (mine / "apache").write_text("#!/bin/sh\n")
    (mine / "apache").chmod(0o755)
    (folder / "fence_ipmilan").write_text("#!/bin/sh\n")
    (folder / "fence_ipmilan").chmod(0o755)
    path = folder / "cluster.toml"
    path.write_text(f'[cluster]\nname = "c"\n[node.n1]\nkey = "{run("keygen", folder / "k")[1].strip()}"\n'
                    'addresses = ["10.0.0.1:1"]\n[resource.web]\nagent = "ocf:mine:apche"\nmonitor = { interval = "10s" }\n'
                    '[resource.far]\nagent = "ocf:mine:galera"\nmonitor = { interval = "10s" }\n'
                    '[fence.ipmi]\nagent = "fence_ipmiln"\ntargets = ["n1"]\n')
    status, out, _ = run("check", "--json", "--resource-agents", folder / "agents", "--fence-agents", folder, path)
    found = {d["key"]: (d["severity"], d["what"], d["fix"]) for d in json.loads(out)["diagnostics"]}
    fix = "did you mean '{}'? One that is installed elsewhere alone is no fault"
    equal(found.get("resource.web.agent"), ("warning", "ocf:mine:apche is not on this machine", fix.format("apache")))
    equal(found.get("fence.ipmi.agent"), ("warning", "fence_ipmiln is not on this machine", fix.format("fence_ipmilan")))
    assert "resource.far.agent" not in found, found


def test_an_agent_that_is_not_executable(folder):
    (folder / "mine").mkdir()
    closed = {"resource.web.agent": ("ocf:mine:nox", folder / "mine" / "nox"),
              "fence.ipmi.agent": ("fence_nox", folder / "fence_nox")}
    for _, path in closed.values():
        path.write_text("#!/bin/sh\n")
        path.chmod(0o644)
    config = folder / "cluster.toml"
    config.write_text(f'[cluster]\nname = "c"\n[node.n1]\nkey = "{run("keygen", folder / "k")[1].strip()}"\n'
                      'addresses = ["10.0.0.1:1"]\n[resource.web]\nagent = "ocf:mine:nox"\nmonitor = { interval = "10s" }\n'
                      '[fence.ipmi]\nagent = "fence_nox"\ntargets = ["n1"]\n')
    status, out, _ = run("check", "--json", "--resource-agents", folder, "--fence-agents", folder, config)
    equal(status, 0)
    answer = json.loads(out)
    found = {d["key"]: (d["severity"], d["what"], d["fix"]) for d in answer["diagnostics"]}
    for key, (name, path) in closed.items():
        equal(found.get(key), ("warning", f"{name} is on this machine and is not executable", f"chmod +x {path}"))
        assert any(why.startswith(name) and f"{path}, which is not executable" in why
                   for why in answer["agents"]["not_compared"]), answer


def test_check_unreadable(folder):
    closed = folder / "closed.toml"
    closed.write_text("")
    closed.chmod(0)
    cases = {folder: "is a folder; name a file in it", folder / "none": "cannot be opened: No such file or directory",
             "/dev/zero": "is not a regular file", f"{closed}/x": "cannot be opened: Not a directory"}
    if os.geteuid() != 0:  # root reads everything
        cases[closed] = "cannot be opened: Permission denied"
    for path, why in cases.items():
        equal(run("check", path), (1, "", f"troupe: {path}: {why}\n"))
        status, out, err = run("check", "--json", path)
        equal((status, err, json.loads(out)["good"]), (1, "", False))


def test_check_any_bytes(folder):
    for name, content in {"empty": b"", "zeros": bytes(4096), "latin": b'name = "\xe4"\n', "deep": b"[" * 10**6,
                          "dots": b"a." * 10**6 + b"a=1", "tables": b"[a.b]\n" * 10**5, "long": b"#" * (9 << 20),
                          "elf": pathlib.Path(TROUPE).read_bytes()[:1 << 20]}.items():
        path = folder / name
        path.write_bytes(content)
        status, out, err = run("check", path)
        equal(status, 1)
        equal("error" in out or path.name in err, True)


def test_check_pipe(folder):
    status, out, _ = run("check", "/dev/stdin", text=(EXAMPLES / "node.toml").read_text())
    equal((status, out), (0, "/dev/stdin: node file, 0 errors, 0 warnings\n"))


def test_check_odd_name(folder):
    path = os.fsencode(folder) + b"/\xff.toml"
    pathlib.Path(os.fsdecode(path)).write_text('name = "n1"\nlisten = ["10.0.0.1:1"]\n')
    done = subprocess.run([TROUPE, "check", "--json", path], capture_output=True, timeout=60)
    equal(done.returncode, 0)
    assert json.loads(done.stdout)["file"].endswith("/\ufffd.toml")


def test_check_as(folder):
    path = folder / "unclear.toml"
    path.write_text("")
    for kind in ("node", "cluster"):
        status, out, _ = run("check", "--as", kind, path)
        equal(status, 1)
        assert f"{path}: {kind} file, " in out, out


def test_keygen(folder):
    os.umask(0)
    path = folder / "identity.key"
    status, out, err = run("keygen", path)
    equal((status, err), (0, ""))
    assert KEY.fullmatch(out), out
    equal(stat.S_IMODE(path.stat().st_mode), 0o600)
    content = path.read_text()
    assert content.endswith("\n" + out), content
    equal(run("keygen", path), (1, "", f"troupe: {path}: exists already and is not overwritten; remove it first, or choose "
                                       "another name\n"))
    equal(path.read_text(), content)
    status, out_of_other, _ = run("keygen", "--json", folder / "other.key")
    other = json.loads(out_of_other)
    equal(other["file"], str(folder / "other.key"))
    assert KEY.fullmatch(other["key"] + "\n") and other["key"] != out.strip(), other


def test_keygen_nowhere(folder):
    status, out, err = run("keygen", folder / "no" / "key")
    equal((status, out), (1, ""))
    assert err.endswith("cannot be made: No such file or directory\n"), err
    status, out, again = run("keygen", "--json", folder / "no" / "key")
    equal((status, again), (1, err))
    equal(json.loads(out), {"error": err.removeprefix("troupe: ").strip()})


def test_keygen_touches_nothing_that_exists(folder):
    target = folder / "precious"
    target.write_text("precious")
    link = folder / "link"
    link.symlink_to(target)
    for path in (target, link, folder):
        equal(run("keygen", path)[:2], (1, ""))
    equal((target.read_text(), link.is_symlink()), ("precious", True))


def test_key_fits_files(folder):
    key = run("keygen", folder / "n.key")[1].strip()
    path = folder / "node.toml"
    path.write_text(f'name = "n1"\nlisten = ["10.0.0.1:1"]\n[seed.n2]\naddresses = ["10.0.0.2:1"]\nkey = "{key}"\n')
    equal(run("check", path)[0], 0)


def test_no_daemon(folder):
    socket = folder / "none.sock"
    for args in (["status"], ["actors"], ["history"], ["standby", "n1"], ["maintenance", "on"], ["stop", "db"],
                 ["start", "db"], ["cleanup"], ["raise-level"], ["fence", "n1"], ["move", "db", "n1"], ["unmove", "db"], ["why", "db"], ["plan"],
                 ["plan", EXAMPLES / "cluster.toml"], ["plan", "--fail", "n1"],
                 ["fence", "n1", "--confirmed-off", "--reason", "unplugged"], ["init", EXAMPLES / "cluster.toml"], ["apply", EXAMPLES / "cluster.toml"]):
        status, out, err = run(*args, "--socket", socket)
        equal((args, status, out), (args, 3, ""))
        assert f"cannot reach the daemon at {socket}: No such file" in err, err


def test_bad_cluster_reaches_no_daemon(folder):
    path = folder / "cluster.toml"
    path.write_text('[cluster]\nnmae = "c"\n')
    for command in ("init", "apply", "plan"):
        status, out, err = run(command, path, "--socket", folder / "none.sock")
        equal((status, out), (1, ""))
        assert "did you mean 'name'?" in err and "nothing was done" in err, err


def test_timers(folder):
    status, out, err = run("timers", "--tolerate", "500ms", "--json")
    equal((status, err), (0, ""))
    answer = json.loads(out)
    assert {"tolerate": 500.0}.items() <= {t["name"]: t["ms"] for t in answer["timers"]}.items(), answer["timers"][0]
    assert all(c["holds"] for c in answer["checks"])
    equal(run("timers", "--tolerate", "1ms")[0], 1)
    equal(run("timers", "--tolerate", "soon")[0], 2)
    equal(run("timers", EXAMPLES / "cluster.toml")[0], 0)
    status, out, err = run("timers", "--socket", folder / "none.sock")
    equal((status, err), (0, "troupe: no daemon answers here: these are the timers of the default `tolerate`\n"))
    assert "2s" in out, out


def main():
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
            except (AssertionError, subprocess.TimeoutExpired, ValueError) as e:
                print(f"{name}: {e}")
                failed += 1
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
