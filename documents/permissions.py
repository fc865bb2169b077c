"""Who may do what with documents: roles held anywhere at the site, and the owning team."""

from enum import StrEnum

from documents.models import Document
from work.exceptions import Reason
from work.permissions import Allowed, Denied, Scope
from work.states import Role


class Action(StrEnum):
    """What can be asked for."""

    MANAGE = "manage"
    WRITE = "write"
    REVIEW = "review"
    APPROVE = "approve"
    SET_DATE = "set_date"
    LOOK_OVER = "look_over"
    ACKNOWLEDGE = "acknowledge"
    READ_WITH = "read_with"


_CONTROL = frozenset({Role.DOCUMENT_CONTROLLER})
_READERS = frozenset({Role.VIEWER, Role.AUDITOR})
_LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER, Role.HSE, Role.QUALITY})

# manage: code, title, kind, owner, where it applies, withdrawing. look_over: the periodic review.
BY_ROLE: dict[Action, frozenset[Role]] = {
    Action.MANAGE: _CONTROL | {Role.SITE_ADMIN},
    Action.WRITE: _CONTROL
    | _LEADS
    | {Role.TECHNICIAN, Role.PLANNER, Role.OPERATOR, Role.PERMIT_AUTHORISER, Role.PERMIT_ISSUER},
    Action.REVIEW: _CONTROL | _LEADS | {Role.PLANNER, Role.PERMIT_AUTHORISER},
    Action.APPROVE: _CONTROL | {Role.AREA_OWNER, Role.HSE, Role.QUALITY},
    Action.SET_DATE: _CONTROL,
    Action.LOOK_OVER: _CONTROL | {Role.AREA_OWNER},
    Action.ACKNOWLEDGE: frozenset(Role) - _READERS,
    # With anybody who carries such work out; with those of one's own work whoever acknowledges.
    Action.READ_WITH: _LEADS,
}


def roles_at(who: Scope, site_id: int) -> set[str]:
    """The roles that somebody holds anywhere at the site."""
    return {grant.role for grant in who.grants if grant.role and grant.site_id == site_id}


def can_at(who: Scope, action: Action, site_id: int) -> Allowed | Denied:
    """Whether `who` may do `action` to documents of a site, whoever owns them."""
    if who.system:
        return Allowed()
    roles = roles_at(who, site_id)
    if not roles:
        return Denied(Reason("unknown"))
    if roles & BY_ROLE[action]:
        return Allowed()
    return Denied(Reason("role_needed", {"roles": sorted(map(str, BY_ROLE[action]))}))


def can(who: Scope, action: Action, document: Document) -> Allowed | Denied:
    """Whether `who` may do `action` to a document; who owns it looks it over too."""
    allowed = can_at(who, action, document.site_id)
    if allowed or action != Action.LOOK_OVER:
        return allowed
    owns = document.owner_id in who.teams()
    return Allowed() if owns and not who.only_contractor(document.site_id) else allowed
