"""The indexes behind the lists: one for each filter and order that must be quick at any size.

Those over open work alone are small and have every order of the list. `manage.py explain_lists`
shows which one answers what.
"""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Upper

from work.models.readings import LIFECYCLE
from work.states import OPEN, Status

_OPEN = sorted(OPEN)
# The words of an item as they are searched: every word as it is written, without its accents. Of
# open work also why it must happen; of a million that have ended, what takes a tenth of the time.
WORDS_CONFIG = "vinkey"
OPEN_WORDS = SearchVector("what", "why", config=WORDS_CONFIG)
WORDS = SearchVector("what", config=WORDS_CONFIG)

INDEXES = [
    models.Index(fields=["site", "status", "-number"], name="work_item_status"),
    models.Index(fields=["site", "place", "-number"], name="work_item_place"),
    models.Index(fields=["site", "type", "-number"], name="work_item_type"),
    models.Index(
        fields=["site", "owner_user", "-number"],
        name="work_item_owner_user",
        condition=Q(owner_user__isnull=False),
    ),
    models.Index(
        fields=["site", "owner_post", "-number"],
        name="work_item_owner_post",
        condition=Q(owner_post__isnull=False),
    ),
    models.Index(
        fields=["site", "team", "-number"],
        name="work_item_team",
        condition=Q(team__isnull=False),
    ),
    models.Index(
        fields=["site", "-number"],
        name="work_item_open",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(fields=["type"], name="work_item_open_type", condition=Q(status__in=_OPEN)),
    models.Index(
        fields=["site", "owner_user", "-number"],
        name="work_item_open_user",
        condition=Q(status__in=_OPEN, owner_user__isnull=False),
    ),
    models.Index(
        fields=["site", "owner_post", "-number"],
        name="work_item_open_post",
        condition=Q(status__in=_OPEN, owner_post__isnull=False),
    ),
    models.Index(
        fields=["site", "due", "-number"],
        name="work_item_open_due",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "priority", "-number"],
        name="work_item_open_priority",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "planned_start", "-number"],
        name="work_item_open_start",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        F("site"),
        LIFECYCLE,
        F("number").desc(),
        name="work_item_open_status",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "status", "priority", "-number"],
        name="work_item_open_board",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "waiting_since", "-number"],
        name="work_item_open_waiting",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "requested_at", "-number"],
        name="work_item_open_age",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        fields=["site", "place"],
        include=[
            "status",
            "team",
            "blocked",
            "blocked_from",
            "ready",
            "ready_until",
            "due",
        ],
        name="work_item_open_place",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(
        # What has begun, counted from the index alone: its id leads to who is named to do it.
        fields=["site", "status", "planned_start"],
        include=["id"],
        name="work_item_open_begun",
        condition=Q(status__in=_OPEN),
    ),
    models.Index(fields=["site", "-requested_at"], name="work_item_requested"),
    models.Index(
        fields=["site", "-closed_at"],
        name="work_item_closed",
        condition=Q(status=Status.CLOSED),
    ),
    models.Index(
        fields=["site", "-number"],
        name="work_item_incomplete",
        condition=Q(status=Status.REQUESTED) & ~Q(incomplete=[]),
    ),
    models.Index(
        fields=["site", "-number"],
        name="work_item_source_closed",
        condition=Q(status__in=_OPEN, closed_in_source_at__isnull=False),
    ),
    models.Index(
        fields=["blocked_from"],
        include=["site"],
        name="work_item_blocked_from",
        condition=Q(status__in=_OPEN, blocked_from__isnull=False),
    ),
    models.Index(
        # The latest of a site that has passed is found here alone.
        fields=["ready_until"],
        include=["site"],
        name="work_item_ready_until",
        condition=Q(status__in=_OPEN, ready_until__isnull=False),
    ),
    models.Index(
        fields=["stop_asked_at"],
        name="work_item_stop_asked",
        condition=Q(stop_asked_at__isnull=False),
    ),
    models.Index(fields=["parent"], name="work_item_parent", condition=Q(parent__isnull=False)),
    GinIndex(fields=["values"], name="work_item_values", opclasses=["jsonb_path_ops"]),
    GinIndex(OpClass(Upper("what"), name="gin_trgm_ops"), name="work_item_what_trgm"),
    GinIndex(
        fields=["values"],
        name="work_item_open_values",
        opclasses=["jsonb_path_ops"],
        condition=Q(status__in=_OPEN),
    ),
    GinIndex(
        OpClass(Upper("what"), name="gin_trgm_ops"),
        name="work_item_open_what",
        condition=Q(status__in=_OPEN),
    ),
    GinIndex(WORDS, name="work_item_words"),
    GinIndex(OPEN_WORDS, name="work_item_open_words", condition=Q(status__in=_OPEN)),
    models.Index(
        fields=["site", "external_key"],
        name="work_item_external_key",
        condition=~Q(external_key=""),
    ),
]
