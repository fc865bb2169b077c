"""Pass two: the staged rows are judged as a whole, in the database, before anything is loaded.

Each check adds a fault to the rows it finds; a refused link or line refuses its record, and a
refused record those below it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from work.models.imports import ImportRun
from work.services.import_.mapping import ImportMapping, Kind, Target, Unknown, targets

# Where a reference is looked up, by what it refers to: a query that finds it by r.ref in the site.
_FOUND = {
    "place": """SELECT 1 FROM work_place t WHERE t.site_id = %(site)s AND t.code = {ref}
        UNION ALL SELECT 1 FROM work_place t WHERE t.site_id = %(site)s
        AND t.external_system = %(system)s AND t.external_key = {ref}""",
    "asset": """SELECT 1 FROM work_asset t WHERE t.site_id = %(site)s AND t.code = {ref}
        UNION ALL SELECT 1 FROM work_asset t WHERE t.site_id = %(site)s
        AND t.external_system = %(system)s AND t.external_key = {ref}""",
    "work item": """SELECT 1 FROM work_workitem t WHERE t.site_id = %(site)s
        AND t.external_system = %(system)s AND t.external_key = {ref}""",
    "team": "SELECT 1 FROM work_team t WHERE t.site_id = %(site)s AND t.code = {ref}",
    "post": """SELECT 1 FROM work_post t WHERE t.site_id = %(site)s AND t.code = {ref}
        AND t.is_active AND t.role <> 'contractor'""",
    "person": """SELECT 1 FROM work_user t JOIN work_membership m ON m.user_id = t.id
        WHERE m.site_id = %(site)s AND t.username = {ref} AND t.company_id IS NULL
        AND t.is_active AND m.role <> 'contractor' AND m.starts <= now()
        AND (m.ends IS NULL OR m.ends > now())""",
    "work type": """SELECT 1 FROM work_worktype t JOIN work_worktypeversion v ON v.type_id = t.id
        WHERE t.site_id = %(site)s AND t.code = {ref} AND v.published_at IS NOT NULL""",
    "asset class": "SELECT 1 FROM work_assetclass t WHERE t.site_id = %(site)s AND t.code = {ref}",
}
_DOUBLE = '[{"code": "double_key"}]'  # in the faults of a record
_TABLES: dict[str, str] = {Kind.PLACES: "work_place", Kind.ASSETS: "work_asset"}
_OF_PARENT: dict[str, str] = {Kind.PLACES: "place", Kind.ASSETS: "asset", Kind.WORK: "work item"}


def validate(run: ImportRun, mapping: ImportMapping) -> None:
    """Judge all staged rows of a run, inside the transaction that staged them.

    The planner has no statistics of rows that were staged a moment ago, and would go through them
    once for each of them; so it is told to join by hashing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop = off")
    checks = _Checks(run, mapping)
    checks.double_keys()
    checks.double_codes()
    checks.double_lines()
    checks.orphans()
    checks.links()
    checks.fields()
    checks.types()
    checks.windows()
    checks.taken()
    checks.statuses()
    checks.depths()
    checks.parents()
    checks.spread()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_nestloop TO DEFAULT")


class _Checks:
    """The checks of one run, each a statement or two over its staged rows."""

    def __init__(self, run: ImportRun, mapping: ImportMapping) -> None:
        self.run, self.mapping = run, mapping

    @property
    def _of_work(self) -> bool:
        """Whether the kind is one of the core, of which references are looked up here."""
        return self.mapping.kind in set(Kind)

    def _execute(self, sql: str, **params: Any) -> int:
        params |= {"run": self.run.pk, "site": self.run.site_id, "system": self.mapping.system}
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            return cursor.rowcount

    def _fault(self, where: str, *, code: str, column: str, refuse: bool, **more: str) -> int:
        """Add a fault to the rows that `where` finds, by what it calls r, and x for its values."""
        value, found = more.get("value", "r.key"), more.get("found", "")
        params, extra = more.get("params", "'{}'::jsonb"), more.get("extra", "")
        return self._execute(
            f"""
            UPDATE work_importrow r
            SET refused = r.refused OR %(refuse)s,
                faults = r.faults || jsonb_build_array(jsonb_build_object(
                    'code', %(code)s::text, 'file', r.file, 'line', r.line,
                    'column', %(column)s::text, 'value', {value}, 'params', {params}))
            {f"FROM ({found}) x" if found else ""}
            WHERE r.run_id = %(run)s AND {where} {extra}
            """,
            code=code,
            column=column,
            refuse=refuse,
            what=more.get("what", ""),
        )

    def double_keys(self) -> None:
        """The same key on two lines refuses both: nobody can say which is right."""
        self._double("r.part = 'record'", "key", "key", self.mapping.key)

    def double_codes(self) -> None:
        """Two records with one code."""
        code = self._column("code")
        if code and code != self.mapping.key:
            self._double("r.part = 'record'", "data->'f'->>'code'", "data->'f'->>'code'", code)

    def double_lines(self) -> None:
        """The same line twice on one record; a link said twice is one link."""
        if self.mapping.lines:
            self._double("r.part = 'line'", "key, ref", "ref", self.mapping.lines.to)
        self._execute(
            """
            DELETE FROM work_importrow WHERE id IN (
                SELECT id FROM (
                    SELECT id, row_number() OVER (PARTITION BY name, key, ref ORDER BY id) AS nth
                    FROM work_importrow
                    WHERE run_id = %(run)s AND part = 'link' AND NOT refused
                ) x WHERE nth > 1)
            """
        )

    def _double(self, where: str, by: str, value: str, column: str) -> None:
        twice = f"""SELECT 1 FROM work_importrow r WHERE run_id = %(run)s AND {where}
            AND {value} <> '' GROUP BY {by} HAVING count(*) > 1 LIMIT 1"""
        if not self._execute(twice):
            return
        self._fault(
            where + " AND r.id = x.id",
            code="double_key",
            column=column,
            refuse=True,
            value=f"r.{value}",
            params="jsonb_build_object('other', x.other)",
            found=f"""
                SELECT id, coalesce(lag(line) OVER w, lead(line) OVER w) AS other
                FROM work_importrow r WHERE run_id = %(run)s AND {where} AND {value} <> ''
                WINDOW w AS (PARTITION BY {by} ORDER BY id)""",
            extra="AND x.other IS NOT NULL",
        )

    def orphans(self) -> None:
        """Links and lines of a record that is not in the file."""
        refuse = self.mapping.on_unknown("record") is Unknown.REFUSE
        for join in self.mapping.joins:
            part = "line" if join is self.mapping.lines else "link"
            self._fault(
                f"""r.part = '{part}' AND r.name = '{join.name}' AND r.key <> '' AND NOT EXISTS (
                    SELECT 1 FROM work_importrow o WHERE o.run_id = %(run)s
                    AND o.part = 'record' AND o.key = r.key)""",
                code="no_such_record",
                column=join.record,
                refuse=refuse,
                params="jsonb_build_object('key', r.key)",
            )

    def links(self) -> None:
        """Links to what the site does not have."""
        for join in self.mapping.links:
            what = "place" if join.name == "places" else "asset"
            where = f"r.part = 'link' AND r.name = '{join.name}' AND r.ref <> ''"
            self._missing(what, "r.ref", where, join.to, self.mapping.on_unknown(what))

    def fields(self) -> None:
        """References in the fields of the records."""
        for name, target in targets(self.mapping.kind).items():
            column = self._column(name)
            if target.to in _FOUND and self._of_work and name != "parent" and column:
                ref = f"(r.data->'f'->>'{name}')"
                where = f"r.part = 'record' AND {ref} <> ''"
                self._missing(target.to, ref, where, column, self._policy(target))

    def _missing(self, what: str, ref: str, where: str, column: str, policy: Unknown) -> None:
        if policy is Unknown.KEEP:
            return
        self._fault(
            f"{where} AND NOT EXISTS ({_FOUND[what].format(ref=ref)})",
            code="unknown_reference",
            column=column,
            refuse=policy is Unknown.REFUSE,
            value=ref,
            params="jsonb_build_object('what', %(what)s::text)",
            what=what,
        )

    def _policy(self, target: Target) -> Unknown:
        return self.mapping.on_unknown(target.unknown) if target.unknown else Unknown.REFUSE

    def _column(self, name: str) -> str:
        """The column a field is read from; the field's own name when the mapping fixes it."""
        for field in self.mapping.fields:
            if field.name == name:
                return next(iter(field.columns), name)
        return ""

    def types(self) -> None:
        """New work that is open, of a type that nobody may begin work of any more."""
        if self.mapping.kind is Kind.WORK:
            self._fault(
                f"""r.part = 'record' AND r.data->'f'->>'status' IN ('requested', 'planned')
                AND EXISTS (
                    SELECT 1 FROM work_worktype t WHERE t.site_id = %(site)s
                    AND t.code = r.data->'f'->>'type' AND NOT t.is_active)
                AND NOT EXISTS ({_FOUND["work item"].format(ref="r.key")})""",
                code="retired_type",
                column=self._column("type"),
                refuse=True,
                value="r.data->'f'->>'type'",
            )

    def windows(self) -> None:
        """A planned end before the planned start."""
        if self.mapping.kind is Kind.WORK:
            self._fault(
                """r.part = 'record' AND (r.data->'f'->>'planned_end')::timestamptz
                    < (r.data->'f'->>'planned_start')::timestamptz""",
                code="ends_before_start",
                column=self._column("planned_end"),
                refuse=True,
                value="r.data->'f'->>'planned_end'",
            )

    def taken(self) -> None:
        """A code that another record of the site has, from another source or under another key."""
        table = _TABLES.get(self.mapping.kind)
        if table:
            self._fault(
                f"""r.part = 'record' AND EXISTS (
                    SELECT 1 FROM {table} t WHERE t.site_id = %(site)s AND t.external_key <> ''
                    AND t.code = coalesce(r.data->'f'->>'code', r.key)
                    AND (t.external_system, t.external_key) <> (%(system)s, r.key))""",
                code="taken",
                column=self._column("code") or self.mapping.key,
                refuse=True,
                value="coalesce(r.data->'f'->>'code', r.key)",
            )

    def statuses(self) -> None:
        """A status that the class of a thing does not know."""
        if self.mapping.kind is Kind.ASSETS and self._column("status"):
            self._fault(
                """r.part = 'record' AND r.data->'f'->>'status' <> '' AND NOT EXISTS (
                    SELECT 1 FROM work_assetclass t, jsonb_array_elements(t.statuses) s
                    WHERE t.site_id = %(site)s AND t.code = r.data->'f'->>'asset_class'
                    AND s->>'key' = r.data->'f'->>'status')""",
                code="no_such_status",
                column=self._column("status"),
                refuse=True,
                value="r.data->'f'->>'status'",
            )

    def depths(self) -> None:
        """How deep each record stands below the topmost of the file; in a ring it is nowhere.

        A key that stands twice is nobody's parent: through it there would be two ways to a record,
        and round a ring of such no end of them. The number of records bounds the depth besides.
        """
        if not self._execute(
            """SELECT 1 FROM work_importrow
            WHERE run_id = %(run)s AND part = 'record' AND ref <> '' LIMIT 1"""
        ):
            return
        self._execute(
            """
            WITH RECURSIVE reach AS (
                SELECT r.id, r.key, 1 AS depth FROM work_importrow r
                WHERE r.run_id = %(run)s AND r.part = 'record' AND NOT r.faults @> %(double)s
                AND NOT EXISTS (
                    SELECT 1 FROM work_importrow p WHERE p.run_id = %(run)s AND p.part = 'record'
                    AND p.key = r.ref AND p.key <> '' AND NOT p.faults @> %(double)s)
                UNION
                SELECT c.id, c.key, p.depth + 1 FROM reach p JOIN work_importrow c
                ON c.run_id = %(run)s AND c.part = 'record' AND c.ref = p.key AND p.key <> ''
                AND NOT c.faults @> %(double)s AND p.depth < (
                    SELECT count(*) FROM work_importrow
                    WHERE run_id = %(run)s AND part = 'record')
            )
            UPDATE work_importrow r SET depth = reach.depth FROM reach WHERE r.id = reach.id
            """,
            double=_DOUBLE,
        )
        self._rings()

    def _rings(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT key, ref FROM work_importrow
                WHERE run_id = %s AND part = 'record' AND depth = 0 AND NOT faults @> %s
                ORDER BY id""",
                [self.run.pk, _DOUBLE],
            )
            above = dict(cursor.fetchall())
        for ring in rings(above):
            names = " → ".join([*ring, ring[0]])
            self._execute(
                """
                UPDATE work_importrow r SET refused = true,
                    faults = r.faults || jsonb_build_array(jsonb_build_object(
                        'code', 'ring', 'file', r.file, 'line', r.line, 'column', %(column)s::text,
                        'value', r.ref, 'params', jsonb_build_object('ring', %(ring)s::text)))
                WHERE r.run_id = %(run)s AND r.part = 'record' AND r.key = ANY(%(keys)s)
                """,
                column=self._column("parent"),
                ring=names,
                keys=ring,
            )

    def parents(self) -> None:
        """Records above that are neither in the file nor at the site."""
        column = self._column("parent")
        if not column:
            return
        what = _OF_PARENT[self.mapping.kind]
        where = """r.part = 'record' AND r.ref <> '' AND NOT EXISTS (
            SELECT 1 FROM work_importrow p WHERE p.run_id = %(run)s
            AND p.part = 'record' AND p.key = r.ref)"""
        self._missing(what, "r.ref", where, column, self.mapping.on_unknown("parent"))

    def spread(self) -> None:
        """A refused link or line refuses its record; a refused record those below it."""
        self._execute(
            """
            UPDATE work_importrow r SET refused = true
            WHERE r.run_id = %(run)s AND r.part = 'record' AND NOT r.refused AND EXISTS (
                SELECT 1 FROM work_importrow o WHERE o.run_id = %(run)s AND o.part <> 'record'
                AND o.key = r.key AND o.refused)
            """
        )
        refuse = self.mapping.on_unknown("parent") is Unknown.REFUSE
        below = """r.part = 'record' AND r.ref <> '' AND NOT r.refused AND EXISTS (
            SELECT 1 FROM work_importrow p WHERE p.run_id = %(run)s AND p.part = 'record'
            AND p.key = r.ref AND p.refused)"""
        refused = refuse or self.mapping.kind is Kind.PLACES
        while (
            self._fault(
                below,
                code="refused_parent",
                column=self._column("parent"),
                refuse=refused,
                value="r.ref",
            )
            and refused
        ):
            pass


def rings(above: dict[str, str]) -> list[list[str]]:
    """The rings among records by the key of the one above each, every ring once and in order."""
    found: list[list[str]] = []
    passed: set[str] = set()
    for start in above:
        path: dict[str, None] = {}
        key = start
        while key in above and key not in passed and key not in path:
            path[key] = None
            key = above[key]
        if key in path:
            trail: Sequence[str] = list(path)
            found.append(list(trail[trail.index(key) :]))
        passed.update(path)
    return found
