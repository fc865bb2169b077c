"""Any two acts on one piece of work at once, then the invariants 1, 2, 3 and 8."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.concurrency.threads import together
from tests.factories import (
    closed_item,
    done_item,
    live_item,
    planned_item,
    requested_item,
    rule,
    waiting_item,
)
from tests.properties import invariants, rows
from tests.properties.oracle import Oracle
from work.exceptions import Busy, NotDone
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

RUNS = int(os.environ.get("PAIRS", "60"))
MAKE = [requested_item, planned_item, live_item, waiting_item, done_item, closed_item]
PICK = st.integers(0, 99)


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


def test_any_two_acts_at_once(world):
    item = planned_item(world)
    made = rule(world.site, "hse", waivable_by="shift_lead", mode="watch")
    reader, tried = rows.Reader(), {}

    @settings(
        max_examples=RUNS,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(make=st.sampled_from(MAKE), first=PICK, second=PICK, pick=PICK)
    def try_one(make, first, second, pick):
        rules.set_mode(actor=world.hse, rule_id=made.pk, mode="watch", at=world.at)
        item = make(world)
        rules.set_mode(
            actor=world.hse, rule_id=made.pk, mode=["watch", "enforce"][pick % 2], at=world.at
        )
        item.refresh_from_db()
        acts = acts_on(world, item, made, pick)
        names = [sorted(acts)[first % len(acts)], sorted(acts)[second % len(acts)]]
        before = Oracle(reader.work(), reader.set_up())
        last = rows.read("SELECT max(id) AS id FROM work_event")[0].id
        kept, _all = invariants.history(last)
        results = together(*(acts[name] for name in names))
        for name, result in zip(names, results, strict=True):
            wrong = isinstance(result, Exception) and not isinstance(result, NotDone)
            assert not wrong, (names, name, result)
            assert not isinstance(result, Busy), names
            kind = type(result).__name__ if isinstance(result, NotDone) else "done"
            tried[kind] = tried.get(kind, 0) + 1
        assert invariants.history(last)[0] == kept
        after = Oracle(reader.work(), reader.set_up())
        moments = [world.at + timedelta(seconds=second) for second in (0, 1, 4, 8, 100)]
        invariants.under_way_is_sound(after, reader, world.at)
        invariants.closed_was_accepted(after)
        invariants.nothing_is_doubled(before, after)
        invariants.reading_is_safe(after, reader, moments)
        invariants.settled_is_exact(after, reader, moments[-1])

    try_one()
    assert item.number == 1
    assert tried["done"] >= RUNS / 2
    if "PAIRS" in os.environ:
        print(tried)
