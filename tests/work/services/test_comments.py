"""Comments: words of a person, kept for ever, that change nothing of the item."""

from uuid import uuid4

from tests.factories import closed_item, planned_item
from tests.work.outcomes import forbidden, refused, unknown
from work.models import Event, Notice, User
from work.permissions import scope, sees, system
from work.services import _mentions, items


def comment(world, item, text="Mind the step", **given):
    given = {"actor": world.operator, "at": world.t(5), **given}
    return items.comment(item_id=item.pk, text=text, **given)


def test_kept_with_who_is_named_and_they_are_told_once(world, nrd):
    item, told = planned_item(world), world.technician
    strangers = f"@{nrd.supervisor.name} @{world.contractor.name}"
    said = f"@{told.name.upper()}, mind the step; @{told.name} x@{world.planner.name}"
    said = f"{said} @{world.operator.name}"

    comment(world, item, f" {said} {strangers} ")

    note = item.notes.get()
    assert (note.text, note.author, note.kind, note.at) == (
        f"{said} {strangers}",
        world.operator,
        "comment",
        world.t(5),
    )
    # Neither who may not see it, nor who stands in an address.
    assert note.mentions == sorted([told.pk, world.operator.pk])
    notices = Notice.objects.values_list("user", "item", "code", "params", "at")
    assert list(notices) == [(told.pk, item.pk, "mentioned", {"by": world.operator.pk}, world.t(5))]
    event = Event.objects.filter(item=item).last()
    assert (event.verb, event.data) == ("comment", {"note": note.pk})
    item.refresh_from_db()
    assert item.version == 2


def test_a_longer_name_is_not_the_shorter_one(world):
    short, long = world.planner, world.technician
    User.objects.filter(pk=short.pk).update(name="Jan")
    User.objects.filter(pk=long.pk).update(name="Jan de Boer")
    item = planned_item(world)

    comment(world, item, "@Jan de Boer, see @Janneke")

    assert item.notes.get().mentions == [long.pk]


def test_those_who_can_be_named_are_those_who_may_see_it(world, nrd):
    """The other way round of the scope of each, for work of nobody's company and of one."""
    everyone = [*world.everyone().values(), nrd.supervisor]
    User.objects.filter(pk=world.quality.pk).update(is_active=False)
    for team in (None, world.lasteam):
        item = planned_item(world)
        item.team = team
        item.save(update_fields=["team"])
        may = {
            person.pk
            for person in User.objects.filter(pk__in=[each.pk for each in everyone])
            if sees(scope(person, world.at), item)
        }
        known = _mentions.people(item, system(world.at)).values_list("pk", flat=True)
        assert set(known) == may
    guest = scope(world.contractor, world.at)
    named = {each.name for each in _mentions.people(item, guest)}
    assert named == {world.contractor.name, world.welder.name, world.shift_lead.name}


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
