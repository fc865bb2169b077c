"""Where a permit stands, as a reason: with who does the next step, and a link."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from permits.models import Permit
from permits.services._here import performer_here
from permits.standing import OVERDUE, standing
from permits.states import State
from work.exceptions import Reason
from work.states import Role

ISSUER = ("role", str(Role.PERMIT_ISSUER))
_BY_PERFORMER = (State.ISSUED, State.IN_FORCE, OVERDUE, State.STOP_CALLED)


def stands(permit: Permit, at: datetime) -> Reason:
    """Where a permit stands, as a reason, with who does the next step and a link."""
    code = standing(permit, at).code
    return Reason(
        f"permits.stands_{code}",
        {"number": permit.number, "url": url(permit)},
        ("permit", permit.pk),
        next_by(permit, code, at),
    )


def url(permit: Permit) -> str:
    """The page of a permit; its site is loaded."""
    return reverse("permits:permit_detail", args=[permit.site.slug, f"P-{permit.number}"])


def next_by(permit: Permit, code: str, at: datetime) -> tuple[str, Any]:
    """Who does the next step with a permit that stands so; for who left, an issuer."""
    performer = permit.performing_authority_id if code in _BY_PERFORMER else None
    by_performer: tuple[str, Any] = ("role", str(Role.PLANNER))
    if performer is not None:
        by_performer = ("user", performer) if performer_here(permit, at) else ISSUER
    requester = permit.requested_by_id or permit.created_by_id
    return {
        State.DRAFT: ("user", requester) if requester else ("role", str(Role.PLANNER)),
        State.REQUESTED: ("role", str(Role.AREA_OWNER)),
        State.CHECKED: ("role", str(Role.PERMIT_AUTHORISER)),
        State.ENDORSED: ("role", str(Role.PERMIT_AUTHORISER)),
        State.AUTHORISED: ISSUER,
        **dict.fromkeys(_BY_PERFORMER, by_performer),
        State.STOPPED: ISSUER,
        State.HANDED_BACK: ISSUER,
        State.AFTERCARE: ("user", permit.watcher_id) if permit.watcher_id else ISSUER,
    }.get(code, ("role", str(Role.PLANNER)))
