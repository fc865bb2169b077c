"""How tests say that an act was refused, and that nothing of competence changed by it."""

import contextlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps

from tests.work.outcomes import codes
from work.exceptions import Forbidden, NotDone, Refused, Stale, Unknown
from work.models import Event


def rows() -> dict[str, list[dict[str, Any]]]:
    """Every row of the domain."""
    models = apps.get_app_config("competence").get_models()
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@contextlib.contextmanager
def not_done(error: type[NotDone], events: list[str]) -> Iterator[pytest.ExceptionInfo[Any]]:
    """Nothing changed, and these events were written."""
    before, newest = rows(), Event.objects.order_by("pk").last()
    with pytest.raises(error) as caught:
        yield caught
    assert rows() == before
    fresh = Event.objects.filter(pk__gt=newest.pk).order_by("pk")
    assert list(fresh.values_list("verb", flat=True)) == events


@contextlib.contextmanager
def refused(*expected: str) -> Iterator[None]:
    """Refused with exactly these reasons, and one event that says so."""
    with not_done(Refused, ["refused"]) as caught:
        yield
    assert codes(caught.value) == list(expected)


def forbidden():
    """Known and not allowed: one event."""
    return not_done(Forbidden, ["refused"])


def unknown():
    """Not theirs to know: nothing is written."""
    return not_done(Unknown, [])


def stale():
    """Seen another state than is there now."""
    return not_done(Stale, [])
