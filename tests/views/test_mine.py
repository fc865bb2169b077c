"""My work: what is counted for whom, each number with exactly its list; and what I decide."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.views.test_places import FRAME
from tests.work.services.test_accept import FOUR_EYED, four_eyed
from work.models import WorkItem
from work.reads import kept

MINE = "/s/hvk/mine/"


def _counts(answer) -> dict[str, str]:
    return {each["label"]: each["count"] for each in answer.context["counts"]}


def _rows(answer, kind: str) -> dict[str, list[int]]:
    return {each.key: [row.number for row in each.rows] for each in answer.context[kind]}


def test_what_is_mine_my_posts_and_my_teams(world, sign_in):
    own = factories.planned_item(world, plan={"owner_user_id": world.shift_lead.pk})
    ours = factories.planned_item(world, what="Of the post")
    company = {"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    theirs = factories.planned_item(
        world, plan=company | {"owner_user_id": world.planner.pk}, what="Of the company"
    )
    factories.closed_item(world)
    lead = sign_in(world.shift_lead).get(MINE)
    assert _counts(lead) == {
        "I own": "1",
        "I carry out": "0",
        "Shift lead, Packaging": "1",
        "To accept": "0",
        "To clear": "0",
        "To check": "0",
        "I may waive": "0",
    }
    assert _rows(lead, "own") == {
        "owned": [own.number],
        f"post-{world.lead_post.pk}": [ours.number],
    }
    welder = sign_in(world.welder).get(MINE)
    assert _rows(welder, "own") == {"carried": [theirs.number], "team": [theirs.number]}
    # Nothing stands beside it, so that it is as wide as the page.
    assert 'class="stack span-12"' in welder.text
    assert "Of the post" not in welder.text
    carried = sign_in(world.technician).get(MINE)
    assert _rows(carried, "own") == {"carried": [ours.number, own.number]}
    assert "Nothing is yours now" in sign_in(world.viewer).get(MINE).text


def test_every_number_is_its_list(world, sign_in):
    factories.planned_item(world, plan={"owner_user_id": world.shift_lead.pk})
    for _one in range(2):
        factories.planned_item(world)
    factories.done_item(world)
    factories.waiting_item(world)
    for person in (world.shift_lead, world.technician, world.planner, world.contractor):
        visitor = sign_in(person)
        for each in visitor.get(MINE).context["counts"]:
            listed = visitor.get(each["url"])
            assert listed.status_code == 200, each
            assert not listed.context.get("trouble"), each
            pager = listed.context["pager"]
            total = pager["total_text"] if isinstance(pager, dict) else pager.total_text
            assert total == each["count"], each


def test_what_waits_for_my_decision(world, sign_in):
    done = factories.done_item(world)
    blocked = factories.waiting_item(world)
    kind = factories.work_type(world.site, "QA", accept_role="quality")
    named = factories.done_item(world, type_id=kind.pk)
    factories.rule(world.site, "checked", waivable_by="quality")
    asked = factories.planned_item(world, plan={"planned_start": world.t(-10)})
    found = {
        name: _rows(sign_in(getattr(world, name)).get(MINE), "decisions")
        for name in ("shift_lead", "second_lead", "planner", "quality", "hse")
    }
    assert found == {
        "shift_lead": {"accept": [done.number]},
        "second_lead": {},
        "planner": {"clear": [blocked.number]},
        "quality": {"accept": [named.number], "waive": [asked.number, blocked.number]},
        "hse": {
            "clear": [asked.number, blocked.number],
            "check": [asked.number, blocked.number],
        },
    }
    whole = sign_in(world.quality).get(MINE, all="accept")
    assert [row.number for row in whole.context["section"].rows] == [named.number]
    for key in ("owned", "x", "\x00"):
        assert sign_in(world.quality).get(MINE, all=key).status_code == 404
    assert sign_in(world.quality).get(MINE, all="accept", page="x").status_code == 200


def test_what_one_completed_and_another_accepts_is_not_listed(world, sign_in):
    """What is listed to accept is what the guard lets its reader accept."""
    plain = four_eyed(world, "nothing")
    others = [four_eyed(world, why) for why in FOUR_EYED]
    kind = factories.work_type(world.site, sample_percent=37)
    plan = {"executor_ids": [world.supervisor.pk]}
    sampled = [factories.done_item(world, type_id=kind.pk, plan=plan) for _one in range(6)]
    free = [each for each in sampled if each.number * 37 % 100 >= 37]
    assert 0 < len(free) < len(sampled)
    for person, expected in (
        (world.supervisor, [plain, *free]),
        (world.shift_lead, [plain, *others, *sampled]),
    ):
        whole = sign_in(person).get(MINE, all="accept")
        shown = [row.number for row in whole.context["section"].rows]
        assert sorted(shown) == sorted(each.number for each in expected)
        assert whole.context["section"].count == len(expected)


def _soon(world):
    """Its requirements are due a minute after the world's moment."""
    return world.at + timedelta(days=2, minutes=1)


def test_what_lapsed_comes_first_and_may_be_waived_with_no_task_run(world, sign_in, clock):
    factories.rule(world.site, "checked", kind="document", waivable_by="shift_lead")
    plan = {"owner_user_id": world.shift_lead.pk}
    lapses = factories.planned_item(world, plan=plan | {"planned_start": _soon(world)})
    urgent = factories.planned_item(
        world, priority="1", plan=plan | {"planned_start": world.at + timedelta(days=9)}
    )
    visitor = sign_in(world.shift_lead)
    for moment, first, waivable in (
        (world.t(0.5), [urgent, lapses], {}),
        (world.t(1), [lapses, urgent], {"waive": [lapses.number]}),
    ):
        clock.move_to(moment)
        page = visitor.get(MINE)
        assert _rows(page, "own")["owned"] == [each.number for each in first]
        assert _rows(page, "decisions") == waivable
    assert not WorkItem.objects.get(pk=lapses.pk).blocked


@pytest.mark.parametrize("more", [1, 30])
def test_queries_of_my_work_do_not_grow(world, sign_in, more):
    for _one in range(more):
        factories.planned_item(world)
    factories.waiting_item(world)
    factories.done_item(world)
    visitor = sign_in(world.shift_lead)
    for address, queries in ((MINE, 6), (f"{MINE}?all=accept", 4)):
        visitor.get(address)
        kept.forget()
        with CaptureQueriesContext(connection) as asked:
            assert visitor.get(address).status_code == 200
        said = "\n".join(each["sql"][:200] for each in asked)
        assert len(asked) - FRAME == queries, said
