"""Any two acts on one piece of work at once, then the invariants 1, 2, 3 and 8."""

import os
from datetime import timedelta

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.concurrency.acts import MAKE, acts_on
from tests.concurrency.threads import together
from tests.factories import (
    planned_item,
    rule,
)
from tests.properties import invariants, rows
from tests.properties.oracle import Oracle
from work.exceptions import Busy, NotDone
from work.services import (
    rules,
)

RUNS = int(os.environ.get("PAIRS", "60"))
PICK = st.integers(0, 99)


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
