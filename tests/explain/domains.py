"""No page of permits, isolations, documents or competence reads a table of theirs from end to end.

What is asked of each list is what `make bench` measures; here every statement of its pages is
explained.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.test import Client
from django.utils import timezone

from bench import bulk
from bench.pages import of_domains
from permits.models import Permit
from permits.reads import lists
from tests.factories.browsers import signed_in
from work.models import Membership, Site
from work.permissions import scope
from work.states import Role

SIZES = bulk.Sizes(
    permits=2_500,
    permits_open=100,
    isolations=1_000,
    isolations_open=60,
    documents=1_800,
    competences=60,
    people=200,
    records=5_000,
)
# With fewer rows a table is read as it stands: that is as quick as by any index.
FEW = 700
OURS = ("permits_", "documents_", "competence_")
# Of a page besides: who ever carried work out is as many as all history.
_BESIDES = dict.fromkeys(
    ("competence gate", "competence forecast", "competence forecast, 90 days"),
    {"work_itemexecutor"},
)


def unindexed(site: Site) -> list[tuple[str, str]]:
    """Loads the domains into a site; the pages that read a large table whole, and which."""
    known = bulk.load(site, SIZES) | {"governed": bulk.governed(site), "area": "A01"}
    reader = Membership.objects.filter(site=site, role=Role.SUPERVISOR, place=None)[0].user
    client = signed_in(Client(), reader)
    large, partial = _named(_LARGE), _named(_PARTIAL)
    found: set[tuple[str, str]] = set()
    asked: dict[str, Any] = {}

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().startswith(("SELECT", "WITH")) and any(table in sql for table in named):
            asked[sql] = params
        return execute(sql, params, many, context)

    for page in (each for each in of_domains(known) if not each.act):
        asked.clear()
        named = large | _BESIDES.get(page.name, set())
        with connection.execute_wrapper(keep):
            answer = client.get(page.path)
        client.get(page.path)  # what comes again is planned for all values
        assert answer.status_code == 200, page.name
        for sql, params in asked.items():
            found |= {(page.name, table) for table in _read_whole(sql, params, partial) & named}
    return sorted(found)


def planned_whole() -> list[tuple[str, str]]:
    """The same of what this connection plans once for all values (`work.prepared`): each statement
    that reads a large table whole, whatever it is given, and which.
    """
    of = ("work_", *OURS)
    large, partial = _named(_LARGE, of), _named(_PARTIAL, of)
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE NOT from_sql")
        kept = [text for (text,) in cursor.fetchall()]
    assert len(kept) > 40
    whole = ((sql, _read_whole(sql, None, partial, "GENERIC_PLAN, ") & large) for sql in kept)
    return sorted((table, sql) for sql, tables in whole for table in tables)


def ended_in_order(site: Site) -> list[str]:
    """By which index the newest ended permits are read in their order, of all and of one type."""
    at = timezone.now()
    reader = Membership.objects.filter(site=site, role=Role.SUPERVISOR, place=None)[0].user
    kind = Permit.objects.filter(site=site).exclude(ended_at=None)[0].type_id
    found = []
    for asked in ({}, {"type_id": kind}):
        rows = lists.chosen(site, scope(reader, at), at, "ended", asked)[: lists.PAGE]
        node = json.loads(rows.explain(format="json"))[0]["Plan"]
        while node["Node Type"] not in ("Sort", "Index Scan"):
            node = node["Plans"][0]
        found.append(node.get("Index Name", "sorted"))
    return found


_LARGE = f"SELECT relname FROM pg_class WHERE relkind IN ('r', 'i') AND reltuples > {FEW}"
_PARTIAL = (
    "SELECT relname FROM pg_class JOIN pg_index ON indexrelid = pg_class.oid"
    " WHERE indpred IS NOT NULL"
)


def _named(sql: str, of: tuple[str, ...] = OURS) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {name for (name,) in cursor.fetchall() if name.startswith(of)}


def _read_whole(sql: str, params: Any, partial: set[str], how: str = "") -> set[str]:
    """The tables of which every row is read, also where the database would rather not."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN ({how}FORMAT JSON) {sql}", params)
        told: Any = cursor.fetchone()[0]
        cursor.execute("SET LOCAL enable_seqscan = on")
    plan = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return {
        each["Relation Name"]
        for each in _to_the_end(plan, stops=False)
        if each["Node Type"] == "Seq Scan"
        or (
            each["Node Type"] in ("Index Scan", "Index Only Scan")
            and "Index Cond" not in each
            and each["Index Name"] not in partial
        )
    }


def _to_the_end(node: dict[str, Any], *, stops: bool) -> Iterator[dict[str, Any]]:
    """The scans that do not stop where what is above them has enough."""
    if node["Node Type"] in ("Sort", "Aggregate", "Hash"):
        stops = False
    # A merge ends where one of its sides does.
    stops = stops or node["Node Type"] in ("Limit", "Merge Join")
    if "Relation Name" in node and not stops:
        yield node
    for inner in node.get("Plans", []):
        yield from _to_the_end(inner, stops=stops)
