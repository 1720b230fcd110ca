#!/usr/bin/env python3
"""Compares the scheduler with the shared cases of a peer, where they lie beside the project.

Usage: scheduler_cases.py ROOT PROGRAM. The cases are ROOT/../shared/scheduler-cases; without them the test is skipped. Fails when fewer
cases agree than have before (FLOOR). Closes with `N passed, N failed`.
"""
import json
import os
import subprocess
import sys
import tempfile

FLOOR = 447  # of 477


def main(root, program):
    cases = os.environ.get("TROUPE_SCHEDULER_CASES", os.path.join(root, "..", "shared", "scheduler-cases"))
    check = os.path.join(cases, "check.py")
    if not os.path.exists(check):
        print("skipped: no folder ../shared/scheduler-cases beside the project")
        print("0 passed, 0 failed")
        return 0
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
    cases = result["cases"] if isinstance(result, dict) and "cases" in result else result
    entries = cases.values() if isinstance(cases, dict) else cases
    return sum(1 for e in entries if (e.get("pass") if "pass" in e else e.get("passed")))


sys.exit(main(sys.argv[1], sys.argv[2]))
