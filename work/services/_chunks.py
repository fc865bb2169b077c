"""Many items brought up to date, in chunks of their own transactions.

What is done is idempotent: cut off in the middle, it is done again from the start.
"""

from collections.abc import Iterable
from datetime import datetime

from work.models import WorkItem
from work.services.clock import settle_items
from work.states import CONTROLLED

# So many that the site is held for less than a second.
CHUNK = 100


def bring_up_to_date(*, site_id: int, item_ids: Iterable[int], at: datetime | None) -> int:
    """Derive, ask and refresh items of one site, as the system: how many that were."""
    ids, settled = list(dict.fromkeys(item_ids)), 0
    for start in range(0, len(ids), CHUNK):
        part = ids[start : start + CHUNK]
        settled += settle_items(actor=None, at=at, site_id=site_id, item_ids=part)
    return settled


def below(site_id: int, path: str) -> list[int]:
    """Ids of the controlled items at a place and below it."""
    return list(
        WorkItem.objects.filter(
            site_id=site_id, place__path__startswith=path, status__in=sorted(CONTROLLED)
        ).values_list("pk", flat=True)
    )
