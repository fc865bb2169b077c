"""Permits of five years, and some hundreds that are open in every state."""

from typing import Any

from django.db.backends.utils import CursorWrapper

from bench.bulk.ground import loading, of, one_of, pick
from permits.models import (
    ActivityRule,
    Permit,
    PermitRoute,
    PermitType,
    Substance,
    TypeTest,
)
from permits.states import Family, Reach, Risk, State, Verdict

TYPES = ("Hot work", "Confined space", "Line breaking", "Work at height", "Excavation", "Lifting",
         "Electrical work", "Cold work")  # fmt: skip
TESTED = 2  # the first of them
_TABLES = ("permits_permit", "permits_permititem", "permits_permitplace", "permits_permitperson",
           "permits_signature", "permits_issue", "permits_presence", "permits_stop",
           "permits_gastest", "permits_hazard", "permits_measure", "work_event")  # fmt: skip
_UNDER_ISSUE = "('issued', 'in_force', 'stop_called')"
_BEGUN = "('in_force', 'stop_called', 'stopped', 'handed_back', 'aftercare', 'closed')"
_AUTHORISED = (
    "('authorised', 'issued', 'in_force', 'stop_called', 'stopped', 'handed_back', 'aftercare',"
    " 'closed')"
)

# The work that permits are for, numbered; what is newest first.
_WORK = (
    """CREATE TEMP TABLE bulk_open AS
       SELECT row_number() OVER (ORDER BY number DESC) - 1 AS k, id, place_id, team_id
       FROM work_workitem WHERE site_id = %(site)s AND status IN ('planned', 'live', 'waiting')""",
    """CREATE TEMP TABLE bulk_closed AS
       SELECT row_number() OVER (ORDER BY number DESC) - 1 AS k, id, place_id, team_id
       FROM (SELECT id, number, place_id, team_id FROM work_workitem
         WHERE site_id = %(site)s AND status = 'closed' ORDER BY number DESC
         LIMIT %(permits)s) AS newest""",
)
_SHAPED = f"""
CREATE TEMP TABLE bulk_permit AS
SELECT drawn.*, coalesce(o.id, c.id) AS item_id, coalesce(o.place_id, c.place_id) AS place_id,
  coalesce(o.team_id, c.team_id) AS team_id, coalesce(o2.id, c2.id) AS other_id,
  CASE WHEN NOT opened THEN at0 + interval '2 hours'
    WHEN st IN ('draft', 'requested', 'checked', 'endorsed')
      THEN %(at)s + make_interval(hours => 4 + {pick(300, 44)})
    WHEN st = 'authorised' THEN %(at)s + make_interval(mins => {pick(2880, 44)} - 120)
    ELSE %(at)s - make_interval(mins => 20 + {pick(300, 44)}) END AS starts
FROM (
  SELECT n, opened,
    CASE WHEN opened THEN (ARRAY['draft', 'draft', 'requested', 'requested', 'checked', 'endorsed',
        'authorised', 'authorised', 'authorised', 'authorised', 'authorised', 'issued', 'in_force',
        'in_force', 'in_force', 'in_force', 'in_force', 'stop_called', 'stopped', 'handed_back',
        'aftercare'])[1 + {pick(21, 41)}]
      ELSE (ARRAY['closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed',
        'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'closed', 'refused',
        'cancelled', 'cancelled', 'lapsed'])[1 + {pick(20, 42)}] END AS st,
    CASE WHEN opened THEN %(at)s - make_interval(mins => 400 + {pick(5000, 43)})
      ELSE %(at)s - interval '1 day' - interval '5 years' * ((%(permits)s - n)::float8
        / %(permits)s) - make_interval(mins => {pick(500, 43)}) END AS at0,
    {pick(len(TYPES), 45)} AS ty, {pick("staff_count", 46)} AS p
  FROM (SELECT n, n > %(permits)s - %(permits_open)s AS opened
    FROM generate_series(1, %(permits)s) AS n) AS numbered
) AS drawn
LEFT JOIN bulk_open o ON opened AND o.k = (%(permits)s - n) %% (SELECT count(*) FROM bulk_open)
LEFT JOIN bulk_open o2 ON opened AND n %% 3 = 0
  AND o2.k = (%(permits)s - n + 7) %% (SELECT count(*) FROM bulk_open)
LEFT JOIN bulk_closed c ON NOT opened
  AND c.k = (%(permits)s - n) %% (SELECT count(*) FROM bulk_closed)
LEFT JOIN bulk_closed c2 ON NOT opened AND n %% 3 = 0
  AND c2.k = (%(permits)s - n + 7) %% (SELECT count(*) FROM bulk_closed)
"""
# The performer is p, who assessed p + 1, who checked p + 2, who authorised p + 3, the issuer p + 4.
_PERMITS = f"""
INSERT INTO permits_permit (site_id, number, type_id, risk, state, state_since, version, what,
  place_id, where_exactly, method, tools, condition, answers, sample_points, starts, ends, team_id,
  performing_authority_id, created_by_id, created_at, assessed_by_id, assessed_at, requested_by_id,
  checked_by_id, endorsed_by_id, authorised_by_id, issuer_id, issue_ends, tests_until, begun_at,
  complete, watcher_id, aftercare_until, closed_by_id, ended_at)
SELECT %(site)s, n, (%(permit_types)s::bigint[])[1 + ty],
  {one_of(("low", "normal", "normal", "high"), 51)}, st,
  CASE WHEN NOT opened THEN starts + interval '10 hours'
    WHEN st IN {_BEGUN} OR st = 'issued' THEN starts + interval '10 minutes' ELSE at0 END, 5,
  {one_of(("Weld", "Open", "Enter", "Replace", "Lift", "Clean", "Cut", "Test"), 52)} || ' '
    || {
    one_of(
        (
            "a bracket on",
            "the flange of",
            "the vessel",
            "the valve of",
            "the motor of",
            "the gearbox of",
            "the bearing of",
            "cable 4 of",
        ),
        53,
    )
}
    || ' unit ' || {pick(4000, 54)},
  place_id, 'North side, second platform, behind the handrail', 'As in the method statement',
  'Hand tools, grinder', 'Drained, flushed and cold', '{{}}'::jsonb,
  CASE WHEN ty < {TESTED} THEN '["Manway", "Bottom"]'::jsonb ELSE '[]'::jsonb END,
  starts, starts + interval '10 hours', team_id,
  {of("staff", "p")}, {of("staff", "p")}, at0, {of("staff", "p + 1")}, at0 + interval '5 minutes',
  CASE WHEN st <> 'draft' THEN {of("staff", "p")} END,
  CASE WHEN st NOT IN ('draft', 'requested', 'refused') THEN {of("staff", "p + 2")} END,
  CASE WHEN st = 'endorsed' THEN {of("staff", "p + 5")} END,
  CASE WHEN st IN {_AUTHORISED} OR st = 'lapsed' THEN {of("staff", "p + 3")} END,
  CASE WHEN st IN {_UNDER_ISSUE} THEN {of("staff", "p + 4")} END,
  CASE WHEN st IN {_UNDER_ISSUE} THEN least(starts + interval '10 hours',
    %(at)s + make_interval(mins => {pick(480, 55)} - 15)) END,
  CASE WHEN st IN {_UNDER_ISSUE} AND ty < {TESTED}
    THEN %(at)s + make_interval(mins => {pick(240, 56)} - 5) END,
  CASE WHEN st IN {_BEGUN} THEN starts + interval '10 minutes' END,
  CASE WHEN st IN ('handed_back', 'aftercare', 'closed') THEN {pick(10, 57)} > 0 END,
  CASE WHEN st = 'aftercare' THEN {of("staff", "p + 6")} END,
  CASE WHEN st = 'aftercare' THEN %(at)s + make_interval(mins => {pick(60, 58)} - 2) END,
  CASE WHEN st = 'closed' THEN {of("staff", "p + 4")} END,
  CASE WHEN NOT opened THEN starts + interval '10 hours' END
FROM bulk_permit ORDER BY n
"""
_AROUND = (
    """INSERT INTO permits_permititem (permit_id, item_id, scope, linked_at)
       SELECT p.id, linked.item_id, linked.scope, b.at0
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n,
         LATERAL (VALUES (b.item_id, ''), (b.other_id, 'The part at the pump'))
           AS linked (item_id, scope)
       WHERE linked.item_id IS NOT NULL
         AND (linked.scope = '' OR linked.item_id <> b.item_id)""",
    f"""INSERT INTO permits_permitplace (permit_id, place_id)
       SELECT p.id, {of("places", pick("places_count", 61, "p.number"))}
       FROM permits_permit p WHERE p.site_id = %(site)s AND p.number %% 10 = 0""",
    f"""INSERT INTO permits_permitperson (permit_id, person_id, name)
       SELECT p.id, {of("staff", "b.p + 6 + nth")}, ''
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n,
         generate_series(1, 2) AS nth""",
    """INSERT INTO permits_signature (permit_id, part, person_id, at, act)
       SELECT p.id, signed.part, signed.person_id, signed.at, gen_random_uuid()
       FROM permits_permit p, LATERAL (VALUES
         ('requested', p.requested_by_id, p.created_at + interval '10 minutes'),
         ('checked', p.checked_by_id, p.created_at + interval '20 minutes'),
         ('endorsed', p.endorsed_by_id, p.created_at + interval '30 minutes'),
         ('authorised', p.authorised_by_id, p.created_at + interval '40 minutes'),
         ('issued', coalesce(p.issuer_id, p.closed_by_id), p.starts),
         ('taken', CASE WHEN p.begun_at IS NOT NULL THEN p.performing_authority_id END, p.begun_at),
         ('handed_back', CASE WHEN p.complete IS NOT NULL THEN p.performing_authority_id END,
           p.ends - interval '20 minutes'),
         ('closed', p.closed_by_id, p.ended_at)) AS signed (part, person_id, at)
       WHERE p.site_id = %(site)s AND signed.person_id IS NOT NULL ORDER BY p.id, signed.at""",
    f"""INSERT INTO permits_issue (permit_id, issuer_id, taker_id, issued_at, ends, issuer_scanned,
         taken_at, taker_scanned, ended_at, how)
       SELECT p.id, {of("staff", "b.p + 4")}, {of("staff", "b.p")}, p.starts,
         coalesce(p.issue_ends, p.ends), true, p.begun_at, p.begun_at IS NOT NULL,
         CASE WHEN b.st = 'closed' THEN p.ended_at
           WHEN b.st NOT IN {_UNDER_ISSUE} THEN p.state_since END,
         CASE WHEN b.st = 'stopped' THEN 'stopped'
           WHEN b.st NOT IN {_UNDER_ISSUE} THEN 'handed_back' ELSE '' END
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n
       WHERE b.st = 'issued' OR b.st IN {_BEGUN}""",
    f"""INSERT INTO permits_presence (permit_id, person_id, name, on_at, on_by_id, off_at,
         off_by_id)
       SELECT p.id, {of("staff", "b.p + 6 + nth")}, '', p.begun_at, {of("staff", "b.p")},
         CASE WHEN b.st NOT IN ('in_force', 'stop_called') THEN p.begun_at + interval '5 hours' END,
         CASE WHEN b.st NOT IN ('in_force', 'stop_called') THEN {of("staff", "b.p")} END
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n,
         generate_series(1, 1 + b.n %% 3) AS nth
       WHERE b.st IN {_BEGUN}""",
    f"""INSERT INTO permits_stop (permit_id, cause, called_at, called_by_id, confirmed_at,
         confirmed_by_id, ended_at, ended_by_id)
       SELECT p.id, 'person', p.begun_at + interval '5 minutes', {of("staff", "b.p + 9")},
         CASE WHEN b.st <> 'stop_called' THEN p.begun_at + interval '12 minutes' END,
         CASE WHEN b.st <> 'stop_called' THEN {of("staff", "b.p")} END,
         CASE WHEN b.st = 'closed' THEN p.begun_at + interval '1 hour' END,
         CASE WHEN b.st = 'closed' THEN {of("staff", "b.p + 4")} END
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n
       WHERE b.st IN ('stop_called', 'stopped') OR (b.st = 'closed' AND b.n %% 40 = 0)""",
    f"""INSERT INTO permits_gastest (permit_id, point, substance_id, value, unit, low, high, within,
         instrument, calibrated_until, tester_id, taken_at, valid_until, recorded_at)
       SELECT p.id, points.point, t.substance_id, CASE s.code WHEN 'o2' THEN 20.9 ELSE 0.4 END,
         s.unit, s.low, s.high, true, 'Meter 12', (%(at)s + interval '90 days')::date,
         {of("staff", "b.p + 8")}, coalesce(p.tests_until, p.starts) - interval '4 hours',
         coalesce(p.tests_until, p.starts), coalesce(p.tests_until, p.starts) - interval '4 hours'
       FROM bulk_permit b JOIN permits_permit p ON p.site_id = %(site)s AND p.number = b.n
         JOIN permits_typetest t ON t.type_id = p.type_id
         JOIN permits_substance s ON s.id = t.substance_id,
         LATERAL (VALUES ('Manway'), ('Bottom')) AS points (point)
       WHERE b.st = 'issued' OR b.st IN {_BEGUN}""",
    """INSERT INTO permits_hazard (permit_id, text, energy)
       SELECT p.id, (ARRAY['Sparks and hot metal', 'What is left in the line'])[nth],
         (ARRAY['heat', 'pressure'])[nth]
       FROM permits_permit p, generate_series(1, 2) AS nth
       WHERE p.site_id = %(site)s ORDER BY p.id""",
    """INSERT INTO permits_measure (hazard_id, kind, text, needs, ticked_by_id, ticked_at)
       SELECT h.id, CASE h.energy WHEN 'heat' THEN 'barrier' ELSE 'field_check' END,
         CASE h.energy WHEN 'heat' THEN 'Blankets below and a watch' ELSE 'Drain seen open' END,
         '{}'::jsonb, CASE WHEN p.begun_at IS NOT NULL THEN p.performing_authority_id END,
         p.begun_at
       FROM permits_hazard h JOIN permits_permit p ON p.id = h.permit_id
       WHERE p.site_id = %(site)s ORDER BY h.id""",
    """INSERT INTO work_event (site_id, subject_type, subject_id, place_id, actor_id, verb, data,
         happened_at, recorded_at)
       SELECT p.site_id, 'permits.permit', p.id, p.place_id, done.by, done.verb, '{}'::jsonb,
         done.at, done.at
       FROM permits_permit p, LATERAL (VALUES
         ('permit_begun', p.created_by_id, p.created_at),
         ('permit_request', p.requested_by_id, p.created_at + interval '10 minutes'),
         ('permit_take', p.performing_authority_id, p.begun_at),
         ('permit_close', p.closed_by_id, CASE WHEN p.closed_by_id IS NOT NULL THEN p.ended_at END))
         AS done (verb, by, at)
       WHERE p.site_id = %(site)s AND done.at IS NOT NULL AND done.by IS NOT NULL
         AND done.at <= %(at)s ORDER BY done.at""",
)


def load(cursor: CursorWrapper, known: dict[str, Any]) -> None:
    """Types, rules of activities, permits and what stands around each."""
    known["permit_types"] = _types(known)
    for statement in (*_WORK, _SHAPED):
        cursor.execute(statement, known)
    cursor.execute("CREATE INDEX ON bulk_permit (n)")
    cursor.execute("ANALYZE bulk_permit")
    with loading(cursor, known["permits"], *_TABLES):
        cursor.execute(_PERMITS, known)
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS bulk_numbers ON permits_permit (site_id, number)"
        )
        cursor.execute("ANALYZE permits_permit")
        for statement in _AROUND:
            cursor.execute(statement, known)
        cursor.execute("DROP INDEX bulk_numbers")
    cursor.execute(
        "INSERT INTO permits_numbering (site_id, kind, last) VALUES (%(site)s, 'permit', "
        "%(permits)s)",
        known,
    )


def _types(known: dict[str, Any]) -> list[int]:
    """As a site sets them up: routes, gas tests, and what does not go together."""
    site = known["of"]
    types = PermitType.objects.bulk_create(
        PermitType(
            site=site,
            code=name.lower().replace(" ", "-"),
            name=name,
            questions=[{"key": "why", "text": "Why is it done now?"}],
            aftercare_minutes=60 if name == "Hot work" else 0,
        )
        for name in TYPES
    )
    PermitRoute.objects.bulk_create(
        PermitRoute(type=each, risk=risk, people=people)
        for each in types
        for risk, people in ((Risk.LOW, 2), (Risk.NORMAL, 3), (Risk.HIGH, 4))
    )
    gases = Substance.objects.bulk_create(
        [
            Substance(site=site, code="o2", name="Oxygen", family=Family.OXYGEN, unit="%",
                      low=20, high=22),
            Substance(site=site, code="lel", name="Flammable", family=Family.FLAMMABLE,
                      unit="% LEL", high=5),
        ]
    )  # fmt: skip
    TypeTest.objects.bulk_create(
        TypeTest(type=each, substance=gas, valid_minutes=240)
        for each in types[:TESTED]
        for gas in gases
    )
    ActivityRule.objects.bulk_create(
        ActivityRule(
            site=site, type=one, other_type=other, reach=Reach.WITHIN, verdict=Verdict.INFORM,
            condition="Tell each other before you begin",
        )
        for one, other in zip(types[:4], types[1:5], strict=True)
    )  # fmt: skip
    return [each.pk for each in types]


def forget(cursor: CursorWrapper) -> None:
    """The tables that were only for loading."""
    cursor.execute("DROP TABLE bulk_open, bulk_closed, bulk_permit")


def told(site: Any) -> dict[str, Any]:
    """What pages may ask of them."""
    rows = Permit.objects.filter(site=site)
    now = rows.filter(state=State.IN_FORCE, type__tests__isnull=False).order_by("-number")[0]
    ended = rows.filter(state=State.CLOSED).order_by("-number")[0]
    rare = rows.filter(place__depth=4).order_by("number")[0]
    return {
        "permit": now.number,
        "permit_closed": ended.number,
        "permit_type": ended.type.code,
        "permit_place": rare.place.code,
        "permit_item": ended.links.all()[0].item.number,
    }
