"""The rows of the bulk, made inside the database from the number of each item.

Everything follows from hashes of the number, so that two loads are alike. Places are skewed: a few
have most of the work. A person, post or crew belongs to an area, as at a real site.
"""

from datetime import datetime

from django.db.backends.utils import CursorWrapper

from work.management.commands._bulk_site import AREAS, CREWS, Made

# A number from 0 to k - 1 that depends on the item's number and the seed alone.
_PICK = "((hashint8extended(n, {seed}) & 2147483647) %% {k})::int"


def _pick(k: int | str, seed: int) -> str:
    return _PICK.format(k=k, seed=seed)


_ITEMS = f"""
INSERT INTO work_workitem (
  site_id, number, type_id, type_version_id, what, why, place_id, status, status_since, stage,
  owner_user_id, owner_post_id, team_id, priority, safety_critical, planned_start, planned_end, due,
  mandatory, "values", source_kind, external_system, external_key, source_words, incomplete,
  closed_in_source_at, version, requested_by_id, requested_at, planned_at, started_at,
  waiting_since, condition_left_id, stop_asked_at, done_at, completed_by_id, closed_at,
  cancelled_at, unmet_start, open_blockers, ready_until, blocked_from)
SELECT %(site)s, n, (%(types)s::bigint[])[1 + ty], (%(versions)s::bigint[])[1 + ty],
  (ARRAY['Replace','Inspect','Repair','Clean','Adjust','Calibrate','Lubricate','Test'])
    [1 + {_pick(8, 11)}]
  || ' ' || (ARRAY['seal','bearing','guard switch','coupling','filter','valve','gasket',
    'level sensor','conveyor belt','motor','nozzle','heat exchanger'])[1 + {_pick(12, 12)}]
  || ' of unit ' || {_pick(4000, 13)},
  'Found on a round; it was reported by the crew and seen again on the next shift.',
  (%(places)s::bigint[])[1 + pl], st,
  CASE st WHEN 'closed' THEN least(at0 + make_interval(hours => 10 + {_pick(400, 33)}), %(at)s)
    ELSE at0 + make_interval(hours => CASE st WHEN 'requested' THEN 0 WHEN 'planned' THEN 1
      WHEN 'live' THEN 2 WHEN 'waiting' THEN 3 + {_pick(90, 30)} WHEN 'done' THEN 9 ELSE 30 END)
    END, '',
  CASE WHEN owned < 72 AND st <> 'requested'
    THEN (%(staff)s::bigint[])[1 + (ar + {AREAS} * {_pick(1000, 14)}) %% %(staff_count)s] END,
  CASE WHEN owned >= 72 AND st <> 'requested'
    THEN (%(posts)s::bigint[])[1 + (ar + {AREAS} * {_pick(3, 15)}) %% %(post_count)s] END,
  CASE WHEN tm < 45 THEN (%(teams)s::bigint[])[1 + (ar + {AREAS} * {_pick(2, 16)}) %% {CREWS}]
    WHEN tm < 60 THEN (%(teams)s::bigint[])[1 + {CREWS} + {_pick(10, 17)}] END,
  (ARRAY['1','2','2','3','3','3','3','4','4','4'])[1 + {_pick(10, 18)}],
  {_pick(100, 19)} < 6,
  CASE WHEN st NOT IN ('requested','cancelled') AND {_pick(10, 20)} < 8
    THEN at0 + make_interval(hours => 24 + {_pick(500, 21)}) END,
  NULL,
  CASE WHEN {_pick(10, 22)} < 8 THEN at0 + make_interval(hours => 120 + {_pick(1200, 23)}) END,
  false,
  CASE WHEN {_pick(10, 24)} < 4 THEN jsonb_build_object(
    'severity', (ARRAY['low','middle','high'])[1 + {_pick(3, 25)}],
    'centre', 'CC-' || {_pick(800, 26)}, 'hours', {_pick(1000, 36)},
    'seen', to_char(at0, 'YYYY-MM-DD')) ELSE '{{}}'::jsonb END,
  'person', '', '', '{{}}'::jsonb,
  CASE WHEN st = 'requested' AND {_pick(20, 27)} = 0 THEN '["no type"]'::jsonb
    ELSE '[]'::jsonb END,
  CASE WHEN opened AND {_pick(200, 28)} = 0 THEN at0 + interval '3 days' END,
  1, (%(people)s::bigint[])[1 + {_pick("%(person_count)s", 29)}], at0,
  CASE WHEN st <> 'requested' THEN at0 + interval '1 hour' END,
  CASE WHEN st IN ('live','waiting','done','closed') THEN at0 + interval '2 hours' END,
  CASE WHEN st = 'waiting' THEN at0 + make_interval(hours => 3 + {_pick(90, 30)}) END,
  CASE WHEN st = 'waiting' THEN %(note)s END,
  CASE WHEN st = 'live' AND {_pick(80, 31)} = 0 THEN %(at)s - interval '7 minutes' END,
  CASE WHEN st IN ('done','closed') THEN at0 + interval '9 hours' END,
  CASE WHEN st IN ('done','closed')
    THEN (%(people)s::bigint[])[1 + {_pick("%(person_count)s", 32)}] END,
  CASE WHEN st = 'closed' THEN least(at0 + make_interval(hours => 10 + {_pick(400, 33)}), %(at)s)
    END,
  CASE WHEN st = 'cancelled' THEN at0 + interval '30 hours' END,
  CASE WHEN st = 'planned' AND bl < 45 THEN 1 + bl %% 3 WHEN st = 'waiting' THEN 1 ELSE 0 END,
  CASE WHEN st = 'planned' AND bl < 18 THEN 1 + bl %% 2 WHEN st = 'live' AND bl < 3 THEN 1
    WHEN st = 'waiting' AND bl < 90 THEN 1 ELSE 0 END,
  CASE WHEN st = 'planned' AND bl BETWEEN 60 AND 70
    THEN %(at)s + make_interval(mins => {_pick(9000, 34)} - 3) END,
  CASE WHEN st = 'planned' AND bl BETWEEN 18 AND 44
    THEN %(at)s + make_interval(mins => {_pick(20000, 35)} - 30) END
FROM (
  SELECT n, opened,
    -- A person's, post's and crew's area is that of the place.
    pl %% {AREAS} AS ar, pl, {_pick("%(type_count)s", 1)} AS ty,
    {_pick(100, 2)} AS owned, {_pick(100, 3)} AS tm, {_pick(100, 4)} AS bl,
    CASE WHEN opened THEN
      (ARRAY['requested','planned','planned','live','waiting','done','planned','requested',
        'planned','live'])[1 + {_pick(10, 5)}]
      WHEN {_pick(100, 6)} < 8 THEN 'cancelled' ELSE 'closed' END AS st,
    %(at)s - interval '5 years' * ((%(items)s - n)::float8 / %(items)s)
      - make_interval(mins => 1 + {_pick(500, 7)}) AS at0
  FROM (
    SELECT n,
      (n > %(items)s - 3 * %(recent)s AND {_pick(3, 8)} = 0)
        OR (n <= %(items)s - 3 * %(recent)s AND {_pick("%(old)s", 9)} = 0) AS opened,
      least(%(place_count)s - 1,
        floor(%(place_count)s * power({_pick(100000, 10)} / 100000.0, 2)))::int AS pl
    FROM generate_series(1, %(items)s) AS n
  ) AS placed
) AS shaped
"""

_BLOCKERS = """
INSERT INTO work_blocker (site_id, item_id, kind, what, clears, since, raised_by_id, recorded_at,
  reference, part, quantity, end_cause)
SELECT i.site_id, i.id,
  (ARRAY['material','material','plant','permit','isolation','document','contractor','access',
    'people','other'])[1 + (i.number + nth) % 10],
  jsonb_build_object('code', 'typed', 'params', jsonb_build_object('text', 'Waits for a part')),
  CASE i.number % 4 WHEN 0 THEN 'role:planner' WHEN 1 THEN 'role:supervisor'
    WHEN 2 THEN 'user:' || i.requested_by_id ELSE '' END,
  i.requested_at + interval '3 hours', i.requested_by_id, i.requested_at + interval '3 hours',
  '', '', '', ''
FROM work_workitem i, generate_series(1, i.open_blockers) AS nth
WHERE i.open_blockers > 0
"""

# What blocked a fifth of the closed ones, for up to eight days.
_PAST = """
INSERT INTO work_blocker (site_id, item_id, kind, what, clears, since, raised_by_id, recorded_at,
  ended_at, reference, part, quantity, end_cause)
SELECT site_id, id,
  (ARRAY['material','plant','permit','isolation','people'])[1 + number / 5 % 5],
  jsonb_build_object('code', 'typed', 'params', jsonb_build_object('text', 'Waited for a part')),
  CASE number / 5 % 3 WHEN 0 THEN 'role:planner' WHEN 1 THEN 'user:' || requested_by_id ELSE '' END,
  since, requested_by_id, since, least(since + make_interval(hours => (number / 5 % 200)::int),
    closed_at), '', '', '', 'cleared'
FROM (SELECT *, least(requested_at + interval '3 hours', closed_at) AS since FROM work_workitem
  WHERE status = 'closed' AND number % 5 = 0) AS closed
"""

_PREREQUISITES = """
INSERT INTO work_prerequisite (site_id, item_id, gate, origin, supplier, source_id, params, kind,
  what, mode, one_time, waivable_by, lead, answer, reason, clears, url, answered_at, due_at,
  created_at)
SELECT i.site_id, i.id, 'start', 'hand:bulk-' || nth, 'work.check', NULL, '{}'::jsonb,
  (ARRAY['permit','document','material'])[nth], '{"code": "typed"}'::jsonb, 'enforce', false, '',
  NULL, CASE WHEN nth <= i.unmet_start THEN 'unmet' ELSE 'met' END, '{}'::jsonb, 'role:planner', '',
  i.requested_at, CASE WHEN nth = 1 THEN i.blocked_from END, i.requested_at
FROM work_workitem i, generate_series(1, 3) AS nth
WHERE (i.status <> 'planned' OR i.unmet_start > 0)
UNION ALL
SELECT i.site_id, i.id, 'start',
  (ARRAY['supplier:work.executor:named','supplier:work.fitness:fit','hand:bulk-3'])[nth],
  (ARRAY['work.executor','work.fitness','work.item'])[nth], CASE nth WHEN 3 THEN ended.id END,
  '{}'::jsonb, (ARRAY['people','competence','work'])[nth],
  jsonb_build_object('code',
    (ARRAY['need.executor','need.fitness','need.work.item'])[nth]),
  'enforce', false, '', CASE WHEN nth < 3 THEN interval '0' END, 'met', '{}'::jsonb, '', '',
  i.requested_at, i.planned_start, i.requested_at
FROM work_workitem i, generate_series(1, 3) AS nth,
  (SELECT id FROM work_workitem WHERE status = 'closed' ORDER BY id LIMIT 1) AS ended
WHERE (i.status = 'planned' AND i.unmet_start = 0)
"""

_AROUND = (
    """INSERT INTO work_itemexecutor (item_id, user_id, named_at)
       SELECT i.id, (%(people)s::bigint[])[1 + (i.number * 7919 %% %(person_count)s)::int],
         i.requested_at
       FROM work_workitem i WHERE i.status <> 'requested'""",
    """INSERT INTO work_itemasset (item_id, asset_id)
       SELECT i.id, (%(assets)s::bigint[])[1 + (i.number * 104729 %% %(asset_count)s)::int]
       FROM work_workitem i WHERE i.number %% 10 < 3""",
    """INSERT INTO work_acceptance (item_id, kind, role, handback, at)
       SELECT i.id, 'source', '', false, i.closed_at FROM work_workitem i
       WHERE i.status = 'closed'""",
    """INSERT INTO work_event (site_id, subject_type, subject_id, item_id, place_id, actor_id, verb,
         data, happened_at, recorded_at)
       SELECT i.site_id, 'work.workitem', i.id, i.id, i.place_id, i.requested_by_id, 'request',
         '{}'::jsonb, i.requested_at, i.requested_at FROM work_workitem i""",
    """INSERT INTO work_event (site_id, subject_type, subject_id, item_id, place_id, actor_id, verb,
         data, happened_at, recorded_at)
       SELECT i.site_id, 'work.workitem', i.id, i.id, i.place_id, i.requested_by_id, done.verb,
         '{}'::jsonb, done.at, done.at
       FROM work_workitem i, LATERAL (VALUES ('plan', i.planned_at), ('start', i.started_at),
         ('wait', i.waiting_since), ('complete', i.done_at)) AS done (verb, at)
       WHERE i.closed_at IS NULL AND i.cancelled_at IS NULL AND done.at IS NOT NULL""",
    """UPDATE work_sitecounter SET last_number = %(items)s WHERE site_id = %(site)s""",
)


def set_aside(cursor: CursorWrapper, table: str) -> list[str]:
    """Drop a table's foreign keys and plain indexes; how to make them again."""
    cursor.execute(
        """SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
           WHERE conrelid = %s::regclass AND contype = 'f'""",
        [table],
    )
    keys = cursor.fetchall()
    cursor.execute(
        """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
           FROM pg_index i WHERE i.indrelid = %s::regclass AND NOT i.indisprimary
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
        [table],
    )
    indexes = cursor.fetchall()
    for name, _definition in keys:
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    again = [definition for _name, definition in indexes]
    return again + [f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {how}' for name, how in keys]


def items(cursor: CursorWrapper, site: Made, at: datetime, *, items: int, opened: int) -> None:
    """The items: nine of ten open ones are among the newest, the others spread over the years."""
    recent = max(1, opened * 9 // 10)
    older = max(1, opened - recent)
    cursor.execute(
        _ITEMS,
        _ids(site)
        | {
            "at": at,
            "items": items,
            "recent": recent,
            "old": max(1, (items - 3 * recent) // older),
            "staff": site.staff,
            "staff_count": len(site.staff),
            "note": site.note_id,
        },
    )


def around(
    cursor: CursorWrapper, site: Made, at: datetime, *, all_prerequisites: bool = False
) -> None:
    """What stands around items: blockers, prerequisites, executors, things, acceptances, events."""
    cursor.execute(_BLOCKERS)
    cursor.execute(_PAST)
    open_only = "" if all_prerequisites else "i.closed_at IS NULL AND i.cancelled_at IS NULL AND "
    cursor.execute(_PREREQUISITES.replace("WHERE (i", f"WHERE {open_only}(i"))
    cursor.execute("SELECT max(number) FROM work_workitem")
    given = _ids(site) | {"items": cursor.fetchone()[0]}
    for statement in _AROUND:
        cursor.execute(statement, given)


def _ids(site: Made) -> dict:
    return {
        "site": site.site_id,
        "places": site.places,
        "place_count": len(site.places),
        "people": site.people,
        "person_count": len(site.people),
        "teams": site.teams,
        "posts": site.posts,
        "post_count": len(site.posts),
        "types": site.types,
        "type_count": len(site.types),
        "versions": site.versions,
        "assets": site.assets,
        "asset_count": len(site.assets),
    }
