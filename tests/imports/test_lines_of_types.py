"""Imported lines stand beside those of the type, whatever they are called in the source."""

import pytest

from tests.factories import setup
from work.models import ChecklistLine, User, WorkItem
from work.services import items
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import LineKind, Role

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = { constant = "lift" }
what = "id"
why = { constant = "As asked." }
owner_user = "owner"
place = { constant = "HALL" }
status = "state"
[lines]
file = "lines.csv"
record = "order"
key = "nr"
wins = "source"
[lines.fields]
text = "text"
"""
LINES = "order,nr,text\n1,10,Look\n"


@pytest.fixture
def load(site, put, bring):
    setup.place(site, "HALL")
    setup.person(site, Role.SUPERVISOR, username="nora")
    setup.work_type(
        site,
        "lift",
        lines=[
            {
                "key": "10",
                "text": "Is it isolated?",
                "kind": LineKind.PASS_FAIL,
                "hold_point": True,
            },
            {"key": "20", "text": "Pressure", "kind": LineKind.READING, "unit": "bar", "high": 2},
        ],
    )

    def run(state: str, lines: str = LINES):
        put("lines.csv", lines)
        orders = put("orders.csv", f"id,owner,state\n1,nora,{state}\n")
        done = bring(Kind.WORK, orders, put("work.toml", WORK))
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [(each.file, each.line, each.code) for each, _said in report.faults(done)]

    return run


def lines() -> list[tuple]:
    rows = ChecklistLine.objects.order_by("position", "pk")
    return list(rows.values_list("key", "text", "kind", "hold_point", "na_allowed"))


OF_TYPE = [
    ("10", "Is it isolated?", "pass_fail", True, False),
    ("20", "Pressure", "reading", False, False),
]
OF_SOURCE = ("cmms:10", "Look", "pass_fail", False, True)


def test_of_work_that_arrives_planned(load):
    assert load("planned") == ({"new": 1}, [])

    assert lines() == [*OF_TYPE, OF_SOURCE]
    assert load("planned") == ({"same": 1}, [])


def test_of_work_that_is_planned_here_and_imported_again(load):
    load("requested")
    owner = User.objects.get(username="nora")
    items.plan(actor=None, item_id=WorkItem.objects.get().pk, owner_user_id=owner.pk)

    more = LINES.replace("Look", "Look well") + "1,20,Listen\n"
    assert load("requested", more) == ({"changed": 1}, [])
    assert lines() == [
        *OF_TYPE,
        ("cmms:10", "Look well", "pass_fail", False, True),
        ("cmms:20", "Listen", "pass_fail", False, True),
    ]
    assert load("requested", more) == ({"same": 1}, [])


def test_a_key_has_room_for_the_name_of_the_system(load):
    fits, too_long = "x" * 195, "y" * 196

    found, faults = load("requested", f"order,nr,text\n1,{too_long},Look\n")
    assert (found, faults) == ({"refused": 1}, [("lines.csv", 2, "too_long")])
    assert load("requested", f"order,nr,text\n1,{fits},Look\n")[0] == {"new": 1}
    assert ChecklistLine.objects.get().key == f"cmms:{fits}"
