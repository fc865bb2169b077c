"""People of a site: by the name that somebody types, or of whose permits a list is asked."""

from typing import Any

from django.contrib.auth import get_user_model

from permits.services._named import named
from work.permissions import Scope


def whose(site: Any, who: Scope, pk: int | None) -> Any:
    """Somebody of the site; for a contractor's reader of the own company. None for any other."""
    people = get_user_model()._default_manager.filter(pk=pk, memberships__site=site)
    if who.only_contractor(site.pk):
        people = people.filter(memberships__company__in=who.companies(site.pk))
    return people.first()


__all__ = ["named", "whose"]
