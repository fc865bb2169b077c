"""The live token: whether a page that was read before would still be the same.

A hash of what can change it: acts, by the newest event of the site and the count of the last
thousand, so that an act with an older id that commits late is seen too; lapses and due times that
have passed; the viewer's scope, language, cookies and day; the code. What is made of minutes
(ages, "not confirmed stopped") is refreshed by the clock.
"""

import functools
import hashlib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import get_language

from work.permissions import Scope
from work.states import OPEN, Status

LAST = 1000
_AGES = 300

_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
# Every part is answered by one end of an index.
_SQL = f"""
WITH newest AS (
  SELECT s.id AS site_id,
    (SELECT e.id FROM work_event e WHERE e.site_id = s.id ORDER BY e.id DESC LIMIT 1) AS id
  FROM work_site s WHERE s.id = ANY(%(sites)s)
)
SELECT n.site_id, n.id,
  (SELECT count(*) FROM work_event e WHERE e.site_id = n.site_id AND e.id > n.id - {LAST}),
  (SELECT max(i.blocked_from) FROM work_workitem i WHERE i.site_id = n.site_id
     AND i.status IN ({_OPEN}) AND i.blocked_from <= %(at)s),
  (SELECT max(i.ready_until) FROM work_workitem i WHERE i.site_id = n.site_id
     AND i.status IN ({_OPEN}) AND i.ready_until <= %(at)s),
  (SELECT max(i.due) FROM work_workitem i WHERE i.site_id = n.site_id
     AND i.status IN ({_OPEN}) AND i.due < %(at)s),
  (SELECT EXISTS (SELECT 1 FROM work_workitem i WHERE i.site_id = n.site_id
     AND i.status = '{Status.LIVE}' AND i.stop_asked_at IS NOT NULL))
FROM newest n ORDER BY n.site_id
"""


def token(site_ids: Iterable[int], who: Scope, at: datetime, *viewed: str) -> str:
    """The token of a page over these sites for this viewer: one query.

    viewed: what else the page depends on, such as its address and the cookies.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"sites": list(site_ids), "at": at})
        rows = cursor.fetchall()
    running = any(row[-1] or row[3] for row in rows)
    local = timezone.localtime(at)
    parts = [
        rows,
        who.user_id,
        sorted(who.grants, key=repr),
        get_language(),
        local.date(),
        int(at.timestamp()) // (60 if running else _AGES),
        code_version(),
        *viewed,
    ]
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]


@functools.cache
def code_version() -> str:
    """A digest of this installation's own code, pages and translations."""
    base = Path(settings.BASE_DIR)
    ours = [Path(app.path) for app in apps.get_app_configs()]
    folders = {path for path in ours if path.is_relative_to(base) and ".venv" not in path.parts}
    folders |= {Path(folder) for folder in settings.TEMPLATES[0]["DIRS"]}
    folders |= {Path(folder) for folder in settings.LOCALE_PATHS}
    digest = hashlib.sha256()
    for folder in sorted(folders):
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".py", ".html", ".mo"):
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
