"""Plain acts beside control acts, and what does not wait for what."""

import pytest

from tests.concurrency.races import RACES, accepting, now, split, starting
from tests.concurrency.threads import Wedge, together
from tests.factories import (
    done_item,
    planned_item,
    requested_item,
)
from work.exceptions import Forbidden, NotDone, Refused
from work.services import (
    _locks,
    _moves,
    items,
)


def test_a_comment_does_not_wait_for_the_control_of_the_site(world, monkeypatch):
    """Somebody plans another item while a comment is made: that waits for nobody."""
    held, other = requested_item(world), planned_item(world)
    with Wedge(monkeypatch, _moves, "done") as wedge:
        first = wedge.first(
            lambda: items.plan(
                actor=world.planner,
                at=world.t(1),
                item_id=held.pk,
                owner_post_id=world.lead_post.pk,
            )
        )
        said = items.comment(actor=world.operator, at=world.t(1), item_id=other.pk, text="Seen")
        assert said == other
        assert not first.done()
        wedge.go()
        assert first.result().status == "planned"


def test_a_comment_on_the_item_itself_loses_nothing(world):
    for _race in range(RACES):
        item = planned_item(world)
        done, told = split(
            together(
                starting(world, item),
                lambda item=item: items.comment(
                    actor=world.operator, at=world.t(1), item_id=item.pk, text="Mind the step"
                ),
            )
        )
        assert not told
        assert len(done) == 2
        assert now(item).status == "live"
        assert item.notes.filter(text="Mind the step").count() == 1


def test_two_sites_do_not_wait_for_each_other(world, monkeypatch):
    from tests.factories import second_site

    nrd = second_site()
    held = requested_item(world)
    with Wedge(monkeypatch, _locks, "items") as wedge:
        first = wedge.first(
            lambda: items.return_(
                actor=world.planner, at=world.t(1), item_id=held.pk, reason="Later"
            )
        )
        item = items.request(
            actor=nrd.supervisor,
            at=world.t(1),
            site_id=nrd.site.pk,
            type_id=nrd.mnt.pk,
            place_id=nrd.root.pk,
            what="Elsewhere",
        )
        assert item.number == 1
        assert not first.done()
        wedge.go()
        assert isinstance(first.result(), Refused)


@pytest.mark.parametrize("by", ["viewer", "other_contractor"])
def test_who_may_not_is_told_so_also_in_a_race(world, by):
    item = done_item(world)
    getattr(world, by)
    results = together(accepting(world, item), accepting(world, item, getattr(world, by)))
    assert results[0].status == "closed"
    assert isinstance(results[1], (Forbidden, NotDone))
    assert item.acceptances.get().by == world.shift_lead
