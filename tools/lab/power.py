"""The power strip: what a real cluster has as a switched socket or a management board. Agents reach it as fence_pid
reaches its switch (agents/fence/fence_pid: `switch=SOCKET`): two lines in, a code and a text out.

`off` answers only when the machine's last process is dead. `on` boots a machine that is off.
"""
import os
import socket
import threading
import time

ON, FAILED, OFF = 0, 1, 2
PATIENCE = 10.0
MAX_LINE = 4096


class PowerStrip:
    def __init__(self, path, machines):
        self.path, self.machines = str(path), machines
        self.acts = []        # (monotonic seconds, action, machine) of each off and on that was asked for
        self.broken = set()   # machines whose socket does not answer, for a test
        self.door = socket.socket(socket.AF_UNIX)
        self.door.bind(self.path)
        os.chmod(self.path, 0o600)
        self.door.listen(16)
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self):
        while True:
            try:
                line, _ = self.door.accept()
            except OSError:
                return  # closed: the end
            threading.Thread(target=self.answer, args=(line,), daemon=True).start()

    def answer(self, line):
        with line, line.makefile("rb") as file:
            line.settimeout(PATIENCE)
            try:
                action, plug = (file.readline(MAX_LINE).decode(errors="replace").strip() for _ in range(2))
                code, text = self.act(action, plug)
                line.sendall(f"{code}\n{text}".encode())
            except OSError:
                pass  # the caller has gone

    def act(self, action, plug):
        if action == "list":
            return ON, "\n".join(f"{name}," for name in self.machines)
        if action == "monitor":
            return ON, ""
        machine = self.machines.get(plug)
        if machine is None or plug in self.broken:
            return FAILED, f"nothing is known of '{plug}'"
        if action == "status":
            return (ON, "Status: ON") if machine.on() else (OFF, "Status: OFF")
        if action not in ("off", "on"):
            return FAILED, f"no action '{action}'"
        self.acts.append((time.monotonic(), action, plug))
        with machine.lock:
            if action == "off":
                machine.crash()
            elif not machine.on():
                machine.boot()
        return ON, f"Success: {action}"

    def end(self):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.thread.join(PATIENCE)
