#!/usr/bin/env python3
"""Process 1 of a machine: sets it up, runs the daemon when told to, buries orphans, and ends with its standard input.

    init.py ADDRESS|- HOSTS|- PROGRAM [ARGUMENT...]

On standard input, a word a line: first `plugged`, when the cable is there; then `start` the program, or the number of a
signal to send to it. On standard output: `up`, `started PID` (as this namespace counts), `ended STATUS`. It starts nothing again by itself: who watches a machine
wants to see what ended.
"""
import os
import select
import signal
import subprocess
import sys

READ = 4096
PLUGGED = b"plugged\n"


def set_up(address, hosts):
    """A /run that is empty at each boot, as on a real machine; the cable's end and the others' names, where there are."""
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run"], check=True)
    os.mkdir("/run/troupe")
    if hosts != "-":
        subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)
    if os.read(0, len(PLUGGED)) != PLUGGED:
        sys.exit(1)
    if address == "-":
        return
    for what in ("addr add {} dev eth0".format(address), "link set eth0 up", "link set lo up"):
        subprocess.run(["ip", *what.split()], check=True)


def bury(daemon):
    """Everybody who has ended; says so of the daemon."""
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return daemon
        if pid == 0:
            return daemon
        if daemon and pid == daemon:
            print("ended", os.waitstatus_to_exitcode(status), flush=True)
            daemon = None


def start(program):
    pid = os.posix_spawn(program[0], program, {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, setpgroup=0,
                         file_actions=[(os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                                       (os.POSIX_SPAWN_DUP2, 2, 1)], setsigdef=[signal.SIGPIPE])
    print("started", pid, flush=True)
    return pid


def main():
    address, hosts, *program = sys.argv[1:]
    set_up(address, hosts)
    wake, woken = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(woken)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    print("up", flush=True)
    daemon, rest = None, b""
    while True:
        ready = select.select([0, wake], [], [])[0]
        if wake in ready:
            os.read(wake, READ)
        daemon = bury(daemon)
        if 0 not in ready:
            continue
        got = os.read(0, READ)
        if not got:
            return 0  # nobody holds this machine any more
        *words, rest = (rest + got).split(b"\n")
        for word in words:
            if word == b"start" and daemon is None:
                daemon = start(program)
            elif word.isdigit() and daemon is not None:
                os.kill(daemon, int(word))


sys.exit(main())
