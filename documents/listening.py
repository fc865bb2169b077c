"""Work that starts keeps the revisions that were effective then, until it is released."""

from collections.abc import Sequence

from documents.course import current
from documents.models import ItemRevision
from documents.reads import courses
from documents.reads.visible import KEY, items
from work.ports import ItemChange
from work.services import OpenAct, recheck
from work.states import Gate, Status

_STARTED = (Status.PLANNED, Status.LIVE)
_BEGUN = frozenset({Status.LIVE, Status.WAITING, Status.DONE})


class Starts:
    """Told of every change of work; looks at starts, and at what is released or over."""

    key = KEY

    def items_changed(self, changes: Sequence[ItemChange], act: OpenAct) -> None:
        """One query where nothing of documents is asked, none where no status changed."""
        started, over = set(), set()
        for change in changes:
            if (change.status_before, change.status_after) == _STARTED:
                started.add(change.item_id)
            elif change.status_before in _BEGUN and change.status_after not in _BEGUN:
                over.add(change.item_id)
        if over:
            standing = ItemRevision.objects.filter(item_id__in=over, ended_at=None)
            standing.update(ended_at=act.at)
        if started:
            _keep(act, sorted(started))


def _keep(act: OpenAct, item_ids: Sequence[int]) -> None:
    """Keep the revision of each document that the items ask for, as it is in use now."""
    asked = list(
        items()
        .filter(
            pk__in=item_ids,
            prerequisites__supplier=KEY,
            prerequisites__gate=Gate.START,
            prerequisites__withdrawn_at=None,
            prerequisites__source_id__isnull=False,
        )
        .values_list("pk", "prerequisites__source_id")
    )
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
