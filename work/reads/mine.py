"""What waits for the reader at a site, and the sections of a page that says so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.lookups import LessThan

from work.models import Blocker, Criterion, Hold, ItemExecutor, Prerequisite, Site, WorkItem
from work.models.readings import blocked_if
from work.permissions import BY_ROLE, Action, Scope
from work.reads import kept
from work.reads import rows as rows_
from work.reads.blocks import lapsing
from work.reads.counts import capped, said
from work.services._facts import ever_another
from work.states import CONTROLLED, AnswerState, Gate, Mode, Status

SHOWN = 8


@dataclass
class Section:
    """Some open work of the reader. url: the list of all of it."""

    key: str
    title: str
    icon: str
    items: QuerySet[WorkItem]
    url: str
    decision: bool = False
    count: int = 0
    rows: Sequence[rows_.ItemRow] = ()

    @property
    def count_text(self) -> str:
        """The count as it is shown."""
        return said(self.count)


def carried_by(user_id: int | None) -> Q:
    """Work of which that person is an executor."""
    return Q(pk__in=ItemExecutor.objects.filter(user=user_id).values("item"))


def acceptable(site: Site, who: Scope) -> Q:
    """Complete work whose outcome the reader's role or duty there accepts.

    Not what the reader completed and another must accept.
    """
    found = Q(pk__in=[])
    for grant in who.grants:
        if grant.site_id != site.pk or not grant.role:
            continue
        there = Q(place__path__startswith=grant.prefix) if grant.prefix else Q()
        found |= Q(type_version__accept_role=grant.role) & there
        if grant.post_id and grant.role in BY_ROLE[Action.ACCEPT]:
            found |= Q(type_version__accept_role="") & there
    own = Q(completed_by=who.user_id) & asks_another()
    return Q(status=Status.DONE) & found & ~own


def asks_another() -> Q:
    """Work that another than its completer accepts: `four_eyes` of the guards, of many."""
    rows = (
        Criterion.objects.filter(quality=True, withdrawn_at=None),
        Hold.objects.all(),
        Prerequisite.objects.filter(ever_another()),
    )
    found = (
        Q(safety_critical=True) | Q(type_version__four_eyes=True) | Q(type_version__takes_out=True)
    )
    for each in rows:
        found |= Q(Exists(each.order_by().filter(item=OuterRef("pk"))))
    # The share of `_stays.asks_another`.
    return found | Q(LessThan(F("number") * 37 % 100, F("type_version__sample_percent")))


def _by_role(site: Site, who: Scope, name: str, prefix: str = "") -> Q:
    """Parts of items whose `name` is a role of the reader at the place of the item."""
    found = Q(pk__in=[])
    for grant in who.grants:
        if grant.site_id == site.pk and grant.role:
            there = Q(item__place__path__startswith=grant.prefix) if grant.prefix else Q()
            found |= Q(**{name: f"{prefix}{grant.role}"}) & there
    return found


def checkable(site: Site, who: Scope, at: datetime) -> Q:
    """Work of which the reader makes a named check that stands open, and is asked still."""
    asked = Q(gate=Gate.CLOSE) | ~Q(item__status=Status.DONE)
    waived = Q(waived_at__isnull=False, waiver_until__gt=at)
    rows = Prerequisite.objects.filter(
        _by_role(site, who, "clears", "role:"),
        ~Q(answer=AnswerState.MET),
        ~waived,
        asked,
        site=site,
        supplier="work.check",
        withdrawn_at=None,
        mode__in=[Mode.ENFORCE, Mode.WARN],
    )
    return Q(status__in=sorted(CONTROLLED), pk__in=rows.order_by().values("item"))


def waivable(site: Site, who: Scope, at: datetime) -> Q:
    """Work that is blocked at `at` by a requirement which the reader may waive."""
    rows = Blocker.objects.filter(
        _by_role(site, who, "prerequisite__waivable_by"), site=site, ended_at=None
    )
    lapsed = lapsing(site, at).filter(_by_role(site, who, "waivable_by"))
    return Q(pk__in=rows.order_by().values("item")) | Q(pk__in=lapsed.values("item"))


def fill(found: Sequence[Section], at: datetime, who: Scope, shown: int = SHOWN) -> None:
    """Count the sections and read the first rows of each: three queries for all of them."""
    for section, count in zip(found, capped([each.items for each in found]), strict=True):
        section.count = count
    parts = [
        worst(each.items, at)[:shown].values_list(Value(n), "pk")
        for n, each in enumerate(found)
        if each.count
    ]
    if not parts:
        return
    pairs = kept.rows(parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0])
    items = WorkItem.objects.filter(pk__in={pk for _n, pk in pairs})
    by_pk = {row.pk: row for row in rows_.load(items, at, who, cards=True)}
    for n, section in enumerate(found):
        of_section = [by_pk[pk] for number, pk in pairs if number == n and pk in by_pk]
        section.rows = sorted(of_section, key=_urgency)


def worst(items: QuerySet[WorkItem], at: datetime) -> QuerySet[WorkItem]:
    """Blocked at `at` first, then by priority, by due."""
    last = Case(When(blocked_if(at), then=Value(0)), default=Value(1))
    return items.order_by(last, "priority", F("due").asc(nulls_last=True), "-number")


def _urgency(row: rows_.ItemRow) -> tuple:
    due = row.due.timestamp() if row.due else float("inf")
    return (not row.is_blocked, row.priority, due, -row.number)
