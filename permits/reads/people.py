"""People of a site by the name that somebody types."""

from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q

from work.states import Role

_OWN_PEOPLE = sorted(set(Role) - {Role.VIEWER, Role.AUDITOR, Role.CONTRACTOR})


def named(site_id: int, team_id: int | None, name: str, at: datetime) -> int | None:
    """The one of that name, badge or sign-in who carries work out there; None for none or more."""
    roles = Q(memberships__site_id=site_id, memberships__starts__lte=at)
    roles &= Q(memberships__ends=None) | Q(memberships__ends__gt=at)
    own = Q(memberships__role__in=_OWN_PEOPLE)
    if team_id is not None:
        own |= Q(memberships__company_id=team_id)
    called = Q(name__iexact=name.strip()) | Q(badge=name.strip()) | Q(username=name.strip())
    people = get_user_model().objects.filter(roles & own & called, is_active=True)
    found = set(people.values_list("pk", flat=True)[:2])
    return found.pop() if len(found) == 1 else None
