"""Administrators at their browsers."""

import pytest
from django.test import Client

from tests import factories
from tests.factories.browsers import signed_in
from work.states import Role


@pytest.fixture
def admin(world):
    """The administrator of hvk."""
    return signed_in(Client(), world.site_admin)


@pytest.fixture
def other(nrd):
    """An administrator of nrd alone."""
    person = factories.person(nrd.site, Role.SITE_ADMIN, username="other admin")
    person.refresh_from_db()
    return signed_in(Client(), person)
