"""A worker of xdist and its database's process share a processor: they take turns all the time.

Waking the other one up on another processor costs more than most of what they say to each other.
What a worker starts besides, such as a browser or servers, runs wherever there is room.
"""

import contextlib
import os
import subprocess
import threading
from typing import Any

from django.db.backends.signals import connection_created

_ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
_execute = subprocess.Popen._execute_child


def begin() -> None:
    """From here on this worker stays where its number says."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "").removeprefix("gw")
    if not worker.isdecimal() or len(_ALL) < 2:
        return
    mine = {sorted(_ALL)[int(worker) % len(_ALL)]}
    os.sched_setaffinity(0, mine)
    subprocess.Popen._execute_child = _anywhere

    def near(connection: Any, **_given: Any) -> None:
        # Those of other threads are there to be at once.
        if threading.current_thread() is threading.main_thread():
            with contextlib.suppress(OSError):
                os.sched_setaffinity(connection.connection.info.backend_pid, mine)

    connection_created.connect(near, weak=False)


def _anywhere(*args: Any, **given: Any) -> Any:
    """Start a process that may run on any processor."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _ALL)
    try:
        return _execute(*args, **given)
    finally:
        os.sched_setaffinity(0, mine)
