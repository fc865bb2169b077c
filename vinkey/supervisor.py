"""Keep several child processes running, and end them all: used by `serve` alone."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from vinkey.embedded import child
from vinkey.embedded.child import EmbeddedError

LIMIT, WINDOW = 5, 60.0
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Watched:
    """One child, how to start it, how to end it, and when it last had to be started again."""

    def __init__(
        self,
        name: str,
        start: Callable[[], subprocess.Popen],
        *,
        sig: int = signal.SIGTERM,
        patience: float = 20,
        base: bool = False,
    ):
        self.name, self.start, self.sig, self.patience = name, start, sig, patience
        self.base = base
        self.process: subprocess.Popen | None = None
        self._starts: deque[float] = deque(maxlen=LIMIT)

    def run(self) -> bool:
        """Start it; False when it was started too often lately."""
        now = time.monotonic()
        if len(self._starts) == LIMIT and now - self._starts[0] < WINDOW:
            return False
        self._starts.append(now)
        self.process = self.start()
        return True

    def ended(self) -> bool:
        """Whether it ended. It is not reaped yet, so its number is nobody else's."""
        if self.process is None:
            return True
        flags = os.WEXITED | os.WNOWAIT | os.WNOHANG
        with contextlib.suppress(ChildProcessError):
            return os.waitid(os.P_PID, self.process.pid, flags) is not None
        return True

    def bury(self) -> int | None:
        """After its end: what is left of its group goes too, then it is reaped."""
        if self.process is None:
            return None
        if self.process.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.process = None
        return code

    def ask_to_end(self) -> None:
        if self.process is not None and not self.ended():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, self.sig)


class Supervisor:
    """Started in order, ended in the opposite one; a child that dies is started again, bounded."""

    def __init__(self, say: Callable[[str], None]):
        self.say = say
        self.children: list[Watched] = []
        self.stopping = False
        self._read, self._write = socket.socketpair()

    def __enter__(self) -> "Supervisor":
        self._write.setblocking(False)
        self._read.setblocking(False)
        signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        for sig in _SIGNALS:
            signal.signal(sig, self._asked)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        return self

    def __exit__(self, *exc_info: object) -> None:
        for sig in _SIGNALS:
            signal.signal(sig, signal.SIG_IGN)
        self.end_all()
        signal.set_wakeup_fd(-1)
        self._read.close()
        self._write.close()

    def _asked(self, *_: object) -> None:
        self.stopping = True

    def add(self, watched: Watched) -> None:
        self.children.append(watched)
        watched.run()

    def adopt(self, watched: Watched) -> None:
        """Watch a child that already runs."""
        self.children.append(watched)

    def once(self, command: list[str], **options: Any) -> int | None:
        """Run one command to its end; None when it was cut short by a request to stop."""
        watched = Watched(command[-1], lambda: child.spawn(command, **options))
        self.add(watched)
        while not watched.ended() and not self.stopping:
            self._sleep(1)
        if self.stopping:
            return None
        self.children.remove(watched)
        return watched.bury()

    def watch(
        self, *, until: Callable[[], bool] | None = None, seconds: float | None = None
    ) -> bool:
        """Until asked to stop or `until()`; False when time is up or a child cannot be kept."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while not self.stopping:
            for watched in self.children:
                if watched.ended() and not self.stopping and not self._again(watched):
                    return False
            if until is not None and until():
                return True
            if deadline is not None and time.monotonic() > deadline:
                return False
            self._sleep(0.1 if until or deadline else None)
        return True

    def _again(self, watched: Watched) -> bool:
        code = watched.bury()
        self.say(f"{watched.name} ended ({code}), starting it again.")
        try:
            if watched.run():
                return True
        except EmbeddedError as error:
            self.say(str(error))
        self.say(f"{watched.name} does not stay up; stopping everything.")
        return False

    def _sleep(self, seconds: float | None) -> None:
        """Until a signal arrives (a child's end is one) or the time is up."""
        select.select([self._read], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while self._read.recv(4096):
                pass

    def end_all(self) -> None:
        """Those that serve at once, then one after the other what they stand on."""
        waves = [[watched for watched in self.children if not watched.base]]
        waves += [[watched] for watched in reversed(self.children) if watched.base]
        self.children = []
        for wave in waves:
            for watched in wave:
                watched.ask_to_end()
            for watched in wave:
                deadline = time.monotonic() + watched.patience
                while not watched.ended() and time.monotonic() < deadline:
                    self._sleep(0.2)
                watched.bury()
