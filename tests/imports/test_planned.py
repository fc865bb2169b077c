"""Work that arrives planned stands under the same control as work planned here."""

import pytest

from tests.factories import setup
from work.models import ChecklistLine, Criterion, Place, Prerequisite, WorkItem
from work.services import items
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import FieldKind, LineKind, Role

pytestmark = pytest.mark.django_db

WORK = """
kind = "work"
name = "Orders"
system = "cmms"
key = "id"
[fields]
type = "type"
what = { column = "what", wins = "source" }
why = { constant = "As the system of record says." }
status = { constant = "planned" }
owner_post = "post"
owner_user = "user"
place = { column = "place", wins = "source" }
planned_start = { column = "start", wins = "source" }
[values]
weight = { column = "weight", wins = "source" }
hot = "hot"
"""
HEAD = "id,type,what,post,user,place,start,weight,hot\n"


@pytest.fixture
def plant(site):
    """Two halls, a post that owns, and a type with a criterion, a line, fields and a rule."""
    hall, other = setup.place(site, "HALL"), setup.place(site, "OTHER")
    setup.post_with_duty(hall, setup.person(site, Role.SHIFT_LEAD), code="lead-hall")
    setup.work_type(
        site,
        "lift",
        fields=[
            {"key": "weight", "label": "Weight", "kind": FieldKind.NUMBER, "required_at": "plan"},
            {"key": "hot", "label": "Hot", "kind": FieldKind.YES_NO},
        ],
        lines=[{"key": "sling", "text": "Is the sling whole?", "kind": LineKind.PASS_FAIL}],
    )
    setup.rule(site, "lift-check", place_id=hall.pk)
    return hall, other


@pytest.fixture
def load(put, bring):
    def run(*rows: str, **more):
        text = HEAD + "".join(f"{row}\n" for row in rows)
        done = bring(Kind.WORK, put("orders.csv", text), put("work.toml", WORK), **more)
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [
            (fault.line, fault.column, fault.value, fault.reason)
            for fault, _outcome in report.faults(done)
        ]

    return run


def test_it_has_owner_criteria_lines_values_and_requirements(site, plant, load):
    row = "1,lift,Lift the pump,lead-hall,,HALL,2030-01-02T08:00,12.5,yes"
    assert load(row) == ({"new": 1}, [])
    item = WorkItem.objects.get()
    assert (item.status, item.owner_post, item.incomplete) == ("planned", site.posts.get(), [])
    assert item.values == {"weight": 12.5, "hot": True}
    assert item.planned_at is not None
    assert item.status_since == item.planned_at
    assert [each.text for each in Criterion.objects.filter(item=item)] == ["It works"]
    assert [each.key for each in ChecklistLine.objects.filter(item=item)] == ["sling"]
    rows = Prerequisite.objects.filter(item=item, withdrawn_at=None)
    assert any(each.origin.startswith("rule:") for each in rows)
    assert item.unmet_start == rows.filter(gate="start").exclude(answer="met").count() > 0
    assert not item.ready
    assert load(row) == ({"same": 1}, [])


def test_a_changed_place_asks_the_rules_again(site, plant, load):
    row = "1,lift,Lift the pump,lead-hall,,HALL,2030-01-02T08:00,12.5,yes"
    load(row)
    before, version = WorkItem.objects.get().unmet_start, WorkItem.objects.get().version
    assert load(row.replace("HALL", "OTHER")) == ({"changed": 1}, [])
    item = WorkItem.objects.get()
    assert item.place == Place.objects.get(code="OTHER")
    assert (item.unmet_start, item.version) == (before - 1, version + 1)


def test_what_the_type_asks_for_and_the_row_lacks_is_a_cause(site, plant, load):
    assert load("1,lift,Lift,,,HALL,,,") == ({"new": 1, "incomplete": 1}, [])
    item = WorkItem.objects.get()
    assert (item.status, item.incomplete) == ("requested", ["owner", "values.weight"])


def test_values_that_do_not_fit_their_field(site, plant, load):
    found, faults = load("1,lift,Lift,,,HALL,,heavy,", "2,lift,Lift,,,HALL,,1,perhaps")
    assert found == {"refused": 2}
    assert faults == [
        (2, "weight", "heavy", "This does not fit the field Weight (Number)."),
        (3, "hot", "perhaps", "This is neither yes nor no."),
    ]


def test_a_contractor_or_stranger_never_owns(site, plant, load):
    company = setup.company(site, "hydrex")
    setup.person(site, Role.CONTRACTOR, company=company, username="foreman")
    found, faults = load("1,lift,Lift,,foreman,HALL,,1,", "2,lift,Lift,,nobody,HALL,,1,")
    assert found == {"refused": 2}
    assert [(line, value) for line, _column, value, _reason in faults] == [
        (2, "foreman"),
        (3, "nobody"),
    ]


def test_an_open_item_that_people_took_on_keeps_its_owner(site, plant, load):
    row = "1,lift,Lift,lead-hall,,HALL,,1,"
    load(row)
    lead = setup.person(site, Role.SUPERVISOR)
    items.assign(actor=None, item_id=WorkItem.objects.get().pk, owner_user_id=lead.pk)
    assert load(row.replace(",Lift,", ",Lift it,"))[0] == {"changed": 1}
    item = WorkItem.objects.get()
    assert (item.what, item.owner_user, item.owner_post) == ("Lift it", lead, None)
