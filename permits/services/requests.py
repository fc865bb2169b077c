"""A permit is asked for: what, exactly where, how, by whom, from when until when, for what."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F

from permits.models import Numbering, Permit, PermitItem, PermitPerson, PermitPlace, PermitType
from permits.permissions import BY_ROLE, may_at
from permits.services import _named
from permits.services._apart import apart
from permits.services._enter import changed, enter, heard, known, moved, sign, unasked
from permits.services._facts import Facts
from permits.services._folded import folded
from permits.states import ENDED, Part, Risk, State, Verb
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door

# What of a request an assessment is made of: where it changes, the assessment is made anew.
_ASSESSED = frozenset(
    {
        "what",
        "where_exactly",
        "method",
        "tools",
        "condition",
        "risk",
        "place_id",
        "answers",
        "sample_points",
    }
)
_TEXTS = {"what": 250, "where_exactly": 250, "method": 4000, "tools": 2000, "condition": 2000}
_FIELDS = _ASSESSED | {"starts", "ends", "team_id"}


def next_number(site_id: int, kind: str) -> int:
    """A fresh number of its kind at a site, whose control is held; never given out again."""
    Numbering.objects.get_or_create(site_id=site_id, kind=kind)
    rows = Numbering.objects.filter(site_id=site_id, kind=kind)
    rows.update(last=F("last") + 1)
    return rows.get().last


def _create(
    act: OpenAct,
    *,
    site_id: int,
    type_id: int,
    place_id: int,
    starts: datetime,
    ends: datetime,
    items: Sequence[tuple[int, str]] = (),
    place_ids: Iterable[int] = (),
    people: Sequence[Mapping[str, Any]] = (),
    performer_id: int | None = None,
    copied_from: Permit | None = None,
    **values: Any,
) -> Permit:
    """Begin a permit, as a draft. A contractor's is of the own company.

    items: ids with what of that work it covers. people: {person_id} or {name} of who will work.
    """
    act.control(site_id)
    place = _named.place(act, site_id, place_id)
    allowed = may_at(act.scope, BY_ROLE[Verb.REQUEST], site_id, place.path)
    act.about(place)
    if not allowed:
        raise Unknown if allowed.reason.code == "unknown" else Forbidden(allowed.reason)
    kind = PermitType.objects.filter(pk=type_id, site_id=site_id, is_active=True).first()
    if kind is None:
        raise Refused(Reason("permits.type_unknown"))
    values["team_id"] = _named.team(act, place, values.get("team_id"))
    permit = Permit(
        site_id=site_id,
        type=kind,
        place=place,
        starts=starts,
        ends=ends,
        state_since=act.at,
        created_by=act.actor,
        created_at=act.at,
        copied_from=copied_from,
    )
    _put(act, permit, values)
    if performer_id is not None:
        permit.performing_authority_id = _named.person(act, permit, performer_id)
    permit.number = next_number(site_id, "permit")
    permit.save(force_insert=True)
    _name_people(act, permit, people)
    _affect(act, permit, place_ids)
    for item_id, scope in items:
        _add_link(act, permit, item_id, scope)
    act.record("permit_begun", permit, copied_from=copied_from.pk if copied_from else None)
    heard(act, permit)
    return permit


def _put(act: OpenAct, permit: Permit, values: Mapping[str, Any]) -> list[str]:
    """Put what a request says on it; the names of what changed."""
    strange = set(values) - _FIELDS
    if strange:
        raise TypeError(f"not of a request: {sorted(strange)}")
    for name, value in values.items():
        if name in _TEXTS:
            _named.plain(name, str(value), _TEXTS[name])
    if values.get("risk", permit.risk) not in Risk.values:
        raise Refused(Reason("permits.risk_unknown"))
    names = [name for name, value in values.items() if getattr(permit, name) != value]
    for name in names:
        setattr(permit, name, values[name].strip() if name in _TEXTS else values[name])
    if permit.ends <= permit.starts:
        raise Refused(Reason("ends_before_start"))
    if _ASSESSED & set(names):
        permit.assessed_at = permit.assessed_by = None
    return names


def _change(
    act: OpenAct,
    *,
    permit_id: int,
    seen: int | None = None,
    people: Sequence[Mapping[str, Any]] | None = None,
    place_ids: Iterable[int] | None = None,
    **values: Any,
) -> Permit:
    """Change what a request says, until it is checked. Lists that are given replace what stood."""
    facts = enter(act, permit_id, Verb.EDIT, seen)
    permit, at_place = facts.permit, facts.permit.place
    if "place_id" in values:
        at_place = _named.place(act, permit.site_id, values["place_id"])
    if "team_id" in values:
        values["team_id"] = _named.team(act, at_place, values["team_id"])
    names = _put(act, permit, values)
    permit.place = at_place
    if people is not None:
        before = _crew(permit)
        permit.people.filter(ended_at=None).update(ended_at=act.at)
        _name_people(act, permit, people, {person for person, _name in before})
        if _crew(permit) != before:
            names.append("people")
    if place_ids is not None:
        affected, wanted = permit.affected.filter(ended_at=None), set(place_ids)
        if set(affected.values_list("place_id", flat=True)) != wanted - {permit.place_id}:
            permit.assessed_at = permit.assessed_by = None
            names.append("affected")
        affected.update(ended_at=act.at)
        _affect(act, permit, wanted)
    return unasked(act, facts, "changed", bool(names), fields=sorted(names))


def _crew(permit: Permit) -> set[tuple[int | None, str]]:
    return set(permit.people.filter(ended_at=None).values_list("person_id", "name"))


def _name_people(
    act: OpenAct,
    permit: Permit,
    people: Sequence[Mapping[str, Any]],
    stand: Collection[int | None] = (),
) -> None:
    """stand: who is named on it already, and is kept unasked: an issue asks it of all."""
    named: set[tuple[int | None, str]] = set()
    for each in people:
        person = each.get("person_id")
        name = "" if person else _named.called(str(each.get("name") or ""))
        if name:
            person = _named.the_one(permit.site_id, permit.team_id, name, act.at)
            name = "" if person else name
        if person and person not in stand:
            _named.person(act, permit, person)
        if (person, folded(name)) not in named:
            named.add((person, folded(name)))
            PermitPerson.objects.create(permit=permit, person_id=person, name=name)


def _affect(act: OpenAct, permit: Permit, place_ids: Iterable[int]) -> None:
    for pk in sorted(set(place_ids) - {permit.place_id}):
        place = _named.place(act, permit.site_id, pk)
        PermitPlace.objects.create(permit=permit, place=place)


def _name_performer(
    act: OpenAct, *, permit_id: int, person_id: int, why: str = "", seen: int | None = None
) -> Permit:
    """Name who will carry the work out, also late: never who authorised it or issues it.

    why: asked once somebody has carried it out who is now replaced.
    """
    facts = enter(act, permit_id, Verb.NAME, seen, {"why": why})
    permit = facts.permit
    person = _named.person(act, permit, person_id)
    if against := apart(facts, performer=person):
        raise Refused(against)
    permit.performing_authority_id = person
    note = act.note(why, "performer", subject=permit)
    changed(act, facts, "performer_named", user=person, note=note.pk if note else None)
    heard(act, permit)
    return permit


# --- the work that it is for ----------------------------------------------------------------------


def _link(
    act: OpenAct, *, permit_id: int, item_id: int, scope: str = "", seen: int | None = None
) -> PermitItem:
    """Link work to a permit that is not decided on yet, with what of that work it covers."""
    facts = enter(act, permit_id, Verb.EDIT, seen)
    link = _add_link(act, facts.permit, item_id, scope)
    unasked(act, facts, "linked", item=item_id)
    heard(act, facts.permit)
    return link


def _add_link(act: OpenAct, permit: Permit, item_id: int, scope: str) -> PermitItem:
    _named.item(act, permit, item_id)
    if permit.links.filter(item_id=item_id, ended_at=None).exists():
        raise Refused(Reason("permits.linked_already"))
    return PermitItem.objects.create(
        permit=permit, item_id=item_id, scope=_named.plain("scope", scope, 250), linked_at=act.at
    )


def _unlink(act: OpenAct, *, link_id: int, seen: int | None = None) -> PermitItem:
    """Take work off a permit: before it is decided on, or once it ended and was never in force."""
    permit_id = PermitItem.objects.filter(pk=link_id).values_list("permit_id", flat=True).first()
    if permit_id is None:
        raise Unknown
    facts = known(act, permit_id)
    link = PermitItem.objects.filter(pk=link_id, ended_at=None).first()
    if link is None:
        raise Unknown
    unused = facts.state in ENDED and facts.permit.begun_at is None
    if not unused:
        facts = enter(act, link.permit_id, Verb.EDIT, seen)
    elif not may_at(
        act.scope, BY_ROLE[Verb.REQUEST], facts.permit.site_id, facts.permit.place.path
    ):
        raise Forbidden(Reason("denied"))
    link.ended_at = act.at
    link.save()
    unasked(act, facts, "unlinked", item=link.item_id)
    heard(act, facts.permit, more=[link.item_id])
    return link


# --- asking, and asking again ---------------------------------------------------------------------


def _request(
    act: OpenAct, *, permit_id: int, seen: int | None = None, signed: bool = False
) -> Permit:
    """Ask for the permit."""
    facts = enter(act, permit_id, Verb.REQUEST, seen, {"signed": signed})
    facts.permit.requested_by = act.person
    sign(act, facts.permit, Part.REQUESTED)
    return moved(act, facts, Verb.REQUEST, State.REQUESTED)


def _copy(act: OpenAct, *, permit_id: int, starts: datetime, ends: datetime) -> Permit:
    """Begin another like it: condition, hazards, isolations, tests and people are made anew."""
    facts: Facts = known(act, permit_id)
    old = facts.permit
    open_links = [each for each in facts.links if _named.is_open(each.item_id)]
    return _create(
        act,
        site_id=old.site_id,
        type_id=old.type_id,
        place_id=old.place_id,
        starts=starts,
        ends=ends,
        items=[(each.item_id, each.scope) for each in open_links],
        place_ids=old.affected.filter(ended_at=None).values_list("place_id", flat=True),
        copied_from=old,
        what=old.what,
        risk=old.risk,
        where_exactly=old.where_exactly,
        method=old.method,
        tools=old.tools,
        sample_points=old.sample_points,
        team_id=old.team_id,
    )


create = door(_create)
change = door(_change)
name_performer = door(_name_performer)
link = door(_link)
unlink = door(_unlink)
request = door(_request)
copy = door(_copy)

__all__ = ["change", "copy", "create", "link", "name_performer", "request", "unlink"]
