#!/usr/bin/env python3
"""Fixed seeds of the simulator: a sweep that must be clean, and each planted bug at a seed that finds it.

A seed that ever failed stays here for good. Each seed is run once without a plant: what lies inside of a sweep is judged
by what the sweep says of it. Usage: sim_seeds.py PATH-OF-TROUPE-SIM; closes with `N passed, N failed`.
"""
import concurrent.futures
import os
import re
import subprocess
import sys

SWEEPS = [(1, 300, "5"), (1001, 1032, "3")]  # (first, last, nodes)
STRETCH = 150  # seeds of one process: so many that a fault which is seldom drawn is (a sweep fails for one without effect)
# Seeds that once failed, the nodes, and the bug that they found.
ONCE_FAILED = [
    ("1032", "3", "a backlog was sent again as a whole until nothing else got through"),
    ("8", "5", "a flipped bit in the file genesis was believed"),
    ("24", "5", "a full disk left a gap in the journal, and a voter was lost to it"),
    ("99", "5", "the same, by way of a snapshot that could not be written"),
    ("138", "5", "the same, three times"),
    ("4", "5", "lanes of the front desk were never given back"),
    ("32", "5", "whether dependents were restarted hung on what came first, the loss of their support or its return"),
    ("124", "5", "what a voter accepted in one step was more than a segment of its journal holds"),
    ("251", "5", "who waited for the stop of one that need not stop any more was not looked at again"),
    ("1795819451000", "3", "streams stayed stuck after a partition had healed, and a leader stepped down for it"),
    ("256", "5", "a plan's two clocks advanced one at a time"),
    ("98027", "3", "who caught up on the log began a fencing that the log's next line had closed"),
    ("110131", "3", "who was to fence had been fenced, and a plan let its target act meanwhile"),
    ("130034", "3", "grants came later than they were asked for again, and nobody was elected while the network was slow"),
    ("128", "5", "who was suspected beyond the brake and then led stayed suspected: nobody judges the leader"),
    ("98023", "3", "a node whose disk was full counted as a vote (the judge's error)"),
]
# The seed at which each planted bug was last found, with the nodes and the theme that the catalogue names for it. What
# is said or drawn differently moves it: then it is sought again, and named, so that it can be written here.
PLANTED = {
    "answer-before-sync": "2",
    "count-minority": "5",
    "adopt-lowest-ballot": "35",
    "skip-phase-one-values": "6",
    "let-refetched-voter-vote": "42",
    "choose-any-ballot": "1",
    "ignore-failed-sync": "5",
    "own-clock-in-apply": "1",
    "skip-fence-wait": "6",
    "session-for-boot": "6",
    "free-by-deadline": "6",
    "withdraw-frees": "2",
    "skip-probe": "2",
    "demote-frees": "7",
    "accept-below-promise": "67",
    "acts-from-log": "5",
    "monitor-frees": "28",
    "needless-fence": "3",
    "ignore-orders": "1",
    "failed-is-off": "50",
    "ring-while-waiting": "1",
    "forget-promise": "33",
    "tell-first-finding": "8",
    "proof-by-name": "34",
}

results = []


def run(*arguments):
    done = subprocess.run([sys.argv[1], *arguments], capture_output=True, text=True, timeout=3600, check=False)
    return done.returncode, done.stdout + done.stderr


def check(what, good, seen):
    results.append(bool(good))
    if not good:
        print(f"FAILED: {what}\n{seen}")


def stretches():
    for first, last, nodes in SWEEPS:
        for seed in range(first, last + 1, STRETCH):
            yield seed, min(seed + STRETCH - 1, last), nodes


def sweep(first, last, nodes):
    return run("sweep", "--seeds", f"{first}..{last}", "--nodes", nodes)


def without_plant(seed, nodes, theme="-"):
    return run("run", "--seed", seed, "--nodes", nodes, *(() if theme == "-" else ("--theme", theme)))


class Plant:
    """A line of the catalogue: its seed, what its invariant's judge says there, and the same seed without it."""

    def __init__(self, line):
        self.name, self.invariant, self.nodes, self.theme = re.match(r"(\S+) +(I\d+) +(\d+) nodes, (\S+) ", line).groups()
        self.seed = PLANTED.get(self.name, "1")

    def find(self):
        code, out = run("run", "--seed", self.seed, "--plant", self.name)
        if not self.seen(code, out):
            code, out = run("sweep", "--seeds", "1..200", "--plant", self.name)
            if found := re.findall(r"^seed (\d+) FAILED", out, re.MULTILINE):
                self.seed = found[-1]  # those before were found by others
                print(f"{self.name} is not found at its seed any more; it is at {self.seed}: write that into PLANTED")
        return self.seen(code, out), out, without_plant(self.seed, self.nodes, self.theme)

    def seen(self, code, out):
        return code == 1 and f"VIOLATED {self.invariant}:" in out


def answers(first, nodes, out):
    """What a sweep says of each seed that it came to: it names those that fail, and stops after some of them."""
    failed = set(re.findall(r"^seed (\d+) FAILED", out, re.MULTILINE))
    came_to = re.search(r"^(\d+) seeds, \d+ failed", out, re.MULTILINE)
    seeds = map(str, range(first, first + int(came_to[1]))) if came_to else ()
    return {(seed, nodes): (seed not in failed, "see its sweep, above") for seed in seeds}


SWEPT = {(str(seed), nodes) for first, last, nodes in SWEEPS for seed in range(first, last + 1)}
SINGLE = {(seed, nodes) for seed, nodes, _ in ONCE_FAILED}

code, out = run("--list-plants")
catalogue = [Plant(line) for line in out.splitlines()]
check("every plant has its seed here", {p.name for p in catalogue} == set(PLANTED), out)

# The long ones first, so that all processors have something to do until the end.
with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
    sweeps = [(what, pool.submit(sweep, *what)) for what in stretches()]
    planted = [pool.submit(plant.find) for plant in catalogue]
    singles = {what: pool.submit(without_plant, *what) for what in sorted(SINGLE - SWEPT)}

clean = {}  # (seed, nodes): whether it is, and what was seen
for (first, last, nodes), done in sweeps:
    code, out = done.result()
    check(f"seeds {first}..{last} with {nodes} nodes are clean", code == 0, out)
    clean |= answers(first, nodes, out)
for what, done in singles.items():
    code, out = done.result()
    clean[what] = code == 0, out
unknown = False, "its sweep did not come to it"
for seed, nodes, bug in ONCE_FAILED:
    check(f"seed {seed}, which found: {bug}", *clean.get((seed, nodes), unknown))
for plant, done in zip(catalogue, planted):
    found, out, (code, without) = done.result()
    check(f"{plant.name} is found within 200 seeds ({plant.seed}), by {plant.invariant}", found, out)
    check(f"seed {plant.seed} without {plant.name} is clean", code == 0, without)

print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
sys.exit(0 if all(results) else 1)
