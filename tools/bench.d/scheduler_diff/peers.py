"""How the two programs are run on one CIB."""
import os
import shutil
import subprocess
import tempfile

from . import reports

SECONDS = 5


def peer():
    return shutil.which("crm_simulate") or shutil.which("crm_simulate", path="/usr/sbin:/usr/local/sbin")


def _run(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS,
                              env={**os.environ, "LC_ALL": "C", "TZ": "UTC"}, check=False)
    except subprocess.TimeoutExpired:
        return None, "took too long"
    return done.returncode, done.stdout if done.returncode == 0 else done.stderr


def compare(cib, ours):
    """-> (None, why the peer refuses it) or (lines of difference, "")."""
    with tempfile.NamedTemporaryFile("w", suffix=".xml") as f:
        f.write(cib)
        f.flush()
        code, theirs = _run([peer(), "-S", "-x", f.name])
        if code != 0:
            return None, theirs.strip()
        code, mine = _run([ours, "--cib", f.name])
        if code != 0:
            return [f"+ exit status {code}: {mine.strip()[:200]}"], ""
    return reports.differences(theirs, mine), ""
