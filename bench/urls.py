"""The addresses of Vinkey, and the floor beside them: same process, same middleware.

`floor.py` is the project's measure, kept as it was given; only what it is bound to stands here.
It is bound to open work: one query by its index with two joins, fifty rows, fifteen cells.
"""

import functools

from django.db.models import QuerySet
from django.urls import path

from bench.floor import make_floor
from vinkey.urls import *  # noqa: F403
from vinkey.urls import urlpatterns as _of_vinkey
from work.models import Site, WorkItem
from work.states import OPEN

SLUG = "bulk"
TEXTS = (
    "what",
    "why",
    "status",
    "priority",
    "place.code",
    "place.name",
    "type.code",
    "type.name",
)
DATES = ("requested_at", "status_since", "planned_start", "due")
NUMBERS = ("number", "version", "open_blockers")


@functools.cache
def _site() -> int:
    return Site.objects.values_list("pk", flat=True).get(slug=SLUG)


def rows() -> QuerySet[WorkItem]:
    """Open work of the site, the newest first."""
    found = WorkItem.objects.filter(site_id=_site(), status__in=sorted(OPEN))
    return found.select_related("place", "type").order_by("-number")


urlpatterns = [path("floor/", make_floor(rows, TEXTS, DATES, NUMBERS)), *_of_vinkey]
