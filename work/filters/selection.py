"""From parameters to rows: one small function a parameter, each flat in the database."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from work.filters import astray, custom, lapsed, named, plain
from work.filters.asked import Asked
from work.filters.order import begins, known, ordered
from work.models import Site, WorkItem
from work.permissions import Scope
from work.reads.facets import Facets
from work.reads.seen import of_site
from work.states import ENDED, OPEN, Status

PERIOD, LONGEST_PERIOD = timedelta(days=90), timedelta(days=366)
# With these alone the closed history is as quick as the open work; others are asked for a period.
_QUICK = frozenset({"status", "type", "place", "owner", "team", "since", "closed_since"})
# The periods that can be asked for, and the column of each; of blockers it is asked elsewhere.
_PERIODS = {"since": "requested_at", "closed_since": "closed_at", "held_since": ""}


@dataclass(frozen=True)
class Context:
    """Everything that a filter may look at.

    held_from: since when what blocked is asked for; None: what blocks now.
    """

    site: Site
    who: Scope
    at: datetime
    facets: Facets
    held_from: datetime | None = None


@dataclass
class Selection:
    """The rows that were asked for, and what could not be understood of it.

    since: the beginning of the period that was put on ended work. too_long: the period asked for
    is. too_many: a name that more people have than can be looked through. blocks: what is asked of
    what blocks, over blockers.
    """

    asked: Asked
    context: Context
    q: Q = field(default_factory=Q)
    blocks: Q = field(default_factory=Q)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    statuses: frozenset[str] = OPEN
    since: date | None = None
    too_long: bool = False
    too_many: tuple[str, str] | None = None

    @property
    def refused(self) -> bool:
        """Whether nothing can be shown of it."""
        return bool(self.unknown or self.too_many or self.too_long)

    @property
    def sort(self) -> str:
        """The order as it is taken."""
        return known(self.asked.sort, custom.sortable(self.context.facets))

    def rows(self, status: str = "") -> QuerySet[WorkItem]:
        """What fits, unordered; nothing where something was not understood.

        status: only those of it that have this one.
        """
        if self.refused:
            return WorkItem.objects.none()
        seen = of_site(self.context.who, self.context.site)
        return WorkItem.objects.filter(seen, self.condition(status))

    def condition(self, status: str = "") -> Q:
        """The same without what the reader may see."""
        wanted = self.statuses & {status} if status else self.statuses
        if self.since is None or not wanted & ENDED:
            return _one_of(wanted) & self.q
        raised = Q(requested_at__gte=plain.midnight(self.since))
        if is_open := wanted & OPEN:
            raised = _one_of(is_open) | raised
        return _one_of(wanted) & raised & self.q

    def in_order(self, default: str = "") -> QuerySet[WorkItem]:
        """What fits, in the order asked for."""
        sort = self.sort if self.asked.sort or not default else default
        return ordered(self.rows(), sort, self.asked.after)


def _one_of(statuses: frozenset[str]) -> Q:
    if statuses == frozenset(Status.values):
        return Q()
    if len(statuses) == 1:
        return Q(status=next(iter(statuses)))
    return Q(status__in=sorted(statuses))


type Filter = Callable[[tuple[str, ...], Context], Q | None]

FILTERS: dict[str, Filter] = {
    "q": plain.words,
    "type": named.types,
    "place": named.place,
    "here": named.here,
    "owner": named.owner,
    "team": named.team,
    "executor": named.executor,
    "asset": named.asset,
    "priority": plain.priority,
    "blocked": plain.blocked,
    "ready": plain.ready,
    "overdue": plain.overdue,
    "unconfirmed": plain.unconfirmed,
    "owner_left": astray.owner_left,
    "no_duty": astray.no_duty,
    "nobody": astray.nobody,
    "incomplete": plain.incomplete,
    "source_closed": plain.source_closed,
    "due_before": plain.due_before,
    "waiting_days": plain.waiting_days,
}


def select(asked: Asked, facets: Facets, site: Site, who: Scope, at: datetime) -> Selection:
    """What the parameters ask for, within what the reader may see."""
    held = plain.day(asked.one("held_since"))
    context = Context(site, who, at, facets, plain.midnight(held) if held else None)
    selection = Selection(asked, context, unknown=list(asked.left))
    _status(selection)
    for name, values in asked.values.items():
        if name in facets.too_many:
            selection.too_many = selection.too_many or (name, values[0])
            continue
        asks = FILTERS.get(name) or lapsed.BLOCKS.get(name) or custom.asks(name)
        if name in plain.HOLDS_FOR and not (held and name in lapsed.BLOCKS):
            selection.statuses &= plain.HOLDS_FOR[name]
        if asks is None:
            continue
        found = asks(values, context)
        if found is None:
            selection.unknown += [
                (name, value) for value in values if asks((value,), context) is None
            ]
        elif name in lapsed.BLOCKS:
            selection.blocks &= found
        else:
            selection.q &= found
    if held or lapsed.BLOCKS.keys() & asked.values.keys():
        selection.q &= lapsed.items(selection.blocks, context)
    _period(selection)
    if asked.after and not begins(selection.sort, asked.after):
        selection.unknown.append(("after", asked.after))
    return selection


def _status(selection: Selection) -> None:
    """Open work unless something else is asked; an exact number is found in any status."""
    asked = selection.asked.values.get("status", ())
    statuses: set[str] = set()
    for value in asked:
        if value == "open":
            statuses |= OPEN
        elif value == "all":
            statuses |= set(Status)
        elif value in Status.values:
            statuses.add(value)
        else:
            selection.unknown.append(("status", value))
    numbered = "q" in selection.asked.values and selection.context.facets.number is not None
    if not asked and (numbered or selection.context.held_from):
        statuses = set(Status)
    elif not asked and "closed_since" in selection.asked.values:
        statuses = {Status.CLOSED}
    selection.statuses = frozenset(str(status) for status in statuses) or OPEN


def _period(selection: Selection) -> None:
    """Ended work with other filters or orders is asked within a period, ninety days by default.

    The period is of when it was raised; of when it was closed, or blocked, where that is asked
    for. One that was asked for narrows all work, one that is put here the ended alone.
    """
    asked, begin = selection.asked, []
    for name, column in _PERIODS.items():
        if said := asked.one(name):
            day = plain.day(said)
            if day is None:
                selection.unknown.append((name, said))
            else:
                if column:
                    selection.q &= Q(**{f"{column}__gte": plain.midnight(day)})
                begin.append(day)
    other = set(asked.values) - _QUICK
    by_number = selection.sort.removeprefix("-") == "number"
    # What is asked by its number is one row, however old and in whatever order.
    one = "q" in asked.values and selection.context.facets.number is not None
    if selection.statuses & ENDED and not one and (other or not by_number):
        today = timezone.localtime(selection.context.at).date()
        if begin:
            selection.too_long = max(begin) < today - LONGEST_PERIOD
        else:
            selection.since = today - PERIOD
