"""Who has a role where, asked of many people at once: the grants of `permissions.scope`."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db.models import Func

from work.models import User
from work.permissions import GRANTS
from work.services._reaching import at_site, reaching
from work.states import Role

_OWN = f"(grants.role <> '{Role.CONTRACTOR}' OR grants.team_id = asked.team_id)"


class HeldWhile(Func):
    """While somebody active has a role at the place of a thing, as ranges of time.

    Of the person, the site, the path of the place and the team, as `Scope.roles` asks.
    """

    template = f"""ARRAY(SELECT grants.held
        FROM (VALUES (%(expressions)s)) AS asked(user_id, site_id, path, team_id)
        JOIN work_user u ON u.id = asked.user_id AND u.is_active
        JOIN ({GRANTS}) AS grants ON grants.user_id = u.id AND grants.site_id = asked.site_id
       WHERE grants.role <> '' AND starts_with(asked.path, grants.path) AND {_OWN})"""
    output_field = ArrayField(DateTimeRangeField())


_HOLDERS = f"""
SELECT u.*, grants.role AS held FROM ({GRANTS}) AS grants
  JOIN work_user u ON u.id = grants.user_id AND u.is_active
 WHERE grants.site_id = %(site)s AND starts_with(%(path)s, grants.path)
   AND grants.held @> %(at)s::timestamptz AND grants.role <> ''
   AND (grants.role = ANY(%(roles)s) OR grants.user_id = ANY(%(people)s))
 ORDER BY u.name, u.id, grants.role
"""


def holders(
    site_id: int,
    path: str,
    at: datetime,
    *,
    roles: Collection[Role],
    people: Collection[int] = (),
) -> list[tuple[Any, Role]]:
    """Who has one of these roles at a place, and what these people have there: one query.

    Each active person once for each role, by name; a contractor's role counts of any company.
    """
    asked = {"roles": [str(each) for each in roles], "people": list(people)}
    rows = User.objects.raw(_HOLDERS, {"site": site_id, "path": path, "at": at, **asked})
    # Of a role there may be several grants.
    return list(dict.fromkeys((each, Role(each.held)) for each in rows))  # type: ignore[attr-defined]


__all__ = ["HeldWhile", "at_site", "holders", "reaching"]
