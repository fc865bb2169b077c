"""A PDF as it is handed out: with a line on each page, put there by a process of its own.

A small file can ask for minutes and for all memory there is. So the process has little time, little
memory and little to write; where it does not come through, the file is handed out as it is.
"""

import logging
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from documents import stamping_child

PDF = "application/pdf"
_MB = 1024 * 1024
_ROOT = Path(__file__).resolve().parent.parent
# Of what the process of the web knows, its key among it, the child is told no more than this.
_TOLD = ("PATH", "LD_LIBRARY_PATH", "LANG", "TZ")
# Files that were ended for what they took: nobody waits for one a second time.
_HEAVY: set[str] = set()
_MOST_HEAVY = 1_000
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the putting of lines may take: seconds of a processor and of a clock, and bytes."""

    cpu: int = 5
    wall: float = 8.0
    memory: int = 512 * _MB
    written: int = 64 * _MB


class Bare(StrEnum):
    """Why a file carries no line."""

    SIGNED = "signed"
    SMALL = "small"
    # Locked, damaged, or it took too much.
    OTHER = "other"


LIMITS = Limits()
_WHY = {stamping_child.SIGNED: Bare.SIGNED, stamping_child.SMALL: Bare.SMALL}


def stamped(path: Path, line: str, limits: Limits = LIMITS) -> BinaryIO | Bare:
    """The PDF with a line on each page, or why it has none."""
    if str(path) in _HEAVY:
        return Bare.OTHER
    try:
        with path.open("rb") as kept:
            return _drawn(kept, line, limits)
    except (OSError, subprocess.SubprocessError) as error:
        _log.info("no line was put on %s: %s", path.name, type(error).__name__)
        return Bare.OTHER


def _drawn(kept: BinaryIO, line: str, limits: Limits) -> BinaryIO | Bare:
    size = os.fstat(kept.fileno()).st_size
    drawn = tempfile.TemporaryFile()  # noqa: SIM115 - whoever hands it out closes it
    try:
        code = _run(kept, drawn, line, limits, min(4 * size + _MB, limits.written))
        if code == 0:
            drawn.seek(0)
            return drawn
    except BaseException:
        drawn.close()
        raise
    drawn.close()
    if code < 0 and len(_HEAVY) < _MOST_HEAVY:
        _HEAVY.add(str(kept.name))
    _log.info("no line was put on %s: it ended with %s", Path(kept.name).name, code)
    return _WHY.get(code, Bare.OTHER)


def _run(kept: BinaryIO, drawn: BinaryIO, line: str, limits: Limits, written: int) -> int:
    """From one file into another, with no pipe between them that could fill."""
    text = line.encode("cp1252", "replace").hex()
    bounds = [str(each) for each in (limits.cpu, limits.memory, written)]
    return subprocess.run(
        [sys.executable, "-m", stamping_child.__name__, *bounds, text],
        stdin=kept,
        stdout=drawn,
        stderr=subprocess.DEVNULL,
        cwd=_ROOT,
        env={name: os.environ[name] for name in _TOLD if name in os.environ},
        timeout=limits.wall,
        check=False,
    ).returncode
