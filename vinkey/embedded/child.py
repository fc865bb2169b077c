"""How a server process is born: own process group, dies with us, never as root."""

import contextlib
import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

_PR_SET_PDEATHSIG, _PR_SET_SECUREBITS, _PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
_SECBIT_NO_SETUID_FIXUP = 4
_CAP_DAC_OVERRIDE, _CAP_DAC_READ_SEARCH = 1, 2
_CAP_VERSION_3 = 0x20080522
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class EmbeddedError(Exception):
    """The embedded servers cannot be used; the message says why and what to do."""


def die_with_parent(sig: int = signal.SIGTERM) -> None:
    """Ask the kernel to signal this process when its parent dies (Linux; elsewhere nothing)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, sig, 0, 0, 0)


def unprivileged() -> pwd.struct_passwd | None:
    """The user the servers run as when we are root, who may not run PostgreSQL."""
    if os.geteuid() != 0:
        return None
    for name in ("vinkey", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise EmbeddedError("Started as root, and there is no user 'nobody' to run PostgreSQL as.")


def reachable(path: Path, user: pwd.struct_passwd | None) -> bool:
    """Whether `user` may walk to `path`: a clone under a private directory is not reachable."""
    if user is None:
        return True
    for folder in [path, *path.parents]:
        found = folder.stat()
        bit = 0o100 if found.st_uid == user.pw_uid else 0o010 if found.st_gid == user.pw_gid else 1
        if not found.st_mode & bit:
            return False
    return True


def _keep_search_right() -> None:
    """Keep one capability over the change of user: to walk through directories that are private."""

    class Header(ctypes.Structure):
        _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]

    class Data(ctypes.Structure):
        _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]

    if _libc is None:
        return
    for capability in (_CAP_DAC_READ_SEARCH, _CAP_DAC_OVERRIDE):
        bits = 1 << capability
        data = (Data * 2)(Data(bits, bits, bits), Data(0, 0, 0))
        if _libc.capset(ctypes.byref(Header(_CAP_VERSION_3, 0)), data) == 0:
            _libc.prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_RAISE, capability, 0, 0)
            return


def spawn(
    command: list[str],
    *,
    log: Path | None = None,
    user: pwd.struct_passwd | None = None,
    cwd: Path | None = None,
    env: dict[str, str] | None = None,
    death_signal: int = signal.SIGTERM,
    private_path: bool = False,
) -> subprocess.Popen:
    """Start `command` in the foreground of its own process group; it ends when we end."""
    parent = os.getpid()

    def before_exec() -> None:
        if user is not None:
            if private_path and _libc is not None:
                # So that access(2), which initdb asks, counts the capability kept below.
                _libc.prctl(_PR_SET_SECUREBITS, _SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
            if private_path:
                _keep_search_right()
        die_with_parent(death_signal)
        if os.getppid() != parent:
            os._exit(1)

    out = log.open("ab") if log else None
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            cwd=cwd,
            env=env,
            process_group=0,
            preexec_fn=before_exec,
        )
    finally:
        if out:
            out.close()


def stop(child: subprocess.Popen, *, sig: int = signal.SIGTERM, patience: float = 15) -> None:
    """Ask a child of ours to end; insist on its whole group when it does not."""
    with contextlib.suppress(ProcessLookupError):
        child.send_signal(sig)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def leftovers(executable: Path, directory: Path) -> list[psutil.Process]:
    """Servers of an earlier run: our executable *and* our data directory, nothing less."""
    found = []
    for process in psutil.process_iter():
        try:
            exe = process.exe().removesuffix(" (deleted)")
            if exe and Path(exe) == executable and Path(process.cwd()) == directory:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def end_leftovers(executable: Path, directory: Path, *, sig: int, patience: float = 20) -> int:
    """Stop what an earlier run left, first politely; return how many processes there were."""
    found = leftovers(executable, directory)
    inside = {process.pid for process in found}
    for process in found:
        with contextlib.suppress(psutil.Error):
            if process.ppid() not in inside:
                process.send_signal(sig)
    _, alive = psutil.wait_procs(found, timeout=patience)
    for process in alive:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(alive, timeout=5)
    return len(found)


def wait_for(
    ready: Callable[[], bool],
    child: subprocess.Popen,
    *,
    what: str,
    log: Path,
    seconds: float = 60,
) -> None:
    """Until `ready()`; a child that ended meanwhile is an error that shows the log's last lines."""
    deadline = time.monotonic() + seconds
    while not ready():
        if child.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(errors="replace").splitlines()[-8:])
            stop(child)
            raise EmbeddedError(f"{what} did not start; the end of {log}:\n{tail}")
        time.sleep(0.02)
