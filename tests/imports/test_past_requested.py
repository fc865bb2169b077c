"""A later run takes nothing from work past requested that its gates asked for."""

import contextlib

import pytest

from tests.factories import setup
from tests.work.outcomes import codes, snapshot
from work.exceptions import Refused
from work.models import Event, WorkItem
from work.services import acceptance, checklist, execution, items, proof
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import Role, Status

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "maintenance" }
what = { column = "title", wins = "source" }
why = { column = "why", wins = "WINS" }
status = { constant = "requested" }
[lines]
file = "lines.csv"
record = "order"
key = "nr"
[lines.fields]
text = "text"
"""
LINES = "order,nr,text\n1,10,Look\n"
MORE = LINES + "1,20,Isolate\n"


@pytest.fixture
def people(site):
    root = setup.place(site, "R")
    boss = setup.person(site, Role.SUPERVISOR, username="boss")
    post = setup.post_with_duty(root, boss, role=Role.SUPERVISOR, at=setup.LONG_BEFORE)
    return {
        "boss": boss,
        "post": post,
        "planner": setup.person(site, Role.PLANNER, username="planner"),
        "tech": setup.person(site, Role.TECHNICIAN, username="tech"),
    }


@pytest.fixture
def load(people, put, bring):
    def run(why="because", lines=LINES, wins="source"):
        put("lines.csv", lines)
        orders = put("orders.csv", f"id,title,why\n1,One,{why}\n")
        done = bring(Kind.WORK, orders, put("work.toml", WORK.replace("WINS", wins)))
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (fault.line, fault.column, fault.value, fault.reason)
            for fault, _outcome in report.faults(done)
        ]

    run()
    return run


def item() -> WorkItem:
    return WorkItem.objects.get(external_key="1")


def plan(people):
    proof.add_criterion(actor=people["planner"], item_id=item().pk, text="It holds")
    return items.plan(
        actor=people["planner"],
        item_id=item().pk,
        owner_post_id=people["post"].pk,
        executor_ids=[people["tech"].pk],
    )


def complete(people):
    plan(people)
    execution.start(actor=people["tech"], item_id=item().pk)
    answer(people)
    return execution.complete(actor=people["tech"], item_id=item().pk)


def answer(people):
    for line in item().lines.filter(answer=""):
        checklist.answer(actor=people["tech"], line_id=line.pk, answer="pass")


def accept(people):
    judged = dict.fromkeys(item().criteria.values_list("pk", flat=True), "Seen")
    return acceptance.accept(actor=people["boss"], item_id=item().pk, judged=judged)


@contextlib.contextmanager
def line_open():
    """Refused because a line has no answer: nothing changed, one event."""
    before, events = snapshot(item()), Event.objects.count()
    with pytest.raises(Refused) as caught:
        yield
    assert codes(caught.value) == ["line_open"]
    assert snapshot(item()) == before
    assert Event.objects.count() == events + 1
    assert Event.objects.latest("pk").verb == "refused"


def test_a_line_that_comes_after_completion_is_reported_and_not_added(people, load):
    complete(people)
    told = (3, "text", "Isolate", "New in the source after it was completed here; not added.")

    for _run in range(2):
        assert load(lines=MORE) == ({"conflict": 1}, [told])
        assert list(item().lines.values_list("text", "answer")) == [("Look", "pass")]

    acceptance.give_back(actor=people["boss"], item_id=item().pk, missing="Isolate it first")
    assert load(lines=MORE) == ({"changed": 1}, [])
    assert list(item().lines.values_list("text", "answer")) == [("Look", "pass"), ("Isolate", "")]


def test_a_line_without_an_answer_is_not_accepted(people, load):
    """However it came to stand on completed work."""
    complete(people)
    line = item().lines.get()
    item().lines.create(key="late", text="Isolate", kind=line.kind, position=2000)

    with line_open():
        accept(people)
    item().lines.filter(key="late").update(withdrawn_at=item().done_at)
    assert accept(people).status == Status.CLOSED


def test_a_line_that_comes_before_is_answered_first(people, load):
    plan(people)
    execution.start(actor=people["tech"], item_id=item().pk)
    answer(people)
    assert load(lines=MORE) == ({"changed": 1}, [])

    with line_open():
        execution.complete(actor=people["tech"], item_id=item().pk)


@pytest.mark.parametrize("blank", ["", "  "])
@pytest.mark.parametrize("wins", ["source", "vinkey"])
def test_planned_work_keeps_why_it_is_done(people, load, wins, blank):
    plan(people)
    told = (2, "why", "", "Emptied in the source; planned work keeps what stands here: because.")

    assert load(blank, wins=wins) == ({"conflict": 1}, [told])
    # Said once: the source says nothing new since.
    assert load(blank, wins=wins) == ({"same": 1}, [])

    assert (item().why, item().status) == ("because", Status.PLANNED)
    load("it leaks", wins=wins)
    assert item().why == {"source": "it leaks", "vinkey": "because"}[wins]


def test_what_stands_here_is_kept_whoever_wrote_it(people, load):
    plan(people)
    items.edit(actor=people["planner"], item_id=item().pk, why="It drips on the belt")
    told = (
        2,
        "why",
        "",
        "Emptied in the source; planned work keeps what stands here: It drips on the belt.",
    )

    assert load("") == ({"conflict": 1}, [told])
    assert item().why == "It drips on the belt"


def test_what_is_only_asked_for_follows_the_source(people, load):
    assert load("") == ({"changed": 1}, [])
    assert item().why == ""
