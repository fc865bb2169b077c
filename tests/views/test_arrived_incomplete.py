"""Work that arrived incomplete: its page says why, its list counts by cause."""

import pytest

from tests.factories import requested_item, work_type
from work.models import WorkItem
from work.reads import kept
from work.services import items
from work.services.import_.mapping import Kind
from work.services.import_.run import run_import
from work.states import FieldKind

LIST = "/s/hvk/work/"
MAPPING = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "LIFT" }
what = { column = "what", wins = "source" }
why = { column = "why", wins = "source" }
status = { constant = "planned" }
place = { column = "place", wins = "source" }
[values]
weight = { column = "weight", wins = "source" }
"""
ROWS = """id,what,why,place,weight
1,Lift the lid,,L3,
2,Lift the drum,It is full,,4
3,Lift the hatch,,P-301,5
"""


@pytest.fixture
def arrived(world, clock, tmp_path):
    """Three planned orders that land as requested: none has an owner; one in the process hall."""
    weight = {"key": "weight", "label": "Weight", "kind": FieldKind.NUMBER}
    fields = [weight | {"required_at": "plan", "filterable": True}]
    work_type(world.site, "LIFT", name="Lifting", fields=fields)
    requested_item(world)
    rows, mapping = tmp_path / "orders.csv", tmp_path / "work.toml"
    rows.write_text(ROWS)
    mapping.write_text(MAPPING)
    run_import(site=world.site, kind=Kind.WORK, path=rows, mapping_path=mapping)
    return {item.external_key: item for item in WorkItem.objects.exclude(external_key="")}


def causes(page) -> list[tuple[str, str, bool]]:
    return [(row["label"], row["count"], row["current"]) for row in page.context["causes"]]


def test_the_item_says_what_it_lacks_until_it_is_filled_in(world, arrived, sign_in):
    planner = sign_in(world.planner)
    item = arrived["1"]
    said = "Arrived incomplete: it does not say why; it has no owner; it lacks the field Weight."
    assert said in planner.see(item).text
    given = {"actor": world.planner, "at": world.at, "item_id": item.pk}
    items.edit(**given, why="It is cracked", values={"weight": 3})
    assert "Arrived incomplete: it has no owner." in planner.see(item).text
    items.plan(**given, owner_post_id=world.lead_post.pk)
    assert "Arrived incomplete" not in planner.see(item).text


def test_the_list_counts_by_cause_and_each_count_leads_to_its_list(world, arrived, sign_in):
    planner = sign_in(world.planner)
    assert planner.get(LIST).context["causes"] == []
    page = planner.get(LIST, incomplete="1")
    assert page.context["pager"].total_text == "3"
    assert causes(page) == [
        ("it has no owner", "3", False),
        ("it does not say why", "2", False),
        ("it names no place", "1", False),
        ("it lacks the field Weight", "1", False),
    ]
    assert "It has no owner" in page.text
    for row in page.context["causes"]:
        found = planner.client.get(f"{LIST}{row['url']}")
        assert found.context["pager"].total_text == row["count"], row
        assert [each for each in causes(found) if each[2]] == [(row["label"], row["count"], True)]
        [chip] = found.context["chips"]
        assert (chip.label, chip.value) == ("Arrived incomplete", row["label"])
    assert planner.get(LIST, incomplete="magic").context["trouble"]["kind"] == "refused"


def test_causes_are_counted_within_what_is_seen_and_asked(world, arrived, sign_in):
    here = sign_in(world.technician).get(LIST, incomplete="1")
    assert causes(here) == [
        ("it has no owner", "1", False),
        ("it lacks the field Weight", "1", False),
        ("it does not say why", "1", False),
    ]
    there = sign_in(world.planner).get(LIST, incomplete="why", place="30")
    assert causes(there) == [("it has no owner", "1", False), ("it does not say why", "1", True)]


def test_the_counts_are_one_query(world, arrived, sign_in, django_assert_num_queries):
    planner = sign_in(world.planner)
    # session, user, scope, site, token, facets, counts, rows, causes
    for cause in ("1", "owner"):
        kept.forget()
        with django_assert_num_queries(10):
            planner.get(LIST, incomplete=cause)
