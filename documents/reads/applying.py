"""Which documents apply to work: to items, and to what other domains let happen."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from documents.models import Applicability
from work import ports
from work.ports import ItemContext, Occasion
from work.prepared import planned

# Each row is looked for by the narrowest thing that it says, so that each way has its index. What
# is found is little whatever there is, so that its document and place are looked up one by one.
_SQL = """
SELECT a.document_id, d.code, a.site_id, p.path, a.asset_class_id, a.work_type_id,
       a.kind_key, a.kind_code, a.acknowledge, a.lead
  FROM (
    SELECT * FROM documents_applicability
     WHERE ends IS NULL AND asset_class_id = ANY(%(classes)s)
    UNION ALL
    SELECT * FROM documents_applicability
     WHERE ends IS NULL AND asset_class_id IS NULL AND work_type_id = ANY(%(types)s)
    UNION ALL
    SELECT x.* FROM documents_applicability x JOIN work_place at ON at.id = x.place_id
     WHERE x.ends IS NULL AND x.asset_class_id IS NULL AND x.work_type_id IS NULL
       AND at.path = ANY(%(paths)s)
    UNION ALL
    SELECT * FROM documents_applicability
     WHERE ends IS NULL AND kind_key <> '' AND site_id = ANY(%(sites)s)
       AND asset_class_id IS NULL AND work_type_id IS NULL AND place_id IS NULL
  ) AS a
  CROSS JOIN LATERAL (SELECT code FROM documents_document
     WHERE id = a.document_id AND withdrawn_at IS NULL OFFSET 0) AS d
  LEFT JOIN LATERAL (SELECT path FROM work_place WHERE id = a.place_id OFFSET 0) AS p ON true
 ORDER BY d.code, a.id
"""


@dataclass(frozen=True)
class Applies:
    """One applicability, as it is matched."""

    document_id: int
    code: str
    site_id: int
    path: str | None
    asset_class_id: int | None
    work_type_id: int | None
    kind_key: str
    kind_code: str
    acknowledge: bool
    lead: timedelta | None

    def reaches(self, site_id: int, path: str, classes: Collection[int]) -> bool:
        """Whether it is of that site, place and things; type of work and kind are not asked."""
        return (
            self.site_id == site_id
            and (self.path is None or path.startswith(self.path))
            and (self.asset_class_id is None or self.asset_class_id in classes)
        )


@dataclass(frozen=True)
class Wanted:
    """A document that applies to something, and how strictly: of several ways, the strictest."""

    document_id: int
    code: str
    acknowledge: bool
    lead: timedelta | None


def to_items(items: Sequence[ItemContext], at: datetime) -> dict[int, list[Wanted]]:
    """The documents that apply to each item: one query, and one a kind that is named."""
    if not items:
        return {}
    rows = _rows(
        sites={item.site_id for item in items},
        paths={item.place_path for item in items},
        classes={each for item in items for each in item.asset_class_ids},
        types={item.type_id for item in items},
    )
    codes = _codes({row.kind_key for row in rows if row.kind_key}, items, at)
    return {
        item.id: _strictest(
            row
            for row in rows
            if row.reaches(item.site_id, item.place_path, item.asset_class_ids)
            and row.work_type_id in (None, item.type_id)
            and (not row.kind_key or row.kind_code in codes[row.kind_key].get(item.id, ()))
        )
        for item in items
    }


def to_occasions(occasions: Sequence[Occasion]) -> list[list[Wanted]]:
    """The documents that say that they apply to the occasion's kind: one query."""
    if not occasions:
        return []
    rows = _rows(
        sites={each.site_id for each in occasions},
        paths={each.place_path for each in occasions},
        classes={pk for each in occasions for pk in each.asset_class_ids},
        types={pk for each in occasions for pk in each.type_ids},
    )
    return [
        _strictest(
            row
            for row in rows
            if (row.kind_key, row.kind_code) == (each.kind, each.code)
            and (row.work_type_id is None or row.work_type_id in each.type_ids)
            and row.reaches(each.site_id, each.place_path, each.asset_class_ids)
        )
        for each in occasions
    ]


def _rows(
    *, sites: Iterable[int], paths: Iterable[str], classes: Iterable[int], types: Iterable[int]
) -> list[Applies]:
    asked = {
        "sites": sorted(sites),
        "paths": sorted({above for path in paths for above in _above(path)}),
        "classes": sorted(classes),
        "types": sorted(types),
    }
    with planned() as cursor:
        cursor.execute(_SQL, asked)
        return [Applies(*row) for row in cursor.fetchall()]


def _above(path: str) -> Iterator[str]:
    """The path itself and those of all places above it, which are its beginnings."""
    place: Any = Applicability._meta.get_field("place").related_model
    return (path[:end] for end in range(place.steplen, len(path) + 1, place.steplen))


def _codes(
    keys: Iterable[str], items: Sequence[ItemContext], at: datetime
) -> dict[str, dict[int, set[str]]]:
    """Of each kind, the codes of its records that concern the items; none of a kind not there."""
    kinds = {key: ports.kinds.get(key) for key in sorted(keys)}
    return {key: kind.of_items(items, at) if kind else {} for key, kind in kinds.items()}


def _strictest(rows: Iterable[Applies]) -> list[Wanted]:
    by_document: dict[int, list[Applies]] = defaultdict(list)
    for row in rows:
        by_document[row.document_id].append(row)
    return [
        Wanted(
            document_id=pk,
            code=several[0].code,
            acknowledge=any(row.acknowledge for row in several),
            lead=max((row.lead for row in several if row.lead is not None), default=None),
        )
        for pk, several in by_document.items()
    ]
