"""Who is at a site for which company: it may be another at home."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Case, F, OuterRef, Q, QuerySet, Subquery, Value, When

from work.states import Role


def roles(at: datetime | None, person: str = "pk", **wanted: Any) -> QuerySet[Any]:
    """Roles of the person of an outer query that have not ended by then; of any time where None."""
    model: Any = get_user_model()._meta.get_field("memberships").related_model
    rows = model._default_manager.filter(user=OuterRef(person), **wanted)
    return rows if at is None else rows.filter(Q(ends=None) | Q(ends__gt=at))


def of_teams(
    site_id: int, teams: Collection[int], at: datetime | None = None, person: str = "pk"
) -> QuerySet[Any]:
    """The same, as contractor of one of these companies at a site."""
    return roles(at, person, site_id=site_id, role=Role.CONTRACTOR, company_id__in=list(teams))


def company_at(site_id: int, at: datetime, person: str = "pk") -> Subquery:
    """The company as whose contractor the person of an outer query is at a site at a moment.

    Who is so for none now is what he was last; one for whom he is yet to come is no company of
    his before that.
    """
    rows = roles(None, person, site_id=site_id, role=Role.CONTRACTOR, starts__lte=at)
    rows = rows.order_by(
        Case(When(Q(ends=None) | Q(ends__gt=at), then=Value(0)), default=Value(1)),
        F("ends").desc(nulls_first=True),
        "-starts",
        "-pk",
    )
    return Subquery(rows.values("company_id")[:1])
