"""Back to requested: what was derived is withdrawn, what was asked by hand stays."""

from tests import factories
from tests.factories import live_item, planned_item
from tests.work.outcomes import forbidden, refused, stale
from work.models import Event
from work.services import clock, items, requirements
from work.states import Status


def give_back(world, item, minutes=20, **given):
    given = {"reason": "Scope unclear", "actor": world.planner, **given}
    return items.return_(at=world.t(minutes), item_id=item.pk, **given)


def test_withdraws_what_was_derived_and_ends_its_blockers(world):
    factories.rule(world.site, "gas")
    item = planned_item(world, plan={"planned_start": world.t(5)})
    clock.settle_due(world.t(6))

    item = give_back(world, item)

    assert (item.status, item.planned_at, item.owner_post) == (
        Status.REQUESTED,
        None,
        world.lead_post,
    )
    assert set(item.prerequisites.values_list("withdrawn_at", flat=True)) == {world.t(20)}
    assert [(b.ended_at, b.end_cause) for b in item.blockers.all()] == [(world.t(20), "withdrawn")]
    assert (item.unmet_start, item.open_blockers, item.ready_until, item.blocked_from) == (
        0,
        0,
        None,
        None,
    )
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data["from"], event.data["to"]) == (
        "return",
        "planned",
        "requested",
    )


def test_what_was_required_by_hand_stays(world):
    item, other = planned_item(world), planned_item(world)
    row = requirements.require(
        actor=world.planner,
        at=world.t(1),
        item_id=item.pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=other.pk,
    )

    give_back(world, item)

    row.refresh_from_db()
    assert row.withdrawn_at is None


def test_what_is_refused(world):
    item = planned_item(world)

    with refused(item, "reason_needed"):
        give_back(world, item, reason="")
    with forbidden(item, "role_needed"):
        give_back(world, item, actor=world.technician)
    with stale(item):
        give_back(world, item, seen=1)
    live = live_item(world)
    with refused(live, "not_from"):
        give_back(world, live)
