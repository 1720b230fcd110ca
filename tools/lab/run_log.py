"""Did a service ever run twice? Judged by the log that the agent itself writes (agents/resource.d/troupe/service), one
file for all machines: "SECONDS NODE INSTANCE start|stop", and "SECONDS NODE - dead" by whoever pulled a plug.

The order of the lines is what counts, no clock: each is one write to the end of one file, that of a start before the
process exists, those of a stop and a death after it is gone. So what overlaps in truth overlaps in the file.
"""
import time
from collections import defaultdict


class RunLog:
    def __init__(self, path):
        self.path = path
        path.touch()

    def dead(self, node):
        with open(self.path, "a", encoding="ascii") as file:
            file.write(f"{time.time():.9f} {node} - dead\n")

    def lines(self):
        return [line.split() for line in self.path.read_text(encoding="ascii").splitlines()]

    def running(self):
        """Where each instance may run: {resource: [node, ...]}."""
        return self.replay()[0]

    def starts(self, resource):
        """The nodes, in order of the starts."""
        return [node for _, node, what, act in self.lines() if what == resource and act == "start"]

    def faults(self, clones=()):
        """Sentences, one for each time that something ran twice: anywhere, or for clones on one node."""
        return self.replay(clones)[1]

    def replay(self, clones=()):
        held, faults = defaultdict(list), []
        for number, (_, node, what, act) in enumerate(self.lines(), 1):
            if act == "dead":
                for nodes in held.values():
                    nodes[:] = [n for n in nodes if n != node]
            elif act == "stop":
                held[what] = [n for n in held[what] if n != node]
            else:
                others = [n for n in held[what] if n == node or what not in clones]
                if others:
                    faults.append(f"{self.path}:{number}: {what} is started on {node} and may still run on {others}")
                held[what].append(node)
        return {what: nodes for what, nodes in held.items() if nodes}, faults
