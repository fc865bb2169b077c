"""Permits × isolations × locks × work × people under random acts over random time.

`HYPOTHESIS_PROFILE=long python -m pytest tests/properties/test_gates.py --hypothesis-seed=N` does
HYPOTHESIS_RUNS (300) others and prints how often each act had which outcome.
"""

import gc

import pytest
from django.db import connection
from hypothesis import seed
from hypothesis import settings as given
from hypothesis.stateful import run_state_machine_as_test

from tests.properties import gates_machine, rows
from tests.properties.gates_ground import make_gates
from tests.properties.memory import Memory
from tests.properties.test_control_model import LONG, RUNS, SETTINGS

_RUNS = RUNS if LONG else 30
_SETTINGS = given(SETTINGS, max_examples=10, stateful_step_count=40)


@pytest.mark.django_db
def test_what_is_in_force_holds_and_what_is_relied_on_stays(request):
    model = type("GatesModel", (gates_machine.GatesModel,), {})
    model.ground = make_gates()
    model.memory, model.reader = Memory("permits_"), rows.Reader()
    first = request.config.getoption("--hypothesis-seed") if LONG else ""
    gc.freeze()
    try:
        with connection.execute_wrapper(model.memory.watch):
            for ten in range(_RUNS // 10):
                run_state_machine_as_test(seed(f"{first} gates {ten}")(model), settings=_SETTINGS)
    finally:
        gc.unfreeze()
        if LONG:
            print(gates_machine.told())
    assert gates_machine.SEEN["runs"] >= _RUNS
