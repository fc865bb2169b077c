"""Sites, the tree of places, neighbours, states, and where things are."""

import uuid
from datetime import timedelta

import pytest

from tests import factories
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import AssetLocation, Event, Place, PlaceState, Site
from work.services import assets, places
from work.states import NeighbourKind, PlaceCondition, PlaceKind


def codes(caught) -> list[str]:
    return [reason.code for reason in caught.value.reasons]


def _moves(model) -> list[Event]:
    events = Event.objects.filter(verb="moved", subject_type=model._meta.label_lower)
    return list(events.order_by("pk"))


# --- sites -------------------------------------------------------------------------------------


def test_a_site_counts_on_from_its_last_number(world):
    site = places.create_site(
        actor=None, at=world.at, slug="new", name="New", time_zone="UTC", last_number=41
    )

    assert site.counter.last_number == 41
    event = Event.objects.get(verb="created", subject_type="work.site", subject_id=site.pk)
    assert (event.site_id, event.actor) == (site.pk, None)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone_unknown"),
        ({"slug": "hvk"}, "code_taken"),
        ({"slug": ""}, "code_taken"),
        ({"name": "  "}, "name_needed"),
        ({"last_number": -1}, "number_negative"),
    ],
)
def test_a_site_is_refused(world, given, code):
    asked = {"slug": "new", "name": "New", "time_zone": "UTC"} | given

    with pytest.raises(Refused) as caught:
        places.create_site(actor=None, at=world.at, **asked)

    assert codes(caught) == [code]
    assert Site.objects.count() == 1


def test_a_site_is_opened_by_superusers_alone(world):
    given = {"at": world.at, "slug": "new", "name": "New", "time_zone": "UTC"}
    with pytest.raises(Forbidden) as caught:
        places.create_site(actor=world.site_admin, **given)
    assert codes(caught) == ["superuser_needed"]

    world.viewer.is_superuser = True
    world.viewer.save()

    assert places.create_site(actor=world.viewer, **given).slug == "new"


# --- the tree ----------------------------------------------------------------------------------


def test_a_place_is_made_by_the_site_administrator(world):
    made = places.create_place(
        actor=world.site_admin,
        at=world.at,
        site_id=world.site.pk,
        code=" MD-3 ",
        name="Metal detector 3",
        kind=PlaceKind.FUNCTIONAL_LOCATION,
        parent_id=world.l3.pk,
    )

    assert (made.code, Place.objects.get_parent(made)) == ("MD-3", world.l3)
    event = Event.objects.get(verb="created", subject_id=made.pk, subject_type="work.place")
    assert (event.place_id, event.data) == (made.pk, {"parent": world.l3.pk})


@pytest.mark.parametrize("role", ["supervisor", "area_owner", "hse", "contractor"])
def test_others_make_no_place(world, role):
    before = Place.objects.count()

    with pytest.raises(Forbidden) as caught:
        places.create_place(
            actor=getattr(world, role),
            at=world.at,
            site_id=world.site.pk,
            code="X",
            name="X",
            kind=PlaceKind.UNIT,
        )

    assert codes(caught) == ["role_needed"]
    assert Place.objects.count() == before


def test_another_site_is_unknown(world, nrd):
    with pytest.raises(Unknown):
        places.create_place(
            actor=world.site_admin,
            at=world.at,
            site_id=nrd.site.pk,
            code="X",
            name="X",
            kind=PlaceKind.UNIT,
        )


def test_a_place_below_one_of_another_site_is_refused(world, nrd):
    with pytest.raises(Refused) as caught:
        places.create_place(
            actor=None,
            at=world.at,
            site_id=world.site.pk,
            code="X",
            name="X",
            kind=PlaceKind.UNIT,
            parent_id=nrd.root.pk,
        )

    assert codes(caught) == ["place_unknown"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"code": "L3"}, "code_taken"),
        ({"code": " "}, "code_needed"),
        ({"code": "x" * 121}, "code_too_long"),
        ({"name": ""}, "name_needed"),
        ({"name": "x" * 251}, "name_too_long"),
        ({"kind": "castle"}, "choice_not_known"),
    ],
)
def test_a_place_is_refused(world, given, code):
    asked = {"code": "X", "name": "X", "kind": PlaceKind.UNIT} | given

    with pytest.raises(Refused) as caught:
        places.create_place(actor=None, at=world.at, site_id=world.site.pk, **asked)

    assert codes(caught) == [code]


def test_the_same_act_makes_one_place(world):

    act = uuid.uuid4()
    given = {"site_id": world.site.pk, "code": "X", "name": "X", "kind": PlaceKind.UNIT}

    first = places.create_place(actor=None, act=act, at=world.at, **given)
    again = places.create_place(actor=None, act=act, at=world.at, **given)

    assert first == again


def test_changing_a_place_says_which_fields(world):
    changed = places.change_place(
        actor=world.site_admin, at=world.at, place_id=world.l4.pk, name="IBC line", is_active=False
    )

    assert (changed.name, changed.is_active) == ("IBC line", False)
    event = Event.objects.get(verb="changed")
    assert event.data == {"fields": ["is_active", "name"]}


# --- moving ------------------------------------------------------------------------------------


def test_a_moved_place_takes_all_below_it_along(world):
    moved = places.move_place(
        actor=world.site_admin, at=world.at, place_id=world.l3.pk, parent_id=world.process.pk
    )
    filler = factories.place(world.site, "FIL-3", parent=moved)

    places.move_place(actor=None, at=world.at, place_id=moved.pk, parent_id=world.packaging.pk)

    filler.refresh_from_db()
    assert [place.code for place in Place.objects.get_ancestors(filler)] == ["HVK", "40", "L3"]
    assert [event.data for event in _moves(Place)] == [
        {"from": world.packaging.pk, "to": world.process.pk},
        {"from": world.process.pk, "to": world.packaging.pk},
    ]
    assert Place.objects.find_problems() == ([], [], [], [], [])


def test_a_moved_place_becomes_a_root(world):
    moved = places.move_place(actor=None, at=world.at, place_id=world.l3.pk, parent_id=None)

    assert moved.depth == 1


@pytest.mark.parametrize("below", ["packaging", "l3"])
def test_a_place_stands_not_below_itself(world, below):
    with pytest.raises(Refused) as caught:
        places.move_place(
            actor=None,
            at=world.at,
            place_id=world.packaging.pk,
            parent_id=getattr(world, below).pk,
        )

    assert codes(caught) == ["place_below_itself"]


@pytest.fixture
def deepest(world):
    """The line L3 with a chain of places below it, as deep as the tree goes."""
    low = world.l3
    while low.depth < places.DEPTH_LIMIT:
        low = factories.place(world.site, f"D{low.depth}", parent=low)
    assert low.depth == 63
    return low


def test_nothing_stands_deeper_than_the_tree_goes(world, deepest):
    above = Place.objects.get_parent(deepest)
    before, events = list(Place.objects.order_by("pk").values()), Event.objects.count()

    for n, act in enumerate(
        [
            lambda: places.create_place(
                actor=None,
                at=world.at,
                site_id=world.site.pk,
                code="X",
                name="X",
                kind="area",
                parent_id=deepest.pk,
            ),
            lambda: places.move_place(
                actor=None, at=world.at, place_id=world.l4.pk, parent_id=deepest.pk
            ),
            # The hall has two levels below it, and would be the deepest itself.
            lambda: places.move_place(
                actor=None, at=world.at, place_id=world.process.pk, parent_id=above.pk
            ),
        ],
        1,
    ):
        with pytest.raises(Refused) as caught:
            act()
        assert codes(caught) == ["place_too_deep"]
        assert Event.objects.count() == events + n
    assert list(Place.objects.order_by("pk").values()) == before

    moved = places.move_place(actor=None, at=world.at, place_id=world.l4.pk, parent_id=above.pk)
    assert moved.depth == 63


def test_a_move_asks_anew_what_is_required_there(world):
    item = factories.planned_item(world)
    factories.rule(world.site, "hse", place_id=world.process.pk)
    item.refresh_from_db()
    assert item.is_ready(world.at)

    places.move_place(actor=None, at=world.t(1), place_id=world.l3.pk, parent_id=world.process.pk)

    item.refresh_from_db()
    # The rule reaches it now, and the technician has no role in the process hall.
    assert (item.is_ready(world.t(1)), item.unmet_start) == (False, 2)
    unmet = item.prerequisites.exclude(answer="met").values_list("supplier", flat=True)
    assert sorted(unmet) == ["work.check", "work.fitness"]


# --- states and neighbours ---------------------------------------------------------------------


def test_states_are_a_history(world):
    for minutes, condition, why in [(0, "running", ""), (5, "stopped", "Guard trip")]:
        places.set_place_state(
            actor=world.shift_lead,
            at=world.t(minutes),
            place_id=world.l3.pk,
            condition=condition,
            why=why,
        )

    rows = [(state.condition, state.since, state.by) for state in world.l3.states.all()]
    assert rows == [
        ("stopped", world.t(5), world.shift_lead),
        ("running", world.at, world.shift_lead),
    ]
    assert world.l3.states.first().note.text == "Guard trip"
    event = Event.objects.filter(verb="place_state").last()
    assert (event.data["from"], event.data["to"]) == ("running", "stopped")


def test_of_two_who_set_a_state_the_second_sees_the_first(world):
    given = {"place_id": world.l3.pk, "seen": 0}
    places.set_place_state(actor=world.shift_lead, at=world.at, condition="held", **given)

    with pytest.raises(Stale):
        places.set_place_state(actor=world.supervisor, at=world.t(1), condition="running", **given)

    assert PlaceState.objects.count() == 1


@pytest.mark.parametrize(
    ("who", "error"), [("operator", Forbidden), ("viewer", Forbidden), ("site_admin", Forbidden)]
)
def test_a_state_is_set_by_leads_and_owners(world, who, error):
    with pytest.raises(error):
        places.set_place_state(
            actor=getattr(world, who), at=world.at, place_id=world.l3.pk, condition="running"
        )


def test_a_lead_sets_no_state_of_another_area(world):
    with pytest.raises(Unknown):
        places.set_place_state(
            actor=world.shift_lead, at=world.at, place_id=world.p301.pk, condition="running"
        )


def test_a_state_is_refused(world):
    given = {"actor": world.shift_lead, "place_id": world.l3.pk}
    places.set_place_state(at=world.at, condition=PlaceCondition.RUNNING, **given)

    with pytest.raises(Refused) as before:
        places.set_place_state(
            at=world.t(1),
            happened_at=world.at - timedelta(minutes=1),
            condition="held",
            **given,
        )
    with pytest.raises(Refused) as unknown:
        places.set_place_state(at=world.t(1), condition="floating", **given)

    assert (codes(before), codes(unknown)) == (["state_before_last"], ["choice_not_known"])


def test_neighbours_are_stored_once(world):
    kind = NeighbourKind.SAME_AIR
    made = places.add_neighbour(
        actor=world.site_admin,
        at=world.at,
        place_id=world.l4.pk,
        other_id=world.l3.pk,
        kind=kind,
    )

    assert (made.first, made.second) == (world.l3, world.l4)
    with pytest.raises(Refused) as caught:
        places.add_neighbour(
            actor=None, at=world.at, place_id=world.l3.pk, other_id=world.l4.pk, kind=kind
        )
    assert codes(caught) == ["neighbour_known"]
    places.end_neighbour(actor=world.site_admin, at=world.t(1), neighbour_id=made.pk)
    made.refresh_from_db()
    assert made.ended_at == world.t(1)
    with pytest.raises(Refused) as again:
        places.end_neighbour(actor=world.site_admin, at=world.t(2), neighbour_id=made.pk)
    assert codes(again) == ["neighbour_ended"]


def test_a_place_neighbours_neither_itself_nor_another_site(world, nrd):
    for other, code in [(world.l3, "neighbour_of_itself"), (nrd.root, "place_unknown")]:
        with pytest.raises(Refused) as caught:
            places.add_neighbour(
                actor=None,
                at=world.at,
                place_id=world.l3.pk,
                other_id=other.pk,
                kind=NeighbourKind.NEXT_TO,
            )
        assert codes(caught) == [code]


# --- things ------------------------------------------------------------------------------------


def test_a_thing_is_at_one_place_at_a_time(world):
    assets.move(actor=world.site_admin, at=world.at, asset_id=world.pump.pk, place_id=world.l3.pk)

    rows = AssetLocation.objects.filter(asset=world.pump).order_by("starts")
    assert [(row.place.code, row.ends) for row in rows] == [("P-301", world.at), ("L3", None)]
    event = Event.objects.filter(verb="moved", subject_type="work.asset").last()
    assert event.data == {"place": world.l3.pk, "container": None}


def test_things_are_not_inside_themselves(world):
    kind = factories.asset_class(world.site)
    ibc, pallet, truck = (factories.asset(kind, code) for code in ("IBC", "PALLET", "TRUCK"))
    for inner, outer in [(ibc, pallet), (pallet, truck)]:
        assets.move(actor=None, at=world.at, asset_id=inner.pk, container_id=outer.pk)

    with pytest.raises(Refused) as caught:
        assets.move(actor=None, at=world.t(1), asset_id=truck.pk, container_id=ibc.pk)

    assert codes(caught) == ["asset_ring"]
    assert caught.value.reasons[0].params == {"codes": ["IBC", "PALLET", "TRUCK"]}
    with pytest.raises(Refused):
        assets.move(actor=None, at=world.t(1), asset_id=ibc.pk, container_id=ibc.pk)


def test_a_move_of_a_thing_is_refused(world, nrd):
    pump = {"actor": None, "asset_id": world.pump.pk}
    with pytest.raises(Refused) as nowhere:
        assets.move(at=world.at, **pump)
    with pytest.raises(Refused) as elsewhere:
        assets.move(at=world.at, place_id=nrd.root.pk, **pump)
    assets.move(at=world.at, place_id=world.l3.pk, **pump)
    with pytest.raises(Refused) as earlier:
        assets.move(at=world.at - timedelta(hours=1), place_id=world.l4.pk, **pump)
    with pytest.raises(Stale):
        assets.move(at=world.t(1), place_id=world.l4.pk, seen=0, **pump)

    assert codes(nowhere) == ["asset_needs_one_place"]
    assert codes(elsewhere) == ["place_unknown"]
    assert codes(earlier) == ["asset_moved_since"]


def test_a_thing_stands_in_a_status_of_its_class(world):
    assert world.pump.status == "ok"

    changed = assets.set_status(
        actor=world.site_admin, at=world.at, asset_id=world.pump.pk, status="due", why="Oil"
    )
    with pytest.raises(Refused) as caught:
        assets.set_status(actor=None, at=world.at, asset_id=world.pump.pk, status="lost")

    assert changed.status == "due"
    assert codes(caught) == ["choice_not_known"]
    assert Event.objects.get(verb="asset_status").data["to"] == "due"


def test_a_class_has_each_key_once(world):
    status = {"key": "ok", "label": "OK"}

    with pytest.raises(Refused) as caught:
        factories.asset_class(world.site, statuses=[status, status])

    assert codes(caught) == ["key_twice"]
