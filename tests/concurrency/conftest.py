"""A world that is committed, so that several connections see it."""

import pytest

from tests.factories import World, make_world
from work.states import Role


@pytest.fixture
def world(transactional_db) -> World:
    """As `tests.work.conftest.world`, in the database itself, with everybody there already."""
    made = make_world()
    for name in (*Role, "second_lead", "second_technician", "welder"):
        getattr(made, str(name))
    return made
