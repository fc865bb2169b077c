"""Physically complete: every line answered and disposed, fields and evidence there."""

from tests import factories
from tests.factories import live_item, waiting_item
from tests.work.outcomes import refused
from work.models import Event
from work.services import blockers, checklist, execution, items, proof, requirements
from work.states import Status


def complete(world, item, minutes=20, actor=None, **given):
    return execution.complete(
        actor=actor or world.technician, at=world.t(minutes), item_id=item.pk, **given
    )


def test_done_by_name(world):
    item = complete(world, live_item(world), happened_at=world.t(18))

    assert (item.status, item.done_at, item.completed_by) == (
        Status.DONE,
        world.t(18),
        world.technician,
    )
    assert Event.objects.filter(item=item).last().data == {
        "from": "live",
        "to": "done",
        "blockers": [],
    }


def test_a_lead_completes_in_their_place_and_is_the_completer(world):
    item = complete(world, live_item(world), actor=world.supervisor)

    assert item.completed_by == world.supervisor


def test_all_that_is_missing_is_said_at_once(world):
    kind = factories.work_type(
        world.site,
        fields=[{"key": "hours", "label": "Hours", "kind": "number", "required_at": "complete"}],
        criteria=[
            {"key": "photo", "text": "Seen", "evidence": True, "needed_at": "complete"},
            {"key": "later", "text": "Later", "evidence": True, "needed_at": "close"},
        ],
        lines=[
            {"key": "a", "text": "A", "kind": "pass_fail"},
            {"key": "b", "text": "B", "kind": "pass_fail"},
            {"key": "c", "text": "C", "kind": "pass_fail"},
        ],
    )
    factories.rule(world.site, "cleaned", gate="complete", type_id=kind.pk)
    item = live_item(world, type_id=kind.pk)
    passed, failed, _open = item.lines.all()
    for line, answer in ((passed, "pass"), (failed, "fail")):
        checklist.answer(actor=world.technician, at=world.t(10), line_id=line.pk, answer=answer)

    with refused(
        item,
        "line_open",
        "line_undisposed",
        "field_missing",
        "evidence_missing",
        "requirement_unmet",
    ):
        complete(world, item)


def test_done_when_all_of_it_is_there(world):
    kind = factories.work_type(
        world.site,
        fields=[{"key": "hours", "label": "Hours", "kind": "number", "required_at": "complete"}],
        criteria=[{"key": "photo", "text": "Seen", "evidence": True, "needed_at": "complete"}],
        lines=[{"key": "a", "text": "A", "kind": "pass_fail"}],
    )
    rule = factories.rule(world.site, "cleaned", gate="complete", type_id=kind.pk)
    item = live_item(world, type_id=kind.pk)
    line, row = item.lines.get(), item.prerequisites.get(rule=rule)
    assert not item.is_blocked(world.t(10))  # what is needed only at the end never blocks
    checklist.answer(actor=world.technician, at=world.t(10), line_id=line.pk, answer="fail")
    checklist.dispose(
        actor=world.technician,
        at=world.t(11),
        line_id=line.pk,
        disposition="put_right",
        word="Tightened",
    )
    items.edit(actor=world.planner, at=world.t(12), item_id=item.pk, values={"hours": 2})
    proof.attach(
        actor=world.technician,
        at=world.t(13),
        item_id=item.pk,
        kind="signature",
        said="Seen",
        criterion_id=item.criteria.get().pk,
    )
    requirements.check(actor=world.hse, at=world.t(14), prerequisite_id=row.pk, passed=True)

    item = complete(world, item)

    assert item.status == Status.DONE
    gate = Event.objects.filter(item=item, verb="gate").last()
    assert (gate.data["gate"], len(gate.data["verdicts"])) == ("complete", 1)


def test_an_open_blocker_does_not_refuse_and_stays(world):
    item = live_item(world)
    blocker = blockers.raise_(
        actor=world.operator, at=world.t(5), item_id=item.pk, kind="other", what="Noise"
    )

    item = complete(world, item)

    assert (item.status, item.is_blocked(world.t(20))) == (Status.DONE, True)
    assert Event.objects.filter(item=item).last().data["blockers"] == [blocker.pk]


def test_struck_evidence_proves_nothing(world):
    kind = factories.work_type(
        world.site,
        criteria=[{"key": "photo", "text": "Seen", "evidence": True, "needed_at": "complete"}],
    )
    item = live_item(world, type_id=kind.pk)
    evidence = proof.attach(
        actor=world.technician,
        at=world.t(10),
        item_id=item.pk,
        kind="signature",
        said="Seen",
        criterion_id=item.criteria.get().pk,
    )
    proof.strike(actor=world.technician, at=world.t(11), evidence_id=evidence.pk, word="Wrong")

    with refused(item, "evidence_missing"):
        complete(world, item)


def test_waiting_work_is_resumed_first(world):
    item = waiting_item(world)

    with refused(item, "not_from"):
        complete(world, item)
