"""A later run: who changed what since the last one, and whose value stands."""

import pytest

from work.models import ChecklistLine, Event, ItemPlace, Place, WorkItem
from work.services.import_ import report
from work.services.import_.mapping import Kind, Wins
from work.services.import_.merge import merge, merge_set

pytestmark = pytest.mark.django_db

PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
[fields]
name = { column = "title", wins = "source" }
kind = { constant = "area" }
parent = { column = "parent", wins = "source" }
"""
TREE = "id,title,parent\nA,Hall,\nB,Line 1,A\nC,Line 2,A\nD,Pump,B\nE,Tank,B\n"
WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = { column = "title", wins = "source" }
why = { column = "why", wins = "vinkey" }
priority = { column = "prio", wins = "first" }
status = { column = "state", map = { o = "requested", c = "closed", x = "cancelled" } }
[links.places]
file = "tags.csv"
record = "order"
to = "tag"
[lines]
file = "lines.csv"
record = "order"
key = "nr"
[lines.fields]
text = "text"
"""
HEAD = "id,title,why,prio,state\n"
ORDERS = HEAD + "1,One,because,3,o\n2,Two,because,3,o\n3,Three,because,3,c\n4,Four,because,3,x\n"
TAGS = "order,tag\n1,B\n2,D\n2,E\n3,B\n4,B\n"
LINES = "order,nr,text\n1,10,Look\n1,20,Listen\n"


@pytest.fixture
def load(put, bring):
    def run(orders=ORDERS, tags=TAGS, lines=LINES, **more):
        put("tags.csv", tags)
        put("lines.csv", lines)
        done = bring(Kind.WORK, put("orders.csv", orders), put("work.toml", WORK), **more)
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (fault.line, fault.column, fault.value, fault.code)
            for fault, _outcome in report.faults(done)
        ]

    return run


@pytest.fixture
def places(put, bring):
    def run(tree=TREE):
        done = bring(Kind.PLACES, put("tree.csv", tree), put("places.toml", PLACES))
        return {name: number for name, number in report.counts(done).items() if number}

    run()
    return run


@pytest.fixture
def loaded(places, load):
    assert load() == ({"new": 4}, [])


def item(key: str) -> WorkItem:
    return WorkItem.objects.get(external_key=key)


def here(key: str, **fields):
    """Change an item as somebody here would have; how they do it is no matter of these tests."""
    WorkItem.objects.filter(external_key=key).update(**fields)


def test_the_same_files_change_nothing(loaded, load):
    before = list(WorkItem.objects.order_by("pk").values()), Event.objects.count()
    assert load() == ({"same": 4}, [])
    assert (list(WorkItem.objects.order_by("pk").values()), Event.objects.count()) == before


def test_every_kind_in_one_run(loaded, load):
    """New, changed, same, in conflict, refused, closed in source and open here."""
    here("2", why="We say otherwise.")
    found, faults = load(
        HEAD
        + "1,One,because,3,c\n"  # closed in the source, open here
        + "2,Two,now they say,3,o\n"  # both changed why: ours is kept
        + "3,Three more,because,3,c\n"  # changed in the source
        + "4,Four,because,3,x\n"  # the same
        + "5,Five,because,3,o\n"  # new
        + "6,Six,because,3,?\n"  # refused
    )
    assert found == {
        "new": 1,
        "changed": 2,
        "same": 1,
        "conflict": 1,
        "refused": 1,
        "closed_in_source": 1,
        "incomplete": 1,
    }
    assert faults == [
        (2, "state", "c", "closed_in_source"),
        (3, "why", "now they say", "conflict_kept"),
        (7, "state", "?", "unmapped"),
    ]
    assert (item("1").status, item("1").closed_in_source_at is not None) == ("requested", True)
    assert item("1").source_words["state"] == "c"
    assert item("2").why == "We say otherwise."
    assert (item("3").what, item("3").status) == ("Three more", "closed")
    assert item("5").incomplete == ["place"]
    verbs = Event.objects.filter(item=item("1")).values_list("verb", flat=True)
    assert sorted(verbs) == ["closed_in_source", "import", "import_change"]


def test_closed_in_the_source_is_never_carried_out_and_stays_counted(loaded, load):
    closed = ORDERS.replace("1,One,because,3,o", "1,One,because,3,x")
    assert load(closed)[0] == {"changed": 1, "same": 3, "closed_in_source": 1}
    first = item("1").closed_in_source_at
    assert load(closed)[0] == {"same": 4, "closed_in_source": 1}
    assert (item("1").status, item("1").closed_in_source_at) == ("requested", first)
    assert load()[0] == {"changed": 1, "same": 3}
    assert item("1").closed_in_source_at is None


def test_open_again_in_the_source_is_reported_and_not_carried_out(loaded, load):
    again = ORDERS.replace("3,Three,because,3,c", "3,Three,because,3,o")
    found, faults = load(again)
    assert found == {"conflict": 1, "same": 3}
    assert faults == [(4, "state", "o", "open_in_source")]
    assert item("3").status == "closed"
    assert load(again)[0] == {"same": 4}


@pytest.mark.parametrize(
    ("column", "field", "new", "ours", "stands", "kind"),
    [
        ("One", "what", "One more", None, "One more", "changed"),
        ("One", "what", "One more", "Ours", "One more", "conflict"),
        ("One", "what", "One", "Ours", "One", "conflict"),
        ("because", "why", "for", None, "for", "changed"),
        ("because", "why", "for", "Ours", "Ours", "conflict"),
        ("because", "why", "because", "Ours", "Ours", None),
        ("3", "priority", "1", None, "3", "changed"),  # the source's words follow, the field not
        ("3", "priority", "1", "2", "2", "changed"),
    ],
)
def test_who_wins(loaded, load, column, field, new, ours, stands, kind):
    if ours:
        here("1", **{field: ours})
    row = "1,One,because,3,o"
    found, _faults = load(ORDERS.replace(row, row.replace(f",{column},", f",{new},")))
    assert found == ({kind: 1, "same": 3} if kind else {"same": 4})
    assert getattr(item("1"), field) == stands
    assert load(ORDERS.replace(row, row.replace(f",{column},", f",{new},")))[0] == {"same": 4}


def test_links_of_both_sides_stand(loaded, load):
    ItemPlace.objects.create(item=item("2"), place=Place.objects.get(code="C"))
    found, _faults = load(tags=TAGS.replace("2,E\n", "2,B\n"))
    assert found == {"changed": 1, "same": 3}
    assert sorted(item("2").places.values_list("code", flat=True)) == ["B", "C", "D"]
    assert item("2").place.code == "B"


def test_lines_are_added_and_followed(loaded, load):
    found, _faults = load(lines=LINES.replace("Look", "Look well") + "1,30,Smell\n")
    assert found == {"changed": 1, "same": 3}
    lines = ChecklistLine.objects.filter(item=item("1"))
    assert list(lines.values_list("key", "text")) == [
        ("cmms:10", "Look well"),
        ("cmms:20", "Listen"),
        ("cmms:30", "Smell"),
    ]


def test_what_ended_here_keeps_what_it_ended_with(loaded, load):
    here("1", status="cancelled", cancelled_at=item("1").requested_at)
    row = "1,One,because,3,o"
    found, faults = load(ORDERS.replace(row, "1,One more,because,3,c"))
    assert found == {"conflict": 1, "same": 3}
    assert faults == [(2, "title", "One more", "ended_here")]
    assert (item("1").what, item("1").status) == ("One", "cancelled")
    assert item("1").source_words["state"] == "c"


def test_places_change_and_move(places):
    assert places() == {"same": 5}
    assert places(TREE.replace("D,Pump,B", "D,Big pump,C")) == {"changed": 1, "same": 4}
    pump = Place.objects.get(code="D")
    assert (pump.name, Place.objects.get_parent(pump).code) == ("Big pump", "C")
    assert Place.objects.find_problems() == ([], [], [], [], [])
    grown = TREE + "".join(f"N{number},New,B\n" for number in range(40))
    assert places(grown) == {"new": 40, "changed": 1, "same": 4}
    assert Place.objects.find_problems() == ([], [], [], [], [])


def test_a_place_made_by_hand_is_taken_over_by_its_code(site, places, put, bring):
    Place.objects.add_root({"site": site, "code": "H", "name": "By hand", "kind": "line"})
    assert places(TREE + "H,Hand,\n") == {"conflict": 1, "same": 5}
    taken = Place.objects.get(code="H")
    assert (taken.name, taken.kind, taken.external_key) == ("Hand", "line", "H")
    assert places(TREE + "H,Hand,\n") == {"same": 6}


def test_a_merge_of_three():
    wins = {"s": Wins.SOURCE, "v": Wins.VINKEY, "f": Wins.FIRST}.__getitem__
    found = merge(
        wins,
        base={"s": 1, "v": 1, "f": 1},
        theirs={"s": 2, "v": 2, "f": 2},
        ours={"s": 3, "v": 3, "f": 3},
    )
    assert found.writes == {"s": 2}
    assert [(each.name, each.kept) for each in found.conflicts] == [("s", False), ("v", True)]


def test_a_merge_of_sets():
    sides = {"base": {1, 2}, "theirs": {2, 3}, "ours": {1, 2, 4}}
    assert merge_set(Wins.VINKEY, **sides) == {2, 3, 4}
    assert merge_set(Wins.SOURCE, **sides) == {2, 3}
    assert merge_set(Wins.FIRST, **sides) == {1, 2, 4}
