"""`python -m vinkey.embedded reset`: remove the data directory, unless something uses it."""

import os
import shutil
import signal
import sys
from pathlib import Path

from vinkey.embedded import EmbeddedError, Home, child
from vinkey.embedded.postgres import binaries
from vinkey.embedded.valkey import binary


def reset(directory: Path) -> str:
    """Remove everything under `directory`; raises `Taken` while a Vinkey runs with it."""
    home = Home(directory)
    if not home.directory.exists():
        return f"There is no {home.directory}."
    home.take()
    try:
        child.end_leftovers(binaries() / "postgres", home.postgres, sig=signal.SIGINT)
        child.end_leftovers(binary(), home.valkey, sig=signal.SIGTERM)
        shutil.rmtree(home.sockets, ignore_errors=True)
        shutil.rmtree(home.directory)
    finally:
        home.release()
    return f"{home.directory} is removed."


def main() -> int:
    if sys.argv[1:] != ["reset"]:
        print(__doc__)
        return 2
    default = Path(__file__).resolve().parent.parent.parent / ".data"
    try:
        print(reset(Path(os.environ.get("VINKEY_DATA") or default)))
    except EmbeddedError as error:
        print(f"Nothing was removed: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
