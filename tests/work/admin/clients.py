"""People at their browsers."""

from django.test import Client

from tests.work.admin.forms import BACKEND


def signed_in(person) -> Client:
    """The browser of somebody who has signed in."""
    person.refresh_from_db()
    client = Client()
    client.force_login(person, backend=BACKEND)
    return client
