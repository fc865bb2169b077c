"""Children are kept, not for ever; at the end none of their group is left."""

import os
import signal
import subprocess
import sys
import textwrap

import psutil
import pytest

from tests.database import ROOT

pytestmark = pytest.mark.slow


def run(body: str) -> subprocess.CompletedProcess:
    """The supervisor lives in a process of its own: it takes that process's signals."""
    script = "import os, signal, sys\nfrom vinkey.embedded import child\n"
    script += "from vinkey.supervisor import Supervisor, Watched\n" + textwrap.dedent(body)
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_child_that_ends_is_started_again_but_not_for_ever():
    done = run(
        """
        with Supervisor(print) as supervisor:
            supervisor.add(Watched("brief", lambda: child.spawn(["/bin/false"])))
            print("kept", supervisor.watch())
        """
    )
    lines = done.stdout.splitlines()
    assert lines.count("brief ended (1), starting it again.") == 5
    assert lines[-2:] == ["brief does not stay up; stopping everything.", "kept False"]


def test_asked_to_stop_it_ends_children_and_what_they_started():
    done = run(
        """
        with Supervisor(print) as supervisor:
            line = "sleep 300 & echo $!; trap '' TERM; echo up; sleep 301"
            start = lambda: child.spawn(["/bin/sh", "-c", line])
            supervisor.add(Watched("stubborn", start, patience=0.5))
            supervisor.watch(seconds=0.5)
            os.kill(os.getpid(), signal.SIGTERM)
            print("asked", supervisor.watch())
        """
    )
    pid = int(done.stdout.splitlines()[0])
    assert "asked True" in done.stdout
    assert not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_one_command_is_run_to_its_end():
    done = run(
        """
        with Supervisor(print) as supervisor:
            print(supervisor.once(["/bin/sh", "-c", "exit 7"]), supervisor.children)
        """
    )
    assert done.stdout == "7 []\n"


def test_a_child_dies_with_its_parent():
    script = "from vinkey.embedded import child\nimport os, signal\n"
    script += "print(child.spawn(['/bin/sleep', '300']).pid, flush=True)\n"
    script += "os.kill(os.getpid(), signal.SIGKILL)"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == -signal.SIGKILL
    pid = int(done.stdout)
    if psutil.pid_exists(pid):
        psutil.wait_procs([psutil.Process(pid)], timeout=5)
        assert not psutil.pid_exists(pid) or os.getpgid(pid) != pid
