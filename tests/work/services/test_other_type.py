"""Planned as another type: the new one asks all that it asks, the old one nothing any more."""

import pytest

from tests import factories
from tests.factories import live_item, planned_item, requested_item
from tests.work.outcomes import refused, unknown
from work.models import Event
from work.services import acceptance, checklist, execution, items, proof, requirements
from work.states import EvidenceKind, Status

LOOK = {"key": "guard", "text": "Look at the guard", "kind": "pass_fail"}
HELD = {"key": "guard", "text": "Isolated?", "kind": "pass_fail", "hold_point": True}


@pytest.fixture
def plain(world):
    return factories.work_type(
        world.site, "PLAIN", lines=[LOOK, {"key": "oil", "text": "Oil level", "kind": "pass_fail"}]
    )


@pytest.fixture
def strict(world):
    kind = factories.work_type(
        world.site,
        "STRICT",
        criteria=[{"key": "ok", "text": "Shown", "evidence": True, "quality": True}],
        lines=[HELD],
    )
    factories.rule(world.site, "iso", gate="hold_point", line_key="guard", type_id=kind.pk)
    return kind


def back(world, item, minutes=5):
    return items.return_(
        actor=world.planner, at=world.t(minutes), item_id=item.pk, reason="Another type"
    )


def plan(world, item, kind, minutes=6, **given):
    return items.plan(
        actor=world.planner, at=world.t(minutes), item_id=item.pk, type_id=kind.pk, **given
    )


def standing(item, rows, *columns):
    return list(getattr(item, rows).filter(withdrawn_at=None).values_list(*columns))


def test_the_new_type_asks_all_that_it_asks(world, plain, strict):
    item = planned_item(world, type_id=plain.pk)
    old = {line.key: line.pk for line in item.lines.all()}
    was = item.criteria.get()
    own = proof.add_criterion(actor=world.planner, at=world.t(4), item_id=item.pk, text="No drip")
    back(world, item)

    item = plan(world, item, strict)

    assert standing(item, "lines", "key", "text", "hold_point") == [("guard", "Isolated?", True)]
    assert standing(item, "criteria", "key", "text", "evidence", "quality") == [
        ("ok", "Shown", True, True),
        (own.key, "No drip", False, False),
    ]
    gone = item.lines.filter(withdrawn_at=world.t(6)).order_by("pk")
    assert list(gone.values_list("key", "text")) == [
        ("guard", "Look at the guard"),
        ("oil", "Oil level"),
    ]
    line = item.lines.get(withdrawn_at=None)
    asked = item.prerequisites.get(gate="hold_point", withdrawn_at=None)
    assert (asked.rule.key, asked.line_id) == ("iso", line.pk)
    assert Event.objects.filter(item=item, verb="plan").last().data["old_type"] == {
        "type": plain.pk,
        "criteria": [was.pk],
        "lines": [old["guard"], old["oil"]],
        "values": [],
    }


def test_it_is_closed_by_what_the_new_type_asks_and_by_nothing_else(world, plain, strict):
    item = planned_item(world, type_id=plain.pk)
    looked, was = item.lines.get(key="guard"), item.criteria.get()
    item = plan(world, back(world, item), strict)
    line, shown = item.lines.get(withdrawn_at=None), item.criteria.get(withdrawn_at=None)
    item = execution.start(actor=world.technician, at=world.t(7), item_id=item.pk)

    with unknown(item):
        checklist.answer(
            actor=world.technician, at=world.t(8), line_id=looked.pk, answer="could_not", said="x"
        )
    with refused(item, "requirement_unmet"):
        checklist.answer(actor=world.technician, at=world.t(8), line_id=line.pk, answer="pass")
    with refused(item, "line_open"):
        execution.complete(actor=world.technician, at=world.t(8), item_id=item.pk)
    with unknown(item):
        proof.judge(actor=world.shift_lead, at=world.t(8), criterion_id=was.pk, word="Fine")
    for named in ({"line_id": looked.pk}, {"criterion_id": was.pk}):
        with unknown(item):
            sign(world, item, **named)

    asked = item.prerequisites.get(gate="hold_point", withdrawn_at=None)
    requirements.check(actor=world.hse, at=world.t(8), prerequisite_id=asked.pk, passed=True)
    checklist.answer(actor=world.technician, at=world.t(9), line_id=line.pk, answer="pass")
    item = execution.complete(actor=world.shift_lead, at=world.t(9), item_id=item.pk)
    with refused(item, "criterion_open", "four_eyes"):
        acceptance.accept(
            actor=world.shift_lead, at=world.t(10), item_id=item.pk, judged={shown.pk: "Fine"}
        )
    sign(world, item, criterion_id=shown.pk)
    item = acceptance.accept(actor=world.supervisor, at=world.t(11), item_id=item.pk)
    assert item.status == Status.CLOSED


def sign(world, item, **named):
    return proof.attach(
        actor=world.technician,
        at=world.t(9),
        item_id=item.pk,
        kind=EvidenceKind.SIGNATURE,
        said="Seen and signed",
        **named,
    )


def test_what_was_answered_stays_to_be_read(world, plain, strict):
    item = live_item(world, type_id=plain.pk)
    looked = item.lines.get(key="guard")
    checklist.answer(actor=world.technician, at=world.t(1), line_id=looked.pk, answer="pass")
    proof.judge(
        actor=world.shift_lead, at=world.t(1), criterion_id=item.criteria.get().pk, word="Fine"
    )
    signed = sign(world, item, line_id=looked.pk)
    execution.stop(actor=world.technician, at=world.t(2), item_id=item.pk, condition="Safe")
    kept = item.lines.filter(pk=looked.pk).values(), item.criteria.values()
    before = [list(each) for each in kept]

    item = plan(world, back(world, item), strict)

    after = [list(each.all()) for each in kept]
    for was, now in zip(before, after, strict=True):
        assert now[0] == was[0] | {"withdrawn_at": world.t(6)}
    signed.refresh_from_db()
    assert (signed.line_id, signed.stands) == (looked.pk, True)
    fresh = item.lines.get(withdrawn_at=None)
    assert (fresh.key, fresh.answer) == ("guard", "")


def test_a_reopening_leaves_what_was_withdrawn_as_it_was(world, plain):
    item = live_item(world, type_id=plain.pk)
    looked = item.lines.get(key="guard")
    checklist.answer(actor=world.technician, at=world.t(1), line_id=looked.pk, answer="pass")
    was = item.criteria.get()
    proof.judge(actor=world.shift_lead, at=world.t(1), criterion_id=was.pk, word="Fine")
    execution.stop(actor=world.technician, at=world.t(2), item_id=item.pk, condition="Safe")
    item = plan(world, back(world, item), world.mnt)
    execution.start(actor=world.technician, at=world.t(7), item_id=item.pk)
    execution.complete(actor=world.technician, at=world.t(8), item_id=item.pk)
    judged = {item.criteria.get(withdrawn_at=None).pk: "Fine"}
    acceptance.accept(actor=world.shift_lead, at=world.t(9), item_id=item.pk, judged=judged)
    kept = list(item.lines.order_by("pk").values()), item.criteria.filter(pk=was.pk).values().get()

    item = acceptance.reopen(
        actor=world.shift_lead, at=world.t(10), item_id=item.pk, reason="Trips again"
    )

    assert list(item.lines.order_by("pk").values()) == kept[0]
    assert item.criteria.filter(pk=was.pk).values().get() == kept[1]
    assert Event.objects.get(item=item, verb="reopen").data["answers"] == []


def test_back_to_the_first_type_everything_is_asked_anew(world, plain):
    item = planned_item(world, type_id=plain.pk)
    first = set(item.lines.values_list("pk", flat=True))
    item = plan(world, back(world, item), world.mnt)
    assert standing(item, "lines", "key") == []

    item = plan(world, back(world, item, 7), plain, 8)

    assert standing(item, "lines", "key", "answer") == [("guard", ""), ("oil", "")]
    assert not first & {pk for (pk,) in standing(item, "lines", "pk")}
    assert standing(item, "criteria", "key") == [("ok",)]
    assert (item.lines.count(), item.criteria.count()) == (4, 3)


def test_planned_as_the_same_type_keeps_its_answers(world, plain):
    item = live_item(world, type_id=plain.pk)
    looked = item.lines.get(key="guard")
    checklist.answer(actor=world.technician, at=world.t(1), line_id=looked.pk, answer="pass")
    execution.stop(actor=world.technician, at=world.t(2), item_id=item.pk, condition="Safe")

    item = plan(world, back(world, item), plain)

    assert standing(item, "lines", "key", "answer") == [("guard", "pass"), ("oil", "")]
    assert "old_type" not in Event.objects.filter(item=item, verb="plan").last().data


def test_a_refused_plan_withdraws_nothing(world, plain):
    asks = factories.work_type(
        world.site,
        fields=[{"key": "cause", "label": "Cause", "kind": "text", "required_at": "plan"}],
    )
    item = back(world, planned_item(world, type_id=plain.pk, values={}))

    with refused(item, "field_missing"):
        plan(world, item, asks)


def test_a_type_without_a_criterion_of_its_own_needs_one(world, plain):
    bare = factories.work_type(world.site, criteria=[])
    item = back(world, planned_item(world, type_id=plain.pk))

    with refused(item, "criteria_needed"):
        plan(world, item, bare)


def test_a_value_that_does_not_fit_the_new_type_is_left_out(world):
    text = {"kind": "text", "label": "x"}
    first = factories.work_type(
        world.site, fields=[{"key": key, **text} for key in ("tag", "size", "colour", "shift")]
    )
    second = factories.work_type(
        world.site,
        fields=[
            {"key": "tag", "label": "Tag", "kind": "number", "required_at": "start"},
            {"key": "size", "label": "Size", "kind": "number"},
            {"key": "shift", "label": "Shift", "kind": "choice", "choices": ["day", "night"]},
        ],
    )
    given = {"tag": "abc", "size": "2,5", "colour": "red", "shift": "night"}
    item = requested_item(world, type_id=first.pk, values=given)

    item = plan(
        world,
        item,
        second,
        owner_post_id=world.lead_post.pk,
        executor_ids=[world.technician.pk],
    )

    assert item.values == {"size": 2.5, "shift": "night"}
    event = Event.objects.filter(item=item, verb="plan").get()
    assert event.data["old_type"]["values"] == ["colour", "tag"]
    with refused(item, "field_missing"):
        execution.start(actor=world.technician, at=world.t(7), item_id=item.pk)
    items.edit(actor=world.planner, at=world.t(8), item_id=item.pk, values={"tag": "7"})
    item = execution.start(actor=world.technician, at=world.t(9), item_id=item.pk)
    assert item.values == {"tag": 7.0, "size": 2.5, "shift": "night"}
