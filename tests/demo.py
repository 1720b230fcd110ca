#!/usr/bin/env python3
"""tools/demo as a newcomer runs it: it ends well, tells what it should, and leaves nothing behind; also without root.

Usage: demo.py BIN. Closes with `N passed, N failed`.
"""
import os
import pathlib
import re
import subprocess
import sys
import traceback

SOURCE = pathlib.Path(__file__).resolve().parents[1]
DEMO, BIN = SOURCE / "tools/demo", pathlib.Path(sys.argv[1]).resolve()
NOBODY = 65534
LIMIT = 300


def left_behind(user):
    files = [pathlib.Path(f"/tmp/troupe-demo-{user}")]
    groups = list(pathlib.Path("/sys/fs/cgroup").glob("**/troupe-lab-*-troupe-demo-*"))
    mine = []
    for p in pathlib.Path("/proc").iterdir():
        try:
            if p.name.isdigit() and f"/tmp/troupe-demo-{user}/".encode() in (p / "cmdline").read_bytes():
                mine.append(p)
        except OSError:
            pass  # it ended while we looked
    return [str(p) for p in files if p.exists()] + [str(p) for p in groups + mine]


def run(*args, user=None):
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    return subprocess.run([*as_user, DEMO, "--bin", BIN, *args], capture_output=True, text=True, timeout=LIMIT)


def check_story(text):
    for part in (r"troupe status", r"troupe apply cluster.toml", r"curl", r"serves, and loses its power",
                 r"\d\.\d\d  n\d is lost", r"\d\.\d\d  boot \d+ of n\d is dead \(power\)", r"\d\.\d\d  start site on n\d",
                 r"\d\.\d\d  http://127\.0\.0\.1:\d+/ answers: n\d", r"troupe why", r"nothing ran twice"):
        assert re.search(part, text), f"'{part}' is not told:\n{text}"


def test_it_ends_well():
    done = run()
    assert done.returncode == 0, done.stdout + done.stderr
    check_story(done.stdout)
    assert left_behind(os.getuid()) == [], left_behind(os.getuid())


def test_kept_and_ended():
    done = run("--keep")
    assert done.returncode == 0, done.stdout + done.stderr
    node = f"/tmp/troupe-demo-{os.getuid()}/n2/troupe"
    assert node + " status" in done.stdout.replace("n1/", "n2/")
    assert "joined" in subprocess.run([node, "status"], capture_output=True, text=True).stdout
    second = run()
    assert (second.returncode, "is up already" in second.stderr) == (1, True), second
    ended = run("--stop")
    assert ended.returncode == 0, ended
    assert left_behind(os.getuid()) == [], left_behind(os.getuid())
    assert "no demo is up" in run("--stop").stdout


def test_without_root():
    if os.geteuid() != 0:
        return  # so were the others
    if subprocess.run(["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "test", "-x",
                       BIN / "trouped"]).returncode != 0:
        print(f"skipped: user {NOBODY} cannot run {BIN}/trouped")
        return
    done = run(user=NOBODY)
    if "refuses user namespaces" in done.stderr:
        print(f"skipped: {done.stderr}")
        return
    assert done.returncode == 0, done.stdout + done.stderr
    check_story(done.stdout)
    assert left_behind(NOBODY) == [], left_behind(NOBODY)


def main():
    tests = [(name, f) for name, f in globals().items() if name.startswith("test_")]
    failed = 0
    for name, test in tests:
        try:
            test()
        except Exception:  # whatever it was, the others are still to be run
            print(f"{name}:\n{traceback.format_exc()}", flush=True)
            failed += 1
    print(f"{len(tests) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
