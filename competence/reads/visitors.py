"""Who is at a site for which company: it may be another at home."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, QuerySet, Subquery

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


def company_at(site_id: int, person: str = "pk") -> Subquery:
    """The company as whose contractor the person of an outer query is at a site, if any."""
    rows = roles(None, person, site_id=site_id, role=Role.CONTRACTOR).order_by("-starts", "-pk")
    return Subquery(rows.values("company_id")[:1])
