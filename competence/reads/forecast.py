"""What ends in the next days, with the planned work that it hits. Renewed things do not end."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Exists, Q

from competence.models import Record
from competence.needs import needs
from competence.reads import facts, judged, visitors
from competence.reads import work as work_reads
from competence.states import Asks, RecordState
from work.permissions import Scope, visible
from work.states import UNDER_WAY

DAYS = (7, 30, 90)
SHOWN = 50
FEW = 5
OLDEST = 20

_ENDING = """
SELECT 'record', r.person_id, u.name, NULL::bigint, r.competence_id, c.code, c.name, r.valid_until
  FROM competence_record r
  JOIN work_user u ON u.id = r.person_id AND u.is_active
  JOIN competence_competence c ON c.id = r.competence_id
 WHERE r.site_id = %(site)s AND r.state = 'verified'
   AND r.valid_until > %(at)s AND r.valid_until <= %(until)s
   AND (NOT %(own)s OR EXISTS (SELECT FROM work_membership m WHERE m.user_id = u.id
     AND m.site_id = %(site)s AND m.role = 'contractor' AND m.company_id = ANY(%(teams)s)
     AND m.starts <= %(at)s AND (m.ends IS NULL OR m.ends > %(at)s)))
   AND NOT EXISTS (SELECT FROM competence_record n
     WHERE n.person_id = r.person_id AND n.competence_id = r.competence_id
       AND n.state = 'verified' AND (n.valid_until IS NULL OR n.valid_until > r.valid_until))
UNION ALL
SELECT 'induction', i.person_id, u.name, NULL, i.place_id, p.code, p.name, i.until
  FROM competence_induction i
  JOIN work_user u ON u.id = i.person_id AND u.is_active
  JOIN work_place p ON p.id = i.place_id
 WHERE i.site_id = %(site)s AND i.ended_at IS NULL AND i.until > %(at)s AND i.until <= %(until)s
   AND (NOT %(own)s OR EXISTS (SELECT FROM work_membership m WHERE m.user_id = u.id
     AND m.site_id = %(site)s AND m.role = 'contractor' AND m.company_id = ANY(%(teams)s)
     AND m.starts <= %(at)s AND (m.ends IS NULL OR m.ends > %(at)s)))
   AND NOT EXISTS (SELECT FROM competence_induction n
     WHERE n.person_id = i.person_id AND n.place_id = i.place_id AND n.ended_at IS NULL
       AND (n.until IS NULL OR n.until > i.until))
UNION ALL
SELECT 'exemption', e.person_id, u.name, NULL, e.competence_id, c.code, c.name, e.until
  FROM competence_exemption e
  JOIN work_user u ON u.id = e.person_id AND u.is_active
  JOIN competence_competence c ON c.id = e.competence_id
 WHERE e.site_id = %(site)s AND e.ended_at IS NULL AND e.until > %(at)s AND e.until <= %(until)s
   AND (NOT %(own)s OR EXISTS (SELECT FROM work_membership m WHERE m.user_id = u.id
     AND m.site_id = %(site)s AND m.role = 'contractor' AND m.company_id = ANY(%(teams)s)
     AND m.starts <= %(at)s AND (m.ends IS NULL OR m.ends > %(at)s)))
   AND NOT EXISTS (SELECT FROM competence_exemption n
     WHERE n.person_id = e.person_id AND n.competence_id = e.competence_id
       AND n.ended_at IS NULL AND n.until > e.until)
   AND NOT EXISTS (SELECT FROM competence_record n
     WHERE n.person_id = e.person_id AND n.competence_id = e.competence_id
       AND n.state = 'verified' AND (n.valid_until IS NULL OR n.valid_until > e.until))
UNION ALL
SELECT 'approval', NULL, t.name, f.team_id, NULL, t.code, '', f.until
  FROM competence_company f JOIN work_team t ON t.id = f.team_id
 WHERE f.site_id = %(site)s AND f.state = 'approved' AND f.until > %(at)s AND f.until <= %(until)s
   AND (NOT %(own)s OR f.team_id = ANY(%(teams)s))
UNION ALL
SELECT 'paper', NULL, t.name, f.team_id, NULL, t.code, a.kind, a.until
  FROM competence_companypaper a
  JOIN competence_company f ON f.id = a.company_id JOIN work_team t ON t.id = f.team_id
 WHERE a.site_id = %(site)s AND a.struck_at IS NULL AND a.verified_at IS NOT NULL
   AND a.until > %(at)s AND a.until <= %(until)s
   AND (NOT %(own)s OR f.team_id = ANY(%(teams)s))
   AND NOT EXISTS (SELECT FROM competence_companypaper n
     WHERE n.company_id = a.company_id AND n.kind = a.kind AND n.struck_at IS NULL
       AND n.verified_at IS NOT NULL AND n.until > a.until)
"""
_COLUMNS = "(kind, person_id, name, team_id, of_id, code, what, until)"


@dataclass
class Ending:
    """One thing that ends: of a person or of a company, and the work that it hits.

    items: the first of it; more: how much more there is.
    """

    kind: str
    person_id: int | None
    name: str
    team_id: int | None
    of_id: int | None
    code: str
    what: str
    until: datetime
    items: list[Any] = field(default_factory=list)
    more: int = 0


def counts(site: Any, who: Scope, at: datetime) -> dict[int, int]:
    """How much ends within each number of days: one query."""
    parts = [f"count(*) FILTER (WHERE until <= %(days_{days})s)" for days in DAYS]
    given = {f"days_{days}": at + timedelta(days=days) for days in DAYS}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(parts)} FROM ({_ENDING}) AS ending {_COLUMNS}",  # noqa: S608
            _asked(site, who, at, max(DAYS)) | given,
        )
        return dict(zip(DAYS, cursor.fetchone(), strict=True))


def ending(site: Any, who: Scope, at: datetime, days: int, first: int = 0) -> list[Ending]:
    """What ends within so many days, soonest first, with one more than a page shows: six queries
    at most."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT * FROM ({_ENDING}) AS ending {_COLUMNS}"  # noqa: S608
            " ORDER BY until, name, kind, of_id LIMIT %(most)s OFFSET %(first)s",
            _asked(site, who, at, days) | {"most": SHOWN + 1, "first": first},
        )
        rows = [Ending(*row) for row in cursor.fetchall()]
    _hit(site, who, rows[:SHOWN])
    return rows


def _asked(site: Any, who: Scope, at: datetime, days: int) -> dict[str, Any]:
    return {
        "site": site.pk,
        "at": at,
        "until": at + timedelta(days=days),
        "own": who.only_contractor(site.pk),
        "teams": sorted(who.companies(site.pk)),
    }


def _hit(site: Any, who: Scope, rows: Sequence[Ending]) -> None:
    """Put on each row the open work that is not over by then, and asks for it: as far as the reader
    sees that work.
    """
    people = {row.person_id for row in rows if row.person_id is not None}
    if not rows:
        return
    not_ended = Q(item__planned_end=None, item__planned_start__isnull=False)
    later = Q(item__planned_end__gt=rows[0].until) | not_ended
    of_people = Q(item__site_id=site.pk, user__in=people) & (
        later | Q(item__status__in=sorted(UNDER_WAY))
    )
    companies = [row for row in rows if row.person_id is None]
    seen = Q(site_id=site.pk) & visible(who)
    firsts = work_reads.first_of_each(
        [seen & Q(team_id=row.team_id) & _lasting(row.until) for row in companies], FEW
    )
    first_ids = [pk for ids, _ in firsts for pk in ids]
    theirs = work_reads.parts(of_people) if people else None
    found = work_reads.these(first_ids, seen, theirs)
    contexts = work_reads.known(found)
    asked = facts.of_sites([site.pk])[site.pk]
    known = facts.of_people(people, [site.pk], of=())  # whose they are decides what is asked
    codes = judged.codes([asked], list(contexts.values()), rows[0].until)
    nth, by_person = {item.pk: n for n, item in enumerate(found)}, defaultdict(list)
    for item in found:
        for pk in contexts[item.pk].executor_ids:
            by_person[pk].append(item)
    for row, (ids, count) in zip(companies, firsts, strict=True):
        # What has ended since it was counted is open no more.
        row.items = [found[n] for n in sorted(nth[pk] for pk in ids if pk in nth)]
        row.more = count - len(ids)
    for row in rows:
        if row.person_id is None:
            continue
        for item in by_person[row.person_id]:
            where = judged.of_item(contexts[item.pk], codes)
            wanted = (
                (Asks.INDUCTION, None, row.of_id)
                if row.kind == "induction"
                else (Asks.COMPETENCE, row.of_id, None)
            )
            asked_then = needs(asked, known[row.person_id], where, row.until)
            if _lasts(item, row.until) and wanted in {need.subject for need in asked_then}:
                row.items.append(item)
        row.items, row.more = row.items[:FEW], max(0, len(row.items) - FEW)


def _lasting(moment: datetime) -> Q:
    """The same as `_lasts`, asked of the database."""
    not_begun = Q(planned_end=None, planned_start__gte=moment)
    return Q(status__in=sorted(UNDER_WAY)) | Q(planned_end__gt=moment) | not_begun


def _lasts(item: Any, moment: datetime) -> bool:
    """Whether the work is not over by then, as it is planned; without an end, whether it has not
    begun before."""
    if item.status in UNDER_WAY:
        return True
    if item.planned_end is not None:
        return bool(item.planned_end > moment)
    return item.planned_start is not None and item.planned_start >= moment


def to_verify(site: Any, who: Scope, at: datetime) -> list[Record]:
    """Records that wait for somebody to verify them, oldest first, with one more than is shown:
    one query."""
    rows = Record.objects.filter(site_id=site.pk, state=RecordState.OBTAINED)
    if who.only_contractor(site.pk):
        mine = visitors.of_teams(site.pk, who.companies(site.pk), at, person="person")
        rows = rows.filter(Exists(mine.filter(starts__lte=at)))
    return list(
        rows.select_related("person", "competence", "recorded_by").order_by("pk")[: OLDEST + 1]
    )
