"""A refusal says who can clear it: the executors, the accepter, the planner, the owner."""

import pytest

from tests import factories
from tests.factories import done_item, live_item, planned_item, residual_item
from work.exceptions import NotDone
from work.models import Membership
from work.permissions import scope
from work.reads import item as pages
from work.reasons import say
from work.services import acceptance, blockers, checklist, execution, items, people, posts
from work.states import Role

LEAD = ("role", "shift_lead")


def clears(door, **given) -> dict:
    """Who clears each reason of a refusal, by its code."""
    with pytest.raises(NotDone) as caught:
        door(**given)
    return {reason.code: reason.clears for reason in caught.value.reasons}


def kind_of(world, **given):
    return factories.work_type(
        world.site,
        lines=[{"key": key, "text": "Tight?", "kind": "pass_fail"} for key in ("a", "b")],
        criteria=[
            {"key": "photo", "text": "Seen", "needed_at": "complete", "evidence": True},
            {"key": "ok", "text": "It works"},
        ],
        **given,
    )


def test_what_is_missing_in_the_field_is_the_executors_to_give(world):
    kind = kind_of(world)
    alone = live_item(world, type_id=kind.pk)
    both = live_item(
        world,
        type_id=kind.pk,
        plan={"executor_ids": [world.technician.pk, world.second_technician.pk]},
    )
    for item, who in (
        (alone, ("user", world.technician.pk)),
        (both, ("executors", both.pk)),
    ):
        line = item.lines.first()
        checklist.answer(actor=world.technician, at=world.t(1), line_id=line.pk, answer="fail")
        asked = {"actor": world.technician, "at": world.t(2), "item_id": item.pk}
        assert clears(execution.complete, **asked) == {
            "line_open": who,
            "line_undisposed": who,
            "evidence_missing": who,
        }


def test_executors_are_named_as_such(world):
    item = live_item(
        world,
        type_id=kind_of(world).pk,
        plan={"executor_ids": [world.technician.pk, world.second_technician.pk]},
    )
    with pytest.raises(NotDone) as caught:
        execution.complete(actor=world.technician, at=world.t(1), item_id=item.pk)

    said = say(caught.value.reasons, scope(world.technician, world.t(1)))
    assert {each.who for each in said} == {"its executors"}


def test_what_the_acceptance_lacks_is_the_accepters_to_give(world):
    kind = factories.work_type(world.site, takes_out=True)
    item = done_item(world, type_id=kind.pk)
    left = residual_item(world, item)

    found = clears(acceptance.accept, actor=world.shift_lead, at=world.t(1), item_id=item.pk)

    assert found == {
        "criterion_open": LEAD,
        "handback_unsigned": LEAD,
        "residual_not_planned": ("role", "planner"),
    }
    assert left.owner_post_id is None


def test_a_warning_is_answered_by_who_starts(world):
    factories.rule(world.site, "noise", mode="warn")
    item = planned_item(world)

    found = clears(execution.start, actor=world.technician, at=world.t(1), item_id=item.pk)

    assert found == {"warning_needs_why": ("user", world.technician.pk)}


def test_a_blocker_for_nobody_falls_to_the_owner(world):
    item = planned_item(world)
    blockers.raise_(
        actor=world.operator, at=world.t(1), item_id=item.pk, kind="other", what="Scaffold"
    )

    found = clears(execution.start, actor=world.technician, at=world.t(2), item_id=item.pk)

    assert found == {"blocker_open": ("post", world.lead_post.pk)}
    who = scope(world.operator, world.t(3))
    page = pages.load(world.site, pages.find(world.site, who, f"W-{item.number}"), who, world.t(3))
    [row] = page.rows.blockers
    assert (row["who_text"], row["who_kind"]) == (
        f"{world.lead_post.name} ({world.shift_lead.name})",
        "post",
    )


def test_who_may_take_a_duty_is_named_by_the_administrator(world):
    found = clears(
        posts.take_duty, actor=world.supervisor, at=world.t(1), post_id=world.lead_post.pk
    )

    assert found == {"not_named_for_post": ("role", "site_admin")}


def test_given_back_to_whoever_completed_it_unless_said_or_left(world):
    given = {"actor": world.shift_lead, "at": world.t(3), "missing": "The photo"}
    item, other = done_item(world), done_item(world)

    acceptance.give_back(item_id=item.pk, **given)
    people.deactivate_person(actor=None, at=world.t(2), user_id=world.technician.pk)
    acceptance.give_back(item_id=other.pk, **given)

    assert item.blockers.get(kind="decision").clears == f"user:{world.technician.pk}"
    assert other.blockers.get(kind="decision").clears == ""


def test_every_unfit_executor_is_told(world):
    both = [world.technician, world.second_technician]
    item = planned_item(world, plan={"executor_ids": [person.pk for person in both]})
    for person in both:
        membership = Membership.objects.get(user=person, role=Role.TECHNICIAN)
        people.end_role(actor=None, at=world.t(1), membership_id=membership.pk)

    row = item.prerequisites.get(supplier="work.fitness")
    assert row.reason["code"] == "several"
    assert [each["about"] for each in row.reason["params"]["reasons"]] == [
        ["user", person.pk] for person in both
    ]
    with pytest.raises(NotDone) as caught:
        execution.start(actor=world.supervisor, at=world.t(2), item_id=item.pk)
    [said] = say(caught.value.reasons, scope(world.supervisor, world.t(2)))
    assert said.text == "The executors must be fit: " + " ".join(
        f"{person.name} has no role for this work here." for person in both
    )


def test_one_unfit_executor_is_told_as_before(world):
    item = planned_item(
        world, plan={"executor_ids": [world.technician.pk, world.second_technician.pk]}
    )
    people.deactivate_person(actor=None, at=world.t(1), user_id=world.second_technician.pk)
    items.edit(actor=world.planner, at=world.t(2), item_id=item.pk, safety_critical=True)

    assert item.prerequisites.get(supplier="work.fitness").reason["code"] == "executor_left"
