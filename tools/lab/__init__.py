"""Whole machines for demonstrations, tests and measurements, on one computer.

A machine is a PID namespace with a process 1 of its own (init.py), a /run of its own that is empty at each boot, a
machine id, a data folder that survives, and a cgroup. Killing process 1 is pulling the plug: the kernel ends all of the
namespace before it lets process 1 go. As root each machine can have a network namespace behind a virtual switch, so
that a cable can be cut; otherwise all share loopback. What keeps machines apart is nothing of ours but the kernel's.

    machine.py   boot, crash, the daemon on it       init.py      process 1
    network.py   the switch and its cables           power.py     the power strip that fence_pid switches
    cluster.py   three of them: files, questions     run_log.py   did a service ever run twice?

Everything ends with the Python process that made it: a machine's process 1 goes when its standard input does.
"""
