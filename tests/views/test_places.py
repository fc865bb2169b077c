"""The place pages: the tree, one place, its acts, and codes that are hard to put in an address."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.ui.markup import Markup
from work.models import Duty, Event, PlaceState, Window
from work.reads import kept
from work.services import holds, places

# session, user, scope, site: what every page of a site asks.
FRAME = 4
PLACES = "/s/hvk/places/"


def url(place) -> str:
    return reverse("work:place_detail", args=["hvk", place.code])


def do(visitor, place, verb, *, of="", seen=0, act=None, htmx=False, **typed):
    known = {"act": str(act or uuid.uuid4()), "seen": seen}
    return visitor.post(f"{url(place)}?do={verb}&of={of}", known | typed, htmx=htmx)


def test_the_tree_a_level_at_a_time(world, sign_in):
    factories.planned_item(world)
    visitor = sign_in(world.viewer)
    text = visitor.get(PLACES).content.decode()
    assert "Havenkade" in text
    assert "Pouches" not in text
    text = visitor.get(PLACES, under="40").content.decode()
    assert "Pouches" in text
    assert "IBC" in text
    assert "Feed pump" in visitor.get(PLACES, q="pump").content.decode()
    assert visitor.get(PLACES, under="NOWHERE").status_code == 404
    # Beyond the last page stands the last one.
    assert "Havenkade" in visitor.get(PLACES, page="200").context["places"][0]["name"]


def test_a_person_of_one_area_begins_there(world, sign_in):
    visitor = sign_in(world.technician)
    text = visitor.get(PLACES).content.decode()
    assert "Packaging" in text
    assert "Process hall" not in text
    assert visitor.get(url(world.process)).status_code == 404
    assert "Process hall" not in visitor.get(PLACES, q="P").content.decode()
    page = visitor.get(url(world.l3)).content.decode()
    assert f'href="{url(world.packaging)}"' in page
    assert f'href="{url(world.root)}"' not in page


def test_queries_of_the_tree_do_not_grow(world, sign_in):
    visitor = sign_in(world.viewer)
    counts = []
    for more in (0, 30):
        for _ in range(more):
            factories.place(world.site, parent=world.root)
        visitor.get(PLACES, under="HVK")
        kept.forget()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(PLACES, under="HVK").status_code == 200
        counts.append(len(asked) - FRAME)
    assert counts == [5, 5]


def test_queries_of_a_place_do_not_grow(world, sign_in):
    visitor = sign_in(world.shift_lead)
    counts = []
    for more in (0, 30):
        for n in range(more):
            factories.place(world.site, parent=world.l3)
            factories.planned_item(world)
            _window(world, f"Night {n}")
        visitor.get(url(world.l3))
        kept.forget()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(url(world.l3)).status_code == 200
        counts.append(len(asked) - FRAME)
    assert counts[0] <= counts[1] <= 13, "\n".join(q["sql"][:200] for q in asked)


def test_what_is_cut_is_said(world, sign_in):
    visitor = sign_in(world.shift_lead)
    for n in range(20):
        _window(world, f"Night {n}")
    assert "The first 20 are shown." not in visitor.get(url(world.l3)).text
    _window(world, "One more")
    page = visitor.get(url(world.l3))
    assert page.text.count("The first 20 are shown.") == 1
    assert len(page.context["windows"]) == 20


def test_open_work_is_shown_worst_first(world, sign_in):
    calm = factories.planned_item(world, what="Calm work")
    worse = factories.waiting_item(world, what="Worse work")
    factories.closed_item(world, what="Closed work")
    text = sign_in(world.viewer).get(url(world.packaging)).content.decode()
    assert text.index(f"W-{worse.number}") < text.index(f"W-{calm.number}")
    assert "Closed work" not in text
    assert "/s/hvk/work/?place=40" in text


def _window(world, name="Night"):
    return holds.create_window(
        actor=world.shift_lead,
        at=world.at,
        site_id=world.site.pk,
        place_id=world.l3.pk,
        name=name,
        planned_from=world.at,
        planned_to=world.t(600),
    )


def test_set_the_state(world, sign_in):
    visitor = sign_in(world.shift_lead)
    answer = do(visitor, world.l3, "state", condition="stopped", why="Guard broke")
    assert answer.status_code == 303
    assert answer["Location"] == url(world.l3)
    state = PlaceState.objects.get()
    assert (state.condition, state.by) == ("stopped", world.shift_lead)
    text = visitor.get(url(world.l3)).content.decode()
    assert "Stopped" in text
    assert "Guard broke" in text
    stale = do(visitor, world.l3, "state", condition="running", why="It runs")
    assert stale.status_code == 409
    assert "It runs" in stale.content.decode()
    assert f'name="seen" value="{state.pk}"' in stale.content.decode()
    done = do(visitor, world.l3, "state", seen=state.pk, htmx=True, condition="running")
    assert done.status_code == 200
    assert done.content.decode().lstrip().startswith('<div class="stack" id="place">')


def test_a_window_is_opened_and_closed_by_name(world, sign_in):
    window, visitor = _window(world), sign_in(world.shift_lead)
    act = uuid.uuid4()
    for _twice in range(2):
        answer = do(visitor, world.l3, "open-window", of=window.pk, seen=window.version, act=act)
        assert answer.status_code == 303
    window.refresh_from_db()
    assert window.opened_by == world.shift_lead
    stale = do(visitor, world.l3, "close-window", of=window.pk, seen=window.version - 1)
    assert stale.status_code == 409
    done = do(visitor, world.l3, "close-window", of=window.pk, seen=window.version)
    assert done.status_code == 303
    assert Window.objects.get().closed_at == world.at


def test_a_duty_is_taken_over(world, sign_in):
    duty = Duty.objects.get(post=world.lead_post)
    visitor = sign_in(world.second_lead)
    assert "Take over" in visitor.get(url(world.packaging)).content.decode()
    stale = do(visitor, world.packaging, "take-duty", of=world.lead_post.pk, seen=0)
    assert stale.status_code == 409
    done = do(visitor, world.packaging, "take-duty", of=world.lead_post.pk, seen=duty.pk)
    assert done.status_code == 303
    assert Duty.objects.get(post=world.lead_post, ends=None).user == world.second_lead
    again = do(visitor, world.packaging, "take-duty", of=world.lead_post.pk, seen=0)
    assert again.status_code == 422


def test_not_of_this_role(world, nrd, sign_in):
    window, count = _window(world), Event.objects.count()
    acts = [("state", "", {"condition": "stopped"}), ("open-window", window.pk, {})]
    acts += [("take-duty", world.lead_post.pk, {})]
    viewer, stranger = sign_in(world.viewer), sign_in(nrd.supervisor)
    count = Event.objects.count()
    for verb, of, typed in acts:
        place = world.packaging if verb == "take-duty" else world.l3
        assert do(viewer, place, verb, of=of, **typed).status_code == 403, verb
        assert do(stranger, place, verb, of=of, **typed).status_code == 404, verb
    assert do(viewer, world.l3, "state", condition="").status_code == 403
    told = Event.objects.order_by("pk").values_list("verb", flat=True)[count:]
    assert list(told) == ["refused"] * 4
    assert not PlaceState.objects.exists()


def test_wrong_input_is_never_our_failure(world, sign_in):
    window, visitor = _window(world), sign_in(world.shift_lead)
    for wrong in ("", "x", "\x00", "x" * 20_000):
        assert do(visitor, world.l3, "state", condition=wrong).status_code == 422
    assert do(visitor, world.l3, "state", condition="stopped", why="\x00").status_code == 422
    assert do(visitor, world.l3, "state", condition="stopped", seen="x").status_code == 422
    assert do(visitor, world.l3, "state", condition="stopped", act="x").status_code == 422
    for verb in ("explode", "", "take-duty", "close-window"):
        assert do(visitor, world.l3, verb, of="x").status_code == 404
    for of in ("", "0", "²", "-1", "9" * 17, "9" * 30):
        assert do(visitor, world.l3, "open-window", of=of).status_code == 404
    assert do(visitor, world.l4, "open-window", of=window.pk).status_code == 404
    for query in ({"page": "x"}, {"page": "0"}, {"page": "²"}, {"page": "9" * 40}, {"page": "-1"}):
        assert visitor.get(PLACES, **query).status_code == 200
    for query in ({"q": "\x00"}, {"q": "x" * 5000}, {"q": "%_'\""}):
        assert visitor.get(PLACES, **query).status_code == 200
    assert visitor.get(PLACES, under="\x00").status_code in (200, 404)
    assert visitor.get(f"{PLACES}%00/").status_code == 404
    assert visitor.get(PLACES + "x" * 3000 + "/").status_code == 404
    assert not PlaceState.objects.exists()


@pytest.mark.parametrize(
    "code",
    [
        "WMT:VAL",
        "A/B",
        "A/B/C D",
        "20 Ø 3",
        "ж-1",
        "50%",
        "a?b=c",
        "a#b",
        "a+b&c",
        "W-1",
        "new",
        "<b>",
    ],
)
def test_codes_that_are_hard_to_put_in_an_address(world, sign_in, code):
    place = factories.place(world.site, code, parent=world.l3)
    item = factories.planned_item(world, place_id=place.pk)
    visitor = sign_in(world.shift_lead)
    page = visitor.get(url(place))
    assert page.status_code == 200
    assert "<b></span>" not in page.content.decode()
    assert visitor.see(item).status_code == 200
    assert do(visitor, place, "state", condition="stopped").status_code == 303
    shown = page.content.decode()
    assert f"W-{item.number}" in shown
    listed = visitor.get("/s/hvk/work/", place=code)
    assert f"W-{item.number}" in listed.content.decode()
    assert visitor.get("/s/hvk/work/new/", place=code).status_code == 200
    label = visitor.get(url(place), label="")
    assert label.context["address"] == f"http://testserver{url(place)}"
    assert label.context["back_url"] == url(place)


def _job(world):
    """Work of the contractor's company at line 3."""
    return factories.planned_item(
        world,
        plan={
            "team_id": world.lasteam.pk,
            "executor_ids": [world.welder.pk],
            "owner_user_id": world.planner.pk,
        },
    )


def test_a_guest_knows_the_places_of_the_own_work_and_those_above(world, sign_in):
    for place in (world.packaging, world.l3, world.l4):
        places.set_place_state(
            actor=world.shift_lead, at=world.at, place_id=place.pk, condition="held", why="Rotork"
        )
    visitor = sign_in(world.contractor)
    for place in (world.root, world.packaging, world.l3, world.l4):
        assert visitor.get(url(place)).status_code == 404
    assert "Nothing" not in visitor.get(PLACES).text
    assert "Havenkade" not in visitor.get(PLACES).text.split("<main")[1]
    _job(world)
    states = {
        place.code: " ".join(Markup(visitor.get(url(place)).text).by_id("state").text.split())
        for place in (world.packaging, world.l3)
    }
    assert states["40"] == "State now Not answered"
    assert states["L3"].startswith("State now Held since")
    assert visitor.get(url(world.l4)).status_code == 404
    for query in ({"under": world.packaging.code}, {"q": "L"}):
        listed = visitor.get(PLACES, **query).text
        assert (url(world.l3) in listed, url(world.l4) in listed) == (True, False)


@pytest.mark.parametrize("more", [0, 30])
def test_queries_of_a_guest_do_not_grow(world, sign_in, more):
    for _each in range(1 + more):
        _job(world)
        factories.place(world.site, parent=world.l3)
    visitor = sign_in(world.contractor)
    visitor.get(url(world.l3))
    counts = []
    for address in (url(world.l3), PLACES):
        kept.forget()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(address).status_code == 200
        counts.append(len(asked) - FRAME)
    assert counts == [9, 4]


def test_a_guest_reads_the_state_and_nobody_s_words(world, sign_in):
    _window(world)
    secret = factories.planned_item(world, what="Secret rework")
    holds.place(
        actor=world.shift_lead,
        at=world.at,
        item_id=secret.pk,
        kind="restart",
        place_id=world.l3.pk,
    )
    places.set_place_state(
        actor=world.shift_lead, at=world.at, place_id=world.l3.pk, condition="held", why="Rotork"
    )
    _job(world)
    text = sign_in(world.contractor).get(url(world.l3)).content.decode()
    assert "Held" in text
    for hidden in (
        "Restart",
        "Holds",
        "Rotork",
        world.shift_lead.name,
        "Secret",
        f"W-{secret.number}",
        "Night",
    ):
        assert hidden not in text


def test_who_only_looks_is_offered_no_new_work(world, sign_in):
    pages = [url(world.l3), "/s/hvk/", "/s/hvk/work/", "/s/hvk/board/"]
    pages += ["/s/hvk/work/?q=nothing-is-called-this"]
    offered = {
        name: ["/work/new/" in sign_in(getattr(world, name)).get(page).text for page in pages]
        for name in ("viewer", "auditor", "operator")
    }
    assert offered == {"viewer": [False] * 5, "auditor": [False] * 5, "operator": [True] * 5}


def test_work_without_an_owner_ends_at_its_type(world, sign_in):
    factories.requested_item(world)
    text = sign_in(world.viewer).get(url(world.l3)).text
    assert '<span class="sub">Maintenance follow-up · Pouches</span>' in text
