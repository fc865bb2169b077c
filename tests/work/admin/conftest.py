"""Administrators at their browsers."""

import pytest
from django.test import Client

from tests import factories
from tests.work.admin.forms import BACKEND
from work.states import Role


@pytest.fixture
def admin(world):
    """The administrator of hvk."""
    client = Client()
    client.force_login(world.site_admin, backend=BACKEND)
    return client


@pytest.fixture
def other(nrd):
    """An administrator of nrd alone."""
    person = factories.person(nrd.site, Role.SITE_ADMIN, username="other admin")
    person.refresh_from_db()
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client
