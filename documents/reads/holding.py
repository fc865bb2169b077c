"""At which hold point of work under way a strict later revision is asked."""

from collections.abc import Collection
from datetime import datetime

from work.prepared import planned

# The hold point is the first that was not answered before the revision came into use: it stays
# the same one when it is passed.
_SQL = """
SELECT b.item_id, b.document_id, lower(r.effective),
       (SELECT l.key FROM work_checklistline l
         WHERE l.item_id = b.item_id AND l.hold_point AND l.withdrawn_at IS NULL
           AND (l.answered_at IS NULL OR l.answered_at >= lower(r.effective))
         ORDER BY l.position, l.id LIMIT 1)
  FROM documents_itemrevision b
  JOIN documents_revision o ON o.id = b.revision_id
  JOIN documents_revision r ON r.document_id = b.document_id AND r.bearing = 'hold_point'
   AND r.state = 'approved' AND lower(r.effective) > lower(o.effective)
 WHERE b.ended_at IS NULL AND b.item_id = ANY(%(items)s)
 ORDER BY b.item_id, b.document_id, lower(r.effective)
"""


def points(item_ids: Collection[int], at: datetime) -> dict[tuple[int, int], list[str]]:
    """The lines of each item and document at which a strict later revision is asked: one query.

    Of several revisions the last that is in use, and the first that will be. Nothing of work that
    has no hold point before it.
    """
    if not item_ids:
        return {}
    with planned() as cursor:
        cursor.execute(_SQL, {"items": list(item_ids)})
        rows = cursor.fetchall()
    now: dict[tuple[int, int], str | None] = {}
    coming: dict[tuple[int, int], str | None] = {}
    for item_id, document_id, starts, line_key in rows:
        if starts <= at:
            now[item_id, document_id] = line_key
        else:
            coming.setdefault((item_id, document_id), line_key)
    return {
        key: sorted({line for line in (now.get(key), coming.get(key)) if line})
        for key in now.keys() | coming.keys()
    }
