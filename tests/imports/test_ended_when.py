"""When history was requested and when it ended, as far as the source says."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.factories import setup
from work.models import Event, WorkItem
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = "id"
place = { constant = "HALL" }
status = "state"
requested_at = "asked"
closed_at = "ended"
cancelled_at = "ended"
due = "due"
"""
ASKED, DUE, ENDED = "2020-03-01T08:00Z", "2020-03-05T08:00Z", "2020-03-09T08:00Z"


@pytest.fixture
def load(site, put, bring):
    setup.place(site, "HALL")

    def run(row):
        bring(Kind.WORK, put("in.csv", f"id,state,asked,due,ended\n1,{row}\n"), put("m.toml", WORK))
        item = WorkItem.objects.get()
        return item.requested_at, item.closed_at or item.cancelled_at

    return run


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize("state", ["closed", "cancelled"])
@pytest.mark.parametrize(
    ("row", "requested", "ended"),
    [
        (f"{ASKED},{DUE},{ENDED}", ASKED, ENDED),
        (f",,{ENDED}", ENDED, ENDED),
        (f"{ENDED},,{ASKED}", ASKED, ASKED),  # a source that contradicts itself
        (f"{ASKED},{DUE},", ASKED, DUE),
        (f"{ASKED},2199-01-01,", ASKED, ASKED),
    ],
)
def test_nothing_ends_before_it_was_requested(load, state, row, requested, ended):
    assert load(f"{state},{row}") == (moment(requested), moment(ended))


@pytest.mark.parametrize("state", ["closed", "cancelled"])
def test_what_only_arrived_today_was_not_closed_today(site, load, state):
    requested, ended = load(f"{state},,,")
    [at] = Event.objects.filter(verb="import").values_list("recorded_at", flat=True)
    midnight = at.astimezone(ZoneInfo(site.time_zone)).replace(
        hour=0, minute=0, second=0, microsecond=0
    )
    assert (requested, ended) == (midnight - timedelta(seconds=1),) * 2
    assert WorkItem.objects.get().status_since == ended
