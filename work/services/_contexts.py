"""Items as suppliers see them, with what is linked with them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Exists, OuterRef
from django.db.models.functions import JSONObject

from work.models import Blocker, ItemAsset, ItemExecutor, ItemPlace, WorkItem
from work.ports import ItemContext

_LINKS_SQL = """
SELECT item_id, 'executor', user_id, NULL::bigint
  FROM work_itemexecutor WHERE item_id = ANY(%(ids)s)
UNION ALL
SELECT item_id, 'place', place_id, NULL::bigint FROM work_itemplace WHERE item_id = ANY(%(ids)s)
UNION ALL
SELECT l.item_id, 'asset', l.asset_id, a.asset_class_id
  FROM work_itemasset l JOIN work_asset a ON a.id = l.asset_id WHERE l.item_id = ANY(%(ids)s)
"""


@dataclass
class Linked:
    """Ids of what is linked with an item. blocked: whether a blocker of it is open."""

    executors: list[int] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    assets: list[int] = field(default_factory=list)
    classes: list[int] = field(default_factory=list)
    blocked: bool = True


def contexts(items: Sequence[WorkItem]) -> dict[int, ItemContext]:
    """The items as suppliers see them: one query whatever the length."""
    linked = {item.pk: Linked() for item in items}
    with connection.cursor() as cursor:
        cursor.execute(_LINKS_SQL, {"ids": list(linked)})
        for item_id, kind, pk, class_id in cursor.fetchall():
            if kind == "executor":
                linked[item_id].executors.append(pk)
            elif kind == "place":
                linked[item_id].places.append(pk)
            else:
                linked[item_id].assets.append(pk)
                linked[item_id].classes.append(class_id)
    return {item.pk: context(item, linked[item.pk]) for item in items}


def linked() -> JSONObject:
    """The same, read along with items whose site is held: annotate it on them as `linked`."""
    of = {"item": OuterRef("pk")}
    things = ItemAsset.objects.filter(**of)
    return JSONObject(
        executors=ArraySubquery(ItemExecutor.objects.filter(**of).values("user_id")),
        places=ArraySubquery(ItemPlace.objects.filter(**of).values("place_id")),
        assets=ArraySubquery(things.values("asset_id")),
        classes=ArraySubquery(things.values("asset__asset_class_id")),
        blocked=Exists(Blocker.objects.filter(**of, ended_at=None)),
    )


def context(item: WorkItem, linked: Linked) -> ItemContext:
    """An item as suppliers see it."""
    return ItemContext(
        id=item.pk,
        site_id=item.site_id,
        number=item.number,
        status=item.status,
        type_id=item.type_id,
        type_code=item.type.code,
        version_id=item.type_version_id,
        place_id=item.place_id,
        place_path=item.place.path,
        place_ids=tuple(sorted(linked.places)),
        asset_ids=tuple(sorted(linked.assets)),
        asset_class_ids=tuple(sorted({*linked.classes})),
        owner_user_id=item.owner_user_id,
        owner_post_id=item.owner_post_id,
        team_id=item.team_id,
        executor_ids=tuple(sorted(linked.executors)),
        planned_start=item.planned_start,
        planned_end=item.planned_end,
        window_id=item.window_id,
        safety_critical=item.safety_critical,
        parent_id=item.parent_id,
        values=item.values,
    )
