"""Refuse a lock file that names a registry's host, or holds a package without version and hash."""

import re
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

_OPTIONS = r"-i|-f|--(extra-)?index-url|--find-links|--trusted-host"
_HOST = re.compile(rf"https?://|^\s*({_OPTIONS})\b", re.M)
_PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==[^\s;\\]+", re.I)


def faults(text: str, asked: Sequence[str] = ()) -> list[str]:
    """What is wrong with the text of a lock file; `asked` are packages it must hold."""
    found = [f"names a host or an index: {hit.group().strip()}" for hit in _HOST.finditer(text)]
    pinned = set()
    for block in re.split(r"\n(?=\S)", "\n" + text):
        block = block.strip()
        if not block or block.startswith("#"):
            continue
        first = block.splitlines()[0]
        if not (pin := _PIN.match(first)):
            found.append(f"is not a pinned package: {first}")
            continue
        pinned.add(_plain(pin[1]))
        if not re.search(r"--hash=sha256:[0-9a-f]{64}\b", block):
            found.append(f"has no hash: {pin[1]}")
    found += [f"lacks {name}" for name in asked if _plain(name) not in pinned]
    return found


def wanted(pyproject: str) -> list[str]:
    """Names of what pyproject.toml asks for, tools included."""
    known = tomllib.loads(pyproject)
    asked = known["project"]["dependencies"] + known["dependency-groups"]["dev"]
    return [re.split(r"[\[~<>=! ;]", line)[0] for line in asked]


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    asked = wanted(Path("pyproject.toml").read_text())
    problems = faults(Path("requirements.lock").read_text(), asked)
    print("\n".join(f"requirements.lock {problem}" for problem in problems) or "Lock file: good.")
    sys.exit(bool(problems))
