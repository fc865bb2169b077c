"""Rings over items and sources are refused when they would be made, and named."""

from tests.factories import planned_item
from tests.supporting import services as tickets
from tests.work.outcomes import refused
from work.services import items, requirements


def wait_for(world, item, other, **given):
    given = {"supplier": "work.item", "kind": "work", "source_id": other.pk, **given}
    return requirements.require(
        actor=world.planner, at=world.t(1), item_id=item.pk, gate="start", **given
    )


def test_two_that_wait_for_each_other(world):
    a, b = planned_item(world), planned_item(world)
    wait_for(world, a, b)

    with refused(b, "ring") as caught:
        wait_for(world, b, a)
    assert caught.value.reasons[0].params == {"items": [a.pk, b.pk]}


def test_a_long_way_round_is_named_whole(world):
    row = [planned_item(world) for _ in range(5)]
    for item, other in zip(row, row[1:], strict=False):
        wait_for(world, item, other)

    with refused(row[4], "ring") as caught:
        wait_for(world, row[4], row[0])
    assert caught.value.reasons[0].params == {"items": [item.pk for item in row]}


def test_at_whatever_gate(world):
    a, b = planned_item(world), planned_item(world)
    wait_for(world, a, b)

    with refused(b, "ring"):
        requirements.require(
            actor=world.planner,
            at=world.t(1),
            item_id=b.pk,
            gate="close",
            kind="work",
            supplier="work.item",
            source_id=a.pk,
        )


def test_a_withdrawn_link_is_no_link(world):
    a, b = planned_item(world), planned_item(world)
    link = wait_for(world, a, b)
    requirements.withdraw_requirement(
        actor=world.planner, at=world.t(2), prerequisite_id=link.pk, reason="No"
    )

    assert wait_for(world, b, a).answer == "unmet"


def test_a_diamond_is_no_ring(world):
    top, left, right, bottom = (planned_item(world) for _ in range(4))
    for item, other in ((top, left), (top, right), (left, bottom), (right, bottom)):
        wait_for(world, item, other)

    assert wait_for(world, top, bottom).answer == "unmet"


def test_through_a_mandatory_child(world):
    parent, kid, other = (planned_item(world) for _ in range(3))
    items.edit(
        actor=world.planner,
        at=world.t(1),
        item_id=kid.pk,
        parent_id=parent.pk,
        mandatory=True,
    )
    wait_for(world, other, parent)
    kid.refresh_from_db()

    with refused(kid, "ring") as caught:
        wait_for(world, kid, other)
    assert caught.value.reasons[0].params == {"items": [other.pk, parent.pk, kid.pk]}


def test_through_a_record_of_a_supporting_domain(world):
    """The item needs the ticket, the ticket comes after the other item, which needs the item."""
    item, other = planned_item(world), planned_item(world)
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk, after_id=other.pk)
    wait_for(world, other, item)

    with refused(item, "ring") as caught:
        wait_for(world, item, ticket, supplier="supporting.ticket", kind="permit")
    assert caught.value.reasons[0].params == {"items": [other.pk, item.pk]}


def test_the_other_way_round_through_a_record(world):
    item, other = planned_item(world), planned_item(world)
    ticket = tickets.open_ticket(actor=None, at=world.at, site_id=world.site.pk, after_id=other.pk)
    wait_for(world, item, ticket, supplier="supporting.ticket", kind="permit")

    with refused(other, "ring") as caught:
        wait_for(world, other, item)
    assert caught.value.reasons[0].params == {"items": [item.pk, other.pk]}
