"""A superuser opens a site and makes its first administrator, and sees nothing of its work."""

import pytest
from django.test import Client

from tests import factories
from tests.work.admin.forms import BACKEND, errors, form_in, send
from work.models import PlaceNeighbour, Site, User

SITES = "/admin/work/site/"


@pytest.fixture
def root(db):
    client = Client()
    person = User.objects.create_superuser("root", "correct horse staple", name="Root")
    client.force_login(person, backend=BACKEND)
    return client


def test_a_site_is_opened_with_its_first_administrator(root):
    typed = {"name": "Valhall", "slug": "val", "time_zone": "Europe/Oslo", "language": "en"}
    wrong = send(root, f"{SITES}add/", **typed | {"time_zone": "Europe/Nowhere"})
    assert errors(wrong) == ["“Europe/Nowhere” is no time zone, as Europe/Amsterdam is one."]
    assert send(root, f"{SITES}add/", **typed).status_code == 302
    site = Site.objects.get()
    assert (site.slug, site.time_zone, site.counter.last_number) == ("val", "Europe/Oslo", 0)

    answer = send(root, "/admin/work/user/add/", name="Kari", role="site_admin", site=site.pk)
    kari = User.objects.get(name="Kari")
    assert answer["Location"] == f"/admin/work/user/{kari.pk}/change/"
    answer = send(root, f"/admin/work/user/{kari.pk}/sign-in/", username="kari")
    link, word = answer.context["link"], "seven green barrels"

    mine = Client()
    typed = form_in(mine.get(link)).initial | {"password": word, "again": word}
    assert mine.post("/account/password/choose/", typed).status_code == 302
    mine.post("/login/", {"login": "kari", "password": word})
    assert "Valhall" in mine.get(SITES).text
    assert mine.get(f"{SITES}add/").status_code == 403
    assert send(mine, f"{SITES}{site.pk}/change/", name="Valhall field").status_code == 302
    site.refresh_from_db()
    assert (site.name, site.slug) == ("Valhall field", "val")
    assert "gave a sign-in" in root.get(f"/admin/work/user/{kari.pk}/history/").text


def test_a_superuser_without_a_role_finds_no_work(world, root):
    item = factories.planned_item(world, plan={"owner_user_id": world.planner.pk})
    for name in ("workitem", "event"):
        assert root.get(f"/admin/work/{name}/").status_code == 403
    page = root.get(f"/admin/work/user/{world.planner.pk}/leave/")
    assert (page.status_code, item.what in page.text) == (200, False)
    assert item.what not in root.get("/admin/search/", {"s": item.what}).text


def test_what_a_place_concerns_is_said_and_ended(world, admin):
    url = f"/admin/work/placeneighbour/add/?first={world.l4.pk}"
    typed = {"second": world.l3.pk, "kind": "same_air"}
    assert send(admin, url, **typed).status_code == 302
    assert errors(send(admin, url, **typed)) == ["These places are neighbours in this way already."]
    row = PlaceNeighbour.objects.get()
    for place, other in ((world.l3, world.l4), (world.l4, world.l3)):
        assert str(other) in admin.get(f"/admin/work/place/{place.pk}/change/").text
    assert send(admin, f"/admin/work/placeneighbour/{row.pk}/end/").status_code == 302
    row.refresh_from_db()
    assert row.ended_at is not None
