"""Parents on a later run: of work and of places, moved here, moved there, and never in a ring."""

from types import SimpleNamespace

import pytest

from tests.factories import setup
from work.models import Place, WorkItem
from work.services import items, places
from work.services.import_ import report
from work.services.import_.load_places import DEPTH_LIMIT
from work.services.import_.mapping import Kind

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
complete = false
[fields]
type = { constant = "maintenance" }
what = { column = "what", wins = "source" }
place = { constant = "HALL" }
status = { constant = "requested" }
parent = { column = "above", wins = "source" }
"""
PLACES = """
kind = "places"
name = "Places"
system = "cmms"
key = "id"
complete = false
[fields]
name = { column = "id", wins = "source" }
kind = { constant = "area" }
parent = { column = "above", wins = "WINS" }
"""


@pytest.fixture
def load(put, bring):
    """Load rows of key and parent; what came of them, and the faults by line."""

    def run(kind, *rows, wins="source", **more):
        columns = "id,above,what" if kind is Kind.WORK else "id,above"
        text = "\n".join([columns, *rows]) + "\n"
        mapping = WORK if kind is Kind.WORK else PLACES.replace("WINS", wins)
        done = bring(kind, put("in.csv", text), put("mapping.toml", mapping), **more)
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [(each.line, each.value, each.code) for each, _said in report.faults(done)]

    return run


@pytest.fixture
def orders(site, load):
    setup.place(site, "HALL")
    assert load(Kind.WORK, "A,,a", "B,A,b", "C,B,c") == ({"new": 3}, [])


def parents() -> dict[str, str | None]:
    return dict(WorkItem.objects.values_list("external_key", "parent__external_key"))


def sound() -> bool:
    return Place.objects.find_problems() == ([], [], [], [], [])


def above(code: str) -> str | None:
    parent = Place.objects.get_parent(Place.objects.get(code=code))
    return parent.code if parent else None


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_later_file_makes_no_ring_of_what_is_here(orders, load, dry_run):
    found, faults = load(Kind.WORK, "A,C,a more", dry_run=dry_run)

    assert (found, faults) == ({"conflict": 1}, [(2, "C", "ring")])
    assert parents() == {"A": None, "B": "A", "C": "B"}
    assert WorkItem.objects.get(external_key="A").what == ("a" if dry_run else "a more")


def test_a_ring_names_the_work_on_it(orders, put, bring):
    path = put("in.csv", "id,above,what\nA,C,a\n")
    run = bring(Kind.WORK, path, put("mapping.toml", WORK))

    [(fault, outcome)] = report.faults(run)
    assert fault.reason == "The parents form a ring: W-1 → W-3 → W-2 → W-1."
    assert outcome == "reported only"


def test_a_parent_that_was_given_here_makes_no_ring_with_the_source(orders, load):
    load(Kind.WORK, "D,,d")
    ids = dict(WorkItem.objects.values_list("external_key", "pk"))
    items.edit(actor=None, item_id=ids["A"], parent_id=ids["D"])

    assert load(Kind.WORK, "D,C,d") == ({"conflict": 1}, [(2, "C", "ring")])
    assert parents() == {"A": "D", "B": "A", "C": "B", "D": None}


def test_two_that_change_places_are_no_ring(orders, load):
    assert load(Kind.WORK, "B,,b", "A,B,a") == ({"changed": 2}, [])
    assert parents() == {"A": "B", "B": None, "C": "B"}


def test_a_new_place_stands_where_its_parent_was_moved_to(load, monkeypatch):
    load(Kind.PLACES, "R,", "A,R", "B,R", "C,A")
    told = []

    def places_changed(site_id, paths, act):
        told.append((site_id, *paths))

    looks = SimpleNamespace(places_changed=places_changed)
    monkeypatch.setattr(places.place_listeners, "all", lambda: [looks])
    assert load(Kind.PLACES, "A,B", "N,C") == ({"new": 1, "changed": 1}, [])
    assert sound()
    # Who looks at what is near learns it once it stands there.
    moved = Place.objects.get(code="A")
    assert told == [(moved.site_id, moved.path)]
    assert [above(code) for code in ("N", "C", "A", "B")] == ["C", "A", "B", "R"]


def test_places_stand_as_deep_as_the_tree_goes_and_no_deeper(load):
    assert DEPTH_LIMIT == 63
    chain = ["P1,", *(f"P{n},P{n - 1}" for n in range(2, 66))]

    tried = load(Kind.PLACES, *chain, dry_run=True)
    found, faults = load(Kind.PLACES, *chain)

    assert (found, faults) == tried
    assert found == {"new": 63, "refused": 2}
    assert faults == [(65, "P63", "too_deep"), (66, "P64", "refused_parent")]
    assert Place.objects.count() == 63
    assert sound()


def test_a_place_is_not_moved_deeper_than_the_tree_goes(load):
    load(Kind.PLACES, "P1,", *(f"P{n},P{n - 1}" for n in range(2, 63)), "A,", "B,A")

    assert load(Kind.PLACES, "A,P62") == ({"conflict": 1}, [(2, "P62", "too_deep")])
    assert (above("A"), above("B")) == (None, "A")
    assert load(Kind.PLACES, "B,P62") == ({"changed": 1}, [])
    assert Place.objects.get(code="B").depth == 63
    assert sound()


def test_what_stands_here_is_left_where_it_is_when_its_new_parent_is_refused(load):
    load(Kind.PLACES, "P1,", *(f"P{n},P{n - 1}" for n in range(2, 64)), "A,P1")

    found, faults = load(Kind.PLACES, "Q,P63", "A,Q")
    assert faults == [(2, "P63", "too_deep")]
    assert found["refused"] == 1
    assert above("A") == "P1"


def test_below_a_place_that_was_moved_deeper_here(load):
    """The file cannot know how deep that is."""
    load(Kind.PLACES, "P1,", *(f"P{n},P{n - 1}" for n in range(2, 63)), "A,", wins="vinkey")
    places.move_place(
        actor=None,
        place_id=Place.objects.get(code="A").pk,
        parent_id=Place.objects.get(code="P62").pk,
    )

    found, faults = load(Kind.PLACES, "A,", "B,A", wins="vinkey")
    assert (found, faults) == ({"same": 1, "refused": 1}, [(3, "A", "too_deep")])
    assert not Place.objects.filter(code="B").exists()
