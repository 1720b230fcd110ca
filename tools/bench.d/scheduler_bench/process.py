"""What a whole process costs: CPU seconds and the peak of its memory, as the kernel counted them."""
import os
import statistics
import subprocess
import time
from collections import namedtuple

Cost = namedtuple("Cost", "cpu mib ended")  # `ended`: False, the limit came first: the cost so far


def run_once(command, limit):
    began = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                             env=dict(os.environ, PCMK_logfile="none", TZ="UTC"))
    ended = True
    while True:
        pid, status, used = os.wait4(child.pid, os.WNOHANG)
        if pid:
            child.returncode = os.waitstatus_to_exitcode(status)
            break
        if ended and time.monotonic() - began > limit:
            child.kill()
            ended = False
        time.sleep(0.002)
    if ended and child.returncode != 0:
        raise SystemExit(f"{' '.join(command)}: exit status {child.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ended)


def cost(command, limit=600, repeats=5):
    """The medians of several runs; of one where a run takes long."""
    runs = [run_once(command, limit)]
    while runs[0].ended and len(runs) < (repeats if runs[0].cpu < 4 else 1):
        runs.append(run_once(command, limit))
    return Cost(statistics.median(r.cpu for r in runs), statistics.median(r.mib for r in runs), runs[0].ended)
