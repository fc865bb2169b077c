"""Who may do what with competences. Records are of people, so roles anywhere at the site count.

Inductions and approvals are asked at their place. Never somebody for themselves: that stands in
the services, and in the database.
"""

from enum import StrEnum

from competence.states import Kind
from work.exceptions import Reason
from work.permissions import Allowed, Denied, Scope
from work.states import Role


class Action(StrEnum):
    """What can be asked for."""

    SEE = "see"
    GATE = "gate"
    RECORD = "record"
    VERIFY = "verify"
    REVOKE = "revoke"
    EXEMPT = "exempt"
    INDUCT = "induct"
    INVITE = "invite"
    SHOW = "show"  # papers and people of a company
    APPROVE = "approve"
    SUSPEND = "suspend"
    CONFIGURE = "configure"


_COORDINATOR = frozenset({Role.COMPETENCE_COORDINATOR})
_LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD})

# What others have and lack is seen by who plans, leads, permits or looks after it.
_SEEING = (
    _COORDINATOR
    | _LEADS
    | {
        Role.PLANNER,
        Role.AREA_OWNER,
        Role.PERMIT_AUTHORISER,
        Role.PERMIT_ISSUER,
        Role.HSE,
        Role.AUDITOR,
        Role.SITE_ADMIN,
    }
)

BY_ROLE: dict[Action, frozenset[Role]] = {
    Action.SEE: _SEEING,
    # Whoever stands at the gate: who may come in, and why not.
    Action.GATE: _SEEING | {Role.OPERATOR, Role.VIEWER},
    Action.RECORD: _COORDINATOR,
    Action.VERIFY: _COORDINATOR,
    Action.REVOKE: _COORDINATOR | {Role.HSE},
    Action.EXEMPT: frozenset({Role.HSE}),
    Action.INDUCT: _COORDINATOR | _LEADS | {Role.AREA_OWNER, Role.HSE},
    Action.INVITE: _COORDINATOR,
    Action.SHOW: _COORDINATOR,
    Action.APPROVE: _COORDINATOR,
    Action.SUSPEND: _COORDINATOR | {Role.HSE},
    Action.CONFIGURE: frozenset({Role.SITE_ADMIN}),
}
# What is seen in practice is recorded and verified by who leads the work too.
_SEEN_IN_PRACTICE = {Kind.SKILL, Kind.VERIFICATION}
# What a company's people see and do of their own; of these, what its foremen alone do.
_OF_OWN_COMPANY = {Action.SEE, Action.GATE, Action.RECORD, Action.SHOW}
FOR_COMPANY = {Action.RECORD, Action.SHOW}


def may(
    who: Scope,
    action: Action,
    site_id: int,
    *,
    path: str | None = None,
    kind: str = "",
    company_id: int | None = None,
) -> Allowed | Denied:
    """Whether `who` may do this at a site, or at a place of it.

    kind: of the competence. company_id: of the person, or the company that it is about.
    """
    if who.system:
        return Allowed()
    grants = [grant for grant in who.grants if grant.site_id == site_id and grant.role]
    if not grants:
        return Denied(Reason("unknown"))
    roles = {grant.role for grant in grants if path is None or path.startswith(grant.prefix)}
    allowed = BY_ROLE[action]
    if action in (Action.RECORD, Action.VERIFY) and kind in _SEEN_IN_PRACTICE:
        allowed = allowed | _LEADS
    own = company_id is not None and company_id in who.companies(site_id)
    if roles & allowed or (own and action in _OF_OWN_COMPANY):
        return Allowed()
    return Denied(Reason("role_needed", {"roles": sorted(str(role) for role in allowed)}))
