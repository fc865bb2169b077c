"""Whose person somebody is: of the sites where a role was ever held."""

from collections.abc import Collection

from django.db.models import Q, QuerySet

from work.exceptions import Forbidden, Reason, Refused, Unknown
from work.models import Duty, Membership, PostHolder, Team, User
from work.permissions import Action, can_at
from work.prepared import by_key
from work.services._configure import end, is_superuser, of_site
from work.services._executing import executed
from work.services.acts import OpenAct
from work.states import Role, TeamKind


def administered(act: OpenAct, user_id: int) -> tuple[User, set[int]]:
    """A person whose every site the actor administers, and those sites, under their control.

    Whose roles have all ended is still of the sites where they were. A superuser is left to
    superusers.
    """
    sites = _controlled(act, user_id)
    person = by_key(User, user_id)
    if person is None:
        raise Unknown
    ever = _ever(person)
    if act.scope.system or is_superuser(act):
        about_person(act, person, sites or ever)
        return person, sites
    reach = act.scope.site_ids()
    if (sites or ever) and not (sites | ever) & reach:
        raise Unknown
    about_person(act, person, sites & reach or ever & reach)
    if person.is_superuser:
        raise Forbidden(Reason("superuser_needed"))
    mine = {pk for pk in reach if can_at(act.scope, Action.CONFIGURE, pk, "")}
    if not (sites | ever) & mine:
        raise Forbidden(Reason("role_needed", {"roles": [str(Role.SITE_ADMIN)]}))
    if (sites or ever) - mine:
        raise Forbidden(Reason("person_shared"))
    return person, sites


def about_person(act: OpenAct, person: User, site_ids: Collection[int]) -> None:
    """What is done to a person stands in the history of one of the sites that the actor shares."""
    act.about(person)
    act.site_id = min(site_ids, default=None)


def sites_of(act: OpenAct, person: User) -> set[int]:
    """The sites where a person has a role, or will; where there is none, those where one was."""
    roles = Membership.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user=person)
    return set(roles.values_list("site_id", flat=True)) or _ever(person)


def _ever(person: User) -> set[int]:
    return set(Membership.objects.filter(user=person).values_list("site_id", flat=True))


def _controlled(act: OpenAct, user_id: int) -> set[int]:
    """The sites where a person has a role, or will, or executes open work; takes their control."""
    held: set[int] = set()
    while True:
        roles = Membership.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user_id=user_id)
        found = {*roles.values_list("site_id", flat=True)}
        found |= {*executed([user_id]).values_list("site_id", flat=True)}
        if found <= held:
            return found
        # Another site may have come while these were waited for.
        act.control(*found)
        held |= found


def end_holdings(act: OpenAct, person: User, cause: str) -> None:
    """The person is named for no post any more, nor will be."""
    lasting = PostHolder.objects.filter(Q(ends=None) | Q(ends__gt=act.at), user=person)
    for holder in lasting.select_related("post"):
        said = end(act, holder, "holder_ended")
        act.record(
            "holder_ended", holder.post, holder=holder.pk, user=person.pk, cause=cause, **said
        )


def end_duties(act: OpenAct, duties: QuerySet[Duty], cause: str) -> None:
    """End the open ones of these duties: their posts are vacant."""
    for duty in duties.filter(ends=None).select_related("post"):
        duty.ends = max(act.at, duty.starts)
        duty.save(update_fields=["ends"])
        act.record("duty_ended", duty.post, duty=duty.pk, cause=cause)


def company_of(site_id: int, team_id: int | None) -> Team:
    """A contractor company of the site."""
    team = of_site(Team, team_id, site_id, "team_unknown")
    if team.kind != TeamKind.COMPANY:
        raise Refused(Reason("not_a_company", {"name": team.name}))
    return team
