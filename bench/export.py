"""What an export of 100,000 rows costs: time, the server's processor, and its largest memory.

`python -m bench.export [rows]` serves a throw-away home of its own.
"""

import http.client
import sys
import threading
import time
from typing import Any

from bench.served import Served, served

_COLUMNS = "what,type,place,owner,executor,team,status,kind,priority,planned_start,planned_end,due"
_MB = 1024**2


def main() -> None:
    """Load, export as each kind of file, print; the list itself stands first, for comparison."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with served(lambda: _load(rows)) as server:
        cookies = server.cookies(server.world)
        for path in ("work/?status=all", "work/export.csv", "work/export.xlsx"):
            _measure(server, cookies, path)


def _load(rows: int) -> Any:
    import django

    django.setup()
    from django.core.management import call_command

    from work.models import User
    from work.states import Role

    call_command("load_bulk", items=rows, opened=rows // 5, places=600, people=50)
    whole = User.objects.filter(memberships__role=Role.SUPERVISOR, memberships__place=None)
    return whole.order_by("pk")[0]


def _measure(server: Served, cookies: str, path: str) -> None:
    before, worked, began = _memory(server), server.cpu(), time.monotonic()
    most, stop = [before], threading.Event()
    watch = threading.Thread(target=_watch, args=(server, most, stop))
    watch.start()
    to = http.client.HTTPConnection(server.host, server.port, timeout=600)
    to.request("GET", f"/s/bulk/{path}{'&' if '?' in path else '?status=all&'}columns={_COLUMNS}",
               headers={"Cookie": cookies})  # fmt: skip
    answer = to.getresponse()
    first, size, lines = time.monotonic() - began, 0, 0
    while chunk := answer.read(65_536):
        size, lines = size + len(chunk), lines + chunk.count(b"\n")
    took = time.monotonic() - began
    stop.set()
    watch.join()
    print(
        f"{path:<20} {answer.status} {lines:>8,} lines {size / _MB:6.1f} MB"
        f" first {first:5.1f} s all {took:5.1f} s cpu {server.cpu() - worked:5.1f} s"
        f" memory {before / _MB:4.0f} → {max(most) / _MB:4.0f} MB",
        flush=True,
    )


def _memory(server: Served) -> int:
    """Of the largest worker."""
    return max(each.memory_info().rss for each in server.web.children(recursive=True))


def _watch(server: Served, most: list[int], stop: threading.Event) -> None:
    while not stop.wait(0.02):
        most.append(_memory(server))


if __name__ == "__main__":
    main()
