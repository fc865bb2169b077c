"""Accepting: criteria proven or judged, nothing open, four eyes by consequence, on duty."""

import pytest

from tests import factories
from tests.factories import closed_item, done_item, live_item, planned_item
from tests.supporting import services as tickets
from tests.work.outcomes import forbidden, refused, stale
from work.exceptions import Refused
from work.models import Acceptance, Event
from work.services import (
    acceptance,
    blockers,
    execution,
    holds,
    items,
    posts,
    proof,
    requirements,
)
from work.states import AcceptanceKind, Role, Status


def accept(world, item, minutes=30, *, actor=None, judge=True, **given):
    if judge and "judged" not in given:
        open_to_judge = item.criteria.filter(evidence=False)
        given["judged"] = dict.fromkeys(open_to_judge.values_list("pk", flat=True), "Seen")
    return acceptance.accept(
        actor=actor or world.shift_lead, at=world.t(minutes), item_id=item.pk, **given
    )


def give_back(world, item, **given):
    given = {"missing": "Paint", "at": world.t(30), "actor": world.shift_lead, **given}
    return acceptance.give_back(item_id=item.pk, **given)


def test_closed_by_name_role_and_post(world):
    item = done_item(world)

    item = accept(world, item, happened_at=world.t(28), remark="Fine work")

    assert (item.status, item.closed_at) == (Status.CLOSED, world.t(28))
    given = item.acceptances.get()
    assert (given.kind, given.by, given.role, given.post) == (
        AcceptanceKind.PERSON,
        world.shift_lead,
        Role.SHIFT_LEAD,
        world.lead_post,
    )
    assert (given.at, given.note.text, given.handback) == (world.t(28), "Fine work", False)
    criterion = item.criteria.get()
    assert (criterion.judged_by, criterion.judged_at, criterion.judgement.text) == (
        world.shift_lead,
        world.t(30),
        "Seen",
    )
    assert Event.objects.filter(item=item).last().data == {
        "from": "done",
        "to": "closed",
        "acceptance": given.pk,
        "role": "shift_lead",
        "note": given.note_id,
    }


def test_each_criterion_is_proven_or_judged(world):
    kind = factories.work_type(
        world.site,
        criteria=[
            {"key": "photo", "text": "Photo", "evidence": True},
            {"key": "tidy", "text": "Tidy"},
        ],
    )
    item = live_item(world, type_id=kind.pk)
    execution.complete(actor=world.technician, at=world.t(5), item_id=item.pk)
    photo, tidy = item.criteria.all()

    with refused(item, "criterion_open", "criterion_open") as caught:
        accept(world, item, judge=False)
    assert [reason.about for reason in caught.value.reasons] == [
        ("criterion", photo.pk),
        ("criterion", tidy.pk),
    ]
    with refused(item, "criterion_open"):  # where evidence is asked, words prove nothing
        accept(world, item, judged={photo.pk: "Believe me", tidy.pk: "Seen"})
    with refused(item, "criterion_open", "criterion_open"):
        accept(world, item, judged={tidy.pk: "  "})
    proof.attach(
        actor=world.technician,
        at=world.t(8),
        item_id=item.pk,
        kind="reading",
        value="2.5",
        criterion_id=photo.pk,
    )
    proof.judge(actor=world.shift_lead, at=world.t(9), criterion_id=tidy.pk, word="Seen")

    assert accept(world, item, judge=False).status == Status.CLOSED


def test_what_the_type_and_the_rules_ask_at_closing(world):
    kind = factories.work_type(
        world.site,
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "close"}],
        takes_out=True,
    )
    rule = factories.rule(world.site, "lab", gate="close", type_id=kind.pk)
    item = done_item(world, type_id=kind.pk)
    blocker = blockers.raise_(
        actor=world.operator, at=world.t(20), item_id=item.pk, kind="other", what="Noise"
    )
    item.refresh_from_db()

    with refused(item, "blocker_open", "field_missing", "requirement_unmet", "handback_unsigned"):
        accept(world, item)

    blockers.clear(actor=world.operator, at=world.t(21), blocker_id=blocker.pk, word="Gone")
    items.edit(actor=world.planner, at=world.t(22), item_id=item.pk, values={"cause": "Wear"})
    row = item.prerequisites.get(rule=rule)
    requirements.check(actor=world.hse, at=world.t(23), prerequisite_id=row.pk, passed=True)
    item = accept(world, item, handback=True)

    assert (item.status, item.acceptances.get().handback) == (Status.CLOSED, True)


FOUR_EYED = [
    "safety_critical",
    "permit",
    "withdrawn permit",
    "hold",
    "ended hold",
    "takes_out",
    "quality",
    "type",
    "sample",
]


def four_eyed(world, why):
    """An item done by the supervisor, and what about it asks for four eyes."""
    kind = factories.work_type(
        world.site,
        criteria=[{"key": "ok", "text": "It works", "quality": why == "quality"}],
        takes_out=why == "takes_out",
        four_eyes=why == "type",
        sample_percent=100 if why == "sample" else 0,
    )
    given = {"safety_critical": True} if why == "safety_critical" else {}
    item = planned_item(world, type_id=kind.pk, **given)
    if why in ("permit", "withdrawn permit"):
        row = requirements.require(
            actor=world.planner,
            at=world.t(1),
            item_id=item.pk,
            gate="start",
            kind="permit",
            supplier="supporting.ticket",
        )
        ticket = tickets.open_ticket(
            actor=None, at=world.t(2), site_id=world.site.pk, item_id=item.pk
        )
        tickets.issue(actor=None, at=world.t(2), ticket_id=ticket.pk)
    item = execution.start(actor=world.supervisor, at=world.t(3), item_id=item.pk)
    if why in ("hold", "ended hold"):
        hold = holds.place(
            actor=world.supervisor,
            at=world.t(4),
            item_id=item.pk,
            kind="restart",
            place_id=world.l3.pk,
            until_accepted=why == "hold",
        )
        if why == "ended hold":
            holds.end(actor=world.supervisor, at=world.t(5), hold_id=hold.pk, word="Tested")
    if why == "withdrawn permit":
        requirements.withdraw_requirement(
            actor=world.planner, at=world.t(6), prerequisite_id=row.pk, reason="Done"
        )
    return execution.complete(actor=world.supervisor, at=world.t(9), item_id=item.pk)


@pytest.mark.parametrize("why", FOUR_EYED)
def test_four_eyes_by_consequence(world, why):
    item = four_eyed(world, why)

    with refused(item, "four_eyes") as caught:
        accept(world, item, actor=world.supervisor, handback=True)
    assert caught.value.reasons[0].clears == ("role", "shift_lead")
    item = accept(world, item, actor=world.shift_lead, handback=True)

    assert (item.status, item.completed_by) == (Status.CLOSED, world.supervisor)


def test_two_eyes_where_nothing_asks_for_four(world):
    item = four_eyed(world, "nothing")

    assert accept(world, item, actor=world.supervisor).status == Status.CLOSED


def test_the_number_decides_the_sample(world):
    """37 n mod 100 < 37 for n = 1, 3, 6 and 9 of the first ten: nobody can choose."""
    kind = factories.work_type(world.site, sample_percent=37)
    asked = []
    for _ in range(10):
        item = planned_item(world, type_id=kind.pk)
        execution.start(actor=world.supervisor, at=world.t(3), item_id=item.pk)
        item = execution.complete(actor=world.supervisor, at=world.t(9), item_id=item.pk)
        try:
            accept(world, item, actor=world.supervisor)
        except Refused:
            asked.append(item.number)

    assert asked == [n for n in range(1, 11) if n * 37 % 100 < 37]


def test_only_on_duty_and_from_no_table(world):
    item = done_item(world)
    off_duty = factories.person(world.site, Role.SHIFT_LEAD)
    elsewhere = factories.person(world.site, Role.SUPERVISOR)
    factories.post_with_duty(world.process, elsewhere, role=Role.SUPERVISOR, code="process")

    with forbidden(item, "not_on_duty"):
        accept(world, item, actor=off_duty)
    with forbidden(item, "not_on_duty"):
        accept(world, item, actor=elsewhere)
    with forbidden(item, "role_needed"):
        accept(world, item, actor=world.technician)
    with stale(item):
        accept(world, item, seen=1)


def test_a_duty_taken_over_takes_the_right_with_it(world):
    item = done_item(world)
    posts.take_duty(actor=world.second_lead, at=world.t(20), post_id=world.lead_post.pk)

    with forbidden(item, "not_on_duty"):
        accept(world, item, actor=world.shift_lead)
    assert accept(world, item, actor=world.second_lead).status == Status.CLOSED


def test_the_role_that_the_type_names_accepts_and_nobody_else(world):
    kind = factories.work_type(world.site, accept_role=Role.QUALITY)
    item = done_item(world, type_id=kind.pk)

    with forbidden(item, "role_needed"):
        accept(world, item, actor=world.shift_lead)
    item = accept(world, item, actor=world.quality)

    assert item.acceptances.get().role == Role.QUALITY


def test_the_role_that_the_type_names_reopens_and_holds_too(world):
    kind = factories.work_type(world.site, accept_role=Role.QUALITY)
    closed = closed_item(world, type_id=kind.pk, by=world.quality)
    item = live_item(world, type_id=kind.pk)

    acceptance.reopen(
        actor=world.quality, at=world.t(31), item_id=closed.pk, reason="It leaks again"
    )
    hold = holds.place(
        actor=world.quality,
        at=world.t(31),
        item_id=item.pk,
        kind="restart",
        place_id=world.l3.pk,
        until_accepted=False,
    )
    holds.end(actor=world.quality, at=world.t(32), hold_id=hold.pk, word="Released")

    closed.refresh_from_db()
    hold.refresh_from_db()
    assert (closed.status, hold.ended_by) == (Status.PLANNED, world.quality)


def test_where_the_type_names_a_role_a_lead_on_duty_may_still_say_no(world):
    kind = factories.work_type(world.site, accept_role=Role.QUALITY)
    closed = closed_item(world, type_id=kind.pk, by=world.quality)
    item = done_item(world, type_id=kind.pk)
    away = factories.person(world.site, Role.SHIFT_LEAD)

    with forbidden(closed, "not_on_duty"):
        acceptance.reopen(actor=away, at=world.t(30), item_id=closed.pk, reason="It leaks again")
    acceptance.reopen(
        actor=world.shift_lead, at=world.t(31), item_id=closed.pk, reason="It leaks again"
    )
    acceptance.give_back(
        actor=world.shift_lead, at=world.t(31), item_id=item.pk, missing="The photo"
    )

    closed.refresh_from_db()
    item.refresh_from_db()
    assert (closed.status, item.status) == (Status.PLANNED, Status.WAITING)


def test_given_back_says_what_is_missing_and_by_whom(world):
    item = done_item(world)

    with refused(item, "give_back_needs_missing"):
        give_back(world, item, missing=" ")
    with refused(item, "clears_unknown"):
        give_back(world, item, clears="user:0")
    item = give_back(world, item, clears=f"user:{world.technician.pk}")

    assert (item.status, item.done_at, item.completed_by) == (Status.WAITING, None, None)
    assert (item.waiting_since, item.condition_left.text) == (world.t(30), "Paint")
    blocker = item.blockers.get()
    assert (blocker.kind, blocker.clears, blocker.what["params"]["text"]) == (
        "decision",
        f"user:{world.technician.pk}",
        "Paint",
    )
    blockers.clear(actor=world.technician, at=world.t(31), blocker_id=blocker.pk, word="Painted")
    execution.resume(actor=world.technician, at=world.t(32), item_id=item.pk)
    item = execution.complete(actor=world.technician, at=world.t(33), item_id=item.pk)
    assert accept(world, item, 34).status == Status.CLOSED


def test_a_blocked_item_is_not_accepted_until_its_source_says_so(world):
    """Done under a lapsed requirement: the truth was told, and the blocker stays."""
    factories.rule(world.site, "gas", waivable_by="hse")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.check(
        actor=world.hse,
        at=world.t(1),
        prerequisite_id=row.pk,
        passed=True,
        valid_until=world.t(10),
    )
    execution.start(actor=world.technician, at=world.t(2), item_id=item.pk)
    item = execution.complete(actor=world.technician, at=world.t(20), item_id=item.pk)
    assert item.blockers.get(ended_at=None).since == world.t(10)

    with refused(item, "blocker_open"):
        accept(world, item)
    requirements.check(actor=world.hse, at=world.t(31), prerequisite_id=row.pk, passed=True)

    assert accept(world, item, 32).status == Status.CLOSED


def test_nothing_is_derived_or_asked_of_a_closed_item(world):
    item = factories.closed_item(world)
    row = item.prerequisites.order_by("pk").first()
    before = item.prerequisites.count()
    factories.rule(world.site, "late", at=world.t(60))

    item.refresh_from_db()
    assert item.prerequisites.count() == before
    assert not item.is_blocked(world.t(60))
    with refused(item, "not_from"):
        requirements.withdraw_requirement(
            actor=world.planner, at=world.t(61), prerequisite_id=row.pk, reason="Tidy up"
        )
    assert Acceptance.objects.filter(item=item).count() == 1
