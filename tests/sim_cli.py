#!/usr/bin/env python3
"""troupe-sim as a user meets it: replays to the byte in other processes, exit codes, messages.

Usage: sim_cli.py TROUPE-SIM. Closes with `N passed, N failed`.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

SIM = sys.argv[1]
results = []


def run(*arguments, perturb=None):
    env = dict(os.environ, **({"MALLOC_PERTURB_": perturb} if perturb else {}))
    done = subprocess.run([SIM, *arguments], capture_output=True, text=True, env=env, check=False)
    return done.returncode, done.stdout, done.stderr


def fresh(*arguments):
    sweep = pathlib.Path(__file__).resolve().parent.parent / "tools/sweep"
    done = subprocess.run([sweep, "--sim", pathlib.Path(SIM).resolve(), *arguments], capture_output=True, text=True,
                          check=False)
    return done.returncode, done.stdout, done.stderr


def check(what, good, *seen):
    results.append(bool(good))
    if not good:
        print(f"FAILED: {what}", *seen, sep="\n  ")


def main(folder):
    one, two = folder / "one", folder / "two"
    first = run("run", "--seed", "5", "--trace", str(one), perturb="17")
    again = run("run", "--seed", "5", "--trace", str(two), perturb="204")
    check("a seed ends well", first[0] == 0 and "no violation" in first[1], first)
    check("another process, another heap: the same bytes",
          first == again and one.read_bytes() == two.read_bytes() and one.stat().st_size > 100_000)
    check("another seed is another run", run("run", "--seed", "6")[1] != first[1])

    code, out, err = run("run", "--seed", "5", "--calm")
    check("a cluster at rest: no fault has an effect", code == 0 and "no violation" in out
          and not re.search(r"^  .* [1-9]\d*$", out, re.MULTILINE), out, err)

    code, plan, _ = run("plan", "--seed", "5")
    (folder / "plan.toml").write_text(plan)
    check("a plan is printed, heal last", code == 0 and plan.count("[[fault]]") > 3 and 'kind = "heal"' in plan[-60:], plan)
    check("the printed plan is the seed's own", run("run", "--seed", "5", "--scenario", str(folder / "plan.toml")) == first)
    check("the plan of a scenario is that scenario",
          run("plan", "--seed", "5", "--scenario", str(folder / "plan.toml"))[1] == plan)

    code, out, _ = run("--list-plants")
    names = [line.split()[0] for line in out.splitlines()]
    check("plants are listed, a name first", code == 0 and "answer-before-sync" in names, out)
    code, out, _ = run("sweep", "--seeds", "1..3", "--plant", "own-clock-in-apply")
    replay = [line for line in out.splitlines() if line.startswith("replay: troupe-sim ")]
    check("a sweep with a plant fails and says how to replay", code == 1 and replay and "VIOLATED" in out, out)
    code, out, _ = run(*replay[0].split()[2:])
    check("that line replays it", code == 1 and "VIOLATED" in out, out)
    code, out, _ = run("sweep", "--seeds", "1..5")
    check("a sweep without is clean, and counts", code == 0 and "5 seeds, 0 failed" in out and "packet lost" in out, out)

    code, out, err = fresh("--count", "2", "--nodes", "3")
    first = re.search(r"--seeds (\d+)\.\.(\d+) --nodes 3\n", out)
    check("fresh seeds are from the clock, and told", code == 0 and first and int(first[2]) == int(first[1]) + 1
          and abs(int(first[1]) / 1000 - time.time()) < 300 and "2 seeds, 0 failed" in out, code, out, err)
    code, out, err = fresh("--count", "1", "--nodes", "3 5", "--first", "1", "--", "--plant", "own-clock-in-apply")
    check("a violation among them: exit 1, how to replay it, and the other nodes' turn all the same",
          code == 1 and "replay: troupe-sim run --seed 1 --nodes 3" in out and "--seeds 1..1 --nodes 5" in out, code, out)
    for arguments in (["--count", "0"], ["--nodes", "x"], ["--first"], ["nonesuch"], ["--", "--plant", "nonesuch"]):
        check(f"tools/sweep {arguments}: exit 2", fresh(*arguments)[0] == 2, fresh(*arguments))

    bad = folder / "bad.toml"
    bad.write_text('[[fault]]\nat = "5s"\nkind = "power-loss"\nnode = "n77"\n')
    code, out, err = run("run", "--seed", "1", "--scenario", str(bad))
    check("a wrong scenario is refused with its place", code == 2 and f"{bad}:4:8: node: there is no machine 'n77'" in err, err)
    for what, arguments in {
            "no command": [], "no seed": ["run"], "an unknown plant": ["run", "--seed", "1", "--plant", "nonesuch"],
            "a seed that is none": ["run", "--seed", "x"], "seeds backwards": ["sweep", "--seeds", "9..1"],
            "seeds that are none": ["sweep", "--seeds", "1..x"], "no machines": ["run", "--seed", "1", "--nodes", "0"],
            "a sweep too short": ["sweep", "--seeds", "1..2", "--seconds", "30"],
            "no such file": ["run", "--seed", "1", "--scenario", "/nonexistent"],
            "a trace that cannot be": ["run", "--seed", "1", "--trace", "/nonexistent/x"]}.items():
        code, out, err = run(*arguments)
        check(f"{what}: exit 2 and a reason", code == 2 and (err or out), code, out, err)


with tempfile.TemporaryDirectory() as name:
    main(pathlib.Path(name))
print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
sys.exit(0 if all(results) else 1)
