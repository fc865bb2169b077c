"""Until when an issue may last: within the authorised window and the issuer's shift."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, JSONObject

from permits.models import Permit, PermitSettings
from permits.services._facts import Facts
from permits.services._named import model_of
from permits.states import State
from work.exceptions import Reason
from work.states import Role

_DEFAULT = 30


def latest_end(facts: Facts, issuer_id: int) -> datetime | None:
    """The latest end of an issue by this person now; None where nobody knows the shift.

    A site that has planned no shift of anybody at the moment is bounded by the permit alone.
    """
    permit = facts.permit
    planned = _read_with(permit, issuer_id, facts.at)
    if planned is None:
        planned = list(_shifts(permit.site_id, issuer_id, facts.at))
    if not planned:
        return permit.ends
    ends = [each["ends"] + timedelta(minutes=each["past"]) for each in planned if each["own"]]
    return min(permit.ends, max(ends)) if ends else None


def shift_end(site: Any, person_id: int, at: datetime) -> tuple[datetime | None, bool]:
    """When the shift of a person ends, None for who is in none; and whether anybody is in any."""
    planned = list(_shifts(site.pk, person_id, at))
    return max((each["ends"] for each in planned if each["own"]), default=None), bool(planned)


def with_shifts(permits: QuerySet[Permit], person: Any, at: Any) -> QuerySet[Permit]:
    """Permits, those that wait for an issue with the shifts as `latest_end` asks them of a person:
    give the rows to `read_for` then.
    """
    columns = ("own", "ends", "past")
    shifts = _shifts(OuterRef("site"), person, at)
    running = ArraySubquery(shifts.values_list(JSONObject(**{c: c for c in columns}), flat=True))
    # Or will, where nobody took an issue in its time.
    waits = Q(state__in=[State.AUTHORISED, State.STOPPED, State.ISSUED])
    return permits.annotate(shifts=Case(When(waits, then=running)))


def read_for(permit: Permit, person_id: int, at: datetime) -> None:
    """The shifts that were read with it are as of this person and moment."""
    permit.shifts_for = person_id, at  # type: ignore[attr-defined]


def _read_with(permit: Any, person_id: int, at: datetime) -> list[dict[str, Any]] | None:
    if getattr(permit, "shifts_for", None) != (person_id, at) or permit.shifts is None:
        return None
    return [each | {"ends": datetime.fromisoformat(each["ends"])} for each in permit.shifts]


def _shifts(site: Any, person: Any, at: Any) -> QuerySet[Any, Any]:
    """The shifts that run: whether it is the person's, when it ends, and by how many minutes an
    issue may pass that end.
    """
    every = model_of(model_of(Permit, "site"), "shifts").objects
    shifts = every.filter(site=site, starts__lte=at, ends__gt=at)
    own = every.filter(
        Q(crew__members__ends=None) | Q(crew__members__ends__gt=at),
        pk=OuterRef("pk"),
        crew__members__user_id=person,
        crew__members__starts__lte=at,
    )
    of_site = PermitSettings.objects.filter(site_id=OuterRef("site_id"))
    past = Coalesce(Subquery(of_site.values("past_shift_minutes")[:1]), _DEFAULT)
    return shifts.annotate(own=Exists(own), past=past).values("own", "ends", "past")


def ends_against(facts: Facts, latest: datetime | None, ends: datetime | None) -> list[Reason]:
    """Why an issue may not last until then, past the latest end; None: until that."""
    if latest is None:
        return [Reason("permits.issuer_no_shift", clears=("role", str(Role.PERMIT_ISSUER)))]
    if ends is None:
        return []
    if ends <= facts.at:
        return [Reason("permits.issue_ends_past")]
    if ends > latest:
        return [Reason("permits.issue_too_long", {"until": latest.isoformat()})]
    return []
