"""The counts of a site: every number is that of the list behind it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils.html import escape

from tests.factories import (
    done_item,
    live_item,
    person,
    planned_item,
    requested_item,
    rule,
    waiting_item,
)
from work import ports
from work.models import Membership, WorkItem
from work.services import blockers
from work.states import BlockerKind, Role

PICTURE = "/s/hvk/"


def counts(response, of="counts") -> dict[str, str]:
    assert response.status_code == 200
    return {stat["label"]: stat["count"] for stat in response.context[of]}


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


@pytest.fixture
def busy(world):
    """Work in every state, at two areas; one blocked, one late, one not ready."""
    requested = requested_item(world)
    late = live_item(world, due=world.t(-1))
    waiting_item(world)
    done_item(world)
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT, place_id=world.p301.pk)
    planned_item(world, place_id=world.p301.pk)
    requested_item(world)
    WorkItem.objects.filter(pk=requested.pk).update(incomplete=["type"])
    WorkItem.objects.filter(pk=late.pk).update(
        closed_in_source_at=world.at, stop_asked_at=world.t(-12)
    )


def test_every_number_is_that_of_its_list(world, planner, busy):
    page = planner.get(PICTURE)
    assert counts(page) == {
        "Open": "6",
        "In progress": "1",
        "Blocked": "1",
        "Stopped, waiting": "1",
        "To accept": "1",
        "Overdue": "1",
        "Not ready yet": "1",
        "Requested": "2",
    }
    assert counts(page, "exceptions") == {
        "Not confirmed stopped": "1",
        "Closed in source, open here": "1",
        "Owner left": "0",
        "Post without duty": "0",
        "Nobody on it": "0",
        "Arrived incomplete": "1",
    }
    for stat in page.context["counts"] + page.context["exceptions"]:
        listed = planner.client.get(stat["url"])
        assert listed.context["trouble"] is None, stat
        assert listed.context["pager"].total_text == stat["count"], stat
        assert f'href="{stat["url"].replace("&", "&amp;")}"' in page.text
    assert "Not confirmed stopped, 12 min" in planner.get("/s/hvk/work/", unconfirmed="1").text


def test_areas_with_their_load_each_a_link_to_its_list(world, planner, busy):
    page = planner.get(PICTURE)
    assert page.context["area_columns"] == [
        "Open",
        "Requested",
        "In progress",
        "Stopped, waiting",
        "To accept",
        "Blocked",
        "Overdue",
    ]
    rows = {
        area["name"]: [cell["count"] for cell in area["cells"]] for area in page.context["areas"]
    }
    assert rows == {
        "Process hall": ["1", "0", "0", "0", "0", "0", "0"],
        "Packaging": ["5", "2", "1", "1", "1", "1", "1"],
    }
    for area in page.context["areas"]:
        for cell in area["cells"]:
            assert planner.client.get(cell["url"]).context["pager"].total_text == cell["count"]


def test_who_sees_a_part_counts_that_part(world, busy, sign_in):
    visitor = sign_in(world.technician)
    page = visitor.get(PICTURE)
    assert counts(page)["Open"] == "5"
    assert [area["name"] for area in page.context["areas"]] == ["Packaging"]
    area = page.context["areas"][0]
    assert visitor.client.get(area["url"]).context["pager"].total_text == "5"


def test_a_contractor_counts_the_own_company_alone(world, busy, sign_in):
    visitor = sign_in(world.contractor)
    assert set(counts(visitor.get(PICTURE)).values()) == {"0"}
    planned_item(world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]})
    page = visitor.get(PICTURE)
    assert counts(page)["Open"] == "1"
    for area in page.context["areas"]:
        for cell in area["cells"]:
            assert visitor.client.get(cell["url"]).context["pager"].total_text == cell["count"]


def test_a_lapse_is_counted_at_its_second_with_no_task_run(world, planner, clock):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    clock.move_to(world.t(1) - timedelta(seconds=1))
    before = counts(planner.get(PICTURE))
    assert (before["Blocked"], before["Not ready yet"]) == ("0", "1")
    clock.move_to(world.t(1))
    after = counts(planner.get(PICTURE))
    assert (after["Blocked"], after["Not ready yet"]) == ("1", "0")


@dataclass
class Inside:
    """A panel that says how many people are inside."""

    key: str = "tests.inside"
    page: str = "picture"
    title: str = "People inside"
    seen: int | None = 3

    def count(self, user, thing, at):
        return self.seen

    def url(self, thing):
        return f"/s/{thing.slug}/inside/"


@pytest.fixture
def panel():
    inside = Inside()
    ports.panels.register(inside)
    yield inside
    ports.panels.unregister(inside.key)


def test_panels_come_first_and_hide_themselves(world, planner, panel):
    page = planner.get(PICTURE)
    assert page.text.index("People inside") < page.text.index('id="h-counts"')
    assert 'hx-get="/s/hvk/inside/"' in page.text
    panel.seen = None
    assert "People inside" not in planner.get(PICTURE, fresh="1").text


def test_what_keeps_blocking_and_what_waits_for_the_reader(world, clock, sign_in):
    done_item(world)
    held = live_item(world)
    given = {"actor": world.technician, "at": world.at, "item_id": held.pk}
    blockers.raise_(**given, kind="material", what="Seal kit", clears=f"user:{world.planner.pk}")
    blockers.raise_(**given, kind="access", what="Scaffold")
    clock.move_to(world.t(120))
    page = sign_in(world.shift_lead).get(PICTURE)
    told = [(row["label"], row["now"], row["held"]) for row in page.context["recurring"]]
    assert told == [
        ("Access, nobody named", "1", "2.0 h"),
        ("Material, cleared by Planner", "1", "2.0 h"),
    ]
    for row in page.context["recurring"]:
        for url in (row["url"], row["now_url"]):
            assert page.client.get(url).context["pager"].total_text == "1"
    assert [(each.key, each.count) for each in page.context["decisions"]] == [("accept", 1)]
    assert page.client.get(page.context["decisions"][0].url).status_code == 200
    guest = sign_in(world.contractor).get(PICTURE)
    assert (guest.context["recurring"], guest.context["decisions"]) == ([], [])


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, planner, count, django_assert_num_queries):
    for n in range(count):
        requested_item(world, place_id=(world.l3 if n % 2 else world.p301).pk)
    # session, user, scope, site, token, areas, counts by area, rare counts, counts of decisions,
    # what keeps blocking
    with django_assert_num_queries(12):
        page = planner.get(PICTURE)
    assert counts(page)["Open"] == str(count)


def test_nobody_without_a_role_sees_it(world, nrd, sign_in):
    assert sign_in(nrd.supervisor).get(PICTURE).status_code == 404
    assert sign_in(person(world.site, name="No role")).get(PICTURE).status_code == 404


def test_a_role_that_ends_takes_the_picture_along(world, clock, sign_in):
    guest = person(world.site, Role.VIEWER, ends=world.t(5))
    visitor = sign_in(guest)
    assert visitor.get(PICTURE).status_code == 200
    clock.move_to(world.t(5))
    assert visitor.get(PICTURE).status_code == 404
    assert Membership.objects.filter(user=guest).count() == 1


def test_work_at_the_site_itself_has_a_row_so_that_the_areas_add_up(world, planner, busy):
    requested_item(world, place_id=world.root.pk)
    page = planner.get(PICTURE)
    rows = {
        area["name"]: [cell["count"] for cell in area["cells"]] for area in page.context["areas"]
    }
    itself = f"{world.site.name} itself"
    assert rows[itself] == ["1", "1", "0", "0", "0", "0", "0"]
    assert sum(int(cells[0]) for cells in rows.values()) == int(counts(page)["Open"]) == 7
    assert escape(itself) in page.text
    row = next(area for area in page.context["areas"] if area["name"] == itself)
    for each in (row["url"], row["cells"][1]["url"]):
        assert planner.client.get(each).context["pager"].total_text == "1"
