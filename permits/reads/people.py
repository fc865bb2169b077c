"""People of a site: by the name that somebody types, or of whose permits a list is asked."""

from dataclasses import replace
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

from permits.services._named import named
from work.pages import Guest
from work.permissions import Scope, visible
from work.states import Role


def whose(site: Any, who: Scope, pk: int | None) -> Any:
    """Somebody of the site; for a contractor's reader of the own company. None for any other."""
    people = get_user_model()._default_manager.filter(pk=pk, memberships__site=site)
    if who.only_contractor(site.pk):
        people = people.filter(memberships__company__in=who.companies(site.pk))
    return people.first()


def on_which_read(
    rows: QuerySet[Any], who: Scope, site: Any, person: Any, *, reads_site: bool = True
) -> QuerySet[Any]:
    """Those of rows on which the reader reads that person by name: as a guest not a stranger."""
    guest = Guest(who, frozenset(who.companies(site.pk)), reads_site, site.pk)
    if not guest.companies or guest.reads(person.pk, person.company_id):
        return rows
    besides = tuple(each for each in who.grants if each.role != Role.CONTRACTOR)
    return rows.filter(visible(replace(who, grants=besides), team=None))


__all__ = ["named", "on_which_read", "whose"]
