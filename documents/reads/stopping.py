"""Which work under way a revision holds up: one that stops, or one withdrawn so that it stops."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from documents.course import under_way
from documents.models import Document, ItemRevision
from documents.reads import courses
from documents.states import BEGUN


def stopped(document: Document, at: datetime, of: Collection[int] | None = None) -> set[int]:
    """Ids of the items that a revision of the document stops now, of these or of all."""
    begun = ItemRevision.objects.filter(
        document=document, ended_at=None, item__status__in=sorted(BEGUN)
    )
    if of is not None:
        begun = begun.filter(item_id__in=of)
    began: dict[int, int] = {}
    people: dict[int, list[int]] = defaultdict(list)
    for item_id, revision_id, person in begun.values_list(
        "item_id", "revision_id", "item__item_executors__user_id"
    ):
        began[item_id] = revision_id
        people[item_id] += [] if person is None else [person]
    if not began:
        return set()
    terms = courses.course_of(document)
    read = courses.readers({each for several in people.values() for each in several}, [document.pk])
    return {
        pk
        for pk, revision_id in began.items()
        if not under_way(
            terms, revision_id, courses.of(people[pk], read), at, acknowledge=False
        ).met
    }
