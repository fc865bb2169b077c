"""The live token: whether a page that was read before would still be the same.

A hash of what can change it: acts, by the newest event of the site and the count of the last
thousand, so that an act with an older id that commits late is seen too, and by the newest that is
of no site, such as a person's other name; lapses, due times and the beginnings and ends of roles
that have passed; the viewer's scope, language, cookies and day; the code. What is made of minutes
(ages, "not confirmed stopped") is refreshed by the clock, every five minutes at least: so long an
act may be overlooked that commits after another one took a thousand ids.
"""

import functools
import hashlib
from datetime import datetime
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language

from work import ports
from work.permissions import Scope
from work.prepared import planned
from work.states import OPEN, Status

LAST = 1000
_AGES = 300

_OPEN = ", ".join(f"'{status}'" for status in sorted(OPEN))
# Every part is answered by one end of an index; looking through the indexes of items for it takes
# longer, so that it is planned once a connection.
_OF_SITE = f"i.site_id = %(site)s AND i.status IN ({_OPEN})"
_SQL = f"""
WITH newest AS (
  SELECT (SELECT e.id FROM work_event e WHERE e.site_id = %(site)s ORDER BY e.id DESC LIMIT 1) AS id
)
SELECT n.id,
  (SELECT e.id FROM work_event e WHERE e.site_id IS NULL ORDER BY e.id DESC LIMIT 1),
  (SELECT count(*) FROM (SELECT FROM work_event e
     WHERE e.site_id = %(site)s AND e.id > n.id - {LAST} LIMIT {LAST}) AS last),
  (SELECT max(i.blocked_from) FROM work_workitem i WHERE {_OF_SITE} AND i.blocked_from <= %(at)s),
  (SELECT max(i.ready_until) FROM work_workitem i WHERE {_OF_SITE} AND i.ready_until <= %(at)s),
  (SELECT max(i.due) FROM work_workitem i WHERE {_OF_SITE} AND i.due < %(at)s),
  (SELECT EXISTS (SELECT 1 FROM work_workitem i WHERE i.site_id = %(site)s
     AND i.status = '{Status.LIVE}' AND i.stop_asked_at IS NOT NULL)),
  (SELECT max(m.starts) FROM work_membership m WHERE m.site_id = %(site)s AND m.starts <= %(at)s),
  (SELECT max(m.ends) FROM work_membership m WHERE m.site_id = %(site)s AND m.ends <= %(at)s)
  {{lapses}}
FROM newest n
"""

type State = tuple[Any, ...]


@functools.cache
def _sql() -> str:
    """With what lapses in the domains by time alone."""
    return _SQL.replace("{lapses}", "".join(f", ({each.sql})" for each in ports.lapses.all()))


def state(site_id: int, at: datetime) -> State:
    """What changes with whatever can look different at the site: one query."""
    with planned() as cursor:
        cursor.execute(_sql(), {"site": site_id, "at": at})
        found = cursor.fetchone()
    running = found[6] or found[3]
    return (*found, int(at.timestamp()) // (60 if running else _AGES))


def token(site_id: int, found: State, who: Scope, at: datetime, *viewed: str) -> str:
    """The token of a page over a site in this state, for this viewer.

    viewed: what else the page depends on, such as its address and the cookies.
    """
    parts = [
        site_id,
        found,
        who.user_id,
        sorted(who.grants, key=repr),
        get_language(),
        timezone.localdate(at),
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
