"""What the events of a gate keep: every verdict, of a refusal too; what would have stopped it."""

import pytest

from tests import factories
from tests.factories import closed_item, live_item, planned_item
from work.exceptions import Refused
from work.models import Event
from work.services import checklist, execution, requirements
from work.states import Gate


def test_a_refused_gate_keeps_its_verdicts(world):
    factories.rule(world.site, "gas")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")

    with pytest.raises(Refused):
        execution.start(actor=world.technician, at=world.t(1), item_id=item.pk)

    data = Event.objects.get(verb="refused").data
    assert data["gate"] == "start"
    verdicts = {each["prerequisite"]: each for each in data["verdicts"]}
    assert set(verdicts) == set(item.prerequisites.values_list("pk", flat=True))
    assert verdicts[row.pk] == {
        "prerequisite": row.pk,
        "line": None,
        "answer": "unmet",
        "mode": "enforce",
        "holds": False,
        "waived": False,
        "clears": "role:hse",
    }


def test_a_refused_hold_point_keeps_its_own_verdicts(world):
    kind = factories.work_type(
        world.site, lines=[{"key": "hp", "text": "Guard", "kind": "pass_fail", "hold_point": True}]
    )
    factories.rule(world.site, "gas", gate=Gate.HOLD_POINT, line_key="hp", type_id=kind.pk)
    item = live_item(world, type_id=kind.pk)
    line = item.lines.get()
    row = item.prerequisites.get(rule__key="gas")

    with pytest.raises(Refused):
        checklist.answer(actor=world.technician, at=world.t(1), line_id=line.pk, answer="pass")

    data = Event.objects.get(verb="refused").data
    assert (data["gate"], [each["prerequisite"] for each in data["verdicts"]]) == (
        "hold_point",
        [row.pk],
    )


def test_a_waiver_that_has_ended_waives_nothing(world):
    factories.rule(world.site, "gas", waivable_by="hse")
    item = planned_item(world)
    row = item.prerequisites.get(rule__key="gas")
    requirements.waive(
        actor=world.hse, at=world.t(1), prerequisite_id=row.pk, until=world.t(2), reason="Once"
    )
    requirements.check(actor=world.hse, at=world.t(3), prerequisite_id=row.pk, passed=True)

    execution.start(actor=world.technician, at=world.t(4), item_id=item.pk)

    [verdict] = [
        each
        for each in Event.objects.get(verb="gate").data["verdicts"]
        if each["prerequisite"] == row.pk
    ]
    assert (verdict["holds"], verdict["waived"]) == (True, False)


def test_rules_in_watch_and_warn_are_told_at_every_gate(world):
    for gate in (Gate.COMPLETE, Gate.CLOSE):
        factories.rule(world.site, f"watch-{gate}", gate=gate, mode="watch")
        factories.rule(world.site, f"warn-{gate}", gate=gate, mode="warn")

    item = closed_item(world)

    rows = {row.rule.key: row.pk for row in item.prerequisites.filter(rule__isnull=False)}
    told = Event.objects.filter(item=item, verb="would_have_stopped").order_by("pk")
    assert [each.data for each in told] == [
        {"gate": "complete", "prerequisites": [rows["watch-complete"]]},
        {"gate": "close", "prerequisites": [rows["watch-close"]]},
    ]
    warned = {
        verb: Event.objects.get(item=item, verb=verb).data["warned"]
        for verb in ("start", "complete", "accept")
    }
    assert warned == {
        "start": [],
        "complete": [rows["warn-complete"]],
        "accept": [rows["warn-close"]],
    }


def test_rules_in_watch_and_warn_are_told_at_a_hold_point(world):
    kind = factories.work_type(
        world.site, lines=[{"key": "hp", "text": "Guard", "kind": "pass_fail", "hold_point": True}]
    )
    for mode in ("watch", "warn"):
        factories.rule(
            world.site, mode, gate=Gate.HOLD_POINT, line_key="hp", type_id=kind.pk, mode=mode
        )
    item = live_item(world, type_id=kind.pk)
    rows = {row.rule.key: row.pk for row in item.prerequisites.filter(rule__isnull=False)}

    checklist.answer(
        actor=world.technician, at=world.t(1), line_id=item.lines.get().pk, answer="pass"
    )

    told = Event.objects.get(item=item, verb="would_have_stopped")
    assert told.data == {"gate": "hold_point", "prerequisites": [rows["watch"]]}
    passed = Event.objects.filter(item=item, verb="gate").latest("pk")
    assert (passed.data["gate"], passed.data["warned"]) == ("hold_point", [rows["warn"]])
