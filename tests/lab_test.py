#!/usr/bin/env python3
"""The machines of tools/lab themselves: what tests and demo rest on must be true of them. Needs PID namespaces.

Usage: lab_test.py. Closes with `N passed, N failed`.
"""
import os
import pathlib
import select
import signal
import subprocess
import sys
import tempfile
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(SOURCE / "tools"))
from lab import machine, network, power, run_log  # noqa: E402

ROOT = os.geteuid() == 0
SLEEPER = ["/bin/sh", "-c", 'trap "exit 7" TERM; sleep 1000 & echo $! > /run/child; echo "$1" > /run/ready; wait', "sh"]


def equal(got, wanted):
    assert got == wanted, f"got {got!r}, wanted {wanted!r}"


def make(folder, name="m1", cable=None, program=SLEEPER):
    return machine.Machine(name, folder / name, program, ROOT, cable or network.LooseCable(1))


def until(so):
    """What comes by itself, soon: asked for again and again, by the clock of the test's own time limit."""
    while not so():
        pass


def test_judge_of_runs(folder):
    log = run_log.RunLog(folder / "log")
    cases = [
        ("", {}, 0),
        ("n1 a start|n1 a stop|n2 a start", {"a": ["n2"]}, 0),
        ("n1 a start|n2 a start", {"a": ["n1", "n2"]}, 1),
        ("n1 a start|n1 a start", {"a": ["n1", "n1"]}, 1),
        ("n1 a start|n1 - dead|n2 a start", {"a": ["n2"]}, 0),
        ("n1 a start|n3 - dead|n2 a start", {"a": ["n1", "n2"]}, 1),
        ("n1 a start|n2 a stop|n2 a start", {"a": ["n1", "n2"]}, 1),
        ("n1 a start|n2 a start|n2 a stop|n1 a stop", {}, 1),
        ("n1 c start|n2 c start", {"c": ["n1", "n2"]}, 0),  # a clone
        ("n1 c start|n1 c start", {"c": ["n1", "n1"]}, 1),
    ]
    for text, running, faults in cases:
        log.path.write_text("".join(f"1.0 {line}\n" for line in text.split("|") if line))
        equal((text, log.running(), len(log.faults(["c"]))), (text, running, faults))
    log.path.write_text("1.0 n1 a start\n")
    log.dead("n1")
    equal(log.running(), {})


def test_crash_takes_everything(folder):
    m = make(folder)
    deaths = []
    m.on_death = deaths.append
    m.boot()
    first = pathlib.Path(f"/proc/{m.first}/stat")
    until(m.path("/run/child").exists)
    started = first.read_text()
    members = [p for p in pathlib.Path("/proc").iterdir() if p.name.isdigit() and in_namespace(p, m.first)]
    assert len(members) >= 2, members  # process 1 and the program at least
    m.crash()
    equal((m.on(), deaths), (False, ["m1"]))
    assert not any(p.exists() and in_namespace(p, m.first) for p in members), members
    m.crash()
    equal(deaths, ["m1"])  # once a boot
    m.boot()
    assert m.on() and pathlib.Path(f"/proc/{m.first}/stat").read_text() != started
    equal(m.boots, 2)
    m.end()


def in_namespace(process, first):
    try:
        return os.readlink(process / "ns/pid") == os.readlink(f"/proc/{first}/ns/pid")
    except OSError:
        return False


def test_run_is_empty_at_boot(folder):
    m = make(folder)
    m.boot()
    m.path("/run/troupe/socket").touch()
    (m.folder / "data/kept").touch()
    m.crash()
    m.boot()
    equal((list(m.path("/run/troupe").iterdir()), [p.name for p in (m.folder / "data").iterdir()]), ([], ["kept"]))
    m.end()


def test_daemon_alone(folder):
    """Its end is told; what it started lives on, as process 1's."""
    m = make(folder)
    m.boot()
    until(m.path("/run/child").exists)
    until(m.path("/run/ready").exists)
    child = int(m.path("/run/child").read_text())
    equal(m.signal_daemon(signal.SIGKILL), -9)
    assert m.path(f"/proc/{child}").exists() and m.on()
    m.kill_inside(child)
    until(lambda: not m.path(f"/proc/{child}").exists())  # and is buried
    m.start_daemon()
    until(m.path("/run/ready").exists)
    m.end()


def test_ends_with_its_holder(folder):
    """Nobody leaves machines behind: not even by a SIGKILL."""
    code = (f"import sys; sys.path.insert(0, {str(SOURCE / 'tools')!r})\nfrom lab import machine, network\n"
            f"import pathlib, signal\nm = machine.Machine('m', pathlib.Path({str(folder)!r}) / 'm', {SLEEPER!r}, {ROOT}, "
            "network.LooseCable(1))\nm.boot()\nprint(m.first, flush=True)\nsignal.pause()")
    holder = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    first = int(holder.stdout.readline())
    plug = os.pidfd_open(first)
    holder.kill()
    holder.wait()
    assert select.select([plug], [], [], 30)[0], "process 1 lives on"


def fence(strip, action, plug):
    done = subprocess.run([SOURCE / "agents/fence/fence_pid"], input=f"action={action}\nplug={plug}\nswitch={strip.path}\n",
                          capture_output=True, text=True)
    return done.returncode


def test_fence_pid_switches(folder):
    m = make(folder)
    m.boot()
    strip = power.PowerStrip(folder / "power.sock", {"m1": m})
    equal([fence(strip, a, "m1") for a in ("status", "off", "status", "off")], [0, 0, 2, 0])
    assert not m.on()
    equal([fence(strip, a, "m1") for a in ("on", "status", "on")], [0, 0, 0])
    assert m.on() and m.boots == 2
    equal([fence(strip, "off", "m2"), fence(strip, "status", "m2")], [1, 1])
    strip.broken.add("m1")
    equal([fence(strip, "off", "m1"), fence(strip, "status", "m1")], [1, 1])
    assert m.on()
    equal([(action, plug) for _, action, plug in strip.acts],
          [("off", "m1"), ("off", "m1"), ("on", "m1"), ("on", "m1")])
    strip.end()
    m.end()


def test_cable(folder):
    if network.check_possible():
        print(f"skipped: {network.check_possible()}")
        return
    switch = network.Switch()
    two = [make(folder, f"m{i}", switch.cable(i)) for i in range(2)]
    for m in two:
        m.boot()

    def reaches():
        return subprocess.run(["nsenter", "-t", str(two[0].first), "-n", sys.executable, "-c",
                               f"import socket; socket.create_connection(('{two[1].cable.host}', 9), 0.5)"],
                              capture_output=True, text=True).stderr.rpartition("\n")[0].rpartition("\n")[2]
    until(lambda: "refused" in reaches())  # its host answers
    two[1].cable.cut()
    assert "refused" not in reaches()
    two[1].cable.mend()
    until(lambda: "refused" in reaches())
    two[1].crash()
    assert "refused" not in reaches()
    two[1].boot()
    until(lambda: "refused" in reaches())
    for m in two:
        m.end()
    switch.end()


def main():
    try:
        machine.check_possible(ROOT)
    except machine.Refused as why:
        print(f"skipped: no namespaces here: {why}\n0 passed, 0 failed, 1 skipped")
        return 77
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        with tempfile.TemporaryDirectory() as folder:
            try:
                test(pathlib.Path(folder))
            except Exception:  # whatever it was, the others are still to be run
                print(f"{name}:\n{traceback.format_exc()}", flush=True)
                failed += 1
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
