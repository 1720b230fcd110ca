#!/usr/bin/env python3
"""Rules of the source that no compiler checks. Each is a pattern, where it holds, and why.

Usage: source_rules.py ROOT. Prints every offence as file:line, closes with `N passed, N failed`.
"""
import pathlib
import re
import sys

ROOMS = ("messages", "conf", "transport", "agents", "actors", "tools")
# (name, pattern, path prefixes where it must not occur, path prefixes that are exempt, reason)
RULES = [
    ("one clock", r"(steady|system|high_resolution)_clock::now|\bclock_gettime\b|\bgettimeofday\b|\btime\(nullptr\)",
     ROOMS, ("transport/loop/", "actors/env/posix", "tools/bench", "tools/simulate/simulate_main"),
     "time is handed in; only env's real side reads a clock"),
    ("own random numbers", r"std::(uniform_|normal_|bernoulli_)|std::random_device|std::mt19937|\brandombytes_",
     ROOMS, ("actors/env/posix",), "a seed must replay to the byte; secrets come from env.entropy"),
    ("ordered iteration", r"std::unordered_(map|set|multimap|multiset)",
     ("messages", "conf", "transport", "actors"), (), "iteration order would leak into decisions and traces"),
    ("no waiting", r"\bsleep_for\b|\bsleep_until\b|\busleep\(|\bnanosleep\(|\bsleep\(",
     ROOMS, (), "nothing waits inside a handler"),
    ("no thread of its own", r"spawn<[^>]*detached|blocking_actor|\bscoped_actor\b|\baout\(",
     ("actors", "transport", "agents"), (), "such actors run outside of the simulator's scheduler"),
    ("no .await", r"\)\s*\.await\(", ("actors",), (), "an actor in .await is immune to kill"),
    ("clang 14 knows it", r"std::(views|format|expected)\b|"
     r"std::ranges::(subrange|(stable_)?partition|unique|remove(_if)?|rotate|search(_n)?|find_end|equal_range)\b",
     ROOMS + ("tests",), (), "clang 14 does not compile it with this standard library (a subrange neither)"),
    ("cores know no CAF", r'#include\s*[<"]caf/', ("messages", "conf", "transport", "agents"), (),
     "CAF stays in actors/ and in the simulator"),
]
# A room includes only from itself and from the rooms below it.
BELOW = {
    "messages": {"messages"},
    "conf": {"conf", "messages"},
    "transport": {"transport", "messages"},
    "agents": {"agents", "messages", "conf", "transport/loop"},
    "actors": {"actors", "agents", "transport", "messages", "conf"},
}
# The folders of actors/, the lowest first: one includes only from itself and from those before it.
LAYERS = ("env", "watching", "threads", "history", "links", "consensus", "cluster", "attributes", "detector", "fencing",
          "resource", "scheduler", "supervisor", "node", "console")


def sources(root):
    for room in ROOMS + ("tests",):
        for path in sorted((root / room).rglob("*")):
            if path.suffix in (".hpp", ".cpp"):
                yield path.relative_to(root)


def above(path, included):
    return LAYERS.index(included.split("/")[1]) > LAYERS.index(path.parts[1])


def check(name, offences):
    for line in offences:
        print(f"{name}: {line}")
    return not offences


# Of the timers that `troupe timers` prints: those that nobody under actors/ reads.
def idle_timers(texts):
    header = "\n".join(texts[pathlib.Path("conf/timers.hpp")])
    declared = re.search(r"struct timers \{(.*?)\n\n", header, re.DOTALL)[1]
    names = [n for line in re.findall(r"duration ([\w, ]+);", declared) for n in re.split(r", *", line)]
    actors = "\n".join("\n".join(t) for p, t in texts.items() if p.parts[0] == "actors" and ".test." not in p.name)
    kept = {"brake_window"}  # the kernel's own: what the log means does not hang on a table
    return [f"conf/timers.hpp: {n} is printed, and nothing waits by it" for n in names
            if n not in kept and not re.search(rf"(\.|->){n}\b", actors)]


def main(root):
    root = pathlib.Path(root)
    texts = {p: (root / p).read_text(encoding="utf-8").splitlines() for p in sources(root)}
    results = []
    for name, pattern, where, exempt, reason in RULES:
        found = []
        for path, lines in texts.items():
            p = path.as_posix()
            if not p.startswith(tuple(w + "/" for w in where)) or (exempt and p.startswith(exempt)):
                continue
            found += [f"{p}:{n}: {reason}" for n, line in enumerate(lines, 1)
                      if re.search(pattern, line.split("//")[0])]
        results.append(check(name, found))
    wrong = []
    for path, lines in texts.items():
        room = path.parts[0]
        for n, line in enumerate(lines, 1):
            m = re.match(r'#include "([^"]+)"', line)
            if m and room in BELOW and not any(m.group(1).startswith(b + "/") for b in BELOW[room]):
                wrong.append(f"{path}:{n}: {room}/ may not include {m.group(1)}")
            if m and room == "actors" and m.group(1).startswith("actors/") and above(path, m.group(1)):
                wrong.append(f"{path}:{n}: {m.group(1)} lies above it")
    results.append(check("arrows point one way", wrong))
    untested = [f"{p}: header without #pragma once" for p, t in texts.items()
                if p.suffix == ".hpp" and "#pragma once" not in t]
    results.append(check("headers guard themselves", untested))
    results.append(check("every timer has somebody who waits by it", idle_timers(texts)))
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


sys.exit(main(sys.argv[1]))
