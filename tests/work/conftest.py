"""The worlds that tests of work/ stand in; import the fixtures to use them elsewhere."""

import pytest

from tests.factories import World, make_world, second_site
from tests.factories.world import SecondSite


@pytest.fixture
def world(db) -> World:
    """A small hvk at Tuesday 24 November 2026, 05:00 of its own time."""
    return make_world()


@pytest.fixture
def nrd(db) -> SecondSite:
    """A second site, to prove separation."""
    return second_site()
