"""Statements by the application's own role, and with what they are refused."""

from tests.factories import (
    live_item,
)
from work.models import Acceptance, WorkItem
from work.services import (
    blockers,
    execution,
)

CHECK, RESTRICT, NO_RIGHT, RAISED = "23514", "23001", "42501", "P0001"

CLOSED = "status = 'closed', closed_at = now()"


def blocked_done_item(world):
    """Completed under an open blocker, which may be told but not accepted."""
    item = live_item(world)
    blockers.raise_(
        actor=world.technician, at=world.t(1), item_id=item.pk, kind="material", what="Seal"
    )
    item = execution.complete(actor=world.technician, at=world.t(2), item_id=item.pk)
    assert item.blocked
    return item


def accepted(item: WorkItem, by) -> None:
    Acceptance.objects.create(item=item, kind="person", by=by, at=item.done_at)
