"""What may be chosen on the pages of competence: competences, teams, places."""

from collections.abc import Collection
from typing import Any

from competence.facts import SiteFacts
from competence.models import Competence, Induction, Rule
from competence.states import Asks
from work.permissions import Scope, visible

_MOST = 200


def competences(site: Any) -> list[tuple[int, str]]:
    """The competences in use: one query."""
    rows = Competence.objects.filter(site_id=site.pk, is_active=True)
    return [(each.pk, f"{each.code} {each.name}") for each in rows.order_by("name")[:_MOST]]


def called(site_id: int, codes: Collection[str]) -> dict[str, str]:
    """What competences of a site are called now, by code, in use or not: one query."""
    rows = Competence.objects.filter(site_id=site_id, code__in=list(codes))
    return dict(rows.values_list("code", "name"))


def teams(site: Any, who: Scope) -> list[tuple[str, str]]:
    """Crews, departments and companies of which the reader may know: one query."""
    model: Any = Rule._meta.get_field("team").related_model
    rows = model._default_manager.filter(site_id=site.pk, is_active=True)
    if who.only_contractor(site.pk):
        rows = rows.filter(pk__in=who.companies(site.pk))
    return [(str(pk), name) for pk, name in rows.order_by("name").values_list("pk", "name")[:_MOST]]


def types(site: Any) -> list[tuple[int, str]]:
    """The types of work in use: one query."""
    model: Any = Rule._meta.get_field("type").related_model
    rows = model._default_manager.filter(site_id=site.pk, is_active=True)
    return list(rows.order_by("name").values_list("pk", "name")[:_MOST])


def places(site: Any, who: Scope) -> list[tuple[str, str]]:
    """The site's areas by their path, for narrowing: one query."""
    return [(path, f"{code} {name}") for _, path, code, name in _areas(site, who)]


def areas(site: Any, who: Scope) -> list[tuple[int, str]]:
    """The same by their id, for forms: one query."""
    return [(pk, f"{code} {name}") for pk, _, code, name in _areas(site, who)]


def _areas(site: Any, who: Scope) -> list[tuple[int, str, str, str]]:
    model: Any = Induction._meta.get_field("place").related_model
    rows = model._default_manager.filter(visible(who, place="", team=None), site_id=site.pk)
    rows = rows.filter(depth__lte=2, is_active=True).order_by("path")
    return list(rows.values_list("pk", "path", "code", "name")[:_MOST])


def induction_places(site: Any, who: Scope, asked: SiteFacts) -> list[tuple[int, str]]:
    """The places that ask an induction of their own; else the site's areas, which is one query."""
    found = {
        rule.place_id: rule.place
        for rule in asked.rules
        if rule.asks == Asks.INDUCTION and rule.place_id is not None
    }
    return list(found.items()) or areas(site, who)
