"""One machine: boot it, pull its plug, and what can be done to the daemon on it."""
import os
import pathlib
import select
import signal
import subprocess
import sys
import threading

INIT = pathlib.Path(__file__).with_name("init.py")
PATIENCE = 30  # seconds for the kernel to do what was asked of it


class Refused(Exception):
    """This computer does not let us make machines; says why."""


def unshare(root):
    """As root plain namespaces; else a user namespace first, in which we are root."""
    return ["unshare", *([] if root else ["--user", "--map-root-user"]), "--pid", "--fork", "--kill-child",
            "--mount-proc"]


def check_possible(root):
    done = subprocess.run([*unshare(root), "mount", "-t", "tmpfs", "tmpfs", "/run"], capture_output=True, text=True)
    if done.returncode != 0:
        raise Refused(done.stderr.strip())


class Machine:
    def __init__(self, name, folder, program, root, cable, cgroup=None):
        """`cable`: see network.py. `program`: what process 1 starts when told to."""
        self.name, self.folder, self.program, self.root, self.cable = name, folder, program, root, cable
        self.cgroup = pathlib.Path(cgroup) if cgroup else None
        self.boots = 0
        self.lock = threading.RLock()  # the power strip works from a thread of its own
        self.holder = None             # the process of `unshare`, parent of process 1
        self.plug = None               # pidfd of process 1
        self.first = 0                 # its number out here
        self.words = None
        self.on_death = lambda name: None  # called once a boot, after its last process is dead
        (folder / "data").mkdir(parents=True, exist_ok=True)
        (folder / "machine-id").write_text(os.urandom(16).hex() + "\n")
        self.log = folder / "log"

    # --- the machine ---
    def boot(self):
        """Until process 1 runs and has its network; the daemon is started with it."""
        with self.lock:
            assert not self.on(), f"{self.name} is on"
            self.boots += 1
            self.clear_cgroup()
            if self.cgroup:
                self.cgroup.mkdir(parents=True, exist_ok=True)
            with open(self.log, "ab") as log:
                self.holder = subprocess.Popen(
                    [*unshare(self.root), *self.cable.unshare, sys.executable, "-I", "-S", INIT, self.cable.address or "-",
                     self.cable.hosts or "-", *self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, start_new_session=True)
            self.first = self.first_process()
            self.plug = os.pidfd_open(self.first)
            (self.folder / "pid").write_text(f"{self.first}\n")  # for people: kill -9 pulls the plug
            self.cable.connect(self.first)
            self.words = b""
            self.tell("plugged")
            self.expect("up")
            return self.start_daemon()

    def first_process(self):
        """Its number out here. `unshare` has one child, once it has made it."""
        children = f"/proc/{self.holder.pid}/task/{self.holder.pid}/children"
        while self.holder.poll() is None:
            with open(children, encoding="ascii") as file:
                if found := file.read().split():
                    return int(found[0])
        raise Refused(f"{self.name} did not come up; see {self.log}")

    def on(self):
        return self.plug is not None and not select.select([self.plug], [], [], 0)[0]

    def crash(self, silently=True):
        """All of its processes die at once. `silently`: its cable goes first, so that nobody is told anything."""
        with self.lock:
            if self.plug is None:
                return
            if silently:
                self.cable.cut()
            try:
                signal.pidfd_send_signal(self.plug, signal.SIGKILL)
            except ProcessLookupError:
                pass
            assert select.select([self.plug], [], [], PATIENCE)[0], f"{self.name} does not die"
            os.close(self.plug)
            self.plug = None
            self.on_death(self.name)
            for end in (self.holder.stdin, self.holder.stdout):
                end.close()
            self.holder.wait(PATIENCE)
            self.cable.remove()

    def end(self):
        """Off, and its cgroup gone; the folder stays."""
        self.crash(silently=False)
        self.clear_cgroup()

    def clear_cgroup(self):
        """Nothing can be in it: it is called while the machine is off."""
        if self.cgroup and self.cgroup.exists():
            for path, _, _ in os.walk(self.cgroup, topdown=False):
                os.rmdir(path)

    # --- the daemon on it ---
    def start_daemon(self):
        self.tell("start")
        return int(self.expect("started"))

    def signal_daemon(self, number=signal.SIGKILL):
        """Its exit status, once it has ended: negative for a signal."""
        self.tell(str(int(number)))
        return int(self.expect("ended"))

    def restart_daemon(self):
        self.signal_daemon()
        return self.start_daemon()

    def tell(self, word):
        self.holder.stdin.write(word.encode() + b"\n")
        self.holder.stdin.flush()

    def expect(self, word):
        """What process 1 says after `word`. What it said before, of a daemon that ended by itself, is passed over."""
        while True:
            while b"\n" in self.words:
                line, self.words = self.words.split(b"\n", 1)
                said, _, rest = line.decode().partition(" ")
                if said == word:
                    return rest
            ready = select.select([self.holder.stdout], [], [], PATIENCE)[0]
            more = os.read(self.holder.stdout.fileno(), 4096) if ready else b""
            if not more:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise AssertionError(f"{self.name}: waited for '{word}'; its log ends\n{tail}")
            self.words += more

    # --- looking inside ---
    def path(self, inside):
        """A file as processes on this machine see it; for root, and for who made the machine."""
        return pathlib.Path(f"/proc/{self.first}/root{inside}")

    def kill_inside(self, pid, number=signal.SIGKILL):
        """A process of this machine by the number that it has there."""
        ours = [] if self.root else ["--user", "--preserve-credentials"]
        send = f"kill -{int(number)} {int(pid)}"  # the shell's own: a minimal system has no program of that name
        subprocess.run(["nsenter", "-t", str(self.first), *ours, "--pid", "sh", "-c", send], check=True)
