"""Hold points: nothing behind one before it, and no way past without what it requires."""

import pytest

from tests import factories
from tests.factories import live_item, planned_item
from tests.supporting import services as tickets
from tests.work.outcomes import refused
from work.models import Event
from work.services import checklist, execution, requirements
from work.states import Status


def answer(world, line, minutes=10, **given):
    given = {"actor": world.technician, **given}
    return checklist.answer(at=world.t(minutes), line_id=line.pk, **given)


def dispose(world, line, minutes=11, **given):
    given = {
        "actor": world.technician,
        "disposition": "put_right",
        "word": "Tightened",
        **given,
    }
    return checklist.dispose(at=world.t(minutes), line_id=line.pk, **given)


@pytest.fixture
def held(world):
    """A live item with a line, a hold point that HSE must check, and a line behind it."""
    kind = factories.work_type(
        world.site,
        lines=[
            {"key": "before", "text": "Before", "kind": "pass_fail"},
            {
                "key": "hold",
                "text": "Welds seen",
                "kind": "pass_fail",
                "hold_point": True,
                "na_allowed": True,
            },
            {"key": "after", "text": "After", "kind": "pass_fail"},
        ],
    )
    factories.rule(world.site, "welds", gate="hold_point", line_key="hold", waivable_by="hse")
    return live_item(world, type_id=kind.pk)


def lines(item):
    return {line.key: line for line in item.lines.all()}


def test_nothing_behind_a_hold_point_is_answered_before_it(world, held):
    row = held.prerequisites.get(rule__key="welds")
    assert (row.gate, row.line.key, row.due_at) == ("hold_point", "hold", None)
    assert not held.is_blocked(world.t(10))
    of = lines(held)

    answer(world, of["before"], answer="pass")
    with refused(held, "hold_point_before") as caught:
        answer(world, of["after"], answer="pass")
    assert caught.value.reasons[0].about == ("line", of["hold"].pk)


@pytest.mark.parametrize("way", ["pass", "not_applicable"])
def test_a_hold_point_is_passed_with_what_it_requires(world, held, way):
    of, row = lines(held), held.prerequisites.get(rule__key="welds")

    with refused(held, "requirement_unmet"):
        answer(world, of["hold"], answer=way)
    requirements.check(actor=world.hse, at=world.t(20), prerequisite_id=row.pk, passed=True)
    answer(world, of["hold"], 21, answer=way)

    gate = Event.objects.filter(item=held, verb="gate").last()
    assert (gate.data["gate"], gate.data["line"]) == ("hold_point", of["hold"].pk)
    assert [verdict["prerequisite"] for verdict in gate.data["verdicts"]] == [row.pk]
    assert answer(world, of["after"], 22, answer="pass").answer == "pass"


@pytest.mark.parametrize("weak", ["fail", "could_not"])
@pytest.mark.parametrize("way", ["put_right", "follow_up", "accepted_as_is"])
def test_a_failed_hold_point_is_no_way_around_what_it_requires(world, held, weak, way):
    of, row = lines(held), held.prerequisites.get(rule__key="welds")
    answer(world, of["hold"], answer=weak, said="No inspector")
    held.refresh_from_db()

    with refused(held, "hold_point_before"):
        answer(world, of["after"], answer="pass")
    with refused(held, "requirement_unmet"):
        dispose(world, of["hold"], disposition=way, actor=world.shift_lead)
    requirements.waive(
        actor=world.hse,
        at=world.t(20),
        prerequisite_id=row.pk,
        until=world.t(30),
        reason="Seen on the photo",
    )
    dispose(world, of["hold"], 21, disposition=way, actor=world.shift_lead)

    assert answer(world, of["after"], 22, answer="pass").answer == "pass"


def test_a_supplier_asks_at_a_hold_point_too(world):
    kind = factories.work_type(
        world.site,
        "TICKETED",
        lines=[
            {"key": "ticketed", "text": "Entry", "kind": "pass_fail", "hold_point": True},
        ],
    )
    item = planned_item(world, type_id=kind.pk)
    rows = item.prerequisites.filter(supplier="supporting.ticket")
    assert sorted((row.gate, row.line and row.line.key) for row in rows) == [
        ("hold_point", "ticketed"),
        ("start", None),
    ]
    ticket = tickets.open_ticket(actor=None, at=world.t(1), site_id=world.site.pk, item_id=item.pk)
    tickets.issue(actor=None, at=world.t(2), ticket_id=ticket.pk)
    item = execution.start(actor=world.technician, at=world.t(3), item_id=item.pk)

    assert answer(world, item.lines.get(), answer="pass").answer == "pass"


def test_every_line_is_answered_before_the_work_is_done(world, held):
    row = held.prerequisites.get(rule__key="welds")
    requirements.check(actor=world.hse, at=world.t(20), prerequisite_id=row.pk, passed=True)
    held.refresh_from_db()

    with refused(held, "line_open", "line_open", "line_open"):
        execution.complete(actor=world.technician, at=world.t(21), item_id=held.pk)
    for line in held.lines.all():
        answer(world, line, 22, answer="pass")
    done = execution.complete(actor=world.technician, at=world.t(23), item_id=held.pk)
    assert done.status == Status.DONE
