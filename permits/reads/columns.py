"""The columns of the board of permits: which permits stand in each, and in which order."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    CharField,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from permits.models import Permit, PermitRoute
from permits.standing import OVERDUE
from permits.states import State

COLUMNS = {
    "loud": _("Stop called, overdue"),
    "check": pgettext_lazy("permits", "To check"),
    "authorise": pgettext_lazy("permits", "To authorise"),
    "issue": _("To issue today"),
    "force": _("Issued, in force"),
    "stopped": _("Stopped"),
    "after": _("After-care, handed back"),
}
# What is stored of those that may stand in each, by which they are found.
_STORED = {
    "loud": [State.STOP_CALLED, State.IN_FORCE],
    "check": [State.REQUESTED],
    "authorise": [State.REQUESTED, State.CHECKED, State.ENDORSED],
    "issue": [State.AUTHORISED, State.ISSUED],
    "force": [State.ISSUED, State.IN_FORCE],
    "stopped": [State.STOPPED, State.ISSUED],
    "after": [State.AFTERCARE, State.HANDED_BACK],
}
ORDER = ("later", "since_", "pk")
_SINCE = ("stopped", "after")


def with_column(rows: QuerySet[Permit], at: datetime) -> QuerySet[Permit]:
    """Permits of `with_standing` that are open and of today, each with its column."""
    checked = PermitRoute.objects.filter(type=OuterRef("type"), risk=OuterRef("risk"), checked=True)
    by_state = {
        "loud": Q(stands__in=[State.STOP_CALLED, OVERDUE]),
        "check": Q(Exists(checked), stands=State.REQUESTED),
        "authorise": Q(stands__in=[State.REQUESTED, State.CHECKED, State.ENDORSED]),
        "issue": Q(stands=State.AUTHORISED, starts__lt=at + timedelta(hours=24)),
        "force": Q(stands__in=[State.ISSUED, State.IN_FORCE]),
        "stopped": Q(stands=State.STOPPED),
        "after": Q(stands__in=[State.AFTERCARE, State.HANDED_BACK]),
    }
    cases = [When(each, then=Value(code)) for code, each in by_state.items()]
    column: Any = Case(*cases, default=Value(""), output_field=CharField())
    return rows.filter(ended_at=None).annotate(column=column).exclude(column="")


def of_column(rows: QuerySet[Permit], code: str, at: datetime) -> QuerySet[Permit]:
    """Those that stand in one column, in its order."""
    stored = rows.filter(state__in=_STORED[code])
    return in_order(with_column(stored, at).filter(column=code)).order_by(*ORDER)


def in_order(rows: QuerySet[Permit]) -> QuerySet[Permit]:
    """The same with what ORDER goes by: a stop that nobody confirmed comes before what is overdue,
    then what has stood so for longest, or ends or begins first.
    """
    since = Case(
        When(column="force", then=F("issue_ends")),
        When(column="loud", then=loud_since()),
        When(column__in=_SINCE, then=F("state_since")),
        default=F("starts"),
        output_field=DateTimeField(),
    )
    later = Case(When(stands=State.STOP_CALLED, then=Value(0)), default=Value(1))
    return rows.annotate(since_=since, later=later)


# What `order_of` goes by.
ORDERED = ("column", "stands", "state", "starts", "issue_ends", "tests_until", "state_since", "pk")


def order_of(row: Any) -> tuple[int, datetime, int]:
    """The same order of a row of `with_column` that was read, with what stands in ORDERED."""
    since = row.starts
    if row.column in _SINCE or row.state == State.STOP_CALLED:
        since = row.state_since
    elif row.column == "loud" and row.stands == State.STOP_CALLED:
        since = row.tests_until
    elif row.column in ("loud", "force"):
        since = row.issue_ends
    return (0 if row.stands == State.STOP_CALLED else 1, since, row.pk)


def loud_since() -> Case:
    """Since when it is a stop that nobody confirmed, or overdue: as on its card."""
    return Case(
        When(state=State.STOP_CALLED, then=F("state_since")),
        When(stands=State.STOP_CALLED, then=F("tests_until")),
        default=F("issue_ends"),
    )


def narrowed(rows: QuerySet[Permit], asked: Mapping[str, Any]) -> QuerySet[Permit]:
    """By where it is done and by type, as the board is. outside: paths where it is not."""
    if path := asked.get("path"):
        rows = rows.filter(place__path__startswith=path)
    for path in asked.get("outside", ()):
        rows = rows.exclude(place__path__startswith=path)
    if type_id := asked.get("type_id"):
        rows = rows.filter(type=type_id)
    return rows
