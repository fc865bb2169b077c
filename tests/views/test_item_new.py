"""Raising work: request it or *On it now*, by whom, and every way in which it is not done."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests import factories
from tests.ui.markup import Markup
from tests.views.test_evidence_files import photo
from work.models import Event, Evidence, Site, WorkItem
from work.services import acts

NEW = "/s/hvk/work/new/"


@pytest.fixture
def form(world):
    """What a person types at least, with the identity of the form."""

    def typed(**more):
        known = {"act": str(uuid.uuid4()), "type": world.mnt.pk, "place": "L3"}
        return known | {"what": "Grease the bearing", "why": "It squeaks"} | more

    return typed


def test_a_request_is_raised_and_shown(world, sign_in, form):
    visitor = sign_in(world.operator)
    assert "Raise work" in visitor.get(NEW, place="L3").content.decode()
    answer = visitor.post(NEW, form(priority="2", due="2026-11-25T12:00"))
    item = WorkItem.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/s/hvk/work/W-{item.number}/"
    assert (item.status, item.priority, item.place.code) == ("requested", "2", "L3")
    assert item.due.isoformat() == "2026-11-25T11:00:00+00:00"
    assert visitor.see(item).status_code == 200


def test_htmx_goes_to_the_item_as_a_whole_page(world, sign_in, form):
    answer = sign_in(world.operator).post(NEW, form(), htmx=True)
    item = WorkItem.objects.get()
    assert answer.status_code == 200
    assert answer["HX-Redirect"] == f"/s/hvk/work/W-{item.number}/"
    assert answer.content == b""


def test_sent_twice_raises_one(world, sign_in, form):
    visitor, typed = sign_in(world.operator), form()
    first, second = visitor.post(NEW, typed), visitor.post(NEW, typed)
    assert first["Location"] == second["Location"]
    assert WorkItem.objects.count() == 1


def test_the_place_of_the_address_is_filled_in(world, sign_in):
    text = sign_in(world.operator).get(NEW, place='L"3<').content.decode()
    assert 'value="L&quot;3&lt;"' in text


def test_raised_under_a_parent(world, sign_in, form):
    parent = factories.planned_item(world)
    visitor = sign_in(world.planner)
    url = f"{NEW}?parent=W-{parent.number}"
    assert f'action="{url}"' in visitor.get(url).content.decode()
    assert visitor.post(url, form()).status_code == 303
    assert WorkItem.objects.latest("pk").parent == parent


@pytest.fixture
def triage(world):
    """The site leaves requests to a type that asks whether there is danger."""
    danger = {"key": "danger", "label": "Danger", "kind": "yes_no", "required_at": "request"}
    kind = factories.work_type(world.site, "FLD", fields=[danger])
    Site.objects.filter(pk=world.site.pk).update(triage_type=kind)
    return kind


def test_its_type_may_be_left_to_triage(world, sign_in, form, triage):
    visitor = sign_in(world.operator)
    page = visitor.get(NEW).text
    assert "Leave it to triage" in page
    left = form(type="")
    answer = visitor.post(NEW, left)
    assert (answer.status_code, "“Danger”" in answer.text) == (422, False)
    assert "Danger" in answer.text
    assert not WorkItem.objects.exists()

    assert visitor.post(NEW, left | {"f.danger": "no"}).status_code == 303
    item = WorkItem.objects.get()
    assert (item.type, item.status, item.values) == (triage, "requested", {"danger": False})
    assert "To triage" in visitor.see(item).text
    # Who plans it says what it is.
    planner = sign_in(world.planner)
    owner = f"post:{world.lead_post.pk}"
    typed = {"what": item.what, "why": "It squeaks", "place": "L3", "priority": "3"}
    given = planner.act(item, "plan", type=world.mnt.pk, owner=owner, **typed)
    assert given.status_code == 303
    item.refresh_from_db()
    assert (item.type, item.status) == (world.mnt, "planned")


def test_a_site_that_leaves_nothing_to_triage_asks_for_the_type(world, sign_in, form):
    answer = sign_in(world.operator).post(NEW, form(type=""))
    assert (answer.status_code, "Leave it to triage" in answer.text) == (422, False)
    assert not WorkItem.objects.exists()


def test_a_photo_is_kept_with_the_request(world, sign_in, form, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    visitor, typed = sign_in(world.operator), form()
    for _twice in range(2):
        seen = SimpleUploadedFile("leak.png", photo(), "image/png")
        assert visitor.post(NEW, typed | {"photo": seen}).status_code == 303
    kept = Evidence.objects.get()
    assert (kept.item, kept.kind, kept.name) == (WorkItem.objects.get(), "photo", "leak.png")
    assert (kept.by, kept.blob.content_type) == (world.operator, "image/png")
    page = sign_in(world.planner).see(kept.item).text
    assert f"/s/hvk/evidence/{kept.pk}/" in page
    bad = SimpleUploadedFile("leak.exe", b"MZ\x00\x00", "image/png")
    answer = visitor.post(NEW, form(photo=bad))
    assert answer.status_code == 422
    assert "The photo has to be chosen again." in answer.text
    assert WorkItem.objects.count() == 1


def test_where_is_a_place_or_a_thing_where_it_stands(world, sign_in, form):
    visitor = sign_in(world.operator)
    page = visitor.get(NEW, asset=world.pump.code).text
    assert 'value="PUMP-0301"' in page
    assert "Feed pump" in page
    assert visitor.post(NEW, form(place="pump-0301")).status_code == 303
    item = WorkItem.objects.get()
    assert (item.place, list(item.assets.all())) == (world.p301, [world.pump])
    # Who does not reach the thing does not learn of it.
    lead = sign_in(world.shift_lead)
    assert lead.post(NEW, form(place="PUMP-0301")).status_code == 422
    assert "Feed pump" not in lead.get(f"{NEW}where/", place="PUMP-0301").text


def test_without_a_script_what_is_meant_is_offered_and_nothing_is_sent(world, sign_in, form):
    visitor = sign_in(world.operator)
    answer = visitor.post(NEW, form(place="pouch", how="find"))
    page = Markup(answer.text)
    assert answer.status_code == 200
    assert [tag.attrs["value"] for tag in page.tags if tag.attrs.get("name") == "spot"] == ["L3"]
    assert page.by_id("id_what").attrs["value"] == "Grease the bearing"
    assert not WorkItem.objects.exists()
    assert visitor.post(NEW, form(place="pouch", spot="L3")).status_code == 303
    assert WorkItem.objects.get().place == world.l3


def test_suggestions_are_of_what_the_reader_knows(world, nrd, sign_in):
    where, asked = f"{NEW}where/", {"q": "p"}
    operator = sign_in(world.operator)

    def codes(visitor, **asked):
        page = Markup(visitor.get(where, **asked).text)
        return [tag.attrs["data-value"] for tag in page.all("li")]

    assert codes(operator, q="p") == ["P-301", "30", "40", "L3", "PUMP-0301"]
    assert codes(operator, q="l3") == ["L3"]
    assert codes(sign_in(world.shift_lead), **asked) == ["40", "L3"]
    for nothing in ("", " ", "%", "\x00", "NRD"):
        assert codes(operator, q=nothing) == []
    assert operator.get(where, place="NRD").text.strip() == ""


def test_what_is_open_at_the_place_is_said_before_sending(
    world, sign_in, django_assert_num_queries
):
    mine = factories.requested_item(world, what="Grease <b>it</b>")
    factories.closed_item(world, what="Done long ago")
    factories.planned_item(world, what="At the other line", place_id=world.l4.pk)
    visitor = sign_in(world.operator)
    for more in range(2):
        # session, user, scope, site; the place, the thing twice, the open work
        with django_assert_num_queries(8):
            page = visitor.get(f"{NEW}where/", place="L3").text
        assert f"W-{mine.number}</span> Grease &lt;b&gt;it&lt;/b&gt;" in page
        assert "Done long ago" not in page
        assert "At the other line" not in page
        assert ("All that is open here" in page) == bool(more)
        for _each in range(5):
            factories.requested_item(world)
        mine = factories.requested_item(world, what="Grease <b>it</b>")


def test_on_it_now(world, sign_in, form):
    kind = factories.work_type(world.site, "QUICK", on_it_now=True)
    visitor = sign_in(world.technician)
    assert "On it now" in visitor.get(NEW).content.decode()
    answer = visitor.post(NEW, form(type=kind.pk, how="now"))
    item = WorkItem.objects.get()
    assert answer.status_code == 303
    assert (item.status, item.owner_post) == ("live", world.lead_post)
    assert list(item.executors.all()) == [world.technician]


def test_on_it_now_is_refused_by_the_guards_of_start(world, sign_in, form):
    kind = factories.work_type(world.site, "QUICK", on_it_now=True)
    factories.rule(world.site, what="Air measured")
    answer = sign_in(world.technician).post(NEW, form(type=kind.pk, how="now"))
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Air measured: Not checked yet by: HSE." in text
    assert 'value="Grease the bearing"' in text
    assert "It squeaks" in text
    assert not WorkItem.objects.exists()
    assert list(Event.objects.filter(verb="refused").values_list("place", flat=True)) == [
        world.l3.pk
    ]


def test_on_it_now_is_not_of_this_role(world, sign_in, form):
    answer = sign_in(world.technician).post(NEW, form(how="now"))
    assert answer.status_code == 403
    assert not WorkItem.objects.exists()


@pytest.mark.parametrize("name", ["viewer", "auditor"])
def test_readers_raise_nothing(world, sign_in, form, name):
    """The door says so, whatever was typed, and keeps the attempt at the place that was named."""
    visitor = sign_in(getattr(world, name))
    assert visitor.get(NEW).status_code == 403
    assert not Event.objects.filter(verb="refused").exists()
    tried = [{}, {"how": "now"}, {"what": ""}, {"assets": "NO-SUCH"}, {"type": "x"}]
    for typed in tried:
        answer = visitor.post(NEW, form(**typed))
        assert answer.status_code == 403, typed
        assert "this is not yours to do" in answer.text
        assert "It squeaks" in answer.text
    for nowhere in ("", "NOWHERE", "L3\x00"):
        assert visitor.post(NEW, form(place=nowhere)).status_code == 403, nowhere
    kept = Event.objects.filter(verb="refused").values_list("actor", "place")
    assert list(kept) == [(visitor.user.pk, world.l3.pk)] * len(tried)
    assert not WorkItem.objects.exists()


def test_another_site_is_not_there(world, nrd, sign_in, form):
    visitor = sign_in(nrd.supervisor)
    assert visitor.get(NEW).status_code == 404
    assert visitor.post(NEW, form()).status_code == 404
    assert not WorkItem.objects.exists()


def test_busy_keeps_what_was_typed(world, sign_in, form, monkeypatch):
    from work.exceptions import Busy

    def busy(*args):
        raise Busy

    visitor, typed = sign_in(world.operator), form()
    monkeypatch.setattr(acts, "_attempt", busy)
    answer = visitor.post(NEW, typed)
    assert answer.status_code == 503
    assert 'value="Grease the bearing"' in answer.content.decode()


WRONG = [
    {"what": ""},
    {"what": " "},
    {"what": "x" * 251},
    {"what": "a\x00b"},
    {"why": "x" * 20_000},
    {"place": ""},
    {"place": "NOWHERE"},
    {"place": "L3\x00"},
    {"place": "/"},
    {"place": "NRD"},
    {"type": ""},
    {"type": "0"},
    {"type": "²"},
    {"type": "9" * 30},
    {"type": "x"},
    {"priority": "9"},
    {"due": "soon"},
    {"due": "0001-01-01T00:00"},
    {"assets": "NO-SUCH"},
    {"assets": ",,x" * 100},
    {"act": ""},
    {"act": "x" * 5000},
    {"f.size": "1e999"},
]


def test_wrong_input_is_refused_and_kept(world, nrd, sign_in, form):
    field = {"key": "size", "label": "Size", "kind": "number"}
    kind = factories.work_type(world.site, "SIZED", fields=[field])
    visitor = sign_in(world.operator)
    for wrong in WRONG:
        answer = visitor.post(NEW, form(type=kind.pk) | wrong)
        assert answer.status_code == 422, wrong
        if "why" not in wrong:
            assert "It squeaks" in answer.content.decode(), wrong
    assert not WorkItem.objects.exists()


def test_fields_of_the_type_are_asked_and_kept(world, sign_in, form):
    fields = [
        {"key": "size", "label": "Size", "kind": "number", "unit": "mm"},
        {"key": "hot", "label": "Hot?", "kind": "yes_no"},
        {"key": "seal", "label": "Seal", "kind": "choice", "choices": ["A", "B"]},
        {"key": "day", "label": "Day", "kind": "date"},
        {"key": "since", "label": "Since", "kind": "moment"},
    ]
    kind = factories.work_type(world.site, "FIELDS", fields=fields)
    visitor = sign_in(world.operator)
    assert "Size (mm)" in visitor.get(NEW, type=kind.pk).content.decode()
    typed = {"f.size": "12.5", "f.hot": "no", "f.seal": "B", "f.day": "2026-11-30"}
    visitor.post(NEW, form(type=kind.pk, **typed, **{"f.since": "2026-11-24T04:30"}))
    item = WorkItem.objects.get()
    known = {"size": 12.5, "hot": False, "seal": "B", "day": "2026-11-30"}
    assert item.values == known | {"since": "2026-11-24T03:30:00+00:00"}
    page = sign_in(world.planner).get(f"/s/hvk/work/W-{item.number}/edit/").content.decode()
    for shown in ('value="12.5"', 'value="2026-11-30"', 'value="2026-11-24T04:30"'):
        assert shown in page
