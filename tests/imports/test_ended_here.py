"""What was closed or cancelled here keeps what it ended with, whatever the source says later."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import setup
from work.models import ChecklistLine, Event, WorkItem
from work.services import acceptance, checklist, execution, items, proof
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import Role

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = { column = "title", wins = "source" }
place = { constant = "HALL" }
status = { column = "state", map = { o = "requested", c = "closed", x = "cancelled" } }
[lines]
file = "lines.csv"
record = "order"
key = "nr"
wins = "source"
[lines.fields]
text = "text"
"""
HEAD = "id,title,state\n"
LINES = "order,nr,text,done\n1,10,Look,no\n"


@pytest.fixture
def hall(site):
    return setup.place(site, "HALL")


@pytest.fixture
def load(hall, put, bring):
    def run(row: str, lines: str = LINES):
        put("lines.csv", lines)
        done = bring(Kind.WORK, put("orders.csv", f"{HEAD}{row}\n"), put("work.toml", WORK))
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (fault.file, fault.column, fault.value, fault.code)
            for fault, _outcome in report.faults(done)
        ]

    return run


@pytest.fixture
def lead(site, hall):
    """The shift lead, on duty now."""
    person = setup.person(site, Role.SHIFT_LEAD)
    setup.post_with_duty(hall, person, at=timezone.now() - timedelta(hours=1))
    return person


def close_here(site, lead) -> None:
    """Plan, do and accept the one item there is."""
    item = WorkItem.objects.get()
    hand = setup.person(site, Role.TECHNICIAN)
    proof.add_criterion(actor=None, item_id=item.pk, text="It turns")
    if item.status == "requested":
        items.plan(
            actor=None,
            item_id=item.pk,
            owner_user_id=lead.pk,
            why="It squeaks",
            executor_ids=[hand.pk],
        )
    else:
        items.assign(actor=None, item_id=item.pk, executor_ids=[hand.pk])
    execution.start(actor=hand, item_id=item.pk)
    for line in item.lines.all():
        checklist.answer(actor=hand, line_id=line.pk, answer="pass")
    execution.complete(actor=hand, item_id=item.pk)
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")
    acceptance.accept(actor=lead, item_id=item.pk, judged=judged)


def test_closed_here_and_then_in_the_source(site, load, lead):
    load("1,One,o")
    close_here(site, lead)

    # The run in which the source closes it too, and each one after it.
    assert load("1,One,c") == ({"changed": 1}, [])
    found, faults = load("1,One more,c")
    assert found == {"conflict": 1}
    assert faults == [("orders.csv", "title", "One more", "ended_here")]
    assert load("1,One more,c") == ({"same": 1}, [])

    item = WorkItem.objects.get()
    assert (item.what, item.status) == ("One", "closed")
    assert item.source_words["title"] == "One more"
    assert [each.kind for each in item.acceptances.all()] == ["person"]


def test_cancelled_here_and_then_in_the_source(load):
    load("1,One,o")
    items.cancel(actor=None, item_id=WorkItem.objects.get().pk, reason="Double")

    assert load("1,One,x")[0] == {"changed": 1}
    assert load("1,One more,x")[0] == {"conflict": 1}
    assert load("1,One more still,o")[0] == {"conflict": 1}

    assert WorkItem.objects.get().what == "One"


def test_closed_in_the_source_reopened_and_closed_again_here(site, load, lead):
    load("1,One,c")
    item = WorkItem.objects.get()
    owner = {"owner_user_id": lead.pk, "why": "Leaks", "criterion": "It stays dry"}
    acceptance.reopen(actor=lead, item_id=item.pk, reason="Leaks", **owner)
    close_here(site, lead)

    assert load("1,One more,c")[0] == {"conflict": 1}
    assert WorkItem.objects.get().what == "One"


@pytest.mark.parametrize("state", ["c", "x"])
def test_what_ended_in_the_source_alone_follows_it(load, state):
    load(f"1,One,{state}")

    assert load(f"1,One more,{state}") == ({"changed": 1}, [])
    assert WorkItem.objects.get().what == "One more"


def test_of_its_lines_the_source_s_words_alone_follow(load):
    load("1,One,o")
    items.cancel(actor=None, item_id=WorkItem.objects.get().pk, reason="Double")

    done = LINES.replace(",no", ",yes")
    assert load("1,One,o", done) == ({"changed": 1}, [])
    longer = done.replace("Look", "Look well") + "1,20,Listen,no\n"
    found, faults = load("1,One,o", longer)
    assert found == {"conflict": 1}
    assert faults == [("orders.csv", "lines", "10, 20", "ended_here")]
    assert load("1,One,o", longer) == ({"same": 1}, [])

    line = ChecklistLine.objects.get()
    assert (line.text, line.source_words["done"]) == ("Look", "yes")


def test_a_field_that_was_changed_before_it_ended_here_is_no_conflict_for_ever(load):
    load("1,One,o")
    item = WorkItem.objects.get()
    items.edit(actor=None, item_id=item.pk, what="Ours")
    items.cancel(actor=None, item_id=item.pk, reason="Double")
    before = Event.objects.count()

    assert load("1,One,o") == ({"same": 1}, [])
    assert WorkItem.objects.get().what == "Ours"
    assert Event.objects.count() == before
