"""Reopening: struck, superseded, held again, and told to whoever relied on it."""

import pytest

from tests import factories
from tests.factories import closed_item, live_item, planned_item
from tests.work.outcomes import refused
from work.models import Acceptance, Event, WorkItem
from work.services import acceptance, execution, holds, proof, requirements
from work.states import Status


def reopen(world, item, minutes=60, **given):
    given = {"reason": "Leaks again", "actor": world.shift_lead, **given}
    return acceptance.reopen(at=world.t(minutes), item_id=item.pk, **given)


def test_back_to_planned_with_its_acceptance_struck(world):
    kind = factories.work_type(
        world.site,
        criteria=[
            {"key": "photo", "text": "Photo", "evidence": True},
            {"key": "tidy", "text": "Tidy"},
        ],
    )
    item = closed_item(world, type_id=kind.pk)
    version = item.version

    item = reopen(world, item)

    assert (item.status, item.version) == (Status.PLANNED, version + 1)
    assert (item.closed_at, item.done_at, item.completed_by, item.started_at) == (None,) * 4
    struck = item.acceptances.get()
    assert (struck.struck_at, struck.struck_by) == (world.t(60), world.shift_lead)
    evidence = item.evidence.get()
    assert (evidence.superseded_at, evidence.struck_at, evidence.stands) == (
        world.t(60),
        None,
        False,
    )
    assert not item.criteria.exclude(judged_by=None, judged_at=None, judgement=None).exists()
    assert item.is_ready(world.t(60))
    event = Event.objects.filter(item=item, verb="reopen").get()
    assert (event.data["from"], event.data["to"]) == ("closed", "planned")
    assert item.notes.get(pk=event.data["note"]).text == "Leaks again"


def test_closed_again_needs_fresh_proof(world):
    kind = factories.work_type(
        world.site, criteria=[{"key": "photo", "text": "Photo", "evidence": True}]
    )
    item = reopen(world, closed_item(world, type_id=kind.pk))
    execution.start(actor=world.technician, at=world.t(61), item_id=item.pk)
    item = execution.complete(actor=world.technician, at=world.t(62), item_id=item.pk)

    with refused(item, "criterion_open"):
        acceptance.accept(actor=world.shift_lead, at=world.t(63), item_id=item.pk)
    proof.attach(
        actor=world.technician,
        at=world.t(64),
        item_id=item.pk,
        kind="signature",
        said="Dry",
        criterion_id=item.criteria.get().pk,
    )
    item = acceptance.accept(actor=world.shift_lead, at=world.t(65), item_id=item.pk)

    assert item.status == Status.CLOSED
    assert item.acceptances.filter(struck_at=None).count() == 1
    assert item.acceptances.count() == 2


def test_holds_that_ended_at_acceptance_come_back(world):
    item = live_item(world)
    at_acceptance = holds.place(
        actor=world.supervisor,
        at=world.t(5),
        item_id=item.pk,
        kind="restart",
        place_id=world.l3.pk,
    )
    decided = holds.place(
        actor=world.supervisor,
        at=world.t(5),
        item_id=item.pk,
        kind="entry",
        place_id=world.l3.pk,
        until_accepted=False,
    )
    holds.end(actor=world.supervisor, at=world.t(6), hold_id=decided.pk, word="Aired")
    item = execution.complete(actor=world.technician, at=world.t(9), item_id=item.pk)
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")
    item = acceptance.accept(actor=world.shift_lead, at=world.t(10), item_id=item.pk, judged=judged)
    at_acceptance.refresh_from_db()
    assert (at_acceptance.ended_at, at_acceptance.end_cause) == (world.t(10), "accepted")

    reopen(world, item)

    for hold in (at_acceptance, decided):
        hold.refresh_from_db()
    assert (at_acceptance.ended_at, at_acceptance.ended_by, at_acceptance.end_cause) == (
        None,
        None,
        "",
    )
    assert (decided.ended_at, decided.end_cause) == (world.t(6), "decided")
    assert Event.objects.filter(verb="hold_returned", subject_id=at_acceptance.pk).count() == 1


@pytest.mark.parametrize("status", [Status.PLANNED, Status.LIVE])
def test_what_relied_on_it_waits_again(world, status):
    first = closed_item(world)
    item = planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(50),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=first.pk,
    )
    item.refresh_from_db()
    assert item.is_ready(world.t(50))
    if status == Status.LIVE:
        execution.start(actor=world.technician, at=world.t(51), item_id=item.pk)

    reopen(world, first)

    item.refresh_from_db()
    row.refresh_from_db()
    assert (row.answer, row.reason["code"]) == ("unmet", "other_item_open")
    assert row.clears == f"post:{world.lead_post.pk}"
    assert not item.is_ready(world.t(60))
    assert item.is_blocked(world.t(60)) is (status == Status.LIVE)
    assert item.stop_asked_at == (world.t(60) if status == Status.LIVE else None)


def test_what_is_refused(world, nrd):
    item = closed_item(world)

    with refused(item, "reason_needed"):
        reopen(world, item, reason="  ")
    with refused(item, "owner_unknown"):
        reopen(world, item, owner_post_id=nrd.post.pk)
    planned = planned_item(world)
    with refused(planned, "not_from"):
        reopen(world, planned)


def test_one_imported_as_closed_needs_an_owner(world):
    item = WorkItem.objects.create(
        site=world.site,
        number=900,
        type=world.mnt,
        type_version=world.mnt.versions.get(),
        what="Old order",
        place=world.l3,
        status=Status.CLOSED,
        requested_at=world.at,
        closed_at=world.at,
    )
    Acceptance.objects.create(item=item, kind="source", at=world.at)

    with refused(item, "owner_needed"):
        reopen(world, item)
    owner = {"owner_post_id": world.lead_post.pk}
    with refused(item, "why_needed"):
        reopen(world, item, **owner)
    item = reopen(world, item, why="It leaked", **owner)

    assert (item.status, item.owner_post) == (Status.PLANNED, world.lead_post)
    assert item.why == "It leaked"
    assert list(item.criteria.values_list("key", flat=True)) == ["ok"]


def test_one_imported_as_closed_needs_a_criterion_where_its_type_has_none(world):
    bare = factories.work_type(world.site, "BARE", criteria=[])
    item = WorkItem.objects.create(
        site=world.site,
        number=901,
        type=bare,
        type_version=bare.versions.get(),
        what="Old order",
        why="It leaked",
        place=world.l3,
        owner_post=world.lead_post,
        status=Status.CLOSED,
        requested_at=world.at,
        closed_at=world.at,
        incomplete=["criterion"],
    )
    Acceptance.objects.create(item=item, kind="source", at=world.at)

    with refused(item, "criteria_needed"):
        reopen(world, item, criterion="  ")
    item = reopen(world, item, criterion="Dry")

    assert (item.status, item.incomplete) == (Status.PLANNED, [])
    assert list(item.criteria.values_list("text", flat=True)) == ["Dry"]
    verbs = Event.objects.filter(item=item).values_list("verb", flat=True)
    assert {"criterion_added", "reopen"} <= set(verbs)


def test_no_ring_is_made_by_reopening(world):
    parent, other = planned_item(world), planned_item(world)
    part = planned_item(world, parent_id=parent.pk, mandatory=True)
    row = _wait_for(world, part, other, waivable_by="hse")
    requirements.waive(
        actor=world.hse, at=world.t(1), prerequisite_id=row.pk, until=world.t(9), reason="Dry"
    )
    execution.start(actor=world.technician, at=world.t(2), item_id=part.pk)
    execution.complete(actor=world.technician, at=world.t(3), item_id=part.pk)
    judged = dict.fromkeys(part.criteria.values_list("pk", flat=True), "Seen")
    acceptance.accept(actor=world.shift_lead, at=world.t(4), item_id=part.pk, judged=judged)
    _wait_for(world, other, parent)
    part.refresh_from_db()

    with refused(part, "ring") as caught:
        reopen(world, part)

    assert caught.value.reasons[0].params == {"items": [other.pk, parent.pk, part.pk]}


def _wait_for(world, item, other, **given):
    return requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
        **given,
    )


def test_blocked_by_what_is_unmet_when_it_is_planned_for_earlier(world):
    item = closed_item(world, plan={"planned_start": world.t(30)})
    factories.rule(world.site, "gas", at=world.t(59))

    item = reopen(world, item)

    blocker = item.blockers.get()
    assert (blocker.since, item.is_blocked(world.t(60))) == (world.t(60), True)
