"""Isolations with their points, what works behind them, and the locks on their boxes."""

from datetime import timedelta
from typing import Any

from django.db.backends.utils import CursorWrapper

from bench.bulk.ground import loading, of, one_of, pick
from permits.isolation_states import Kind, State
from permits.models import Isolation, IsolationCard

_TABLES = ("permits_isolation", "permits_isolationpoint", "permits_isolationuse",
           "permits_personallock")  # fmt: skip
_PLACED = "('applied', 'verified', 'in_test', 'release', 'removed')"
_SHAPED = f"""
CREATE TEMP TABLE bulk_isolation AS
SELECT *, CASE WHEN NOT opened THEN %(at)s - interval '2 days' - interval '5 years'
      * ((%(isolations)s - n)::float8 / %(isolations)s) - make_interval(mins => {pick(500, 72)})
    WHEN kind = 'own' THEN %(at)s - make_interval(mins => 30 + {pick(200, 72)})
    ELSE %(at)s - make_interval(hours => 20 + {pick(2000, 72)}) END AS at0
FROM (
  SELECT *, CASE WHEN st = 'verified' AND {pick(15, 73)} = 0 THEN 'own'
    WHEN st IN ('verified', 'applied') AND {pick(5, 74)} = 0 THEN 'long_term' ELSE 'plan'
    END AS kind
  FROM (
    SELECT n, opened, {pick("staff_count", 75)} AS p, {pick("places_count", 76)} AS pl,
      CASE WHEN opened THEN (ARRAY['planned', 'planned', 'planned', 'approved', 'approved',
          'applied', 'applied', 'verified', 'verified', 'verified', 'verified', 'verified',
          'verified', 'verified', 'verified', 'verified', 'verified', 'in_test', 'release',
          'removed'])[1 + {pick(20, 71)}]
        WHEN {pick(20, 71)} = 0 THEN 'cancelled' ELSE 'closed' END AS st
    FROM (SELECT n, n > %(isolations)s - %(isolations_open)s AS opened
      FROM generate_series(1, %(isolations)s) AS n) AS numbered
  ) AS drawn
) AS kinded
"""
# Planned by p, approved by p + 1, applied by p + 2, tried by p + 3.
_ISOLATIONS = f"""
INSERT INTO permits_isolation (site_id, number, kind, state, state_since, version, title, place_id,
  other_tries, owner_id, reason, check_days, checked_at, check_due, card_id, until, created_by_id,
  created_at, approved_by_id, placed_at, ended_at, energy)
SELECT %(site)s, n, kind, st, at0 + interval '15 minutes', 4,
  {one_of(("Feed of", "Drain of", "Drive of", "Steam to", "Nitrogen to"), 77)} || ' unit '
    || {pick(4000, 78)},
  {of("places", "pl")}, kind <> 'own',
  CASE WHEN kind <> 'plan' OR {pick(2, 79)} = 0 THEN {of("staff", "p")} END,
  CASE kind WHEN 'long_term' THEN 'Out of use until the next turnaround' ELSE '' END,
  CASE kind WHEN 'long_term' THEN 30 END, NULL,
  CASE kind WHEN 'long_term' THEN %(at)s + make_interval(hours => {pick(700, 80)} - 60) END,
  CASE kind WHEN 'own' THEN (%(cards)s::bigint[])[1 + {pick("cards_count", 81)}] END,
  CASE kind WHEN 'own' THEN %(at)s + make_interval(mins => {pick(300, 82)} - 5) END,
  {of("staff", "p")}, at0,
  CASE WHEN st NOT IN ('planned', 'cancelled') THEN {of("staff", "p + 1")} END,
  CASE WHEN st IN {_PLACED} OR st = 'closed' THEN at0 + interval '10 minutes' END,
  CASE WHEN NOT opened THEN at0 + interval '20 hours' END,
  CASE WHEN st IN ('planned', 'approved', 'applied', 'cancelled') THEN '' END
FROM bulk_isolation ORDER BY n
"""
_JOINED = "bulk_isolation b JOIN permits_isolation i ON i.site_id = %(site)s AND i.number = b.n"
_AROUND = (
    f"""INSERT INTO permits_isolationpoint (isolation_id, sequence, tag, method, position, lock,
         applied_by_id, applied_at, locked_by_id, locked_at, tried_by_id, tried_at, removed_by_id,
         removed_at, position_after)
       SELECT i.id, nth, 'V-' || b.n || '-' || nth, {one_of(("positive", "proved", "locked"), 83)},
         'closed', CASE WHEN i.placed_at IS NULL THEN '' ELSE 'L-' || nth END,
         CASE WHEN i.placed_at IS NOT NULL THEN {of("staff", "b.p + 2")} END, i.placed_at,
         CASE WHEN i.placed_at IS NOT NULL THEN {of("staff", "b.p + 2")} END, i.placed_at,
         CASE WHEN b.st NOT IN ('planned', 'approved', 'applied', 'cancelled')
           THEN {of("staff", "b.p + 3")} END,
         CASE WHEN b.st NOT IN ('planned', 'approved', 'applied', 'cancelled') THEN i.placed_at END,
         CASE WHEN b.st IN ('removed', 'closed') THEN {of("staff", "b.p + 2")} END,
         CASE WHEN b.st IN ('removed', 'closed') THEN i.placed_at + interval '1 hour' END,
         CASE WHEN b.st IN ('removed', 'closed') THEN 'open' ELSE '' END
       FROM {_JOINED}, generate_series(1, 4) AS nth""",
    # Behind what was tried works a permit under way or to issue, and the work that it is for.
    """INSERT INTO permits_isolationuse (isolation_id, permit_id, item_id, how, since)
       SELECT i.id, used.permit_id, used.item_id, 'protected', i.created_at
       FROM (SELECT *, row_number() OVER (ORDER BY n DESC) - 1 AS k FROM bulk_isolation
           WHERE st = 'verified' AND kind = 'plan') AS b
         JOIN permits_isolation i ON i.site_id = %(site)s AND i.number = b.n
         JOIN (SELECT row_number() OVER (ORDER BY s.st = 'authorised', s.n DESC) - 1 AS k, p.id,
             s.item_id
           FROM bulk_permit s JOIN permits_permit p ON p.site_id = %(site)s AND p.number = s.n
           WHERE s.st IN ('in_force', 'authorised')) AS behind USING (k),
         LATERAL (VALUES (behind.id, NULL), (NULL::bigint, behind.item_id))
           AS used (permit_id, item_id)""",
    f"""INSERT INTO permits_isolationuse (isolation_id, permit_id, item_id, how, since, ended_at)
       SELECT i.id, used.permit_id, used.item_id, 'protected', i.created_at, i.ended_at
       FROM {_JOINED}
         JOIN bulk_permit s ON NOT s.opened AND s.n = 1 + b.n::bigint
           * (%(permits)s - %(permits_open)s - 1) / %(isolations)s
         JOIN permits_permit p ON p.site_id = %(site)s AND p.number = s.n,
         LATERAL (VALUES (p.id, NULL), (NULL::bigint, s.item_id)) AS used (permit_id, item_id)
       WHERE NOT b.opened""",
    f"""INSERT INTO permits_personallock (isolation_id, person_id, "group", on_at, off_at,
         off_by_id)
       SELECT i.id, {of("staff", "b.p + 3 + nth")}, false, i.placed_at,
         CASE WHEN NOT b.opened THEN i.placed_at + interval '30 minutes' END,
         CASE WHEN NOT b.opened THEN {of("staff", "b.p + 3 + nth")} END
       FROM {_JOINED}, generate_series(1, 1 + b.n %% 3) AS nth
       WHERE b.st IN ('verified', 'closed')""",
    """INSERT INTO permits_numbering (site_id, kind, last)
       VALUES (%(site)s, 'isolation', %(isolations)s)""",
)


def load(cursor: CursorWrapper, known: dict[str, Any]) -> None:
    """Cards, isolations and what stands around each; permits are there."""
    cards = _cards(known)
    known |= {"cards": cards, "cards_count": len(cards)}
    cursor.execute(_SHAPED, known)
    with loading(cursor, known["isolations"], *_TABLES):
        cursor.execute(_ISOLATIONS, known)
        for statement in _AROUND:
            cursor.execute(statement, known)
    cursor.execute("DROP TABLE bulk_isolation")


def _cards(known: dict[str, Any]) -> list[int]:
    at = known["at"]
    made = IsolationCard.objects.bulk_create(
        IsolationCard(
            site=known["of"],
            title=f"Conveyor {n}",
            place_id=known["places"][-1 - n],
            points=[{"tag": f"Q-{n}", "method": "locked", "position": "off"}],
            drawn_by_id=known["staff"][0],
            drawn_at=at - timedelta(days=30),
            approved_by_id=known["staff"][1],
            approved_at=at - timedelta(days=29),
            until=at + timedelta(days=300),
        )
        for n in range(min(20, len(known["places"])))
    )
    return [each.pk for each in made]


def told(site: Any) -> dict[str, Any]:
    """What pages may ask of them."""
    behind = Isolation.objects.filter(
        site=site, state=State.VERIFIED, kind=Kind.PLAN, uses__permit__isnull=False
    )
    return {"isolation": behind.order_by("-number")[0].number}
