"""A later run follows what the source empties, and nothing that it does not speak of."""

import pytest

from tests.factories import setup
from work.models import ItemAsset, ItemPlace, Place, WorkItem
from work.services import items
from work.services.import_ import report
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

BARE = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = { column = "what", wins = "source" }
status = { constant = "requested" }
"""
FULL = """
place = { column = "place", wins = "source" }
team = { column = "Crew", wins = "source" }
priority = { column = "prio", wins = "source" }
safety_critical = { column = "safety", wins = "source" }
parent = { column = "above", wins = "source" }
[unknown]
place = "POLICY"
team = "POLICY"
parent = "POLICY"
"""
HEAD = "id,what,place,Crew,prio,safety,above\n"
ABOVE = "A,above,HALL,,,,\n"
EVERY = "B,b,HALL,MECH,1,yes,A"


@pytest.fixture
def plant(site):
    """A root, a hall in it, a team, a thing; the type says priority 2 where nobody does."""
    root = setup.place(site, "ROOT")
    hall = setup.place(site, "HALL", parent=root)
    setup.work_type(site, "urgent", default_priority="2", criteria=[])
    pump = setup.asset(setup.asset_class(site, "pump"), "P-1", place=hall)
    return {"root": root, "hall": hall, "team": setup.company(site, "MECH"), "pump": pump}


@pytest.fixture
def load(plant, put, bring):
    def run(row, *, mapping=BARE + FULL, wins="source", policy="report", **more):
        mapping = mapping.replace("maintenance", "urgent").replace("POLICY", policy)
        mapping = mapping.replace('wins = "source"', f'wins = "{wins}"')
        done = bring(
            Kind.WORK, put("in.csv", f"{HEAD}{ABOVE}{row}\n"), put("work.toml", mapping), **more
        )
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [(each.column, each.value, each.code) for each, _ in report.faults(done)]

    return run


def item() -> WorkItem:
    return WorkItem.objects.select_related("place", "team", "parent").get(external_key="B")


def standing() -> tuple:
    found = item()
    return (
        found.place.code,
        found.team and found.team.code,
        found.priority,
        found.safety_critical,
        found.parent and found.parent.external_key,
    )


@pytest.mark.parametrize("wins", ["source", "vinkey"])
def test_what_the_source_empties_is_followed(load, wins):
    load(EVERY)
    assert standing() == ("HALL", "MECH", "1", True, "A")
    assert load("B,b,HALL,,,,", wins=wins) == ({"changed": 1, "same": 1}, [])
    assert standing() == ("HALL", None, "2", False, None)
    assert load("B,b,HALL,,,,", wins=wins) == ({"same": 2}, [])


def test_what_was_changed_here_is_not_emptied_by_a_cell_that_was_always_blank(load, plant):
    load("B,b,HALL,,,,")
    items.edit(actor=None, item_id=item().pk, team_id=plant["team"].pk, priority="1")
    assert load("B,b,HALL,,,,", wins="vinkey") == ({"same": 2}, [])
    assert standing() == ("HALL", "MECH", "1", False, None)


@pytest.mark.parametrize("policy", ["report", "keep"])
def test_an_unknown_reference_empties_nothing(load, policy):
    load(EVERY)
    found, faults = load("B,b,ATTIC,NOPE,1,yes,Z", policy=policy)
    told = [(name, value, "unknown_reference") for name, value in
            (("place", "ATTIC"), ("Crew", "NOPE"), ("above", "Z"))]  # fmt: skip
    assert sorted(faults) == (sorted(told) if policy == "report" else [])
    assert found["changed"] == 1  # the source's words alone
    assert standing() == ("HALL", "MECH", "1", True, "A")


def test_the_word_of_an_unknown_reference_is_kept_once(load):
    load("B,b,HALL,NOPE,,,", policy="keep")
    assert item().source_words["Crew"] == "NOPE"


def test_an_item_keeps_its_place_when_the_source_names_none(load):
    load(EVERY)
    assert load("B,b,,MECH,1,yes,A") == ({"changed": 1, "same": 1}, [])
    assert standing()[0] == "HALL"
    assert load("B,b,ROOT,MECH,1,yes,A", wins="vinkey") == ({"changed": 1, "same": 1}, [])
    assert standing()[0] == "ROOT"


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_mapping_that_says_nothing_of_places_and_links_leaves_them(load, plant, dry_run):
    load(EVERY)
    ItemPlace.objects.create(item=item(), place=plant["hall"])
    ItemAsset.objects.create(item=item(), asset=plant["pump"])

    assert load("B,more,,,,,", mapping=BARE, dry_run=dry_run) == ({"changed": 1, "same": 1}, [])

    assert standing() == ("HALL", "MECH", "1", True, "A")
    assert item().what == ("b" if dry_run else "more")
    assert list(item().places.values_list("code", flat=True)) == ["HALL"]
    assert list(item().assets.values_list("code", flat=True)) == ["P-1"]


def test_a_new_record_of_such_a_mapping_stands_at_the_root(load):
    assert load("B,b,,,,,", mapping=BARE) == ({"new": 2, "incomplete": 2}, [])
    assert (standing()[0], item().incomplete) == ("ROOT", ["place"])
    # The place is said for the first time.
    assert load("B,b,HALL,,,,", wins="vinkey")[0] == {"changed": 2}
    assert (standing()[0], item().incomplete) == ("HALL", [])


def test_a_mapping_of_tags_alone_leaves_the_things(load, plant, put):
    links = '[links.places]\nfile = "tags.csv"\nrecord = "order"\nto = "tag"\nwins = "source"\n'
    put("tags.csv", "order,tag\nB,HALL\n")
    load("B,b,,,,,", mapping=BARE + links)
    ItemAsset.objects.create(item=item(), asset=plant["pump"])
    put("tags.csv", "order,tag\n")
    assert load("B,b,,,,,", mapping=BARE + links) == ({"changed": 1, "same": 1}, [])
    assert list(item().places.values_list("code", flat=True)) == []
    assert list(item().assets.values_list("code", flat=True)) == ["P-1"]
    assert standing()[0] == "HALL"


PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[fields]
name = "id"
kind = { constant = "area" }
parent = { column = "above", wins = "source" }
owner_team = { column = "team", wins = "source" }
[unknown]
parent = "report"
team = "report"
"""


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("row", "found", "stands"),
    [
        ("C,,", {"changed": 1, "same": 1}, (1, None)),
        ("C,NONE,NOPE", {"changed": 1, "same": 1, "reported": 1}, (2, "MECH")),
        ("C,X,MECH", {"changed": 1, "new": 1, "same": 1}, (2, "MECH")),
    ],
    ids=["emptied", "unknown", "another"],
)
def test_places(plant, put, bring, row, found, stands, dry_run):
    mapping = put("places.toml", PLACES)
    bring(Kind.PLACES, put("in.csv", "id,above,team\nA,,\nC,A,MECH\n"), mapping)
    above = "X,,\n" if ",X," in row else ""
    run = bring(
        Kind.PLACES, put("in.csv", f"id,above,team\n{above}A,,\n{row}\n"), mapping, dry_run=dry_run
    )
    assert {name: number for name, number in report.counts(run).items() if number} == found
    place = Place.objects.select_related("owner_team").get(code="C")
    now = (place.depth, place.owner_team and place.owner_team.code)
    assert now == ((2, "MECH") if dry_run else stands)
    assert Place.objects.find_problems() == ([], [], [], [], [])
