"""What the people of work that has begun are told of a revision: that it comes, or is withdrawn."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from documents.models import ItemRevision, Revision
from documents.reads.visible import items
from documents.states import BEGUN, RevisionState
from work.services import OpenAct, door, notices

_CHUNK = 100


def tell_of(act: OpenAct, code: str, revision: Revision, item_ids: Collection[int]) -> int:
    """Tell owner and executors of these items."""
    params = {"document": revision.document.code, "revision": revision.label}
    if revision.begins is not None:
        params["since"] = revision.begins.isoformat()
    return notices.tell(act, item_ids=item_ids, code=code, params=params)


def under(revision: Revision) -> list[int]:
    """Ids of the begun work that keeps this revision."""
    return list(_begun(revision).filter(revision=revision).values_list("item_id", flat=True))


def under_another(revision: Revision) -> list[int]:
    """Ids of the begun work that keeps another one, and was not told of this."""
    notice: Any = items().model._meta.get_field("notices").related_model
    said = {"document": revision.document.code, "revision": revision.label}
    told = notice.objects.filter(item_id=OuterRef("item_id"), code=REVISED, params__contains=said)
    begun = _begun(revision).exclude(revision=revision).filter(~Exists(told))
    return list(begun.order_by("item_id").values_list("item_id", flat=True))


def tell_rest(*, since: datetime, at: datetime) -> int:
    """Tell of what has come into use since then whose work was not told when its date was set:
    what began after that, too. Idempotent."""
    came = Revision.objects.filter(
        effective__startswith__gt=since,
        effective__startswith__lte=at,
        state=RevisionState.APPROVED,
    ).select_related("document")
    told = 0
    for revision in came.order_by("pk"):
        ids = under_another(revision)
        for start in range(0, len(ids), _CHUNK):
            some = ids[start : start + _CHUNK]
            told += tell_begun(actor=None, at=at, revision_id=revision.pk, item_ids=some)
    return told


def _begun(revision: Revision) -> Any:
    return ItemRevision.objects.filter(
        document_id=revision.document_id, ended_at=None, item__status__in=sorted(BEGUN)
    )


def _tell_begun(act: OpenAct, *, revision_id: int, item_ids: Collection[int]) -> int:
    revision = Revision.objects.select_related("document").get(pk=revision_id)
    act.control(revision.document.site_id)
    return tell_of(act, REVISED, revision, item_ids)


REVISED = "documents.revised"
tell_begun = door(_tell_begun)
