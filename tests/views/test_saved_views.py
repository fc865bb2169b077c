"""Saved views: kept under a name, opened, changed, shared, withdrawn; and what is there no more."""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import live_item, place, requested_item
from tests.views.test_lists import labels, shown
from work.exceptions import Forbidden, Refused, Stale, Unknown
from work.models import Event, ListChoice, SavedView
from work.services import views

LIST, VIEWS = "/s/hvk/work/", "/s/hvk/views/"


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def keep(world, name="Running", query="status=live", by=None, **given) -> SavedView:
    by = by or world.planner
    return views.save(actor=by, at=world.at, site_id=world.site.pk, name=name, query=query, **given)


def act(**typed):
    return {"act": str(uuid.uuid4())} | typed


def saved_tabs(page) -> list[tuple[str, bool]]:
    return [(tab["label"], tab["current"]) for tab in page.context["saved"]]


def test_a_list_is_kept_opened_and_changed(world, planner):
    requested_item(world)
    running = live_item(world, priority="2")
    page = planner.get(LIST, status="live", sort="-due", columns="number,what", page="1")
    assert page.context["save_url"] == (
        "/s/hvk/views/new/?status=live&sort=-due&columns=number,what"
    )
    form = planner.client.get(page.context["save_url"])
    assert [chip.value for chip in form.context["chips"]] == ["In progress"]
    answer = planner.post(page.context["save_url"], act(name=" What runs "))
    view = SavedView.objects.get()
    assert (view.name, view.query, view.shared, view.by) == (
        "What runs", "status=live&sort=-due&columns=number,what", False, world.planner,
    )  # fmt: skip
    url = f"{LIST}?status=live&sort=-due&columns=number,what&view={view.pk}"
    assert (answer.status_code, answer.headers["Location"]) == (303, url)

    opened = planner.client.get(url)
    assert shown(opened) == labels(running)
    assert saved_tabs(opened) == [("What runs", True)]
    assert (opened.context["save_url"], opened.context["change_url"]) == ("", "")
    assert [column.key for column in opened.context["columns"]] == ["number", "what"]

    narrowed = planner.client.get(f"{url}&priority=2")
    assert narrowed.context["view_changed"]
    change = narrowed.context["change_url"]
    assert change == (f"{VIEWS}{view.pk}/?status=live&priority=2&sort=-due&columns=number,what")
    planner.post(change, act(name="What runs now", seen="1"))
    view.refresh_from_db()
    assert (view.name, view.version) == ("What runs now", 2)
    assert view.query == "status=live&priority=2&sort=-due&columns=number,what"
    stale = planner.post(f"{VIEWS}{view.pk}/", act(name="Mine", seen="1"))
    assert stale.status_code == 409
    assert 'value="Mine"' in stale.text
    assert Event.objects.filter(subject_type="work.savedview").count() == 2

    planner.post(f"{VIEWS}{view.pk}/", act(do="withdraw", seen="2"))
    view.refresh_from_db()
    assert view.withdrawn_at == world.at
    assert saved_tabs(planner.get(LIST)) == []
    assert planner.get(f"{VIEWS}{view.pk}/").status_code == 404
    # What the address says is shown all the same, and the name is free again.
    assert shown(planner.client.get(url)) == labels(running)
    keep(world, "what runs NOW")


def test_a_name_is_once_for_a_person_and_once_for_the_site(world, planner):
    keep(world, "Running")
    keep(world, "Running", by=world.supervisor)
    keep(world, "running", shared=True)
    form = planner.post(f"{VIEWS}new/?status=done", act(name="RUNNING"))
    assert form.status_code == 422
    assert "There is a view called “RUNNING” already." in form.text
    assert 'value="RUNNING"' in form.text
    with pytest.raises(Refused, match="view_name_taken"):
        keep(world, "RUNNING", by=world.supervisor, shared=True)
    assert SavedView.objects.count() == 3
    for shared in (True, False):
        twice = SavedView(
            site=world.site, by=world.planner, name="Running", shared=shared, saved_at=world.at
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            twice.save()
    assert planner.post(f"{VIEWS}new/?status=done", act(name=" ")).status_code == 422
    assert SavedView.objects.count() == 3


def test_what_cannot_be_asked_at_once_is_not_kept_in_part(world, planner):
    view = keep(world)
    owners = "owner=me&owner=nobody"
    page = planner.client.get(f"{LIST}?{owners}&view={view.pk}")
    assert (page.context["save_url"], page.context["change_url"]) == ("", "")
    said = "“nobody” is one value too many for Owner."
    assert planner.client.get(f"{VIEWS}new/?{owners}").context["trouble"] == said
    for url, more in ((f"{VIEWS}new/?{owners}", {}), (f"{VIEWS}{view.pk}/?{owners}", {"seen": 1})):
        answer = planner.post(url, act(name="Two owners", **more))
        assert (answer.status_code, answer.context["trouble"]) == (422, said)
        assert 'value="Two owners"' in answer.text
    assert list(SavedView.objects.values_list("name", "query")) == [("Running", "status=live")]


def test_there_are_not_more_than_can_be_looked_through(world, monkeypatch):
    monkeypatch.setattr(views, "MOST", 1)
    keep(world, "One")
    keep(world, "Two", shared=True)
    for shared in (True, False):
        with pytest.raises(Refused, match="views_too_many"):
            keep(world, "Three", shared=shared)
    with pytest.raises(Refused, match="view_too_long"):
        keep(world, "Long", query="q=" + "w" * 2000, by=world.supervisor)
    assert SavedView.objects.count() == 2


def test_who_plans_shares_and_everybody_but_contractors_opens(world, sign_in):
    shared = keep(world, "Hydrex jobs", query="team=hydrex", shared=True)
    own = keep(world, "My own")
    for name in ("technician", "viewer", "shift_lead", "site_admin"):
        page = sign_in(getattr(world, name)).get(LIST)
        assert saved_tabs(page) == [("Hydrex jobs", False)], name
    guest = sign_in(world.contractor)
    assert saved_tabs(guest.get(LIST)) == []
    assert "Hydrex" not in guest.get(VIEWS).text
    assert guest.get(f"{VIEWS}{shared.pk}/").status_code == 404
    assert guest.get(f"{VIEWS}{own.pk}/").status_code == 404

    reader = sign_in(world.technician)
    page = reader.get(f"{VIEWS}{shared.pk}/")
    assert not page.context["may_change"]
    before = list(SavedView.objects.order_by("pk").values())
    answer = reader.post(f"{VIEWS}{shared.pk}/", act(name="Mine", seen="1"))
    assert answer.status_code == 403
    for change in (views.change, views.withdraw):
        with pytest.raises(Forbidden):
            change(actor=world.technician, at=world.at, view_id=shared.pk)
    with pytest.raises(Forbidden):
        keep(world, by=world.technician, shared=True)
    with pytest.raises(Unknown):
        views.change(actor=world.supervisor, at=world.at, view_id=own.pk, name="Theirs")
    with pytest.raises(Stale):
        views.change(actor=world.supervisor, at=world.at, view_id=shared.pk, seen=7)
    assert list(SavedView.objects.order_by("pk").values()) == before
    # Whoever may share may change it; from the own one it is made the site's.
    views.change(actor=world.supervisor, at=world.at, view_id=shared.pk, seen=1, name="Hydrex")
    views.change(actor=world.planner, at=world.at, view_id=own.pk, seen=1, share=True)
    assert saved_tabs(reader.get(LIST)) == [("Hydrex", False), ("My own", False)]


def test_the_list_opens_with_the_view_that_a_person_chose(world, planner, sign_in):
    running = live_item(world)
    view = keep(world, shared=True)
    reader = sign_in(world.viewer)
    answer = reader.post(f"{VIEWS}{view.pk}/", act(do="first"))
    assert (answer.status_code, answer.headers["Location"]) == (303, VIEWS)
    first = reader.get(LIST)
    assert (first.status_code, first.headers["Location"]) == (
        302,
        f"{LIST}?status=live&view={view.pk}",
    )
    opened = reader.client.get(first.headers["Location"])
    assert shown(opened) == labels(running)
    assert opened.context["clear_url"] == f"{LIST}?status=open"
    assert opened.context["views"][0]["url"] == f"{LIST}?status=open"
    assert reader.get(LIST, q="").status_code == 200
    # Whoever takes the last filter away has all open work, and not that view again.
    blocked = reader.get(LIST, blocked="0").context
    assert [chip.remove_url for chip in blocked["chips"]] == ["?status=open"]
    assert reader.get(LIST, group="kind").context["groups_by"][0]["url"] == "?status=open"
    assert reader.get(LIST, place="NO").context["trouble"]["url"] == f"{LIST}?status=open"
    assert not opened.context["view_changed"]
    assert planner.get(LIST).status_code == 200
    views.withdraw(actor=world.planner, at=world.at, view_id=view.pk)
    assert reader.get(LIST).status_code == 200
    other = keep(world, "Waiting", query="status=waiting", shared=True)
    reader.post(f"{VIEWS}{other.pk}/", act(do="first"))
    reader.post(f"{VIEWS}{other.pk}/", act(do="not_first"))
    assert ListChoice.objects.get().default_view is None
    with pytest.raises(Unknown):
        views.open_with(actor=world.viewer, at=world.at, site_id=world.site.pk, view_id=view.pk)


def test_a_view_that_is_answered_no_more_says_so(world, planner):
    bay = place(world.site, "BAY", parent=world.packaging)
    at_bay = keep(world, "Bay", query="place=BAY&status=live")
    keep(world, "Running")
    live_item(world)
    rows = {row["name"]: row for row in planner.get(VIEWS).context["rows"]}
    assert (rows["Bay"]["trouble"], rows["Bay"]["count"]) == ("", "0")
    assert rows["Running"]["count"] == "1"
    assert rows["Running"]["chips"] == ["Status: In progress"]
    place_gone(bay)
    rows = {row["name"]: row for row in planner.get(VIEWS).context["rows"]}
    assert rows["Bay"]["trouble"] == "“BAY” is not understood as Place."
    assert rows["Running"]["trouble"] == ""
    page = planner.client.get(rows["Bay"]["url"])
    assert page.context["trouble"]["text"] == (
        "The view “Bay” asks for something that is there no more. “BAY” is not understood as Place."
    )
    assert page.context["trouble"]["url"] == f"{VIEWS}{at_bay.pk}/"
    assert "is not understood as Place" in planner.get(f"{VIEWS}{at_bay.pk}/").text


def place_gone(which) -> None:
    """Another code: whatever names the old one is answered no more."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE work_place SET code = 'BAY-1' WHERE id = %s", [which.pk])


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, planner, count, django_assert_num_queries):
    for n in range(count):
        keep(world, f"View {n}", query=f"owner=me&place=40&q=guard&clears=user:{world.planner.pk}")
    # session, user, scope, site, views, facets of all, counts of all
    with django_assert_num_queries(7):
        page = planner.get(VIEWS)
    assert len(page.context["rows"]) == count
    # session, user, scope, site, views, facets
    first = SavedView.objects.first().pk
    with django_assert_num_queries(6):
        planner.get(f"{VIEWS}{first}/")
    # as the list, without rows
    with django_assert_num_queries(8):
        page = planner.get(LIST)
    assert len(page.context["saved"]) == min(count, 10)
    assert len(page.content) < 100_000
