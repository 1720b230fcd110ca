#!/usr/bin/env python3
"""Compares the scheduler with the shared cases of a peer, where they lie beside the project.

Usage: scheduler_cases.py ROOT BUILD. The cases are ROOT/../shared/scheduler-cases; without them the test is skipped. Fails when fewer
cases agree than have before (FLOOR). Closes with `N passed, N failed`.
"""
import json
import os
import subprocess
import sys
import tempfile

FLOOR = 472  # of 477


def main(root, build):
    cases = os.environ.get("TROUPE_SCHEDULER_CASES", os.path.join(root, "..", "shared", "scheduler-cases"))
    program = next((p for p in (os.path.join(build, d, "troupe-simulate") for d in ("bin", "tools/simulate")) if os.path.exists(p)), None)
    check = os.path.join(cases, "check.py")
    if not os.path.exists(check):
        print("skipped: no folder ../shared/scheduler-cases beside the project")
        print("0 passed, 0 failed")
        return 0
    if program is None:
        print("troupe-simulate was not built")
        print("0 passed, 1 failed")
        return 1
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, check, "--command", program + " --cib {xml}", "--quiet", "--json", out.name],
                       stdout=subprocess.DEVNULL, check=False)
        with open(out.name, encoding="utf-8") as f:
            result = json.load(f)
    agree = count(result)
    print(f"{agree} cases agree; at least {FLOOR} must")
    good = agree >= FLOOR
    print(f"{int(good)} passed, {int(not good)} failed")
    return 0 if good else 1


def count(result):
    return sum(1 for case in result["cases"] if case["pass"])


sys.exit(main(sys.argv[1], sys.argv[2]))
