"""The site that is measured: what `load_bulk` makes, a reader, an item with everything.

`python -m bench.site --items 1000000 …` fills the database of the environment and prints what pages
may ask of it, as JSON.
"""

import argparse
import json
import sys
import uuid
from datetime import timedelta
from typing import Any

NAME, PASSWORD = "bulk0", "measured"  # a supervisor; the database is thrown away


def main() -> None:
    """Fill and tell."""
    asked = argparse.ArgumentParser(description=__doc__)
    for name in ("items", "opened", "places", "people"):
        asked.add_argument(f"--{name}", type=int, required=True)
    asked.add_argument("--domains", type=float, default=1.0, help="1: as many as the bars are for")
    import django

    django.setup()
    print(json.dumps(fill(**vars(asked.parse_args()))))


def fill(*, domains: float = 0.005, **sizes: int) -> dict[str, Any]:
    """Load the site, and say what is in it. domains: what share of permits, documents, records."""
    from django.core.management import call_command

    from bench import bulk
    from work.models import ItemAsset, ItemExecutor, Site, User
    from work.states import OPEN

    call_command("load_bulk", stdout=sys.stderr, **sizes)
    site = Site.objects.get(slug="bulk")
    reader = User.objects.get(username=NAME)
    reader.set_password(PASSWORD)
    reader.save(update_fields=["password"])
    of_domains = bulk.load(site, bulk.Sizes.of(domains))
    opened = site.items.filter(status__in=sorted(OPEN))
    one = opened.exclude(owner_user=None).exclude(team=None).latest("number")
    return of_domains | {
        "items": sizes["items"],
        "bare": site.items.filter(status="requested").order_by("-number")[1].number,
        "full": _full(site, reader),
        "owner": f"user:{one.owner_user_id}",
        "team": one.team.code,
        "type": one.type.code,
        "area": one.place.code.split("-")[0],
        "place": one.place.code,
        "executor": f"user:{_newest(ItemExecutor, opened).user_id}",
        "asset": _newest(ItemAsset, opened).asset.code,
        "startable": _startable(site),
        "governed": bulk.governed(site),
    }


def _newest(model: Any, items: Any) -> Any:
    """What the newest of the items has that has any."""
    return model.objects.filter(item__in=items).latest("item__number")


def _full(site: Any, reader: Any) -> int:
    """An item under way with a checklist, criteria, notes and a blocker; its number."""
    from django.utils import timezone

    from work.models import ChecklistLine, Criterion
    from work.services import items
    from work.states import LineKind

    item = site.items.filter(status="live", open_blockers__gt=0).order_by("-number")[0]
    ChecklistLine.objects.bulk_create(
        ChecklistLine(
            item=item, key=f"l{n}", text=f"Line {n} is as it should be", kind=LineKind.PASS_FAIL,
            position=n,
        )
        for n in range(12)
    )  # fmt: skip
    Criterion.objects.bulk_create(
        Criterion(item=item, key=f"c{n}", text=f"Criterion {n} holds", evidence=n == 0, position=n)
        for n in range(3)
    )
    begin = timezone.now() - timedelta(hours=1)
    for n in range(10):
        at = begin + timedelta(minutes=n)
        items.comment(actor=reader, at=at, item_id=item.pk, text=f"Seen on the round, {n}")
    return item.number


def _startable(site: Any) -> list[list[Any]]:
    """Number, version and an act for each of a thousand items that may start now.

    Of the types for which no document and no competence is asked: three suppliers answer.
    """
    from bench.bulk.documents import ASKING_TYPES
    from work.models import ItemExecutor

    ours = ItemExecutor.objects.filter(user__company=None).values("item_id")
    free = site.work_types.order_by("pk")[ASKING_TYPES:].values("pk")
    found = site.items.filter(
        status="planned",
        unmet_start=0,
        open_blockers=0,
        blocked_from=None,
        pk__in=ours,
        type__in=list(free.values_list("pk", flat=True)),
        assets=None,
    ).order_by("number")
    rows = found.values_list("number", "version")[:1000]
    return [[number, version, str(uuid.uuid4())] for number, version in rows]


if __name__ == "__main__":
    main()
