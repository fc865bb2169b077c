"""Work that has begun keeps the revision of each document that it asks for, as it is in use then.

Kept at the start. Work that a document comes to ask under way, by a new applicability, another
place or a linked permit, keeps the one in use when that is seen: within the minute.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from documents.course import current
from documents.models import ItemRevision, Revision
from documents.reads import courses
from documents.reads.visible import KEY, items
from documents.states import BEGUN
from work.services import OpenAct, door, recheck
from work.states import Gate

_CHUNK = 100


def keep(act: OpenAct, item_ids: Sequence[int]) -> None:
    """Keep the revision in use of each document that these items ask for and have none of."""
    found = _without().filter(item_id__in=item_ids).order_by("item_id", "source_id")
    asked = list(found.values_list("item_id", "source_id").distinct())
    if not asked:
        return
    known = courses.courses(document_id for _item, document_id in asked)
    again = set()
    rows = []
    for item_id, document_id in asked:
        now = current(known[document_id].terms, act.at) if document_id in known else None
        if now is None:
            continue
        rows.append(
            ItemRevision(item_id=item_id, document_id=document_id, revision_id=now.id, at=act.at)
        )
        if now.ends is not None:
            again.add(item_id)
    ItemRevision.objects.bulk_create(rows)
    if again:
        # What ends for work to be started does not end for work that began under it.
        recheck(act=act, key=KEY, item_ids=sorted(again))


def keep_rest(at: datetime) -> int:
    """Keep what was not kept at the start: of how many items. Idempotent."""
    in_use = Revision.objects.filter(document_id=OuterRef("source_id"), effective__contains=at)
    by_site: dict[int, set[int]] = defaultdict(set)
    for site_id, pk in _without().filter(Exists(in_use)).values_list("site_id", "item_id"):
        by_site[site_id].add(pk)
    for site_id, found in sorted(by_site.items()):
        ids = sorted(found)
        for start in range(0, len(ids), _CHUNK):
            keep_items(actor=None, at=at, site_id=site_id, item_ids=ids[start : start + _CHUNK])
    return sum(len(ids) for ids in by_site.values())


def _without() -> QuerySet[Any]:
    """What begun work asks of documents of which it keeps no revision."""
    asked: Any = items().model._meta.get_field("prerequisites").related_model
    kept = ItemRevision.objects.filter(
        item_id=OuterRef("item_id"), document_id=OuterRef("source_id"), ended_at=None
    )
    return asked.objects.filter(
        ~Exists(kept),
        supplier=KEY,
        gate=Gate.START,
        withdrawn_at=None,
        source_id__isnull=False,
        item__status__in=sorted(BEGUN),
    )


def _keep_items(act: OpenAct, *, site_id: int, item_ids: Iterable[int]) -> None:
    act.control(site_id)
    keep(act, list(item_ids))


keep_items = door(_keep_items)
