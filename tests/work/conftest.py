"""The worlds that tests of work/ stand in; import the fixtures to use them elsewhere."""

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from tests.factories import World, kept, make_world, second_site
from tests.factories.world import SecondSite


@pytest.fixture
def world(db) -> World:
    """A small hvk at Tuesday 24 November 2026, 05:00 of its own time."""
    return make_world()


@pytest.fixture
def nrd(db) -> SecondSite:
    """A second site, to prove separation."""
    return second_site()


@pytest.fixture
def app(world):
    """Does SQL as the application's role, and tells the SQLSTATE with which it is refused."""
    call_command("grant_app_role", verbosity=0)
    kept.granted()

    def state(statement: str, params=(), *, then: str = "SET CONSTRAINTS ALL IMMEDIATE") -> str:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE vinkey_app")
                cursor.execute(statement, params)
                changed = cursor.rowcount
                cursor.execute(then)
                cursor.execute("RESET ROLE")
        except DatabaseError as error:
            return error.__cause__.sqlstate
        return f"done to {changed}"

    return state
