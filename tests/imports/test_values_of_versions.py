"""A later run writes an item's own values only as the item's own type and version hold them."""

import pytest

from tests.factories import setup
from work.models import WorkItem
from work.services import types
from work.services.import_ import report
from work.services.import_.mapping import Kind
from work.states import FieldKind, Role

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
place = { constant = "HALL" }
status = { column = "state" }
owner_post = { constant = "lead" }
[values]
weight = { column = "weight", wins = "source" }
hot = { column = "hot", wins = "source" }
"""
WEIGHT = {"key": "weight", "label": "Weight", "kind": FieldKind.TEXT}
HOT = {"key": "hot", "label": "Hot", "kind": FieldKind.YES_NO}


@pytest.fixture
def lift(site):
    hall = setup.place(site, "HALL")
    setup.post_with_duty(hall, setup.person(site, Role.SHIFT_LEAD), code="lead")
    return setup.work_type(site, "lift", fields=[{**WEIGHT, "required_at": "plan"}, HOT])


@pytest.fixture
def load(lift, put, bring):
    def run(row, mapping=WORK, **more):
        path = put("in.csv", f"id,state,weight,hot\n{row}\n")
        done = bring(Kind.WORK, path, put("work.toml", mapping), **more)
        found = {name: number for name, number in report.counts(done).items() if number}
        return found, [(each.column, each.value, each.reason) for each, _ in report.faults(done)]

    return run


def become(site, *fields):
    """The items are planned as another type; how that is done is no matter of these tests."""
    weld = setup.work_type(site, "weld", fields=fields)
    WorkItem.objects.update(type=weld, type_version=weld.versions.get())


def values() -> dict:
    return WorkItem.objects.get(external_key="1").values


def test_a_value_takes_the_form_that_the_type_of_the_item_asks_for(lift, load):
    load("1,planned,12,yes")
    become(lift.site, {**WEIGHT, "kind": FieldKind.NUMBER}, HOT)
    assert load("1,planned,13,yes") == ({"changed": 1}, [])
    assert values() == {"weight": 13.0, "hot": True}
    assert load("1,planned,13,yes") == ({"same": 1}, [])


def test_an_older_version_is_not_given_what_only_a_newer_one_holds(lift, load):
    load("1,planned,12,yes")
    draft = types.create_draft(actor=None, at=setup.AT, type_id=lift.pk)
    fields = [WEIGHT, HOT, {"key": "cold", "label": "Cold", "kind": FieldKind.YES_NO}]
    parts = {"fields": fields, "stages": [], "criteria": [], "lines": []}
    types.write_draft(actor=None, at=setup.AT, version_id=draft.pk, **parts)
    types.publish(actor=None, at=setup.AT, version_id=draft.pk)
    told = [("hot", "no", "The work type has no field cold.")]
    cold = WORK + 'cold = "hot"\n'
    assert load("1,planned,12,no", mapping=cold) == ({"conflict": 1}, told)
    assert values() == {"weight": "12", "hot": False}
    assert load("1,planned,12,no", mapping=cold) == ({"same": 1}, [])


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_value_that_the_version_has_no_field_for_is_reported(lift, load, dry_run):
    load("1,planned,12,yes")
    become(lift.site, WEIGHT)
    WorkItem.objects.update(values={"weight": "12"})
    told = [("hot", "no", "The work type has no field hot.")]
    assert load("1,planned,12,no", dry_run=dry_run) == ({"conflict": 1}, told)
    assert values() == {"weight": "12"}
    if not dry_run:  # said once
        assert load("1,planned,12,no") == ({"same": 1}, [])


def test_a_value_that_does_not_fit_the_version_is_reported(lift, load):
    load("1,planned,12,yes")
    choice = {**WEIGHT, "kind": FieldKind.CHOICE, "choices": ["12", "14"]}
    become(lift.site, choice, HOT)
    told = [("weight", "13", "This does not fit the field Weight (Choice).")]
    assert load("1,planned,13,no") == ({"conflict": 1}, told)
    assert values() == {"weight": "12", "hot": False}


@pytest.mark.parametrize("dry_run", [False, True])
def test_planned_work_keeps_a_value_that_it_needs(load, dry_run):
    load("1,planned,12,yes")
    kept = "Emptied in the source; planned work keeps what stands here: 12."
    assert load("1,planned,,", dry_run=dry_run) == ({"conflict": 1}, [("weight", "", kept)])
    # What nobody needs goes, and leaves nothing behind.
    assert values() == ({"weight": "12", "hot": True} if dry_run else {"weight": "12"})


def test_requested_work_follows_the_source(load):
    load("1,requested,12,no")
    assert values() == {"weight": "12", "hot": False}
    assert load("1,requested,,no") == ({"changed": 1}, [])
    assert values() == {"hot": False}
