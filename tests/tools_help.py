#!/usr/bin/env python3
"""Each program in tools/ has --help, which does nothing else, and refuses an option that it does not know.

Usage: tools_help.py ROOT. Closes with `N passed, N failed`.
"""
import os
import pathlib
import subprocess
import sys

PATIENCE = 60  # seconds; for a program that takes --help for work


def run(program, *args):
    return subprocess.run([program, *args], capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)


def faults_of(program):
    asked = run(program, "--help")
    if (asked.returncode, asked.stderr) != (0, "") or program.name not in asked.stdout:
        yield f"--help: {asked}"
    wrong = run(program, "--frobnicate")
    if wrong.returncode != 2 or "Traceback" in wrong.stderr:
        yield f"--frobnicate: {wrong}"


def main(root):
    programs = sorted(p for p in (root / "tools").iterdir() if p.is_file() and os.access(p, os.X_OK))
    failed = 0
    for program in programs:
        try:
            faults = list(faults_of(program))
        except subprocess.TimeoutExpired as e:
            faults = [str(e)]
        failed += bool(faults)
        for fault in faults:
            print(f"{program.name} {fault}")
    print(f"{len(programs) - failed} passed, {failed} failed")
    return 1 if failed or not programs else 0


sys.exit(main(pathlib.Path(sys.argv[1])))
