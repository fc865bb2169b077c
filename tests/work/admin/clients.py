"""People at their browsers."""

from django.test import Client

from tests.factories import browsers


def signed_in(person) -> Client:
    """The browser of somebody who has signed in."""
    person.refresh_from_db()
    return browsers.signed_in(Client(), person)
