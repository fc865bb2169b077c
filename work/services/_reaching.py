"""Who has a role at a place or a site, of all there are: the other way round of
`permissions.scope`.
"""

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
_AT_SITE_SQL = f"""
SELECT grants.user_id FROM ({GRANTS}) AS grants
 WHERE grants.site_id = %s AND grants.held @> %s::timestamptz AND grants.role = ANY(%s)
   AND (grants.role <> '{Role.CONTRACTOR}' OR grants.team_id = ANY(%s::bigint[]))
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


def at_site(site_id: int, at: datetime, roles: Collection[Role], teams: Collection[int] = ()) -> Q:
    """The active people with one of these roles at some place of a site, by a duty too.

    A contractor's role counts of these companies.
    """
    asked = (site_id, at, sorted(map(str, roles)), sorted(teams))
    return Q(is_active=True, pk__in=RawSQL(_AT_SITE_SQL, asked))


__all__ = ["at_site", "reaching"]
