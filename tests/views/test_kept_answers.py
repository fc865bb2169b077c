"""What was read is kept while nothing is different: for whom, for how long, and how much of it."""

from datetime import timedelta

import pytest
from django.conf import settings

from tests.factories import planned_item, requested_item, rule
from work.models import WorkItem
from work.reads import kept
from work.services import execution, items
from work.states import BlockerKind

LIST, BOARD, PICTURE, MINE, WHY = (
    f"/s/hvk/{path}" for path in ("work/", "board/", "", "mine/", "why/")
)
# session, user, scope, site, token; a list also looks for the reader's own views, and the sections
# of domains on the picture count each time
FRAME = {LIST: 6, BOARD: 5, f"{BOARD}?lanes=area": 5, PICTURE: 7, MINE: 5, WHY: 5}


@pytest.mark.parametrize("url", FRAME)
def test_looked_at_again_it_asks_for_nothing_and_after_an_act_for_all(
    world, sign_in, url, django_assert_num_queries, django_assert_max_num_queries
):
    item = planned_item(world, plan={"owner_user_id": world.shift_lead.pk})
    planned_item(world)
    reader = sign_in(world.shift_lead)
    first = reader.get(url).text
    with django_assert_num_queries(FRAME[url]):
        again = reader.get(url)
    assert WorkItem.objects.count() == 2
    items.comment(actor=world.planner, at=world.at, item_id=item.pk, text="Seen")
    with pytest.raises(pytest.fail.Exception), django_assert_max_num_queries(FRAME[url]):
        reader.get(url)
    for page in (first, again.text):
        assert f"W-{item.number}" in page or url in (PICTURE, WHY)


def test_what_is_kept_is_as_it_is_now(world, sign_in):
    item = planned_item(world, plan={"owner_user_id": world.shift_lead.pk})
    reader = sign_in(world.shift_lead)

    def found() -> tuple:
        board = reader.get(BOARD).context["columns"]
        return (
            [row.status for row in reader.get(LIST).context["items"]],
            [column["status"] for column in board if column["items"]],
            [row.what for row in reader.get(LIST).context["items"]],
        )

    assert found() == found() == (["planned"], ["planned"], [item.what])
    execution.start(actor=world.technician, at=world.at, item_id=item.pk)
    assert found() == (["live"], ["live"], [item.what])
    items.edit(actor=world.planner, at=world.at, item_id=item.pk, what="Renamed")
    assert found() == (["live"], ["live"], ["Renamed"])


def test_a_lapse_is_seen_at_its_second_with_no_task_run(world, sign_in, clock):
    rule(world.site, key="paper", kind=BlockerKind.DOCUMENT)
    planned_item(world, plan={"planned_start": world.at + timedelta(days=2, minutes=1)})
    reader, told = sign_in(world.shift_lead), []
    for moment in (world.t(0), world.t(1) - timedelta(seconds=1), world.t(1)):
        clock.move_to(moment)
        (row,) = reader.get(LIST).context["items"]
        counts = {each["label"]: each["count"] for each in reader.get(PICTURE).context["counts"]}
        told.append((row.is_blocked, counts["Blocked"]))
    assert told == [(False, "0"), (False, "0"), (True, "1")]


def test_nobody_is_given_what_another_reads(world, sign_in):
    """By turns, so that what the one was answered is there when the other asks."""
    ours = requested_item(world, what="Of the company")
    theirs = planned_item(
        world, plan={"team_id": world.lasteam.pk, "executor_ids": [world.welder.pk]}
    )
    both = {f"W-{ours.number}", f"W-{theirs.number}"}
    seen = {world.planner: both, world.contractor: {f"W-{theirs.number}"}, world.viewer: both}
    for _twice in range(2):
        for person, known in seen.items():
            for url in (LIST, BOARD, MINE, PICTURE, WHY):
                page = sign_in(person).get(url).text
                assert {label for label in both if label in page} <= known
            listed = sign_in(person).get(LIST).context["items"]
            assert {row.label for row in listed} == known
    moves = [
        [move.verb for column in sign_in(person).get(BOARD).context["columns"]
         for row in column["items"] if row.pk == theirs.pk for move in row.moves]
        for person in (world.planner, world.viewer, world.planner)
    ]  # fmt: skip
    assert moves[0] == moves[2] != []
    assert moves[1] == []


def test_another_language_is_another_page(world, sign_in):
    planned_item(world)
    reader = sign_in(world.shift_lead)
    told = []
    for language in ("en", "nl", "en"):
        reader.client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        told.append(reader.get(PICTURE).context["counts"][1]["label"])
    assert told == ["In progress", "In uitvoering", "In progress"]


def test_the_oldest_goes_first_where_it_is_too_much(world, sign_in, monkeypatch):
    planned_item(world)
    monkeypatch.setattr(kept, "MOST", 3 * kept.ROW)
    reader = sign_in(world.shift_lead)
    for url in (*FRAME, *FRAME):
        assert reader.get(url).status_code == 200
    (site,) = kept._sites.values()
    assert site.size == sum(size for _answer, size in site.answers.values()) <= kept.MOST
