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
from tests.views.conftest import weight
from work.services import acceptance, items, requirements
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


@pytest.mark.parametrize("count", [1, 30])
def test_query_count(world, planner, count, django_assert_num_queries):
    waiting_item(world)
    for n in range(count - 1):
        item = requested_item(world)
        if n % 3 == 0:
            items.plan(
                actor=world.planner,
                at=world.at,
                item_id=item.pk,
                owner_post_id=world.lead_post.pk,
                executor_ids=[world.technician.pk, world.second_technician.pk],
            )
    # session, user, scope, site, token, facets, counts, cards, what their guards ask
    with django_assert_num_queries(9):
        page = planner.get(BOARD)
    assert sum(int(column["count"]) for column in page.context["columns"]) == count


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


def test_nobody_without_a_role_has_the_board(world, nrd, sign_in):
    assert sign_in(nrd.supervisor).get(BOARD).status_code == 404
