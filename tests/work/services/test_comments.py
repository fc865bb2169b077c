"""Comments: words of a person, kept for ever, that change nothing of the item."""

from uuid import uuid4

from tests.factories import closed_item, planned_item
from tests.work.outcomes import forbidden, refused, unknown
from work.models import Event
from work.services import items


def comment(world, item, text="Mind the step", **given):
    given = {"actor": world.operator, "at": world.t(5), **given}
    return items.comment(item_id=item.pk, text=text, **given)


def test_kept_with_who_is_mentioned(world, nrd):
    item = planned_item(world)

    comment(world, item, " Mind the step ", mentions=[world.technician.pk, nrd.supervisor.pk])

    note = item.notes.get()
    assert (note.text, note.author, note.kind, note.at) == (
        "Mind the step",
        world.operator,
        "comment",
        world.t(5),
    )
    assert note.mentions == [world.technician.pk]  # who is not of the site is not told
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data) == ("comment", {"note": note.pk})
    item.refresh_from_db()
    assert item.version == 2


def test_also_on_what_has_ended(world):
    item = closed_item(world)

    comment(world, item)

    assert item.notes.filter(kind="comment").count() == 1


def test_what_is_refused(world, nrd):
    item = planned_item(world)

    with refused(item, "text_needed"):
        comment(world, item, "  ")
    for actor in (world.viewer, world.auditor):
        with forbidden(item, "role_needed"):
            comment(world, item, actor=actor)
    for stranger in (nrd.supervisor, world.contractor):
        with unknown(item):
            comment(world, item, actor=stranger)


def test_sent_twice(world):
    item, act = planned_item(world), uuid4()
    comment(world, item, act=act)
    comment(world, item, act=act)

    assert item.notes.count() == 1
