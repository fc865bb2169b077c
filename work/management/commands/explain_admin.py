"""How the database answers the admin's lists of work and history: index and time.

Run it against a database that `load_bulk` filled. Prints a table; ends with 1 where a list reads
all of its table.
"""

import json
from collections.abc import Iterator
from typing import Any

from django.contrib.admin import site as admin
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import Model
from django.http import HttpRequest, QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from work.management.commands.explain_lists import ITEMS, Plan, nodes
from work.models import Event, Site, User, WorkItem
from work.permissions import Grant, Scope
from work.states import Role, Status

EVENTS = "work_event"
# The last page that may be turned to.
FAR = "p=100"


def cases(site: Site) -> Iterator[tuple[type[Model], str]]:
    """What the filters and the search of both lists offer."""
    kind = site.work_types.order_by("code")[2].pk
    number = site.items.order_by("-number").values_list("number", flat=True)[4321]
    at = f"at={site.pk}"
    yield WorkItem, ""
    yield WorkItem, FAR
    yield WorkItem, at
    for status in Status:
        yield WorkItem, f"in={status}"
        yield WorkItem, f"{at}&in={status}&kind={kind}"
    yield WorkItem, f"kind={kind}"
    yield WorkItem, f"in=closed&kind={kind}&{FAR}"
    for words in ("bearing", "no such word", "e i", str(number), f"W-{number}", "999999999"):
        yield WorkItem, f"q={words}"
        yield WorkItem, f"{at}&in=closed&kind={kind}&q={words}"
    for words in ("", str(number), "999999999"):
        yield Event, f"q={words}"
        yield Event, f"{at}&q={words}"
    yield Event, FAR


def measure(site: Site, *, times: int = 3) -> Iterator[Plan]:
    """Every case as who administers the site, and as who administers another one too."""
    for name, ids in (("", [site.pk]), (" of two sites", [site.pk, site.pk + 1])):
        for model, query in cases(site):
            yield _list(
                f"{model._meta.model_name} {query or '(all)'}{name}", model, query, ids, times
            )


def _list(name: str, model: type[Model], query: str, sites: list[int], times: int) -> Plan:
    table = ITEMS if model is WorkItem else EVENTS
    with CaptureQueriesContext(connection) as asked:
        rows = list(_changelist(model, query, sites).result_list)
    said = [each["sql"] for each in asked if f'FROM "{table}"' in each["sql"]]
    plan = Plan(name, rows=len(rows))
    for sql in said:
        _explained(plan, sql, table, times)
    return plan


def _changelist(model: type[Model], query: str, sites: list[int]) -> Any:
    request: Any = HttpRequest()
    request.method, request.GET, request.user = "GET", QueryDict(query), User()
    grants = tuple(Grant(pk, "", Role.SITE_ADMIN, None, None) for pk in sites)
    request.admin_scope = Scope(0, timezone.now(), grants)
    return admin.get_model_admin(model).get_changelist_instance(request)


def _explained(plan: Plan, sql: str, table: str, times: int) -> None:
    """Add to a plan what one of its queries did: the best time of several."""
    best = float("inf")
    with connection.cursor() as cursor:
        for _time in range(times):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
            told = cursor.fetchone()[0]
            told = json.loads(told) if isinstance(told, str) else told
            best = min(best, told[0]["Execution Time"] + told[0]["Planning Time"])
    plan.ms += best
    for node in nodes(told[0]["Plan"]):
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] == table:
            plan.unindexed = True
        if "Index Name" in node and node["Index Name"] not in plan.indexes:
            plan.indexes.append(node["Index Name"])


class Command(BaseCommand):
    help = "Prints index and time of the admin's lists of work and history."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", default="bulk")
        parser.add_argument("--times", type=int, default=3)

    def handle(self, *args, **options) -> None:
        site = Site.objects.filter(slug=options["slug"]).first()
        if site is None:
            raise CommandError("There is no such site: load_bulk makes one.")
        self.stdout.write(f"{'list':74} {'rows':>4} {'ms':>8}  index")
        bad = 0
        for plan in measure(site, times=options["times"]):
            mark = " UNINDEXED" if plan.unindexed else ""
            said = ", ".join(plan.indexes)
            self.stdout.write(f"{plan.case:74} {plan.rows:4} {plan.ms:8.2f}  {said}{mark}")
            bad += plan.unindexed
        if bad:
            raise CommandError(f"{bad} read the whole table.")
