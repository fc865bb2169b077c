"""Many items that arrived incomplete get what they lack in one step, with a result for each."""

import uuid

import pytest

from tests import factories
from work.models import Event, WorkItem
from work.services import items
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import
from work.states import Role

URL = "/s/hvk/import/incomplete/"
MAPPING = """
kind = "work"
system = "cmms"
key = "id"
[fields]
type = { constant = "MNT" }
what = "what"
why = "why"
status = { constant = "planned" }
place = "place"
"""
ROWS = """id,what,why,place
1,Lift the lid,,L3
2,Lift the drum,It is full,
3,Lift the hatch,,P-301
"""


def arrive(world, tmp_path, text=ROWS) -> dict[str, WorkItem]:
    rows, mapping = tmp_path / "orders.csv", tmp_path / "work.toml"
    rows.write_text(text)
    mapping.write_text(MAPPING)
    run_import(site=world.site, kind=Kind.WORK, path=rows, mapping_path=mapping)
    return {item.external_key: item for item in WorkItem.objects.exclude(external_key="")}


@pytest.fixture
def arrived(world, clock, tmp_path):
    """Three planned orders that land as requested: none has an owner, two lack why, one a place."""
    return arrive(world, tmp_path)


@pytest.fixture
def planner(world, sign_in):
    return sign_in(world.planner)


def mend(visitor, *chosen: WorkItem, cause="", **given):
    url = URL + (f"?cause={cause}" if cause else "")
    known = {"act": str(uuid.uuid4()), "item": [f"{each.pk}:{each.version}" for each in chosen]}
    return visitor.post(url, known | given)


def results(answer) -> list[tuple[str, bool, list[str]]]:
    return [
        (each["row"].what, each["done"], [reason["text"] for reason in each["reasons"]])
        for each in answer.context["results"]
    ]


def left(arrived) -> dict[str, list[str]]:
    return {key: WorkItem.objects.get(pk=each.pk).incomplete for key, each in arrived.items()}


def test_causes_are_counted_and_lead_to_their_rows(world, arrived, planner):
    answer = planner.get(URL)
    assert [(each["label"], each["count"]) for each in answer.context["causes"]] == [
        ("it has no owner", "3"),
        ("it does not say why", "2"),
        ("it names no place", "1"),
    ]
    assert len(answer.context["rows"]) == 3
    narrowed = planner.client.get(answer.context["causes"][2]["url"])
    assert [row.what for row in narrowed.context["rows"]] == ["Lift the drum"]
    assert "It names no place; it has no owner" in narrowed.text
    assert f'href="{URL}"' in planner.get("/s/hvk/work/", incomplete="1").text


def test_chosen_rows_get_what_they_lack_and_keep_what_they_have(world, arrived, planner):
    owner = f"post:{world.lead_post.pk}"
    answer = mend(planner, arrived["1"], arrived["2"], owner=owner, why="As ordered", place="L3")
    assert answer.status_code == 200
    assert results(answer) == [("Lift the drum", True, []), ("Lift the lid", True, [])]
    assert left(arrived) == {"1": [], "2": [], "3": ["why", "owner"]}
    first, second = (WorkItem.objects.get(pk=arrived[key].pk) for key in ("1", "2"))
    assert (first.why, second.why) == ("As ordered", "It is full")
    assert second.place.code == "L3"
    assert {first.owner_post_id, second.owner_post_id} == {world.lead_post.pk}
    assert {first.status, second.status} == {"requested"}
    assert [row.what for row in answer.context["rows"]] == ["Lift the hatch"]


def test_a_place_that_is_confirmed_is_looked_at(world, arrived, planner):
    stands = WorkItem.objects.get(pk=arrived["2"].pk).place
    assert results(mend(planner, arrived["2"], place=stands.code)) == [("Lift the drum", True, [])]
    assert left(arrived)["2"] == ["owner"]


def test_all_of_a_cause_are_planned_in_one_step(world, arrived, planner):
    owner = f"post:{world.lead_post.pk}"
    answer = mend(planner, cause="owner", all="1", owner=owner, why="As ordered", plan="on")
    assert [done for _what, done, _why in results(answer)] == [True, True, True]
    statuses = {WorkItem.objects.get(pk=each.pk).status for each in arrived.values()}
    assert statuses == {"planned"}
    assert "Nothing lacks this any more" in answer.text


def test_each_row_says_its_own_refusal_and_the_others_are_done(world, arrived, planner):
    # Somebody has changed one of them since; another lacks what planning needs.
    items.edit(actor=world.planner, at=world.at, item_id=arrived["1"].pk, why="Cracked")
    owner = f"post:{world.lead_post.pk}"
    answer = mend(planner, *arrived.values(), owner=owner, plan="on")
    assert answer.status_code == 200
    assert results(answer) == [
        ("Lift the hatch", False, ["Say why: a scope says what and why."]),
        ("Lift the drum", True, []),
        ("Lift the lid", False, ["Somebody changed this while you were looking at it."]),
    ]
    hatch = WorkItem.objects.get(pk=arrived["3"].pk)
    assert (hatch.status, hatch.owner_post_id, hatch.incomplete) == (
        "requested",
        None,
        ["why", "owner"],
    )
    assert Event.objects.filter(item=hatch, verb="refused").count() == 1


def test_sent_twice_it_is_done_once(world, arrived, planner):
    known = {
        "act": str(uuid.uuid4()),
        "item": [f"{arrived['1'].pk}:{arrived['1'].version}"],
        "why": "As ordered",
    }
    for _time in range(2):
        assert results(planner.post(URL, known)) == [("Lift the lid", True, [])]
    assert Event.objects.filter(item=arrived["1"], verb="edit").count() == 1
    again = mend(planner, WorkItem.objects.get(pk=arrived["1"].pk), why="Other")
    assert again.status_code == 422
    assert results(again)[0][2] == ["Nothing that you gave is missing here; what it has stays."]
    assert WorkItem.objects.get(pk=arrived["1"].pk).why == "As ordered"


def test_wrong_answers_are_told_and_nothing_is_done(world, arrived, planner):
    for given, words in (
        ({}, "Give an owner, a place or a why, or plan them."),
        ({"place": "NOWHERE"}, "There is no such place here."),
        ({"owner": "user:999999"}, "Select a valid choice."),
    ):
        answer = mend(planner, arrived["1"], **given)
        assert answer.status_code == 422
        assert words in answer.text
        assert f'aria-label="W-{arrived["1"].number}"' in answer.text
        assert "checked" in answer.text
    answer = mend(planner, why="x")
    assert (answer.status_code, "Choose the rows that are meant." in answer.text) == (422, True)
    answer = planner.post(URL, {"act": "no", "item": f"{arrived['1'].pk}:1", "why": "x"})
    assert answer.status_code == 422
    assert left(arrived)["1"] == ["why", "owner"]


def test_what_is_not_the_readers_is_neither_shown_nor_mended(world, arrived, sign_in):
    lead = factories.person(world.site, Role.PLANNER, place=world.l3)
    visitor = sign_in(lead)
    seen = {row.pk for row in visitor.get(URL).context["rows"]}
    hidden = next(each for each in arrived.values() if each.pk not in seen)
    answer = mend(visitor, hidden, why="x")
    assert answer.status_code == 422
    assert "Choose the rows that are meant." in answer.text


def test_a_site_administrator_alone_is_refused_row_by_row(world, arrived, sign_in):
    answer = mend(sign_in(world.site_admin), arrived["1"], why="x")
    assert answer.status_code == 422
    assert results(answer)[0][2][0].startswith("Only these roles may do this here")
    assert left(arrived)["1"] == ["why", "owner"]


def test_without_any_the_page_says_so(world, planner):
    assert "Nothing arrived incomplete" in planner.get(URL).text


@pytest.mark.parametrize("many", [1, 30])
def test_the_page_costs_the_same_however_long(
    world, clock, tmp_path, planner, many, django_assert_num_queries
):
    text = "id,what,why,place\n" + "".join(f"{n},Lift {n},,L3\n" for n in range(many))
    arrive(world, tmp_path, text)
    # session, user, scope, site, choices, rows, causes
    with django_assert_num_queries(7):
        assert len(planner.get(URL).context["rows"]) == many


def test_older_ones_stand_on_a_page_of_their_own(world, clock, tmp_path, planner, monkeypatch):
    monkeypatch.setattr("work.reads.incomplete.SIZE", 2)
    text = "id,what,why,place\n" + "".join(f"{n},Lift {n},,L3\n" for n in range(5))
    arrive(world, tmp_path, text)

    def shown(answer) -> list[str]:
        return [row.what for row in answer.context["rows"]]

    first = planner.get(URL, cause="why")
    assert (shown(first), first.context["newest_url"]) == (["Lift 4", "Lift 3"], "")
    second = planner.client.get(first.context["older_url"])
    assert shown(second) == ["Lift 2", "Lift 1"]
    assert second.context["newest_url"] == f"{URL}?cause=why"
    last = planner.client.get(second.context["older_url"])
    assert (shown(last), last.context["older_url"]) == (["Lift 0"], "")
    # What is given there is given to those of that page, and then the newest are shown.
    known = {"act": str(uuid.uuid4()), "all": "1", "why": "As ordered"}
    answer = planner.post(last.context["here"], known)
    assert [what for what, _done, _why in results(answer)] == ["Lift 0"]
    assert shown(planner.client.get(last.context["here"])) == ["Lift 4", "Lift 3"]
    assert shown(planner.get(URL, after="x")) == ["Lift 4", "Lift 3"]
