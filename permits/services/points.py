"""In the field: points are applied in order, locked, tried by another, and removed in reverse."""

from collections.abc import Iterable, Sequence

from permits.isolation_states import Kind, State, Verb
from permits.models import Isolation, IsolationPoint, PersonalLock
from permits.services import _energy, _named
from permits.services._elsewhere import held_elsewhere
from permits.services._isolated import reason
from permits.services._isolation import changed, enter, fall_back, moved, try_again
from permits.services._isolation_facts import Facts
from work.exceptions import Reason, Refused, Unknown
from work.services import OpenAct, door


def _apply(
    act: OpenAct,
    *,
    isolation_id: int,
    points: Sequence[tuple[int, str]],
    seen: int | None = None,
) -> Isolation:
    """Points are brought in position, in their order, each with the number of its lock.

    A point without a number is applied, and locked by another act. Once every point is locked, the
    isolation is in place.
    """
    facts = enter(act, isolation_id, Verb.APPLY, seen)
    for pk, lock in points:
        point = of(facts, pk)
        if point.applied_at is not None and point.reported_at is None:
            raise Refused(reason(facts.isolation, "permits.point_applied", tag=point.tag))
        before = [each for each in facts.points if each.sequence < point.sequence]
        if any(each.applied_at is None or each.reported_at is not None for each in before):
            raise Refused(reason(facts.isolation, "permits.point_order", tag=point.tag))
        point.applied_by, point.applied_at = act.person, act.at
        point.reported_by = point.reported_at = None
        point.tried_by = point.tried_at = None
        point.locked_by = point.locked_at = None
        point.lock = ""
        _put_lock(act, point, lock)
        point.save()
    if not points:
        raise Refused(Reason("permits.point_unnamed"))
    facts.isolation.placed_at = facts.isolation.placed_at or act.at
    _energy.anew(facts.isolation)
    return _placed(act, facts, Verb.APPLY, [pk for pk, _lock in points])


def _lock(
    act: OpenAct,
    *,
    isolation_id: int,
    points: Sequence[tuple[int, str]],
    seen: int | None = None,
) -> Isolation:
    """Points that are applied are locked."""
    facts = enter(act, isolation_id, Verb.LOCK, seen)
    if not points:
        raise Refused(Reason("permits.point_unnamed"))
    for pk, lock in points:
        point = of(facts, pk)
        if point.applied_at is None or point.locked_at is not None:
            raise Refused(reason(facts.isolation, "permits.point_not_to_lock", tag=point.tag))
        if not lock.strip():
            raise Refused(Reason("permits.lock_number_needed"))
        _put_lock(act, point, lock)
        point.save()
    return _placed(act, facts, Verb.LOCK, [pk for pk, _lock in points])


def _put_lock(act: OpenAct, point: IsolationPoint, lock: str) -> None:
    point.lock = _named.plain("lock", lock, 40)
    if point.lock:
        point.locked_by, point.locked_at = act.person, act.at


def _placed(act: OpenAct, facts: Facts, verb: Verb, points: list[int]) -> Isolation:
    """Once every point is locked it is in place; a test is ended by a word of its own."""
    if facts.all_in_place and facts.isolation.state == State.APPROVED:
        try_again(facts)
        return moved(act, facts, verb, State.APPLIED, points=points)
    return changed(act, facts, verb, points=points)


def of(facts: Facts, pk: int) -> IsolationPoint:
    """A point of this isolation."""
    point = next((each for each in facts.points if each.pk == pk), None)
    if point is None:
        raise Unknown
    return point


def _try_out(
    act: OpenAct,
    *,
    isolation_id: int,
    point_ids: Iterable[int] | None = None,
    energy: str = "",
    how: str = "",
    told: str = "",
    seen: int | None = None,
) -> Isolation:
    """Somebody has tried to start it, or to open it, and nothing moves: all points, or these.

    energy, how, told: what must be said before, where it is said with the same act. Of an own
    isolation the own lock goes on the box with it.
    """
    wanted = set(point_ids) if point_ids is not None else None
    given = {"point_ids": wanted, "energy": energy, "how": how, "told": told}
    facts = enter(act, isolation_id, Verb.TRY, seen, given)
    isolation = facts.isolation
    if energy:
        said = _energy.put_energy(act, isolation, energy, how)
        act.record(f"isolation_{Verb.ENERGY}", isolation, **said)
    if told.strip():
        said = _energy.put_told(act, isolation, told)
        act.record(f"isolation_{Verb.NOTIFY}", isolation, **said)
    if wanted is None:
        left = [each for each in facts.points if each.tried_at is None]
        wanted = {each.pk for each in left if not _mine(act, each, isolation)}
    if not wanted:
        raise Refused(Reason("permits.point_unnamed"))
    for pk in sorted(wanted):
        point = of(facts, pk)
        point.tried_by, point.tried_at = act.person, act.at
        point.save()
    if any(each.tried_at is None for each in facts.points):
        return changed(act, facts, Verb.TRY, points=sorted(wanted))
    if isolation.kind == Kind.OWN and facts.lock_of(act.person.pk) is None:
        lock = PersonalLock.objects.create(isolation=isolation, person=act.person, on_at=act.at)
        facts.locks.append(lock)
    return moved(act, facts, Verb.TRY, State.VERIFIED, points=sorted(wanted))


def _mine(act: OpenAct, point: IsolationPoint, isolation: Isolation) -> bool:
    mine = act.person.pk in (point.applied_by_id, point.locked_by_id)
    return isolation.other_tries and mine


def _report(act: OpenAct, *, isolation_id: int, point_id: int, why: str = "") -> Isolation:
    """Anybody who sees it says that a point is not in place: nobody relies on it from now on."""
    facts = enter(act, isolation_id, Verb.REPORT, None)
    point = of(facts, point_id)
    if point.reported_at is None:
        point.reported_by, point.reported_at = act.person, act.at
        point.save()
    note = act.note(why, "report", subject=facts.isolation)
    data = {"point": point.pk, "note": note.pk if note else None}
    if facts.isolation.state == State.IN_TEST:
        return changed(act, facts, Verb.REPORT, **data)
    return fall_back(act, facts, Verb.REPORT, State.APPROVED, **data)


# --- removed again --------------------------------------------------------------------------------


def _release(
    act: OpenAct,
    *,
    isolation_id: int,
    people_out: bool = False,
    tools_out: bool = False,
    seen: int | None = None,
) -> Isolation:
    """It is to be removed: the box is empty, all work behind it ended, people and tools out."""
    given = {"people_out": people_out, "tools_out": tools_out}
    facts = enter(act, isolation_id, Verb.RELEASE, seen, given)
    return moved(act, facts, Verb.RELEASE, State.RELEASE)


def _keep(act: OpenAct, *, isolation_id: int, seen: int | None = None) -> Isolation:
    """It stays in place after all. What was removed already is applied anew; all is tried again,
    and said again before.
    """
    facts = enter(act, isolation_id, Verb.KEEP, seen)
    for point in facts.points:
        if point.removed_at is not None:
            _undone(point)
    try_again(facts)
    _energy.over(facts.isolation)
    to = State.APPLIED if facts.all_in_place else State.APPROVED
    return moved(act, facts, Verb.KEEP, to)


def _undone(point: IsolationPoint) -> None:
    """Nothing holds at the point any more, until it is applied anew."""
    point.removed_by = point.removed_at = None
    point.applied_by = point.applied_at = None
    point.locked_by = point.locked_at = None
    point.tried_by = point.tried_at = None
    point.lock = point.position_after = ""
    point.save()


def _remove(
    act: OpenAct,
    *,
    isolation_id: int,
    points: Sequence[tuple[int, str]],
    seen: int | None = None,
) -> Isolation:
    """Points are removed, the last one first, each with the position in which it is left."""
    facts = enter(act, isolation_id, Verb.REMOVE, seen)
    take_off(act, facts, points)
    if any(each.applied_at and each.removed_at is None for each in facts.points):
        return changed(act, facts, Verb.REMOVE, points=[pk for pk, _position in points])
    return moved(act, facts, Verb.REMOVE, State.REMOVED, points=[pk for pk, _p in points])


def take_off(act: OpenAct, facts: Facts, points: Sequence[tuple[int, str]]) -> None:
    """Write that points are off, in the reverse of their order."""
    if not points:
        raise Refused(Reason("permits.point_unnamed"))
    for pk, position in points:
        point = of(facts, pk)
        if point.removed_at is not None or point.applied_at is None:
            raise Refused(reason(facts.isolation, "permits.point_not_applied", tag=point.tag))
        after = [each for each in facts.points if each.sequence > point.sequence]
        if any(each.applied_at and each.removed_at is None for each in after):
            raise Refused(reason(facts.isolation, "permits.point_reverse", tag=point.tag))
        position = _named.plain("position", position, 60)
        if not position:
            raise Refused(reason(facts.isolation, "permits.position_needed", tag=point.tag))
        if elsewhere := held_elsewhere(facts, point, position):
            raise Refused(elsewhere)
        point.removed_by, point.removed_at = act.person, act.at
        point.position_after = position
        point.save()


apply = door(_apply)
lock = door(_lock)
try_out = door(_try_out)
report = door(_report)
release = door(_release)
keep = door(_keep)
remove = door(_remove)

__all__ = ["apply", "keep", "lock", "of", "release", "remove", "report", "take_off", "try_out"]
