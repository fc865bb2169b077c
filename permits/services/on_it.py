"""Who is on a permit now: each signs on and off, or is signed by who leads or issues."""

from permits.models import Permit, Presence
from permits.permissions import may_sign_for
from permits.services import _named
from permits.services._enter import enter, judged, known
from permits.services._paper import follows, late, when
from permits.states import Verb
from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.prepared import by_key
from work.services import OpenAct, door


def _sign_on(
    act: OpenAct, *, permit_id: int, person_id: int | None = None, name: str = ""
) -> Presence:
    """Somebody begins to work under it: oneself, or another named on the leader's device.

    Whoever it is is named, the actor too: nobody is put on it because a name was missing.
    """
    name = _named.called(name)
    if name:
        # Whom the site knows is asked what everybody is asked, whoever types the name.
        of = known(act, permit_id).permit
        person_id = _named.the_one(of.site_id, of.team_id, name, act.at)
        name = "" if person_id else name
    who = None if name else person_id
    facts = enter(act, permit_id, Verb.SIGN_ON, None, {"person_id": who, "name": name})
    permit = facts.permit
    if who != act.person.pk:
        _leads(act, permit)
        if who is not None:
            _named.person(act, permit, who)
    presence = Presence.objects.create(
        permit=permit, person_id=who, name=name, on_at=when(act), on_by=act.person
    )
    act.record("permit_signed_on", permit, presence=presence.pk, user=who, **judged(facts))
    return presence


def _sign_off(act: OpenAct, *, presence_id: int) -> Presence:
    """Somebody is off it."""
    presence = by_key(Presence, presence_id)
    if presence is None:
        raise Unknown
    facts = enter(act, presence.permit_id, Verb.SIGN_OFF, None)
    presence = Presence.objects.get(pk=presence_id)
    if presence.person_id != act.person.pk:
        _leads(act, facts.permit)
    if presence.off_at is not None:
        raise Refused(Reason("permits.off_it_already"))
    if late(act) and not follows(act, presence.on_at):
        raise Refused(Reason("permits.paper_before", {"since": presence.on_at.isoformat()}))
    presence.off_at, presence.off_by = when(act), act.person
    presence.save()
    act.record("permit_signed_off", facts.permit, presence=presence.pk, user=presence.person_id)
    return presence


def ids(permit: Permit) -> set[int]:
    """Ids of the people who are on it now, as far as the site knows them."""
    rows = permit.presences.filter(off_at=None, person__isnull=False)
    return set(rows.values_list("person_id", flat=True))


def _leads(act: OpenAct, permit: Permit) -> None:
    """Others are signed by the performing authority, an issuer or a lead."""
    if may_sign_for(act.scope, permit):
        return
    by = permit.performing_authority_id
    raise Forbidden(Reason("permits.signs_for_oneself", clears=("user", by) if by else None))


sign_on = door(_sign_on)
sign_off = door(_sign_off)

__all__ = ["ids", "sign_off", "sign_on"]
