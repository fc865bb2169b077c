"""Permits, isolations, documents and competence around the site that `load_bulk` makes.

The rows are made by SQL with triggers off, from the number of each, so that two loads are alike;
what the tables themselves forbid (one person on both sides, two revisions in force) holds here too.
For a database to be thrown away, as `load_bulk` is.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from bench.bulk import competence, documents, isolations, permits
from bench.bulk.ground import ground
from permits.models import PermitItem
from work.services import _chunks


@dataclass(frozen=True)
class Sizes:
    """How many of each, and how many of them are open; those of the bars by themselves."""

    permits: int = 100_000
    permits_open: int = 400
    isolations: int = 5_000
    isolations_open: int = 150
    documents: int = 20_000
    competences: int = 200
    people: int = 2_000
    records: int = 200_000

    @classmethod
    def of(cls, factor: float) -> "Sizes":
        """So much of it; of what is open as much, as long as history is longer."""
        whole = cls()
        permits, isolations = int(whole.permits * factor), int(whole.isolations * factor)
        return cls(
            permits=permits,
            permits_open=min(whole.permits_open, permits // 4),
            isolations=isolations,
            isolations_open=min(whole.isolations_open, isolations // 4),
            documents=int(whole.documents * factor),
            competences=min(whole.competences, max(20, int(whole.competences * factor * 4))),
            people=int(whole.people * factor),
            records=int(whole.records * factor),
        )


def load(site: Any, sizes: Sizes) -> dict[str, Any]:
    """Load the three domains into a site; what pages may ask of them."""
    with transaction.atomic(), connection.cursor() as cursor:
        known = ground(cursor, site, sizes)
        documents.load(cursor, known)
        competence.load(cursor, known)
        permits.load(cursor, known)
        isolations.load(cursor, known)
        permits.forget(cursor)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE" if connection.in_atomic_block else "VACUUM ANALYZE")
    return permits.told(site) | isolations.told(site) | documents.told(site) | competence.told(site)


def governed(site: Any) -> int:
    """Work with a permit, an isolation, documents and competences, whose suppliers were asked."""
    asking = site.work_types.order_by("pk")[: documents.ASKING_TYPES]
    types = set(asking.values_list("pk", flat=True))
    links = PermitItem.objects.filter(
        permit__site=site,
        permit__isolation_uses__isnull=False,
        permit__ended_at=None,
        item__status__in=["planned", "live", "waiting"],
    )
    items = [link.item for link in links.select_related("item")]
    item = min(items, key=lambda each: (each.type_id not in types, each.status, -each.number))
    _chunks.bring_up_to_date(site_id=site.pk, item_ids=[item.pk], at=timezone.now())
    return item.number
