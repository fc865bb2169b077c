"""The live token: the same page is not sent twice, and nothing that happened is missed."""

from datetime import timedelta

import psycopg
import pytest
from django.contrib.sessions.models import Session
from django.db import connection

from tests.factories import live_item, make_world, planned_item, requested_item, rule
from work.models import Event
from work.reads import live
from work.services import items, people
from work.states import BlockerKind, Role

SECOND = timedelta(seconds=1)
PAGES = ["/s/hvk/", "/s/hvk/board/", "/s/hvk/work/"]


def first(visitor, url) -> str:
    """The token of a page that was read before, when the reader's browser had no cookie yet."""
    ask(visitor, url)
    return ask(visitor, url).headers["ETag"]


def ask(visitor, url, etag="", **headers):
    given = {"If-None-Match": etag, **headers} if etag else headers
    return visitor.client.get(url, headers=given)


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


@pytest.mark.parametrize("url", PAGES)
def test_an_unchanged_page_is_not_sent_again(world, planner, url, django_assert_num_queries):
    requested_item(world)
    etag = first(planner, url)
    # session, user, scope, site, token
    with django_assert_num_queries(5):
        again = ask(planner, url, etag)
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["ETag"] == etag
    assert {"HX-Request", "Cookie"} <= set(again.headers["Vary"].split(", "))


@pytest.mark.parametrize("url", PAGES)
def test_an_act_changes_it(world, planner, url):
    etag = first(planner, url)
    item = requested_item(world)
    after = ask(planner, url, etag)
    assert after.status_code == 200
    etag = after.headers["ETag"]
    items.comment(actor=world.planner, at=world.at, item_id=item.pk, text="Seen")
    assert ask(planner, url, etag).status_code == 200


@pytest.mark.parametrize("url", PAGES)
def test_a_lapse_changes_it_at_its_second_with_no_task_run(world, planner, clock, url):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    just_before = world.t(1) - timedelta(seconds=1)
    clock.move_to(just_before)
    etag = first(planner, url)
    clock.move_to(just_before + timedelta(milliseconds=900))
    assert ask(planner, url, etag).status_code == 304
    clock.move_to(world.t(1))
    assert ask(planner, url, etag).status_code == 200


def test_a_due_time_changes_it_when_it_has_passed(world, planner, clock):
    requested_item(world, due=world.t(2))
    clock.move_to(world.t(2))
    etag = first(planner, PAGES[2])
    clock.move_to(world.t(2) + timedelta(microseconds=1))
    assert ask(planner, PAGES[2], etag).status_code == 200


def test_minutes_go_on_while_a_stop_is_not_confirmed(world, planner, clock):
    item = live_item(world)
    type(item).objects.filter(pk=item.pk).update(stop_asked_at=world.at)
    etag = first(planner, PAGES[2])
    clock.move_to(world.t(1))
    after = ask(planner, PAGES[2], etag)
    assert "Not confirmed stopped, 1 min" in after.text


def test_readers_rights_language_page_and_day_are_part_of_it(world, planner, clock, sign_in):
    url = PAGES[2]
    etag = first(planner, url)
    assert ask(sign_in(world.supervisor), url, etag).status_code == 200
    assert ask(planner, f"{url}?blocked=1", etag).status_code == 200
    assert ask(planner, url, etag, **{"HX-Request": "true"}).status_code == 200
    assert ask(planner, url, etag, **{"Accept-Language": "nl"}).status_code == 200
    people.grant_role(
        actor=None, at=world.at, user_id=world.planner.pk, site_id=world.site.pk,
        role=Role.VIEWER, starts=world.at,
    )  # fmt: skip
    assert ask(planner, url, etag).status_code == 200


def test_the_page_of_an_item_is_live_too(world, planner, django_assert_num_queries):
    item = requested_item(world)
    url = f"/s/hvk/work/W-{item.number}/"
    etag = first(planner, url)
    assert "data-live=" in ask(planner, url).text
    with django_assert_num_queries(5):
        assert ask(planner, url, etag).status_code == 304
    items.comment(actor=world.planner, at=world.at, item_id=item.pk, text="Seen")
    assert ask(planner, url, etag).status_code == 200


def test_a_page_that_looks_for_news_does_not_use_the_session(world, planner, clock):
    first(planner, PAGES[1])
    end = Session.objects.get().expire_date
    clock.move_to(world.t(60))
    ask(planner, PAGES[1], **{"X-Live": "1"})
    assert Session.objects.get().expire_date == end
    ask(planner, PAGES[1])
    assert Session.objects.get().expire_date == end + timedelta(minutes=60)


def test_what_a_role_says_changes_when_it_begins_and_when_it_ends(world, planner, clock):
    """Somebody else's, at its second, within one stretch of five minutes."""
    people.grant_role(
        actor=None, at=world.at, user_id=world.technician.pk, site_id=world.site.pk,
        role=Role.VIEWER, starts=world.t(1), ends=world.t(2),
    )  # fmt: skip
    etag = first(planner, PAGES[2])
    clock.move_to(world.t(1) - SECOND)
    assert ask(planner, PAGES[2], etag).status_code == 304
    for edge in (world.t(1), world.t(2)):
        clock.move_to(edge)
        etag, before = first(planner, PAGES[2]), etag
        assert etag != before
        assert ask(planner, PAGES[2], etag).status_code == 304


def test_another_site_does_not_change_it(world, nrd, planner):
    etag = first(planner, PAGES[2])
    items.request(
        actor=nrd.supervisor, at=world.at, site_id=nrd.site.pk, place_id=nrd.root.pk,
        type_id=nrd.mnt.pk, what="Elsewhere",
    )  # fmt: skip
    assert ask(planner, PAGES[2], etag).status_code == 304


@pytest.mark.django_db(transaction=True)
def test_a_late_commit_of_an_older_event_is_not_lost():
    """The lower id commits after the higher one, which a reader has seen already."""
    world = make_world()

    def token() -> live.State:
        return live.state(world.site.pk, world.at)

    settings = connection.settings_dict
    late = psycopg.connect(
        host=settings["HOST"], port=settings["PORT"] or None, dbname=settings["NAME"],
        user=settings["USER"], password=settings["PASSWORD"],
    )  # fmt: skip
    with late:
        row = late.execute(
            "INSERT INTO work_event (site_id, subject_type, subject_id, verb, data, happened_at,"
            " recorded_at) VALUES (%s, 'work.site', %s, 'changed', '{}', %s, %s) RETURNING id",
            [world.site.pk, world.site.pk, world.at, world.at],
        ).fetchone()
        item = requested_item(world)
        newest = Event.objects.filter(item=item).latest("pk")
        assert newest.pk > row[0]
        seen = token()
        assert token() == seen
    assert token() != seen
    assert Event.objects.latest("pk") == newest
