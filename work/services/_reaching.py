"""Who has a role at a place, of all there are: the other way round of `permissions.scope`."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q
from django.db.models.expressions import RawSQL

from work.permissions import GRANTS
from work.states import Role

_SQL = f"""
SELECT grants.user_id FROM ({GRANTS}) AS grants
 WHERE grants.site_id = %s AND starts_with(%s, grants.path) AND grants.held @> %s::timestamptz
   AND grants.role = ANY(%s) AND (grants.role <> '{Role.CONTRACTOR}' OR grants.team_id = %s)
"""


def reaching(
    site_id: int,
    path: str,
    team_id: int | None,
    at: datetime,
    roles: Collection[Role] = tuple(Role),
) -> Q:
    """The active people with one of these roles at a place, by a duty too.

    A contractor's role counts where the thing is of that company.
    """
    asked = (site_id, path, at, sorted(map(str, roles)), team_id)
    return Q(is_active=True, pk__in=RawSQL(_SQL, asked))


__all__ = ["reaching"]
