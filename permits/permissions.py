"""Who may do what to a permit. The same answer disables a button and guards the door."""

from collections.abc import Collection

from permits.models import Permit
from permits.states import Verb
from work.exceptions import Reason
from work.permissions import Allowed, Denied, Scope
from work.states import Role

_READERS = frozenset({Role.VIEWER, Role.AUDITOR})
_ANYONE = frozenset(Role)
_WORKING = _ANYONE - _READERS
_LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})
_ASKING = frozenset({Role.TECHNICIAN, Role.PLANNER, Role.CONTRACTOR, Role.PERMIT_ISSUER}) | _LEADS
_ENDORSING = frozenset({Role.HSE, Role.AREA_OWNER, Role.SHIFT_LEAD})
_AUTHORISING = frozenset({Role.PERMIT_AUTHORISER})
_ISSUING = frozenset({Role.PERMIT_ISSUER})
_DECIDING = _LEADS | _ENDORSING | _AUTHORISING

# Roles that may, by their role alone, at the permit's place or above it. A contractor's counts for
# permits of its own company.
BY_ROLE: dict[Verb, frozenset[Role]] = {
    Verb.EDIT: _ASKING,
    Verb.NAME: _ASKING,
    Verb.ASSESS: _ASKING | {Role.HSE},
    Verb.REQUEST: _ASKING,
    Verb.CHECK: _LEADS,
    Verb.ENDORSE: _ENDORSING,
    Verb.AUTHORISE: _AUTHORISING,
    Verb.REVERT: _DECIDING,
    Verb.REFUSE: _DECIDING,
    Verb.CANCEL: _LEADS | _AUTHORISING | _ISSUING | {Role.PLANNER},
    Verb.TICK: _ISSUING,
    Verb.TEST: _WORKING,
    Verb.ISSUE: _ISSUING,
    Verb.WITHDRAW: _ISSUING,
    Verb.TAKE: frozenset(),
    Verb.SIGN_ON: _WORKING,
    Verb.SIGN_OFF: _WORKING,
    Verb.CALL_STOP: _ANYONE,
    Verb.CONFIRM: _LEADS | _ISSUING | {Role.HSE},
    Verb.BRING_BACK: _ISSUING,
    Verb.ACCEPT: _WORKING,
    Verb.TAKE_OVER: _ISSUING,
    Verb.HAND_BACK: frozenset(),
    Verb.NAME_WATCHER: _ISSUING | {Role.SHIFT_LEAD},
    Verb.FOLLOW_UP: _LEADS | _ISSUING | {Role.PLANNER},
    Verb.END_AFTERCARE: frozenset(),
    Verb.CLOSE: _ISSUING,
}
# Who may stop all of an area or a site.
STOPPING_ALL = _LEADS | _ISSUING | _AUTHORISING | {Role.HSE}
_OWN = {Verb.CANCEL, Verb.EDIT, Verb.ASSESS}
_PERFORMING = {Verb.TAKE, Verb.HAND_BACK, Verb.CONFIRM, Verb.EDIT, Verb.FOLLOW_UP}


def roles(who: Scope, permit: Permit) -> set[str]:
    """The roles of a person at a permit's place, which is loaded."""
    return who.roles(permit.site_id, permit.place.path, permit.team_id)


def sees(who: Scope, permit: Permit) -> bool:
    """Whether `who` may know of the permit."""
    return who.system or bool(roles(who, permit))


def reads_names(who: Scope, permit: Permit) -> bool:
    """Whether `who` reads by name who did what; a contractor only of the own company."""
    return not who.is_guest(permit.site_id, permit.place.path)


def may(who: Scope, verb: Verb, permit: Permit, on_it: Collection[int] = ()) -> Allowed | Denied:
    """Whether `who` may do it. on_it: the people who are signed on, of whom any may confirm."""
    if who.system:
        return Allowed()
    held = roles(who, permit)
    if not held:
        return Denied(Reason("unknown"))
    me = who.user_id
    if verb in _PERFORMING and me == permit.performing_authority_id:
        return Allowed()
    if verb in _OWN and me == permit.created_by_id:
        return Allowed()
    if verb == Verb.CONFIRM and me in on_it:
        return Allowed()
    if verb == Verb.END_AFTERCARE and me == permit.watcher_id:
        return Allowed()
    if held & BY_ROLE[verb]:
        return Allowed()
    if verb in (Verb.TAKE, Verb.HAND_BACK):
        return Denied(Reason("permits.not_performer", clears=_user(permit.performing_authority_id)))
    if verb == Verb.END_AFTERCARE:
        return Denied(Reason("permits.not_watcher", clears=_user(permit.watcher_id)))
    return Denied(Reason("role_needed", {"roles": sorted(map(str, BY_ROLE[verb]))}))


def may_sign_for(who: Scope, permit: Permit) -> bool:
    """Whether `who` signs others on and off: the performing authority, an issuer, a lead."""
    leads = {Role.PERMIT_ISSUER, Role.SHIFT_LEAD, Role.SUPERVISOR}
    mine = who.user_id is not None and who.user_id == permit.performing_authority_id
    return mine or bool(roles(who, permit) & leads)


def may_explain(who: Scope, permit: Permit, called_by: int | None) -> bool:
    """Whether `who` says why a stop was called: who called it, else who leads there."""
    mine = who.user_id is not None and who.user_id == called_by
    return mine or who.system or bool(roles(who, permit) & STOPPING_ALL)


def may_at(who: Scope, asked: Collection[str], site_id: int, path: str) -> Allowed | Denied:
    """Whether `who` has one of these roles at a place that no permit speaks for."""
    if who.system:
        return Allowed()
    held = {each.role for each in who.grants if each.role and each.covers(site_id, path)}
    if not held:
        return Denied(Reason("unknown"))
    if held & set(asked):
        return Allowed()
    return Denied(Reason("role_needed", {"roles": sorted(map(str, asked))}))


def _user(pk: int | None) -> tuple[str, int] | None:
    return ("user", pk) if pk else None
