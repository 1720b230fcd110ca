#!/usr/bin/env python3
"""`troupe import-cib` on the shared cases of a peer, where they lie beside the project.

Usage: import_cases.py ROOT BUILD [--list] [CASE...]. Two claims are tested on each case without failed history:
  what it writes passes `troupe check`;
  `simulate --config WRITTEN --status CIB` decides the same as `simulate --cib CIB`, unless the file says at its head that
  something is handled otherwise. Such cases are counted apart, by what cluster.toml cannot say.
The cases are ROOT/../shared/scheduler-cases; without them the test is skipped. Closes with `N passed, N failed`.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET

FINE = {"0", "7", "8"}  # of a probe: what it found is no failure


def failed(path):
    """Does its status tell of a failure? What becomes of those depends on what cluster.toml says otherwise."""
    for e in ET.parse(path).getroot().iter():
        if e.tag == "nvpair" and e.get("name", "").startswith("fail-count-"):
            return True
        if e.tag != "lrm_rsc_op":
            continue
        rc = e.get("rc-code") or e.get("rc_code")
        key = (e.get("transition-key") or "").split(":")
        expected = key[2] if len(key) > 3 else rc
        probe = e.get("operation") == "monitor" and e.get("interval", "0") == "0"
        if rc not in (None, expected) and not (probe and rc in FINE) and e.get("op-status") != "-1":
            return True
    return False


def run(*command):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, errors="replace")
    return done.returncode, done.stdout, done.stderr


def decided(text):
    """What matters of a simulation: who is fenced, what is done, where everything is in the end."""
    j = json.loads(text)
    return {"fencing": sorted((f["node"], f["kind"]) for f in j.get("fencing") or []),
            "decisions": sorted((d["what"], d["resource"], d.get("from", ""), d.get("to", ""), d["from_role"], d["to_role"],
                                 d["blocked"]) for d in j["decisions"]),
            "placement": sorted((p["resource"], p["node"], p["role"]) for p in j.get("placement") or [])}


def differences(a, b):
    return [f"{part}: {sign} {x}" for part in a for sign, these, those in (("-", a, b), ("+", b, a))
            for x in these[part] if x not in those[part]]


Verdict = collections.namedtuple("Verdict", "name kind features told")


def judge(troupe, path):
    name = path.stem
    if failed(path):
        return Verdict(name, "failed history", [], [])
    with tempfile.TemporaryDirectory() as folder:
        good, everything = pathlib.Path(folder) / "good.toml", pathlib.Path(folder) / "all.toml"
        rc, _, err = run(troupe, "import-cib", path, "-o", good)
        if rc != 0:
            return Verdict(name, "refused", [], [err.strip()])
        rc, out, _ = run(troupe, "check", "--no-agents", good)
        if rc != 0:
            return Verdict(name, "check fails", [], out.strip().splitlines()[:5])
        run(troupe, "import-cib", path, "--all", "-o", everything)
        features = sorted({line.split(":")[1].strip() for line in everything.read_text().splitlines()
                           if line.startswith("# differs: ")})
        rc, ours, err = run(troupe, "simulate", "--config", everything, "--status", path, "--json")
        if rc != 0:
            return Verdict(name, "not read back", features, [err.strip()])
        told = differences(decided(run(troupe, "simulate", "--cib", path, "--json")[1]), decided(ours))
        return Verdict(name, ("differs" if told else "same") + (", as told" if features else ""), features, told)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("cases", nargs="*")
    parser.add_argument("--list", action="store_true", help="tell of each case")
    o = parser.parse_args()
    folder = pathlib.Path(os.environ.get("TROUPE_SCHEDULER_CASES", o.root / "../shared/scheduler-cases")) / "xml"
    if not folder.is_dir():
        print("skipped: no folder ../shared/scheduler-cases beside the project")
        print("0 passed, 0 failed")
        return 0
    paths = sorted(p for p in folder.glob("*.xml") if not o.cases or p.stem in o.cases)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(lambda p: judge(o.build / "bin/troupe", p), paths))
    bad = [v for v in verdicts if v.kind in ("refused", "check fails", "not read back", "differs")]
    for v in verdicts if o.list else bad:
        print(f"{v.name}: {v.kind} {', '.join(v.features)}")
        for line in v.told[:12] if v in bad or o.cases else []:
            print(f"    {line}")
    count = collections.Counter(v.kind for v in verdicts)
    whole = count["same"] + count["differs"]
    print(f"{len(verdicts)} cases: {count['failed history']} with a failed history; {whole} that cluster.toml can say all of, "
          f"{count['same']} of them decided the same; {count['same, as told'] + count['differs, as told']} with something it "
          f"cannot say, {count['same, as told']} of them decided the same all the same")
    features = collections.Counter(f for v in verdicts for f in v.features)
    print("what it cannot say, and in how many: " + ", ".join(f"{f} {n}" for f, n in features.most_common()))
    print(f"{len(verdicts) - len(bad)} passed, {len(bad)} failed")
    return 1 if bad else 0


sys.exit(main())
