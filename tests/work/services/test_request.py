"""Asking for work: what and where, by whom, and what is refused."""

import pytest

from tests import factories
from tests.factories import requested_item
from tests.work.outcomes import codes, forbidden
from work.exceptions import Forbidden, Refused, Unknown
from work.models import Event, SiteCounter, WorkItem
from work.services import items, places
from work.states import Priority, Status


def ask(world, **given):
    given = {
        "actor": world.operator,
        "at": world.at,
        "site_id": world.site.pk,
        "type_id": world.mnt.pk,
        "place_id": world.l3.pk,
        "what": "Replace the guard switch",
        **given,
    }
    return items.request(**given)


def refused(world, *expected, **given):
    """Refused with these codes; no item is made, no number used."""
    before = SiteCounter.objects.get(site=world.site).last_number
    with pytest.raises(Refused) as caught:
        ask(world, **given)
    assert codes(caught.value) == list(expected)
    assert SiteCounter.objects.get(site=world.site).last_number == before
    assert not WorkItem.objects.exists()


def test_a_request_is_number_one_and_waits_to_be_taken(world):
    item = ask(world, why="It trips", happened_at=world.t(-5))

    assert (item.number, item.status, item.version) == (1, Status.REQUESTED, 1)
    assert (item.priority, item.team_id, item.why) == (Priority.P3, None, "It trips")
    assert (item.requested_at, item.requested_by) == (world.t(-5), world.operator)
    event = Event.objects.get(item=item)
    assert (event.verb, event.data, event.actor) == (
        "request",
        {"source": "person"},
        world.operator,
    )
    assert (event.happened_at, event.recorded_at) == (world.t(-5), world.at)
    assert not item.is_blocked(world.at)
    assert not item.is_ready(world.at)


def test_numbers_of_a_site_follow_each_other_and_are_its_own(world, nrd):
    numbers = [ask(world).number for _ in range(3)]
    other = items.request(
        actor=nrd.technician,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look",
    )

    assert numbers == [1, 2, 3]
    assert other.number == 1


def test_a_contractor_asks_for_the_own_company(world):
    assert ask(world, actor=world.contractor).team_id == world.lasteam.pk


def test_context_is_kept(world):
    parent = requested_item(world)
    item = ask(
        world,
        asset_ids=[world.pump.pk],
        place_ids=[world.l4.pk, world.p301.pk],
        parent_id=parent.pk,
        mandatory=True,
        priority="1",
        safety_critical=True,
        due=world.t(100),
    )

    assert list(item.assets.all()) == [world.pump]
    assert set(item.places.all()) == {world.l4, world.p301}
    assert (item.parent, item.mandatory, item.priority) == (parent, True, "1")
    assert (item.safety_critical, item.due) == (True, world.t(100))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Fix\tthe\r\nbelt ", "Fix the belt"),
        ("Ring\x07 the bell", "Ring  the bell"),
        ("Valve \u202egnp.exe", "Valve gnp.exe"),
        ("A\u2066B\u2069\u200f C", "AB C"),
        ("Pomp 3 – café ⚠️", "Pomp 3 – café ⚠️"),
    ],
)
def test_a_title_is_one_line_that_reads_as_it_is_written(world, typed, kept):
    assert requested_item(world, what=typed).what == kept
    other = requested_item(world)
    items.edit(actor=world.planner, at=world.at, item_id=other.pk, what=typed)
    other.refresh_from_db()
    assert other.what == kept


def test_what_is_refused(world, nrd):
    refused(world, "what_needed", what="   ")
    refused(world, "what_needed", what="\u200b\u200b")
    refused(world, "what_needed", what="\u00ad \u202e\x07")
    refused(world, "what_too_long", what="x" * 251)
    refused(world, "what_too_long", what="a\x00b")
    refused(world, "priority_unknown", priority="9")
    refused(world, "type_unknown", type_id=nrd.mnt.pk)
    refused(world, "place_unknown", place_id=nrd.root.pk)
    refused(world, "place_unknown", place_ids=[nrd.root.pk])
    refused(world, "asset_unknown", asset_ids=[10**9])
    refused(world, "parent_unknown", parent_id=10**9)
    refused(world, "field_unknown", values={"nonsense": 1})
    refused(world, "future", happened_at=world.t(1))
    out_of_use = {"place_id": world.l4.pk, "is_active": False}
    places.change_place(actor=world.site_admin, at=world.at, **out_of_use)
    refused(world, "place_unknown", place_id=world.l4.pk)


def test_what_raised_an_item_is_not_said_by_a_form(world, nrd):
    foreign = items.request(
        actor=nrd.technician,
        at=world.at,
        site_id=nrd.site.pk,
        type_id=nrd.mnt.pk,
        place_id=nrd.root.pk,
        what="Look",
    )
    for given in (
        {"source_item_id": foreign.pk},
        {"source_kind": "residual"},
        {"caused_by": ("supporting.ticket", 1, "corrective")},
    ):
        with pytest.raises(TypeError, match="not a field to ask with"):
            ask(world, **given)
        with pytest.raises(TypeError, match="not a field to ask with"):
            items.on_it_now(
                actor=world.planner,
                at=world.at,
                site_id=world.site.pk,
                place_id=world.l3.pk,
                type_id=world.mnt.pk,
                what="Look",
                why="Now",
                **given,
            )
    assert list(WorkItem.objects.all()) == [foreign]


def test_a_parent_that_has_ended_takes_no_child(world):
    parent = requested_item(world)
    items.cancel(actor=world.planner, at=world.at, item_id=parent.pk, reason="No")

    with pytest.raises(Refused) as caught:
        ask(world, parent_id=parent.pk)
    assert codes(caught.value) == ["parent_ended"]
    assert caught.value.reasons[0].about == ("item", parent.pk)


def test_a_parent_of_another_company_is_not_known(world):
    parent = requested_item(world)

    with pytest.raises(Refused) as caught:
        ask(world, actor=world.contractor, parent_id=parent.pk)
    assert codes(caught.value) == ["parent_unknown"]


def test_readers_may_not_and_strangers_do_not_know_the_place(world, nrd):
    for actor in (world.viewer, world.auditor):
        with pytest.raises(Forbidden) as caught:
            ask(world, actor=actor)
        assert codes(caught.value) == ["role_needed"]
    assert Event.objects.filter(verb="refused").count() == 2
    with pytest.raises(Unknown):
        ask(world, actor=nrd.supervisor)
    with pytest.raises(Unknown):
        ask(world, actor=world.technician, place_id=world.p301.pk)
    assert Event.objects.filter(verb="refused").count() == 2


def test_a_field_required_at_request(world):
    kind = factories.work_type(
        world.site,
        fields=[
            {"key": "symptom", "label": "Symptom", "kind": "text", "required_at": "request"},
            {"key": "cause", "label": "Cause", "kind": "text", "required_at": "plan"},
        ],
        default_priority="2",
        due_days=3,
    )
    refused(world, "field_missing", type_id=kind.pk)
    refused(world, "field_missing", type_id=kind.pk, values={"symptom": ""})

    item = ask(world, type_id=kind.pk, values={"symptom": "Hot"})

    assert item.values == {"symptom": "Hot"}
    assert (item.priority, item.due) == ("2", world.t(3 * 24 * 60))


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("text", 12, "12"),
        ("number", "3,5", 3.5),
        ("yes_no", "Yes", True),
        ("yes_no", False, False),
        ("choice", "red", "red"),
        ("date", "2026-11-24", "2026-11-24"),
        ("moment", "2026-11-24T05:00:00+01:00", "2026-11-24T04:00:00+00:00"),
    ],
)
def test_values_are_stored_as_their_kind(world, kind, given, stored):
    made = factories.work_type(
        world.site,
        fields=[
            {
                "key": "it",
                "label": "It",
                "kind": kind,
                **({"choices": ["red", "green"]} if kind == "choice" else {}),
            }
        ],
    )
    assert ask(world, type_id=made.pk, values={"it": given}).values == {"it": stored}


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("text", "a\x00"),
        ("number", "many"),
        ("number", "NaN"),
        ("number", "Infinity"),
        ("yes_no", "perhaps"),
        ("choice", "blue"),
        ("date", "24-11-2026"),
        ("date", "2026-02-30"),
        ("moment", "2026-11-24T05:00:00"),
    ],
)
def test_values_of_the_wrong_kind_are_refused(world, kind, given):
    made = factories.work_type(
        world.site,
        fields=[
            {
                "key": "it",
                "label": "It",
                "kind": kind,
                **({"choices": ["red", "green"]} if kind == "choice" else {}),
            }
        ],
    )
    refused(world, "field_invalid", type_id=made.pk, values={"it": given})


def test_a_request_refused_by_role_leaves_other_items_alone(world):
    item = requested_item(world)

    with forbidden(item, "role_needed"):
        ask(world, actor=world.viewer)
