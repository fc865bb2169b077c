"""The control model under random acts by random people over random time.

200 runs of 50 steps, the same ones every time, in four parts so that they share the processors.
`HYPOTHESIS_PROFILE=long python -m pytest tests/properties --hypothesis-seed=N` does
HYPOTHESIS_RUNS (500) others and prints how often each act had which outcome; with
HYPOTHESIS_NO_SHRINK=1 it shows the first failure as it was found.

What the domains answer is asked in `test_gates`; here nothing is of theirs, and they are left out.
"""

import gc
import json
import os

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.factories.registered import without_domains
from tests.properties import machine
from tests.properties.acting import SEEN
from tests.properties.memory import Memory
from tests.properties.world import make_playground

LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
PARTS = 1 if LONG else 4
RUNS = int(os.environ.get("HYPOTHESIS_RUNS", "500")) if LONG else 200
# After its tenth example Hypothesis mostly copies parts of those before: each ten begin anew.
TOGETHER = min(RUNS, 10)
SETTINGS = settings(
    max_examples=TOGETHER,
    stateful_step_count=50,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    report_multiple_bugs=False,
    phases=[Phase.generate] + [Phase.shrink] * ("HYPOTHESIS_NO_SHRINK" not in os.environ),
)


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_the_invariants_hold(part, request):
    model = type("ControlModel", (machine.ControlModel,), {})
    model.ground = make_playground()
    model.memory = Memory()
    first = request.config.getoption("--hypothesis-seed") if LONG else ""
    gc.freeze()
    try:
        with without_domains(), connection.execute_wrapper(model.memory.watch):
            for ten in range(RUNS // PARTS // TOGETHER):
                chosen = seed(f"{first} {part} {ten}")(model)
                run_state_machine_as_test(chosen, settings=SETTINGS)
    finally:
        gc.unfreeze()
        if LONG:
            print(json.dumps(SEEN, sort_keys=True))
    if not LONG:
        assert SEEN["runs"] >= RUNS // PARTS
