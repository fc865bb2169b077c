"""What rules that watch or warn would have stopped, had they been enforced.

Told by the verdicts of the gates that were passed all the same. Counted for the reader's own work,
at the place where it is now.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import EmptyResultSet
from django.db import connection

from work.models import Place, RequirementRule, WorkItem
from work.permissions import Scope, visible
from work.states import Mode

DAYS = 30

_SQL = """
SELECT p.rule_id, v ->> 'mode', e.data ->> 'gate', i.place_id,
       COALESCE(v ->> 'clears', p.clears), count(*), array_agg(DISTINCT e.item_id)
  FROM work_event e
 CROSS JOIN LATERAL jsonb_array_elements(e.data -> 'verdicts') AS v
  JOIN work_prerequisite p ON p.id = (v ->> 'prerequisite')::bigint
  JOIN work_workitem i ON i.id = e.item_id
 WHERE e.site_id = %s AND e.verb = 'gate' AND e.recorded_at > %s AND e.recorded_at <= %s
   AND v ->> 'mode' = ANY(%s) AND NOT (v ->> 'holds')::boolean AND p.rule_id IS NOT NULL
   AND i.id IN ({items})
 GROUP BY 1, 2, 3, 4, 5
"""


@dataclass
class Stopped:
    """What one rule would have stopped.

    count: gates passed although it was not met; of them by mode, gate, place, and who would have
    had to clear it ("role:hse", "user:5", "" where nobody was named). items: their ids.
    """

    rule: RequirementRule
    count: int = 0
    items: set[int] = field(default_factory=set)
    modes: Counter[str] = field(default_factory=Counter)
    gates: Counter[str] = field(default_factory=Counter)
    places: Counter[Place] = field(default_factory=Counter)
    clears: Counter[str] = field(default_factory=Counter)


def would_have_stopped(
    who: Scope, *, site_id: int, at: datetime, days: int = DAYS
) -> list[Stopped]:
    """The rules of a site that would have stopped something, most first: three queries."""
    rows = _rows(who, site_id, at - timedelta(days=days), at)
    rules = RequirementRule.objects.select_related("type", "place").in_bulk(
        {row[0] for row in rows}
    )
    places = Place.objects.in_bulk({row[3] for row in rows})
    found: dict[int, Stopped] = {}
    for rule_id, mode, gate, place_id, clears, count, items in rows:
        each = found.setdefault(rule_id, Stopped(rules[rule_id]))
        each.count += count
        each.items |= set(items)
        each.modes[mode] += count
        each.gates[gate] += count
        each.places[places[place_id]] += count
        each.clears[clears] += count
    return sorted(found.values(), key=lambda each: (-each.count, each.rule.key))


def _rows(who: Scope, site_id: int, since: datetime, at: datetime) -> list[tuple]:
    items = WorkItem.objects.filter(visible(who), site=site_id).order_by().values("pk")
    try:
        sql, params = items.query.get_compiler(connection=connection).as_sql()
    except EmptyResultSet:
        return []
    modes = [str(Mode.WATCH), str(Mode.WARN)]
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(items=sql), [site_id, since, at, modes, *params])
        return cursor.fetchall()
