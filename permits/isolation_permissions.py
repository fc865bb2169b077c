"""Who may do what to an isolation. The same answer disables a button and guards the door."""

from collections.abc import Iterable

from permits.isolation_states import Kind, Verb
from permits.models import Isolation
from work.exceptions import Reason
from work.permissions import Allowed, Denied, Scope
from work.states import Role

_ANYONE = frozenset(Role)
_WORKING = _ANYONE - {Role.VIEWER, Role.AUDITOR}
_OWN_PEOPLE = _WORKING - {Role.CONTRACTOR}
_LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})
_ISSUING = frozenset({Role.PERMIT_ISSUER})
PLANNING = frozenset({Role.TECHNICIAN, Role.OPERATOR, Role.PLANNER, Role.HSE}) | _LEADS | _ISSUING
_DECIDING = _LEADS | _ISSUING | {Role.PERMIT_AUTHORISER}
# Who draws and who approves cards for own isolation.
APPROVING_CARDS = _LEADS | {Role.HSE}

# Roles that may, by their role alone, at the isolation's place or above it. That somebody is able
# to isolate is a competence, asked beside the role.
BY_ROLE: dict[Verb, frozenset[Role]] = {
    Verb.EDIT: PLANNING,
    Verb.APPROVE: _DECIDING,
    Verb.CANCEL: _DECIDING | {Role.PLANNER},
    Verb.USE: PLANNING,
    Verb.LEAVE: PLANNING,
    Verb.APPLY: _OWN_PEOPLE,
    Verb.LOCK: _OWN_PEOPLE,
    Verb.ENERGY: _OWN_PEOPLE,
    Verb.NOTIFY: _OWN_PEOPLE,
    Verb.TRY: _OWN_PEOPLE,
    Verb.REPORT: _ANYONE,
    Verb.LOCK_ON: _WORKING,
    Verb.LOCK_OFF: _ANYONE,
    Verb.GROUP_ON: _DECIDING,
    Verb.GROUP_OFF: _DECIDING,
    Verb.ABSENT: _DECIDING | {Role.HSE},
    Verb.ASK_TEST: _DECIDING | {Role.TECHNICIAN},
    Verb.AGREE_TEST: _ANYONE,
    Verb.WITHDRAW_TEST: _DECIDING,
    Verb.SANCTION: _DECIDING,
    Verb.LIFT: _OWN_PEOPLE,
    Verb.END_TEST: _DECIDING,
    Verb.CARRY_ON: _DECIDING,
    Verb.CHECK: _OWN_PEOPLE,
    Verb.RELEASE: _DECIDING,
    Verb.KEEP: _DECIDING,
    Verb.REMOVE: _OWN_PEOPLE,
    Verb.CLOSE: _DECIDING,
}
# What the owner does beside them.
_OWNER = {
    Verb.EDIT,
    Verb.CANCEL,
    Verb.USE,
    Verb.LEAVE,
    Verb.GROUP_ON,
    Verb.GROUP_OFF,
    Verb.ASK_TEST,
    Verb.WITHDRAW_TEST,
    Verb.SANCTION,
    Verb.END_TEST,
    Verb.RELEASE,
    Verb.KEEP,
    Verb.CLOSE,
}
# Of an own isolation nobody does these but the one person of whom it is.
_OF_ONE = {Verb.APPLY, Verb.LOCK, Verb.ENERGY, Verb.NOTIFY, Verb.TRY, Verb.LOCK_ON}
# What one may whatever the roles: whose own lock is on the box, and who asked for a test.
_BY_PART = {
    "holder": {Verb.LOCK_OFF, Verb.AGREE_TEST, Verb.REPORT},
    "asker": {Verb.WITHDRAW_TEST},
}


def roles(who: Scope, isolation: Isolation, teams: Iterable[int | None] = ()) -> set[str]:
    """The roles of a person at its place, which is loaded; teams: whose work is behind it.

    A contractor knows of the isolations behind which the own company works.
    """
    held: set[str] = set()
    for team in {None, *teams}:
        held |= who.roles(isolation.site_id, isolation.place.path, team)
    return held


def sees(who: Scope, isolation: Isolation, teams: Iterable[int | None] = ()) -> bool:
    """Whether `who` may know of the isolation by role; besides, whose lock is on its box may."""
    return who.system or bool(roles(who, isolation, teams))


def may_decide(who: Scope, isolation: Isolation) -> Allowed | Denied:
    """Whether `who` decides what it protects: a role that leads, or who answers for it."""
    if who.system or (who.user_id is not None and who.user_id == isolation.owner_id):
        return Allowed()
    if roles(who, isolation) & _DECIDING:
        return Allowed()
    return Denied(Reason("role_needed", {"roles": sorted(map(str, _DECIDING))}))


def reads_names(who: Scope, isolation: Isolation) -> bool:
    """Whether `who` reads by name who did what; a contractor only of the own company."""
    return not who.is_guest(isolation.site_id, isolation.place.path)


def may(
    who: Scope,
    verb: Verb,
    isolation: Isolation,
    teams: Iterable[int | None] = (),
    parts: Iterable[str] = (),
) -> Allowed | Denied:
    """Whether `who` may do it. parts: *holder* of a lock on its box, *asker* of a test."""
    if who.system or any(verb in _BY_PART[part] for part in parts):
        return Allowed()
    held = roles(who, isolation, teams)
    if not held:
        return Denied(Reason("unknown"))
    if isolation.kind == Kind.OWN and verb in _OF_ONE and who.user_id != isolation.owner_id:
        by = ("user", isolation.owner_id)
        return Denied(
            Reason("permits.isolation_of_one", {"isolation": isolation.number}, clears=by)
        )
    if verb in _OWNER and who.user_id == isolation.owner_id:
        return Allowed()
    if held & BY_ROLE[verb]:
        return Allowed()
    return Denied(Reason("role_needed", {"roles": sorted(map(str, BY_ROLE[verb]))}))
