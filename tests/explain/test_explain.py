"""Every filter and order of the list, the board and the counts is answered by an index.

Here over 20,000 items; `manage.py explain_lists` prints the same over what `load_bulk` loads.
"""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.explain import domains
from work.exceptions import NotDone
from work.management.commands import explain_admin
from work.management.commands.explain_lists import measure
from work.models import Site, WorkItem
from work.services import execution
from work.states import OPEN, Status

ORDERS = {
    "sort=number": "work_item_open",
    "sort=due": "work_item_open_due",
    "sort=-due": "work_item_open_due",
    "sort=planned_start": "work_item_open_start",
    "sort=-planned_start": "work_item_open_start",
    "sort=priority": "work_item_open_priority",
    "sort=-priority": "work_item_open_priority",
    "sort=status": "work_item_open_status",
    "sort=-status": "work_item_open_status",
    "sort=waiting": "work_item_open_waiting",
    "sort=-waiting": "work_item_open_waiting",
    "sort=age": "work_item_open_age",
    "sort=-age": "work_item_open_age",
    "(all open)": "work_item_open",
    "status=all": "work_item_number",
    "board": "work_item_open_board",
    "incomplete=1": "work_item_incomplete",
    "incomplete=owner": "work_item_incomplete",
    "source_closed=1": "work_item_source_closed",
    "priority=1": "work_item_open_priority",
    "f.centre=CC-17": "work_item_open_values",
}


@pytest.fixture
def bulk(db) -> Site:
    said = StringIO()
    sizes = {"items": 20_000, "opened": 2_000, "places": 1_200, "people": 200}
    call_command("load_bulk", stdout=said, **sizes)
    assert "20,000 items of bulk" in said.getvalue()
    return Site.objects.get(slug="bulk")


def acts(site: Site) -> None:
    """What doors read, planned: work is begun, stopped and completed."""
    given = {"site": site, "status": Status.PLANNED, "unmet_start": 0, "open_blockers": 0}
    done = 0
    for item in WorkItem.objects.filter(**given).exclude(executors=None).order_by("pk")[:40]:
        person = item.executors.first()
        try:
            execution.start(actor=person, item_id=item.pk, why="Asked")
            execution.stop(actor=person, item_id=item.pk, condition="As it was")
            execution.start(actor=person, item_id=item.pk, why="Asked")
            execution.complete(actor=person, item_id=item.pk)
        except NotDone:
            continue
        done += 1
    assert done


def test_every_query_of_the_lists_has_its_index(bulk):
    plans = {plan.case: plan for plan in measure(bulk, times=1)}
    assert [plan.case for plan in plans.values() if plan.unindexed] == []
    for case, index in ORDERS.items():
        assert index in plans[case].indexes, f"{case}: {plans[case].indexes}"
    searched = [plan for case, plan in plans.items() if case.startswith("search")]
    indexes = {index for plan in searched for index in plan.indexes}
    assert {"work_item_words", "work_item_open_words", "work_item_what_trgm"} <= indexes
    assert len(plans) > 75

    # And those of the admin: work and history, of one site and of two.
    looked = {plan.case: plan for plan in explain_admin.measure(bulk, times=1)}
    assert [plan.case for plan in looked.values() if plan.unindexed] == []
    assert "work_item_number" in looked["workitem (all)"].indexes
    assert {"work_event_site", "work_event_pkey"} & set(looked["event q="].indexes)
    assert len(looked) > 60

    # And those of permits, isolations, documents and competence, page by page.
    assert domains.unindexed(bulk) == []
    acts(bulk)
    assert domains.planned_whole() == []
    of_type = "permits_permit_ended_of_type"
    assert domains.ended_in_order(bulk) == ["permits_permit_ended_at", of_type]


def test_the_bulk_is_like_a_site(bulk):
    items = WorkItem.objects.filter(site=bulk)
    assert items.count() == 20_000
    opened = items.filter(status__in=sorted(OPEN))
    assert 1_700 < opened.count() < 2_300
    assert 20 < opened.filter(blocked=True).count() < 600
    assert not opened.exclude(status="requested").filter(owner_user=None, owner_post=None).exists()
    assert not items.filter(owner_user__company__isnull=False).exists()
    with pytest.raises(CommandError, match="only an empty one"):
        call_command("load_bulk", items=10, opened=5)


def test_production_is_never_filled(db, settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="Not in production"):
        call_command("load_bulk")
    assert not Site.objects.exists()
