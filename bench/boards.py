"""Open boards that keep themselves up to date: `python -m bench.boards --boards 500 --seconds 60`.

Serves a throw-away home of its own. Says what share of one processor the web server takes.
"""

import argparse
import random
import threading
import time

from bench.client import Browser, report
from bench.served import Served, served

BOARD = "/s/hvk/board/"


def main() -> None:
    """Read the arguments and measure."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--boards", type=int, default=500)
    asked.add_argument("--every", type=float, default=5.0, help="seconds between two looks")
    asked.add_argument("--seconds", type=float, default=60.0)
    asked.add_argument("--acts", type=float, default=0.0, help="notes written a second meanwhile")
    given = asked.parse_args()
    with served() as server:
        _fill(server)
        print("\n".join(_measure(server, given)))


def _fill(server: Served) -> None:
    """Fifty cards, ten a column."""
    from tests import factories

    makers = ("requested_item", "planned_item", "live_item", "waiting_item", "done_item")
    for name in makers:
        for _ in range(10):
            getattr(factories, name)(server.world)


def _measure(server: Served, given: argparse.Namespace) -> list[str]:
    """So many readers as threads carry well; each looks for several boards in turn."""
    threads = min(25, given.boards)
    cookies = [server.cookies(server.world.people["supervisor"]) for _ in range(threads)]
    browsers = [Browser(server.host, server.port, each) for each in cookies]
    tags = [browser.get("first", BOARD).tag for browser in browsers]
    for browser in browsers:
        browser.took.clear()
    end = threading.Event()
    share = given.boards // threads
    readers = [
        threading.Thread(target=_read, args=(browser, tag, share, given.every, end))
        for browser, tag in zip(browsers, tags, strict=True)
    ]
    idle = time.process_time()
    began, worked = time.monotonic(), server.cpu()
    for each in readers:
        each.start()
    written = _write(server, given)
    end.set()
    for each in readers:
        each.join()
    seconds = time.monotonic() - began
    worked = server.cpu() - worked
    every = [each for browser in browsers for each in browser.took]
    bad = sum(status not in (200, 304) for _name, status, _took in every)
    return [
        f"{given.boards} boards, each every {given.every:g} s, for {seconds:.0f} s; "
        f"{written} notes written",
        *report(browsers, seconds),
        f"web server: {worked:.1f} s of processor, {worked / seconds:.0%} of one "
        f"(this script itself: {(time.process_time() - idle) / seconds:.0%})",
        f"wrong answers: {bad}",
    ]


def _read(browser: Browser, tag: str, share: int, every: float, end: threading.Event) -> None:
    """The boards of one thread, spread over the interval; each with the token that it has."""
    tags = [tag] * share
    time.sleep(random.random() * every / share)
    while not end.is_set():
        for number in range(share):
            began = time.monotonic()
            answer = browser.get("look", BOARD, X_Live="1", If_None_Match=tags[number])
            if answer.status == 200:
                tags[number] = answer.tag
            if end.wait(max(0.0, every / share - (time.monotonic() - began))):
                return


def _write(server: Served, given: argparse.Namespace) -> int:
    """Somebody writes notes meanwhile, where that is asked for."""
    from django.utils import timezone

    from work.models import WorkItem
    from work.services import items

    end, written = time.monotonic() + given.seconds, 0
    if not given.acts:
        time.sleep(given.seconds)
        return 0
    numbers = list(WorkItem.objects.values_list("pk", flat=True))
    while time.monotonic() < end:
        actor = server.world.people["supervisor"]
        items.comment(actor=actor, at=timezone.now(), item_id=random.choice(numbers), text="Seen")
        written += 1
        time.sleep(1 / given.acts)
    return written


if __name__ == "__main__":
    main()
