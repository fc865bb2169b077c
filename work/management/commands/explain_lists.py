"""How the database answers each filter and order of the list, and the board: index and time.

Run it against a database that `load_bulk` filled. Prints a table; ends with 1 where a query reads
the items without an index.
"""

import functools
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from work.filters import Asked, select
from work.models import Asset, Membership, Post, Site, User
from work.permissions import Grant, Scope, scope
from work.reads import facets, lanes, live, picture, rows, search
from work.reads.blocks import held
from work.reads.counts import capped
from work.reads.seen import of_site
from work.states import OPEN, Role, Status
from work.views import _cards
from work.views.boards import CARDS, CARDS_IN_LANE, MOST_CARDS
from work.views.pictures import COUNTS

ITEMS = "work_workitem"
FILTERS = (
    "status=planned",
    "type=T03",
    "place=A03",
    "place=A03-L02-001",
    "place=A03-L02-001&place=A04",
    "owner={user}",
    "owner={post}",
    "owner=me",
    "team=crew-3",
    "team=co-3",
    "team=crew-3&team=co-3",
    "executor={user}",
    "asset={asset}",
    "kind=material",
    "kind=material&kind=permit",
    "clears=role:planner",
    "clears=me",
    "blocked=1",
    "blocked=0",
    "ready=1",
    "ready=0",
    "overdue=1",
    "unconfirmed=1",
    "incomplete=1",
    "incomplete=owner",
    "source_closed=1",
    "priority=1",
    "due_before=2026-01-01",
    "waiting_days=2",
    "q=bearing",
    "q=4321",
    "q=W-{number}",
    "f.severity=high",
    "f.centre=CC-17",
    "f.hours.from=100",
    "f.hours.from=100&f.hours.to=200",
    "f.seen.from=2026-01-01",
    "here=A03",
    "owner_left=1",
    "no_duty=1",
    "nobody=1",
    "clears=nobody",
    "kind=material&clears=role:planner",
    "held_since={recent}",
    "held_since={recent}&kind=material",
    "held_since={recent}&kind=material&clears=role:planner",
    "held_since={recent}&clears=nobody&place=A03",
    "columns=what,executor,team,kind,planned_end",
)
SORTS = (
    "number",
    "due",
    "planned_start",
    "priority",
    "status",
    "waiting",
    "age",
    "f.hours",
    "f.severity",
)
PAIRED = (
    "place=A03",
    "place=A03-L02-001",
    "status=closed",
    "type=T03",
    "owner={user}",
    "team=crew-3",
)
OTHER = (
    "status=closed&priority=1",
    "status=closed&closed_since={recent}&priority=1",
    "status=all&priority=1",
    "status=all&q=bearing",
    "status=all&executor={user}",
    "status=all&asset={asset}",
    "status=all&f.centre=CC-17",
    "status=all&sort=due",
)


@dataclass
class Plan:
    """What one query did: indexes on the items, time, rows; whether it read without an index."""

    case: str
    indexes: list[str] = field(default_factory=list)
    ms: float = 0.0
    count_ms: float = 0.0
    rows: int = 0
    unindexed: bool = False


def cases() -> Iterator[str]:
    """Parameters of every list that must be quick at any size."""
    yield ""
    yield from FILTERS
    for sort in SORTS:
        yield from (f"sort={sort}", f"sort=-{sort}")
    yield "status=all"
    for n, first in enumerate(PAIRED):
        for second in PAIRED[n + 1 :]:
            if first.split("=")[0] != second.split("=")[0]:
                status = "" if "status" in first + second else "&status=all"
                yield f"{first}&{second}{status}"
    yield from OTHER


class Command(BaseCommand):
    help = "Prints index and time of every filter and order of the list, and of the board."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", default="bulk")
        parser.add_argument("--times", type=int, default=3)

    def handle(self, *args, **options) -> None:
        site = Site.objects.filter(slug=options["slug"]).first()
        if site is None:
            raise CommandError("There is no such site: load_bulk makes one.")
        self.stdout.write(f"{'filter / order':58} {'rows':>4} {'ms':>7} {'count':>7}  index")
        bad = 0
        for plan in measure(site, times=options["times"]):
            mark = " UNINDEXED" if plan.unindexed else ""
            self.stdout.write(
                f"{plan.case:58} {plan.rows:4} {plan.ms:7.2f} {plan.count_ms:7.2f}  "
                f"{', '.join(plan.indexes)}{mark}"
            )
            bad += plan.unindexed
        if bad:
            raise CommandError(f"{bad} read the items without an index.")


def measure(site: Site, *, times: int = 3) -> Iterator[Plan]:
    """Every case as a supervisor of the site, the open list by who sees less, board, picture."""
    at = timezone.now()
    who = scope(_anybody(site, Role.SUPERVISOR), at)
    given = _given(site)
    with timezone.override(site.time_zone):
        for case in cases():
            yield _list(case or "(all open)", case.format(**given), site, who, times)
        below = _below(site, who, "A03")
        contractor = scope(_anybody(site, Role.CONTRACTOR), at)
        for name, other in (("a part of the site", below), ("a contractor", contractor)):
            for case in ("", "status=all", "blocked=1", "sort=due", "q=bearing"):
                yield _list(f"{case or '(all open)'} for {name}", case, site, other, times)
        yield _board("board", "", site, who, times)
        yield _board("board place=A03", "place=A03", site, who, times)
        yield _board("board blocked=1", "blocked=1", site, who, times)
        for kind in lanes.KINDS:
            yield from _lanes(kind, site, who, times)
        yield _picture(site, who, times)
        yield _why(site, who, times)
        yield _token(site, who, times)
        seen = site.items.filter(of_site(who, site))
        for words in ("bearing", "bearing 4321", "replace", "zzzz"):
            yield _search(f"search {words}", search.by_words(seen, words), times)
        # Parts are asked only where words find next to nothing.
        for words in ("bearing 4321", "zzzz"):
            yield _search(f"search {words}, by parts", search.by_parts(seen, words), times)


def _anybody(site: Site, role: str) -> User:
    first = Membership.objects.filter(site=site, role=role).order_by("pk").first()
    if first is None:
        raise CommandError(f"Nobody is {role} at {site.slug}.")
    return first.user


def _below(site: Site, who: Scope, code: str) -> Scope:
    found = facets.load(site, who, facets.Wanted(places=(code,))).places[code]
    return Scope(who.user_id, who.at, (Grant(site.pk, found.more, Role.SUPERVISOR, None, None),))


def _given(site: Site) -> dict[str, object]:
    owned = site.items.filter(owner_user__isnull=False).order_by("-number").first()
    asset = Asset.objects.filter(site=site).order_by("pk")[7]
    return {
        "user": f"user:{owned.owner_user_id}",
        "post": f"post:{Post.objects.filter(site=site).order_by('pk')[3].pk}",
        "asset": asset.code,
        "number": owned.number,
        "recent": (timezone.now() - timedelta(days=30)).date().isoformat(),
    }


def _selected(query: str, site: Site, who: Scope):
    asked = Asked.of(QueryDict(query))
    selection = select(asked, facets.load(site, who, asked.wanted()), site, who, who.at)
    if selection.refused:
        raise CommandError(f"{query} is not understood: {selection.unknown}")
    return selection


def _list(name: str, query: str, site: Site, who: Scope, times: int) -> Plan:
    selection = _selected(query, site, who)
    plan = explained(name, *rows.statement(selection.in_order()[:51], who.at, who), times)
    plan.count_ms = _timed(lambda: capped([selection.rows()]), times)
    return plan


def _board(name: str, query: str, site: Site, who: Scope, times: int) -> Plan:
    selection = _selected(query, site, who)
    shown = [status for status in Status if status in OPEN]
    plan = _asked(name, lambda: _cards.of_columns(selection, shown, CARDS), times)
    plan.count_ms = _timed(lambda: capped([selection.rows(each) for each in shown]), times)
    return plan


def _lanes(kind: str, site: Site, who: Scope, times: int) -> Iterator[Plan]:
    """The lanes of a kind with their counts, and the cards of as many as are drawn."""
    selection = _selected("", site, who)
    shown = [status for status in Status if status in OPEN]
    yield _asked(f"lanes {kind}", lambda: lanes.lanes(kind, selection, shown), times)
    opened = lanes.lanes(kind, selection, shown)[: MOST_CARDS // CARDS_IN_LANE // len(shown)]
    cards = functools.partial(_cards.of_lanes, selection, opened, CARDS_IN_LANE)
    yield _asked(f"cards in lanes {kind}", cards, times)


def _asked(name: str, work: Callable[[], Any], times: int) -> Plan:
    """What something asks of the items, as one plan."""
    seen: list[tuple[str, Any]] = []

    def keep(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if ITEMS in sql:
            seen.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(keep):
        work()
    whole = Plan(name)
    for sql, params in seen:
        each = explained(name, sql, params, times)
        whole.indexes += [index for index in each.indexes if index not in whole.indexes]
        whole.ms, whole.rows = whole.ms + each.ms, max(whole.rows, each.rows)
        whole.unindexed |= each.unindexed
    return whole


def _picture(site: Site, who: Scope, times: int) -> Plan:
    wanted = {
        name: select(Asked.from_link(**each), facets.Facets(), site, who, who.at).condition()
        for name, each in COUNTS.items()
    }
    found = picture.counting(picture.seen(site, who), wanted, 8)
    return explain("picture: all counts, by area", found, times)


def _why(site: Site, who: Scope, times: int) -> Plan:
    plan = Plan("why it waits: thirty days, by kind, who clears and area")
    given = {"items": of_site(who, site, "item__"), "since": who.at - timedelta(days=30)}
    ways = [("kind",), ("clears",), ("area",)]
    plan.ms = _timed(lambda: held(site, who.at, groupings=ways, length=8, **given), times)
    return plan


def _search(name: str, parts: list[QuerySet], times: int) -> Plan:
    return explain(name, parts[0].union(*parts[1:], all=True), times)


def _token(site: Site, who: Scope, times: int) -> Plan:
    plan = Plan("live token")
    plan.ms = _timed(lambda: live.state(site.pk, who.at), times)
    return plan


def _timed(what, times: int) -> float:
    took = []
    for _time in range(times):
        began = time.perf_counter()
        what()
        took.append(time.perf_counter() - began)
    return min(took) * 1000


def explain(name: str, found: QuerySet, times: int = 1) -> Plan:
    """Run a query under EXPLAIN ANALYZE and read its plan; the best time of several."""
    return explained(name, *found.query.sql_with_params(), times)


def explained(name: str, sql: str, params: Any, times: int = 1) -> Plan:
    """The same for a statement."""
    plan = Plan(name)
    best = float("inf")
    with connection.cursor() as cursor:
        for _time in range(times):
            cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}", params)
            told = cursor.fetchone()[0]
            told = json.loads(told) if isinstance(told, str) else told
            best = min(best, told[0]["Execution Time"] + told[0]["Planning Time"])
    plan.ms = best
    plan.rows = told[0]["Plan"]["Actual Rows"]
    for node in nodes(told[0]["Plan"]):
        if "Index Name" in node and node["Index Name"].startswith(("work_item", f"{ITEMS}_")):
            plan.indexes += [node["Index Name"]] if node["Index Name"] not in plan.indexes else []
        if node["Node Type"] == "Seq Scan" and node["Relation Name"] == ITEMS:
            plan.unindexed = True
    return plan


def nodes(node: dict) -> Iterator[dict]:
    """Every step of a plan."""
    yield node
    for inner in node.get("Plans", []):
        yield from nodes(inner)
