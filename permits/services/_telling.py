"""Who must know of a stop: who works there, who issued it, who leads and owns the place."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from permits.models import Permit
from permits.services._facts import Facts
from permits.services._here import performer_here
from permits.services._says import url
from work.reads.roles import holders
from work.services import OpenAct, notices
from work.states import Role

_LEADING = [Role.AREA_OWNER, Role.SHIFT_LEAD]
_BY_ROLE = [Role.AREA_OWNER, Role.PERMIT_ISSUER]


def tell(act: OpenAct, facts: Facts, code: str, since: datetime, **more: Any) -> int:
    """Tell them, each with the way to the permit; who did it is told nothing."""
    permit = facts.permit
    label = f"P-{permit.number}"
    params = {"number": permit.number, "label": label, "url": url(permit)}
    params |= {"since": since.isoformat(), **more}
    return notices.tell_people(act, people=_concerned(facts), code=code, params=params)


def _concerned(facts: Facts) -> set[int | None]:
    permit = facts.permit
    posts = permit.site.posts.filter(role__in=_LEADING, is_active=True, duties__ends=None)
    on_duty = posts.values_list("place__path", "duties__user_id")
    leads = {user for path, user in on_duty if permit.place.path.startswith(path)}
    named = {permit.performing_authority_id, permit.issuer_id, *facts.people_on_it}
    return named | leads | {person.pk for _part, person in confirming(permit, facts.at)}


def confirming(permit: Permit, at: datetime) -> list[tuple[str, Any]]:
    """Who must say that it is stopped, each with as what: who performs it, who issued it, and who
    owns the area; who left is not named, and for an issuer who left or is none any more every
    other: one query.
    """
    performs, issues = permit.performing_authority_id or 0, permit.issuer_id or 0
    at_place = {"site_id": permit.site_id, "path": permit.place.path, "at": at}
    held = holders(**at_place, roles=_BY_ROLE, people=[performs, issues])
    users = {person.pk: person for person, _role in held}
    issuers = {person.pk for person, role in held if role == Role.PERMIT_ISSUER}
    found = {}
    if performs in users and performer_here(permit, at):
        found[performs] = (_("Performing authority"), users[performs])
    if issues in issuers:
        found.setdefault(issues, (_("Issuer"), users[issues]))
    others = [Role.AREA_OWNER] if issues in issuers else _BY_ROLE
    for person, role in held:
        if role in others:
            found.setdefault(person.pk, (str(role.label), person))
    return list(found.values())


def tell_brought_back(act: OpenAct, facts: Facts) -> int:
    """Tell who was signed on when it was stopped that it comes back, and perhaps otherwise."""
    permit, stop = facts.permit, facts.stop
    people = set(facts.people_on_it)
    if stop is not None:
        were = permit.presences.filter(off_at__gte=stop.called_at, person__isnull=False)
        people |= set(were.values_list("person_id", flat=True))
    params = {"number": permit.number, "label": f"P-{permit.number}", "url": url(permit)}
    code = "permits.told_brought_back"
    return notices.tell_people(
        act, people={*people, permit.performing_authority_id}, code=code, params=params
    )
