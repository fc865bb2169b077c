"""How quick the pages are beside the floor: `python -m bench.run`; `--quick` while working on it.

Loads a million items into a throw-away home and ten thousand into another, serves both as
`make run` serves, signs in, and asks for the pages in rounds, each page by turns with the floor.
Ends with 1 where an answer is wrong or a page is over its bar.
"""

import argparse
import functools
import json
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

from bench.client import Browser, signed_in
from bench.counting import ASK, TELL
from bench.pages import FLOOR, SITE, Page, pages
from bench.served import ROOT, Served, served
from bench.site import NAME, PASSWORD

LARGE = {"items": 1_000_000, "opened": 20_000, "places": 6_000, "people": 500, "domains": 1.0}
SMALL = {"items": 10_000, "opened": 2_000, "places": 1_200, "people": 200, "domains": 0.02}
QUICK = {"items": 60_000, "opened": 20_000, "places": 6_000, "people": 500, "domains": 0.05}
GROWTH, TRANSITION, STATEMENTS = 1.2, 1.0, 20
# Asked of both sites, one by turns with the other.
GREW = ("list", "list blocked=1", "list sort=due", "board", "site picture", "item, bare")


@dataclass
class Row:
    """A page with what was measured of it: seconds, and the ratio to its floor in each round."""

    name: str
    most: float | None
    statements: int = 0
    weight: int = 0
    took: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        """The median over the rounds."""
        return statistics.median(self.ratios)

    def round(self, mine: list[float], floor: list[float]) -> None:
        """Keep a round."""
        self.took += mine
        self.floor += floor
        self.ratios.append(statistics.median(mine) / statistics.median(floor))


def main() -> None:
    """Read the arguments, measure, print, judge."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--rounds", type=int, help="9, with --quick 3")
    asked.add_argument("--times", type=int, help="of each page in a round: 5, with --quick 3")
    asked.add_argument("--quick", action="store_true", help="less of everything, and no growth")
    asked.add_argument("--only", default="", help="pages whose name begins so, or so, …")
    given = asked.parse_args()
    given.rounds = given.rounds or (3 if given.quick else 9)
    given.times = given.times or (3 if given.quick else 5)
    print(f"commit {commit()}; {given.rounds} rounds of {given.times} and more")
    with served(functools.partial(_filled, QUICK if given.quick else LARGE), SETTINGS) as large:
        rows = measure(large, given)
        if START.startswith(tuple(given.only.split(","))):
            rows.append(transitions(large, given))
        if not given.quick and not given.only:
            with served(functools.partial(_filled, SMALL), SETTINGS) as small:
                rows += growth(large, small, given)
    print("\n".join(table(rows, large.world["items"])))
    over = [row.name for row in rows if row.most is not None and row.ratio > row.most]
    print("over the bar: " + ("; ".join(over) if over else "none"))
    sys.exit(1 if over else 0)


SETTINGS = "bench.settings"
START = "start, three suppliers"
_COUNT = {ASK.replace("-", "_"): "1"}


def _filled(sizes: dict[str, float]) -> dict[str, Any]:
    """In a process of its own: Django is set up once a process, and here are two homes."""
    given = [f"--{name}={value}" for name, value in sizes.items()]
    command = [sys.executable, "-m", "bench.site", *given]
    told = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(told)


def commit() -> str:
    """What is measured."""
    asked = ["git", "describe", "--always", "--dirty"]
    found = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True)
    return found.stdout.strip() or "unknown"


def measure(server: Served, given: argparse.Namespace) -> list[Row]:
    """Rounds over all pages, each request next to one of the floor; the floor against itself too.

    Where that does not come out as 1, there are more rounds, to three times as many.
    """
    browser = sign_in(server)
    names = tuple(given.only.split(","))
    wanted = [page for page in pages(server.world) if page.name.startswith(names)]
    wanted = [page for page in pages(server.world) if page.path == FLOOR.path] + [
        page for page in wanted if page.path != FLOOR.path
    ]
    rows = {page: _row(browser, page) for page in wanted}
    again = next(row for page, row in rows.items() if page.path == FLOOR.path)
    done = 0
    while done < given.rounds or (done < 3 * given.rounds and abs(again.ratio - 1) > 0.05):
        for page, row in rows.items():
            mine, floor = [], []
            for _time in range(given.times):
                floor.append(_took(browser, FLOOR))
                mine.append(_took(browser, page))
            row.round(mine, floor)
        done += 1
    return list(rows.values())


def sign_in(server: Served) -> Browser:
    """By the form, as people do."""
    return signed_in(server.host, server.port, NAME, PASSWORD)


def _row(browser: Browser, page: Page) -> Row:
    """Warm it up, and see how many statements and bytes it takes."""
    for _time in range(3):
        _took(browser, FLOOR)
        _took(browser, page)
    _act(browser, page)
    answer = browser.get(page.name, page.path, **_COUNT, **_tag(browser, page))
    weight = len(answer.body.encode())
    return Row(page.name, page.most, int(answer.headers[TELL]), weight)


_TAGS: dict[tuple[int, str], str] = {}


def _tag(browser: Browser, page: Page) -> dict[str, str]:
    """The token of a page that is asked for again; asked once."""
    if not page.live:
        return {}
    key = (browser.port, page.path)
    if key not in _TAGS:
        _TAGS[key] = browser.get(page.name, page.path).tag
    return {"X_Live": "1", "If_None_Match": _TAGS[key]}


def _act(browser: Browser, page: Page) -> None:
    """Do what comes before the page."""
    if not page.act:
        return
    sent = {"act": str(uuid.uuid4()), "text": "Seen"}
    if (done := browser.post("act", page.act, sent)).status not in (204, 303):
        raise SystemExit(f"{page.act}: {done.status}\n{done.body[:500]}")


def _took(browser: Browser, page: Page) -> float:
    """Seconds from asking to the last byte; a wrong answer ends the measuring."""
    headers = _tag(browser, page)
    _act(browser, page)
    began = time.perf_counter()
    answer = browser.get(page.name, page.path, **headers)
    took = time.perf_counter() - began
    if page.live and answer.status == 200:
        # Its token ends with the minutes that the page tells.
        _TAGS.pop((browser.port, page.path))
        return _took(browser, page)
    if answer.status != (304 if page.live else 200) or page.text not in answer.body:
        raise SystemExit(f"{page.name}: {answer.status} from {page.path}\n{answer.body[:500]}")
    return took


def transitions(server: Served, given: argparse.Namespace) -> Row:
    """Start items with requirements of three suppliers, each next to a request of the floor."""
    browser = sign_in(server)
    row = Row(START, TRANSITION)
    left = iter(server.world["startable"])

    def start(**headers: str) -> tuple[float, Any]:
        while True:
            number, version, act = next(left)
            sent = {"seen": str(version), "act": act, "back": f"{SITE}board/"}
            began = time.perf_counter()
            answer = browser.post("start", f"{SITE}work/W-{number}/start/", sent, **headers)
            if answer.status in (204, 303):
                return time.perf_counter() - began, answer
            if answer.status != 422:
                raise SystemExit(f"start of {number}: {answer.status}\n{answer.body[:500]}")

    # Each process has planned what a start reads when it is asked for the third time.
    for _time in range(10):
        start()
    answer = start(**_COUNT)[1]
    row.statements, row.weight = int(answer.headers[TELL]), len(answer.body.encode())
    for _round in range(given.rounds):
        mine, floor = [], []
        for _time in range(given.times):
            floor.append(_took(browser, FLOOR))
            mine.append(start()[0])
        row.round(mine, floor)
    if row.statements > STATEMENTS:
        print(f"start: {row.statements} statements, more than {STATEMENTS}")
    return row


def growth(large: Served, small: Served, given: argparse.Namespace) -> list[Row]:
    """The same page over a million items and over ten thousand; the small site is the floor."""
    browsers = [sign_in(server) for server in (large, small)]
    both = [{page.name: page for page in pages(server.world)} for server in (large, small)]
    rows = []
    for name in GREW:
        row = _row(browsers[0], both[0][name])
        _row(browsers[1], both[1][name])
        row.name, row.most = f"{name}: a million to ten thousand", GROWTH
        for _round in range(given.rounds):
            mine, floor = [], []
            for _time in range(given.times):
                floor.append(_took(browsers[1], both[1][name]))
                mine.append(_took(browsers[0], both[0][name]))
            row.round(mine, floor)
        rows.append(row)
    return rows


def table(rows: list[Row], items: int) -> list[str]:
    """As docs/performance.md has it."""
    lines = [
        "| page | rows | queries | bytes | p50 ms | p95 ms | floor ms | ratio | bar |",
        "| --- | --: | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for row in rows:
        took = sorted(1000 * each for each in row.took)
        p50, p95 = took[len(took) // 2], took[min(len(took) - 1, int(len(took) * 0.95))]
        bar = "" if row.most is None else f"{row.most:g}"
        lines.append(
            f"| {row.name} | {items:,} | {row.statements} | {row.weight:,} | {p50:.1f} | {p95:.1f} "
            f"| {1000 * statistics.median(row.floor):.1f} | {row.ratio:.2f} | {bar} |"
        )
    return lines


if __name__ == "__main__":
    main()
