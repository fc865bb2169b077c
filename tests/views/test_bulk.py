"""Acts on chosen rows of the list: each its own act, with what became of each."""

import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import planned_item, requested_item, second_site
from tests.views.conftest import weight
from work.exceptions import Busy
from work.models import Event, WorkItem
from work.services import items
from work.views import bulk

LIST, BULK = "/s/hvk/work/", "/s/hvk/work/bulk/"


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def _row(item: WorkItem) -> str:
    return f"{item.pk}:{WorkItem.objects.get(pk=item.pk).version}"


def _send(visitor, do, *rows, act=None, url=BULK, go=True, **typed):
    known = {"act": str(act or uuid.uuid4()), "do": do, "item": list(rows)} | typed
    return visitor.post(url, known | ({"go": "1"} if go else {}))


def _kinds(page) -> dict[str, str]:
    return {each.label: each.kind for group in page.context["groups"] for each in group["items"]}


def test_boxes_are_for_who_may_do_one_of_the_acts(world, planner, sign_in):
    item = planned_item(world)
    page = planner.get(LIST, place="40", sort="due")
    assert f'name="item" value="{_row(item)}"' in page.text
    assert page.context["bulk"]["url"] == f"{BULK}?place=40&sort=due"
    assert page.context["bulk"]["all"] == "All that fit: 1"
    assert "bulk" not in planner.get(LIST, q="nothing is called so").context
    for person in (world.technician, world.viewer, world.contractor):
        page = sign_in(person).get(LIST)
        assert "bulk" not in page.context
        assert 'name="item"' not in page.text
        assert _send(sign_in(person), "due", _row(item), none="on").status_code == 403
    assert WorkItem.objects.get(pk=item.pk).version == item.version


def test_an_act_asks_first_and_does_each_once(world, planner):
    first, second, third = [planned_item(world) for _each in range(3)]
    rows = [_row(first), _row(second)]
    page = _send(planner, "owner", *rows, go=False)
    assert page.status_code == 200
    assert [row.label for row in page.context["rows"]] == [
        f"W-{first.number}", f"W-{second.number}"
    ]  # fmt: skip
    assert page.context["items"] == rows
    lacking = _send(planner, "owner", *rows)
    assert (lacking.status_code, list(lacking.context["form"].errors)) == (422, ["owner"])
    act, owner = uuid.uuid4(), f"user:{world.supervisor.pk}"
    for _again in range(2):
        done = _send(planner, "owner", *rows, act=act, owner=owner)
        assert _kinds(done) == {f"W-{first.number}": "", f"W-{second.number}": ""}
    assert Event.objects.filter(verb="assign", item__in=[first, second]).count() == 2
    owners = WorkItem.objects.order_by("pk").values_list("owner_user", flat=True)
    assert list(owners) == [world.supervisor.pk, world.supervisor.pk, third.owner_user_id]
    # Another answer in the same form is another act, of what is older by now.
    other = _send(planner, "owner", *rows, act=act, owner=f"post:{world.site_post.pk}")
    assert set(_kinds(other).values()) == {"stale"}
    damaged = _send(planner, "owner", _row(third), act="x", owner=owner)
    assert damaged.status_code == 422
    assert damaged.context["refusal"]["reasons"][0]["text"].startswith("This form did not come")


def test_each_row_has_its_own_result_and_can_be_tried_again(world, planner):
    good, stale, ended, foreign = [planned_item(world) for _each in range(4)]
    old = _row(stale)
    items.edit(actor=world.supervisor, at=world.at, item_id=stale.pk, why="Because")
    items.cancel(actor=world.supervisor, at=world.at, item_id=ended.pk, reason="No")
    nrd = second_site()
    there = items.request(
        actor=nrd.supervisor, at=world.at, site_id=nrd.site.pk, place_id=nrd.root.pk,
        type_id=nrd.mnt.pk, what="Not theirs",
    )  # fmt: skip
    rows = [_row(good), old, _row(ended), f"{there.pk}:1", f"{foreign.pk}:", "x:1", "99999999:1"]
    asked = _send(planner, "due", *rows, go=False)
    assert asked.context["lost"] == 2
    assert "Not theirs" not in asked.text
    page = _send(planner, "due", *rows, due="2026-12-01T14:00")
    assert _kinds(page) == {
        f"W-{good.number}": "",
        f"W-{stale.number}": "stale",
        f"W-{ended.number}": "refused",
        f"W-{foreign.number}": "stale",
    }
    assert "“Edit” is not possible while the status is “Cancelled”." in page.text
    assert page.context["again"] == [_row(stale), _row(ended), _row(foreign)]
    assert page.context["lost"] == 2
    assert "2 of those chosen are not there any more" in page.text
    good.refresh_from_db()
    assert good.due == datetime(2026, 12, 1, 13, tzinfo=UTC)
    assert WorkItem.objects.get(pk=there.pk).due is None
    hidden = {each["name"]: each["value"] for each in page.context["hidden"]}
    assert hidden == {"do": "due", "due": "2026-12-01T14:00"}
    again = planner.post(BULK, hidden | {"item": page.context["again"]})
    assert again.context["form"]["due"].value() == "2026-12-01T14:00"
    page = _send(planner, "due", *again.context["items"], due="2026-12-01T14:00")
    assert sorted(_kinds(page).values()) == ["", "", "refused"]
    page = _send(planner, "due", _row(good), none="on")
    good.refresh_from_db()
    assert (page.status_code, good.due) == (200, None)


def test_what_is_requested_is_planned_and_what_is_planned_gets_the_times(world, planner, sign_in):
    fresh, known = requested_item(world, why="It leaks"), planned_item(world)
    bare = requested_item(world, why="It squeaks")
    start = {"planned_start": "2026-12-01T06:00", "planned_end": "2026-12-01T08:00"}
    before = WorkItem.objects.get(pk=known.pk).owner_post_id
    lacking = _send(planner, "plan", _row(bare), **start)
    assert _kinds(lacking) == {f"W-{bare.number}": "refused"}
    assert lacking.status_code == 422
    owned = start | {"owner": f"user:{world.supervisor.pk}"}
    assert set(_kinds(_send(planner, "plan", _row(fresh), **owned)).values()) == {""}
    assert set(_kinds(_send(planner, "plan", _row(known), **start)).values()) == {""}
    fresh.refresh_from_db()
    known.refresh_from_db()
    assert (fresh.status, fresh.owner_user) == ("planned", world.supervisor)
    assert fresh.planned_start == known.planned_start == datetime(2026, 12, 1, 5, tzinfo=UTC)
    assert (known.status, known.owner_post_id) == ("planned", before)
    # Nothing filled in is nothing asked: it is not said to be done.
    version = known.version
    nothing = _send(planner, "plan", _row(known))
    assert (nothing.status_code, _kinds(nothing)) == (422, {f"W-{known.number}": "refused"})
    assert "It is planned already, and nothing else was asked." in nothing.text
    known.refresh_from_db()
    assert known.version == version
    # A lead below Packaging acts there alone.
    elsewhere = planned_item(world, place_id=world.u310.pk)
    page = _send(sign_in(world.supervisor), "due", _row(elsewhere), none="on")
    assert _kinds(page) == {f"W-{elsewhere.number}": ""}
    page = _send(sign_in(world.shift_lead), "due", _row(elsewhere), none="on")
    assert page.context["lost"] == 1


def test_all_that_the_list_shows_in_its_order_and_no_more_than_at_once(world, planner, monkeypatch):
    few = [planned_item(world, due=world.t(minutes)) for minutes in (30, 10, 20)]
    requested_item(world, place_id=world.u310.pk)
    monkeypatch.setattr("work.views.bulk.MOST", 2)
    url = f"{BULK}?place=40&sort=due&page=3"
    page = _send(planner, "owner", act="", url=url, go=False, all="1")
    assert page.context["items"] == [_row(few[1]), _row(few[2])]
    assert (page.context["most"], page.context["lost"]) == (2, 0)
    assert page.context["back"] == f"{LIST}?place=40&sort=due&page=3"
    refused = _send(planner, "owner", url=f"{BULK}?place=40&f.none=1", go=False, all="1")
    assert refused.context["many"] == 0
    for do in ("close", ""):
        assert _send(planner, do, _row(few[0])).status_code == 302
    assert planner.get(url).headers["Location"] == f"{LIST}?place=40&sort=due&page=3"


def test_a_busy_site_is_waited_for_once(world, planner, monkeypatch):
    tried = []

    def busy(**given):
        tried.append(given["item_id"])
        raise Busy

    monkeypatch.setitem(bulk.ACTS, "due", replace(bulk.ACTS["due"], do=busy))
    first, second = planned_item(world), planned_item(world)
    page = _send(planner, "due", _row(first), _row(second), none="on")
    assert list(_kinds(page).values()) == ["busy", "left"]
    assert tried == [first.pk]
    assert page.context["left"]


def test_queries_do_not_grow_with_the_rows(world, planner):
    def asked(number):
        rows = [_row(planned_item(world)) for _each in range(number)]
        with CaptureQueriesContext(connection) as asking:
            _send(planner, "due", *rows, go=False)
        stale = [row.partition(":")[0] + ":77" for row in rows]
        with CaptureQueriesContext(connection) as refusing:
            page = _send(planner, "due", *stale, none="on")
        return len(asking), len(refusing), page

    (one, refused_one, _page), (thirty, refused_thirty, page) = asked(1), asked(30)
    assert (one, thirty) == (6, 6)
    assert weight(page) < 100_000
    # Each act has its own; what is said of them afterwards has not.
    acts = refused_thirty - refused_one
    assert acts % 29 == 0
