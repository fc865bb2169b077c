"""What filling in is refused for: each by its code, and nothing else is written."""

import pytest

from tests.factories import requested_item
from tests.work.outcomes import refused
from work.models import WorkItem
from work.services import mending


@pytest.fixture
def item(world) -> WorkItem:
    """Imported without an owner; it says why."""
    made = requested_item(world, why="It leaks")
    WorkItem.objects.filter(pk=made.pk).update(incomplete=["owner"])
    made.refresh_from_db()
    return made


def test_what_it_has_is_not_given_again(world, item):
    known = {"actor": world.planner, "at": world.t(1), "item_id": item.pk}
    with refused(item, "mend_nothing"):
        mending.mend(**known, why="Another")
    with refused(item, "mend_nothing"):
        mending.mend(**known, place_id=world.l3.pk)


def test_what_lacks_nothing_is_not_mended(world, item):
    known = {"actor": world.planner, "at": world.t(1), "item_id": item.pk}
    whole = requested_item(world)
    with refused(whole, "mend_complete"):
        mending.mend(**known | {"item_id": whole.pk}, why="Because")
    mending.mend(**known, owner_post_id=world.lead_post.pk)
    item.refresh_from_db()
    assert item.incomplete == []
    with refused(item, "mend_complete"):
        mending.mend(**known, owner_post_id=world.lead_post.pk)
