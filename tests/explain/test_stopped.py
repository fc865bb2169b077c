"""The report of what rules would have stopped reads the gates of its days alone."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import AT
from work.models import Event, Site, WorkItem
from work.permissions import system
from work.reads.stopped import would_have_stopped


def test_the_gates_of_the_last_days_have_their_index(db):
    sizes = {"items": 4_000, "opened": 400, "places": 100, "people": 20}
    call_command("load_bulk", stdout=StringIO(), **sizes)
    site = Site.objects.get(slug="bulk")
    items = list(WorkItem.objects.filter(site=site).values_list("pk", flat=True))
    many = [
        Event(
            site=site,
            subject_type="work.workitem",
            subject_id=items[count % 4_000],
            item_id=items[count % 4_000],
            verb="gate" if count % 20 == 0 else "comment",
            data={"verdicts": []},
            act=uuid4(),
            happened_at=AT - timedelta(minutes=10 * count),
            recorded_at=AT - timedelta(minutes=10 * count),
        )
        for count in range(20_000)
    ]
    Event.objects.bulk_create(many, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE work_event, work_workitem")

    with CaptureQueriesContext(connection) as asked:
        would_have_stopped(system(AT), site_id=site.pk, at=AT)

    said = next(each["sql"] for each in asked if "jsonb_array_elements" in each["sql"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {said}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "work_event_gate" in plan, plan
