"""A file of generated orders with faults in it, as long as is asked; the same each time.

`python -m tests.imports.generated 100000 orders.csv` writes one with 3 % faults.
"""

import csv
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

PLACES = 200
SHARE = 0.03  # of the orders that have a fault
COLUMNS = ("id", "title", "why", "status", "place", "priority", "created", "due", "ended")
FAULTS = ("unmapped", "unknown_reference", "bad_date", "double_key", "too_long", "cells")
MAPPING = """
kind = "work"
name = "Generated orders"
system = "generated"
key = "id"
[file]
time_zone = "Europe/Oslo"
[fields]
type = { constant = "maintenance" }
what = { column = "title", wins = "source" }
why = "why"
place = "place"
priority = "priority"
requested_at = { column = "created", date = "%d.%m.%Y" }
due = { column = "due", date = "%d.%m.%Y" }
closed_at = { column = "ended", date = "%d.%m.%Y" }
cancelled_at = { column = "ended", date = "%d.%m.%Y" }
[fields.status]
column = "status"
map = { OPEN = "requested", CLSD = "closed", CNCL = "cancelled" }
"""
PLACES_MAPPING = """
kind = "places"
name = "Generated places"
system = "generated"
key = "code"
[fields]
name = "code"
kind = { constant = "functional_location" }
"""
_BEGIN = date(2018, 1, 1)


def places() -> Iterator[tuple[str, ...]]:
    """The places at which the orders stand, with a header."""
    yield ("code",)
    for number in range(PLACES):
        yield (f"G-{number:03}",)


def orders(count: int) -> Iterator[tuple[str, ...]]:
    """A header and so many orders; every 33rd or so has one fault, each kind in its turn."""
    chance = random.Random(count)
    yield COLUMNS
    step = round(1 / SHARE)
    for number in range(1, count + 1):
        row = _order(number, chance)
        if number % step == 0:
            row = _spoilt(row, FAULTS[number // step % len(FAULTS)], number)
        yield tuple(row)


def faulty(count: int) -> int:
    """How many orders are refused: those with a fault, and the ones whose key they repeat."""
    step = round(1 / SHARE)
    spoilt = [FAULTS[number // step % len(FAULTS)] for number in range(step, count + 1, step)]
    return len(spoilt) + spoilt.count("double_key")


def _order(number: int, chance: random.Random) -> list[str]:
    status = chance.choices(("OPEN", "CLSD", "CNCL"), (2, 17, 1))[0]
    created = _BEGIN + timedelta(days=chance.randrange(2800))
    due = created + timedelta(days=chance.randrange(1, 60))
    ended = due - timedelta(days=chance.randrange(20)) if status != "OPEN" else None
    return [
        f"WO-{number:07}",
        f"{chance.choice(('Check', 'Mend', 'Grease', 'Replace'))} unit {chance.randrange(900)}",
        "As the yearly plan asks, and as the operator of the line has seen it himself.",
        status,
        f"G-{chance.randrange(PLACES):03}",
        str(chance.randrange(1, 5)),
        f"{created:%d.%m.%Y}",
        f"{due:%d.%m.%Y}",
        f"{max(ended, created):%d.%m.%Y}" if ended else "",
    ]


def _spoilt(row: list[str], fault: str, number: int) -> list[str]:
    match fault:
        case "unmapped":
            row[3] = "=OPEN"
        case "unknown_reference":
            row[4] = "NOWHERE"
        case "bad_date":
            row[7] = "31.02.2020"
        case "double_key":
            row[0] = f"WO-{number - 1:07}"
        case "too_long":
            row[0] = "WO-" + "9" * 300
        case "cells":
            row.append("one more")
    return row


def write(path: Path, rows: Iterator[tuple[str, ...]]) -> Path:
    """Write rows as CSV, one after the other."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


if __name__ == "__main__":
    write(Path(sys.argv[2]), orders(int(sys.argv[1])))
