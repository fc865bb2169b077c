"""Own isolation: one person, one machine, an approved card, own locks, within the own shift."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from permits.isolation_permissions import APPROVING_CARDS, PLANNING
from permits.isolation_states import Kind, State, Verb
from permits.models import Isolation, IsolationCard
from permits.permissions import may_at
from permits.services import _named
from permits.services._isolated import reason
from permits.services._isolation import known, moved
from permits.services._isolation_facts import facts_about
from permits.services._issue_end import shift_end
from permits.services._places import meet
from permits.services.isolation_guards import able, refusals
from permits.services.isolation_uses import add
from permits.services.isolations import asset_of, put_points, whole_points
from permits.services.points import take_off
from permits.services.requests import next_number
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.services import OpenAct, door

# Where the site has planned no shifts at all.
_LONGEST = timedelta(hours=12)


def _draw_card(
    act: OpenAct,
    *,
    site_id: int,
    place_id: int,
    title: str,
    points: Sequence[Mapping[str, Any]],
    asset_id: int | None = None,
) -> IsolationCard:
    """Draw a card for one machine: its points in order."""
    act.control(site_id)
    place = _named.place(act, site_id, place_id)
    act.about(place)
    _allowed(act, PLANNING, place)
    title = _named.plain("title", title, 120)
    if not title or not points:
        raise Refused(Reason("permits.card_not_whole"))
    card = IsolationCard.objects.create(
        site_id=site_id,
        title=title,
        place=place,
        asset_id=asset_of(site_id, asset_id),
        points=whole_points(points),
        drawn_by=act.actor,
        drawn_at=act.at,
    )
    act.record("card_drawn", card)
    return card


def _approve_card(act: OpenAct, *, card_id: int, until: datetime) -> IsolationCard:
    """Another than who drew it approves the card, until a day."""
    card = _card(act, card_id)
    _allowed(act, APPROVING_CARDS, card.place)
    if until <= act.at:
        raise Refused(Reason("permits.card_until_past"))
    if card.drawn_by_id == act.person.pk:
        raise Refused(Reason("permits.card_by_two"))
    card.approved_by, card.approved_at, card.until = act.person, act.at, until
    card.save()
    act.record("card_approved", card, until=until.isoformat())
    return card


def _end_card(act: OpenAct, *, card_id: int) -> IsolationCard:
    """The card is used no longer."""
    card = _card(act, card_id)
    _allowed(act, APPROVING_CARDS, card.place)
    card.ended_at = act.at
    card.save()
    act.record("card_ended", card)
    return card


def _card(act: OpenAct, card_id: int) -> IsolationCard:
    cards = IsolationCard.objects.select_related("place", "site")
    card = cards.filter(pk=card_id, ended_at=None).first()
    if card is None:
        raise Unknown
    act.control(card.site_id)
    card = cards.filter(pk=card_id, ended_at=None).first()
    if card is None:
        raise Unknown
    act.about(card)
    return card


def _allowed(act: OpenAct, asked: Any, place: Any) -> None:
    allowed = may_at(act.scope, asked, place.site_id, place.path)
    if not allowed:
        raise Unknown if allowed.reason.code == "unknown" else Forbidden(allowed.reason)


def _begin(act: OpenAct, *, card_id: int, item_ids: Sequence[int] = ()) -> Isolation:
    """Begin an own isolation by its card, until the end of the own shift, for own work alone."""
    card = _card(act, card_id)
    _allowed(act, PLANNING, card.place)
    against = begin_against(card, act.person.pk, act.at)
    if against:
        raise Refused(against)
    isolation = Isolation(
        site=card.site,
        place=card.place,
        asset_id=card.asset_id,
        title=card.title,
        kind=Kind.OWN,
        state=State.APPROVED,
        state_since=act.at,
        other_tries=False,
        owner=act.person,
        card=card,
        until=shift_end(card.site, act.person.pk, act.at)[0] or act.at + _LONGEST,
        created_by=act.actor,
        created_at=act.at,
        approved_by_id=card.approved_by_id,
    )
    isolation.number = next_number(card.site_id, "isolation")
    isolation.save(force_insert=True)
    put_points(isolation, card.points)
    facts = facts_about(isolation, act.at)
    if unable := able(facts, {act.person.pk: "permits.isolator"}):
        raise Refused(unable)
    act.record("isolation_begun", isolation, card=card.pk)
    for pk in item_ids:
        _named.item_at(act, card.site_id, pk)
        item: Any = add(act, facts, item_id=pk).item
        if not meet(item.place.path, card.place.path):
            raise Refused(Reason("permits.card_elsewhere", {"number": item.number}))
        people = set(item.item_executors.values_list("user_id", flat=True))
        if people != {act.person.pk}:
            raise Refused(Reason("permits.own_work_alone", {"number": item.number}))
    return isolation


def begin_against(card: IsolationCard, person_id: int, at: datetime) -> list[Reason]:
    """Why this person may not isolate by this card now."""
    said = []
    if card.until is None or card.until <= at:
        said.append(Reason("permits.card_not_approved", clears=("role", "area_owner")))
    end, planned = shift_end(card.site, person_id, at)
    if end is None and planned:
        said.append(Reason("permits.isolator_no_shift", clears=("role", "shift_lead")))
    running = card.isolations.filter(ended_at=None).select_related("site").first()
    if running is not None:
        said.append(reason(running, "permits.card_in_use"))
    return said


def _finish(
    act: OpenAct,
    *,
    isolation_id: int,
    positions: Mapping[int, str],
    people_out: bool = False,
    tools_out: bool = False,
) -> Isolation:
    """The one person takes the own lock and every point off, and closes it, in one act."""
    facts = known(act, isolation_id)
    isolation = facts.isolation
    if isolation.kind != Kind.OWN or isolation.owner_id != act.person.pk:
        raise Forbidden(reason(isolation, "permits.isolation_of_one"))
    mine = facts.lock_of(act.person.pk)
    if mine is not None:
        facts.locks.remove(mine)
    given = {"people_out": people_out, "tools_out": tools_out}
    against = refusals(facts, Verb.RELEASE, act.scope, given)
    if against:
        raise Refused(against)
    if mine is not None:
        mine.off_at, mine.off_by = act.at, act.person
        mine.save()
    applied = [each for each in facts.points if each.applied_at is not None]
    left = [(each.pk, positions.get(each.pk, "")) for each in reversed(applied)]
    take_off(act, facts, left)
    return moved(act, facts, Verb.CLOSE, State.CLOSED, points=[pk for pk, _position in left])


draw_card = door(_draw_card)
approve_card = door(_approve_card)
end_card = door(_end_card)
begin = door(_begin)
finish = door(_finish)

__all__ = ["approve_card", "begin", "begin_against", "draw_card", "end_card", "finish"]
