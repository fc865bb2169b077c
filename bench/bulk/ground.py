"""What the rows of each domain are made from: ids of the site, numbers that are drawn."""

import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from work.management.commands._bulk_rows import set_aside
from work.models import Asset, Membership, Note, Place, Team, User, WorkType
from work.states import Role, TeamKind

# With fewer rows keys and indexes stay where they are: making them again takes longer.
LARGE = 20_000
AREAS = 12  # of load_bulk; its lines are ten to an area


def ground(cursor: CursorWrapper, site: Any, sizes: Any) -> dict[str, Any]:
    """The parameters of every statement."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    cursor.execute("SET LOCAL synchronous_commit = on")
    cursor.execute("SET LOCAL maintenance_work_mem = '256MB'")
    inside = Membership.objects.filter(site=site).exclude(role=Role.CONTRACTOR)
    found = {
        "staff": inside.order_by("user").values_list("user", flat=True),
        "persons": User.objects.order_by("pk").values_list("pk", flat=True),
        "places": Place.objects.filter(site=site).order_by("path").values_list("pk", flat=True),
        "areas": Place.objects.filter(site=site, depth=2).values_list("pk", flat=True),
        "crews": _ids(Team.objects.filter(site=site, kind=TeamKind.CREW)),
        "firms": _ids(Team.objects.filter(site=site, kind=TeamKind.COMPANY)),
        "types": _ids(WorkType.objects.filter(site=site)),
        "assets": _ids(Asset.objects.filter(site=site)),
    }
    lists = {name: list(ids) for name, ids in found.items()}
    note = Note.objects.filter(site=site).order_by("pk").values_list("pk", flat=True)[0]
    counts = {f"{name}_count": len(ids) for name, ids in lists.items()}
    at = timezone.now().replace(second=0, microsecond=0)
    return lists | counts | vars(sizes) | {"site": site.pk, "at": at, "note": note, "of": site}


def _ids(rows: Any) -> Any:
    return rows.order_by("pk").values_list("pk", flat=True)


def pick(k: int | str, seed: int, n: str = "n") -> str:
    """SQL of a number from 0 to k - 1 that depends on n and the seed alone."""
    many = f"%({k})s" if isinstance(k, str) else str(k)
    return f"((hashint8extended({n}, {seed}) & 2147483647) %% {many})::int"


def of(name: str, index: str) -> str:
    """SQL of the id in a list of the ground at an index, which goes round."""
    return f"(%({name})s::bigint[])[1 + ({index}) %% %({name}_count)s]"


def one_of(words: Sequence[str], seed: int, n: str = "n") -> str:
    """SQL of one of these words."""
    said = ", ".join(f"'{word}'" for word in words)
    return f"(ARRAY[{said}])[1 + {pick(len(words), seed, n)}]"


@contextlib.contextmanager
def loading(cursor: CursorWrapper, rows: int, *tables: str) -> Iterator[None]:
    """Triggers off, and of many rows keys and indexes made when all stand there."""
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    aside = [again for table in tables if rows >= LARGE for again in set_aside(cursor, table)]
    yield
    # Indexes before the keys that rest on them, whichever the table.
    for again in sorted(aside, key=lambda each: each.startswith("ALTER")):
        cursor.execute(again)
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
