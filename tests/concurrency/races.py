"""What the races of two people have in common: who does what, and what came of it."""

from work.exceptions import NotDone
from work.models import Event, WorkItem
from work.services import (
    acceptance,
    execution,
    requirements,
)

RACES = 15


def codes(no: NotDone) -> list[str]:
    return [reason.code for reason in no.reasons]


def split(results: list) -> tuple[list, list]:
    """What was done, and what was not."""
    wrong = [r for r in results if isinstance(r, Exception) and not isinstance(r, NotDone)]
    assert not wrong, wrong
    done = [result for result in results if not isinstance(result, NotDone)]
    return done, [result for result in results if isinstance(result, NotDone)]


def now(item: WorkItem) -> WorkItem:
    return WorkItem.objects.get(pk=item.pk)


def verbs(item: WorkItem, *names: str) -> int:
    return Event.objects.filter(item=item, verb__in=names).count()


def accepting(world, item, by=None, **given):
    judged = dict.fromkeys(item.criteria.values_list("pk", flat=True), "Seen")
    return lambda: acceptance.accept(
        actor=by or world.shift_lead, at=world.t(1), item_id=item.pk, judged=judged, **given
    )


def check_needed(world, item):
    return requirements.require(
        actor=world.planner,
        at=world.t(0),
        item_id=item.pk,
        gate="start",
        kind="permit",
        supplier="work.check",
        params={"role": "hse"},
        what="Gas free",
    )


def say(world, row, passed, minute=1, **given):
    return requirements.check(
        actor=world.hse,
        at=world.t(minute),
        prerequisite_id=row.pk,
        passed=passed,
        remark="Measured",
        **given,
    )


def starting(world, item, minute=1):
    return lambda: execution.start(actor=world.technician, at=world.t(minute), item_id=item.pk)
