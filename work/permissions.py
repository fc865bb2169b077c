"""Who may see and do what.

`scope(user, at)` is one query: a short list of grants from memberships, duties and teams. `can`
answers Allowed or Denied(reason); the same answer disables a button, explains a refusal and guards
the door. A superuser gets nothing here: configuration only.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Literal

from django.db.models import F, Q

from work.exceptions import Reason
from work.models import Membership, User, WorkItem
from work.prepared import planned
from work.states import Role


class Action(StrEnum):
    """What can be asked for. Verbs of the control model carry their own names."""

    SEE = "see"
    REQUEST = "request"
    COMMENT = "comment"
    RAISE_BLOCKER = "raise_blocker"
    CLEAR_BLOCKER = "clear_blocker"
    PLAN = "plan"
    RETURN = "return"
    EDIT = "edit"
    ASSIGN = "assign"
    HAND_OVER = "hand_over"
    CANCEL = "cancel"
    REQUIRE = "require"
    ON_IT_NOW = "on_it_now"
    START = "start"
    WAIT = "wait"
    RESUME = "resume"
    STOP = "stop"
    STAGE = "stage"
    CONFIRM_STOPPED = "confirm_stopped"
    CHECKLIST = "checklist"
    ACCEPT_AS_IS = "accept_as_is"
    EVIDENCE = "evidence"
    COMPLETE = "complete"
    ACCEPT = "accept"
    JUDGE = "judge"
    GIVE_BACK = "give_back"
    REOPEN = "reopen"
    HOLD = "hold"
    WAIVE = "waive"
    CHECK = "check"
    WINDOW = "window"
    PLACE_STATE = "place_state"
    CONFIGURE = "configure"
    RULE_MODE = "rule_mode"
    SHARE_VIEW = "share_view"


_PLANNERS = frozenset({Role.PLANNER, Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})
_LEADS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD})
_ACCEPTERS = frozenset({Role.SUPERVISOR, Role.SHIFT_LEAD, Role.AREA_OWNER})
_READERS = frozenset({Role.VIEWER, Role.AUDITOR})
_ANYONE = frozenset(Role) - _READERS
_EXECUTION = {
    Action.START,
    Action.WAIT,
    Action.RESUME,
    Action.STOP,
    Action.STAGE,
    Action.CONFIRM_STOPPED,
    Action.CHECKLIST,
    Action.EVIDENCE,
    Action.COMPLETE,
}
_ON_DUTY = {Action.ACCEPT, Action.JUDGE, Action.GIVE_BACK, Action.REOPEN, Action.HOLD}

# Roles that may, by their role alone, at the item's place or above it.
BY_ROLE: dict[Action, frozenset[Role]] = {
    Action.SEE: frozenset(Role),
    Action.REQUEST: _ANYONE,
    Action.COMMENT: _ANYONE,
    Action.RAISE_BLOCKER: _ANYONE,
    Action.CLEAR_BLOCKER: _LEADS,
    **dict.fromkeys(
        [
            Action.PLAN,
            Action.RETURN,
            Action.EDIT,
            Action.ASSIGN,
            Action.CANCEL,
            Action.REQUIRE,
            Action.ON_IT_NOW,
        ],
        _PLANNERS,
    ),
    # What somebody who leaves owns is also given on by who administers people.
    Action.HAND_OVER: _PLANNERS | {Role.SITE_ADMIN},
    **dict.fromkeys(_EXECUTION, _LEADS),
    **dict.fromkeys(_ON_DUTY, _ACCEPTERS),
    Action.ACCEPT_AS_IS: _ACCEPTERS,
    Action.WAIVE: frozenset(),
    Action.CHECK: frozenset(),
    Action.WINDOW: _ACCEPTERS,
    Action.PLACE_STATE: _ACCEPTERS,
    Action.CONFIGURE: frozenset({Role.SITE_ADMIN}),
    Action.RULE_MODE: frozenset({Role.HSE}),
    # Anywhere at the site: a view shows nobody more than is theirs to see.
    Action.SHARE_VIEW: _PLANNERS | {Role.SITE_ADMIN},
}


@dataclass(frozen=True)
class Grant:
    """One role at a site or below a place; by membership, by a duty, or a team without a role."""

    site_id: int
    prefix: str
    role: str
    team_id: int | None
    post_id: int | None

    def covers(self, site_id: int, path: str) -> bool:
        """Whether it reaches a place of that site with that path."""
        return self.site_id == site_id and path.startswith(self.prefix)


@dataclass(frozen=True)
class Scope:
    """What a person may reach at a moment."""

    user_id: int | None
    at: datetime
    grants: tuple[Grant, ...] = ()
    system: bool = False

    @property
    def whenever(self) -> "Scope":
        """The same of no moment: for a statement that is put together once for each such reader."""
        return replace(self, at=datetime.max.replace(tzinfo=UTC))

    def site_ids(self) -> set[int]:
        """Sites at which the person has any role."""
        return {grant.site_id for grant in self.grants if grant.role}

    def roles(self, site_id: int, path: str, team_id: int | None = None) -> set[str]:
        """Roles at a place; *contractor* only where the thing is of the person's own company."""
        return {
            grant.role
            for grant in self.grants
            if grant.role
            and grant.covers(site_id, path)
            and (grant.role != Role.CONTRACTOR or grant.team_id == team_id)
        }

    def reaches(self, site_id: int, path: str) -> bool:
        """Whether a place may be seen: any role there will do, a contractor's too."""
        return self.system or any(
            grant.role and grant.covers(site_id, path) for grant in self.grants
        )

    def duty_roles(self, site_id: int, path: str) -> dict[str, int]:
        """Roles held by an open duty at or above a place, with the post."""
        return {
            grant.role: grant.post_id
            for grant in self.grants
            if grant.post_id and grant.covers(site_id, path)
        }

    def posts(self) -> set[int]:
        """Posts whose duty the person has now."""
        return {grant.post_id for grant in self.grants if grant.post_id}

    def teams(self) -> set[int]:
        """Teams and companies the person belongs to."""
        return {grant.team_id for grant in self.grants if grant.team_id}

    def companies(self, site_id: int) -> set[int]:
        """Companies as whose contractor the person is at a site."""
        return {
            grant.team_id
            for grant in self.grants
            if grant.role == Role.CONTRACTOR and grant.site_id == site_id and grant.team_id
        }

    @cached_property
    def lent(self) -> frozenset[tuple[int, int]]:
        """Site and person: who works there for the reader's company, at home for another."""
        ours = [each.team_id for each in self.grants if each.role == Role.CONTRACTOR]
        rows = Membership.objects.filter(Q(ends=None) | Q(ends__gt=self.at), company__in=ours)
        rows = rows.filter(starts__lte=self.at).exclude(user__company=F("company"))
        return frozenset(rows.values_list("site_id", "user_id"))

    def only_contractor(self, site_id: int) -> bool:
        """Whether the person is at the site as a contractor and nothing else."""
        roles = {grant.role for grant in self.grants if grant.site_id == site_id and grant.role}
        return roles == {Role.CONTRACTOR}

    def is_guest(self, site_id: int, path: str) -> bool:
        """Whether no role but a contractor's reaches a place: who reads people as a guest."""
        return not self.system and not self.roles(site_id, path) - {Role.CONTRACTOR}


@dataclass(frozen=True)
class Allowed:
    """Yes."""

    def __bool__(self) -> Literal[True]:
        return True


@dataclass(frozen=True)
class Denied:
    """No, and why."""

    reason: Reason = field(default_factory=lambda: Reason("denied"))

    def __bool__(self) -> Literal[False]:
        return False


# Every grant of everybody and while it is held, as a table for statements. A duty reaches as long
# as the person has a role at the site.
GRANTS = """
SELECT m.user_id, m.site_id, COALESCE(p.path, '') AS path, m.role, m.company_id AS team_id,
       NULL::bigint AS post_id, tstzrange(m.starts, m.ends) AS held
  FROM work_membership m LEFT JOIN work_place p ON p.id = m.place_id
UNION ALL
SELECT d.user_id, s.site_id, p.path, s.role, NULL, s.id,
       tstzrange(d.starts, NULL) * tstzrange(m.starts, m.ends)
  FROM work_duty d JOIN work_post s ON s.id = d.post_id JOIN work_place p ON p.id = s.place_id
  JOIN work_membership m ON m.user_id = d.user_id AND m.site_id = s.site_id
 WHERE d.ends IS NULL AND s.is_active
UNION ALL
SELECT tm.user_id, t.site_id, '', '', t.id, NULL, tstzrange(tm.starts, tm.ends)
  FROM work_teammember tm JOIN work_team t ON t.id = tm.team_id
"""
_SCOPE_SQL = f"""
SELECT site_id, path, role, team_id, post_id FROM ({GRANTS}) AS grants
 WHERE user_id = %(user)s AND held @> %(at)s::timestamptz
   AND EXISTS (SELECT 1 FROM work_user u WHERE u.id = %(user)s AND u.is_active)
"""


def scope(user: User | Any, at: datetime) -> Scope:
    """What `user` may reach at `at`: one query. Somebody signed out or left reaches nothing."""
    if user is None or not getattr(user, "pk", None) or not user.is_active:
        return Scope(None, at)
    with planned() as cursor:
        cursor.execute(_SCOPE_SQL, {"user": user.pk, "at": at})
        # Of a duty there is a row for each role at the site.
        grants = tuple(Grant(*row) for row in dict.fromkeys(cursor.fetchall()))
    return Scope(user.pk, at, grants)


def system(at: datetime) -> Scope:
    """The scope of the system itself, for tasks and imports."""
    return Scope(None, at, system=True)


def visible(
    who: Scope, place: str = "place", team: str | None = "team", site: str = "site_id"
) -> Q:
    """The rows that `who` may see, as a filter over a model with `site` and these paths.

    Contractors see rows of their own company only; with `team=None` (places, assets) the subtree
    of their role.
    """
    if who.system:
        return Q()
    q = Q(pk__in=[])
    for grant in who.grants:
        if not grant.role:
            continue
        part = Q(**{site: grant.site_id})
        if grant.prefix:
            part &= Q(
                **{f"{place}__path__startswith" if place else "path__startswith": grant.prefix}
            )
        if grant.role == Role.CONTRACTOR and team:
            part &= Q(**{f"{team}_id": grant.team_id})
        q |= part
    return q


def sees(who: Scope, item: WorkItem) -> bool:
    """Whether `who` may know of `item` (its place is loaded)."""
    return who.system or bool(who.roles(item.site_id, item.place.path, item.team_id))


def can(
    who: Scope,
    action: Action,
    item: WorkItem,
    *,
    executors: Iterable[int] = (),
    role: str = "",
    clears: str = "",
    raised_by: int | None = None,
    called: bool = False,
) -> Allowed | Denied:
    """Whether `who` may do `action` to `item`, whose place and type version are loaded.

    executors: ids of the item's executors. role: the role a rule names (waive, check).
    clears, raised_by, called: of the blocker at hand.
    """
    if who.system:
        return Allowed()
    roles = who.roles(item.site_id, item.place.path, item.team_id)
    if not roles:
        return Denied(Reason("unknown"))
    if action in (Action.WAIVE, Action.CHECK):
        return _named(roles, role, who, item)
    if action in _EXECUTION and who.user_id in set(executors) and roles - _READERS:
        return Allowed()
    if action == Action.CLEAR_BLOCKER and _clears(who, item, clears, raised_by, called):
        return Allowed()
    if action == Action.ON_IT_NOW and item.type_version.on_it_now:
        if roles & (_PLANNERS | {Role.OPERATOR, Role.TECHNICIAN}):
            return Allowed()
        return _needs(_PLANNERS | {Role.OPERATOR, Role.TECHNICIAN})
    if action in _ON_DUTY:
        return _on_duty(who, action, item, roles)
    allowed = BY_ROLE[action]
    return Allowed() if roles & allowed else _needs(allowed, executors=action in _EXECUTION)


def can_at(who: Scope, action: Action, site_id: int, path: str) -> Allowed | Denied:
    """Whether `who` may do `action` at a place that no item speaks for."""
    if who.system:
        return Allowed()
    roles = {grant.role for grant in who.grants if grant.role and grant.covers(site_id, path)}
    if not roles:
        return Denied(Reason("unknown"))
    return Allowed() if roles & BY_ROLE[action] else _needs(BY_ROLE[action])


def _named(roles: set[str], role: str, who: Scope, item: WorkItem) -> Allowed | Denied:
    if not role:
        return Denied(Reason("not_waivable"))
    held = roles | set(who.duty_roles(item.site_id, item.place.path))
    return Allowed() if role in held else _needs({role})


def _clears(who: Scope, item: WorkItem, clears: str, raised_by: int | None, called: bool) -> bool:
    """Who raised it, owns the work or is named; where work was called to stop, the named alone."""
    if not called and who.user_id in (raised_by, item.owner_user_id):
        return True
    if not called and item.owner_post_id and item.owner_post_id in who.posts():
        return True
    kind, _, key = clears.partition(":")
    if kind == "user":
        return key == str(who.user_id)
    if kind == "post":
        return key in {str(post) for post in who.posts()}
    if kind == "team":
        return key in {str(team) for team in who.teams()}
    return kind == "role" and key in who.roles(item.site_id, item.place.path, item.team_id)


def _on_duty(who: Scope, action: Action, item: WorkItem, roles: set[str]) -> Allowed | Denied:
    """Accept and its kin: a lead or area owner on duty here, or the role that the type names.

    Where it names one, that role alone accepts; whoever leads on duty may still say no to the
    outcome, or hold what depends on it.
    """
    named = item.type_version.accept_role
    if named in roles:
        return Allowed()
    if named and action in (Action.ACCEPT, Action.JUDGE):
        return _needs({named})
    duty = who.duty_roles(item.site_id, item.place.path)
    if set(duty) & BY_ROLE[action]:
        return Allowed()
    if roles & BY_ROLE[action]:
        return Denied(Reason("not_on_duty", clears=("role", sorted(BY_ROLE[action])[0])))
    return _needs(BY_ROLE[action])


def _needs(roles: Iterable[str], executors: bool = False) -> Denied:
    code = "role_or_executor_needed" if executors else "role_needed"
    return Denied(Reason(code, {"roles": sorted(str(role) for role in roles)}))


def acting_post(who: Scope, item: WorkItem) -> tuple[str, int | None]:
    """The role and post in which `who` accepts: the duty at the place, else the role alone."""
    named = item.type_version.accept_role
    roles = who.roles(item.site_id, item.place.path, item.team_id)
    if named and named in roles:
        return named, who.duty_roles(item.site_id, item.place.path).get(named)
    duty = who.duty_roles(item.site_id, item.place.path)
    for role in (Role.SHIFT_LEAD, Role.AREA_OWNER, Role.SUPERVISOR):
        if role in duty:
            return role, duty[role]
    return "", None
