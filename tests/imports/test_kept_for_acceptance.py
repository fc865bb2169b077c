"""A later run lowers nothing that an acceptance looks at, and makes no ring of what waits."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.factories import setup
from tests.work.outcomes import codes
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.services import acceptance, execution, items, proof, requirements
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import Role

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
why = { constant = "because" }
place = { constant = "HALL" }
status = { constant = "requested" }
parent = { column = "above", wins = "WINS" }
mandatory = { column = "waits", wins = "WINS" }
safety_critical = { column = "safety", wins = "WINS" }
"""
HEAD = "id,what,above,waits,safety\n"
SAFETY = "Taken off in the source; work that was begun stays safety-critical here."
WAITS = "Taken off in the source; W-1 is complete here and waits for this."
LOWERED = {
    "not mandatory": ("B,b,A,no,no", [("waits", "no", WAITS)]),
    "no parent": ("B,b,,yes,no", [("above", "None", WAITS)]),
    "another parent": ("B,b,C,yes,no", [("above", "C", WAITS)]),
    "neither": ("B,b,,no,no", [("above", "None", WAITS), ("waits", "no", WAITS)]),
}


@pytest.fixture
def people(site):
    hall = setup.place(site, "HALL")
    boss = setup.person(site, Role.SUPERVISOR, username="boss")
    post = setup.post_with_duty(hall, boss, role=Role.SUPERVISOR, at=setup.LONG_BEFORE)
    return {"boss": boss, "post": post, "tech": setup.person(site, Role.TECHNICIAN)}


@pytest.fixture
def load(people, put, bring):
    def run(*rows, wins="source", **more):
        path = put("in.csv", HEAD + "\n".join(rows) + "\n")
        done = bring(Kind.WORK, path, put("work.toml", WORK.replace("WINS", wins)), **more)
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (each.column, each.value, each.reason) for each, _outcome in report.faults(done)
        ]

    return run


def item(key: str) -> WorkItem:
    return WorkItem.objects.get(external_key=key)


def complete(people, key: str) -> None:
    pk = item(key).pk
    proof.add_criterion(actor=None, item_id=pk, text="It turns")
    items.plan(
        actor=None, item_id=pk, owner_post_id=people["post"].pk, executor_ids=[people["tech"].pk]
    )
    execution.start(actor=people["tech"], item_id=pk)
    execution.complete(actor=people["tech"], item_id=pk)


def accept(people, key: str) -> None:
    judged = dict.fromkeys(item(key).criteria.values_list("pk", flat=True), "Seen")
    acceptance.accept(actor=people["boss"], item_id=item(key).pk, judged=judged)


def give_back(people, key: str) -> None:
    acceptance.give_back(actor=people["boss"], item_id=item(key).pk, missing="It squeaks")


def standing(key: str) -> tuple[str | None, bool, bool]:
    found = item(key)
    above = found.parent.external_key if found.parent else None
    return above, found.mandatory, found.safety_critical


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("wins", ["source", "vinkey"])
def test_what_is_to_accept_stays_safety_critical(people, load, wins, dry_run):
    load("A,a,,no,yes")
    complete(people, "A")

    found, faults = load("A,more,,no,no", wins=wins, dry_run=dry_run)
    assert (found, faults) == ({"conflict": 1}, [("safety", "no", SAFETY)])
    assert standing("A") == (None, False, True)
    assert item("A").what == ("a" if dry_run else "more")


def test_reopened_it_follows_the_source(people, load):
    load("A,a,,no,yes")
    complete(people, "A")
    load("A,a,,no,no")
    # Said once: the source says nothing new since.
    assert load("A,a,,no,no") == ({"same": 1}, [])

    accept(people, "A")
    acceptance.reopen(actor=people["boss"], item_id=item("A").pk, reason="It squeaks")
    taken = "Changed in the source and here; the source's replaces: True."
    assert load("A,a,,no,no") == ({"conflict": 1}, [("safety", "False", taken)])
    assert standing("A") == (None, False, False)


def test_given_back_it_stays_safety_critical(people, load):
    load("A,a,,no,yes")
    complete(people, "A")
    give_back(people, "A")

    assert load("A,a,,no,no") == ({"conflict": 1}, [("safety", "no", SAFETY)])
    assert standing("A") == (None, False, True)


def test_before_it_is_complete_and_upwards_it_follows_the_source(people, load):
    load("A,a,,no,yes", "B,b,,no,no")
    complete(people, "B")

    assert load("A,a,,no,no", "B,b,,no,yes") == ({"changed": 2}, [])
    assert (standing("A"), standing("B")) == ((None, False, False), (None, False, True))


@pytest.mark.parametrize("wins", ["source", "vinkey"])
@pytest.mark.parametrize("case", LOWERED)
def test_what_complete_work_waits_for_stays_mandatory_to_it(people, load, case, wins):
    row, told = LOWERED[case]
    load("A,a,,no,no", "C,c,,no,no", "B,b,A,yes,no")
    complete(people, "A")

    assert load(row, wins=wins) == ({"conflict": 1}, told)
    assert standing("B") == ("A", True, False)
    with pytest.raises(Refused) as caught:
        accept(people, "A")
    assert codes(caught.value) == ["child_open"]

    give_back(people, "A")
    load(row)
    assert standing("B") != ("A", True, False)


def test_nothing_open_becomes_mandatory_to_what_is_closed_here(people, load):
    load("A,a,,no,no", "B,b,A,no,no")
    complete(people, "A")
    accept(people, "A")

    why = "W-1 is closed or cancelled here; nothing becomes mandatory to it."
    assert load("B,b,A,yes,no") == ({"conflict": 1}, [("waits", "yes", why)])
    assert standing("B") == ("A", False, False)


# --- a child that waits for its parent --------------------------------------------------------


def wait_for(key: str, other: str) -> None:
    requirements.require(
        actor=None,
        item_id=item(key).pk,
        gate="start",
        kind="work",
        supplier="work.item",
        source_id=item(other).pk,
    )


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("before", "now", "column"),
    [("B,b,,yes,no", "B,more,A,yes,no", "above"), ("B,b,A,no,no", "B,more,A,yes,no", "waits")],
)
def test_a_mandatory_child_that_waits_for_its_parent_is_refused(load, before, now, column, dry_run):
    load("A,a,,no,no", before)
    stood = standing("B")
    wait_for("B", "A")
    version, events = item("B").version, Event.objects.count()

    ring = "What is above it would wait for this, and this for that: W-1 → W-2 → W-1."
    for _run in range(2):
        assert load(now, dry_run=dry_run) == ({"refused": 1}, [(column, "A", ring)])
    assert (standing("B"), item("B").what, item("B").version) == (stood, "b", version)
    assert Event.objects.count() == events


def test_the_whole_ring_is_named(load):
    load("A,a,,no,no", "B,b,,no,no", "C,c,,no,no")
    wait_for("B", "C")
    wait_for("C", "A")

    ring = "What is above it would wait for this, and this for that: W-1 → W-2 → W-3 → W-1."
    assert load("B,b,A,yes,no") == ({"refused": 1}, [("above", "A", ring)])
    assert standing("B") == (None, False, False)
    # Work that its parent does not wait for makes no ring.
    assert load("B,b,A,no,no") == ({"changed": 1}, [])


def test_two_rows_of_one_file_that_make_a_ring_together(load):
    load("A,a,,no,no", "B,b,,no,no", "C,c,,no,no")
    wait_for("C", "B")

    ring = "What is above it would wait for this, and this for that: W-1 → W-3 → W-2 → W-1."
    found, faults = load("A,a,B,yes,no", "C,c,A,yes,no")
    assert (found, faults) == ({"changed": 1, "refused": 1}, [("above", "A", ring)])
    assert (standing("A"), standing("C")) == (("B", True, False), (None, False, False))


def test_a_run_that_changes_nothing_asks_as_much_for_thirty_parts_as_for_one(people, load):
    def statements(count):
        rows = ["A,a,,no,no", *(f"B{n},b,A,yes,no" for n in range(count))]
        load(*rows)
        with CaptureQueriesContext(connection) as asked:
            assert load(*rows) == ({"same": count + 1}, [])
        return len(asked)

    assert statements(30) == statements(1)
