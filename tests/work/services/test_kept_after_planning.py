"""What a gate asked for is not taken away behind it: why, the criterion, the photo."""

from io import BytesIO

import pytest
from PIL import Image

from tests import factories
from tests.factories import live_item, planned_item, requested_item
from tests.work.outcomes import refused
from work.permissions import scope
from work.reads import cards
from work.services import acceptance, checklist, execution, files, items, proof
from work.services.guards import refusals
from work.states import Status, Verb


@pytest.mark.parametrize("why", ["", "  "])
@pytest.mark.parametrize("make", [planned_item, live_item, factories.done_item])
def test_work_past_requested_says_why(world, make, why):
    item = make(world)

    with refused(item, "why_needed"):
        items.edit(actor=world.planner, at=world.t(5), item_id=item.pk, why=why)
    item = items.edit(actor=world.planner, at=world.t(5), item_id=item.pk, why="It sticks")

    item.refresh_from_db()
    assert item.why == "It sticks"


def test_what_is_only_asked_for_may_say_no_more_why(world):
    item = requested_item(world)

    item = items.edit(actor=world.planner, at=world.t(5), item_id=item.pk, why="")
    item.refresh_from_db()
    assert (item.status, item.why) == (Status.REQUESTED, "")

    # It came past requested without one: its other fields can be changed all the same.
    type(item).objects.filter(pk=item.pk).update(
        status=Status.PLANNED, owner_post_id=world.lead_post.pk
    )
    item = items.edit(
        actor=world.planner, at=world.t(6), item_id=item.pk, what="Replace it", why=""
    )
    assert (item.what, item.why) == ("Replace it", "")


@pytest.fixture
def own(world):
    """An item of a type without criteria, with two that were agreed on by hand."""
    kind = factories.work_type(world.site, criteria=[])
    item = requested_item(world, type_id=kind.pk)
    made = [
        proof.add_criterion(actor=world.planner, at=world.at, item_id=item.pk, text=text)
        for text in ("No leak", "No drip")
    ]
    return item, made


def withdraw(world, criterion):
    return proof.withdraw_criterion(
        actor=world.planner, at=world.t(6), criterion_id=criterion.pk, reason="Agreed"
    )


def test_work_past_requested_keeps_one_criterion(world, own):
    item, (leak, drip) = own
    items.plan(
        actor=world.planner,
        at=world.t(5),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )

    assert withdraw(world, leak).withdrawn_at == world.t(6)
    with refused(item, "criteria_needed"):
        withdraw(world, drip)
    execution.start(actor=world.technician, at=world.t(7), item_id=item.pk)
    with refused(item, "criteria_needed"):
        withdraw(world, drip)
    assert list(item.criteria.filter(withdrawn_at=None)) == [drip]


def test_what_is_only_asked_for_may_lose_its_last_criterion(world, own):
    item, made = own

    for each in made:
        withdraw(world, each)

    assert not item.criteria.filter(withdrawn_at=None).exists()
    with refused(item, "criteria_needed"):
        items.plan(
            actor=world.planner,
            at=world.t(7),
            item_id=item.pk,
            owner_post_id=world.lead_post.pk,
        )


# --- the photo of a line ----------------------------------------------------------------------


@pytest.fixture
def pictured(world):
    """Work in progress whose line passed on a photo."""
    kind = factories.work_type(
        world.site, lines=[{"key": "p", "text": "Show the guard", "kind": "photo"}]
    )
    item = live_item(world, type_id=kind.pk)
    photo = picture(world, item)
    line = item.lines.get()
    checklist.answer(actor=world.technician, at=world.t(2), line_id=line.pk, answer="pass")
    return item, line, photo


def picture(world, item, minutes=1):
    image = BytesIO()
    Image.new("RGB", (4, 4)).save(image, "PNG")
    return proof.attach(
        actor=world.technician,
        at=world.t(minutes),
        item_id=item.pk,
        kind="photo",
        blob=files.store([image.getvalue()], at=world.at),
        name="guard.png",
        line_id=item.lines.get().pk,
    )


def strike(world, photo, minutes=3):
    proof.strike(
        actor=world.technician, at=world.t(minutes), evidence_id=photo.pk, word="The wrong one"
    )


def complete(world, item, minutes):
    return execution.complete(actor=world.technician, at=world.t(minutes), item_id=item.pk)


def test_a_line_that_passed_on_a_struck_photo_is_open(world, pictured):
    item, line, photo = pictured
    proof.attach(
        actor=world.technician,
        at=world.t(2),
        item_id=item.pk,
        kind="signature",
        said="It is on",
        line_id=line.pk,
    )
    strike(world, photo)

    with refused(item, "line_photo_struck") as caught:
        complete(world, item, 4)
    [reason] = caught.value.reasons
    assert (reason.params, reason.about) == ({"text": "Show the guard"}, ("line", line.pk))
    who = scope(world.supervisor, world.t(4))
    known = cards.known([item.pk])[item.pk].facts
    assert refusals(known, Verb.COMPLETE, world.t(4), who=who) == caught.value.reasons

    picture(world, item, 5)
    assert complete(world, item, 6).status == Status.DONE


def test_a_second_photo_keeps_the_line_answered(world, pictured):
    item, _line, photo = pictured
    picture(world, item)
    strike(world, photo)

    assert complete(world, item, 4).status == Status.DONE


def test_a_failed_line_needs_no_photo(world, pictured):
    item, line, photo = pictured
    strike(world, photo)
    checklist.answer(actor=world.technician, at=world.t(4), line_id=line.pk, answer="fail")
    checklist.dispose(
        actor=world.technician,
        at=world.t(5),
        line_id=line.pk,
        disposition="put_right",
        word="Bent back",
    )

    assert complete(world, item, 6).status == Status.DONE


def test_what_was_struck_after_completion_is_not_accepted(world, pictured):
    item, line, photo = pictured
    complete(world, item, 3)
    strike(world, photo, 4)
    judged = {item.criteria.get().pk: "It works"}

    def accept(minutes):
        return acceptance.accept(
            actor=world.shift_lead, at=world.t(minutes), item_id=item.pk, judged=judged
        )

    with refused(item, "line_photo_struck"):
        accept(5)
    picture(world, item, 6)
    assert accept(7).status == Status.CLOSED
