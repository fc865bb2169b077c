"""Classes of things and the things, as an administrator sets them up."""

import pytest

from tests.work.admin.forms import errors, opened, send
from work.models import Asset, AssetClass, AssetLocation, Event
from work.services import assets

LIST = "/admin/work/assetclass/"


@pytest.fixture
def kind(world):
    return world.pump.asset_class


def _rows(kind) -> str:
    return f"{LIST}{kind.pk}/rows/"


def test_a_class_gets_fields_and_statuses_as_rows(world, admin, kind):
    typed = {
        "fields_0_key": "kw",
        "fields_0_label": "Power, kW",
        "fields_0_kind": "number",
        "fields_1_key": "oil_changed",
        "fields_1_label": "Oil changed",
        "fields_1_kind": "date",
        "statuses_2_key": "lost",
        "statuses_2_label": "Lost",
    }
    form = opened(admin, _rows(kind)) | typed
    form.pop("statuses_2_ready")

    for _twice in range(2):
        answer = admin.post(_rows(kind), form)
        assert answer.status_code == 302, errors(answer)

    kind.refresh_from_db()
    assert kind.fields == [
        {"key": "kw", "label": "Power, kW", "kind": "number"},
        {"key": "oil_changed", "label": "Oil changed", "kind": "date"},
    ]
    assert [(row["key"], row["ready"]) for row in kind.statuses] == [
        ("ok", True),
        ("due", False),
        ("lost", False),
    ]
    event = Event.objects.filter(subject_type="work.assetclass", verb="changed").get()
    assert event.data == {"fields": ["fields", "statuses"]}
    page = admin.get(f"{LIST}{kind.pk}/change/").text
    assert ("Power, kW" in page, "not ready" in page) == (True, True)


def test_what_things_use_is_not_taken_from_them(world, admin, kind):
    assets.change_class(
        actor=None,
        class_id=kind.pk,
        fields=[{"key": "kw", "label": "Power", "kind": "number"}],
    )
    assets.change(actor=None, asset_id=world.pump.pk, values={"kw": "7,5"})
    assert Asset.objects.get(pk=world.pump.pk).values == {"kw": 7.5}

    gone = send(admin, _rows(kind), fields_0_key="", fields_0_label="", statuses_0_key="fine")
    assert gone.status_code == 422
    assert errors(gone) == [
        "1 assets have a value for kw: it cannot go, nor become another kind.",
        "1 assets have the status ok: it cannot go.",
    ]
    other_kind = send(admin, _rows(kind), fields_0_kind="text")
    assert other_kind.status_code == 422
    double = send(admin, _rows(kind), fields_1_key="kw", fields_1_label="Twice")
    assert errors(double) == ["The key kw is there twice."]
    unfit = send(admin, _rows(kind), fields_1_key="K W", fields_1_label="X")
    assert errors(unfit) == ["“K W” is no key: use small letters, digits, - and _."]
    kind.refresh_from_db()
    assert [row["key"] for row in kind.fields] == ["kw"]

    # A label may be another, and what nothing uses may go.
    answer = send(
        admin, _rows(kind), fields_0_label="Power, kW", statuses_1_key="", statuses_1_label=""
    )
    assert answer.status_code == 302
    kind.refresh_from_db()
    assert kind.fields[0]["label"] == "Power, kW"
    assert [row["key"] for row in kind.statuses] == ["ok"]


def test_who_saw_older_rows_of_a_class_is_told(world, admin, kind):
    form = opened(admin, _rows(kind)) | {"fields_0_key": "a", "fields_0_label": "A"}
    assets.change_class(actor=None, class_id=kind.pk, statuses=kind.statuses[:1])

    answer = admin.post(_rows(kind), form)

    assert answer.status_code == 422
    assert errors(answer) == ["Somebody changed this while you were looking at it."]
    kind.refresh_from_db()
    assert (kind.fields, len(kind.statuses)) == ([], 1)


def test_a_class_is_made_and_renamed(world, admin):
    assert send(admin, f"{LIST}add/", code="lifter", name="Lifter").status_code == 302
    kind = AssetClass.objects.get(code="lifter")
    assert send(admin, f"{LIST}{kind.pk}/change/", name="Lifting gear").status_code == 302
    kind.refresh_from_db()
    assert (kind.name, kind.site, kind.fields) == ("Lifting gear", world.site, [])


def test_a_thing_is_made_moved_and_said_how_it_stands(world, admin, kind):
    url = "/admin/work/asset/add/"
    typed = {"asset_class": kind.pk, "code": "PUMP-9", "name": "Spare", "place": world.l3.pk}
    assert send(admin, url, **typed).status_code == 302
    assert errors(send(admin, url, **typed)) == ["This code is in use already."]
    thing = Asset.objects.get(code="PUMP-9")
    assert (thing.status, thing.locations.get().place) == ("ok", world.l3)

    move = f"/admin/work/asset/{thing.pk}/move/"
    both = send(admin, move, place=world.l4.pk, container=world.pump.pk)
    assert both.status_code == 422
    late = opened(admin, move) | {"container": world.pump.pk}
    assert send(admin, move, place=world.l4.pk).status_code == 302
    assert admin.post(move, late).status_code == 422
    assert AssetLocation.objects.get(asset=thing, ends=None).place == world.l4
    assert send(admin, move, container=world.pump.pk).status_code == 302
    ring = send(admin, f"/admin/work/asset/{world.pump.pk}/move/", container=thing.pk)
    assert ring.status_code == 422

    status = f"/admin/work/asset/{thing.pk}/status/"
    assert send(admin, status, status="due", why="Oil").status_code == 302
    assert send(admin, status, status="lost").status_code == 422
    thing.refresh_from_db()
    assert thing.status == "due"
    page = admin.get(f"/admin/work/asset/{thing.pk}/change/").text
    for text in ("Due", str(world.l3), str(world.pump)):
        assert text in page


def test_own_values_are_those_of_the_class(world, admin, kind):
    fields = [
        {"key": "kw", "label": "Power", "kind": "number"},
        {"key": "atex", "label": "Explosion proof", "kind": "yes_no"},
        {"key": "seen", "label": "Inspected", "kind": "moment"},
    ]
    assets.change_class(actor=None, class_id=kind.pk, fields=fields)
    url = f"/admin/work/asset/{world.pump.pk}/values/"
    typed = {"f.kw": "7.5", "f.atex": "yes", "f.seen": "2026-11-24T05:00"}
    assert send(admin, url, **typed).status_code == 302
    kept = {"kw": 7.5, "atex": True, "seen": "2026-11-24T04:00:00+00:00"}
    assert Asset.objects.get(pk=world.pump.pk).values == kept
    # Opened and sent as it is, nothing becomes another.
    assert send(admin, url).status_code == 302
    assert Asset.objects.get(pk=world.pump.pk).values == kept
    assert send(admin, url, **{"f.kw": "much"}).status_code == 422


@pytest.mark.parametrize("field", ["asset_class", "owner_team", "place", "container"])
def test_what_is_of_another_site_is_no_choice_for_a_thing(world, nrd, other, field):
    own = AssetClass.objects.filter(site=nrd.site).first() or assets.create_class(
        actor=None, site_id=nrd.site.pk, code="x", name="X"
    )
    foreign = {
        "asset_class": world.pump.asset_class,
        "owner_team": world.lasteam,
        "place": world.l3,
        "container": world.pump,
    }[field]
    typed = {"asset_class": own.pk, "code": "X", "name": "X"} | {field: foreign.pk}
    answer = send(other, "/admin/work/asset/add/", **typed)
    assert "Select a valid choice." in errors(answer)[0]
    assert not Asset.objects.filter(code="X").exists()
