"""Imported work that arrived incomplete: the rows of its page, and how many have each cause."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet

from work.models import Site, WorkItem
from work.permissions import Scope, visible
from work.reads import causes, item
from work.states import Status

SIZE = 100


@dataclass
class IncompleteRow:
    """One item, as it can be chosen."""

    pk: int
    number: int
    version: int
    label: str
    url: str
    what: str
    type: str
    place: str
    lacks: str


def query(site: Site, who: Scope, cause: str = "", after: int | None = None) -> QuerySet[WorkItem]:
    """What the reader may see of it, for one cause or any, the newest first; `after` a number."""
    found = WorkItem.objects.filter(visible(who), site=site, status=Status.REQUESTED)
    found = found.exclude(incomplete=[]).order_by("-number")
    if after:
        found = found.filter(number__lt=after)
    return found.filter(incomplete__contains=[cause]) if cause else found


def named(site: Site, who: Scope, pks: Collection[int]) -> list[IncompleteRow]:
    """Chosen items of the site that the reader may see, whatever became of them since."""
    found = WorkItem.objects.filter(visible(who), site=site, pk__in=pks).order_by("-number")
    return rows(site, found)


def rows(site: Site, items: QuerySet[WorkItem]) -> list[IncompleteRow]:
    """Items as rows: one query. Fields are called by their key."""
    found = items.select_related("type", "place").only(
        "version", "number", "what", "incomplete", "type__name", "place__name"
    )
    return [
        IncompleteRow(
            pk=each.pk,
            number=each.number,
            version=each.version,
            label=item.label(each.number),
            url=item.url(site, each.number),
            what=each.what,
            type=each.type.name,
            place=each.place.name,
            lacks=causes.said(each, {}),
        )
        for each in found
    ]


def counts(site: Site, who: Scope) -> list[tuple[str, int]]:
    """How many have each cause, the most first: one query."""
    return causes.by_cause(query(site, who))


__all__ = ["SIZE", "IncompleteRow", "counts", "named", "query", "rows"]
