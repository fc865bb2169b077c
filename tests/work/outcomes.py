"""How tests say that an act was refused and that nothing else happened."""

import contextlib
import functools
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from tests.factories import AT
from tests.work.everything import digest
from work.exceptions import Forbidden, NotDone, Refused, Stale, Unknown
from work.models import Event, WorkItem

RELATED = (
    "prerequisites",
    "blockers",
    "lines",
    "criteria",
    "evidence",
    "acceptances",
    "holds",
    "item_executors",
    "item_assets",
    "item_places",
    "notes",
    "causes",
)


def snapshot(item: WorkItem) -> dict[str, Any]:
    """The item's row and every row that hangs on it, as stored."""
    with connection.cursor() as cursor:
        cursor.execute(_rows_of_an_item(), {"item": item.pk})
        return dict(zip(("item", *RELATED), cursor.fetchone(), strict=True))


@functools.cache
def _rows_of_an_item() -> str:
    """One statement for all of it."""
    known = [(WorkItem._meta.db_table, "id")]
    for name in RELATED:
        relation = WorkItem._meta.get_field(name)
        known.append((relation.related_model._meta.db_table, relation.field.column))
    rows = "(SELECT jsonb_agg(t ORDER BY t.id) FROM {} t WHERE t.{} = %(item)s)"
    return "SELECT " + ", ".join(rows.format(*each) for each in known)


def codes(error: NotDone) -> list[str]:
    return [reason.code for reason in error.reasons]


def written() -> list[str]:
    """Verbs of all events since the world stands; its people come earlier, when first named."""
    events = Event.objects.filter(recorded_at__gte=AT).order_by("pk")
    return list(events.values_list("verb", flat=True))


@contextlib.contextmanager
def left_unchanged(item: WorkItem, *events: str) -> Iterator[None]:
    """Nothing of the item changes inside; only these events are written."""
    before, earlier = snapshot(item), written()
    yield
    after = snapshot(item)
    assert after == before, {name: after[name] for name in after if after[name] != before[name]}
    fresh = written()[len(earlier) :]
    assert fresh == list(events), fresh


@contextlib.contextmanager
def refused(item: WorkItem, *expected: str) -> Iterator[pytest.ExceptionInfo[Refused]]:
    """Refused with exactly these codes: nothing changed, one event *refused*."""
    with left_unchanged(item, "refused"), pytest.raises(Refused) as caught:
        yield caught
    assert codes(caught.value) == list(expected)


@contextlib.contextmanager
def refused_alone(*expected: str) -> Iterator[None]:
    """Refused with exactly these codes, and of all tables only the history has one row more."""
    before, newest = digest(), Event.objects.order_by("pk").last()
    with pytest.raises(Refused) as caught:
        yield
    after = digest()
    assert codes(caught.value) == list(expected)
    assert {name for name in after if after[name] != before[name]} == {"work_event"}
    fresh = Event.objects.filter(pk__gt=newest.pk)
    assert [event.verb for event in fresh] == ["refused"]
    assert [each["code"] for each in fresh[0].data["reasons"]] == list(expected)


@contextlib.contextmanager
def forbidden(item: WorkItem, code: str) -> Iterator[None]:
    with left_unchanged(item, "refused"), pytest.raises(Forbidden) as caught:
        yield
    assert codes(caught.value) == [code]


@contextlib.contextmanager
def unknown(item: WorkItem) -> Iterator[None]:
    """Nothing is said or written about what the actor may not know."""
    with left_unchanged(item), pytest.raises(Unknown):
        yield


@contextlib.contextmanager
def stale(item: WorkItem) -> Iterator[None]:
    with left_unchanged(item), pytest.raises(Stale):
        yield


@contextlib.contextmanager
def rolled_back() -> Iterator[None]:
    """What is done inside is undone, doors included."""
    block = transaction.atomic()
    block._from_testcase = True  # so that doors may be outermost inside it
    with block:
        yield
        transaction.set_rollback(True)
