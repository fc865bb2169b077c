"""Until when an issue may last: within the authorised window and the issuer's shift."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from permits.models import PermitSettings
from permits.services._facts import Facts
from work.exceptions import Reason
from work.states import Role

_DEFAULT = 30


def latest_end(facts: Facts, issuer_id: int) -> datetime | None:
    """The latest end of an issue by this person now; None where nobody knows the shift.

    A site that has planned no shift of anybody at the moment is bounded by the permit alone.
    """
    permit = facts.permit
    planned = _shifts(permit.site, issuer_id, facts.at)
    if not planned:
        return permit.ends
    ends = [each["ends"] + timedelta(minutes=each["past"]) for each in planned if each["own"]]
    return min(permit.ends, max(ends)) if ends else None


def shift_end(site: Any, person_id: int, at: datetime) -> tuple[datetime | None, bool]:
    """When the shift of a person ends, None for who is in none; and whether anybody is in any."""
    planned = _shifts(site, person_id, at)
    return max((each["ends"] for each in planned if each["own"]), default=None), bool(planned)


def _shifts(site: Any, person_id: int, at: datetime) -> list[dict[str, Any]]:
    """The shifts that run: whether it is the person's, when it ends, and by how many minutes an
    issue may pass that end. One query."""
    shifts = site.shifts.filter(starts__lte=at, ends__gt=at)
    own = shifts.filter(
        Q(crew__members__ends=None) | Q(crew__members__ends__gt=at),
        pk=OuterRef("pk"),
        crew__members__user_id=person_id,
        crew__members__starts__lte=at,
    )
    of_site = PermitSettings.objects.filter(site_id=OuterRef("site_id"))
    past = Coalesce(Subquery(of_site.values("past_shift_minutes")[:1]), _DEFAULT)
    return list(shifts.annotate(own=Exists(own), past=past).values("own", "ends", "past"))


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
