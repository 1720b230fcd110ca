"""What connects machines: loopback, or cables to a virtual switch in a network namespace of its own (needs root).

A cable has `address` (with its prefix, or None), `hosts` (the names of all, or None), `unshare` (arguments that give its machine a network of its own),
connect(pid of process 1), cut(), mend(), remove(). On loopback nothing can be cut.
"""
import os
import socket
import subprocess


class Loopback:
    """All machines share the host's loopback; told apart by their ports. A dead daemon's port refuses at once there."""

    def __init__(self, count):
        self.ports = free_ports(count)

    def cable(self, number):
        return LooseCable(self.ports[number])

    def end(self):
        pass


class LooseCable:
    address, hosts, unshare, host = None, None, [], "127.0.0.1"

    def __init__(self, port):
        self.port = port

    def connect(self, pid):
        pass

    cut = mend = remove = lambda self: None


def free_ports(count):
    """On which nobody listens, TCP and UDP. Bound together, so that no two are the same."""
    held, ports = [], []
    while len(ports) < count:
        tcp, udp = socket.socket(), socket.socket(type=socket.SOCK_DGRAM)
        held += [tcp, udp]
        tcp.bind(("127.0.0.1", 0))
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            continue
        ports.append(tcp.getsockname()[1])
    for each in held:
        each.close()
    return ports


GONE = ("Cannot find device", "No such device")  # found missing by ip, and by the kernel


class Switch:
    """A bridge in a namespace that lives as long as this object's process keeps its standard input open."""

    PREFIX, PORT = "10.66.0.", 5410  # private to the namespaces: nothing outside can see it

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo up; exec cat"], stdin=subprocess.PIPE,
                                       stdout=subprocess.PIPE, start_new_session=True)
        assert self.holder.stdout.readline() == b"up\n", "no network namespace can be made"
        self.ip("link add br0 type bridge", "link set br0 up", "link set lo up")

    def ip(self, *lines, or_gone=False):
        """`or_gone`: that the kernel has taken the cable away already, with its machine, is as good."""
        done = subprocess.run(["nsenter", "-t", str(self.holder.pid), "-n", "ip", "-batch", "-"],
                              input="\n".join(lines) + "\n", capture_output=True, text=True)
        gone = or_gone and any(words in done.stderr for words in GONE)
        assert done.returncode == 0 or gone, f"ip: {lines}: {done.stderr}"

    def cable(self, number):
        return Cable(self, number)

    def end(self):
        self.holder.stdin.close()
        self.holder.wait()


class Cable:
    unshare = ["--net"]
    hosts = None  # a file of everybody's names, in the place of /etc/hosts

    def __init__(self, switch, number):
        self.switch, self.port, self.host = switch, Switch.PORT, f"{Switch.PREFIX}{number + 1}"
        self.address = f"{self.host}/24"
        self.end = f"m{number + 1}"
        self.there = False

    def connect(self, pid):
        self.switch.ip(f"link add {self.end} type veth peer name eth0 netns {pid}",
                       f"link set {self.end} master br0", f"link set {self.end} up")
        self.there = True

    def cut(self):
        if self.there:
            self.switch.ip(f"link set {self.end} down", or_gone=True)

    def mend(self):
        self.switch.ip(f"link set {self.end} up")

    def remove(self):
        """At once, and not when the kernel gets around to the namespace: until then the dead would answer ARP."""
        if self.there:
            self.there = False
            self.switch.ip(f"link del {self.end}", or_gone=True)


def check_possible():
    if os.geteuid() != 0:
        return "network namespaces behind a switch need root"
    done = subprocess.run(["unshare", "--net", "ip", "link", "add", "br0", "type", "bridge"], capture_output=True,
                          text=True)
    return done.stderr.strip() if done.returncode != 0 else None
