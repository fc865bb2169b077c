"""Work that a change of a document concerns is asked again, in the same act.

So much of it as holds the site for less than a second, what is under way first; `tell_rest` goes
on within the minute, in chunks of their own acts.
"""

import logging
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q

from documents.models import Applicability, Document
from documents.reads.visible import KEY, dependent, items
from work.events import label
from work.services import OpenAct, door, recheck
from work.states import CONTROLLED, UNDER_WAY

log = logging.getLogger(__name__)

AT_ONCE = 300
_CHUNK = 100
_TELLS = ("effective_set", "revision_withdrawn", "withdrawn", "applies", "applies_no_more")


def tell(act: OpenAct, document: Document) -> None:
    """Ask again of the work that asks for the document."""
    ids = list(dependent(document.pk).values_list("pk", flat=True)[: AT_ONCE + 1])
    if len(ids) <= AT_ONCE:
        recheck(act=act, key=KEY, source_ids=[document.pk])
    else:
        recheck(act=act, key=KEY, item_ids=ids[:AT_ONCE])


def tell_reached(act: OpenAct, row: Applicability) -> None:
    """Derive the work that an applicability may reach, or reached."""
    recheck(act=act, key=KEY, item_ids=reached(row)[:AT_ONCE])


def reached(row: Applicability) -> list[int]:
    """Ids of the work that it may reach, what is under way first; of its kind nothing is asked."""
    found = items().filter(site_id=row.site_id, status__in=sorted(CONTROLLED))
    if row.place is not None:
        found = found.filter(place__path__startswith=row.place.path)
    if row.work_type_id is not None:
        found = found.filter(type_id=row.work_type_id)
    if row.asset_class_id is not None:
        found = found.filter(assets__asset_class_id=row.asset_class_id)
    rows = dict(found.values_list("pk", "status"))
    return sorted(rows, key=lambda pk: (rows[pk] not in UNDER_WAY, pk))


def tell_rest(*, since: datetime, at: datetime) -> int:
    """Ask again of what changes since then did not come to: how many items that were.

    Idempotent: what was asked already is asked again and changes nothing. A site that fails holds
    up no other; at the end it is raised, so that all of this is done again the next minute.
    """
    event: Any = _events()
    changed = event.objects.filter(
        subject_type=label(Document), verb__in=_TELLS, recorded_at__gt=since, recorded_at__lte=at
    )
    told, failed = 0, []
    documents = Document.objects.filter(pk__in=changed.values("subject_id"))
    for pk, site_id in documents.order_by("pk").values_list("pk", "site_id"):
        ids = set(dependent(pk).values_list("pk", flat=True))
        rows = Applicability.objects.filter(Q(ends=None) | Q(ends__gt=since), document_id=pk)
        for row in rows.filter(Q(starts__gt=since) | Q(ends__gt=since)).select_related("place"):
            ids.update(reached(row))
        if len(ids) > AT_ONCE:
            try:
                told += _in_chunks(site_id, sorted(ids), at)
            except Exception as error:
                log.exception("not asked again", extra={"site": site_id, "document": pk})
                failed.append(error)
    if failed:
        raise ExceptionGroup("not asked again", failed)
    return told


def _in_chunks(site_id: int, ids: list[int], at: datetime) -> int:
    for start in range(0, len(ids), _CHUNK):
        tell_items(actor=None, at=at, site_id=site_id, item_ids=ids[start : start + _CHUNK])
    return len(ids)


def _tell_items(act: OpenAct, *, site_id: int, item_ids: Iterable[int]) -> int:
    act.control(site_id)
    return len(recheck(act=act, key=KEY, item_ids=item_ids).items)


def _events() -> Any:
    """The history, reached from work itself."""
    return items().model._meta.get_field("history").related_model


tell_items = door(_tell_items)
