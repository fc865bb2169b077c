"""The base of every admin page: own sites alone, saved by the doors, refused in words."""

import re
import uuid

from django.test import Client

from tests import factories
from tests.factories.browsers import signed_in
from work.models import Event, Place
from work.services import places, teams
from work.states import Role


def form_of(page):
    """The hidden fields that a form was opened with."""
    form = page.context["adminform"].form
    return {name: str(form[name].value() or "") for name in ("act", "seen")}


def test_a_place_is_made_by_its_door_once(world, admin):
    page = admin.get("/admin/work/place/add/")
    sent = form_of(page) | {
        "site": world.site.pk,
        "parent": world.l3.pk,
        "code": "L3-NEW",
        "name": "New unit",
        "kind": "unit",
        "owner_team": "",
    }

    for _twice in range(2):
        answer = admin.post("/admin/work/place/add/", sent)
        assert answer.status_code == 302, answer.context["adminform"].form.errors

    place = Place.objects.get(code="L3-NEW")
    assert Place.objects.get_parent(place).pk == world.l3.pk
    event = Event.objects.get(subject_type="work.place", subject_id=place.pk)
    assert (event.verb, event.actor, event.act) == (
        "created",
        world.site_admin,
        uuid.UUID(sent["act"]),
    )


def test_a_refusal_is_said_at_the_form_and_leaves_its_event(world, admin):
    page = admin.get("/admin/work/place/add/")
    sent = form_of(page) | {
        "site": world.site.pk,
        "code": world.l3.code,
        "name": "Again",
        "kind": "unit",
    }
    before = Event.objects.count()

    answer = admin.post("/admin/work/place/add/", sent)

    assert answer.status_code == 200
    form = answer.context["adminform"].form
    assert form.non_field_errors() == ["This code is in use already."]
    assert Event.objects.count() == before + 1
    assert Event.objects.last().verb == "refused"
    assert Place.objects.filter(code=world.l3.code).count() == 1


def test_only_what_was_changed_is_changed_and_who_saw_less_is_told(world, admin):
    url = f"/admin/work/place/{world.l3.pk}/change/"
    page = admin.get(url)
    sent = form_of(page) | {
        "name": "Line three",
        "kind": world.l3.kind,
        "owner_team": "",
        "is_active": "on",
    }
    places.change_place(actor=None, place_id=world.l3.pk, name="Line 3, pouches")

    answer = admin.post(url, sent)

    assert "Somebody changed this" in str(answer.context["adminform"].form.errors)
    world.l3.refresh_from_db()
    assert world.l3.name == "Line 3, pouches"
    again = sent | {"seen": str(answer.context["adminform"].form["seen"].value())}
    assert again["seen"] != sent["seen"]
    assert admin.post(url, again).status_code == 302
    world.l3.refresh_from_db()
    assert world.l3.name == "Line three"
    last = Event.objects.filter(subject_type="work.place", subject_id=world.l3.pk).last()
    assert (last.verb, last.data) == ("changed", {"fields": ["name"]})


def test_a_place_is_moved_on_a_page_of_its_own(world, admin):
    new = places.create_place(
        actor=None, site_id=world.site.pk, code="X", name="X", kind="unit", parent_id=world.l3.pk
    )
    url = f"/admin/work/place/{new.pk}/move/"
    assert admin.get(url).status_code == 200

    refused = admin.post(url, {"parent": new.pk})
    assert refused.status_code == 422
    assert Place.objects.get_parent(Place.objects.get(pk=new.pk)).pk == world.l3.pk

    assert admin.post(url, {"parent": world.root.pk}).status_code == 302
    assert Place.objects.get_parent(Place.objects.get(pk=new.pk)).pk == world.root.pk


def test_of_another_site_nothing_is_found(world, nrd, other):
    team = teams.create_team(
        actor=None, site_id=world.site.pk, code="ZZ", name="Crew of hvk", kind="crew"
    )
    lists = {
        "/admin/work/site/": world.site.name,
        "/admin/work/place/": world.l3.name,
        "/admin/work/team/": team.name,
    }
    for url, name in lists.items():
        assert name not in other.get(url).text, url
    for record in (world.site, world.l3, team):
        name = type(record).__name__.lower()
        for tail in ("change/", "history/"):
            answer = other.get(f"/admin/work/{name}/{record.pk}/{tail}")
            assert answer.status_code in (302, 404), (name, tail)
            assert record.name not in answer.text
    assert other.get(f"/admin/work/place/{world.l3.pk}/move/").status_code == 403
    found = other.get(
        "/admin/autocomplete/?app_label=work&model_name=place&field_name=owner_team&term=Crew"
    )
    assert found.json()["results"] == []
    page = other.get("/admin/work/place/add/")
    assert world.site.name not in page.text
    answer = other.post(
        "/admin/work/place/add/",
        form_of(page) | {"site": world.site.pk, "code": "Y", "name": "Y", "kind": "unit"},
    )
    assert answer.status_code == 200
    assert not Place.objects.filter(code="Y").exists()


def test_history_says_who_did_what(world, admin):
    places.change_place(actor=world.site_admin, place_id=world.l3.pk, name="Line three")

    page = admin.get(f"/admin/work/place/{world.l3.pk}/history/")

    assert (page.status_code, "changed it" in page.text, world.site_admin.name in page.text) == (
        200,
        True,
        True,
    )


def test_nothing_is_deleted(world, admin):
    for url in (
        f"/admin/work/place/{world.l3.pk}/delete/",
        f"/admin/work/site/{world.site.pk}/delete/",
    ):
        assert admin.post(url, {"post": "yes"}).status_code == 403
    answer = admin.post(
        "/admin/work/place/", {"action": "delete_selected", "_selected_action": world.l3.pk}
    )
    assert answer.status_code in (200, 302)
    assert Place.objects.filter(pk=world.l3.pk).exists()


def _side(client, url, **given):
    """The links at the side of a page: address, whether one is on it, name."""
    text = client.get(url, **given).text
    side = text[text.index('id="nav-sidebar-apps"') : text.index("</ol>\n</div>\n</div>")]
    link = r'<a href="([^"]*)"([^>]*)>.*?<span>([^<]*)</span>'
    found = re.findall(link, side, re.DOTALL)
    return {url: ('aria-current="page"' in said, name) for url, said, name in found}


def test_the_side_is_of_who_asks_and_says_where_one_is(world, admin):
    """Also where it was drawn before: for another page, another person and another language."""
    rules, record = "/admin/work/requirementrule/", f"/admin/work/place/{world.l3.pk}/change/"
    hse = factories.person(world.site, Role.HSE, username="of modes")
    hse.refresh_from_db()
    for _twice in range(2):
        for url, here in ((rules, [rules]), (record, ["/admin/work/place/"]), ("/admin/", [])):
            side = _side(admin, url)
            assert len(side) > 20
            assert [each for each, (current, _name) in side.items() if current] == here
        assert _side(admin, rules)["/admin/work/place/"] == (False, "Places")
        dutch = _side(admin, rules, headers={"accept-language": "nl"})
        assert dutch["/admin/work/place/"] == (False, "Plaatsen")
        assert list(_side(signed_in(Client(), hse), rules)) == [rules]
