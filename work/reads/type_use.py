"""Where a type of work is used: the work of each version, and the rules that name it."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, Q

from work.exceptions import Unknown
from work.models import RequirementRule, Site, WorkItem, WorkType, WorkTypeVersion
from work.permissions import Scope, visible
from work.prepared import by_key
from work.states import ENDED


@dataclass(frozen=True)
class VersionUse:
    """A version, and how many open and ended items keep it. A draft keeps none."""

    version: WorkTypeVersion
    open: int
    ended: int


@dataclass(frozen=True)
class TypeUse:
    """Newest version first. elsewhere: other sites of the reader's with a type of that code."""

    type: WorkType
    versions: tuple[VersionUse, ...]
    rules: tuple[RequirementRule, ...]
    elsewhere: tuple[Site, ...]

    @property
    def open(self) -> int:
        """Open items of all versions."""
        return sum(each.open for each in self.versions)

    @property
    def ended(self) -> int:
        """Closed and cancelled items of all versions."""
        return sum(each.ended for each in self.versions)


def where_used(who: Scope, type_id: int) -> TypeUse:
    """Where a type is used, within what the reader may see: five queries at most."""
    kind = by_key(WorkType, type_id, "site")
    if kind is None or not (who.system or kind.site_id in who.site_ids()):
        raise Unknown
    counts: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = WorkItem.objects.filter(visible(who), site=kind.site_id, type=kind.pk)
    for version_id, still, ended in (
        rows.values("type_version")
        .order_by("type_version")
        .annotate(
            still=Count("pk", filter=~Q(status__in=sorted(ENDED))),
            ended=Count("pk", filter=Q(status__in=sorted(ENDED))),
        )
        .values_list("type_version", "still", "ended")
    ):
        counts[version_id] = (still, ended)
    elsewhere = Site.objects.filter(work_types__code=kind.code).exclude(pk=kind.site_id)
    if not who.system:
        elsewhere = elsewhere.filter(pk__in=who.site_ids())
    return TypeUse(
        type=kind,
        versions=tuple(
            VersionUse(each, *counts[each.pk]) for each in kind.versions.order_by("-number")
        ),
        rules=tuple(kind.rules.select_related("place", "asset_class").order_by("key")),
        elsewhere=tuple(elsewhere.order_by("slug")),
    )
