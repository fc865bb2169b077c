"""An isolation is planned, approved, used for work and permits, left for long, and ended."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from permits.isolation_permissions import PLANNING
from permits.isolation_states import Kind, Method, State, Verb
from permits.models import Isolation, IsolationCheck, IsolationPoint
from permits.permissions import may_at
from permits.services import _named
from permits.services._isolation import changed, enter, heard, moved
from permits.services._isolation_facts import Facts
from permits.services.requests import next_number
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door

Rows = Sequence[Mapping[str, Any]]


def _plan(
    act: OpenAct,
    *,
    site_id: int,
    place_id: int,
    title: str,
    points: Rows = (),
    owner_id: int | None = None,
    asset_id: int | None = None,
    reason: str = "",
    other_tries: bool = True,
) -> Isolation:
    """Begin an isolation. points: {tag, method, position}, in the order of applying.

    owner_id: who answers for it; by default who plans it.
    """
    act.control(site_id)
    place = _named.place(act, site_id, place_id)
    act.about(place)
    allowed = may_at(act.scope, PLANNING, site_id, place.path)
    if not allowed:
        raise Unknown if allowed.reason.code == "unknown" else Forbidden(allowed.reason)
    isolation = Isolation(
        site_id=site_id,
        place=place,
        title=_titled(title),
        other_tries=other_tries,
        state_since=act.at,
        created_by=act.actor,
        created_at=act.at,
        reason=_named.plain("reason", reason, 500),
        asset_id=asset_of(site_id, asset_id),
    )
    isolation.owner_id = owner_of(act, isolation, owner_id or act.person.pk)
    isolation.number = next_number(site_id, "isolation")
    isolation.save(force_insert=True)
    put_points(isolation, points)
    act.record("isolation_planned", isolation, points=len(points))
    return isolation


def _titled(title: str) -> str:
    title = _named.plain("title", title, 250)
    if not title:
        raise Refused(Reason("permits.isolation_title_needed"))
    return title


def owner_of(act: OpenAct, isolation: Isolation, person_id: int) -> int:
    """Somebody of the site's own people."""
    people = _named.model_of(Isolation, "owner").objects
    if not people.filter(_named.known_at(isolation.site_id, act.at), pk=person_id).exists():
        raise Refused(Reason("permits.person_unknown"))
    return person_id


def asset_of(site_id: int, asset_id: int | None) -> int | None:
    """An asset of the site."""
    if asset_id is None:
        return None
    assets = _named.model_of(Isolation, "asset").objects
    if not assets.filter(pk=asset_id, site_id=site_id).exists():
        raise Refused(Reason("permits.asset_unknown"))
    return asset_id


def put_points(isolation: Isolation, points: Rows) -> None:
    """Write the points in their order."""
    for sequence, each in enumerate(whole_points(points), start=1):
        IsolationPoint.objects.create(isolation=isolation, sequence=sequence, **each)


def whole_points(points: Rows) -> list[dict[str, str]]:
    """Each point has a tag, a method and a position."""
    whole = []
    for each in points:
        tag = _named.plain("point", str(each.get("tag") or ""), 120)
        position = _named.plain("position", str(each.get("position") or ""), 60)
        if not tag or not position or each.get("method") not in Method.values:
            raise Refused(Reason("permits.point_not_whole"))
        whole.append({"tag": tag, "method": each["method"], "position": position})
    return whole


def drawn(facts: Facts) -> list[dict[str, str]]:
    """The points that stand, as they are given."""
    return [
        {"tag": each.tag, "method": each.method, "position": each.position} for each in facts.points
    ]


def _change(
    act: OpenAct,
    *,
    isolation_id: int,
    seen: int | None = None,
    title: str | None = None,
    points: Rows | None = None,
    owner_id: int | None = None,
    reason: str | None = None,
) -> Isolation:
    """Change what is planned. Points that are given replace those that stood, where they differ:
    who draws them does not approve them.
    """
    facts = enter(act, isolation_id, Verb.EDIT, seen)
    isolation = facts.isolation
    if title is not None:
        isolation.title = _titled(title)
    if reason is not None:
        isolation.reason = _named.plain("reason", reason, 500)
    if owner_id is not None:
        isolation.owner_id = owner_of(act, isolation, owner_id)
    if points is not None and whole_points(points) != drawn(facts):
        isolation.points.filter(ended_at=None).update(ended_at=act.at)
        put_points(isolation, points)
        isolation.drawn_by = act.person
    return changed(act, facts, "changed")


def _approve(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """The points are the right ones. Who planned it does not approve it."""
    facts = enter(act, isolation_id, Verb.APPROVE, seen)
    facts.isolation.approved_by = act.person
    return moved(act, facts, Verb.APPROVE, State.APPROVED)


def _cancel(
    act: OpenAct, *, isolation_id: int, why: str = "", seen: int | None = None
) -> Isolation:
    """It is not needed. What is in place is removed, never cancelled."""
    facts = enter(act, isolation_id, Verb.CANCEL, seen, {"why": why})
    note = act.note(why, "cancelled", subject=facts.isolation)
    return moved(act, facts, Verb.CANCEL, State.CANCELLED, note=note.pk if note else None)


def _carry_on(
    act: OpenAct,
    *,
    isolation_id: int,
    owner_id: int,
    why: str,
    check_days: int,
    seen: int | None = None,
) -> Isolation:
    """Leave it in place for long: under an owner, for a reason, checked every so many days.

    Of one that is left already, another owner or number of days: a check comes no later by it.
    """
    given = {"why": why, "check_days": check_days}
    facts = enter(act, isolation_id, Verb.CARRY_ON, seen, given)
    isolation = facts.isolation
    isolation.owner_id = owner_of(act, isolation, owner_id)
    isolation.kind, isolation.check_days = Kind.LONG_TERM, check_days
    isolation.reason = _named.plain("reason", why, 500)
    due = act.at + timedelta(days=check_days)
    isolation.check_due = min(isolation.check_due or due, due)
    changed(act, facts, Verb.CARRY_ON, owner=owner_id, days=check_days)
    heard(act, facts)
    return isolation


def _check(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """Somebody has looked at every point of a long-term one, and each is in place."""
    facts = enter(act, isolation_id, Verb.CHECK, seen)
    isolation = facts.isolation
    IsolationCheck.objects.create(isolation=isolation, by=act.person, at=act.at)
    isolation.checked_at = act.at
    isolation.check_due = act.at + timedelta(days=isolation.check_days or 1)
    changed(act, facts, "checked")
    heard(act, facts)
    return isolation


def _close(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """Every point stands as it was left, and the plant is given back."""
    facts = enter(act, isolation_id, Verb.CLOSE, seen)
    return moved(act, facts, Verb.CLOSE, State.CLOSED)


plan = door(_plan)
change = door(_change)
approve = door(_approve)
cancel = door(_cancel)
carry_on = door(_carry_on)
check = door(_check)
close = door(_close)

__all__ = ["approve", "cancel", "carry_on", "change", "check", "close", "plan"]
