"""What came back of the list in a spreadsheet: kept until it was looked at and done.

The changes themselves go through the doors of their items (`services.chosen`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Func, JSONField, Value

from work.exceptions import Forbidden, Reason, Unknown
from work.models import Sheet, Site
from work.permissions import BY_ROLE, Action
from work.services.acts import OpenAct, door

KEPT = timedelta(days=7)


def _make(
    act: OpenAct,
    *,
    site_id: int,
    name: str,
    rows: Sequence[Mapping[str, Any]],
    found: Mapping[str, Any],
) -> Sheet:
    """Keep what a file would change. Nothing of it is done yet."""
    site = Site.objects.filter(pk=site_id, pk__in=act.scope.site_ids()).first()
    if site is None:
        raise Unknown
    roles = {grant.role for grant in act.scope.grants if grant.site_id == site_id}
    allowed = BY_ROLE[Action.EDIT]
    if not roles & allowed:
        raise Forbidden(Reason("role_needed", {"roles": sorted(str(role) for role in allowed)}))
    return Sheet.objects.create(
        site=site,
        by=act.person,
        name=name,
        made_at=act.at,
        rows=list(rows),
        found=dict(found),
    )


def note(sheet: Sheet, results: Mapping[str, Any]) -> None:
    """Keep what became of some of its items; those of another who does the same stay."""
    more = Value(dict(results), JSONField())
    both = Func(F("results"), more, template="%(expressions)s", arg_joiner=" || ")
    Sheet.objects.filter(pk=sheet.pk).update(results=both)


def drop_old(at: datetime) -> int:
    """Remove those that nobody comes back to; how many."""
    return Sheet.objects.filter(made_at__lt=at - KEPT).delete()[0]


make = door(_make)

__all__ = ["KEPT", "drop_old", "make", "note"]
