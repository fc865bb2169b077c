"""Why work waits is read from the blockers of its days alone, not from those of all years."""

from datetime import timedelta
from io import StringIO

from django.core.management import call_command
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from work.models import Blocker, Site
from work.reads.blocks import held, lapsing, overlapping


def test_the_blockers_of_the_last_days_have_their_index(db):
    sizes = {"items": 20_000, "opened": 1_000, "places": 300, "people": 50}
    call_command("load_bulk", stdout=StringIO(), **sizes)
    site, at = Site.objects.get(slug="bulk"), timezone.now()
    since = at - timedelta(days=30)
    given = {"items": Q(), "groupings": [("kind",)], "since": since}

    with CaptureQueriesContext(connection) as asked:
        found = held(site, at, **given)

    [said] = [each["sql"] for each in asked]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {said}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "work_blocker_ended" in plan, plan
    assert "Seq Scan on work_blocker" not in plan, plan
    assert "Seq Scan on work_workitem" not in plan, plan
    # As many items, and as long, as one would count by hand.
    spans: dict[tuple[str, int], list] = {}
    for blocker in Blocker.objects.filter(overlapping(since), site=site):
        begins, ends = max(blocker.since, since), blocker.ended_at or at
        spans.setdefault((blocker.kind, blocker.item_id), []).append((begins, ends))
    for lapse in lapsing(site, at):
        own = spans.setdefault((lapse.kind, lapse.item_id), [])
        own.append((max(lapse.due_at, since), at))
    for row in found[("kind",)]:
        own = [each for (kind, _item), each in spans.items() if kind == row.key[0]]
        assert row.items == len(own)
        assert abs(row.seconds - sum(map(_covered, own))) < 1


def _covered(spans: list) -> float:
    """The seconds that lie in any of them."""
    total, until = 0.0, None
    for begins, ends in sorted(spans):
        begins = begins if until is None else max(begins, until)
        total += max(0.0, (ends - begins).total_seconds())
        until = ends if until is None else max(until, ends)
    return total
