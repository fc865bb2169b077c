"""The views of the list that a person may open, and how that person wants it."""

import json
from dataclasses import dataclass, field

from work.models import Site
from work.permissions import Scope
from work.prepared import planned


@dataclass(frozen=True)
class View:
    """A saved view. query: as an address has it."""

    pk: int
    name: str
    query: str
    shared: bool
    version: int


@dataclass
class Kept:
    """What is kept: the own views first, then those of the site; the columns; the view to open."""

    views: list[View] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    default: View | None = None

    def view(self, pk: str) -> View | None:
        """The view that an address names, where the person may open it."""
        return next((each for each in self.views if str(each.pk) == pk), None)


# To who is here as a contractor alone nothing is shared (`services.views`).
_SQL = """
SELECT v.id, v.name, v.query, v.shared, v.version, NULL::jsonb
  FROM work_savedview v
 WHERE v.site_id = %(site)s AND v.withdrawn_at IS NULL
   AND CASE WHEN v.shared THEN NOT %(guest)s ELSE v.by_id = %(user)s END
UNION ALL
SELECT c.default_view_id, '', '', false, 0, c.columns
  FROM work_listchoice c WHERE c.site_id = %(site)s AND c.user_id = %(user)s
"""


def load(site: Site, who: Scope) -> Kept:
    """All of it in one query."""
    given = {"site": site.pk, "user": who.user_id, "guest": who.only_contractor(site.pk)}
    with planned() as cursor:
        cursor.execute(_SQL, given)
        rows = cursor.fetchall()
    found, default = Kept(), None
    for pk, name, query, shared, version, columns in rows:
        if columns is None:
            found.views.append(View(pk, name, query, shared, version))
        else:
            default = pk
            found.columns = json.loads(columns) if isinstance(columns, str) else columns
    found.views.sort(key=lambda view: (view.shared, view.name.lower(), view.pk))
    found.default = found.view(str(default)) if default else None
    return found
