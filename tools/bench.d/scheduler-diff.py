#!/usr/bin/env python3
"""Random clusters, decided by our scheduler and by Pacemaker's crm_simulate: how often do they disagree?

Compared are the set of actions and where everything ends up, not reasons nor numbers of anonymous instances. Printed are
the rates by profile and by feature; the smallest disagreeing cases are kept, shrunk, with what differs as a comment.
"""
import argparse
import collections
import pathlib
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as xml

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
from scheduler_diff import peers, profiles, shrink  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(prog="tools/bench scheduler-diff", description=__doc__)
    p.add_argument("--seeds", default="1..100", help="FIRST..LAST, of each profile (default %(default)s)")
    p.add_argument("--profile", action="append", help="only this one (more than once); else all: " + ", ".join(profiles.names()))
    p.add_argument("--bin", default=HERE.parents[1] / "build/bin", type=pathlib.Path)
    p.add_argument("--keep", default=HERE.parents[1] / "build/scheduler-diff", type=pathlib.Path, help="folder of disagreeing cases")
    p.add_argument("--smallest", default=3, type=int, help="how many to shrink and keep, of each profile (default %(default)s)")
    p.add_argument("--tries", default=400, type=int, help="of removing an element, a case (default %(default)s)")
    p.add_argument("--jobs", default=2, type=int)
    p.add_argument("--print", action="store_true", help="print the CIBs and compare nothing")
    return p.parse_args()


def one(job):
    profile, seed, program = job
    d = profiles.draw(profile, seed)
    text = xml.tostring(d.cib(), encoding="unicode")
    lines, refused = peers.compare(text, program)
    return profile, seed, d.features, text, lines, refused


def keep(folder, profile, seed, text, program, tries):
    def disagrees(t):
        lines, _ = peers.compare(t, program)
        return bool(lines)
    small = shrink.shrink(text, disagrees, tries)
    lines, _ = peers.compare(small, program)
    path = folder / f"{profile}-{seed}.xml"
    path.write_text("<!-- " + f"{profile} {seed}; - the peer, + ours\n" + "\n".join(lines or ()).replace("--", "- -") + " -->\n" + small + "\n")
    return path, small, lines


def table(title, counts):
    print(f"{title:24} {'cases':>7} {'differ':>7} {'agree %':>8}")
    for name, (cases, differ) in counts.items():
        print(f"{name:24} {cases:7} {differ:7} {100 * (cases - differ) / cases:8.2f}")


def main():
    o = arguments()
    first, last = (int(x) for x in o.seeds.split(".."))
    chosen = o.profile or profiles.names()
    if unknown := [p for p in chosen if p not in profiles.names()]:
        sys.exit(f"no profile {unknown[0]}; there are: {', '.join(profiles.names())}")
    if o.print:
        for p in chosen:
            for seed in range(first, last + 1):
                root = profiles.draw(p, seed).cib()
                xml.indent(root)
                print(xml.tostring(root, encoding="unicode"))
        return 0
    if peers.peer() is None:
        print("skipped: no crm_simulate here; Debian's package pacemaker-cli-utils has it")
        return 0
    program = o.bin / "troupe-simulate"
    if not program.exists():
        sys.exit(f"{program} is not there: run tools/build first, or name its folder with --bin")
    o.keep.mkdir(parents=True, exist_ok=True)
    by_profile, by_feature = {}, collections.defaultdict(lambda: [0, 0])
    began, refused_by, cases = time.monotonic(), collections.Counter(), 0
    with ThreadPoolExecutor(o.jobs) as pool:
        for profile in chosen:
            found, count = [], by_profile.setdefault(profile, [0, 0])
            for _, seed, features, text, lines, refused in pool.map(one, [(profile, s, program) for s in range(first, last + 1)]):
                if lines is None:
                    refused_by[profile, refused[:160]] += 1
                    continue
                cases += 1
                for c in (count, *(by_feature[f] for f in features)):
                    c[0] += 1
                    c[1] += bool(lines)
                if lines:
                    found.append((len(text), seed, text))
            print(f"{profile}: {count[1]} of {count[0]} differ", flush=True)
            smallest = sorted(found)[:o.smallest]
            for path, small, lines in pool.map(lambda f: keep(o.keep, profile, f[1], f[2], program, o.tries), smallest):
                print(f"  {path} ({small.count('<')} tags): " + "; ".join(lines[:4]), flush=True)
    seconds = time.monotonic() - began
    for (profile, why), n in refused_by.items():
        print(f"the peer refuses {n} of {profile}: {why}")
    table("profile", {p: c for p, c in by_profile.items() if c[0]})
    table("feature", dict(sorted(by_feature.items())))
    print(f"{cases} cases, {cases / max(seconds, 0.001) * 60:.0f} a minute with what was shrunk, {o.jobs} at once")
    return 0


sys.exit(main())
