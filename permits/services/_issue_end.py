"""Until when an issue may last: within the authorised window and the issuer's shift."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

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
    end, planned = shift_end(permit.site, issuer_id, facts.at)
    if end is None:
        return None if planned else permit.ends
    own_settings = PermitSettings.objects.filter(site_id=permit.site_id)
    minutes = own_settings.values_list("past_shift_minutes", flat=True).first()
    past = timedelta(minutes=_DEFAULT if minutes is None else minutes)
    return min(permit.ends, end + past)


def shift_end(site: Any, person_id: int, at: datetime) -> tuple[datetime | None, bool]:
    """When the shift of a person ends, None for who is in none; and whether anybody is in any."""
    shifts = site.shifts.filter(starts__lte=at, ends__gt=at)
    own = shifts.filter(
        Q(crew__members__ends=None) | Q(crew__members__ends__gt=at),
        pk=OuterRef("pk"),
        crew__members__user_id=person_id,
        crew__members__starts__lte=at,
    )
    planned = list(shifts.annotate(own=Exists(own)).values_list("own", "ends"))
    return max((ends for mine, ends in planned if mine), default=None), bool(planned)


def ends_against(facts: Facts, latest: datetime | None, ends: datetime | None) -> list[Reason]:
    """Why an issue may not last until then; None: until the latest end."""
    if latest is None:
        return [Reason("permits.issuer_no_shift", clears=("role", str(Role.PERMIT_ISSUER)))]
    if ends is None:
        return []
    if ends <= facts.at:
        return [Reason("permits.issue_ends_past")]
    if ends > latest:
        return [Reason("permits.issue_too_long", {"until": latest.isoformat()})]
    return []
