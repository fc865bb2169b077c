"""Acts on one piece of work by those who may do them, for two of them to be done at once."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    waiting_item,
)
from work.models import Prerequisite, WorkItem
from work.services import (
    acceptance,
    blockers,
    clock,
    execution,
    holds,
    items,
    people,
    proof,
    requirements,
    rules,
)

MAKE = [requested_item, planned_item, live_item, waiting_item, done_item, closed_item]


def acts_on(world: Any, item: WorkItem, made: Any, pick: int) -> dict[str, Callable]:
    """Acts on one item by who may do them, all at the same second."""
    own = {"item_id": item.pk, "at": world.at}
    seen = {"seen": item.version} if pick % 2 else {}
    row = Prerequisite.objects.filter(item=item, rule=made).first()
    blocker = item.blockers.filter(ended_at=None, prerequisite=None).first()
    criteria = list(item.criteria.values_list("pk", flat=True))
    technician, lead, planner = world.technician, world.shift_lead, world.planner
    acts: dict[str, Callable] = {
        "plan": lambda: items.plan(
            actor=planner,
            owner_post_id=world.lead_post.pk,
            executor_ids=[technician.pk],
            **own,
            **seen,
        ),
        "edit": lambda: items.edit(
            actor=planner, planned_start=world.at + timedelta(hours=pick % 5 - 1), **own, **seen
        ),
        "assign": lambda: items.assign(
            actor=planner, executor_ids=[world.second_technician.pk][: pick % 3], **own, **seen
        ),
        "return": lambda: items.return_(actor=planner, reason="Later", **own),
        "cancel": lambda: items.cancel(actor=planner, reason="No need", **own),
        "start": lambda: execution.start(actor=technician, **own, **seen),
        "wait": lambda: execution.wait(
            actor=technician, condition="Safe", blocker={"kind": "plant", "what": "Seal"}, **own
        ),
        "resume": lambda: execution.resume(actor=technician, **own, **seen),
        "stop": lambda: execution.stop(actor=technician, condition="Safe", **own),
        "complete": lambda: execution.complete(actor=technician, **own, **seen),
        "accept": lambda: acceptance.accept(
            actor=lead, judged=dict.fromkeys(criteria, "Seen"), **own, **seen
        ),
        "give back": lambda: acceptance.give_back(actor=lead, missing="A photo", **own),
        "reopen": lambda: acceptance.reopen(actor=lead, reason="It broke", **own),
        "raise": lambda: blockers.raise_(actor=technician, kind="plant", what="Seal", **own),
        "hold": lambda: holds.place(actor=lead, kind="use", place_id=world.l3.pk, **own),
        "comment": lambda: items.comment(actor=technician, text="Seen", **own),
        "criterion": lambda: proof.add_criterion(actor=planner, text="No drip", **own),
        "evidence": lambda: proof.attach(
            actor=technician, kind="signature", said="T. Vos", criterion_id=None, **own
        ),
        "mode": lambda: rules.set_mode(
            actor=world.hse, rule_id=made.pk, mode=["watch", "enforce"][pick % 2], at=world.at
        ),
        "leave": lambda: people.deactivate_person(
            actor=world.site_admin, user_id=world.second_technician.pk, at=world.at
        ),
        "minute": lambda: clock.settle_due(world.at + timedelta(seconds=pick)),
    }
    if row is not None:
        named = {"prerequisite_id": row.pk, "at": world.at}
        until = world.at + timedelta(seconds=pick % 7 + 1)
        acts["check"] = lambda: requirements.check(
            actor=world.hse, passed=bool(pick % 3), remark="So", valid_until=until, **named
        )
        acts["waive"] = lambda: requirements.waive(actor=lead, until=until, reason="Seen", **named)
    if blocker is not None:
        acts["clear"] = lambda: blockers.clear(
            actor=planner, at=world.at, blocker_id=blocker.pk, word="There"
        )
    return acts
