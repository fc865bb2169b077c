"""The open work that people carry out, asked anew when what makes them fit has changed."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.db.models import QuerySet

from work.models import WorkItem
from work.services import _asking, _chunks
from work.services.acts import OpenAct
from work.states import OPEN


def executed(people: Iterable[int]) -> QuerySet[WorkItem]:
    """The open items that these people execute, wherever they are."""
    return WorkItem.objects.filter(executors__in=list(people), status__in=sorted(OPEN))


def recheck_fitness(act: OpenAct, people: Iterable[int], site_ids: Iterable[int]) -> None:
    """Ask anew for the open items that these people execute at sites whose control was taken."""
    found = executed(people).filter(site_id__in=list(site_ids))
    _asking.recheck(
        act=act, key="work.fitness", item_ids=sorted(set(found.values_list("pk", flat=True)))
    )


def recheck_elsewhere(people: Iterable[int], site_id: int, at: datetime | None) -> None:
    """Bring up to date what these people execute at other sites than this one.

    As the system, each site in acts of its own and under its own control.
    """
    by_site: dict[int, list[int]] = defaultdict(list)
    rows = executed(people).exclude(site_id=site_id).values_list("site_id", "pk")
    for other, pk in rows:
        by_site[other].append(pk)
    for other, ids in sorted(by_site.items()):
        _chunks.bring_up_to_date(site_id=other, item_ids=ids, at=at)
