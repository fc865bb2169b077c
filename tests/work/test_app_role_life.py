"""What the application's own role must be able to do: everything that people do."""

import pytest
from django.core.management import call_command
from django.db import connection

from tests.factories import (
    closed_item,
    kept,
    requested_item,
    rule,
    work_type,
)
from work.models import Event
from work.services import (
    acceptance,
    blockers,
    checklist,
    clock,
    execution,
    holds,
    items,
    people,
    posts,
    proof,
    requirements,
    rules,
    types,
)


@pytest.fixture
def as_the_application(world):
    """The whole test from here on runs with the rights of the web and the worker."""
    call_command("grant_app_role", verbosity=0)
    kept.no_more()
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE vinkey_app")
    yield world
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_a_whole_life_works_with_its_rights(as_the_application):
    world = as_the_application
    kind = work_type(
        world.site,
        "LIFE",
        criteria=[{"key": "shown", "text": "Shown", "evidence": True}, {"key": "ok", "text": "OK"}],
        lines=[{"key": "one", "text": "One?", "kind": "pass_fail"}],
    )
    other = closed_item(world)
    made = rule(world.site, "hse", waivable_by="shift_lead")
    item = requested_item(world, type_id=kind.pk)
    items.comment(actor=world.operator, at=world.t(1), item_id=item.pk, text="It squeaks")
    item = items.plan(
        actor=world.planner,
        at=world.t(2),
        item_id=item.pk,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )
    item = items.edit(
        actor=world.planner, at=world.t(3), item_id=item.pk, planned_start=world.t(60)
    )
    need = item.prerequisites.get(rule=made)
    by = {"at": world.t(4), "prerequisite_id": need.pk}
    requirements.waive(actor=world.shift_lead, until=world.t(90), reason="Seen", **by)
    requirements.end_waiver(actor=world.shift_lead, reason="Not so", **by)
    requirements.check(actor=world.hse, passed=True, valid_until=world.t(30), **by)
    hand = requirements.require(
        actor=world.planner,
        at=world.t(5),
        item_id=item.pk,
        gate="close",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )
    requirements.withdraw_requirement(
        actor=world.planner, at=world.t(5), prerequisite_id=hand.pk, reason="By mistake"
    )
    hold = holds.place(
        actor=world.shift_lead,
        at=world.t(5),
        item_id=item.pk,
        kind="restart",
        place_id=world.l3.pk,
        until_accepted=False,
    )
    item = execution.start(actor=world.technician, at=world.t(6), item_id=item.pk)
    assert clock.settle_due(world.t(31)) == 1
    assert clock.tell_unconfirmed(world.t(41)) == 1
    item = execution.confirm_stopped(
        actor=world.technician, at=world.t(42), item_id=item.pk, condition="Safe"
    )
    requirements.check(
        actor=world.hse, at=world.t(43), prerequisite_id=need.pk, passed=True, remark="Again"
    )
    item = execution.resume(actor=world.technician, at=world.t(44), item_id=item.pk)
    line = checklist.answer(
        actor=world.technician, at=world.t(45), line_id=item.lines.get().pk, answer="fail"
    )
    line = checklist.dispose(
        actor=world.technician,
        at=world.t(46),
        line_id=line.pk,
        disposition="follow_up",
        word="Another day",
    )
    left = items.plan(
        actor=world.planner,
        at=world.t(46),
        item_id=line.follow_up_id,
        owner_post_id=world.lead_post.pk,
    )
    assert left.status == "planned"
    item = execution.complete(actor=world.technician, at=world.t(47), item_id=item.pk)
    item = acceptance.give_back(
        actor=world.shift_lead, at=world.t(48), item_id=item.pk, missing="A photo"
    )
    blockers.clear(
        actor=world.shift_lead,
        at=world.t(49),
        blocker_id=item.blockers.get(ended_at=None).pk,
        word="Here it is",
    )
    proof.attach(
        actor=world.technician,
        at=world.t(49),
        item_id=item.pk,
        kind="signature",
        said="T. Vos",
        criterion_id=item.criteria.get(key="shown").pk,
    )
    item = execution.resume(actor=world.technician, at=world.t(50), item_id=item.pk)
    item = execution.complete(actor=world.technician, at=world.t(51), item_id=item.pk)
    holds.end(actor=world.shift_lead, at=world.t(52), hold_id=hold.pk, word="Over")
    item = acceptance.accept(
        actor=world.shift_lead,
        at=world.t(53),
        item_id=item.pk,
        judged={item.criteria.get(key="ok").pk: "It runs"},
    )
    assert (item.status, item.acceptances.get().by) == ("closed", world.shift_lead)
    item = acceptance.reopen(
        actor=world.shift_lead, at=world.t(54), item_id=item.pk, reason="It broke"
    )
    item = items.return_(actor=world.planner, at=world.t(55), item_id=item.pk, reason="Later")
    item = items.cancel(actor=world.planner, at=world.t(56), item_id=item.pk, reason="Never")
    assert item.status == "cancelled"
    rules.end_rule(actor=world.site_admin, at=world.t(57), rule_id=made.pk)
    types.copy_version(actor=world.site_admin, at=world.t(58), version_id=item.type_version_id)
    posts.take_duty(actor=world.second_lead, at=world.t(59), post_id=world.lead_post.pk)
    people.deactivate_person(actor=world.site_admin, at=world.t(60), user_id=world.technician.pk)
    clock.beat("minute", world.t(61))
    assert clock.reconcile(world.t(61)) == []
    connection.check_constraints()
    assert Event.objects.filter(item=item, verb="accept").count() == 1
