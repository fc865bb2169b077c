"""Work that starts keeps the revisions that were effective then, until it is released."""

from collections.abc import Sequence

from documents.models import ItemRevision
from documents.reads.visible import KEY
from documents.services.keeping import keep
from documents.states import BEGUN
from work.ports import ItemChange
from work.services import OpenAct
from work.states import Status

_STARTED = (Status.PLANNED, Status.LIVE)


class Starts:
    """Told of every change of work; looks at starts, and at what is released or over."""

    key = KEY

    def items_changed(self, changes: Sequence[ItemChange], act: OpenAct) -> None:
        """No query where nothing of documents is asked, or no status changed."""
        started, over = set(), set()
        for change in changes:
            if KEY not in change.asked:
                continue
            if (change.status_before, change.status_after) == _STARTED:
                started.add(change.item_id)
            elif change.status_before in BEGUN and change.status_after not in BEGUN:
                over.add(change.item_id)
        if over or started:
            standing = ItemRevision.objects.filter(item_id__in=over | started, ended_at=None)
            standing.update(ended_at=act.at)
        if started:
            keep(act, sorted(started))
