"""A reopened item begins a new round: its checklist is answered anew, nothing of it is lost."""

from decimal import Decimal

import pytest
from django.apps import apps

from tests import factories
from tests.factories import closed_item, planned_item
from tests.work.outcomes import refused, stale
from tests.work.verbs import step
from work.models import Event
from work.services import acceptance, checklist, execution, items, proof, requirements
from work.states import Status

LINES = [
    {"key": "guard", "text": "Guard on?", "kind": "pass_fail"},
    {"key": "bar", "text": "Pressure", "kind": "reading", "unit": "bar", "low": "1", "high": "3"},
    {"key": "who", "text": "Seen by", "kind": "text"},
    {"key": "drip", "text": "Dry?", "kind": "pass_fail"},
]


def reopen(world, item, minutes=60, **given):
    given = {"reason": "Leaks again", "actor": world.shift_lead, **given}
    return acceptance.reopen(at=world.t(minutes), item_id=item.pk, **given)


def answer(world, line, minutes, **given):
    return checklist.answer(actor=world.technician, at=world.t(minutes), line_id=line.pk, **given)


def lines(item) -> dict:
    return {line.key: line for line in item.lines.all()}


@pytest.fixture
def closed(world):
    """Closed with a passed line, a reading, a text, and a failed line with follow-up work."""
    kind = factories.work_type(world.site, lines=LINES)
    item = factories.live_item(world, type_id=kind.pk)
    of = lines(item)
    answer(world, of["guard"], 1, answer="pass")
    answer(world, of["bar"], 2, value="2,5")
    answer(world, of["who"], 3, said="T. Vos")
    answer(world, of["drip"], 4, answer="fail")
    dried = checklist.dispose(
        actor=world.technician,
        at=world.t(5),
        line_id=of["drip"].pk,
        disposition="follow_up",
        word="New seal",
    )
    items.plan(
        actor=world.planner,
        at=world.t(6),
        item_id=dried.follow_up_id,
        owner_post_id=world.lead_post.pk,
    )
    item = step(world, "complete", item, 7)
    return step(world, "accept", item, 8)


def test_every_line_is_unanswered_again(world, closed):
    before = lines(closed)

    item = reopen(world, closed)

    for key, line in lines(item).items():
        assert (line.answer, line.value, line.said) == ("", None, "")
        assert (line.answered_by, line.answered_at) == (None, None)
        assert (line.disposition, line.disposed_by, line.disposed_at) == ("", None, None)
        assert line.version == before[key].version + 1


def test_the_earlier_answers_stay_to_be_read(world, closed):
    before = lines(closed)
    item = reopen(world, closed)

    event = Event.objects.get(item=item, verb="reopen")
    by = world.technician.pk
    assert event.data["answers"] == [
        {"line": before[key].pk, "version": version, "answer": verdict, "value": value, "by": by,
         "at": world.t(minutes).isoformat(), "disposition": disposed, "follow_up": raised}
        for key, version, verdict, value, minutes, disposed, raised in (
            ("guard", 2, "pass", None, 1, "", None),
            ("bar", 2, "pass", "2.5000", 2, "", None),
            ("who", 2, "pass", None, 3, "", None),
            ("drip", 3, "fail", None, 4, "follow_up", before["drip"].follow_up_id),
        )
    ]  # fmt: skip
    kept = apps.get_model("work", "ChecklistLineEvent").objects.filter(pgh_obj=before["who"])
    assert kept.get(version=2).said == "T. Vos"
    assert Event.objects.filter(item=item, verb="line").count() == 4


def test_follow_up_work_stays_and_stays_linked(world, closed):
    raised = lines(closed)["drip"].follow_up

    item = reopen(world, closed)

    raised.refresh_from_db()
    assert (raised.status, raised.source_item) == (Status.PLANNED, item)
    assert lines(item)["drip"].follow_up == raised
    execution.start(actor=world.technician, at=world.t(61), item_id=item.pk)
    line = answer(world, lines(item)["drip"], 62, answer="fail")
    line = checklist.dispose(
        actor=world.technician,
        at=world.t(63),
        line_id=line.pk,
        disposition="follow_up",
        word="Still",
    )
    assert line.follow_up == raised
    assert item.caused.count() == 1


def test_it_is_complete_when_every_line_is_answered_anew(world, closed):
    item = reopen(world, closed)
    item = execution.start(actor=world.technician, at=world.t(61), item_id=item.pk)
    with refused(item, "line_open", "line_open", "line_open", "line_open"):
        execution.complete(actor=world.technician, at=world.t(62), item_id=item.pk)
    of = lines(item)
    with stale(item):
        answer(world, of["guard"], 62, answer="pass", seen=2)
    answer(world, of["guard"], 62, answer="pass", seen=3)
    bar = answer(world, of["bar"], 62, value="2")
    answer(world, of["who"], 62, said="S. Kok")
    answer(world, of["drip"], 62, answer="pass")

    item = execution.complete(actor=world.technician, at=world.t(63), item_id=item.pk)

    assert (item.status, bar.value, bar.answered_at) == (Status.DONE, Decimal(2), world.t(62))


def test_a_checklist_without_answers_leaves_none(world):
    item = reopen(world, closed_item(world))

    assert Event.objects.get(item=item, verb="reopen").data["answers"] == []


# --- given back -----------------------------------------------------------------------------------


def test_what_is_given_back_goes_on_in_the_same_round(world):
    kind = factories.work_type(
        world.site,
        criteria=[
            {"key": "photo", "text": "Photo", "evidence": True},
            {"key": "tidy", "text": "Tidy"},
        ],
        lines=LINES[:2],
    )
    factories.rule(world.site, "gas", type_id=kind.pk)
    item = planned_item(world, type_id=kind.pk)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(actor=world.hse, at=world.at, prerequisite_id=row.pk, passed=True)
    execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)
    proof.attach(
        actor=world.technician,
        at=world.t(2),
        item_id=item.pk,
        kind="signature",
        said="Seen",
        criterion_id=item.criteria.get(key="photo").pk,
    )
    of = lines(item)
    answer(world, of["guard"], 3, answer="pass")
    answer(world, of["bar"], 3, value="2")
    execution.complete(actor=world.technician, at=world.t(4), item_id=item.pk)
    lines_before = list(item.lines.values())

    item = acceptance.give_back(
        actor=world.shift_lead, at=world.t(10), item_id=item.pk, missing="A better photo"
    )

    assert item.status == Status.WAITING
    assert list(item.lines.values()) == lines_before
    assert [line["answer"] for line in lines_before] == ["pass", "pass"]
    assert item.evidence.get().stands
    row.refresh_from_db()
    assert (row.answer, item.unmet_start) == ("met", 0)
