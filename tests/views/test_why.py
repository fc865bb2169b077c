"""Why work waits: exact counts and hours, each leading to exactly its list; groups of a list."""

import re
from datetime import timedelta

import pytest

from tests.factories import place, planned_item, requested_item, rule
from tests.views.test_lists import labels, shown, total
from work.models import Place
from work.reads import kept
from work.services import blockers, items, people
from work.services import clock as by_the_clock
from work.states import BlockerKind
from work.views import _blocks, why

WHY, LIST = "/s/hvk/why/", "/s/hvk/work/"


def block(world, item, kind, since, until=None, clears=""):
    """A blocker raised at a minute of the world's, and cleared at another."""
    made = blockers.raise_(
        actor=world.planner,
        at=world.t(since),
        item_id=item.pk,
        kind=kind,
        what="It waits",
        clears=clears,
    )
    if until is not None:
        word = {"actor": world.planner, "at": world.t(until), "word": "There now"}
        blockers.clear(blocker_id=made.pk, **word)
    return made


DAY = 24 * 60


@pytest.fixture
def held(world, clock):
    """One item with blockers that overlap, one blocked since long, one cancelled, one before."""
    early = {"at": world.t(-20 * DAY)}
    overlapping = requested_item(world, **early)
    block(world, overlapping, "material", 0, 120, f"user:{world.planner.pk}")
    block(world, overlapping, "material", 60, 240)
    block(world, overlapping, "permit", 180, 300, "role:hse")
    long = requested_item(world, place_id=world.p301.pk, **early)
    block(world, long, "plant", -20 * DAY, None, f"post:{world.lead_post.pk}")
    ended = requested_item(world, place_id=world.root.pk, **early)
    block(world, ended, "other", 0)
    items.cancel(actor=world.planner, at=world.t(60), item_id=ended.pk, reason="Not needed")
    before = requested_item(world, **early)
    block(world, before, "material", -20 * DAY, -19 * DAY)
    clock.move_to(world.t(20 * DAY))
    return overlapping, long, ended


def said(rows) -> list[tuple[str, str, str, str]]:
    return [(row["label"], row["now"], row["items"], row["held"]) for row in rows]


def test_hours_are_exact_and_an_hour_of_an_item_counts_once(world, held, sign_in):
    page = sign_in(world.planner).get(WHY).context
    assert page["since"].isoformat() == "2026-11-14"
    assert said(page["kinds"]) == [
        ("Plant condition", "1", "1", "725 h"),
        ("Material", "0", "1", "4.0 h"),
        ("Permit", "0", "1", "2.0 h"),
        ("Other", "0", "1", "1.0 h"),
    ]
    assert said(page["clearers"]) == [
        ("Shift lead, Packaging (Shift lead)", "1", "1", "725 h"),
        ("Nobody named", "0", "2", "4.0 h"),
        ("HSE", "0", "1", "2.0 h"),
        ("Planner", "0", "1", "2.0 h"),
    ]
    assert said(page["areas"]) == [
        ("Process hall", "1", "1", "725 h"),
        ("Packaging", "0", "1", "5.0 h"),
        ("Havenkade Ingredients & Terminal itself", "0", "1", "1.0 h"),
    ]
    assert [each["count"] for each in page["counts"]] == ["1", "3", "731 h"]
    assert page["counts"][0]["note"] == "Oldest: 40 d"


def test_every_number_leads_to_exactly_its_list(world, held, sign_in):
    planner = sign_in(world.planner)
    page = planner.get(WHY)
    rows = [*page.context["kinds"], *page.context["clearers"], *page.context["areas"]]
    assert len(rows) == 11
    for row in rows:
        assert total(planner.client.get(row["url"])) == row["items"], row["url"]
        assert total(planner.client.get(row["now_url"])) == row["now"], row["now_url"]
    for count, n in zip(page.context["counts"], ("1", "3", "3"), strict=True):
        assert total(planner.client.get(count["url"])) == n
    overlapping, long, ended = held
    every = planner.get(LIST, held_since="2026-11-14")
    assert shown(every) == labels(ended, long, overlapping)
    assert [chip.label for chip in every.context["chips"]] == ["Was blocked since"]
    asked = {"held_since": "2026-11-14", "kind": "material"}
    assert shown(planner.get(LIST, **asked)) == labels(overlapping)
    # Kind and who clears are asked of the same blocker.
    assert shown(planner.get(LIST, **asked, clears="role:hse")) == []
    assert shown(planner.get(LIST, held_since="2026-11-14", here="HVK")) == labels(ended)
    assert shown(planner.get(LIST, status="all", here="40")) == []


def test_a_period_of_blocks_has_its_bounds(world, planner):
    too_wide = planner.get(LIST, held_since="2024-11-01").context["trouble"]
    assert too_wide["kind"] == "too_many"
    assert too_wide["url"] == "?held_since=2026-08-26"
    assert planner.get(LIST, held_since="x").context["trouble"]["kind"] == "refused"


def test_an_area_that_is_in_use_no_more_keeps_its_name_and_its_list(world, held, planner):
    Place.objects.filter(path__startswith=world.process.path).update(is_active=False)
    rows = planner.get(WHY).context["areas"]
    assert said(rows)[0] == ("Process hall", "1", "1", "725 h")
    assert total(planner.client.get(rows[0]["url"])) == "1"
    never = place(world.site, "50", parent=world.root, name="Old store")
    assert "Old store" in [row["label"] for row in planner.get(WHY).context["areas"]]
    Place.objects.filter(pk=never.pk).update(is_active=False)
    kept.forget()
    assert "Old store" not in [row["label"] for row in planner.get(WHY).context["areas"]]


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def test_each_reader_is_told_of_what_is_theirs(world, held, sign_in):
    part = sign_in(world.technician).get(WHY).context
    assert said(part["areas"]) == [("Packaging", "0", "1", "5.0 h")]
    guest = sign_in(world.contractor).get(WHY)
    assert guest.context["kinds"] == guest.context["areas"] == []
    assert "Nothing was blocked in this time" in guest.text
    item = requested_item(world, by=world.contractor, at=world.t(19 * DAY))
    block(world, item, "access", 19 * DAY, None, f"user:{world.planner.pk}")
    guest = sign_in(world.contractor).get(WHY)
    assert said(guest.context["kinds"]) == [("Access", "1", "1", "24 h")]
    assert said(guest.context["areas"]) == [("Packaging", "1", "1", "24 h")]
    assert "Who clears it" not in guest.text
    assert world.planner.name not in guest.text
    by_kind = sign_in(world.contractor).get(LIST, group="clears")
    assert said(by_kind.context["groups"]) == [("Access", "1", "1", "24 h")]


def test_what_lapsed_counts_from_its_second_with_no_task_run(world, planner, clock):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    clock.move_to(world.t(0))
    assert planner.get(WHY).context["kinds"] == []
    clock.move_to(world.t(91))
    before = planner.get(WHY).context["kinds"]
    assert said(before) == [("Document", "1", "1", "1.5 h")]
    assert said(planner.get(LIST, group="kind").context["groups"]) == said(before)
    by_the_clock.settle_due(world.t(91))
    assert said(planner.get(WHY).context["kinds"]) == said(before)


def test_groups_of_a_list_are_cut_and_the_rest_is_counted(world, planner, clock, monkeypatch):
    monkeypatch.setattr(_blocks, "MOST", 1)
    item = requested_item(world)
    block(world, item, "material", 0, None, f"user:{world.planner.pk}")
    block(world, item, "permit", 60, None, "role:hse")
    clock.move_to(world.t(120))
    page = planner.get(LIST, group="clears")
    shown_first = [row["label"] for row in page.context["groups"]]
    assert (shown_first, page.context["groups_left"]) == (["Planner"], 1)
    assert "1 more holds it for a shorter time" in page.text


def test_groups_of_a_list_count_what_its_filters_leave(world, planner, clock, sign_in):
    first, second = requested_item(world), requested_item(world, priority="1")
    block(world, first, "material", 0, None, f"user:{world.planner.pk}")
    block(world, first, "material", 60, None, "role:hse")
    block(world, first, "permit", 60, None, "role:hse")
    block(world, second, "material", 30)
    clock.move_to(world.t(120))

    def groups(**asked):
        page = planner.get(LIST, **asked)
        for row in page.context["groups"]:
            assert total(planner.client.get(row["url"])) == row["items"], row["url"]
        return [(row["label"], row["items"], row["held"]) for row in page.context["groups"]]

    assert groups(group="kind") == [("Material", "2", "3.5 h"), ("Permit", "1", "1.0 h")]
    assert groups(group="clears") == [
        ("Planner", "1", "2.0 h"),
        ("Nobody named", "1", "1.5 h"),
        ("HSE", "1", "1.0 h"),
    ]
    assert groups(group="kind", clears="role:hse") == [
        ("Material", "1", "1.0 h"),
        ("Permit", "1", "1.0 h"),
    ]
    assert groups(group="kind", priority="1") == [("Material", "1", "1.5 h")]
    # What is mine to clear by a role at some places is so in its group too.
    people.grant_role(
        actor=None, at=world.at, user_id=world.viewer.pk, site_id=world.site.pk,
        role="hse", place_id=world.packaging.pk,
    )  # fmt: skip
    block(world, requested_item(world, place_id=world.p301.pk), "permit", 60, None, "role:hse")
    page = sign_in(world.viewer).get(LIST, group="clears", clears="me")
    [row] = page.context["groups"]
    assert (row["items"], row["url"]) == ("1", f"{LIST}?clears=me%3Arole%3Ahse")
    page = sign_in(world.viewer).client.get(row["url"])
    assert shown(page) == labels(first)
    assert [chip.value for chip in page.context["chips"]] == ["Me · HSE"]
    assert ("me:role:hse", "Me · HSE") in page.context["filters"].fields["clears"].choices
    empty = planner.get(LIST, group="kind", status="done")
    assert "Nothing in this list is blocked" in empty.text
    assert planner.get(LIST, group="kind", place="NOWHERE").context["trouble"]["kind"] == "refused"


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, planner, clock, count, django_assert_num_queries):
    for n in range(count):
        kind = BlockerKind.values[n % 5]
        block(world, requested_item(world), kind, n, None, f"user:{world.planner.pk}")
    clock.move_to(world.t(60))
    planner.get("/")  # an hour later the session is prolonged
    # session, user, scope, site, token, areas, what is held, names
    with django_assert_num_queries(8):
        page = planner.get(WHY)
    assert page.context["counts"][0]["count"] == str(count)
    assert re.search(r'<th scope="row">.*Planner</span></th>', page.text)
    # as the list, with groups and their names instead of rows
    with django_assert_num_queries(10):
        planner.get(LIST, group="clears")


def test_who_clears_is_cut_and_the_rest_a_link_away(world, planner, clock, monkeypatch):
    monkeypatch.setattr(why, "MOST", 1)
    item = requested_item(world)
    block(world, item, "material", 0, None, f"user:{world.planner.pk}")
    block(world, item, "permit", 60, None, "role:hse")
    clock.move_to(world.t(120))
    page = planner.get(WHY)
    assert said(page.context["clearers"]) == [("Planner", "1", "1", "2.0 h")]
    assert "All 2 by who clears it" in page.text
    every = planner.client.get(page.context["all_clearers_url"])
    assert [(row["label"], row["held"]) for row in every.context["groups"]] == [
        ("Planner", "2.0 h"),
        ("HSE", "1.0 h"),
    ]
