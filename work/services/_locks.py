"""The one place that locks.

One control act at a time per site: whatever can change a status, a prerequisite, a blocker, a hold
or a supplier's answer begins with `control`. Inside it no lock order is needed and a recheck sees
every row. Locks are transaction-scoped; none is held on a Python object or in the broker.
"""

from collections.abc import Iterable

from django.db import connection, transaction
from django.db.models import F, QuerySet

from work.models import User, WorkItem
from work.prepared import Among, given, planned, prepared
from work.services import _contexts, _owners
from work.services._definition import definition

# Key space of the per-site control lock; acts take the one-argument (bigint) space.
_CONTROL = 7001
_TIMEOUT = "3s"


def act(act_id: str, context: str) -> None:
    """Make a second sending of the same act wait for the first, and name the act to the history.

    Sets the lock timeout of the transaction: a wait beyond it is answered *busy*.
    """
    _inside()
    with planned() as cursor:
        # The timeout is set before the lock is waited for: CASE fixes the order of evaluation.
        cursor.execute(
            "SELECT CASE WHEN set_config('lock_timeout', %s, true) IS NOT NULL"
            " AND set_config('pghistory.context_id', %s, true) IS NOT NULL"
            " AND set_config('pghistory.context_metadata', %s, true) IS NOT NULL"
            " THEN pg_advisory_xact_lock(hashtextextended(%s, 0)) END",
            [_TIMEOUT, act_id, context, act_id],
        )


def control(*site_ids: int) -> None:
    """Take the control of these sites, in ascending id, until the transaction ends."""
    _inside()
    with connection.cursor() as cursor:
        for site_id in sorted(set(site_ids)):
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_CONTROL, site_id])


def control_of(item_id: int) -> int | None:
    """Take the control of an item's site, which never changes; the site, if there is the item."""
    _inside()
    with planned() as cursor:
        cursor.execute(
            "SELECT site_id, pg_advisory_xact_lock(%s, site_id::int)"
            " FROM work_workitem WHERE id = %s",
            [_CONTROL, item_id],
        )
        found = cursor.fetchone()
    return found[0] if found else None


def roots() -> None:
    """Take the roots of the place tree: those of all sites share one space of paths."""
    _inside()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('work.place.roots', 0))")


def sign_in_names() -> None:
    """Take the sign-in names: those of all sites are of one space."""
    _inside()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('work.user.username', 0))")


def person(user_id: int) -> User | None:
    """A person, whose sign-in nobody else changes meanwhile."""
    _inside()
    return User.objects.filter(pk=user_id).select_for_update(no_key=True).first()


def items(ids: Iterable[int], *, owner: bool = False, held: bool = True) -> list[WorkItem]:
    """The items with their place and type version, in key order.

    A published version never changes, nor does the code of its type: the process knows them.
    owner: with what is known of the owner too, for a gate that asks whether he may own it still.
    held: under the control of their site, so that what is linked with them is read along; without
    it that is asked once their rows are waited for.
    """
    _inside()
    found = _locked(owner, held, ids=list(ids))
    for item in found:
        item.type_version = definition(item.type_version_id).version
        item.type = item.type_version.type
    return found


@prepared
def _locked(owner: bool, held: bool) -> QuerySet[WorkItem]:
    """Items by id, locked."""
    rows = WorkItem.objects.filter(Among(F("pk"), given("ids"))).select_related("place")
    if held:
        rows = rows.annotate(linked=_contexts.linked())
    if owner:
        rows = rows.annotate(owner_known=_owners.known())
    return rows.order_by("pk").select_for_update(of=("self",), no_key=True)


def _inside() -> None:
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("a lock is taken inside an act")
