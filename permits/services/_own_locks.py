"""The own lock of each who works behind an isolation: on the box before, and off after."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.contrib.auth import get_user_model

from permits.models import LockRemoval, PersonalLock, Presence
from permits.services._facts import Facts as PermitFacts
from permits.services._folded import folded, theirs
from permits.services._isolated import reason
from permits.services._says import ISSUER, url
from permits.states import Verb
from work.exceptions import Reason
from work.permissions import Scope


def locks_against(
    facts: PermitFacts, verb: Verb, who: Scope, given: Mapping[str, Any] | None
) -> list[Reason]:
    """What keeps who would begin to work under a permit from it: no own lock on the box of each
    isolation that it uses, or a lock that was removed and of which the person is not told.
    """
    person, name = _begins(facts, verb, who, given)
    if person is None and not name:
        return []
    said = []
    # A page that only offers it leaves to the door whether somebody is told.
    untold = untold_of(person, facts.permit.site_id, name) if given is not None else None
    if untold is not None:
        said.append(told_first(untold))
    used = [each for each in facts.isolations if each.ended_at is None]
    if not used:
        return said
    on = _locked(used, person, name)
    missing = [each for each in used if each.pk not in on]
    if not missing:
        return said
    by = _by(facts, who, person)
    return said + [reason(each, "permits.own_lock_missing", by, count=1) for each in missing]


def _locked(used: Collection[Any], person_id: int | None, name: str) -> set[int]:
    """Ids of those on whose box somebody has an own lock."""
    if person_id is not None and not name:
        return {each.pk for each in used if person_id in each.own_locks}
    locks = PersonalLock.objects.filter(
        isolation__in=used, person_id=person_id, group=False, off_at=None
    )
    return {each.isolation_id for each in theirs(locks, name)}


def _by(facts: PermitFacts, who: Scope, person_id: int | None) -> tuple[str, Any]:
    """Who puts that lock on: the person, or who leads where the person has no sign-in."""
    performer = facts.permit.performing_authority_id
    if person_id is not None and person_id not in (performer, who.user_id):
        people = get_user_model().objects
        if people.filter(pk=person_id, username=None).exists():
            person_id = None
    one = person_id or performer
    return ("user", one) if one else ISSUER


def _begins(
    facts: PermitFacts, verb: Verb, who: Scope, given: Mapping[str, Any] | None
) -> tuple[int | None, str]:
    """Who begins to work under it by this verb: a person, or one whom the site does not know."""
    performer = facts.permit.performing_authority_id
    if verb == Verb.TAKE:
        return performer, ""
    if verb == Verb.TAKE_OVER:
        return facts.coming or performer, ""
    if verb == Verb.ACCEPT and given is not None:
        return who.user_id, ""
    if verb == Verb.SIGN_ON and given is not None:
        return given.get("person_id"), str(given.get("name") or "")
    return None, ""


def signed_on(permits: Iterable[Any], person_id: int | None, name: str = "") -> list[Reason]:
    """The permits among these under which somebody is signed on, each with a link."""
    ids = {each.pk: each for each in permits}
    if not ids:
        return []
    rows = Presence.objects.filter(permit_id__in=ids, person_id=person_id, off_at=None)
    return [_signed_on(ids[each.permit_id]) for each in theirs(rows, name)]


def signed_on_at(site_id: int, person_id: int | None, name: str = "") -> list[Reason]:
    """The permits of a site under which somebody is signed on."""
    rows = Presence.objects.filter(permit__site_id=site_id, person_id=person_id, off_at=None)
    return [_signed_on(each.permit) for each in theirs(rows.select_related("permit__site"), name)]


def anybody_on(permits: Iterable[Any]) -> list[Reason]:
    """The permits among these under which anybody is signed on, each with a link."""
    ids = {each.pk: each for each in permits}
    if not ids:
        return []
    rows = Presence.objects.filter(permit_id__in=ids, off_at=None)
    on = set(rows.values_list("permit_id", flat=True))
    return [_signed_on(permit) for pk, permit in ids.items() if pk in on]


def _signed_on(permit: Any) -> Reason:
    by = permit.performing_authority_id
    return Reason(
        "permits.signed_on_behind",
        {"number": permit.number, "url": url(permit)},
        ("permit", permit.pk),
        ("user", by) if by else None,
    )


def untold_of(person_id: int | None, site_id: int, name: str = "") -> LockRemoval | None:
    """A removal of somebody's lock of which the person does not know yet."""
    rows = LockRemoval.objects.filter(
        lock__person_id=person_id,
        lock__isolation__site_id=site_id,
        removed_at__isnull=False,
        told_at=None,
    ).order_by("pk")
    if person_id is None:
        called = folded(name)
        names = rows.values_list("pk", "lock__name")
        rows = rows.filter(pk__in=[pk for pk, typed in names if folded(typed) == called][:1])
    return rows.select_related("lock__person", "lock__isolation__site").first()


def told_first(removal: LockRemoval) -> Reason:
    """The person is told of it before anything is begun again."""
    person = removal.lock.person
    by = person.pk if person is not None and person.username is not None else removal.asked_by_id
    return reason(removal.lock.isolation, "permits.lock_removed_untold", ("user", by))
