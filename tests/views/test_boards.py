"""The board: a column a status, the most urgent first, the rest behind a link."""

from datetime import timedelta

import pytest

from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    rule,
    waiting_item,
)
from tests.views import cases
from tests.views.conftest import weight
from work.services import acceptance, holds, requirements
from work.states import BlockerKind, Gate

BOARD = "/s/hvk/board/"


def columns(response) -> dict[str, list[int]]:
    """The numbers of the cards, by column."""
    assert response.status_code == 200
    return {
        column["code"]: [card.number for card in column["items"]]
        for column in response.context["columns"]
    }


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def test_a_column_a_status_and_closed_of_today_folded(world, planner, sign_in, clock):
    made = {
        "requested": requested_item(world),
        "planned": planned_item(world),
        "live": live_item(world),
        "waiting": waiting_item(world),
        "done": done_item(world),
    }
    closed_item(world)
    page = planner.get(BOARD)
    assert columns(page) == {code: [item.number] for code, item in made.items()}
    assert [column["count"] for column in page.context["columns"]] == ["1"] * 5
    closed = page.context["closed"]
    assert closed == {"count": "1", "url": "/s/hvk/work/?closed_since=2026-11-24"}
    assert planner.client.get(closed["url"]).context["pager"].total_text == "1"
    clock.move_to(world.at + timedelta(days=1))
    assert sign_in(world.planner).get(BOARD).context["closed"]["count"] == "0"


def test_ended_work_is_not_on_a_board_and_that_is_said(world, planner):
    ended = closed_item(world)
    for asked in ({"status": "closed"}, {"q": f"W-{ended.number}"}):
        page = planner.get(BOARD, **asked)
        assert "A board shows open work alone" in page.text
        listed = planner.client.get(page.context["ended_url"])
        assert listed.context["pager"].total_text == "1"
    assert planner.get(BOARD, q="nothing").context["ended_url"] == ""


def test_closed_today_under_a_filter_is_what_closed_today(world, clock, sign_in):
    """Also what was raised long before, and nothing that closed another day."""
    late = world.at + timedelta(days=100)
    for item in (done_item(world), done_item(world, priority="2")):
        acceptance.accept(
            actor=world.shift_lead,
            at=late,
            item_id=item.pk,
            judged=dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen"),
        )
    closed_item(world, at=late - timedelta(days=1))
    clock.move_to(late)
    planner = sign_in(world.planner)
    closed = planner.get(BOARD, priority="3").context["closed"]
    assert closed == {"count": "1", "url": "/s/hvk/work/?priority=3&closed_since=2027-03-04"}
    assert planner.client.get(closed["url"]).context["pager"].total_text == "1"
    assert planner.get(BOARD).context["closed"]["count"] == "2"
    assert planner.get(BOARD, blocked="1").context["closed"]["count"] == "0"


def test_a_card_says_who_and_what_is_in_the_way(world, planner):
    waiting_item(world, safety_critical=True)
    page = planner.get(BOARD)
    card = page.text[page.text.index('<li class="card') : page.text.index("</ul>", 9000)]
    assert "is-blocked" in card
    assert "Guard switch" in card
    assert "Technician" in card
    assert "Shift lead, Packaging" in card
    assert "Safety-critical" in card


def test_ten_cards_a_column_the_most_urgent_first_then_the_list(world, planner):
    made = [requested_item(world, priority=str(4 - n % 4)) for n in range(12)]
    page = planner.get(BOARD)
    column = page.context["columns"][0]
    urgent = sorted(made, key=lambda item: (item.priority, -item.number))
    assert [card.number for card in column["items"]] == [item.number for item in urgent[:10]]
    assert (column["count"], column["more"]) == ("12", "2")
    assert column["more_url"] == "/s/hvk/work/?status=requested&sort=priority"
    rest = planner.client.get(column["more_url"])
    assert [row.number for row in rest.context["items"]] == [item.number for item in urgent]


def test_filters_are_those_of_the_list(world, planner):
    here, there = requested_item(world), requested_item(world, place_id=world.p301.pk)
    live = live_item(world)
    assert columns(planner.get(BOARD, place="30"))["requested"] == [there.number]
    assert columns(planner.get(BOARD, place="40"))["requested"] == [here.number]
    assert columns(planner.get(BOARD, status="live")) == {"live": [live.number]}
    refused = planner.get(BOARD, place="NOWHERE")
    assert refused.context["trouble"]["kind"] == "refused"
    assert "These filters cannot be answered" in refused.text


def test_a_contractor_has_a_board_of_the_own_company(world, sign_in):
    ours = planned_item(
        world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    )
    planned_item(world)
    closed_item(world)
    page = sign_in(world.contractor).get(BOARD)
    assert columns(page)["planned"] == [ours.number]
    assert page.context["columns"][1]["count"] == "1"
    assert page.context["closed"]["count"] == "0"


def test_what_blocks_is_general_for_who_may_not_see_it(world, sign_in):
    other = planned_item(world, what="Secret overhaul", place_id=world.p301.pk)
    ours = planned_item(
        world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    )
    requirements.require(
        actor=world.planner,
        at=world.at,
        item_id=ours.pk,
        gate=Gate.START,
        supplier="work.item",
        kind=BlockerKind.WORK,
        what="First the overhaul",
        source_id=other.pk,
    )
    for visitor in (sign_in(world.contractor), sign_in(world.planner)):
        page = visitor.get(BOARD)
        assert ours.number in columns(page)["planned"]
    assert "Secret overhaul" not in sign_in(world.contractor).get(BOARD).text


def test_a_lapse_is_on_the_card_at_its_second(world, planner, clock):
    rule(world.site, key="paper", what="Drawing in force", kind=BlockerKind.DOCUMENT)
    planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    clock.move_to(world.t(1) - timedelta(seconds=1))
    card = planner.get(BOARD).context["columns"][1]["items"][0]
    assert (card.is_blocked, card.block_text) == (False, "")
    clock.move_to(world.t(1))
    page = planner.get(BOARD)
    card = page.context["columns"][1]["items"][0]
    assert card.is_blocked
    assert card.block_text
    assert "is-blocked" in page.text


def test_htmx_gets_the_fragment_alone(world, planner):
    requested_item(world)
    part = planner.get(BOARD, htmx=True)
    assert part.text.lstrip().startswith('<div class="stack" id="work">')
    assert "HX-Request" in part.headers["Vary"]


@pytest.mark.parametrize("count", [1, 6])
def test_query_count(world, sign_in, count, django_assert_num_queries):
    """For who may do the most to every card, so that every guard is asked."""
    for make in (requested_item, planned_item, live_item, waiting_item, done_item):
        for _ in range(count):
            make(world)
    visitor = sign_in(world.shift_lead)
    # session, user, scope, site, token, facets, counts, cards, what their guards ask, names
    with django_assert_num_queries(10):
        page = visitor.get(BOARD)
    assert [int(column["count"]) for column in page.context["columns"]] == [count] * 5


def test_fifty_cards_and_fifty_rows_stay_light(world, sign_in):
    """For who may do the most to every card."""
    for make in (requested_item, planned_item, live_item, waiting_item, done_item):
        for _ in range(10):
            make(world)
    visitor = sign_in(world.shift_lead)
    page = visitor.get(BOARD)
    assert sum(map(len, columns(page).values())) == 50
    assert weight(page) < 100_000
    rows = visitor.get("/s/hvk/work/")
    assert len(rows.context["items"]) == 50
    assert weight(rows) < 75_000


def lanes(response) -> dict[str, dict]:
    """The lanes by name; each column as its numbers."""
    assert response.status_code == 200
    return {lane["name"]: lane for lane in response.context["lanes"]}


def listed(visitor, url: str) -> list[int]:
    """The numbers that a list shows."""
    return sorted(row.number for row in visitor.client.get(url).context["items"])


def test_lanes_by_area_each_with_the_way_to_exactly_its_rows(world, planner):
    packaging = [requested_item(world) for _ in range(6)]
    outside = {"plan": {"executor_ids": [world.supervisor.pk]}, "place_id": world.p301.pk}
    process = waiting_item(world, **outside)
    at_root = requested_item(world, place_id=world.root.pk)
    page = planner.get(BOARD, lanes="area", priority="3")
    found = lanes(page)
    assert list(found) == ["Process hall", "Packaging", "Havenkade Ingredients & Terminal itself"]
    assert [(lane["count"], lane["blocked"], lane["open"]) for lane in found.values()] == [
        ("1", 1, True), ("6", 0, True), ("1", 0, True),
    ]  # fmt: skip
    shown = found["Packaging"]["columns"][0]
    assert [card.number for card in shown["items"]] == [item.number for item in packaging[:1:-1]]
    assert (shown["count"], shown["more"]) == ("6", "2")
    assert listed(planner, shown["more_url"]) == [item.number for item in packaging]
    assert "place=40" in shown["more_url"]
    assert found["Process hall"]["columns"][3]["items"][0].number == process.number
    assert at_root.number == found[list(found)[2]]["columns"][0]["items"][0].number
    # The whole is said once over the lanes, and whatever narrows the board keeps them.
    assert [column["count"] for column in page.context["columns"]] == ["7", "0", "0", "1", "0"]
    kept = [page.context["clear_url"], page.context["views"][1]["url"]]
    kept += [chip.remove_url for chip in page.context["chips"]]
    assert kept == [f"{BOARD}?lanes=area", f"{BOARD}?blocked=1&lanes=area", "?lanes=area"]
    # A place that is asked for is narrower than its area, or wider.
    part = lanes(planner.get(BOARD, lanes="area", place="L3"))["Packaging"]["columns"][0]
    assert listed(planner, part["more_url"]) == [item.number for item in packaging]
    assert "place=L3" in part["more_url"]


@pytest.mark.parametrize("kind", ["owner", "team", "type"])
def test_lanes_by_who_and_what_lead_to_exactly_their_rows(world, planner, kind):
    theirs = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    made = {
        "owner": {"No owner": requested_item, "Shift lead, Packaging": planned_item},
        "team": {"No team": requested_item, "LasTeam BV": lambda w: planned_item(w, plan=theirs)},
        "type": {"Maintenance follow-up": requested_item},
    }[kind]
    numbers = {
        name: sorted(make(world).number for _ in range(6 + extra))
        for extra, (name, make) in enumerate(made.items())
    }
    found = lanes(planner.get(BOARD, lanes=kind))
    # The largest first.
    assert list(found) == list(numbers)[::-1]
    for name, lane in found.items():
        column = next(each for each in lane["columns"] if each["items"])
        assert (len(column["items"]), lane["count"]) == (4, str(len(numbers[name])))
        assert listed(planner, column["more_url"]) == numbers[name]


def test_a_lane_without_room_is_folded_with_the_way_to_its_cards(world, planner, monkeypatch):
    requested_item(world, place_id=world.p301.pk)
    requested_item(world)
    monkeypatch.setattr("work.views.boards.MOST_CARDS", 1)
    first = lanes(planner.get(BOARD, lanes="area"))
    assert [lane["open"] for lane in first.values()] == [True, False]
    assert first["Packaging"]["columns"] == []
    other = lanes(planner.client.get(first["Packaging"]["url"]))
    assert [lane["open"] for lane in other.values()] == [False, True]
    assert len(other["Packaging"]["columns"][0]["items"]) == 1


def test_stages_holds_and_the_next_step_are_on_the_card(world, planner, monkeypatch):
    item = cases.live(world, what="Load bay 2")
    holds.place(
        actor=world.shift_lead, at=world.at, item_id=item.pk, kind="restart",
        place_id=world.l3.pk,
    )  # fmt: skip
    page = planner.get(BOARD)
    card = page.context["columns"][2]["items"][0]
    assert (card.stage_text, card.holds) == ("First", ["Pouches"])
    assert (card.next_text, card.next_by) == ("Complete", "Technician")
    assert "Holds Pouches" in page.text
    of_type = planner.get(BOARD, type="ALL").context["columns"][2]
    assert [(group["label"], len(group["items"])) for group in of_type["groups"]] == [
        ("First", 1), ("Second", 0),
    ]  # fmt: skip
    assert [group["count"] for group in of_type["groups"]] == ["1", "0"]
    # Of a column that is cut, what is shown is not all that there is.
    monkeypatch.setattr("work.views.boards.CARDS", 1)
    cases.live(world, what="Load bay 3")
    cut = planner.get(BOARD, type="ALL").context["columns"][2]
    assert ([group["count"] for group in cut["groups"]], cut["count"]) == (["", ""], "2")
    blocked = waiting_item(world)
    card = planner.get(BOARD).context["columns"][3]["items"][0]
    assert card.number == blocked.number
    assert (card.next_text, card.next_by) == ("Clear it", world.planner.name)


@pytest.mark.parametrize("count", [1, 30])
def test_query_count_in_lanes(world, planner, count, django_assert_num_queries):
    waiting_item(world)
    for n in range(count - 1):
        requested_item(world, place_id=(world.l3, world.p301)[n % 2].pk)
    # as the whole board, and: areas, what is in them, which cards
    with django_assert_num_queries(13):
        page = planner.get(BOARD, lanes="area")
    assert sum(int(lane["count"]) for lane in page.context["lanes"]) == count


def test_nobody_without_a_role_has_the_board(world, nrd, sign_in):
    assert sign_in(nrd.supervisor).get(BOARD).status_code == 404
